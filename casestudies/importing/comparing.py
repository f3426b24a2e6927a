"""Comparing the rows of a file with what the database holds: what would be created, changed, left alone.

A cell that is as an export writes it says nothing new, so that what an export shortens (places, results, sources in
words) comes back unchanged. Any other cell is read, and changes the study where it says something else than the record.
"""

import copy
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import F
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import get_language, gettext

from casestudies.collection_records import LANGUAGES, fingerprint
from casestudies.exports import reading
from casestudies.exports.cells import Cell, Unreadable, is_empty
from casestudies.exports.characters import without_control_characters
from casestudies.exports.reading import Study
from casestudies.models import CaseStudy
from casestudies.models.case import TEXT_FIELDS
from casestudies.vocabulary import Vocabulary

from .evidence import Evidence
from .faults import Faults
from .names import KnownNames
from .tables import NOT_GIVEN, Heading, ReadFile, Row

BATCH = 500
Path = tuple[str, ...]
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_LONGEST_SLUG = 120


@dataclass
class Known:
    """A study of the database, with the revision of it that is being written, if there is one."""

    pk: int
    status: str
    study: Study
    revision: Study | None = None
    revision_status: str = ""

    @property
    def closed_because(self) -> str:
        """Why nobody may change it now, "" where it may be changed."""
        if CaseStudy.Status.IN_REVIEW in (self.status, self.revision_status):
            return gettext("The study is in review. It can be changed when it is published or sent back.")
        if self.status == CaseStudy.Status.ARCHIVED:
            return gettext("The study is archived. It can be changed when it is taken up again.")
        return ""

    @property
    def digest(self) -> str:
        """What the preview of a study rests on: it holds as long as this stays the same."""
        revision = self.revision and [self.revision_status, self.revision.record]
        return fingerprint({"record": self.study.record, "status": self.status, "revision": revision})


@dataclass
class Change:
    """What the file would do to one study. `known` is None for one that it would create."""

    slug: str
    row: Row
    known: Known | None
    values: dict[Path, object] = field(default_factory=dict)
    """What becomes of the record, by the place in it."""
    notes: list[str] = field(default_factory=list)
    faulty: bool = False
    unreadable: set[Path] = field(default_factory=set)
    """Places in the record whose cells have a fault already."""

    @property
    def record(self) -> dict:
        """The record as it would be."""
        return with_values(self.known.study.record if self.known else empty_record(self.slug), self.values)

    @property
    def title(self) -> str:
        """The title, in the active language where there is one."""
        record, own = self.record, get_language()
        return record[own]["title"] or record["en"]["title"] or record["ru"]["title"] or self.slug


def empty_record(slug: str) -> dict:
    """Return the record of a study of which nothing is known."""
    lists = ("other_chapters", "themes", "countries", "instruments", "transport_modes", "places", "implementers")
    return {
        "slug": slug,
        "chapter": None,
        **{name: [] for name in lists},
        "region_scope": None,
        "period": {"start": None, "end": None},
        **{language: dict.fromkeys(TEXT_FIELDS, "") for language in LANGUAGES},
        "outcomes": [],
        "sources": [],
        "handbook": CaseStudy.HandbookRelation.THEME.value,
        "confidence": CaseStudy.Confidence.MEDIUM.value,
    }


def with_values(record: dict, values: dict[Path, object]) -> dict:
    """Return a copy of the record with these values at their places."""
    record = copy.deepcopy(record)
    for path, value in values.items():
        if path[0] == "region_scope":
            record["region_scope"] = {**(record["region_scope"] or dict.fromkeys(LANGUAGES, "")), path[1]: value}
        elif len(path) == 1:
            record[path[0]] = value
        else:
            record[path[0]][path[1]] = value
    if record["region_scope"] and not any(record["region_scope"].values()):
        record["region_scope"] = None
    return record


def value_at(record: dict, path: Path) -> object:
    """Return what the record holds at a place."""
    value = record[path[0]]
    if len(path) == 1:
        return value
    return value[path[1]] if value else ""


def read_known(slugs: list[str], vocabulary: Vocabulary, address: str = "{}") -> dict[str, Known]:
    """Return the studies with these addresses, whatever their status."""
    under_way = {f"revision_{name}": F(f"revision__{name}") for name in ("pk", "slug", "status")}
    rows = list(CaseStudy.objects.filter(slug__in=slugs).values("pk", "slug", "status", **under_way))
    keys = [key for row in rows for key in (row["pk"], row["revision_pk"]) if key]
    studies = {study.record["slug"]: study for study in reading.read(keys, vocabulary, address, of_any_status=True)}
    return {
        row["slug"]: Known(
            row["pk"],
            row["status"],
            studies[row["slug"]],
            studies.get(row["revision_slug"]),
            row["revision_status"] or "",
        )
        for row in rows
        if row["slug"] in studies
    }


