"""XLSX: a workbook with the studies, their outcomes and their sources, a sheet each, and where they come from."""

import tempfile
from collections.abc import Iterator
from datetime import date

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from xlsxwriter.worksheet import Worksheet

from .base import Group
from .characters import CONTROL_CHARACTERS, without_control_characters
from .columns import COLUMNS, OUTCOME_COLUMNS, SOURCE_COLUMNS, Column, Value
from .document import Document
from .sheet_rows import Cell, SheetOfRows

# Excel's own limits, https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
ROWS_ON_A_SHEET = 1_048_576
CHARACTERS_IN_A_CELL = 32_767
LINKS_ON_A_SHEET = 65_530
LENGTH_OF_A_LINK = 2_079
BYTES_IN_A_PIECE = 65_536

_WIDE, _MEDIUM, _NARROW = 60, 30, 12
WIDTHS = {
    "studies": {
        **dict.fromkeys(("summary", "challenge", "practice", "results", "lessons", "outcomes", "sources"), _WIDE),
        **dict.fromkeys(
            ("chapter", "other_chapters", "period_start", "period_end", "country_codes", "version", "updated"), _NARROW
        ),
        "title": 45,
    },
    "outcomes": {
        **dict.fromkeys(("indicator", "source", "source_url"), _WIDE),
        **dict.fromkeys(("before", "before_year", "after", "after_year", "unit", "better"), _NARROW),
        "title": 45,
    },
    "sources": {**dict.fromkeys(("source", "url"), _WIDE), "year": _NARROW, "checked": _NARROW, "title": 45},
}


class _Formats:
    """How cells look: made once a workbook."""

    def __init__(self, book: xlsxwriter.Workbook):
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE6F0"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.number = book.add_format({"valign": "top"})
        self.date = book.add_format({"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"})
        self.link = book.add_format(
            {"text_wrap": True, "valign": "top", "font_color": "#0563C1", "underline": 1, "hyperlink": True}
        )


class _Table:
    """Rows under a frozen heading with filters. Where a sheet is full, they continue on a further one."""

    def __init__(self, book: xlsxwriter.Workbook, formats: _Formats, name: str, columns: list[tuple[str, int]]):
        self.name, self.sheets = name, 0
        self.cut_texts = self.unlinked = 0
        self._book, self._formats, self._columns = book, formats, columns
        self._begin_sheet()

    def _begin_sheet(self) -> None:
        self.sheets += 1
        name = self.name if self.sheets == 1 else f"{self.name} {self.sheets}"
        self._sheet = self._book.add_worksheet(name, worksheet_class=SheetOfRows)
        self._sheet.freeze_panes(1, 1)
        self._sheet.repeat_rows(0)
        _set_up_print(self._sheet)
        self._row, self._links = 1, 0
        for place, (heading, width) in enumerate(self._columns):
            self._sheet.set_column(place, place, width)
            self._sheet.write_string(0, place, heading, self._formats.heading)

    def write(self, values: list[Value]) -> None:
        """Write one row."""
        if self._row == ROWS_ON_A_SHEET:
            self.finish()
            self._begin_sheet()
        cells = enumerate(values)
        self._sheet.append(
            self._row, [self._cell(place, value) for place, value in cells if value is not None and value != ""]
        )
        self._row += 1

    def finish(self) -> None:
        """Put the filters over the rows that were written."""
        self._sheet.autofilter(0, 0, self._row - 1, len(self._columns) - 1)

    def _cell(self, place: int, value: Value) -> Cell:
        if isinstance(value, str):
            linked = value.startswith(("https://", "http://")) and self._link(place, value)
            if _may_be_too_long(value):
                self.cut_texts += _length(without_control_characters(value)) > CHARACTERS_IN_A_CELL
            # A string is written as a string: no spreadsheet takes it for a formula, however it begins.
            return place, fitting(value), self._formats.link if linked else self._formats.text
        return place, value, self._formats.date if isinstance(value, date) else self._formats.number

    def _link(self, place: int, address: str) -> bool:
        """Let a cell lead to an address and say so; not where Excel would refuse it."""
        if " " in address or _length(address) > LENGTH_OF_A_LINK or CONTROL_CHARACTERS.search(address):
            return False
        if self._links == LINKS_ON_A_SHEET:
            self.unlinked += 1
            return False
        self._links += 1
        self._sheet.link(self._row, place, address)
        return True


