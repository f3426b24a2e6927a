"""What a reader types, taken apart: words, "phrases", -exclusions and OR."""

import re
import unicodedata
from dataclasses import dataclass

MAXIMUM_LENGTH = 500
# PostgreSQL's parser takes "CIM/SMGS" for a file name, "<b>" for markup, "7.7" and the end of "COVID-19" for numbers.
# A question is split at these characters, so texts are too: before the parser sees them they become ones that mean
# nothing to it, for marking hits some that can be changed back, in the index blanks.
MISREAD, STAND_INS = "/<.+-", "\ue002\ue003\ue004\ue005\ue006"

QUOTES = str.maketrans(dict.fromkeys("«»„“”‟″", '"'))
_TOKEN = re.compile(r'(?P<minus>[-−–](?=["\w]))?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_OR = {"OR", "ИЛИ", "|"}
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_NOT_A_LETTER = re.compile(r"[^\w']+")


@dataclass(frozen=True)
class Term:
    """One thing to look for, or to leave out: a word, or words that follow one another.

    `written` is the term as it was typed. `quoted` tells a phrase from a word whose parts a hyphen or a dot joins.
    """

    words: str
    written: str
    excluded: bool = False
    quoted: bool = False


@dataclass(frozen=True)
class Question:
    """What was asked: alternatives joined by OR, each of terms that must all hold."""

    alternatives: tuple[tuple[Term, ...], ...]

    def __bool__(self) -> bool:
        return bool(self.alternatives)


def parse(text: str) -> Question:
    """Read a question as people type it. Whatever it holds, the result is usable; without any word it is empty."""
    alternatives: list[list[Term]] = [[]]
    for token in _TOKEN.finditer(composed(text).translate(QUOTES)):
        if token["word"] in _OR and not token["minus"]:
            alternatives.append([])
            continue
        # A hyphenated word is sought as words that follow one another: it finds both spellings.
        words = only_words(token["phrase"] or token["word"] or "")
        if words:
            quoted = token["phrase"] is not None
            alternatives[-1].append(Term(words, token[0].lstrip("-−–"), bool(token["minus"]), quoted))
    return Question(tuple(tuple(dict.fromkeys(terms)) for terms in alternatives if terms))


def searchable(text: str) -> str:
    """Return what of a text can be searched for: no control characters, and whole words up to the maximum length."""
    text = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) != "Cc").strip()
    if len(text) <= MAXIMUM_LENGTH:
        return text
    whole, blank, _rest = text[: MAXIMUM_LENGTH + 1].rpartition(" ")
    return whole.rstrip() if blank else text[:MAXIMUM_LENGTH]


def composed(text: str) -> str:
    """Return the text in composed letters, without stress marks.

    "й" in two code points is the same letter, "гра́ница" the same word as without its accent.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    return "".join(c for c in text if not unicodedata.combining(c)) if any(map(unicodedata.combining, text)) else text


def only_words(text: str) -> str:
    """Return the words of a text, blanks between them."""
    return _NOT_A_LETTER.sub(" ", text).strip(" '_")


def language_of(text: str) -> str:
    """Return the language that a text is stemmed by: its letters tell, whatever page it was typed on."""
    return "ru" if _CYRILLIC.search(text) else "en"
