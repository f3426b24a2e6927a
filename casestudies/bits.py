"""Sets of studies as the bits of a number: to intersect two of 100,000 studies and count takes microseconds."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_, or_


def set_of(identifiers: Iterable[int]) -> int:
    """Return the set of these primary keys as the bits of a number."""
    identifiers = list(identifiers)
    # Digits of a binary number, the last first: to set one takes a fifth of the time that shifting a bit takes.
    digits = bytearray(b"0") * (max(identifiers, default=0) + 1)
    for identifier in identifiers:
        digits[identifier] = ord("1")
    digits.reverse()
    return int(digits, 2)


def members(bits: int) -> Iterator[int]:
    """Yield the primary keys in a set, in ascending order."""
    digits = bin(bits)[:1:-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)


def all_of(sets: Iterable[int]) -> int:
    """Return what is in all of the sets, of which there is at least one."""
    return reduce(and_, sets)


def any_of(sets: Iterable[int]) -> int:
    """Return what is in any of the sets."""
    return reduce(or_, sets, 0)
