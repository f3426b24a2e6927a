"""An offline edition of more studies than a browser opens at once: in volumes, each a full edition of some of them."""

from collections.abc import Iterator
from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext

from casestudies import facets
from casestudies.bits import set_of
from casestudies.selection import Selection


class Volume(Selection):
    """The studies of a list that stand in one volume: some that follow one another in its order."""

    def __init__(self, query: QueryDict, identifiers: list[int], number: int, of: int):
        super().__init__(query)
        self._identifiers = identifiers
        self.number = number
        self.of = of

    @cached_property
    def counts(self) -> facets.Counts:
        """The number of studies; the scripts of the edition count what each click gives."""
        return facets.Counts(len(self._identifiers), results=set_of(self._identifiers))

    def identifiers(self) -> Iterator[int]:
        """Yield the primary keys of the volume's studies, in order."""
        yield from self._identifiers

    @cached_property
    def description(self) -> str:
        """The question in words, and which volume this is."""
        place = gettext("volume %(number)d of %(of)d") % {"number": self.number, "of": self.of}
        return f"{super().description} – {place}"


def volumes(selection: Selection, most: int) -> list[Selection]:
    """Return a selection in volumes of up to `most` studies, as even as can be; itself where it fits into one."""
    of = -(-selection.counts.total // most)
    if of <= 1:
        return [selection]
    identifiers = list(selection.identifiers())
    bounds = [number * len(identifiers) // of for number in range(of + 1)]
    return [Volume(selection.query, identifiers[bounds[n] : bounds[n + 1]], n + 1, of) for n in range(of)]
