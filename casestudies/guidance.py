"""What to try next: filters that the words of a question name, and ways out where nothing answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from . import facets, search
from .search import Reading, Wanted
from .selection import Selection, joined_by_or

# A name may stand for values of several filters; of these the first is offered.
OFFERED_KEYS = ("country", "region", "provision", "convention", "theme", "mode", "chapter")
# A name that means more values than these is no filter to offer.
VALUES_IN_AN_OFFER = 3
OFFERS = 4


@dataclass(frozen=True)
class Offer:
    """Filters instead of words: the filters in words, the query string, and how many studies it gives."""

    choices: tuple[tuple[str, str], ...]
    """Pairs of a filter's label and its values."""
    query: str
    studies: int


@dataclass(frozen=True)
class WayOut:
    """Something that leaves nothing over: what, the query string without it, and how many studies that gives.

    `word` is a word of the question, "" where it is a filter, whose label then stands before its value. `alone` tells
    that the query string asks for nothing else: no single thing to drop helps.
    """

    word: str
    label: str
    value: str
    query: str
    studies: int
    alone: bool = False


def offers(selection: Selection) -> list[Offer]:
    """Return the filters that the question's words name, each by itself and, of several, all together.

    A filter that gives nothing is not offered.
    """
    reading = selection.question
    if not reading or len(reading.alternatives) > 1:
        return []
    named = [(one, key, codes) for one in reading.wanted for key, codes in [_named(one)] if codes][:OFFERS]
    found = [_offer(selection, [each]) for each in named]
    if len(named) > 1:
        found.append(_offer(selection, named))
    return [offer for offer in found if offer.studies]


def _named(wanted: Wanted) -> tuple[str, list[str]]:
    """Return the filter that a name stands for, and its codes; no codes where it stands for none or for too many."""
    for key in OFFERED_KEYS:
        sought = wanted.sought
        codes = [link.code for link in (*sought.links, *sought.themes, *sought.near) if link.key == key]
        if codes:
            return key, codes if len(codes) <= VALUES_IN_AN_OFFER else []
    return "", []


def _offer(selection: Selection, named: list[tuple[Wanted, str, list[str]]]) -> Offer:
    rest = question_without(selection.question, [wanted for wanted, _key, _codes in named])
    query = _with_question(selection, rest)
    choices, also = [], {}
    for _wanted, key, codes in named:
        also[key] = [*also.get(key, []), *codes]
        query.setlist(key, list(dict.fromkeys([*query.getlist(key), *codes])))
        names = [selection.vocabulary.label(key, code) for code in codes]
        choices.append((str(selection.filterset.filters[key].label), joined_by_or(names)))
    found = facets.results(selection.filterset, holding=_answering(selection, named, rest), also=also)
    return Offer(tuple(choices), query.urlencode(), found.bit_count())


def _answering(selection: Selection, named: list[tuple[Wanted, str, list[str]]], rest: str) -> int:
    """Return as bits the studies that answer the rest of the question, at least those among what is named.

    Where the rest and the names together find enough, nothing will be widened: then they are looked for together, in a
    fraction of the time that the rest alone takes.
    """
    if not rest:
        return facets.everything()
    reading, dropped = selection.question, [wanted for wanted, _key, _codes in named]
    others = [one.sought for one in reading.wanted if one not in dropped]
    if not reading.alternatives[0].excluded and search.seeks(rest) == [one.stems for one in others]:
        links = [
            search.either(link.query for link in (*wanted.sought.all_links, *wanted.sought.near) if link.key == key)
            for wanted, key, _codes in named
        ]
        answers = facets.found(search.all_of([*(one.query for one in others), *links]))
        if answers.bit_count() >= search.ENOUGH:
            return answers
    return facets.answering(search.read(rest))


def ways_out(selection: Selection) -> list[WayOut]:
    """Return what to drop where a selection is empty, that which gives most first; nothing where it holds studies.

    Where nothing that is dropped alone gives a study, what gives some alone.
    """
    found = []
    for choice in selection.choices:
        if choice.key == "q":
            found += _words_to_drop(selection)
        found.append(_way_out(choice.without, label=str(choice.key_label), value=str(choice.label)))
    helping = [way for way in found if way.studies] or [
        _way_out(
            urlencode({choice.key: choice.value}), label=str(choice.key_label), value=str(choice.label), alone=True
        )
        for choice in selection.choices
    ]
    return sorted((way for way in helping if way.studies), key=lambda way: -way.studies)


def _words_to_drop(selection: Selection) -> Iterable[WayOut]:
    reading = selection.question
    if len(reading.alternatives) == 1:
        parts = [*reading.wanted, *reading.alternatives[0].excluded]
        for one in parts if len(parts) > 1 else []:
            query = _with_question(selection, question_without(reading, [one]))
            written = one.sought.written if isinstance(one, Wanted) else f"-{one.written}"
            yield _way_out(query.urlencode(), word=written)


def _way_out(query: str, *, word: str = "", label: str = "", value: str = "", alone: bool = False) -> WayOut:
    return WayOut(word, label, value, query, Selection(QueryDict(query)).counts.total, alone)


def question_without(reading: Reading, dropped: Iterable[object]) -> str:
    """Return the question of one alternative without these of its parts, as one types it."""
    dropped = list(dropped)
    side = reading.alternatives[0]
    kept = [one.sought.written for one in side.wanted if one not in dropped]
    return " ".join([*kept, *(f"-{one.written}" for one in side.excluded if one not in dropped)])


def _with_question(selection: Selection, text: str) -> QueryDict:
    """Return the selection's query with another question, without its page."""
    query = QueryDict(selection.query_string_without("q"), mutable=True)
    if text:
        query["q"] = text
    return query
