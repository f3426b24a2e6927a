"""What the starter collection offers for making studies like its own: its studies with their links, and its texts."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from casestudies.models import CaseStudy
from casestudies.models.case import TEXT_FIELDS

from .texts import Sentences

LANGUAGES = ("en", "ru")
BODY_FIELDS = TEXT_FIELDS[1:]


@dataclass
class Starter:
    """The starter collection. Facets are drawn from `studies`, or from those that share a theme."""

    studies: list[CaseStudy]
    with_theme: dict[int, list[CaseStudy]]
    all_sentences: dict[str, Sentences]
    sentences: dict[tuple[str, int], Sentences]

    def themes(self, study: CaseStudy) -> list[int]:
        """Return the primary keys of a study's themes, the leading one first."""
        return [link.theme_id for link in study.theme_links.all()]


def read() -> Starter:
    """Read the studies in the database: the starter collection, loaded and nothing else."""
    studies = list(
        CaseStudy.objects.order_by("slug").prefetch_related(
            "chapter_links",
            "theme_links",
            "country_links__country",
            "provision_links",
            "outcomes",
            "sources",
            "places",
        )
    )
    with_theme = defaultdict(list)
    for study in studies:
        for link in study.theme_links.all():
            with_theme[link.theme_id].append(study)
    return Starter(
        studies=studies,
        with_theme=dict(with_theme),
        all_sentences={language: _sentences(studies, language) for language in LANGUAGES},
        sentences={
            (language, theme): _sentences(studies_of_theme, language)
            for language in LANGUAGES
            for theme, studies_of_theme in with_theme.items()
        },
    )


def _sentences(studies: list[CaseStudy], language: str) -> Sentences:
    return Sentences(text(study, field, language) for study in studies for field in BODY_FIELDS)


def text(study: CaseStudy, field: str, language: str) -> str:
    """Return one text of a study in one language, empty where there is none."""
    return getattr(study, f"{field}_{language}") or ""


def distinct(values: list, key: Callable = lambda value: value) -> list:
    """Return the values in their order, each once by its key."""
    return list({key(value): value for value in reversed(values)}.values())[::-1]
