"""Russian names of one word, and nouns, in all their cases.

The stemmer knows no names: it takes "Грузия" for a form of "груз" (cargo) and "Дания" for one of "данные" (data), and
"Казахстане" for another word than "Казахстан". The declension of such names is regular (a grammar's first to third
declension), so their forms are written down here and each is compared as it stands. Of common nouns it misreads only
some cases: "терминал" for a verb, "систем" for an instrumental.
"""

import re

# Shorter nouns are forms of too many others.
SHORTEST_NOUN = 5
_NAME = re.compile(r"[А-ЯЁ][а-яё]+")
# By what a name ends with, longest first: what is left of it, and the endings of the other cases.
_DECLENSIONS = [
    ("ия", 1, ("я", "и", "ю", "ей")),
    ("ья", 1, ("я", "и", "е", "ю", "ей")),
    ("ая", 2, ("ая", "ой", "ую")),
    ("ка", 1, ("а", "и", "е", "у", "ой")),
    ("га", 1, ("а", "и", "е", "у", "ой")),
    ("ша", 1, ("а", "и", "е", "у", "ей")),
    ("а", 1, ("а", "ы", "е", "у", "ой")),
    ("я", 1, ("я", "и", "е", "ю", "ей")),
    ("ай", 1, ("й", "я", "ю", "ем", "е")),
    ("ь", 1, ("ь", "я", "ю", "ем", "е", "и", "ью")),
    ("ы", 1, ("ы", "ов", "ам", "ами", "ах", "")),
    *((ending, 0, ("",)) for ending in "еёиоуэюй"),
]
_AFTER_A_CONSONANT = (0, ("", "а", "у", "ом", "е"))
# Common nouns, as above; also in the plural, and with the vowel that comes and goes ("рынок", "рынка").
_SOFT, _HARD = ("ям", "ями", "ях"), ("ам", "ами", "ах")
_COMMON = [
    ("ок", 2, ("ок", "ка", "ку", "ком", "ке", "ки", "ков", "кам", "ками", "ках")),
    ("ец", 2, ("ец", "ца", "цу", "цем", "цом", "це", "цы", "цев", "цов", "цам", "цами", "цах")),
    ("ень", 3, ("ень", "ня", "ню", "нем", "не", "ни", "ней", "ням", "нями", "нях")),
    ("ка", 2, ("ка", "ки", "ке", "ку", "кой", "ок", "ек", "кам", "ками", "ках")),
    ("ия", 1, ("я", "и", "ю", "ей", "й", *_SOFT)),
    ("а", 1, ("а", "ы", "и", "е", "у", "ой", "ей", "", *_HARD)),
    ("я", 1, ("я", "и", "е", "ю", "ей", "ь", "й", *_SOFT)),
    ("ие", 1, ("е", "я", "ю", "ем", "и", "й", *_SOFT)),
    ("о", 1, ("о", "а", "у", "ом", "е", "", *_HARD)),
    ("й", 1, ("й", "я", "ю", "ем", "е", "и", "ев", *_SOFT)),
    ("ь", 1, ("ь", "я", "ю", "ем", "е", "и", "ью", "ей", *_SOFT)),
]
_COMMON_AFTER_A_CONSONANT = (0, ("", "а", "у", "ом", "ем", "е", "ы", "и", "ов", "ей", *_HARD))
# What ends so, or would without the last letter, may have a case that the stemmer takes for a verb's or another case's.
_ENDS_LIKE_A_CASE = re.compile(r"([аыи][лнвтм]|[ое][мкцн]|[а-я][кнц]ь|ка|[аеои]й|[сз]ь|[вмлрт]ь|[яе]я)")
# What ends so is no noun in its first case, but a genitive or an adjective.
_NO_FIRST_CASE = re.compile(r"(ов|ев|ей|ой|ий|ый|[иы][хм]|[ая][хм]|[ое]во|ого|его|[ая]я|ые|ие)")


def folded(word: str) -> str:
    """Return a word as forms are written: in lower case, ё as е, which many write."""
    return word.casefold().replace("ё", "е")


def forms(name: str) -> frozenset[str]:
    """Return the cases of a Russian name of one word, in lower case; of anything else nothing.

    A name that is not declined (Перу) has one form. A wrong form does no harm: nobody writes it.
    """
    if not _NAME.fullmatch(name):
        return frozenset()
    return _declined(folded(name), _DECLENSIONS, _AFTER_A_CONSONANT)


def cases(noun: str) -> frozenset[str]:
    """Return what may be the cases of a noun, folded, in singular and plural; of another word, what is none."""
    return _declined(noun, _COMMON, _COMMON_AFTER_A_CONSONANT)


def may_be_misread(word: str) -> bool:
    """Say whether a folded word may be a noun in its first case that has cases with different stems."""
    if len(word) < SHORTEST_NOUN or _NO_FIRST_CASE.fullmatch(word[-3:]) or _NO_FIRST_CASE.fullmatch(word[-2:]):
        return False
    bare = word[:-1] if word[-1] in "аяо" else word
    return any(_ENDS_LIKE_A_CASE.fullmatch(end[-length:]) for end in (word, bare) for length in (2, 3))


def _declined(word: str, declensions: list, otherwise: tuple) -> frozenset[str]:
    cut, endings = next(((cut, endings) for ending, cut, endings in declensions if word.endswith(ending)), otherwise)
    return frozenset(word[: len(word) - cut] + ending for ending in endings)
