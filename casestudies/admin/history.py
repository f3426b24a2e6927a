"""The history of a record in the admin: written with every save, read as a list of differences, and the way back."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casestudies import access, history
from casestudies.collection_kinds import CASE, KINDS
from casestudies.desk import change_address
from casestudies.models import DeletedRecord, HistoryEntry
from casestudies.models.history import ACTIONS

from .audit import RecordOfEvents
from .deleting import DeletesInWords
from .forms import WhyField
from .log_words import said

ENTRIES_A_PAGE = 20


class RestoreForm(forms.Form):
    """The reason for restoring, which the history keeps."""

    why = WhyField(label=_("Why do you restore it?"))
    present = forms.CharField(widget=forms.HiddenInput, required=False)
    """The digest of the state whose change the page showed; "" where there is no record."""


def may_restore(request: HttpRequest, entry: HistoryEntry) -> bool:
    """Say whether the person may write an entry's state back, be the record there or deleted."""
    kind = history.kind_of(entry)
    if kind is CASE:
        return access.may(request.user, "restore_casestudy")
    deed = "change" if kind.model.objects.filter(pk=entry.object_id).exists() else "add"
    return access.may(request.user, f"{deed}_{kind.model._meta.model_name}")


class KeepsHistory(DeletesInWords):
    """An admin whose every change is kept, shown and can be undone; its form is a `RecordForm`."""

    # Writing ---------------------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool) -> None:
        """Keep how the record was before its first change."""
        if change:
            history.begin(obj)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list, change: bool) -> None:
        """Keep how the record is now, and every record of its own that was edited in its form."""
        why = form.cleaned_data["why"]
        kept = [formset for formset in formsets if formset.model in _KEPT]
        for formset in kept:
            _begin_rows(formset, request, why)
        super().save_related(request, form, formsets, change)
        for formset in kept:
            for row in formset.new_objects:
                history.note(row, by=request.user, action="created", reason=why)
            for row, _fields in formset.changed_objects:
                history.note_change(row, by=request.user, reason=why)
        if change:
            history.note_change(form.instance, by=request.user, reason=why)
        else:
            history.note(form.instance, by=request.user, action="created", reason=why)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Keep what is deleted, so that it can be brought back."""
        history.note_deletion(obj, by=request.user, reason=_reason(request))
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Keep each record that is deleted."""
        for record in queryset:
            history.note_deletion(record, by=request.user, reason=_reason(request))
        super().delete_queryset(request, queryset)

    # Reading ---------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """Add the page that restores a state."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_restore"
        view = self.admin_site.admin_view(self.restore_view)
        return [path("<path:object_id>/history/<int:entry_id>/restore/", view, name=name), *super().get_urls()]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """List what happened to a record, each event with what it changed, or compare two of its states."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        entries = access.history_visible_to(request.user, record, history.life(record))
        if "old" in request.GET or "new" in request.GET:
            pair = (_chosen(entries, request.GET.get(name)) for name in ("old", "new"))
            old, new = sorted(pair, key=lambda entry: entry.pk)
            context = {"old": old, "new": new, "differences": history.between(old, new)}
            return self._history_page(request, "compare", record, gettext("Two states compared"), context)
        page = Paginator(entries, ENTRIES_A_PAGE).get_page(request.GET.get("p"))
        context = {
            "page": page,
            "page_range": page.paginator.get_elided_page_range(page.number),
            "events": _events(entries, page, history.snapshot(record)),
            "may_restore": bool(page) and may_restore(request, page[0]),
            "may_read_reasons": access.may_read_reasons(request.user, record),
        }
        return self._history_page(request, "list", record, gettext("History"), context)

    def restore_view(self, request: HttpRequest, object_id: str, entry_id: int) -> HttpResponse:
        """Show what restoring a state changes and ask why; then do it."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        entries = access.history_visible_to(request.user, record, history.entries(record))
        entry = _chosen(entries.exclude(record={}), str(entry_id))
        if not (self.has_view_or_change_permission(request, record) and may_restore(request, entry)):
            raise PermissionDenied
        response, context = restored(request, entry, self)
        title = gettext("Restore an earlier state")
        return response or self._history_page(request, "restore", record, title, context)

    def _history_page(
        self, request: HttpRequest, name: str, record: Model, title: str, context: dict
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": str(record),
            "opts": self.opts,
            "object": record,
            **context,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"admin/casestudies/history_{name}.html", context)


def restored(request: HttpRequest, entry: HistoryEntry, model_admin: admin.ModelAdmin) -> tuple:
    """Return the answer to a restoring that was confirmed and went well, else None and what its page shows.

    It is only done to the state that the page showed: what somebody saved since would be lost unseen.
    """
    form = RestoreForm(request.POST.copy() if request.method == "POST" else None)
    target, present, obstacles, is_outrun = None, None, [], False
    try:
        with transaction.atomic():
            target = history.bring_into(entry, lock=request.method == "POST")
            present = target and history.snapshot(target)
            is_outrun = form.is_valid() and form.cleaned_data["present"] != _digest(present)
            if form.is_valid() and not is_outrun:
                record = history.restore(entry, by=request.user, reason=form.cleaned_data["why"])
                model_admin.log_change(request, record, said(_("Restored from the history.")))
                messages.success(request, gettext("“%(record)s” is as it was then.") % {"record": record})
                return HttpResponseRedirect(change_address(record)), {}
    except ValidationError as error:
        obstacles = error.messages
    form.initial["present"] = _digest(present)
    if form.is_bound:
        form.data["present"] = _digest(present)
    return None, {
        "entry": entry,
        "form": form,
        "obstacles": obstacles,
        "is_outrun": is_outrun,
        "differences": history.between(present, history.as_restored(entry, target)) if target else [],
        "target": target,
    }


