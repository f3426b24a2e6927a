"""A question read against the collection: what matches it, how rare its words are, and what it may have meant.

The reading decides alone, before any filter, which studies match and in which order, so that filters only ever narrow
them and every count beside a filter stays true. It is the same for every page's language.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from . import stemming
from .understanding import Sought


@dataclass(frozen=True)
class Wanted:
    """One thing sought, with how many studies hold it, and its weight: the rarer, the more it tells.

    `holders` are these studies as bits, where they were counted one by one.
    """

    sought: Sought
    studies: int
    weight: float
    holders: int | None = None


@dataclass(frozen=True)
class Alternative:
    """What one side of an OR seeks and leaves out, and how far it was widened to give enough studies.

    `found` is the tsquery it was widened to, at `level` steps from everything; `parts` are the words of the names that
    are sought, each by itself, where the names alone gave too few. `answers` are the studies that it matches, as bits,
    where what is sought told them.
    """

    sought: tuple[Sought, ...]
    excluded: tuple[Sought, ...]
    wanted: tuple[Wanted, ...] = ()
    found: str | None = None
    level: int = 0
    parts: tuple[Wanted, ...] = ()
    answers: int | None = None

    @property
    def query(self) -> str:
        """The tsquery of the studies that it matches: those that hold everything, where it was not widened."""
        return self.without_excluded(self.found) if self.found is not None else self.whole

    @property
    def whole(self) -> str:
        """The tsquery of the studies that hold everything."""
        return self.without_excluded(stemming.all_of(one.query for one in self.sought))

    def without_excluded(self, query: str) -> str:
        """Return the tsquery for what is found without what is left out."""
        for sought in self.excluded if query else ():
            query = f"({query}) & !({sought.query})"
        return query


def _rest(side: Alternative) -> Iterator[str]:
    """Yield tsqueries that together find the studies of which the index alone does not decide."""
    if side.excluded:
        yield side.query
        return
    for one in side.sought:
        if one.phrases:
            yield stemming.all_of([one.phrases, *(other.query for other in side.sought if other is not one)])


def _certain(side: Alternative) -> str:
    """Return the tsquery of studies that surely hold everything, "" where the index alone decides of none."""
    parts = [one.certain for one in side.sought]
    return stemming.all_of(parts) if all(parts) and not side.excluded else ""


def all_of(wanted: Iterable[Wanted]) -> str:
    """Return the tsquery of studies that hold all of these."""
    return stemming.all_of(one.sought.query for one in wanted)


@dataclass(frozen=True)
class Correction:
    """What the question may have meant: its text, and whether the studies for that are shown."""

    text: str
    applied: bool = False


@dataclass(frozen=True)
class Reading:
    """A question understood. `query` is the tsquery that decides which studies match, "" where none can."""

    text: str
    alternatives: tuple[Alternative, ...]
    query: str
    complete: int
    """How many studies hold everything that is wanted."""
    correction: Correction | None = None
    answers: int | None = None
    """The studies that match, as bits, where reading the question told them; `facets.answering` finds others."""
    holding_all: int | None = None
    """The studies that hold everything, as bits, where reading the question told them."""

    def __bool__(self) -> bool:
        return bool(self.alternatives)

    @property
    def key(self) -> str:
        """What tells the reading from every other of the same collection."""
        return blake2b(self.query.encode(errors="replace"), digest_size=16).hexdigest()

    @property
    def whole(self) -> str:
        """The tsquery of the studies that hold everything."""
        return stemming.either(side.whole for side in self.alternatives)

    @property
    def is_whole(self) -> bool:
        """Whether exactly the studies match that hold everything."""
        return all(side.found is None for side in self.alternatives)

    @property
    def is_widened(self) -> bool:
        """Whether studies match that hold not everything."""
        return any(side.level for side in self.alternatives)

    @property
    def certain(self) -> str:
        """A tsquery of studies that match, which the index alone can tell; "" where there is none."""
        return stemming.either(_certain(side) for side in self.alternatives)

    @property
    def rest(self) -> str:
        """A tsquery that finds, together with `certain`, all studies that match; "" where that finds all."""
        return stemming.either(query for side in self.alternatives for query in _rest(side))

    @property
    def wanted(self) -> list[Wanted]:
        """Everything wanted, of all alternatives, each once."""
        return list({one.sought.query: one for side in self.alternatives for one in side.wanted}.values())

    @property
    def ranked(self) -> list[Wanted]:
        """What decides the order: everything wanted that some study holds, and the parts of names taken apart."""
        parts = {one.sought.query: one for side in self.alternatives for one in side.parts}
        return [one for one in (parts | {one.sought.query: one for one in self.wanted}).values() if one.studies]

    @property
    def unknown(self) -> list[str]:
        """The words, as typed, that no study holds in any way, nor a part of them that is sought by itself."""
        parts = {one.sought for side in self.alternatives for one in side.parts}
        return [one.sought.written for one in self.wanted if not one.studies and parts.isdisjoint(one.sought.parts)]
