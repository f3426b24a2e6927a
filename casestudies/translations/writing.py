"""Writing translations, and saying which source text they follow.

What a published study says to readers changes through its revision only; which text a translation follows and who
reviewed it are not part of the text, and are noted in place.
"""

from collections.abc import Collection, Mapping

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from casestudies import history
from casestudies.models import CaseStudy, TranslatedText
from casestudies.models.translated_text import digest

from .states import TextState, states

Outdated = Mapping[tuple[str, str], TranslatedText]


def workplace(study: CaseStudy) -> CaseStudy:
    """Return where the study's texts are written: its revision where it has one, or the study itself."""
    return CaseStudy.objects.filter(revises=study).first() or study


@transaction.atomic
def write(
    study: CaseStudy,
    language: str,
    texts: Mapping[str, str],
    user: settings.AUTH_USER_MODEL,
    *,
    follows: Collection[str] = (),
    made_from: Mapping[str, str] | None = None,
) -> CaseStudy:
    """Write translations by field, and return the study that holds them: a revision, where readers see the study.

    A translation that was outdated stays so, even if changed, unless `follows` names it: a corrected misprint does not
    make it follow the source. `made_from` gives by field the source text it was made from, where that is not today's.
    Raises ValidationError where the study is in review: a reviewer's text must not change under their eyes.
    """
    place = workplace(study)
    changed = {
        field: text
        for field, text in texts.items()
        if digest(text) != digest(getattr(place, f"{field}_{language}") or "")
    }
    if changed and place.status == CaseStudy.Status.IN_REVIEW:
        raise ValidationError(gettext("It is in review: its texts can be changed once it is sent back or approved."))
    if changed and place.is_published:
        place = _revise(place, user)
    before = outdated(place)
    if changed:
        history.begin(place)
        for field, text in changed.items():
            setattr(place, f"{field}_{language}", text)
        place.updated_by = place.text_changed_by = user
        columns = [f"{field}_{language}" for field in changed]
        place.save(update_fields=[*columns, "updated_by", "text_changed_by", "updated_at"])
        history.note(place, by=user, action="translated")
    settle(place, before, {language: follows}, user)
    for field, source in (made_from or {}).items():
        _note(place, language, field, source, made_by=user)
    return place


def outdated(study: CaseStudy) -> Outdated:
    """Return the rows of the study's outdated translations, by language and field, as they are before a change."""
    rows = TranslatedText.objects.filter(case_study=study).select_for_update()
    return {(row.language, row.field): row for row in rows if row.source_digest != row.source_digest_today}


def settle(
    study: CaseStudy, before: Outdated, follows: Mapping[str, Collection[str]], user: settings.AUTH_USER_MODEL
) -> None:
    """After a change by hand, say of what was outdated `before` whether it now follows the source.

    It does where `follows`, by language, names its field; else a changed translation follows what it followed before.
    """
    now = {(row.language, row.field): row for row in TranslatedText.objects.filter(case_study=study)}
    for (language, field), row in before.items():
        current = now.get((language, field))
        if current is None:
            continue
        if field in follows.get(language, ()):
            _note(study, language, field, getattr(study, f"{field}_{study.original_language}"), made_by=user)
        elif current.target_digest != row.target_digest:
            row.target_digest = current.target_digest
            row.source_digest_today = current.source_digest_today
            row.reviewed_at = row.reviewed_by = None
            row.save()


@transaction.atomic
def approve(study: CaseStudy, language: str, user: settings.AUTH_USER_MODEL) -> list[TextState]:
    """Note that a person reviewed the study's translations that follow the source; return those that were not yet."""
    approved = [text for text in states(study, language) if text.needs_review and not text.is_outdated]
    for text in approved:
        if text.row:
            text.row.reviewed_at, text.row.reviewed_by = timezone.now(), user
            text.row.target_digest = digest(text.target)
            text.row.save()
        else:
            _note(study, language, text.field, text.source, made_at=study.updated_at, reviewed_by=user)
    return approved


def carry(from_study: CaseStudy, to_study: CaseStudy) -> None:
    """Take along which source texts the translations follow, and their reviews, to a study with the same texts.

    To be called where a revision is begun, and where an approved one replaces the texts of what it revises.
    """
    TranslatedText.objects.filter(case_study=to_study).delete()
    rows = list(TranslatedText.objects.filter(case_study=from_study))
    for row in rows:
        row.pk, row.case_study = None, to_study
    TranslatedText.objects.bulk_create(rows)


def _note(study: CaseStudy, language: str, field: str, source: str, *, made_at=None, made_by=None, reviewed_by=None):
    """Say that a translation was made from this source text."""
    today = getattr(study, f"{field}_{study.original_language}") or ""
    is_outdated = digest(source) != digest(today)
    TranslatedText.objects.update_or_create(
        case_study=study,
        language=language,
        field=field,
        defaults={
            "source_text": source,
            "source_digest": digest(source),
            "source_digest_today": digest(today),
            "source_changed_at": study.updated_at if is_outdated else None,
            "target_digest": digest(getattr(study, f"{field}_{language}") or ""),
            "made_at": made_at or timezone.now(),
            "made_by": made_by,
            "reviewed_at": timezone.now() if reviewed_by else None,
            "reviewed_by": reviewed_by,
        },
    )


def _revise(study: CaseStudy, user: settings.AUTH_USER_MODEL) -> CaseStudy:
    """Begin a revision of a published study."""
    from casestudies.editorial import revise

    return revise(study, user)
