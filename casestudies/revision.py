"""Which state of the collection is current: triggers in the database renew it with every statement that writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from .models import CollectionRevision


@dataclass(frozen=True)
class State:
    """The revisions of what pages show and of what questions are understood by; None before anything was written."""

    collection: UUID | None
    vocabulary: UUID | None


_pinned: ContextVar[State | None] = ContextVar("pinned revision", default=None)


def current() -> State:
    """Return the state that a reader who asks now sees; while one is pinned, that one."""
    return _pinned.get() or _read()


@contextmanager
def pinned() -> Iterator[State]:
    """Hold the present state, so that answering one request asks for it once.

    What is read meanwhile may be newer than the state; what is kept under it is then never asked for again.
    """
    state = _read()
    token = _pinned.set(state)
    try:
        yield state
    finally:
        _pinned.reset(token)


def _read() -> State:
    values = dict(CollectionRevision.objects.values_list("scope", "value"))
    return State(values.get("collection"), values.get("vocabulary"))
