"""The menu of downloads: every format by what a reader wants a file for."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from casestudies.models import CaseStudy, CaseStudyVersion
from casestudies.selection import Selection

from . import FORMATS
from .base import Format, Group


@dataclass(frozen=True)
class Entry:
    """A format, and the address of the file. No address: the selection has more studies than the format takes."""

    format: Format
    address: str = ""


def of_selection(selection: Selection) -> list[tuple[Group, list[Entry]]]:
    """Return the groups with what a selection without faults can be had in; nothing for one without studies."""
    number, query = selection.counts.total, selection.query_string()
    suffix = f"?{query}" if query else ""
    if not number:
        return []
    return _grouped(
        Entry(format_, "" if format_.most and number > format_.most else reverse("case-export", args=[name]) + suffix)
        for name, format_ in FORMATS.items()
    )


def of_any() -> list[tuple[Group, list[Entry]]]:
    """Return the groups with every format there is."""
    return _grouped(Entry(format_) for format_ in FORMATS.values())


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


def _grouped(entries: Iterable[Entry]) -> list[tuple[Group, list[Entry]]]:
    entries = list(entries)
    grouped = [(group, [entry for entry in entries if entry.format.group is group]) for group in Group]
    return [(group, members) for group, members in grouped if members]
