"""`python -m benchmarks.importing`: how long the preview of a large file takes, and applying it."""

import argparse
import io
import json
import sys
import time

from . import collection, environment

TASKS = ["unchanged", "changed", "new"]


def main() -> None:
    """Measure every task on a collection of its own and print a table; the database is dropped unless it is kept."""
    options = _options()
    environment.prepare()
    print("| rows of studies | file | MB | preview, s | of it CPU, s | apply, s | of it CPU, s | memory, MB |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    database = environment.database_name(options.size)
    collection.provide(options.size, options.seed, keep=options.keep)
    for task in options.tasks:
        print(_row(**environment.run_part("importing", database, "measure", given=task)), flush=True)
    if not options.keep:
        environment.drop(database)


def _row(*, task: str, rows: int, mb: float, preview: list[float], applied: list[float] | None, memory: float) -> str:
    times = [*preview, *(applied or [])]
    shown = [f"{seconds:.1f}" for seconds in times] + ["–"] * (4 - len(times))
    return f"| {rows:,} | {task} | {mb:.1f} | {' | '.join(shown)} | {memory:.0f} |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing", description=__doc__)
    parser.add_argument("--size", type=int, default=5000, help="studies in the collection and the file (%(default)s)")
    parser.add_argument("--tasks", nargs="+", default=TASKS, help="what the file is (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=2012, help="the same seed makes the same studies")
    parser.add_argument("--keep", action="store_true", help="keep the database, and use that kept by an earlier run")
    return parser.parse_args()


def _measure(task: str) -> dict:
    """Preview the exported workbook, as it is or rewritten, and apply it, in a process with Django.

    What is applied is rolled back, so that every task finds the same collection.
    """
    import resource

    from django.contrib.auth import get_user_model
    from django.db import transaction
    from django.test import Client

    from casestudies.importing import applying, jobs
    from casestudies.models import ImportJob

    content = Client().get("/en/case-studies.xlsx").getvalue()
    if task != "unchanged":
        content = _rewritten(content, task)
    user, _made = get_user_model().objects.get_or_create(username="benchmark")
    job = ImportJob.objects.create(user=user, file=content, file_name="benchmark.xlsx", language="en")
    begun = time.perf_counter(), time.process_time()
    jobs.run(job.pk)
    preview = [time.perf_counter() - begun[0], time.process_time() - begun[1]]
    job.refresh_from_db()
    if job.state != job.State.PREVIEWED or job.counts["faults"]:
        raise RuntimeError(job.message or job.faults[0])
    applied = None
    if task != "unchanged":
        begun = time.perf_counter(), time.process_time()
        with transaction.atomic():
            applying.apply(list(job.studies.all()), user)
            applied = [time.perf_counter() - begun[0], time.process_time() - begun[1]]
            transaction.set_rollback(True)
    expected = {"unchanged": "unchanged", "changed": "changed", "new": "created"}[task]
    rows = job.counts[expected]
    job.delete()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {
        "task": task,
        "rows": rows,
        "mb": len(content) / 1e6,
        "preview": preview,
        "applied": applied,
        "memory": memory,
    }


def _rewritten(content: bytes, task: str) -> bytes:
    """Return the workbook with a text of every study changed, or with every study under a new address and title."""
    import python_calamine
    import xlsxwriter

    target = io.BytesIO()
    source = python_calamine.load_workbook(io.BytesIO(content))
    with xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        for name in source.sheet_names[:3]:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(source.get_sheet_by_name(name).to_python()):
                if number and task == "new":
                    row = ["new-" + row[0].replace("--", "-")[:110], f"{row[1]} {number}"[:200], *row[2:]]
                elif number and name == "Studies":
                    row[2] += " More than before."
                sheet.write_row(number, 0, [str(v) if hasattr(v, "isoformat") else v for v in row])
    return target.getvalue()


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        environment.set_up_django()
        print(json.dumps(_measure(json.load(sys.stdin))))
    else:
        main()
