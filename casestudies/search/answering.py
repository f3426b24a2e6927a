"""Reading a question against the collection, and keeping the reading until the collection changes."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from itertools import combinations
from math import log

from django.core.cache import caches

from casestudies import bits, revision
from casestudies.models import SearchEntry

from . import by_index, lexicon, spelling, stemming
from .lexicon import Lexicon
from .question import language_of, parse
from .ranking import TsQuery
from .reading import Alternative, Correction, Reading, Wanted, all_of
from .understanding import Sought, understand

# Fewer studies than these that hold everything, and those that hold most of it follow.
ENOUGH = 10
# Of a long question, this many of its rarest words decide; the others only rank.
DECIDING = 6
# More matches than these are not counted one by one to weigh a word.
COUNTED = 500
# In so few studies words that must follow one another are looked for at once; where more hold a thing, not at all.
FEW = 2000
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


def seeks(text: str) -> list[tuple[tuple[str, ...], str]]:
    """Return stems and words of each thing that a question of one alternative seeks, without asking who holds it."""
    understood = understand(parse(text), lexicon.current())
    return [(one.stems, one.written) for one in understood[0] if not one.excluded] if len(understood) == 1 else []


def without(reading: Reading, dropped: Collection[Wanted | Sought], text: str) -> Reading:
    """Read `text`, which is the question of one alternative without some of its parts, as typed.

    Who holds each of the others is known already, where they mean by themselves what they meant beside what is gone.
    """
    (side,) = reading.alternatives
    wanted = tuple(one for one in side.wanted if one not in dropped)
    # A single thing is looked for to the end, so it is read anew.
    if len(wanted) < 2 or seeks(text) != [(one.sought.stems, one.sought.written) for one in wanted]:
        return read(text, as_typed=True)
    excluded = tuple(one for one in side.excluded if one not in dropped)
    sought = tuple(one.sought for one in wanted)
    answers = None if excluded else _all(one.holders for one in wanted)
    return _completed(Reading(text, (Alternative(sought, excluded, wanted, answers=answers),), "", 0))


def _read(text: str, words: Lexicon, as_typed: bool) -> Reading:
    reading = _as_typed(text, words)
    if as_typed or not reading or not (other := _other_text(reading, words)):
        return reading
    meant = None if reading.complete else _as_written(other, words)
    if meant is not None and (meant.complete or (meant.query and not reading.query)):
        return replace(meant, text=text, correction=Correction(other, applied=True))
    if meant is None or len(meant.unknown) < len(reading.unknown):
        return replace(reading, correction=Correction(other))
    return reading


def _as_typed(text: str, words: Lexicon) -> Reading:
    """Read the text as it stands; a word that is known with a hyphen alone, with it: "prearrival"."""
    reading = _as_written(text, words)
    unknown = [sought.written for sought in _unknown(reading, words)]
    known = spelling.with_hyphens(unknown, words) if 0 < len(unknown) <= spelling.CORRECTED else {}
    return replace(_as_written(_with_words_replaced(text, known) or text, words), text=text) if known else reading


def _as_written(text: str, words: Lexicon) -> Reading:
    understood = understand(parse(text), words)
    if not understood:
        return Reading(text, (), "", 0)
    sides = [
        Alternative(tuple(one for one in sought if not one.excluded), tuple(one for one in sought if one.excluded))
        for sought in understood
    ]
    every = list(dict.fromkeys(one for side in sides for one in side.sought))
    held = _held(every)
    # What words are by themselves may be near a theme again.
    while other := {one: found for one in every if (found := _otherwise(one, held[one].studies))}:
        sides = [
            replace(side, sought=tuple(dict.fromkeys(part for one in side.sought for part in other.get(one, (one,)))))
            for side in sides
        ]
        every = list(dict.fromkeys(one for side in sides for one in side.sought))
        held |= _held([one for one in every if one not in held])
    fewer = {one: _without_needless_phrases(one, held[one]) for one in every}
    held |= {other: replace(held[one], in_any_way=None) for one, other in fewer.items() if other != one}
    sides = [replace(side, sought=tuple(fewer[one] for one in side.sought)) for side in sides]
    return _completed(Reading(text, tuple(_weighed(side, held) for side in sides), "", 0))


def _completed(reading: Reading) -> Reading:
    """Return the reading with what it finds, widened where few studies hold everything."""
    reading = replace(reading, query=reading.whole, answers=_answers(reading))
    complete = _complete(reading)
    reading = replace(reading, complete=complete, holding_all=reading.answers)
    return reading if complete >= ENOUGH else _widened(reading)


def _otherwise(sought: Sought, studies: int) -> tuple[Sought, ...]:
    """Return what to seek instead where so few hold it: its words by themselves, or it by the themes near it too."""
    if sought.apart and not studies:
        return sought.apart
    if sought.near and studies < ENOUGH:
        return (replace(sought, themes=(*sought.themes, *sought.near), near=()),)
    return ()


def _answers(reading: Reading) -> int | None:
    """Return the studies that hold everything, as bits; None where they are so many that finding them takes long."""
    answers = _any(side.answers for side in reading.alternatives)
    if answers is None and all(min(one.studies for one in side.wanted) < COUNTED for side in reading.alternatives):
        answers = bits.any_of(by_index.studies([reading.certain, reading.rest]))
    return answers


def _complete(reading: Reading) -> int:
    """Return how many studies hold everything, `ENOUGH` where there are more."""
    if reading.answers is not None:
        return reading.answers.bit_count()
    # Who holds the one thing that a side seeks was counted with it.
    sides = reading.alternatives
    alone = (side.wanted[0].studies for side in sides if len(side.sought) == 1 and not side.excluded)
    return ENOUGH if any(number >= ENOUGH for number in alone) else _at_most(ENOUGH, reading.query)


def _without_needless_phrases(sought: Sought, held: "_Held") -> Sought:
    """Return what is sought by fewer ways where many studies hold it.

    Looking for words that follow one another takes longest. Where words alone find hundreds of studies, those that say
    it in several words only, and in the same language, are few and would stand last; where they find thousands, so
    would those that say it so in another language.
    """
    if held.studies > FEW:
        return sought.without_phrases()
    return sought.without_phrases(language_of(sought.written)) if held.studies >= COUNTED else sought


def _weighed(side: Alternative, held: dict[Sought, "_Held"]) -> Alternative:
    """Return the side with what it wants, and with its answers where who holds each thing tells them."""
    wanted = tuple(_wanted(one, held[one]) for one in side.sought)
    return replace(side, wanted=wanted, answers=None if side.excluded else _all(one.holders for one in wanted))


def _wanted(sought: Sought, held: "_Held") -> Wanted:
    # How surprising it is that a study holds it: the usual inverse document frequency.
    number, total = held.studies, held.total
    weight = log(1 + (total - number + 0.5) / (number + 0.5)) if number else 0.0
    return Wanted(sought, number, weight, held.in_any_way if sought.phrases else held.certainly)


def _widened(reading: Reading) -> Reading:
    """Return the reading whose sides ask for as little less than everything as gives enough studies."""
    steps = [_wider(side) for side in reading.alternatives]
    reached = [next(step, side) for step, side in zip(steps, reading.alternatives, strict=True)]
    while True:
        query, answers = stemming.either(side.query for side in reached), _any(side.answers for side in reached)
        # How many hold everything is known already: too few.
        if not query or (query != reading.whole and _has_enough(query, answers)):
            break
        further = [next(step, None) for step in steps]
        if not any(further):
            break
        reached = [wider or side for wider, side in zip(further, reached, strict=True)]
    return replace(reading, alternatives=tuple(reached), query=query, answers=answers)


def _has_enough(query: str, answers: int | None) -> bool:
    return (_at_most(ENOUGH, query) if answers is None else answers.bit_count()) >= ENOUGH


def _wider(side: Alternative) -> Iterator[Alternative]:
    """Yield the alternative asking for what is known, for all but one, two … of it, then with names taken apart.

    A name that nobody holds is taken apart at once.
    """
    known = [one for one in side.wanted if one.studies]
    unheld = _parts(one for one in side.wanted if not one.studies)

    def asking(level: int, query: str, answers: int | None, parts: tuple[Wanted, ...] = unheld) -> Alternative:
        return replace(side, found=query, level=level, parts=parts, answers=None if side.excluded else answers)

    level = 0
    for level, (query, answers) in enumerate(_all_but_some([*known, *unheld])):
        yield asking(level, query, answers)
    apart = _parts(known)
    if not apart:
        return
    widest, holders = stemming.either(one.sought.query for one in known), _any(one.holders for one in known)
    for query, answers in _all_but_some([*(one for one in known if not one.sought.parts), *unheld, *apart]):
        level += 1
        yield asking(level, stemming.either([widest, query]), _any([holders, answers]), (*unheld, *apart))


def _parts(names: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Return the words of names, each by itself, that studies hold."""
    parts = list(dict.fromkeys(part for one in names for part in one.sought.parts))
    held = _held(parts) if parts else {}
    return tuple(_wanted(part, held[part]) for part in parts if held[part].studies)


