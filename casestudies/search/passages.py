"""Why a study was found: its texts with what matched marked, and a note where the reader's words stand in none."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from . import stemming
from .lexicon import LANGUAGES, Link
from .lexicon import Expression as Words
from .marking import Marker
from .question import language_of
from .reading import Reading
from .understanding import Sought

_TEXTS = ("challenge", "practice", "results", "lessons")


@dataclass(frozen=True)
class Note:
    """Why a study was found where its marked passages do not show it.

    `kind` is "same" (`found` means what `written` means), "narrower" (`found` is a kind of it), "record" (the study is
    linked to the record `link`), "language" (the word stands in the text of `language`), "part" (only the word `found`
    of it stands there), "missing" (it stands nowhere), "names" (everything stands in the study's facts or sources).
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
    explained = {pk: Explanation(language=language) for pk in identifiers}
    ways = held_by(_ways(reading), identifiers)
    in_texts = _shortest({way for found in ways.values() for way in found if not _is_link(way)})
    unmarked = _mark(explained, Marker(in_texts), language) if in_texts else set(explained)
    for pk, explanation in explained.items():
        explanation.notes = _notes(reading, ways[pk], language)
        if not explanation.notes and pk in unmarked:
            explanation.notes = [Note("names")]
    return explained


def _ways(reading: Reading) -> list[str]:
    """Return the tsqueries of all ways to say what is wanted."""
    ways: dict[str, None] = {}
    for one in reading.ranked:
        sought = one.sought
        ways |= dict.fromkeys([sought.typed, *(e.query for e in (*sought.equivalents, *sought.narrower))])
        ways |= dict.fromkeys(link.query for link in sought.all_links)
    return [way for way in ways if way]


def _shortest(ways: Iterable[str]) -> list[str]:
    """Leave out ways that hold all words of another: "national single window" would mark every "national"."""
    held = {way: set(stemming.lexemes(way)) for way in sorted(ways)}
    return [way for way, words in held.items() if not any(other < words for other in held.values())]


def _is_link(way: str) -> bool:
    return way.startswith("'") and "=" in way


def _mark(explained: dict[int, Explanation], marker: Marker, language: str) -> set[int]:
    """Mark titles and passages; return the studies that have nothing marked.

    A summary with a hit is shown whole. Where there is none the longer texts are looked through, and only where these
    have none either, those of other languages.
    """
    texts = _texts(explained, language)
    shown = marker.whole(text for title, summary, _long in texts.values() for text in (title, summary))
    for pk in texts:
        explained[pk].title, explained[pk].passages = next(shown), next(shown)
    longer = {pk: long for pk, (_title, _summary, long) in texts.items() if not explained[pk].passages}
    unmarked = _mark_passages(explained, marker, longer)
    for code in LANGUAGES:
        if unmarked and code != language:
            others = {pk: f"{summary}\n\n{long}" for pk, (_, summary, long) in _texts(unmarked, code).items()}
            unmarked = _mark_passages(explained, marker, others, code)
    return unmarked


def _mark_passages(
    explained: dict[int, Explanation], marker: Marker, texts: dict[int, str], language: str = ""
) -> set[int]:
    """Mark passages of these texts, in `language` where it is not the page's; return the studies without any mark."""
    for pk, passages in zip(texts, marker.passages(texts.values()), strict=True):
        if passages:
            explained[pk].passages, explained[pk].language = passages, language or explained[pk].language
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


def _notes(reading: Reading, found: set[str], language: str) -> list[Note]:
    """Return what to say for each thing wanted that the marked passages do not show as it was typed."""
    # Of alternatives joined by OR, the one that the study answers best explains it.
    best = max(reading.alternatives, key=lambda side: sum(_is_found(one.sought, found) for one in side.wanted))
    return [note for one in best.wanted for note in [_note(one.sought, found, language)] if note]


def _is_found(sought: Sought, found: set[str]) -> bool:
    ways = (*sought.equivalents, *sought.narrower, *sought.all_links)
    return sought.typed in found or any(way.query in found for way in ways)


def _note(sought: Sought, found: set[str], language: str) -> Note | None:
    if sought.typed in found and language_of(sought.written) == language:
        return None

    def first(words: Iterable[Words]) -> Words | None:
        """Return the expression that was found, one of the page's language before others."""
        matching = [one for one in words if one.query in found]
        return min(matching, key=lambda one: one.language != language, default=None)

    same, narrower = first(sought.equivalents), first(sought.narrower)
    link = next((link for link in sought.all_links if link.query in found), None)
    part = next((part for part in sought.parts if _is_found(part, found)), None)
    if same and same.language == language:
        return Note("same", sought.written, same.text)
    if narrower and narrower.language == language:
        return Note("narrower", sought.written, narrower.text)
    if link:
        return Note("record", sought.written, link=link)
    if sought.typed in found:
        return Note("language", sought.written, language=language_of(sought.written))
    if same or narrower:
        words = same or narrower
        return Note("same" if same else "narrower", sought.written, words.text, language=words.language)
    return Note("part", sought.written, part.written) if part else Note("missing", sought.written)
