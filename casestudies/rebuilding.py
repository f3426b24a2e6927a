"""Making the whole search index anew beside the one in use, and putting it in its place when it is ready.

Readers go on with the old entries until the last moment, which takes the time of renaming a table. Written into a
table without indexes, which are then built in one go, this takes a fraction of updating every entry in place.
"""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

from django.db import connection, transaction

from . import kept_records, search_index
from .models import CaseStudy, SearchEntry, SearchWord

TABLE = SearchEntry._meta.db_table
NEW = f"{TABLE}_new"
BATCH_SIZE = 1000
# Any number, the same for everybody: two rebuilds at once would write to one table.
_LOCK = 20120911


def rebuild(workers: int = 2) -> Iterator[tuple[int, int]]:
    """Make all entries and words anew; yield now and then how many studies are done, and of how many.

    `workers` is the number of connections that write at once. Must not run inside a transaction: they would not see
    what it has written. Raises RuntimeError where it does, or where another rebuild is running.
    """
    if connection.in_atomic_block:
        raise RuntimeError("The search index cannot be rebuilt inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise RuntimeError("Another rebuild of the search index is running.")
        try:
            cursor.execute("SELECT clock_timestamp()")
            begun = cursor.fetchone()[0]
            cursor.execute(f"DROP TABLE IF EXISTS {NEW}")
            cursor.execute(f"CREATE TABLE {NEW} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING STORAGE)")
            words: Counter[str] = Counter()
            yield from _filled(workers, words)
            _build_indexes(cursor)
            with transaction.atomic():
                _catch_up(cursor, begun)
                _put_in_place(cursor)
                _replace_words(words)
            cursor.execute(f"ANALYZE {TABLE}")
            kept_records.complete()
        finally:
            cursor.execute(f"DROP TABLE IF EXISTS {NEW}")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _filled(workers: int, words: Counter[str]) -> Iterator[tuple[int, int]]:
    """Write the entries of all published studies to the new table, and count their words."""
    identifiers = list(CaseStudy.objects.published().order_by("pk").values_list("pk", flat=True))
    batches = [identifiers[start : start + BATCH_SIZE] for start in range(0, len(identifiers), BATCH_SIZE)]
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(_write, batch): len(batch) for batch in batches}
        for batch in as_completed(running):
            words.update(batch.result())
            done += running[batch]
            yield done, len(identifiers)


def _write(batch: list[int]) -> dict[str, int]:
    """Write a batch in a thread of its own, which has its own connection, and return the batch's words."""
    try:
        search_index.write_entries(batch, NEW)
        return search_index.words_in(batch)
    finally:
        connection.close()


def _build_indexes(cursor) -> None:
    """Build on the new table what the old one has, under names of its own."""
    cursor.execute("SET maintenance_work_mem = '512MB'")
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisprimary"
        " FROM pg_index WHERE indrelid = %s::regclass",
        [TABLE],
    )
    for name, definition, is_primary in cursor.fetchall():
        definition = re.sub(rf"INDEX {name} ON (\S+\.)?{TABLE} ", f"INDEX {name}_new ON {NEW} ", definition)
        cursor.execute(definition)
        if is_primary:
            cursor.execute(f"ALTER TABLE {NEW} ADD PRIMARY KEY USING INDEX {name}_new")
    cursor.execute("RESET maintenance_work_mem")


def _catch_up(cursor, begun: object) -> None:
    """Hold back whoever writes, and bring to the new table what was written since the rebuild began."""
    cursor.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute(
        f"DELETE FROM {NEW} WHERE case_study_id IN (SELECT case_study_id FROM {TABLE} WHERE written_at > %s)"
        f" OR case_study_id NOT IN (SELECT id FROM {CaseStudy._meta.db_table} WHERE status = 'published')",
        [begun],
    )
    cursor.execute(f"INSERT INTO {NEW} SELECT * FROM {TABLE} WHERE written_at > %s", [begun])


def _put_in_place(cursor) -> None:
    """Replace the old table: its indexes' names, its foreign key and its triggers pass to the new one."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
        [TABLE],
    )
    foreign_keys = cursor.fetchall()
    cursor.execute(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [TABLE]
    )
    triggers = [definition for (definition,) in cursor.fetchall()]
    cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass", [TABLE])
    indexes = [name for (name,) in cursor.fetchall()]
    cursor.execute(f"DROP TABLE {TABLE}")
    cursor.execute(f"ALTER TABLE {NEW} RENAME TO {TABLE}")
    for name in indexes:
        cursor.execute(f"ALTER INDEX {name}_new RENAME TO {name}")
    for name, definition in foreign_keys:
        cursor.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} {definition}")
    for definition in triggers:
        cursor.execute(definition)


def _replace_words(words: Counter[str]) -> None:
    SearchWord.objects.all().delete()
    SearchWord.objects.bulk_create((SearchWord(word=word, studies=n) for word, n in words.items()), batch_size=5000)
