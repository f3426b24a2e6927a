"""Applying a preview, in one transaction: new studies and revisions arrive as drafts, readers see no change.

What is not published yet is changed in place. A published study keeps its text; the change goes into a revision of it.
"""

import json
from collections.abc import Callable, Iterable

from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language, override

from casestudies import history, translations
from casestudies.collection_files import Located, MalformedCollection
from casestudies.collection_kinds import CASE, Incoming, Lookups, write_cases
from casestudies.collection_records import LANGUAGES
from casestudies.editorial import address_of_revision
from casestudies.exports.columns import COLUMNS
from casestudies.models import CaseStudy, HistoryEntry, ImportedStudy
from casestudies.vocabulary import Vocabulary

from .comparing import BATCH, Known, empty_record, read_known, with_values


class Stale(Exception):
    """The collection is no longer what the preview was made from. `slugs` names studies that changed."""

    def __init__(self, slugs: list[str]):
        super().__init__(", ".join(slugs))
        self.slugs = slugs


def apply(
    studies: list[ImportedStudy],
    user: settings.AUTH_USER_MODEL,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write what a preview says of these studies. Raises Stale, having changed nothing, where it no longer holds."""
    try:
        with transaction.atomic():
            _refuse_stale(studies)
            lookups = Lookups()
            for start in range(0, len(studies), BATCH):
                _write(studies[start : start + BATCH], user, lookups)
                progress(min(start + BATCH, len(studies)), len(studies))
    except (IntegrityError, MalformedCollection) as error:
        # Somebody took an address, or deleted a name, in the moment since it was looked at.
        raise Stale([]) from error


def path_and_value(study: ImportedStudy) -> dict[tuple[str, ...], object]:
    """Return what would become of the record of a study."""
    return {tuple(path): value for path, value in study.values}


def _refuse_stale(studies: list[ImportedStudy]) -> None:
    """Lock the studies, in one order so that two imports never wait for each other, and see that none changed."""
    slugs = [study.slug for study in studies]
    list(CaseStudy.objects.select_for_update().filter(slug__in=slugs).order_by("pk").values_list("pk"))
    vocabulary, changed = Vocabulary(get_language()), []
    for start in range(0, len(studies), BATCH):
        batch = studies[start : start + BATCH]
        known = read_known([study.slug for study in batch], vocabulary)
        changed += [s.slug for s in batch if s.digest != (known[s.slug].digest if s.slug in known else "")]
    if changed:
        raise Stale(changed)


def _write(batch: list[ImportedStudy], user: settings.AUTH_USER_MODEL, lookups: Lookups) -> None:
    known = read_known([study.slug for study in batch], Vocabulary(get_language()))
    present = CaseStudy.objects.select_related("revision").in_bulk([k.pk for k in known.values()])
    cases, begun = [], []
    for study in batch:
        found = known.get(study.slug)
        case = _draft(study.slug, user) if found is None else _to_change(present[found.pk], user)
        case.updated_by = case.text_changed_by = user
        located = Located(None, study.sheet, study.row)
        if case.revises_id and case._state.adding:
            begun.append((case, Incoming(case.slug, found.study.record | {"slug": case.slug}, located, 0)))
        record = with_values(_base(study.slug, found), path_and_value(study)) | {"slug": case.slug}
        if found is None:
            case.original_language = _language_of(record)
        cases.append((case, Incoming(case.slug, record, located, 0)))
    added = [case._state.adding for case, _incoming in cases]
    # A revision begins as what it revises: its translations follow the same texts, until they are changed. So outcomes
    # that change are written as they were before; of other rows none needs to be.
    outcomes = {case.slug: incoming.content["outcomes"] for case, incoming in cases}
    for with_rows in (False, True):
        chosen = [(c, base) for c, base in begun if (base.content["outcomes"] != outcomes[c.slug]) == with_rows]
        write_cases(lookups, chosen, with_rows=with_rows)
    translations.carry_many((revision.revises, revision) for revision, _incoming in begun)
    before = [_state_before(case, known.get(study.slug)) for (case, _in), study in zip(cases, batch, strict=True)]
    write_cases(lookups, cases)
    after = [history.known_state(CASE, case, incoming.content) for case, incoming in cases]
    history.note_many(zip(before, after, strict=True), action="imported", by=user)
    _log(user, zip((case for case, _incoming in cases), batch, added, strict=True))


def _state_before(case: CaseStudy, known: Known | None) -> HistoryEntry | None:
    """Return how a study is before it is written, for its history; None if it is new."""
    return known and history.known_state(CASE, case, _base(case.slug, known) | {"slug": case.slug})


def _base(slug: str, known: Known | None) -> dict:
    if known is None:
        return empty_record(slug)
    return (known.revision or known.study).record


def _language_of(record: dict) -> str:
    """Return the language in which a new study was written: the first that has any of its texts."""
    return next((language for language in LANGUAGES if any(record[language].values())), settings.LANGUAGE_CODE)


def _draft(slug: str, user: settings.AUTH_USER_MODEL) -> CaseStudy:
    return CaseStudy(slug=slug, status=CaseStudy.Status.DRAFT, created_by=user)


def _to_change(study: CaseStudy, user: settings.AUTH_USER_MODEL) -> CaseStudy:
    """Return what a change of this study is written to: itself, unless readers see it."""
    return _draft_of(study, user) if study.is_published else study


def _draft_of(study: CaseStudy, user: settings.AUTH_USER_MODEL) -> CaseStudy:
    """Return the revision of a published study; where none is being written, one begun here and not saved yet.

    Its content is not copied study by study: `write_cases` gives it the whole record, with those of hundreds of others.
    """
    revision = getattr(study, "revision", None)
    if revision:
        return revision
    revision = _draft(address_of_revision(study), user)
    revision.revises, revision.original_language = study, study.original_language
    return revision


def _log(user: settings.AUTH_USER_MODEL, written: Iterable[tuple[CaseStudy, ImportedStudy, bool]]) -> None:
    """Write the history of each study, as the admin does for a form."""
    content_type, now = ContentType.objects.get_for_model(CaseStudy), timezone.now()
    with override(None):  # the log is translated when it is read
        headings = {column.place(language): str(column.heading) for column in COLUMNS for language in LANGUAGES}
        headings |= {(column.name,): str(column.heading) for column in COLUMNS if not column.path}
    entries = []
    for case, study, is_added in written:
        fields = list(dict.fromkeys(headings[path] for path in path_and_value(study)))
        message = [{"added": {}}] if is_added else [{"changed": {"fields": fields}}]
        entries.append(
            LogEntry(
                action_time=now,
                user_id=user.pk,
                content_type=content_type,
                object_id=str(case.pk),
                object_repr=str(case)[:200],
                action_flag=ADDITION if is_added else CHANGE,
                change_message=json.dumps(message),
            )
        )
    LogEntry.objects.bulk_create(entries)
