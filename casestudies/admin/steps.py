"""The steps of a study's status in the admin: one page asks for a comment and takes the step, for one study or many."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from casestudies import access, editorial, history
from casestudies.models import CaseStudy
from casestudies.versions.differences import differences

from .log_words import said

Status = CaseStudy.Status
MOST_AT_ONCE = 200
"""How many studies one confirmation may move: it lists them, and a form may have a thousand fields."""


@dataclass(frozen=True)
class Step:
    """One step: the function that takes it, the permission it needs, and its words."""

    name: str
    take: Callable[[CaseStudy, AbstractUser, str], CaseStudy]
    permission: str
    allowed_from: Status
    label: str
    explanation: str
    needs_reason: bool = False


STEPS = {
    step.name: step
    for step in (
        Step(
            "submit",
            editorial.submit,
            "submit_casestudy",
            Status.DRAFT,
            _("Submit for review"),
            _("The reviewers are asked to approve it. Your comment tells them what to look at."),
        ),
        Step(
            "publish",
            editorial.publish,
            "publish_casestudy",
            Status.IN_REVIEW,
            _("Approve and publish"),
            _("Readers see it from now on. A revision takes the place of the text that it revises."),
        ),
        Step(
            "send_back",
            editorial.send_back,
            "return_casestudy",
            Status.IN_REVIEW,
            _("Send back"),
            _("It becomes a draft again, and its author sees your reason."),
            needs_reason=True,
        ),
        Step(
            "revise",
            editorial.revise,
            "revise_casestudy",
            Status.PUBLISHED,
            _("Begin a revision"),
            _("A draft with the same content is made. Readers see the published text until the revision is approved."),
        ),
        Step(
            "archive",
            editorial.archive,
            "archive_casestudy",
            Status.PUBLISHED,
            _("Archive"),
            _("Readers are told that it was withdrawn. Nothing is lost: it can be taken up again."),
        ),
        Step(
            "reopen",
            editorial.reopen,
            "archive_casestudy",
            Status.ARCHIVED,
            _("Take up again"),
            _("It becomes a draft, and is published when it is approved."),
        ),
    )
}


def steps_of(study: CaseStudy, user: AbstractUser) -> list[Step]:
    """Return the steps that the study's status and the user's permissions allow."""
    return [step for step in STEPS.values() if step.allowed_from == study.status and access.may(user, step.permission)]


def _as_action(step: Step) -> Callable:
    """Return the list's action for a step: it opens the step's page with the chosen studies."""

    def action(model_admin: "StepsAdmin", request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        number = queryset.count()
        if number > MOST_AT_ONCE:
            text = gettext("You chose %(number)d studies. Choose at most %(most)d at once.")
            model_admin.message_user(request, text % {"number": number, "most": MOST_AT_ONCE}, messages.ERROR)
            return None
        return model_admin.step_page(request, step, queryset.order_by("pk"))

    action.__name__ = step.name
    return admin.action(description=step.label)(action)


class StepsAdmin(admin.ModelAdmin):
    """Adds the steps to the admin of studies: actions in the list, buttons on the form, and the page of each."""

    actions = tuple(_as_action(step) for step in STEPS.values())

    def get_urls(self) -> list[URLPattern]:
        """Add the page on which a step is commented and taken."""
        view = self.admin_site.admin_view(self.step_view)
        return [path("step/<slug:name>/", view, name="casestudies_casestudy_step"), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer the steps that the curator may take; studies are not deleted in bulk."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        forbidden = {step.name for step in STEPS.values() if not access.may(request.user, step.permission)}
        return {name: action for name, action in actions.items() if name not in forbidden}

    def step_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Show the page of a step for the studies that `id` names, and take it when it is confirmed."""
        step = STEPS.get(name)
        if step is None:
            raise Http404
        if not access.may(request.user, step.permission):
            raise PermissionDenied
        given = request.POST if request.method == "POST" else request.GET
        identifiers = [value for value in given.getlist("id") if value.isdigit() and len(value) < 19]
        studies = self.get_queryset(request).filter(pk__in=identifiers).order_by("pk")
        if not studies:
            raise Http404
        if request.method != "POST":
            return self.step_page(request, step, studies)
        comment = request.POST.get("comment", "")
        if step.needs_reason and not comment.strip():
            fault = gettext("Say why you send it back: the author reads it.")
            return self.step_page(request, step, studies, fault=fault)
        refused = self._take(request, step, list(studies), comment)
        if refused:
            # What was typed stays on the page, and only what was refused is left on it.
            return self.step_page(request, step, studies.filter(pk__in=refused))
        return HttpResponseRedirect(self._after(request, step, studies))

    def step_page(self, request: HttpRequest, step: Step, studies: QuerySet, fault: str = "") -> TemplateResponse:
        """Ask for a comment before the step is taken."""
        studies = list(studies)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": step.label,
            "step": step,
            "studies": studies,
            "comment": request.POST.get("comment", ""),
            "fault": fault,
            "obstacles": _obstacles(studies[0]) if len(studies) == 1 else [],
            "differences": _changes(studies[0]) if len(studies) == 1 else [],
            "returned_by": _returned_by(studies[0]) if len(studies) == 1 else "",
        }
        return TemplateResponse(request, "admin/casestudies/casestudy/step.html", context)

    def _take(self, request: HttpRequest, step: Step, studies: list[CaseStudy], comment: str) -> list[int]:
        """Take the step for each study, say what became of them, and return the keys of those that were refused."""
        refused, done = [], 0
        for study in studies:
            identifier = study.pk
            try:
                result = step.take(study, request.user, comment)
            except ValidationError as error:
                refused.append(identifier)
                self.message_user(request, f"{study}: {' '.join(error.messages)}", messages.ERROR)
            else:
                self.log_change(request, result, said(step.label, comment))
                done += 1
        if done:
            text = ngettext("%(step)s: %(count)d study.", "%(step)s: %(count)d studies.", done)
            self.message_user(request, text % {"step": step.label, "count": done}, messages.SUCCESS)
        return refused

    def _after(self, request: HttpRequest, step: Step, studies: QuerySet) -> str:
        """Return where a step leads: to the study it was taken for, to the revision it began, else to the list."""
        study = studies.first() if studies.count() == 1 else None
        if study and step.name == "revise":
            study = study.revision
        page = "change" if study else "changelist"
        return reverse(f"admin:casestudies_casestudy_{page}", args=[study.pk] if study else [])

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None):
        """Show the steps that the study's status and the curator's permissions allow, and what the study is."""
        study = self.get_object(request, object_id)
        context = {}
        if study:
            context = {
                "steps": [(step, step_address(step, study)) for step in steps_of(study, request.user)],
                "obstacles": _obstacles(study),
                "revision": CaseStudy.objects.filter(revises=study).first(),
                "differences": _changes(study),
                "returned_by": _returned_by(study),
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def response_change(self, request: HttpRequest, obj: CaseStudy) -> HttpResponse:
        """Lead to the page of the step whose button was pressed, after what was typed was saved."""
        for step in steps_of(obj, request.user):
            if f"_{step.name}" in request.POST:
                return HttpResponseRedirect(step_address(step, obj))
        return super().response_change(request, obj)


def step_address(step: Step, study: CaseStudy) -> str:
    """Return the address of the page on which the step is taken for the study."""
    return f"{reverse('admin:casestudies_casestudy_step', args=[step.name])}?{urlencode({'id': study.pk})}"


def _obstacles(study: CaseStudy) -> list[editorial.Obstacle]:
    """Return what stands in the way of a study that is on its way to readers."""
    return [] if study.status in (Status.PUBLISHED, Status.ARCHIVED) else editorial.obstacles(study)


def _returned_by(study: CaseStudy) -> str:
    """Return who sent a study back, which is not who changed it last once its author works on it again."""
    if not study.returned_because:
        return ""
    return history.entries(study).filter(action="returned").values_list("by_name", flat=True).first() or "–"


def _changes(revision: CaseStudy) -> list:
    """Return what a revision changes in the published study, for its reviewer; [] for any other study."""
    if not revision.revises_id:
        return []
    both = CaseStudy.objects.in_full().in_bulk([revision.pk, revision.revises_id])
    return list(differences(both[revision.revises_id], both[revision.pk]))
