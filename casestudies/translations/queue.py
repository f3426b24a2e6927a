"""What awaits translation, of thousands of studies at once: asked of the database without reading their texts."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Case, Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Least

from casestudies.models import CaseStudy, IndicatorTranslation, Outcome, TranslatedText
from casestudies.models.translated_text import TRANSLATED_FIELDS

from .states import INDICATOR, LANGUAGES

OUTDATED = ~Q(source_digest=F("source_digest_today"))


@dataclass(frozen=True)
class Totals:
    """Numbers of studies that await something in a language; a study may be in several."""

    waiting: int
    missing: int
    outdated: int
    unreviewed: int
    all: int


def waiting(language: str, state: str = "waiting", among: QuerySet | None = None) -> QuerySet[CaseStudy]:
    """Return the studies that await translation into a language, those that wait longest first.

    `state`: "missing", "outdated", both ("waiting"), "unreviewed", or "all" that are translated into it. Archived
    studies wait for nothing; of a published study with a revision, the revision waits.
    """
    studies = _translated(language, among)
    if state != "all":
        studies = studies.filter(_conditions(language)[state])
    return studies.annotate(waiting_since=_since(language, state)).order_by("waiting_since", "pk")


def totals(language: str, among: QuerySet | None = None) -> Totals:
    """Count the studies in each state, in one query."""
    counts = {state: Count("pk", filter=condition) for state, condition in _conditions(language).items()}
    return Totals(**_translated(language, among).aggregate(all=Count("pk"), **counts))


def _translated(language: str, among: QuerySet | None) -> QuerySet[CaseStudy]:
    studies = (CaseStudy.objects.all() if among is None else among).exclude(original_language=language)
    return studies.exclude(status=CaseStudy.Status.ARCHIVED).filter(
        ~Exists(CaseStudy.objects.filter(revises=OuterRef("pk")))
    )


def _since(language: str, state: str) -> Coalesce | F:
    """Return since when a study waits: for a review since its last change, else since the first text was outdated.

    Where indicators alone are outdated, since its last change too: to look up each would cost more than all the rest.
    """
    if state in ("unreviewed", "all"):
        return F("updated_at")
    rows = TranslatedText.objects.filter(OUTDATED, case_study=OuterRef("pk"), language=language).order_by()
    changed = rows.values("case_study").annotate(first=Min("source_changed_at")).values("first")
    since = Least(Subquery(changed), Case(When(_missing(language), then=F("created_at"))))
    return Coalesce(since, F("updated_at"))


def _conditions(language: str) -> dict[str, Q]:
    """Return the condition of each state. None looks at one study at a time: that would cost more than all the rest."""
    rows = TranslatedText.objects.filter(language=language).order_by()
    indicators = IndicatorTranslation.objects.filter(language=language)
    missing = _missing(language)
    outdated = Q(pk__in=rows.filter(OUTDATED).values("case_study"))
    outdated |= Q(pk__in=indicators.filter(is_outdated=True).values("case_study"))
    return {
        "missing": missing,
        "outdated": outdated,
        "waiting": missing | outdated,
        "unreviewed": ~Q(pk__in=_wholly_reviewed(rows, indicators, language)),
    }


def _wholly_reviewed(
    rows: QuerySet[TranslatedText], indicators: QuerySet[IndicatorTranslation], language: str
) -> QuerySet:
    """Return the keys of the studies of whose texts in the language as many are reviewed as there are."""
    written = [
        Case(When(_empty(f"case_study__{field}_{language}"), then=0), default=1, output_field=IntegerField())
        for field in TRANSLATED_FIELDS
    ]
    reviewed = rows.filter(reviewed_at__isnull=False).values("case_study")
    counted = reviewed.annotate(reviewed=Count("pk"), written=Max(sum(written[1:], written[0])))
    approved = indicators.filter(note__reviewed_at__isnull=False).values("outcome")
    not_yet = Outcome.objects.exclude(_empty(f"{INDICATOR}_{language}")).exclude(pk__in=approved)
    wholly = counted.filter(reviewed__gte=F("written")).exclude(case_study__in=not_yet.values("case_study"))
    return wholly.values("case_study")


def _missing(language: str) -> Q:
    """Return the condition that a study lacks a text in the language which it has in its original."""

    def untranslated(column: str, original: str) -> Q:
        return _empty(f"{column}_{language}") & ~_empty(f"{column}_{original}")

    return reduce(
        or_,
        (
            Q(original_language=original)
            & reduce(
                or_,
                (untranslated(name, original) for name in TRANSLATED_FIELDS),
                Q(pk__in=Outcome.objects.filter(untranslated(INDICATOR, original)).order_by().values("case_study")),
            )
            for original in LANGUAGES
            if original != language
        ),
    )


def _empty(column: str) -> Q:
    return Q(**{column: ""}) | Q(**{f"{column}__isnull": True})
