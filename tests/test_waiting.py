"""Files that take long: who hangs up, who has to wait, who is sent away, and what is sent besides the file."""

import gzip
import json
import os
import re
import select
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils.html import escape

from casestudies.exports import FORMATS, turns

pytestmark = pytest.mark.django_db

# The site as gunicorn serves it. It notes in a file what its exports do; to read a study takes long, and a small batch
# is read at a time.
NOTING = """
import logging
import time
from pathlib import Path
from handbook.wsgi import application
from casestudies.exports import Document, booklet, reading

here = Path(__file__).parent
notes = (here / "notes").open("a", buffering=1)
booklet.TYPESETTER = here / "endless.py"
reading.BATCH = 2
fetched, batches, go_on = reading._fetched, reading._batches, Document.go_on

def noting_fetched(*args):
    print("batch", file=notes)
    return fetched(*args)

def noting_batches(*args):
    try:
        yield from batches(*args)
    finally:
        print("released", file=notes)

def noting_go_on(document):
    print("study", file=notes)
    time.sleep(0.02)
    go_on(document)

class Handler(logging.Handler):
    def emit(self, record):
        if record.getMessage().startswith("Client Closed Request"):
            print("gone", file=notes)

reading._fetched, reading._batches, Document.go_on = noting_fetched, noting_batches, noting_go_on
logging.getLogger().addHandler(Handler())
"""
# A typesetter that takes longer than any test.
ENDLESS = """
import os, time
from pathlib import Path

with Path(__file__).with_name("notes").open("a") as notes:
    print("typesetter", os.getpid(), file=notes)
time.sleep(300)
"""


class Site:
    """The served site."""

    def __init__(self, port: int, folder: Path):
        self.port, self.folder = port, folder

    def notes(self) -> list[str]:
        return (self.folder / "notes").read_text().splitlines()

    def typesetters(self) -> list[int]:
        return [int(note.split()[1]) for note in self.notes() if note.startswith("typesetter")]

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def ask(self, path: str, method: str = "GET") -> socket.socket:
        """Send a request and return the connection, whose answer nobody has read."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # else the system takes the file in our name
        client.connect(("127.0.0.1", self.port))
        client.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return client

    def page(self) -> int:
        """Ask for a page; where none comes for a minute, the test fails."""
        return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/en/case-studies/?country=NO", timeout=60).status


@pytest.fixture
def site(tmp_path):
    """The tests' database, served with gunicorn."""
    (tmp_path / "noting.py").write_text(NOTING)
    (tmp_path / "endless.py").write_text(ENDLESS)
    (tmp_path / "notes").touch()
    (tmp_path / "temporary").mkdir()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {"DATABASE_URL": database, "PYTHONPATH": f"{settings.BASE_DIR}:{tmp_path}", "LOG_LEVEL": "WARNING"}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "noting", "--bind", f"127.0.0.1:{port}", "--threads", "6"],
            env={**os.environ, **environment, "TMPDIR": str(tmp_path / "temporary")},
            cwd=settings.BASE_DIR,
            stderr=log,
        )
        try:
            until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
            yield Site(port, tmp_path)
        finally:
            process.terminate()
            process.wait(40)


