"""Every kind of record in the collection: its natural key, its comparable content, and how it is written.

Loading, importing, revising and restoring write records through these, so that a record is written in one way.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from . import collection_records
from .collection_files import Located, MalformedCollection
from .models import (
    CaseChapter,
    CaseCountry,
    CaseProvision,
    CaseStudy,
    CaseTheme,
    Chapter,
    Concept,
    Convention,
    Country,
    GlossaryTerm,
    Organization,
    Outcome,
    Party,
    Place,
    Provision,
    Region,
    Source,
    Theme,
)
from .models.case import TEXT_FIELDS


@dataclass(frozen=True)
class Incoming:
    """One record to load: its natural key, its comparable content, and where it stands in the files."""

    key: str
    content: dict
    located: Located
    position: int


@dataclass(frozen=True)
class Kind:
    """How one kind of record is read from the database and written to it.

    `current` fetches all records with what `content_of` reads; `key_of` gives a record's natural key; `write` saves
    one record, new or existing, and returns it. `optional` names the fields that only optional files give.
    """

    name: str
    current: Callable[[], QuerySet]
    key_of: Callable[[models.Model], str]
    content_of: Callable[[models.Model], dict]
    write: Callable[["Lookups", models.Model | None, Incoming], models.Model]
    optional: tuple[str, ...] = ()

    @property
    def model(self) -> type[models.Model]:
        """The model whose records are of this kind."""
        return self.current().model


class Lookups:
    """Vocabulary records by their codes, each vocabulary read when first needed: a load that writes nothing reads none.

    What is not there is a fault of who names it.
    """

    @cached_property
    def themes(self) -> dict[str, Theme]:
        """Themes by code."""
        return {theme.code: theme for theme in Theme.objects.all()}

    @cached_property
    def chapters(self) -> dict[int, Chapter]:
        """Chapters by number, annexes apart."""
        return {chapter.number: chapter for chapter in Chapter.objects.filter(kind=Chapter.Kind.CHAPTER)}

    @cached_property
    def regions(self) -> dict[str, Region]:
        """Regions by slug."""
        return {region.slug: region for region in Region.objects.all()}

    @cached_property
    def countries(self) -> dict[str, Country]:
        """Countries by two-letter code."""
        return {country.alpha2: country for country in Country.objects.all()}

    @cached_property
    def conventions(self) -> dict[str, Convention]:
        """Conventions by code."""
        return {convention.code: convention for convention in Convention.objects.all()}

    @cached_property
    def provisions(self) -> dict[tuple[str, str], Provision]:
        """Provisions by their convention's code and their English reference."""
        return {
            (provision.convention.code, provision.ref_en): provision
            for provision in Provision.objects.select_related("convention")
        }

    def find(self, vocabulary: str, key: object, incoming: Incoming, path: str) -> models.Model:
        """Return the record with this key. Raises MalformedCollection naming the field at `path`."""
        try:
            return getattr(self, vocabulary)[key]
        except KeyError:
            shown = " – ".join(key) if isinstance(key, tuple) else key
            reason = f"{shown!r} is not among the {vocabulary} of the collection"
            raise MalformedCollection([incoming.located.fault(path, reason)]) from None


# Writing ---------------------------------------------------------------------------------------------------------


def _set_texts(record: models.Model, **texts: dict | None) -> None:
    """Set translated fields from `{"en": …, "ru": …}`; None empties them."""
    for name, by_language in texts.items():
        for language in collection_records.LANGUAGES:
            setattr(record, f"{name}_{language}", by_language[language] if by_language else "")


def _set_lists(record: models.Model, **lists: dict | None) -> None:
    """Set translated fields that hold lists from `{"en": […], "ru": […]}`; None empties them."""
    for name, by_language in lists.items():
        for language in collection_records.LANGUAGES:
            setattr(record, f"{name}_{language}", by_language[language] if by_language else [])


def _replace_theme_links(lookups: Lookups, record: models.Model, incoming: Incoming) -> None:
    """Set the themes of a chapter, provision or glossary term, in the order of the file."""
    record.theme_links.all().delete()
    for position, code in enumerate(incoming.content["themes"]):
        record.theme_links.create(theme=lookups.find("themes", code, incoming, f"themes.{position}"), position=position)


