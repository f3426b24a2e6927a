"""How records are written to the database as JSON."""

import json


class LettersAsTheyAre(json.JSONEncoder):
    """Writes Russian as Russian, not as six characters for each letter, the first a backslash.

    Each backslash is escaped once more where many rows are written in one statement: that took half of the time of a
    large import.
    """

    def __init__(self, **options):
        super().__init__(**{**options, "ensure_ascii": False})
