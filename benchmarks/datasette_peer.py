"""Datasette on the same studies, for comparison: one table, full-text search, the same four facets.

Everything is set in its favour: the file is opened as immutable, so that it counts rows once; it suggests no facets;
its time limits are so high that it finishes; and it finds words of one language only by their beginning's stem.
"""

import contextlib
import http.client
import json
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from . import environment
from .measure import Times

TEXTS = tuple(
    f"{field}_{language}"
    for field in ("title", "summary", "challenge", "practice", "results", "lessons")
    for language in ("en", "ru")
)
FACETS = ("themes", "countries", "conventions", "transport_modes")
ROWS_ON_A_PAGE = 20
_SETTINGS = {
    "sql_time_limit_ms": 900_000,
    "facet_time_limit_ms": 900_000,
    "default_page_size": ROWS_ON_A_PAGE,
    "suggest_facets": "off",
    "num_sql_threads": 2,
}
_SECONDS_TO_START = 60


def export(database: str, path: Path) -> int:
    """Write the published studies of a collection to an SQLite file and return its size in bytes."""
    path.unlink(missing_ok=True)
    environment.run_part("datasette_peer", database, given={"path": str(path)})
    return path.stat().st_size


def measure(path: Path, words: list[str], *, at_least: int, seconds: float) -> Times:
    """Time pages that answer `words`, one each, with all four facets: HTML, over loopback.

    The first word warms the process up. Asks until the words or the `seconds` are used up, but `at_least` so many.
    """
    with _serve(path) as connection:
        _time(connection, words[0])
        times: list[float] = []
        ends = time.perf_counter() + seconds
        for word in words[1:]:
            if len(times) >= at_least and time.perf_counter() > ends:
                break
            times.append(_time(connection, word))
            environment.show_progress("pages of Datasette", len(times), len(words) - 1)
        return Times(times)


def version() -> str:
    """Return Datasette's version."""
    from importlib.metadata import version

    return version("datasette")


def _time(connection: http.client.HTTPConnection, word: str) -> float:
    """Return the milliseconds that a page takes. Raises RuntimeError where it lacks a facet."""
    query = [("_search", word), *(("_facet_array", facet) for facet in FACETS), ("_size", ROWS_ON_A_PAGE)]
    started = time.perf_counter()
    connection.request("GET", f"/studies/studies?{urlencode(query)}", headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    page = response.read().decode()
    elapsed = time.perf_counter() - started
    missing = [facet for facet in FACETS if f'data-column="{facet}"' not in page or f"facet-{facet}" not in page]
    if response.status != 200 or missing:
        raise RuntimeError(f"Datasette answers {response.status} for {word!r}, without: {', '.join(missing)}.")
    return 1000 * elapsed


@contextlib.contextmanager
def _serve(path: Path) -> Iterator[http.client.HTTPConnection]:
    """Run Datasette on a free port of the loopback interface, give a connection to it, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = [part for name, value in _SETTINGS.items() for part in ("--setting", name, str(value))]
    command = [sys.executable, "-m", "datasette", "serve", "--immutable", str(path), "--port", str(port), *settings]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        yield _connection(process, port)
    finally:
        process.terminate()
        process.wait()


def _connection(process: subprocess.Popen, port: int) -> http.client.HTTPConnection:
    """Return a connection once the process answers. Raises RuntimeError where it ends or takes too long."""
    ends = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < ends:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1800)
        try:
            connection.request("GET", "/-/versions.json")
            connection.getresponse().read()
        except ConnectionError:
            time.sleep(0.1)
        else:
            return connection
    process.terminate()
    raise RuntimeError(f"Datasette did not start: {process.communicate()[1].strip()}")


def _rows() -> Iterator[dict]:
    """Yield the published studies as rows, in a process with Django."""
    from casestudies.models import CaseStudy

    studies = (
        CaseStudy.objects.published()
        .order_by("pk")
        .prefetch_related("theme_links__theme", "country_links__country", "provision_links__convention")
    )
    for study in studies.iterator(chunk_size=1000):
        conventions = dict.fromkeys(link.convention.code for link in study.provision_links.all())
        facets = {
            "themes": [link.theme.code for link in study.theme_links.all()],
            "countries": [link.country.alpha2 for link in study.country_links.all()],
            "conventions": list(conventions),
            "transport_modes": study.transport_modes,
        }
        yield {
            "id": study.pk,
            "slug": study.slug,
            "period_start": study.period_start,
            **{name: json.dumps(codes) for name, codes in facets.items()},
            **{name: getattr(study, name) or "" for name in TEXTS},
        }


def _write(path: Path) -> None:
    columns = ["id", "slug", "period_start", *FACETS, *TEXTS]
    types = {"id": "INTEGER PRIMARY KEY", "period_start": "INTEGER"}
    definitions = ", ".join(f"{column} {types.get(column, 'TEXT')}" for column in columns)
    texts = ", ".join(TEXTS)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE studies ({definitions})")
        # Datasette finds the full-text table of a table by how `content` is written: in double quotes.
        database.execute(
            f'CREATE VIRTUAL TABLE studies_fts USING FTS5 ({texts}, content="studies", content_rowid="id",'
            " tokenize='porter unicode61')"
        )
        placeholders = ", ".join(f":{column}" for column in columns)
        database.executemany(f"INSERT INTO studies VALUES ({placeholders})", _rows())
        database.execute("INSERT INTO studies_fts (studies_fts) VALUES ('rebuild')")
        database.execute("INSERT INTO studies_fts (studies_fts) VALUES ('optimize')")
        database.execute("ANALYZE")


if __name__ == "__main__":
    environment.set_up_django()
    _write(Path(json.load(sys.stdin)["path"]))