def _write_region(_lookups: Lookups, region: Region | None, incoming: Incoming) -> Region:
    region = region or Region()
    region.slug = incoming.key
    _set_texts(region, name=incoming.content["name"])
    _set_lists(region, alternative_names=incoming.content.get("alternative_names"))
    region.save()
    return region


def _write_theme(_lookups: Lookups, theme: Theme | None, incoming: Incoming) -> Theme:
    content = incoming.content
    theme = theme or Theme()
    theme.code, theme.position = content["code"], incoming.position
    _set_texts(theme, name=content["name"], definition=content["definition"])
    _set_lists(theme, synonyms=content["synonyms"])
    theme.save()
    return theme


def _write_chapter(lookups: Lookups, chapter: Chapter | None, incoming: Incoming) -> Chapter:
    content = incoming.content
    chapter = chapter or Chapter()
    chapter.kind, chapter.number, chapter.slug = content["kind"], content["number"], content["slug"]
    _set_texts(chapter, title=content["title"], summary=content["summary"])
    chapter.save()
    _replace_theme_links(lookups, chapter, incoming)
    return chapter


def _write_country(lookups: Lookups, country: Country | None, incoming: Incoming) -> Country:
    content = incoming.content
    country = country or Country()
    operation = content["osce_field_operation"]
    country.alpha2, country.alpha3, country.m49 = content["alpha2"], content["alpha3"], content["m49"]
    country.region = lookups.find("regions", content["region"], incoming, "region")
    country.osce = content["osce"] or ""
    country.unece, country.lldc = content["unece"], content["lldc"]
    country.field_operation_as_of = operation["as_of"] if operation else ""
    country.distance_to_sea_km = content["distance_to_sea_km"]
    country.latitude, country.longitude = content["lat"], content["lon"]
    _set_texts(country, name=content["name"], field_operation=operation and operation["name"])
    _set_lists(country, alternative_names=content.get("alternative_names"))
    country.save()
    return country


def _write_convention(_lookups: Lookups, convention: Convention | None, incoming: Incoming) -> Convention:
    content = incoming.content
    convention = convention or Convention()
    convention.code, convention.kind = content["code"], content["kind"]
    convention.position = incoming.position
    convention.adopted, convention.in_force = content["adopted"], content["in_force"]
    convention.url = content["url"] or ""
    _set_texts(
        convention,
        name=content["name"],
        short_name=content["short_name"],
        depositary=content["depositary_or_owner"],
        summary=content["summary"],
        parties_as_of=content.get("parties_as_of"),
        parties_note=content.get("parties_note"),
    )
    _set_lists(convention, alternative_names=content.get("alternative_names"))
    convention.save()
    return convention


def _write_provision(lookups: Lookups, provision: Provision | None, incoming: Incoming) -> Provision:
    content = incoming.content
    provision = provision or Provision()
    provision.convention = lookups.find("conventions", content["convention"], incoming, "code")
    provision.position = incoming.position
    _set_texts(provision, ref=content["ref"], heading=content["heading"], gist=content["gist"])
    provision.code = provision.code or provision.default_code()
    provision.save()
    _replace_theme_links(lookups, provision, incoming)
    return provision


def _write_party(lookups: Lookups, party: Party | None, incoming: Incoming) -> Party:
    content = incoming.content
    party = party or Party()
    party.convention = lookups.find("conventions", content["instrument"], incoming, "instrument")
    party.country = lookups.find("countries", content["alpha2"], incoming, "alpha2")
    party.year, party.source = content["year"], content["source"]
    party.save()
    return party


def _write_organization(_lookups: Lookups, organization: Organization | None, incoming: Incoming) -> Organization:
    content = incoming.content
    organization = organization or Organization()
    organization.code, organization.url = content["code"], content["url"]
    organization.position = incoming.position
    _set_texts(organization, name=content["name"], role=content["role"])
    organization.save()
    return organization


