"""What a translation was made from: the revision of the source text it follows, and who reviewed it."""

import hashlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .case import TEXT_FIELDS, CaseStudy
from .evidence import Outcome

TRANSLATED_FIELDS = (*TEXT_FIELDS, "region_scope")
INDICATOR_NAME = "indicator-[1-9][0-9]*"
"""How the indicators of a study are named among its texts, in its order."""


def digest(text: str) -> str:
    """Return the digest of a text, the same for both ways to end a line; migration 0011 has it in SQL."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


class NotedTranslation(models.Model):
    """What is known of a translation: which source text it was made from, and who reviewed it."""

    language = models.CharField(_("language"), max_length=7)
    source_text = models.TextField(_("source text"))
    """The text that the translation was made from, to show what changed since."""
    made_at = models.DateTimeField(_("made"))
    """When the source text was as it is in `source_text`, and the translation was seen to follow it."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("reviewed by")
    )

    class Meta:
        abstract = True


class TranslatedText(NotedTranslation):
    """One text of a study in a language other than its original: which source text it was made from.

    A trigger (migration 0011) writes the row when either text changes, whoever changes it. While neither ever did there
    is no row: the translation was made from the text that is there, and nobody reviewed it. Whether a translation is
    outdated is not stored: `source_digest` then differs from `source_digest_today`.
    """

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="translated_texts")
    field = models.CharField(_("field"), max_length=20, choices=[(name, name) for name in TRANSLATED_FIELDS])
    source_digest = models.CharField(max_length=64)
    source_digest_today = models.CharField(max_length=64)
    """Of the source text as it is now: lists are made without reading the texts of every study."""
    source_changed_at = models.DateTimeField(null=True)
    """Since when the source text is another one."""
    target_digest = models.CharField(max_length=64)
    """Of the translation that follows, and that was reviewed."""

    class Meta:
        verbose_name = _("translated text")
        verbose_name_plural = _("translated texts")
        constraints = [models.UniqueConstraint(fields=["case_study", "language", "field"], name="translated_text_once")]
        indexes = [
            models.Index(
                fields=["language", "case_study", "source_changed_at"],
                condition=~models.Q(source_digest=models.F("source_digest_today")),
                name="translated_text_outdated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_study_id} {self.field} {self.language}"


class TranslatedIndicator(NotedTranslation):
    """That in a study a translation of an indicator was made from a source text, whichever outcome has the two.

    Outcomes are deleted and written anew whenever a study is, so what is known of them hangs on the texts themselves.
    A trigger (migration 0023) writes the row when the texts of an outcome change or go, whoever writes. While they
    never did there is no row: the translation was made from the text beside it, and nobody reviewed it. Rows of
    translations that no outcome has any more do no harm; a revision does not take them along.
    """

    LONGEST = Outcome._meta.get_field("indicator").max_length
    source_changed_at = None
    """Not known: a source text that is deleted is often written again in the next moment."""

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="translated_indicators")
    source_text = models.CharField(_("source text"), max_length=LONGEST)
    target_text = models.CharField(max_length=LONGEST)

    class Meta:
        verbose_name = _("translated indicator")
        verbose_name_plural = _("translated indicators")
        constraints = [
            models.UniqueConstraint(
                fields=["case_study", "language", "target_text", "source_text"], name="translated_indicator_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_study_id} {self.target_text} {self.language}"

    @property
    def target_digest(self) -> str:
        """As a `TranslatedText` has it."""
        return digest(self.target_text)


class _WithNote(models.Manager):
    """Reads the note along with what leads to it."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().select_related("note")


class IndicatorTranslation(models.Model):
    """The note that says of an outcome what its indicator was translated from; without one there is no row.

    A view: migration 0023 has the rule by which the note is found.
    """

    pk = models.CompositePrimaryKey("outcome_id", "language")
    outcome = models.ForeignKey(Outcome, models.DO_NOTHING, related_name="+")
    case_study = models.ForeignKey(CaseStudy, models.DO_NOTHING, related_name="indicator_translations")
    language = models.CharField(max_length=7)
    number = models.IntegerField()
    """The place of the outcome among those of its study, from 1."""
    note = models.ForeignKey(TranslatedIndicator, models.DO_NOTHING, related_name="+")
    is_outdated = models.BooleanField()

    objects = _WithNote()

    class Meta:
        managed = False
        db_table = "casestudies_indicatortranslation"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.outcome_id} {self.language}"


class TranslationDelivery(models.Model):
    """A file of translations that an agency returned: what it holds, from upload to its application."""

    name = models.CharField(_("file"), max_length=200)
    language = models.CharField(_("language"), max_length=7)
    units = models.JSONField()
    """What was read, as `translations.delivery.Unit` has it."""
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    applied_at = models.DateTimeField(_("applied"), null=True)

    class Meta:
        verbose_name = _("delivery of translations")
        verbose_name_plural = _("deliveries of translations")

    def __str__(self) -> str:
        return self.name
