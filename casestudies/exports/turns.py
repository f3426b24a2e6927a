"""Taking turns: what keeps a processor busy for seconds is made one at a time, and pages always find a thread."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Semaphore

SECONDS_WAITING = 20
SECONDS_BETWEEN_LOOKS = 0.1
# What a client who was refused is told to wait.
RETRY_AFTER = 15


class Busy(Exception):
    """So much is being made that this does not even wait."""


class Turns:
    """Turns in one process of the web server: `at_work` at once, `waiting` more wait for a while, the rest is refused.

    Who waits takes a thread, and a process has few: without an end to the queue, pages would find none.
    """

    def __init__(self, at_work: int = 1, waiting: int = 1, seconds: float = SECONDS_WAITING):
        self._seconds = seconds
        self._at_work = Semaphore(at_work)
        self._admitted = Semaphore(at_work + waiting)

    @contextmanager
    def taken(self, go_on: Callable[[], None]) -> Iterator[None]:
        """Hold a turn; while waiting for it, call `go_on`, which may raise. Raises Busy where the turn never comes."""
        if not self._admitted.acquire(blocking=False):
            raise Busy
        try:
            self._wait(go_on)
            try:
                yield
            finally:
                self._at_work.release()
        finally:
            self._admitted.release()

    def _wait(self, go_on: Callable[[], None]) -> None:
        end = time.monotonic() + self._seconds
        while not self._at_work.acquire(timeout=SECONDS_BETWEEN_LOOKS):
            go_on()
            if time.monotonic() > end:
                raise Busy


# A study's takes a fraction of a second, and does not wait behind somebody's whole collection. So of the threads of a
# process at most four make documents or wait to: docs/operators.md asks for more.
LISTS = Turns()
STUDIES = Turns()
