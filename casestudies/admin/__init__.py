"""The curators' workplace."""

from . import audit, case, history, reference

__all__ = ["audit", "case", "history", "reference"]
