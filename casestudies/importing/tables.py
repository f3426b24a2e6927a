"""What every kind of file is read into: tables of studies, outcomes and sources under recognised headings."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language, gettext, pgettext
from openpyxl.utils import get_column_letter
from rapidfuzz import process

from casestudies.exports.cells import Cell
from casestudies.exports.columns import COLUMNS, OUTCOME_COLUMNS, SLUG, SOURCE_COLUMNS, Column, Value

LANGUAGES = [code for code, _name in settings.LANGUAGES]
COLUMNS_OF = {"studies": COLUMNS, "outcomes": OUTCOME_COLUMNS, "sources": SOURCE_COLUMNS}
NOT_GIVEN = object()
"""Stands for a cell that a line of JSON does not have: what is not given stays as it is."""
_FEWEST_HEADINGS = 2


@dataclass(frozen=True)
class Heading:
    """A heading that names a column. `language` is that of its texts; of one that holds none, that of the file."""

    position: int
    text: str
    column: Column
    language: str
    is_spreadsheet: bool = True

    @property
    def label(self) -> str:
        """The heading as people find it: with its letter in a spreadsheet."""
        return f"{get_column_letter(self.position + 1)} · {self.text}" if self.is_spreadsheet else self.text


@dataclass(slots=True)
class Row:
    """A row. `number` is its place on the sheet, `line` its place in the file."""

    table: "Table"
    number: int
    line: int
    cells: list[Cell]

    def cell(self, heading: Heading) -> Cell:
        """Return the cell under a heading."""
        return self.cells[heading.position] if heading.position < len(self.cells) else None

    def named(self, name: str) -> Cell:
        """Return the cell of the column with this name, None where the table has none."""
        heading = self.table.heading(name)
        value = self.cell(heading) if heading else None
        return None if value is NOT_GIVEN else value


@dataclass
class Table:
    """A table of one kind: "studies", "outcomes" or "sources".

    `sheet` is the name that its workbook gives it, "" in other files; `as_written` is what an export of the same kind
    makes of a value, for example so that no spreadsheet takes it for a formula.
    """

    kind: str
    sheet: str
    headings: list[Heading]
    language: str
    rows: list[Row] = field(default_factory=list)
    as_written: Callable[[Value], Value] = lambda value: value
    heading_row: int = 1
    given: list[str] = field(default_factory=list)
    """Every heading of the file, also those that name no column."""

    def has_something(self, cells: list[Cell]) -> bool:
        """Say whether a row has anything under the headings that are read."""
        return any(
            str(cells[heading.position]).strip()
            for heading in self.headings
            if heading.position < len(cells) and cells[heading.position] is not None
        )

    @property
    def title(self) -> str:
        """The name of the sheet, in a workbook that is made of the file as well."""
        return self.sheet or sheet_title(self.kind)

    def heading(self, name: str) -> Heading | None:
        """Return the first heading of the column with this name."""
        return next((heading for heading in self.headings if heading.column.name == name), None)

    def heading_of(self, path: tuple[str, ...]) -> Heading | None:
        """Return the heading of the column that leads to this place in the record."""
        found = (heading for heading in self.headings if heading.column.place(heading.language) == path)
        return next(found, None)


@dataclass
class ReadFile:
    """A file that was read: its tables, and what its owner should know of how it was read."""

    tables: list[Table]
    notes: list[str] = field(default_factory=list)

    def rows(self, kind: str) -> Iterable[Row]:
        """Yield the rows of every table of a kind."""
        return (row for table in self.tables if table.kind == kind for row in table.rows)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return sum(len(table.rows) for table in self.tables)


def sheet_title(kind: str) -> str:
    """Return the name of the sheet of a kind, in the active language."""
    return {
        "studies": pgettext("sheet", "Studies"),
        "outcomes": pgettext("sheet", "Outcomes"),
        "sources": pgettext("sheet", "Sources"),
    }[kind]


@cache
def ignored_sheets() -> set[str]:
    """Return the names, in every language, of sheets that exports and templates have for people alone."""
    names = set()
    for language in LANGUAGES:
        with translation.override(language):
            names |= {pgettext("sheet", "About"), pgettext("sheet", "Codes"), pgettext("sheet", "Example")}
    return names


def recognised(cells: list[Cell], kinds: Iterable[str] = COLUMNS_OF) -> Table | None:
    """Return an empty table of the kind that most of the headings name, None where hardly any name a column."""
    texts = [str(cell).strip() if cell is not None else "" for cell in cells]
    found = {kind: [_known(kind).get(_plain(text)) for text in texts] for kind in kinds}
    kind = max(found, key=lambda kind: len({column.name for column, _language in filter(None, found[kind])}))
    columns = found[kind]
    if sum(map(bool, columns)) < _FEWEST_HEADINGS or not any(
        column is SLUG or column.name == "title" for column, _language in filter(None, columns)
    ):
        return None
    spoken = Counter(language for _column, language in filter(None, columns) if language)
    own = get_language()
    language = max(LANGUAGES, key=lambda language: (spoken[language], language == own))
    headings = [
        Heading(position, texts[position], column, heading_language or language)
        for position, (column, heading_language) in ((at, pair) for at, pair in enumerate(columns) if pair)
    ]
    return Table(kind, "", headings, language, given=texts)


def faults_of_headings(table: Table, cells: list[Cell]) -> tuple[list[str], list[str]]:
    """Return what forbids reading the table, a heading that stands twice, and which headings name no column."""
    place = f"{table.sheet}: " if table.sheet else ""
    counted = Counter((heading.column.name, heading.language) for heading in table.headings)
    twice = [
        place + gettext("The heading “%(heading)s” stands twice.") % {"heading": heading.text}
        for heading in table.headings
        if counted.pop((heading.column.name, heading.language), 1) > 1
    ]
    known = {heading.position for heading in table.headings}
    unread = []
    for position, cell in enumerate(cells):
        text = str(cell).strip() if cell is not None else ""
        if not text or position in known:
            continue
        note = place + gettext("Column %(letter)s, “%(heading)s”, is not read: no column has this name.") % {
            "letter": get_column_letter(position + 1),
            "heading": text[:100],
        }
        names = [str(column.heading) for column in COLUMNS_OF[table.kind]]
        if nearest := process.extractOne(text, names, score_cutoff=75):
            note += " " + gettext("Do you mean “%(heading)s”?") % {"heading": nearest[0]}
        unread.append(note)
    return twice, unread


@cache
def _known(kind: str) -> dict[str, tuple[Column, str | None]]:
    """Return the columns by what may stand above them: the heading in every language, or the name for programs.

    With each stands the language that it tells, if it does.
    """
    known = {}
    for column in COLUMNS_OF[kind]:
        known[_plain(column.name)] = (column, None)
        if column.has_language:
            known |= {_plain(f"{column.name}_{language}"): (column, language) for language in LANGUAGES}
    for language in LANGUAGES:
        with translation.override(language):
            for column in COLUMNS_OF[kind]:
                heading = _plain(str(column.heading))
                known[heading] = (column, language if column is not SLUG else None)
    return known


def _plain(text: str) -> str:
    return re.sub(r"[\s*:]+", " ", text).strip().casefold()
