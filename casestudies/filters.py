"""The one FilterSet: what an address may ask, and which studies answer it."""

import difflib
from collections.abc import Callable, Mapping
from copy import copy
from datetime import date
from functools import cache, cached_property, partial
from typing import Self

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import slug_re
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import search
from .models import CaseStudy, SearchEntry
from .querysets import LANGUAGES
from .versions import beginning_of
from .vocabulary import Vocabulary

FIRST_YEAR, LAST_YEAR = 1900, 2100
# So many studies can be chosen one by one: their slugs have to fit into an address that every mail program keeps whole,
# and into the cookie of the shortlist.
MOST_CHOSEN = 50
SORT_ORDERS = {
    "relevance": _("Relevance"),
    "newest": _("Newest period"),
    "title": _("Title"),
    "country": _("Country"),
    "given": _("As chosen"),
}
# More values than these are not listed in a message to people; data formats always get all.
VALUES_IN_A_MESSAGE = 12
SHOWN_CHARACTERS = 60


class CodeField(forms.MultipleChoiceField):
    """Codes of a vocabulary; a wrong one is named, with what is allowed or what comes closest."""

    # The filterset says what is allowed; asked only when there is something to check.
    allowed: Callable[[], list[str]] = staticmethod(list)

    def validate(self, value: list[str]) -> None:
        """Raise ValidationError with one message a wrong value."""
        if value:
            allowed = self.allowed()
            wrong = [code for code in value if code not in allowed]
            if wrong:
                raise ValidationError([_wrong_value(code, allowed) for code in wrong])


class ChosenField(forms.MultipleChoiceField):
    """Studies by slug; the filterset says what is wrong with them."""

    check: Callable[[list[str]], None] = staticmethod(lambda slugs: None)

    def validate(self, value: list[str]) -> None:
        """Raise ValidationError as the filterset's check does."""
        self.check(value)


class SingleCodeField(forms.ChoiceField):
    """One code; a wrong one is named, with what is allowed."""

    def validate(self, value: str) -> None:
        """Raise ValidationError where the value is none of the choices."""
        allowed = [code for code, _label in self.choices]
        if value and value not in allowed:
            raise _wrong_value(value, allowed)


def _wrong_value(value: str, allowed: list[str]) -> ValidationError:
    parameters = {"value": shortened(value)}
    if len(allowed) <= VALUES_IN_A_MESSAGE:
        message, parameters["allowed"] = _("“%(value)s” is not allowed. Allowed: %(allowed)s."), ", ".join(allowed)
        return ValidationError(message, code="invalid_choice", params=parameters)
    by_case = {code.casefold(): code for code in allowed}
    close = difflib.get_close_matches(value.casefold()[:100], by_case, n=3, cutoff=0.5)
    if close:
        parameters["allowed"] = ", ".join(by_case[code] for code in close)
        message = _("“%(value)s” is not a known code. Close to it: %(allowed)s.")
    else:
        parameters["allowed"] = ", ".join(allowed[:3])
        message = _("“%(value)s” is not a known code. Codes look like these: %(allowed)s.")
    return ValidationError(message, code="invalid_choice", params=parameters)


def shortened(value: str) -> str:
    """Return a value for a message; a long one is cut, the whole is the sender's own."""
    return value if len(value) <= SHOWN_CHARACTERS else f"{value[: SHOWN_CHARACTERS - 1]}…"


class ConditionFilter:
    """A filter that can say its condition, so that facets can count without it."""

    def condition(self, value: object) -> Q:
        """Return which search entries satisfy the filter with the cleaned `value`."""
        raise NotImplementedError

    def filter(self, queryset: QuerySet, value: object) -> QuerySet:
        """Narrow the search entries; an empty value narrows nothing."""
        return queryset.filter(self.condition(value)) if value not in (None, "", []) else queryset

    def __deepcopy__(self, memo: dict) -> Self:
        """Return a filter for one filterset, which sets its parent and nothing else: every page makes all of them."""
        return copy(self)


class CodeFilter(ConditionFilter, django_filters.MultipleChoiceFilter):
    """Codes of a vocabulary, any of which must stand in an array of the search entry."""

    field_class = CodeField

    def __init__(self, *, column: str, **kwargs):
        self.column = column
        super().__init__(**kwargs)

    def condition(self, value: list[str]) -> Q:
        """Any of the codes."""
        vocabulary = self.parent.vocabulary[self.field_name]
        return Q(**{f"{self.column}__overlap": [vocabulary[code].value for code in value]})


