"""The order of what was found: how much each study says about each thing wanted, rare things counting most.

First this is BM25F as far as PostgreSQL's functions carry it. `ts_rank_cd` adds up the occurrences of any way to say a
thing, each with the weight of its place (title and main links, summary and links, texts, sources); the sum is damped,
so that the tenth occurrence tells little; and damped sums are added with the thing's inverse document frequency. Then
studies gain that are about what the best answers are about: they share themes, provisions, countries or chapters.

Of very many matches only some are looked at so closely: those whose titles and links hold most of what is wanted.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.core.cache import caches
from django.db import connection
from django.db.models import F, Func, Value

from casestudies import revision
from casestudies.bits import members
from casestudies.models import SearchEntry

from . import stemming
from .lexicon import Expression as Words
from .reading import Reading, Wanted
from .understanding import Sought

# The damped sum is half of what it can become when the occurrences weigh this much: nearly one in a title.
HALF = 0.8
# How many matches are ranked closely, ten pages of a list; the others follow, the newest first.
RANKED = 200
# The topic of a question is read off so many of the best answers, from these facets with these weights; what less than
# this share of them is about says little of the question.
BEST_ANSWERS = 5
FACETS = {"themes": 1.0, "provisions": 1.0, "countries": 0.5, "chapters": 0.5}
MINIMUM_SHARE = 0.2
# A theme that has it among its synonyms tells at least this share of what a title does: as much as a word in a text.
LEAST_OF_THEMES = 0.2
# A study that is about nothing else gains less than this share of the best answer's score, and half of that where the
# records it shares weigh so much in all.
TOPIC = 0.8
HALF_TOPIC = 1.3
SECONDS_KEPT = 3600


@dataclass(frozen=True)
class Ways:
    """How much an occurrence counts in sources (D), texts (C), summary and links (B), title and main links (A)."""

    d: float
    c: float
    b: float
    a: float

    def __str__(self) -> str:
        return f"{{{self.d},{self.c},{self.b},{self.a}}}"


# What was typed counts most, and the record of that name; what means the same or less counts less. One word for a name
# of several, as "corridor" for "transit corridor", is hardly a hint and does not count.
TYPED = Ways(0.05, 0.2, 0.4, 1.0)
OTHERWISE = Ways(0.035, 0.14, 0.28, 0.7)


class TsQuery(SearchQuery):
    """A tsquery that is ready: its lexemes are what the index holds."""

    def __init__(self, query: str):
        self.invert = False
        Func.__init__(self, Value(query), template="%(expressions)s::tsquery")


def scores(reading: Reading, answers: Collection[int] | None) -> dict[int, float]:
    """Return the scores of the studies that answer best, by primary key, best first; at most `RANKED`.

    `answers` are all studies that answer, or None where they are more than that. Scores are kept until the collection
    changes.
    """
    if not reading.query or not reading.ranked:
        return {}
    key = f"scores:{revision.current().collection}:{reading.key}"
    found = caches["memory"].get(key)
    if found is None:
        found = _scored(reading, _closest(reading) if answers is None else answers)
        caches["memory"].set(key, found, SECONDS_KEPT)
    return found


def _scored(reading: Reading, candidates: Collection[int]) -> dict[int, float]:
    ranked = reading.ranked
    parts = [_part(one.sought) for one in ranked]
    occurrences = f"ARRAY[{', '.join(sql for sql, _parameters in parts)}]::float8[]"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT case_study_id, {occurrences}, {', '.join(FACETS)} FROM casestudies_searchentry"
            " WHERE case_study_id = ANY(%s)",
            [*(parameter for _sql, parameters in parts for parameter in parameters), list(candidates)],
        )
        found = cursor.fetchall()
    scores = _sums(ranked, [occurrences for _pk, occurrences, *_held in found])
    entries = ((pk, score, held) for (pk, _occurrences, *held), score in zip(found, scores, strict=True))
    rows = {
        pk: {"score": score, **dict(zip(FACETS, held, strict=True))}
        for pk, score, held in sorted(entries, key=lambda entry: (-entry[1], entry[0]))
    }
    topic = _topic(list(rows.values())[:BEST_ANSWERS])
    best = max((row["score"] for row in rows.values()), default=0.0)
    gained = {pk: row["score"] + TOPIC * best * _share(row, topic) for pk, row in rows.items()}
    if reading.is_widened and reading.complete:
        # What holds everything comes first, as the page says.
        gained |= {pk: gained[pk] + 2 * best for pk in _holding_all(reading, rows)}
    return dict(sorted(gained.items(), key=lambda item: (-item[1], item[0])))


def _holding_all(reading: Reading, among: Collection[int]) -> Collection[int]:
    if reading.holding_all is None:
        whole = SearchEntry.objects.filter(pk__in=among, document=TsQuery(reading.whole))
        return whole.values_list("pk", flat=True)
    return [pk for pk in members(reading.holding_all) if pk in among]


def _closest(reading: Reading) -> list[int]:
    """Return the matches to look at closely: first those whose titles and links hold everything, the newest first."""
    newest = F("period_start").desc(nulls_last=True), "pk"
    everything = (reading.certain if reading.is_whole else "") or stemming.all_of(
        one.sought.query for one in reading.ranked
    )
    headed = SearchEntry.objects.filter(headings=TsQuery(everything))
    if any(side.excluded for side in reading.alternatives):
        headed = headed.filter(document=TsQuery(reading.query))
    candidates = list(headed.order_by(*newest).values_list("pk", flat=True)[:RANKED])
    if len(candidates) < RANKED:
        others = SearchEntry.objects.filter(document=TsQuery(reading.query)).order_by(*newest)
        candidates += others.values_list("pk", flat=True)[:RANKED]
    return list(dict.fromkeys(candidates))[:RANKED]


def _topic(best: list[Mapping]) -> Counter[tuple[str, int]]:
    """Return what the best answers are about, and how much each record tells."""
    total = sum(row["score"] for row in best) or 1.0
    shares: Counter[tuple[str, int]] = Counter()
    for row in best:
        for facet, weight in FACETS.items():
            for record in row[facet]:
                shares[facet, record] += weight * row["score"] / total
    return Counter({record: share for record, share in shares.items() if share >= MINIMUM_SHARE})


def _share(row: Mapping, topic: Counter[tuple[str, int]]) -> float:
    """Return how much a study is about the topic, from 0 to less than 1."""
    shared = sum(topic[facet, record] for facet in FACETS for record in row[facet])
    return shared / (shared + HALF_TOPIC)


def _sums(ranked: list[Wanted], studies: list[list[float]]) -> list[float]:
    """Return for each study, of what is wanted as `_part` counts it, weight × damped sum, added up."""
    shares = [_share_of_themes([occurrences[number] for occurrences in studies]) for number in range(len(ranked))]
    return [
        sum(
            one.weight * (1 - HALF / (HALF + words + share * themes))
            for one, share, (words, themes) in zip(ranked, shares, occurrences, strict=True)
        )
        for occurrences in studies
    ]


def _share_of_themes(studies: list[list[float]]) -> float:
    """Return how much the themes tell that have something among their synonyms.

    Where more studies have the themes than say it, these are about more: most on customs automation not about ASYCUDA.
    Where nobody says it, the themes are all there is.
    """
    saying = sum(words > 0 for words, _themes in studies)
    having = sum(themes > 0 for _words, themes in studies)
    return min(1.0, max(LEAST_OF_THEMES, saying / having)) if saying and having else 1.0


def _part(sought: Sought) -> tuple[str, list[str]]:
    """Return the SQL, with its parameters, for how much one thing wanted occurs, and how much its themes do."""
    others = [e.query for e in (*sought.equivalents, *sought.narrower) if not _is_looser(sought, e)]
    ways = [
        (TYPED, [sought.typed, *(link.query for link in sought.links)]),
        (OTHERWISE, [*others, *(link.query for link in sought.related)]),
    ]
    counted = [_counted(weights, queries) for weights, queries in ways]
    words = " + ".join(sql for sql, _parameters in counted if sql) or "0"
    # Links stand in the headings too, which are read much faster than the documents.
    themes = [str(TYPED), stemming.either(link.query for link in sought.themes)] if sought.themes else []
    sql = f"ARRAY[{words}, {'ts_rank_cd(%s::real[], headings, %s::tsquery)' if themes else '0'}]"
    return sql, [*(parameter for _sql, parameters in counted for parameter in parameters), *themes]


def _counted(weights: Ways, queries: Iterable[str]) -> tuple[str, list[str]]:
    """Return the SQL, with its parameters, for how much any of the tsqueries occurs; "" for none.

    To rank by phrases takes many times as long as to look for them, so that is done only where some are found.
    """
    queries = stemming.without_needless(queries)
    alone = stemming.either(query for query in queries if "<" not in query)
    phrases = stemming.either(query for query in queries if "<" in query)
    parts = []
    if alone:
        parts.append(("ts_rank_cd(%s::real[], document, %s::tsquery)", [str(weights), alone]))
    if phrases:
        sql = "CASE WHEN document @@ %s::tsquery THEN ts_rank_cd(%s::real[], document, %s::tsquery) ELSE 0 END"
        parts.append((sql, [phrases, str(weights), phrases]))
    return " + ".join(sql for sql, _parameters in parts), [one for _sql, parameters in parts for one in parameters]


def _is_looser(sought: Sought, expression: Words) -> bool:
    """Say whether one word stands for a name of several, as "corridor" for "transit corridor"; acronyms are exact."""
    return len(sought.stems) > 1 and "<" not in expression.query and not expression.text.isupper()