def _all_but_some(wanted: list[Wanted]) -> Iterator[tuple[str, int | None]]:
    """Yield the tsquery for all of these, then for all but one, but two … of the rarest, down to any one of them.

    With each, what it finds as bits, where that is known.
    """
    if wanted:
        yield all_of(wanted), _all(one.holders for one in wanted)
    rarest = sorted(wanted, key=lambda one: -one.weight)[:DECIDING]
    for number in range(len(rarest) - 1, 0, -1):
        some = list(combinations(rarest, number))
        yield stemming.either(map(all_of, some)), _any(_all(one.holders for one in these) for these in some)


def _all(sets: Iterable[int | None]) -> int | None:
    """Return what is in all of the sets, None where one is not known."""
    sets = list(sets)
    return None if None in sets else bits.all_of(sets)


def _any(sets: Iterable[int | None]) -> int | None:
    """Return what is in any of the sets, None where one is not known."""
    sets = list(sets)
    return None if None in sets else bits.any_of(sets)


def _at_most(number: int, query: str) -> int:
    """Return how many studies a tsquery finds, up to `number`: where it finds many, it is not asked how many."""
    return len(SearchEntry.objects.filter(document=TsQuery(query)).values_list("pk")[:number]) if query else 0


@dataclass(frozen=True)
class _Held:
    """About how many of the `total` studies hold a thing.

    As bits, where they were counted one by one, those that the index alone tells, and those that hold it in any way.
    """

    studies: int
    total: int
    certainly: int | None
    in_any_way: int | None


