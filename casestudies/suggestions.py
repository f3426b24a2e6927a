"""What somebody who types may mean: records and studies whose names begin, or have a word that begins, like this."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from . import facets, search, vocabulary
from .filters import CaseStudyFilterSet, shortened
from .models import CaseStudy, Place, SearchEntry
from .search import lexicon

SHORTEST = 2
# At most so many of each kind, in this order, and in all.
NUMBERS = {"country": 3, "region": 2, "theme": 3, "convention": 2, "provision": 2, "place": 2, "study": 4}
IN_ALL = 10


@dataclass(frozen=True)
class Suggestion:
    """A way on: to the studies of a record, to those that name a place, or to one study.

    `note` is the name that matched where it is not the one shown; `count` the number of studies, None for one.
    """

    kind: str
    kind_label: str
    label: str
    note: str
    url: str
    count: int | None


def suggest(typed: str, language: str) -> list[Suggestion]:
    """Return at most `IN_ALL` suggestions in the active language, which is `language`, by kind."""
    beginning = lexicon.folded(typed)
    if len(beginning) < SHORTEST:
        return []
    found: dict[str, list[Suggestion]] = {kind: [] for kind in NUMBERS}
    for suggestion in _records(beginning):
        found[suggestion.kind].append(suggestion)
    found["place"] = list(_places(beginning))
    found["study"] = list(_studies(beginning, language))
    first = [suggestion for kind, number in NUMBERS.items() for suggestion in found[kind][:number]]
    return first[:IN_ALL]


def _records(beginning: str) -> Iterator[Suggestion]:
    """Yield records by one of their names: first those that a name begins with it, then those with most studies."""
    words = lexicon.current()
    sets, labels = facets.current().by_value, vocabulary.current()
    best: dict[lexicon.Link, tuple[bool, int, str]] = {}
    for inside, name, link in words.named_beginning_with(beginning):
        number = sets[link.key].get(link.value, 0).bit_count() if link.key in NUMBERS else 0
        if number and (link not in best or (inside, -number) < best[link][:2]):
            best[link] = (inside, -number, name)
    for link, (_inside, number, name) in sorted(best.items(), key=lambda item: item[1]):
        label = labels.label(link.key, link.code)
        shown = lexicon.folded(label)
        note = "" if f" {beginning}" in f" {shown}" else gettext("found through “%(name)s”") % {"name": shortened(name)}
        query = urlencode({link.key: link.code})
        kind_label = str(CaseStudyFilterSet.base_filters[link.key].label)
        yield Suggestion(link.key, kind_label, label, note, f"{reverse('case-list')}?{query}", -number)


def _places(beginning: str) -> Iterator[Suggestion]:
    """Yield places of published studies by the beginning of their name, or of another form of it in the thesaurus."""
    # Names of places begin with a capital letter; the other words of the thesaurus name none.
    forms = [form for form in lexicon.current().same_as_beginning_with(beginning) if form[:1].isupper()]
    begins = [Q(name__istartswith=form) for form in [beginning, *forms]]
    places = Place.objects.filter(reduce(or_, begins), case_study__status="published").order_by("name")
    names = places.values_list("name", flat=True).distinct()[: NUMBERS["place"]]
    for name in names:
        question = urlencode({"q": f'"{name}"'})
        url = f"{reverse('case-list')}?{question}"
        yield Suggestion("place", pgettext("kind of suggestion", "Place"), name, "", url, None)


def _studies(beginning: str, language: str) -> Iterator[Suggestion]:
    """Yield studies whose title begins like this, then those whose title and links hold its words."""
    number = NUMBERS["study"]
    column = f"title_order_{language}"
    entries = SearchEntry.objects.filter(**{f"{column}__startswith": beginning}).order_by(column)
    found = list(entries.values_list("pk", flat=True)[:number])
    if len(found) < number:
        query = search.beginning_with(beginning)
        others = SearchEntry.objects.filter(headings=search.TsQuery(query)) if query else SearchEntry.objects.none()
        found += others.exclude(pk__in=found).values_list("pk", flat=True)[: number - len(found)]
    studies = CaseStudy.objects.published().only("slug", *_titles()).in_bulk(found)
    for study in (studies[pk] for pk in found if pk in studies):
        kind_label = pgettext("kind of suggestion", "Case study")
        yield Suggestion("study", kind_label, study.title, "", study.get_absolute_url(), None)


def _titles() -> Iterable[str]:
    return (f"title_{language}" for language in lexicon.LANGUAGES)
