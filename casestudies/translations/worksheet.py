"""XLSX with two columns of text, for who translates in a spreadsheet."""

import io
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

import xlsxwriter
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from casestudies.exports.characters import without_control_characters
from casestudies.models import CaseStudy

from .states import LANGUAGES, TextState
from .units import File, Unit, UnreadableFile, cleaned, stable_slug

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A workbook is compressed: a small file may unpack to one that no memory holds.
UNPACKED_BYTES = 100_000_000


def write(texts: Iterable[tuple[CaseStudy, TextState]], source_language: str, language: str) -> bytes:
    """Return a workbook with a row for each text: study, field, source, translation, state."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"constant_memory": True, "strings_to_formulas": False}) as book:
        heading = book.add_format({"bold": True, "bg_color": "#DDE6F0"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(_("Texts"))
        sheet.freeze_panes(1, 2)
        columns = (("study", 30), ("field", 14), (source_language, 70), (language, 70), ("state", 14))
        for place, (name, width) in enumerate(columns):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, name, heading)
        for row, (study, text) in enumerate(texts, 1):
            values = (stable_slug(study), text.field, text.source, text.target, text.state.label)
            for place, value in enumerate(values):
                sheet.write_string(row, place, without_control_characters(str(value)), wrapped)
        about = book.add_worksheet(_("Read me"))
        about.set_column(0, 0, 100)
        lines = [
            _("Write each translation in the column “%s”, beside its source text.") % language,
            _("Leave the other columns and the first row as they are: by them each text is found again."),
            _("A cell left empty changes nothing."),
        ]
        for row, line in enumerate(lines):
            about.write_string(row, 0, line, wrapped)
    return content.getvalue()


def read(file: BinaryIO) -> File:
    """Read what `write` wrote and somebody filled in: the first sheet. Raises UnreadableFile."""
    content = file.read()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > UNPACKED_BYTES:
            raise UnreadableFile.because(_("it is too large."))
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    except (zipfile.BadZipFile, CalamineError, IndexError):
        raise UnreadableFile.because(_("it is not an XLSX workbook.")) from None
    headings = [str(value).strip() for value in rows[0]][:4] if rows else []
    languages = headings[2:]
    if headings[:2] != ["study", "field"] or len(set(languages) & set(LANGUAGES)) != 2:
        raise UnreadableFile(
            _("The first row must hold: study, field, and two of these languages, the source first: %s.")
            % ", ".join(LANGUAGES)
        )
    units = [
        Unit(*(cleaned(str(value)) for value in row[:4]), place=_("row %d") % number)
        for number, row in enumerate(rows[1:], 2)
        if any(str(value).strip() for value in row[:4])
    ]
    return File(*languages, units)
