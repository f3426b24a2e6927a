"""The narrow row that search and facets read, one a published study."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.functions import Now

from .case import CaseStudy


def _identifiers() -> ArrayField:
    """Return a field for the primary keys of what a study is linked to."""
    return ArrayField(models.BigIntegerField(), default=list)


_LANGUAGES = [code for code, _name in settings.LANGUAGES]
_NEWEST = F("period_start").desc(nulls_last=True)


def _order(name: str, language: str, *first: Combinable | OrderBy) -> models.Index:
    """Return an index that ends like every order of a list: by title, then by primary key."""
    return models.Index(*first, F(f"title_order_{language}"), F("case_study"), name=f"{name}_{language}")


class SearchEntry(models.Model):
    """What a reader can search, filter, count and sort by: written by `search_index.refresh`, never by hand.

    A study has an entry if and only if it is published, so nothing unpublished can be found or counted. Facets are
    arrays of primary keys, the same in every language. `document` holds the lexemes of all languages, and one for each
    record the study is linked to ("theme=12"), so that a name's synonyms are looked up when a question is asked and a
    change of them concerns no entry. `headings` holds those of titles and links again: short enough to stay in the row,
    so that reading it for many studies is cheap.
    """

    case_study = models.OneToOneField(CaseStudy, models.CASCADE, primary_key=True, related_name="search_entry")
    document = SearchVectorField()
    headings = SearchVectorField()
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

    changed_at = models.DateTimeField(db_index=True)
    """When its latest version was made, or its row was last saved where it has no version."""
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # Without fastupdate a search never pays for entries that wait to be merged.
            GinIndex(fields=["document"], name="search_entry_document", fastupdate=False),
            GinIndex(fields=["headings"], name="search_entry_headings", fastupdate=False),
            # The orders of a list, so that its first page is read and not sorted.
            *(_order("search_entry_newest", language, _NEWEST) for language in _LANGUAGES),
            *(_order("search_entry_title", language) for language in _LANGUAGES),
            *(_order("search_entry_country", language, F(f"country_order_{language}")) for language in _LANGUAGES),
        ]

    def __str__(self) -> str:
        return f"search entry of study {self.case_study_id}"


class SearchWord(models.Model):
    """A word of the published texts as it is written there, for correcting the spelling of questions.

    `studies` is the number of studies that held the word when the whole index was last built; a word that came later
    has 1. Words whose studies are gone stay until then.
    """

    word = models.TextField(primary_key=True, db_collation="C")
    studies = models.PositiveIntegerField()

    class Meta:
        indexes = [GinIndex(OpClass(F("word"), "gin_trgm_ops"), name="search_word_trigrams")]

    def __str__(self) -> str:
        return self.word


class KeptRecord(models.Model):
    """A published study as files need it, in one text: written by `kept_records.complete`, dropped by triggers."""

    case_study = models.OneToOneField(CaseStudy, models.CASCADE, primary_key=True, related_name="+")
    form = models.CharField(max_length=16)
    """How it was made: a release that makes it otherwise does not use it."""
    content = models.TextField()

    def __str__(self) -> str:
        return f"record of study {self.case_study_id}"
