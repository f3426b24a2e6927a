"""The contents of a document for people, in reading order: what the booklet and the briefing note both set in type."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from casestudies import versions, vocabulary
from casestudies.models import CaseStudy, Outcome, Place, Source
from casestudies.models.case import TransportMode
from casestudies.templatetags.case_studies import period, quantity
from casestudies.translations import shown_language, standing

from .document import Document

# What XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets), and so no file of Word's; no typeface shows it either.
_NOT_TEXT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def cleaned(value: str) -> str:
    """Return the text without control characters."""
    return _NOT_TEXT.sub("", value)


@dataclass(frozen=True)
class Words:
    """A text and the code of the language it stands in: one that is not translated stands in English."""

    text: str
    language: str


@dataclass(frozen=True)
class Section:
    """A part of a study under a heading, paragraph by paragraph."""

    heading: str
    paragraphs: list[Words]


@dataclass(frozen=True)
class MeasuredResult:
    """A row of the table of outcomes: numbers with unit and year, and the number of the source, from 1."""

    indicator: Words
    before: str
    after: str
    better: str
    """Which direction is an improvement."""
    source: int


@dataclass(frozen=True)
class CitedSource:
    """A source: its title, who published it and when, and its address, "" where there is none."""

    title: str
    details: str
    address: str


@dataclass(frozen=True)
class Fact:
    """What a study is filed under: a label and its values."""

    label: str
    values: list[Words]


@dataclass(frozen=True)
class StudyBriefing:
    """A study in reading order: texts, outcomes, lessons, sources, facts. Empty parts are absent."""

    title: Words
    notice: str
    """What its reader must know of the translation; "" where there is nothing to say."""
    chapter: Words
    summary: list[Words]
    account: list[Section]
    outcomes: list[MeasuredResult]
    lessons: list[Section]
    sources: list[CitedSource]
    facts: list[Fact]
    address: str
    """The page of the version that the document has."""
    citation: str
    """How to cite the study, without its address."""


@dataclass(frozen=True)
class IndexEntry:
    """A name in an index, with the places of its studies in the document, from 0."""

    name: str
    studies: list[int]


@dataclass(frozen=True)
class Briefing:
    """Everything a document for people says, in the language `language`."""

    language: str
    collection: str
    institution: str
    question: str
    provenance: list[tuple[str, str]]
    """Labels and values, without the collection and the question, which stand above them."""
    address: str
    labels: dict[str, str]
    studies: list[StudyBriefing]
    countries: list[IndexEntry]
    conventions: list[IndexEntry]


def briefing_of(document: Document) -> Briefing:
    """Return what a document says to people, in the active language, which has to be the document's."""
    studies = list(document.studies())
    provenance = document.provenance
    names = vocabulary.current()
    return Briefing(
        language=document.language,
        collection=cleaned(provenance.collection),
        institution=cleaned(settings.INSTITUTION),
        question=cleaned(provenance.question),
        provenance=[
            (label, cleaned(value))
            for label, value in provenance.rows()
            if value not in (provenance.collection, provenance.question)
        ],
        address=provenance.address,
        labels=_labels(),
        studies=[_study(study, document) for study in studies],
        countries=_index(
            names.country, [[link.country.alpha2 for link in study.country_links.all()] for study in studies]
        ),
        conventions=_index(
            names.convention, [[link.convention.code for link in study.provision_links.all()] for study in studies]
        ),
    )


def _labels() -> dict[str, str]:
    """Return the texts of the document itself."""
    return {
        "contents": gettext("Contents"),
        "case_study": gettext("Case study"),
        "measured": gettext("Measured results"),
        "indicator": gettext("Indicator"),
        "before": gettext("Before"),
        "after": gettext("After"),
        "better": gettext("Better is"),
        "source": gettext("Source"),
        "sources": gettext("Sources"),
        "facts": gettext("Facts"),
        "cite": gettext("How to cite"),
        "address": gettext("Permanent address"),
        "about": gettext("About this document"),
        "countries": gettext("Index by country"),
        "conventions": gettext("Index by convention"),
        "none": gettext("No case study answers this question."),
        "page": gettext("Page"),
        "marked": gettext("Some characters of this text cannot be printed here and stand as □. Read them at"),
        "table": gettext("Table"),
    }


