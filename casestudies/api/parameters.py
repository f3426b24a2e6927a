"""What may stand in the query string: the filters of the pages, and what only programs ask for.

The description is made from the FilterSet, so a filter that is added is described at once.
"""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language_from_request, gettext
from django.utils.translation import gettext_lazy as _

from casestudies import search, vocabulary
from casestudies.filters import KEYS, REPEATED_FILTERS, CaseStudyFilterSet, shortened
from casestudies.selection import Selection

from .errors import Refused, fault

PAGE_SIZE, LARGEST_PAGE = 20, 100
LANGUAGES = [code for code, _name in settings.LANGUAGES]
# No text in PostgreSQL holds NUL.
NO_NUL = "^[^\\u0000]*$"


@dataclass(frozen=True)
class Parameter:
    """A key of the query string: for people what it is, for programs its JSON Schema."""

    name: str
    description: str
    schema: dict


def language_asked(request: HttpRequest) -> str:
    """Return the language of the answer: `lang`, else what the header Accept-Language prefers."""
    asked = request.GET.get("lang")
    return asked if asked in LANGUAGES else get_language_from_request(request)


def check(request: HttpRequest, keys: list[str]) -> None:
    """Raise Refused where the query string has another key than these and `lang`, an empty value, or a wrong `lang`.

    The pages pass over empty values, for forms send them; programs need not.
    """
    allowed = [*keys, "lang"]
    faults = [
        fault(shortened(key), shortened(", ".join(values)), gettext("There is no filter with this name."), allowed)
        for key, values in request.GET.lists()
        if key not in allowed
    ]
    faults += [
        fault(key, "", gettext("Give a value, or leave the key out."), gettext("a value"))
        for key, values in request.GET.lists()
        if key in keys and key != "q" and not all(value.strip() for value in values)
    ]
    languages = request.GET.getlist("lang")
    if any(language not in LANGUAGES for language in languages) or len(languages) > 1:
        message = gettext("Give one of the languages.")
        faults.append(fault("lang", shortened(", ".join(languages)), message, LANGUAGES))
    if faults and set(KEYS) <= set(keys):
        # Everything that is wrong at once, in the words of the pages and files.
        filters = request.GET.copy()
        for key in {*filters} - {*KEYS}:
            del filters[key]
        faults += Selection(filters).faults
    if faults:
        raise Refused(400, faults)


def page_size(query: QueryDict) -> int:
    """Return how many studies a page has. Raises Refused where it is not a number from 1 to the largest page."""
    values = query.getlist("page_size") or [str(PAGE_SIZE)]
    try:
        if len(values) > 1:
            raise forms.ValidationError("more than one")
        return forms.IntegerField(min_value=1, max_value=LARGEST_PAGE).clean(values[0])
    except forms.ValidationError as error:
        message = gettext("Give one whole number from 1 to %(most)d.") % {"most": LARGEST_PAGE}
        allowed = gettext("a whole number from 1 to %(most)d") % {"most": LARGEST_PAGE}
        raise Refused(400, [fault("page_size", shortened(", ".join(values)), message, allowed)]) from error


def of_language() -> Parameter:
    """Return the parameter that every address takes."""
    description = gettext("Language of the texts; without it the header Accept-Language decides.")
    return Parameter("lang", description, {"type": "string", "enum": LANGUAGES})


def of_suggestions() -> Parameter:
    """Return the parameter of the suggestions."""
    return Parameter("q", gettext("The beginning of a question, at least two characters."), {"type": "string"})


def of_studies() -> list[Parameter]:
    """Return the parameters of the list of studies, with the codes that are allowed at the moment."""
    filterset = CaseStudyFilterSet(QueryDict(), vocabulary.current())
    described = [
        Parameter(key, str(_NOTES.get(key, filter_.label)), _schema(key, filterset))
        for key, filter_ in filterset.filters.items()
    ]
    size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
    return [*described, Parameter("page_size", gettext("Number of studies on a page."), size)]


_NOTES = {
    "q": _("Words to search for: phrases in quotation marks, -not, OR."),
    "as_typed": _("1: nothing in the words is corrected."),
    "study": _("Studies chosen one by one, by slug; up to 50."),
    "year_from": _("The practice still ran in this year, or later. Not after year_to."),
    "year_to": _("The practice had begun by this year."),
    "changed_since": _("New or changed on this day or later."),
}


def _schema(key: str, filterset: CaseStudyFilterSet) -> dict:
    """Return the JSON Schema of a filter's values."""
    field = filterset.form.fields[key]
    if key == "study":
        slugs = {"type": "string", "format": "study-slug"}
        return {"type": "array", "items": slugs}
    if key in REPEATED_FILTERS:
        return {"type": "array", "items": {"type": "string", "enum": filterset.allowed(key)}}
    if key == "q":
        return {"type": "string", "maxLength": search.MAXIMUM_LENGTH, "pattern": NO_NUL}
    if isinstance(field, forms.IntegerField):
        return {"type": "integer", "minimum": field.min_value, "maximum": field.max_value}
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date"}
    return {"type": "string", "enum": filterset.allowed(key)}
