"""Which formats take a list: where it is too long for one, why, and what serves instead."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import FORMATS
from .base import Format

# Where a list is too long for the first, the second is the same in another shape: only one of them is ever offered.
INSTEAD = {"html": "zip"}
_REASONS = {
    "html": _("one file of more than %(most)d studies is too large to mail and too slow to open"),
    "zip": _("a browser takes too long to open more"),
}


def holds(format_: Format, number: int) -> bool:
    """Say whether a format takes so many studies."""
    return format_.most is None or number <= format_.most


def reason(format_: Format) -> str:
    """Return why a format takes no more studies than it does, as a part of a sentence; empty where nothing is said."""
    text = _REASONS.get(format_.extension)
    return text % {"most": format_.most} if text else ""


def offered(number: int) -> list[Format]:
    """Return the formats that a menu shows for so many studies, of two that are the same in two shapes only one."""
    left_out = {other if holds(FORMATS[name], number) else name for name, other in INSTEAD.items()}
    return [format_ for name, format_ in FORMATS.items() if name not in left_out]


def refusal(format_: Format, number: int) -> str:
    """Return why a format does not take so many studies, and what to do."""
    why = reason(format_)
    said = gettext("%(format)s holds up to %(most)d studies, and the list has %(number)d") % {
        "format": format_.label,
        "most": format_.most,
        "number": number,
    }
    instead = FORMATS.get(INSTEAD.get(format_.extension))
    if instead and holds(instead, number):
        remedy = gettext("Take this instead: %(format)s.") % {"format": instead.label}
    else:
        others = ", ".join(str(other.label) for other in offered(number) if holds(other, number))
        remedy = gettext("Narrow the list with filters, or take another format: %(others)s.") % {"others": others}
    return f"{said}{f' ({why})' if why else ''}. {remedy}"
