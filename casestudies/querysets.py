"""Reading studies: every public read starts at `published()`."""

from typing import Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Count, Prefetch

LANGUAGES = [code for code, _name in settings.LANGUAGES]


class CaseStudyQuerySet(models.QuerySet):
    """Studies, by who may see them and for what they are read."""

    def published(self) -> Self:
        """Keep what readers may see."""
        return self.filter(status="published")

    def for_list(self) -> Self:
        """Fetch what a list shows, in two queries: not the long texts, and `outcome_count` instead of the outcomes."""
        names = [f"country__name_{language}" for language in LANGUAGES]
        links = apps.get_model("casestudies", "CaseCountry").objects.select_related("country")
        texts = [f"{field}_{code}" for field in ("title", "summary", "region_scope") for code in LANGUAGES]
        return (
            self.only("slug", "period_start", "period_end", *texts)
            .annotate(outcome_count=Count("outcomes"))
            .prefetch_related(Prefetch("country_links", links.only("case_study_id", "position", *names)))
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

    def in_country(self, country: models.Model) -> Self:
        """Keep the studies of a country, whose search entries copy its region, its standing and its name's order."""
        return self.filter(countries=country)
