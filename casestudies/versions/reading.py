"""Reading versions: those of one study, and the studies that are public no more."""

from datetime import date, datetime, time

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from casestudies.models import CaseStudy, CaseStudyVersion


def history(slug: str) -> list[CaseStudyVersion]:
    """Return the versions of a study, the latest first, without their records."""
    return list(CaseStudyVersion.objects.filter(slug=slug).defer("record"))


def latest(study: CaseStudy) -> CaseStudyVersion | None:
    """Return the version that a published study, read with `in_full()`, is, without its record; None where none is.

    Whatever cites a study takes number, moment and address from here, so that a page and a file cite the same.
    """
    if study.version_number is None:
        return None
    return CaseStudyVersion(slug=study.slug, number=study.version_number, made_at=study.version_made_at)


def last_change(study: CaseStudy) -> datetime:
    """Return when readers last saw a change of a study: to save it without changing it is none to them."""
    version = latest(study)
    return version.made_at if version else study.updated_at


def no_longer_current() -> QuerySet[CaseStudyVersion]:
    """Return every version but those that published studies are now, by address and number."""
    later = CaseStudyVersion.objects.filter(slug=OuterRef("slug"), number__gt=OuterRef("number"))
    return CaseStudyVersion.objects.filter(Exists(later) | Q(withdrawn_at__isnull=False)).order_by("slug", "number")


def withdrawn_since(day: date) -> QuerySet[CaseStudyVersion]:
    """Return the last versions of studies that ceased to be public on or after `day`, the latest withdrawal first.

    A study that was published again is not among them; nor is one that was never public.
    """
    later = CaseStudyVersion.objects.filter(slug=OuterRef("slug"), number__gt=OuterRef("number"))
    gone = CaseStudyVersion.objects.filter(~Exists(later), withdrawn_at__gte=beginning_of(day))
    return gone.order_by(F("withdrawn_at").desc(), "slug")


def beginning_of(day: date) -> datetime:
    """Return the first moment of a day in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
