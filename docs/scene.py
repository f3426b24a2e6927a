"""What the pictures of the curators' guide show: the starter collection on an ordinary working day.

Nothing is said of a real practice that the collection does not say: studies are taken from it as they are, or with
words of the same meaning. People, comments and the addresses at example.org are made up.
"""

from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.models import User

from casestudies import editorial, link_checks, translations
from casestudies.link_asking import Answer
from casestudies.models import CaseStudy, FruitlessQuestion, Proposal, Source
from docs.pictures import DRAFT, IN_REVIEW, OUTDATED, PROPOSAL, PROPOSED, SENT_BACK

CITED_BY_THE_DRAFT = {
    "https://example.org/withdrawn-report": Answer(404),
    "https://example.org/annual-report": Answer(200, final_address="https://example.org/report/", moved=True),
}
REWORDED = [("a small and cheap first", "a first, small and cheap"), ("Begin at one", "Start at one")]
ASKED = [("hydrogen", "en", 9), ("drone", "en", 6), ("беспилотник", "ru", 4)]
WORDS = {
    "en": {
        "submitted": "Shorter lessons; the figures are as they were.",
        "sent_back": "Please say who published the figure for passengers, and in which year.",
        "revised": "The lesson was hard to read.",
        "source": "Report on customs co-operation (an example)",
        "name": "A. Proposer",
        "institution": "An institute (an example)",
        "note": "A second report is available on request.",
    },
    "ru": {
        "submitted": "Уроки изложены короче; цифры прежние.",
        "sent_back": "Укажите, пожалуйста, кто и в каком году опубликовал данные о пассажирах.",
        "revised": "Урок было трудно читать.",
        "source": "Доклад о таможенном сотрудничестве (образец)",
        "name": "А. Автор",
        "institution": "Институт (образец)",
        "note": "Второй доклад могу прислать по запросу.",
    },
}


def prepare(language: str) -> None:
    """Bring the collection into the state that the pictures show, with comments in this language."""
    words = WORDS[language]
    editor, reviewer = (User.objects.get(username=name) for name in ("editor", "reviewer"))
    _unfinished_draft(editor, words)
    revision = _revised(IN_REVIEW, editor, "lessons", "Plan the measurement at the start", "Measure before you build")
    editorial.submit(revision, editor, words["submitted"])
    revision = _revised(SENT_BACK, editor, "summary", "showing how unevenly", "which shows how unevenly")
    editorial.submit(revision, editor)
    editorial.send_back(revision, reviewer, words["sent_back"])
    for old, new in (
        ("a small and cheap first", "a first, small and cheap"),
        ("Begin at one crossing", "Start at one crossing"),
    ):
        revision = _revised(OUTDATED, editor, "lessons", old, new)
        editorial.submit(revision, editor)
        editorial.publish(revision, reviewer, words["revised"])
    _proposal(language, words)
    for question, asked_in, count in ASKED:
        FruitlessQuestion.objects.create(
            question=question, language=asked_in, count=count, first_asked=date(2026, 1, 12), last_asked=date.today()
        )


def _unfinished_draft(editor: User, words: dict) -> None:
    study = CaseStudy.objects.get(slug=DRAFT)
    fields = {"lessons_en": "", "lessons_ru": "", "results_ru": ""}
    _as_draft(study, created_by=editor, text_changed_by=editor, updated_by=editor, **fields)
    study.theme_links.all().delete()
    study.sources.all().delete()
    for position, (address, answer) in enumerate(CITED_BY_THE_DRAFT.items()):
        named = {"title": words["source"], "publisher": words["institution"]}
        Source.objects.create(case_study=study, url=address, position=position, **named)
        link_checks.record(address, answer)


def _as_draft(study: CaseStudy, **fields) -> None:
    """Make of a published study one that readers never saw."""
    CaseStudy.objects.filter(pk=study.pk).update(status=CaseStudy.Status.DRAFT, published_at=None, **fields)


def _revised(slug: str, editor: User, field: str, old: str, new: str) -> CaseStudy:
    revision = editorial.revise(CaseStudy.objects.get(slug=slug), editor)
    text = getattr(revision, f"{field}_en")
    assert old in text, slug
    return translations.write(revision, "en", {field: text.replace(old, new)}, editor)


def _proposal(language: str, words: dict) -> None:
    study = CaseStudy.objects.get(slug=PROPOSED)
    _as_draft(study, slug=PROPOSAL)
    received = datetime.now(UTC) - timedelta(days=3)
    Proposal.objects.create(
        case_study=study,
        **{name: words[name] for name in ("name", "institution", "note")},
        email="proposer@example.org",
        language=language,
        chapter_chosen=False,
        consented_at=received,
        received_at=received,
    )
