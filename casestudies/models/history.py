"""What happened to every study and vocabulary record: who did it, when, why, and what the record was afterwards."""

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .json_text import LettersAsTheyAre

# Those that the desk writes; an entry may name another.
ACTIONS = {
    "before": pgettext_lazy("history", "As it was before"),
    "found": pgettext_lazy("history", "Changed outside the desk"),
    "created": pgettext_lazy("history", "Created"),
    "changed": pgettext_lazy("history", "Changed"),
    "proposed": pgettext_lazy("history", "Proposed"),
    "imported": pgettext_lazy("history", "Imported"),
    "loaded": pgettext_lazy("history", "Loaded from the collection’s files"),
    "translated": pgettext_lazy("history", "Translated"),
    "approved": pgettext_lazy("history", "Translation approved"),
    "noted": pgettext_lazy("history", "State of the translations noted"),
    "submitted": pgettext_lazy("history", "Submitted for review"),
    "returned": pgettext_lazy("history", "Sent back"),
    "published": pgettext_lazy("history", "Published"),
    "archived": pgettext_lazy("history", "Archived"),
    "taken-up": pgettext_lazy("history", "Taken up again"),
    "revision-begun": pgettext_lazy("history", "Revision begun"),
    "revision-approved": pgettext_lazy("history", "Revision approved"),
    "restored": pgettext_lazy("history", "Restored"),
    "deleted": pgettext_lazy("history", "Deleted"),
}


class HistoryEntry(models.Model):
    """One event in the life of a record, with the complete record after it; a trigger refuses to change or delete it.

    It belongs to a kind and a primary key, not to a row: a record that is deleted leaves its history, and one that is
    brought back has its old primary key and goes on with it. Hence no foreign key.
    """

    kind = models.CharField(_("kind"), max_length=20)
    """The name of a kind in `collection_kinds`."""
    key = models.CharField(_("key"), max_length=250)
    """The natural key of the record after the event."""
    object_id = models.BigIntegerField(_("primary key"))
    label = models.CharField(_("name"), max_length=300)
    action = models.CharField(_("action"), max_length=30)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    by_name = models.CharField(_("by"), max_length=300, blank=True)
    """Who did it, in words that outlive the account; "" where a command did."""
    reason = models.TextField(_("reason"), blank=True)
    record = models.JSONField(_("record"), default=dict, encoder=LettersAsTheyAre)
    """The whole record after the event, as `collection_records` gives it; empty once it is deleted."""
    standing = models.JSONField(_("standing"), default=dict)
    """What the record held beside: its status and date of publication, its order, its code."""
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    """Of record and standing; equal for equal states, "" for a deletion."""
    along_with = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="companions")
    """The deletion that took this record with it."""

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history entries")
        ordering = ["-id"]  # as written: clocks may go back
        indexes = [
            models.Index(fields=["kind", "object_id", "-id"], name="history_of_a_record"),
            models.Index(KeyTransform("revises_id", "standing"), name="history_of_revisions"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.action_label}"

    @property
    def action_label(self) -> str:
        """What was done, in the reader's language; an action without a label under its code."""
        return str(ACTIONS.get(self.action, self.action))


class OfDeletedRecords(models.Manager):
    """The deletions that were not undone."""

    def get_queryset(self) -> models.QuerySet:
        """Return deletions after which nothing happened to the record."""
        later = HistoryEntry.objects.filter(
            kind=models.OuterRef("kind"), object_id=models.OuterRef("object_id"), pk__gt=models.OuterRef("pk")
        )
        return super().get_queryset().filter(~models.Exists(later), action="deleted")


class DeletedRecord(HistoryEntry):
    """The deletion of a record that is still gone."""

    objects = OfDeletedRecords()

    class Meta:
        proxy = True
        verbose_name = _("deleted record")
        verbose_name_plural = _("deleted records")

    def __str__(self) -> str:
        return self.label
