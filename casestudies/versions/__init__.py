"""The versions of a study: every state in which readers saw it, under an address that stays.

Whoever writes a study calls `keep` before `search_index.refresh`, in the same transaction. When a study ceases to be
public, a trigger notes it in its latest version, whoever withdrew or deleted it.
"""

from .keeping import begin, keep, put_back
from .reading import beginning_of, history, last_change, latest, no_longer_current, withdrawn_since

__all__ = [
    "begin",
    "beginning_of",
    "history",
    "keep",
    "last_change",
    "latest",
    "no_longer_current",
    "put_back",
    "withdrawn_since",
]
