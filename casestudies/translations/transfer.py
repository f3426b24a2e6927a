"""Which texts the translations of published studies follow, as the collection's file holds it, there and back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypedDict

from casestudies.models import CaseStudy, TranslatedText
from casestudies.models.translated_text import digest

BATCH_SIZE = 500


class Note(TypedDict):
    """What is known of one translation, without the names of those who worked on it."""

    slug: str
    language: str
    field: str
    made_from: str
    """The source text that it was made from."""
    made: datetime
    reviewed: datetime | None
    source_changed: datetime | None
    """Since when the source text is another one."""


def notes() -> Iterator[Note]:
    """Yield what is noted of published studies' translations, by address, language and field.

    What was never changed since it was first written, and never reviewed, has no note.
    """
    rows = TranslatedText.objects.filter(case_study__in=CaseStudy.objects.published())
    columns = ("case_study__slug", "language", "field", "source_text", "made_at", "reviewed_at", "source_changed_at")
    ordered = rows.order_by("case_study__slug", "language", "field").values_list(*columns)
    for values in ordered.iterator(chunk_size=BATCH_SIZE):
        yield Note(zip(Note.__annotations__, values, strict=True))


def put_back(brought: Iterable[Note], studies: Mapping[str, CaseStudy]) -> None:
    """Save the notes on these studies, given by address, in place of what is noted of them; others are left out.

    A note on a language that is the study's own by now, or on a text that is not there, says nothing and is dropped.
    """
    rows = [_row(note, studies[note["slug"]]) for note in brought if note["slug"] in studies]
    TranslatedText.objects.filter(case_study__in=studies.values()).delete()
    said = [row for row in rows if row.language != row.case_study.original_language and _text(row, row.language)]
    TranslatedText.objects.bulk_create(said, batch_size=BATCH_SIZE)


def _row(note: Note, study: CaseStudy) -> TranslatedText:
    row = TranslatedText(
        case_study=study,
        language=note["language"],
        field=note["field"],
        source_text=note["made_from"],
        source_digest=digest(note["made_from"]),
        made_at=note["made"],
        reviewed_at=note["reviewed"],
        source_changed_at=note["source_changed"],
    )
    row.source_digest_today = digest(_text(row, study.original_language))
    row.target_digest = digest(_text(row, row.language))
    return row


def _text(row: TranslatedText, language: str) -> str:
    return getattr(row.case_study, f"{row.field}_{language}") or ""
