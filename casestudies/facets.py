"""How many results a click on each value of each filter would give, for all filters in one pass.

The search entries that satisfy every filter, or all but one, are read once. Values of one filter are joined by OR: so
a click on a further value of a filter in use gives the present results and those that fail this filter alone and
have the value. A click on a value of a filter not in use gives the present results that have it.
"""

from dataclasses import dataclass, field

from django.db import connection
from django.db.models import BooleanField, Case, IntegerField, Q, QuerySet, Value, When

from .filters import VALUE_FILTERS, CaseStudyFilterSet

# Where the values of each filter stand in a search entry. A flag is an array too: of "1", or of nothing.
_FLAG = "CASE WHEN {} THEN ARRAY['1'] END"
_COLUMNS = {
    key: filter_.column if hasattr(filter_, "column") else key
    for key, filter_ in CaseStudyFilterSet.base_filters.items()
    if key in VALUE_FILTERS
}
_ARRAYS = {
    key: column if hasattr(CaseStudyFilterSet.base_filters[key], "column") else _FLAG.format(column)
    for key, column in _COLUMNS.items()
}


@dataclass(frozen=True)
class Counts:
    """The number of results, and for each filter its values' codes with what a click on each would give."""

    total: int
    by_filter: dict[str, dict[str, int]] = field(default_factory=dict)


def count(filterset: CaseStudyFilterSet) -> Counts:
    """Count for a valid filterset. Codes stand in the vocabulary's order; values without a study are left out."""
    chosen = {key: condition for key, condition in filterset.conditions().items() if key in VALUE_FILTERS}
    hits = _hits(filterset.without(*chosen), chosen)
    sql, parameters = _statement(hits, list(chosen))
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    total = next(number for key, _value, number in rows if key == "")
    found: dict[str, dict[str, int]] = {key: {} for key in VALUE_FILTERS}
    for key, value, number in rows:
        if key:
            found[key][value] = number + total if key in chosen else number
    return Counts(total, {key: _by_code(filterset, key, chosen, numbers, total) for key, numbers in found.items()})


def _by_code(filterset: CaseStudyFilterSet, key: str, chosen: dict, numbers: dict[str, int], total: int):
    """Return the counts of one filter by code. A value in use is listed even if no study has it."""
    in_use = filterset.form.cleaned_data[key] if key in chosen else []
    counts = {}
    for entry in filterset.vocabulary[key].values():
        if str(entry.value) in numbers:
            counts[entry.code] = numbers[str(entry.value)]
        elif entry.code in in_use:
            counts[entry.code] = total
    return counts


def _hits(entries: QuerySet, chosen: dict[str, Q]) -> QuerySet:
    """Return the columns to count, and for each filter in use whether the entry satisfies it.

    Entries that fail two filters count nowhere and are left out.
    """
    satisfied = {
        f"satisfies_{key}": Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
        for key, condition in chosen.items()
    }
    entries = entries.annotate(**satisfied)
    if chosen:
        failures = sum(
            Case(When(condition, then=Value(0)), default=Value(1), output_field=IntegerField())
            for condition in chosen.values()
        )
        entries = entries.annotate(failures=failures).filter(failures__lte=1)
    return entries.values(*dict.fromkeys(_COLUMNS.values()), *satisfied, *(["failures"] if chosen else []))


def _statement(hits: QuerySet, chosen: list[str]) -> tuple[str, tuple]:
    """Return the SQL that counts: rows of filter key, value and number, the total under the key ""."""
    inner, parameters = hits.query.sql_with_params()
    all_hold = "failures = 0" if chosen else "true"
    counts = [f"SELECT '' AS key, '' AS value, count(*) FILTER (WHERE {all_hold}) FROM hits"]
    for key, array in _ARRAYS.items():
        if key in chosen:
            # Studies with the value that fail this filter alone: what the click adds.
            number, where = f"count(*) FILTER (WHERE NOT satisfies_{key})", f"failures = 0 OR NOT satisfies_{key}"
        else:
            number, where = "count(*)", all_hold
        counts.append(
            f"SELECT '{key}', value::text, {number} FROM hits, unnest({array}) AS value WHERE {where} GROUP BY value"
        )
    return f"WITH hits AS MATERIALIZED ({inner}) {' UNION ALL '.join(counts)}", parameters
