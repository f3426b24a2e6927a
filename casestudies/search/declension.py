"""Russian names of one word in all their cases.

The stemmer knows no names: it takes "Грузия" for a form of "груз" (cargo) and "Дания" for one of "данные" (data), and
"Казахстане" for another word than "Казахстан". The declension of such names is regular (a grammar's first to third
declension), so their forms are written down here and each is compared as it stands.
"""

import re

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


def folded(word: str) -> str:
    """Return a word as forms are written: in lower case, ё as е, which many write."""
    return word.casefold().replace("ё", "е")


def forms(name: str) -> frozenset[str]:
    """Return the cases of a Russian name of one word, in lower case; of anything else nothing.

    A name that is not declined (Перу) has one form. A wrong form does no harm: nobody writes it.
    """
    if not _NAME.fullmatch(name):
        return frozenset()
    word = folded(name)
    cut, endings = next(
        ((cut, endings) for ending, cut, endings in _DECLENSIONS if word.endswith(ending)), _AFTER_A_CONSONANT
    )
    return frozenset(word[: len(word) - cut] + ending for ending in endings)