def _write_glossary_term(lookups: Lookups, term: GlossaryTerm | None, incoming: Incoming) -> GlossaryTerm:
    content = incoming.content
    term = term or GlossaryTerm()
    term.source = content["source"]
    _set_texts(term, term=content["term"], abbreviation=content["abbreviation"], definition=content["definition"])
    term.save()
    _replace_theme_links(lookups, term, incoming)
    return term


def _write_concept(_lookups: Lookups, concept: Concept | None, incoming: Incoming) -> Concept:
    concept = concept or Concept()
    concept.code = incoming.key
    _set_lists(concept, expressions=incoming.content["expressions"], narrower=incoming.content["narrower"])
    concept.save()
    return concept


def _write_case(lookups: Lookups, case: CaseStudy | None, incoming: Incoming) -> CaseStudy:
    """Save a study with its links and evidence. A new one is published; an existing one keeps its status."""
    case = case or CaseStudy(slug=incoming.key, status=CaseStudy.Status.PUBLISHED, published_at=timezone.now())
    case.updated_by = None
    _set_case_fields(lookups, case, incoming)
    case.save()
    _replace_rows(lookups, [(case, incoming)])
    return case


def write_cases(lookups: Lookups, cases: list[tuple[CaseStudy, Incoming]]) -> None:
    """Save many studies, new and existing, with their links and evidence, in a fixed number of statements."""
    for case, incoming in cases:
        _set_case_fields(lookups, case, incoming)
    new = [case for case, _incoming in cases if case._state.adding]
    existing = [case for case, _incoming in cases if not case._state.adding]
    CaseStudy.objects.bulk_create(new)
    kept = ("id", "slug", "created_at")
    fields = [field.name for field in CaseStudy._meta.concrete_fields if field.name not in kept]
    # One INSERT that updates what is there: an UPDATE with a CASE for every field of every study takes minutes.
    CaseStudy.objects.bulk_create(existing, update_conflicts=True, unique_fields=["id"], update_fields=fields)
    _replace_rows(lookups, cases)


def _set_case_fields(lookups: Lookups, case: CaseStudy, incoming: Incoming) -> None:
    content = incoming.content
    case.chapter = lookups.find("chapters", content["chapter"], incoming, "chapter")
    case.period_start, case.period_end = content["period"]["start"], content["period"]["end"]
    for name in ("transport_modes", "implementers", "handbook", "confidence"):
        setattr(case, name, content[name])
    _set_texts(case, region_scope=content["region_scope"])
    for name in TEXT_FIELDS:
        _set_texts(case, **{name: {"en": content["en"][name], "ru": content["ru"][name]}})


def _replace_rows(lookups: Lookups, cases: list[tuple[CaseStudy, Incoming]]) -> None:
    """Make links and evidence of the studies what their contents say, each after what it refers to."""
    for model in (Outcome, Source, Place, CaseChapter, CaseTheme, CaseCountry, CaseProvision):
        model.objects.filter(case_study__in=[case for case, _incoming in cases]).delete()
    rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for case, incoming in cases:
        for row in (*_case_links(lookups, case, incoming), *_evidence(lookups, case, incoming)):
            rows[type(row)].append(row)
    for model in (CaseChapter, CaseTheme, CaseCountry, CaseProvision, Source, Outcome, Place):
        for row in rows[Outcome] if model is Outcome else ():
            row.source = row.source  # which has its primary key only now
        model.objects.bulk_create(rows[model])


def _case_links(lookups: Lookups, case: CaseStudy, incoming: Incoming) -> Iterator[models.Model]:
    """Yield the links of a study to the vocabularies, unsaved."""
    content = incoming.content
    for model, name, vocabulary, path in (
        (CaseChapter, "chapter", "chapters", "other_chapters"),
        (CaseTheme, "theme", "themes", "themes"),
        (CaseCountry, "country", "countries", "countries"),
    ):
        for position, value in enumerate(content[path]):
            linked = lookups.find(vocabulary, value, incoming, f"{path}.{position}")
            yield model(case_study=case, position=position, **{name: linked})
    for position, link in enumerate(content["instruments"]):
        path, reference = f"instruments.{position}", (link["code"], link["provision"])
        yield CaseProvision(
            case_study=case,
            position=position,
            convention=lookups.find("conventions", link["code"], incoming, f"{path}.code"),
            provision=link["provision"] and lookups.find("provisions", reference, incoming, f"{path}.provision"),
        )