class StudyFilter(ConditionFilter, django_filters.MultipleChoiceFilter):
    """Studies chosen one by one, by slug. Their number is bounded, so they are looked up and no facet counts them."""

    field_class = ChosenField

    def condition(self, value: list[str]) -> Q:
        """One of the chosen."""
        return Q(pk__in=[self.parent.chosen[slug].pk for slug in value])


class FlagFilter(ConditionFilter, django_filters.MultipleChoiceFilter):
    """`1`, or not asked."""

    field_class = CodeField

    def condition(self, value: list[str]) -> Q:
        """The flag is set."""
        return Q(**{self.field_name: True})


class YearFilter(ConditionFilter, django_filters.Filter):
    """A bound on the years in which the practice ran. A study whose first year is not known satisfies none."""

    field_class = forms.IntegerField

    def __init__(self, **kwargs):
        messages = dict.fromkeys(("invalid", "min_value", "max_value"), _("Give a year from 1900 to 2100."))
        super().__init__(min_value=FIRST_YEAR, max_value=LAST_YEAR, error_messages=messages, **kwargs)

    def condition(self, value: int) -> Q:
        """Still running in the year `year_from`, or begun by the year `year_to`."""
        if self.field_name == "year_from":
            return Q(period_start__isnull=False) & (Q(period_end__isnull=True) | Q(period_end__gte=value))
        return Q(period_start__lte=value)


class ChangedSinceFilter(ConditionFilter, django_filters.Filter):
    """The first day of those on which the study was published, published again, or changed."""

    field_class = forms.DateField

    def __init__(self, **kwargs):
        message = _("Give a day as year-month-day: 2026-03-31.")
        super().__init__(input_formats=["%Y-%m-%d"], error_messages={"invalid": message}, **kwargs)

    def condition(self, value: date) -> Q:
        """New or changed on that day, in the site's time zone, or later."""
        return Q(changed_at__gte=beginning_of(value))


class QuestionFilter(ConditionFilter, django_filters.CharFilter):
    """Words to search for."""

    def condition(self, value: str) -> Q:
        """The question matches, as `search.read` understands it."""
        return Q(document=search.TsQuery(self.parent.reading.query))


class NoCondition(ConditionFilter):
    """A key that arranges the list and leaves out nothing."""

    def filter(self, queryset: QuerySet, value: object) -> QuerySet:
        """Leave the studies as they are."""
        return queryset


class AsTypedFilter(NoCondition, django_filters.Filter):
    """`1`: the question is searched for as it was typed, nothing in it corrected."""

    field_class = SingleCodeField


class SortFilter(NoCondition, django_filters.Filter):
    """The order of the list."""

    field_class = SingleCodeField


class PageFilter(NoCondition, django_filters.Filter):
    """The page of the list."""

    field_class = forms.IntegerField


