"""A study as it stands in lists: title, facts, and a text, after a search that which says why it was found.

Made here and not in a template: a list shows twenty, and they would take most of its time.
"""

import html
from functools import cache

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from casestudies.filters import CaseStudyFilterSet
from casestudies.models import CaseStudy
from casestudies.search import HIT_END, HIT_START, Explanation, Note
from casestudies.vocabulary import current as current_vocabulary

from .case_studies import choose, period, text

register = template.Library()
COUNTRIES_ON_A_CARD = 4


@register.simple_tag
def card(study: CaseStudy, level: int, list_query: str = "", *, choosable: bool = True) -> SafeString:
    """Show a study read with `for_list()` under a heading of this level.

    Its link carries the query string of its list; `choosable` gives it the button that takes it into the shortlist.
    """
    found = study.explanation or Explanation()
    title = _highlighted(found.title) if found.title else text(study, "title")
    address = _address(get_language()).format(study.slug) + html.escape(f"?{list_query}" if list_query else "")
    parts = [
        f'<article class="card"><h{level} class="card-title"><a href="{address}">{title}</a></h{level}>',
        f'<p class="card-facts">{_facts(study)}</p>',
    ]
    if found.passages:
        parts.append(f'<p class="card-text"{_lang(found.language)}>{_highlighted(found.passages)}</p>')
    else:
        parts.append(f'<p class="card-text">{text(study, "summary")}</p>')
    if found.notes:
        notes = "".join(f"<li>{_found_through(note)}</li>" for note in found.notes)
        parts.append(f'<ul class="found-through">{notes}</ul>')
    if choosable:
        parts.append(choose(study))
    return SafeString("\n".join([*parts, "</article>"]))


@cache
def _address(language: str) -> str:
    """Return the address of a study in the active `language`, with room for the slug."""
    return reverse("case-detail", args=["slug"]).replace("slug", "{}")


def _highlighted(value: str) -> SafeString:
    """Show a text in which hits are marked. Everything else in it is escaped."""
    return SafeString(html.escape(value).replace(HIT_START, "<mark>").replace(HIT_END, "</mark>"))


def _found_through(note: Note) -> SafeString:
    """Say why a study was found where the reader's own words do not show it."""
    written = format_html("<q>{}</q>", note.written)
    found = format_html("<q{}>{}</q>", _lang(note.language), note.found)
    if note.kind == "same":
        return format_html(gettext("found through {found} = {written}"), found=found, written=written)
    if note.kind == "narrower":
        return format_html(gettext("found through {found}, which {written} includes"), found=found, written=written)
    if note.kind == "record":
        label = CaseStudyFilterSet.base_filters[note.link.key].label
        name = current_vocabulary().label(note.link.key, note.link.code)
        return format_html(
            gettext("{written}: found through {label} “{name}”"), written=written, label=str(label).lower(), name=name
        )
    if note.kind == "language":
        languages = {
            "en": gettext("{written} stands in the English text"),
            "ru": gettext("{written} stands in the Russian text"),
        }
        return format_html(languages[note.language], written=written)
    if note.kind == "apart":
        return format_html(gettext("the words of {written} stand apart"), written=written)
    if note.kind == "elsewhere":
        return format_html(
            gettext("{written} stands in measured results or in the names of places, agencies or sources"),
            written=written,
        )
    if note.kind == "part":
        return format_html(gettext("only {found} of {written}"), found=found, written=written)
    return format_html(gettext("without {written}"), written=written)


def _lang(language: str) -> SafeString | str:
    """Return the attribute that tells a screen reader the language of words, "" for that of the page."""
    return format_html(' lang="{}"', language) if language and language != get_language() else ""


def _facts(study: CaseStudy) -> SafeString:
    """Show where and when a practice ran, and whether it was measured, of a study read with `for_list()`."""
    vocabulary = current_vocabulary()
    names = [vocabulary.label("country", code) for code in study.country_codes]
    facts = [html.escape(", ".join(names[:COUNTRIES_ON_A_CARD]))] if names else [text(study, "region_scope")]
    if rest := names[COUNTRIES_ON_A_CARD:]:
        facts[0] += " " + html.escape(
            ngettext("and %(rest)d more", "and %(rest)d more", len(rest)) % {"rest": len(rest)}
        )
    facts.append(html.escape(period(study)))
    spans = [f"<span>{fact}</span>" for fact in facts if fact]
    if number := study.outcome_count:
        measured = ngettext("%(number)d measured result", "%(number)d measured results", number) % {"number": number}
        spans.append(f'<span class="measured">{html.escape(measured)}</span>')
    return SafeString(" ".join(spans))
