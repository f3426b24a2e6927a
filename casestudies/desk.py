"""The first page of the desk: what waits for whom, and where the collection is thin."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

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
class StudyList:
    """A list of studies that wait for those who have all these permissions."""

    title: str
    permissions: tuple[str, ...]
    studies: Callable[[AbstractUser], QuerySet]

    def is_for(self, user: AbstractUser) -> bool:
        """Say whether these studies are part of the user's work."""
        return all(access.may(user, permission) for permission in self.permissions)


@dataclass(frozen=True)
class ThinPart:
    """A vocabulary, and its values that have no study or few."""

    title: str
    none: list[Row] = field(default_factory=list)
    few: list[Row] = field(default_factory=list)


def sections(user: AbstractUser) -> list[Section]:
    """Return what waits for the user: a section for each part of the work that is theirs, even where nothing waits."""
    made = [make(user) for make in SECTIONS]
    of_studies = [_of_studies(name, listed, user) for name, listed in study_lists(user).items()]
    return of_studies + [section for section in made if section] + awaiting_translation(user)


def study_lists(user: AbstractUser) -> dict[str, StudyList]:
    """Return the lists of studies that are part of the user's work, by their names in addresses."""
    return {name: listed for name, listed in STUDY_LISTS.items() if listed.is_for(user)}


def _awaiting_review(user: AbstractUser) -> QuerySet:
    """Return what the user may approve: what is in review and was last changed by somebody else, oldest first."""
    studies = CaseStudy.objects.filter(status=Status.IN_REVIEW).exclude(text_changed_by=user)
    return studies.order_by("updated_at", "pk")


def _sent_back(user: AbstractUser) -> QuerySet:
    """Return what was sent back to the user, oldest first."""
    return _own(user).filter(status=Status.DRAFT).exclude(returned_because="").order_by("updated_at", "pk")


def _drafts(user: AbstractUser) -> QuerySet:
    """Return the drafts that the user is at work on, the last touched first."""
    return _own(user).filter(status=Status.DRAFT, returned_because="").order_by("-updated_at", "pk")


def _translated(user: AbstractUser) -> QuerySet:
    """Return the drafts that translators wrote into and no editor took up: translators do not submit, longest first."""
    by_kind = HistoryEntry.objects.filter(kind=CASE.name)
    written = by_kind.filter(action__in=("created", "changed", "imported", "restored")).values("object_id")
    studies = CaseStudy.objects.filter(
        pk__in=by_kind.filter(action="translated").values("object_id"), status=Status.DRAFT, revises__isnull=False
    )
    return studies.exclude(pk__in=written).order_by("updated_at", "pk")


STUDY_LISTS = {
    "review": StudyList(_("Awaiting my review"), ("publish_casestudy",), _awaiting_review),
    "sent-back": StudyList(_("Sent back to me"), ("submit_casestudy",), _sent_back),
    "drafts": StudyList(_("My drafts"), ("submit_casestudy",), _drafts),
    "translated": StudyList(_("Translated, to be submitted"), ("submit_casestudy", "change_casestudy"), _translated),
}


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
    """Return the addresses that are dead, with how many studies lean on each."""
    if not access.may(user, "view_linkcheck"):
        return None
    dead = link_checks.dead_links()
    rows = [
        Row(
            check.address,
            change_address(check),
            ngettext("%(count)d study", "%(count)d studies", check.leaning) % {"count": check.leaning},
        )
        for check in dead[:ROWS]
    ]
    return Section(gettext("Dead links"), dead.count(), rows, _list_of("linkcheck"))


def not_found(user: AbstractUser) -> Section | None:
    """Return what readers searched and did not find, most asked first: it says what to write next."""
    if not access.may(user, "view_fruitlessquestion"):
        return None
    questions = fruitless_questions.most_asked(ROWS)
    rows = [Row(question.question, "", str(question.count)) for question in questions]
    return Section(
        gettext("Searched and not found"), fruitless_questions.shown().count(), rows, _list_of("fruitlessquestion")
    )


SECTIONS: list[Callable[[AbstractUser], Section | None]] = [
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


def _of_studies(name: str, listed: StudyList, user: AbstractUser) -> Section:
    """Return a section of studies; its link leads to the list of studies, filtered to all of these."""
    studies = listed.studies(user)
    rows = [
        Row(str(study), change_address(study), _by_and_when(study))
        for study in studies.select_related("updated_by")[:ROWS]
    ]
    return Section(str(listed.title), studies.count(), rows, f"{_list_of('casestudy')}?{urlencode({'desk': name})}")


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
