"""Reading XLSX: the values of every visible sheet whose headings are known. Formulas give the value last seen."""

import io
import zipfile
from datetime import datetime, time, timedelta

import python_calamine
from django.utils.translation import gettext, ngettext
from openpyxl.utils import get_column_letter

from casestudies.exports.cells import Cell
from casestudies.exports.workbook import fitting

from .faults import Refused, no_headings
from .tables import ReadFile, Row, Table, faults_of_headings, ignored_sheets, recognised

LARGEST_UNPACKED = 400 * 1024 * 1024
MOST_PARTS = 2000
_PIECE = 1024 * 1024
_ROWS_WITH_HEADINGS = 10


def read(content: bytes) -> ReadFile:
    """Return the tables of a workbook. Raises Refused where it is none, is dangerous, or has no headings known here."""
    _refuse_dangerous(content)
    found = ReadFile([])
    try:
        with python_calamine.load_workbook(io.BytesIO(content), load_tables=False) as book:
            for sheet in book.sheets_metadata:
                if sheet.name in ignored_sheets() or sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                if sheet.visible != python_calamine.SheetVisibleEnum.Visible:
                    found.notes.append(
                        gettext("The sheet “%(name)s” is hidden and was not read.") % {"name": sheet.name}
                    )
                    continue
                _add_sheet(found, sheet.name, book.get_sheet_by_name(sheet.name))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refused(_damaged()) from error
    if not found.tables:
        raise Refused(" ".join([no_headings(""), *found.notes]))
    return found


def _add_sheet(found: ReadFile, name: str, sheet: python_calamine.CalamineSheet) -> None:
    rows = sheet.to_python(skip_empty_area=False)
    table = _beginning(rows)
    if table is None:
        if any(map(any, rows)):
            found.notes.append(
                gettext("The sheet “%(name)s” was not read: its headings are not known here.") % {"name": name}
            )
        return
    table.sheet, table.as_written = name, lambda value: fitting(value) if isinstance(value, str) else value
    headings = rows[table.heading_row - 1]
    twice, unread = faults_of_headings(table, headings)
    if twice:
        raise Refused(" ".join(twice))
    found.notes += unread
    _refuse_merged(sheet, name, table.heading_row)
    for number, cells in enumerate(rows[table.heading_row :], table.heading_row + 1):
        if table.has_something(cells):
            table.rows.append(Row(table, number, number, [_value(cell) for cell in cells]))
    found.tables.append(table)


def _beginning(rows: list[list[Cell]]) -> Table | None:
    """Return the table whose headings stand in one of the first rows: people put a title above them."""
    candidates = []
    for number, cells in enumerate(rows[:_ROWS_WITH_HEADINGS], 1):
        if table := recognised(cells):
            table.heading_row = number
            candidates.append(table)
    return max(candidates, key=lambda table: len(table.headings), default=None)


def _value(cell: object) -> Cell:
    """Return a cell as tables hold it: whole numbers whole, days without a time."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, time | timedelta):
        return str(cell)
    return cell


def _refuse_merged(sheet: python_calamine.CalamineSheet, name: str, heading_row: int) -> None:
    """Refuse cells that are merged below the headings: nobody knows whose value theirs is."""
    merged = [(start, end) for start, end in sheet.merged_cell_ranges or [] if end[0] >= heading_row]
    if merged:
        (row, column), (last_row, last_column) = merged[0]
        area = f"{get_column_letter(column + 1)}{row + 1}:{get_column_letter(last_column + 1)}{last_row + 1}"
        message = ngettext(
            "On the sheet “%(sheet)s” the cells %(area)s are merged. Separate them, so that every row has its own"
            " value.",
            "On the sheet “%(sheet)s” cells are merged in %(number)d places, first %(area)s. Separate them, so that"
            " every row has its own value.",
            len(merged),
        )
        raise Refused(message % {"sheet": name, "area": area, "number": len(merged)})


# What a workbook may not be ---------------------------------------------------------------------------------------


def _refuse_dangerous(content: bytes) -> None:
    """Refuse what is no workbook, holds macros, unpacks to too much, or has XML that defines entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            names = {part.filename.casefold() for part in parts}
            if "xl/workbook.xml" not in names:
                raise Refused(gettext("This is no XLSX workbook. Save the table as XLSX."))
            if any(name.endswith("vbaproject.bin") for name in names):
                raise Refused(gettext("The workbook has macros. Save it as XLSX, which has none."))
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise Refused(_too_large())
            _read_every_part(package, parts)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Refused(_damaged()) from error
    except zipfile.zlib.error as error:
        raise Refused(_damaged()) from error


def _read_every_part(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Unpack everything once: what a package says of its sizes need not be true."""
    unpacked = 0
    for part in parts:
        if part.is_dir():
            continue
        before = b""
        with package.open(part) as stream:
            while piece := stream.read(_PIECE):
                unpacked += len(piece)
                if unpacked > LARGEST_UNPACKED:
                    raise Refused(_too_large())
                # A text has "&lt;": only a definition of entities begins with this. UTF-16 has zeros between.
                window = (before + piece).replace(b"\0", b"")
                if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                    raise Refused(
                        gettext("The workbook defines XML entities, which no spreadsheet does. It is not read.")
                    )
                before = piece[-32:]


def _damaged() -> str:
    return gettext("The workbook is damaged or protected by a password. Open it in a spreadsheet and save it as XLSX.")


def _too_large() -> str:
    return gettext("The workbook unpacks to more than %(size)d MB. It is not read.") % {
        "size": LARGEST_UNPACKED // 1024 // 1024
    }
