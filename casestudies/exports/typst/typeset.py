"""Typesets in a process of its own: `typeset.py TEMPLATE` reads JSON from standard input and writes a PDF to output.

What the typesetter remembers of a document, hundreds of megabytes for a long one, ends with the process; pages that
others ask for meanwhile come first. Imports nothing of the application, so that it starts at once.
"""

import json
import os
import re
import sys
import unicodedata
from pathlib import Path

import typst

TEMPLATES = Path(__file__).parent
# How the typesetter names a text that none of its typefaces has, in Rust's notation: "\u{7}" for a control character.
_WITHOUT_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# What stands for a character that cannot be printed: every typeface here has it, and no study needs it.
MARK = "\u25a1"
NICENESS = 10


def typeset(template: str, content: dict) -> bytes:
    """Return the PDF/UA-1 that a template makes of `content`.

    Characters of no typeface at hand, such as emoji, become a mark: PDF/UA-1 forbids to leave them blank. A study that
    they stand in, and the content as a whole where they stand outside of studies, is `marked`; the template says so.
    Raises typst.TypstError where the template is wrong.
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
                sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
                pdf_standards=["ua-1"],
            )
        except typst.TypstError as error:
            printable = _marked(content, {text: _instead_of(text) for text in _without_glyph(error)})
            if printable == content:
                raise
            content = printable


def _without_glyph(error: typst.TypstError) -> set[str]:
    """Return the texts that the typesetter could not set, empty where something else is wrong."""
    return {_ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) for text in _WITHOUT_GLYPH.findall(error.diagnostic)}


def _instead_of(text: str) -> str:
    """Return what is printed instead: nothing for what only joins or changes other characters, and is not seen."""
    return "" if all(unicodedata.category(character) in ("Cf", "Mn") for character in text) else MARK


def _marked(content: dict, replacements: dict[str, str]) -> dict:
    """Return the content with the replacements made, and marked where they were."""
    studies = [_marked_alone(study, replacements) for study in content["studies"]]
    rest = {key: value for key, value in content.items() if key != "studies"}
    return {**_marked_alone(rest, replacements), "studies": studies}


def _marked_alone(record: dict, replacements: dict[str, str]) -> dict:
    replaced = _replaced(record, replacements)
    return record if replaced == record else {**replaced, "marked": MARK in json.dumps(replaced, ensure_ascii=False)}


def _replaced(value: object, replacements: dict[str, str]) -> object:
    if isinstance(value, str):
        for text, replacement in replacements.items():
            value = value.replace(text, replacement)
        return value
    if isinstance(value, list):
        return [_replaced(each, replacements) for each in value]
    if isinstance(value, dict):
        return {key: _replaced(each, replacements) for key, each in value.items()}
    return value


if __name__ == "__main__":
    os.nice(NICENESS)
    sys.stdout.buffer.write(typeset(sys.argv[1], json.load(sys.stdin.buffer)))
