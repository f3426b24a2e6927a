"""The menu of downloads: every format by what a reader wants a file for."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils.translation import get_language, gettext

from casestudies.models import CaseStudy, CaseStudyVersion
from casestudies.selection import Selection

from . import FORMATS, limits
from .base import Format, Group


@dataclass(frozen=True)
class Entry:
    """A format, the address of the file, and what is to be said of it.

    No address: the selection has more studies than the format takes.
    """

    format: Format
    address: str = ""
    hint: str = ""
    description: str = ""
    """The address of a file beside it that describes it."""


def of_selection(selection: Selection) -> list[tuple[Group, list[Entry]]]:
    """Return the groups with what a selection without faults can be had in; nothing for one without studies."""
    number, query = selection.counts.total, selection.link
    suffix = f"?{query}" if query else ""
    if not number:
        return []
    entries, language = [], get_language()
    for format_ in limits.offered(number):
        if limits.holds(format_, number):
            address = _address(language, "case-export", format_.extension) + suffix
            description = _address(language, "case-table-metadata") + suffix if format_.extension == "csv" else ""
            entries.append(Entry(format_, address, _why_this(format_), description))
        else:
            entries.append(Entry(format_, hint=_too_many(format_)))
    return _grouped(entries)


@cache
def _address(language: str, name: str, *arguments: str) -> str:
    """Return an address in the active `language`, which every list asks for anew."""
    return reverse(name, args=arguments)


def of_any() -> list[tuple[Group, list[Entry]]]:
    """Return the groups with every format there is."""
    return _grouped(Entry(format_, hint=_why_this(format_)) for format_ in FORMATS.values())


def of_study(study: CaseStudy) -> list[tuple[Group, list[Entry]]]:
    """Return the groups with what a single study can be had in."""
    return _grouped(
        Entry(format_, reverse("case-study-export", args=[study.slug, name]))
        for name, format_ in FORMATS.items()
        if format_.for_study
    )


def of_version(version: CaseStudyVersion) -> list[tuple[Group, list[Entry]]]:
    """Return the groups with what a version of a study can be had in: what cites it."""
    return _grouped(
        Entry(format_, reverse("case-version-export", args=[version.slug, version.number, name]))
        for name, format_ in FORMATS.items()
        if format_.group is Group.CITATIONS
    )


def _why_this(format_: Format) -> str:
    """Return why a format stands in the place of another; empty for most, which do not."""
    return next((limits.reason(FORMATS[one]) for one, it in limits.INSTEAD.items() if it == format_.extension), "")


def _too_many(format_: Format) -> str:
    said = {"most": format_.most, "reason": limits.reason(format_)}
    if not said["reason"]:
        return gettext("holds up to %(most)s studies: narrow the list") % said
    return gettext("holds up to %(most)s studies, because %(reason)s: narrow the list") % said


def _grouped(entries: Iterable[Entry]) -> list[tuple[Group, list[Entry]]]:
    entries = list(entries)
    grouped = [(group, [entry for entry in entries if entry.format.group is group]) for group in Group]
    return [(group, members) for group, members in grouped if members]
