"""The vocabularies for programs: each record with its codes, its texts in the active language, and its studies."""

from django.http import QueryDict

from casestudies.models import (
    Chapter,
    Convention,
    Country,
    GlossaryTerm,
    Organization,
    Provision,
    Region,
    Theme,
)
from casestudies.selection import Selection


class Vocabularies:
    """Reads whole vocabularies. `site` is the address of the site, without a slash at the end."""

    def __init__(self, site: str):
        self.site = site
        # Of all studies: what the filter of each value gives.
        self.counts = Selection(QueryDict()).counts.by_filter

    def _url(self, record: Chapter | Theme | Country | Convention | Provision) -> str:
        return self.site + record.get_absolute_url()

    def _studies(self, key: str, code: str) -> int:
        return self.counts[key].get(code, 0)

    def chapters(self) -> list[dict]:
        """Return the chapters, then the annexes."""
        chapters = Chapter.objects.prefetch_related("theme_links__theme")
        return [
            {
                "kind": chapter.kind,
                "number": chapter.number,
                "slug": chapter.slug,
                "title": chapter.title,
                "summary": chapter.summary,
                "themes": _themes(chapter),
                "url": self._url(chapter),
                "studies": self._studies("chapter", str(chapter.number)) if chapter.kind == "chapter" else None,
            }
            for chapter in chapters
        ]

    def themes(self) -> list[dict]:
        """Return the themes in the order of the chapters that treat them."""
        return [
            {
                "code": theme.code,
                "name": theme.name,
                "definition": theme.definition,
                "synonyms": theme.synonyms or [],
                "url": self._url(theme),
                "studies": self._studies("theme", theme.code),
            }
            for theme in Theme.objects.all()
        ]

    def countries(self) -> list[dict]:
        """Return the countries by code."""
        plain = ("alpha2", "alpha3", "m49", "name", "unece", "lldc", "distance_to_sea_km")
        return [
            {
                **{field: getattr(country, field) for field in plain},
                "region": country.region.slug,
                "osce": country.osce or None,
                "field_operation": country.field_operation or None,
                "lat": country.latitude,
                "lon": country.longitude,
                "url": self._url(country),
                "studies": self._studies("country", country.alpha2),
            }
            for country in Country.objects.select_related("region")
        ]

    def regions(self) -> list[dict]:
        """Return the regions with the codes of their countries."""
        return [
            {
                "code": region.slug,
                "name": region.name,
                "countries": [country.alpha2 for country in region.countries.all()],
                "studies": self._studies("region", region.slug),
            }
            for region in Region.objects.prefetch_related("countries")
        ]

    def conventions(self) -> list[dict]:
        """Return the conventions with their provisions and parties."""
        conventions = Convention.objects.prefetch_related("provisions__theme_links__theme", "parties__country")
        plain = ("code", "name", "short_name", "kind", "adopted", "in_force", "summary")
        return [
            {
                **{field: getattr(convention, field) for field in plain},
                **{field: getattr(convention, field) or "" for field in ("depositary", "parties_as_of")},
                "parties_note": convention.parties_note or "",
                "source": convention.url or None,
                "provisions": [self._provision(provision, convention) for provision in convention.provisions.all()],
                "parties": [
                    {"country": party.country.alpha2, "year": party.year, "source": party.source}
                    for party in convention.parties.all()
                ],
                "url": self._url(convention),
                "studies": self._studies("convention", convention.code),
            }
            for convention in conventions
        ]

    def _provision(self, provision: Provision, convention: Convention) -> dict:
        provision.convention = convention
        return {
            **{field: getattr(provision, field) or "" for field in ("code", "ref", "heading", "gist")},
            "themes": _themes(provision),
            "url": self._url(provision),
            "studies": self._studies("provision", provision.code),
        }

    def organizations(self) -> list[dict]:
        """Return the organizations of Annex II."""
        return [
            {
                "code": organization.code,
                "name": organization.name,
                "role": organization.role or "",
                "source": organization.url or None,
            }
            for organization in Organization.objects.all()
        ]

    def glossary(self) -> list[dict]:
        """Return the terms of Annex I, in alphabetical order."""
        terms = [
            {
                **{field: getattr(term, field) or "" for field in ("term", "abbreviation", "definition", "source")},
                "themes": _themes(term),
            }
            for term in GlossaryTerm.objects.prefetch_related("theme_links__theme")
        ]
        return sorted(terms, key=lambda term: term["term"].casefold())


def _themes(record: Chapter | Provision | GlossaryTerm) -> list[str]:
    return [link.theme.code for link in record.theme_links.all()]
