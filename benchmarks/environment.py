"""The server, the databases and the processes that the benchmarks run in.

Every part that needs Django runs in a process of its own, so that one measurement warms nothing for another. Parts
talk in JSON: what they are given on standard input, what they found on standard output.
"""

import json
import os
import secrets
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg

from handbook import embedded_database

FOLDER = embedded_database.BASE_DIR / "var" / "benchmarks"


def prepare() -> None:
    """Set the variables of a public server, and start the embedded one of var/benchmarks where DATABASE_URL is unset.

    `.env` is not asked for the database: that one is not for benchmarks.
    """
    os.environ.setdefault("DATABASE_URL", "")
    os.environ |= {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_SETTINGS_MODULE": "handbook.settings",
        "ALLOWED_HOSTS": "testserver",
        "HTTPS_ONLY": "false",
        "DEBUG": "false",
        "LOG_LEVEL": "ERROR",
        "STATIC_ROOT": str(FOLDER / "static"),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    embedded_database.ensure(FOLDER / "postgres")


def database_name(number: int) -> str:
    """Return the name of the database for a collection of `number` studies."""
    return f"handbook_benchmark_{number}"


def address_of(database: str) -> str:
    """Return the address of a database on the benchmarks' server."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()


def exists(database: str) -> bool:
    """Say whether the server has this database."""
    with _server() as connection:
        return bool(connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone())


def create(database: str) -> None:
    """Make an empty database."""
    with _server() as connection:
        connection.execute(f'CREATE DATABASE "{database}"')


def drop(database: str) -> None:
    """Remove a database, if it is there."""
    with _server() as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def note(database: str) -> dict:
    """Return what was noted about a database with `write_note`, an empty dictionary where nothing was."""
    with _server() as connection:
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        row = connection.execute(query, [database]).fetchone()
    return json.loads(row[0]) if row and row[0] else {}


def write_note(database: str, content: dict) -> None:
    """Keep `content` as the comment on a database."""
    with _server() as connection:
        connection.execute(f'COMMENT ON DATABASE "{database}" IS {psycopg.sql.quote(json.dumps(content))}')


def evict_buffers(database: str) -> bool:
    """Empty PostgreSQL's own buffers; return whether it could (version 18 and a superuser can).

    Pages of its files that the operating system keeps in memory stay there.
    """
    try:
        with psycopg.connect(address_of(database), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_buffercache")
            connection.execute("SELECT pg_buffercache_evict_all()")
    except psycopg.Error:
        return False
    return True


def server_version() -> str:
    """Return PostgreSQL's version, for example "18.1"."""
    with _server() as connection:
        return connection.execute("SHOW server_version").fetchone()[0].split()[0]


def run_part(module: str, database: str, *arguments: str, given: object = None) -> object:
    """Run a part of the benchmarks on a database and return what it found.

    `given` goes to the part's standard input. Its progress appears on standard error. Raises CalledProcessError where
    it fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *arguments],
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=embedded_database.BASE_DIR,
        env={**os.environ, "DATABASE_URL": address_of(database)},
    )
    return json.loads(done.stdout or "null")


def set_up_django() -> None:
    """Make Django ready in a part's process."""
    import django

    django.setup()


_shown: dict[str, int] = {}


def show_progress(label: str, done: int, total: int) -> None:
    """Show a bar on a terminal; elsewhere a line for every tenth."""
    tenths = done * 10 // max(total, 1)
    if sys.stderr.isatty():
        end = "\n" if done >= total else ""
        print(f"\r{label} [{'#' * (2 * tenths):20}] {done:,} of {total:,}", end=end, file=sys.stderr, flush=True)
    elif _shown.get(label) != tenths:
        print(f"{label}: {done:,} of {total:,}", file=sys.stderr, flush=True)
    _shown[label] = tenths


def _server() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
