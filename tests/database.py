"""A pytest plugin, loaded before Django's settings: the environment and the database that the tests run on.

DATABASE_URL points the tests at a server; without it they get an embedded one of their own, removed afterwards, so
that they never meet the database of `make run`.
"""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

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

embedded_database.ensure(Path(_files.name) / "postgres", throwaway=True)


@contextlib.contextmanager
def new_database(purpose: str) -> Iterator[str]:
    """Make an empty database on the tests' server for a process of its own, give its address, drop it at the end."""
    server, name = os.environ["DATABASE_URL"], f"handbook_{purpose}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
