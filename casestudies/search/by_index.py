"""Asking the indexes where PostgreSQL would rather read the whole table.

It does not know that looking into a document means fetching it from outside the row, so it takes reading all of them
for cheaper than the index, which tells the same in a fraction of the time.
"""

from collections.abc import Iterable

from django.db import connection

from casestudies.bits import members, set_of


def row(sql: str, parameters: Iterable) -> tuple:
    """Return the first row of a statement that its indexes answer."""
    with connection.cursor() as cursor:
        # Statements sent together are one transaction, and one journey to the database.
        cursor.execute(f"SET LOCAL enable_seqscan = off; {sql}", parameters)
        cursor.nextset()
        return cursor.fetchone()


def studies(queries: Iterable[str], *, among: int | None = None) -> list[int]:
    """Return as bits, for each tsquery, the studies that it finds, of all or of those `among`; none for ""."""
    queries = list(queries)
    asked = [query for query in queries if query] if among != 0 else []
    if not asked:
        return [0] * len(queries)
    arrays = ", ".join(["ARRAY(SELECT case_study_id FROM possible WHERE document @@ %s::tsquery)"] * len(asked))
    if among is None:
        found = row(f"SELECT {arrays.replace('possible', 'casestudies_searchentry')}", asked)
    else:
        found = row(
            "WITH possible AS MATERIALIZED"
            " (SELECT case_study_id, document FROM casestudies_searchentry WHERE case_study_id = ANY(%s))"
            f" SELECT {arrays}",
            [list(members(among)), *asked],
        )
    sets = dict(zip(asked, map(set_of, found), strict=True))
    return [sets.get(query, 0) for query in queries]


def held(queries: Iterable[str]) -> list[bool]:
    """Return for each tsquery whether any study satisfies it; none does "".

    For words as people type them: nobody knows how many studies a word has, so not all of them are fetched.
    """
    queries = list(queries)
    asked = [query for query in dict.fromkeys(queries) if query]
    one = "EXISTS (SELECT FROM casestudies_searchentry WHERE document @@ %s::tsquery)"
    found = dict(zip(asked, row(f"SELECT {', '.join([one] * len(asked))}", asked), strict=True)) if asked else {}
    return [found.get(query, False) for query in queries]
