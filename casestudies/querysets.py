"""Reading studies: every public read starts at `published()`."""

from typing import Self

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce

LANGUAGES = [code for code, _name in settings.LANGUAGES]
TITLES = [f"title_{code}" for code in LANGUAGES]


class CaseStudyQuerySet(models.QuerySet):
    """Studies, by who may see them and for what they are read."""

    def published(self) -> Self:
        """Keep what readers may see."""
        return self.filter(status="published")

    def for_list(self) -> Self:
        """Fetch what a list shows in one query, without the long texts."""
        texts = [f"{field}_{code}" for field in ("title", "summary", "region_scope") for code in LANGUAGES]
        return self.only("slug", "period_start", "period_end", *texts).with_card_facts()

    def with_card_facts(self) -> Self:
        """Add `country_codes`, the main country first, and `outcome_count`.

        They stand for the records themselves: the names are in the vocabulary, and to build hundreds of objects would
        take longer than everything else.
        """
        countries = apps.get_model("casestudies", "CaseCountry").objects.filter(case_study=OuterRef("pk"))
        outcomes = apps.get_model("casestudies", "Outcome").objects.filter(case_study=OuterRef("pk"))
        return self.annotate(
            country_codes=ArraySubquery(countries.order_by("position", "pk").values("country__alpha2")),
            outcome_count=Coalesce(
                Subquery(outcomes.order_by().values("case_study").annotate(number=Count("pk")).values("number")), 0
            ),
        )

    def in_full(self) -> Self:
        """Fetch a study with everything it is linked to, in a fixed number of queries."""
        return self.select_related("chapter").prefetch_related(
            "chapter_links__chapter",
            "country_links__country__region",
            "theme_links__theme",
            "provision_links__convention",
            "provision_links__provision",
            "outcomes__source",
            "places__country",
            "sources",
        )

    def in_full_at_once(self) -> Self:
        """Fetch one study as `in_full()` does, in half the queries; of many, the joined records would come repeated."""

        def joined(name: str, *records: str) -> Prefetch:
            linked = self.model._meta.get_field(name).related_model
            return Prefetch(name, linked._default_manager.select_related(*records))

        return self.select_related("chapter").prefetch_related(
            joined("chapter_links", "chapter"),
            joined("country_links", "country__region"),
            joined("theme_links", "theme"),
            joined("provision_links", "convention", "provision__convention"),
            joined("outcomes", "source"),
            joined("places", "country"),
            "sources",
        )

    def in_country(self, country: models.Model) -> Self:
        """Keep the studies of a country, whose search entries copy its region, its standing and its name's order."""
        return self.filter(countries=country)
