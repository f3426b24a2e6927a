"""Why a study was found: its texts with what matched marked, and a note where the reader's words stand in none."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from . import stemming
from .lexicon import LANGUAGES, Link
from .lexicon import Expression as Words
from .marking import Marker, shows
from .question import language_of
from .reading import Reading
from .understanding import Sought

_TEXTS = ("challenge", "practice", "results", "lessons")


@dataclass(frozen=True)
class Note:
    """Why a study was found where its marked passages do not show it.

    `kind` is "same" (`found` means what `written` means), "narrower" (`found` is a kind of it), "record" (the study is
    linked to the record `link`), "language" (the word stands in the text of `language`), "apart" (its words stand
    there, but not side by side), "elsewhere" (it stands in the study's facts or sources), "part" (only the word `found`
    of it stands there), "missing" (it stands nowhere).
    """

    kind: str
    written: str = ""
    found: str = ""
    link: Link | None = None
    language: str = ""


@dataclass
class Explanation:
    """The marked title and passages of a study, None where nothing in them matched, and the notes beside them.

    `language` is that of the passages: the page's, or another where only its text matched.
    """

    title: str | None = None
    passages: str | None = None
    language: str = ""
    notes: list[Note] = field(default_factory=list)


def explain(reading: Reading, identifiers: list[int], language: str) -> dict[int, Explanation]:
    """Return an explanation for each of the studies by primary key. `language` is that of the page."""
    ways = held_by(_ways(reading), identifiers)
    # Of alternatives joined by OR, the one that the study answers best explains it.
    held = {pk: _Held(_best_side(reading, found), found) for pk, found in ways.items()}
    explained = {pk: Explanation(language=language) for pk in identifiers}
    marked = _shortest(reading, set().union(*ways.values()))
    if marked:
        _mark(explained, held, Marker(marked), language)
    for pk, explanation in explained.items():
        explanation.notes = _notes(held[pk], explanation.language, language)
    return explained


@dataclass
class _Held:
    """What of a question a study holds: what it seeks, the ways that were found, and what marked texts show of them."""

    sought: list[Sought]
    found: set[str]
    in_title: frozenset = frozenset()
    in_passages: frozenset = frozenset()

    def is_shown(self, query: str) -> bool:
        """Say whether what was found in this way is marked."""
        return query in self.found and shows(self.in_title | self.in_passages, query)

    def not_shown(self) -> list[list[str]]:
        """Return of each thing that stands in texts and is marked nowhere, in which ways."""
        texts = [[way for way in one.in_texts if way in self.found] for one in self.sought]
        return [ways for ways in texts if ways and not any(self.is_shown(way) for way in ways)]


def _best_side(reading: Reading, found: set[str]) -> list[Sought]:
    best = max(reading.alternatives, key=lambda side: sum(_is_found(one.sought, found) for one in side.wanted))
    return [one.sought for one in best.wanted]


def _ways(reading: Reading) -> list[str]:
    """Return the tsqueries of all ways to say what is wanted."""
    ways: dict[str, None] = {}
    for one in reading.ranked:
        sought = one.sought
        ways |= dict.fromkeys([sought.typed, *sought.in_texts])
        ways |= dict.fromkeys(link.query for link in sought.all_links)
    return [way for way in ways if way]


def _shortest(reading: Reading, found: set[str]) -> set[str]:
    """Return the ways that texts are marked by.

    Of other names for a thing, those are left out that hold all words of another: "national single window" would mark
    every "national".
    """
    kept: set[str] = set()
    for one in reading.ranked:
        words = {way: set(stemming.lexemes(way)) for way in one.sought.in_texts if way in found}
        kept |= {one.sought.typed} & words.keys()
        kept |= {way for way, these in words.items() if not any(other < these for other in words.values())}
    return kept


def _mark(explained: dict[int, Explanation], held: dict[int, _Held], marker: Marker, language: str) -> None:
    """Mark titles and passages.

    A summary with a hit is shown whole, and where it has none, passages of the longer texts. These also show what
    title and summary do not. Only where they have nothing either, other languages are looked through.
    """
    texts = _texts(explained, language)
    wholes = marker.whole(text for title, summary, _long in texts.values() for text in (title, summary))
    for pk in texts:
        title, summary = next(wholes), next(wholes)
        if title:
            explained[pk].title, held[pk].in_title = title.text, title.shown
        if summary:
            explained[pk].passages, held[pk].in_passages = summary.text, summary.shown
    wanting = {pk: held[pk].not_shown() for pk in texts}
    longer = {
        pk: (long, wanting[pk], not explained[pk].passages)
        for pk, (_title, _summary, long) in texts.items()
        if wanting[pk] or not explained[pk].passages
    }
    unmarked = _mark_passages(explained, held, marker, longer)
    for code in LANGUAGES:
        if unmarked and code != language:
            others = {
                pk: (f"{summary}\n\n{long}", held[pk].not_shown(), True)
                for pk, (_, summary, long) in _texts(unmarked, code).items()
            }
            unmarked = _mark_passages(explained, held, marker, others, code)


def _mark_passages(
    explained: dict[int, Explanation],
    held: dict[int, _Held],
    marker: Marker,
    texts: dict[int, tuple[str, list[list[str]], bool]],
    language: str = "",
) -> set[int]:
    """Mark passages of these texts, in `language` where it is not the page's; return the studies without any mark."""
    for pk, passages in zip(texts, marker.passages(texts.values()), strict=True):
        if passages:
            explanation = explained[pk]
            explanation.passages = " … ".join(filter(None, [explanation.passages, passages.text]))
            explanation.language = language or explanation.language
            held[pk].in_passages |= passages.shown
    return {pk for pk in texts if not explained[pk].passages and not explained[pk].title}


