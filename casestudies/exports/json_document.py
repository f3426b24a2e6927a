"""JSON for programs: the whole selection with its facet counts, one object a study."""

from collections.abc import Iterable, Iterator

import orjson
from django.utils import translation

from casestudies import translations, versions, vocabulary
from casestudies.collection_export import vocabularies
from casestudies.models import CaseStudy, CaseStudyVersion
from casestudies.models.case import TEXT_FIELDS

from . import reading
from .base import Group
from .document import LICENCE, Document

# Studies that leave together: each piece of an answer costs as much as a few studies do.
PIECE = 50


def study_document(study: CaseStudy, site: str) -> dict:
    """Return a study, read with `in_full()`, for programs: codes as in addresses, texts in the active language."""
    return content(reading.of_model(study, vocabulary.current(), site))


def content(study: reading.Study) -> dict:
    """Return what programs get of a study, whether one or all are asked for."""
    record = study.record
    return {
        "slug": record["slug"],
        "url": study.address,
        **{field: study.text(field) for field in TEXT_FIELDS},
        "chapter": record["chapter"],
        "other_chapters": record["other_chapters"],
        "themes": [{"code": code, "name": study.name("theme", code)} for code in record["themes"]],
        "countries": [{"code": code, "name": study.name("country", code)} for code in record["countries"]],
        "region_scope": study.in_its_language(record["region_scope"]) or None,
        "conventions": [_convention(study, instrument) for instrument in record["instruments"]],
        "modes": record["transport_modes"],
        "period": record["period"],
        "places": record["places"],
        "implementers": record["implementers"],
        "outcomes": [
            {**outcome, "indicator": study.in_its_language(outcome["indicator"])} for outcome in record["outcomes"]
        ],
        "sources": record["sources"],
        "handbook": record["handbook"],
        "confidence": record["confidence"],
        "original_language": study.original_language,
        "translations": study.translations,
        "published": study.published,
        "updated": study.updated,
        "version": study.version and {"number": study.version, "made": study.updated, "address": study.version_address},
    }


def lossless(study: reading.Study) -> dict:
    """Return what files add: the whole record in every language, and when it was last saved."""
    return {"record": study.record, "saved": study.saved}


def _convention(study: reading.Study, instrument: dict) -> dict:
    provision, ref = study.provision(instrument)
    name = study.name("convention", instrument["code"])
    return {"code": instrument["code"], "name": name, "provision": provision, "ref": ref}


def tombstone(version: CaseStudyVersion, site: str) -> dict:
    """Return what is left of a withdrawn study, given its last version: whoever holds a copy lets go of it.

    `withdrawn` is when; the address says so too.
    """
    return {
        "slug": version.slug,
        "title": version.title,
        "withdrawn": version.withdrawn_at,
        "address": site + version.study_address,
    }


def encoded(value: dict) -> bytes:
    """Return JSON in UTF-8, times in UTC; texts that wait for their language are written in the active one."""
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


class JsonDocument:
    """A selection for programs; of the whole collection, what makes the same collection again."""

    extension = "json"
    label = "JSON"
    group = Group.PROGRAMS
    content_type = "application/json"
    as_attachment = False
    for_study = False
    most = None
    in_turn = False

    def write(self, document: Document) -> Iterator[bytes]:
        """Yield the head, then the studies some at a time, so that memory does not grow with their number."""
        head = {
            "count": document.provenance.studies,
            "question": document.provenance.question,
            "language": document.language,
            "generated": document.provenance.made,
            "address": document.provenance.address,
            "licence": LICENCE,
            "facets": document.selection.counts.by_filter,
        }
        if since := document.selection.filterset.form.cleaned_data["changed_since"]:
            head["withdrawn"] = [tombstone(version, document.site) for version in versions.withdrawn_since(since)]
        if not document.selection.choices:
            head["vocabularies"] = vocabularies()
        yield encoded(head)[:-1] + b', "results": ['
        separator, piece = b"\n", []
        with translation.override(document.language):
            for study in document.rows():
                piece.append(encoded(content(study) | lossless(study)))
                if len(piece) == PIECE:
                    yield separator + b",\n".join(piece)
                    separator, piece = b",\n", []
        yield (separator + b",\n".join(piece) if piece else b"") + b"\n]"
        if not document.selection.choices:
            yield from _section("versions", _earlier_versions())
            yield from _section("translated_texts", translations.notes())
        yield b"}\n"


def _section(name: str, records: Iterable[dict]) -> Iterator[bytes]:
    """Yield a key of the document with its records, each on a line of its own; nothing where there are none."""
    separator = f', "{name}": [\n'.encode()
    for record in records:
        yield separator + encoded(record)
        separator = b",\n"
    yield b"\n]" if separator == b",\n" else b""


def _earlier_versions() -> Iterator[dict]:
    """Yield the versions that no study of the file is: citations lead to them."""
    for version in versions.no_longer_current().iterator(chunk_size=PIECE):
        yield {
            "slug": version.slug,
            "number": version.number,
            "made": version.made_at,
            "withdrawn": version.withdrawn_at,
            "record": version.record,
        }
