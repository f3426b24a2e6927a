"""The texts of the offline edition's interface that its scripts put in, in the active language."""

from collections.abc import Callable

from django.utils.translation import gettext, ngettext, pgettext

# A number of each form that languages know: `Intl.PluralRules` names the form, gettext takes a number.
_EXAMPLES = {"one": 1, "few": 2, "many": 5, "other": 100}


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
        "place": gettext("%(place)s of %(total)s") % {"place": "{place}", "total": "{total}"},
        "showMore": gettext("Show more studies"),
        "showAll": gettext("Show all"),
        "nothing": gettext("No study answers all of this together."),
        "noWord": gettext("The question holds no word to search for: words such as “the” or “of” stand in every text."),
        "unknown": gettext("No study holds %(words)s.") % {"words": "{words}"},
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
        "loading": gettext("Reading the studies: %(place)s of %(total)s") % {"place": "{place}", "total": "{total}"},
        "unread": gettext("A part of the edition is missing: unpack the whole ZIP into one folder and open it again."),
        "sinceEdition": gettext("Since your edition of {date}"),
        "quote": gettext("“%(words)s”") % {"words": "{text}"},
        "or": pgettext("between values", " or "),
    }


def _forms(singular: str, plural: str) -> dict[str, str]:
    """Return a text with a number in every plural form; `{number}` stands for the number."""
    return _in_every_form(lambda number: ngettext(singular, plural, number))


def _in_every_form(text: Callable[[int], str]) -> dict[str, str]:
    return {name: text(number).replace("%(number)s", "{number}") for name, number in _EXAMPLES.items()}
