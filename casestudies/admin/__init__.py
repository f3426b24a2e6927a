"""The curators' workplace."""

from . import case, evidence, proposals, reference

__all__ = ["case", "evidence", "proposals", "reference"]
