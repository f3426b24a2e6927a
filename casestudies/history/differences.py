"""What changed between two states of a record, field by field, for people."""

from collections.abc import Iterator, Sequence

from django.db.models import Field, Model
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from casestudies.collection_kinds import CASE, PARTY, Kind
from casestudies.collection_records import LANGUAGES
from casestudies.models import CaseStudy, CaseStudyVersion, Convention, Country, HistoryEntry, Region, Theme
from casestudies.versions.differences import Difference, compared, in_list
from casestudies.versions.differences import differences as differences_of_studies
from casestudies.versions.rebuilt import PastStudy, as_published

from .writing import kind_of

# The fields whose name in the collection's files is another.
FIELDS = {
    "depositary_or_owner": "depositary",
    "lat": "latitude",
    "lon": "longitude",
    "osce_field_operation": "field_operation",
    "instrument": "convention",
}
# What is named by a code: the model, and the field that holds the code.
NAMED = {
    "themes": (Theme, "code"),
    "region": (Region, "slug"),
    "convention": (Convention, "code"),
    "country": (Country, "alpha2"),
}
NOTHING = (None, "", [])

Pair = tuple[HistoryEntry, HistoryEntry]
"""An earlier state and a later one."""


def between(old: HistoryEntry, new: HistoryEntry) -> list[Difference]:
    """Return what is different in `new`; nothing where one of them is a deletion, which has no content."""
    return successive([(old, new)])[0]


def successive(pairs: Sequence[tuple[HistoryEntry | None, HistoryEntry]]) -> list[list[Difference]]:
    """Return for each pair of states of one kind what is different in the second; nothing where there is no first."""
    pairs = [(old, new) if old and old.record and new.record else None for old, new in pairs]
    states = list({id(state): state for pair in pairs if pair for state in pair}.values())
    if not states:
        return [[] for _pair in pairs]
    kind = kind_of(states[0])
    studies = _studies([(state.key, state.record) for state in states]) if kind is CASE else [None] * len(states)
    study_of = {id(state): study for state, study in zip(states, studies, strict=True)}
    return [_between(kind, pair, tuple(study_of[id(state)] for state in pair)) if pair else [] for pair in pairs]


def _between(kind: Kind, pair: Pair, studies: tuple[PastStudy | None, PastStudy | None]) -> list[Difference]:
    old, new = pair
    content = _content(kind, (old.record, new.record), studies, _has_address(old) and _has_address(new))
    return [*_standing(kind, old, new), *content]


def contents(state: HistoryEntry) -> list[Difference]:
    """Return everything that a state holds, as if it had just been written."""
    kind, records = kind_of(state), (_emptied(state.record), state.record)
    studies = _studies([(state.key, record) for record in records]) if kind is CASE else (None, None)
    return list(_content(kind, records, studies, _has_address(state)))


def _has_address(state: HistoryEntry) -> bool:
    """Say whether the address means something: that of a revision is made up."""
    return not state.standing.get("revises_id")


def _studies(records: list[tuple[str, dict]]) -> list[PastStudy | None]:
    """Return the studies that records hold, in a fixed number of queries; None for an empty record."""
    states = [CaseStudyVersion(slug=slug, record=record) for slug, record in records if record]
    studies = iter(as_published(states))
    return [next(studies) if record else None for _slug, record in records]


def _content(
    kind: Kind, records: tuple[dict, dict], studies: tuple[PastStudy, PastStudy], with_address: bool
) -> Iterator[Difference]:
    if records[0] == records[1]:
        return
    if kind is not CASE:
        yield from _in_vocabulary(kind, *records)
        return
    if with_address:
        before, after = (_shown(record["slug"]) for record in records)
        yield from in_list(gettext("Address"), get_language(), before, after)
    yield from differences_of_studies(*studies)


def _emptied(record: dict) -> dict:
    """Return a record of the same shape that says nothing; what a study cannot be without stays."""
    kept = {"chapter", "handbook", "confidence", "slug"}
    return {key: value if key in kept else _nothing(value) for key, value in record.items()}


def _nothing(value: object) -> object:
    if isinstance(value, dict):
        return {key: _nothing(part) for key, part in value.items()}
    return {str: "", list: []}.get(type(value))


def _standing(kind: Kind, old: HistoryEntry, new: HistoryEntry) -> Iterator[Difference]:
    for name in sorted({"code", "position", "original_language"} & old.standing.keys() & new.standing.keys()):
        field = kind.model._meta.get_field(name)
        values = (_in_words(field, entry.standing[name]) for entry in (old, new))
        yield from in_list(capfirst(str(field.verbose_name)), get_language(), *values)
    if kind is CASE:
        before, after = ([str(CaseStudy.Status(entry.standing["status"]).label)] for entry in (old, new))
        yield from in_list(gettext("Status"), get_language(), before, after)


# Vocabularies ------------------------------------------------------------------------------------------------------


def _in_vocabulary(kind: Kind, old: dict, new: dict) -> Iterator[Difference]:
    before, after = _by_field(kind, old), _by_field(kind, new)
    for (name, language), value in ({**before, **after}).items():
        was, now = before.get((name, language)), after.get((name, language))
        if was == now or (was in NOTHING and now in NOTHING):
            continue
        field = kind.model._meta.get_field(name)
        label = capfirst(str(field.verbose_name))
        if isinstance(value, str) and language and not field.choices:
            yield Difference(label, language, runs=compared(was or "", now or ""))
        else:
            yield from in_list(label, language or get_language(), _in_words(field, was), _in_words(field, now))


def _by_field(kind: Kind, record: dict) -> dict[tuple[str, str], object]:
    """Return the values of a record by the model's field and the language, "" for fields without one."""
    found: dict[tuple[str, str], object] = {}
    for key, value in record.items():
        name = "country" if kind is PARTY and key == "alpha2" else FIELDS.get(key, key)
        if key == "osce_field_operation":
            found["field_operation_as_of", ""] = value["as_of"] if value else None
            value = value and value["name"]
        if isinstance(value, dict):
            found |= {(name, language): value.get(language) for language in LANGUAGES}
        else:
            found[name, ""] = value
    return found


def _in_words(field: Field, value: object) -> list[str]:
    """Return a value as a person reads it: choices and codes by their names, a list item by item."""
    values = value if isinstance(value, list) else _shown(value)
    if field.name in NAMED:
        model, code = NAMED[field.name]
        names: dict[str, Model] = model.objects.in_bulk(values, field_name=code)
        return [str(names.get(value, value)) for value in values]
    choices = dict(field.flatchoices)
    return [str(choices.get(value, value)) for value in values]


def _shown(value: object) -> list[str]:
    if isinstance(value, bool):
        return [gettext("Yes") if value else gettext("No")]
    return [] if value in (None, "") else [str(value)]
