"""What a citation says, for every format of reference managers: each study, and after it the sources it cites.

Nothing is added that the collection does not hold. The author of a study is the institution that publishes it; of a
source only the publisher is recorded, so it has no author.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, get_language_info, gettext

from casestudies.models import CaseStudy, Source

from .document import Document

CONTROL_CHARACTERS = dict.fromkeys((*range(32), *range(127, 160), 0x2028, 0x2029), " ")


@dataclass(frozen=True)
class Citation:
    """A work as a reference manager files it: one line each, "" or None where nothing is known."""

    key: str
    """The slug of a study; for a source the slug of the study that cites it and its number there: "oslo:1"."""
    is_study: bool
    title: str
    publisher: str
    year: int | None
    address: str
    note: str
    author: str = ""
    changed: date | None = None
    """The day of the version cited."""
    kind: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    language: str = ""
    """The code of the language that the texts are in."""


def citations(document: Document) -> Iterator[Citation]:
    """Yield the citations of a document, in the active language: each study, then its sources in their order."""
    for study in document.studies():
        yield _of_study(study, document)
        for number, source in enumerate(study.sources.all(), start=1):
            yield _of_source(source, number, study, document)


def in_one_line(text: str) -> str:
    """Return a text without breaks and control characters, which end a line or a field."""
    return " ".join(str(text).translate(CONTROL_CHARACTERS).split())


def language_name(code: str) -> str:
    """Return the English name of a language in lower case, as BibTeX packages call it: "english"."""
    return get_language_info(code)["name"].lower()


def _of_study(study: CaseStudy, document: Document) -> Citation:
    changed = timezone.localdate(study.updated_at)
    provenance = document.provenance
    return Citation(
        key=study.slug,
        is_study=True,
        title=in_one_line(study.title),
        author=in_one_line(settings.INSTITUTION or settings.SITE_NAME),
        publisher=in_one_line(settings.INSTITUTION or settings.SITE_NAME),
        year=changed.year,
        changed=changed,
        kind=gettext("Case study"),
        address=document.address_of(study),
        abstract=in_one_line(study.summary),
        keywords=_keywords(study),
        language=_language_of(study),
        note=in_one_line(f"{provenance.collection}. {provenance.licence}"),
    )


def _of_source(source: Source, number: int, study: CaseStudy, document: Document) -> Citation:
    note = gettext("Cited in: %(title)s, %(address)s") % {"title": study.title, "address": document.address_of(study)}
    return Citation(
        key=f"{study.slug}:{number}",
        is_study=False,
        title=in_one_line(source.title),
        publisher=in_one_line(source.publisher),
        year=source.year,
        address=in_one_line(source.url),
        note=in_one_line(note),
    )


def _language_of(study: CaseStudy) -> str:
    """Return the active language, or English where the title is not there in it."""
    return get_language() if getattr(study, f"title_{get_language()}") else "en"


def _keywords(study: CaseStudy) -> tuple[str, ...]:
    linked = [
        *(link.theme for link in study.theme_links.all()),
        *(link.country for link in study.country_links.all()),
        *(link.convention for link in study.provision_links.all()),
    ]
    return tuple(dict.fromkeys(in_one_line(str(record)) for record in linked))
