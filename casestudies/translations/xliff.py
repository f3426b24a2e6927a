"""XLIFF 1.2, which every translator's tool reads and writes; of XLIFF 2 that cannot be said (decision 18)."""

from collections.abc import Iterable
from typing import BinaryIO

from django.utils.translation import gettext as _
from lxml import etree

from casestudies.exports.characters import without_control_characters
from casestudies.models import CaseStudy

from .states import LANGUAGES, TextState
from .units import File, Unit, UnreadableFile, cleaned, stable_slug

CONTENT_TYPE = "application/x-xliff+xml"
NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
_NS = {"x": NAMESPACE}
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def write(texts: Iterable[tuple[CaseStudy, TextState]], source_language: str, language: str) -> bytes:
    """Return a file with these texts: an element `file` for each study, a `trans-unit` for each text."""
    root = etree.Element(_tag("xliff"), version="1.2", nsmap={None: NAMESPACE})
    body, previous = None, None
    for study, text in texts:
        if study is not previous:
            attributes = {"source-language": source_language, "target-language": language, "datatype": "plaintext"}
            file = etree.SubElement(root, _tag("file"), original=stable_slug(study), **attributes)
            body, previous = etree.SubElement(file, _tag("body")), study
        _add(body, text, language)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _add(body: etree._Element, text: TextState, language: str) -> None:
    unit = etree.SubElement(body, _tag("trans-unit"), id=text.field, resname=text.field)
    unit.set(_SPACE, "preserve")
    _text(unit, "source", text.source)
    if text.target:
        state = "needs-translation" if text.is_outdated else "needs-review-translation"
        _text(unit, "target", text.target, state="signed-off" if text.is_reviewed and not text.is_outdated else state)
    if text.is_outdated:
        # Tools show it beside the unit as an earlier version with its translation.
        earlier = etree.SubElement(unit, _tag("alt-trans"), alttranstype="previous-version")
        _text(earlier, "source", text.row.source_text)
        _text(earlier, "target", text.target)


def read(file: BinaryIO) -> File:
    """Read what `write` wrote and a tool filled in. Raises UnreadableFile."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        tree = etree.parse(file, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile.because(error.msg) from None
    if tree.docinfo.doctype:
        # No XLIFF needs one, and entities are how XML attacks its readers.
        raise UnreadableFile.because(_("it declares a document type."))
    root = tree.getroot()
    if root.tag != _tag("xliff"):
        raise UnreadableFile.because(_("it is not XLIFF 1.2."))
    files = root.findall("x:file", _NS)
    pairs = {(_code(found.get("source-language")), _code(found.get("target-language"))) for found in files}
    if len(pairs) != 1 or not all(code in LANGUAGES for code in next(iter(pairs))):
        raise UnreadableFile(
            _("The languages must be the same in the whole file, and among: %s.") % ", ".join(LANGUAGES)
        )
    source_language, language = pairs.pop()
    units = [
        Unit(
            study=found.get("original", ""),
            field=unit.get("resname") or unit.get("id", ""),
            source=_content(unit.find("x:source", _NS)),
            target=_content(unit.find("x:target", _NS)),
            place=_("line %d") % unit.sourceline,
        )
        for found in files
        for unit in found.iterfind(".//x:trans-unit", _NS)
    ]
    return File(source_language, language, units)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(parent: etree._Element, name: str, content: str, **attributes: str) -> None:
    etree.SubElement(parent, _tag(name), **attributes).text = without_control_characters(content)


def _content(element: etree._Element | None) -> str:
    """Return the text of an element, also where a tool cut it into segments."""
    return cleaned(element.xpath("string()")) if element is not None else ""


def _code(language: str | None) -> str:
    """Return the language without its region: tools write en-GB for en."""
    return (language or "").lower().partition("-")[0]
