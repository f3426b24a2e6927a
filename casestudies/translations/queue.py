"""What awaits translation, of thousands of studies at once: asked of the database without reading their texts."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Case, Count, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least
from django.db.models.lookups import GreaterThan

from casestudies.models import CaseStudy, TranslatedText
from casestudies.models.translated_text import TRANSLATED_FIELDS

from .states import LANGUAGES

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
    rows = TranslatedText.objects.filter(OUTDATED, case_study=OuterRef("pk"), language=language).order_by()
    changed = rows.values("case_study").annotate(first=Min("source_changed_at")).values("first")
    since = Least(Subquery(changed), Case(When(_missing(language), then=F("created_at"))))
    return studies.annotate(waiting_since=Coalesce(since, F("created_at"))).order_by("waiting_since", "pk")


def totals(language: str, among: QuerySet | None = None) -> Totals:
    """Count the studies in each state, in one query."""
    counts = {state: Count("pk", filter=condition) for state, condition in _conditions(language).items()}
    return Totals(**_translated(language, among).aggregate(all=Count("pk"), **counts))


def _translated(language: str, among: QuerySet | None) -> QuerySet[CaseStudy]:
    studies = (CaseStudy.objects.all() if among is None else among).exclude(original_language=language)
    return studies.exclude(status=CaseStudy.Status.ARCHIVED).filter(revision__isnull=True)


def _conditions(language: str) -> dict[str, Q | Exists]:
    rows = TranslatedText.objects.filter(case_study=OuterRef("pk"), language=language).order_by()
    missing, outdated = _missing(language), Exists(rows.filter(OUTDATED))
    reviewed = rows.filter(reviewed_at__isnull=False).values("case_study").annotate(n=Count("pk")).values("n")
    written = [
        Case(When(_empty(f"{field}_{language}"), then=Value(0)), default=Value(1), output_field=IntegerField())
        for field in TRANSLATED_FIELDS
    ]
    return {
        "missing": missing,
        "outdated": outdated,
        "waiting": missing | Q(outdated),
        "unreviewed": Q(GreaterThan(sum(written[1:], written[0]), Coalesce(Subquery(reviewed), 0))),
    }


def _missing(language: str) -> Q:
    """Return the condition that a study lacks a text in the language which it has in its original."""
    return reduce(
        or_,
        (
            Q(original_language=original)
            & reduce(or_, (_empty(f"{name}_{language}") & ~_empty(f"{name}_{original}") for name in TRANSLATED_FIELDS))
            for original in LANGUAGES
            if original != language
        ),
    )


def _empty(column: str) -> Q:
    return Q(**{column: ""}) | Q(**{f"{column}__isnull": True})
