"""Asking the collection a question, as the pages do."""

from django.http import QueryDict
from django.utils import translation

from casestudies.selection import Selection


def found(question: str, language: str = "en", **parameters: str) -> list[str]:
    """Return the slugs of the studies that a question finds, in their order."""
    query = QueryDict(mutable=True)
    query.update({"q": question, **parameters})
    with translation.override(language):
        selection = Selection(query)
        assert selection.faults == []
        return [entry.case_study.slug for entry in selection.entries.select_related("case_study")]
