"""How values of the collection appear on a page."""

import html
from decimal import Decimal
from functools import cache, lru_cache
from urllib.parse import urlsplit

from django import template
from django.urls import reverse
from django.utils import translation
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext, ngettext_lazy

from casestudies.collection_records import number as plain_number
from casestudies.models import CaseStudy, Party
from casestudies.models.case import TransportMode
from casestudies.panels import Value

register = template.Library()
NO_BREAK_SPACE = "\u00a0"


@register.simple_tag
def text(record, field: str, element: str = "span") -> SafeString:
    """Show a translated text; one that is missing in the reader's language stands in English, and says so.

    The element then carries `lang`, so that a screen reader pronounces it right.
    """
    if value := getattr(record, f"{field}_{get_language()}", None):
        shown = html.escape(value)
        return SafeString(shown if element == "span" else f"<{element}>{shown}</{element}>")
    value = html.escape(getattr(record, field) or "")
    return SafeString(f'<{element} lang="en">{value}</{element}>')


@register.filter
def quoted_list(words: list[str]) -> SafeString:
    """Show words as a reader typed them, each in quotation marks, a phrase in one pair of them."""
    return format_html_join(", ", "<q>{}</q>", ((word.strip('"'),) for word in words))


@register.simple_tag
def choose(study: CaseStudy) -> SafeString:
    """Show the button that takes a study into the reader's shortlist; shortlist.js says where it is in already."""
    return SafeString(_button(get_language()).format(slug=study.slug, title=text(study, "title")))


@cache
def _button(language: str) -> str:
    """Return the button in the active `language`, with room for slug and title: a list shows it twenty times."""
    button = format_html(
        '<p class="choose"><button type="submit" form="shortlist-form" name="add" value="{{slug}}">'
        '<span class="choose-label">{add}</span><span class="visually-hidden">: {{title}}</span></button>'
        ' <span class="chosen-note" id="added-{{slug}}" tabindex="-1">{added}'
        ' <a href="{address}">{open}</a></span></p>',
        add=gettext("Add to shortlist"),
        added=gettext("In the shortlist."),
        address=reverse("shortlist"),
        open=gettext("Open the shortlist"),
    )
    return str(button)


@register.simple_tag
def in_language(study: CaseStudy, language: str) -> str:
    """Return the address of a study's page in a language."""
    with translation.override(language):
        return study.get_absolute_url()


@register.filter
def period(study: CaseStudy) -> str:
    """Return the years in which a practice ran: "2016–", "1997–2005", "2009", "" where none is known."""
    start, end = study.period_start, study.period_end
    if start is None and end is None:
        return ""
    if end is None:
        return gettext("since %(year)d") % {"year": start}
    if start is None:
        return gettext("until %(year)d") % {"year": end}
    return str(start) if start == end else f"{start}–{end}"


# Lazy: a table of outcomes asks for thousands, and to translate every unit for each took most of a table's time.
_QUANTITIES = {
    "hours": ngettext_lazy("%(number)s hour", "%(number)s hours", "plural"),
    "minutes": ngettext_lazy("%(number)s minute", "%(number)s minutes", "plural"),
    "days": ngettext_lazy("%(number)s day", "%(number)s days", "plural"),
    "documents": ngettext_lazy("%(number)s document", "%(number)s documents", "plural"),
    "trucks-per-day": ngettext_lazy("%(number)s truck a day", "%(number)s trucks a day", "plural"),
    "stars": ngettext_lazy("%(number)s star", "%(number)s stars", "plural"),
    "percent": gettext_lazy("%(number)s per cent"),
    "eur": gettext_lazy("EUR %(number)s"),
    "usd": gettext_lazy("USD %(number)s"),
}


@register.simple_tag
def quantity(value: Decimal | float | None, unit: str) -> str:
    """Return a measured number with its unit, as the reader's language writes it; "–" where there is none."""
    if value is None:
        return "–"
    value = plain_number(value)
    shown = number_format(value, use_l10n=True, force_grouping=abs(value) >= 10_000)
    plural = value if isinstance(value, int) else 2  # fractions take the form of few, in both languages
    words = _QUANTITIES.get(unit, "%(number)s") % {"number": shown, "plural": plural}
    return words.replace(" ", NO_BREAK_SPACE)


@register.simple_tag
def filter_values(values: list[Value], address: str) -> SafeString:
    """Show the values of a filter as links to the list `address` after the click, each with the number it gives.

    Where that address would be too long, as buttons of the form "adding", which holds what is asked already.

    Made here and not in a template: a list shows hundreds, and they would take most of its time.
    """
    remove = html.escape(gettext("– in use; remove"))
    language = get_language()
    items = []
    for value in values:
        element, link = "a", f'id="{_escaped(f"{value.key}-{value.code}")}"'
        if value.query is None:
            element = "button"
            link += f' type="submit" form="adding" name="{value.key}" value="{html.escape(value.code)}"'
        else:
            link += f' href="{html.escape(f"{address}?{value.query}" if value.query else address)}"'
        label = _escaped(value.label)
        if value.in_use:
            items.append(
                f'<li><a class="value chosen" {link}><span class="tick" aria-hidden="true">✓</span>'
                f'<span>{label}</span><span class="visually-hidden">{remove}</span></a></li>'
            )
            continue
        items.append(
            f'<li><{element} class="value" {link}><span>{label}</span> <span class="count">{value.count}'
            f'<span class="visually-hidden"> {_studies(language, value.count)}</span></span></{element}></li>'
        )
    return mark_safe("".join(items))


# The same names and numbers stand on every list.
_escaped = lru_cache(maxsize=10_000)(html.escape)


@lru_cache(maxsize=10_000)
def _studies(language: str, number: int) -> str:
    """Return the word after a number of studies, in the active `language`."""
    return html.escape(ngettext("study", "studies", number))


@register.simple_tag
def query(query_string: str) -> str:
    """Return a query string with its question mark, "" for an empty one."""
    return f"?{query_string}" if query_string else ""


@register.simple_tag
def count_of(counts: dict[str, int], code: str) -> int:
    """Return the number of studies under a code, 0 where there is none."""
    return counts.get(code, 0)


@register.simple_tag
def modes(study: CaseStudy) -> str:
    """Return the transport modes of a study in words."""
    return ", ".join(str(TransportMode(mode).label) for mode in study.transport_modes)


@register.simple_tag
def source_of(party: Party) -> SafeString | str:
    """Show the source of a membership: a link where it is an address."""
    if party.source.startswith(("https://", "http://")):
        host = urlsplit(party.source).hostname or party.source
        return format_html('<a href="{}" rel="external noopener">{}</a>', party.source, host)
    return format_html('<span lang="en">{}</span>', party.source)
