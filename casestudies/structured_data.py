"""What a study's page tells machines about itself: schema.org for search engines, citation tags for reference managers.

Vocabularies: https://schema.org/Article, and the tags that Google Scholar and Zotero read, as in
https://scholar.google.com/intl/en/scholar/inclusion.html
"""

import json

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from . import versions
from .exports.citations import institution
from .exports.document import LICENCE
from .models import CaseStudy, Convention, Country, Place, Source, Theme
from .translations import shown_language

# No character of a text may end the script element or begin a comment in it.
_ESCAPED = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def linked_data(study: CaseStudy, address: str, site: str) -> SafeString:
    """Return JSON-LD for a study's page, safe inside a script element.

    `study` is read with `in_full()`; `address` is the page's, `site` the site's, without a slash at the end.
    """
    text = json.dumps(_article(study, address, site), ensure_ascii=False, cls=DjangoJSONEncoder)
    return mark_safe(text.translate(_ESCAPED))


def _article(study: CaseStudy, address: str, site: str) -> dict:
    language = shown_language(study, "title")
    collection = {"@type": "Collection", "name": str(settings.SITE_NAME), "url": site + reverse("home")}
    article = {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": address,
        "url": address,
        "headline": study.title,
        "abstract": study.summary,
        "inLanguage": language,
        "datePublished": study.published_at,
        "dateModified": versions.last_change(study),
        "license": LICENCE,
        "isAccessibleForFree": True,
        "isPartOf": collection,
        "about": [
            *(_theme(link.theme, site) for link in study.theme_links.all()),
            *(_convention(link.convention, site) for link in study.provision_links.all()),
        ],
        "spatialCoverage": [
            *(_country(link.country, site) for link in study.country_links.all()),
            *(_place(place) for place in study.places.all()),
        ],
        "citation": [_source(source) for source in study.sources.all()],
    }
    if settings.INSTITUTION:
        article["publisher"] = {"@type": "Organization", "name": settings.INSTITUTION}
    if study.original_language != language:
        with translation.override(study.original_language):
            article["translationOfWork"] = {"@type": "Article", "@id": site + study.get_absolute_url()}
    if study.period_start:
        article["temporalCoverage"] = interval(study)
    return article


def interval(study: CaseStudy) -> str:
    """Return the years of a practice that has a first one, in every language: ISO 8601, an open end is two dots."""
    return f"{study.period_start}/{study.period_end or '..'}"


def _theme(theme: Theme, site: str) -> dict:
    return {"@type": "DefinedTerm", "name": theme.name, "termCode": theme.code, "url": site + theme.get_absolute_url()}


def _convention(convention: Convention, site: str) -> dict:
    return {"@type": "Legislation", "name": convention.name, "url": site + convention.get_absolute_url()}


def _country(country: Country, site: str) -> dict:
    return {
        "@type": "Country",
        "name": country.name,
        "identifier": country.alpha2,
        "url": site + country.get_absolute_url(),
    }


def _place(place: Place) -> dict:
    found = {"@type": "Place", "name": place.name}
    if place.latitude is not None:
        found["geo"] = {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}
    return found


def _source(source: Source) -> dict:
    cited = {
        "@type": "CreativeWork",
        "name": source.title,
        "publisher": {"@type": "Organization", "name": source.publisher},
    }
    if source.year:
        cited["datePublished"] = str(source.year)
    if source.url:
        cited["url"] = source.url
    return cited


def citation_tags(study: CaseStudy, site: str) -> list[tuple[str, str]]:
    """Return names and contents of the meta elements by which a reference manager takes the page over.

    They give the record that the file for reference managers gives (`exports.ris`): a report of the institution's.
    """
    cited = versions.latest(study) or study
    tags = [
        ("citation_title", study.title),
        ("citation_author", institution()),
        ("citation_technical_report_institution", institution()),
        ("citation_publication_date", f"{timezone.localdate(versions.last_change(study)):%Y/%m/%d}"),
        ("citation_language", shown_language(study, "title")),
        ("citation_public_url", site + cited.get_absolute_url()),
        *(("citation_keywords", link.theme.name) for link in study.theme_links.all()),
        ("DC.title", study.title),
        ("DC.type", "Text"),
        ("DC.rights", LICENCE),
    ]
    return [(name, content) for name, content in tags if content]
