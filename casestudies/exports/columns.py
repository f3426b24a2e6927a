"""The columns of tables of studies, outcomes and sources, listed once for every tabular format.

Each names itself, writes its value and, where a cell says all of it, reads it back: the import takes what exports give.
"""

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

from . import cells
from .reading import Study

Value = str | int | date | None
BETWEEN_VALUES = "; "


@dataclass(frozen=True)
class Column:
    """A column: its name for programs, its heading in the reader's language, and how to read its value off a study.

    `value` takes the study and, in tables of outcomes and sources, the row's outcome or source. `datatype` is one of
    XML Schema's; `separator` stands between the values of a cell that holds a list of codes. `read` reads a cell back
    into the place in the record that `path` names, where "{language}" stands for the language of the heading. A column
    that cannot be read says `instead` what to change; one that says nothing only repeats what stands elsewhere.
    """

    name: str
    heading: str
    value: Callable[..., Value]
    datatype: str = "string"
    separator: str | None = None
    read: cells.Reader | None = None
    path: tuple[str, ...] = ()
    instead: str = ""

    @property
    def has_language(self) -> bool:
        """Whether the column holds a text in one language."""
        return "{language}" in self.path

    def place(self, language: str) -> tuple[str, ...]:
        """Return the path in the record of a column whose heading is in `language`."""
        return tuple(part.format(language=language) for part in self.path)


def _joined(values: Iterable[object]) -> str:
    return BETWEEN_VALUES.join(map(str, filter(None, values)))


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


@lru_cache(maxsize=30_000)  # most numbers of a collection recur, and to write one takes longer than to read a study
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


def _last_change(study: Study) -> date:
    return study.updated.astimezone(timezone.get_default_timezone()).date()


def _text(field: str, heading: str, maximum: int | None = None) -> Column:
    return Column(field, heading, lambda study: study.text(field), read=cells.text(maximum), path=("{language}", field))


# The key of a row: the same in every language, so that files can be joined and read by programs.
SLUG = Column("slug", "slug", lambda study, row=None: study.record["slug"])
COLUMNS = [
    SLUG,
    _text("title", _("Title"), 200),
    _text("summary", pgettext_lazy("text of a study", "Summary")),
    _text("challenge", _("Challenge")),
    _text("practice", _("Practice")),
    _text("results", _("Results")),
    _text("lessons", _("Lessons")),
    Column(
        "chapter",
        _("Chapter"),
        lambda study: study.record["chapter"],
        "integer",
        read=cells.choice("chapter"),
        path=("chapter",),
    ),
    Column(
        "chapter_title",
        _("Chapter title"),
        lambda study: study.vocabulary.chapter_titles.get(study.record["chapter"]),
        read=cells.choice("chapter"),
        path=("chapter",),
    ),
    Column(
        "other_chapters",
        _("Other chapters"),
        lambda study: _joined(study.record["other_chapters"]),
        "integer",
        BETWEEN_VALUES,
        read=cells.several("chapter"),
        path=("other_chapters",),
    ),
    Column(
        "themes",
        _("Themes"),
        lambda study: _joined(study.name("theme", code) for code in study.record["themes"]),
        read=cells.several("theme"),
        path=("themes",),
    ),
    Column(
        "countries",
        _("Countries"),
        lambda study: _joined(study.name("country", code) for code in study.record["countries"]),
        read=cells.several("country"),
        path=("countries",),
    ),
    Column(
        "country_codes",
        _("Country codes"),
        lambda study: _joined(study.record["countries"]),
        separator=BETWEEN_VALUES,
        read=cells.several("country"),
        path=("countries",),
    ),
    Column("regions", _("Regions"), _regions, instead=_("Regions follow from the countries: change those.")),
    Column(
        "region_scope",
        _("Group of countries"),
        lambda study: study.in_its_language(study.record["region_scope"]),
        read=cells.text(160),
        path=("region_scope", "{language}"),
    ),
    Column(
        "conventions",
        _("Conventions and provisions"),
        _provisions,
        read=cells.instruments,
        path=("instruments",),
    ),
    Column(
        "transport_modes",
        _("Transport modes"),
        _modes,
        read=cells.several("mode"),
        path=("transport_modes",),
    ),
    Column(
        "period_start",
        _("First year of the practice"),
        lambda study: study.record["period"]["start"],
        "gYear",
        read=cells.year,
        path=("period", "start"),
    ),
    Column(
        "period_end",
        _("Last year of the practice"),
        lambda study: study.record["period"]["end"],
        "gYear",
        read=cells.year,
        path=("period", "end"),
    ),
    Column(
        "places",
        _("Places"),
        lambda study: _joined(_place(study, place) for place in study.record["places"]),
        read=cells.places,
        path=("places",),
    ),
    Column(
        "implementers",
        _("Implementers"),
        lambda study: _joined(study.record["implementers"]),
        read=cells.texts(250),
        path=("implementers",),
    ),
    Column(
        "outcomes",
        pgettext_lazy("column", "Measured results"),
        lambda study: _joined(_outcome(study, outcome) for outcome in study.record["outcomes"]),
        instead=_("Change measured results on the sheet “Outcomes” of an XLSX file, or in JSON Lines."),
    ),
    Column(
        "sources",
        _("Sources"),
        lambda study: _joined(map(_source, study.record["sources"])),
        instead=_("Change sources on the sheet “Sources” of an XLSX file, or in JSON Lines."),
    ),
    Column(
        "handbook",
        _("Relation to the Handbook"),
        _label("handbook", CaseStudy.HandbookRelation),
        read=cells.choice("handbook"),
        path=("handbook",),
    ),
    Column(
        "confidence",
        _("Confidence"),
        _label("confidence", CaseStudy.Confidence),
        read=cells.choice("confidence"),
        path=("confidence",),
    ),
    Column("version", _("Version"), lambda study: study.version, "integer"),
    Column("updated", _("Last change"), _last_change, "date"),
    Column("address", _("Address"), lambda study: study.address, "anyURI"),
]
_TITLE_OF_STUDY = Column("title", _("Title"), lambda study, row: study.text("title"))


