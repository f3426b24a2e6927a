"""Two people at one record: who saves second is told, sees both texts, and decides field by field.

A form carries the state of the record that it was opened with (`opened_at`) and a digest of what each field held then
(`opened_with`). Where the record is in another state when the form arrives, nothing is saved. What the person did not
touch takes the other's value; what both changed stands there twice, the own text preselected; saving again carries
the decision. Where the record is gone, or came into a state in which it is not edited, what was typed comes back,
beside what stands there now.
"""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db import transaction
from django.db.models import Model
from django.forms import BaseInlineFormSet, ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext

from casestudies import access, history
from casestudies.desk import change_address
from casestudies.models import CaseStudy, DeletedRecord
from casestudies.versions.differences import Run, compared
from handbook import kept_forms

from . import form_values
from .form_values import Row
from .history import may_restore

KEEP, THEIRS = "keep-", "theirs"
ELSEWHERE = "elsewhere"
"""What a form says of the state that it was opened at where the record it was opened with is gone."""

Opened = tuple[ModelForm, list[BaseInlineFormSet]]
"""A form and its blocks of rows."""
Moved = dict[tuple[type[Model], str], str]
"""The primary keys that records have now, by their model and those that they had."""


@dataclass(frozen=True)
class Choice:
    """What two people have in one field or one block of rows."""

    name: str
    label: str
    theirs: list[Run] | list[str]
    mine: list[Run] | list[str]
    is_list: bool = False


@dataclass
class Conflict:
    """What another person saved since the form was opened: who and when, what was taken over, what is to decide."""

    is_stated: bool
    """Whether the form said at all which state it shows."""
    by: str = ""
    at: datetime | None = None
    taken: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    own: list[Choice] = field(default_factory=list)
    """What only the person who sends the form changed."""

    @property
    def is_void(self) -> bool:
        """Whether everything that the form shows is as it was when it was opened, but for what the person typed."""
        return self.is_stated and not self.taken and not self.choices

    def __str__(self) -> str:
        if not self.is_stated:
            return gettext("The form does not say which state of the record it shows.")
        if self.at is None:
            return gettext("This record was changed after you opened it. Nothing that you typed is lost.")
        return gettext(
            "%(name)s saved this record on %(when)s, after you opened it. Nothing that you typed is lost."
        ) % {"name": self.by or gettext("Somebody"), "when": date_format(localtime(self.at), "DATETIME_FORMAT")}