def fitting(text: str) -> str:
    """Return a text as a cell can hold it; one that is too long is cut and says so in the active language."""
    text = without_control_characters(text)
    if not _may_be_too_long(text) or _length(text) <= CHARACTERS_IN_A_CELL:
        return text
    note = " " + gettext("[… cut: a cell holds no more; the whole text is on the study’s page]")
    # In the middle of a character of two units nothing may be cut.
    units = text.encode("utf-16-le")[: 2 * (CHARACTERS_IN_A_CELL - _length(note))]
    return units.decode("utf-16-le", errors="ignore") + note


def _may_be_too_long(text: str) -> bool:
    """Say whether to look at the length of a text: most are far shorter, and no character is longer than two."""
    return len(text) > CHARACTERS_IN_A_CELL // 2


def _length(text: str) -> int:
    """Return the length as Excel counts it: an emoji is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


class Workbook:
    """A workbook for Excel, LibreOffice and others."""

    extension = "xlsx"
    label = _("XLSX (Excel)")
    group = Group.TABLES
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    as_attachment = True
    for_study = False
    most = None
    in_turn = True

    def write(self, document: Document) -> Iterator[bytes]:
        """Yield the file once it is complete: a workbook's index, written last, is what its sheets are found by."""
        with tempfile.TemporaryDirectory(prefix="workbook-") as folder, tempfile.TemporaryFile(dir=folder) as file:
            with translation.override(document.language):
                _write(document, file, folder)
            file.seek(0)
            while piece := file.read(BYTES_IN_A_PIECE):
                yield piece


def _write(document: Document, file: object, folder: str) -> None:
    """Write the workbook: rows go to files in `folder` as they come, so that memory does not grow with them."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder})
    book.set_properties({"title": document.provenance.question, "author": document.provenance.collection})
    formats = _Formats(book)
    studies, outcomes, sources = sheets = _tables(book, formats)
    for study in document.rows():
        studies.write([column.value(study) for column in COLUMNS])
        for row in study.record["outcomes"]:
            outcomes.write([column.value(study, row) for column in OUTCOME_COLUMNS])
        for row in study.record["sources"]:
            sources.write([column.value(study, row) for column in SOURCE_COLUMNS])
    for table in sheets:
        table.finish()
    _write_about(book, formats, document, sheets)
    book.close()


def _tables(book: xlsxwriter.Workbook, formats: _Formats) -> list[_Table]:
    return [
        _Table(
            book, formats, name, [(str(column.heading), WIDTHS[table].get(column.name, _MEDIUM)) for column in columns]
        )
        for table, (name, columns) in tables().items()
    ]


def tables() -> dict[str, tuple[str, list[Column]]]:
    """Return the sheets of a workbook, each with its name in the active language and its columns."""
    return {
        "studies": (pgettext("sheet", "Studies"), COLUMNS),
        "outcomes": (pgettext("sheet", "Outcomes"), OUTCOME_COLUMNS),
        "sources": (pgettext("sheet", "Sources"), SOURCE_COLUMNS),
    }


def _set_up_print(sheet: Worksheet) -> None:
    """Let a sheet be printed across A4, all of its columns side by side."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write_about(book: xlsxwriter.Workbook, formats: _Formats, document: Document, tables: list[_Table]) -> None:
    """Write the last sheet: where the workbook comes from, and where Excel's limits left a mark."""
    sheet = book.add_worksheet(pgettext("sheet", "About"))
    _set_up_print(sheet)
    sheet.set_column(0, 0, _MEDIUM)
    sheet.set_column(1, 1, 100)
    rows = document.provenance.rows() + [row for table in tables for row in _marks(table)]
    for number, (label, value) in enumerate(rows):
        sheet.write_string(number, 0, label, formats.heading)
        fits = len(value) <= LENGTH_OF_A_LINK and value.startswith(("https://", "http://"))
        write, look = (sheet.write_url, formats.link) if fits else (sheet.write_string, formats.text)
        write(number, 1, without_control_characters(value)[:CHARACTERS_IN_A_CELL], look)


def _marks(table: _Table) -> Iterator[tuple[str, str]]:
    """Yield what the reader of a sheet has to know of it."""
    if table.sheets > 1:
        yield (
            table.name,
            gettext("The rows continue on further sheets, up to “%(name)s %(number)d”: a sheet holds no more.")
            % {"name": table.name, "number": table.sheets},
        )
    if table.unlinked:
        yield (
            table.name,
            gettext("%(number)d addresses are written as text: a sheet holds no more links.")
            % {"number": table.unlinked},
        )
    if table.cut_texts:
        yield (
            table.name,
            gettext("%(number)d texts are cut, which each says at its end: a cell holds no more.")
            % {"number": table.cut_texts},
        )
