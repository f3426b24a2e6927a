"""Writing translations, and saying which source text they follow.

What a published study says to readers changes through its revision only; which text a translation follows and who
reviewed it are not part of the text, and are noted in place.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import or_

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext

from casestudies import history
from casestudies.models import CaseStudy, Outcome, TranslatedIndicator, TranslatedText
from casestudies.models.translated_text import digest

from .states import INDICATOR, LANGUAGES, READ, TextState, places, states, target_languages, written
from .transfer import indicators_in, recorded

Texts = Mapping[tuple[Model, str, str], TextState]
# What is noted of a translation that no outcome has any more need not be taken along.
_OF_AN_OUTCOME = Exists(
    Outcome.objects.filter(
        reduce(or_, (Q(**{f"{INDICATOR}_{code}": OuterRef("target_text")}) for code in LANGUAGES)),
        case_study=OuterRef("case_study"),
    )
)


def workplace(study: CaseStudy) -> CaseStudy:
    """Return where the study's texts are written: its revision where it has one, or the study itself."""
    return CaseStudy.objects.filter(revises=study).first() or study


@transaction.atomic
def write(
    study: CaseStudy,
    language: str,
    texts: Mapping[str, str],
    user: AbstractUser,
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
        field: texts[field]
        for field, (record, column) in places(place).items()
        if field in texts and digest(texts[field]) != digest(written(record, column, language))
    }
    if changed and place.status == CaseStudy.Status.IN_REVIEW:
        raise ValidationError(gettext("It is in review: its texts can be changed once it is sent back or approved."))
    if changed and place.is_published:
        place = _revise(place, user)
    before = present(place)
    history.begin(place)
    if changed:
        _save(place, language, changed, user)
    settle(place, before, {language: follows}, user, {language: made_from or {}})
    if changed:
        history.note(place, by=user, action="translated")
    else:
        history.note_change(place, by=user)
    return place


def _save(study: CaseStudy, language: str, texts: Mapping[str, str], user: AbstractUser) -> None:
    """Save texts by field: those of outcomes before the study, whose last change then is still the one before."""
    found, columns = places(study), []
    for field, text in texts.items():
        record, column = found[field]
        setattr(record, f"{column}_{language}", text)
        if record is study:
            columns.append(f"{column}_{language}")
        else:
            record.save(update_fields=[f"{column}_{language}"])
    study.updated_by = study.text_changed_by = user
    study.save(update_fields=[*columns, "updated_by", "text_changed_by", "updated_at"])


def present(study: CaseStudy) -> Texts:
    """Return the study's translations as the database holds them, to be settled after a change."""
    list(TranslatedText.objects.filter(case_study=study).select_for_update().order_by("pk"))
    held = CaseStudy.objects.prefetch_related(*READ).get(pk=study.pk)
    found = [text for language in target_languages(held) for text in states(held, language)]
    return {(text.record, text.column, text.language): text for text in found}


