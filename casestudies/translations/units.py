"""What goes to a translation agency and comes back: texts with their translations, whatever the file's format."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from casestudies.exports.characters import without_control_characters
from casestudies.models import CaseStudy

from .states import State, TextState, states

STUDIES_IN_A_FILE = 500


@dataclass(frozen=True)
class Unit:
    """One text of a study in two languages."""

    study: str
    """The slug; of a revision, that of the study it revises, which stays when the revision is approved."""
    field: str
    source: str
    target: str
    place: str = ""
    """Where it stands in the file, for people."""


@dataclass(frozen=True)
class File:
    """What a file of translations holds."""

    source_language: str
    language: str
    units: list[Unit]


class UnreadableFile(Exception):
    """A file that cannot be taken; the message says why, in the reader's language."""

    @classmethod
    def because(cls, reason: str) -> "UnreadableFile":
        """Return the exception for a file that is not what its name says."""
        return cls(_("The file cannot be read: %(reason)s") % {"reason": reason})


def texts_in_state(studies: Iterable[CaseStudy], language: str, state: str) -> Iterator[tuple[CaseStudy, TextState]]:
    """Yield the texts of studies that are in a state of `queue.waiting`, and have a source to translate."""
    wanted = {
        "waiting": lambda text: text.state != State.COMPLETE,
        "missing": lambda text: text.state == State.MISSING,
        "outdated": lambda text: text.is_outdated,
        "unreviewed": lambda text: text.needs_review,
        "all": lambda text: True,
    }[state]
    for study in studies:
        for text in states(study, language):
            if text.source and wanted(text):
                yield study, text


def stable_slug(study: CaseStudy) -> str:
    """Return the slug by which a returned file finds the study again."""
    return study.revises.slug if study.revises_id else study.slug


def cleaned(text: str) -> str:
    """Return a text of a file as it is stored: without what no reader sees, and without blanks around it."""
    return without_control_characters(text).strip()
