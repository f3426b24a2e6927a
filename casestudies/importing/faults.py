"""What is wrong with a file, said in the curator's language: the file as a whole, or one cell of it."""

from dataclasses import asdict, dataclass, field

from django.utils.translation import gettext

from casestudies.exports.columns import COLUMNS

from .tables import Heading, Row

MOST = 5000
"""Faults that are listed: who has more corrects these first."""


class Refused(Exception):
    """The file cannot be read at all; the message says why and what to do."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a row: where it stands, what stands there, and what could."""

    sheet: str
    row: int
    column: str
    value: str
    message: str
    allowed: list[str] = field(default_factory=list)
    link: str = ""
    cell: tuple[str, int, int | None] = ("", 0, None)
    """Where to mark it in a workbook: sheet, row and column, both counted from 1."""

    def as_json(self) -> dict:
        """Return it as it is kept."""
        return asdict(self)


class Faults(list):
    """The faults of a file, in the order in which they are found."""

    def add(
        self,
        row: Row,
        heading: Heading | None,
        message: str,
        allowed: list[str] | None = None,
        link: str = "",
    ) -> None:
        """Add a fault of a cell, or of the whole row where `heading` is None."""
        value = row.cell(heading) if heading else ""
        self.append(
            Fault(
                row.table.sheet,
                row.line,
                heading.label if heading else "",
                "" if value is None else str(value)[:200],
                message,
                allowed or [],
                link,
                (row.table.title, row.number, heading.position + 1 if heading else None),
            )
        )


def _quoted(text: str) -> str:
    return gettext("“%(heading)s”") % {"heading": text}


def no_headings(first: str) -> str:
    """Say that the first row has no headings that are known."""
    return gettext(
        "The first row has no headings that are known here: it reads “%(row)s”. It should have, among others,"
        " %(headings)s. Download a template, or export studies, and begin with that."
    ) % {"row": first.strip()[:200], "headings": ", ".join(_quoted(column.heading) for column in COLUMNS[:4])}


def too_many_rows(number: int, most: int) -> str:
    """Say that a file has too many rows."""
    return gettext("The table has %(number)d rows, and at most %(most)d are taken. Divide the file into several.") % {
        "number": number,
        "most": most,
    }
