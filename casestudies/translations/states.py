"""The state of each text of a study in a language: missing, complete or outdated; reviewed by a person or not."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy

from casestudies.models import CaseStudy, Outcome, TranslatedIndicator, TranslatedText
from casestudies.models.translated_text import INDICATOR_NAME, TRANSLATED_FIELDS, digest

LANGUAGES = [code for code, _name in settings.LANGUAGES]
INDICATOR = "indicator"
"""The field of an outcome whose text is translated; among the texts of its study it has a number besides."""
READ = ("translated_texts", "outcomes", "indicator_translations")
"""What the states of a study's texts are read from: to be prefetched where those of many studies are asked."""


class State(models.TextChoices):
    """How a translation stands to the source text of today."""

    MISSING = "missing", pgettext_lazy("state of a translation", "Missing")
    OUTDATED = "outdated", pgettext_lazy("state of a translation", "Outdated")
    COMPLETE = "complete", pgettext_lazy("state of a translation", "Complete")


@dataclass(frozen=True)
class TextState:
    """One text of a study in the language it is translated into."""

    field: str
    """Its name among those of the study: "title", "indicator-2"."""
    record: CaseStudy | Outcome
    column: str
    """The field of the record that holds it."""
    language: str
    source_language: str
    source: str
    target: str
    row: TranslatedText | TranslatedIndicator | None
    """What it was made from; None while neither text ever changed."""

    @property
    def label(self) -> str:
        """The name of the field, in the reader's language; indicators are numbered."""
        name = capfirst(self.record._meta.get_field(self.column).verbose_name)
        return f"{name} {self.field.removeprefix(f'{INDICATOR}-')}" if self.column == INDICATOR else str(name)

    @property
    def max_length(self) -> int | None:
        """How many characters it may have."""
        return self.record._meta.get_field(self.column).max_length

    @cached_property
    def state(self) -> State:
        """Missing without a text; outdated where the source text is another than it was made from, or was removed.

        The database has the same rule where lists ask: `queue.OUTDATED`, and the view of indicators (migration 0024).
        """
        if not self.target:
            return State.MISSING
        is_other = self.row and digest(self.row.source_text) != digest(self.source)
        return State.OUTDATED if is_other else State.COMPLETE

    @property
    def is_outdated(self) -> bool:
        """Whether the source text changed since."""
        return self.state == State.OUTDATED

    @property
    def is_reviewed(self) -> bool:
        """Whether a person approved this very translation."""
        return bool(self.row and self.row.reviewed_at and self.row.target_digest == digest(self.target))

    @property
    def needs_review(self) -> bool:
        """Whether there is a translation that nobody approved."""
        return bool(self.target) and not self.is_reviewed

    @property
    def differences(self) -> list:
        """What changed in the source text since the translation was made, as `Run`s; nothing where it follows."""
        # The module reads the exports, among them the offline edition, which asks how translations stand.
        from casestudies.versions.differences import compared

        return compared(self.row.source_text, self.source) if self.is_outdated else []


def target_languages(study: CaseStudy) -> list[str]:
    """Return the languages that the study is translated into."""
    return [code for code in LANGUAGES if code != study.original_language]


def is_target(study: CaseStudy, language: str) -> bool:
    """Say whether the study's texts in this language are translations."""
    return language in LANGUAGES and language != study.original_language


def source_language(language: str) -> str:
    """Return the language that a study is translated from, where it is translated into this one and they are two."""
    return next(code for code in LANGUAGES if code != language)


def is_indicator(field: str) -> bool:
    """Say whether the name of a text is that of an indicator, whether the study has as many or not."""
    return re.fullmatch(INDICATOR_NAME, field) is not None


def places(study: CaseStudy) -> dict[str, tuple[CaseStudy | Outcome, str]]:
    """Return where each text of a study stands, by its name in forms and files: the record, and its field."""
    indicators = {
        f"{INDICATOR}-{number}": (outcome, INDICATOR) for number, outcome in enumerate(study.outcomes.all(), 1)
    }
    return {field: (study, field) for field in TRANSLATED_FIELDS} | indicators


def written(record: CaseStudy | Outcome, column: str, language: str) -> str:
    """Return a text of a record in a language, "" where there is none."""
    return getattr(record, f"{column}_{language}") or ""


def states(study: CaseStudy, language: str) -> list[TextState]:
    """Return the texts that are there to be translated, or are translated, into the language, in the study's order."""
    texts = places(study)
    rows = {(study.pk, row.field): row for row in study.translated_texts.all() if row.language == language}
    if len(texts) > len(TRANSLATED_FIELDS):  # a study without outcomes need not ask
        links = study.indicator_translations.all()
        rows |= {(link.outcome_id, INDICATOR): link.note for link in links if link.language == language}
    found = [
        TextState(
            field,
            record,
            column,
            language,
            study.original_language,
            written(record, column, study.original_language),
            written(record, column, language),
            rows.get((record.pk, column)),
        )
        for field, (record, column) in texts.items()
    ]
    return [text for text in found if text.source or text.target]


def name_of(language: str) -> str:
    """Return the name of a language, in the reader's: "English", "английский"."""
    return {"en": gettext("English"), "ru": gettext("Russian")}.get(language, language)
