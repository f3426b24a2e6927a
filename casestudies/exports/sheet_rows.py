"""A worksheet that takes a row at once.

XlsxWriter looks at a cell when it is set and again, many times, when its row is written; with sixty cells a study that
was most of the time of a workbook. Here rows go as XML into the file in which XlsxWriter collects them (its constant
memory mode). All else stays its own: headings, widths, filters, styles, links and the archive. What this needs beyond
its documented interface is in this module alone; the version is pinned, and tests read every kind of cell back.
"""

import re
from collections.abc import Iterable
from datetime import date

from xlsxwriter.format import Format
from xlsxwriter.url import Url
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

# What Excel counts the days from. It has a 29 February 1900, so this holds from March 1900 on.
_FIRST_DAY = date(1899, 12, 30).toordinal()
# What Excel would take for an escaped character: the underscore before it is escaped itself.
_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9a-fA-F]{4}_)")
_COLUMNS = [xl_col_to_name(place) for place in range(100)]

Cell = tuple[int, str | int | float | date, Format]
"""The column of a cell, counted from 0, its value, and how it looks."""


class SheetOfRows(Worksheet):
    """A worksheet to be written from the top, in constant memory mode. Texts are without control characters."""

    def __init__(self):
        super().__init__()
        # Addresses alone: as objects of XlsxWriter, as many as Excel takes need more than 100 MB.
        self._links: list[tuple[int, int, str]] = []

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

    def link(self, row: int, place: int, address: str) -> None:
        """Let a cell, whose text is written with its row, lead to an address of the web that Excel takes."""
        self._links.append((row, place, address))

    def _write_hyperlinks(self) -> None:
        if self._links:
            self._xml_start_tag("hyperlinks")
            for row, place, address in self._links:
                url = Url(address)
                self.rel_count += 1
                self._write_hyperlink_external(row, place, self.rel_count, url)
                self.external_hyper_links.append(["/hyperlink", url._target(), "External"])
            self._xml_end_tag("hyperlinks")
            self._links.clear()


def _written(beginning: str, value: str | float | date) -> str:
    """Return a cell as XML."""
    if isinstance(value, str):
        space = ' xml:space="preserve"' if value[:1].isspace() or value[-1:].isspace() else ""
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