def _texts(identifiers: Iterable[int], language: str) -> dict[int, tuple[str, str, str]]:
    """Return title, summary and the longer texts of each study in a language."""
    long = ", ".join(f"nullif({name}_{language}, '')" for name in _TEXTS)
    columns = f"coalesce(title_{language}, ''), coalesce(summary_{language}, ''), concat_ws(E'\n\n', {long})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {columns} FROM casestudies_casestudy WHERE id = ANY(%s)", [list(identifiers)])
        return {pk: tuple(texts) for pk, *texts in cursor.fetchall()}


def held_by(queries: list[str], identifiers: list[int]) -> dict[int, set[str]]:
    """Return for each study those of the tsqueries that it satisfies."""
    if not queries or not identifiers:
        return {pk: set() for pk in identifiers}
    with connection.cursor() as cursor:
        # A copy of each document: the stored one would be fetched from outside the row anew for every query.
        cursor.execute(
            "SELECT case_study_id, ARRAY(SELECT place FROM unnest(%s::tsquery[]) WITH ORDINALITY AS way (query, place)"
            " WHERE document @@ query) FROM (SELECT case_study_id, document || '' AS document"
            " FROM casestudies_searchentry WHERE case_study_id = ANY(%s) OFFSET 0) AS entry",
            [queries, identifiers],
        )
        found = {pk: {queries[place - 1] for place in places} for pk, places in cursor.fetchall()}
    return {pk: found.get(pk, set()) for pk in identifiers}


def _notes(held: _Held, of_passages: str, language: str) -> list[Note]:
    """Return what to say for each thing wanted that the marked texts do not show as it was typed."""
    return [note for one in held.sought for note in [_note(one, held, of_passages, language)] if note]


def _is_found(sought: Sought, found: set[str]) -> bool:
    ways = (*sought.equivalents, *sought.narrower, *sought.all_links)
    return sought.typed in found or any(way.query in found for way in ways)


def _note(sought: Sought, held: _Held, of_passages: str, language: str) -> Note | None:
    """Return what to say of one thing. `of_passages` is the language of the passages, `language` that of the page."""
    typed, found = sought.typed in held.found, held.found
    if typed and (shows(held.in_title, sought.typed) or (of_passages == language and held.is_shown(sought.typed))):
        return None

    def first(words: Iterable[Words]) -> Words | None:
        """Return the expression that was found, one that is marked and of the page's language before others."""
        matching = [one for one in words if one.query in found]
        return min(matching, key=lambda one: (not held.is_shown(one.query), one.language != language), default=None)

    same, narrower = first(sought.equivalents), first(sought.narrower)
    link = next((link for link in sought.all_links if link.query in found), None)
    part = next((part for part in sought.parts if _is_found(part, found)), None)
    words = same if same and (held.is_shown(same.query) or not narrower) else narrower
    kind = "same" if words is same else "narrower"
    if words and words.language == language:
        return Note(kind, sought.written, words.text)
    if link:
        return Note("record", sought.written, link=link)
    if typed and language_of(sought.written) != language:
        return Note("language", sought.written, language=language_of(sought.written))
    if words:
        return Note(kind, sought.written, words.text, language=words.language)
    if typed:
        return Note("apart" if " & " in sought.typed else "elsewhere", sought.written)
    return Note("part", sought.written, part.written) if part else Note("missing", sought.written)
