"""How well search answers real questions: `make relevance` scores the order of the starter collection's studies.

`relevance.jsonl` holds readers' questions (`q`, `lang` of the page) with the studies that answer them (`want`: slug →
grade 3, the answer; 2, clearly relevant; 1, partly). No question of it may be provided for in code or data.

- nDCG@10 is the discounted gain of the first ten studies (gain = grade, discount = log2 of place + 1) over that of the
  best possible order.
- recall@10 is the share of the wanted studies among the first ten; of more than ten wanted, ten count as all.
- MRR is the mean of one over the place of the first wanted study, wherever it stands.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log2
from pathlib import Path

QUESTIONS = Path(__file__).with_name("relevance.jsonl")
PLACES = 10


@dataclass(frozen=True)
class Result:
    """The scores of one question, each from 0 to 1, and how many studies it found."""

    question: str
    language: str
    ndcg: float
    recall: float
    reciprocal_rank: float
    found: int


@dataclass(frozen=True)
class Scores:
    """The mean scores of several questions, each from 0 to 1."""

    ndcg: float
    recall: float
    mrr: float

    @classmethod
    def of(cls, results: Iterable[Result]) -> "Scores":
        """Return the means."""
        results = list(results)
        return cls(
            sum(result.ndcg for result in results) / len(results),
            sum(result.recall for result in results) / len(results),
            sum(result.reciprocal_rank for result in results) / len(results),
        )


def measure(path: Path = QUESTIONS) -> Iterator[Result]:
    """Ask each question as the pages do, and yield how well the answer is ordered. Needs the loaded collection."""
    from django.http import QueryDict
    from django.utils import translation

    from casestudies.models import CaseStudy
    from casestudies.selection import Selection

    slugs = dict(CaseStudy.objects.values_list("pk", "slug"))
    for line in path.read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        query = QueryDict(mutable=True)
        query["q"] = asked["q"]
        with translation.override(asked["lang"]):
            order = [slugs[pk] for pk in Selection(query).identifiers()]
        yield scored(asked["q"], asked["lang"], order, asked["want"])


def scored(question: str, language: str, order: list[str], want: dict[str, int]) -> Result:
    """Return the scores of an order of slugs against the grades wanted."""
    first = order[:PLACES]
    best = sorted(want.values(), reverse=True)[:PLACES]
    places = [place for place, slug in enumerate(order, start=1) if slug in want]
    return Result(
        question,
        language,
        ndcg=_gain(want.get(slug, 0) for slug in first) / _gain(best),
        recall=sum(slug in want for slug in first) / len(best),
        reciprocal_rank=1 / places[0] if places else 0.0,
        found=len(order),
    )


def _gain(grades: Iterable[int]) -> float:
    return sum(grade / log2(place + 1) for place, grade in enumerate(grades, start=1))


def report(results: list[Result], worst: int = 15) -> str:
    """Return the scores by language and the worst questions as a table in words."""
    lines = ["              questions  nDCG@10  recall@10    MRR"]
    groups = {"English page": "en", "Russian page": "ru", "all": ""}
    for name, language in groups.items():
        group = [result for result in results if result.language.startswith(language)]
        scores = Scores.of(group)
        lines.append(f"{name:14}{len(group):9}{scores.ndcg:9.3f}{scores.recall:11.3f}{scores.mrr:7.3f}")
    lines += ["", "Worst questions", " nDCG  recall  found  question"]
    for result in sorted(results, key=lambda result: (result.ndcg, result.recall))[:worst]:
        lines.append(f"{result.ndcg:5.2f}{result.recall:8.2f}{result.found:7}  [{result.language}] {result.question}")
    return "\n".join(lines)


def main() -> None:
    """Load the starter collection into a throwaway database, ask everything, and print the scores."""
    import os
    import tempfile

    from handbook import embedded_database

    with tempfile.TemporaryDirectory(prefix="handbook-relevance-", ignore_cleanup_errors=True) as folder:
        os.environ["DATABASE_URL"] = ""  # the question is how the collection that ships is searched, not an edited one
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handbook.settings")
        embedded_database.ensure(Path(folder) / "postgres", throwaway=True)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_collection", verbosity=0)
        print(report(list(measure()), worst=int(sys.argv[1]) if len(sys.argv) > 1 else 15))


if __name__ == "__main__":
    main()
