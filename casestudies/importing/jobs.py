"""The steps of an import, each done by a process of its own while the curator's page waits and shows how far it is.

What such a process has to know, and what it found, is in the database: if it ends with the server, another takes the
step again. Its progress is written by a connection of its own, so that it is seen before the transaction ends.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from casestudies.models import ImportedStudy, ImportJob
from casestudies.models.importing import SILENCE

from . import applying, faults, files
from .comparing import Change, Comparison
from .duplicates import Duplicates

KEPT_FOR = timedelta(days=30)
BATCH = 500
SHOWN_NAMES = 5
logger = logging.getLogger(__name__)
State = ImportJob.State


def upload(content: bytes, name: str, user: settings.AUTH_USER_MODEL, language: str) -> ImportJob:
    """Keep a file and begin its preview, in the curator's language. What is too old is cleared away."""
    clear()
    job = ImportJob.objects.create(file=content, file_name=name[-200:], user=user, language=language)
    start(job)
    return job


def apply(job: ImportJob, user: settings.AUTH_USER_MODEL, *, without_faulty: bool) -> bool:
    """Begin to apply a preview; return whether there still was one to apply, and no fault that was not accepted."""
    ready = ImportJob.objects.filter(pk=job.pk, state=State.PREVIEWED)
    if not without_faulty:
        ready = ready.filter(counts__faults=0)
    begun = ready.update(
        state=State.APPLYING, applied_by=user, without_faulty=without_faulty, message="", **_not_begun()
    )
    if begun:
        start(job)
    return bool(begun)


def restart(job: ImportJob) -> None:
    """Take the step again whose process has ended; one that failed begins with a new preview."""
    ImportJob.objects.filter(pk=job.pk, state=State.FAILED).update(state=State.READING, message="", **_not_begun())
    start(job)


def start(job: ImportJob) -> None:
    """Start the process that works on a job, once what it has to find is written."""
    transaction.on_commit(lambda: _start_process(job.pk))


def clear() -> int:
    """Delete the jobs that are older than they are kept for, and return how many there were."""
    old = ImportJob.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    number = old.count()
    old.delete()
    return number


def run(key: int) -> None:
    """Do the step that a job waits for, unless another process is at it. Called by `manage.py run_import`."""
    now = timezone.now()
    waiting = ImportJob.objects.filter(Q(heartbeat=None) | Q(heartbeat__lt=now - SILENCE), pk=key)
    if not waiting.filter(state__in=[State.READING, State.APPLYING]).update(heartbeat=now):
        return
    job = ImportJob.objects.get(pk=key)
    with translation.override(job.language):
        try:
            if job.state == State.APPLYING:
                _apply(job)
            else:
                _preview(job)
        except Exception:
            logger.exception("Import %d", key)
            message = gettext("An error that should not happen. It was noted for the operators; nothing was changed.")
            ImportJob.objects.filter(pk=key).update(state=State.FAILED, message=message)


def _not_begun() -> dict:
    return {"heartbeat": None, "waiting_since": timezone.now(), "done": 0, "total": 0}


def _start_process(key: int) -> None:
    # The web server's limit of a statement's time is not one for this.
    environment = {**os.environ, "STATEMENT_TIMEOUT": "0"}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_import", str(key)]
    subprocess.Popen(command, env=environment, start_new_session=True, stdin=subprocess.DEVNULL)


# The two steps -----------------------------------------------------------------------------------------------------


def _preview(job: ImportJob) -> None:
    """Read the file and keep what it would do."""
    try:
        with _progress(job) as progress:
            file = files.read(bytes(job.file))
            comparison, duplicates = Comparison(file, progress), Duplicates()
            counts = dict.fromkeys(("created", "changed", "unchanged", "faulty", "suspected"), 0)
            with transaction.atomic():
                job.studies.all().delete()
                batch = []
                for position, change in enumerate(comparison.changes()):
                    suspects = duplicates.suspects(change) if change.known is None else []
                    batch.append(_kept(job, position, change, [suspect.as_json() for suspect in suspects]))
                    counts["suspected"] += bool(suspects)
                    counts["faulty" if change.faulty else "changed" if change.known else "created"] += 1
                    if len(batch) == BATCH:
                        ImportedStudy.objects.bulk_create(batch)
                        batch = []
                ImportedStudy.objects.bulk_create(batch)
    except faults.Refused as refusal:
        ImportJob.objects.filter(pk=job.pk).update(state=State.REFUSED, message=str(refusal))
        return
    found = comparison.faults
    notes = file.notes
    if len(found) > faults.MOST:
        notes = [*notes, _more_faults(len(found))]
    ImportJob.objects.filter(pk=job.pk).update(
        state=State.PREVIEWED,
        counts={**counts, "unchanged": comparison.unchanged, "faults": len(found)},
        faults=[fault.as_json() for fault in found[: faults.MOST]],
        notes=notes,
    )


def _apply(job: ImportJob) -> None:
    """Write what the preview says; where it no longer holds, make a new one."""
    studies = list(job.studies.filter(is_faulty=False))
    try:
        with _progress(job) as progress, transaction.atomic():
            applying.apply(studies, job.applied_by, progress)
            ImportJob.objects.filter(pk=job.pk).update(state=State.APPLIED, applied_at=timezone.now())
    except applying.Stale as stale:
        # The page says why there is another preview, as long as it is shown.
        ImportJob.objects.filter(pk=job.pk).update(state=State.READING, message=_stale(stale.slugs), applied_by=None)
        _preview(job)


def _kept(job: ImportJob, position: int, change: Change, suspects: list[dict]) -> ImportedStudy:
    return ImportedStudy(
        job=job,
        position=position,
        slug=change.slug[:160],
        title=change.title[:200],
        sheet=change.row.table.sheet[:100],
        row=change.row.line,
        status=change.known.status if change.known else "",
        digest=change.known.digest if change.known else "",
        values=[[list(path), value] for path, value in change.values.items()],
        notes=change.notes,
        suspects=suspects,
        is_faulty=change.faulty,
    )


def _more_faults(number: int) -> str:
    return gettext("There are %(number)d faults; the first %(most)d are listed.") % {
        "number": number,
        "most": faults.MOST,
    }


def _stale(slugs: list[str]) -> str:
    """Say why a preview was made anew."""
    begin = gettext("Nothing was applied: the collection changed since the preview. This is a new one.")
    if not slugs:
        return begin
    message = ngettext("Changed meanwhile: %(names)s.", "Changed meanwhile (%(number)d): %(names)s.", len(slugs))
    names = ", ".join(slugs[:SHOWN_NAMES]) + (" …" if len(slugs) > SHOWN_NAMES else "")
    return f"{begin} {message % {'number': len(slugs), 'names': names}}"


# Progress ----------------------------------------------------------------------------------------------------------


@contextmanager
def _progress(job: ImportJob) -> Iterator[object]:
    """Give a function that notes how far a step is, at once and for everybody to see."""
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    noted = 0.0

    def note(done: int, total: int) -> None:
        nonlocal noted
        if time.monotonic() - noted < 1 and done < total:
            return
        noted = time.monotonic()
        with connection.cursor() as cursor:
            statement = f"UPDATE {ImportJob._meta.db_table} SET done = %s, total = %s, heartbeat = now() WHERE id = %s"
            cursor.execute(statement, [done, total, job.pk])

    try:
        yield note
    finally:
        connection.close()
