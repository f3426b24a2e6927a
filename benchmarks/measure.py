"""Times pages in a process of its own: from the request to the last byte of the answer, without a network.

An answer is compressed as for a browser, since that is a part of what a page costs.
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

from . import environment
from .scenarios import Scenario

REPEATS_OF_A_PAGE = 10
REPEATED_ADDRESSES = 5


@dataclass(frozen=True)
class Times:
    """Times of answers in milliseconds."""

    values: list[float]

    @property
    def p50(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """What 95 of 100 answers do not exceed."""
        if len(self.values) == 1:
            return self.values[0]
        return statistics.quantiles(self.values, n=100, method="inclusive")[94]


@dataclass(frozen=True)
class Measured:
    """The times of one scenario on one collection."""

    warm: Times
    cold: Times
    repeated: Times


@dataclass(frozen=True)
class Worker:
    """What a process needed that answered every scenario: megabytes of memory, now and at most."""

    resident_mb: float
    peak_mb: float


def measure(database: str, scenarios: list[Scenario], passes: int) -> tuple[dict[str, Measured | None], Worker, bool]:
    """Measure the scenarios on a collection, by name; None for an optional one whose page is not there.

    Cold is the first time in a fresh process, its caches and PostgreSQL's buffers empty. Warm is the first time too,
    but in a process that has answered other questions of every kind; each of the `passes` has a fresh one. Repeated is
    the same page again. Also returns what the last process needed, and whether PostgreSQL's buffers could be emptied.
    """
    cold, evicted = _measure_cold(database, scenarios)
    present = [scenario for scenario in scenarios if cold[scenario.name]]
    asked_once = {
        "warming": [address for scenario in present for address in scenario.for_warming],
        "measured": {scenario.name: scenario.measured for scenario in present},
    }
    asked_again = {"repeated": {scenario.name: scenario.measured[:REPEATED_ADDRESSES] for scenario in present}}
    # This one fills PostgreSQL's buffers for the others.
    environment.run_part("measure", database, given=asked_once)
    answers = [environment.run_part("measure", database, given=asked_once) for _pass in range(passes - 1)]
    last = environment.run_part("measure", database, given=asked_once | asked_again)
    found = dict.fromkeys((scenario.name for scenario in scenarios), None) | {
        scenario.name: Measured(
            warm=Times([value for answer in (*answers, last) for value in answer["times"][scenario.name]]),
            cold=Times(cold[scenario.name]),
            repeated=Times(last["repeated"][scenario.name]),
        )
        for scenario in present
    }
    return found, Worker(**last["worker"]), evicted


def _measure_cold(database: str, scenarios: list[Scenario]) -> tuple[dict[str, list[float]], bool]:
    """Return the cold times by scenario, and whether PostgreSQL's buffers could be emptied before each.

    Raises RuntimeError where a page is not there that must be.
    """
    times, evicted = {}, True
    for scenario in scenarios:
        evicted = environment.evict_buffers(database) and evicted
        answer = environment.run_part("measure", database, given={"measured": {scenario.name: scenario.measured}})
        times[scenario.name] = answer["times"][scenario.name]
        if not times[scenario.name] and not scenario.optional:
            raise RuntimeError(f"Pages are not there: {scenario.label}.")
    return times, evicted


def _times(client, addresses: Iterable[str]) -> list[float]:
    """Return the milliseconds that each address takes, nothing where a page is not there. Raises on any other fault."""
    times = []
    for address in addresses:
        started = time.perf_counter()
        response = client.get(address, headers={"accept-encoding": "gzip"})
        _body = response.getvalue()
        elapsed = time.perf_counter() - started
        if response.status_code == 404:
            return []
        if response.status_code != 200:
            raise RuntimeError(f"{address} answers {response.status_code}.")
        times.append(1000 * elapsed)
    return times


def _repeated_times(client, addresses: Iterable[str]) -> list[float]:
    times = []
    for address in addresses:
        client.get(address, headers={"accept-encoding": "gzip"})
        times += _times(client, [address] * REPEATS_OF_A_PAGE)
    return times


def _part(task: dict) -> dict:
    """Answer a task of `measure`, in a process with Django."""
    import logging

    import psutil
    from django.core.cache import caches
    from django.test import Client

    # A page that is not there is no news: it may be optional.
    logging.disable(logging.WARNING)
    caches["memory"].clear()
    # Like a browser: never more than the cookies that it was given.
    client = Client()
    # A worker that serves nobody yet has loaded its code: it answered its health check.
    client.get("/healthz")
    _times(client, task.get("warming", []))
    result = {
        "times": {name: _times(client, addresses) for name, addresses in task["measured"].items()},
        "repeated": {name: _repeated_times(client, addresses) for name, addresses in task.get("repeated", {}).items()},
    }
    resident = psutil.Process().memory_info().rss
    # The kernel counts the peak in kilobytes, and a little late.
    peak = max(resident, 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    result["worker"] = {"resident_mb": resident / 1e6, "peak_mb": peak / 1e6}
    return result


if __name__ == "__main__":
    import handbook.wsgi  # noqa: F401 (makes the process ready as a server does)

    print(json.dumps(_part(json.load(sys.stdin))))
