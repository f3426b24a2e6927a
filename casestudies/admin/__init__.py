"""The curators' workplace."""

from . import case, reference

__all__ = ["case", "reference"]
