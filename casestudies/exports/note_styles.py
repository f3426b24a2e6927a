"""How a briefing note looks: Word's own styles, set once, so that an editor changes them in one place.

Nothing in the note is formatted directly. Colours are those of the site's pages.
"""

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

ACCENT, INK, QUIET, RULE = "0D4F55", "1C2526", "545F60", "D9D6CB"
TYPEFACE = "Calibri"
# What a spelling checker calls the languages.
SPELLING = {"en": "en-GB", "ru": "ru-RU"}
WIDTH = Mm(210 - 2 * 25)
# Indicator, before, after, source: together the width of the page's text.
OUTCOME_WIDTHS = (Mm(62), Mm(31), Mm(31), Mm(20), Mm(16))

_TABLE_STYLE = f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="Outcomes">
  <w:name w:val="Outcomes"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
  <w:pPr><w:spacing w:before="40" w:after="40" w:line="240" w:lineRule="auto"/></w:pPr>
  <w:tblPr><w:tblBorders>
    <w:top w:val="single" w:sz="8" w:color="{ACCENT}"/><w:bottom w:val="single" w:sz="8" w:color="{ACCENT}"/>
    <w:insideH w:val="single" w:sz="4" w:color="{RULE}"/>
  </w:tblBorders></w:tblPr>
</w:style>"""


def set_styles(note: WordDocument, language: str, *, with_title_page: bool) -> None:
    """Give a new document its page, its language and its styles.

    With a title page, every heading of the first level begins a page.
    """
    section = note.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(25)
    _set_language(note, language)
    _set_paragraphs(note)
    _set_headings(note, with_title_page)
    _add_character_styles(note)
    note.styles.element.append(parse_xml(_TABLE_STYLE))


def _set_language(note: WordDocument, language: str) -> None:
    defaults = note.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    spelling = defaults.find(qn("w:lang"))
    spelling.set(qn("w:val"), SPELLING.get(language, language))


def _set_font(style, size: float, colour: str, *, bold: bool = False) -> None:
    """Set a style's type; the typeface for every script, for Word's default template names another for each."""
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), TYPEFACE)


def _set_paragraphs(note: WordDocument) -> None:
    styles = note.styles
    _set_font(styles["Normal"], 11, INK)
    _space(styles["Normal"], after=6, lines=1.12)
    _set_font(styles["Title"], 24, ACCENT, bold=True)
    borders = styles["Title"].element.pPr.find(qn("w:pBdr"))
    styles["Title"].element.pPr.remove(borders)  # the default template underlines titles
    _set_font(styles["Subtitle"], 15, QUIET)
    _space(styles["Subtitle"], after=24)
    _set_font(styles["Caption"], 10, QUIET, bold=True)
    _space(styles["Caption"], before=8, after=4)
    styles["Caption"].paragraph_format.keep_with_next = True
    _set_font(styles["List Number"], 10, INK)
    _set_font(styles["List Bullet"], 11, INK)
    _space(styles["List Number"], after=3)
    for name in ("Header", "Footer"):
        _set_font(styles[name], 9, QUIET)
        tabs = styles[name].paragraph_format.tab_stops
        tabs.clear_all()
        tabs.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    lead = _added(note, "Lead", based_on="Normal")
    _set_font(lead, 13, INK)
    _space(lead, after=10)
    fact = _added(note, "Fact", based_on="Normal")
    _set_font(fact, 10, INK)
    _space(fact, after=3)
    _set_font(_added(note, "Table Text", based_on="Normal"), 10, INK)
    _set_font(_added(note, "Table Head", based_on="Normal"), 10, ACCENT, bold=True)
    for name in ("Table Text", "Table Head"):
        _space(styles[name], before=2, after=2)
    contents = _added(note, "toc 1", based_on="Normal")
    _space(contents, after=3)
    _set_font(styles["TOC Heading"], 20, ACCENT, bold=True)
    styles["TOC Heading"].paragraph_format.page_break_before = True


def _set_headings(note: WordDocument, with_title_page: bool) -> None:
    _space(note.styles["Title"], before=120 if with_title_page else 0, after=12)
    note.styles["Heading 1"].paragraph_format.page_break_before = with_title_page
    sizes = (20, 13, 11) if with_title_page else (13, 11, 11)
    for level, size in enumerate(sizes, start=1):
        style = note.styles[f"Heading {level}"]
        _set_font(style, size, ACCENT, bold=True)
        _space(style, before=12, after=4)
        style.paragraph_format.keep_with_next = True


def _add_character_styles(note: WordDocument) -> None:
    """Add the styles of words: labels, links, and texts in English within another language."""
    label = note.styles.add_style("Label", WD_STYLE_TYPE.CHARACTER)
    label.font.color.rgb = RGBColor.from_string(QUIET)
    link = note.styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER, builtin=True)
    link.font.color.rgb, link.font.underline = RGBColor.from_string(ACCENT), True
    english = note.styles.add_style("English", WD_STYLE_TYPE.CHARACTER)
    spelling = OxmlElement("w:lang")
    spelling.set(qn("w:val"), SPELLING["en"])
    english.element.get_or_add_rPr().append(spelling)


def _added(note: WordDocument, name: str, *, based_on: str) -> ParagraphStyle:
    style = note.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name == "toc 1")
    style.base_style = note.styles[based_on]
    return style


def _space(style: ParagraphStyle, *, before: float = 0, after: float = 0, lines: float = 1.0) -> None:
    """Set the space around a paragraph, in points, and the distance of its lines."""
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = lines
