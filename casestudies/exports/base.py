"""What every format is."""

from collections.abc import Iterator
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .document import Document


class Group(TextChoices):
    """What a reader wants a file for. Menus show the groups in this order."""

    READING = "reading", _("To read and print")
    TABLES = "tables", _("Tables")
    CITATIONS = "citations", _("Citations")
    PROGRAMS = "programs", _("For programs")


class Format(Protocol):
    """A way to write studies to a file."""

    extension: str
    """Stands in the address after the dot, and names the format."""
    label: str
    """Its name for people."""
    group: Group
    content_type: str
    as_attachment: bool
    """Whether a browser saves it rather than shows it."""
    for_study: bool
    """Whether a single study can be had in it too, under the study's address."""
    most: int | None
    """The number of studies up to which it is written while the reader waits; None where any number is."""
    in_turn: bool
    """Whether it keeps a processor busy: few are made at a time, each to its end before it is sent."""

    def write(self, document: Document) -> Iterator[str | bytes]:
        """Yield the file piece by piece: every study of the document, in its order.

        The active language is the document's, but only until the first piece is asked for: a format that translates
        after that activates `document.language` itself.
        """
        ...
