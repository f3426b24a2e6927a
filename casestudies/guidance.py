"""What to try next: filters that the words of a question name, and ways out where nothing answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext

from . import facets, search
from .search import Reading, Sought, Wanted
from .selection import Choice, Selection, joined_by_or

# Of the records with a name, these kinds are offered in this order.
OFFERED_KEYS = ("country", "region", "convention", "theme", "mode", "chapter")
# A name that means more values than these is no filter to offer.
VALUES_IN_AN_OFFER = 3
OFFERS = 4
# So many words that share most with an unknown one are named.
SIMILAR = 4
# What a name stands for: the key of a filter, and codes.
Named = tuple[Wanted, str, list[str]]


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

    `words` are words of the question, none where it is a filter, whose label then stands before its value. `alone`
    tells that the query string asks for nothing else: no single thing to drop helps.
    """

    words: tuple[str, ...]
    label: str
    value: str
    query: str
    studies: int
    alone: bool = False


@dataclass(frozen=True)
class Spelling:
    """A better spelling of the question: its text, the query string, and how many studies it gives."""

    text: str
    query: str
    studies: int


def better_spelling(selection: Selection) -> Spelling | None:
    """Return the spelling to offer beside what was found as typed, None where there is none or it gives nothing."""
    correction = selection.question.correction
    if not correction or correction.applied:
        return None
    return _spelling(selection, correction.text)


def instead(selection: Selection) -> list[Spelling]:
    """Return other questions to try for one that found nothing in any text.

    Phrases that nobody holds, as single words; for a single unknown word those that share most with it.
    """
    reading = selection.question
    if not reading or len(reading.alternatives) > 1 or (reading.correction and reading.correction.applied):
        return []
    unknown = [one.sought for one in reading.wanted if not one.studies]
    phrases = [sought.written for sought in unknown if '"' in sought.written.translate(search.QUOTES)]
    if phrases:
        text = question_without(reading, ())
        for phrase in phrases:
            text = text.replace(phrase, phrase.translate(search.QUOTES).strip('"'))
        texts = [text]
    elif len(reading.wanted) == 1 and unknown and not unknown[0].links:
        texts = search.similar(unknown[0].written, SIMILAR)
    else:
        texts = []
    # They are not to be corrected in turn.
    return [spelling for text in texts if (spelling := _spelling(selection, text, as_typed=True))]


def _spelling(selection: Selection, text: str, *, as_typed: bool = False) -> Spelling | None:
    """Return another question in the place of the selection's, None where it gives nothing."""
    query = QueryDict(selection.query_string_without("q"), mutable=True)
    query["q"] = text
    if as_typed:
        query["as_typed"] = "1"
    answers = facets.answering(search.read(text, as_typed=as_typed))
    studies = facets.results(selection.filterset, holding=answers).bit_count()
    return Spelling(text, query.urlencode(), studies) if studies else None


@dataclass(frozen=True)
class CountryWithoutStudies:
    """A country that is known and has no study, with its region, its query string, and how many studies that gives."""

    name: str
    region: str
    query: str
    studies: int


def countries_without_studies(selection: Selection) -> list[CountryWithoutStudies]:
    """Return the countries that the question names and that no study is about, each with its region."""
    reading = selection.question
    if not reading:
        return []
    missing = [one for one in reading.wanted if not one.studies]
    codes = [link.code for one in missing for link in one.sought.links if link.key == "country"]
    found = []
    for code in dict.fromkeys(codes[:OFFERS]):
        region = selection.vocabulary.region_code_of[code]
        query = QueryDict(selection.query_string_without("q"), mutable=True)
        query.pop("as_typed", None)
        query.setlist("region", [region])
        studies = facets.total(Selection(query).filterset)
        names = selection.vocabulary.label("country", code), selection.vocabulary.label("region", region)
        found.append(CountryWithoutStudies(*names, query.urlencode(), studies))
    return found


def nothing_to_search_for(selection: Selection) -> str:
    """Return what is wrong with a question that seeks nothing, "" where it is right or there is none."""
    if selection.question or "q" not in selection.query:
        return ""
    terms = [term for side in search.parse(selection.query["q"]).alternatives for term in side]
    if not terms:
        return gettext("The question holds no letter and no digit: type a word to search for.")
    if all(term.excluded for term in terms):
        return gettext("The question says only what to leave out: add a word to search for.")
    return gettext("The question holds no word to search for: words such as “the” or “of” stand in every text.")


