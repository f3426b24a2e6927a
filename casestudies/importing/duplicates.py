"""Suspecting that a new study is there already: a title nearly equal, or a source at the same address."""

import re
from collections import defaultdict
from dataclasses import asdict, dataclass

from django.db.models import Q
from rapidfuzz import fuzz, process, utils

from casestudies.collection_records import LANGUAGES
from casestudies.models import CaseStudy, Source

from .comparing import Change

NEARLY_EQUAL = 88
"""Per cent of two titles that agree."""
MOST = 3
"""Studies that are shown beside a new one."""


@dataclass(frozen=True)
class Suspect:
    """A study that a new one resembles. `pk` is None for one of the same file, which stands in row `row`."""

    slug: str
    pk: int | None
    row: int | None
    title: str
    likeness: int
    """Of the titles, per cent; 0 where only an address is the same."""
    address: str = ""

    def as_json(self) -> dict:
        """Return it as it is kept."""
        return asdict(self)


class Duplicates:
    """What new studies are compared with: the studies of the database, and the new ones before them in the file."""

    def __init__(self):
        self._titles: dict[str, list[str]] = {language: [] for language in LANGUAGES}
        self._owners: dict[str, list[tuple]] = {language: [] for language in LANGUAGES}
        self._cited: dict[str, list[tuple]] = defaultdict(list)
        self._is_read = False

    def suspects(self, change: Change) -> list[Suspect]:
        """Return the studies that a new one resembles, the most alike first, and remember it for those that follow."""
        if not self._is_read:
            self._read()
        record = change.record
        found: dict[str, Suspect] = {}
        for source in record["sources"]:
            for slug, pk, row, title in self._cited.get(_plain_address(source["url"]), [])[:MOST]:
                found.setdefault(slug, Suspect(slug, pk, row, title, 0, source["url"]))
        for language in LANGUAGES:
            title = utils.default_process(record[language]["title"])
            if not title:
                continue
            matches = process.extract(
                title, self._titles[language], scorer=fuzz.ratio, score_cutoff=NEARLY_EQUAL, limit=MOST
            )
            for _title, likeness, place in matches:
                slug, pk, row, shown = self._owners[language][place]
                address = found[slug].address if slug in found else ""
                found[slug] = Suspect(slug, pk, row, shown, round(likeness), address)
        self._remember((change.slug, None, change.row.line, change.title), record)
        return sorted(found.values(), key=lambda suspect: -suspect.likeness)[:MOST]

    def _read(self) -> None:
        self._is_read = True
        # A revision resembles what it revises.
        fields = [f"title_{language}" for language in LANGUAGES]
        owners = {}
        for slug, pk, *titles in CaseStudy.objects.filter(revises=None).values_list("slug", "pk", *fields):
            owners[pk] = (slug, pk, None, next(filter(None, titles), slug))
            for language, title in zip(LANGUAGES, titles, strict=True):
                self._add_title(language, title, owners[pk])
        for pk, url in Source.objects.exclude(Q(url="")).values_list("case_study_id", "url"):
            if pk in owners:
                self._cited[_plain_address(url)].append(owners[pk])

    def _remember(self, owner: tuple, record: dict) -> None:
        for language in LANGUAGES:
            self._add_title(language, record[language]["title"], owner)
        for source in record["sources"]:
            if source["url"]:
                self._cited[_plain_address(source["url"])].append(owner)

    def _add_title(self, language: str, title: str | None, owner: tuple) -> None:
        if title:
            self._titles[language].append(utils.default_process(title))
            self._owners[language].append(owner)


def _plain_address(url: str | None) -> str:
    """Return an address without what may be left out or written otherwise."""
    return re.sub(r"^https?://(www\.)?|/+$|#.*$", "", (url or "").strip().casefold())
