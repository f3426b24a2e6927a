"""Makes a collection of any size in a database of its own: the starter collection, and invented studies after it.

As a part of the benchmarks it prints how long filling and indexing took.
"""

import hashlib
import json
import time
from collections import defaultdict

from . import environment

# Another number makes kept databases stale: raise it when what is invented changes.
FORM = 1


def provide(number: int, seed: int, *, keep: bool) -> dict:
    """Provide the collection of `number` studies, its index built by the present code, and say how long that took.

    With `keep` a database of an earlier run is used again if it was made from the same studies and the same seed.
    Returns `studies`, `made_seconds` (None where it was kept), `indexed_seconds` and `index_bytes`.
    """
    database = environment.database_name(number)
    identity = {"seed": seed, "form": FORM, "studies": _fingerprint("cases")}
    kept = keep and environment.exists(database) and environment.note(database).get("identity") == identity
    if not kept:
        environment.drop(database)
        environment.create(database)
    vocabulary = _fingerprint("reference")
    known = environment.note(database).get("vocabulary") if kept else None
    task = {"number": number, "seed": seed, "kept": kept, "vocabulary_changed": known != vocabulary}
    made = environment.run_part("collection", database, "fill", given=task)
    # Noted before indexing: a run that ends while it indexes leaves a collection that can be used again.
    environment.write_note(database, {"identity": identity, "vocabulary": vocabulary})
    return made | environment.run_part("collection", database, "index")


def _fingerprint(folder: str) -> str:
    """Return a digest of the starter collection's files in a folder."""
    digest = hashlib.sha256()
    for path in sorted((environment.embedded_database.BASE_DIR / "fixtures" / folder).glob("*.json*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def make(number: int, seed: int) -> None:
    """Fill the database, which has its tables and no row, with `number` published studies.

    The same seed gives the same studies. The starter collection is the least.
    """
    from django.core.management import call_command

    from casestudies.models import CaseStudy

    from .starter import read

    call_command("load_collection", verbosity=0)
    missing = number - CaseStudy.objects.count()
    if missing > 0:
        _write(missing, seed, read())


def _write(number: int, seed: int, starter, batch_size: int = 1000) -> None:
    """Write `number` invented studies, a transaction a batch."""
    from itertools import islice

    from django.db import connection, transaction

    from casestudies import models

    from .copying import advance_sequences, copy_all, first_free_key
    from .synthetic import Inventor

    order = [
        *(models.CaseStudy, models.CaseChapter, models.CaseTheme, models.CaseCountry, models.CaseProvision),
        *(models.Source, models.Outcome, models.Place),
    ]
    studies = Inventor(starter, seed, {model: first_free_key(model) for model in order}).invent(number)
    written = 0
    while batch := list(islice(studies, batch_size)):
        rows = defaultdict(list)
        for study in batch:
            for model, more in study.items():
                rows[model] += more
        with transaction.atomic():
            copy_all(rows, order)
        written += len(batch)
        environment.show_progress("studies written", written, number)
    advance_sequences(order)
    with connection.cursor() as cursor:
        # The server would do so by itself within minutes; what comes next needs to know how large the tables are.
        cursor.execute("ANALYZE")


def rebuild_index() -> float:
    """Build every search entry anew, bring the planner's statistics up to date, and return the seconds of the first."""
    from django.db import connection

    from casestudies import rebuilding

    started = time.perf_counter()
    for done, total in rebuilding.rebuild():
        environment.show_progress("studies indexed", done, total)
    seconds = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return seconds


def _index_bytes() -> int:
    from django.db import connection

    from casestudies.models import SearchEntry

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [SearchEntry._meta.db_table])
        return cursor.fetchone()[0]


def _migrate() -> bool:
    """Bring the tables up to date and say whether any migration ran."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    before = set(MigrationRecorder(connection).applied_migrations())
    call_command("migrate", verbosity=0)
    return set(MigrationRecorder(connection).applied_migrations()) != before


def _fill(task: dict) -> dict:
    """Bring the tables up to date and fill them unless they are, in a process with Django."""
    from django.core.management import call_command
    from django.db import connection

    from casestudies.models import CaseStudy

    with connection.cursor() as cursor:
        # What a crash would lose can be made again.
        cursor.execute("SET synchronous_commit TO off")
    migrated = _migrate()
    started = time.perf_counter()
    if not task["kept"]:
        make(task["number"], task["seed"])
    elif migrated or task["vocabulary_changed"]:
        call_command("load_collection", verbosity=0)
    seconds = time.perf_counter() - started
    return {"studies": CaseStudy.objects.published().count(), "made_seconds": None if task["kept"] else seconds}


def _index(_task: None) -> dict:
    """Build the index anew, in a process with Django."""
    return {"indexed_seconds": rebuild_index(), "index_bytes": _index_bytes()}


if __name__ == "__main__":
    import sys

    environment.set_up_django()
    part = {"fill": _fill, "index": _index}[sys.argv[1]]
    print(json.dumps(part(json.load(sys.stdin))))
