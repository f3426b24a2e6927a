"""Characters that texts of the database may hold and files may not."""

import re

# What XML 1.0 cannot hold, not even escaped, and HTML forbids.
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def without_control_characters(text: str) -> str:
    """Return a text without what no reader sees and some programs refuse."""
    # Nearly every text is without them, and to find that out takes half as long as to replace nothing.
    return CONTROL_CHARACTERS.sub("", text) if CONTROL_CHARACTERS.search(text) else text
