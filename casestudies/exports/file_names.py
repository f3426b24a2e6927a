"""What a file is called once it is saved: it tells what is in it, in letters that every system takes."""

from django.utils import translation
from django.utils.text import slugify

from casestudies import vocabulary
from casestudies.selection import Choice

from .document import Document

LONGEST = 60
# As passports write Russian names (ICAO Doc 9303).
_LATIN = str.maketrans(
    dict(zip("абвгдеёжзийклмнопрстуфхцчшщыэюя", (
        *"abvgde", "e", "zh", *"ziiklmnoprstuf", "kh", "ts", "ch", "sh", "shch", *"ye", "iu", "ia"
    ), strict=True))
)  # fmt: skip


def file_name(document: Document) -> str:
    """Return the name without its extension: "case-studies-kazakhstan-transit-en-2026-11-27"."""
    with translation.override("en"):
        asked = _in_ascii(" ".join(map(_word, document.selection.choices)))
    parts = ("case-studies", asked, document.language, f"{document.provenance.day:%Y-%m-%d}")
    return "-".join(filter(None, parts))


def _word(choice: Choice) -> str:
    """Return what was chosen: by its English name where it has one, a year or a day after the name of its filter."""
    if choice.key in ("q", "study"):
        return choice.value
    names = vocabulary.current()
    if hasattr(names, choice.key):
        return names.names(choice.key)[choice.value]
    return f"{choice.key} {choice.value}"


def _in_ascii(text: str) -> str:
    """Return words joined by hyphens, as many as fit."""
    whole = slugify(text.lower().translate(_LATIN).replace("_", "-"))
    if len(whole) <= LONGEST:
        return whole
    return whole[: LONGEST + 1].rpartition("-")[0] or whole[:LONGEST]
