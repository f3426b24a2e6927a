"""The curators' workplace."""

from . import case, evidence, proposals, questions, reference

__all__ = ["case", "evidence", "proposals", "questions", "reference"]
