"""The case study and its links to the vocabularies."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casestudies.querysets import CaseStudyQuerySet

from .links import OrderedLink, sane_year
from .reference import YEAR_RANGE, Chapter, Convention, Country, Provision, Theme

TEXT_FIELDS = ("title", "summary", "challenge", "practice", "results", "lessons")


class TransportMode(models.TextChoices):
    """How goods travel in the practice."""

    ROAD = "road", _("Road")
    RAIL = "rail", _("Rail")
    SEA = "sea", _("Sea")
    AIR = "air", _("Air")
    INLAND_WATERWAY = "inland-waterway", _("Inland waterway")
    MULTIMODAL = "multimodal", _("Multimodal")


def _account(label: str) -> models.ForeignKey:
    """Return the field for who did something to a study; it empties when the account is deleted."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=label
    )


class CaseStudy(models.Model):
    """One documented practice: its texts in every language, its links, evidence and editorial status."""

    class Status(models.TextChoices):
        """Where the study stands on its way to readers."""

        DRAFT = "draft", pgettext_lazy("status of a study", "Draft")
        IN_REVIEW = "in-review", pgettext_lazy("status of a study", "In review")
        PUBLISHED = "published", pgettext_lazy("status of a study", "Published")
        ARCHIVED = "archived", pgettext_lazy("status of a study", "Archived")

    class HandbookRelation(models.TextChoices):
        """How the practice relates to the Handbook of 2012."""

        NAMED = "named", _("A source says that the Handbook covers it")
        THEME = "theme", _("It illustrates the chapter's theme")

    class Confidence(models.TextChoices):
        """How far the facts were checked."""

        HIGH = "high", _("Every fact checked in a source seen")
        MEDIUM = "medium", _("Some facts from general knowledge of a well-documented practice")

    slug = models.SlugField(
        _("address"),
        max_length=120,
        unique=True,
        help_text=_("Lower-case words joined by hyphens. It stands in citations: keep it once published."),
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    title = models.CharField(_("title"), max_length=200, help_text=_("What it is and where, up to 90 characters."))
    summary = models.TextField(
        _("summary"), blank=True, help_text=_("What an adviser needs before opening it: 25–60 words.")
    )
    challenge = models.TextField(_("challenge"), blank=True, help_text=_("The problem it answered: 30–90 words."))
    practice = models.TextField(
        _("practice"), blank=True, help_text=_("What was done, by whom, how it works: 60–150 words.")
    )
    results = models.TextField(
        _("results"), blank=True, help_text=_("What changed, with figures and their year: 25–90 words.")
    )
    lessons = models.TextField(
        _("lessons"), blank=True, help_text=_("What others should copy, adapt or beware of: 25–80 words.")
    )
    original_language = models.CharField(
        _("original language"),
        max_length=7,
        choices=settings.LANGUAGES,
        default="en",
        help_text=_("The language the texts were written in; those of the other one are translations."),
    )
    chapter = models.ForeignKey(
        Chapter,
        models.PROTECT,
        related_name="case_studies",
        verbose_name=_("chapter"),
        limit_choices_to={"kind": Chapter.Kind.CHAPTER},
    )
    other_chapters = models.ManyToManyField(
        Chapter, through="CaseChapter", related_name="also_illustrated_by", verbose_name=_("other chapters")
    )
    themes = models.ManyToManyField(Theme, through="CaseTheme", related_name="case_studies", verbose_name=_("themes"))
    countries = models.ManyToManyField(
        Country, through="CaseCountry", related_name="case_studies", verbose_name=_("countries")
    )
    region_scope = models.CharField(
        _("group of countries"),
        max_length=160,
        blank=True,
        help_text=_("A group that acted as such, for example the European Union."),
    )
    conventions = models.ManyToManyField(
        Convention, through="CaseProvision", related_name="case_studies", verbose_name=_("conventions")
    )
    transport_modes = ArrayField(
        models.CharField(max_length=15, choices=TransportMode),
        verbose_name=_("transport modes"),
        default=list,
        blank=True,
    )
    period_start = models.PositiveSmallIntegerField(
        _("first year of the practice"), null=True, blank=True, validators=YEAR_RANGE
    )
    period_end = models.PositiveSmallIntegerField(
        _("last year of the practice"),
        null=True,
        blank=True,
        validators=YEAR_RANGE,
        help_text=_("Empty while it runs."),
    )
    implementers = ArrayField(
        models.CharField(max_length=250),
        verbose_name=_("implementers"),
        default=list,
        blank=True,
        help_text=_("Official English names of the agencies, one a line."),
    )
    handbook = models.CharField(
        _("relation to the Handbook"), max_length=5, choices=HandbookRelation, default=HandbookRelation.THEME
    )
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence, default=Confidence.MEDIUM)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last change"), auto_now=True)
    updated_by = _account(_("changed by"))
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    created_by = _account(_("created by"))
    text_changed_by = _account(_("text changed by"))
    """Who may not approve the study, because every text is seen by a second pair of eyes."""
    returned_because = models.TextField(_("why it was sent back"), blank=True, editable=False)
    """What the reviewer asks of the author; "" once the study is submitted again."""
    revises = models.OneToOneField(
        "self",
        models.CASCADE,
        null=True,
        editable=False,
        related_name="revision",
        verbose_name=_("revision of"),
    )
    """The published study that this one replaces when it is approved; readers never see this one."""

    explanation = None
    """Of a search's result, why it was found: a `search.Explanation`."""

    objects = CaseStudyQuerySet.as_manager()

    class Meta:
        verbose_name = _("case study")
        verbose_name_plural = _("case studies")
        ordering = ["slug"]
        # What each role may do stands in migration 0020 and in docs/curators.md.
        permissions = [
            ("submit_casestudy", _("Can submit case studies for review")),
            ("return_casestudy", _("Can send case studies back to their authors")),
            ("publish_casestudy", _("Can approve and publish case studies")),
            ("archive_casestudy", _("Can archive case studies and take them up again")),
            ("revise_casestudy", _("Can begin revisions of published case studies")),
            ("restore_casestudy", _("Can restore earlier versions of case studies")),
            ("propose_casestudy", _("Can draft case studies for the countries of their own field office")),
            ("import_casestudy", _("Can import case studies")),
            ("check_links", _("Can check the links of sources")),
            ("translate_en", _("Can write and approve English texts")),
            ("translate_ru", _("Can write and approve Russian texts")),
        ]
        constraints = [
            models.CheckConstraint(
                name="published_study_has_english_title",
                condition=~models.Q(status="published") | ~models.Q(title_en="") & models.Q(title_en__isnull=False),
                violation_error_message=_("A published study needs a title in English."),
            ),
            models.CheckConstraint(
                name="published_study_has_publication_date",
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_status_is_known",
                condition=models.Q(status__in=["draft", "in-review", "published", "archived"]),
            ),
            models.CheckConstraint(
                name="case_transport_modes_are_known",
                condition=models.Q(transport_modes__contained_by=TransportMode.values),
            ),
            models.CheckConstraint(
                name="revision_is_not_published",
                condition=models.Q(revises__isnull=True) | models.Q(status__in=["draft", "in-review"]),
            ),
            sane_year("period_start", "case_period_start_is_sane"),
            sane_year("period_end", "case_period_end_is_sane"),
            models.CheckConstraint(
                name="case_period_in_order",
                condition=models.Q(period_end__gte=models.F("period_start")),
                violation_error_message=_("The last year precedes the first."),
            ),
        ]
        indexes = [models.Index(fields=["status", "-updated_at"], name="case_status_and_last_change")]

    def __str__(self) -> str:
        return self.title or self.slug

    def get_absolute_url(self) -> str:
        """Return the study's page for readers, in the active language."""
        return reverse("case-detail", args=[self.slug])

    @property
    def is_published(self) -> bool:
        """Whether readers can see the study."""
        return self.status == self.Status.PUBLISHED


