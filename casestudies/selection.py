"""A selection: one question, described once, validated once, run once, and rendered in many ways.

A query string becomes a `Selection`; the list, its exports and the way from study to study all receive it and none
filters again, so they cannot disagree.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import islice
from typing import Self
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Case, F, Func, IntegerField, QuerySet, Value, When, Window
from django.db.models.expressions import Expression
from django.db.models.functions import Lag, Lead, RowNumber
from django.http import QueryDict
from django.utils.encoding import uri_to_iri
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, pgettext

from . import facets, search, vocabulary
from .bits import members, set_of
from .filters import KEYS, REPEATED_FILTERS, SINGLE_FILTERS, SORT_ORDERS, CaseStudyFilterSet, shortened
from .models import CaseStudy, SearchEntry
from .querysets import TITLES

# More chosen studies than these are counted in a description, not named.
CHOSEN_NAMED = 3
# So few results, which the counting found, are put in order by their primary keys and not looked for again.
READ_AT_ONCE = 2000
# A longer query string, which a question of some hundred letters makes, is not repeated in hundreds of links.
LONGEST_IN_LINKS = 300


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
        self.vocabulary = vocabulary.current()
        self.is_cut = False  # whether only the beginning of a long question is searched for
        self.query = _without_blanks(query)
        self.filterset = CaseStudyFilterSet(self.query, self.vocabulary)
        self.filterset.is_valid()  # gives the form its cleaned data; `faults` reads what is wrong

    @classmethod
    def for_page(cls, query: QueryDict) -> Self:
        """Return the selection for a page: what of its question cannot be searched for is left out.

        Files and programs are told instead what is wrong, as what they ask for they must get.
        """
        kept = query.copy()
        if "q" in query:
            kept.setlist("q", [search.searchable(text) for text in query.getlist("q")])
        selection = cls(kept)
        selection.is_cut = any(len(text.strip()) > search.MAXIMUM_LENGTH for text in query.getlist("q"))
        return selection

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
                parameters = error.params or {}
                value = parameters.get("value", self.query.get(key, ""))
                message = " ".join(error.messages)
                wrong = parameters.get("surplus", [str(value)])
                faults.append(self._fault(key, str(value), message, self.filterset.allowed(key), wrong))
        cleaned = self.filterset.form.cleaned_data
        first, last = cleaned.get("year_from"), cleaned.get("year_to")
        if first and last and first > last:
            message = gettext("The first year (%(first)d) lies after the last (%(last)d).") % {
                "first": first,
                "last": last,
            }
            faults.append(self._fault("year_from", str(first), message, self.filterset.allowed("year_from")))
        return faults

    def _fault(self, key: str, value: str, message: str, allowed: list[str] | str, wrong: Iterable[str] = ()) -> Fault:
        values = set(wrong) if key in REPEATED_FILTERS else None
        return Fault(key, shortened(value), message, allowed, self.query_string_without(key, values))

    @property
    def question(self) -> search.Reading:
        """The words searched for, understood; false where there is none."""
        return self.filterset.reading

    @property
    def sort(self) -> str:
        """The order in use: what was asked, where it has a meaning, else the first that has.

        Relevance for a search, the order of the address for studies chosen one by one, the newest period for a list.
        """
        asked = self._cleaned["sort"]
        return asked if asked in self.orders else self.orders[0]

    @cached_property
    def orders(self) -> list[str]:
        """The orders that have a meaning here, the one in use unless another is asked for first."""
        has_meaning = {"relevance": bool(self.question), "given": bool(self._cleaned["study"])}
        preferred = ["relevance", "given", *SORT_ORDERS]
        return [order for order in dict.fromkeys(preferred) if has_meaning.get(order, True)]

    @property
    def _cleaned(self) -> dict:
        return self.filterset.form.cleaned_data

    @cached_property
    def choices(self) -> list[Choice]:
        """Everything asked that leaves studies out, in the order of the filters."""
        choices = []
        for key in KEYS:
            if key in ("sort", "page", "as_typed") or self._cleaned[key] in (None, "", []):
                continue
            label = self.filterset.filters[key].label
            if key in REPEATED_FILTERS:
                for code in dict.fromkeys(self._cleaned[key]):
                    without = self.query_string_without(key, {code})
                    choices.append(Choice(key, label, code, self._name(key, code), without))
            else:
                asked = self._cleaned[key]
                in_words = date_format(asked, "j E Y") if isinstance(asked, date) else str(asked)
                choices.append(Choice(key, label, str(asked), in_words, self.query_string_without(key)))
        return choices

    def _name(self, key: str, code: str) -> str:
        return str(self.filterset.chosen[code]) if key == "study" else self.vocabulary.label(key, code)

    @cached_property
    def description(self) -> str:
        """The question in words, in the reader's language: "Country: Norway or Sweden; Theme: Single window"."""
        by_label: dict[str, list[str]] = {}
        for choice in self.choices:
            shown = gettext("“%(words)s”") % {"words": choice.label} if choice.key == "q" else str(choice.label)
            by_label.setdefault(str(choice.key_label), []).append(shown)
        chosen = str(self.filterset.filters["study"].label)
        if len(by_label.get(chosen, ())) > CHOSEN_NAMED:
            by_label[chosen] = [str(len(by_label[chosen]))]
        joined = [f"{label}: {joined_by_or(values)}" for label, values in by_label.items()]
        return "; ".join(joined) or gettext("All case studies")

    # Query strings of neighbouring selections --------------------------------------------------------------------

    def query_string(self) -> str:
        """Return the query string of this selection without its page, for its address in another form."""
        return self._query_without().urlencode()

    @cached_property
    def link(self) -> str:
        """The query string of this selection without its page, for links of pages."""
        return self.query_string_without()

    @property
    def is_long(self) -> bool:
        """Whether the query string is too long to be repeated in hundreds of links."""
        return len(self.link) > LONGEST_IN_LINKS

    def query_string_without(self, key: str | None = None, values: set[str] | None = None) -> str:
        """Return the query string for links without `key`, or without these values of it; the page is dropped."""
        return _for_links(self._query_without(key, values))

    def query_string_with(self, key: str, value: str, *, replace: bool = False) -> str:
        """Return the query string with one value more, or with this value instead of the key's others."""
        # Put together from text: a page of results asks for hundreds.
        rest = self.query_string_without(key) if replace else self.link
        return f"{rest}&{_pair(key, value)}" if rest else _pair(key, value)

    def _query_without(self, key: str | None = None, values: set[str] | None = None) -> QueryDict:
        query = self.query.copy()
        query.pop("page", None)
        if key:
            kept = [value for value in query.getlist(key) if values and value not in values]
            query.setlist(key, kept)
            if not kept:
                query.pop(key, None)
        return query

    def fields_without(self, *keys: str) -> list[tuple[str, str]]:
        """Return keys and values for the hidden fields of a form that asks for `keys` itself."""
        return [
            (key, value) for key, values in self.query.lists() for value in values if key not in keys and key != "page"
        ]

    @property
    def fields_beside_question(self) -> list[tuple[str, str]]:
        """What a search form carries on: not that the last question was to be taken as typed."""
        return self.fields_without("q", "as_typed")

    @property
    def fields_beside_years(self) -> list[tuple[str, str]]:
        """What the form for the years carries on."""
        return self.fields_without("year_from", "year_to")

    @property
    def fields_beside_changes(self) -> list[tuple[str, str]]:
        """What the form for the day of the last change carries on."""
        return self.fields_without("changed_since")

    def page_query_string(self, number: int) -> str:
        """Return the query string of a page of this selection."""
        query = self.query.copy()
        query.pop("page", None)
        if number > 1:
            query["page"] = str(number)
        return _for_links(query)

    # What answers it ---------------------------------------------------------------------------------------------

    @cached_property
    def counts(self) -> facets.Counts:
        """The number of studies, and of those that each further click would give."""
        return facets.count(self.filterset)

    @cached_property
    def scores(self) -> dict[int, float]:
        """The studies of the whole collection that answer the question best, with their scores, best first."""
        answers = facets.answering(self.question)
        few = answers.bit_count() <= search.RANKED
        return search.scores(self.question, list(members(answers)) if few else None)

    @property
    def order(self) -> list[Expression]:
        """What the studies are ordered by. Every order ends with the primary key: no study stands on two pages."""
        title = [F(f"title_order_{self.language}").asc(), F("pk").asc()]
        newest = F("period_start").desc(nulls_last=True)
        if self.sort == "relevance":
            # By place, not by score: equal scores stand in one order, whoever puts the studies in order.
            places = {pk: place for place, pk in enumerate(self.scores)}
            return [_looked_up(places).asc(nulls_last=True), newest, *title]
        if self.sort == "newest":
            return [newest, *title]
        if self.sort == "given":
            chosen = enumerate(self.filterset.chosen.values())
            return [Case(*(When(pk=study.pk, then=place) for place, study in chosen)).asc(), F("pk").asc()]
        if self.sort == "country":
            return [F(f"country_order_{self.language}").asc(), *title]
        return title

    @cached_property
    def entries(self) -> QuerySet[SearchEntry]:
        """The search entries, in order."""
        return self.filterset.qs.order_by(*self.order)

    def identifiers(self) -> Iterator[int]:
        """Yield the primary keys of all studies, in order, without holding them all."""
        return self.entries.values_list("pk", flat=True).iterator(chunk_size=2000)

    def studies(self, identifiers: list[int], queryset: QuerySet[CaseStudy]) -> list[CaseStudy]:
        """Return the studies with these primary keys, in their order, read through `queryset`."""
        by_pk = queryset.published().in_bulk(identifiers)
        return [by_pk[pk] for pk in identifiers if pk in by_pk]

    def page(self, start: int, stop: int) -> list[int]:
        """Return the primary keys of the studies from place `start`, counted from 0, to before place `stop`."""
        if self.sort == "relevance":
            # What is ranked closely comes first: where it fills the page, nothing else needs to be put in order.
            kept = self._kept_scores()
            if len(kept) >= stop or len(kept) == self.counts.total:
                return kept[start:stop]
        entries = self.entries
        if self.counts.total <= READ_AT_ONCE:
            entries = SearchEntry.objects.filter(pk__in=list(self.counts.identifiers())).order_by(*self.order)
        return list(entries.values_list("pk", flat=True)[start:stop])

    def _kept_scores(self) -> list[int]:
        """Return the studies with scores that the filters leave, best first."""
        kept = set(members(set_of(self.scores) & self.counts.results))
        return [pk for pk in self.scores if pk in kept]

    def first_studies(self, number: int, queryset: QuerySet[CaseStudy]) -> list[CaseStudy]:
        """Return the first studies, read through `queryset`."""
        return self.studies(self.page(0, number), queryset)

    def all_studies(self, queryset: QuerySet[CaseStudy], batch_size: int = 200) -> Iterator[CaseStudy]:
        """Yield every study in order, reading `batch_size` at a time."""
        identifiers = self.identifiers()
        while batch := list(islice(identifiers, batch_size)):
            yield from self.studies(batch, queryset)

    def neighbours(self, study: CaseStudy) -> Neighbours | None:
        """Return what stands before and after `study`, None where the selection does not hold it."""
        total = self.counts.total
        around = self._around_in_scores(study) or self._around(study)
        if around is None:
            return None
        place, previous, following = around
        beside = CaseStudy.objects.published().only("slug", *TITLES)
        studies = beside.in_bulk([pk for pk in (previous, following) if pk])
        return Neighbours(studies.get(previous), studies.get(following), place, total)

    def _around_in_scores(self, study: CaseStudy) -> tuple[int, int | None, int | None] | None:
        """Return the place of a study and the primary keys before and after it; None where scores do not tell them."""
        if self.sort != "relevance":
            return None
        kept = self._kept_scores()
        at = kept.index(study.pk) if study.pk in kept else -1
        if at < 0 or (at + 1 == len(kept) < self.counts.total):
            return None
        return at + 1, kept[at - 1] if at else None, kept[at + 1] if at + 1 < len(kept) else None

    def _around(self, study: CaseStudy) -> tuple[int, int | None, int | None] | None:
        """Return the same out of the database; None where the selection does not hold the study."""
        beside = {"order_by": self.order}
        windows = (Window(RowNumber(), **beside), Window(Lag("pk"), **beside), Window(Lead("pk"), **beside))
        numbered = self.filterset.qs.order_by(*self.order).values_list("pk", *windows)
        # Django would look for the study before it numbers the rows. With a limit they are numbered up to the study.
        inner, parameters = numbered.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT place, previous, next FROM ({inner}) AS numbered (pk, place, previous, next)"
                " WHERE pk = %s LIMIT 1",
                [*parameters, study.pk],
            )
            return cursor.fetchone()


def _looked_up(numbers: dict[int, int]) -> Expression:
    """Return an expression for the number of an entry, null where it has none."""
    return Func(
        Value(json.dumps(numbers)),
        F("pk"),
        template="(%(expressions)s::text)::integer",
        arg_joiner="::jsonb ->> ",
        output_field=IntegerField(),
    )


@lru_cache(maxsize=5000)
def _pair(key: str, value: str) -> str:
    return urlencode({key: value})


def _for_links(query: QueryDict) -> str:
    """Return a query string in which letters stand as they are, a third as long as browsers encode them."""
    return uri_to_iri(query.urlencode())


def joined_by_or(names: Iterable[str]) -> str:
    """Return the names in words: "Norway or Sweden"."""
    return pgettext("between values", " or ").join(names)


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
