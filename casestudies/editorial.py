"""The steps of a study on its way to readers, each in one transaction with all that follows from it.

draft → in review → published → archived. A published study is not edited: a revision of it is drafted and reviewed
like any study while readers go on reading the published text, and takes its place when it is approved.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from . import history, search_index, translations, versions
from .collection_files import Located
from .collection_kinds import CASE, Incoming, Lookups
from .collection_records import case_record
from .models import CaseStudy
from .models.case import TEXT_FIELDS

Status = CaseStudy.Status
REVISION_PREFIX = "revision-of-"
"""How the addresses of revisions begin; no other study's may."""


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way of publishing, and the id of the element where it is mended."""

    text: str
    element: str

    def __str__(self) -> str:
        return self.text


class Incomplete(ValidationError):
    """A study lacks what readers need; its messages are the obstacles."""


def obstacles(study: CaseStudy) -> list[Obstacle]:
    """Return, in the reader's language, what stands in the way of publishing: nothing where the list is empty."""
    found = [
        Obstacle(
            gettext("The English text “%(field)s” is missing.") % {"field": study._meta.get_field(field).verbose_name},
            f"texts-{field}",
        )
        for field in TEXT_FIELDS
        if not getattr(study, f"{field}_en")
    ]
    if not study.sources.exists():
        found.append(Obstacle(gettext("It cites no source."), "sources-group"))
    if not study.theme_links.exists():
        found.append(Obstacle(gettext("It has no theme."), "theme_links-group"))
    if not study.country_links.exists() and not study.region_scope_en:
        text = gettext("It names neither a country nor a group of countries.")
        found.append(Obstacle(text, "country_links-group"))
    return found


@transaction.atomic
def submit(study: CaseStudy, user: AbstractUser, comment: str = "") -> CaseStudy:
    """Hand a draft to the reviewers. Raises ValidationError unless it is a draft."""
    _lock(study, [Status.DRAFT], Status.IN_REVIEW)
    study.returned_because = ""
    return _move(study, user, Status.IN_REVIEW, "submitted", comment)


@transaction.atomic
def send_back(study: CaseStudy, user: AbstractUser, comment: str = "") -> CaseStudy:
    """Return a study under review to its author. Raises ValidationError without a comment that says why."""
    _lock(study, [Status.IN_REVIEW], Status.DRAFT)
    if not comment.strip():
        raise ValidationError(gettext("Say why you send it back: the author reads it."))
    study.returned_because = comment.strip()
    return _move(study, user, Status.DRAFT, "returned", comment)


@transaction.atomic
def publish(study: CaseStudy, user: AbstractUser, comment: str = "") -> CaseStudy:
    """Approve a study under review and show it to readers; return what they see.

    A revision takes the place of the study that it revises and is gone. Raises ValidationError unless the study is in
    review, and if `user` was the last to change its text (FOUR_EYES); Incomplete where there are obstacles.
    """
    _lock(study, [Status.IN_REVIEW], Status.PUBLISHED)
    if settings.FOUR_EYES and study.text_changed_by_id == user.pk:
        raise ValidationError(gettext("You were the last to change its text: somebody else must approve it."))
    if found := obstacles(study):
        raise Incomplete([str(obstacle) for obstacle in found])
    if study.revises_id:
        return _swap(study, user, comment)
    study.published_at = study.published_at or timezone.now()
    return _move(study, user, Status.PUBLISHED, "published", comment)


@transaction.atomic
def archive(study: CaseStudy, user: AbstractUser, comment: str = "") -> CaseStudy:
    """Withdraw a published study; nothing of it is lost. Raises ValidationError unless it is published."""
    _lock(study, [Status.PUBLISHED], Status.ARCHIVED)
    return _move(study, user, Status.ARCHIVED, "archived", comment)


@transaction.atomic
def set_aside(study: CaseStudy, user: AbstractUser, comment: str = "") -> CaseStudy:
    """Archive what readers never saw. Raises ValidationError unless it is a draft or in review."""
    _lock(study, [Status.DRAFT, Status.IN_REVIEW], Status.ARCHIVED)
    return _move(study, user, Status.ARCHIVED, "archived", comment)


@transaction.atomic
def reopen(study: CaseStudy, user: AbstractUser, comment: str = "") -> CaseStudy:
    """Take an archived study up again as a draft. Raises ValidationError unless it is archived."""
    _lock(study, [Status.ARCHIVED], Status.DRAFT)
    return _move(study, user, Status.DRAFT, "taken-up", comment)


@transaction.atomic
def revise(study: CaseStudy, user: AbstractUser, comment: str = "") -> CaseStudy:
    """Begin a revision of a published study and return it: a draft with its content, which readers do not see.

    Where there is a revision already, it is returned as it is. Raises ValidationError unless the study is published.
    """
    _lock(study, [Status.PUBLISHED], Status.DRAFT)
    if revision := CaseStudy.objects.filter(revises=study).first():
        return revision
    revision = CaseStudy(slug=address_of_revision(study), revises=study, created_by=user)
    _copy_content(study, revision)
    revision.updated_by = user
    revision.save(update_fields=["updated_by"])
    history.note(revision, by=user, action="revision-begun", reason=comment)
    return revision


def address_of_revision(study: CaseStudy) -> str:
    """Return the address that the revision of a study has in the admin."""
    address = f"{REVISION_PREFIX}{study.slug}"
    fits = len(address) <= CaseStudy._meta.get_field("slug").max_length
    return address if fits else f"{REVISION_PREFIX}{study.pk}"


def _copy_content(source: CaseStudy, target: CaseStudy) -> None:
    """Give `target` everything that `source` says, is linked to and rests on, and save it."""
    record = case_record(CaseStudy.objects.in_full().get(pk=source.pk))
    target.original_language = source.original_language
    CASE.write(Lookups(), target, Incoming(target.slug, record, Located(None, "", 0), 0))
    translations.carry(source, target)


def _swap(revision: CaseStudy, user: AbstractUser, comment: str) -> CaseStudy:
    """Put a revision in the place of the published study that it revises; return that study."""
    study = _lock(CaseStudy(pk=revision.revises_id), [Status.PUBLISHED], Status.PUBLISHED)
    _copy_content(revision, study)
    study.text_changed_by = revision.text_changed_by
    revision.delete()
    return _move(study, user, Status.PUBLISHED, "revision-approved", comment)


def _lock(study: CaseStudy, allowed_from: list[Status], wanted: Status) -> CaseStudy:
    """Read the study anew and keep others from moving it. Raises ValidationError unless its status is allowed."""
    study.refresh_from_db(from_queryset=CaseStudy.objects.select_for_update(of=("self",)))
    if study.status not in allowed_from:
        raise ValidationError(
            gettext("It is “%(status)s”, and cannot become “%(wanted)s”.")
            % {"status": study.get_status_display(), "wanted": wanted.label}
        )
    history.begin(study)
    return study


def _move(study: CaseStudy, user: AbstractUser, status: Status, action: str, comment: str) -> CaseStudy:
    """Give the study its new status, and write what happened into its history."""
    study.status = status
    study.updated_by = user
    study.save(
        update_fields=["status", "updated_by", "text_changed_by", "returned_because", "updated_at", "published_at"]
    )
    versions.keep([study.pk])
    search_index.refresh([study.pk])
    history.note(study, by=user, action=action, reason=comment)
    return study