class TellsOfOtherEdits:
    """A form that does not overwrite unawares what somebody else saved; its form is a `RecordForm`."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Note the state before the form is read; compare it before the form is saved, in one transaction."""
        with transaction.atomic():
            record = object_id and self.get_object(request, unquote(object_id))
            if request.method == "POST" and object_id and (answer := self._too_late(request, object_id, record)):
                return answer
            if record and self.has_change_permission(request, record):
                if request.method == "POST":
                    # Whoever else saves this record waits here until we are done.
                    type(record)._base_manager.select_for_update().get(pk=record.pk)
                    record = self.get_object(request, unquote(object_id))
                request.opened_at = history.snapshot(record).digest
                if request.method == "POST":
                    self._settle(request, record)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _too_late(self, request: HttpRequest, object_id: str, record: Model | None) -> HttpResponse | None:
        """Bring back what was typed where the record can no longer be saved; None where it can, or never could."""
        if not self.has_change_permission(request) or (record and self.has_change_permission(request, record)):
            return None
        if record and isinstance(record, CaseStudy) and record.is_published:
            because = gettext("“%(record)s” was published meanwhile, and readers see it.")
            return self._into_revision(request, record, because)
        if record:
            because = gettext("“%(record)s” came into another state meanwhile, in which it is not edited.")
            if isinstance(record, CaseStudy) and record.status == CaseStudy.Status.IN_REVIEW:
                because = gettext(
                    "“%(record)s” is in review now. Have a reviewer send it back, then send what you typed."
                )
            link = (change_address(record), str(record))
            return kept_forms.keep(request, because % {"record": record}, link, self._typed(request, record))
        last = history.entries(self.model(pk=object_id)).first() if object_id.isdecimal() else None
        if last is None:
            return None
        if deletion := DeletedRecord.objects.filter(pk=last.pk).first():
            return self._deleted(request, deletion)
        study = CaseStudy.objects.filter(pk=last.standing.get("revises_id")).first()
        if study is None:
            return None
        because = gettext("The revision of “%(record)s” was approved meanwhile, and readers see it.")
        return self._into_revision(request, study, because)

    def _into_revision(self, request: HttpRequest, study: CaseStudy, because: str) -> HttpResponse:
        """Bring back what was typed for a text that readers see by now; send it on to a revision once there is one."""
        because, link = because % {"record": study}, (change_address(study), str(study))
        revision = CaseStudy.objects.filter(revises=study).first()
        if revision and self.has_change_permission(request, revision):
            if request.POST.get("opened_at") == ELSEWHERE:
                return HttpResponseRedirect(change_address(revision), preserve_request=True)
            because += " " + gettext("A revision of it is in work: what you typed goes into that when you send it.")
            link = None
        elif not revision and access.may(request.user, "revise_casestudy"):
            step = reverse("admin:casestudies_casestudy_step", args=["revise"])
            link = (f"{step}?{urlencode({'id': study.pk})}", gettext("Begin a revision"))
        typed = self._typed(request, study)
        _opened_elsewhere(request)
        return kept_forms.keep(request, because, link, typed)

    def _deleted(self, request: HttpRequest, deletion: DeletedRecord) -> HttpResponse:
        """Bring back what was typed into a record that is deleted, to be sent once the record is brought back."""
        because = gettext("“%(record)s” was deleted meanwhile.") % {"record": deletion.label}
        link = (change_address(deletion), gettext("Bring the record back"))
        if not (access.may(request.user, "view_deletedrecord") and may_restore(request, deletion)):
            because += " " + gettext("Ask an administrator to bring it back, then send what you typed.")
            link = None
        typed = self._typed(request, self.model(pk=deletion.object_id))
        _opened_elsewhere(request)
        return kept_forms.keep(request, because, link, typed)

    def _typed(self, request: HttpRequest, record: Model) -> list[Choice]:
        """Return what the person changed since the form was opened, beside what the record says, be it edited or not.

        What the record says by now, and what the form does not tell to be the person's own, is left out.
        """
        conflict = Conflict(bool(request.POST.get("opened_with")))
        self._compare(self._opened_afresh(request, record, though_closed=True), _posted(request), conflict)
        return [*conflict.choices, *conflict.own] if conflict.is_stated else []

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs):
        """Hand the form what another person saved meanwhile."""
        form = super().get_form(request, obj, change, **kwargs)
        form.conflict = getattr(request, "conflict", None)
        return form

    def render_change_form(self, request: HttpRequest, context: dict, *args, **kwargs) -> HttpResponse:
        """Write into a form that is opened what it is opened with."""
        form = context["adminform"].form
        if not form.is_bound and hasattr(request, "opened_at"):
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            form.initial |= {"opened_at": request.opened_at, "opened_with": _opened_with(form, formsets)}
        context["conflict"] = getattr(request, "conflict", None)
        return super().render_change_form(request, context, *args, **kwargs)

    def _settle(self, request: HttpRequest, record: Model) -> None:
        """Carry out what was decided, or find what is to decide; what the form holds changes accordingly."""
        request.POST = data = _posted(request)
        if data.get("opened_at") != request.opened_at:
            request.conflict = _conflict(record, bool(data.get("opened_at")))
        elif not any(name.startswith(KEEP) for name in data):
            return
        self._compare(self._opened_afresh(request, record), data, getattr(request, "conflict", None))
        data["opened_at"] = request.opened_at
        if getattr(request, "conflict", None) and request.conflict.is_void:
            request.conflict = None

    def _compare(self, afresh: Opened, data: QueryDict, conflict: Conflict | None) -> None:
        form, formsets = afresh
        opened_with = dict(pair.split("=", 1) for pair in data.get("opened_with", "").split() if "=" in pair)
        for name in form.fields:
            if name not in form.beside:
                _compare_field(data, form, name, opened_with.get(name), conflict)
        moved: Moved = {}
        for formset in formsets:
            _compare_rows(data, formset, opened_with.get(formset.prefix), conflict, moved)

    def _opened_afresh(self, request: HttpRequest, record: Model, though_closed: bool = False) -> Opened:
        """Return the form and the blocks that this person may change, as they are when opened now.

        `though_closed`: also those of a record that nobody may change as it stands.
        """
        fields = flatten_fieldsets(self.get_fieldsets(request, record))
        form = self.get_form(request, record, change=not though_closed, fields=fields)(instance=record)
        formsets = [
            formset(instance=record, queryset=inline.get_queryset(request))
            for formset, inline in self.get_formsets_with_inlines(request, record)
            if though_closed or inline.has_change_permission(request, record)
        ]
        return form, formsets


def _posted(request: HttpRequest) -> QueryDict:
    """Return what a form holds, to be changed, with the line ends that it was given: browsers send other ones."""
    data = request.POST.copy()
    for name, values in data.lists():
        data.setlist(name, [value.replace("\r\n", "\n") for value in values])
    return data


def _opened_elsewhere(request: HttpRequest) -> None:
    """Let the form be compared when it is sent again: the rows that it is saved to have other primary keys."""
    request.POST = request.POST.copy()
    request.POST["opened_at"] = ELSEWHERE


def _conflict(record: Model, is_stated: bool) -> Conflict:
    last = history.entries(record).first()
    if last and is_stated and last.digest == history.snapshot(record).digest:
        return Conflict(is_stated, last.by_name, last.at)
    return Conflict(is_stated)


