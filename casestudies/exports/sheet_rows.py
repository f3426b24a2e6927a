"""A worksheet that takes a row at once.

XlsxWriter looks at a cell when it is set and again, many times, when its row is written; with sixty cells a study that
was most of the time of a workbook. Here rows go as XML into the file in which XlsxWriter collects them (its constant
memory mode). All else stays its own: headings, widths, filters, styles, links and the archive. What this needs beyond
its documented interface is in this module alone; the version is pinned, and tests read every kind of cell back.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from xlsxwriter.format import Format
from xlsxwriter.url import Url
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# What Excel counts the days from. It has a 29 February 1900, so this holds from March 1900 on.
_FIRST_DAY = date(1899, 12, 30).toordinal()
# What Excel would take for an escaped character: the underscore before it is escaped itself.
_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9a-fA-F]{4}_)")
_COLUMNS = [xl_col_to_name(place) for place in range(100)]

# The same source stands on two sheets; to prepare its address takes longer than to write it.
_url = lru_cache(maxsize=1_000)(Url)

Cell = tuple[int, str | int | float | date, Format]
"""The column of a cell, counted from 0, its value, and how it looks."""


class SheetOfRows(Worksheet):
    """A worksheet to be written from the top, in constant memory mode. Texts are without control characters."""

    def append(self, row: int, cells: Iterable[Cell]) -> None:
        """Write the row with this number, counted from 0; its cells in their order. It stands below all others."""
        self._write_single_row(row)  # the heading, which was set cell by cell, before the first row
        number = str(row + 1)
        written = [
            _written(f'<c r="{_COLUMNS[place]}{number}" s="{look.xf_index or look._get_xf_index()}"', value)
            for place, value, look in cells
        ]
        self.row_data_fh.write(f'<row r="{number}">{"".join(written)}</row>')
        self._check_dimensions(row, 0)

    def link(self, row: int, place: int, address: str) -> bool:
        """Let a cell, whose text is written with its row, lead to an address that Excel takes; say whether it does."""
        self.ignore_write_string = True
        try:
            return self.write_url(row, place, _url(address)) == 0
        finally:
            self.ignore_write_string = False


def _written(beginning: str, value: str | float | date) -> str:
    """Return a cell as XML."""
    if isinstance(value, str):
        space = ' xml:space="preserve"' if value[0].isspace() or value[-1].isspace() else ""
        return f'{beginning} t="inlineStr"><is><t{space}>{_escaped(value)}</t></is></c>'
    if isinstance(value, bool):
        return f'{beginning} t="b"><v>{value:d}</v></c>'
    if isinstance(value, date):
        return f"{beginning}><v>{value.toordinal() - _FIRST_DAY}</v></c>"
    return f"{beginning}><v>{value:.16G}</v></c>"


def _escaped(text: str) -> str:
    if "_x" in text:
        text = _LIKE_AN_ESCAPE.sub("_x005F_", text)
    # A carriage return would be read as the end of a line.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "_x000D_")
