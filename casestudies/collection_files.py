"""Reading the collection's files: records with the line they stand on, and faults that name file, line and field."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from . import records

RecordType = TypeVar("RecordType", bound=records.Record)

REFERENCE_FILES: dict[str, type[records.Record]] = {
    "themes": records.ThemeRecord,
    "chapters": records.ChapterRecord,
    "countries": records.CountryRecord,
    "instruments": records.InstrumentRecord,
    "parties": records.PartyRecord,
    "organizations": records.OrganizationRecord,
    "glossary": records.GlossaryTermRecord,
}
# What this edition adds to the collection's own files; a collection without them loads as well.
OPTIONAL_FILES: dict[str, type[records.Record]] = {
    "parties-notes": records.PartiesNoteRecord,
    "region-scopes": records.NameRecord,
    "provision-refs": records.NameRecord,
    "alternative-names": records.AlternativeNamesRecord,
    "thesaurus": records.ConceptRecord,
    "thesaurus-names": records.ConceptRecord,
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a file; `line` counts from 1, `field` is a dotted path, both empty for the whole file."""

    file: str
    line: int | None
    field: str
    reason: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.field}: {self.reason}" if self.field else f"{where}: {self.reason}"


class MalformedCollection(Exception):
    """The files cannot be loaded; `faults` says why, one by one."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True)
class Located(Generic[RecordType]):
    """A record and where it stands."""

    record: RecordType
    file: str
    line: int

    def fault(self, field: str, reason: str) -> Fault:
        """Return a fault of this record."""
        return Fault(self.file, self.line, field, reason)


@dataclass(frozen=True)
class Collection:
    """Everything read from a folder: `reference` by the name of its file, and the cases."""

    reference: dict[str, list[Located]]
    cases: list[Located[records.CaseRecord]]


def read(folder: Path) -> Collection:
    """Read and check `reference/*.json` and `cases/*.jsonl` below `folder`.

    Raises MalformedCollection with every fault found, references between records not yet looked at.
    """
    faults: list[Fault] = []
    reference = {}
    for name, record_type in (REFERENCE_FILES | OPTIONAL_FILES).items():
        path = folder / "reference" / f"{name}.json"
        if name in OPTIONAL_FILES and not path.exists():
            reference[name] = []
            continue
        reference[name] = _read_file(folder, path, record_type, faults)
    case_files = sorted((folder / "cases").glob("*.jsonl"))
    if not case_files:
        faults.append(Fault("cases/*.jsonl", None, "", f"no such file in {folder}"))
    cases = []
    for path in case_files:
        cases += _read_file(folder, path, records.CaseRecord, faults)
    if faults:
        raise MalformedCollection(faults)
    return Collection(reference, cases)


def _read_file(folder: Path, path: Path, record_type: type[RecordType], faults: list[Fault]) -> list[Located]:
    """Return the records of one file, and add to `faults` what is wrong with it."""
    name = path.relative_to(folder).as_posix()
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        faults.append(Fault(name, None, "", f"no such file in {folder}"))
        return []
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(name, None, "", f"cannot be read as UTF-8 text: {error}"))
        return []
    split = _json_lines if path.suffix == ".jsonl" else _json_array
    located = []
    try:
        for line, value in split(content):
            try:
                located.append(Located(record_type.model_validate(value), name, line))
            except ValidationError as error:
                faults += validation_faults(error, name, line)
    except json.JSONDecodeError as error:
        faults.append(Fault(name, error.lineno, "", f"not JSON: {error.msg} (column {error.colno})"))
    except (ValueError, RecursionError) as error:
        faults.append(Fault(name, None, "", f"not readable as JSON: {error}"))
    return located


def validation_faults(error: ValidationError, file: str, line: int) -> Iterator[Fault]:
    """Yield what is wrong with the record on a line."""
    for detail in error.errors():
        value = repr(detail["input"])
        shown = value if len(value) <= 80 else f"{value[:77]}…"
        reason = detail["msg"] if detail["type"] == "missing" else f"{detail['msg']}, not {shown}"
        yield Fault(file, line, ".".join(map(str, detail["loc"])), reason)


def _json_lines(content: str) -> Iterator[tuple[int, object]]:
    """Yield line number and value of each line that holds something."""
    # Not splitlines(): it also breaks at separators that JSON strings may hold as they are.
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line, object_pairs_hook=_each_key_once)
            except ValueError as error:
                fault = error if isinstance(error, json.JSONDecodeError) else json.JSONDecodeError(str(error), "", 0)
                fault.lineno = number
                raise fault from error


def _json_array(content: str) -> Iterator[tuple[int, object]]:
    """Yield the elements of a JSON array with the line on which each begins."""
    decoder = json.JSONDecoder(object_pairs_hook=_each_key_once)
    position = _skip_blank(content, 0)
    if content[position : position + 1] != "[":
        raise json.JSONDecodeError("Expecting a list of objects", content, position)
    position = _skip_blank(content, position + 1)
    while content[position : position + 1] != "]":
        try:
            value, end = decoder.raw_decode(content, position)
        except json.JSONDecodeError:
            raise
        except ValueError as error:
            raise json.JSONDecodeError(str(error), content, position) from error
        yield content.count("\n", 0, position) + 1, value
        position = _skip_blank(content, end)
        if content[position : position + 1] == ",":
            position = _skip_blank(content, position + 1)
            if content[position : position + 1] == "]":
                raise json.JSONDecodeError("Expecting a record after ','", content, position)
        elif content[position : position + 1] != "]":
            raise json.JSONDecodeError("Expecting ',' or ']'", content, position)
    rest = _skip_blank(content, position + 1)
    if rest < len(content):
        raise json.JSONDecodeError("Extra data", content, rest)


def _each_key_once(pairs: list[tuple[str, object]]) -> dict:
    """Return the object. Raises ValueError where a key stands twice: JSON would keep the last and lose the first."""
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return value


def _skip_blank(content: str, position: int) -> int:
    while position < len(content) and content[position] in " \t\r\n":
        position += 1
    return position
