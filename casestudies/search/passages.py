"""Why a study was found: its texts with what matched marked, and a note where the reader's words stand in none."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from . import stemming
from .lexicon import LANGUAGES, Link
from .lexicon import Expression as Words
from .question import MISREAD, STAND_INS, language_of
from .reading import Reading
from .understanding import Sought

# Marks around a hit that no text holds, exchanged for <mark> once the text is escaped.
HIT_START, HIT_END = "\ue000", "\ue001"
_MARKS = f'StartSel="{HIT_START}", StopSel="{HIT_END}"'
# A single text is shown whole; of several together the best passages.
_WHOLE = f"{_MARKS}, HighlightAll=true"
_BEST = f'{_MARKS}, MaxFragments=2, MaxWords=30, MinWords=12, FragmentDelimiter=" … "'
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
    in_texts = stemming.either(_shortest({way for found in ways.values() for way in found if not _is_link(way)}))
    unmarked = _mark(explained, in_texts, language) if in_texts else set(explained)
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


def _mark(explained: dict[int, Explanation], query: str, language: str) -> set[int]:
    """Mark titles and passages; return the studies that have nothing marked.

    A summary with a hit is shown whole. Only where there is none are the longer texts looked through, which takes most
    of the time, and only where these have none either, those of other languages.
    """
    unmarked = set(explained)
    for pk, title, summary in _headlines(unmarked, query, language, ("title",), ("summary",)):
        explained[pk].title = title if _is_marked(title) else None
        explained[pk].passages = summary if _is_marked(summary) else None
        if explained[pk].passages:
            unmarked.discard(pk)
    for code in (language, *(other for other in LANGUAGES if other != language)):
        if not unmarked:
            break
        texts = _TEXTS if code == language else ("summary", *_TEXTS)
        for pk, passages in _headlines(unmarked, query, code, texts):
            if _is_marked(passages):
                explained[pk].passages, explained[pk].language = passages, code
        unmarked = {pk for pk in unmarked if not explained[pk].passages and not explained[pk].title}
    return unmarked


def _is_marked(text: str | None) -> bool:
    return bool(text) and HIT_START in text


def _headlines(identifiers: Iterable[int], query: str, language: str, *texts: tuple[str, ...]) -> list[tuple]:
    """Return rows of primary key and marked texts, each made of these fields; `as_written` reads them."""
    columns, parameters = [], []
    for names in texts:
        together = " || E'\\n\\n' || ".join(f"coalesce({name}_{language}, '')" for name in names)
        columns.append(f"ts_headline('handbook_{language}', translate({together}, %s, %s), %s::tsquery, %s)")
        parameters += [MISREAD, STAND_INS, query, _WHOLE if len(names) == 1 else _BEST]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {', '.join(columns)} FROM casestudies_casestudy WHERE id = ANY(%s)",
            [*parameters, list(identifiers)],
        )
        return cursor.fetchall()


def as_written(marked: str) -> str:
    """Return a marked text with its own characters again; the marks stay."""
    for stand_in, character in zip(STAND_INS, MISREAD, strict=True):
        marked = marked.replace(stand_in, character)
    return marked


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
