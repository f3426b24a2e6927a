"""The state of each text of a study in a language: missing, complete or outdated; reviewed by a person or not."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy

from casestudies.models import CaseStudy, TranslatedText
from casestudies.models.translated_text import TRANSLATED_FIELDS, digest

LANGUAGES = [code for code, _name in settings.LANGUAGES]


class State(models.TextChoices):
    """How a translation stands to the source text of today."""

    MISSING = "missing", pgettext_lazy("state of a translation", "Missing")
    OUTDATED = "outdated", pgettext_lazy("state of a translation", "Outdated")
    COMPLETE = "complete", pgettext_lazy("state of a translation", "Complete")


@dataclass(frozen=True)
class TextState:
    """One text of a study in the language it is translated into."""

    field: str
    language: str
    source_language: str
    source: str
    target: str
    row: TranslatedText | None
    """What it was made from; None while neither text ever changed."""

    @property
    def label(self) -> str:
        """The name of the field, in the reader's language."""
        return str(capfirst(CaseStudy._meta.get_field(self.field).verbose_name))

    @cached_property
    def state(self) -> State:
        """Missing without a text; outdated where the source text is no longer the one it was made from."""
        if not self.target:
            return State.MISSING
        # Without a source text there is nothing that the translation could fail to follow.
        if self.row and self.source and self.row.source_digest != digest(self.source):
            return State.OUTDATED
        return State.COMPLETE

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


def states(study: CaseStudy, language: str) -> list[TextState]:
    """Return the texts that are there to be translated, or are translated, into the language, in the study's order."""
    rows = {row.field: row for row in study.translated_texts.all() if row.language == language}
    found = [
        TextState(
            field,
            language,
            study.original_language,
            getattr(study, f"{field}_{study.original_language}") or "",
            getattr(study, f"{field}_{language}") or "",
            rows.get(field),
        )
        for field in TRANSLATED_FIELDS
    ]
    return [text for text in found if text.source or text.target]


def name_of(language: str) -> str:
    """Return the name of a language, in the reader's: "English", "английский"."""
    return {"en": gettext("English"), "ru": gettext("Russian")}.get(language, language)