class Comparison:
    """A file beside the database. `changes` yields what it would do; `faults` then holds what is wrong with it."""

    def __init__(self, file: ReadFile, progress: Callable[[int, int], None] = lambda done, total: None):
        self.file, self._progress = file, progress
        self.faults = Faults()
        self.unchanged = 0
        self._names = KnownNames()
        self._vocabularies = {language: Vocabulary(language) for language in LANGUAGES}
        self._language = get_language()
        self._taken: set[str] = set()

    def changes(self) -> Iterator[Change]:
        """Yield what becomes of each study that the file creates, changes or has faults in, in the file's order.

        Rows that belong to no study come last; the faults are in the file's order.
        """
        rows, unplaced = self._by_slug()
        evidence = {kind: self._evidence_by_slug(kind, rows) for kind in ("outcomes", "sources")}
        slugs = list(dict.fromkeys([*rows, *evidence["outcomes"], *evidence["sources"]]))
        for start in range(0, len(slugs), BATCH):
            batch = slugs[start : start + BATCH]
            known = read_known(batch, self._vocabularies[self._language])
            for slug in batch:
                of_study = {kind: found.get(slug, []) for kind, found in evidence.items()}
                change = self._compared(slug, rows.get(slug), of_study, known.get(slug))
                if change.values or change.faulty:
                    yield change
                else:
                    self.unchanged += 1
            self._progress(min(start + BATCH, len(slugs)), len(slugs))
        for start in range(0, len(unplaced), BATCH):
            batch = unplaced[start : start + BATCH]
            known = read_known([slug for slug, _row in batch], self._vocabularies[self._language])
            for slug, row in batch:
                yield self._read_only(slug, row, known.get(slug))
        sheets = [table.sheet for table in self.file.tables]
        self.faults.sort(key=lambda fault: (sheets.index(fault.sheet), fault.row))

    # Which row belongs to which study ------------------------------------------------------------------------------

    def _by_slug(self) -> tuple[dict[str, Row], list[tuple[str, Row]]]:
        """Return the rows of studies by address, and those with a fault in it.

        A row that has no address is given one made of its English title.
        """
        self._taken = {_slug(row) for row in self.file.rows("studies")}
        self._taken |= set(CaseStudy.objects.values_list("slug", flat=True))
        self._taken.discard("")
        rows: dict[str, Row] = {}
        unplaced: list[tuple[str, Row]] = []
        for row in self.file.rows("studies"):
            slug = _slug(row) or self._proposed(row)
            heading = row.table.heading("slug")
            if slug in rows:
                message = gettext("This address stands twice: first in row %(row)d.") % {"row": rows[slug].line}
                self.faults.add(row, heading, message)
                unplaced.append((slug, row))
            elif slug:
                rows[slug] = row
            else:
                unplaced.append((slug, row))
        return rows, unplaced

    def _proposed(self, row: Row) -> str:
        """Return an address that is free, "" and a fault where there is no English title to make it of."""
        titles = (heading for heading in row.table.headings if heading.column.name == "title")
        english = next((row.cell(heading) for heading in titles if heading.language == "en"), "")
        wanted = slugify(str(english if english not in (None, NOT_GIVEN) else ""))[: _LONGEST_SLUG - 4].strip("-")
        if not wanted:
            message = gettext("A new study without an English title needs an address.")
            self.faults.add(row, row.table.heading("slug"), message, [_what_an_address_is()])
            return ""
        slug, number = wanted, 1
        while slug in self._taken:
            number += 1
            slug = f"{wanted}-{number}"
        self._taken.add(slug)
        return slug

    def _evidence_by_slug(self, kind: str, rows: dict[str, Row]) -> dict[str, list[Row]]:
        """Return the rows of outcomes or sources by the address of their study."""
        found = defaultdict(list)
        for row in self.file.rows(kind):
            slug = _slug(row)
            if slug not in rows and slug not in self._taken:
                message = gettext("No study has this address, neither here nor in the file.")
                self.faults.add(row, row.table.heading("slug"), message)
            else:
                found[slug].append(row)
        return found

    # One study -----------------------------------------------------------------------------------------------------

    def _compared(self, slug: str, row: Row | None, evidence: dict[str, list[Row]], known: Known | None) -> Change:
        before = len(self.faults)
        change = Change(slug, row or next(iter([*evidence["outcomes"], *evidence["sources"]])), known)
        if known is None and not (_SLUG.match(slug) and len(slug) <= _LONGEST_SLUG):
            message = gettext("This cannot be an address.")
            self.faults.add(change.row, change.row.table.heading("slug"), message, [_what_an_address_is()])
        if row:
            self._compare_cells(change, row, any(evidence.values()))
        Evidence(change, evidence, self._names, self.faults, self._in_language).compare()
        if known is None or change.values:
            self._check_whole(change, row or change.row)
        if known and known.revision and change.values:
            self._follow_revision(change)
        if known and change.values and known.closed_because:
            self.faults.add(change.row, None, known.closed_because)
        if known and change.values and row:
            change.notes += _older_than_study(row, known.study)
        change.faulty = len(self.faults) > before
        return change

    def _read_only(self, slug: str, row: Row, known: Known | None) -> Change:
        """Return a row that belongs to no study, for the faults of its cells: all are named at once."""
        change = Change(slug, row, known, faulty=True)
        # Its outcomes and sources belong to the row that has the address, or will have it.
        self._compare_cells(change, row, has_evidence=True)
        if known is None or change.values:
            self._check_whole(change, row)
        return change

    def _in_language(self, study: Study, language: str) -> Study:
        return replace(study, vocabulary=self._vocabularies[language])

    def _compare_cells(self, change: Change, row: Row, has_evidence: bool) -> None:
        said_by: dict[Path, Heading] = {}
        for heading in self._said(change.known, row):
            cell, column = row.cell(heading), heading.column
            if column.read is None:
                ignored = not column.instead or (change.known is None and (has_evidence or column.name == "regions"))
                if not ignored:
                    self.faults.add(row, heading, gettext("This cell cannot be read back."), [str(column.instead)])
                continue
            try:
                value = column.read(cell, self._names)
            except Unreadable as problem:
                self.faults.add(row, heading, problem.message, problem.allowed, problem.link)
                change.unreadable.add(column.place(heading.language))
                continue
            path = column.place(heading.language)
            if change.known and value == value_at(change.known.study.record, path):
                continue
            if path in change.values and change.values[path] != value:
                message = gettext("This cell and “%(column)s” say two different things.")
                self.faults.add(row, heading, message % {"column": said_by[path].label})
                continue
            change.values[path], said_by[path] = value, heading

    def _said(self, known: Known | None, row: Row) -> list[Heading]:
        """Return the headings under which a row says something that the study's export does not."""
        given = [heading for heading in row.table.headings if row.cell(heading) is not NOT_GIVEN]
        if known is None:
            return [h for h in given if not is_empty(row.cell(h)) and h.column.name != "slug"]
        found = []
        for language in dict.fromkeys(heading.language for heading in given):
            study = self._in_language(known.study, language)
            with translation.override(language):
                found += [
                    heading
                    for heading in given
                    if heading.language == language and not same(row.cell(heading), heading, study, row)
                ]
        return sorted((heading for heading in found if heading.column.name != "slug"), key=lambda h: h.position)

    def _check_whole(self, change: Change, row: Row) -> None:
        """Check what no cell says alone."""
        record = change.record

        def refuse(path: Path, message: str, allowed: list[str] | None = None) -> None:
            if path not in change.unreadable:
                self.faults.add(row, row.table.heading_of(path), message, allowed)

        if not any(record[language]["title"] for language in LANGUAGES):
            titles = [(language, "title") for language in (self._language, *LANGUAGES)]
            refuse(next(filter(row.table.heading_of, titles), titles[0]), gettext("A study needs a title."))
        if record["chapter"] is None:
            refuse(("chapter",), gettext("A study belongs to a chapter."), self._names.listed_for_people("chapter"))
        elif record["chapter"] in record["other_chapters"]:
            refuse(("other_chapters",), gettext("This is the study’s own chapter."))
        for name in ("handbook", "confidence"):
            if record[name] is None:
                refuse((name,), gettext("This cannot be empty."), self._names.listed_for_people(name))
        start, end = record["period"]["start"], record["period"]["end"]
        if start and end and end < start:
            refuse(("period", "end"), gettext("The last year precedes the first."))

    def _follow_revision(self, change: Change) -> None:
        """Lead the change on to the revision that is being written, and refuse to overwrite what stands there."""
        evidence = (("sources",), ("outcomes",))
        if any(path in change.values for path in evidence):
            # Outcomes name the places of their sources: one list without the other means nothing.
            change.values |= {path: value_at(change.record, path) for path in evidence}
        for path, value in list(change.values.items()):
            begun = value_at(change.known.revision.record, path)
            if begun == value:
                del change.values[path]
            elif begun != value_at(change.known.study.record, path):
                message = gettext("A revision of this study that is being written says something else here.")
                self.faults.add(change.row, change.row.table.heading_of(path), message)


