"""Studies in the admin: the list, the form, and the steps of their status."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casestudies import editorial, search_index, versions
from casestudies.models import CaseStudy
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
from .imports import ImportMixin


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


# The steps a curator can take, by the name of their button: the function, the permission, the label.
STEPS: dict[str, tuple[Callable, str, str]] = {
    "submit_for_review": (editorial.submit_for_review, "change_casestudy", _("Submit for review")),
    "publish": (editorial.publish, "publish_casestudy", _("Publish")),
    "return_to_draft": (editorial.return_to_draft, "publish_casestudy", _("Return to draft")),
    "archive": (editorial.archive, "publish_casestudy", _("Archive")),
}
STEPS_FROM = {
    CaseStudy.Status.DRAFT: ("submit_for_review", "publish"),
    CaseStudy.Status.IN_REVIEW: ("publish", "return_to_draft"),
    CaseStudy.Status.PUBLISHED: ("archive", "return_to_draft"),
    CaseStudy.Status.ARCHIVED: ("publish", "return_to_draft"),
}


@admin.register(CaseStudy)
class CaseStudyAdmin(ImportMixin, admin.ModelAdmin):
    """Studies: list, edit, and the steps of their status."""

    form = CaseStudyForm
    list_display = ("study", "state", "chapter_number", "countries_shown", "english", "russian", "last_change")
    list_filter = ("status", "chapter", CompletenessFilter, "themes", "countries__region")
    search_fields = (
        "title_en",
        "title_ru",
        "slug",
        "summary_en",
        "summary_ru",
        "countries__name_en",
        "countries__name_ru",
    )
    ordering = ("-updated_at",)
    date_hierarchy = "updated_at"
    list_per_page = 50
    actions = ("submit_for_review", "publish", "return_to_draft", "archive")
    readonly_fields = ("state", "last_change")
    prepopulated_fields = {"slug": ("title_en",)}
    save_on_top = True
    fieldsets = (
        (None, {"fields": (("state", "last_change"), "opened_at")}),
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
        css = {"all": ["casestudies/admin.css"]}
        js = ["casestudies/admin_tabs.js"]

    # The list --------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Fetch what the list shows, in a fixed number of queries."""
        studies = super().get_queryset(request).select_related("chapter", "updated_by")
        return studies.prefetch_related("country_links__country")

    @admin.display(description=_("title"), ordering="title_en")
    def study(self, study: CaseStudy) -> str:
        """Return the title, in the curator's language where there is one."""
        return str(study)

    @admin.display(description=_("status"), ordering="status")
    def state(self, study: CaseStudy) -> str:
        """Return the status as a label that colour alone does not carry."""
        return format_html('<span class="state state-{}">{}</span>', study.status, study.get_status_display())

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
        """Keep what readers see as a version and make it findable, in the same transaction."""
        super().save_related(request, form, formsets, change)
        versions.keep([form.instance.pk])
        search_index.refresh([form.instance.pk])

    # Permissions and addresses ---------------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj: CaseStudy | None = None) -> bool:
        """Allow deleting what was never published; what was is archived, so that no citation leads nowhere."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.published_at is None)

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer the steps that the curator may take; studies are not deleted in bulk."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def view_on_site(self, obj: CaseStudy) -> str | None:
        """Lead to the readers' page, if there is one."""
        return obj.get_absolute_url() if obj.is_published else None

    def get_prepopulated_fields(self, request: HttpRequest, obj: CaseStudy | None = None) -> dict:
        """Propose an address for a new study only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: CaseStudy | None = None) -> tuple:
        """Keep the address of a study that was published: it stands in citations."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "slug") if obj and obj.published_at else fields

    # The steps -------------------------------------------------------------------------------------------------

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None):
        """Show the steps that the study's status and the curator's permissions allow."""
        study = self.get_object(request, object_id)
        steps = STEPS_FROM[study.status] if study else ()
        context = {
            "steps": [(name, STEPS[name][2]) for name in steps if self._may(request, name)],
            "obstacles": editorial.obstacles(study) if study and not study.is_published else [],
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def response_change(self, request: HttpRequest, obj: CaseStudy) -> HttpResponse:
        """Take the step whose button was pressed, after saving what was typed."""
        for name in STEPS:
            if f"_{name}" in request.POST and self._may(request, name):
                self._take_step(request, name, [obj])
                return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)

    def _may(self, request: HttpRequest, step: str) -> bool:
        return request.user.has_perm(f"casestudies.{STEPS[step][1]}")

    def _take_step(self, request: HttpRequest, name: str, studies: list[CaseStudy]) -> None:
        function, _permission, label = STEPS[name]
        done = 0
        for study in studies:
            try:
                function(study, request.user)
            except ValidationError as error:
                reasons = " ".join(error.messages)
                self.message_user(request, f"{study}: {reasons}", messages.ERROR)
            else:
                self.log_change(request, study, str(label))
                done += 1
        if done:
            text = ngettext("%(step)s: %(count)d study.", "%(step)s: %(count)d studies.", done)
            self.message_user(request, text % {"step": label, "count": done}, messages.SUCCESS)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Say whether the curator may publish and archive."""
        return request.user.has_perm("casestudies.publish_casestudy")

    @admin.action(description=STEPS["submit_for_review"][2], permissions=["change"])
    def submit_for_review(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Hand drafts to the reviewers."""
        self._take_step(request, "submit_for_review", list(queryset))

    @admin.action(description=STEPS["publish"][2], permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Show studies to readers."""
        self._take_step(request, "publish", list(queryset))

    @admin.action(description=STEPS["return_to_draft"][2], permissions=["publish"])
    def return_to_draft(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Take studies back to their authors."""
        self._take_step(request, "return_to_draft", list(queryset))

    @admin.action(description=STEPS["archive"][2], permissions=["publish"])
    def archive(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Withdraw studies."""
        self._take_step(request, "archive", list(queryset))


def _completeness(study: CaseStudy, language: str) -> str:
    written = sum(bool(getattr(study, f"{field}_{language}")) for field in TEXT_FIELDS)
    return f"{written}/{len(TEXT_FIELDS)}"
