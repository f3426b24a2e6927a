"""What Word documents have and python-docx has no words for: fields, links, bookmarks, lists that begin anew.

Paragraphs and styles too: python-docx walks through all paragraphs to add one, and through all styles to give it one,
which takes minutes for a long note. The elements are those of ECMA-376, part 1, chapter 17 (WordprocessingML).
"""

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph
from docx.text.run import Run


def add_paragraph(note: WordDocument, end: BaseOxmlElement, style: str) -> Paragraph:
    """Add an empty paragraph before `end`, the last element of the document, in the style with this identifier."""
    paragraph = Paragraph(OxmlElement("w:p"), note._body)
    end.addprevious(paragraph._p)
    paragraph._p.style = style
    return paragraph


def add_run(paragraph: Paragraph, text: str, style: str | None = None) -> Run:
    """Add words to a paragraph, in the character style with this identifier."""
    run = paragraph.add_run(text)
    if style:
        run._r.style = style
    return run


def add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """Add a field, such as PAGE, with what is shown until Word works it out."""
    begin_field(paragraph, instruction)
    paragraph.add_run(shown)
    end_field(paragraph)


def begin_field(paragraph: Paragraph, instruction: str) -> None:
    """Begin a field; what follows up to `end_field`, even in later paragraphs, is shown for it."""
    _add_field_mark(paragraph, "begin")
    text = _element("w:instrText", {"xml:space": "preserve"})
    text.text = f" {instruction} "
    paragraph.add_run()._r.append(text)
    _add_field_mark(paragraph, "separate")


def end_field(paragraph: Paragraph) -> None:
    """End the field that is open."""
    _add_field_mark(paragraph, "end")


def link_to_address(paragraph: Paragraph, run: Run, address: str) -> None:
    """Make a run of the paragraph a link to a web address."""
    relations = paragraph.part.rels
    relation = relations.add_relationship(
        RELATIONSHIP_TYPE.HYPERLINK, address, f"link{len(relations)}", is_external=True
    )
    _wrap(run, _element("w:hyperlink", {"r:id": relation.rId}))


def link_to_bookmark(run: Run, name: str) -> None:
    """Make a run a link to a place in the document."""
    _wrap(run, _element("w:hyperlink", {"w:anchor": name}))


def bookmark(run: Run, name: str, number: int) -> None:
    """Make a run a place to link to; `number` is the document's own and used once."""
    run._r.addprevious(_element("w:bookmarkStart", {"w:id": str(number), "w:name": name}))
    run._r.addnext(_element("w:bookmarkEnd", {"w:id": str(number)}))


def new_list(note: WordDocument, style: str) -> int:
    """Return the number of a new list, counted from 1, of the kind that a list style names."""
    numbering = note.part.numbering_part.element
    kind = numbering.num_having_numId(note.styles[style].element.pPr.numPr.numId.val).abstractNumId.val
    number = numbering.add_num(kind)
    number.add_lvlOverride(ilvl=0).add_startOverride(1)
    return number.numId


def put_in_list(paragraph: Paragraph, number: int) -> None:
    """Make a paragraph the next item of the list `number`."""
    paragraph._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = number


def repeat_on_every_page(row) -> None:
    """Make a table's row its head."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _add_field_mark(paragraph: Paragraph, kind: str) -> None:
    paragraph.add_run()._r.append(_element("w:fldChar", {"w:fldCharType": kind}))


def _wrap(run: Run, element: BaseOxmlElement) -> None:
    run._r.addprevious(element)
    element.append(run._r)


def _element(name: str, attributes: dict[str, str]) -> BaseOxmlElement:
    element = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(attribute), value)
    return element
