"""Which texts the translations of studies follow, as the collection's file and the history hold it, there and back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, product
from typing import TypedDict

from django.db.models import CharField, DateTimeField, QuerySet, Value, prefetch_related_objects
from django.db.models.functions import Cast, Concat

from casestudies.models import CaseStudy, IndicatorTranslation, TranslatedIndicator, TranslatedText
from casestudies.models.translated_text import TRANSLATED_FIELDS, digest

from .states import INDICATOR, LANGUAGES, is_indicator, places, written

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
    """Since when the source text is another one; of indicators it is not known."""


def notes(studies: QuerySet[CaseStudy] | None = None) -> Iterator[Note]:
    """Yield what is noted of translations, by address, language and field; after them of indicators.

    Of published studies, unless others are given.
    What was never changed since it was first written, and never reviewed, has no note.
    """
    of_these = {"case_study__in": CaseStudy.objects.published() if studies is None else studies}
    noted = ("source_text", "made_at", "reviewed_at")
    texts = TranslatedText.objects.filter(**of_these).order_by("case_study__slug", "language", "field")
    texts = texts.values_list("case_study__slug", "language", "field", *noted, "source_changed_at")
    indicators = IndicatorTranslation.objects.filter(**of_these).order_by("case_study__slug", "language", "number")
    name = Concat(Value(f"{INDICATOR}-"), Cast("number", CharField()))
    not_known = Value(None, output_field=DateTimeField())
    columns = (f"note__{column}" for column in noted)
    indicators = indicators.values_list("case_study__slug", "language", name, *columns, not_known)
    for values in chain(*(rows.iterator(chunk_size=BATCH_SIZE) for rows in (texts, indicators))):
        yield Note(zip(Note.__annotations__, values, strict=True))


def put_back(brought: Iterable[Note], studies: Mapping[str, CaseStudy]) -> None:
    """Save the notes on these studies, given by address, in place of what is noted of them; others are left out.

    A note on a language that is the study's own by now, or on a text that is not there, says nothing and is dropped.
    """
    known = [note for note in brought if note["slug"] in studies]
    prefetch_related_objects([studies[slug] for slug in {note["slug"] for note in known}], "outcomes")
    rows = [_row(note, studies[note["slug"]]) for note in known]
    for model in (TranslatedText, TranslatedIndicator):
        model.objects.filter(case_study__in=studies.values()).delete()
        said = [row for row in rows if isinstance(row, model)]
        # Outcomes of one study that say the same share what is noted.
        model.objects.bulk_create(said, batch_size=BATCH_SIZE, ignore_conflicts=True)


def recorded(record: dict, field: str, language: str) -> str:
    """Return a text of a study in a language from its record, "" where it has none."""
    if is_indicator(field):
        outcomes, number = record.get("outcomes", ()), int(field.removeprefix(f"{INDICATOR}-"))
        texts = outcomes[number - 1][INDICATOR] if number <= len(outcomes) else {}
        return texts.get(language) or ""
    if field in record:  # region_scope stands by its name first, the others by their language
        return (record[field] or {}).get(language) or ""
    return record.get(language, {}).get(field) or ""


def indicators_in(record: dict) -> list[str]:
    """Return the names of the indicators that a study has in its record."""
    return [f"{INDICATOR}-{number}" for number, _outcome in enumerate(record.get("outcomes", ()), 1)]


def with_reviews(
    record: dict, said: Iterable[dict], known: Iterable[tuple[dict, list[dict] | None]], original_language: str
) -> list[dict]:
    """Return what is noted of the translations in a study's record, each with its review if it is known of one.

    `known` are records of the study with what was noted of them: a review is of two texts, wherever these stand.
    """
    reviewed = {
        _pair(then, note["field"], note["language"], note["made_from"]): note
        for then, notes_then in known
        for note in notes_then or ()
        if note["reviewed"]
    }
    noted = {(note["field"], note["language"]): note for note in said}
    for field, language in product((*TRANSLATED_FIELDS, *indicators_in(record)), LANGUAGES):
        note = noted.get((field, language))
        source = note["made_from"] if note else recorded(record, field, original_language)
        review = reviewed.get(_pair(record, field, language, source))
        if review and not (note and note["reviewed"]):
            noted[field, language] = (
                review | (note or {"field": field, "source_changed": None}) | {"reviewed": review["reviewed"]}
            )
    return list(noted.values())


def _pair(record: dict, field: str, language: str, source: str) -> tuple[str, str, str, str]:
    column = INDICATOR if is_indicator(field) else field
    return column, language, digest(source), digest(recorded(record, field, language))


def _row(note: Note, study: CaseStudy) -> TranslatedText | TranslatedIndicator | None:
    record, column = places(study).get(note["field"], (None, ""))
    target = record and note["language"] != study.original_language and written(record, column, note["language"])
    if not target:
        return None
    noted = {
        "case_study": study,
        "language": note["language"],
        "source_text": note["made_from"],
        "made_at": note["made"],
        "reviewed_at": note["reviewed"],
    }
    if column == INDICATOR:
        noted["source_text"] = note["made_from"][: TranslatedIndicator.LONGEST]
        return TranslatedIndicator(**noted, target_text=target)
    return TranslatedText(
        **noted,
        field=column,
        source_digest=digest(note["made_from"]),
        source_digest_today=digest(written(record, column, study.original_language)),
        source_changed_at=note["source_changed"],
        target_digest=digest(target),
    )
