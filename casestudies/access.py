"""Who of the staff may see and edit which studies: the one gate that the admin asks.

Permissions say what somebody may do; these functions say to which studies. A field office sees what is published and
what its members drafted, and drafts studies of its own countries only.
"""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db.models import Model, Q, QuerySet

from .models import CaseStudy, Country


def may(user: AbstractUser, codename: str) -> bool:
    """Say whether the user has this permission of the application, for example "publish_casestudy"."""
    return user.has_perm(f"casestudies.{codename}")


def is_of_field_office(user: AbstractUser) -> bool:
    """Say whether the user only proposes: may draft studies for a field office, and is no editor."""
    return may(user, "propose_casestudy") and not may(user, "change_casestudy")


def visible_to(user: AbstractUser, studies: QuerySet) -> QuerySet:
    """Keep the studies that the user may see."""
    if not is_of_field_office(user):
        return studies
    return studies.filter(Q(status=CaseStudy.Status.PUBLISHED) | _drafted_by_colleagues(user))


def may_create(user: AbstractUser) -> bool:
    """Say whether the user may begin a study."""
    return may(user, "add_casestudy") or (is_of_field_office(user) and countries_of(user).exists())


def may_edit(user: AbstractUser, study: CaseStudy) -> bool:
    """Say whether the user may change the study's text as it stands now.

    Nobody edits anything but drafts. What readers see is revised, what was withdrawn from them is taken up again, and
    what is in review is sent back first: a reviewer would else publish what nobody reviewed.
    """
    if study.status != CaseStudy.Status.DRAFT:
        return False
    return may(user, "change_casestudy") or (is_of_field_office(user) and _is_own(user, study))


def history_visible_to(user: AbstractUser, record: Model, entries: QuerySet) -> QuerySet:
    """Keep the entries of a record's history that the user may see: states of studies that the user might open."""
    if not (isinstance(record, CaseStudy) and is_of_field_office(user)):
        return entries
    own = CaseStudy.objects.filter(_drafted_by_colleagues(user)).values("pk")
    return entries.filter(Q(standing__status=CaseStudy.Status.PUBLISHED) | Q(object_id__in=own))


def may_read_reasons(user: AbstractUser, record: Model) -> bool:
    """Say whether the user may read why a record was changed: what editors tell each other is for the authors."""
    return not (isinstance(record, CaseStudy) and is_of_field_office(user)) or _is_own(user, record)


def countries_of(user: AbstractUser) -> QuerySet:
    """Return the countries of the user's field offices."""
    return Country.objects.filter(field_offices__members=user).distinct()


def _is_own(user: AbstractUser, study: CaseStudy) -> bool:
    return CaseStudy.objects.filter(_drafted_by_colleagues(user), pk=study.pk).exists()


def _drafted_by_colleagues(user: AbstractUser) -> Q:
    colleagues = get_user_model().objects.filter(field_offices__members=user)
    return Q(created_by=user) | Q(created_by__in=colleagues)