def offers(selection: Selection) -> list[Offer]:
    """Return the filters that the question's words name, each by itself and, of several names, all together.

    A filter that gives nothing, or is in use, is not offered.
    """
    reading = selection.question
    if not reading or len(reading.alternatives) > 1:
        return []
    kinds = [[(one, key, codes) for key, codes in _named(selection, one)] for one in reading.wanted]
    kinds = [named for named in kinds if named][:OFFERS]
    # What each name stands for first, then what else; those that give nothing make room for others.
    in_turn = [named[turn] for turn in range(max(map(len, kinds), default=0)) for named in kinds if turn < len(named)]
    # What several words name is offered in the place of all of them.
    same: dict[tuple, list[Named]] = {}
    for one, key, codes in in_turn:
        same.setdefault((key, *codes), []).append((one, key, codes))
    given = [(these, offer) for these in [*same.values()][: 2 * OFFERS] if (offer := _offer(selection, these)).studies]
    found = [offer for _these, offer in given[:OFFERS]]
    first = {named[0]: named for these, _offer in reversed(given[:OFFERS]) for named in these}
    if len(first) > 1:
        together = _offer(selection, [first[one] for one in reading.wanted if one in first])
        found += [together] if together.studies else []
    return list(dict.fromkeys(found))


def _named(selection: Selection, wanted: Wanted) -> Iterator[tuple[str, list[str]]]:
    """Yield the filters that a name stands for, each with its codes: first what it surely means.

    A number comes before a record's or a filter's own name, that before a theme's synonyms, and last a provision's
    heading. Beside a heading, themes whose names hold the word are meant as likely.
    """
    sought = wanted.sought
    provisions = [link for link in sought.links if link.key == "provision"]
    is_number = any(stem.isdigit() for stem in sought.stems)
    own = [link for key in OFFERED_KEYS for link in sought.links if link.key == key]
    naming = [link for link in sought.related if link.key == "theme"] if provisions and not is_number else []
    by_key: dict[str, list[str]] = {}
    for group in (provisions if is_number else [], own, sought.offered, sought.themes, naming, sought.near, provisions):
        codes: dict[str, list[str]] = {}
        for link in group:
            codes.setdefault(link.key, []).append(link.code)
        by_key |= {key: values for key, values in codes.items() if key not in by_key}
    for key, codes in by_key.items():
        if len(codes) <= VALUES_IN_AN_OFFER and not set(codes) <= set(selection.filterset.form.cleaned_data[key]):
            yield key, codes


def _offer(selection: Selection, named: list[Named]) -> Offer:
    """Return the filters instead of the names; where the rest of the question leaves nothing, the filters alone."""
    dropped = [wanted for wanted, _key, _codes in named]
    also: dict[str, list[str]] = {}
    for _wanted, key, codes in named:
        also[key] = list(dict.fromkeys([*also.get(key, []), *codes]))
    query = _with_question(selection, dropped)
    found = facets.results(selection.filterset, holding=_answering(selection, named, query.get("q", "")), also=also)
    if not found and "q" in query:
        query = _with_question(selection, [*selection.question.wanted, *selection.question.alternatives[0].excluded])
        found = facets.results(selection.filterset, holding=facets.everything(), also=also)
    choices = []
    for key, codes in also.items():
        # Values of one filter are joined by OR, those in use with those that are added.
        query.setlist(key, list(dict.fromkeys([*query.getlist(key), *codes])))
        names = [selection.vocabulary.label(key, code) for code in query.getlist(key)]
        choices.append((str(selection.filterset.filters[key].label), joined_by_or(names)))
    return Offer(tuple(choices), query.urlencode(), found.bit_count())


