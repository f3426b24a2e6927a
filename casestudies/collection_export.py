"""The whole collection in one JSON file, there and back: what `/en/case-studies.json` holds makes the same again.

The file has the studies' records under `results`, and where it leaves no study out `vocabularies`, the earlier
`versions`, and under `translated_texts` what translations follow. What a database that has none of it becomes by
loading it is compared record by record in `tests/test_collection_export.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
from django.db import transaction
from pydantic import BaseModel, ValidationError

from . import exported_records, loading, search_index, translations, versions
from .collection_files import Fault, Located, MalformedCollection, validation_faults
from .collection_kinds import (
    CASE,
    CHAPTER,
    CONCEPT,
    CONVENTION,
    COUNTRY,
    GLOSSARY_TERM,
    ORGANIZATION,
    PARTY,
    PROVISION,
    REGION,
    THEME,
    Incoming,
    Kind,
)
from .models import CaseStudy, CaseStudyVersion
from .records import Record


@dataclass(frozen=True)
class _Part:
    """A vocabulary of the file: what loads it, the shape of its records, and the natural key of one."""

    kind: Kind
    record_type: type[Record]
    key: Callable[[dict], str]


def _code(content: dict) -> str:
    return content["code"]


# In the order in which each finds what it refers to.
_PARTS = {
    "regions": _Part(REGION, exported_records.Region, lambda content: content["slug"]),
    "themes": _Part(THEME, exported_records.Theme, _code),
    "chapters": _Part(CHAPTER, exported_records.Chapter, lambda content: "{kind} {number}".format(**content)),
    "countries": _Part(COUNTRY, exported_records.Country, lambda content: content["alpha2"]),
    "conventions": _Part(CONVENTION, exported_records.Convention, _code),
    "provisions": _Part(
        PROVISION,
        exported_records.Provision,
        lambda content: f"{content['convention']} {content['ref']['en']}",
    ),
    "parties": _Part(PARTY, exported_records.Party, lambda content: "{instrument} {alpha2}".format(**content)),
    "organizations": _Part(ORGANIZATION, exported_records.Organization, _code),
    "glossary": _Part(GLOSSARY_TERM, exported_records.GlossaryTerm, lambda content: content["term"]["en"]),
    "thesaurus": _Part(CONCEPT, exported_records.Concept, _code),
}
_CASES = _Part(CASE, exported_records.Case, lambda content: content["slug"])


def vocabularies() -> dict[str, list[dict]]:
    """Return every vocabulary as records, in its order: about 400 kB, read in a tenth of a second."""
    return {name: [part.kind.content_of(record) for record in part.kind.current()] for name, part in _PARTS.items()}


def load(path: Path, *, overwrite: bool = False) -> loading.Report:
    """Load an exported file into the database, by the rules of `loading`, and return what was done.

    Raises MalformedCollection, and changes nothing, where the file is not such a file, or names a record of a
    vocabulary that neither it nor the database has.
    """
    file = _read(path)
    with transaction.atomic():
        # What was here once goes on counting its own versions.
        kept = (CaseStudy, CaseStudyVersion)
        known = {slug for model in kept for slug in model.objects.values_list("slug", flat=True)}
        versions.put_back(file.versions)
        report = loading.load_arrivals(file.arrivals, overwrite=overwrite)
        _complete({slug: own for slug, own in file.moments.items() if slug not in known}, file.notes)
    return report


@dataclass(frozen=True)
class _File:
    """What a file holds: the records to load, and what makes the studies what they were beside their records."""

    arrivals: list[tuple[Kind, list[Incoming]]]
    moments: dict[str, exported_records.Moments]
    """When each study, by address, was published and saved."""
    versions: list[CaseStudyVersion]
    """Those that are current no more."""
    notes: list[translations.Note]
    """Which texts translations follow."""


def _read(path: Path) -> _File:
    """Return what the file holds. Raises MalformedCollection with everything that is wrong."""
    document = _document(path)
    faults: list[Fault] = []
    known = document.get("vocabularies", {})
    # Each study stands on a line of its own, after the head; after them, and a line between, each version.
    studies = [study if isinstance(study, dict) else {} for study in document["results"]]
    records = [study.get("record") for study in studies]
    arrivals = [_arrivals(part, path.name, known.get(name, []), 1, 0, faults) for name, part in _PARTS.items()]
    arrivals.append(_arrivals(_CASES, path.name, records, 2, 1, faults))
    moments = [
        _checked(exported_records.Moments, study, path.name, line, faults)
        for line, study in enumerate(studies, 2)
        if study.get("record")
    ]
    sections = {"versions": exported_records.Version, "translated_texts": exported_records.TranslationNote}
    line = len(studies) + 3
    brought = {}
    for name, shape in sections.items():
        values = document.get(name, [])
        brought[name] = [_checked(shape, value, path.name, line + place, faults) for place, value in enumerate(values)]
        line += len(values) + 1 if values else 0
    if faults:
        raise MalformedCollection(faults)
    slugs = [arrival.key for arrival in arrivals[-1][1]]
    return _File(
        arrivals,
        dict(zip(slugs, moments, strict=True)),
        [_version(version) for version in brought["versions"]],
        [note.model_dump() for note in brought["translated_texts"]],
    )


def _complete(moments: dict[str, exported_records.Moments], notes: list[translations.Note]) -> None:
    """Let the studies with these addresses, which were just made, be what they were beside their records.

    They are as old, of the same version, and their translations follow the same texts.
    """
    studies = CaseStudy.objects.published().in_bulk(moments, field_name="slug")
    versions_of_studies = CaseStudyVersion.objects.filter(slug__in=studies).order_by("number").defer("record")
    current = {version.slug: version for version in versions_of_studies}  # the last of each
    for slug, study in studies.items():
        own = moments[slug]
        study.published_at, study.updated_at = own.published, own.saved or own.updated
        study.original_language = own.original_language
        if own.version and slug in current:
            current[slug].number, current[slug].made_at = own.version.number, own.version.made
    # `bulk_update` writes what it is given: `save` would set the moment of the last change itself.
    CaseStudy.objects.bulk_update(studies.values(), ["published_at", "updated_at", "original_language"], batch_size=500)
    CaseStudyVersion.objects.bulk_update(current.values(), ["number", "made_at"], batch_size=500)
    translations.put_back(notes, studies)
    search_index.refresh([study.pk for study in studies.values()])


def _version(version: exported_records.Version) -> CaseStudyVersion:
    return CaseStudyVersion(
        slug=version.slug,
        number=version.number,
        made_at=version.made,
        withdrawn_at=version.withdrawn,
        record=version.record.model_dump(exclude_unset=True),
    )


def _checked(shape: type[BaseModel], value: object, file: str, line: int, faults: list[Fault]) -> BaseModel | None:
    """Return what was read in its shape; where it has another, None, and what is wrong is added to `faults`."""
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        faults += validation_faults(error, file, line)
        return None


def _document(path: Path) -> dict:
    try:
        document = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise MalformedCollection([Fault(path.name, error.lineno, "", f"not JSON: {error.msg}")]) from error
    except OSError as error:
        raise MalformedCollection([Fault(path.name, None, "", str(error))]) from error
    well_formed = (
        isinstance(document, dict)
        and isinstance(document.get("results"), list)
        and isinstance(document.get("vocabularies", {}), dict)
        and isinstance(document.get("versions", []), list)
        and isinstance(document.get("translated_texts", []), list)
        and all(isinstance(records, list) for records in document.get("vocabularies", {}).values())
    )
    if not well_formed:
        raise MalformedCollection([Fault(path.name, None, "", "not an exported collection: no list of results")])
    return document


def _arrivals(
    part: _Part, file: str, records: list[object], first_line: int, lines_each: int, faults: list[Fault]
) -> tuple[Kind, list[Incoming]]:
    """Return the records to load, and add to `faults` what is wrong with them."""
    arrivals = []
    for position, value in enumerate(records):
        line = first_line + position * lines_each
        record = _checked(part.record_type, value, file, line, faults)
        if record is None:
            continue
        content = record.model_dump(exclude_unset=True)
        arrivals.append(Incoming(part.key(content), content, Located(record, file, line), position))
    return part.kind, arrivals
