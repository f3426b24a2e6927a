"""What somebody outside proposed, and who that was: personal data that are deleted on a schedule."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .case import CaseStudy


class Proposal(models.Model):
    """Who proposed a study through the public form, and what became of it. The texts are the study's own."""

    case_study = models.OneToOneField(CaseStudy, models.CASCADE, related_name="proposal", verbose_name=_("case study"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    institution = models.CharField(_("institution"), max_length=250, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    note = models.TextField(_("note to the editors"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    chapter_chosen = models.BooleanField(_("the proposer chose the chapter"))
    consented_at = models.DateTimeField(_("consent given"))
    received_at = models.DateTimeField(_("received"))
    declined_at = models.DateTimeField(_("declined"), null=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("declined by")
    )
    declined_because = models.TextField(_("why it was declined"), blank=True)
    personal_data_deleted_at = models.DateTimeField(_("personal data deleted"), null=True)

    class Meta:
        verbose_name = pgettext_lazy("of a case study", "proposal")
        verbose_name_plural = pgettext_lazy("of a case study", "proposals")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="personal_data_of_proposal_are_deleted",
                condition=models.Q(personal_data_deleted_at__isnull=True)
                | models.Q(name="", institution="", email="", note=""),
            ),
        ]

    def __str__(self) -> str:
        # Without the proposer: this stands in logs, which are kept longer.
        return self.case_study.slug

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has decided yet, or it was declined and taken up again."""
        return self.case_study.published_at is None and self.case_study.status != CaseStudy.Status.ARCHIVED
