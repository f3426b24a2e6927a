"""Loading the collection's files: idempotent, all or nothing, and never over a curator's work unless told.

The rule is the same for every kind of record. Its content is compared three ways: as the file gives it, as it was
when last loaded (`LoadedRecord`), and as the database holds it now.

==================================  =============================================
database                            what happens
==================================  =============================================
has no such record, never loaded    created
has no such record, but it was      left alone: a curator deleted it
holds what the file gives           left alone: nothing to do
holds what was last loaded          updated
holds anything else                 left alone: a curator changed it
==================================  =============================================

With `overwrite` the second and the last row create and update.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from django.db import DatabaseError, models, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.text import slugify

from . import collection_records, search_index, versions
from .collection_files import Collection, Located, MalformedCollection, read
from .collection_records import fingerprint
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
    LoadedRecord,
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


@dataclass
class Report:
    """What loading did: counts by kind and by what happened, and the records it left to the curator."""

    counts: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    """The primary keys of the studies to make findable as they are now."""


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


def load(folder: Path, *, overwrite: bool = False) -> Report:
    """Load the collection in `folder` in one transaction and return what was done.

    Raises MalformedCollection, and changes nothing, where a file is malformed, a record stands twice, or a record
    names another that does not exist.
    """
    return load_arrivals(_arrivals(read(folder)), overwrite=overwrite)


def load_arrivals(arrivals_by_kind: Iterable[tuple[Kind, list[Incoming]]], *, overwrite: bool) -> Report:
    """Load records, each kind after what it refers to, in one transaction; raises like `load`."""
    report = Report()
    with transaction.atomic(), translation.override("en"):
        for kind, arrivals in arrivals_by_kind:
            _refuse_duplicates(arrivals)
            _load_kind(kind, arrivals, report, overwrite)
        versions.keep(report.written)
        versions.begin()
        _index(report)
    return report


def _index(report: Report) -> None:
    """Make what was written findable; everything, where the entries were made by another version of the code."""
    made = LoadedRecord.objects.filter(kind="search index", key="entries", fingerprint=search_index.fingerprint())
    if made.exists():
        search_index.refresh(report.written)
        return
    search_index.refresh(CaseStudy.objects.values_list("pk", flat=True))
    LoadedRecord.objects.update_or_create(
        kind="search index", key="entries", defaults={"fingerprint": search_index.fingerprint()}
    )


def _refuse_duplicates(arrivals: list[Incoming]) -> None:
    seen: dict[str, Incoming] = {}
    faults = []
    for incoming in arrivals:
        first = seen.setdefault(incoming.key, incoming)
        if first is not incoming:
            place = f"{first.located.file}:{first.located.line}"
            faults.append(incoming.located.fault("", f"{incoming.key!r} stands twice, first at {place}"))
    if faults:
        raise MalformedCollection(faults)


def _load_kind(kind: Kind, arrivals: list[Incoming], report: Report, overwrite: bool) -> None:
    current = {kind.key_of(record): record for record in kind.current()}
    loaded = dict(LoadedRecord.objects.filter(kind=kind.name).values_list("key", "fingerprint"))
    lookups = Lookups()
    counts = report.counts[kind.name]
    memory = []
    for arrival in arrivals:
        record = current.get(arrival.key)
        content = record and kind.content_of(record)
        incoming = replace(arrival, content=_completed(kind, arrival.content, content))
        arriving, now = fingerprint(incoming.content), record and fingerprint(content)
        if now == arriving:
            counts["unchanged"] += 1
        elif not overwrite and now != loaded.get(incoming.key):
            # Changed by a curator, or deleted by one (`now` is None while something was loaded).
            counts["kept"] += 1
            report.kept.append((kind.name, incoming.key, "changed here" if record else "deleted here"))
            continue
        else:
            written = _write(kind, lookups, record, incoming)
            if kind is CASE:
                report.written.append(written.pk)
            elif (
                kind is COUNTRY and record and any(content[key] != incoming.content[key] for key in COPIED_FROM_COUNTRY)
            ):
                report.written += CaseStudy.objects.in_country(written).values_list("pk", flat=True)
            counts["updated" if record else "created"] += 1
        if loaded.get(incoming.key) != arriving:
            memory.append(LoadedRecord(kind=kind.name, key=incoming.key, fingerprint=arriving))
    LoadedRecord.objects.bulk_create(
        memory, update_conflicts=True, unique_fields=["kind", "key"], update_fields=["fingerprint"]
    )


def _completed(kind: Kind, arriving: dict, current: dict | None) -> dict:
    """Return the arriving content with what its files do not give taken from the database: that stays as it is.

    Only the optional files are left out: a text that arrives in English alone keeps its Russian while the English is
    the same, and an optional field that does not arrive keeps its value.
    """
    current = current or {}
    completed = {key: current[key] for key in kind.optional if key in current} | arriving
    for key, value in arriving.items():
        if isinstance(value, dict) and value.keys() == {"en"}:
            known = current.get(key) or {}
            completed[key] = {"en": value["en"], "ru": known.get("ru", "") if known.get("en") == value["en"] else ""}
    return completed


def _write(kind: Kind, lookups: Lookups, record: models.Model | None, incoming: Incoming) -> models.Model:
    try:
        return kind.write(lookups, record, incoming)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        raise MalformedCollection([incoming.located.fault("", f"the database refuses it: {reason}")]) from error


# What the files give, as the kinds compare and write it ----------------------------------------------------------


def _arrivals(collection: Collection) -> Iterable[tuple[Kind, list[Incoming]]]:
    """Yield every kind with its records, in an order in which each finds what it refers to."""
    reference = collection.reference
    names = _alternative_names(reference["alternative-names"])
    yield REGION, _with_names(_regions(reference["countries"]), names.pop("region", {}))
    yield THEME, _incoming(reference["themes"], lambda content: content["code"])
    yield CHAPTER, _incoming(reference["chapters"], lambda content: f"{content['kind']} {content['number']}")
    yield COUNTRY, _with_names(_countries(reference["countries"]), names.pop("country", {}))
    conventions = _conventions(reference["instruments"], reference["parties-notes"])
    yield CONVENTION, _with_names(conventions, names.pop("convention", {}))
    yield PROVISION, _provisions(reference["instruments"], reference["provision-refs"])
    yield PARTY, _incoming(reference["parties"], lambda content: f"{content['instrument']} {content['alpha2']}")
    yield ORGANIZATION, _incoming(reference["organizations"], lambda content: content["code"])
    yield GLOSSARY_TERM, _incoming(reference["glossary"], lambda content: content["term"]["en"])
    concepts = [*reference["thesaurus"], *reference["thesaurus-names"]]
    yield CONCEPT, _incoming(concepts, lambda content: content["code"])
    yield CASE, _cases(collection.cases, reference["region-scopes"])


def _incoming(rows: list[Located], key: Callable[[dict], str]) -> list[Incoming]:
    contents = [row.record.model_dump() for row in rows]
    return [
        Incoming(key(content), content, row, position)
        for position, (row, content) in enumerate(zip(rows, contents, strict=True))
    ]


def _alternative_names(rows: list[Located]) -> dict[str, dict[str, Located]]:
    """Return the other names by kind of record and code. Raises MalformedCollection where a record stands twice."""
    _refuse_duplicates(_incoming(rows, lambda content: f"{content['kind']} {content['code']}"))
    by_kind: dict[str, dict[str, Located]] = defaultdict(dict)
    for row in rows:
        by_kind[row.record.kind][row.record.code] = row
    return by_kind


def _with_names(arrivals: list[Incoming], names: dict[str, Located]) -> list[Incoming]:
    """Add its other names to each record that has some. Raises MalformedCollection where there is no such record."""
    for incoming in arrivals:
        row = names.pop(incoming.key, None)
        if row and (row.record.en or row.record.ru):
            incoming.content["alternative_names"] = {"en": row.record.en, "ru": row.record.ru}
    if names:
        raise MalformedCollection([row.fault("code", f"no such {row.record.kind}") for row in names.values()])
    return arrivals


def _regions(countries: list[Located]) -> list[Incoming]:
    """Gather the regions that the countries name. Raises MalformedCollection where two give one region two names."""
    found: dict[str, Incoming] = {}
    for position, row in enumerate(countries):
        slug = slugify(row.record.region)
        content = {"slug": slug, "name": {"en": row.record.region, "ru": row.record.subregion_ru}}
        first = found.setdefault(slug, Incoming(slug, content, row, position))
        if first.content != content:
            reason = f"differs from {first.located.file}:{first.located.line}"
            raise MalformedCollection([row.fault("region, subregion_ru", reason)])
    return list(found.values())


def _countries(rows: list[Located]) -> list[Incoming]:
    arrivals = _incoming(rows, lambda content: content["alpha2"])
    for incoming in arrivals:
        incoming.content["region"] = slugify(incoming.content["region"])
        del incoming.content["subregion_ru"]
    return arrivals


def _conventions(rows: list[Located], notes: list[Located]) -> list[Incoming]:
    note_of = {note.record.instrument: note for note in notes}
    _refuse_duplicates(_incoming(notes, lambda content: content["instrument"]))
    arrivals = _incoming(rows, lambda content: content["code"])
    for incoming in arrivals:
        del incoming.content["provisions"]
        if notes:
            note = note_of.pop(incoming.key, None)
            incoming.content["parties_as_of"] = note and note.record.as_of.model_dump()
            incoming.content["parties_note"] = note and note.record.note.model_dump()
    if note_of:
        raise MalformedCollection([note.fault("instrument", "no such instrument") for note in note_of.values()])
    return arrivals


def _provisions(rows: list[Located], refs: list[Located]) -> list[Incoming]:
    russian = _russian(refs)
    return [
        Incoming(
            f"{row.record.code} {provision.ref}",
            {
                **provision.model_dump(),
                "convention": row.record.code,
                "ref": _in_both_languages(provision.ref, russian),
            },
            row,
            position,
        )
        for row in rows
        for position, provision in enumerate(row.record.provisions)
    ]


def _cases(rows: list[Located], scopes: list[Located]) -> list[Incoming]:
    russian = _russian(scopes)
    arrivals = _incoming(rows, lambda content: content["slug"])
    for incoming in arrivals:
        scope = incoming.content["region_scope"]
        incoming.content["region_scope"] = scope and _in_both_languages(scope, russian)
        for outcome in incoming.content["outcomes"]:
            outcome["before"] = collection_records.number(outcome["before"])
            outcome["after"] = collection_records.number(outcome["after"])
    return arrivals


def _russian(names: list[Located]) -> dict[str, str]:
    _refuse_duplicates(_incoming(names, lambda content: content["en"]))
    return {name.record.en: name.record.ru for name in names}


def _in_both_languages(name: str, russian: dict[str, str]) -> dict[str, str]:
    """Return the name with its Russian form, English alone where the optional file gives none."""
    return {"en": name, "ru": russian[name]} if name in russian else {"en": name}


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
    region = region or Region(slug=incoming.key)
    _set_texts(region, name=incoming.content["name"])
    _set_lists(region, alternative_names=incoming.content.get("alternative_names"))
    region.save()
    return region


def _write_theme(_lookups: Lookups, theme: Theme | None, incoming: Incoming) -> Theme:
    content = incoming.content
    theme = theme or Theme(code=content["code"])
    theme.position = incoming.position
    _set_texts(theme, name=content["name"], definition=content["definition"])
    _set_lists(theme, synonyms=content["synonyms"])
    theme.save()
    return theme


def _write_chapter(lookups: Lookups, chapter: Chapter | None, incoming: Incoming) -> Chapter:
    content = incoming.content
    chapter = chapter or Chapter(kind=content["kind"], number=content["number"])
    chapter.slug = content["slug"]
    _set_texts(chapter, title=content["title"], summary=content["summary"])
    chapter.save()
    _replace_theme_links(lookups, chapter, incoming)
    return chapter


def _write_country(lookups: Lookups, country: Country | None, incoming: Incoming) -> Country:
    content = incoming.content
    country = country or Country(alpha2=content["alpha2"])
    operation = content["osce_field_operation"]
    country.alpha3, country.m49 = content["alpha3"], content["m49"]
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
    convention = convention or Convention(code=content["code"])
    convention.kind, convention.position = content["kind"], incoming.position
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
    if provision is None:
        convention = lookups.find("conventions", content["convention"], incoming, "code")
        provision = Provision(convention=convention, ref_en=content["ref"]["en"])
        provision.code = provision.default_code()
    provision.position = incoming.position
    _set_texts(provision, ref=content["ref"], heading=content["heading"], gist=content["gist"])
    provision.save()
    _replace_theme_links(lookups, provision, incoming)
    return provision


def _write_party(lookups: Lookups, party: Party | None, incoming: Incoming) -> Party:
    content = incoming.content
    party = party or Party(
        convention=lookups.find("conventions", content["instrument"], incoming, "instrument"),
        country=lookups.find("countries", content["alpha2"], incoming, "alpha2"),
    )
    party.year, party.source = content["year"], content["source"]
    party.save()
    return party


def _write_organization(_lookups: Lookups, organization: Organization | None, incoming: Incoming) -> Organization:
    content = incoming.content
    organization = organization or Organization(code=content["code"])
    organization.url, organization.position = content["url"], incoming.position
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
    concept = concept or Concept(code=incoming.key)
    _set_lists(concept, expressions=incoming.content["expressions"], narrower=incoming.content["narrower"])
    concept.save()
    return concept


def _write_case(lookups: Lookups, case: CaseStudy | None, incoming: Incoming) -> CaseStudy:
    """Save a study with its links and evidence. A new one is published; an existing one keeps its status."""
    content = incoming.content
    case = case or CaseStudy(slug=content["slug"], status=CaseStudy.Status.PUBLISHED, published_at=timezone.now())
    case.chapter = lookups.find("chapters", content["chapter"], incoming, "chapter")
    case.period_start, case.period_end = content["period"]["start"], content["period"]["end"]
    for name in ("transport_modes", "implementers", "handbook", "confidence"):
        setattr(case, name, content[name])
    _set_texts(case, region_scope=content["region_scope"])
    for name in TEXT_FIELDS:
        _set_texts(case, **{name: {"en": content["en"][name], "ru": content["ru"][name]}})
    case.updated_by = None
    case.save()
    _replace_case_links(lookups, case, incoming)
    _replace_evidence(lookups, case, incoming)
    return case


def _replace_case_links(lookups: Lookups, case: CaseStudy, incoming: Incoming) -> None:
    content = incoming.content
    for model, name, vocabulary, path, values in (
        (CaseChapter, "chapter", "chapters", "other_chapters", content["other_chapters"]),
        (CaseTheme, "theme", "themes", "themes", content["themes"]),
        (CaseCountry, "country", "countries", "countries", content["countries"]),
    ):
        model.objects.filter(case_study=case).delete()
        model.objects.bulk_create(
            model(
                case_study=case,
                position=position,
                **{name: lookups.find(vocabulary, value, incoming, f"{path}.{position}")},
            )
            for position, value in enumerate(values)
        )
    CaseProvision.objects.filter(case_study=case).delete()
    CaseProvision.objects.bulk_create(
        CaseProvision(
            case_study=case,
            position=position,
            convention=lookups.find("conventions", link["code"], incoming, f"instruments.{position}.code"),
            provision=link["provision"]
            and lookups.find(
                "provisions", (link["code"], link["provision"]), incoming, f"instruments.{position}.provision"
            ),
        )
        for position, link in enumerate(content["instruments"])
    )


def _replace_evidence(lookups: Lookups, case: CaseStudy, incoming: Incoming) -> None:
    content = incoming.content
    Outcome.objects.filter(case_study=case).delete()
    Source.objects.filter(case_study=case).delete()
    Place.objects.filter(case_study=case).delete()
    sources = Source.objects.bulk_create(
        Source(case_study=case, position=position, **{**source, "url": source["url"] or ""})
        for position, source in enumerate(content["sources"])
    )
    outcomes = []
    for position, values in enumerate(content["outcomes"]):
        outcome = Outcome(
            case_study=case,
            position=position,
            source=sources[values["source"]],
            **{name: values[name] for name in ("before", "after", "unit", "before_year", "after_year", "better")},
        )
        _set_texts(outcome, indicator=values["indicator"])
        outcomes.append(outcome)
    Outcome.objects.bulk_create(outcomes)
    Place.objects.bulk_create(
        Place(
            case_study=case,
            position=position,
            name=place["name"],
            country=place["country"]
            and lookups.find("countries", place["country"], incoming, f"places.{position}.country"),
            latitude=place["lat"],
            longitude=place["lon"],
        )
        for position, place in enumerate(content["places"])
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
