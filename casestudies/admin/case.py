"""Studies in the admin: the list, the form, and the steps of their status."""

from django import forms
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.db.models import Q, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casestudies import access, desk
from casestudies.models import CaseCountry, CaseStudy, Country
from casestudies.models.case import TEXT_FIELDS

from .case_form import (
    CaseStudyForm,
    ChapterInline,
    CountryInline,
    OutcomeInline,
    PlaceInline,
    ProvisionInline,
    SourceInline,
    ThemeInline,
)
from .concurrent import TellsOfOtherEdits
from .evidence import ChecksLinks
from .history import KeepsHistory
from .imports import ImportMixin
from .proposals import ProposedFilter
from .steps import StepsAdmin
from .translation import TranslationDesk


class CompletenessFilter(admin.SimpleListFilter):
    """Studies by what is missing in a language."""

    title = _("completeness")
    parameter_name = "complete"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """Offer what a translator and an editor look for."""
        return [("en-missing", _("English incomplete")), ("ru-missing", _("Russian incomplete"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep the studies in which a text of the language is missing."""
        if self.value() not in ("en-missing", "ru-missing"):
            return queryset
        language = self.value()[:2]
        missing = Q()
        for field in TEXT_FIELDS:
            missing |= Q(**{f"{field}_{language}": ""}) | Q(**{f"{field}_{language}__isnull": True})
        return queryset.filter(missing)


class DeskFilter(admin.SimpleListFilter):
    """The whole of a list that the desk begins with its first rows."""

    title = _("on my desk")
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """Offer what waits for the curator."""
        return [(name, listed.title) for name, listed in desk.study_lists(request.user).items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep the studies of the list."""
        listed = desk.study_lists(request.user).get(self.value())
        return queryset.filter(pk__in=listed.studies(request.user).order_by().values("pk")) if listed else queryset


@admin.register(CaseStudy)
class CaseStudyAdmin(KeepsHistory, TellsOfOtherEdits, TranslationDesk, ChecksLinks, ImportMixin, StepsAdmin):
    """Studies: list, edit, and the steps of their status."""

    form = CaseStudyForm
    list_display = ("study", "state", "chapter_number", "countries_shown", "english", "russian", "last_change")
    list_filter = (DeskFilter, "status", "chapter", CompletenessFilter, ProposedFilter, "themes", "countries__region")
    search_fields = ("title_en", "title_ru", "slug")
    show_full_result_count = False
    ordering = ("-updated_at",)
    list_per_page = 50
    actions = (*StepsAdmin.actions, "check_links")
    readonly_fields = ("state", "last_change")
    prepopulated_fields = {"slug": ("title_en",)}
    save_on_top = True
    fieldsets = (
        (None, {"fields": (("state", "last_change"),)}),
        *(
            (
                None,
                {"fields": ((f"{field}_en", f"{field}_ru"),), "classes": ("tab-texts", "side-by-side")},
            )
            for field in TEXT_FIELDS
        ),
        (
            _("Classification"),
            {
                "fields": (
                    "slug",
                    "chapter",
                    "original_language",
                    ("region_scope_en", "region_scope_ru"),
                    ("period_start", "period_end"),
                    "transport_modes",
                    "implementers",
                    "handbook",
                    "confidence",
                ),
                "classes": ("tab-filing", "side-by-side"),
            },
        ),
    )
    inlines = (
        CountryInline,
        ThemeInline,
        ChapterInline,
        ProvisionInline,
        SourceInline,
        OutcomeInline,
        PlaceInline,
    )

    class Media:
        js = ["casestudies/admin_tabs.js"]

    # The list --------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Fetch what the list shows, in a fixed number of queries."""
        studies = access.visible_to(request.user, super().get_queryset(request))
        return studies.select_related("chapter", "updated_by", "revises").prefetch_related("country_links__country")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Keep the studies that hold every word in a title, the address or the name of a country.

        Countries are asked in a subquery: joined, every study would stand as often as it has countries, and taking the
        repetitions away took seconds with 10,000 studies.
        """
        for word in search_term.split():
            titles = Q()
            for field in self.get_search_fields(request):
                titles |= Q(**{f"{field}__icontains": word})
            named = Country.objects.filter(Q(name_en__icontains=word) | Q(name_ru__icontains=word))
            in_country = CaseCountry.objects.filter(country__in=named).values("case_study")
            queryset = queryset.filter(titles | Q(pk__in=in_country))
        return queryset, False

    @admin.display(description=_("title"), ordering="title_en")
    def study(self, study: CaseStudy) -> str:
        """Return the title, in the curator's language where there is one."""
        return str(study)

    @admin.display(description=_("status"), ordering="status")
    def state(self, study: CaseStudy) -> str:
        """Return the status as a label that colour alone does not carry."""
        label = format_html('<span class="state state-{}">{}</span>', study.status, study.get_status_display())
        return format_html("{} {}", label, gettext("revision")) if study.revises_id else label

    @admin.display(description=_("chapter"), ordering="chapter__number")
    def chapter_number(self, study: CaseStudy) -> int:
        """Return the chapter's number."""
        return study.chapter.number

    @admin.display(description=_("countries"))
    def countries_shown(self, study: CaseStudy) -> str:
        """Return the countries, or the group that acted."""
        return ", ".join(str(link.country) for link in study.country_links.all()) or study.region_scope or "–"

    @admin.display(description="English")
    def english(self, study: CaseStudy) -> str:
        """Return how many of the texts there are in English."""
        return _completeness(study, "en")

    @admin.display(description="Русский")
    def russian(self, study: CaseStudy) -> str:
        """Return how many of the texts there are in Russian."""
        return _completeness(study, "ru")

    @admin.display(description=_("last change"), ordering="updated_at")
    def last_change(self, study: CaseStudy) -> str:
        """Return when the study was changed last, and by whom."""
        if not study.updated_at:
            return "–"
        when = admin.utils.display_for_value(study.updated_at, "–")
        return f"{when}, {study.updated_by}" if study.updated_by else when

    # Saving ----------------------------------------------------------------------------------------------------

    def save_form(self, request: HttpRequest, form: forms.ModelForm, change: bool) -> CaseStudy:
        """Remember who made the study."""
        study = super().save_form(request, form, change)
        if not change:
            study.created_by = request.user
        return study

    def save_model(self, request: HttpRequest, obj: CaseStudy, form: forms.ModelForm, change: bool) -> None:
        """Remember who changed the study."""
        obj.updated_by = request.user
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: BaseInlineFormSet, change: bool):
        """Put new rows after those there are."""
        positions = [row.instance.position for row in formset.forms if row.instance.pk]
        for row in formset.extra_forms:
            if row.has_changed() and "position" not in row.changed_data:
                row.instance.position = max(positions, default=-1) + 1
                positions.append(row.instance.position)
        super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list, change: bool) -> None:
        """Remember whose text it is now. It needs no search entry: what readers see is not edited."""
        super().save_related(request, form, formsets, change)
        if form.changed_data or any(formset.has_changed() for formset in formsets):
            CaseStudy.objects.filter(pk=form.instance.pk).update(text_changed_by=request.user)

    # Permissions and addresses ---------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let editors begin studies, and field offices propose some of their own countries."""
        return access.may_create(request.user)

    def has_view_permission(self, request: HttpRequest, obj: CaseStudy | None = None) -> bool:
        """Let everybody see studies who has a part in them; `get_queryset` says which."""
        return super().has_view_permission(request, obj) or access.is_of_field_office(request.user)

    def has_change_permission(self, request: HttpRequest, obj: CaseStudy | None = None) -> bool:
        """Keep from editing what readers see: that is revised."""
        if obj is None:
            return super().has_change_permission(request) or access.is_of_field_office(request.user)
        return access.may_edit(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: CaseStudy | None = None) -> bool:
        """Allow deleting what was never published; what was is archived, so that no citation leads nowhere."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.published_at is None)

    def view_on_site(self, obj: CaseStudy) -> str | None:
        """Lead to the readers' page, if there is one."""
        return obj.get_absolute_url() if obj.is_published else None

    def get_prepopulated_fields(self, request: HttpRequest, obj: CaseStudy | None = None) -> dict:
        """Propose an address for a new study only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: CaseStudy | None = None) -> tuple:
        """Keep the address of a study that was published, because it stands in citations, and of a revision."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "slug") if obj and (obj.published_at or obj.revises_id) else fields


def _completeness(study: CaseStudy, language: str) -> str:
    written = sum(bool(getattr(study, f"{field}_{language}")) for field in TEXT_FIELDS)
    return f"{written}/{len(TEXT_FIELDS)}"
