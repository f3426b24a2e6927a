"""A study as a record of unqualified Dublin Core, the format that every harvester reads."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import translation

from casestudies.collection_records import LANGUAGES
from casestudies.exports.document import LICENCE
from casestudies.models import CaseStudy
from casestudies.structured_data import interval

# An element's name, its text, and the language of the text, "" where it has none.
Element = tuple[str, str, str]


def elements(study: CaseStudy, site: str) -> Iterator[Element]:
    """Yield the elements of a study, read with `in_full()`: texts and names in every language.

    `site` is the address of the site, without a slash at the end.
    """
    for language in LANGUAGES:
        with translation.override(language):
            yield from ((name, text, language) for name, text in _in_language(study, site) if text)
    if settings.INSTITUTION:
        yield "publisher", settings.INSTITUTION, ""
    for agency in study.implementers:
        yield "contributor", agency, "en"
    yield "date", f"{study.published_at:%Y-%m-%d}", ""
    yield "type", "Text", ""
    yield "format", "text/html", ""
    for source in study.sources.all():
        yield "source", ", ".join(part for part in (str(source), source.url) if part), ""
    for language in LANGUAGES:
        if getattr(study, f"title_{language}"):
            yield "language", language, ""
    if study.period_start:
        yield "coverage", interval(study), ""
    yield "rights", LICENCE, ""


def _in_language(study: CaseStudy, site: str) -> Iterator[tuple[str, str]]:
    """Yield what there is in the active language."""
    language = translation.get_language()
    yield "title", getattr(study, f"title_{language}")
    yield "description", getattr(study, f"summary_{language}")
    yield "identifier", site + study.get_absolute_url()
    yield from (("subject", link.theme.name) for link in study.theme_links.all())
    for link in study.provision_links.all():
        yield "relation", f"{link.convention}: {link.provision.ref}" if link.provision else str(link.convention)
    yield from (("coverage", str(link.country)) for link in study.country_links.all())
    yield "coverage", getattr(study, f"region_scope_{language}")
