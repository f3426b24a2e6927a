"""Marking in a text what matched, and choosing the passages that show it.

PostgreSQL's ts_headline reads every text to its end, which took more time than all else that a page of results asks of
it. Here words are found that begin like a stem, and PostgreSQL is asked for their stems, of each word once.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from . import stemming

# Marks around a hit that no text holds, exchanged for <mark> once the text is escaped.
HIT_START, HIT_END = "\ue000", "\ue001"
# Characters that a passage has at least, and passages that are shown of a text at most.
PASSAGE = 200
PASSAGES = 2
# So many more show what these and the summary do not.
FURTHER_PASSAGES = 3
# No word is longer.
ONE_WORD = 40
_PHRASE = re.compile(r"'(?:[^']|'')*'(?: <(?:-|\d+)> '(?:[^']|'')*')*")
_DISTANCE = re.compile(r"<(-|\d+)>")
_WORD = re.compile(r"\w+")
_ACCENTED = re.compile("[\u00c0-\u024f]")
# Letters without their accents, as the index has them; those that become two letters are left.
_ACCENTS = {
    code: decomposed[0]
    for code in range(0xC0, 0x250)
    if unicodedata.combining((decomposed := unicodedata.normalize("NFD", chr(code)))[-1])
}


# The stems of words that follow one another, each with its place, counted from the first.
Phrase = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Hit:
    """A word in a text that matches, and the phrases and words of the question that it belongs to."""

    start: int
    end: int
    meanings: frozenset[Phrase]


# Hits side by side.
Row = list[Hit]


@dataclass(frozen=True)
class Marked:
    """A text in which hits are marked, and what they show: of each row of them, the phrases they belong to."""

    text: str
    shown: frozenset[frozenset[Phrase]]


def shows(shown: Iterable[frozenset[Phrase]], query: str) -> bool:
    """Say whether a tsquery is seen in what rows of hits show: all its words side by side, each in any spelling."""
    groups = _groups(query)
    return any(all(not group.isdisjoint(row) for group in groups) for row in shown)


@lru_cache(maxsize=5000)
def _groups(query: str) -> list[frozenset[Phrase]]:
    """Return for each word of a tsquery that are all to be there, its spellings."""
    return [frozenset(_phrase(found[0]) for found in _PHRASE.finditer(part)) for part in query.split(" & ")]


class Marker:
    """Marks the words of tsqueries in texts: single words, and those of a phrase where they follow one another."""

    def __init__(self, queries: Iterable[str]):
        self._phrases = {_phrase(found[0]) for query in queries for found in _PHRASE.finditer(query)}
        self._wanted = {stem for phrase in self._phrases for stem, _place in phrase}
        self._stems: dict[str, tuple[str, ...]] = {}
        # A stem may end otherwise than its words: "countries" and "country" have "countri".
        beginnings = sorted({re.escape(stem[:-1] if len(stem) > 2 else stem) for stem in self._wanted})
        self._similar = re.compile(rf"\b(?:{'|'.join(beginnings)})\w*") if beginnings else None

    def whole(self, texts: Iterable[str]) -> Iterator[Marked | None]:
        """Yield each text as a whole with its hits marked, None where it has none."""
        for text, hits in self._hits(texts):
            yield _excerpt(text, [(0, len(text))], _rows(text, hits)) if hits else None

    def passages(self, texts: Iterable[tuple[str, list[list[str]], bool]]) -> Iterator[Marked | None]:
        """Yield passages of each text that show more; with the text come tsqueries, and whether the best come first.

        Of each list of tsqueries one is shown, the first that the text has. None where there is no passage to show.
        """
        texts = list(texts)
        hits_of = self._hits(text for text, _needed, _also_best in texts)
        for (text, hits), (_text, needed, also_best) in zip(hits_of, texts, strict=True):
            rows = _rows(text, hits)
            spans = _best_passages(text, hits) if also_best else []
            for queries in needed[:FURTHER_PASSAGES]:
                _show(text, rows, spans, queries)
            yield _excerpt(text, spans, rows) if spans else None

    def _hits(self, texts: Iterable[str]) -> Iterator[tuple[str, list[Hit]]]:
        """Yield each text with its hits."""
        texts = list(texts)
        similar = [(text, folded, self._similar_words(folded)) for text in texts for folded in [_folded(text)]]
        unknown = {word for _text, _folded, words in similar for word, *_place in words} - self._stems.keys()
        if unknown:
            self._stems |= {word: stemming.lexemes(query) for word, query in stemming.tsqueries(unknown).items()}
        for text, folded, words in similar:
            matching = [(start, end, stem) for word, start, end in words for stem in self._stems[word]]
            yield text, sorted(self._of_phrases(folded, matching), key=lambda hit: hit.start)

    def _similar_words(self, folded: str) -> list[tuple[str, int, int]]:
        return [(m[0], *m.span()) for m in self._similar.finditer(folded)] if self._similar else []

    def _of_phrases(self, folded: str, matching: list[tuple[int, int, str]]) -> Iterable[Hit]:
        """Return the words that stand as a phrase wants them, each once."""
        stems = {stem for _start, _end, stem in matching}
        phrases = [phrase for phrase in self._phrases if all(stem in stems for stem, _place in phrase)]
        alone = {phrase[0][0]: phrase for phrase in phrases if len(phrase) == 1}
        found: dict[tuple[int, int], set[Phrase]] = {}
        for start, end, stem in matching:
            if stem in alone:
                found.setdefault((start, end), set()).add(alone[stem])
        if len(alone) < len(phrases):
            places = {word.start(): place for place, word in enumerate(_WORD.finditer(folded))}
            standing = {(places[start], stem): (start, end) for start, end, stem in matching}
            for phrase in phrases:
                for first, stem in standing:
                    at = (
                        [standing.get((first + place, other)) for other, place in phrase]
                        if len(phrase) > 1 and stem == phrase[0][0]
                        else []
                    )
                    if at and all(at):
                        for word in at:
                            found.setdefault(word, set()).add(phrase)
        return [Hit(start, end, frozenset(meanings)) for (start, end), meanings in found.items()]


@lru_cache(maxsize=5000)
def _phrase(query: str) -> Phrase:
    """Return the stems of a tsquery for words that follow one another, each with its place, counted from the first."""
    places = [0]
    for distance in _DISTANCE.findall(query):
        places.append(places[-1] + (1 if distance == "-" else int(distance)))
    return tuple(zip(stemming.lexemes(query), places, strict=True))


def _folded(text: str) -> str:
    """Return a text of the same length in the letters of the index: no capitals, no accents."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    lower = lower.replace("ё", "е")
    return lower.translate(_ACCENTS) if _ACCENTED.search(lower) else lower


