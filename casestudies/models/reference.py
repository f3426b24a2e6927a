"""The controlled vocabularies and reference data that studies are linked to."""

import re

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .links import OrderedLink, latitude_and_longitude, sane_year
from .thesaurus import word_list

LATITUDE_RANGE = [MinValueValidator(-90), MaxValueValidator(90)]
LONGITUDE_RANGE = [MinValueValidator(-180), MaxValueValidator(180)]
YEAR_RANGE = [MinValueValidator(1800), MaxValueValidator(2100)]


def alternative_names() -> ArrayField:
    """Return a field for the other names of a record by which people search."""
    return word_list(
        _("other names"), _("Former, short, long and popular names, acronyms, adjectives: one a line, for searching.")
    )


class Theme(models.Model):
    """A term of the controlled vocabulary, with the words people type for it."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    definition = models.TextField(_("definition"), blank=True)
    synonyms = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("synonyms"),
        default=list,
        blank=True,
        help_text=_("Other words for it, one a line. A search for any of them finds its studies."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name or self.code

    def get_absolute_url(self) -> str:
        """Return the reader's page of the theme, in the active language."""
        return reverse("theme-detail", args=[self.code])


class Chapter(models.Model):
    """A chapter or an annex of the Handbook of 2012."""

    class Kind(models.TextChoices):
        """What the Handbook calls it."""

        CHAPTER = "chapter", _("Chapter")
        ANNEX = "annex", _("Annex")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.CHAPTER)
    number = models.PositiveSmallIntegerField(_("number"))
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    themes = models.ManyToManyField(Theme, through="ChapterTheme", related_name="chapters", verbose_name=_("themes"))

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        ordering = ["-kind", "number"]  # chapters before annexes
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="chapter_kind_and_number_are_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}. {self.title}"

    def get_absolute_url(self) -> str:
        """Return the reader's page of the chapter or annex, in the active language."""
        return reverse("chapter-detail", args=[self.slug])


