"""The curators' workplace."""

from . import accounts, audit, case, evidence, history, proposals, questions, reference

__all__ = ["accounts", "audit", "case", "evidence", "history", "proposals", "questions", "reference"]
