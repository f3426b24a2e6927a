"""The offline edition as a folder in a ZIP, for more studies than one HTML file serves."""

import zipfile
from collections.abc import Iterator
from itertools import islice

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from casestudies import revision
from casestudies.offline import pages

from .base import Group
from .document import Document

STUDIES_IN_A_PART = 100


class _Pipe:
    """A file that is written on one side and emptied on the other, so that a ZIP never stands whole in memory."""

    def __init__(self):
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: whoever reads takes what is there."""

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        piece, self._pieces = b"".join(self._pieces), []
        return piece


class OfflineZip:
    """`index.html` with filters and search, and the studies in parts beside it."""

    extension = "zip"
    label = _("ZIP for offline use")
    group = Group.READING
    content_type = "application/zip"
    as_attachment = True
    for_study = False
    most = 2000
    in_turn = True

    def write(self, document: Document) -> Iterator[bytes]:
        """Yield the archive part by part."""
        pipe = _Pipe()
        with (
            translation.override(document.language),
            revision.pinned(),
            zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            number = -(-document.provenance.studies // STUDIES_IN_A_PART)
            names = [f"parts/{place}.js" for place in range(1, number + 1)]
            archive.writestr("index.html", "".join(pages.edition(document, [], names)))
            yield pipe.taken()
            studies = document.studies(pages.studies())
            for place, name in enumerate(names, start=1):
                sections = [pages.section(document, study) for study in islice(studies, STUDIES_IN_A_PART)]
                archive.writestr(name, pages.as_script(sections))
                archive.writestr(f"pages/{place}.html", pages.plain_page(document, place, sections))
                yield pipe.taken()
        yield pipe.taken()
