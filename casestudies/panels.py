"""The filter panels beside a list: each value with what a click gives, and the address of that click."""

from dataclasses import dataclass
from typing import NamedTuple

from .filters import VALUE_FILTERS
from .selection import Selection

# Values shown before "show all": those with most studies, and always those in use.
VALUES_SHOWN = 6
# Provisions matter once a convention is chosen: unfolded, they would bury the other filters.
FOLDED = ("provision", "mode", "region", "convention")
FLAGS = ("measured", "lldc", "unece", "field_operation")


class Value(NamedTuple):  # a page makes hundreds, several times as fast as of a frozen dataclass
    """A value of a filter: its name, what a click on it gives, whether it is in use, and where the click leads.

    `query` is None where that address is too long for so many links: a button then adds the value to a form.
    """

    key: str
    code: str
    label: str
    count: int
    in_use: bool
    query: str | None


@dataclass(frozen=True)
class Panel:
    """A filter: the values to show at once, and the rest."""

    key: str
    label: str
    values: list[Value]
    more: list[Value]
    in_use: bool
    folded: bool
    pressed: bool = False
    """Whether a value of it was just pressed: what is folded then stays open."""
    pressed_in_rest: bool = False


def panels(selection: Selection, pressed: str | None = None) -> list[Panel]:
    """Return the panels of a selection without faults. The yes-or-no filters share the last.

    `pressed` is the id of the value that was pressed to come here: it stays where the eye is.
    """
    built = [_panel(selection, key, pressed or "") for key in VALUE_FILTERS if key not in FLAGS]
    return [panel for panel in built if panel.values]


def flags(selection: Selection) -> list[Value]:
    """Return the yes-or-no filters, each as its one value."""
    return [value for key in FLAGS for value in _values(selection, key)]


def _panel(selection: Selection, key: str, pressed: str) -> Panel:
    values = _values(selection, key)
    in_use = any(value.in_use for value in values)
    # A vocabulary of few values keeps its own order; in a long one the fullest come first.
    if len(values) <= VALUES_SHOWN + 3:
        shown, more = values, []
    else:
        by_count = sorted(values, key=lambda value: (not value.in_use, -value.count))
        shown = by_count[: max(VALUES_SHOWN, sum(value.in_use for value in values))]
        codes = {value.code for value in shown}
        more = [value for value in values if value.code not in codes]
    label = str(selection.filterset.filters[key].label)
    in_rest = any(pressed == f"{value.key}-{value.code}" for value in more)
    folded = key in FOLDED and not in_use
    return Panel(key, label, shown, more, in_use, folded, pressed.startswith(f"{key}-"), in_rest)


def _values(selection: Selection, key: str) -> list[Value]:
    chosen = set(selection.query.getlist(key))

    def query(code: str) -> str | None:
        if code in chosen:
            return selection.query_string_without(key, {code})
        return None if selection.is_long else selection.query_string_with(key, code)

    names = selection.vocabulary.names(key)
    return [
        Value(key, code, names[code], count, code in chosen, query(code))
        for code, count in selection.counts.by_filter[key].items()
    ]
