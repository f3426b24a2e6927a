"""The narrow row that search and facets read, one a published study."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from .case import CaseStudy


def _identifiers() -> ArrayField:
    """Return a field for the primary keys of what a study is linked to."""
    return ArrayField(models.BigIntegerField(), default=list)


class SearchEntry(models.Model):
    """What a reader can search, filter, count and sort by: written by `search_index.refresh`, never by hand.

    A study has an entry if and only if it is published, so nothing unpublished can be found or counted. Facets are
    arrays of primary keys, the same in every language. `document` holds the lexemes of all languages.
    """

    case_study = models.OneToOneField(CaseStudy, models.CASCADE, primary_key=True, related_name="search_entry")
    document = SearchVectorField()
    chapters = _identifiers()
    themes = _identifiers()
    countries = _identifiers()
    regions = _identifiers()
    conventions = _identifiers()
    provisions = _identifiers()
    transport_modes = ArrayField(models.TextField(), default=list)
    osce = ArrayField(models.TextField(), default=list)
    unece = models.BooleanField(default=False)
    lldc = models.BooleanField(default=False)
    field_operation = models.BooleanField(default=False)
    measured = models.BooleanField(default=False)
    period_start = models.SmallIntegerField(null=True)
    period_end = models.SmallIntegerField(null=True)
    title_order_en = models.TextField(db_collation="C")
    title_order_ru = models.TextField(db_collation="C")
    country_order_en = models.TextField(db_collation="C")
    country_order_ru = models.TextField(db_collation="C")

    class Meta:
        indexes = [
            # Without fastupdate a search never pays for entries that wait to be merged.
            GinIndex(fields=["document"], name="search_entry_document", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"search entry of study {self.case_study_id}"