def until(condition, seconds: float = 60) -> None:
    """Wait until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this did not happen"
        time.sleep(0.05)


def answered(clients: list[socket.socket]) -> list[socket.socket]:
    return select.select(clients, [], [], 0)[0]


def whole_answer(client: socket.socket) -> tuple[str, bytes]:
    """Return the head of an answer and its body."""
    answer = b""
    while piece := client.recv(65536):
        answer += piece
    head, body = answer.split(b"\r\n\r\n", 1)
    return head.decode(), body


# Hanging up ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extension", ["csv", "jsonl"])
def test_client_who_hangs_up_stops_what_is_being_sent(site, extension):
    with site.ask(f"/en/case-studies.{extension}") as client:
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")
        assert "released" not in site.notes()
    until(lambda: "released" in site.notes())
    # All studies are 79 batches, and one that is empty.
    assert 0 < site.notes().count("batch") < 70


@pytest.mark.parametrize("extension", ["docx", "xlsx", "html", "zip"])
def test_client_who_hangs_up_stops_what_is_being_made(site, extension):
    with site.ask(f"/en/case-studies.{extension}"):
        until(lambda: "study" in site.notes())
        assert site.page() == 200
    until(lambda: "gone" in site.notes())
    assert site.notes().count("study") < 158
    assert site.notes().count("released") == (1 if extension == "xlsx" else 0)
    until(lambda: not list((site.folder / "temporary").glob("workbook-*")))
    assert "Traceback" not in site.log()


def test_client_who_hangs_up_ends_the_typesetter(site):
    with site.ask("/en/case-studies.pdf?country=NO"):
        until(site.typesetters)
        (typesetter,) = site.typesetters()
        assert psutil.pid_exists(typesetter)
        assert site.page() == 200
    until(lambda: not psutil.pid_exists(typesetter))
    until(lambda: "gone" in site.notes())
    assert "Traceback" not in site.log()


def test_pages_are_answered_while_documents_are_too_many_and_nobody_waits_for_them(site):
    clients = [site.ask("/ru/case-studies.pdf?country=NO") for _number in range(12)]
    until(site.typesetters)
    page, refused = site.ask("/en/case-studies/?country=NO"), []

    def ten_are_refused() -> bool:
        for client in answered(clients):
            client.shutdown(socket.SHUT_WR)  # gunicorn halts for two seconds for whoever does not
            clients.remove(client)
            refused.append(client)
        return len(refused) == 10

    until(ten_are_refused)
    assert whole_answer(page)[0].startswith("HTTP/1.1 200")
    # One is made and one waits.
    assert answered(clients) == []
    head, body = whole_answer(refused[0])
    assert head.startswith("HTTP/1.1 503")
    assert f"Retry-After: {turns.RETRY_AFTER}" in head
    assert json.loads(body)["errors"][0]["key"] == "format"
    for client in (*clients, *refused):
        client.close()
    assert site.page() == 200
    until(lambda: not any(psutil.pid_exists(typesetter) for typesetter in site.typesetters()))
    # The way is free for others.
    with site.ask("/en/case-studies.pdf?country=SE"):
        earlier = len(site.typesetters())
        until(lambda: len(site.typesetters()) > earlier)


# Taking turns ----------------------------------------------------------------------------------------------------


IN_TURN = [extension for extension, format_ in FORMATS.items() if format_.in_turn]


def test_formats_that_take_long_take_turns():
    assert IN_TURN == ["pdf", "docx", "html", "zip", "xlsx"]


def wait_in_vain() -> None:
    """Go on waiting."""


@pytest.mark.parametrize("waiting", [0, 1])
@pytest.mark.parametrize("extension", IN_TURN)
def test_document_too_many_is_refused_and_can_be_had_later(client, monkeypatch, extension, waiting):
    monkeypatch.setattr(turns, "LISTS", turns.Turns(waiting=waiting, seconds=0))
    path = f"/en/case-studies.{extension}?country=NO&theme=customs-transit"
    with turns.LISTS.taken(wait_in_vain):
        refused = client.get(path)
        shown = client.get(path, headers={"accept": "text/html"})
        assert client.get("/en/case-studies.csv?country=NO").status_code == 200
    assert (shown.status_code, shown["Retry-After"]) == (503, str(turns.RETRY_AFTER))
    assert f'<a href="{escape(path)}">Ask again</a>' in shown.content.decode()
    assert (refused.status_code, refused["Retry-After"]) == (503, str(turns.RETRY_AFTER))
    assert refused.json()["status"] == 503
    (error,) = refused.json()["errors"]
    assert (error["key"], error["value"]) == ("format", extension)
    assert "Ask for this one again in" in error["message"]
    # Nobody may keep the refusal, nor be told later that it still holds.
    assert refused["Cache-Control"] == "no-store"
    assert "ETag" not in refused
    assert client.get(path).status_code == 200


def test_document_of_a_study_does_not_wait_for_those_of_lists(client, monkeypatch):
    monkeypatch.setattr(turns, "LISTS", turns.Turns(waiting=0))
    path = "/en/case-studies/cim-smgs-common-rail-consignment-note.docx"
    with turns.LISTS.taken(wait_in_vain):
        assert client.get(path).status_code == 200
    monkeypatch.setattr(turns, "STUDIES", turns.Turns(waiting=0))
    with turns.STUDIES.taken(wait_in_vain):
        assert client.get(path).status_code == 503


def test_turn_ends_with_an_error(client, monkeypatch):
    monkeypatch.setattr(turns, "LISTS", turns.Turns(waiting=0))
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(FORMATS["docx"], "write", lambda document: 1 / 0, raising=False)
        assert client.get("/en/case-studies.docx?country=NO").status_code == 500
    assert client.get("/en/case-studies.docx?country=NO").status_code == 200


# What is sent ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extension", ["pdf", "docx", "xlsx", "zip"])
def test_compressed_file_is_sent_as_it_is_with_its_length(extension):
    response = Client(headers={"accept-encoding": "gzip"}).get(f"/en/case-studies.{extension}?country=NO")
    assert "Content-Encoding" not in response
    assert int(response["Content-Length"]) == len(response.getvalue())
    expected = rf'attachment; filename="case-studies-norway-en-[\d-]+\.{extension}"'
    assert re.fullmatch(expected, response["Content-Disposition"])


@pytest.mark.parametrize("extension", ["html", "csv", "json"])
def test_text_is_sent_compressed(extension):
    response = Client(headers={"accept-encoding": "gzip"}).get(f"/en/case-studies.{extension}?country=NO")
    assert response["Content-Encoding"] == "gzip"
    assert "norway" in gzip.decompress(response.getvalue()).decode().lower()


def test_head_of_anything_has_headers_and_no_body_and_nothing_is_made(site):
    types = {}
    for extension, format_ in FORMATS.items():
        head, body = whole_answer(site.ask(f"/en/case-studies.{extension}?country=NO", "HEAD"))
        assert (head.split("\r\n")[0], body) == ("HTTP/1.1 200 OK", b"")
        types[extension] = f"Content-Type: {format_.content_type}" in head
        assert ("Content-Disposition: attachment" in head) == format_.as_attachment
        assert "ETag: " in head
        assert "Content-Length: 0" not in head
    assert types == dict.fromkeys(FORMATS, True)
    for path in ("/en/case-studies/", "/en/nothing/", "/healthz", "/api/v1/themes/", "/sitemap.xml"):
        asked, got = (whole_answer(site.ask(path, method)) for method in ("HEAD", "GET"))
        assert asked[1] == b"" != got[1]
        lengths = [re.findall(r"Content-Length: \d+", head) for head, _body in (asked, got)]
        assert lengths[0] == lengths[1]
    assert site.notes() == []
    assert "body bytes" not in site.log()
