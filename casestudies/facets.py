"""How many results a click on each value of each filter would give, for all filters at once.

Each process holds, for each value of each filter, the set of studies that have it, as the bits of one number: a set of
100,000 studies takes 12 kB, and to intersect two and count takes microseconds. The sets follow the search entries:
what was written since the last look is read again.

Values of one filter are joined by OR: so a click on a further value of a filter in use gives the present results and
those that fail this filter alone and have the value. A click on a value of a filter not in use gives the present
results that have it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType

from django.core.cache import caches
from django.db import connection
from django.db.models import Max, QuerySet

from . import revision, search
from .bits import all_of, members, set_of
from .filters import VALUE_FILTERS, CaseStudyFilterSet
from .models import SearchEntry

# Where the values of each filter stand in a search entry: in an array, or in a flag, whose one value is "1".
COLUMNS = {
    key: getattr(filter_, "column", key)
    for key, filter_ in CaseStudyFilterSet.base_filters.items()
    if key in VALUE_FILTERS
}
_FLAGS = {key for key in COLUMNS if not hasattr(CaseStudyFilterSet.base_filters[key], "column")}
# What bounds years and days has no values to count; the database is asked which studies lie within.
_BOUNDS = ("year_from", "year_to", "changed_since")
# When more entries than these were written since the last look, all sets are made anew by the database.
READ_ONE_BY_ONE = 5000
SECONDS_KEPT = 3600
NOTHING = MappingProxyType({})


@dataclass(frozen=True)
class Counts:
    """The number of results, and for each filter its values' codes with what a click on each would give.

    `results` are the results themselves, as bits.
    """

    total: int
    by_filter: dict[str, dict[str, int]] = field(default_factory=dict)
    results: int = 0

    def identifiers(self) -> Iterator[int]:
        """Yield the primary keys of the results, without order."""
        return members(self.results)


def count(filterset: CaseStudyFilterSet) -> Counts:
    """Count for a valid filterset. Codes stand in the vocabulary's order; values without a study are left out."""
    sets = current()
    matches, satisfied = _matches(filterset, sets), _satisfied(filterset, sets)
    results = all_of([matches, *satisfied.values()])
    in_use = {key: filterset.form.cleaned_data[key] for key in satisfied}
    by_filter = {}
    for key in VALUE_FILTERS:
        among, already = results, 0
        if key in satisfied:
            # A click adds studies that have the value and fail this filter alone.
            among = all_of([matches, *(these for other, these in satisfied.items() if other != key)])
            already = results
        by_filter[key] = _by_code(filterset, key, sets, among, already, in_use.get(key, []))
    return Counts(results.bit_count(), by_filter, results)


def total(filterset: CaseStudyFilterSet) -> int:
    """Return only how many studies a valid filterset gives."""
    sets = current()
    return all_of([_matches(filterset, sets), *_satisfied(filterset, sets).values()]).bit_count()


def results(filterset: CaseStudyFilterSet, *, holding: int, also: Mapping[str, list[str]] = NOTHING) -> int:
    """Return as bits what the filters give of the studies `holding`, whatever the question is.

    The codes in `also` are added to those of the filterset.
    """
    sets = current()
    cleaned = filterset.form.cleaned_data
    chosen = {key: [*cleaned[key], *also.get(key, [])] for key in VALUE_FILTERS}
    satisfied = [_having(filterset, sets, key, codes) for key, codes in chosen.items() if codes]
    return all_of([holding, _within(filterset, sets), *satisfied])


def values(key: str, held: list[int | str] | bool) -> list[int | str]:
    """Return the values for the filter `key` of a study whose search entry holds `held` in the filter's column."""
    return (["1"] if held else []) if key in _FLAGS else held


def everything() -> int:
    """Return all studies as bits."""
    return current().everything


def _having(filterset: CaseStudyFilterSet, sets: "StudySets", key: str, codes: Iterable[str]) -> int:
    return sets.having(key, [filterset.vocabulary[key][code].value for code in codes])


def _satisfied(filterset: CaseStudyFilterSet, sets: "StudySets") -> dict[str, int]:
    """Return for each filter in use the studies that satisfy it."""
    return {
        key: _having(filterset, sets, key, filterset.form.cleaned_data[key])
        for key in filterset.conditions()
        if key in VALUE_FILTERS
    }


def _matches(filterset: CaseStudyFilterSet, sets: "StudySets") -> int:
    """Return the studies that everything but the codes of vocabularies leaves."""
    matches = _within(filterset, sets)
    return matches & answering(filterset.reading) if filterset.form.cleaned_data["q"] else matches


def _within(filterset: CaseStudyFilterSet, sets: "StudySets") -> int:
    """Return the studies within the bounds on years and days and, where some were chosen one by one, among these."""
    within = sets.everything
    bounds = [condition for key, condition in filterset.conditions().items() if key in _BOUNDS]
    if bounds:
        within &= _set(SearchEntry.objects.filter(*bounds))
    if filterset.form.cleaned_data["study"]:
        within &= set_of(study.pk for study in filterset.chosen.values())
    return within


