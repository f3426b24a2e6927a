"""The first page of the desk: what waits for whom, and where the collection is thin."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext

from . import access, facets, fruitless_questions, link_checks, translations
from .collection_kinds import CASE
from .models import CaseStudy, Chapter, Country, HistoryEntry, Provision, Theme
from .proposals.records import waiting as waiting_proposals

ROWS = 8
"""How many rows a section shows; its link leads to all."""
FEW = 2
"""At most so many studies, and a part of the collection is thin."""

WRITING = ("created", "changed", "imported", "restored", "revision-begun")
"""What makes somebody an author of a study, in its history."""

Status = CaseStudy.Status


@dataclass(frozen=True)
class Row:
    """One thing that waits: what it is, where to go, and a word about it."""

    label: str
    address: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A list of what waits; `number` counts all of it, `rows` are the first."""

    title: str
    number: int
    rows: list[Row]
    address: str = ""


@dataclass(frozen=True)
class ThinPart:
    """A vocabulary, and its values that have no study or few."""

    title: str
    none: list[Row] = field(default_factory=list)
    few: list[Row] = field(default_factory=list)


def sections(user: AbstractUser) -> list[Section]:
    """Return what waits for the user: a section for each part of the work that is theirs, even where nothing waits."""
    made = [make(user) for make in SECTIONS]
    return [section for section in made if section] + awaiting_translation(user)


def awaiting_review(user: AbstractUser) -> Section | None:
    """Return what the user may approve: what is in review and was last changed by somebody else, oldest first."""
    if not access.may(user, "publish_casestudy"):
        return None
    studies = CaseStudy.objects.filter(status=Status.IN_REVIEW).exclude(text_changed_by=user)
    return _of_studies(gettext("Awaiting my review"), studies.order_by("updated_at", "pk"), status__exact="in-review")


def sent_back(user: AbstractUser) -> Section | None:
    """Return what was sent back to the user, oldest first."""
    if not access.may(user, "submit_casestudy"):
        return None
    studies = _own(user).filter(status=Status.DRAFT).exclude(returned_because="")
    return _of_studies(gettext("Sent back to me"), studies.order_by("updated_at", "pk"))


def drafts(user: AbstractUser) -> Section | None:
    """Return the drafts that the user is at work on, the last touched first."""
    if not access.may(user, "submit_casestudy"):
        return None
    studies = _own(user).filter(status=Status.DRAFT, returned_because="")
    return _of_studies(gettext("My drafts"), studies.order_by("-updated_at", "pk"), status__exact="draft")


def translated(user: AbstractUser) -> Section | None:
    """Return the drafts that translators wrote into and no editor took up: translators do not submit, longest first."""
    if not (access.may(user, "submit_casestudy") and access.may(user, "change_casestudy")):
        return None
    by_kind = HistoryEntry.objects.filter(kind=CASE.name)
    written = by_kind.filter(action__in=("created", "changed", "imported", "restored")).values("object_id")
    studies = CaseStudy.objects.filter(
        pk__in=by_kind.filter(action="translated").values("object_id"), status=Status.DRAFT, revises__isnull=False
    ).exclude(pk__in=written)
    return _of_studies(gettext("Translated, to be submitted"), studies.order_by("updated_at", "pk"))


def proposed(user: AbstractUser) -> Section | None:
    """Return the proposals of the public that nobody has decided, oldest first."""
    if not access.may(user, "view_proposal"):
        return None
    waiting = waiting_proposals()
    rows = [
        Row(str(proposal.case_study), change_address(proposal.case_study), date_format(proposal.received_at))
        for proposal in waiting.select_related("case_study")[:ROWS]
    ]
    return Section(gettext("Proposals"), waiting.count(), rows, _list_of("proposal"))


