"""The columns of a table of studies: names, headings and values, listed once for every tabular format."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casestudies.models import CaseStudy, Outcome
from casestudies.models.case import TransportMode
from casestudies.templatetags.case_studies import quantity

from .reading import Study

Value = str | int | date | None
BETWEEN_VALUES = "; "


@dataclass(frozen=True)
class Column:
    """A column: its name for programs, its heading in the reader's language, and how to read its value off a study.

    `datatype` is one of XML Schema's; `separator` stands between the values of a cell that holds a list of codes.
    """

    name: str
    heading: str
    value: Callable[[Study], Value]
    datatype: str = "string"
    separator: str | None = None


def _joined(values: Iterable[object]) -> str:
    return BETWEEN_VALUES.join([str(value) for value in values if value])


def _provisions(study: Study) -> str:
    return _joined(
        f"{link['code']} – {study.provision(link)[1]}" if link["provision"] else link["code"]
        for link in study.record["instruments"]
    )


def _regions(study: Study) -> str:
    regions = study.vocabulary.region_of
    return _joined(dict.fromkeys(regions.get(code) for code in study.record["countries"]))


def _place(study: Study, place: dict) -> str:
    country = study.name("country", place["country"]) if place["country"] else ""
    position = f"{place['lat']}, {place['lon']}" if place["lat"] is not None else ""
    return ", ".join(part for part in (place["name"], country, position) if part)


@lru_cache(maxsize=10_000)  # most numbers of a collection recur, and to write one takes longer than to read a study
def _quantity(value: float, unit: str, language: str) -> str:
    return quantity(value, unit)


def outcome_in_words(outcome: Outcome) -> str:
    """Return an outcome on one line: "Clearance time: 72 hours (2005) → 6 hours (2010)"."""
    moments = ((outcome.before, outcome.before_year), (outcome.after, outcome.after_year))
    return _in_words(outcome.indicator, moments, outcome.unit, get_language())


def _outcome(study: Study, outcome: dict) -> str:
    moments = ((outcome["before"], outcome["before_year"]), (outcome["after"], outcome["after_year"]))
    indicator = study.in_its_language(outcome["indicator"])
    return _in_words(indicator, moments, outcome["unit"], study.vocabulary.language)


def _in_words(indicator: str, moments: tuple, unit: str, language: str) -> str:
    shown = [
        f"{_quantity(value, unit, language)} ({year})" if year else _quantity(value, unit, language)
        for value, year in moments
        if value is not None
    ]
    return f"{indicator}: {' → '.join(shown)}"


def _source(source: dict) -> str:
    return ", ".join(str(source[part]) for part in ("title", "publisher", "year", "url") if source[part])


@cache
def labels(choices: type[TextChoices], language: str) -> dict[str, str]:
    """Return the labels of the choices by value, in the active language, which is `language`."""
    # Kept: to translate a label takes longer than to look it up, and a table asks for thousands.
    return {value: str(label) for value, label in choices.choices}


def _label(field: str, choices: type[TextChoices]) -> Callable[[Study], str]:
    return lambda study: labels(choices, study.vocabulary.language)[study.record[field]]


def _modes(study: Study) -> str:
    names = labels(TransportMode, study.vocabulary.language)
    return _joined(names[mode] for mode in study.record["transport_modes"])


def _text(field: str, heading: str) -> Column:
    return Column(field, heading, lambda study: study.text(field))


COLUMNS = [
    # The key of a row: the same in every language, so that files can be joined and read by programs.
    Column("slug", "slug", lambda study: study.record["slug"]),
    _text("title", _("Title")),
    _text("summary", _("Summary")),
    _text("challenge", _("Challenge")),
    _text("practice", _("Practice")),
    _text("results", _("Results")),
    _text("lessons", _("Lessons")),
    Column("chapter", _("Chapter"), lambda study: study.record["chapter"], "integer"),
    Column(
        "chapter_title", _("Chapter title"), lambda study: study.vocabulary.chapter_titles.get(study.record["chapter"])
    ),
    Column(
        "other_chapters",
        _("Other chapters"),
        lambda study: _joined(study.record["other_chapters"]),
        "integer",
        BETWEEN_VALUES,
    ),
    Column("themes", _("Themes"), lambda study: _joined(study.name("theme", code) for code in study.record["themes"])),
    Column(
        "countries",
        _("Countries"),
        lambda study: _joined(study.name("country", code) for code in study.record["countries"]),
    ),
    Column(
        "country_codes",
        _("Country codes"),
        lambda study: _joined(study.record["countries"]),
        separator=BETWEEN_VALUES,
    ),
    Column("regions", _("Regions"), _regions),
    Column("region_scope", _("Group of countries"), lambda study: study.in_its_language(study.record["region_scope"])),
    Column("conventions", _("Conventions and provisions"), _provisions),
    Column("transport_modes", _("Transport modes"), _modes),
    Column("period_start", _("First year of the practice"), lambda study: study.record["period"]["start"], "gYear"),
    Column("period_end", _("Last year of the practice"), lambda study: study.record["period"]["end"], "gYear"),
    Column("places", _("Places"), lambda study: _joined(_place(study, place) for place in study.record["places"])),
    Column("implementers", _("Implementers"), lambda study: _joined(study.record["implementers"])),
    Column(
        "outcomes",
        pgettext_lazy("column", "Measured results"),
        lambda study: _joined(_outcome(study, outcome) for outcome in study.record["outcomes"]),
    ),
    Column("sources", _("Sources"), lambda study: _joined(map(_source, study.record["sources"]))),
    Column("handbook", _("Relation to the Handbook"), _label("handbook", CaseStudy.HandbookRelation)),
    Column("confidence", _("Confidence"), _label("confidence", CaseStudy.Confidence)),
    Column("updated", _("Last change"), lambda study: timezone.localdate(study.updated), "date"),
    Column("address", _("Address"), lambda study: study.address, "anyURI"),
]
