"""The form of a study: its own fields, and a block for each thing it is linked to or rests on."""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from casestudies import access, editorial
from casestudies.models import (
    CaseChapter,
    CaseCountry,
    CaseProvision,
    CaseStudy,
    CaseTheme,
    Outcome,
    Place,
    Source,
)
from casestudies.models.case import TransportMode

from .evidence import ShowsLastCheck
from .forms import HTTPS_ADDRESSES, LinesField, RecordForm
from .translation import state_lines


class CaseStudyForm(RecordForm):
    """A study, in every language."""

    transport_modes = forms.MultipleChoiceField(
        label=capfirst(_("transport modes")),
        choices=TransportMode.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    implementers = LinesField(
        forms.CharField(max_length=250),
        label=capfirst(_("implementers")),
        required=False,
        help_text=_("Official English names of the agencies, one a line."),
    )

    class Meta:
        model = CaseStudy
        fields = []  # CaseStudyAdmin.fieldsets names them

    def __init__(self, *args, **kwargs):
        """Let a draft begin in any language: publishing asks for English."""
        super().__init__(*args, **kwargs)
        if "title_en" in self.fields:
            self.fields["title_en"].required = False

    def clean(self) -> dict:
        """Refuse a study without a title: nobody would find it again."""
        cleaned = super().clean()
        titles = [f"title_{language}" for language, _name in settings.LANGUAGES]
        if not any(cleaned.get(title) for title in titles) and not any(title in self.errors for title in titles):
            self.add_error(f"title_{get_language()}", gettext("A study needs a title."))
        return cleaned

    def clean_slug(self) -> str:
        """Refuse an address that the revision of another study will need."""
        slug = self.cleaned_data["slug"]
        if slug.startswith(editorial.REVISION_PREFIX):
            text = gettext("Addresses that begin with “%(beginning)s” are those of revisions.")
            raise ValidationError(text % {"beginning": editorial.REVISION_PREFIX})
        return slug


class ProvisionFormSet(BaseInlineFormSet):
    """The conventions of a study, each provision once."""

    def clean(self) -> None:
        """Refuse a row given twice. Django compares no rows without a provision; the database does."""
        super().clean()
        seen = set()
        for form in self.forms:
            row = form.cleaned_data if hasattr(form, "cleaned_data") else {}
            if not row.get("convention") or row.get("DELETE"):
                continue
            link = (row["convention"], row.get("provision"))
            if link in seen:
                form.add_error("convention", gettext("This row stands twice."))
            seen.add(link)


class CountryFormSet(BaseInlineFormSet):
    """The countries of a study; a field office writes of its own."""

    def clean(self) -> None:
        """Refuse a proposal of a field office that names none of its countries."""
        super().clean()
        user = self.user
        if not access.is_of_field_office(user):
            return
        own = access.countries_of(user)
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        named = {row["country"] for row in rows if row.get("country") and not row.get("DELETE")}
        if not named & set(own):
            names = ", ".join(str(country) for country in own)
            raise ValidationError(gettext("Name a country of your office: %(countries)s.") % {"countries": names})


class ChapterFormSet(BaseInlineFormSet):
    """The other chapters of a study."""

    def clean(self) -> None:
        """Refuse the study's own chapter among the others."""
        super().clean()
        for form in self.forms:
            row = form.cleaned_data if hasattr(form, "cleaned_data") else {}
            if row.get("chapter") and row["chapter"] == self.instance.chapter and not row.get("DELETE"):
                form.add_error("chapter", gettext("This is the study's own chapter."))


class PartOfStudy:
    """Lets whoever may edit a study edit what it is linked to and rests on: it is one text."""

    def has_view_permission(self, request: HttpRequest, obj: CaseStudy | None = None) -> bool:
        """Show it to whoever sees the study."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: CaseStudy | None = None) -> bool:
        """Let whoever may edit the study, or begin one, add rows."""
        return access.may_edit(request.user, obj) if obj else access.may_create(request.user)

    def has_change_permission(self, request: HttpRequest, obj: CaseStudy | None = None) -> bool:
        """Let whoever may edit the study change rows."""
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: CaseStudy | None = None) -> bool:
        """Let whoever may edit the study remove rows."""
        return self.has_add_permission(request, obj)


class OrderedInline(PartOfStudy, admin.TabularInline):
    """Rows in the order of their numbers; a new row goes to the end."""

    extra = 0
    ordering = ("position", "id")


class WideInline(PartOfStudy, admin.StackedInline):
    """The same for records with long texts: a block each."""

    extra = 0
    ordering = ("position", "id")


class CountryInline(OrderedInline):
    """The countries, the main one first."""

    model = CaseCountry
    formset = CountryFormSet
    fields = ("country", "position")
    autocomplete_fields = ("country",)
    classes = ("tab-filing",)

    def get_formset(self, request: HttpRequest, obj: CaseStudy | None = None, **kwargs):
        """Tell the rows who writes them."""
        formset = super().get_formset(request, obj, **kwargs)
        formset.user = request.user
        return formset


class ThemeInline(OrderedInline):
    """The themes, the leading one first."""

    model = CaseTheme
    fields = ("theme", "position")
    autocomplete_fields = ("theme",)
    classes = ("tab-filing",)
    max_num = 4


class ChapterInline(OrderedInline):
    """Other chapters that the study illustrates."""

    model = CaseChapter
    formset = ChapterFormSet
    fields = ("chapter", "position")
    classes = ("tab-filing",)


class ProvisionInline(OrderedInline):
    """Conventions, with the exact provision where one is known."""

    model = CaseProvision
    formset = ProvisionFormSet
    fields = ("convention", "provision", "position")
    autocomplete_fields = ("convention", "provision")
    classes = ("tab-filing",)


class PlaceInline(OrderedInline):
    """Border crossing points, ports and offices."""

    model = Place
    fields = ("name", "country", "latitude", "longitude", "position")
    autocomplete_fields = ("country",)
    classes = ("tab-evidence",)


class SourceInline(ShowsLastCheck, WideInline):
    """What the study rests on."""

    model = Source
    formfield_overrides = HTTPS_ADDRESSES
    fieldsets = (
        (
            None,
            {
                "fields": (("title", "publisher"), ("url", "last_check"), ("year", "checked", "position")),
                "classes": ("side-by-side",),
            },
        ),
    )
    classes = ("tab-evidence",)


class OutcomeInline(WideInline):
    """Measured results, each with one of the study's sources."""

    model = Outcome
    readonly_fields = ("indicator_translation",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("indicator_en", "indicator_ru"),
                    "indicator_translation",
                    ("before", "before_year", "after", "after_year"),
                    ("unit", "better", "source", "position"),
                ),
                "classes": ("side-by-side",),
            },
        ),
    )
    classes = ("tab-evidence",)

    @admin.display(description=_("Translation"))
    def indicator_translation(self, outcome: Outcome) -> SafeString:
        """Show how the translations of the indicator stand to their source."""
        return state_lines(self.study, outcome, "indicator") if outcome.pk else "–"

    def get_formset(self, request: HttpRequest, obj: CaseStudy | None = None, **kwargs):
        """Offer the sources of this study only."""
        self.study = obj  # the inlines of a page are made for it
        formset = super().get_formset(request, obj, **kwargs)
        source = formset.form.base_fields["source"]
        source.queryset = obj.sources.all() if obj else Source.objects.none()
        source.help_text = _("Save a new source first; then it can be chosen here.")
        return formset
