"""CSV as spreadsheets open it: UTF-8 with a byte order mark, commas, one row a study."""

from collections.abc import Iterator
from datetime import date

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .base import Group
from .characters import without_control_characters
from .columns import COLUMNS
from .document import Document

BYTE_ORDER_MARK = "\ufeff"
# What makes Excel, LibreOffice or a spreadsheet on the web take a cell for a formula, full-width signs included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What a spreadsheet passes over before it looks.
PASSED_OVER = " \u00a0" + "".join(chr(code) for code in range(32) if chr(code) not in FORMULA_STARTS)

# What a text begins with that may be one; most texts begin with a letter, and are not looked at further.
_SUSPICIOUS = frozenset(PASSED_OVER).union(FORMULA_STARTS)

# Rows that leave together: each piece of an answer costs as much as a few rows do.
PIECE = 50


def neutralized(value: str | int | date | None) -> str | int | date | None:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before a text that looks like one."""
    if isinstance(value, str) and value[:1] in _SUSPICIOUS and value.lstrip(PASSED_OVER).startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


class CommaSeparated:
    """A table of studies for a spreadsheet."""

    extension = "csv"
    label = _("CSV (spreadsheet)")
    group = Group.TABLES
    content_type = "text/csv; charset=utf-8"
    as_attachment = True
    for_study = False
    most = None
    in_turn = False

    def write(self, document: Document) -> Iterator[str]:
        """Yield the table, some rows at a time."""
        with translation.override(document.language):
            piece = [BYTE_ORDER_MARK + _row([str(column.heading) for column in COLUMNS])]
            for study in document.rows():
                piece.append(_row([column.value(study) for column in COLUMNS]))
                if len(piece) == PIECE:
                    yield without_control_characters("".join(piece))
                    piece = []
        yield without_control_characters("".join(piece))


def _row(cells: list[str | int | date | None]) -> str:
    """Return a row as RFC 4180 has it, every text in quotation marks.

    csv.writer looks at each character to find out which texts need them; with texts as long as these, that took half
    of the time of an export.
    """
    return ",".join([_cell(cell) for cell in cells]) + "\r\n"


def _cell(cell: str | int | date | None) -> str:
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    if cell[:1] in _SUSPICIOUS:
        cell = neutralized(cell)
    return '"' + cell.replace('"', '""') + '"' if cell else ""
