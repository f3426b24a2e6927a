"""The offline edition in one HTML file, to be mailed or carried on a stick and opened from disk."""

from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from casestudies import revision
from casestudies.offline import pages

from .base import Group
from .document import Document


class OfflineHtml:
    """One file with all texts in every language, filters and search."""

    extension = "html"
    label = _("HTML file for offline use")
    group = Group.READING
    content_type = "text/html; charset=utf-8"
    as_attachment = True
    for_study = False
    # About 12 MB: what most mail servers still carry, and a browser opens in seconds.
    most = 500
    in_turn = True

    def write(self, document: Document) -> Iterator[str]:
        """Yield the file study by study."""
        with translation.override(document.language), revision.pinned():
            sections = (pages.section(document, study) for study in document.studies(pages.studies()))
            yield from pages.edition(document, sections)
