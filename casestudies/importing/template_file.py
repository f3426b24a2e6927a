"""Files to begin with: the headings of an import in the curator's language, codes to choose from, and an example."""

import io

import xlsxwriter
from django.utils.translation import get_language, get_language_info, gettext, pgettext

from casestudies import vocabulary
from casestudies.exports import reading
from casestudies.exports.cells import FIRST_YEAR, LAST_YEAR
from casestudies.exports.columns import SLUG, Column
from casestudies.exports.comma_separated import BYTE_ORDER_MARK
from casestudies.exports.workbook import WIDTHS
from casestudies.models import CaseStudy

from .names import KnownNames
from .tables import COLUMNS_OF, LANGUAGES, sheet_title

ROWS = 2000
"""Rows that have drop-down lists."""
# Columns that say what another one says.
_REPEATED = ("chapter_title", "country_codes")
_SINGLE = {"chapter": "chapter", "handbook": "handbook", "confidence": "confidence", "unit": "unit", "better": "better"}
_LISTS = {
    "other_chapters": "chapter",
    "themes": "theme",
    "countries": "country",
    "conventions": "convention",
    "transport_modes": "mode",
}
_YEARS = ("period_start", "period_end", "before_year", "after_year", "year")


def columns(kind: str) -> list[Column]:
    """Return the columns of a kind that an import reads, each thing once."""
    return [c for c in COLUMNS_OF[kind] if c is SLUG or (c.read and c.name not in _REPEATED)]


def table() -> str:
    """Return a CSV file with the headings of studies alone."""
    return BYTE_ORDER_MARK + ",".join(f'"{column.heading}"' for column in columns("studies")) + "\r\n"


def workbook() -> bytes:
    """Return an XLSX file with a sheet for each kind, the codes, and an example that is not read."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE6F0"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheets = {kind: book.add_worksheet(sheet_title(kind)) for kind in COLUMNS_OF}
        ranges = _write_codes(book, bold, wrapped)
        for kind, sheet in sheets.items():
            sheet.freeze_panes(1, 1)
            for place, column in enumerate(columns(kind)):
                sheet.set_column(place, place, WIDTHS[kind].get(column.name, 30), wrapped)
                sheet.write_string(0, place, str(column.heading), bold)
                if rule := _rule(kind, column, ranges):
                    sheet.data_validation(1, place, ROWS, place, rule)
        _write_example(book, bold, wrapped)
    return target.getvalue()


def _write_codes(book: xlsxwriter.Workbook, bold: object, wrapped: object) -> dict[str, str]:
    """Write the sheet of codes, names in every language; return where the values to choose from stand."""
    title = pgettext("sheet", "Codes")
    sheet, names, own = book.add_worksheet(title), KnownNames(), get_language()
    sheet.freeze_panes(1, 0)
    labels = {column.name: str(column.heading) for kind in COLUMNS_OF for column in COLUMNS_OF[kind]}
    headed_by = {vocabulary: labels[name] for name, vocabulary in (_LISTS | _SINGLE).items()}
    ranges, first = {}, 0
    for key, heading in headed_by.items():
        rows = names.references if key == "convention" else names.listed(key)
        for place, text in enumerate([heading, *(get_language_info(code)["name_local"] for code in LANGUAGES)]):
            sheet.write_string(0, first + place, text, bold)
            sheet.set_column(first + place, first + place, 30 if place or key == "convention" else 14)
        for number, (code, texts) in enumerate(rows, 1):
            (sheet.write_number if isinstance(code, int) else sheet.write_string)(number, first, code, wrapped)
            for place, language in enumerate(LANGUAGES, 1):
                sheet.write_string(number, first + place, texts[language], wrapped)
        # Chapters and conventions stand in an export by their codes, the others by their names.
        place = 0 if key in ("chapter", "convention") else 1 + LANGUAGES.index(own)
        column = xlsxwriter.utility.xl_col_to_name(first + place, True)
        ranges[key] = f"='{title}'!{column}$2:{column}${len(rows) + 1}"
        first += len(LANGUAGES) + 1
    return ranges


def _rule(kind: str, column: Column, ranges: dict[str, str]) -> dict | None:
    """Return what a column's cells offer and refuse; a list of several values is offered one, and takes more."""
    if column.name in _SINGLE:
        return {"validate": "list", "source": ranges[_SINGLE[column.name]]}
    if column.name in _LISTS:
        message = gettext("Choose one, or write several with semicolons between them.")
        return {
            "validate": "list",
            "source": ranges[_LISTS[column.name]],
            "show_error": False,
            "input_title": str(column.heading)[:32],
            "input_message": message[:255],
        }
    if column.name == "checked":
        return {"validate": "list", "source": [gettext("yes"), gettext("no")]}
    if column.name in _YEARS:
        return {"validate": "integer", "criteria": "between", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
    if column is SLUG and kind != "studies":
        return {"validate": "list", "source": f"='{sheet_title('studies')}'!$A$2:$A${ROWS + 1}", "show_error": False}
    return None


def _write_example(book: xlsxwriter.Workbook, bold: object, wrapped: object) -> None:
    """Write a study of the collection as it would be imported, on a sheet that is not read."""
    sheet = book.add_worksheet(pgettext("sheet", "Example"))
    sheet.set_column(0, 40, 30, wrapped)
    sheet.write_string(0, 0, gettext("An example. This sheet is not read."), bold)
    candidates = CaseStudy.objects.published().in_full()
    model = candidates.filter(outcomes__isnull=False).first() or candidates.first()
    if model is None:
        return
    study = reading.of_model(model, vocabulary.current(), "")
    row = 2
    for kind in COLUMNS_OF:
        sheet.write_string(row, 0, sheet_title(kind), bold)
        for place, column in enumerate(columns(kind)):
            sheet.write_string(row + 1, place, str(column.heading), bold)
        given = [()] if kind == "studies" else [(item,) for item in study.record[kind]]
        for number, item in enumerate(given, row + 2):
            for place, column in enumerate(columns(kind)):
                value = column.value(study, *item)
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(number, place, value, wrapped)
                elif value not in (None, ""):
                    sheet.write_string(number, place, _in_words(value), wrapped)
        row += len(given) + 3


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value)
