"""JSON Lines: a study a line, for programs that read as they go."""

from collections.abc import Iterator

from django.utils import translation

from .base import Group
from .document import LICENCE, Document
from .json_document import PIECE, content, encoded, lossless


def link(document: Document) -> str:
    """Return the HTTP header by which the file leads to the page that says what was asked.

    A file without studies has no line that could say it.
    """
    return f'<{document.provenance.address}>; rel="describedby"; type="text/html"'


class JsonLines:
    """A selection for programs that take one study at a time.

    Every line has the same shape and says where it comes from: a head of another shape would break what reads lines,
    and a line that was taken out of its file can still be cited.
    """

    extension = "jsonl"
    label = "JSON Lines"
    group = Group.PROGRAMS
    content_type = "application/jsonl; charset=utf-8"
    as_attachment = True
    for_study = False
    most = None
    in_turn = False

    def write(self, document: Document) -> Iterator[bytes]:
        """Yield the lines, some at a time."""
        provenance = document.provenance
        origin = {
            "collection": provenance.collection,
            "question": provenance.question,
            "count": provenance.studies,
            "language": provenance.language,
            "generated": provenance.made,
            "address": provenance.address,
            "licence": LICENCE,
        }
        piece = []
        with translation.override(document.language):
            for study in document.rows():
                piece.append(encoded(content(study) | lossless(study) | {"provenance": origin}) + b"\n")
                if len(piece) == PIECE:
                    yield b"".join(piece)
                    piece = []
        yield b"".join(piece)
