"""The uploaded workbook with its faulty cells marked, the reason in a comment; of another file, a workbook made of it.

It goes straight back in once it is corrected. Marks of an earlier round are taken off.
"""

import io
from collections import defaultdict
from collections.abc import Iterator

import openpyxl
import xlsxwriter
from django.utils.translation import gettext
from openpyxl.cell import Cell as WorkbookCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from casestudies.exports.cells import Cell
from casestudies.exports.characters import without_control_characters
from casestudies.exports.workbook import CHARACTERS_IN_A_CELL, WIDTHS
from casestudies.models import ImportJob

from . import files
from .tables import NOT_GIVEN, Heading, ReadFile, Row, Table

AUTHOR = "Import"
_COLOUR = "FFC7CE"
_FILL = PatternFill("solid", start_color=_COLOUR, end_color=_COLOUR)
_COMMENT = {"width": 320, "height": 160}
Marks = dict[tuple[str, int, int], str]
"""What is wrong with a cell, by sheet, row and column, counted from 1."""


def marked(job: ImportJob) -> bytes:
    """Return the workbook of a job that was previewed, in the active language."""
    content = bytes(job.file)
    marks = _marks(job.faults)
    if files.kind_of(content) == "xlsx":
        return _marked_in_place(content, marks)
    values = {study.slug: dict(_paths(study.values)) for study in job.studies.all()}
    return _made_of(files.read(content), marks, values)


def _marks(faults: list[dict]) -> Marks:
    reasons = defaultdict(list)
    for fault in faults:
        sheet, row, column = fault["cell"]
        reason = fault["message"]
        if fault["allowed"]:
            reason += " " + gettext("Allowed: %(values)s") % {"values": "; ".join(fault["allowed"])}
        reasons[sheet, row, column or 1].append(reason)
    return {cell: without_control_characters("\n".join(texts)) for cell, texts in reasons.items()}


# A workbook ----------------------------------------------------------------------------------------------------------


def _marked_in_place(content: bytes, marks: Marks) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment and cell.comment.author == AUTHOR:
                    _take_mark_off(cell)
    for (sheet, row, column), reason in marks.items():
        cell = book[sheet].cell(row, column)
        if cell.comment:
            reason = f"{reason}\n\n{cell.comment.text}"
        cell.comment = Comment(reason, AUTHOR, **_COMMENT)
        cell.fill = _FILL
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _take_mark_off(cell: WorkbookCell) -> None:
    cell.comment = None
    if cell.fill.start_color.rgb in (_COLOUR, f"00{_COLOUR}", f"FF{_COLOUR}"):
        cell.fill = PatternFill()


# Another file -----------------------------------------------------------------------------------------------------


def _made_of(file: ReadFile, marks: Marks, values: dict[str, dict]) -> bytes:
    """Return a workbook with the tables of a file. Texts are written as texts: no cell becomes a formula."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE6F0"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        faulty = book.add_format({"text_wrap": True, "valign": "top", "bg_color": f"#{_COLOUR}"})
        for table in file.tables:
            sheet = book.add_worksheet(table.title)
            sheet.freeze_panes(1, 1)
            columns = _columns(table)
            for place, (name, headings) in enumerate(columns):
                sheet.set_column(place, place, WIDTHS[table.kind].get(headings[0].column.name if headings else "", 30))
                sheet.write_string(0, place, name, bold)
            for row in table.rows:
                given = values.get(str(row.named("slug") or ""), {})
                for place, (_name, headings) in enumerate(columns):
                    reason = next(_reasons(row, headings, marks), None) or (
                        marks.get((table.title, row.number, 1)) if place == 0 else None
                    )
                    value = _value(row, place, headings, given if table.kind == "studies" else {}, marks)
                    look = faulty if reason else plain
                    if isinstance(value, bool):
                        sheet.write_boolean(row.number - 1, place, value, look)
                    elif isinstance(value, int | float):
                        sheet.write_number(row.number - 1, place, value, look)
                    else:
                        text = without_control_characters(str(value))[:CHARACTERS_IN_A_CELL]
                        # Without a text the cell still shows its colour.
                        (sheet.write_string if text else sheet.write_blank)(row.number - 1, place, text, look)
                    if reason:
                        sheet.write_comment(row.number - 1, place, reason, {"author": AUTHOR, **_COMMENT})
    return target.getvalue()


def _columns(table: Table) -> list[tuple[str, list[Heading]]]:
    """Return the columns to write, each with the headings of the file that say the same."""
    if table.given:
        at = {heading.position: heading for heading in table.headings}
        return [(name, [at[place]] if place in at else []) for place, name in enumerate(table.given)]
    columns = defaultdict(list)
    for heading in table.headings:
        if heading.column.path or heading.column.name in ("slug", "updated"):
            suffix = f"_{heading.language}" if heading.column.has_language else ""
            columns[heading.column.name + suffix].append(heading)
    return list(columns.items())


def _reasons(row: Row, headings: list[Heading], marks: Marks) -> Iterator[str]:
    for heading in headings:
        if reason := marks.get((row.table.title, row.number, heading.position + 1)):
            yield reason


def _value(row: Row, place: int, headings: list[Heading], values: dict, marks: Marks) -> Cell:
    """Return what to write: of several cells that say the same the faulty one, or else what was read from them."""
    if row.table.given:
        return row.cells[place]
    for heading in headings:
        if (row.table.title, row.number, heading.position + 1) in marks:
            return shown(row.cell(heading))
    path = headings[-1].column.place(headings[-1].language)
    if path in values:
        return shown(values[path])
    given = [row.cell(heading) for heading in headings if row.cell(heading) is not NOT_GIVEN]
    return shown(given[-1]) if given else ""


def shown(value: object) -> Cell:
    """Return a value of JSON as a cell that is read back as the same."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(str(shown(item)) for item in value)
    if isinstance(value, dict):
        if "name" in value and "lat" in value:
            parts = (value["name"], value.get("country"), value["lat"], value.get("lon"))
            return ", ".join(str(part) for part in parts if part is not None)
        return " – ".join(str(value[key]) for key in ("code", "provision") if value.get(key))
    return value


def _paths(values: list) -> Iterator[tuple[tuple[str, ...], object]]:
    return ((tuple(path), value) for path, value in values)
