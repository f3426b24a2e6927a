"""The whole collection in one JSON file, there and back: what `/en/case-studies.json` holds makes the same again.

The file has the studies' records under `results`, and `vocabularies` where it leaves no study out. What a database
that has neither becomes by loading it is compared record by record in `tests/test_collection_export.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import ValidationError

from . import exported_records, loading
from .collection_files import Fault, Located, MalformedCollection, validation_faults
from .records import Record


@dataclass(frozen=True)
class _Part:
    """A vocabulary of the file: what loads it, the shape of its records, and the natural key of one."""

    kind: loading.Kind
    record_type: type[Record]
    key: Callable[[dict], str]


def _code(content: dict) -> str:
    return content["code"]


# In the order in which each finds what it refers to.
_PARTS = {
    "regions": _Part(loading.REGION, exported_records.Region, lambda content: content["slug"]),
    "themes": _Part(loading.THEME, exported_records.Theme, _code),
    "chapters": _Part(loading.CHAPTER, exported_records.Chapter, lambda content: "{kind} {number}".format(**content)),
    "countries": _Part(loading.COUNTRY, exported_records.Country, lambda content: content["alpha2"]),
    "conventions": _Part(loading.CONVENTION, exported_records.Convention, _code),
    "provisions": _Part(
        loading.PROVISION,
        exported_records.Provision,
        lambda content: f"{content['convention']} {content['ref']['en']}",
    ),
    "parties": _Part(loading.PARTY, exported_records.Party, lambda content: "{instrument} {alpha2}".format(**content)),
    "organizations": _Part(loading.ORGANIZATION, exported_records.Organization, _code),
    "glossary": _Part(loading.GLOSSARY_TERM, exported_records.GlossaryTerm, lambda content: content["term"]["en"]),
    "thesaurus": _Part(loading.CONCEPT, exported_records.Concept, _code),
}
_CASES = _Part(loading.CASE, exported_records.Case, lambda content: content["slug"])


def vocabularies() -> dict[str, list[dict]]:
    """Return every vocabulary as records, in its order: about 400 kB, read in a tenth of a second."""
    return {name: [part.kind.content_of(record) for record in part.kind.current()] for name, part in _PARTS.items()}


def load(path: Path, *, overwrite: bool = False) -> loading.Report:
    """Load an exported file into the database, by the rules of `loading`, and return what was done.

    Raises MalformedCollection, and changes nothing, where the file is not such a file, or names a record of a
    vocabulary that neither it nor the database has.
    """
    document = _document(path)
    faults: list[Fault] = []
    known = document.get("vocabularies", {})
    # Each study stands on a line of its own, after the head.
    studies = [study.get("record") if isinstance(study, dict) else None for study in document["results"]]
    arrivals = [_arrivals(part, path.name, known.get(name, []), 1, 0, faults) for name, part in _PARTS.items()]
    arrivals.append(_arrivals(_CASES, path.name, studies, 2, 1, faults))
    if faults:
        raise MalformedCollection(faults)
    return loading.load_arrivals(arrivals, overwrite=overwrite)


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
        and all(isinstance(records, list) for records in document.get("vocabularies", {}).values())
    )
    if not well_formed:
        raise MalformedCollection([Fault(path.name, None, "", "not an exported collection: no list of results")])
    return document


def _arrivals(
    part: _Part, file: str, records: list[object], first_line: int, lines_each: int, faults: list[Fault]
) -> tuple[loading.Kind, list[loading.Incoming]]:
    """Return the records to load, and add to `faults` what is wrong with them."""
    arrivals = []
    for position, value in enumerate(records):
        line = first_line + position * lines_each
        try:
            record = part.record_type.model_validate(value)
        except ValidationError as error:
            faults += validation_faults(error, file, line)
            continue
        content = record.model_dump(exclude_unset=True)
        arrivals.append(loading.Incoming(part.key(content), content, Located(record, file, line), position))
    return part.kind, arrivals
