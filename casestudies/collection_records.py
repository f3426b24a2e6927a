"""Turning what the database holds back into the records of the collection's files, field by field."""

import hashlib
import json
from decimal import Decimal

from . import models
from .models.case import TEXT_FIELDS

LANGUAGES = ("en", "ru")


def bilingual(record: object, field: str) -> dict[str, str]:
    """Return the texts of a translated field by language, "" where one is missing."""
    return {language: getattr(record, f"{field}_{language}") or "" for language in LANGUAGES}


def bilingual_or_none(record: object, field: str) -> dict[str, str] | None:
    """Return the texts of a translated field, None where no language has one."""
    texts = bilingual(record, field)
    return texts if any(texts.values()) else None


def by_language(record: object, field: str) -> dict[str, list[str]]:
    """Return the lists of a translated field by language."""
    return {language: getattr(record, f"{field}_{language}") or [] for language in LANGUAGES}


def other_names(record: object) -> dict[str, dict[str, list[str]]]:
    """Return the other names of a record under their key, nothing where it has none: most records have none."""
    names = by_language(record, "alternative_names")
    return {"alternative_names": names} if any(names.values()) else {}


def number(value: Decimal | float | None) -> int | float | None:
    """Return a number as JSON writes it: whole numbers without a fraction."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def fingerprint(content: dict) -> str:
    """Return a digest of a record's content that is the same for equal content."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def case_record(case: models.CaseStudy) -> dict:
    """Return a study, read with `in_full()`, as a record of `cases/*.jsonl`.

    `region_scope` is given in every language; the files hold its English name.
    """
    sources = list(case.sources.all())
    source_index = {source.pk: index for index, source in enumerate(sources)}
    return {
        "slug": case.slug,
        "chapter": case.chapter.number,
        "other_chapters": [link.chapter.number for link in case.chapter_links.all()],
        "themes": [link.theme.code for link in case.theme_links.all()],
        "countries": [link.country.alpha2 for link in case.country_links.all()],
        "region_scope": bilingual_or_none(case, "region_scope"),
        "instruments": [
            {"code": link.convention.code, "provision": link.provision.ref_en if link.provision else None}
            for link in case.provision_links.all()
        ],
        "transport_modes": case.transport_modes,
        "period": {"start": case.period_start, "end": case.period_end},
        "places": [
            {
                "name": place.name,
                "country": place.country.alpha2 if place.country else None,
                "lat": place.latitude,
                "lon": place.longitude,
            }
            for place in case.places.all()
        ],
        "implementers": case.implementers,
        **{
            language: {field: getattr(case, f"{field}_{language}") or "" for field in TEXT_FIELDS}
            for language in LANGUAGES
        },
        "outcomes": [
            {
                "indicator": bilingual(outcome, "indicator"),
                "before": number(outcome.before),
                "after": number(outcome.after),
                "unit": outcome.unit,
                "before_year": outcome.before_year,
                "after_year": outcome.after_year,
                "better": outcome.better,
                "source": source_index[outcome.source_id],
            }
            for outcome in case.outcomes.all()
        ],
        "sources": [
            {
                "title": source.title,
                "publisher": source.publisher,
                "year": source.year,
                "url": source.url or None,
                "checked": source.checked,
            }
            for source in sources
        ],
        "handbook": case.handbook,
        "confidence": case.confidence,
    }


def theme_record(theme: models.Theme) -> dict:
    """Return a theme as a record of `themes.json`."""
    return {
        "code": theme.code,
        "name": bilingual(theme, "name"),
        "definition": bilingual(theme, "definition"),
        "synonyms": by_language(theme, "synonyms"),
    }


def chapter_record(chapter: models.Chapter) -> dict:
    """Return a chapter as a record of `chapters.json`."""
    return {
        "number": chapter.number,
        "kind": chapter.kind,
        "slug": chapter.slug,
        "title": bilingual(chapter, "title"),
        "summary": bilingual(chapter, "summary"),
        "themes": [link.theme.code for link in chapter.theme_links.all()],
    }


def region_record(region: models.Region) -> dict:
    """Return a region; the files name it in each of its countries."""
    return {"slug": region.slug, "name": bilingual(region, "name"), **other_names(region)}


def country_record(country: models.Country) -> dict:
    """Return a country as a record of `countries.json`, its region by slug."""
    operation = bilingual_or_none(country, "field_operation")
    return {
        "alpha2": country.alpha2,
        "alpha3": country.alpha3,
        "m49": country.m49,
        "name": bilingual(country, "name"),
        "region": country.region.slug,
        "osce": country.osce or None,
        "unece": country.unece,
        "lldc": country.lldc,
        "osce_field_operation": operation and {"name": operation, "as_of": country.field_operation_as_of},
        "distance_to_sea_km": country.distance_to_sea_km,
        "lat": country.latitude,
        "lon": country.longitude,
        **other_names(country),
    }


def convention_record(convention: models.Convention) -> dict:
    """Return a convention as a record of `instruments.json`, without its provisions, with the note on its parties."""
    return {
        "code": convention.code,
        "name": bilingual(convention, "name"),
        "short_name": bilingual(convention, "short_name"),
        "depositary_or_owner": bilingual(convention, "depositary"),
        "kind": convention.kind,
        "adopted": convention.adopted,
        "in_force": convention.in_force,
        "url": convention.url or None,
        "summary": bilingual(convention, "summary"),
        "parties_as_of": bilingual_or_none(convention, "parties_as_of"),
        "parties_note": bilingual_or_none(convention, "parties_note"),
        **other_names(convention),
    }


def provision_record(provision: models.Provision) -> dict:
    """Return a provision as it stands in `instruments.json`, with its convention's code, `ref` in every language."""
    return {
        "convention": provision.convention.code,
        "ref": bilingual(provision, "ref"),
        "heading": bilingual(provision, "heading"),
        "themes": [link.theme.code for link in provision.theme_links.all()],
        "gist": bilingual(provision, "gist"),
    }


def party_record(party: models.Party) -> dict:
    """Return a row of `parties.json`."""
    return {
        "instrument": party.convention.code,
        "alpha2": party.country.alpha2,
        "year": party.year,
        "source": party.source,
    }


def organization_record(organization: models.Organization) -> dict:
    """Return an organization as a record of `organizations.json`."""
    return {
        "code": organization.code,
        "name": bilingual(organization, "name"),
        "url": organization.url,
        "role": bilingual(organization, "role"),
    }


def glossary_term_record(term: models.GlossaryTerm) -> dict:
    """Return a term as a record of `glossary.json`."""
    return {
        "term": bilingual(term, "term"),
        "abbreviation": bilingual_or_none(term, "abbreviation"),
        "definition": bilingual(term, "definition"),
        "themes": [link.theme.code for link in term.theme_links.all()],
        "source": term.source,
    }


def concept_record(concept: models.Concept) -> dict:
    """Return a concept as a record of `thesaurus*.json`."""
    return {
        "code": concept.code,
        "expressions": by_language(concept, "expressions"),
        "narrower": by_language(concept, "narrower"),
    }
