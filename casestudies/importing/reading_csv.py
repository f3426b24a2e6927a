"""Reading CSV as spreadsheets write it: UTF-8, UTF-16 or Windows-1251; commas, semicolons or tabs."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext

from casestudies.exports.comma_separated import neutralized

from .faults import Refused, no_headings
from .tables import ReadFile, Row, Table, faults_of_headings, recognised

_DELIMITERS = (",", ";", "\t")
_LONGEST_CELL = 1_000_000


def read(content: bytes) -> ReadFile:
    """Return the table. Raises Refused where it has no headings that are known, or a row that does not fit them."""
    text = _decoded(content)
    first, _end, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep="):  # what Excel asks for, and writes
        text = rest
    delimiter, table = _shape(text)
    headings, *rows = _rows(text, delimiter)
    twice, unread = faults_of_headings(table, headings)
    if twice:
        raise Refused(" ".join(twice))
    for number, cells in enumerate(rows, 2):
        if not any(cells):
            continue
        if len(cells) != len(headings):
            raise Refused(
                gettext(
                    "Row %(row)d has %(number)d cells, and there are %(headings)d headings. Put a text that holds"
                    " the character between cells, or a new line, into quotation marks."
                )
                % {"row": number, "number": len(cells), "headings": len(headings)}
            )
        if table.has_something(cells):
            table.rows.append(Row(table, number, number, [_unprotected(cell) for cell in cells]))
    table.as_written = lambda value: value if value is None else str(value)
    return ReadFile([table], unread)


def _shape(text: str) -> tuple[str, Table]:
    """Return what stands between cells, and the table that most headings are recognised for."""
    first = text.split("\n", 1)[0]
    found = []
    for delimiter in _DELIMITERS:
        # Only with the right delimiter is the rest well formed.
        headings = next(_rows(text, delimiter, strict=False), [])
        if table := recognised(headings, ["studies"]):
            found.append((len(table.headings), delimiter, table))
    if not found:
        raise Refused(no_headings(first))
    _number, delimiter, table = max(found, key=lambda shape: shape[0])
    return delimiter, table


def _rows(text: str, delimiter: str, *, strict: bool = True) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    except csv.Error as error:
        raise Refused(gettext("The file is not a CSV table: %(reason)s.") % {"reason": error}) from error


def _decoded(content: bytes) -> str:
    """Return the text; what is not UTF comes from a Russian Excel."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise Refused(
                    gettext("The file is damaged: it is no text in %(name)s.") % {"name": encoding}
                ) from error
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def _unprotected(cell: str) -> str:
    """Return a text without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and neutralized(cell[1:]) == cell else cell
