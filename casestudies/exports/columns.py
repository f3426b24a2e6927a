"""The columns of a table of studies: headings and values, listed once for every tabular format."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casestudies.models import CaseStudy, Outcome
from casestudies.models.case import TransportMode
from casestudies.templatetags.case_studies import quantity


@dataclass(frozen=True)
class Column:
    """A heading, in the reader's language, and how to read its value off a study read with `in_full()`."""

    heading: str
    value: Callable[[CaseStudy], str | int | None]


def _joined(values) -> str:
    return "; ".join(str(value) for value in values if value)


def _provisions(study: CaseStudy) -> str:
    return _joined(
        f"{link.convention.code} – {link.provision.ref}" if link.provision else link.convention.code
        for link in study.provision_links.all()
    )


def _place(place) -> str:
    position = f"{place.latitude}, {place.longitude}" if place.latitude is not None else ""
    return ", ".join(part for part in (place.name, str(place.country or ""), position) if part)


def outcome_in_words(outcome: Outcome) -> str:
    """Return an outcome on one line: "Clearance time: 72 hours (2005) → 6 hours (2010)"."""
    return f"{outcome.indicator}: " + " → ".join(
        f"{quantity(value, outcome.unit)} ({year})" if year else quantity(value, outcome.unit)
        for value, year in ((outcome.before, outcome.before_year), (outcome.after, outcome.after_year))
        if value is not None
    )


def _source(source) -> str:
    return ", ".join(str(part) for part in (source.title, source.publisher, source.year, source.url) if part)


def _modes(study: CaseStudy) -> str:
    return _joined(TransportMode(mode).label for mode in study.transport_modes)


COLUMNS = [
    # The key of a row: the same in every language, so that files can be joined and read by programs.
    Column("slug", lambda study: study.slug),
    Column(_("Title"), lambda study: study.title),
    Column(_("Summary"), lambda study: study.summary),
    Column(_("Challenge"), lambda study: study.challenge),
    Column(_("Practice"), lambda study: study.practice),
    Column(_("Results"), lambda study: study.results),
    Column(_("Lessons"), lambda study: study.lessons),
    Column(_("Chapter"), lambda study: study.chapter.number),
    Column(_("Chapter title"), lambda study: study.chapter.title),
    Column(_("Other chapters"), lambda study: _joined(link.chapter.number for link in study.chapter_links.all())),
    Column(_("Themes"), lambda study: _joined(link.theme for link in study.theme_links.all())),
    Column(_("Countries"), lambda study: _joined(link.country for link in study.country_links.all())),
    Column(_("Country codes"), lambda study: _joined(link.country.alpha2 for link in study.country_links.all())),
    Column(
        _("Regions"),
        lambda study: _joined(dict.fromkeys(link.country.region for link in study.country_links.all())),
    ),
    Column(_("Group of countries"), lambda study: study.region_scope),
    Column(_("Conventions and provisions"), _provisions),
    Column(_("Transport modes"), _modes),
    Column(_("First year of the practice"), lambda study: study.period_start),
    Column(_("Last year of the practice"), lambda study: study.period_end),
    Column(_("Places"), lambda study: _joined(_place(place) for place in study.places.all())),
    Column(_("Implementers"), lambda study: _joined(study.implementers)),
    Column(
        pgettext_lazy("column", "Measured results"), lambda study: _joined(map(outcome_in_words, study.outcomes.all()))
    ),
    Column(_("Sources"), lambda study: _joined(map(_source, study.sources.all()))),
    Column(_("Relation to the Handbook"), lambda study: study.get_handbook_display()),
    Column(_("Confidence"), lambda study: study.get_confidence_display()),
    Column(_("Last change"), lambda study: date_format(study.updated_at, "Y-m-d")),
]


def address_heading() -> str:
    """Return the heading of the column with the study's address."""
    return gettext("Address")
