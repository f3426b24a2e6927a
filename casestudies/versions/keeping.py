"""Writing versions: one for every state that readers saw, none for a save that changed nothing."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.utils import timezone

from casestudies.collection_records import case_record, fingerprint
from casestudies.models import CaseStudy, CaseStudyVersion

BATCH_SIZE = 500


def keep(case_study_ids: Iterable[int]) -> None:
    """Make a version of each of these studies that is published otherwise than its latest version says.

    A study published again after it was withdrawn gets one even if not a word changed: who followed it has let go of it
    and must hear of it. The first version has the date of the last change, since when it may have been public.
    """
    identifiers = list(case_study_ids)
    for start in range(0, len(identifiers), BATCH_SIZE):
        _keep_batch(identifiers[start : start + BATCH_SIZE])


def begin() -> None:
    """Make the first version of every published study that has none, as after an upgrade."""
    versions = CaseStudyVersion.objects.filter(slug=OuterRef("slug"))
    keep(CaseStudy.objects.published().filter(~Exists(versions)).values_list("pk", flat=True))


def put_back(versions: Iterable[CaseStudyVersion]) -> None:
    """Save versions that an exported collection brings, except those that are here: none is ever changed."""
    versions = list(versions)
    for version in versions:
        version.digest = fingerprint(version.record)
    CaseStudyVersion.objects.bulk_create(versions, batch_size=BATCH_SIZE, ignore_conflicts=True)


def _keep_batch(identifiers: list[int]) -> None:
    studies = list(CaseStudy.objects.published().in_full().filter(pk__in=identifiers).order_by("pk"))
    latest = _latest([study.slug for study in studies])
    made = []
    for study in studies:
        record = case_record(study)
        digest, last = fingerprint(record), latest.get(study.slug)
        if last is None or last.withdrawn_at or last.digest != digest:
            made.append(
                CaseStudyVersion(
                    slug=study.slug,
                    number=last.number + 1 if last else 1,
                    made_at=timezone.now() if last else study.updated_at,
                    record=record,
                    digest=digest,
                )
            )
    CaseStudyVersion.objects.bulk_create(made)


def _latest(slugs: list[str]) -> dict[str, CaseStudyVersion]:
    """Return the latest version of each study that has one, without its record."""
    versions = CaseStudyVersion.objects.filter(slug__in=slugs).order_by("slug", "-number").distinct("slug")
    return {version.slug: version for version in versions.defer("record")}
