"""New texts from the starter collection's own sentences, so that words are as frequent and as related as there."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_]|[\d«“\"])")
_TITLE_TAIL = {
    "en": re.compile(r" (?:in|at|on|between|from|for|inside|across|of|with)\b|[:,(–]"),
    "ru": re.compile(r" (?:в|во|на|между|из|для|от|по|с)\b|[:,(–—]"),
}
_DIGITS = "0123456789"


class Sentences:
    """Sentences of one theme in one language, and where each word stands in them."""

    def __init__(self, texts: Iterable[str]):
        self._sentences = [tuple(part.split()) for text in texts for part in _SENTENCE_END.split(text) if part]
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, words in enumerate(self._sentences):
            for position, word in enumerate(words):
                self._places[word].append((number, position))

    def compose(self, generator: random.Random) -> list[str]:
        """Return the words of a new sentence: one sentence up to a word, and another from that word on."""
        words = self._sentences[int(generator.random() * len(self._sentences))]
        cut = int(generator.random() * len(words))
        places = self._places[words[cut]]
        number, position = places[int(generator.random() * len(places))]
        return [*words[:cut], *self._sentences[number][position:]]


def compose_text(
    generator: random.Random, sources: Sequence[Sentences], names: Sequence[str], length: int, share: float
) -> str:
    """Return a text of at least `length` words from randomly chosen `sources`.

    A `share` of the names of people and places in it becomes one of `names`. Numbers become others of as many digits,
    years stay: so the vocabulary grows with the collection, as that of real texts does.
    """
    words: list[str] = []
    while len(words) < length:
        sentence = sources[int(generator.random() * len(sources))].compose(generator)
        words.append(sentence[0])
        words += [_varied(generator, word, names, share) for word in sentence[1:]]
    return " ".join(words)


def _varied(generator: random.Random, word: str, names: Sequence[str], share: float) -> str:
    initial = word[0]
    if initial in _DIGITS:
        return word if word[:2] in ("19", "20") else "".join(_another_digit(generator, letter) for letter in word)
    if initial.isupper() and names and word.isalpha() and not word.isupper() and generator.random() < share:
        return names[int(generator.random() * len(names))]
    return word


def _another_digit(generator: random.Random, letter: str) -> str:
    return _DIGITS[1 + int(generator.random() * 9)] if letter in _DIGITS else letter


def title_beginning(title: str, language: str) -> str:
    """Return what a title says was done, without where: at least three words, at most 90 characters."""
    for tail in _TITLE_TAIL[language].finditer(title):
        if len(title[: tail.start()].split()) >= 3:
            return title[: tail.start()][:90]
    return title[:90]
