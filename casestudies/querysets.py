"""Reading studies: every public read starts at `published()`."""

from typing import Self

from django.db import models
from django.db.models import Q


class CaseStudyQuerySet(models.QuerySet):
    """Studies, by who may see them and for what they are read."""

    def published(self) -> Self:
        """Keep what readers may see."""
        return self.filter(status="published")

    def for_list(self) -> Self:
        """Fetch what a list shows, in a fixed number of queries."""
        return self.select_related("chapter").prefetch_related(
            "country_links__country", "theme_links__theme", "outcomes"
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

    def mentioning(self, record: models.Model) -> Self:
        """Keep the studies whose search entry holds a name of the reference `record`."""
        relations = {
            "Chapter": ("chapter", "other_chapters"),
            "Theme": ("themes",),
            "Region": ("countries__region",),
            "Country": ("countries", "places__country"),
            "Convention": ("conventions",),
            "Provision": ("provision_links__provision",),
        }.get(type(record).__name__, ())
        if not relations:
            return self.none()
        matches = Q()
        for relation in relations:
            matches |= Q(**{relation: record})
        return self.filter(matches).distinct()
