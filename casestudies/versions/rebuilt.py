"""A study as a version's record gives it, in the shape in which pages and exports read the present one."""

from collections.abc import Iterable
from types import SimpleNamespace

from casestudies.models import (
    CaseStudy,
    CaseStudyVersion,
    Chapter,
    Convention,
    Country,
    Outcome,
    Place,
    Provision,
    Source,
    Theme,
)
from casestudies.models.case import TEXT_FIELDS


class Rows(list):
    """Rows of a relation: templates and exports ask a relation for `all()`."""

    def all(self) -> "Rows":
        """Return the rows."""
        return self


class Names:
    """The vocabulary that some records name, read at once; what is gone from it stands under its code."""

    def __init__(self, records: list[dict]):
        def named(key: str) -> set:
            return {value for record in records for value in record[key]}

        self._themes = Theme.objects.in_bulk(named("themes"), field_name="code")
        places = {place["country"] for record in records for place in record["places"] if place["country"]}
        self._countries = Country.objects.in_bulk(named("countries") | places, field_name="alpha2")
        self._chapters = {chapter.number: chapter for chapter in Chapter.objects.filter(kind=Chapter.Kind.CHAPTER)}
        codes = {link["code"] for record in records for link in record["instruments"]}
        self._conventions = Convention.objects.in_bulk(codes, field_name="code")
        provisions = Provision.objects.filter(convention__in=self._conventions.values()).select_related("convention")
        self._provisions = {(provision.convention.code, provision.ref_en): provision for provision in provisions}

    def theme(self, code: str) -> Theme:
        """Return the theme with this code."""
        return self._themes.get(code) or Theme(code=code, name_en=code)

    def country(self, code: str) -> Country:
        """Return the country with this two-letter code."""
        return self._countries.get(code) or Country(alpha2=code, name_en=code)

    def chapter(self, number: int) -> Chapter:
        """Return the chapter with this number."""
        return self._chapters.get(number) or Chapter(number=number, slug=str(number), title_en=str(number))

    def convention(self, code: str) -> Convention:
        """Return the convention with this code."""
        return self._conventions.get(code) or Convention(code=code, short_name_en=code)

    def provision(self, code: str, ref: str | None) -> Provision | None:
        """Return the provision of the convention `code` with the English reference `ref`; None for None."""
        if ref is None:
            return None
        return self._provisions.get((code, ref)) or Provision(convention=self.convention(code), ref_en=ref)


class PastStudy:
    """A study as it was published, read like a `CaseStudy` fetched with `in_full()`; it cannot be saved."""

    def __init__(self, version: CaseStudyVersion, names: Names):
        record = version.record
        self._study = _study(version)
        self.chapter = names.chapter(record["chapter"])
        self.chapter_links = Rows(SimpleNamespace(chapter=names.chapter(n)) for n in record["other_chapters"])
        self.theme_links = Rows(SimpleNamespace(theme=names.theme(code)) for code in record["themes"])
        self.country_links = Rows(SimpleNamespace(country=names.country(code)) for code in record["countries"])
        self.provision_links = Rows(
            SimpleNamespace(
                convention=names.convention(link["code"]), provision=names.provision(link["code"], link["provision"])
            )
            for link in record["instruments"]
        )
        self.places = Rows(_place(place, names) for place in record["places"])
        # Numbered, because a page refers to a source by its key.
        self.sources = Rows(
            Source(pk=number, **{**source, "url": source["url"] or ""})
            for number, source in enumerate(record["sources"], 1)
        )
        self.outcomes = Rows(_outcome(outcome, self.sources) for outcome in record["outcomes"])

    def __getattr__(self, name: str) -> object:
        return getattr(self._study, name)


def as_published(versions: Iterable[CaseStudyVersion]) -> list[PastStudy]:
    """Return the studies as these versions hold them, in a fixed number of queries."""
    versions = list(versions)
    names = Names([version.record for version in versions])
    return [PastStudy(version, names) for version in versions]


def _texts(name: str, by_language: dict[str, str] | None) -> dict[str, str]:
    return {f"{name}_{language}": text for language, text in (by_language or {}).items()}


def _study(version: CaseStudyVersion) -> CaseStudy:
    """Return the study's own fields, without what it is linked to."""
    record = version.record
    study = CaseStudy(
        slug=version.slug,
        status=CaseStudy.Status.PUBLISHED,
        period_start=record["period"]["start"],
        period_end=record["period"]["end"],
        updated_at=version.made_at,
        **{name: record[name] for name in ("transport_modes", "implementers", "handbook", "confidence")},
        **_texts("region_scope", record["region_scope"]),
        **{f"{name}_{language}": record[language][name] for name in TEXT_FIELDS for language in ("en", "ru")},
    )
    study.version_number, study.version_made_at = version.number, version.made_at
    return study


def _place(place: dict, names: Names) -> Place:
    return Place(
        name=place["name"],
        country=place["country"] and names.country(place["country"]),
        latitude=place["lat"],
        longitude=place["lon"],
    )


def _outcome(outcome: dict, sources: list[Source]) -> Outcome:
    return Outcome(
        source=sources[outcome["source"]],
        **_texts("indicator", outcome["indicator"]),
        **{name: outcome[name] for name in ("before", "after", "unit", "before_year", "after_year", "better")},
    )
