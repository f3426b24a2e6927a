"""The form of a study: its own fields, and a block for each thing it is linked to or rests on."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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
from casestudies.models.case import TEXT_FIELDS, TransportMode

from .forms import HTTPS_ADDRESSES, LinesField, RecordForm


class CaseStudyForm(RecordForm):
    """A study; one that is published keeps its English texts."""

    transport_modes = forms.MultipleChoiceField(
        label=_("transport modes"),
        choices=TransportMode.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    implementers = LinesField(
        forms.CharField(max_length=250),
        label=_("implementers"),
        required=False,
        help_text=_("Official English names of the agencies, one a line."),
    )

    class Meta:
        model = CaseStudy
        fields = []  # CaseStudyAdmin.fieldsets names them

    def clean(self) -> dict:
        """Refuse to empty an English text that readers see."""
        cleaned = super().clean()
        if self.instance.is_published:
            for field in TEXT_FIELDS:
                if not cleaned.get(f"{field}_en") and f"{field}_en" not in self.errors:
                    self.add_error(
                        f"{field}_en", gettext("The study is published: it needs this text. Archive it to empty it.")
                    )
        return cleaned


class SourceFormSet(BaseInlineFormSet):
    """The sources of a study; a published study keeps at least one."""

    def clean(self) -> None:
        """Refuse to remove the last source that readers rely on."""
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if self.instance.is_published and not kept:
            raise ValidationError(gettext("A published study cites at least one source."))


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


class ChapterFormSet(BaseInlineFormSet):
    """The other chapters of a study."""

    def clean(self) -> None:
        """Refuse the study's own chapter among the others."""
        super().clean()
        for form in self.forms:
            row = form.cleaned_data if hasattr(form, "cleaned_data") else {}
            if row.get("chapter") and row["chapter"] == self.instance.chapter and not row.get("DELETE"):
                form.add_error("chapter", gettext("This is the study's own chapter."))


class OrderedInline(admin.TabularInline):
    """Rows in the order of their numbers; a new row goes to the end."""

    extra = 0
    ordering = ("position", "id")


class WideInline(admin.StackedInline):
    """The same for records with long texts: a block each."""

    extra = 0
    ordering = ("position", "id")


class CountryInline(OrderedInline):
    """The countries, the main one first."""

    model = CaseCountry
    fields = ("country", "position")
    autocomplete_fields = ("country",)
    classes = ("tab-filing",)


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


class SourceInline(WideInline):
    """What the study rests on."""

    model = Source
    formset = SourceFormSet
    formfield_overrides = HTTPS_ADDRESSES
    fieldsets = (
        (
            None,
            {"fields": (("title", "publisher"), ("url", "year", "checked", "position")), "classes": ("side-by-side",)},
        ),
    )
    classes = ("tab-evidence",)


class OutcomeInline(WideInline):
    """Measured results, each with one of the study's sources."""

    model = Outcome
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("indicator_en", "indicator_ru"),
                    ("before", "before_year", "after", "after_year"),
                    ("unit", "better", "source", "position"),
                ),
                "classes": ("side-by-side",),
            },
        ),
    )
    classes = ("tab-evidence",)

    def get_formset(self, request: HttpRequest, obj: CaseStudy | None = None, **kwargs):
        """Offer the sources of this study only."""
        formset = super().get_formset(request, obj, **kwargs)
        source = formset.form.base_fields["source"]
        source.queryset = obj.sources.all() if obj else Source.objects.none()
        source.help_text = _("Save a new source first; then it can be chosen here.")
        return formset