def awaiting_translation(user: AbstractUser) -> list[Section]:
    """Return what awaits translation into each language that the user writes, what waits longest first."""
    queue = reverse("admin:casestudies_translations_queue")
    found = []
    for language, name in settings.LANGUAGES:
        if access.may(user, f"translate_{language}"):
            waiting = translations.waiting(language)
            rows = [
                Row(
                    str(study),
                    reverse("admin:casestudies_translations_translate", args=[study.pk, language]),
                    date_format(study.waiting_since),
                )
                for study in waiting[:ROWS]
            ]
            title = gettext("Awaiting translation: %(language)s") % {"language": name}
            found.append(Section(title, waiting.count(), rows, f"{queue}?{urlencode({'language': language})}"))
    return found


def dead_links(user: AbstractUser) -> Section | None:
    """Return the addresses that are dead, with how many sources lean on each."""
    if not access.may(user, "view_linkcheck"):
        return None
    dead = link_checks.dead_links()
    rows = [Row(check.address, change_address(check)) for check in dead[:ROWS]]
    return Section(gettext("Dead links"), dead.count(), rows, _list_of("linkcheck"))


def not_found(user: AbstractUser) -> Section | None:
    """Return what readers searched and did not find, most asked first: it says what to write next."""
    if not access.may(user, "view_fruitlessquestion"):
        return None
    questions = fruitless_questions.most_asked(ROWS)
    rows = [Row(question.question, "", str(question.count)) for question in questions]
    return Section(gettext("Searched and not found"), len(rows), rows, _list_of("fruitlessquestion"))


SECTIONS: list[Callable[[AbstractUser], Section | None]] = [
    awaiting_review,
    sent_back,
    drafts,
    translated,
    proposed,
    dead_links,
    not_found,
]


def _list_of(model: str) -> str:
    return reverse(f"admin:casestudies_{model}_changelist")


def _own(user: AbstractUser) -> QuerySet:
    """Return the studies that the user began or wrote in, whoever wrote in them afterwards."""
    written = HistoryEntry.objects.filter(by=user, kind=CASE.name, action__in=WRITING)
    own = Q(created_by=user) | Q(text_changed_by=user) | Q(pk__in=written.values("object_id"))
    return CaseStudy.objects.filter(own)


def _of_studies(title: str, studies: QuerySet, **listed: str) -> Section:
    """Return a section of studies; `listed` are the filters of the list that shows all of them."""
    rows = [
        Row(str(study), change_address(study), _by_and_when(study))
        for study in studies.select_related("updated_by")[:ROWS]
    ]
    list_address = f"{reverse('admin:casestudies_casestudy_changelist')}?{urlencode(listed)}" if listed else ""
    return Section(title, studies.count(), rows, list_address)


def _by_and_when(study: CaseStudy) -> str:
    when = date_format(study.updated_at, "DATE_FORMAT")
    return f"{when}, {study.updated_by}" if study.updated_by else when


def change_address(record: Model) -> str:
    """Return the address of the record's form in the admin."""
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


# Where the collection is thin ------------------------------------------------------------------------------------


def thin_parts() -> list[ThinPart]:
    """Return the chapters, themes, OSCE countries and provisions that have no published study or few.

    The numbers are those of the readers' filters: what a click there gives.
    """
    return [
        _thin(gettext("Chapters"), "chapter", Chapter.objects.filter(kind=Chapter.Kind.CHAPTER)),
        _thin(gettext("Themes"), "theme", Theme.objects.all()),
        _thin(gettext("OSCE countries"), "country", Country.objects.exclude(osce="")),
        _thin(gettext("Provisions"), "provision", Provision.objects.select_related("convention")),
    ]


def _thin(title: str, filter_name: str, values: QuerySet) -> ThinPart:
    sets = facets.current()
    numbered = [(sets.having(filter_name, [value.pk]).bit_count(), value) for value in values]
    part = ThinPart(title)
    for number, value in sorted(numbered, key=lambda pair: (pair[0], pair[1].pk)):
        if number <= FEW:
            (part.few if number else part.none).append(Row(str(value), change_address(value), str(number)))
    return part
