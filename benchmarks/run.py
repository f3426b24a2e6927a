"""`python -m benchmarks.run`: make the collections, measure the pages and Datasette's, print the report."""

import argparse
import subprocess
import sys
from pathlib import Path

from . import collection, datasette_peer, environment, measure, report, scenarios

SIZES = [158, 1_000, 10_000, 100_000]
SEED = 2012


def main() -> None:
    """Measure every size, smallest first, and print the report; a size's database is dropped unless it is kept."""
    options = _options()
    environment.prepare()
    # The pages name their style sheets by a list that this writes.
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--verbosity", "0", "--no-input"],
        check=True,
        cwd=environment.embedded_database.BASE_DIR,
    )
    found = []
    for number in sorted(set(options.sizes)):
        asked, size = _measure(number, options)
        found.append(size)
        if not options.keep:
            environment.drop(environment.database_name(number))
    versions = {"PostgreSQL": environment.server_version(), "Python": sys.version.split()[0]}
    if options.datasette:
        versions["Datasette"] = datasette_peer.version()
    written = report.write(asked, found, versions)
    print(written)
    if options.output:
        options.output.write_text(f"{written.rstrip()}\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="numbers of studies (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed makes the same studies")
    parser.add_argument(
        "--repeat", type=int, default=3, help="processes that ask every question (default: %(default)s)"
    )
    parser.add_argument("--keep", action="store_true", help="keep the databases, and use those kept by an earlier run")
    parser.add_argument("--no-datasette", dest="datasette", action="store_false", help="measure the pages alone")
    parser.add_argument(
        "--datasette-seconds", type=float, default=60, help="when to stop asking Datasette, after three pages at least"
    )
    parser.add_argument("--output", type=Path, help="a file to write the report to, too")
    return parser.parse_args()


def _measure(number: int, options: argparse.Namespace) -> tuple[list[scenarios.Scenario], report.Size]:
    """Return the scenarios asked of the collection of `number` studies, and what was found."""
    print(f"{number:,} studies", file=sys.stderr)
    database = environment.database_name(number)
    made = collection.provide(number, options.seed, keep=options.keep)
    asked = scenarios.read(database)
    measured, worker, evicted = measure.measure(database, asked, options.repeat)
    peer = _measure_peer(number, options) if options.datasette else None
    return asked, report.Size(made["studies"], made, measured, worker, evicted, peer)


def _measure_peer(number: int, options: argparse.Namespace) -> report.Peer:
    path = environment.FOLDER / f"datasette-{number}" / "studies.db"
    path.parent.mkdir(exist_ok=True)
    file_bytes = datasette_peer.export(environment.database_name(number), path)
    words = scenarios.BROAD.split()
    times = datasette_peer.measure(path, words, at_least=3, seconds=options.datasette_seconds)
    path.unlink()
    path.parent.rmdir()
    return report.Peer(times, file_bytes)


if __name__ == "__main__":
    main()
