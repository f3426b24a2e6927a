"""What was published, kept as it was: so that a citation leads for ever to what was cited."""

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class CaseStudyVersion(models.Model):
    """A published state of a study, written by `versions.keep` and never changed but for its withdrawal.

    It belongs to an address, not to a row: a study that is deleted leaves its versions, and one that is later published
    under the same address goes on counting. Hence no foreign key.
    """

    slug = models.SlugField(_("address"), max_length=120)
    number = models.PositiveIntegerField(_("number"))
    made_at = models.DateTimeField(_("made"), db_index=True)
    record = models.JSONField(_("record"))
    """The whole study in every language, as `collection_records.case_record` writes it."""
    digest = models.CharField(_("digest"), max_length=64)
    """`collection_records.fingerprint` of the record: an edit that changes nothing makes no version."""
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, db_index=True)
    """When the study ceased to be public in this version; a trigger writes it (migration 0007)."""

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["slug", "-number"]
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.slug} @{self.number}"

    def get_absolute_url(self) -> str:
        """Return the page of this version, in the active language."""
        return reverse("case-version", args=[self.slug, self.number])

    @property
    def study_address(self) -> str:
        """The page of the study, in the active language: of its present state, or of its withdrawal."""
        return reverse("case-detail", args=[self.slug])

    @property
    def title(self) -> str:
        """The title in the active language, in English where it has none."""
        return self.record[get_language()]["title"] or self.record["en"]["title"]
