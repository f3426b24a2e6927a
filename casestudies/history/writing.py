"""Writing the history: the state of a record after each event, and before the first."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.admin.utils import NestedObjects
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser as User
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Model, Q, QuerySet
from django.utils import translation

from casestudies.collection_kinds import CASE, CONVENTION, KINDS, ORGANIZATION, PROVISION, THEME, Kind
from casestudies.collection_records import fingerprint
from casestudies.models import CaseStudy, HistoryEntry
from casestudies.translations.transfer import notes

BY_NAME = {kind.name: kind for kind in KINDS}
BY_MODEL = {kind.model: kind for kind in KINDS}

# What a record holds that its collection record leaves out, and that must not be lost.
BESIDE = {
    CASE.name: ("status", "published_at", "revises_id", "original_language"),
    PROVISION.name: ("code", "position"),
    CONVENTION.name: ("position",),
    ORGANIZATION.name: ("position",),
    THEME.name: ("position",),
}


def kind_of(entry: HistoryEntry) -> Kind:
    """Return the kind of record that an entry is about."""
    return BY_NAME[entry.kind]


def entries(record: Model) -> QuerySet[HistoryEntry]:
    """Return the history of a record, the latest entry first."""
    return HistoryEntry.objects.filter(kind=BY_MODEL[type(record)].name, object_id=record.pk)


def life(record: Model) -> QuerySet[HistoryEntry]:
    """Return the history of a record; of a study with that of its revisions, which says who wrote what it took over."""
    own = Q(object_id=record.pk)
    if isinstance(record, CaseStudy):
        own |= Q(standing__revises_id=record.pk)
    return HistoryEntry.objects.filter(own, kind=BY_MODEL[type(record)].name)


def snapshot(record: Model) -> HistoryEntry | None:
    """Return the state in which the database holds a record, as an entry that is not saved; None if it is not there."""
    return snapshots([record]).get(record.pk)


def snapshots(records: Iterable[Model]) -> dict[int, HistoryEntry]:
    """Return the same for records of one model, by primary key, in a fixed number of queries."""
    records = list(records)
    if not records:
        return {}
    kind = BY_MODEL[type(records[0])]
    present = kind.current().filter(pk__in=[record.pk for record in records])
    return {record.pk: known_state(kind, record, kind.content_of(record)) for record in present}


def begin(record: Model) -> None:
    """Write how a record is before it changes, unless its history says so already."""
    state = snapshot(record)
    last = state and entries(record).first()
    if state is None:
        return
    _add_translations([state])
    if _is_said(last, state):
        return
    state.action = _deed(last, state, "found") if last else "before"
    if last is None and isinstance(record, CaseStudy):
        state.at, by = CaseStudy.objects.filter(pk=record.pk).values_list("updated_at", "updated_by").get()
        _sign(state, by and get_user_model().objects.get(pk=by), "")
    state.save()


def note(record: Model, *, by: User | None, action: str, reason: str = "") -> HistoryEntry:
    """Write what a record is after an event, even where the event left its content as it was."""
    entry = snapshot(record)
    _add_translations([entry])
    entry.action = action
    _sign(entry, by, reason)
    entry.save()
    return entry


def note_change(record: Model, *, by: User | None, reason: str = "") -> None:
    """Write what a record is after somebody saved it, unless nothing changed and no reason was given."""
    last, state = entries(record).first(), snapshot(record)
    _add_translations([state])
    if reason or not _is_said(last, state):
        note(record, by=by, action="changed" if reason else _deed(last, state, "changed"), reason=reason)


def _is_said(last: HistoryEntry | None, state: HistoryEntry) -> bool:
    """Say whether the last entry of a record says all of its state, and what is known of its translations."""
    if last is None or last.digest != state.digest:
        return False
    return last.standing.get("translations") == state.standing.get("translations")


def _deed(last: HistoryEntry | None, state: HistoryEntry, of_texts: str) -> str:
    """Return the action that led from the last entry to a state: "noted" where no text of the record changed."""
    return "noted" if last and last.digest == state.digest else of_texts


@transaction.atomic
def note_deletion(record: Model, *, by: User | None, reason: str = "") -> None:
    """Write, before it happens, that a record is deleted with every record that hangs on it."""
    collector = NestedObjects(using=DEFAULT_DB_ALIAS, origin=record)
    collector.collect([record])
    root = _note_deleted(record, None, by, reason)
    for kind in KINDS:
        for companion in collector.data.get(kind.model, ()):
            if companion != record:
                _note_deleted(companion, root, by, reason)


def note_many(
    changes: Iterable[tuple[HistoryEntry | None, HistoryEntry]], *, action: str, by: User | None = None
) -> None:
    """Write the states of records of one kind before and after a change; in bulk, whatever their number.

    What is new has no state before.
    """
    changes = list(changes)
    if not changes:
        return
    kind, keys = changes[0][1].kind, [after.object_id for _before, after in changes]
    latest = HistoryEntry.objects.filter(kind=kind, object_id__in=keys).order_by("object_id", "-id")
    known = dict(latest.distinct("object_id").values_list("object_id", "digest"))
    made = []
    _add_translations([after for _before, after in changes])
    for before, after in changes:
        after.action = action
        _sign(after, by, "")
        if before and known.get(before.object_id) != before.digest:
            before.action = "found" if before.object_id in known else "before"
            made.append(before)
        made.append(after)
    HistoryEntry.objects.bulk_create(made)


def known_state(kind: Kind, record: Model, content: dict) -> HistoryEntry:
    """Return the state of a record whose content is known, as an entry that is not saved."""
    standing = {name: getattr(record, name) for name in BESIDE.get(kind.name, ())}
    if standing.get("published_at"):
        standing["published_at"] = standing["published_at"].isoformat()
    with translation.override("en"):
        label = str(record)[:300]
    return HistoryEntry(
        kind=kind.name,
        key=kind.key_of(record),
        object_id=record.pk,
        label=label,
        record=content,
        standing=standing,
        digest=fingerprint({"record": content, "standing": standing}),
    )


def _add_translations(states: list[HistoryEntry]) -> None:
    """Write beside the states of studies which source texts their translations follow, for restoring.

    The digest leaves it out: it is not part of the text, and approving a translation changes no study. Yet what
    somebody said of a translation gets an entry of its own: the next change might be the last that is known of it.
    """
    of_studies = {state.key: state for state in states if state.kind == CASE.name}
    for state in of_studies.values():
        state.standing["translations"] = []
    for note in notes(CaseStudy.objects.filter(slug__in=of_studies)) if of_studies else ():
        said = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in note.items()}
        of_studies[said.pop("slug")].standing["translations"].append(said)


def _sign(entry: HistoryEntry, by: User | None, reason: str) -> None:
    entry.by = by
    entry.by_name = (by.get_full_name() or by.get_username()) if by else ""
    entry.reason = reason


def _note_deleted(record: Model, root: HistoryEntry | None, by: User | None, reason: str) -> HistoryEntry:
    begin(record)
    last = snapshot(record)
    entry = HistoryEntry(
        kind=last.kind, key=last.key, object_id=last.object_id, label=last.label, action="deleted", along_with=root
    )
    _sign(entry, by, reason)
    entry.save()
    return entry
