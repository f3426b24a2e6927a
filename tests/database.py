"""A pytest plugin, loaded before Django's settings: the environment and the database that the tests run on.

DATABASE_URL points the tests at a server; without it they get an embedded one of their own, removed afterwards, so
that they never meet the database of `make run`.
"""

import os
import secrets
import tempfile
from pathlib import Path

from handbook import embedded_database

_files = tempfile.TemporaryDirectory(prefix="handbook-tests-", ignore_cleanup_errors=True)

os.environ.setdefault("DATABASE_URL", "")  # before `.env` is read: its database is not for tests
os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["HTTPS_ONLY"] = "false"
os.environ["DEBUG"] = "false"
os.environ["SITE_URL"] = ""
os.environ["SITE_NAME"] = ""
os.environ["INSTITUTION"] = ""
os.environ["LOG_LEVEL"] = "ERROR"
os.environ["STATIC_ROOT"] = str(Path(_files.name) / "static")

embedded_database.ensure(Path(_files.name) / "postgres", throwaway=True)
