"""The codes that stand in addresses, with their primary keys and their names in the reader's language.

A process keeps them until the vocabulary's revision changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import CharField, F, Manager, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from . import revision
from .models import Chapter, Convention, Country, Provision, Region, Theme
from .models.case import TransportMode


@dataclass(frozen=True)
class Entry:
    """One value of a filter: its code in addresses, its value in the search entries, its name for people."""

    code: str
    value: int | str
    label: str


class Vocabulary:
    """The values that each filter allows, read when first needed, named in `language`."""

    def __init__(self, language: str):
        self.language = language
        self._names: dict[str, dict[str, str]] = {}

    def __getitem__(self, key: str) -> dict[str, Entry]:
        """Return the values of the filter `key` by code, in the order in which people expect them."""
        return getattr(self, key)

    def label(self, key: str, code: str) -> str:
        """Return the name of a value."""
        return str(self[key][code].label)

    def names(self, key: str) -> dict[str, str]:
        """Return the names of the values of the filter `key` by code, for who asks for thousands."""
        if key not in self._names:
            self._names[key] = {code: str(entry.label) for code, entry in self[key].items()}
        return self._names[key]

    @cached_property
    def country(self) -> dict[str, Entry]:
        """Countries by two-letter code, by name."""
        return _by_code(sorted(self._entries(Country.objects, "alpha2", "name"), key=_alphabetical))

    @cached_property
    def region(self) -> dict[str, Entry]:
        """Regions by slug, by name."""
        return _by_code(sorted(self._entries(Region.objects, "slug", "name"), key=_alphabetical))

    @cached_property
    def chapter(self) -> dict[str, Entry]:
        """The chapters by number, under their titles."""
        chapters = self._entries(Chapter.objects.filter(kind=Chapter.Kind.CHAPTER), "number", "title")
        return _by_code(Entry(str(e.code), e.value, f"{e.code}. {e.label}") for e in chapters)

    @cached_property
    def theme(self) -> dict[str, Entry]:
        """Themes by code, in the order of the chapters that treat them."""
        return _by_code(self._entries(Theme.objects, "code", "name"))

    @cached_property
    def convention(self) -> dict[str, Entry]:
        """Conventions by code."""
        return _by_code(self._entries(Convention.objects, "code", "short_name"))

    @cached_property
    def provision(self) -> dict[str, Entry]:
        """Provisions by code, convention by convention."""
        provisions = Provision.objects.values_list(
            "code", "pk", self._text("convention__short_name"), self._text("ref")
        )
        return _by_code(Entry(code, pk, f"{convention}: {ref}") for code, pk, convention, ref in provisions)

    @cached_property
    def chapter_titles(self) -> dict[int, str]:
        """Titles of the chapters by number, which does not stand in them."""
        chapters = Chapter.objects.filter(kind=Chapter.Kind.CHAPTER)
        return dict(chapters.values_list("number", self._text("title")))

    @cached_property
    def region_of(self) -> dict[str, str]:
        """The name of each country's region, by the country's two-letter code."""
        return dict(Country.objects.values_list("alpha2", self._text("region__name")))

    @cached_property
    def region_code_of(self) -> dict[str, str]:
        """The code of each country's region, by the country's two-letter code."""
        return dict(Country.objects.values_list("alpha2", "region__slug"))

    @cached_property
    def provision_references(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Code and reference of each provision, by its convention's code and its English reference."""
        provisions = Provision.objects.values_list("convention__code", "ref_en", "code", self._text("ref"))
        return {(convention, english): (code, ref) for convention, english, code, ref in provisions}

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

    def _text(self, field: str) -> Coalesce:
        """Return an expression for a translated field: in the vocabulary's language, else in English."""
        mine, english = F(f"{field}_{self.language}"), F(f"{field}_en")
        return Coalesce(NullIf(mine, Value("")), english, output_field=CharField())

    def _entries(self, records: QuerySet | Manager, code: str, label: str) -> Iterator[Entry]:
        # Rows, not model instances: a list needs hundreds of names and nothing else of the records.
        return (Entry(*row) for row in records.values_list(code, "pk", self._text(label)))


_kept: dict[str, tuple[UUID | None, Vocabulary]] = {}


def current() -> Vocabulary:
    """Return the vocabulary as it is now, in the active language."""
    language, state = get_language(), revision.current().vocabulary
    kept = _kept.get(language)
    if kept is None or kept[0] != state or state is None:
        kept = _kept[language] = (state, Vocabulary(language))
    return kept[1]


def _flag(label: str) -> dict[str, Entry]:
    return {"1": Entry("1", "1", label)}


def _by_code(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {entry.code: entry for entry in entries}


def _alphabetical(entry: Entry) -> str:
    # Ё stands with Е, as in a Russian dictionary; other accents are rare in names of countries.
    return entry.label.casefold().replace("ё", "е").replace("å", "a").replace("ô", "o")