def _cited(part: str) -> Callable[[Study, dict], Value]:
    return lambda study, outcome: study.record["sources"][outcome["source"]][part]


def _own(part: str) -> Callable[[Study, dict], Value]:
    return lambda study, row: row[part]


# The paths of outcomes and sources lead into the row's own outcome or source.
OUTCOME_COLUMNS = [
    SLUG,
    _TITLE_OF_STUDY,
    Column(
        "indicator",
        _("Indicator"),
        lambda study, outcome: study.in_its_language(outcome["indicator"]),
        read=cells.text(300),
        path=("indicator", "{language}"),
    ),
    Column("before", _("Before"), _own("before"), read=cells.number, path=("before",)),
    Column("before_year", _("Year of the value before"), _own("before_year"), read=cells.year, path=("before_year",)),
    Column("after", _("After"), _own("after"), read=cells.number, path=("after",)),
    Column("after_year", _("Year of the value after"), _own("after_year"), read=cells.year, path=("after_year",)),
    Column(
        "unit",
        _("Unit"),
        lambda study, outcome: labels(Outcome.Unit, study.vocabulary.language)[outcome["unit"]],
        read=cells.choice("unit"),
        path=("unit",),
    ),
    Column(
        "better",
        _("Better is"),
        lambda study, outcome: labels(Outcome.Better, study.vocabulary.language)[outcome["better"]],
        read=cells.choice("better"),
        path=("better",),
    ),
    Column("source", _("Source"), _cited("title"), read=cells.text(), path=("source_title",)),
    Column("source_url", _("Address of the source"), _cited("url"), read=cells.text(), path=("source_url",)),
]
SOURCE_COLUMNS = [
    SLUG,
    _TITLE_OF_STUDY,
    Column("source", _("Source"), _own("title"), read=cells.text(400), path=("title",)),
    Column("publisher", _("Publisher"), _own("publisher"), read=cells.text(250), path=("publisher",)),
    Column("year", _("Year"), _own("year"), read=cells.year, path=("year",)),
    Column("url", _("Address"), _own("url"), read=cells.web_address(1000), path=("url",)),
    Column("checked", _("Checked"), _own("checked"), read=cells.flag, path=("checked",)),
]
