"""The formats in which a selection leaves the application. Adding one is a module and a line here."""

from .base import Format
from .comma_separated import CommaSeparated
from .document import Document
from .json_document import JsonDocument
from .offline_html import OfflineHtml
from .offline_zip import OfflineZip


def _registered(*formats: Format) -> dict[str, Format]:
    """Return the formats by extension. Raises ValueError where two claim the same."""
    registry: dict[str, Format] = {}
    for format_ in formats:
        if format_.extension in registry:
            raise ValueError(f"two formats claim .{format_.extension}")
        registry[format_.extension] = format_
    return registry


FORMATS = _registered(CommaSeparated(), JsonDocument(), OfflineHtml(), OfflineZip())

__all__ = ["FORMATS", "Document", "Format"]
