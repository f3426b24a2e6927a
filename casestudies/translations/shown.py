"""In which language a reader sees a text."""

from django.db.models import Model
from django.utils.translation import get_language


def shown_language(record: Model, field: str) -> str:
    """Return the code of the language in which a translated field is shown: the active one, or English without it."""
    active = get_language()
    return active if getattr(record, f"{field}_{active}", None) else "en"
