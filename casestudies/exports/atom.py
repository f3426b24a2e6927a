"""Atom (RFC 4287): a selection to follow in a feed reader, which shows what is new and what changed.

The entries stand in the order of the list, as in every format: the RFC gives their order no meaning, and readers sort
by `updated`, which is when the study's latest version was made.
"""

from collections.abc import Iterator
from datetime import datetime
from html import escape

from django.db.models import F, Max
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.translation import gettext_lazy as _
from django.utils.xmlutils import SimplerXMLGenerator

from casestudies import versions
from casestudies.models import CaseStudy
from casestudies.translations import shown_language

from .base import Group
from .characters import without_control_characters
from .document import Document


class _Pieces:
    """A file for the XML generator that hands over what was written since the last time."""

    def __init__(self):
        self._written: list[str] = []

    def write(self, text: str | bytes) -> None:
        self._written.append(text.decode() if isinstance(text, bytes) else text)

    def taken(self) -> str:
        text, self._written = "".join(self._written), []
        return text


# https://www.rfc-editor.org/rfc/rfc6721
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"


class _Feed(Atom1Feed):
    """Django's feed, with what it does not know.

    Its own date, for its entries come one by one; the language of an entry that is not translated; categories that say
    their vocabulary; what was withdrawn.
    """

    def root_attributes(self) -> dict[str, str]:
        return super().root_attributes() | ({"xmlns:at": _TOMBSTONES} if self.feed["withdrawn"] else {})

    def item_attributes(self, item: dict) -> dict[str, str]:
        return {} if item["language"] == self.feed["language"] else {"xml:lang": item["language"]}

    def latest_post_date(self) -> datetime:
        return self.feed["updated"]

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict) -> None:
        super().add_item_elements(handler, item)
        for scheme, term, label in item["labelled_categories"]:
            handler.addQuickElement(
                "category", "", {"scheme": scheme, "term": term, "label": without_control_characters(label)}
            )

    def pieces(self, items: Iterator[dict]) -> Iterator[str]:
        """Yield the feed's head, then entry by entry: `Atom1Feed.write` would hold all of them first."""
        written = _Pieces()
        handler = SimplerXMLGenerator(written, "utf-8", short_empty_elements=True)
        handler.startDocument()
        handler.startElement("feed", self.root_attributes())
        self.add_root_elements(handler)
        for version in self.feed["withdrawn"]:
            address = self.feed["site"] + version.study_address
            handler.addQuickElement(
                "at:deleted-entry", "", {"ref": address, "when": rfc3339_date(version.withdrawn_at)}
            )
        yield written.taken()
        for item in items:
            self.add_item(**item)
            self.write_items(handler)
            self.items.clear()
            yield written.taken()
        handler.endElement("feed")
        yield written.taken()


class AtomFeed:
    """A selection to follow."""

    extension = "atom"
    label = _("Follow this list (Atom feed)")
    group = Group.PROGRAMS
    content_type = Atom1Feed.content_type
    as_attachment = False
    for_study = False
    most = None
    in_turn = False

    def write(self, document: Document) -> Iterator[str]:
        """Yield the feed entry by entry."""
        with translation.override(document.language):
            yield from _feed(document).pieces(_entry(document, study) for study in document.studies(_studies()))


def _studies():
    studies = CaseStudy.objects.annotate(changed_at=F("search_entry__changed_at"))
    return studies.prefetch_related("theme_links__theme", "country_links__country")


def _feed(document: Document) -> _Feed:
    provenance, selection = document.provenance, document.selection
    query = selection.query_string()
    address = document.site + reverse("case-export", args=[AtomFeed.extension]) + (f"?{query}" if query else "")
    since = selection.filterset.form.cleaned_data["changed_since"]
    withdrawn = list(versions.withdrawn_since(since).defer("record")) if since else []
    changed = selection.entries.order_by().aggregate(latest=Max("changed_at"))["latest"]
    return _Feed(
        title=without_control_characters(f"{provenance.question} – {provenance.collection}"),
        link=provenance.address,
        description="",
        subtitle=without_control_characters("; ".join(f"{label}: {value}" for label, value in provenance.rows())),
        language=document.language,
        author_name=provenance.collection,
        author_link=document.site + reverse("home"),
        feed_url=address,
        feed_copyright=provenance.licence,
        feed_guid=address,
        site=document.site,
        withdrawn=withdrawn,
        updated=max(filter(None, (changed, *(version.withdrawn_at for version in withdrawn))), default=provenance.made),
    )


def _entry(document: Document, study: CaseStudy) -> dict:
    """Return what the generator takes: the summary is HTML to it, so it is escaped."""
    address = document.address_of(study)
    return {
        "title": without_control_characters(study.title),
        "language": shown_language(study, "title"),
        "link": address,
        "unique_id": address,
        "description": escape(without_control_characters(study.summary), quote=False),
        "pubdate": study.published_at,
        "updateddate": study.changed_at,
        "labelled_categories": [
            *(
                (document.site + reverse("theme-list"), link.theme.code, link.theme.name)
                for link in study.theme_links.all()
            ),
            *(
                (document.site + reverse("country-list"), link.country.alpha2, link.country.name)
                for link in study.country_links.all()
            ),
        ],
    }
