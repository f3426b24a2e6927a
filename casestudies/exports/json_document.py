"""JSON for programs: the whole selection with its facet counts, one object a study."""

import json
from collections.abc import Iterator

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation

from casestudies import versions
from casestudies.collection_records import case_record
from casestudies.models import CaseStudy, CaseStudyVersion
from casestudies.models.case import TEXT_FIELDS

from .base import Group
from .document import LICENCE, Document


def study_document(study: CaseStudy, site: str) -> dict:
    """Return a study, read with `in_full()`, for programs: codes as in addresses, texts in the active language."""
    record = case_record(study)
    return {
        "slug": study.slug,
        "url": site + study.get_absolute_url(),
        **{field: getattr(study, field) for field in TEXT_FIELDS},
        "chapter": study.chapter.number,
        "other_chapters": record["other_chapters"],
        "themes": [{"code": link.theme.code, "name": link.theme.name} for link in study.theme_links.all()],
        "countries": [{"code": link.country.alpha2, "name": link.country.name} for link in study.country_links.all()],
        "region_scope": study.region_scope or None,
        "conventions": [
            {
                "code": link.convention.code,
                "name": link.convention.short_name,
                "provision": link.provision and link.provision.code,
                "ref": link.provision and link.provision.ref,
            }
            for link in study.provision_links.all()
        ],
        "modes": study.transport_modes,
        "period": record["period"],
        "places": record["places"],
        "implementers": study.implementers,
        "outcomes": [
            {**numbers, "indicator": outcome.indicator}
            for numbers, outcome in zip(record["outcomes"], study.outcomes.all(), strict=True)
        ],
        "sources": record["sources"],
        "handbook": study.handbook,
        "confidence": study.confidence,
        "updated": study.updated_at,
    }


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


class JsonDocument:
    """A selection for programs."""

    extension = "json"
    label = "JSON"
    group = Group.PROGRAMS
    content_type = "application/json"
    as_attachment = False
    for_study = False
    most = None

    def write(self, document: Document) -> Iterator[str]:
        """Yield the head, then the studies one by one, so that memory does not grow with their number."""
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
        yield _dumped(head)[:-1] + ', "results": ['
        with translation.override(document.language):
            for index, study in enumerate(document.studies()):
                yield (",\n" if index else "\n") + _dumped(study_document(study, document.site))
        yield "\n]}\n"


def _dumped(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
