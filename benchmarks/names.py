"""Invented names of places and projects, a few common and most rare, as names are."""

import random
from dataclasses import dataclass

# Syllables in Latin and Cyrillic letters: a name is the same in both languages.
_SYLLABLES = [
    *[("ka", "ка"), ("re", "ре"), ("mo", "мо"), ("sul", "сул"), ("ta", "та"), ("ber", "бер"), ("lin", "лин")],
    *[("do", "до"), ("vas", "вас"), ("ner", "нер"), ("ga", "га"), ("pil", "пил"), ("tor", "тор"), ("zar", "зар")],
    *[("mi", "ми"), ("ul", "ул"), ("bra", "бра"), ("sten", "стен"), ("ko", "ко"), ("dar", "дар"), ("fel", "фел")],
    *[("ra", "ра"), ("nu", "ну"), ("gol", "гол"), ("ti", "ти"), ("ver", "вер"), ("lan", "лан"), ("os", "ос")],
    *[("pa", "па"), ("dri", "дри"), ("mun", "мун"), ("sa", "са"), ("kel", "кел"), ("bo", "бо"), ("hal", "хал")],
]
_ENDINGS = [
    *[("abad", "абад"), ("ovo", "ово"), ("grad", "град"), ("burg", "бург"), ("an", "ан"), ("esti", "ешти")],
    *[("ino", "ино"), ("mar", "мар"), ("pol", "поль"), ("kent", "кент"), ("ica", "ица"), ("dal", "даль")],
]


@dataclass(frozen=True)
class Name:
    """An invented name in English and Russian."""

    en: str
    ru: str


class Names:
    """Draws names so that their frequencies follow a power law and new ones never cease to come (Yule and Simon).

    `novelty` is the share of draws that give a name never drawn before. `known` names count as drawn once at the
    beginning, or the very first would stand in a third of everything.
    """

    def __init__(self, generator: random.Random, novelty: float, known: int):
        self._random = generator
        self._novelty = novelty
        self._known: set[str] = set()
        self._drawn = [self._invent() for _count in range(known)]

    def draw(self) -> Name:
        """Return a new name, or one drawn before, the more likely the more often it was drawn."""
        is_new = self._random.random() < self._novelty
        name = self._invent() if is_new else self._random.choice(self._drawn)
        self._drawn.append(name)
        return name

    def _invent(self) -> Name:
        while True:
            parts = [*self._random.choices(_SYLLABLES, k=self._random.choice((2, 2, 3))), self._random.choice(_ENDINGS)]
            latin, cyrillic = ("".join(part[language] for part in parts).capitalize() for language in (0, 1))
            if latin not in self._known:
                self._known.add(latin)
                return Name(latin, cyrillic)
