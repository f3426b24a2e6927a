"""The texts of the offline edition's interface that its scripts put in, in the active language."""

import re
from collections.abc import Callable

from django.utils.translation import gettext, ngettext, pgettext

# A number of each form that languages know: `Intl.PluralRules` names the form, gettext takes a number.
_EXAMPLES = {"one": 1, "few": 2, "many": 5, "other": 100}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def interface_words() -> dict[str, str | dict[str, str]]:
    """Return the texts by name. A text with a number comes in every plural form; `{…}` stand for what is filled in."""
    return {
        "studies": _forms("%(number)s study", "%(number)s studies"),
        "more": _forms("%(number)s more", "%(number)s more"),
        "study": _forms("study", "studies"),
        "q": gettext("Search"),
        "yearFrom": gettext("From year"),
        "yearTo": gettext("To year"),
        "changed": gettext("New or changed since"),
        "remove": gettext("remove"),
        "removeAll": gettext("Remove all"),
        "inUse": gettext("– in use; remove"),
        "only": gettext("Only"),
        "all": gettext("All case studies"),
        "list": gettext("Case studies"),
        "previous": gettext("Previous"),
        "next": gettext("Next"),
        "place": _with_names(gettext("%(place)s of %(total)s")),
        "showMore": gettext("Show more studies"),
        "showAll": gettext("Show all"),
        "nothing": gettext("No study answers all of this together."),
        "noWord": gettext("The question holds no word to search for: words such as “the” or “of” stand in every text."),
        "unknown": _with_names(gettext("No study holds %(words)s.")),
        "widened": gettext("No study holds all of the question; these hold most of it."),
        "sameAs": gettext("found through {found} = {written}"),
        "includes": gettext("found through {found}, which {written} includes"),
        "part": gettext("only {found} of {written}"),
        "without": gettext("without {written}"),
        # Written out, so that the text is gathered for translation; the others stand in templates too.
        "mostFollow": _in_every_form(
            lambda number: ngettext(
                "%(number)s study holds the whole question; those that hold most of it follow.",
                "%(number)s studies hold the whole question; those that hold most of it follow.",
                number,
            )
        ),
        "record": gettext("{written}: found through {label} “{name}”"),
        "names": gettext("found in the names of places, agencies or sources"),
        "loading": _with_names(gettext("Reading the studies: %(place)s of %(total)s")),
        "unread": gettext("A part of the edition is missing: unpack the whole ZIP into one folder and open it again."),
        "faults": gettext("This address asks for something that does not exist"),
        "noList": gettext("No list is shown, because it would not be the one that was asked for."),
        "goOn": gettext("Go on without it"),
        "noFilter": gettext("There is no filter with this name."),
        "giveYear": gettext("Give a year from 1900 to 2100."),
        "yearsReversed": _with_names(gettext("The first year (%(first)d) lies after the last (%(last)d).")),
        "giveDay": gettext("Give a day as year-month-day: 2026-03-31."),
        "notHere": gettext("No study of this edition has this value."),
        "absent": gettext("This edition does not hold this study"),
        "absentWhy": gettext(
            "It was not among the studies of which the edition was made, or it was withdrawn. More on the site:"
        ),
        "withdrawnOn": _with_names(
            gettext("This case study was withdrawn on %(date)s and is no longer part of the collection.")
        ),
        "sinceEdition": gettext("Since your edition of {date}"),
        "quote": _with_names(gettext("“%(words)s”")),
        "or": pgettext("between values", " or "),
    }


def _forms(singular: str, plural: str) -> dict[str, str]:
    """Return a text with a number in every plural form; `{number}` stands for the number."""
    return _in_every_form(lambda number: ngettext(singular, plural, number))


def _in_every_form(text: Callable[[int], str]) -> dict[str, str]:
    return {name: _with_names(text(number)) for name, number in _EXAMPLES.items()}


def _with_names(text: str) -> str:
    """Return a text of gettext with `{…}` for what is filled in, be it a text or a number."""
    return _PLACEHOLDER.sub(r"{\1}", text)
