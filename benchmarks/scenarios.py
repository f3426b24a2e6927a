"""What readers ask in the benchmarks: for every kind of question, a list of distinct addresses.

No address stands twice, and those that warm a process up are others than those that are measured, so nothing that
keeps answers answers a question of the measurement.
"""

import json
import random
import re
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import product
from urllib.parse import urlencode

from . import environment

# Words that stand in many studies.
BROAD = (
    "customs border trade goods control time data risk national published officers crossing country electronic public "
    "clearance declaration road services cargo transit traders agencies port release management transport procedures "
    "information inspection"
)
RUSSIAN = (
    "таможня граница контроль транзит данные время товары торговля декларация риски оформление служба досмотр "
    "грузовики порт документы ведомства процедуры управление безопасность перевозчики соглашение очереди"
)
RUSSIAN_PHRASES = (
    "железная дорога",
    "единое окно",
    "взаимное признание",
    "зона ожидания",
    "пункт пропуска",
    "обмен данными",
    "оценка рисков",
)
ADDRESSES = 30
PAGES = 5


@dataclass(frozen=True)
class Scenario:
    """One kind of question. `optional` where an older version of the application may not have the page at all."""

    name: str
    label: str
    addresses: list[str]
    optional: bool = False

    @property
    def for_warming(self) -> list[str]:
        """The addresses that are asked first, unmeasured: every fifth."""
        return self.addresses[::5]

    @property
    def measured(self) -> list[str]:
        """The addresses whose answers are timed."""
        return [address for position, address in enumerate(self.addresses) if position % 5]


def read(database: str) -> list[Scenario]:
    """Return the scenarios for the collection in a database: questions that its studies answer."""
    return [Scenario(**scenario) for scenario in environment.run_part("scenarios", database)]


def build() -> list[Scenario]:
    """Build the scenarios, in a process with Django. The same collection gives the same ones."""
    generator = random.Random(2012)
    return [
        Scenario("broad", "broad query", [_list("en", q=word) for word in BROAD.split()]),
        Scenario("narrow", "narrow query", [_list("en", q=words) for words in _narrow(generator)]),
        Scenario("filters", "two filters", [_list("en", **pair) for pair in _pairs_of_filters(generator)]),
        Scenario("everything", "no query", _everything()),
        Scenario("russian", "Russian query", [_list("ru", q=words) for words in (*RUSSIAN.split(), *RUSSIAN_PHRASES)]),
        Scenario("suggestions", "type-ahead", _beginnings(generator), optional=True),
        Scenario("study", "a study", _studies(generator)),
    ]


def _list(language: str, **query: object) -> str:
    return f"/{language}/case-studies/" + (f"?{urlencode(query)}" if query else "")


def _starter_studies():
    from casestudies.models import CaseStudy

    from .synthetic import SLUG_PATTERN

    return CaseStudy.objects.exclude(slug__regex=SLUG_PATTERN).order_by("slug")


def _narrow(generator: random.Random) -> list[str]:
    """Return questions of two or three words: rarer ones that stand in one sentence, or a place and a word."""
    from casestudies.models import Place

    texts = [text for study in _starter_studies() for text in (study.practice_en, study.challenge_en)]
    sentences = [set(re.findall(r"\b[a-z]{5,}\b", sentence)) for text in texts for sentence in text.split(". ")]
    frequency = Counter(word for sentence in sentences for word in sentence)
    rare = [sorted(word for word in sentence if 2 <= frequency[word] <= 12) for sentence in sentences]
    questions = {" ".join(generator.sample(words, generator.choice((2, 3)))) for words in rare if len(words) >= 3}
    places = sorted(set(Place.objects.filter(name__regex=r"^\w+$").values_list("name", flat=True)))
    about_places = [f"{place} {word}" for place, word in zip(generator.sample(places, 15), BROAD.split(), strict=False)]
    return [*generator.sample(sorted(questions), ADDRESSES - len(about_places)), *about_places]


def _pairs_of_filters(generator: random.Random) -> list[dict]:
    """Return two filters at a time that studies of the starter collection satisfy together."""
    studies = _starter_studies().prefetch_related(
        "country_links__country", "theme_links__theme", "provision_links__convention", "chapter"
    )
    pairs = {}
    for study in studies:
        values = {
            "country": [link.country.alpha2 for link in study.country_links.all()],
            "theme": [link.theme.code for link in study.theme_links.all()],
            "convention": [link.convention.code for link in study.provision_links.all()],
            "mode": study.transport_modes,
            "chapter": [study.chapter.number],
        }
        first, second = generator.sample([key for key, codes in values.items() if codes], 2)
        pair = {first: values[first][0], second: values[second][0]}
        pairs[tuple(sorted((key, str(code)) for key, code in pair.items()))] = pair
    return generator.sample(list(pairs.values()), ADDRESSES)


def _everything() -> list[str]:
    """Return pages of all studies, in every order and both languages."""
    kinds = product(range(1, PAGES + 1), ("newest", "title", "country"), ("en", "ru"))
    return [_list(language, sort=sort, page=page) for page, sort, language in kinds][:ADDRESSES]


def _beginnings(generator: random.Random) -> list[str]:
    """Return beginnings of words, two to eight letters long, in both languages."""
    addresses: dict[str, None] = {}
    while len(addresses) < ADDRESSES:
        language, words = (("en", BROAD), ("ru", RUSSIAN))[len(addresses) % 2]
        beginning = generator.choice(words.split())[: generator.randint(2, 8)]
        addresses[f"/{language}/suggestions/?{urlencode({'q': beginning})}"] = None
    return list(addresses)


def _studies(generator: random.Random) -> list[str]:
    from casestudies.models import CaseStudy

    slugs = list(CaseStudy.objects.published().order_by("pk").values_list("slug", flat=True))
    return [f"/{generator.choice(('en', 'ru'))}/case-studies/{slug}/" for slug in generator.sample(slugs, ADDRESSES)]


if __name__ == "__main__":
    environment.set_up_django()
    print(json.dumps([asdict(scenario) for scenario in build()]))
