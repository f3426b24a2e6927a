"""Reading a question against the collection, and keeping the reading until the collection changes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from itertools import combinations
from math import log

from django.core.cache import caches
from django.db import connection

from casestudies import revision
from casestudies.models import SearchEntry

from . import lexicon, spelling, stemming
from .lexicon import Lexicon
from .question import parse
from .ranking import TsQuery
from .reading import Alternative, Correction, Reading, Wanted, all_of
from .understanding import Sought, understand

# Fewer studies than these that hold everything, and those that hold most of it follow.
ENOUGH = 10
# Of a long question, this many of its rarest words decide; the others only rank.
DECIDING = 6
# More matches than these are not counted one by one to weigh a word.
COUNTED = 500
# Readings kept are dropped with the revision; this only bounds how long an unused one takes up memory.
SECONDS_KEPT = 3600


def read(text: str, *, as_typed: bool = False) -> Reading:
    """Read a question. `as_typed` insists on its words: nothing is corrected."""
    digest = blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()
    key = f"reading:{revision.current().collection}:{as_typed:d}:{digest}"
    found = caches["memory"].get(key)
    if found is None:
        found = _read(text, lexicon.current(), as_typed)
        caches["memory"].set(key, found, SECONDS_KEPT)
    return found


def seeks(text: str) -> list[tuple[str, ...]]:
    """Return the stems of each thing that a question of one alternative seeks, without asking who holds it."""
    understood = understand(parse(text), lexicon.current())
    return [one.stems for one in understood[0]] if len(understood) == 1 else []


def _read(text: str, words: Lexicon, as_typed: bool) -> Reading:
    reading = _as_typed(text, words)
    if not as_typed and reading.complete:
        reading = replace(reading, correction=_offer(reading, words))
    elif not as_typed and (other := _other_text(reading, words)):
        meant = _as_typed(other, words)
        if meant.complete or (meant.query and len(meant.unknown) < len(reading.unknown)):
            correction = Correction(other, _count(meant.query), applied=True)
            reading = replace(meant, text=text, correction=correction)
    return reading


def _as_typed(text: str, words: Lexicon) -> Reading:
    """Read the text as it stands."""
    understood = understand(parse(text), words)
    if not understood:
        return Reading(text, (), "", 0)
    sides = [
        Alternative(tuple(one for one in sought if not one.excluded), tuple(one for one in sought if one.excluded))
        for sought in understood
    ]
    whole = stemming.either(side.query for side in sides)
    every = list(dict.fromkeys(one for side in sides for one in side.sought))
    total, numbers = _about_how_many(every)
    if any(number >= COUNTED for number in numbers.values()):
        sides = [_without_needless_phrases(side, numbers) for side in sides]
        whole = stemming.either(side.query for side in sides)
        numbers |= {one.plain: number for one, number in numbers.items() if number >= COUNTED}
    weighed = _weighed(sides, numbers, total)
    complete = _at_most(ENOUGH, whole)
    if complete >= ENOUGH:
        return Reading(text, tuple(weighed), whole, complete)
    return _widened(text, weighed, complete, total)


def _without_needless_phrases(side: Alternative, studies: dict[Sought, int]) -> Alternative:
    """Return the side seeking what very many studies hold by fewer ways: see `Sought.plain`."""
    return replace(side, sought=tuple(one.plain if studies[one] >= COUNTED else one for one in side.sought))


def _weighed(sides: list[Alternative], studies: dict[Sought, int], total: int) -> list[Alternative]:
    return [replace(side, wanted=tuple(_wanted(one, studies[one], total) for one in side.sought)) for side in sides]


def _wanted(sought: Sought, studies: int, total: int) -> Wanted:
    # How surprising it is that a study holds it: the usual inverse document frequency.
    return Wanted(sought, studies, log(1 + (total - studies + 0.5) / (studies + 0.5)) if studies else 0.0)


def _widened(text: str, sides: list[Alternative], complete: int, total: int) -> Reading:
    """Return the reading whose sides ask for as little less than everything as gives enough studies."""
    whole = stemming.either(side.whole for side in sides)
    steps = [_wider(side, total) for side in sides]
    reached = [next(step, side) for step, side in zip(steps, sides, strict=True)]
    while True:
        query = stemming.either(side.query for side in reached)
        # How many hold everything is known already: too few.
        if not query or (query != whole and _at_most(ENOUGH, query) >= ENOUGH):
            break
        further = [next(step, None) for step in steps]
        if not any(further):
            break
        reached = [wider or side for wider, side in zip(further, reached, strict=True)]
    return Reading(text, tuple(reached), query, complete)


def _wider(side: Alternative, total: int) -> Iterator[Alternative]:
    """Yield the alternative asking for what is known, for all but one, two … of it, then with names taken apart."""
    known = [one for one in side.wanted if one.studies]
    level = 0
    for level, query in enumerate(_all_but_some(known)):
        yield replace(side, found=query, level=level)
    parts = list(dict.fromkeys(part for one in known for part in one.sought.parts))
    if not parts:
        return
    _total, numbers = _about_how_many(parts)
    apart = tuple(_wanted(part, numbers[part], total) for part in parts if numbers[part])
    widest = stemming.either(one.sought.query for one in known)
    for query in _all_but_some([one for one in known if not one.sought.parts] + list(apart)):
        level += 1
        yield replace(side, found=stemming.either([widest, query]), level=level, parts=apart)


def _all_but_some(wanted: list[Wanted]) -> Iterator[str]:
    """Yield the tsquery for all of these, then for all but one, but two … of the rarest, down to any one of them."""
    if wanted:
        yield all_of(wanted)
    rarest = sorted(wanted, key=lambda one: -one.weight)[:DECIDING]
    for number in range(len(rarest) - 1, 0, -1):
        yield stemming.either(all_of(some) for some in combinations(rarest, number))


def _count(query: str) -> int:
    """Return how many studies a tsquery finds."""
    return SearchEntry.objects.filter(document=TsQuery(query)).count()


def _at_most(number: int, query: str) -> int:
    """Return how many studies a tsquery finds, up to `number`: where it finds many, it is not asked how many."""
    return len(SearchEntry.objects.filter(document=TsQuery(query)).values_list("pk")[:number]) if query else 0


def _about_how_many(things: list[Sought]) -> tuple[int, dict[Sought, int]]:
    """Return the number of all studies, and for each thing sought about how many hold it, 0 only for none.

    Of what is found in a moment, so much is enough for a weight; only what seems to be nowhere is looked for in every
    way.
    """
    total, numbers = _estimated([one.certain for one in things])
    found = dict(zip(things, numbers, strict=True))
    missing = [one for one in things if not found[one]]
    if missing:
        found |= dict(zip(missing, _estimated([one.query for one in missing])[1], strict=True))
    return total, found


def _estimated(queries: list[str]) -> tuple[int, list[int]]:
    """Return the number of all studies, and about how many each tsquery finds, exactly so where these are few.

    Of many, so many as `COUNTED` are read in the order in which the table holds them, and how far into the table they
    reach tells how many there are.
    """
    selects = [
        "(SELECT ARRAY[count(*), max((place::text::point)[0]::bigint)] FROM"
        f" (SELECT ctid AS place FROM casestudies_searchentry WHERE document @@ %s::tsquery LIMIT {COUNTED}) AS first)"
        for _query in queries
    ]
    size = "(SELECT ARRAY[count(*), pg_relation_size('casestudies_searchentry') / 8192] FROM casestudies_searchentry)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join([size, *selects])}", queries)
        (total, pages), *found = cursor.fetchone()
    return total, [n if n < COUNTED else max(n, round(n * pages / (page + 1))) for n, page in found]


def _other_text(reading: Reading, words: Lexicon) -> str | None:
    """Return what was meant by a question whose words are unknown: on the other keyboard, or spelt right."""
    # A name of the vocabularies is no mistake, though no study may hold it.
    missing = [one.sought for one in reading.wanted if not one.studies]
    unknown = [sought for sought in missing if not words.of(sought.stems, sought.written)]
    if not unknown:
        return None
    if len(unknown) == len(reading.wanted):
        other = spelling.on_other_keyboard(reading.text)
        meant = _as_typed(other, words)
        if meant and not meant.unknown:
            return other
    written = [word for sought in unknown for word in sought.written.split()]
    return _with_words_replaced(reading.text, {word: spelling.corrected(word, words) for word in written})


def _offer(reading: Reading, words: Lexicon) -> Correction | None:
    """Return a better spelling of a question that finds something, None where it looks right."""
    written = [word for one in reading.wanted for word in one.sought.written.split() if word.isalpha()]
    better = {word: spelling.corrected(word, words) for word in spelling.unwritten(written, words)}
    text = _with_words_replaced(
        reading.text, {word: other for word, other in better.items() if other and spelling.looks_misspelt(word, other)}
    )
    return Correction(text, _count(_as_typed(text, words).query)) if text else None


def _with_words_replaced(text: str, better: dict[str, str | None]) -> str | None:
    """Return the text with better words where there are some, None where nothing changes."""
    changed = text
    for word, other in better.items():
        if other:
            changed = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", other, changed)
    return changed if changed != text else None
