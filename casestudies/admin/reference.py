"""Editing the vocabularies. A changed name works at once: questions look names up when they are asked."""

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from casestudies import search_index
from casestudies.models import (
    CaseStudy,
    Chapter,
    ChapterTheme,
    Concept,
    Convention,
    Country,
    FieldOffice,
    GlossaryTerm,
    GlossaryTermTheme,
    Organization,
    Party,
    Provision,
    ProvisionTheme,
    Region,
    Theme,
)

from .concurrent import TellsOfOtherEdits
from .deleting import DeletesInWords
from .forms import HTTPS_ADDRESSES, LinesField, RecordForm
from .history import KeepsHistory
from .log_words import ShowsLogInWords

admin.site.site_header = _("Best Practices at Border Crossings")
admin.site.site_title = _("Best Practices at Border Crossings")


class VocabularyAdmin(KeepsHistory, TellsOfOtherEdits, admin.ModelAdmin):
    """A vocabulary; `codes` name the fields that stand in addresses, and stay as they are once saved."""

    form = RecordForm
    codes: tuple[str, ...] = ()
    formfield_overrides = HTTPS_ADDRESSES | {ArrayField: {"form_class": LinesField}}

    def get_readonly_fields(self, request: HttpRequest, obj: object | None = None) -> tuple:
        """Keep codes that others may have shared or cited."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, *self.codes) if obj else fields

    def get_fieldsets(self, request: HttpRequest, obj: object | None = None) -> list:
        """Set the languages of a text side by side."""
        return [(None, {"fields": self.get_fields(request, obj), "classes": ("side-by-side",)})]


class OrderedThemeInline(admin.TabularInline):
    """The themes of a record, in order."""

    extra = 0
    autocomplete_fields = ("theme",)
    fields = ("theme", "position")


class ChapterThemeInline(OrderedThemeInline):
    """The themes that a chapter treats."""

    model = ChapterTheme


class ProvisionThemeInline(OrderedThemeInline):
    """The themes that a provision concerns."""

    model = ProvisionTheme


class GlossaryTermThemeInline(OrderedThemeInline):
    """The themes that a term belongs to."""

    model = GlossaryTermTheme


@admin.register(Theme)
class ThemeAdmin(VocabularyAdmin):
    """Themes and the words people type for them."""

    codes = ("code",)
    list_display = ("__str__", "code", "position")
    search_fields = ("code", "name_en", "name_ru")
    fields = (
        "code",
        ("name_en", "name_ru"),
        ("definition_en", "definition_ru"),
        ("synonyms_en", "synonyms_ru"),
        "position",
    )


@admin.register(Concept)
class ConceptAdmin(VocabularyAdmin):
    """The thesaurus: what means the same in searches."""

    codes = ("code",)
    list_display = ("code", "expressions_en", "expressions_ru")
    search_fields = ("code", "expressions_en", "expressions_ru", "narrower_en", "narrower_ru")
    fields = ("code", ("expressions_en", "expressions_ru"), ("narrower_en", "narrower_ru"))


@admin.register(Chapter)
class ChapterAdmin(VocabularyAdmin):
    """Chapters and annexes."""

    codes = ("kind", "number", "slug")
    list_display = ("__str__", "slug")
    search_fields = ("title_en", "title_ru")
    fields = (("kind", "number", "slug"), ("title_en", "title_ru"), ("summary_en", "summary_ru"))
    inlines = (ChapterThemeInline,)


@admin.register(Region)
class RegionAdmin(VocabularyAdmin):
    """Sub-regions of M49."""

    codes = ("slug",)
    list_display = ("__str__", "slug")
    search_fields = ("name_en", "name_ru")
    fields = ("slug", ("name_en", "name_ru"), ("alternative_names_en", "alternative_names_ru"))


class MembershipInline(admin.TabularInline):
    """The conventions that a country is party to."""

    model = Party
    extra = 0
    autocomplete_fields = ("convention",)


@admin.register(Country)
class CountryAdmin(VocabularyAdmin):
    """Countries and their standing."""

    codes = ("alpha2",)
    list_display = ("__str__", "alpha2", "region", "osce", "unece", "lldc")
    list_filter = ("osce", "unece", "lldc", "region")
    ordering = ("name_en",)
    list_select_related = ("region",)
    search_fields = ("alpha2", "alpha3", "name_en", "name_ru")
    fields = (
        ("alpha2", "alpha3", "m49"),
        ("name_en", "name_ru"),
        ("alternative_names_en", "alternative_names_ru"),
        "region",
        ("osce", "unece", "lldc"),
        ("field_operation_en", "field_operation_ru", "field_operation_as_of"),
        "distance_to_sea_km",
        ("latitude", "longitude"),
    )
    inlines = (MembershipInline,)
    # What search entries copy; a country's other names are looked up when a question is asked.
    copied = frozenset(
        ("name_en", "name_ru", "region", "osce", "unece", "lldc", "field_operation_en", "field_operation_ru")
    )

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list, change: bool) -> None:
        """Index the studies of the country in the same transaction: their entries copy its region and standing."""
        super().save_related(request, form, formsets, change)
        if set(form.changed_data) & self.copied:
            search_index.refresh(CaseStudy.objects.in_country(form.instance).values_list("pk", flat=True))


@admin.register(Convention)
class ConventionAdmin(VocabularyAdmin):
    """Conventions; their provisions and parties have lists of their own."""

    codes = ("code",)
    list_display = ("__str__", "code", "kind", "adopted", "in_force")
    list_filter = ("kind",)
    search_fields = ("code", "name_en", "name_ru", "short_name_en", "short_name_ru")
    fields = (
        "code",
        ("short_name_en", "short_name_ru"),
        ("name_en", "name_ru"),
        ("alternative_names_en", "alternative_names_ru"),
        "kind",
        ("depositary_en", "depositary_ru"),
        ("adopted", "in_force"),
        "url",
        ("summary_en", "summary_ru"),
        ("parties_as_of_en", "parties_as_of_ru"),
        ("parties_note_en", "parties_note_ru"),
        "position",
    )


@admin.register(Provision)
class ProvisionAdmin(VocabularyAdmin):
    """Provisions of conventions."""

    codes = ("code",)
    list_display = ("ref", "convention", "heading")
    list_filter = ("convention",)
    list_select_related = ("convention",)
    search_fields = ("ref_en", "ref_ru", "heading_en", "heading_ru", "convention__code", "convention__short_name_en")
    autocomplete_fields = ("convention",)
    fields = (
        "convention",
        "code",
        ("ref_en", "ref_ru"),
        ("heading_en", "heading_ru"),
        ("gist_en", "gist_ru"),
        "position",
    )
    inlines = (ProvisionThemeInline,)

    def save_model(self, request: HttpRequest, obj: Provision, form: forms.ModelForm, change: bool) -> None:
        """Give a new provision the code that convention and reference make."""
        obj.code = obj.code or obj.default_code()
        super().save_model(request, obj, form, change)


@admin.register(Party)
class PartyAdmin(VocabularyAdmin):
    """Who is party to what, by which source."""

    list_display = ("country", "convention", "year", "source")
    list_filter = ("convention",)
    list_select_related = ("country", "convention")
    search_fields = ("country__name_en", "country__name_ru", "country__alpha2")
    autocomplete_fields = ("country", "convention")
    fields = ("convention", "country", "year", "source")


@admin.register(Organization)
class OrganizationAdmin(VocabularyAdmin):
    """Annex II."""

    codes = ("code",)
    list_display = ("__str__", "code")
    search_fields = ("code", "name_en", "name_ru")
    fields = ("code", ("name_en", "name_ru"), ("role_en", "role_ru"), "url", "position")


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(VocabularyAdmin):
    """Annex I."""

    list_display = ("term", "abbreviation", "source")
    search_fields = ("term_en", "term_ru", "abbreviation_en", "abbreviation_ru")
    fields = (
        ("term_en", "term_ru"),
        ("abbreviation_en", "abbreviation_ru"),
        ("definition_en", "definition_ru"),
        "source",
    )
    inlines = (GlossaryTermThemeInline,)


@admin.register(FieldOffice)
class FieldOfficeAdmin(DeletesInWords, ShowsLogInWords, admin.ModelAdmin):
    """The field offices: their countries, and who belongs to them."""

    list_display = ("name", "countries_shown")
    search_fields = ("name", "countries__name_en", "countries__name_ru")
    fields = ("name", "countries", "members")
    autocomplete_fields = ("countries", "members")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Fetch the countries that the list shows."""
        return super().get_queryset(request).prefetch_related("countries")

    @admin.display(description=_("countries"))
    def countries_shown(self, office: FieldOffice) -> str:
        """Return the office's countries."""
        return ", ".join(str(country) for country in office.countries.all())
