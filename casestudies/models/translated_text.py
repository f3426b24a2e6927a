"""What a translation was made from: the revision of the source text it follows, and who reviewed it."""

import hashlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .case import TEXT_FIELDS, CaseStudy

TRANSLATED_FIELDS = (*TEXT_FIELDS, "region_scope")


def digest(text: str) -> str:
    """Return the digest of a text, the same for both ways to end a line; migration 0011 has it in SQL."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


class TranslatedText(models.Model):
    """One text of a study in a language other than its original: which source text it was made from.

    A trigger (migration 0011) writes the row when either text changes, whoever changes it. While neither ever did there
    is no row: the translation was made from the text that is there, and nobody reviewed it. Whether a translation is
    outdated is not stored: `source_digest` then differs from `source_digest_today`.
    """

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="translated_texts")
    field = models.CharField(_("field"), max_length=20, choices=[(name, name) for name in TRANSLATED_FIELDS])
    language = models.CharField(_("language"), max_length=7)
    source_text = models.TextField(_("source text"))
    """The text that the translation was made from, to show what changed since."""
    source_digest = models.CharField(max_length=64)
    source_digest_today = models.CharField(max_length=64)
    """Of the source text as it is now: lists are made without reading the texts of every study."""
    source_changed_at = models.DateTimeField(null=True)
    """Since when the source text is another one."""
    target_digest = models.CharField(max_length=64)
    """Of the translation that follows, and that was reviewed."""
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
