"""The versions of a study: every state in which readers saw it, under an address that stays.

Whoever writes a study calls `keep` before `search_index.refresh`, in the same transaction. When a study ceases to be
public, a trigger notes it in its latest version, whoever withdrew or deleted it.
"""

from .keeping import begin, keep
from .reading import beginning_of, history, withdrawn_since

__all__ = ["begin", "beginning_of", "history", "keep", "withdrawn_since"]