def settle(
    study: CaseStudy,
    before: Texts,
    follows: Mapping[str, Collection[str]],
    user: AbstractUser,
    made_from: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """After a change by hand, say which source text each translation follows, given those that were `present` before.

    One that was outdated follows what it followed, even if changed, unless `follows`, by language, names its field. Any
    other that changed follows the source of today, or the one that `made_from` gives, by language and field.
    """
    for key, text in present(study).items():
        was = before.get(key)
        source = (made_from or {}).get(text.language, {}).get(text.field)
        was_outdated = was is not None and was.is_outdated
        changed = was is not None and digest(was.target) != digest(text.target)
        if not text.target or not (text.source or was_outdated):
            continue
        if source is not None:
            made_at, since = _when(study, text, source, was)
            _note(study, text, source, made_at=made_at, made_by=user, since=since)
        elif was_outdated and text.field not in follows.get(text.language, ()):
            if changed:
                kept = {"made_at": was.row.made_at, "made_by": was.row.made_by, "since": was.row.source_changed_at}
                _note(study, text, was.row.source_text, **kept)
        elif changed or (text.is_outdated and (was is None or was_outdated)):
            _note(study, text, text.source, made_by=user)


@transaction.atomic
def approve(study: CaseStudy, language: str, user: AbstractUser) -> list[TextState]:
    """Note that a person reviewed the study's translations that follow the source; return those that were not yet."""
    approved = [text for text in states(study, language) if text.needs_review and not text.is_outdated]
    if approved:
        history.begin(study)
    for text in approved:
        if text.row:
            text.row.reviewed_at, text.row.reviewed_by = timezone.now(), user
            text.row.save()
        else:
            _note(study, text, text.source, made_at=study.updated_at, reviewed_by=user)
    if approved:
        history.note(study, by=user, action="approved")
    return approved


def carry(from_study: CaseStudy, to_study: CaseStudy) -> None:
    """Take along which source texts the translations follow, and their reviews, to a study with the same texts.

    To be called where a revision is begun, and where an approved one replaces the texts of what it revises.
    """
    carry_many([(from_study, to_study)])


def carry_many(pairs: Iterable[tuple[CaseStudy, CaseStudy]]) -> None:
    """Do for many studies, each with the one that has the same texts, what `carry` does for one."""
    target_of = {from_study.pk: to_study for from_study, to_study in pairs}
    for model, worth_it in ((TranslatedText, Q()), (TranslatedIndicator, _OF_AN_OUTCOME)):
        model.objects.filter(case_study__in=target_of.values()).delete()
        rows = list(model.objects.filter(worth_it, case_study__in=target_of))
        for row in rows:
            row.pk, row.case_study = None, target_of[row.case_study_id]
        model.objects.bulk_create(rows)


def _when(
    study: CaseStudy, text: TextState, source: str, was: TextState | None
) -> tuple[datetime | None, datetime | None]:
    """Return the last moment at which a text of the original was `source`, and since when it is another.

    An agency delivers weeks after it got a text. What is noted of the translation before knows the moment, or the
    history does; it does not say which indicator was which, so that any with this text is meant. What never was this
    study's text has no moment.
    """
    if was and was.row and digest(was.row.source_text) == digest(source):
        return was.row.made_at, was.row.source_changed_at
    since = None
    for at, record in history.life(study.revises or study).exclude(record={}).values_list("at", "record"):
        fields = (text.column == INDICATOR and indicators_in(record)) or [text.field]
        if digest(source) in {digest(recorded(record, field, text.source_language)) for field in fields}:
            return at, since
        since = at
    return None, None


def _note(
    study: CaseStudy,
    text: TextState,
    source: str,
    *,
    made_at: datetime | None = None,
    made_by: AbstractUser | None = None,
    reviewed_by: AbstractUser | None = None,
    since: datetime | None = None,
) -> None:
    """Say that a translation was made from this source text; `since` says since when that is another one, if it is."""
    source = source[: text.max_length]  # as a file has it, it may be longer than any that was ever here
    said = {
        "made_at": made_at or timezone.now(),
        "made_by": made_by,
        "reviewed_at": timezone.now() if reviewed_by else None,
        "reviewed_by": reviewed_by,
    }
    which = {"case_study": study, "language": text.language}
    if text.column == INDICATOR:
        which |= {"source_text": source, "target_text": text.target}
        TranslatedIndicator.objects.update_or_create(**which, defaults=said)
        return
    is_outdated = digest(source) != digest(text.source)
    said |= {
        "source_text": source,
        "source_digest": digest(source),
        "source_digest_today": digest(text.source),
        "source_changed_at": (since or study.updated_at) if is_outdated else None,
        "target_digest": digest(text.target),
    }
    TranslatedText.objects.update_or_create(**which, field=text.field, defaults=said)


def _revise(study: CaseStudy, user: AbstractUser) -> CaseStudy:
    """Begin a revision of a published study."""
    from casestudies.editorial import revise

    return revise(study, user)
