"""PDF for people: a typeset booklet of a selection, or a sheet of one study, tagged for screen readers (PDF/UA-1)."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .base import Group
from .briefing import briefing_of
from .document import Document

TYPESETTER = Path(__file__).parent / "typst" / "typeset.py"
# Far more than the longest booklet takes: it only ends what would never end.
SECONDS_AT_MOST = 120
SECONDS_BETWEEN_LOOKS = 0.1


class Booklet:
    """A document to print and to hand on."""

    extension = "pdf"
    label = _("PDF (to print)")
    group = Group.READING
    content_type = "application/pdf"
    as_attachment = True
    for_study = True
    # What is done in about ten seconds; docs/documents.md has the measurements.
    most = 300
    in_turn = True

    def write(self, document: Document) -> Iterator[bytes]:
        """Yield the whole file at once: the page numbers of the contents are known only when every page is set."""
        with translation.override(document.language):
            content = asdict(briefing_of(document))
        content["mark"] = (settings.BASE_DIR / "static" / "mark.svg").read_text("utf-8")
        yield _typeset("booklet.typ" if document.selection else "study.typ", content, document.go_on)


def _typeset(template: str, content: dict, go_on: Callable[[], None]) -> bytes:
    """Return the PDF that a template makes of `content`. Raises CalledProcessError where the template is wrong.

    Meanwhile `go_on` is called; what it raises ends the typesetter.
    """
    command = [sys.executable, str(TYPESETTER), template]
    # Through files: a pipe that nobody empties would stop the typesetter while it is waited for.
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        given.write(json.dumps(content, ensure_ascii=False).encode("utf-8"))
        given.seek(0)
        with _running(command, given, made) as typesetter:
            end = time.monotonic() + SECONDS_AT_MOST
            while not _has_ended(typesetter):
                go_on()
                if time.monotonic() > end:
                    raise subprocess.TimeoutExpired(command, SECONDS_AT_MOST)
        if typesetter.returncode:
            raise subprocess.CalledProcessError(typesetter.returncode, command)
        made.seek(0)
        return made.read()


@contextmanager
def _running(command: list[str], given: IO[bytes], made: IO[bytes]) -> Iterator[subprocess.Popen]:
    """Run the typesetter; it ends with the block, whatever ends that."""
    process = subprocess.Popen(command, stdin=given, stdout=made)
    try:
        yield process
    finally:
        # Nothing is left behind to clean up, so it need not be asked first; who has ended cannot be killed.
        process.kill()
        process.wait()


def _has_ended(process: subprocess.Popen) -> bool:
    try:
        process.wait(SECONDS_BETWEEN_LOOKS)
    except subprocess.TimeoutExpired:
        return False
    return True
