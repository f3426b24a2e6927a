"""The first page after signing in: what waits for whom, and where the collection is thin."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from casestudies import translations
from casestudies.models import CaseStudy, FruitlessQuestion, LinkCheck, Proposal, Provision, Theme
from tests.curating import DRAFT, LIST, change_address, save, with_role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
DESK = reverse("admin:index")


def section(client, title: str) -> str:
    """Return the part of the desk under this heading, "" where there is none."""
    content = html.unescape(client.get(DESK).content.decode())
    found = [part for part in content.split("<section")[1:] if title in part.split("</h2>")[0]]
    return found[0].split("</section>")[0] if found else ""


def test_reviewer_sees_what_others_submitted(make_study):
    reviewer = with_role("Reviewer")
    waiting = make_study(title_en="Waits for me", status="in-review", published_at=None, text_changed_by=UserFactory())
    make_study(title_en="Mine to leave", status="in-review", published_at=None, text_changed_by=reviewer.user)
    make_study(title_en="Still a draft", **DRAFT)
    shown = section(reviewer, "Awaiting my review")
    assert f'href="{change_address(waiting)}">Waits for me' in shown
    assert "Mine to leave" not in shown
    assert "Still a draft" not in shown
    assert section(with_role("Editor"), "Awaiting my review") == ""


def test_author_sees_what_was_sent_back_and_what_is_in_work(make_study):
    editor = with_role("Editor")
    make_study(title_en="Sent back", created_by=editor.user, returned_because="Which year?", **DRAFT)
    make_study(title_en="In work", text_changed_by=editor.user, **DRAFT)
    make_study(title_en="Somebody else's", returned_because="Which year?", created_by=UserFactory(), **DRAFT)
    assert "Sent back" in section(editor, "Sent back to me")
    assert "Somebody else's" not in section(editor, "Sent back to me")
    assert "In work" in section(editor, "My drafts")
    assert "Sent back" not in section(editor, "My drafts").split("</h2>")[1]


def test_draft_stays_with_who_wrote_in_it_when_others_go_on(make_study):
    editor, draft = with_role("Editor"), make_study(title_en="Begun by somebody", **DRAFT)
    assert "Begun by somebody" not in section(editor, "My drafts")
    save(editor, draft, practice_en="What I know of it.")
    CaseStudy.objects.filter(pk=draft.pk).update(text_changed_by=UserFactory())
    assert "Begun by somebody" in section(editor, "My drafts")


def test_what_a_translator_wrote_into_a_published_study_waits_for_an_editor(make_study):
    editor, translator = with_role("Editor"), with_role("Translator into Russian")
    study = make_study(title_en="Translated anew")
    translations.write(study, "ru", {"practice": "Иначе."}, translator.user)
    assert "Translated anew" in section(editor, "Translated, to be submitted")
    assert section(translator, "Translated, to be submitted") == ""
    save(editor, study.revision, practice_en="I take it up.")
    assert "Translated anew" not in section(editor, "Translated, to be submitted")
    assert "Translated anew" in section(editor, "My drafts")


def test_section_counts_all_and_shows_the_first(make_study):
    reviewer = with_role("Reviewer")
    for _ in range(9):
        make_study(status="in-review", published_at=None)
    shown = section(reviewer, "Awaiting my review")
    assert re.search(r'desk-number">9<', shown)
    assert shown.count("<li>") == 8


def test_heading_of_a_section_leads_to_all_of_it_and_nothing_else(make_study):
    editor, translator = with_role("Editor", "Reviewer"), with_role("Translator into Russian")
    waiting = {"status": "in-review", "published_at": None}
    wanted = {
        "Awaiting my review": make_study(**waiting, text_changed_by=UserFactory()),
        "Sent back to me": make_study(created_by=editor.user, returned_because="Which year?", **DRAFT),
        "My drafts": make_study(created_by=editor.user, **DRAFT),
        "Translated, to be submitted": translations.write(make_study(), "ru", {"practice": "Иначе."}, translator.user),
    }
    make_study(**waiting, text_changed_by=editor.user)
    make_study(created_by=UserFactory(), returned_because="Which year?", **DRAFT)
    make_study(created_by=UserFactory(), **DRAFT)
    for title, study in wanted.items():
        address = re.search(r'<h2[^>]*><a href="([^"]+)"', section(editor, title))[1]
        assert [listed.pk for listed in editor.get(address).context["cl"].result_list] == [study.pk]
    # Nobody is offered a list that is not theirs.
    everything = len(translator.get(LIST).context["cl"].result_list)
    assert len(translator.get(LIST, {"desk": "review"}).context["cl"].result_list) == everything


def test_where_the_collection_is_thin(empty_collection, make_study):
    make_study(themes=["seaports"], provisions=[("TIR", "Article 4")], countries=["NO"])
    make_study(themes=["single-window"], status="draft", published_at=None)
    shown = section(with_role("Editor"), "Where the collection is thin")
    assert f"{Theme.objects.count() - 1} without a study" in shown
    assert f"{Provision.objects.count() - 1} without a study" in shown
    few = shown.split("with one study or two</summary>")
    assert [re.findall(r"<li><a[^>]*>([^<]*)</a>", part)[:1] for part in few[1:]][1:3] == [["Seaports"], ["Norway"]]


def test_proposals_dead_links_translations_and_what_was_not_found_wait_too(make_study):
    study = make_study(title_en="Half a translation", lessons_ru="", sources=["Report"], **DRAFT)
    study.sources.update(url="https://example.org/gone")
    LinkCheck.objects.create(
        address="https://example.org/gone",
        outcome="dead",
        checked_at=timezone.now(),
        failing_since=timezone.now(),
        failures=1,
    )
    proposed = make_study(title_en="From outside", **DRAFT)
    Proposal.objects.create(
        case_study=proposed, language="en", chapter_chosen=True, consented_at=timezone.now(), received_at=timezone.now()
    )
    today = timezone.now().date()
    for number, question in enumerate(["once", "quokka", *"abcdefghi"]):
        count = 7 if question == "quokka" else min(number + 1, 2)
        FruitlessQuestion.objects.create(
            question=question, language="en", count=count, first_asked=today, last_asked=today
        )
    editor, translator = with_role("Editor"), with_role("Translator into Russian")
    assert "From outside" in section(editor, "Proposals")
    gone = section(editor, "Dead links")
    assert "https://example.org/gone" in gone
    assert 'desk-note">1 study<' in gone
    not_found = section(editor, "Searched and not found")
    assert 'quokka <span class="desk-note">7<' in not_found
    assert 'desk-number">10<' in not_found
    assert section(editor, "Awaiting translation") == ""
    awaiting = section(translator, "Awaiting translation: Русский")
    assert "Half a translation" in awaiting
    assert reverse("admin:casestudies_translations_translate", args=[study.pk, "ru"]) in awaiting
    assert section(translator, "Proposals") == ""


def test_field_office_sees_its_own_work_only(make_study):
    office = with_role("Field office")
    assert section(office, "My drafts")
    assert section(office, "Where the collection is thin") == ""


def test_desk_speaks_russian(make_study):
    client = with_role("Reviewer")
    content = client.get(DESK, headers={"accept-language": "ru"}).content.decode()
    assert "Ждут моего рассмотрения" in content


def test_queries_of_the_desk_do_not_grow_with_the_studies(curator, django_assert_max_num_queries):
    curator.get(DESK)  # a process holds the sets of studies afterwards
    with django_assert_max_num_queries(32):
        assert curator.get(DESK).status_code == 200