def answering(reading: search.Reading) -> int:
    """Return as bits the studies that answer a question; they are kept until the collection changes."""
    if not reading.query:
        return 0
    key = f"answers:{revision.current().collection}:{reading.key}"
    answers = caches["memory"].get(key)
    if answers is None:
        answers = _answering(reading)
        caches["memory"].set(key, answers, SECONDS_KEPT)
    return answers & everything()


def _answering(reading: search.Reading) -> int:
    if reading.answers is not None:
        return reading.answers
    if not reading.is_whole:
        return found(reading.query)
    # Where words must follow one another, PostgreSQL looks into the documents, and into all that share a page with one:
    # so those that the index alone tells are found by themselves, and of the rest, where they are many, only those are
    # looked into that hold the words in any order.
    certain = found(reading.certain)
    if not reading.rest or certain.bit_count() < search.COUNTED:
        return certain | found(reading.rest)
    possible = found(search.in_any_order(reading.rest)) & ~certain
    return certain | found(reading.rest, among=possible)


def found(query: str, among: int | None = None) -> int:
    """Return as bits the studies that a tsquery finds, of all or of those `among`; none for ""."""
    (these,) = search.studies([query], among=among)
    return these


def _set(entries: QuerySet) -> int:
    """Return these entries as bits."""
    sql, parameters = entries.order_by().values("pk").query.sql_with_params()
    (identifiers,) = search.row_by_index(f"SELECT array_agg(pk) FROM ({sql}) AS found (pk)", parameters)
    return set_of(identifiers or ())


def _by_code(
    filterset: CaseStudyFilterSet, key: str, sets: "StudySets", among: int, already: int, in_use: list[str]
) -> dict[str, int]:
    """Return the counts of one filter by code: of the studies `already` there and those `among` others that have it.

    A value in use is listed even if no study has it.
    """
    counts = {}
    having, base = sets.by_value[key], already.bit_count()
    for code, entry in filterset.vocabulary[key].items():
        these = having.get(entry.value, 0) & among
        if these or code in in_use:
            counts[code] = base + (these & ~already).bit_count()
    return counts


# The sets ----------------------------------------------------------------------------------------------------------


@dataclass
class StudySets:
    """For each filter the studies that have each value, and all studies."""

    by_value: dict[str, dict[int | str, int]]
    everything: int
    written_until: object
    """When the newest of the entries was written."""

    def having(self, key: str, values: Iterable[int | str]) -> int:
        """Return the studies that have any of the values."""
        found = 0
        for value in values:
            found |= self.by_value[key].get(value, 0)
        return found


_current: tuple[object, StudySets] | None = None
_lock = Lock()


def current() -> StudySets:
    """Return the sets of the collection as it is now."""
    global _current
    state = revision.current().collection
    with _lock:
        if _current is None or state is None or _current[0] != state:
            _current = (state, _brought_up_to_date(_current[1]) if _current else _read())
        return _current[1]


def _brought_up_to_date(sets: StudySets) -> StudySets:
    """Return new sets with what was written since these were made.

    Whoever writes holds the revision's row until the end of the transaction, so entries become visible in the order
    in which they were written. Newest entries that are gone mean that a transaction was rolled back: all is read again.
    """
    newest = SearchEntry.objects.aggregate(newest=Max("written_at"))["newest"]
    written = SearchEntry.objects.filter(written_at__gt=sets.written_until) if sets.written_until else None
    if written is None or newest is None or newest < sets.written_until or written.count() > READ_ONE_BY_ONE:
        return _read()
    rows = list(written.values("pk", *COLUMNS.values()))
    present = set_of(SearchEntry.objects.values_list("pk", flat=True))
    stale = (sets.everything & ~present) | set_of(row["pk"] for row in rows)
    by_value = {
        key: {value: these & ~stale for value, these in values.items()} for key, values in sets.by_value.items()
    }
    for row in rows:
        one = 1 << row["pk"]
        for key, column in COLUMNS.items():
            for value in values(key, row[column]):
                by_value[key][value] = by_value[key].get(value, 0) | one
    return StudySets(by_value, present, newest)


def _read() -> StudySets:
    """Read all sets: the database gathers the studies of each value."""
    by_value: dict[str, dict[int | str, int]] = defaultdict(dict)
    newest = SearchEntry.objects.aggregate(newest=Max("written_at"))["newest"]
    with connection.cursor() as cursor:
        for key, column in COLUMNS.items():
            if key in _FLAGS:
                sql = f"SELECT '1', array_agg(case_study_id) FROM casestudies_searchentry WHERE {column}"
            else:
                sql = (
                    "SELECT value, array_agg(case_study_id) FROM casestudies_searchentry,"
                    f" unnest({column}) AS value GROUP BY value"
                )
            cursor.execute(sql)
            by_value[key] = {value: set_of(identifiers) for value, identifiers in cursor.fetchall() if identifiers}
    everything = set_of(SearchEntry.objects.values_list("pk", flat=True))
    return StudySets(dict(by_value), everything, newest)
