"""`manage.py serve`, what `make run` starts: what it says, and what it keeps."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import psycopg
import pytest
from django.conf import settings

from handbook import embedded_database
from tests.database import new_database

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]


@pytest.fixture
def database_url():
    """The address of a new, empty database."""
    with new_database("serving") as url:
        yield url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_until_it_serves(environment: dict, port: int, then) -> tuple[str, int]:
    """Start serving, call `then` once the address is printed, press Ctrl-C; return all output and the exit status."""
    process = subprocess.Popen(
        [*MANAGE, "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # As a script's background job begins: Ctrl-C must end the server all the same.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                then()
                process.send_signal(signal.SIGINT)
        return "".join(lines), process.wait(20)
    finally:
        process.kill()
        process.stdout.close()


def test_first_and_second_start(database_url):
    environment, port = {**os.environ, "DATABASE_URL": database_url}, free_port()

    def edit():
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/en/case-studies/").status == 200
        with psycopg.connect(database_url) as connection:
            connection.execute("UPDATE casestudies_theme SET name_en = 'Edited' WHERE code = 'seaports'")

    said, status = run_until_it_serves(environment, port, edit)
    assert status == 0
    steps = [
        "Bringing the database up to date",
        "Loading the collection",
        f"http://127.0.0.1:{port}/",
        "make admin",
        "Stopped",
    ]
    assert [said.index(step) for step in steps] == sorted(said.index(step) for step in steps)

    said, status = run_until_it_serves(environment, port, lambda: None)
    assert status == 0
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT name_en FROM casestudies_theme WHERE code = 'seaports'").fetchone() == (
            "Edited",
        )
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_taken_port_is_said_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run([*MANAGE, "serve", "--port", str(port)], capture_output=True, text=True, env=os.environ)
    assert result.returncode == 1
    assert result.stdout == ""
    (line,) = result.stderr.strip().splitlines()
    assert f"Port {port} is taken" in line
    assert f"PORT={port + 1}" in line


def test_embedded_server_lives_as_long_as_its_users(tmp_path):
    """Two processes share the server of one folder; another folder has its own; the last one out stops it."""
    code = (
        "import os, sys; from handbook import embedded_database as e; from pathlib import Path;"
        "os.environ['DATABASE_URL'] = ''; e.ensure(Path(sys.argv[1])); print(os.environ['DATABASE_URL'], flush=True);"
        "sys.stdin.read()"
    )

    def user_of(name: str) -> tuple[subprocess.Popen, str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=settings.BASE_DIR,
        )
        return process, process.stdout.readline().strip()

    (first, url), (second, same_url), (other, other_url) = user_of("one"), user_of("one"), user_of("two")
    assert url == same_url != other_url
    first.communicate("")
    with psycopg.connect(same_url) as connection:
        assert connection.execute("SELECT lower('Я')").fetchone() == ("я",)
    second.kill()  # what is killed is forgotten: the next user still stops the server at its end
    second.communicate()
    third, _url = user_of("one")
    third.communicate("")
    other.communicate("")
    for address in (url, other_url):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(address)


@pytest.mark.parametrize(
    ("arguments", "needless"), [([], True), (["makemessages"], True), (["migrate"], False), (["serve"], False)]
)
def test_commands_without_database_start_none(arguments, needless):
    assert embedded_database.is_needless_for(["manage.py", *arguments]) is needless