def _marked(text: str, start: int, end: int, hits: list[Hit]) -> str:
    """Return a part of a text with its hits marked."""
    parts, at = [], start
    for hit in hits:
        if start <= hit.start and hit.end <= end:
            parts += [text[at : hit.start], HIT_START, text[hit.start : hit.end], HIT_END]
            at = hit.end
    return "".join([*parts, text[at:end]])


def _rows(text: str, hits: list[Hit]) -> list[Row]:
    """Return the hits in rows of those that stand side by side, with one other word between two at most."""
    rows: list[Row] = []
    for hit in hits:
        before = rows[-1][-1].end if rows else 0
        if rows and hit.start - before <= ONE_WORD and len(_WORD.findall(text, before, hit.start)) <= 1:
            rows[-1].append(hit)
        else:
            rows.append([hit])
    return rows


def _excerpt(text: str, spans: list[tuple[int, int]], rows: list[Row]) -> Marked:
    """Return these parts of a text with their hits marked."""
    spans = sorted(spans)
    hits = [hit for row in rows for hit in row]
    within = [[hit for hit in row if start <= hit.start and hit.end <= end] for start, end in spans for row in rows]
    shown = frozenset(frozenset().union(*(hit.meanings for hit in row)) for row in within if row)
    return Marked(" … ".join(_marked(text, start, end, hits) for start, end in spans), shown)


def _show(text: str, rows: list[Row], spans: list[tuple[int, int]], queries: list[str]) -> None:
    """Add to the spans of a text a passage that shows one of the tsqueries, unless one does."""
    meanings = [frozenset().union(*(hit.meanings for hit in row)) for row in rows]
    row = next(
        (row for query in queries for row, shown in zip(rows, meanings, strict=True) if shows([shown], query)), None
    )
    if row is None:
        return
    start, end = row[0].start, row[-1].end
    touched = [span for span in spans if span[0] < end and start < span[1]]
    if touched:
        spans[:] = [span for span in spans if span not in touched]
        spans.append((min(start, *(span[0] for span in touched)), max(end, *(span[1] for span in touched))))
    else:
        spans.append(_stretched(text, start, end, spans))


def _best_passages(text: str, hits: list[Hit]) -> list[tuple[int, int]]:
    """Return where the passages begin and end that show most of what was sought, the first of equal ones."""
    groups = [_together(hits, place) for place in range(len(hits))]
    chosen: list[tuple[int, int]] = []
    for _meanings, start, end in sorted(groups):
        if len(chosen) == PASSAGES:
            break
        if all(end <= other_start or start >= other_end for other_start, other_end in chosen):
            chosen.append(_stretched(text, start, end, chosen))
    return chosen


def _together(hits: list[Hit], place: int) -> tuple[int, int, int]:
    """Return how much hits of one passage show from this one on, as a negative number; its start and its end."""
    start, end = hits[place].start, hits[place].end
    meanings = set()
    for hit in islice(hits, place, None):
        if meanings and hit.end - start > PASSAGE:
            break
        meanings |= hit.meanings
        end = hit.end
    return -len(meanings), start, end


def _stretched(text: str, start: int, end: int, beside: list[tuple[int, int]]) -> tuple[int, int]:
    """Return a passage around what stands from `start` to `end`, of whole words, that touches none of the others."""
    room = max(PASSAGE - (end - start), 0) // 2
    first = max([other for _start, other in beside if other <= start], default=0)
    last = min([other for other, _end in beside if other >= end], default=len(text))
    if start - room > first:
        first = text.find(" ", start - room, start) + 1 or start
    if end + room < last:
        last = max(text.rfind(" ", end, end + room), end)
    return first, last
