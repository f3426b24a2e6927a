"""The curators' workplace."""

from . import case, evidence, reference

__all__ = ["case", "evidence", "reference"]
