"""What a citation says, for every format of reference managers: each study, and after it the sources it cites.

Nothing is added that the collection does not hold. The author of a study is the institution that publishes it; of a
source only the publisher is recorded, so it has no author.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language_info, gettext

from casestudies import versions
from casestudies.models import CaseStudy, Source
from casestudies.translations import shown_language

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
    """Of a study, the page of the version cited: what stands there stays."""
    note: str
    author: str = ""
    changed: date | None = None
    """The day of the version cited."""
    version: str = ""
    """Which version, in words."""
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


def institution() -> str:
    """Return who publishes the studies, and so is their author."""
    return in_one_line(settings.INSTITUTION or settings.SITE_NAME)


def _of_study(study: CaseStudy, document: Document) -> Citation:
    changed, version = timezone.localdate(versions.last_change(study)), versions.latest(study)
    provenance = document.provenance
    return Citation(
        key=study.slug,
        is_study=True,
        title=in_one_line(study.title),
        author=institution(),
        publisher=institution(),
        year=changed.year,
        changed=changed,
        version=gettext("Version %(number)d") % {"number": version.number} if version else "",
        kind=gettext("Case study"),
        address=document.address_cited(study),
        abstract=in_one_line(study.summary),
        keywords=_keywords(study),
        language=shown_language(study, "title"),
        note=in_one_line(f"{provenance.collection}. {provenance.licence}"),
    )


def _of_source(source: Source, number: int, study: CaseStudy, document: Document) -> Citation:
    note = gettext("Cited in: %(title)s, %(address)s") % {
        "title": study.title,
        "address": document.address_cited(study),
    }
    return Citation(
        key=f"{study.slug}:{number}",
        is_study=False,
        title=in_one_line(source.title),
        publisher=in_one_line(source.publisher),
        year=source.year,
        address=in_one_line(source.url),
        note=in_one_line(note),
    )


def _keywords(study: CaseStudy) -> tuple[str, ...]:
    linked = [
        *(link.theme for link in study.theme_links.all()),
        *(link.country for link in study.country_links.all()),
        *(link.convention for link in study.provision_links.all()),
    ]
    return tuple(dict.fromkeys(in_one_line(str(record)) for record in linked))
