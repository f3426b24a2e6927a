"""What every format is."""

from collections.abc import Iterator
from typing import Protocol

from casestudies.selection import Selection


class Format(Protocol):
    """A way to write a selection to a file."""

    extension: str
    """Stands in the address after the dot, and names the format."""
    label: str
    """Its name for people."""
    content_type: str
    as_attachment: bool
    """Whether a browser saves it rather than shows it."""

    def write(self, selection: Selection, site: str) -> Iterator[str]:
        """Yield the file piece by piece: every study of a selection without faults, in its order.

        `site` is the address of the site, without a slash at the end. The active language is the selection's.
        """
        ...
