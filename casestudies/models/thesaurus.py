"""The thesaurus: words that readers, texts and languages use for the same thing."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


def word_list(verbose_name: str, help_text: str) -> ArrayField:
    """Return a field for words or phrases, in base form: inflected forms are found through their stem."""
    return ArrayField(
        models.CharField(max_length=120), verbose_name=verbose_name, default=list, blank=True, help_text=help_text
    )


class Concept(models.Model):
    """Expressions that mean the same in searches: synonyms, acronyms, translations, words of one root.

    A search for any of `expressions` finds all of them, and all of `narrower`; a search for one of `narrower` finds
    the concept's other expressions only if it stands in a concept with them. So "corruption" finds "bribery", and
    "bribery" does not find every "corruption".
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    expressions = word_list(
        _("expressions"), _("Words that mean the same, one a line, in base form. A search for any finds all.")
    )
    narrower = word_list(
        _("narrower expressions"), _("More specific words that a search for the above finds too, but not vice versa.")
    )

    class Meta:
        verbose_name = _("thesaurus concept")
        verbose_name_plural = _("thesaurus")
        ordering = ["code"]

    def __str__(self) -> str:
        return ", ".join(self.expressions or []) or self.code
