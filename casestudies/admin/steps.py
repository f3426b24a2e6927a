"""The steps of a study's status in the admin: one page asks for a comment and takes the step, for one study or many."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casestudies import access, editorial, history
from casestudies.models import CaseStudy, HistoryEntry
from casestudies.versions.differences import Difference, differences

from .log_words import said

Status = CaseStudy.Status
MOST_AT_ONCE = 200
"""How many studies one confirmation may move: it lists them, and a form may have a thousand fields."""


@dataclass(frozen=True)
class Step:
    """One step: the function that takes it, the permission it needs, and its words before and after."""

    name: str
    take: Callable[[CaseStudy, AbstractUser, str], CaseStudy]
    permission: str
    allowed_from: Status
    label: str
    done: str
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
            pgettext_lazy("step", "Submitted for review"),
            _("The reviewers are asked to approve it. Your comment tells them what to look at."),
        ),
        Step(
            "publish",
            editorial.publish,
            "publish_casestudy",
            Status.IN_REVIEW,
            _("Approve and publish"),
            pgettext_lazy("step", "Approved and published"),
            _("Readers see it from now on. A revision takes the place of the text that it revises."),
        ),
        Step(
            "send_back",
            editorial.send_back,
            "return_casestudy",
            Status.IN_REVIEW,
            _("Send back"),
            pgettext_lazy("step", "Sent back"),
            _("It becomes a draft again, and its author sees your reason."),
            needs_reason=True,
        ),
        Step(
            "revise",
            editorial.revise,
            "revise_casestudy",
            Status.PUBLISHED,
            _("Begin a revision"),
            pgettext_lazy("step", "Revision begun"),
            _("A draft with the same content is made. Readers see the published text until the revision is approved."),
        ),
        Step(
            "archive",
            editorial.archive,
            "archive_casestudy",
            Status.PUBLISHED,
            _("Archive"),
            pgettext_lazy("step", "Archived"),
            _("Readers are told that it was withdrawn. Nothing is lost: it can be taken up again."),
        ),
        Step(
            "reopen",
            editorial.reopen,
            "archive_casestudy",
            Status.ARCHIVED,
            _("Take up again"),
            pgettext_lazy("step", "Taken up again"),
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
        taken, refused = self._take(request, step, list(studies), comment)
        if refused:
            # What was typed stays on the page, and only what was refused is left on it.
            return self.step_page(request, step, studies.filter(pk__in=refused))
        return HttpResponseRedirect(_after(taken))

    def step_page(self, request: HttpRequest, step: Step, studies: QuerySet, fault: str = "") -> TemplateResponse:
        """Ask for a comment before the step is taken, and show what changed since the page was opened."""
        states = history.snapshots(studies)
        studies = list(studies)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": step.label,
            "step": step,
            "studies": studies,
            "shown": [(study, states[study.pk].digest) for study in studies],
            "changed": [(study, changes) for study in studies if (changes := _since(request, states[study.pk]))],
            "comment": request.POST.get("comment", ""),
            "fault": fault,
            "obstacles": _obstacles(studies[0]) if len(studies) == 1 else [],
            "differences": _changes(studies[0]) if len(studies) == 1 else [],
            "returned_by": _returned_by(studies[0]) if len(studies) == 1 else "",
        }
        return TemplateResponse(request, "admin/casestudies/casestudy/step.html", context)

    def _take(
        self, request: HttpRequest, step: Step, studies: list[CaseStudy], comment: str
    ) -> tuple[list[CaseStudy], dict[int, ValidationError]]:
        """Take the step for each study and say what became of them; return what came of it, and what was refused."""
        taken, refused = [], {}
        for study in studies:
            identifier = study.pk
            try:
                taken.append(_take_as_shown(step, study, request.user, comment, request.POST.get(_shown(identifier))))
            except ValidationError as error:
                refused[identifier] = error
            else:
                self.log_change(request, taken[-1], said(step.label, comment))
        for study in studies:
            if error := refused.get(study.pk):
                self.message_user(request, _refusal(study, error, alone=len(refused) == 1), messages.ERROR)
        if taken:
            text = ngettext("%(done)s: %(count)d study.", "%(done)s: %(count)d studies.", len(taken))
            self.message_user(request, text % {"done": step.done, "count": len(taken)}, messages.SUCCESS)
        return taken, refused

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None):
        """Show the steps that the study's status and the curator's permissions allow, and what the study is."""
        study = self.get_object(request, object_id)
        context = {}
        if study:
            context = {
                "steps": [(step, step_address(step, study)) for step in steps_of(study, request.user)],
                "obstacles": _obstacles(study),
                "revision": access.visible_to(request.user, CaseStudy.objects.filter(revises=study)).first(),
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


class ChangedMeanwhile(ValidationError):
    """The study is no longer what the page showed."""


@transaction.atomic
def _take_as_shown(step: Step, study: CaseStudy, user: AbstractUser, comment: str, shown: str | None) -> CaseStudy:
    """Take the step, and return what came of it, if the study is still in the state with the digest `shown`.

    Raises ChangedMeanwhile where it is not, so that nobody approves what they did not see. Where it is not even in the
    status that the step begins at, the step itself says so.
    """
    locked = CaseStudy.objects.select_for_update(of=("self",)).get(pk=study.pk)
    if locked.status == step.allowed_from and history.snapshot(locked).digest != shown:
        raise ChangedMeanwhile(
            gettext("It was changed after this page was opened. Nothing was done yet: look at it again.")
        )
    return step.take(study, user, comment)


def _shown(identifier: int) -> str:
    """Return the name of the page's field that holds the digest of what it shows of a study."""
    return f"shown-{identifier}"


def _since(request: HttpRequest, present: HistoryEntry) -> list[Difference]:
    """Return what changed since the page was opened, as far as the history knows the state that it showed."""
    shown = request.POST.get(_shown(present.object_id), present.digest)
    if shown == present.digest:
        return []
    then = HistoryEntry.objects.filter(kind=present.kind, object_id=present.object_id, digest=shown).first()
    return history.between(then, present) if then else []


def _refusal(study: CaseStudy, error: ValidationError, alone: bool) -> str:
    """Say why a step was not taken; what stands in the way of a single study stands on its page already."""
    if alone and isinstance(error, editorial.Incomplete):
        return gettext("“%(study)s” cannot be published yet.") % {"study": study}
    return f"{study}: {' '.join(error.messages)}"


def _after(taken: list[CaseStudy]) -> str:
    """Return where a step leads: to the one study that came of it, else to the list."""
    page, arguments = ("change", [taken[0].pk]) if len(taken) == 1 else ("changelist", [])
    return reverse(f"admin:casestudies_casestudy_{page}", args=arguments)


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
