"""The steps of a study on its way to readers, each in one transaction with its version and its search entry."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from . import history, search_index, versions
from .models import CaseStudy
from .models.case import TEXT_FIELDS

Status = CaseStudy.Status
STEP_INTO = {Status.DRAFT: "returned", Status.IN_REVIEW: "submitted", Status.PUBLISHED: "published"}


def obstacles(study: CaseStudy) -> list[str]:
    """Return, in the reader's language, what stands in the way of publishing: nothing where the list is empty."""
    found = [
        gettext("The English text “%(field)s” is missing.") % {"field": study._meta.get_field(field).verbose_name}
        for field in TEXT_FIELDS
        if not getattr(study, f"{field}_en")
    ]
    if not study.sources.exists():
        found.append(gettext("It cites no source."))
    if not study.theme_links.exists():
        found.append(gettext("It has no theme."))
    if not study.country_links.exists() and not study.region_scope_en:
        found.append(gettext("It names neither a country nor a group of countries."))
    return found


def submit_for_review(study: CaseStudy, user: settings.AUTH_USER_MODEL) -> None:
    """Hand a draft to the reviewers. Raises ValidationError unless it is a draft."""
    _move(study, user, Status.IN_REVIEW, allowed_from=[Status.DRAFT])


def return_to_draft(study: CaseStudy, user: settings.AUTH_USER_MODEL) -> None:
    """Take a study back to its author. Raises ValidationError where it already is a draft."""
    _move(study, user, Status.DRAFT, allowed_from=[Status.IN_REVIEW, Status.PUBLISHED, Status.ARCHIVED])


def publish(study: CaseStudy, user: settings.AUTH_USER_MODEL) -> None:
    """Show a study to readers. Raises ValidationError with the obstacles where there are any."""
    if found := obstacles(study):
        raise ValidationError(found)
    _move(study, user, Status.PUBLISHED, allowed_from=[Status.DRAFT, Status.IN_REVIEW, Status.ARCHIVED])


def archive(study: CaseStudy, user: settings.AUTH_USER_MODEL) -> None:
    """Withdraw a published study; nothing of it is lost. Raises ValidationError unless it is published."""
    _move(study, user, Status.ARCHIVED, allowed_from=[Status.PUBLISHED])


@transaction.atomic
def _move(study: CaseStudy, user: settings.AUTH_USER_MODEL, status: Status, allowed_from: list[Status]) -> None:
    if study.status not in allowed_from:
        raise ValidationError(
            gettext("It is “%(status)s”, and cannot become “%(wanted)s”.")
            % {"status": study.get_status_display(), "wanted": status.label}
        )
    history.begin(study)
    study.status = status
    study.updated_by = user
    if status == Status.PUBLISHED and study.published_at is None:
        study.published_at = timezone.now()
    study.save(update_fields=["status", "updated_by", "updated_at", "published_at"])
    versions.keep([study.pk])
    search_index.refresh([study.pk])
    history.note(study, by=user, action=STEP_INTO.get(status, "archived"))
