"""JSON for programs: the whole selection with its facet counts, one object a study."""

import json
from collections.abc import Iterator

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone, translation

from casestudies.collection_records import case_record
from casestudies.models import CaseStudy
from casestudies.models.case import TEXT_FIELDS
from casestudies.selection import Selection

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


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


class JsonDocument:
    """A selection for programs."""

    extension = "json"
    label = "JSON"
    content_type = "application/json"
    as_attachment = False

    def write(self, selection: Selection, site: str) -> Iterator[str]:
        """Yield the head, then the studies one by one, so that memory does not grow with their number."""
        head = {
            "count": selection.counts.total,
            "question": selection.description,
            "language": selection.language,
            "generated": timezone.now(),
            "licence": LICENCE,
            "facets": selection.counts.by_filter,
        }
        yield _dumped(head)[:-1] + ', "results": ['
        with translation.override(selection.language):
            for index, study in enumerate(selection.all_studies(CaseStudy.objects.in_full())):
                yield (",\n" if index else "\n") + _dumped(study_document(study, site))
        yield "\n]}\n"


def _dumped(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
