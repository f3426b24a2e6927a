"""The curators' workplace."""

from . import audit, case, evidence, history, proposals, questions, reference

__all__ = ["audit", "case", "evidence", "history", "proposals", "questions", "reference"]
