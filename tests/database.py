"""A pytest plugin, loaded before Django's settings: the environment and the database that the tests run on.

DATABASE_URL points the tests at a server; without it they get an embedded one of their own, removed afterwards, so
that they never meet the database of `make run`. The collection is loaded once; every database with it is a copy. Where
tests run on several cores, this is loaded first of all by the process that starts the others, which take on its server.
"""

import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from handbook import embedded_database

_files = tempfile.TemporaryDirectory(prefix="handbook-tests-", ignore_cleanup_errors=True)

os.environ.setdefault("DATABASE_URL", "")  # before `.env` is read: its database is not for tests
os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["HTTPS_ONLY"] = "false"
os.environ["SECOND_FACTOR_REQUIRED"] = "false"  # tests of the sign-in turn it on
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["DEBUG"] = "false"
os.environ["SITE_URL"] = ""
os.environ["SITE_NAME"] = ""
os.environ["INSTITUTION"] = ""
os.environ["LOG_LEVEL"] = "ERROR"
os.environ["STATIC_ROOT"] = str(Path(_files.name) / "static")

if not os.environ["DATABASE_URL"]:
    embedded_database.ensure(Path(_files.name) / "postgres", throwaway=True)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as _connection:
        _connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here outlives a power cut
        _connection.execute("SELECT pg_reload_conf()")

SERVER = os.environ["DATABASE_URL"]
# One name for all processes of a run: the first one gives it, and drops the database at its end.
_first = "TESTS_COLLECTION" not in os.environ
COLLECTION = os.environ.setdefault("TESTS_COLLECTION", f"handbook_collection_{os.getpid()}")
LOAD = """
import django
from django.core.management import call_command
django.setup()
call_command("migrate", verbosity=0)
call_command("load_collection", verbosity=0)
"""


def address_of(name: str) -> str:
    """Return the address of a database on the tests' server."""
    return urlsplit(SERVER)._replace(path=f"/{name}").geturl()


def collection() -> str:
    """Return the name of a database with the collection loaded, to be copied; whoever asks first makes it."""
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [COLLECTION])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [COLLECTION]).fetchone():
            unfinished = f"{COLLECTION}_unfinished"
            connection.execute(f'CREATE DATABASE "{unfinished}"')
            environment = {
                **os.environ,
                "DATABASE_URL": address_of(unfinished),
                "DJANGO_SETTINGS_MODULE": "handbook.settings",
            }
            subprocess.run([sys.executable, "-c", LOAD], env=environment, cwd=embedded_database.BASE_DIR, check=True)
            with psycopg.connect(address_of(unfinished), autocommit=True) as loaded:
                loaded.execute("ANALYZE")
            connection.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{COLLECTION}"')
    return COLLECTION


@contextlib.contextmanager
def new_database(purpose: str, template: str = "template1") -> Iterator[str]:
    """Make a database on the tests' server for a process of its own, give its address, drop it at the end.

    It is empty unless `template` names what it is a copy of.
    """
    name = f"handbook_{purpose}_{os.getpid()}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield address_of(name)
    finally:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


# Files about what PostgreSQL itself computes: stems, ranks, similar words, orders, sets, constraints.
COMPUTED = {
    "test_constraints",
    "test_facets",
    "test_filters",
    "test_fruitless_questions",
    "test_reading",
    "test_rebuilding",
    "test_related",
    "test_search",
    "test_suggestions",
    "test_understanding",
}
# Files about what comes before or after the database: the server's processes, sign-in, the making of documents.
ELSEWHERE = {
    "test_accounts",
    "test_documents",
    "test_guide",
    "test_messages",
    "test_offline",
    "test_robustness",
    "test_schema",
    "test_security",
    "test_serving",
    "test_waiting",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the option for a run on a second server."""
    parser.addoption(
        "--second-server",
        action="store_true",
        help="run what another server can change: of a test with parameters the first only, except where PostgreSQL"
        " itself computes what is tested, and none of what comes before or after the database",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what says the same on a second server, where the run asks for it."""
    if not config.getoption("--second-server"):
        return
    seen, chosen, left_out = set(), [], []
    for item in items:
        test = item.nodeid.split("[")[0]
        is_repeated = test in seen and item.path.stem not in COMPUTED
        (left_out if is_repeated or item.path.stem in ELSEWHERE else chosen).append(item)
        seen.add(test)
    config.hook.pytest_deselected(items=left_out)
    items[:] = chosen


def pytest_unconfigure() -> None:
    """Drop the collection that was copied."""
    if _first:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            for name in (COLLECTION, f"{COLLECTION}_unfinished"):
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
