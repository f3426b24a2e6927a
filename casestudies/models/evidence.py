"""What a study rests on: sources, measured outcomes, and the places where it happened."""

from django.contrib.postgres.indexes import HashIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .case import CaseStudy
from .links import OrderedLink, latitude_and_longitude, sane_year
from .reference import LATITUDE_RANGE, LONGITUDE_RANGE, YEAR_RANGE, Country


class Source(OrderedLink):
    """A public source that a study cites."""

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="sources")
    title = models.CharField(_("title"), max_length=400)
    publisher = models.CharField(_("publisher"), max_length=250)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True, validators=YEAR_RANGE)
    url = models.URLField(_("web address"), max_length=1000, blank=True)
    checked = models.BooleanField(_("checked"), default=False, help_text=_("The page was seen and supports the facts."))

    class Meta(OrderedLink.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            sane_year("year", "source_year_is_sane"),
            models.CheckConstraint(
                name="checked_source_has_address",
                condition=models.Q(checked=False) | ~models.Q(url=""),
                violation_error_message=_("Only a source with a web address can be checked."),
            ),
            # What an outcome refers to, so that its source cannot be another study's (see migration 0002).
            models.UniqueConstraint(fields=["id", "case_study"], name="source_id_and_case_study"),
        ]
        # Who leans on an address? By hash: an address may be longer than a B-tree takes.
        indexes = [HashIndex(fields=["url"], name="source_address")]

    def __str__(self) -> str:
        return ", ".join(str(part) for part in (self.title, self.publisher, self.year) if part)


class Outcome(OrderedLink):
    """One measured result, with the source that carries the numbers."""

    class Unit(models.TextChoices):
        """What the numbers count."""

        HOURS = "hours", _("hours")
        MINUTES = "minutes", _("minutes")
        DAYS = "days", _("days")
        PERCENT = "percent", _("per cent")
        COUNT = "count", pgettext_lazy("unit", "number")
        EUR = "eur", _("euros")
        USD = "usd", _("US dollars")
        DOCUMENTS = "documents", _("documents")
        TRUCKS_PER_DAY = "trucks-per-day", _("trucks a day")
        STARS = "stars", _("stars")

    class Better(models.TextChoices):
        """Which direction is an improvement."""

        LOWER = "lower", _("lower")
        HIGHER = "higher", _("higher")

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="outcomes")
    indicator = models.CharField(_("indicator"), max_length=300)
    before = models.DecimalField(_("before"), max_digits=18, decimal_places=4, null=True, blank=True)
    after = models.DecimalField(_("after"), max_digits=18, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=14, choices=Unit)
    before_year = models.PositiveSmallIntegerField(
        _("year of the value before"), null=True, blank=True, validators=YEAR_RANGE
    )
    after_year = models.PositiveSmallIntegerField(
        _("year of the value after"), null=True, blank=True, validators=YEAR_RANGE
    )
    better = models.CharField(_("better is"), max_length=6, choices=Better)
    source = models.ForeignKey(Source, models.RESTRICT, related_name="outcomes", verbose_name=_("source"))

    class Meta(OrderedLink.Meta):
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        constraints = [
            sane_year("before_year", "outcome_before_year_is_sane"),
            sane_year("after_year", "outcome_after_year_is_sane"),
            models.CheckConstraint(
                name="outcome_years_in_order",
                condition=models.Q(after_year__gte=models.F("before_year")),
                violation_error_message=_("The year of the value after precedes that of the value before."),
            ),
        ]

    def __str__(self) -> str:
        return self.indicator

    def clean(self) -> None:
        """Refuse a source of another study; the database refuses it too."""
        if self.source_id and self.case_study_id and self.source.case_study_id != self.case_study_id:
            raise ValidationError({"source": _("This source belongs to another study.")})


class Place(OrderedLink):
    """A border crossing point, port or office, with coordinates in WGS 84 degrees where they are known."""

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="places")
    name = models.CharField(_("name"), max_length=160)
    country = models.ForeignKey(
        Country, models.PROTECT, null=True, blank=True, related_name="places", verbose_name=_("country")
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True, validators=LATITUDE_RANGE)
    longitude = models.FloatField(_("longitude"), null=True, blank=True, validators=LONGITUDE_RANGE)

    class Meta(OrderedLink.Meta):
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = latitude_and_longitude("place")
        # What somebody types is compared with the beginning of names.
        indexes = [models.Index(OpClass(Upper("name"), "text_pattern_ops"), name="place_name_beginning")]

    def __str__(self) -> str:
        return self.name
