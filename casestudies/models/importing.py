"""What is kept of an import while a curator looks at its preview, and for thirty days after."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .json_text import LettersAsTheyAre

# A process that says nothing for so long has ended.
SILENCE = timedelta(seconds=90)


class ImportJob(models.Model):
    """An uploaded file on its way into the collection."""

    class State(models.TextChoices):
        """How far it is."""

        READING = "reading", pgettext_lazy("state of an import", "Being read")
        PREVIEWED = "previewed", pgettext_lazy("state of an import", "Preview ready")
        APPLYING = "applying", pgettext_lazy("state of an import", "Being applied")
        APPLIED = "applied", pgettext_lazy("state of an import", "Applied")
        REFUSED = "refused", pgettext_lazy("state of an import", "Could not be read")
        FAILED = "failed", pgettext_lazy("state of an import", "Interrupted by an error")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    file = models.BinaryField(_("file"))
    file_name = models.CharField(_("name of the file"), max_length=200)
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.READING)
    heartbeat = models.DateTimeField(null=True)
    """When the process that works on it last said so; None while none has begun."""
    waiting_since = models.DateTimeField(default=timezone.now)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    """How many studies would be created, changed, left alone, and have faults."""
    faults = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    message = models.TextField(blank=True)
    """Why it could not be read, or why a new preview was made."""
    without_faulty = models.BooleanField(default=False)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("applied by")
    )
    applied_at = models.DateTimeField(_("applied"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_running(self) -> bool:
        """Whether something is to be waited for."""
        return self.state in (self.State.READING, self.State.APPLYING)

    @property
    def has_stopped(self) -> bool:
        """Whether the process that should work on it has ended, as when the server was restarted."""
        return self.is_running and (self.heartbeat or self.waiting_since) < timezone.now() - SILENCE


class ImportedStudy(models.Model):
    """What an import would do, or did, to one study; a study that it leaves alone has none."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="studies")
    position = models.PositiveIntegerField()
    slug = models.CharField(max_length=160)
    title = models.CharField(max_length=200)
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField()
    status = models.CharField(max_length=9, blank=True)
    """Of the study that is here; "" where a new one would be created."""
    digest = models.CharField(max_length=64, blank=True)
    """What the preview rests on: `comparing.Known.digest`."""
    values = models.JSONField(encoder=LettersAsTheyAre)
    """Pairs of a place in the study's record and what would stand there."""
    notes = models.JSONField(default=list)
    suspects = models.JSONField(default=list)
    is_faulty = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="imported_study_once")]

    def __str__(self) -> str:
        return self.title or self.slug or "–"

    @property
    def is_new(self) -> bool:
        """Whether it would be created."""
        return not self.status
