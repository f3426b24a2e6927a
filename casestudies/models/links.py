"""What links between records share: they keep the order in which a curator put them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderedLink(models.Model):
    """A row of a many-to-many relation whose order carries meaning: the main country, the leading theme."""

    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "id"]


def latitude_and_longitude(name: str) -> list[models.CheckConstraint]:
    """Return constraints for a model with `latitude` and `longitude` in WGS 84 degrees: in range, both or neither.

    `name` begins the constraints' names, which are unique in the database.
    """
    return [
        models.CheckConstraint(name=f"{name}_latitude_in_range", condition=models.Q(latitude__range=(-90, 90))),
        models.CheckConstraint(name=f"{name}_longitude_in_range", condition=models.Q(longitude__range=(-180, 180))),
        models.CheckConstraint(
            name=f"{name}_coordinates_both_or_neither",
            condition=models.Q(latitude__isnull=True, longitude__isnull=True)
            | models.Q(latitude__isnull=False, longitude__isnull=False),
            violation_error_message=_("Give latitude and longitude, or neither."),
        ),
    ]


def sane_year(field: str, name: str) -> models.CheckConstraint:
    """Return a constraint that keeps the year in `field`, where there is one, between 1800 and 2100."""
    return models.CheckConstraint(
        name=name,
        condition=models.Q(**{f"{field}__range": (1800, 2100)}),
        violation_error_message=_("Years lie between 1800 and 2100."),
    )
