"""Typesets in a process of its own: `typeset.py TEMPLATE` reads JSON from standard input and writes a PDF to output.

What the typesetter remembers of a document, hundreds of megabytes for a long one, ends with the process; pages that
others ask for meanwhile come first. Imports nothing of the application, so that it starts at once.
"""

import os
import re
import sys
from pathlib import Path

import typst

TEMPLATES = Path(__file__).parent
# How the typesetter names a text that none of its typefaces has, in Rust's notation: "\u{7}" for a control character.
_WITHOUT_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
REPLACEMENT_CHARACTER = "\ufffd"
NICENESS = 10


def typeset(template: str, content: str) -> bytes:
    """Return the PDF/UA-1 that a template makes of `content`, a JSON object.

    Characters of no typeface at hand, such as emoji, become the replacement character: PDF/UA-1 forbids to leave them
    blank. Raises typst.TypstError where the template is wrong.
    """
    # The same file on every machine, whatever typefaces are installed there.
    typefaces = typst.Fonts(include_system_fonts=False)
    while True:
        try:
            return typst.compile(
                TEMPLATES / template,
                root=TEMPLATES,
                font_paths=typefaces,
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


def _without_glyph(error: typst.TypstError) -> set[str]:
    """Return the texts that the typesetter could not set, empty where something else is wrong."""
    return {_ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) for text in _WITHOUT_GLYPH.findall(error.diagnostic)}


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.stdout.buffer.write(typeset(sys.argv[1], sys.stdin.buffer.read().decode("utf-8")))
