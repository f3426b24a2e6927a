"""The way back: an earlier state of a record becomes its present one, which is itself a new entry of its history."""

from django.contrib.auth.models import AbstractUser as User
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Model, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from psycopg.errors import UniqueViolation

from casestudies import search_index
from casestudies.collection_kinds import CASE, COUNTRY, PROVISION, Incoming, Kind, Lookups
from casestudies.models import CaseStudy, HistoryEntry
from casestudies.translations.transfer import put_back, with_reviews

from .writing import BY_NAME, begin, kind_of, life, note, snapshot

KEPT = {"status", "published_at", "revises_id"}
"""What of a record's standing restoring leaves as it is."""


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
            if not _present(companion).exists():  # a revision may have been brought back before its study
                _bring_back(state_before(companion), by, reason)
        return record
    begin(record)
    return _write(state, record, by, reason)


def bring_into(entry: HistoryEntry, *, lock: bool = False) -> Model | None:
    """Return the record that restoring `entry` writes to; None if it was deleted.

    What readers see is not overwritten: the state of a published study goes into the revision of it. Raises
    ValidationError where none is begun, and where the study is in a state in which nobody edits it.
    """
    present = _present(entry).select_for_update(of=("self",)) if lock else _present(entry)
    record = present.first()
    if not isinstance(record, CaseStudy):
        return record
    if record.is_published:
        record = present.model.objects.filter(revises=record).first()
    if record is None:
        text = gettext(
            "The study is published. Begin a revision of it first: the earlier text is then restored into that."
        )
        raise ValidationError(text)
    if record.status == CaseStudy.Status.IN_REVIEW:
        raise ValidationError(gettext("It is in review: its texts can be changed once it is sent back or approved."))
    if record.status == CaseStudy.Status.ARCHIVED:
        raise ValidationError(gettext("It is archived. Take it up again first: it is a draft then."))
    return record


def _present(entry: HistoryEntry) -> QuerySet:
    """Return the record that an entry is about, if it is there."""
    return kind_of(entry).model.objects.filter(pk=entry.object_id)


def as_restored(entry: HistoryEntry, record: Model) -> HistoryEntry:
    """Return the state in which restoring `entry` leaves `record`, as an entry that is not saved."""
    state, present = state_before(entry), snapshot(record)
    content = state.record
    if kind_of(entry) is CASE and _keeps_address(record):
        content = content | {"slug": present.record["slug"]}
    standing = (
        present.standing | state.standing | {name: present.standing[name] for name in KEPT & present.standing.keys()}
    )
    return HistoryEntry(kind=entry.kind, key=entry.key, record=content, standing=standing)


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
    if kind is CASE and not _keeps_address(record):
        record.slug = state.record["slug"]
    if kind is CASE:
        # Entries of old do not say it.
        record.original_language = state.standing.get("original_language", record.original_language)
    if kind is PROVISION:
        record.code = state.standing["code"]
    incoming = Incoming(state.key, state.record, None, state.standing.get("position", 0))
    try:
        with transaction.atomic():
            kind.write(_PresentVocabulary(), record, incoming)
    except DatabaseError as error:
        raise ValidationError(_refusal(kind, error)) from error
    _put_back_translations(state, record)
    _follow(kind, record, by)
    note(record, by=by, action="restored", reason=reason)
    return record


def _put_back_translations(state: HistoryEntry, record: Model) -> None:
    """Let the translations of a study follow what they followed in `state`, as far as the entry says it.

    The trigger takes what changes together for following each other: what was outdated would be current. What a
    reviewer said of the same translation of the same text, then or later, stays said.
    """
    said = state.standing.get("translations")
    if said is None:
        return
    known = life(getattr(record, "revises", None) or record).values_list("record", "standing__translations")
    said = with_reviews(state.record, said, known, record.original_language)
    dates = ("made", "reviewed", "source_changed")
    brought = [
        note | {"slug": record.slug} | {name: note[name] and parse_datetime(note[name]) for name in dates}
        for note in said
    ]
    put_back(brought, {record.slug: record})


def _keeps_address(study: CaseStudy) -> bool:
    """Say whether an address stays: readers cite it, or it is that of a revision."""
    return bool(study.published_at or study.revises_id)


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
