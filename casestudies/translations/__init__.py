"""Translations: which source text each was made from, what is outdated, what nobody reviewed, and what awaits work.

Triggers keep the rows of `TranslatedText` and `TranslatedIndicator` (migrations 0011, 0023), so that whoever writes a
study writes them. A study that becomes another one's text, when a revision is begun or approved, takes its rows along
by `carry`.
"""

from .queue import Totals, totals, waiting
from .shown import shown_language
from .standing import Standing, standing
from .states import READ, State, TextState, is_target, source_language, states, target_languages
from .transfer import Note, notes, put_back
from .writing import approve, carry, carry_many, present, settle, workplace, write

__all__ = [
    "READ",
    "Note",
    "Standing",
    "State",
    "TextState",
    "Totals",
    "approve",
    "carry",
    "carry_many",
    "is_target",
    "notes",
    "present",
    "put_back",
    "settle",
    "shown_language",
    "source_language",
    "standing",
    "states",
    "target_languages",
    "totals",
    "waiting",
    "workplace",
    "write",
]
