"""The history of studies and vocabularies: every change, by whom, when and why, and the way back.

Whoever changes a record calls `begin` before and `note` after, in the same transaction; whoever deletes one calls
`note_deletion` before.
"""

from .differences import between, contents, successive
from .restoring import as_restored, bring_into, restore, state_before
from .writing import (
    begin,
    entries,
    kind_of,
    known_state,
    life,
    note,
    note_change,
    note_deletion,
    note_many,
    snapshot,
    snapshots,
)

__all__ = [
    "as_restored",
    "begin",
    "between",
    "bring_into",
    "contents",
    "entries",
    "kind_of",
    "known_state",
    "life",
    "note",
    "note_change",
    "note_deletion",
    "note_many",
    "restore",
    "snapshot",
    "snapshots",
    "state_before",
    "successive",
]
