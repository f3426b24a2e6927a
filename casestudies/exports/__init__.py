"""The formats in which a selection leaves the application. Adding one is a module and a line here."""

from .atom import AtomFeed
from .base import Format, Group
from .bibtex import BibTex
from .booklet import Booklet
from .briefing_note import BriefingNote
from .comma_separated import CommaSeparated
from .document import Document
from .json_document import JsonDocument
from .json_lines import JsonLines
from .offline_html import OfflineHtml
from .offline_zip import OfflineZip
from .ris import Ris
from .workbook import Workbook


def _registered(*formats: Format) -> dict[str, Format]:
    """Return the formats by extension. Raises ValueError where two claim the same."""
    registry: dict[str, Format] = {}
    for format_ in formats:
        if format_.extension in registry:
            raise ValueError(f"two formats claim .{format_.extension}")
        registry[format_.extension] = format_
    return registry


FORMATS = _registered(
    Booklet(),
    BriefingNote(),
    OfflineHtml(),
    OfflineZip(),
    Workbook(),
    CommaSeparated(),
    Ris(),
    BibTex(),
    JsonDocument(),
    JsonLines(),
    AtomFeed(),
)

__all__ = ["FORMATS", "Document", "Format", "Group"]
