"""Reading a table's cells back: what a cell that an export wrote, and a curator may have changed, says.

A reader takes the cell and the names of the vocabularies, and returns what a study's record holds. Codes are read as
well as names in any language, numbers typed as text as well as numbers.
"""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Protocol

from django.utils.translation import gettext, ngettext

from casestudies.collection_records import number as plain_number

Cell = str | int | float | bool | date | time | list | dict | None
FIRST_YEAR, LAST_YEAR = 1800, 2100
LARGEST_NUMBER, DECIMALS = 10**14, 4
_BETWEEN_VALUES = re.compile(r"[;\n]")
_BLANKS = str.maketrans("", "", " \u00a0\u202f")
_WEB_ADDRESS = re.compile(r"https?://[^\s\x00]+\Z")
_YES = {"1", "true", "yes", "да", "истина"}
_NO = {"", "0", "false", "no", "нет", "ложь"}


class Unreadable(Exception):
    """A cell says nothing that its column can hold. `allowed` lists what could stand there, `link` leads to all."""

    def __init__(self, message: str, allowed: list[str] | None = None, link: str = ""):
        super().__init__(message)
        self.message, self.allowed, self.link = message, allowed or [], link


class Names(Protocol):
    """What the vocabularies call things."""

    def code(self, vocabulary: str, written: object) -> object:
        """Return the code of what is written. Raises Unreadable."""

    def instrument(self, written: object) -> dict:
        """Return a convention and, where one is written, its provision. Raises Unreadable."""


Reader = Callable[[Cell, Names], object]


def is_empty(cell: Cell) -> bool:
    """Say whether there is nothing in a cell."""
    return cell is None or cell in ("", []) or (isinstance(cell, str) and not cell.strip())


def text(maximum: int | None = None) -> Reader:
    """Return a reader of texts up to `maximum` characters."""

    def read(cell: Cell, names: Names) -> str:
        if isinstance(cell, list | dict | bool):
            raise Unreadable(gettext("A text is needed here."))
        written = "" if cell is None else str(cell).strip()
        if maximum and len(written) > maximum:
            message = ngettext(
                "The text has %(length)d characters; at most %(maximum)d character fits.",
                "The text has %(length)d characters; at most %(maximum)d characters fit.",
                maximum,
            )
            raise Unreadable(message % {"length": len(written), "maximum": maximum})
        return written

    return read


def year(cell: Cell, names: Names) -> int | None:
    """Read a year; None for an empty cell."""
    if is_empty(cell):
        return None
    allowed = [gettext("a year from %(first)d to %(last)d") % {"first": FIRST_YEAR, "last": LAST_YEAR}]
    if isinstance(cell, date):
        raise Unreadable(gettext("This is a date. Write the year alone, and let the cell be a number."), allowed)
    found = _number(cell)
    if found is None or found != int(found):
        raise Unreadable(gettext("This is not a year."), allowed)
    if not FIRST_YEAR <= found <= LAST_YEAR:
        raise Unreadable(gettext("This year is out of range."), allowed)
    return int(found)


def number(cell: Cell, names: Names) -> int | float | None:
    """Read a number; None for an empty cell."""
    if is_empty(cell):
        return None
    found = _number(cell)
    allowed = [gettext("a number, with up to four decimal places")]
    if found is None or abs(found) >= LARGEST_NUMBER:
        raise Unreadable(gettext("This is not a number."), allowed)
    if round(found, DECIMALS) != found:
        raise Unreadable(gettext("The number has more decimal places than are kept."), allowed)
    return plain_number(found)


def flag(cell: Cell, names: Names) -> bool:
    """Read yes or no; an empty cell is no."""
    written = "" if cell is None else str(cell).strip().casefold()
    if written.removesuffix(".0") in _YES | _NO:
        return written.removesuffix(".0") in _YES
    raise Unreadable(gettext("This is neither yes nor no."), [gettext("yes"), gettext("no")])


def web_address(maximum: int) -> Reader:
    """Return a reader of web addresses up to `maximum` characters; None for an empty cell."""
    read_text = text(maximum)

    def read(cell: Cell, names: Names) -> str | None:
        written = read_text(cell, names)
        if written and not _WEB_ADDRESS.match(written):
            raise Unreadable(gettext("This is not a web address."), ["https://…", "http://…"])
        return written or None

    return read


def choice(vocabulary: str) -> Reader:
    """Return a reader of one value of a vocabulary; None for an empty cell."""

    def read(cell: Cell, names: Names) -> object:
        return None if is_empty(cell) else names.code(vocabulary, cell)

    return read


def several(vocabulary: str) -> Reader:
    """Return a reader of several values of a vocabulary."""

    def read(cell: Cell, names: Names) -> list:
        return _each_once([names.code(vocabulary, item) for item in items(cell)])

    return read


def instruments(cell: Cell, names: Names) -> list[dict]:
    """Read conventions, each with a provision or without."""
    return _each_once([names.instrument(item) for item in items(cell)])


def texts(maximum: int) -> Reader:
    """Return a reader of several texts up to `maximum` characters each."""
    read_text = text(maximum)
    return lambda cell, names: [read_text(item, names) for item in items(cell)]


def places(cell: Cell, names: Names) -> list[dict]:
    """Read places as the export writes them: a name, perhaps a country, perhaps latitude and longitude."""
    return [_place(item, names) for item in items(cell)]


def items(cell: Cell) -> list:
    """Return the values of a cell that holds a list; a table has semicolons or lines between them."""
    if isinstance(cell, list):
        return cell
    if isinstance(cell, str):
        return [item.strip() for item in _BETWEEN_VALUES.split(cell) if item.strip()]
    return [] if cell is None else [cell]


def _each_once(values: list) -> list:
    for place, value in enumerate(values):
        if value in values[:place]:
            shown = " – ".join(filter(None, value.values())) if isinstance(value, dict) else value
            raise Unreadable(gettext("“%(value)s” stands twice.") % {"value": shown})
    return values


def _number(cell: Cell) -> float | None:
    """Return the number that a cell holds, also as text with a comma and blanks between thousands."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        found = float(cell.translate(_BLANKS).replace(",", ".")) if isinstance(cell, str) else cell
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None  # which also leaves out what is not a number


def _place(written: object, names: Names) -> dict:
    given = written if isinstance(written, dict) else _parts_of_place(str(written), names)
    place = {
        "name": text(160)(given.get("name"), names),
        "country": choice("country")(given.get("country"), names),
        "lat": _coordinate(given.get("lat"), 90),
        "lon": _coordinate(given.get("lon"), 180),
    }
    if not place["name"]:
        raise Unreadable(gettext("A place needs a name."))
    if (place["lat"] is None) != (place["lon"] is None):
        raise Unreadable(gettext("Give latitude and longitude, or neither."))
    return place


def _coordinate(written: Cell, limit: int) -> float | None:
    if is_empty(written):
        return None
    found = _number(written)
    if found is None or abs(found) > limit:
        raise Unreadable(gettext("These coordinates are not on the globe."), ["-90…90, -180…180"])
    return float(found)


def _parts_of_place(written: str, names: Names) -> dict:
    parts = [part.strip() for part in written.split(",")]
    found = {}
    if len(parts) > 2 and None not in (latitude := _number(parts[-2]), longitude := _number(parts[-1])):
        found = {"lat": latitude, "lon": longitude}
        parts = parts[:-2]
    if len(parts) > 1:
        try:
            found["country"] = names.code("country", parts[-1])
            parts = parts[:-1]
        except Unreadable:
            pass  # the name of a place may have a comma: "Pinecreek, Minnesota"
    return found | {"name": ", ".join(parts)}