def _answering(selection: Selection, named: list[Named], rest: str) -> int:
    """Return as bits the studies that answer the rest of the question, at least those among what is named.

    Where the rest and the names together find enough, nothing will be widened: then they are looked for together, in a
    fraction of the time that the rest alone takes.
    """
    if not rest:
        return facets.everything()
    reading, dropped = selection.question, [wanted for wanted, _key, _codes in named]
    others = [one.sought for one in reading.wanted if one not in dropped]
    if not reading.alternatives[0].excluded and search.seeks(rest) == [(one.stems, one.written) for one in others]:
        links = [
            search.either(link.query for link in (*wanted.sought.all_links, *wanted.sought.near) if link.key == key)
            for wanted, key, _codes in named
        ]
        answers = facets.found(search.all_of([*(one.query for one in others), *links]))
        if answers.bit_count() >= search.ENOUGH:
            return answers
    return facets.answering(search.without(reading, dropped, rest))


def ways_out(selection: Selection) -> list[WayOut]:
    """Return what to drop where a selection is empty, that which gives most first; nothing where it holds studies.

    Where nothing that is dropped alone gives a study, what gives some alone.
    """
    # Values of one filter are joined by OR: to drop one of several leaves less, not more.
    by_key: dict[str, list[Choice]] = {}
    for choice in selection.choices:
        by_key.setdefault(choice.key, []).append(choice)
    found = _words_to_drop(selection) if "q" in by_key else []
    if len(by_key) > 1:
        found += [_without_filter(selection, choices) for choices in by_key.values()]
    helping = [way for way in found if way.studies] or [_alone(choices) for choices in by_key.values()]
    return sorted((way for way in helping if way.studies), key=lambda way: -way.studies)


def _words_to_drop(selection: Selection) -> list[WayOut]:
    """Return what the question gives without each of the words that decide, and without all that nobody holds.

    To drop one of several unknown words changes nothing, nor does a word that only ranks.
    """
    reading = selection.question
    if len(reading.alternatives) != 1:
        return []
    excluded = reading.alternatives[0].excluded
    known = sorted((one for one in reading.wanted if one.studies), key=lambda one: -one.weight)
    unknown = [one for one in reading.wanted if not one.studies]
    dropped = [[one] for one in (*known, *excluded)[: search.DECIDING]]
    if unknown and known:
        dropped.append(unknown)
    return [_without_words(selection, these) for these in dropped if len(these) < len(reading.wanted) + len(excluded)]


def _without_words(selection: Selection, dropped: list[Wanted | Sought]) -> WayOut:
    rest = _with_question(selection, dropped)
    written = [one.sought.written if isinstance(one, Wanted) else f"-{one.written}" for one in dropped]
    answers = facets.answering(search.without(selection.question, dropped, rest["q"])) if "q" in rest else 0
    studies = facets.results(selection.filterset, holding=answers).bit_count()
    return WayOut(tuple(written), "", "", rest.urlencode(), studies)


def _without_filter(selection: Selection, choices: list[Choice]) -> WayOut:
    query = selection.query_string_without(choices[0].key)
    return _way_out(query, choices)


def _alone(choices: list[Choice]) -> WayOut:
    return _way_out(urlencode([(choice.key, choice.value) for choice in choices]), choices, alone=True)


def _way_out(query: str, choices: list[Choice], *, alone: bool = False) -> WayOut:
    label, value = str(choices[0].key_label), joined_by_or(str(choice.label) for choice in choices)
    return WayOut((), label, value, query, facets.total(Selection(QueryDict(query)).filterset), alone)


def question_without(reading: Reading, dropped: Iterable[object]) -> str:
    """Return the question of one alternative without these of its parts, as one types it."""
    dropped = list(dropped)
    side = reading.alternatives[0]
    kept = [one.sought.written for one in side.wanted if one not in dropped]
    return " ".join([*kept, *(f"-{one.written}" for one in side.excluded if one not in dropped)])


def _with_question(selection: Selection, dropped: Iterable[Wanted | Sought]) -> QueryDict:
    """Return the selection's query without these parts of its question, and without its page.

    What no study holds would be corrected now that less stands beside it: the question is to be taken as typed.
    """
    dropped = list(dropped)
    query = QueryDict(selection.query_string_without("q"), mutable=True)
    text = question_without(selection.question, dropped)
    if text:
        query["q"] = text
        if any(not one.studies for one in selection.question.wanted if one not in dropped):
            query["as_typed"] = "1"
    return query
