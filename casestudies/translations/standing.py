"""What a reader is told of the translation that they read."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from casestudies.models import CaseStudy

from .states import State, is_target, states


@dataclass(frozen=True)
class Standing:
    """How the texts of a study in one language stand to those they were translated from."""

    language: str
    source_language: str
    status: str
    """A `State`: the worst of its texts."""
    reviewed: bool
    """Whether a person reviewed every text there is."""
    follows: datetime | None
    """Since when the translation follows the source no more: the moment at which the source was what it follows."""

    @property
    def is_outdated(self) -> bool:
        """Whether the source changed since."""
        return self.follows is not None

    @property
    def outdated_notice(self) -> str:
        """Say which text it follows; "" where it follows that of today."""
        if not self.is_outdated:
            return ""
        sentences = {
            "en": gettext("The English text follows the Russian text of %(date)s; the Russian has changed since."),
            "ru": gettext("The Russian text follows the English text of %(date)s; the English has changed since."),
        }
        return sentences[self.language] % {"date": date_format(timezone.localtime(self.follows), "j E Y")}

    @property
    def review_notice(self) -> str:
        """Say that nobody reviewed it; "" where a person did."""
        return "" if self.reviewed else gettext("This translation has not been reviewed by a person yet.")

    @property
    def notice(self) -> str:
        """Say both on one line; "" where there is nothing to say."""
        return " ".join(filter(None, (self.outdated_notice, self.review_notice)))

    @property
    def link_to_source(self) -> str:
        """The words of the link to the text it was made from."""
        return {"en": gettext("Read the English text"), "ru": gettext("Read the Russian text")}[self.source_language]


def standing(study: CaseStudy, language: str | None = None) -> Standing | None:
    """Return how the study's translation into a language, the reader's by default, stands.

    None where the study was written in the language, or nothing of it is translated.
    """
    language = language or get_language()
    if not is_target(study, language):
        return None
    texts = states(study, language)
    translated = [text for text in texts if text.target]
    if not translated:
        return None
    outdated = [text.row.made_at for text in texts if text.is_outdated]
    missing = len(translated) < len(texts)
    return Standing(
        language=language,
        source_language=study.original_language,
        status=State.OUTDATED if outdated else State.MISSING if missing else State.COMPLETE,
        reviewed=not any(text.needs_review for text in texts),
        follows=min(outdated, default=None),
    )
