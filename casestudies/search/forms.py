"""Words that are one though their stems differ: British and American spelling, cases that the stemmer misreads."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from itertools import islice, product

from . import declension, stemming
from .declension import folded
from .question import composed, language_of, only_words

# Of an expression of several such words, no more ways to write it are looked for.
WAYS = 6
MAXIMUM_REMEMBERED = 30_000
# The stemmer takes the end of these words for that of a verb or of a case; longer words are nouns.
_MISREAD = re.compile(r"[а-яё]{3,}(ал|ит)")
_FLEETING = re.compile("[ое][кцн]$")
# Annexes have letters, articles Roman numbers. Letters of both alphabets that look alike are one; a single "I" is none.
_ANNEXES = {"annex", "приложен"}
_LETTERS = frozenset("abcdefghjk")
_LATIN = str.maketrans("АВСЕНК", "ABCEHK")
_ROMAN = re.compile("(?!I$|$)X{0,3}(IX|IV|V?I{0,3})")
_ROMAN_DIGITS = {"X": 10, "V": 5, "I": 1}
_LEXEME = re.compile(r"'(?:[^']|'')*'")


class Forms:
    """The stems of one word in all its spellings or cases, the first of which stands for all of them.

    `words` are those of the texts and vocabularies, as written there: what is a word and what is none.
    """

    def __init__(self, words: Collection[str]):
        spelled = {word for word in words if stemming.spellings(word)}
        found = stemming.tsqueries([*spelled, *(other for word in spelled for other in stemming.spellings(word))])
        self._remembered: dict[str, tuple[str, ...]] = {}
        self.spelled = {stem for word in spelled for stem in stemming.lexemes(found[word])}
        self.cases = _nouns({folded(word) for word in words if word.isalpha() and language_of(word) == "ru"})

    def prepare(self, texts: Iterable[str]) -> None:
        """Ask the database at once for the stems that the words of these texts need."""
        words = {folded(word) for text in texts for word in _words(text)}
        stemming.tsqueries([*words, *(other for word in words for other in stemming.spellings(word))])

    def stems(self, word: str) -> tuple[str, ...]:
        """Return the stems under which texts hold a word; the first is the same for all its spellings and cases."""
        word = folded(word)
        found = self._remembered.get(word)
        if found is None:
            if len(self._remembered) > MAXIMUM_REMEMBERED:
                self._remembered.clear()
            found = self._of_cases(word) if language_of(word) == "ru" else self._of_spellings(word)
            self._remembered[word] = found
        return found

    def _of_spellings(self, word: str) -> tuple[str, ...]:
        variants = sorted([word, *stemming.spellings(word)])
        queries = stemming.tsqueries(variants)
        own = stemming.lexemes(queries[word])
        if not own:
            return ()
        stems = [stem for variant in variants for stem in stemming.lexemes(queries[variant])]
        first = next((stem for stem in stems if stem in self.spelled), own[0])
        return tuple(dict.fromkeys([first, *own, *stems]))

    def key(self, text: str) -> tuple[str, ...]:
        """Return one stem of each word, the same however the words are spelled or declined."""
        return tuple(stems[0] for word in _words(text) if (stems := self.stems(word)))

    def reference(self, text: str) -> tuple[str, ...]:
        """Return the key of a reference to a provision, the same in Roman and Arabic numbers."""
        return tuple(key for key in self.keys(_words(text)) if key)

    def keys(self, words: Iterable[str]) -> list[str]:
        """Return the key of each word; of "V" in "Article V" that of a number; of a stop word ""."""
        keys: list[str] = []
        for word in words:
            letter = word.translate(_LATIN).lower() if len(word) == 1 and word.isupper() else ""
            if letter in _LETTERS and keys and keys[-1] in _ANNEXES:
                keys.append(letter)
            elif _ROMAN.fullmatch(word):
                keys.append(str(_number(word)))
            else:
                keys.append(next(iter(self.stems(word)), ""))
        return keys

    def queries(self, text: str) -> list[str]:
        """Return the tsqueries that together find the text in all spellings and cases that are known."""
        query = stemming.tsqueries([text])[text]
        words = [stems for word in _words(text) if (stems := self.stems(word))]
        if not any(len(stems) > 1 for stems in words):
            return [query] if query else []
        lexemes = stemming.lexemes(query)
        if len(words) != len(lexemes):
            return [query]
        ways = [
            [lexeme, *(stem for stem in stems if stem != lexeme and self._is_known(stem))]
            for lexeme, stems in zip(lexemes, words, strict=True)
        ]
        return [_with_lexemes(query, way) for way in islice(product(*ways), WAYS)]

    def _is_known(self, stem: str) -> bool:
        return language_of(stem) == "ru" or stem in self.spelled

    def _of_cases(self, word: str) -> tuple[str, ...]:
        if word in self.cases:
            return self.cases[word]
        own = stemming.lexemes(stemming.tsqueries([word])[word])
        if not own:
            return ()
        # "материал" and "материалы", where no text is known to hold both.
        noun = next((noun for noun in (word, own[0]) if _MISREAD.fullmatch(noun)), None)
        if noun is None or word not in declension.cases(noun):
            return own
        return tuple(dict.fromkeys([noun, *own, *stemming.lexemes(stemming.tsqueries([noun])[noun])]))


def _number(roman: str) -> int:
    values = [_ROMAN_DIGITS[letter] for letter in roman]
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))


def _words(text: str) -> list[str]:
    return only_words(composed(text)).split()


def _with_lexemes(query: str, lexemes: Iterable[str]) -> str:
    others = iter([lexeme.replace("'", "''") for lexeme in lexemes])
    return _LEXEME.sub(lambda _found: f"'{next(others)}'", query)


def _nouns(words: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return, by case, the stems of the nouns of which several cases with different stems are among the words."""
    known = {noun: declension.cases(noun) & words for noun in words if declension.may_be_misread(noun)}
    known = {noun: cases for noun, cases in known.items() if len(cases) > 1}
    queries = stemming.tsqueries(set().union(*known.values()))
    # Of one noun several cases look like a first one: "проверка", "проверок". What belongs together has the same stems.
    together: dict[frozenset[str], set[str]] = defaultdict(set)
    stems = {
        noun: frozenset(stem for case in cases for stem in stemming.lexemes(queries[case]))
        for noun, cases in known.items()
    }
    for noun, some in stems.items():
        if len(some) > 1:
            together[some] |= known[noun]
    found: dict[str, tuple[str, ...]] = {}
    ordered = {
        some: _ordered([stemming.lexemes(queries[case])[0] for case in cases]) for some, cases in together.items()
    }
    for noun in sorted(stems, key=lambda noun: (-len(known[noun]), noun)):
        if stems[noun] in ordered:
            for case in declension.cases(noun):
                found.setdefault(case, ordered[stems[noun]])
    return found


def _ordered(stems: list[str]) -> tuple[str, ...]:
    """Return the stems, each once: first what most cases have, then what has no vowel that comes and goes."""
    number = Counter(stems)
    return tuple(sorted(number, key=lambda stem: (-number[stem], bool(_FLEETING.search(stem)), -len(stem), stem)))
