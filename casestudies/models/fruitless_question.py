"""What readers searched and did not find."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FruitlessQuestion(models.Model):
    """A question that found nothing, and how often it was asked: nothing about who asked, nor at what hour."""

    question = models.CharField(_("question"), max_length=200)
    language = models.CharField(_("language of the page"), max_length=10, choices=settings.LANGUAGES)
    count = models.PositiveIntegerField(_("times asked"), default=1)
    first_asked = models.DateField(_("first asked"))
    last_asked = models.DateField(_("last asked"))

    class Meta:
        verbose_name = _("question without a result")
        verbose_name_plural = _("questions without a result")
        ordering = ["-count", "-last_asked", "question"]
        constraints = [models.UniqueConstraint(fields=["question", "language"], name="fruitless_question_once")]

    def __str__(self) -> str:
        return self.question
