"""PDF for people: a typeset booklet of a selection, or a sheet of one study, tagged for screen readers (PDF/UA-1)."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .base import Group
from .briefing import briefing_of
from .document import Document

TYPESETTER = Path(__file__).parent / "typst" / "typeset.py"
# Far more than the longest booklet takes: it only ends what would never end.
SECONDS_AT_MOST = 120
# One booklet at a time in each process of the web server: each takes a processor and much memory.
_typesetting = Lock()


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

    def write(self, document: Document) -> Iterator[bytes]:
        """Yield the whole file at once: the page numbers of the contents are known only when every page is set."""
        with translation.override(document.language):
            content = asdict(briefing_of(document))
        content["mark"] = (settings.BASE_DIR / "static" / "mark.svg").read_text("utf-8")
        yield _typeset("booklet.typ" if document.selection else "study.typ", content)


def _typeset(template: str, content: dict) -> bytes:
    """Return the PDF that a template makes of `content`. Raises CalledProcessError where the template is wrong."""
    command = [sys.executable, str(TYPESETTER), template]
    with _typesetting:
        done = subprocess.run(
            command,
            input=json.dumps(content, ensure_ascii=False).encode("utf-8"),
            stdout=subprocess.PIPE,
            timeout=SECONDS_AT_MOST,
            check=True,
        )
    return done.stdout