class ChapterTheme(OrderedLink):
    """A theme that a chapter treats."""

    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="theme_links")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="+", verbose_name=_("theme"))

    class Meta(OrderedLink.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        constraints = [models.UniqueConstraint(fields=["chapter", "theme"], name="chapter_theme_once")]

    def __str__(self) -> str:
        return str(self.theme)


class Region(models.Model):
    """A sub-region of the United Nations' M49 standard, the finest level."""

    slug = models.SlugField(_("code"), max_length=60, unique=True, help_text=_("Stands in addresses; keep it."))
    name = models.CharField(_("name"), max_length=80)
    alternative_names = alternative_names()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Country(models.Model):
    """A country of ISO 3166-1 and its standing in the OSCE, in UNECE and among landlocked developing countries."""

    class Osce(models.TextChoices):
        """How the country takes part in the OSCE."""

        PARTICIPATING = "participating", _("OSCE participating State")
        PARTNER = "partner", _("OSCE Partner for Co-operation")

    alpha2 = models.CharField(
        _("two-letter code"), max_length=2, unique=True, validators=[RegexValidator(r"^[A-Z]{2}\Z")]
    )
    alpha3 = models.CharField(
        _("three-letter code"), max_length=3, unique=True, validators=[RegexValidator(r"^[A-Z]{3}\Z")]
    )
    m49 = models.CharField(_("M49 code"), max_length=3, unique=True, validators=[RegexValidator(r"^[0-9]{3}\Z")])
    name = models.CharField(_("name"), max_length=120)
    alternative_names = alternative_names()
    region = models.ForeignKey(Region, models.PROTECT, related_name="countries", verbose_name=_("region"))
    osce = models.CharField(_("OSCE status"), max_length=13, choices=Osce, blank=True)
    unece = models.BooleanField(_("UNECE member"), default=False)
    lldc = models.BooleanField(_("landlocked developing country"), default=False)
    field_operation = models.CharField(_("OSCE field operation"), max_length=120, blank=True)
    field_operation_as_of = models.CharField(
        _("field operation: as of"),
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^\d{4}(-\d\d){0,2}\Z", _("Write a date as 2025, 2025-06 or 2025-06-30."))],
    )
    distance_to_sea_km = models.PositiveIntegerField(
        _("distance to the sea, km"), null=True, blank=True, help_text=_("As published by the OSCE.")
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True, validators=LATITUDE_RANGE)
    longitude = models.FloatField(_("longitude"), null=True, blank=True, validators=LONGITUDE_RANGE)

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["alpha2"]
        constraints = latitude_and_longitude("country")

    def __str__(self) -> str:
        return self.name or self.alpha2

    def get_absolute_url(self) -> str:
        """Return the reader's page of the country, in the active language."""
        return reverse("country-detail", args=[self.alpha2])


class Convention(models.Model):
    """An instrument: a convention, agreement, framework of standards, recommendation or declaration."""

    class Kind(models.TextChoices):
        """What the instrument is in law."""

        CONVENTION = "convention", pgettext_lazy("kind of instrument", "Convention")
        AGREEMENT = "agreement", pgettext_lazy("kind of instrument", "Agreement")
        STANDARD = "standard", pgettext_lazy("kind of instrument", "Standard")
        RECOMMENDATION = "recommendation", pgettext_lazy("kind of instrument", "Recommendation")
        DECLARATION = "declaration", pgettext_lazy("kind of instrument", "Declaration")

    code = models.CharField(
        _("code"), max_length=20, unique=True, validators=[RegexValidator(r"^[A-Z0-9]+(-[A-Z0-9]+)*\Z")]
    )
    name = models.CharField(_("full name"), max_length=300)
    short_name = models.CharField(_("short name"), max_length=120)
    alternative_names = alternative_names()
    depositary = models.CharField(_("depositary or owner"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    adopted = models.PositiveSmallIntegerField(_("adopted"), null=True, blank=True, validators=YEAR_RANGE)
    in_force = models.PositiveSmallIntegerField(_("in force since"), null=True, blank=True, validators=YEAR_RANGE)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    parties_as_of = models.CharField(_("list of parties: as of"), max_length=80, blank=True)
    parties_note = models.TextField(_("list of parties: how complete it is"), blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("convention")
        verbose_name_plural = _("conventions")
        ordering = ["position", "code"]
        constraints = [
            sane_year("adopted", "convention_adopted_is_sane"),
            sane_year("in_force", "convention_in_force_is_sane"),
            models.CheckConstraint(
                name="convention_in_force_after_adoption",
                condition=models.Q(in_force__gte=models.F("adopted")),
                violation_error_message=_("An instrument enters into force after it is adopted."),
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.code

    def get_absolute_url(self) -> str:
        """Return the reader's page of the convention, in the active language."""
        return reverse("convention-detail", args=[self.code])


class Provision(models.Model):
    """An article, standard, chapter or annex of a convention."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="provisions", verbose_name=_("convention"))
    code = models.SlugField(
        _("code"), max_length=120, unique=True, help_text=_("Stands in addresses; keep it."), blank=True
    )
    ref = models.CharField(_("reference"), max_length=120, help_text=_("For example: General Annex, Standard 6.3"))
    heading = models.CharField(_("heading"), max_length=300, blank=True)
    gist = models.TextField(_("gist"), blank=True)
    themes = models.ManyToManyField(
        Theme, through="ProvisionTheme", related_name="provisions", verbose_name=_("themes")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("provision")
        verbose_name_plural = _("provisions")
        ordering = ["convention__position", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "ref_en"], name="provision_ref_once_a_convention"),
            # What a link to a provision refers to, so that it cannot name another convention (see migration 0002).
            models.UniqueConstraint(fields=["id", "convention"], name="provision_id_and_convention"),
        ]

    def __str__(self) -> str:
        return f"{self.convention.short_name}: {self.ref}"

    def get_absolute_url(self) -> str:
        """Return its place on the convention's page, in the active language."""
        return f"{self.convention.get_absolute_url()}#{self.code}"

    def default_code(self) -> str:
        """Return the code that convention and reference give: "RKC", "Standard 6.3" → rkc-standard-6-3."""
        # Dots and dashes separate numbers here; dropping them would make 6.3 and 63 one.
        return slugify(re.sub(r"[.–—/:]", "-", f"{self.convention.code} {self.ref_en}"))


class ProvisionTheme(OrderedLink):
    """A theme that a provision concerns."""

    provision = models.ForeignKey(Provision, models.CASCADE, related_name="theme_links")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="+", verbose_name=_("theme"))

    class Meta(OrderedLink.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        constraints = [models.UniqueConstraint(fields=["provision", "theme"], name="provision_theme_once")]

    def __str__(self) -> str:
        return str(self.theme)


class Party(models.Model):
    """A country that a source names as party to a convention. An absent row says nothing."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="parties", verbose_name=_("convention"))
    country = models.ForeignKey(Country, models.PROTECT, related_name="memberships", verbose_name=_("country"))
    year = models.PositiveSmallIntegerField(
        _("party since"), null=True, blank=True, validators=YEAR_RANGE, help_text=_("Year of the deposit.")
    )
    source = models.CharField(_("source"), max_length=500)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["convention__position", "country__alpha2"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "country"], name="party_once_a_convention"),
            sane_year("year", "party_year_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.country} – {self.convention}"


class Organization(models.Model):
    """Annex II: an organization that works on border crossing."""

    code = models.CharField(
        _("code"), max_length=30, unique=True, validators=[RegexValidator(r"^[A-Z0-9]+(-[A-Z0-9]+)*\Z")]
    )
    name = models.CharField(_("name"), max_length=200)
    role = models.TextField(_("role at borders"), blank=True)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name or self.code


class GlossaryTerm(models.Model):
    """Annex I: a term of the field, its abbreviation and definition."""

    term = models.CharField(_("term"), max_length=160)
    abbreviation = models.CharField(_("abbreviation"), max_length=60, blank=True)
    definition = models.TextField(_("definition"))
    themes = models.ManyToManyField(
        Theme, through="GlossaryTermTheme", related_name="glossary_terms", verbose_name=_("themes")
    )
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")
        ordering = ["id"]
        constraints = [models.UniqueConstraint("term_en", name="glossary_term_en_is_unique")]

    def __str__(self) -> str:
        return self.term


class GlossaryTermTheme(OrderedLink):
    """A theme that a glossary term belongs to."""

    glossary_term = models.ForeignKey(GlossaryTerm, models.CASCADE, related_name="theme_links")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="+", verbose_name=_("theme"))

    class Meta(OrderedLink.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        constraints = [models.UniqueConstraint(fields=["glossary_term", "theme"], name="glossary_term_theme_once")]

    def __str__(self) -> str:
        return str(self.theme)
