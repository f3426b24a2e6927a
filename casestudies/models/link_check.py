"""What was seen when the address of a source was last asked for."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LinkCheck(models.Model):
    """The latest answer of one address, whichever sources cite it. Written by `link_checks` only."""

    class Outcome(models.TextChoices):
        """What a curator may conclude."""

        WORKS = "works", pgettext_lazy("link", "Works")
        MOVED = "moved", pgettext_lazy("link", "Moved for good")
        UNREACHABLE = "unreachable", pgettext_lazy("link", "Out of reach")
        DEAD = "dead", pgettext_lazy("link", "Dead")
        REFUSED = "refused", pgettext_lazy("link", "Refuses programs")
        NOT_ALLOWED = "not-allowed", pgettext_lazy("link", "Not asked")

    class Reason(models.TextChoices):
        """Why there was no answer, where there was none."""

        NO_HOST = "no-host", _("There is no such host.")
        NO_CONNECTION = "no-connection", _("No connection could be made.")
        TIMEOUT = "timeout", _("The host did not answer in time.")
        CERTIFICATE = "certificate", _("The host's certificate is not valid.")
        MALFORMED = "malformed", _("The answer could not be understood.")
        REDIRECTS = "redirects", _("It leads from address to address without end.")
        ROBOTS = "robots", _("The site's robots.txt asks programs to stay away.")
        SCHEME = "scheme", _("The address does not begin with http:// or https://.")
        PORT = "port", _("The address names an unusual port.")
        CREDENTIALS = "credentials", _("The address holds a user name or a password.")
        PRIVATE = "private", _("The address leads into a private network.")

    address = models.CharField(_("web address"), max_length=1000, unique=True)
    checked_at = models.DateTimeField(_("last checked"))
    outcome = models.CharField(pgettext_lazy("of a link check", "outcome"), max_length=11, choices=Outcome)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    reason = models.CharField(_("reason"), max_length=13, choices=Reason, blank=True)
    final_address = models.TextField(_("leads to"), blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    """The first of the failures in a row."""
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)

    class Meta:
        verbose_name = _("link check")
        verbose_name_plural = _("link checks")
        ordering = ["-checked_at", "address"]
        constraints = [
            models.CheckConstraint(
                name="failing_link_has_failures",
                condition=models.Q(failing_since__isnull=True, failures=0)
                | models.Q(failing_since__isnull=False, failures__gt=0),
            ),
            models.CheckConstraint(
                name="dead_link_is_failing",
                condition=~models.Q(outcome="dead") | models.Q(failing_since__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["outcome", "failing_since"], name="link_outcome_and_since")]

    def __str__(self) -> str:
        return self.address

    @property
    def explanation(self) -> str:
        """Why it is so: the status of the answer, or the reason why there was none."""
        return f"HTTP {self.status}" if self.status else self.get_reason_display()
