"""Reading JSON Lines: each line becomes a row of studies, and rows of outcomes and sources.

A line of an export says everything twice: in one language for programs, and under `record` in every language. Both
are read, as two columns that say the same; who changes one of them changes the study.
"""

from collections.abc import Iterator

import orjson
from django.utils.translation import get_language, gettext

from casestudies.collection_records import LANGUAGES
from casestudies.exports.cells import Cell
from casestudies.exports.columns import COLUMNS
from casestudies.models.case import TEXT_FIELDS

from .faults import Refused
from .tables import COLUMNS_OF, NOT_GIVEN, Heading, ReadFile, Row, Table

_COLUMN = {column.name: column for column in COLUMNS}
# Keys for programs whose column has another name.
_OTHER_NAMES = {"modes": "transport_modes"}
_PLAIN = ("chapter", "other_chapters", "themes", "countries", "region_scope", "conventions", "modes", "places")
_PLAIN += ("implementers", "handbook", "confidence", "updated")


def read(content: bytes) -> ReadFile:
    """Return the tables. Raises Refused where a line is not an object, or the lines are no studies."""
    lines = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    objects = [(number, _object(line.removeprefix(b"\xef\xbb\xbf"), number)) for number, line in lines]
    if not any("slug" in value or "title" in value or "record" in value for _number, value in objects):
        raise Refused(gettext("The lines are no studies: each should have, among others, “slug” and “title”."))
    language = _language(objects)
    studies = _table("studies", language, _studies_headings(language))
    outcomes = _table("outcomes", language, _headings("outcomes", "outcomes[].", language))
    sources = _table("sources", language, _headings("sources", "sources[].", language))
    for number, value in objects:
        _add(studies, number, _study_cells(value, studies))
        for table, rows in ((outcomes, _outcomes(value)), (sources, _rows(value, "sources"))):
            for row in rows:
                _add(table, number, _evidence_cells(row, value, table))
    return ReadFile([table for table in (studies, outcomes, sources) if table.rows])


def _object(line: bytes, number: int) -> dict:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        message = gettext("Line %(line)d is not JSON: %(reason)s. Every study stands on a line of its own.")
        raise Refused(message % {"line": number, "reason": error}) from error
    if not isinstance(value, dict):
        raise Refused(gettext("Line %(line)d is not a JSON object.") % {"line": number})
    if isinstance(value.get("results"), list):
        raise Refused(gettext("This is the JSON format. Export the studies as JSON Lines instead."))
    return value


def _language(objects: list[tuple[int, dict]]) -> str:
    """Return the language of the texts for programs: the lines say so themselves."""
    provenance = objects[0][1].get("provenance")
    language = provenance.get("language") if isinstance(provenance, dict) else None
    return language if language in LANGUAGES else get_language()


def _table(kind: str, language: str, headings: list[Heading]) -> Table:
    return Table(kind, "", headings, language)


def _add(table: Table, line: int, cells: list[Cell]) -> None:
    table.rows.append(Row(table, len(table.rows) + 2, line, cells))


# Studies -----------------------------------------------------------------------------------------------------------


def _studies_headings(language: str) -> list[Heading]:
    """Return a heading for every key: first those for programs, then those of the record."""
    keys = [("slug", "slug", language), *((field, field, language) for field in TEXT_FIELDS)]
    keys += [(key, _OTHER_NAMES.get(key, key), language) for key in _PLAIN]
    keys += [("period.start", "period_start", language), ("period.end", "period_end", language)]
    for own in LANGUAGES:
        keys += [(f"record.{own}.{field}", field, own) for field in TEXT_FIELDS]
        keys.append((f"record.region_scope.{own}", "region_scope", own))
    for key in ("chapter", "other_chapters", "themes", "countries", "transport_modes", "places", "implementers"):
        keys.append((f"record.{key}", key, language))
    keys += [("record.instruments", "conventions", language)]
    keys += [(f"record.period.{end}", f"period_{end}", language) for end in ("start", "end")]
    keys += [(f"record.{key}", key, language) for key in ("handbook", "confidence")]
    return [
        Heading(position, key, _COLUMN[name], own, is_spreadsheet=False)
        for position, (key, name, own) in enumerate(keys)
    ]


def _study_cells(value: dict, table: Table) -> list[Cell]:
    cells = [_at(value, heading.text) for heading in table.headings]
    if cells[0] is NOT_GIVEN:
        cells[0] = _at(value, "record.slug")
    return cells


def _at(value: object, path: str) -> Cell:
    """Return what stands under a dotted path, NOT_GIVEN where nothing does; an object that is null is empty."""
    for key in path.split("."):
        if value is None:
            return None
        if not isinstance(value, dict) or key not in value:
            return NOT_GIVEN
        value = value[key]
    return value


# Outcomes and sources ------------------------------------------------------------------------------------------------


def _headings(kind: str, prefix: str, language: str) -> list[Heading]:
    columns = [
        (column, own) for column in COLUMNS_OF[kind] for own in (LANGUAGES if column.has_language else [language])
    ]
    return [
        Heading(
            position,
            "slug" if column.name == "slug" else prefix + ".".join(column.place(own) or (column.name,)),
            column,
            own,
            is_spreadsheet=False,
        )
        for position, (column, own) in enumerate(columns)
    ]


def _rows(value: dict, key: str) -> Iterator[dict]:
    """Yield the rows of evidence: those of the record, which have every language, before those for programs."""
    record = value.get("record") if isinstance(value.get("record"), dict) else {}
    rows, mine = record.get(key, value.get(key)), value.get(key)
    for row in rows if isinstance(rows, list) else []:
        yield row if isinstance(row, dict) else {}
    # What was changed in one of two places alone must not be lost.
    if key in record and isinstance(mine, list) and isinstance(rows, list) and not _same(rows, mine):
        raise Refused(
            gettext("“%(slug)s” has other “%(key)s” under “record” than beside it. Change both, or leave one out.")
            % {"slug": value.get("slug"), "key": key}
        )


def _same(of_record: list, for_programs: list) -> bool:
    """Say whether two lists of evidence say the same; those for programs have an indicator in one language."""
    if len(of_record) != len(for_programs) or not all(isinstance(row, dict) for row in of_record + for_programs):
        return False
    return all(
        {**row, "indicator": None} == {**other, "indicator": None}
        and (row.get("indicator") == other.get("indicator") or other["indicator"] in row["indicator"].values())
        for row, other in zip(of_record, for_programs, strict=True)
        if isinstance(row.get("indicator", {}), dict)
    )


def _outcomes(value: dict) -> Iterator[dict]:
    """Yield the outcomes, each with title and address of its source in place of the source's number."""
    sources = list(_rows(value, "sources"))
    for outcome in _rows(value, "outcomes"):
        place = outcome.get("source")
        if isinstance(place, int) and 0 <= place < len(sources):
            cited = {"source_title": sources[place].get("title"), "source_url": sources[place].get("url")}
        else:
            cited = {"source_title": place, "source_url": None}
        yield {**outcome, **cited}


def _evidence_cells(row: dict, value: dict, table: Table) -> list[Cell]:
    cells = []
    for heading in table.headings:
        if heading.column.name == "slug":
            cells.append(value.get("slug") or _at(value, "record.slug"))
        elif not heading.column.path:
            cells.append(NOT_GIVEN)
        elif heading.column.has_language and isinstance(row.get(heading.column.path[0]), str):
            # In one language: that of the file.
            cells.append(row[heading.column.path[0]] if heading.language == table.language else NOT_GIVEN)
        else:
            cells.append(_at(row, ".".join(heading.column.place(heading.language))))
    return cells