def _study(study: CaseStudy, document: Document) -> StudyBriefing:
    sources = list(study.sources.all())
    numbers = {source.pk: number for number, source in enumerate(sources, start=1)}
    headings = {"challenge": gettext("Challenge"), "practice": gettext("Practice"), "results": gettext("Results")}
    publisher = ", ".join(filter(None, (document.provenance.collection, settings.INSTITUTION)))
    return StudyBriefing(
        title=_words(study, "title"),
        notice=translation.notice if (translation := standing(study)) else "",
        chapter=_chapter(study.chapter),
        summary=_paragraphs(study, "summary"),
        account=[
            Section(heading, paragraphs)
            for field, heading in headings.items()
            if (paragraphs := _paragraphs(study, field))
        ],
        outcomes=[_measured(outcome, numbers[outcome.source_id]) for outcome in study.outcomes.all()],
        lessons=[Section(gettext("Lessons"), paragraphs)] if (paragraphs := _paragraphs(study, "lessons")) else [],
        sources=[_source(source) for source in sources],
        facts=[fact for fact in _facts(study) if fact.values],
        address=document.address_cited(study),
        citation=cleaned(f"{study.title}. {publisher}. {_version(study)}"),
    )


def _version(study: CaseStudy) -> str:
    """Return which version of a study it is, in the words of its page."""
    version = versions.latest(study)
    date = date_format(timezone.localtime(versions.last_change(study)), "j E Y")
    if version is None:
        return gettext("Version of %(date)s.") % {"date": date}
    return gettext("Version %(number)s of %(date)s.") % {"number": version.number, "date": date}


def _words(record: Model, field: str) -> Words:
    """Return a translated text on one line, in the active language or else in English, and which of the two."""
    value = " ".join(cleaned(getattr(record, field) or "").split())
    return Words(value, shown_language(record, field))


def _paragraphs(record: Model, field: str) -> list[Words]:
    """Return a translated text line by line, each a paragraph."""
    lines = cleaned(getattr(record, field) or "").splitlines()
    return [Words(line.strip(), shown_language(record, field)) for line in lines if line.strip()]


def _chapter(chapter: Model) -> Words:
    title = _words(chapter, "title")
    return Words(f"{chapter.number}. {title.text}", title.language)


def _measured(outcome: Outcome, source: int) -> MeasuredResult:
    def shown(value: Decimal | None, year: int | None) -> str:
        number = quantity(value, outcome.unit)
        return f"{number} ({year})" if year else number

    return MeasuredResult(
        indicator=_words(outcome, "indicator"),
        before=shown(outcome.before, outcome.before_year),
        after=shown(outcome.after, outcome.after_year),
        better=str(outcome.get_better_display()),
        source=source,
    )


def _source(source: Source) -> CitedSource:
    details = ", ".join(str(part) for part in (source.publisher, source.year) if part)
    return CitedSource(cleaned(source.title), cleaned(details), source.url)


def _facts(study: CaseStudy) -> list[Fact]:
    """Return everything a study is filed under; a fact that is not known has no values."""
    chapters = [study.chapter, *(link.chapter for link in study.chapter_links.all())]
    ours = get_language()
    return [
        Fact(gettext("Countries"), [_words(link.country, "name") for link in study.country_links.all()]),
        Fact(gettext("Group of countries"), _known([_words(study, "region_scope")])),
        Fact(gettext("Years"), _known([Words(period(study), ours)])),
        # Places and agencies are recorded under their international names.
        Fact(gettext("Places"), [Words(_place(place), "en") for place in study.places.all()]),
        Fact(gettext("Chapters"), [_chapter(chapter) for chapter in chapters]),
        Fact(gettext("Themes"), [_words(link.theme, "name") for link in study.theme_links.all()]),
        Fact(gettext("Conventions and provisions"), [_provision(link) for link in study.provision_links.all()]),
        Fact(
            gettext("Transport modes"), [Words(str(TransportMode(mode).label), ours) for mode in study.transport_modes]
        ),
        Fact(gettext("Implementers"), [Words(cleaned(name), "en") for name in study.implementers]),
        Fact(gettext("Relation to the Handbook"), [Words(str(study.get_handbook_display()), ours)]),
        Fact(gettext("Confidence"), [Words(str(study.get_confidence_display()), ours)]),
    ]


def _known(values: Iterable[Words]) -> list[Words]:
    return [value for value in values if value.text]


def _place(place: Place) -> str:
    return cleaned(place.name)


def _provision(link: Model) -> Words:
    convention = _words(link.convention, "short_name")
    if not link.provision:
        return convention
    return Words(f"{convention.text}: {_words(link.provision, 'ref').text}", convention.language)


def _index(names: dict[str, vocabulary.Entry], codes: list[list[str]]) -> list[IndexEntry]:
    """Return an index in the order of `names`; `codes` are those of each study of the document, in its order."""
    places: dict[str, list[int]] = {}
    for place, codes_of_study in enumerate(codes):
        for code in dict.fromkeys(codes_of_study):
            places.setdefault(code, []).append(place)
    return [IndexEntry(cleaned(entry.label), places[code]) for code, entry in names.items() if code in places]
