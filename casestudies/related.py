"""Studies like another, with the reason."""

from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Func, IntegerField, Q, Value

from .models import CaseStudy, SearchEntry

NUMBER_OF_STUDIES = 5
# What a shared record of each kind counts: a provision is the most specific link, a country the most accidental.
WEIGHTS = {"provisions": 4, "themes": 2, "countries": 1}


@dataclass(frozen=True)
class Related:
    """A study like another, and the names of what they share."""

    study: CaseStudy
    shared: list[str]


def studies_like(study: CaseStudy) -> list[Related]:
    """Return the published studies that share most provisions, themes and countries with `study`, best first.

    `study` is published and read with `in_full()`.
    """
    names = {
        "provisions": {link.provision_id: str(link) for link in study.provision_links.all() if link.provision_id},
        "themes": {link.theme_id: str(link) for link in study.theme_links.all()},
        "countries": {link.country_id: str(link) for link in study.country_links.all()},
    }
    candidates, score = Q(), Value(0)
    for column, by_id in names.items():
        if by_id:
            candidates |= Q(**{f"{column}__overlap": list(by_id)})
            score = score + WEIGHTS[column] * _number_shared(column, list(by_id))
    if not candidates:
        return []
    entries = (
        SearchEntry.objects.filter(candidates)
        .exclude(pk=study.pk)
        .annotate(score=score)
        .order_by("-score", F("period_start").desc(nulls_last=True), "pk")
        .values("pk", *names)[:NUMBER_OF_STUDIES]
    )
    found = {entry["pk"]: entry for entry in entries}
    studies = CaseStudy.objects.published().for_list().in_bulk(found)
    return [
        Related(studies[pk], [name for column in names for id_, name in names[column].items() if id_ in entry[column]])
        for pk, entry in found.items()
        if pk in studies
    ]


def _number_shared(column: str, values: list[int]) -> Func:
    """Return an expression for how many of `values` stand in the array `column`."""
    return Func(
        F(column),
        Value(values, output_field=ArrayField(BigIntegerField())),
        template="cardinality(ARRAY(SELECT unnest(%(expressions)s)))",
        arg_joiner=") INTERSECT SELECT unnest(",
        output_field=IntegerField(),
    )
