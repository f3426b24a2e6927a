"""What becomes of a proposal: received, declined, and forgotten who it came from."""

import logging
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import get_random_string
from django.utils.translation import gettext

from casestudies import editorial, history
from casestudies.models import CaseCountry, CaseStudy, Chapter, Country, Proposal, Source
from casestudies.models.case import TEXT_FIELDS

from .forms import ProposalForm

logger = logging.getLogger(__name__)
SLUG_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# Where a study stands until somebody chooses, if its proposer did not.
FIRST_CHAPTER = 1


@transaction.atomic
def receive(form: ProposalForm, sources: list[dict], language: str, site: str) -> Proposal:
    """Keep a valid form as a draft with its sources, and who sent it; tell the editors once that is safe."""
    given = form.cleaned_data
    study = CaseStudy.objects.create(
        slug=f"proposal-{get_random_string(8, SLUG_LETTERS)}",
        original_language=language,
        chapter=Chapter.objects.get(kind=Chapter.Kind.CHAPTER, number=given["chapter"] or FIRST_CHAPTER),
        **{f"{field}_{language}": given[field] for field in (*TEXT_FIELDS, "region_scope")},
    )
    countries = Country.objects.in_bulk(form.countries, field_name="alpha2")
    CaseCountry.objects.bulk_create(
        CaseCountry(case_study=study, country=countries[code], position=position)
        for position, code in enumerate(form.countries)
    )
    Source.objects.bulk_create(
        Source(case_study=study, position=position, **source) for position, source in enumerate(sources)
    )
    now = timezone.now()
    proposal = Proposal.objects.create(
        case_study=study,
        **{field: given[field] for field in ("name", "institution", "email", "note")},
        language=language,
        chapter_chosen=bool(given["chapter"]),
        consented_at=now,
        received_at=now,
    )
    history.note(study, by=None, action="proposed")
    address = site + reverse("admin:casestudies_casestudy_change", args=[study.pk])
    transaction.on_commit(partial(_tell_editors, proposal.institution, address))
    return proposal


def _tell_editors(institution: str, address: str) -> None:
    """Send a notice that names no person; whoever proposed has done their part, whether or not it arrives."""
    if not settings.PROPOSALS_NOTIFY:
        return
    with translation.override(settings.LANGUAGE_CODE):
        subject = gettext("A case study was proposed")
        text = gettext(
            "Somebody from %(institution)s proposed a case study. The draft and who to answer:\n\n%(address)s\n"
        )
    try:
        send_mail(subject, text % {"institution": institution, "address": address}, None, settings.PROPOSALS_NOTIFY)
    except Exception:
        logger.exception("The notice of a proposal could not be sent.")


@transaction.atomic
def decline(proposal: Proposal, user: settings.AUTH_USER_MODEL, reason: str) -> None:
    """Set a proposal's draft aside, with the reason. Nothing of it is lost. Raises ValidationError if decided."""
    study = CaseStudy.objects.select_for_update().get(pk=proposal.case_study_id)
    proposal.refresh_from_db()
    if study.published_at or study.status not in (CaseStudy.Status.DRAFT, CaseStudy.Status.IN_REVIEW):
        raise ValidationError(gettext("This proposal was decided already."))
    editorial.set_aside(study, user, reason)
    proposal.declined_at, proposal.declined_by, proposal.declined_because = timezone.now(), user, reason
    proposal.save(update_fields=["declined_at", "declined_by", "declined_because"])


def waiting() -> QuerySet[Proposal]:
    """Return the proposals that nobody has decided or that were taken up again, the oldest first."""
    unpublished = Proposal.objects.filter(case_study__published_at=None)
    return unpublished.exclude(case_study__status=CaseStudy.Status.ARCHIVED).order_by("received_at", "pk")


def forget(proposals: QuerySet[Proposal]) -> int:
    """Delete who made these proposals; return of how many. The studies stay as they are."""
    return proposals.filter(personal_data_deleted_at=None).update(
        name="", institution="", email="", note="", personal_data_deleted_at=timezone.now()
    )


def forget_on_schedule() -> int:
    """Delete who made the proposals whose time is over, as the privacy page says; return of how many."""
    now = timezone.now()
    long_ago = now - timedelta(days=settings.PROPOSAL_DAYS_KEPT)
    decided_long_ago = now - timedelta(days=settings.PROPOSAL_DAYS_KEPT_AFTER_DECISION)
    return forget(
        Proposal.objects.filter(
            Q(received_at__lte=long_ago)
            | Q(declined_at__lte=decided_long_ago)
            | Q(case_study__published_at__lte=decided_long_ago)
        )
    )
