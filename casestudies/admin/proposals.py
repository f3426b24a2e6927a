"""Proposals in the admin: who proposed what, and declining."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import BooleanField, Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from casestudies import access
from casestudies.models import CaseStudy, Proposal
from casestudies.proposals import records

from .audit import RecordOfEvents
from .log_words import said


class ProposedFilter(admin.SimpleListFilter):
    """In the list of studies: those that began as a proposal."""

    title = _("origin")
    parameter_name = "proposed"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """Offer the proposed ones."""
        return [("1", _("Proposed by somebody outside"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CaseStudy]) -> QuerySet[CaseStudy]:
        """Keep the proposed ones."""
        return queryset.filter(proposal__isnull=False) if self.value() == "1" else queryset


class DecisionFilter(admin.SimpleListFilter):
    """Proposals by what became of them."""

    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """Offer the three ends, the open one first."""
        return [
            ("waiting", pgettext("proposals", "Waiting")),
            ("published", pgettext("proposals", "Published")),
            ("declined", pgettext("proposals", "Declined")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        """Keep the proposals of one kind."""
        conditions = {
            "waiting": Q(pk__in=records.waiting().values("pk")),
            "published": Q(case_study__published_at__isnull=False),
            "declined": Q(case_study__published_at=None, case_study__status=CaseStudy.Status.ARCHIVED),
        }
        return queryset.filter(conditions.get(self.value(), Q()))


class DeclineForm(forms.Form):
    """Why a proposal is declined."""

    reason = forms.CharField(
        label=_("Why it is declined"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "reason"}),
        help_text=_("Your colleagues see it. Nothing is sent to the proposer: write to them yourself."),
    )


@admin.register(Proposal)
class ProposalAdmin(RecordOfEvents):
    """Proposals, the latest first; the personal data in them are for whoever may view proposals."""

    list_display = ("received_at", "study", "institution", "person", "language", "decision")
    list_display_links = None
    list_filter = (DecisionFilter, "language")
    list_select_related = ("case_study", "declined_by")
    search_fields = ("institution", "name", "email", "case_study__title_en", "case_study__title_ru")
    actions = ("forget",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        """Say of each whether the curator may decline it."""
        may_decline = Value(access.may(request.user, "archive_casestudy"), output_field=BooleanField())
        return super().get_queryset(request).annotate(may_decline=may_decline)

    def has_delete_permission(self, request: HttpRequest, obj: Proposal | None = None) -> bool:
        """Allow it with its draft, as for spam."""
        return access.may(request.user, "delete_proposal")

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer no deleting in bulk: what is proposed is declined."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.display(description=_("case study"), ordering="case_study__title_en")
    def study(self, proposal: Proposal) -> str:
        """Return the draft's title as a link to its form."""
        address = reverse("admin:casestudies_casestudy_change", args=[proposal.case_study_id])
        return format_html('<a href="{}">{}</a>', address, proposal.case_study)

    @admin.display(description=_("proposed by"), ordering="name")
    def person(self, proposal: Proposal) -> str:
        """Return name and address, as long as they are kept."""
        if proposal.personal_data_deleted_at:
            return gettext("deleted")
        return format_html('{}<br><a href="mailto:{}">{}</a>', proposal.name, proposal.email, proposal.email)

    @admin.display(description=_("decision"))
    def decision(self, proposal: Proposal) -> str:
        """Return what became of it; while nothing has, the way to decline it for those who may."""
        if proposal.case_study.published_at:
            return pgettext("proposal", "Published")
        if not proposal.is_waiting:
            label = pgettext("proposal", "Declined")
            return format_html('{}<br><span class="quiet">{}</span>', label, proposal.declined_because)
        if not proposal.may_decline:
            return pgettext("proposal", "Waiting")
        address = reverse("admin:casestudies_proposal_decline", args=[proposal.pk])
        return format_html('{}<br><a href="{}">{}</a>', pgettext("proposal", "Waiting"), address, gettext("Decline …"))

    # Declining and forgetting ------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """Add the page on which a proposal is declined."""
        decline = self.admin_site.admin_view(self.decline)
        return [path("<int:pk>/decline/", decline, name="casestudies_proposal_decline"), *super().get_urls()]

    def decline(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why, and decline."""
        if not (self.has_view_permission(request) and access.may(request.user, "archive_casestudy")):
            raise PermissionDenied
        proposal = self.get_queryset(request).filter(pk=pk).first()
        if proposal is None:
            raise Http404
        form = DeclineForm(request.POST or None)
        if form.is_valid():
            return self._declined(request, proposal, form.cleaned_data["reason"])
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Decline a proposal"),
            "opts": self.opts,
            "proposal": proposal,
            "form": form,
        }
        return TemplateResponse(request, "admin/casestudies/proposal/decline.html", context)

    def _declined(self, request: HttpRequest, proposal: Proposal, reason: str) -> HttpResponse:
        try:
            records.decline(proposal, request.user, reason)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            study = CaseStudy.objects.get(pk=proposal.case_study_id)
            self.log_change(request, study, said(_("Proposal declined"), reason))
            self.message_user(request, gettext("Declined; its draft is in the archive."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:casestudies_proposal_changelist"))

    def has_forget_permission(self, request: HttpRequest) -> bool:
        """Say whether somebody may delete personal data before their time."""
        return access.may(request.user, "delete_proposal")

    @admin.action(description=_("Delete the personal data now"), permissions=["forget"])
    def forget(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> None:
        """Delete who made the proposals, as when somebody asks for it."""
        number = records.forget(queryset)
        text = ngettext(
            "The personal data of %(count)d proposal are deleted.",
            "The personal data of %(count)d proposals are deleted.",
            number,
        )
        self.message_user(request, text % {"count": number}, messages.SUCCESS)
