"""A selection: one question, described once, validated once, run once, and rendered in many ways.

A query string becomes a `Selection`; the list, its exports and the way from study to study all receive it and none
filters again, so they cannot disagree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.translation import get_language, gettext, pgettext

from . import facets, search
from .filters import KEYS, SINGLE_FILTERS, VALUE_FILTERS, CaseStudyFilterSet, shortened
from .models import CaseStudy, SearchEntry
from .vocabulary import Vocabulary


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a query string, for people and for programs."""

    key: str
    value: str
    message: str
    allowed: list[str] | str
    remedy: str
    """The query string without what is wrong."""


@dataclass(frozen=True)
class Choice:
    """One thing that was asked, in words, and the query string without it."""

    key: str
    key_label: str
    value: str
    label: str
    without: str


@dataclass(frozen=True)
class Neighbours:
    """The studies before and after one in a selection, its place counted from 1, and the number of all."""

    previous: CaseStudy | None
    next: CaseStudy | None
    place: int
    total: int


class Selection:
    """The studies that a query string asks for, in its order, in the active language.

    Check `faults` first: a selection with faults has no studies, counts or description.
    """

    def __init__(self, query: QueryDict):
        self.language = get_language()
        self.vocabulary = Vocabulary()
        self.query = _without_blanks(query)
        self.filterset = CaseStudyFilterSet(self.query, self.vocabulary)
        self.filterset.is_valid()  # gives the form its cleaned data; `faults` reads what is wrong

    # What was asked ----------------------------------------------------------------------------------------------

    @cached_property
    def faults(self) -> list[Fault]:
        """What is wrong with the query string: unknown keys, wrong values, one-value keys given twice."""
        faults = []
        for key, values in self.query.lists():
            if key not in KEYS:
                message = gettext("There is no filter with this name.")
                faults.append(self._fault(key, ", ".join(values), message, list(KEYS)))
            elif key in SINGLE_FILTERS and len(values) > 1:
                message = gettext("Give this once.")
                faults.append(self._fault(key, ", ".join(values), message, self.filterset.allowed(key)))
        for key, errors in self.filterset.errors.as_data().items():
            for error in errors:
                value = (error.params or {}).get("value", self.query.get(key, ""))
                message = " ".join(error.messages)
                faults.append(self._fault(key, str(value), message, self.filterset.allowed(key)))
        cleaned = self.filterset.form.cleaned_data
        first, last = cleaned.get("year_from"), cleaned.get("year_to")
        if first and last and first > last:
            message = gettext("The first year (%(first)d) lies after the last (%(last)d).") % {
                "first": first,
                "last": last,
            }
            faults.append(self._fault("year_from", str(first), message, self.filterset.allowed("year_from")))
        return faults

    def _fault(self, key: str, value: str, message: str, allowed: list[str] | str) -> Fault:
        wrong = {value} if key in VALUE_FILTERS else None
        return Fault(key, shortened(value), message, allowed, self.query_string_without(key, wrong))

    @cached_property
    def question(self) -> search.Question:
        """The words searched for."""
        return search.parse(self._cleaned["q"])

    @property
    def sort(self) -> str:
        """The order in use: what was asked, else relevance for a search and the newest period for a list."""
        asked = self._cleaned["sort"]
        if asked and not (asked == "relevance" and not self.question):
            return asked
        return "relevance" if self.question else "newest"

    @property
    def _cleaned(self) -> dict:
        return self.filterset.form.cleaned_data

    @cached_property
    def choices(self) -> list[Choice]:
        """Everything asked that leaves studies out, in the order of the filters."""
        choices = []
        for key in KEYS:
            if key in ("sort", "page") or self._cleaned[key] in (None, "", []):
                continue
            label = self.filterset.filters[key].label
            if key in VALUE_FILTERS:
                for code in dict.fromkeys(self._cleaned[key]):
                    without = self.query_string_without(key, {code})
                    choices.append(Choice(key, label, code, self.vocabulary.label(key, code), without))
            else:
                value = str(self._cleaned[key])
                choices.append(Choice(key, label, value, value, self.query_string_without(key)))
        return choices

    @cached_property
    def description(self) -> str:
        """The question in words, in the reader's language: "Country: Norway or Sweden; Theme: Single window"."""
        by_label: dict[str, list[str]] = {}
        for choice in self.choices:
            shown = gettext("“%(words)s”") % {"words": choice.label} if choice.key == "q" else str(choice.label)
            by_label.setdefault(str(choice.key_label), []).append(shown)
        either = pgettext("between values", " or ")
        joined = [f"{label}: {either.join(values)}" for label, values in by_label.items()]
        return "; ".join(joined) or gettext("All case studies")

    # Query strings of neighbouring selections --------------------------------------------------------------------

    def query_string(self) -> str:
        """Return the query string of this selection without its page, for links to it in another form."""
        return self.query_string_without()

    def query_string_without(self, key: str | None = None, values: set[str] | None = None) -> str:
        """Return the query string without `key`, or without these values of it; the page is dropped."""
        query = self.query.copy()
        query.pop("page", None)
        if key:
            kept = [value for value in query.getlist(key) if values and value not in values]
            query.setlist(key, kept)
            if not kept:
                query.pop(key, None)
        return query.urlencode()

    def query_string_with(self, key: str, value: str, *, replace: bool = False) -> str:
        """Return the query string with one value more, or with this value instead of the key's others."""
        query = self.query.copy()
        query.pop("page", None)
        query.setlist(key, [value] if replace else [*query.getlist(key), value])
        return query.urlencode()

    def fields_without(self, *keys: str) -> list[tuple[str, str]]:
        """Return keys and values for the hidden fields of a form that asks for `keys` itself."""
        return [
            (key, value) for key, values in self.query.lists() for value in values if key not in keys and key != "page"
        ]

    @property
    def fields_beside_question(self) -> list[tuple[str, str]]:
        """What a search form carries on."""
        return self.fields_without("q")

    @property
    def fields_beside_years(self) -> list[tuple[str, str]]:
        """What the form for the years carries on."""
        return self.fields_without("year_from", "year_to")

    def page_query_string(self, number: int) -> str:
        """Return the query string of a page of this selection."""
        query = self.query.copy()
        query.pop("page", None)
        if number > 1:
            query["page"] = str(number)
        return query.urlencode()

    # What answers it ---------------------------------------------------------------------------------------------

    @cached_property
    def counts(self) -> facets.Counts:
        """The number of studies, and of those that each further click would give."""
        return facets.count(self.filterset)

    @cached_property
    def entries(self) -> QuerySet[SearchEntry]:
        """The search entries, in order. Every order ends with the primary key, so no study stands on two pages."""
        entries = self.filterset.qs
        title = f"title_order_{self.language}"
        if self.sort == "relevance":
            return search.rank(entries, self.question).order_by("-in_title", "-rank", title, "pk")
        if self.sort == "newest":
            return entries.order_by(F("period_start").desc(nulls_last=True), title, "pk")
        if self.sort == "country":
            return entries.order_by(f"country_order_{self.language}", title, "pk")
        return entries.order_by(title, "pk")

    def identifiers(self) -> Iterator[int]:
        """Yield the primary keys of all studies, in order, without holding them all."""
        return self.entries.values_list("pk", flat=True).iterator(chunk_size=2000)

    def studies(self, identifiers: list[int], queryset: QuerySet[CaseStudy]) -> list[CaseStudy]:
        """Return the studies with these primary keys, in their order, read through `queryset`."""
        by_pk = queryset.published().in_bulk(identifiers)
        return [by_pk[pk] for pk in identifiers if pk in by_pk]

    def first_studies(self, number: int, queryset: QuerySet[CaseStudy]) -> list[CaseStudy]:
        """Return the first studies, read through `queryset`."""
        return self.studies(list(self.entries.values_list("pk", flat=True)[:number]), queryset)

    def all_studies(self, queryset: QuerySet[CaseStudy], batch_size: int = 200) -> Iterator[CaseStudy]:
        """Yield every study in order, reading `batch_size` at a time."""
        identifiers = self.identifiers()
        while batch := list(islice(identifiers, batch_size)):
            yield from self.studies(batch, queryset)

    def neighbours(self, study: CaseStudy) -> Neighbours | None:
        """Return what stands before and after `study`, None where the selection does not hold it."""
        order = list(self.identifiers())
        if study.pk not in order:
            return None
        index = order.index(study.pk)
        around = [order[index - 1]] if index else []
        around += order[index + 1 : index + 2]
        found = CaseStudy.objects.published().in_bulk(around)
        return Neighbours(
            previous=found.get(order[index - 1]) if index else None,
            next=found.get(order[index + 1]) if index + 1 < len(order) else None,
            place=index + 1,
            total=len(order),
        )


def _without_blanks(query: QueryDict) -> QueryDict:
    """Return the query without empty values: a form sends them for what was not filled in."""
    kept = query.copy()
    for key, values in query.lists():
        filled = [value for value in values if value.strip()]
        if filled:
            kept.setlist(key, filled)
        else:
            kept.pop(key)
    return kept
