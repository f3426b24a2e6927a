"""CSV as spreadsheets open it: UTF-8 with a byte order mark, commas, one row a study."""

import csv
from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .base import Group
from .columns import COLUMNS, address_heading
from .document import Document

BYTE_ORDER_MARK = "\ufeff"
# What makes Excel, LibreOffice or a spreadsheet on the web take a cell for a formula, full-width signs included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Echo:
    """A file for csv.writer that hands each row back."""

    def write(self, row: str) -> str:
        return row


def neutralized(value: str | int | None) -> str | int | None:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before a text that looks like one."""
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(FORMULA_STARTS):
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

    def write(self, document: Document) -> Iterator[str]:
        """Yield the table row by row."""
        row = csv.writer(_Echo())
        with translation.override(document.language):
            headings = [str(column.heading) for column in COLUMNS]
            yield BYTE_ORDER_MARK + row.writerow([*headings, address_heading()])
            for study in document.studies():
                cells = [column.value(study) for column in COLUMNS]
                yield row.writerow([neutralized(cell) for cell in [*cells, document.address_of(study)]])
