"""What an agency returned: read, previewed text by text, and applied in one transaction."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casestudies.models import CaseStudy, TranslationDelivery
from casestudies.models.translated_text import TRANSLATED_FIELDS, digest
from casestudies.versions.differences import Run, compared

from . import worksheet, xliff
from .states import READ, TextState, is_indicator, states
from .units import Unit, UnreadableFile
from .writing import write

FORMATS = {"xlf": xliff, "xlsx": worksheet}
READERS = {"xlf": xliff, "xliff": xliff, "xlsx": worksheet}
BYTES_IN_A_FILE = 20_000_000
TEXTS_IN_A_FILE = 10_000
KEPT_UNAPPLIED = timedelta(days=7)


@dataclass(frozen=True)
class Change:
    """A translation that would be written."""

    study: CaseStudy
    """The one whose texts are written: a revision, or the study itself where it has none."""
    text: TextState
    """As it is now."""
    target: str
    """As the file has it."""
    source: str
    """The source text that it was made from."""

    @property
    def source_has_changed(self) -> bool:
        """Whether the source text is no longer the one in the file: the translation is outdated at once."""
        return not _same(self.source, self.text.source)

    @property
    def runs(self) -> list[Run]:
        """What changes in the translation."""
        return compared(self.text.target, self.target)

    @property
    def source_runs(self) -> list[Run]:
        """What changed in the source text since it was sent out."""
        return compared(self.source, self.text.source)


@dataclass(frozen=True)
class Refusal:
    """A text that cannot be written, and why."""

    place: str
    study: str
    field: str
    reason: str


@dataclass
class Preview:
    """What applying a delivery would do."""

    changes: list[Change] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unchanged: int = 0
    empty: int = 0

    @property
    def fingerprint(self) -> str:
        """A digest of what would be done, to notice that it would be something else by now."""
        parts = [
            f"{change.study.pk} {change.text.field} {digest(change.text.target)} {digest(change.text.source)}"
            for change in self.changes
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Outrun(Exception):
    """The studies changed after the preview was shown."""


def receive(upload: UploadedFile, user: settings.AUTH_USER_MODEL) -> TranslationDelivery:
    """Read a file and keep what it holds until it is applied. Raises UnreadableFile."""
    reader = READERS.get(upload.name.rpartition(".")[2].lower())
    if reader is None:
        raise UnreadableFile(_("The name of the file must end in one of: %s.") % ", ".join(f".{e}" for e in READERS))
    if upload.size > BYTES_IN_A_FILE:
        raise UnreadableFile(_("The file is larger than %d MB.") % (BYTES_IN_A_FILE // 1_000_000))
    found = reader.read(upload)
    if not found.units:
        raise UnreadableFile(_("The file holds no texts."))
    if len(found.units) > TEXTS_IN_A_FILE:
        raise UnreadableFile(_("The file holds more than %d texts.") % TEXTS_IN_A_FILE)
    old = TranslationDelivery.objects.filter(applied_at=None, uploaded_at__lt=timezone.now() - KEPT_UNAPPLIED)
    old.delete()
    return TranslationDelivery.objects.create(
        name=upload.name[-200:], language=found.language, units=[asdict(unit) for unit in found.units], uploaded_by=user
    )


def preview(delivery: TranslationDelivery, studies: QuerySet[CaseStudy]) -> Preview:
    """Say what applying would do to these studies, those that the curator may see."""
    found = Preview()
    units = [Unit(**unit) for unit in delivery.units]
    known = dict(_texts(delivery.language, {unit.study for unit in units}, studies))
    matched = _matched(units, {slug: texts for slug, (_study, texts) in known.items()})
    seen = set()
    for unit in units:
        study, text = known[unit.study][0] if unit.study in known else None, matched.get(unit)
        reason = _refused(unit, study, text, delivery.language, text is None and (unit.study, unit.field) in seen)
        seen.add((unit.study, unit.field))
        if reason:
            found.refusals.append(Refusal(unit.place, unit.study, unit.field, reason))
        elif not unit.target:
            found.empty += 1
        elif _same(unit.target, text.target):
            found.unchanged += 1
        else:
            found.changes.append(Change(study, text, unit.target, unit.source))
    return found


def _matched(units: list[Unit], known: dict[str, dict[str, TextState]]) -> dict[Unit, TextState]:
    """Return the text that each unit is about, given those of each study by its slug and their field; each text once.

    Indicators may have other numbers by now. So one with the unit's source text is meant; where there is none, that
    with its number, if no other unit is about it.
    """
    found: dict[Unit, TextState] = {}
    taken: set[tuple[str, str]] = set()
    for by_name, by_source in ((True, True), (False, True), (True, False)):
        for unit in units:
            for text in known.get(unit.study, {}).values() if unit not in found else ():
                both = is_indicator(unit.field) and is_indicator(text.field)
                named = text.field == unit.field or (both and not by_name)
                fits = named and (_same(text.source, unit.source) or not by_source)
                if fits and (unit.study, text.field) not in taken:
                    found[unit] = text
                    taken.add((unit.study, text.field))
                    break
    return found


def _texts(
    language: str, slugs: set[str], studies: QuerySet[CaseStudy]
) -> Iterator[tuple[str, tuple[CaseStudy, dict[str, TextState]]]]:
    """Yield, by slug, each study whose texts are written, with their states by field."""
    found = list(studies.filter(slug__in=slugs).prefetch_related(*READ))
    revisions = CaseStudy.objects.filter(revises__in=[study.pk for study in found]).prefetch_related(*READ)
    revision_of = {revision.revises_id: revision for revision in revisions}
    for study in found:
        place = revision_of.get(study.pk, study)
        yield study.slug, (place, {text.field: text for text in states(place, language)})


def _refused(unit: Unit, study: CaseStudy | None, text: TextState | None, language: str, is_repeated: bool) -> str:
    """Return why a text cannot be written, "" where it can."""
    if study is None:
        return _("There is no such study.")
    if unit.field not in TRANSLATED_FIELDS and not is_indicator(unit.field):
        return _("There is no such field; allowed: %s.") % ", ".join((*TRANSLATED_FIELDS, "indicator-1", "…"))
    if is_repeated:
        return _("It stands twice in the file.")
    if study.original_language == language:
        return _("The study was written in this language; it is no translation.")
    if text is None or not text.source:
        return _("The study has no such text to translate.")
    if study.status == CaseStudy.Status.IN_REVIEW:
        return _("It is in review: its texts can be changed once it is sent back or approved.")
    if text.max_length and len(unit.target) > text.max_length:
        return _("It has %(length)d characters; %(longest)d are allowed.") % {
            "length": len(unit.target),
            "longest": text.max_length,
        }
    return ""


@transaction.atomic
def apply(
    delivery: TranslationDelivery, studies: QuerySet[CaseStudy], fingerprint: str, user: settings.AUTH_USER_MODEL
) -> list[CaseStudy]:
    """Write what the preview with this fingerprint showed, as not reviewed; return the studies written.

    Raises Outrun, and changes nothing, where it would be something else by now.
    """
    delivery = TranslationDelivery.objects.select_for_update().get(pk=delivery.pk)
    touched = {change.study.pk for change in preview(delivery, studies).changes}
    list(CaseStudy.objects.select_for_update().filter(pk__in=touched).order_by("pk"))
    found = preview(delivery, studies)
    if delivery.applied_at or found.fingerprint != fingerprint:
        raise Outrun
    by_study: dict[CaseStudy, list[Change]] = defaultdict(list)
    for change in found.changes:
        by_study[change.study].append(change)
    written = []
    for study, changes in by_study.items():
        texts = {change.text.field: change.target for change in changes}
        made_from = {change.text.field: change.source for change in changes if change.source_has_changed}
        try:
            written.append(write(study, delivery.language, texts, user, follows=texts, made_from=made_from))
        except ValidationError as error:
            raise ValidationError([f"{study}: {message}" for message in error.messages]) from error
    delivery.applied_at = timezone.now()
    delivery.save(update_fields=["applied_at"])
    return written


def _same(one: str, other: str) -> bool:
    """Say whether two texts are the same but for blanks, which tools join and split."""
    return one.split() == other.split()
