"""Reading studies: every public read starts at `published()`."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Prefetch
from django.db.models.expressions import RawSQL

LANGUAGES = [code for code, _name in settings.LANGUAGES]
TITLES = [f"title_{code}" for code in LANGUAGES]

# In SQL: putting these together out of expressions took as long as everything else of a list's query.
_COUNTRY_CODES = """
    ARRAY(
        SELECT (SELECT alpha2 FROM casestudies_country WHERE id = link.country_id)
        FROM casestudies_casecountry AS link
        WHERE link.case_study_id = casestudies_casestudy.id
        ORDER BY link.position, link.id
    )
"""
_OUTCOME_COUNT = """
    SELECT count(*) FROM casestudies_outcome AS outcome WHERE outcome.case_study_id = casestudies_casestudy.id
"""
_OF_LATEST_VERSION = """
    SELECT version.{column} FROM casestudies_casestudyversion AS version
    WHERE version.slug = casestudies_casestudy.slug AND casestudies_casestudy.status = 'published'
    ORDER BY version.number DESC LIMIT 1
"""


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
        return self.annotate(
            country_codes=RawSQL(_COUNTRY_CODES, (), ArrayField(models.CharField())),
            outcome_count=RawSQL(_OUTCOME_COUNT, (), models.IntegerField()),
        )

    def with_version(self) -> Self:
        """Add `version_number` and `version_made_at` of the version that a study is, for `versions.latest`."""
        return self.annotate(
            version_number=RawSQL(_OF_LATEST_VERSION.format(column="number"), (), models.IntegerField()),
            version_made_at=RawSQL(_OF_LATEST_VERSION.format(column="made_at"), (), models.DateTimeField()),
        )

    def in_full(self) -> Self:
        """Fetch a study with everything it is linked to, in a fixed number of queries."""
        return (
            self.with_version()
            .select_related("chapter")
            .prefetch_related(
                "chapter_links__chapter",
                "country_links__country__region",
                "theme_links__theme",
                "provision_links__convention",
                "provision_links__provision",
                "outcomes__source",
                "places__country",
                "sources",
                "translated_texts",
                "indicator_translations",
            )
        )

    def in_full_at_once(self) -> Self:
        """Fetch one study as `in_full()` does, in half the queries; of many, the joined records would come repeated."""

        def joined(name: str, *records: str) -> Prefetch:
            linked = self.model._meta.get_field(name).related_model
            return Prefetch(name, linked._default_manager.select_related(*records))

        return (
            self.with_version()
            .select_related("chapter")
            .prefetch_related(
                joined("chapter_links", "chapter"),
                joined("country_links", "country__region"),
                joined("theme_links", "theme"),
                joined("provision_links", "convention", "provision__convention"),
                joined("outcomes", "source"),
                joined("places", "country"),
                "sources",
            )
        )

    def in_country(self, country: models.Model) -> Self:
        """Keep the studies of a country, whose search entries copy its region, its standing and its name's order."""
        return self.filter(countries=country)
