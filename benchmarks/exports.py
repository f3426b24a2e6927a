"""`python -m benchmarks.exports`: how fast whole collections leave as files, and how the process grows meanwhile."""

import argparse
import json
import resource
import sys
import time

from . import collection, environment

SIZES = [158, 10_000, 100_000]
FORMATS = ["csv", "jsonl", "json", "xlsx"]


def main() -> None:
    """Measure every format on every size and print a table; a size's database is dropped unless it is kept."""
    options = _options()
    environment.prepare()
    print("| studies | format | seconds | studies/s | MB | first byte, s | memory grown by, MB |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for number in options.sizes:
        collection.provide(number, options.seed, keep=options.keep)
        for extension in options.formats:
            found = environment.run_part("exports", environment.database_name(number), "measure", given=extension)
            print(_row(extension, **found), flush=True)
        if not options.keep:
            environment.drop(environment.database_name(number))


def _row(extension: str, *, studies: int, seconds: float, mb: float, first: float, grown: float) -> str:
    rate = f"{studies / seconds:,.0f}"
    return f"| {studies:,} | {extension} | {seconds:.1f} | {rate} | {mb:,.1f} | {first:.2f} | {grown:.0f} |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports", description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="numbers of studies (default: %(default)s)")
    parser.add_argument("--formats", nargs="+", default=FORMATS, help="extensions (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=2012, help="the same seed makes the same studies")
    parser.add_argument("--keep", action="store_true", help="keep the databases, and use those kept by an earlier run")
    return parser.parse_args()


def _measure(extension: str) -> dict:
    """Ask for the whole collection once, as a reader without compression does, in a process with Django."""
    import psutil
    from django.test import Client

    client = Client()
    # What every request needs is in memory before: a worker has answered others.
    client.get(f"/en/case-studies.{extension}?country=KZ&theme=single-window").getvalue()
    before = psutil.Process().memory_info().rss
    started = time.perf_counter()
    pieces = iter(client.get(f"/en/case-studies.{extension}"))
    size, first = len(next(pieces)), time.perf_counter() - started
    for piece in pieces:
        size += len(piece)
    seconds = time.perf_counter() - started
    # The kernel counts the peak in kilobytes.
    grown = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"studies": _published(), "seconds": seconds, "mb": size / 1e6, "first": first, "grown": max(0, grown) / 1e6}


def _published() -> int:
    from casestudies.models import CaseStudy

    return CaseStudy.objects.published().count()


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        environment.set_up_django()
        print(json.dumps(_measure(json.load(sys.stdin))))
    else:
        main()
