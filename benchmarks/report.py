"""What the benchmarks found, as Markdown: times, how they grow, the comparison, and which targets are met."""

import datetime
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import psutil

from .measure import Measured, Times, Worker
from .scenarios import Scenario

# Milliseconds that 95 of 100 pages with all facets may take, up to so many studies (the starter collection: 500).
FACET_PAGE_TARGETS = {500: 40, 10_000: 80, 100_000: 300}
FACET_PAGES = ("broad", "narrow", "filters", "everything", "russian")
PAGES = (*FACET_PAGES, "study")
SUGGESTIONS_TARGET = 15
REPEATED_TARGET = 3
MEMORY_TARGET = 200
INDEXING_TARGET = 120
TIMES_FASTER_TARGET = 20
COMPARED_FROM = 10_000


@dataclass(frozen=True)
class Peer:
    """What Datasette did with one collection."""

    times: Times
    file_bytes: int


@dataclass(frozen=True)
class Size:
    """Everything found about a collection of one size. `measured` is by scenario, None where there is no page."""

    studies: int
    collection: dict
    measured: dict[str, Measured | None]
    worker: Worker
    buffers_evicted: bool
    peer: Peer | None


@dataclass(frozen=True)
class Target:
    """A promise, and what was found: met where `found` does not exceed `bound`, or for `at_least` reaches it."""

    label: str
    found: float
    bound: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the promise is kept."""
        return self.found >= self.bound if self.at_least else self.found <= self.bound


def write(scenarios: Sequence[Scenario], sizes: Sequence[Size], versions: dict[str, str]) -> str:
    """Return the report. `versions` names the programs that took part."""
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"{datetime.date.today():%Y-%m-%d}, {_machine()}, {', '.join(f'{n} {v}' for n, v in versions.items())}.",
            "Times in milliseconds. `python -m benchmarks.run` measures them; benchmarks/README.md says how.",
            "",
            *_times(scenarios, sizes),
            *_comparison(sizes),
            *_costs(sizes),
            *_targets(targets(scenarios, sizes)),
        ]
    )


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{psutil.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}"


def _times(scenarios: Sequence[Scenario], sizes: Sequence[Size]) -> Iterable[str]:
    yield "## Server time of a page"
    yield ""
    rows = []
    for scenario in scenarios:
        before: tuple[int, float] | None = None
        for size in sizes:
            found = size.measured.get(scenario.name)
            if found is None:
                rows.append([scenario.label, f"{size.studies:,}", *["–"] * 5, "no such page"])
                continue
            values = (found.warm.p50, found.warm.p95, found.cold.p50, found.cold.p95, found.repeated.p50)
            growth = (
                f"× {found.warm.p50 / before[1]:.1f} for × {size.studies / before[0]:.1f} studies" if before else ""
            )
            rows.append([scenario.label, f"{size.studies:,}", *map(_milliseconds, values), growth])
            before = size.studies, found.warm.p50
    headings = ["question", "studies", "warm p50", "warm p95", "cold p50", "cold p95", "repeated p50", "growth"]
    yield from _table(headings, rows)


def _comparison(sizes: Sequence[Size]) -> Iterable[str]:
    rows = []
    for size in sizes:
        if size.peer:
            own, other = size.measured["broad"].warm, size.peer.times
            shown = [own.p50, own.p95, other.p50, other.p95]
            ratios = [f"× {other.p50 / own.p50:.1f}", f"× {other.p95 / own.p95:.1f}"]
            rows.append([f"{size.studies:,}", *map(_milliseconds, shown), *ratios, str(len(other.values))])
    if rows:
        yield "## The broad query with four facets, beside Datasette"
        yield ""
        headings = ["studies", "p50", "p95", "Datasette p50", "Datasette p95", "p50 faster", "p95 faster", "its pages"]
        yield from _table(headings, rows)


def _costs(sizes: Sequence[Size]) -> Iterable[str]:
    yield "## What it takes"
    yield ""
    rows = []
    for size in sizes:
        made = size.collection["made_seconds"]
        rows.append(
            [
                f"{size.studies:,}",
                f"{size.worker.resident_mb:.0f} MB",
                f"{size.worker.peak_mb:.0f} MB",
                f"{size.collection['indexed_seconds']:.1f} s",
                f"{size.collection['index_bytes'] / 1e6:.0f} MB",
                f"{size.peer.file_bytes / 1e6:.0f} MB" if size.peer else "–",
                "kept" if made is None else f"{made:.1f} s",
            ]
        )
    headings = [
        "studies",
        "worker",
        "worker at most",
        "index rebuilt in",
        "index",
        "Datasette's file",
        "studies made in",
    ]
    yield from _table(headings, rows)
    if not all(size.buffers_evicted for size in sizes):
        yield "PostgreSQL's buffers could not be emptied: cold means a cold process only."
        yield ""


def targets(scenarios: Sequence[Scenario], sizes: Sequence[Size]) -> list[Target]:
    """Return the promises about the sizes that were measured."""
    found = []
    for size in sizes:
        found += _targets_of_size({scenario.name: scenario.label for scenario in scenarios}, size)
    return found


def _targets_of_size(labels: dict[str, str], size: Size) -> Iterable[Target]:
    shown = f"{size.studies:,} studies"
    measured = {name: times for name, times in size.measured.items() if times}
    bound = next((bound for studies, bound in FACET_PAGE_TARGETS.items() if size.studies <= studies), None)
    if bound:
        for name in FACET_PAGES:
            yield Target(f"{shown}: {labels[name]}, warm p95", measured[name].warm.p95, bound, "ms")
    if "suggestions" in measured:
        yield Target(f"{shown}: type-ahead, warm p95", measured["suggestions"].warm.p95, SUGGESTIONS_TARGET, "ms")
    slowest = max(measured[name].repeated.p95 for name in PAGES)
    yield Target(f"{shown}: any page again, p95", slowest, REPEATED_TARGET, "ms")
    yield Target(f"{shown}: memory of a worker at most", size.worker.peak_mb, MEMORY_TARGET, "MB")
    yield Target(f"{shown}: whole index rebuilt", size.collection["indexed_seconds"], INDEXING_TARGET, "s")
    if size.peer and size.studies >= COMPARED_FROM:
        ratio = size.peer.times.p50 / measured["broad"].warm.p50
        yield Target(f"{shown}: times faster than Datasette", ratio, TIMES_FASTER_TARGET, "times", at_least=True)


def _targets(found: Sequence[Target]) -> Iterable[str]:
    yield f"## Targets: {sum(target.met for target in found)} of {len(found)} met"
    yield ""
    rows = [
        [
            target.label,
            f"{'at least' if target.at_least else 'at most'} {target.bound:g} {target.unit}",
            f"{target.found:.1f} {target.unit}",
            "met" if target.met else "**missed**",
        ]
        for target in found
    ]
    yield from _table(["target", "promised", "found", ""], rows)


def _milliseconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Yield a Markdown table, its columns as wide as their widest cell; every one but the first to the right."""
    widths = [max(len(row[column]) for row in [headings, *rows]) for column in range(len(headings))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if position else cell.ljust(width)
            for position, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    yield line(headings)
    yield "| " + " | ".join("-" * (width - 1) + ":" if i else "-" * width for i, width in enumerate(widths)) + " |"
    yield from map(line, rows)
    yield ""