def _digest(state: HistoryEntry | None) -> str:
    return state.digest if state else ""


_KEPT = frozenset(kind.model for kind in KINDS)


def _begin_rows(formset: BaseInlineFormSet, request: HttpRequest, why: str) -> None:
    deleted = [form.instance for form in formset.deleted_forms if form.instance.pk]
    for row in deleted:
        history.note_deletion(row, by=request.user, reason=why)
    for form in formset.initial_forms:
        if form.has_changed() and form.instance not in deleted:
            history.begin(form.instance)


def _reason(request: HttpRequest) -> str:
    """Return why something is deleted, as far as it can be kept: a deletion is not refused for its reason."""
    return request.POST.get("why", "").replace("\x00", "")[:1000]


def _chosen(entries: QuerySet[HistoryEntry], key: str | None) -> HistoryEntry:
    """Return one entry of a record. Raises Http404 where it has no such entry."""
    entry = entries.filter(pk=key).first() if key and key.isdecimal() and len(key) < 19 else None
    if entry is None:
        raise Http404(gettext("There is no such entry in this history."))
    return entry


def _events(entries: QuerySet[HistoryEntry], page: list[HistoryEntry], present: HistoryEntry) -> list[dict]:
    """Return the entries of a page, each with what is different from the entry before it of the same record.

    The history of a study holds that of its revisions. Compared with the entry beside it, the approval of a revision
    would say what the revision was when it was submitted, not what became different for readers.
    """
    shown = list(page)
    before = _latest_before(entries, shown)
    pairs = []
    for entry in reversed(shown):
        pairs.append((before.get(entry.object_id), entry))
        before[entry.object_id] = entry
    return [
        {"entry": entry, "differences": differences, "is_present": entry.record == present.record}
        for entry, differences in zip(shown, reversed(history.successive(pairs)), strict=True)
    ]


def _latest_before(entries: QuerySet[HistoryEntry], shown: list[HistoryEntry]) -> dict[int, HistoryEntry]:
    """Return by record the latest entry that is earlier than those shown."""
    if not shown:
        return {}
    earlier = entries.filter(pk__lt=shown[-1].pk, object_id__in={entry.object_id for entry in shown})
    return {entry.object_id: entry for entry in earlier.order_by("object_id", "-pk").distinct("object_id")}


# Lists of what happened ----------------------------------------------------------------------------------------------


class KindFilter(admin.SimpleListFilter):
    """Entries by the kind of record."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Offer every kind."""
        return [(kind.name, capfirst(str(kind.model._meta.verbose_name_plural))) for kind in KINDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep the entries of the kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ActionFilter(admin.SimpleListFilter):
    """Entries by what was done."""

    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Offer what the desk does."""
        return list(ACTIONS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep the entries of the action."""
        return queryset.filter(action=self.value()) if self.value() else queryset


class EntriesAdmin(RecordOfEvents):
    """What entries of the history have in common on a list."""

    list_filter = (KindFilter, ActionFilter)
    search_fields = ("label", "key", "by_name", "reason")
    date_hierarchy = "at"
    ordering = ("-id",)

    @admin.display(description=_("kind"), ordering="kind")
    def what(self, entry: HistoryEntry) -> str:
        """Return the kind of record in the reader's language."""
        return capfirst(str(history.kind_of(entry).model._meta.verbose_name))

    @admin.display(description=_("action"), ordering="action")
    def deed(self, entry: HistoryEntry) -> str:
        """Return what was done."""
        return entry.action_label

    @admin.display(description=_("by"), ordering="by_name")
    def who(self, entry: HistoryEntry) -> str:
        """Return who did it."""
        return entry.by_name or "–"


@admin.register(HistoryEntry)
class HistoryEntryAdmin(EntriesAdmin):
    """The audit log of the collection: every change of a record, to read."""

    list_display = ("at", "who", "deed", "what", "label", "reason")
    fields = ("at", "who", "deed", "what", "label", "key", "reason", "whole")
    readonly_fields = ("who", "deed", "what", "whole")

    @admin.display(description=_("History"))
    def whole(self, entry: HistoryEntry) -> str:
        """Return a link to where people read what the entry holds: the history of its record, if that is there."""
        model = history.kind_of(entry).model
        if not model.objects.filter(pk=entry.object_id).exists():
            return gettext("The record was deleted.")
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_history", args=[entry.object_id])
        return format_html('<a href="{}">{}</a>', address, gettext("All that happened to this record"))


@admin.register(DeletedRecord)
class DeletedRecordAdmin(EntriesAdmin):
    """Records that were deleted, each with the way to bring it back."""

    list_display = ("label", "what", "at", "who", "reason")
    list_filter = (KindFilter,)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None):
        """Show what was deleted; bring it back where that is confirmed."""
        entry = self.get_object(request, unquote(object_id))
        if entry is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, entry):
            raise PermissionDenied
        allowed = may_restore(request, entry)
        if request.method == "POST" and not allowed:
            raise PermissionDenied
        response, context = restored(request, entry, self)
        if response:
            return response
        page = {
            **self.admin_site.each_context(request),
            "title": gettext("Deleted record"),
            "subtitle": entry.label,
            "opts": self.opts,
            "is_deleted": True,
            "may_restore": allowed,
            "companions": entry.companions.order_by("pk"),
            **context,
            "differences": history.contents(history.state_before(entry)),
        }
        return TemplateResponse(request, "admin/casestudies/history_restore.html", page)