class CaseChapter(OrderedLink):
    """Another chapter that a study illustrates."""

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="chapter_links")
    chapter = models.ForeignKey(
        Chapter,
        models.PROTECT,
        related_name="+",
        verbose_name=_("chapter"),
        limit_choices_to={"kind": Chapter.Kind.CHAPTER},
    )

    class Meta(OrderedLink.Meta):
        verbose_name = _("other chapter")
        verbose_name_plural = _("other chapters")
        constraints = [models.UniqueConstraint(fields=["case_study", "chapter"], name="case_chapter_once")]

    def __str__(self) -> str:
        return str(self.chapter)


class CaseTheme(OrderedLink):
    """A theme of a study, the leading one first."""

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="theme_links")
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="case_links", verbose_name=_("theme"))

    class Meta(OrderedLink.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        constraints = [models.UniqueConstraint(fields=["case_study", "theme"], name="case_theme_once")]

    def __str__(self) -> str:
        return str(self.theme)


class CaseCountry(OrderedLink):
    """A country where a study happened, the main one first."""

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="country_links")
    country = models.ForeignKey(Country, models.PROTECT, related_name="case_links", verbose_name=_("country"))

    class Meta(OrderedLink.Meta):
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        constraints = [models.UniqueConstraint(fields=["case_study", "country"], name="case_country_once")]

    def __str__(self) -> str:
        return str(self.country)


class CaseProvision(OrderedLink):
    """A convention that a study implements or illustrates, with the exact provision where one is known."""

    case_study = models.ForeignKey(CaseStudy, models.CASCADE, related_name="provision_links")
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="case_links", verbose_name=_("convention"))
    provision = models.ForeignKey(
        Provision, models.PROTECT, null=True, blank=True, related_name="case_links", verbose_name=_("provision")
    )

    class Meta(OrderedLink.Meta):
        verbose_name = _("convention")
        verbose_name_plural = _("conventions and provisions")
        constraints = [
            models.UniqueConstraint(
                fields=["case_study", "convention", "provision"],
                name="case_provision_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return str(self.provision or self.convention)

    def clean(self) -> None:
        """Refuse a provision of another convention; the database refuses it too."""
        if self.provision and self.provision.convention_id != self.convention_id:
            raise ValidationError({"provision": _("This provision belongs to another convention.")})
