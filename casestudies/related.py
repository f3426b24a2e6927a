"""Studies like another: the closest by shared provisions, themes, countries and words, with the reason."""

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

from django.contrib.postgres.search import SearchRank
from django.db.models import F

from . import facets, search
from .bits import members
from .models import CaseStudy, SearchEntry, SearchWord
from .querysets import TITLES

NUMBER_OF_STUDIES = 5
# What a shared record of each kind counts: a provision is the most specific link, a country the most accidental.
WEIGHTS = {"provisions": 4.0, "themes": 2.0, "countries": 1.0}
# The filter by records of each kind.
KEYS = {"provisions": "provision", "themes": "theme", "countries": "country"}
# What the words count at most, as much as a theme, and how many of the rarest are compared.
WORDS_WEIGHT = 2.0
WORDS = 8
WORDS_SHOWN = 3
# So many studies are looked at closely: the closest of a large collection share several records.
CANDIDATES = 200


@dataclass(frozen=True)
class Related:
    """A study like another, and what they share: names of records by kind, and words as they are written."""

    study: CaseStudy
    provisions: list[str]
    themes: list[str]
    countries: list[str]
    words: list[str]


def studies_like(study: CaseStudy) -> list[Related]:
    """Return the published studies that are most like `study`, best first.

    `study` is published and read with `in_full()`.
    """
    names = {
        "provisions": {link.provision_id: str(link) for link in study.provision_links.all() if link.provision_id},
        "themes": {link.theme_id: str(link) for link in study.theme_links.all()},
        "countries": {link.country_id: str(link) for link in study.country_links.all()},
    }
    words = _rare_words(study)
    found = _scored(study, names, words)
    studies = CaseStudy.objects.published().only("slug", *TITLES).in_bulk(found)
    return [
        Related(
            studies[pk],
            *([name for id_, name in names[kind].items() if id_ in entry[kind]] for kind in names),
            words=[word for word, query in words.items() if query in entry["words"]][:WORDS_SHOWN],
        )
        for pk, entry in found.items()
        if pk in studies
    ]


def _rare_words(study: CaseStudy) -> dict[str, str]:
    """Return the rarest words of title and summary that other studies hold too, each with its tsquery."""
    written = dict.fromkeys(re.findall(r"[^\W\d_]{4,}", f"{study.title} {study.summary}".casefold()))
    known = SearchWord.objects.filter(word__in=written, studies__gte=2).order_by("studies", "word")
    rare = list(known.values_list("word", flat=True)[:WORDS])
    # Two forms of one word are one.
    by_query = {query: word for word, query in reversed(search.tsqueries(rare).items()) if query}
    return {word: query for query, word in by_query.items()}


def _scored(study: CaseStudy, names: dict[str, dict[int, str]], words: dict[str, str]) -> dict[int, dict]:
    """Return the entries of the closest studies by primary key, best first."""
    entries = SearchEntry.objects.filter(pk__in=_candidates(study, names, words))
    if words:
        every = search.TsQuery(search.either(words.values()))
        entries = entries.annotate(likeness=SearchRank(F("document"), every, normalization=32))
    rows = {}
    for row in entries.values("pk", "period_start", *names, *(["likeness"] if words else [])):
        shared = {kind: set(row[kind]) & set(names[kind]) for kind in names}
        score = sum(WEIGHTS[kind] * len(shared[kind]) for kind in names) + WORDS_WEIGHT * row.get("likeness", 0.0)
        rows[row["pk"]] = shared | {"score": score, "year": row["period_start"] or 0}
    best = sorted(rows, key=lambda pk: (-rows[pk]["score"], -rows[pk]["year"], pk))[:NUMBER_OF_STUDIES]
    held = search.held_by(list(words.values()), best)
    return {pk: rows[pk] | {"words": held[pk]} for pk in best}


def _candidates(study: CaseStudy, names: dict[str, dict[int, str]], words: dict[str, str]) -> list[int]:
    """Return the studies that may be among the closest: alike by a provision, a theme, or two rare words.

    What they share counts at once for all studies; what the words add is computed for those alone that it may lift
    among the first.
    """
    sets = facets.current()
    sharing = _sharing(sets, names)
    linked = sets.having("provision", names["provisions"]) | sets.having("theme", names["themes"])
    nearest, fifth = _nearest(sharing, linked & ~(1 << study.pk))
    if fifth < WORDS_WEIGHT + WEIGHTS["countries"] * len(names["countries"]):
        # Among these may stand what shares words and countries alone.
        together = facets.found(search.either(search.all_of(pair) for pair in combinations(words.values(), 2)))
        nearest, _fifth = _nearest(sharing, (linked | together) & ~(1 << study.pk))
    return nearest


def _nearest(sharing: dict[float, int], among: int) -> tuple[list[int], float]:
    """Return those that words may lift among the first, by what they share, and what the last of these surely has."""
    found: list[int] = []
    last = 0.0
    for score in sorted(sharing, reverse=True):
        if len(found) >= CANDIDATES or score + WORDS_WEIGHT <= last:
            break
        found += members(sharing[score] & among)
        if not last and len(found) >= NUMBER_OF_STUDIES:
            last = score
    return found[:CANDIDATES], last


def _sharing(sets: facets.StudySets, names: dict[str, dict[int, str]]) -> dict[float, int]:
    """Return the studies, as bits, by what the records count that they share."""
    sharing = {0.0: sets.everything}
    for kind, key in KEYS.items():
        for id_ in names[kind]:
            having = sets.having(key, [id_])
            before, sharing = sharing, defaultdict(int)
            for score, these in before.items():
                sharing[score] |= these & ~having
                sharing[score + WEIGHTS[kind]] |= these & having
    return sharing
