"""The curators' workplace."""

from . import accounts, case, reference

__all__ = ["accounts", "case", "reference"]