def _held(things: list[Sought]) -> dict[Sought, _Held]:
    """Return who holds each thing sought; that nobody does is never said wrongly.

    Of what is found in a moment, so much is enough for a weight. So where there are many studies, only what seems to be
    nowhere is looked for in every way. A single thing is looked for to the end: who holds it, matches.
    """
    total, pages = _size()
    find = partial(_estimated, pages=pages) if len(things) > 1 else _counted
    phrases = [one.phrases for one in things if total <= FEW]
    asked = [one.certain for one in things]
    found = dict(zip([*asked, *phrases], find([*asked, *phrases]), strict=True))
    missing = [] if phrases else [one for one in things if one.phrases and not found[one.certain][0]]
    ways = [one.query for one in missing]
    found |= dict(zip(ways, find(ways), strict=True))
    held = {}
    for one in things:
        number, certainly = found[one.certain]
        also, otherwise = found.get(one.query if one in missing else one.phrases, (0, None)) if one.phrases else (0, 0)
        held[one] = _Held(number or also, total, certainly, _any([certainly, otherwise]))
    return held


def _size() -> tuple[int, int]:
    """Return the number of all studies, and of the pages that their search entries fill; kept until they change."""
    key = f"size:{revision.current().collection}"
    size = caches["memory"].get(key)
    if size is None:
        size = by_index.row(
            "SELECT count(*), pg_relation_size('casestudies_searchentry') / 8192 FROM casestudies_searchentry", []
        )
        caches["memory"].set(key, size, SECONDS_KEPT)
    return size


def _counted(queries: list[str]) -> list[tuple[int, int]]:
    """Return how many studies each tsquery finds, and as bits which."""
    return [(found.bit_count(), found) for found in by_index.studies(queries)]


def _estimated(queries: list[str], pages: int) -> list[tuple[int, int | None]]:
    """Return about how many studies each tsquery finds; where these are few, exactly how many, and as bits which.

    Of many, so many as `COUNTED` are read in the order in which the table holds them, and how far into the table they
    reach tells how many there are.
    """
    if not any(queries):
        return [(0, 0)] * len(queries)
    select = (
        "(SELECT ARRAY[max((place::text::point)[0]::bigint)] || array_agg(case_study_id) FROM (SELECT ctid AS place,"
        f" case_study_id FROM casestudies_searchentry WHERE document @@ %s::tsquery LIMIT {COUNTED}) AS first)"
    )
    found = []
    for page, *studies in by_index.row(f"SELECT {', '.join([select] * len(queries))}", queries):
        number = len(studies)
        if number < COUNTED:
            found.append((number, bits.set_of(studies)))
        else:
            found.append((max(number, round(number * pages / (page + 1))), None))
    return found


def _other_text(reading: Reading, words: Lexicon) -> str | None:
    """Return what a question may have meant: on the other keyboard, spelt right; None where it looks right."""
    if not _unknown(reading, words):
        return _spelt_right(reading, words)
    switched = spelling.typed_on_other_keyboard(reading.text, words)
    if not switched:
        return _spelt_right(reading, words)
    return _spelt_right(_as_written(switched, words), words) or switched


def _unknown(reading: Reading, words: Lexicon) -> list[Sought]:
    """Return what no study holds and no vocabulary names."""
    missing = [one.sought for one in reading.wanted if not one.studies]
    return [sought for sought in missing if not words.of(sought.stems, sought.written)]


def _spelt_right(reading: Reading, words: Lexicon) -> str | None:
    """Return the question with its mistakes mended: in unknown words, and in those found through their stem alone."""
    unknown = [word for sought in _unknown(reading, words) for word in sought.written.split()]
    found = [word for one in reading.wanted if one.studies for word in one.sought.written.split() if word.isalpha()]
    better = {word: other for word in unknown[: spelling.CORRECTED] if (other := spelling.corrected(word, words))}
    slipped = spelling.slipped(spelling.unwritten(found, words)[: spelling.CORRECTED], words)
    standing = spelling.standing(slipped)
    better |= {word: other for word, other in slipped.items() if word not in standing}
    return _with_words_replaced(reading.text, better)


def _with_words_replaced(text: str, better: dict[str, str]) -> str | None:
    """Return the text with better words where there are some, None where nothing changes."""
    changed = text
    for word, other in better.items():
        changed = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", other, changed)
    return changed if changed != text else None
