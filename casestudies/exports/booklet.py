"""PDF for people: a typeset booklet of a selection, or a sheet of one study, tagged for screen readers (PDF/UA-1)."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path

import typst
from django.conf import settings
from django.utils import translation

from .briefing import briefing_of
from .document import Document

TEMPLATES = Path(__file__).parent / "typst"
# How the typesetter names a text that none of its typefaces has, in Rust's notation, as "\u{7}".
_WITHOUT_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
REPLACEMENT_CHARACTER = "\ufffd"


class Booklet:
    """A document to print and to hand on."""

    extension = "pdf"
    label = "PDF"
    content_type = "application/pdf"
    as_attachment = True
    for_study = True
    most = 500

    def write(self, document: Document) -> Iterator[bytes]:
        """Yield the whole file at once: the page numbers of the contents are known only when every page is set."""
        with translation.override(document.language):
            content = asdict(briefing_of(document))
        content["mark"] = (settings.BASE_DIR / "static" / "mark.svg").read_text("utf-8")
        template = TEMPLATES / ("booklet.typ" if document.selection else "study.typ")
        yield typeset(template, json.dumps(content, ensure_ascii=False))


def typeset(template: Path, content: str) -> bytes:
    """Return the PDF that a template makes of `content`, a JSON object.

    Characters of no typeface at hand, such as emoji, become the replacement character: PDF/UA-1 forbids to leave them
    blank. Raises typst.TypstError where the template is wrong.
    """
    while True:
        try:
            return typst.compile(
                template,
                root=TEMPLATES,
                # The same file on every machine, whatever typefaces are installed there.
                font_paths=_typefaces(),
                ignore_system_fonts=True,
                sys_inputs={"data": content},
                pdf_standards=["ua-1"],
            )
        except typst.TypstError as error:
            shown = content
            for text in _without_glyph(error):
                shown = shown.replace(text, REPLACEMENT_CHARACTER)
            if shown == content:
                raise
            content = shown


@cache
def _typefaces() -> typst.Fonts:
    """Return the typefaces within the typesetter, read once a process."""
    return typst.Fonts(include_system_fonts=False)


def _without_glyph(error: typst.TypstError) -> set[str]:
    """Return the texts that the typesetter could not set, empty where something else is wrong."""
    return {
        _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) for text in _WITHOUT_GLYPH.findall(error.diagnostic)
    }