def same(cell: Cell, heading: Heading, study: Study, row: Row, *evidence: dict) -> bool:
    """Say whether a cell is as an export writes it, in the active language."""
    if isinstance(cell, list | dict):
        return False
    return plain(cell) == plain(row.table.as_written(heading.column.value(study, *evidence)))


def plain(value: Cell) -> str:
    """Return a cell in the one spelling that all formats can give back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    if not isinstance(value, str):
        return str(value)
    return without_control_characters(value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _slug(row: Row) -> str:
    cell = row.named("slug")
    return "" if cell is None else str(cell).strip()


def _what_an_address_is() -> str:
    return gettext("lower-case Latin letters and digits, words joined by hyphens, up to %(most)d characters") % {
        "most": _LONGEST_SLUG
    }


def _older_than_study(row: Row, study: Study) -> list[str]:
    """Return a note where the file was made before the study's last change: it may undo that."""
    try:
        made = date.fromisoformat(plain(row.named("updated"))[:10])
    except ValueError:
        return []
    changed = timezone.localdate(study.updated)
    if made >= changed:
        return []
    return [
        gettext("The file has the study as it was on %(made)s; it was changed on %(changed)s. Look at what is undone.")
        % {"made": date_format(made, "DATE_FORMAT"), "changed": date_format(changed, "DATE_FORMAT")}
    ]