def _opened_with(form: ModelForm, formsets: list[BaseInlineFormSet]) -> str:
    """Return a digest of every field and block, as name=digest, for the form to carry."""
    digests = {
        name: form_values.digest(form_values.as_sent(form[name])) for name in form.fields if name not in form.beside
    }
    digests |= {
        formset.prefix: form_values.rows_digest(formset, form_values.rows_as_sent(formset)) for formset in formsets
    }
    return " ".join(f"{name}={digest}" for name, digest in digests.items())


def _compare_field(
    data: QueryDict, form: ModelForm, name: str, opened_with: str | None, conflict: Conflict | None
) -> None:
    theirs, mine = form_values.as_sent(form[name]), form_values.sent(data, name)
    if theirs == mine:
        return
    label = capfirst(str(form.fields[name].label))
    if conflict is None:
        if data.get(KEEP + name) == THEIRS:
            data.setlist(name, theirs)
    elif form_values.digest(mine) == opened_with:
        data.setlist(name, theirs)
        conflict.taken.append(label)
    else:
        runs = compared(*(form_values.in_words(form.fields[name], values) for values in (theirs, mine)))
        their_runs, my_runs = ([run for run in runs if run.kind in ("kept", kind)] for kind in ("deleted", "inserted"))
        found = conflict.own if form_values.digest(theirs) == opened_with else conflict.choices
        found.append(Choice(name, label, their_runs, my_runs))


def _compare_rows(
    data: QueryDict, formset: BaseInlineFormSet, opened_with: str | None, conflict: Conflict | None, moved: Moved
) -> None:
    theirs, mine = form_values.rows_as_sent(formset), form_values.rows_sent(data, formset)
    if theirs == mine:
        return
    label = capfirst(str(formset.model._meta.verbose_name_plural))
    if conflict is None:
        if data.get(KEEP + formset.prefix) == THEIRS:
            form_values.write_rows(data, formset, theirs, len(theirs))
        return
    back = {(model, place): key for (model, key), place in moved.items()}
    theirs_then = [_with_new_keys(formset, row, back) for row in theirs]
    # Where only the keys moved, rows are in the order in which they were opened.
    is_same, is_mine_same = (form_values.rows_digest(formset, rows) == opened_with for rows in (theirs_then, mine))
    places = _places(formset, theirs, mine, by_order=is_same)
    moved |= {(formset.model, key): place for key, place in places.items()}
    if is_mine_same:
        form_values.write_rows(data, formset, theirs, len(theirs))
        if not is_same:
            conflict.taken.append(label)
        return
    renamed = [_with_new_keys(formset, row, moved) for row in mine]
    words = [[form_values.row_in_words(formset, row) for row in rows] for rows in (theirs, renamed)]
    if words[0] == words[1] and not is_same:
        form_values.write_rows(data, formset, theirs, len(theirs))
        return
    (conflict.own if is_same else conflict.choices).append(Choice(formset.prefix, label, *words, is_list=True))
    form_values.write_rows(data, formset, _merged(formset, theirs, mine, moved), len(theirs))


def _places(formset: BaseInlineFormSet, theirs: list[Row], mine: list[Row], by_order: bool) -> dict[str, str]:
    """Return by the primary keys of my rows those of the rows that are there now.

    A row whose record is gone belongs to the one in its place, `by_order`, or else to one with the same first field:
    whole blocks are written anew when a text is restored.
    """
    key, first = formset.model._meta.pk.name, next(iter(formset.empty_form.fields))
    there, own = ({row[key][0]: row for row in rows if row[key]} for rows in (theirs, mine))
    if by_order and len(there) == len(own):
        return dict(zip(own, there, strict=True))
    free = {place: row for place, row in there.items() if place not in own}
    places = {place: place for place in own if place in there}
    for gone in own.keys() - there.keys():
        same = next((place for place, row in free.items() if row[first] == own[gone][first]), None)
        if same:
            places[gone] = same
            del free[same]
    return places


def _merged(formset: BaseInlineFormSet, theirs: list[Row], mine: list[Row], moved: Moved) -> list[Row]:
    """Return my rows in the places where they belong, the rows that only they have, then those that only I have."""
    key = formset.model._meta.pk.name
    rows, new = {row[key][0]: row for row in theirs}, []
    for row in (_with_new_keys(formset, row, moved) for row in mine):
        if row[key] and row[key][0] in rows:
            rows[row[key][0]] = row
        elif not row.get("DELETE"):
            new.append(row | {key: []})
    return [*rows.values(), *new]


def _with_new_keys(formset: BaseInlineFormSet, row: Row, moved: Moved) -> Row:
    """Return a row that names records by the primary keys they have now."""
    models = {
        name: field.queryset.model
        for name, field in formset.empty_form.fields.items()
        if isinstance(field, ModelChoiceField)
    }
    return row | {name: [moved.get((model, key), key) for key in row[name]] for name, model in models.items()}
