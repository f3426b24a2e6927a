"""The OSCE's field operations as they work in the desk: which countries are theirs, and who belongs to them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .reference import Country


class FieldOffice(models.Model):
    """A field operation whose members propose studies of its countries."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    countries = models.ManyToManyField(Country, related_name="field_offices", verbose_name=_("countries"))
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="field_offices", verbose_name=_("members")
    )

    class Meta:
        verbose_name = _("field office")
        verbose_name_plural = _("field offices")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
