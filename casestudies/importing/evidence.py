"""Comparing the outcomes and sources of a study: rows are the whole list; a study that has none keeps its own.

Each row is matched with what the study has, so that an outcome keeps its source and its indicator in other languages.
"""

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext
from rapidfuzz import fuzz

from casestudies.collection_records import LANGUAGES
from casestudies.exports.cells import Unreadable
from casestudies.exports.reading import Study

from .faults import Faults
from .names import KnownNames
from .tables import NOT_GIVEN, Heading, Row

if TYPE_CHECKING:
    from .comparing import Change

ALIKE = 60
"""From here on, in per cent, a changed row is taken for the one that it resembles."""
_KEY = {"outcomes": "indicator", "sources": "source"}


class Evidence:
    """The outcomes and sources that a file gives for one study."""

    def __init__(
        self,
        change: "Change",
        rows: dict[str, list[Row]],
        names: KnownNames,
        faults: Faults,
        in_language: Callable[[Study, str], Study],
    ):
        self._change, self._rows, self._names, self._faults = change, rows, names, faults
        self._in_language = in_language
        known = change.known
        self._record = known.study.record if known else {"outcomes": [], "sources": []}

    def compare(self) -> None:
        """Add what becomes of outcomes and sources to the change, and to the faults what is wrong with them."""
        if not any(self._rows.values()):
            return
        before = len(self._faults)
        sources, origins = self._sources()
        outcomes = self._outcomes(sources, origins)
        if len(self._faults) > before:
            return
        for name, value in (("sources", sources), ("outcomes", outcomes)):
            if value != self._record[name]:
                self._change.values[(name,)] = value

    def _sources(self) -> tuple[list[dict], list[int | None]]:
        """Return the sources as they would be, and for each the place that it has now, None for a new one."""
        rows, present = self._rows["sources"], self._record["sources"]
        if not rows:
            return present, list(range(len(present)))
        sources, origins = [], self._matched("sources")
        for row, origin in zip(rows, origins, strict=True):
            empty = {"title": "", "publisher": "", "year": None, "url": None, "checked": False}
            source = self._read(row, copy.deepcopy(present[origin]) if origin is not None else empty, origin, "sources")
            self._require(row, source, ["title", "publisher"])
            if source["checked"] and not source["url"]:
                message = gettext("Only a source with a web address can be checked.")
                self._faults.add(row, row.table.heading("checked"), message)
            sources.append(source)
        return sources, origins

    def _outcomes(self, sources: list[dict], origins: list[int | None]) -> list[dict]:
        rows, present = self._rows["outcomes"], self._record["outcomes"]
        if not rows:
            return [self._with_moved_source(outcome, origins) for outcome in present]
        outcomes = []
        for row, origin in zip(rows, self._matched("outcomes"), strict=True):
            numbers = dict.fromkeys(("before", "after", "unit", "before_year", "after_year", "better"))
            empty = {"indicator": dict.fromkeys(LANGUAGES, ""), **numbers, "source": None}
            begun = copy.deepcopy(present[origin]) if origin is not None else empty
            outcome = self._read(row, begun, origin, "outcomes")
            outcome["source"] = self._cited(row, outcome, sources, origins)
            self._require(row, outcome, ["after", "unit", "better"])
            if not any(outcome["indicator"].values()):
                self._faults.add(row, row.table.heading("indicator"), gettext("This cannot be empty."))
            if outcome["before_year"] and outcome["after_year"] and outcome["after_year"] < outcome["before_year"]:
                message = gettext("The year of the value after precedes that of the value before.")
                self._faults.add(row, row.table.heading("after_year"), message)
            outcomes.append({name: outcome[name] for name in empty})
        return outcomes

    # Which row is which --------------------------------------------------------------------------------------------

    def _matched(self, kind: str) -> list[int | None]:
        """Return, for each row, the place of what it is in the study's list: equal, or else most alike."""
        rows, present = self._rows[kind], self._record[kind]
        found: list[int | None] = [None] * len(rows)
        free = list(range(len(present)))
        for number, row in enumerate(rows):
            equal = (place for place in free if not self._said(row, present[place]))
            found[number] = next(equal, None)
            if found[number] is not None:
                free.remove(found[number])
        for number, row in enumerate(rows):
            if found[number] is None and free:
                alike = {place: self._likeness(kind, row, present[place]) for place in free}
                best = max(alike, key=alike.get)
                if alike[best] >= ALIKE:
                    found[number] = best
                    free.remove(best)
        return found

    def _likeness(self, kind: str, row: Row, present: dict) -> float:
        likeness = 0.0
        for heading in row.table.headings:
            if heading.column.name == _KEY[kind] and isinstance(row.cell(heading), str):
                own = present["indicator"][heading.language] if kind == "outcomes" else present["title"]
                likeness = max(likeness, fuzz.ratio(row.cell(heading), own))
        return likeness

    def _said(self, row: Row, present: dict) -> list[Heading]:
        """Return the headings under which a row says something else than an export of `present`."""
        from .comparing import same

        found = []
        given = [h for h in row.table.headings if h.column.path and row.cell(h) is not NOT_GIVEN]
        for language in dict.fromkeys(heading.language for heading in given):
            study = self._in_language(self._change.known.study, language)
            with translation.override(language):
                found += [
                    heading
                    for heading in given
                    if heading.language == language
                    and not same(row.cell(heading), heading, study, row, present)
                    and not self._says_nothing_new(row, heading, present)
                ]
        return found

    def _says_nothing_new(self, row: Row, heading: Heading, present: dict) -> bool:
        """Say whether a cell that no export writes says what is there: a code, a number as text, no text for none."""
        path = heading.column.place(heading.language)
        if path[0] in ("source_title", "source_url"):
            return False
        try:
            value = heading.column.read(row.cell(heading), self._names)
        except Unreadable:
            return False
        return value == (present[path[0]][path[1]] if len(path) > 1 else present[path[0]])

    # What a row says -----------------------------------------------------------------------------------------------

    def _read(self, row: Row, value: dict, origin: int | None, kind: str) -> dict:
        """Return the outcome or source with what its row says; of an outcome, its source in words beside it."""
        if origin is None:
            said = [h for h in row.table.headings if h.column.path and row.cell(h) is not NOT_GIVEN]
        else:
            said = self._said(row, self._record[kind][origin])
        for heading in said:
            path = heading.column.place(heading.language)
            try:
                read = heading.column.read(row.cell(heading), self._names)
            except Unreadable as problem:
                self._faults.add(row, heading, problem.message, problem.allowed, problem.link)
                value["unreadable"] = [*value.get("unreadable", []), path[0]]
                continue
            if len(path) > 1:
                value[path[0]][path[1]] = read
            else:
                value[path[0]] = read
        return value

    def _require(self, row: Row, value: dict, names: list[str]) -> None:
        for name in names:
            if value[name] in (None, "") and name not in value.get("unreadable", []):
                heading = row.table.heading_of((name,))
                allowed = self._names.listed_for_people(name) if name in ("unit", "better") else []
                self._faults.add(row, heading, gettext("This cannot be empty."), allowed)
        value.pop("unreadable", None)

    # The source of an outcome --------------------------------------------------------------------------------------

    def _cited(self, row: Row, outcome: dict, sources: list[dict], origins: list[int | None]) -> int | None:
        """Return the place of the source that an outcome cites: its own, unless the row names another."""
        title, address = outcome.pop("source_title", None), outcome.pop("source_url", None)
        if title is None and address is None and outcome["source"] is not None:
            if outcome["source"] in origins:
                return origins.index(outcome["source"])
        elif outcome["source"] is not None:
            # Only one of the two cells was changed: the other is what it was.
            own = self._record["sources"][outcome["source"]]
            title, address = own["title"] if title is None else title, own["url"] if address is None else address
        address = address or None
        named = [place for place, source in enumerate(sources) if (source["title"], source["url"]) == (title, address)]
        if not named and address:
            named = [place for place, source in enumerate(sources) if source["url"] == address]
        if not named and title:
            named = [place for place, source in enumerate(sources) if source["title"] == title]
        if named:
            return named[0]
        if not title and not address and len(sources) == 1:
            return 0
        message = gettext("An outcome cites one of the study’s own sources, by its title and address.")
        heading = row.table.heading("source") or row.table.heading("source_url")
        self._faults.add(row, heading, message, [source["title"] for source in sources])
        return None

    def _with_moved_source(self, outcome: dict, origins: list[int | None]) -> dict:
        """Return an outcome that the file does not give, with the new place of its source."""
        if outcome["source"] in origins:
            return {**outcome, "source": origins.index(outcome["source"])}
        row = self._rows["sources"][0]
        message = gettext("The source “%(source)s” is gone from the file, but the result “%(outcome)s” rests on it.")
        title = self._record["sources"][outcome["source"]]["title"]
        indicator = outcome["indicator"][translation.get_language()] or outcome["indicator"]["en"]
        self._faults.add(row, None, message % {"source": title, "outcome": indicator})
        return outcome