def _evidence(lookups: Lookups, case: CaseStudy, incoming: Incoming) -> Iterator[models.Model]:
    """Yield the sources, outcomes and places of a study, unsaved."""
    content = incoming.content
    sources = [
        Source(case_study=case, position=position, **{**source, "url": source["url"] or ""})
        for position, source in enumerate(content["sources"])
    ]
    yield from sources
    for position, values in enumerate(content["outcomes"]):
        outcome = Outcome(
            case_study=case,
            position=position,
            source=sources[values["source"]],
            **{name: values[name] for name in ("before", "after", "unit", "before_year", "after_year", "better")},
        )
        _set_texts(outcome, indicator=values["indicator"])
        yield outcome
    for position, place in enumerate(content["places"]):
        yield Place(
            case_study=case,
            position=position,
            name=place["name"],
            country=place["country"]
            and lookups.find("countries", place["country"], incoming, f"places.{position}.country"),
            latitude=place["lat"],
            longitude=place["lon"],
        )


# What search entries copy of a country; its other names are looked up when a question is asked.
COPIED_FROM_COUNTRY = ("name", "region", "osce", "unece", "lldc", "osce_field_operation")

REGION = Kind(
    "region",
    Region.objects.all,
    lambda region: region.slug,
    collection_records.region_record,
    _write_region,
    optional=("alternative_names",),
)
THEME = Kind("theme", Theme.objects.all, lambda theme: theme.code, collection_records.theme_record, _write_theme)
CHAPTER = Kind(
    "chapter",
    lambda: Chapter.objects.prefetch_related("theme_links__theme"),
    lambda chapter: f"{chapter.kind} {chapter.number}",
    collection_records.chapter_record,
    _write_chapter,
)
COUNTRY = Kind(
    "country",
    lambda: Country.objects.select_related("region"),
    lambda country: country.alpha2,
    collection_records.country_record,
    _write_country,
    optional=("alternative_names",),
)
CONVENTION = Kind(
    "convention",
    Convention.objects.all,
    lambda convention: convention.code,
    collection_records.convention_record,
    _write_convention,
    optional=("parties_as_of", "parties_note", "alternative_names"),
)
PROVISION = Kind(
    "provision",
    lambda: Provision.objects.select_related("convention").prefetch_related("theme_links__theme"),
    lambda provision: f"{provision.convention.code} {provision.ref_en}",
    collection_records.provision_record,
    _write_provision,
)
PARTY = Kind(
    "party",
    lambda: Party.objects.select_related("convention", "country"),
    lambda party: f"{party.convention.code} {party.country.alpha2}",
    collection_records.party_record,
    _write_party,
)
ORGANIZATION = Kind(
    "organization",
    Organization.objects.all,
    lambda organization: organization.code,
    collection_records.organization_record,
    _write_organization,
)
GLOSSARY_TERM = Kind(
    "glossary term",
    lambda: GlossaryTerm.objects.prefetch_related("theme_links__theme"),
    lambda term: term.term_en,
    collection_records.glossary_term_record,
    _write_glossary_term,
)
CONCEPT = Kind(
    "concept",
    Concept.objects.all,
    lambda concept: concept.code,
    collection_records.concept_record,
    _write_concept,
)
CASE = Kind(
    "case study",
    lambda: CaseStudy.objects.in_full(),
    lambda case: case.slug,
    collection_records.case_record,
    _write_case,
)

# Every kind after those that its records refer to.
KINDS = (
    REGION,
    THEME,
    CHAPTER,
    COUNTRY,
    CONVENTION,
    PROVISION,
    PARTY,
    ORGANIZATION,
    GLOSSARY_TERM,
    CONCEPT,
    CASE,
)
