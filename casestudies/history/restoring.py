"""The way back: an earlier state of a record becomes its present one, which is itself a new entry of its history."""

from django.contrib.auth.models import AbstractUser as User
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Model
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from psycopg.errors import UniqueViolation

from casestudies import search_index
from casestudies.collection_kinds import CASE, COUNTRY, PROVISION, Incoming, Kind, Lookups
from casestudies.models import CaseStudy, HistoryEntry

from .writing import BY_NAME, begin, kind_of, note


@transaction.atomic
def restore(entry: HistoryEntry, *, by: User, reason: str = "") -> Model:
    """Write the state in `entry` back and return the record; of a deletion, the state before it.

    Raises ValidationError, and changes nothing, with what stands in the way.
    """
    state = state_before(entry)
    record = bring_into(entry, lock=True)
    if record is None:
        record = _bring_back(state, by, reason)
        for companion in HistoryEntry.objects.filter(along_with=entry).order_by("pk"):
            if bring_into(companion) is None:  # a revision may have been brought back before its study
                _bring_back(state_before(companion), by, reason)
        return record
    begin(record)
    return _write(state, record, by, reason)


def bring_into(entry: HistoryEntry, *, lock: bool = False) -> Model | None:
    """Return the record that restoring `entry` writes to; None if it was deleted.

    What readers see is not overwritten: the state of a published study goes into the revision of it. Raises
    ValidationError where none is begun.
    """
    model = kind_of(entry).model
    records = model.objects.select_for_update() if lock else model.objects
    record = records.filter(pk=entry.object_id).first()
    if not (isinstance(record, CaseStudy) and record.is_published):
        return record
    if revision := records.filter(revises=record).first():
        return revision
    raise ValidationError(
        gettext("The study is published. Begin a revision of it first: the earlier text is then restored into that.")
    )


class _PresentVocabulary(Lookups):
    """The vocabularies as they are now, for records that may name what is gone since."""

    def find(self, vocabulary: str, key: object, incoming: Incoming, path: str) -> Model:
        """Return the record with this key. Raises ValidationError that names it if it is gone."""
        if found := getattr(self, vocabulary).get(key):
            return found
        model = BY_NAME[{"countries": "country"}.get(vocabulary, vocabulary.removesuffix("s"))].model
        raise ValidationError(
            gettext("It names the %(kind)s “%(code)s”, which is no longer there. Restore that first.")
            % {"kind": model._meta.verbose_name, "code": " – ".join(key) if isinstance(key, tuple) else key}
        )


def state_before(entry: HistoryEntry) -> HistoryEntry:
    """Return the entry, or of a deletion the latest before it: that one has the content."""
    earlier = HistoryEntry.objects.filter(kind=entry.kind, object_id=entry.object_id, pk__lte=entry.pk)
    return entry if entry.record else earlier.exclude(record={}).first()


def _bring_back(state: HistoryEntry, by: User, reason: str) -> Model:
    """Create a deleted record anew under its old primary key; a study that was published comes back archived."""
    kind = kind_of(state)
    record = kind.model(pk=state.object_id)
    if kind is CASE:
        published_at = state.standing["published_at"]
        record.slug, record.created_by = state.record["slug"], by
        record.published_at = published_at and parse_datetime(published_at)
        record.status = CaseStudy.Status.ARCHIVED if published_at else CaseStudy.Status.DRAFT
        revised = CaseStudy.objects.published().filter(pk=state.standing["revises_id"], revision=None)
        record.revises = revised.first()
    return _write(state, record, by, reason)


def _write(state: HistoryEntry, record: Model, by: User, reason: str) -> Model:
    """Write the content of `state` to a record, new or existing, with everything that follows from it."""
    kind = kind_of(state)
    if kind is CASE and not (record.published_at or record.revises_id):
        record.slug = state.record["slug"]
    if kind is PROVISION:
        record.code = state.standing["code"]
    incoming = Incoming(state.key, state.record, None, state.standing.get("position", 0))
    try:
        with transaction.atomic():
            kind.write(_PresentVocabulary(), record, incoming)
    except DatabaseError as error:
        raise ValidationError(_refusal(kind, error)) from error
    _follow(kind, record, by)
    note(record, by=by, action="restored", reason=reason)
    return record


def _refusal(kind: Kind, error: DatabaseError) -> str:
    """Return in words why the database does not take a record."""
    if isinstance(error.__cause__, UniqueViolation):
        sentence = gettext("Another %(kind)s has its code, address or name now. Change or delete that one first.")
        return sentence % {"kind": kind.model._meta.verbose_name}
    return gettext("The database refuses it: %(reason)s") % {"reason": str(error).strip().splitlines()[0]}


def _follow(kind: Kind, record: Model, by: User) -> None:
    if kind is CASE:
        record.updated_by = record.text_changed_by = by
        record.save(update_fields=["updated_by", "text_changed_by"])
    if kind is COUNTRY:
        search_index.refresh(CaseStudy.objects.in_country(record).values_list("pk", flat=True))
