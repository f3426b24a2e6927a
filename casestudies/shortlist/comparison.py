"""A few studies side by side: what of each stands in which row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casestudies.exports.columns import outcome_in_words
from casestudies.models import CaseStudy, Source
from casestudies.templatetags.case_studies import modes, period

MOST_COMPARED = 4


@dataclass(frozen=True)
class Row:
    """A heading, and below it for each study its text in the field, or lines."""

    heading: str
    field: str
    cells: list[tuple[CaseStudy, list[tuple[str, str]]]]
    """Each line with the address it leads to, "" for none."""


def _countries(study: CaseStudy) -> Iterable[str]:
    # On one line: a study may name ten, and the columns should stay side by side.
    return [", ".join(str(link.country) for link in study.country_links.all()) or study.region_scope]


def _provisions(study: CaseStudy) -> Iterable[object]:
    return (link.provision or link.convention for link in study.provision_links.all())


# Headings with the name of a translated field, or with what reads lines off a study read with `in_full()`.
_ROWS: list[tuple[str, str | Callable[[CaseStudy], Iterable[object]]]] = [
    (pgettext_lazy("text of a study", "Summary"), "summary"),
    (_("Countries"), _countries),
    (_("Years"), lambda study: [period(study)]),
    (pgettext_lazy("column", "Measured results"), lambda study: map(outcome_in_words, study.outcomes.all())),
    (_("Challenge"), "challenge"),
    (_("Practice"), "practice"),
    (_("Results"), "results"),
    (_("Lessons"), "lessons"),
    (_("Themes"), lambda study: (link.theme for link in study.theme_links.all())),
    (_("Conventions and provisions"), _provisions),
    (_("Transport modes"), lambda study: [modes(study)]),
    (_("Implementers"), lambda study: study.implementers),
    (_("Sources"), lambda study: study.sources.all()),
]


def _address(line: object) -> str:
    """Return where a line leads: to the page of a record, or to a source."""
    if isinstance(line, Source):
        return line.url
    return line.get_absolute_url() if hasattr(line, "get_absolute_url") else ""


def rows(studies: list[CaseStudy]) -> list[Row]:
    """Return the rows in which any of the studies has something to say."""
    made = []
    for heading, content in _ROWS:
        if isinstance(content, str):
            row, filled = Row(heading, content, [(study, []) for study in studies]), True
        else:
            cells = [(study, [(str(line), _address(line)) for line in content(study) if line]) for study in studies]
            row, filled = Row(heading, "", cells), any(lines for _study, lines in cells)
        if filled:
            made.append(row)
    return made
