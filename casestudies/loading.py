"""Loading the collection's files: idempotent, all or nothing, and never over a curator's work unless told.

The rule is the same for every kind of record. Its content is compared three ways: as the file gives it, as it was
when last loaded (`LoadedRecord`), and as the database holds it now.

==================================  =============================================
database                            what happens
==================================  =============================================
has no such record, never loaded    created
has no such record, but it was      left alone: a curator deleted it
holds what the file gives           left alone: nothing to do
holds what was last loaded          updated
holds anything else                 left alone: a curator changed it
==================================  =============================================

With `overwrite` the second and the last row create and update.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.db import DatabaseError, models, transaction
from django.utils import translation
from django.utils.text import slugify

from . import collection_records, history, search_index, versions
from .collection_files import Collection, Located, MalformedCollection, read
from .collection_kinds import (
    CASE,
    CHAPTER,
    CONCEPT,
    CONVENTION,
    COPIED_FROM_COUNTRY,
    COUNTRY,
    GLOSSARY_TERM,
    ORGANIZATION,
    PARTY,
    PROVISION,
    REGION,
    THEME,
    Incoming,
    Kind,
    Lookups,
)
from .collection_records import fingerprint
from .models import CaseStudy, LoadedRecord


@dataclass
class Report:
    """What loading did: counts by kind and by what happened, and the records it left to the curator."""

    counts: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    """The primary keys of the studies to make findable as they are now."""


def load(folder: Path, *, overwrite: bool = False) -> Report:
    """Load the collection in `folder` in one transaction and return what was done.

    Raises MalformedCollection, and changes nothing, where a file is malformed, a record stands twice, or a record
    names another that does not exist.
    """
    return load_arrivals(_arrivals(read(folder)), overwrite=overwrite)


def load_arrivals(arrivals_by_kind: Iterable[tuple[Kind, list[Incoming]]], *, overwrite: bool) -> Report:
    """Load records, each kind after what it refers to, in one transaction; raises like `load`."""
    report = Report()
    with transaction.atomic(), translation.override("en"):
        for kind, arrivals in arrivals_by_kind:
            _refuse_duplicates(arrivals)
            _load_kind(kind, arrivals, report, overwrite)
        versions.keep(report.written)
        versions.begin()
        _index(report)
    return report


def _index(report: Report) -> None:
    """Make what was written findable; everything, where the entries were made by another version of the code."""
    made = LoadedRecord.objects.filter(kind="search index", key="entries", fingerprint=search_index.fingerprint())
    if made.exists():
        search_index.refresh(report.written)
        return
    search_index.refresh(CaseStudy.objects.values_list("pk", flat=True))
    LoadedRecord.objects.update_or_create(
        kind="search index", key="entries", defaults={"fingerprint": search_index.fingerprint()}
    )


def _refuse_duplicates(arrivals: list[Incoming]) -> None:
    seen: dict[str, Incoming] = {}
    faults = []
    for incoming in arrivals:
        first = seen.setdefault(incoming.key, incoming)
        if first is not incoming:
            place = f"{first.located.file}:{first.located.line}"
            faults.append(incoming.located.fault("", f"{incoming.key!r} stands twice, first at {place}"))
    if faults:
        raise MalformedCollection(faults)


def _load_kind(kind: Kind, arrivals: list[Incoming], report: Report, overwrite: bool) -> None:
    current = {kind.key_of(record): record for record in kind.current()}
    loaded = dict(LoadedRecord.objects.filter(kind=kind.name).values_list("key", "fingerprint"))
    lookups = Lookups()
    counts = report.counts[kind.name]
    memory, changes = [], []
    for arrival in arrivals:
        record = current.get(arrival.key)
        content = record and kind.content_of(record)
        incoming = replace(arrival, content=_completed(kind, arrival.content, content))
        arriving, now = fingerprint(incoming.content), record and fingerprint(content)
        if now == arriving:
            counts["unchanged"] += 1
        elif not overwrite and now != loaded.get(incoming.key):
            # Changed by a curator, or deleted by one (`now` is None while something was loaded).
            counts["kept"] += 1
            report.kept.append((kind.name, incoming.key, "changed here" if record else "deleted here"))
            continue
        else:
            before = record and history.known_state(kind, record, content)
            written = _write(kind, lookups, record, incoming)
            if before:
                changes.append((before, history.known_state(kind, written, incoming.content)))
            if kind is CASE:
                report.written.append(written.pk)
            elif (
                kind is COUNTRY and record and any(content[key] != incoming.content[key] for key in COPIED_FROM_COUNTRY)
            ):
                report.written += CaseStudy.objects.in_country(written).values_list("pk", flat=True)
            counts["updated" if record else "created"] += 1
        if loaded.get(incoming.key) != arriving:
            memory.append(LoadedRecord(kind=kind.name, key=incoming.key, fingerprint=arriving))
    history.note_many(changes, action="loaded")
    LoadedRecord.objects.bulk_create(
        memory, update_conflicts=True, unique_fields=["kind", "key"], update_fields=["fingerprint"]
    )


def _completed(kind: Kind, arriving: dict, current: dict | None) -> dict:
    """Return the arriving content with what its files do not give taken from the database: that stays as it is.

    Only the optional files are left out: a text that arrives in English alone keeps its Russian while the English is
    the same, and an optional field that does not arrive keeps its value.
    """
    current = current or {}
    completed = {key: current[key] for key in kind.optional if key in current} | arriving
    for key, value in arriving.items():
        if isinstance(value, dict) and value.keys() == {"en"}:
            known = current.get(key) or {}
            completed[key] = {"en": value["en"], "ru": known.get("ru", "") if known.get("en") == value["en"] else ""}
    return completed


def _write(kind: Kind, lookups: Lookups, record: models.Model | None, incoming: Incoming) -> models.Model:
    try:
        return kind.write(lookups, record, incoming)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        raise MalformedCollection([incoming.located.fault("", f"the database refuses it: {reason}")]) from error


# What the files give, as the kinds compare and write it ----------------------------------------------------------


def _arrivals(collection: Collection) -> Iterable[tuple[Kind, list[Incoming]]]:
    """Yield every kind with its records, in an order in which each finds what it refers to."""
    reference = collection.reference
    names = _alternative_names(reference["alternative-names"])
    yield REGION, _with_names(_regions(reference["countries"]), names.pop("region", {}))
    yield THEME, _incoming(reference["themes"], lambda content: content["code"])
    yield CHAPTER, _incoming(reference["chapters"], lambda content: f"{content['kind']} {content['number']}")
    yield COUNTRY, _with_names(_countries(reference["countries"]), names.pop("country", {}))
    conventions = _conventions(reference["instruments"], reference["parties-notes"])
    yield CONVENTION, _with_names(conventions, names.pop("convention", {}))
    yield PROVISION, _provisions(reference["instruments"], reference["provision-refs"])
    yield PARTY, _incoming(reference["parties"], lambda content: f"{content['instrument']} {content['alpha2']}")
    yield ORGANIZATION, _incoming(reference["organizations"], lambda content: content["code"])
    yield GLOSSARY_TERM, _incoming(reference["glossary"], lambda content: content["term"]["en"])
    concepts = [*reference["thesaurus"], *reference["thesaurus-names"]]
    yield CONCEPT, _incoming(concepts, lambda content: content["code"])
    yield CASE, _cases(collection.cases, reference["region-scopes"])


def _incoming(rows: list[Located], key: Callable[[dict], str]) -> list[Incoming]:
    contents = [row.record.model_dump() for row in rows]
    return [
        Incoming(key(content), content, row, position)
        for position, (row, content) in enumerate(zip(rows, contents, strict=True))
    ]


def _alternative_names(rows: list[Located]) -> dict[str, dict[str, Located]]:
    """Return the other names by kind of record and code. Raises MalformedCollection where a record stands twice."""
    _refuse_duplicates(_incoming(rows, lambda content: f"{content['kind']} {content['code']}"))
    by_kind: dict[str, dict[str, Located]] = defaultdict(dict)
    for row in rows:
        by_kind[row.record.kind][row.record.code] = row
    return by_kind


def _with_names(arrivals: list[Incoming], names: dict[str, Located]) -> list[Incoming]:
    """Add its other names to each record that has some. Raises MalformedCollection where there is no such record."""
    for incoming in arrivals:
        row = names.pop(incoming.key, None)
        if row and (row.record.en or row.record.ru):
            incoming.content["alternative_names"] = {"en": row.record.en, "ru": row.record.ru}
    if names:
        raise MalformedCollection([row.fault("code", f"no such {row.record.kind}") for row in names.values()])
    return arrivals


def _regions(countries: list[Located]) -> list[Incoming]:
    """Gather the regions that the countries name. Raises MalformedCollection where two give one region two names."""
    found: dict[str, Incoming] = {}
    for position, row in enumerate(countries):
        slug = slugify(row.record.region)
        content = {"slug": slug, "name": {"en": row.record.region, "ru": row.record.subregion_ru}}
        first = found.setdefault(slug, Incoming(slug, content, row, position))
        if first.content != content:
            reason = f"differs from {first.located.file}:{first.located.line}"
            raise MalformedCollection([row.fault("region, subregion_ru", reason)])
    return list(found.values())


def _countries(rows: list[Located]) -> list[Incoming]:
    arrivals = _incoming(rows, lambda content: content["alpha2"])
    for incoming in arrivals:
        incoming.content["region"] = slugify(incoming.content["region"])
        del incoming.content["subregion_ru"]
    return arrivals


def _conventions(rows: list[Located], notes: list[Located]) -> list[Incoming]:
    note_of = {note.record.instrument: note for note in notes}
    _refuse_duplicates(_incoming(notes, lambda content: content["instrument"]))
    arrivals = _incoming(rows, lambda content: content["code"])
    for incoming in arrivals:
        del incoming.content["provisions"]
        if notes:
            note = note_of.pop(incoming.key, None)
            incoming.content["parties_as_of"] = note and note.record.as_of.model_dump()
            incoming.content["parties_note"] = note and note.record.note.model_dump()
    if note_of:
        raise MalformedCollection([note.fault("instrument", "no such instrument") for note in note_of.values()])
    return arrivals


def _provisions(rows: list[Located], refs: list[Located]) -> list[Incoming]:
    russian = _russian(refs)
    return [
        Incoming(
            f"{row.record.code} {provision.ref}",
            {
                **provision.model_dump(),
                "convention": row.record.code,
                "ref": _in_both_languages(provision.ref, russian),
            },
            row,
            position,
        )
        for row in rows
        for position, provision in enumerate(row.record.provisions)
    ]


def _cases(rows: list[Located], scopes: list[Located]) -> list[Incoming]:
    russian = _russian(scopes)
    arrivals = _incoming(rows, lambda content: content["slug"])
    for incoming in arrivals:
        scope = incoming.content["region_scope"]
        incoming.content["region_scope"] = scope and _in_both_languages(scope, russian)
        for outcome in incoming.content["outcomes"]:
            outcome["before"] = collection_records.number(outcome["before"])
            outcome["after"] = collection_records.number(outcome["after"])
    return arrivals


def _russian(names: list[Located]) -> dict[str, str]:
    _refuse_duplicates(_incoming(names, lambda content: content["en"]))
    return {name.record.en: name.record.ru for name in names}


def _in_both_languages(name: str, russian: dict[str, str]) -> dict[str, str]:
    """Return the name with its Russian form, English alone where the optional file gives none."""
    return {"en": name, "ru": russian[name]} if name in russian else {"en": name}
