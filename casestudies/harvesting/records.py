"""The records that harvesters get: published studies, and what is left of withdrawn ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BooleanField, F, Q, QuerySet, Value

from casestudies import versions
from casestudies.models import CaseStudy, CaseStudyVersion, Chapter, SearchEntry, Theme

from .requests import ProtocolError, Selective

# So many records a response.
RECORDS_AT_ONCE = 100


@dataclass(frozen=True)
class Header:
    """Which record, when it last changed, and the sets it belongs to."""

    slug: str
    datestamp: datetime
    deleted: bool
    sets: list[str]


@dataclass(frozen=True)
class Batch:
    """Part of a list of records; `rest` says where it goes on, None at its end."""

    headers: list[Header]
    cursor: int
    size: int
    rest: Selective | None


def withdrawn() -> QuerySet[CaseStudyVersion]:
    """Return the last versions of all studies that were public and are no more. They are kept for good."""
    return versions.withdrawn_since(date(1970, 1, 1))


def _published() -> QuerySet[SearchEntry]:
    return SearchEntry.objects.filter(case_study__status="published")


def sets() -> list[tuple[str, str]]:
    """Return every set's code and its English name: the chapters and the themes."""
    chapters = [(f"chapter-{each.number}", f"{each.number}. {each.title_en}") for each in _chapters()]
    themes = [(f"theme-{each.code}", each.name_en) for each in Theme.objects.all()]
    return chapters + themes


def _chapters() -> QuerySet[Chapter]:
    return Chapter.objects.filter(kind=Chapter.Kind.CHAPTER)


def batch(selective: Selective) -> Batch:
    """Return the records that come next, oldest change first. Raises ProtocolError where there is none.

    A study that changes while somebody harvests moves to the end of the list: none is missed.
    """
    size = selective.size or sum(part.count() for part in _parts(selective, goes_on=False))
    published, gone = _parts(selective)
    rows = list(published.union(gone).order_by("moment", "name")[: RECORDS_AT_ONCE + 1])
    if not rows:
        raise ProtocolError("noRecordsMatch", "There is no such record.")
    given, rest = rows[:RECORDS_AT_ONCE], None
    if len(rows) > RECORDS_AT_ONCE:
        moment, slug, _deleted = given[-1]
        cursor = selective.cursor + len(given)
        rest = Selective(selective.start, selective.end, selective.set_spec, (moment, slug), cursor, size)
    return Batch(_headers(given), selective.cursor, size, rest)


def header(slug: str) -> Header:
    """Return the header of one record. Raises ProtocolError where there is none."""
    rows = [
        *_as_rows(_published().filter(case_study__slug=slug), "changed_at", "case_study__slug", deleted=False),
        *_as_rows(withdrawn().filter(slug=slug), "withdrawn_at", "slug", deleted=True),
    ]
    if not rows:
        raise ProtocolError("idDoesNotExist", "There is no such record.")
    return _headers(rows[:1])[0]


def earliest() -> datetime | None:
    """Return the oldest datestamp, None while there is no record."""
    published, gone = _parts(Selective())
    first = published.union(gone).order_by("moment", "name").first()
    return first[0] if first else None


def _parts(selective: Selective, *, goes_on: bool = True) -> tuple[QuerySet, QuerySet]:
    """Return the rows of published and of withdrawn studies, without order."""
    published, gone = _published(), withdrawn().order_by()
    if selective.set_spec:
        of_entries, of_versions = _in_set(selective.set_spec)
        published, gone = published.filter(of_entries), gone.filter(of_versions)
    after = selective.after if goes_on else None
    published = published.filter(_in_time(selective, after, "changed_at", "case_study__slug"))
    gone = gone.filter(_in_time(selective, after, "withdrawn_at", "slug"))
    return (
        _as_rows(published.order_by(), "changed_at", "case_study__slug", deleted=False),
        _as_rows(gone, "withdrawn_at", "slug", deleted=True),
    )


def _as_rows(records: QuerySet, moment: str, slug: str, *, deleted: bool) -> QuerySet:
    gone = Value(deleted, output_field=BooleanField())
    return records.annotate(moment=F(moment), name=F(slug), gone=gone).values_list("moment", "name", "gone")


def _in_time(selective: Selective, after: tuple[datetime, str] | None, moment: str, slug: str) -> Q:
    condition = Q()
    if selective.start:
        condition &= Q(**{f"{moment}__gte": selective.start})
    if selective.end:
        condition &= Q(**{f"{moment}__lt": selective.end})
    if after:
        condition &= Q(**{f"{moment}__gt": after[0]}) | Q(**{moment: after[0], f"{slug}__gt": after[1]})
    return condition


def _in_set(spec: str) -> tuple[Q, Q]:
    """Return the conditions of a set for search entries and for versions. Raises ProtocolError for an unknown set."""
    kind, _hyphen, code = spec.partition("-")
    if kind == "chapter" and code.isascii() and code.isdigit() and (chapter := _chapters().filter(number=code).first()):
        own = Q(record__chapter=chapter.number) | Q(record__other_chapters__contains=[chapter.number])
        return Q(chapters__contains=[chapter.pk]), own
    if kind == "theme" and (theme := Theme.objects.filter(code=code.replace("\0", "")).first()):
        return Q(themes__contains=[theme.pk]), Q(record__themes__contains=[theme.code])
    raise ProtocolError("noRecordsMatch", "There is no such set; ListSets has all.")


def _headers(rows: Iterable[tuple[datetime, str, bool]]) -> list[Header]:
    rows = list(rows)
    kept = {study.slug: _sets_of_study(study) for study in _studies([slug for _m, slug, gone in rows if not gone])}
    gone = withdrawn().filter(slug__in=[slug for _m, slug, gone in rows if gone])
    kept |= {version.slug: _sets(_numbers(version.record), version.record["themes"]) for version in gone}
    return [Header(slug, moment, deleted, kept[slug]) for moment, slug, deleted in rows]


def _studies(slugs: list[str]) -> QuerySet[CaseStudy]:
    links = CaseStudy.objects.published().select_related("chapter")
    return links.prefetch_related("chapter_links__chapter", "theme_links__theme").filter(slug__in=slugs)


def _sets_of_study(study: CaseStudy) -> list[str]:
    numbers = [study.chapter.number, *(link.chapter.number for link in study.chapter_links.all())]
    return _sets(numbers, [link.theme.code for link in study.theme_links.all()])


def _numbers(record: dict) -> list[int]:
    return [record["chapter"], *record["other_chapters"]]


def _sets(chapters: list[int], themes: list[str]) -> list[str]:
    return [*(f"chapter-{number}" for number in dict.fromkeys(chapters)), *(f"theme-{code}" for code in themes)]