class CaseStudyFilterSet(django_filters.FilterSet):
    """Everything one can ask of the collection. Keys and codes are public: they stand in shared addresses."""

    q = QuestionFilter(
        label=_("Search"),
        max_length=search.MAXIMUM_LENGTH,
        error_messages={"max_length": _("Shorten the question to %(limit_value)d characters. It has: %(show_value)d.")},
    )
    as_typed = AsTypedFilter(label=_("As typed"), choices=(("1", _("Nothing corrected")),))
    chapter = CodeFilter(label=_("Chapter"), column="chapters")
    theme = CodeFilter(label=_("Theme"), column="themes")
    country = CodeFilter(label=_("Country"), column="countries")
    region = CodeFilter(label=_("Region"), column="regions")
    osce = CodeFilter(label=_("OSCE"), column="osce")
    unece = FlagFilter(label=_("UNECE"))
    lldc = FlagFilter(label=_("Landlocked"))
    field_operation = FlagFilter(label=_("OSCE field operation"))
    convention = CodeFilter(label=_("Convention"), column="conventions")
    provision = CodeFilter(label=_("Provision"), column="provisions")
    mode = CodeFilter(label=_("Transport mode"), column="transport_modes")
    measured = FlagFilter(label=_("Measured results"))
    study = StudyFilter(label=_("Chosen studies"))
    year_from = YearFilter(label=_("From year"))
    year_to = YearFilter(label=_("To year"))
    changed_since = ChangedSinceFilter(label=_("New or changed since"))
    sort = SortFilter(label=_("Order"), choices=tuple(SORT_ORDERS.items()))
    page = PageFilter(
        label=_("Page"),
        min_value=1,
        max_value=2**31,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Give a page number from 1.")),
    )

    def __init__(self, data: Mapping, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        super().__init__(data, SearchEntry.objects.all())
        for key in VALUE_FILTERS:
            self.form.fields[key].allowed = partial(self.allowed, key)
        self.form.fields["study"].check = self._check_chosen

    def get_form_class(self) -> type[forms.Form]:
        """Return the form, which is the same for every filterset; each gets fields of its own."""
        return _form_class()

    @cached_property
    def chosen(self) -> dict[str, CaseStudy]:
        """The published studies among those chosen one by one, by slug, in the order of the address."""
        slugs = [slug for slug in dict.fromkeys(self.data.getlist("study")) if slug_re.match(slug)][:MOST_CHOSEN]
        titles = [f"title_{language}" for language in LANGUAGES]
        found = {
            study.slug: study for study in CaseStudy.objects.published().only("slug", *titles).filter(slug__in=slugs)
        }
        return {slug: found[slug] for slug in slugs if slug in found}

    def _check_chosen(self, slugs: list[str]) -> None:
        """Raise ValidationError where too many are chosen, or with one message a study that readers cannot see."""
        slugs = list(dict.fromkeys(slugs))
        if surplus := slugs[MOST_CHOSEN:]:
            message = _("Up to %(most)d studies can be chosen one by one; these are %(number)d.")
            parameters = {"most": MOST_CHOSEN, "number": len(slugs), "value": "…", "surplus": surplus}
            raise ValidationError(message, params=parameters)
        message = _("No study is published as “%(shown)s”: it was withdrawn, or the address is not whole.")
        absent = [slug for slug in slugs if slug not in self.chosen]
        if absent:
            raise ValidationError(
                [ValidationError(message, params={"value": slug, "shown": shortened(slug)}) for slug in absent]
            )

    @cached_property
    def reading(self) -> search.Reading:
        """The question understood. Only for a valid filterset."""
        cleaned = self.form.cleaned_data
        return search.read(cleaned["q"], as_typed=bool(cleaned["as_typed"]))

    def conditions(self) -> dict[str, Q]:
        """Return the condition of every filter that was asked, by key. Only for a valid filterset."""
        return {
            name: self.filters[name].condition(value)
            for name, value in self.form.cleaned_data.items()
            if value not in (None, "", []) and not isinstance(self.filters[name], NoCondition)
        }

    def allowed(self, key: str) -> list[str] | str | None:
        """Return what is allowed for `key`: a list of codes, or a range in words, in the active language."""
        if key in ("year_from", "year_to"):
            return gettext("a year from %(first)d to %(last)d") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        if key == "changed_since":
            return gettext("a day as year-month-day: 2026-03-31")
        if key == "page":
            return gettext("a whole number from 1")
        if key == "q":
            return gettext("up to %(most)d characters, no NUL") % {"most": search.MAXIMUM_LENGTH}
        if key == "study":
            return gettext("up to %(most)d slugs of published studies") % {"most": MOST_CHOSEN}
        if key == "sort":
            return list(SORT_ORDERS)
        if key == "as_typed":
            return ["1"]
        return list(self.vocabulary[key])


@cache
def _form_class() -> type[forms.Form]:
    fields = {name: filter_.field for name, filter_ in CaseStudyFilterSet.base_filters.items()}
    return type("CaseStudyFilterForm", (forms.Form,), fields)


SINGLE_FILTERS = ("q", "as_typed", "year_from", "year_to", "changed_since", "sort", "page")
# Filters by the codes of a vocabulary: facets count what each code would give.
VALUE_FILTERS = tuple(key for key in CaseStudyFilterSet.base_filters if key not in (*SINGLE_FILTERS, "study"))
# Keys that may stand in an address more than once.
REPEATED_FILTERS = (*VALUE_FILTERS, "study")
KEYS = tuple(CaseStudyFilterSet.base_filters)
