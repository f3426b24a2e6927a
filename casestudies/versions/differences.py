"""What changed between two states of a study, field by field, for people."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.utils import translation
from django.utils.translation import get_language, get_language_info, gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import LCSseq

from casestudies.collection_records import LANGUAGES
from casestudies.exports.columns import outcome_in_words
from casestudies.models import Outcome, Place, Source
from casestudies.models.case import TransportMode
from casestudies.templatetags.case_studies import period

from .rebuilt import PastStudy

TEXTS = {
    "title": _("Title"),
    "summary": pgettext_lazy("text of a study", "Summary"),
    "challenge": _("Challenge"),
    "practice": _("Practice"),
    "results": _("Results"),
    "lessons": _("Lessons"),
    "region_scope": _("Group of countries"),
}


@dataclass(frozen=True)
class Run:
    """Words of a text that stayed, were deleted or were inserted."""

    kind: str
    """"kept", "deleted" or "inserted"."""
    text: str


@dataclass(frozen=True)
class Difference:
    """What changed in one field: in a text the runs of words, in a list what came and went."""

    label: str
    language: str
    """The language of what is shown."""
    runs: list[Run] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    """The whole list, where only its order changed."""

    @property
    def language_name(self) -> str:
        """The name of the language, in the reader's; "" where it is the reader's own."""
        same = self.language == get_language()
        return "" if same else get_language_info(self.language)["name_translated"]


def differences(old: PastStudy, new: PastStudy) -> Iterator[Difference]:
    """Yield what is different in `new`: the texts of every language, the reader's own first, then the rest."""
    own = get_language()
    languages = sorted(LANGUAGES, key=lambda language: language != own)
    for language in languages:
        for name, label in TEXTS.items():
            before, after = (getattr(study, f"{name}_{language}") or "" for study in (old, new))
            if before != after:
                yield Difference(str(label), language, runs=compared(before, after))
    for label, values in LISTS:
        yield from in_list(str(label), own, values(old), values(new))
    for language in languages:
        with translation.override(language):
            before, after = ([_outcome(outcome) for outcome in study.outcomes.all()] for study in (old, new))
        yield from in_list(gettext("Measured results"), language, before, after)


def compared(before: str, after: str) -> list[Run]:
    """Return a text's words as they stayed, went and came; what is replaced goes before what replaces it."""
    old, new = _words(before), _words(after)
    steps = LCSseq.opcodes([word.strip() for word in old], [word.strip() for word in new])
    runs = []
    for kept, group in groupby(steps, key=lambda step: step.tag == "equal"):
        group = list(group)
        deleted = "".join("".join(old[step.src_start : step.src_end]) for step in group)
        inserted = "".join("".join(new[step.dest_start : step.dest_end]) for step in group)
        found = [("kept", inserted)] if kept else [("deleted", deleted), ("inserted", inserted)]
        runs += [Run(kind, text) for kind, text in found if text]
    return runs


def _words(text: str) -> list[str]:
    """Return the words, each with the blanks before it and the marks beside it."""
    words, start = [], 0
    for part in text.split():
        end = text.index(part, start) + len(part)
        words.append(text[start:end])
        start = end
    return words


def in_list(label: str, language: str, before: list[str], after: list[str]) -> Iterator[Difference]:
    """Yield what came into a list and what went, or its new order; nothing where it stayed."""
    if before == after:
        return
    removed = list((Counter(before) - Counter(after)).elements())
    added = list((Counter(after) - Counter(before)).elements())
    yield Difference(label, language, removed=removed, added=added, reordered=[] if removed or added else after)


# What is compared as a list, in words ------------------------------------------------------------------------------


def _chapter(chapter) -> str:
    return f"{chapter.number}. {chapter.title}"


def _place(place: Place) -> str:
    position = f"{place.latitude}°, {place.longitude}°" if place.latitude is not None else ""
    return ", ".join(part for part in (place.name, str(place.country or ""), position) if part)


def _source(source: Source) -> str:
    checked = pgettext("source", "Checked") if source.checked else ""
    return ", ".join(part for part in (str(source), source.url, checked) if part)


def _outcome(outcome: Outcome) -> str:
    better = f"{gettext('Better is')}: {outcome.get_better_display()}"
    return f"{outcome_in_words(outcome)} ({better}; {gettext('Source')}: {outcome.source})"


LISTS: list[tuple[str, Callable[[PastStudy], list[str]]]] = [
    (_("Chapter"), lambda study: [_chapter(study.chapter)]),
    (_("Other chapters"), lambda study: [_chapter(link.chapter) for link in study.chapter_links.all()]),
    (_("Themes"), lambda study: [str(link.theme) for link in study.theme_links.all()]),
    (_("Countries"), lambda study: [str(link.country) for link in study.country_links.all()]),
    (
        _("Conventions and provisions"),
        lambda study: [str(link.provision or link.convention) for link in study.provision_links.all()],
    ),
    (_("Transport modes"), lambda study: [str(TransportMode(mode).label) for mode in study.transport_modes]),
    (_("Years"), lambda study: [period(study)] if period(study) else []),
    (_("Places"), lambda study: [_place(place) for place in study.places.all()]),
    (_("Implementers"), lambda study: study.implementers),
    (_("Sources"), lambda study: [_source(source) for source in study.sources.all()]),
    (_("Relation to the Handbook"), lambda study: [study.get_handbook_display()]),
    (_("Confidence"), lambda study: [study.get_confidence_display()]),
]
