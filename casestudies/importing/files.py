"""Reading an uploaded file, whatever it is: by what it holds, for a name says little."""

from django.utils.translation import gettext

from . import reading_csv, reading_json_lines, reading_xlsx
from .faults import Refused, too_many_rows
from .tables import ReadFile

LARGEST_FILE = 20 * 1024 * 1024
MOST_ROWS = 20_000
"""Of one table: sources have a sheet of their own, and are several times as many as studies."""
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # also a workbook with a password


def kind_of(content: bytes) -> str:
    """Return "xlsx", "jsonl" or "csv". Raises Refused for what cannot be any of them."""
    if not content.strip():
        raise Refused(gettext("The file is empty."))
    if content.startswith(b"PK"):
        return "xlsx"
    if content.startswith(_OLD_EXCEL):
        raise Refused(
            gettext("This is a workbook of an old Excel, or one with a password. Save it as XLSX without a password.")
        )
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return "jsonl"
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"<")) or _is_binary(content):
        raise Refused(gettext("This is neither XLSX nor CSV nor JSON Lines. Save the table in one of these formats."))
    return "csv"


def read(content: bytes) -> ReadFile:
    """Return what the file holds. Raises Refused where it cannot be read at all."""
    kind = kind_of(content)
    module = {"xlsx": reading_xlsx, "csv": reading_csv, "jsonl": reading_json_lines}[kind]
    found = module.read(content)
    for table in found.tables:
        if len(table.rows) > MOST_ROWS:
            raise Refused(too_many_rows(len(table.rows), MOST_ROWS))
    if not found.size:
        raise Refused(gettext("There is no row below the headings."))
    return found


def _is_binary(content: bytes) -> bool:
    """Say whether there are bytes that no text has; UTF-16, which has zeros, begins with its mark."""
    return b"\0" in content[:8192] and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
