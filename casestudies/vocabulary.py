"""The codes that stand in addresses, with their primary keys and their names in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from .models import Chapter, Convention, Country, Provision, Region, Theme
from .models.case import TransportMode


@dataclass(frozen=True)
class Entry:
    """One value of a filter: its code in addresses, its value in the search entries, its name for people."""

    code: str
    value: int | str
    label: str


class Vocabulary:
    """The values that each filter allows, read when first needed, in the active language."""

    def __getitem__(self, key: str) -> dict[str, Entry]:
        """Return the values of the filter `key` by code, in the order in which people expect them."""
        return getattr(self, key)

    def label(self, key: str, code: str) -> str:
        """Return the name of a value."""
        return str(self[key][code].label)

    def by_value(self, key: str) -> dict[int | str, Entry]:
        """Return the values of the filter `key` by what search entries hold."""
        return {entry.value: entry for entry in self[key].values()}

    @cached_property
    def country(self) -> dict[str, Entry]:
        """Countries by two-letter code, by name."""
        return _by_code(Country.objects.all(), lambda country: country.alpha2, key=_by_label)

    @cached_property
    def region(self) -> dict[str, Entry]:
        """Regions by slug, by name."""
        return _by_code(Region.objects.all(), lambda region: region.slug, key=_by_label)

    @cached_property
    def chapter(self) -> dict[str, Entry]:
        """The chapters by number, under their titles."""
        chapters = Chapter.objects.filter(kind=Chapter.Kind.CHAPTER)
        return {
            str(chapter.number): Entry(str(chapter.number), chapter.pk, f"{chapter.number}. {chapter.title}")
            for chapter in chapters
        }

    @cached_property
    def theme(self) -> dict[str, Entry]:
        """Themes by code, in the order of the chapters that treat them."""
        return _by_code(Theme.objects.all(), lambda theme: theme.code)

    @cached_property
    def convention(self) -> dict[str, Entry]:
        """Conventions by code."""
        return _by_code(Convention.objects.all(), lambda convention: convention.code)

    @cached_property
    def provision(self) -> dict[str, Entry]:
        """Provisions by code, convention by convention."""
        return _by_code(Provision.objects.select_related("convention"), lambda provision: provision.code)

    @cached_property
    def mode(self) -> dict[str, Entry]:
        """Transport modes."""
        return {value: Entry(value, value, label) for value, label in TransportMode.choices}

    @cached_property
    def osce(self) -> dict[str, Entry]:
        """The two ways of taking part in the OSCE."""
        return {value: Entry(value, value, label) for value, label in Country.Osce.choices}

    @cached_property
    def unece(self) -> dict[str, Entry]:
        """Member or not asked."""
        return _flag(_("UNECE member countries"))

    @cached_property
    def lldc(self) -> dict[str, Entry]:
        """Landlocked or not asked."""
        return _flag(_("Landlocked developing countries"))

    @cached_property
    def field_operation(self) -> dict[str, Entry]:
        """With a field operation or not asked."""
        return _flag(_("Countries with an OSCE field operation"))

    @cached_property
    def measured(self) -> dict[str, Entry]:
        """With outcomes or not asked."""
        return _flag(_("With measured results"))


def _flag(label: str) -> dict[str, Entry]:
    return {"1": Entry("1", "1", label)}


def _by_label(entry: Entry) -> str:
    # Ё stands with Е, as in a Russian dictionary; other accents are rare in names of countries.
    return entry.label.casefold().replace("ё", "е").replace("å", "a").replace("ô", "o")


def _by_code(records, code: Callable, key: Callable | None = None) -> dict[str, Entry]:
    entries = [Entry(code(record), record.pk, str(record)) for record in records]
    if key:
        entries.sort(key=key)
    return {entry.code: entry for entry in entries}
