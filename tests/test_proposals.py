"""Proposals: the public form, the draft it becomes, declining, and forgetting who it came from."""

import re
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings as project
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casestudies import editorial, rate_limits
from casestudies.models import CaseStudy, Proposal, SearchEntry
from casestudies.proposals import forms, records
from tests.curating import change_address, save, staff_with

pytestmark = pytest.mark.django_db
LIST = reverse("admin:casestudies_proposal_changelist")
SOURCE = {"title": "Annual report", "publisher": "Customs", "year": "2020", "url": "https://example.org/report.pdf"}
GIVEN = {
    "name": "Aigul Person",
    "institution": "State Customs",
    "email": "aigul@example.org",
    "title": "Wombats at the gate",
    "country": "NO",
    "country_2": "SE",
    "practice": "One stop, two services.",
    "note": "Ask the harbour master.",
    "consent": "on",
} | {f"sources-0-{field}": value for field, value in SOURCE.items()}


@pytest.fixture(autouse=True)
def _nothing_counted():
    rate_limits.limiter(project.API_RATE_LIMIT_STORAGE).storage.reset()


@pytest.fixture
def hurried(monkeypatch):
    """Let the form be sent as soon as it is opened."""
    monkeypatch.setattr(forms, "FASTEST_SECONDS", -1)


def opened(language: str = "en") -> dict:
    """Return the hidden fields of a fresh form."""
    content = Client().get(f"/{language}/propose/").content.decode()
    return dict(re.findall(r'<input type="hidden" name="((?:sources-|opened)[^"]*)" value="([^"]*)"', content))


def propose(language: str = "en", client: Client | None = None, **changes: str):
    data = {**opened(language), **GIVEN, **changes}
    return (client or Client()).post(f"/{language}/propose/", data)


def errors(response) -> dict[str, str]:
    """Return what the summary says is wrong, by the place of the field that it leads to."""
    content = response.content.decode()
    summary = content[content.index('role="alert"') : content.index("</ul>", content.index('role="alert"'))]
    found = re.findall(r'<li>(?:<a href="#([^"]*)">[^<]*</a>: )?([^<]*)</li>', summary)
    for place, _message in found:
        assert not place or f'id="{place}"' in content
    return dict(found)


@pytest.fixture
def proposal(hurried) -> Proposal:
    assert propose().status_code == 303
    return Proposal.objects.get()


# The form --------------------------------------------------------------------------------------------------------


def test_proposal_becomes_a_draft_that_no_reader_sees(hurried):
    response = propose()
    assert (response.status_code, response["Location"]) == (303, "/en/propose/received/")
    assert "Your proposal has arrived" in Client().get(response["Location"]).content.decode()
    proposal = Proposal.objects.get()
    study = proposal.case_study
    assert re.fullmatch(r"proposal-\w{8}", study.slug)
    assert (study.status, study.title_en, study.practice_en) == ("draft", GIVEN["title"], GIVEN["practice"])
    assert [link.country.alpha2 for link in study.country_links.all()] == ["NO", "SE"]
    source = study.sources.get()
    assert (source.title, source.publisher, source.year, source.url) == (
        *list(SOURCE.values())[:2],
        2020,
        SOURCE["url"],
    )
    assert (proposal.name, proposal.email, proposal.language) == ("Aigul Person", "aigul@example.org", "en")
    assert (study.chapter.number, proposal.chapter_chosen) == (1, False)
    assert not SearchEntry.objects.filter(pk=study.pk).exists()
    assert Client().get(study.get_absolute_url()).status_code == 404
    assert study.slug not in Client().get("/en/case-studies/?q=wombats").content.decode()


def test_texts_stand_in_the_language_of_the_form(curator, hurried):
    propose("ru", title="Вомбаты на границе", practice="Одна остановка.", chapter="5", country="", region_scope="ЕАЭС")
    study = Proposal.objects.get().case_study
    study.refresh_from_db()
    assert (study.title_ru, study.practice_ru, study.region_scope_ru) == (
        "Вомбаты на границе",
        "Одна остановка.",
        "ЕАЭС",
    )
    assert not any([study.title_en, study.practice_en, study.region_scope_en])
    assert study.chapter.number == 5
    assert "Вомбаты на границе" in curator.get(change_address(study)).content.decode()
    # Filed before anybody translates it; the translators into English find it.
    assert save(curator, study, slug="wombats", period_start="2004").redirect_chain
    study.refresh_from_db()
    assert (study.original_language, study.slug, study.period_start) == ("ru", "wombats", 2004)
    queue = curator.get(reverse("admin:casestudies_translations_queue"), {"language": "en"}).content.decode()
    translate = reverse("admin:casestudies_translations_translate", args=[study.pk, "en"])
    assert translate in queue
    assert curator.get(translate).status_code == 200


def test_form_sets_no_cookie_and_is_never_kept(client):
    response = client.get("/en/propose/")
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"name": ""}, "id_name"),
        ({"email": "nobody"}, "id_email"),
        ({"consent": ""}, "id_consent"),
        ({"title": "x" * 201}, "id_title"),
        ({"practice": "  "}, "id_practice"),
        ({"country": "", "country_2": ""}, "id_country"),
        ({"country": "XX"}, "id_country"),
        ({"chapter": "12"}, "id_chapter"),
        ({"note": "\x00"}, "id_note"),
        ({"sources-0-title": ""}, "id_sources-0-title"),
        ({"sources-0-year": "20200"}, "id_sources-0-year"),
        ({"sources-0-url": "javascript:alert(1)"}, "id_sources-0-url"),
        ({"sources-1-url": "https://example.org/"}, "id_sources-1-title"),
        ({"subject": "Cheap watches"}, "id_subject"),
    ],
)
def test_fault_is_named_and_nothing_typed_is_lost(hurried, changes, place):
    response = propose(**{"summary": "Typed for an hour.", **changes})
    assert response.status_code == 400
    assert place in errors(response)
    assert "Typed for an hour." in response.content.decode()
    assert not Proposal.objects.exists()


def test_form_without_anything_names_each_fault_once(hurried):
    faults = errors(Client().post("/en/propose/", opened()))
    assert "" not in faults
    assert {"id_title", "id_country", "id_practice", "id_sources-0-title", "id_name", "id_consent"} <= set(faults)


def test_proposal_without_any_row_of_sources_is_refused(hurried):
    assert errors(propose(**{"sources-TOTAL_FORMS": "0"})) == {"": "Name a source."}


def test_faults_are_told_in_russian(hurried):
    assert errors(propose("ru", name="")) == {"id_name": "Обязательное поле."}


@pytest.mark.parametrize("tampered", [{"sources-TOTAL_FORMS": "x"}, {"sources-TOTAL_FORMS": "100000"}, {"opened": "1"}])
def test_form_that_was_meddled_with_is_refused(hurried, tampered):
    assert propose(**tampered).status_code in (303, 400)
    assert Proposal.objects.count() <= 1


@pytest.fixture
def move_clock(monkeypatch):
    """Return a function that sets the clock so many seconds off."""
    real = time.time

    return lambda seconds: monkeypatch.setattr("time.time", lambda: real() + seconds)


def test_form_sent_faster_than_people_type_is_taken_the_second_time(move_clock):
    data = {**opened(), **GIVEN}
    refused = Client().post("/en/propose/", data)
    assert "faster than people type" in errors(refused)[""]
    move_clock(5)
    assert Client().post("/en/propose/", data).status_code == 303


def test_form_opened_long_ago_is_taken_the_second_time(move_clock):
    move_clock(-8 * 24 * 60 * 60)
    data = {**opened(), **GIVEN}
    move_clock(0)
    refused = Client().post("/en/propose/", data)
    assert "more than 7 days ago" in errors(refused)[""]
    fresh = re.search(r'name="opened" value="([^"]*)"', refused.content.decode())[1]
    move_clock(5)
    assert Client().post("/en/propose/", data | {"opened": fresh}).status_code == 303


def test_one_client_proposes_five_times_an_hour(hurried):
    client = Client(REMOTE_ADDR="192.0.2.7")
    assert [propose(client=client).status_code for _time in range(6)] == [303] * 5 + [429]
    refused = propose(client=client, summary="Typed for an hour.")
    assert "Nothing is lost" in errors(refused)[""]
    assert "Typed for an hour." in refused.content.decode()
    assert propose(client=Client(REMOTE_ADDR="192.0.2.8")).status_code == 303


def test_form_sent_by_another_site_is_refused(hurried):
    data = {**opened(), **GIVEN}
    response = Client().post("/en/propose/", data, headers={"sec-fetch-site": "cross-site"})
    assert response.status_code == 403
    assert not Proposal.objects.exists()


# The notice ------------------------------------------------------------------------------------------------------


def test_editors_are_told_without_the_person(hurried, settings, django_capture_on_commit_callbacks):
    settings.PROPOSALS_NOTIFY = ["editors@example.org"]
    with django_capture_on_commit_callbacks(execute=True):
        propose("ru")
        assert mail.outbox == []  # not before the draft is safe
    (message,) = mail.outbox
    study = Proposal.objects.get().case_study
    assert message.to == ["editors@example.org"]
    assert "State Customs" in message.body
    assert f"http://testserver{change_address(study)}" in message.body
    for personal in ("Aigul", "aigul@example.org", "harbour master"):
        assert personal not in message.subject + message.body


def test_notice_that_cannot_be_sent_is_logged_not_shown(hurried, settings, django_capture_on_commit_callbacks, caplog):
    settings.PROPOSALS_NOTIFY = ["editors@example.org"]
    settings.EMAIL_BACKEND = "no.such.Backend"
    with django_capture_on_commit_callbacks(execute=True):
        assert propose().status_code == 303
    assert Proposal.objects.exists()
    assert "notice of a proposal" in caplog.text
    assert "aigul" not in caplog.text


# In the admin ----------------------------------------------------------------------------------------------------


def test_draft_shows_who_proposed_it_to_those_who_may_see(proposal, curator):
    form = change_address(proposal.case_study)
    assert "aigul@example.org" in curator.get(form).content.decode()
    editor = staff_with("view_casestudy", "change_casestudy")
    assert "aigul@example.org" not in editor.get(form).content.decode()
    assert editor.get(LIST).status_code == 403
    assert "aigul@example.org" in staff_with("view_proposal").get(LIST).content.decode()


def test_list_of_studies_keeps_to_the_proposed(proposal, curator):
    address = reverse("admin:casestudies_casestudy_changelist")
    assert list(curator.get(address, {"proposed": "1"}).context["cl"].result_list) == [proposal.case_study]


def test_declined_proposal_is_archived_with_its_reason_and_its_text(proposal, curator):
    decline = reverse("admin:casestudies_proposal_decline", args=[proposal.pk])
    assert "This field is required." in curator.post(decline, {"reason": " "}).content.decode()
    content = curator.post(decline, {"reason": "Not about borders."}, follow=True).content.decode()
    assert "Not about borders." in content
    study = CaseStudy.objects.get(pk=proposal.case_study_id)
    assert (study.status, study.practice_en, study.sources.count()) == ("archived", GIVEN["practice"], 1)
    assert "Not about borders." in LogEntry.objects.get(object_id=study.pk).change_message
    assert "decided already" in curator.post(decline, {"reason": "Again."}, follow=True).content.decode()
    assert list(records.waiting()) == []


def test_declined_proposal_that_is_taken_up_again_waits_again_and_is_published(proposal, curator):
    def listed(decision: str) -> list[Proposal]:
        return list(curator.get(LIST, {"decision": decision}).context["cl"].result_list)

    records.decline(proposal, curator.user, "Not about borders.")
    assert [listed(decision) for decision in ("declined", "waiting", "published")] == [[proposal], [], []]
    study = editorial.reopen(CaseStudy.objects.get(pk=proposal.case_study_id), curator.user)
    assert [listed(decision) for decision in ("declined", "waiting", "published")] == [[], [proposal], []]
    assert list(records.waiting()) == [proposal]
    form = curator.get(change_address(study)).content.decode()
    assert "Not about borders." in form
    assert reverse("admin:casestudies_proposal_decline", args=[proposal.pk]) in form
    CaseStudy.objects.filter(pk=study.pk).update(status="published", published_at=timezone.now())
    assert [listed(decision) for decision in ("declined", "waiting", "published")] == [[], [], [proposal]]
    assert "Not about borders." not in curator.get(LIST).content.decode()


def test_declining_needs_both_permissions(proposal):
    decline = reverse("admin:casestudies_proposal_decline", args=[proposal.pk])
    proposals = reverse("admin:casestudies_proposal_changelist")
    for permissions in (["view_proposal"], ["archive_casestudy"]):
        assert staff_with(*permissions).post(decline, {"reason": "No."}).status_code == 403
    assert decline not in staff_with("view_proposal").get(proposals).content.decode()
    both = staff_with("view_proposal", "archive_casestudy")
    assert decline in both.get(proposals).content.decode()
    assert both.post(decline, {"reason": "No."}).status_code == 302


def test_proposal_is_never_edited_and_goes_with_its_draft(proposal, curator):
    change = reverse("admin:casestudies_proposal_change", args=[proposal.pk])
    assert curator.post(change, {"name": "Somebody else"}).status_code == 403
    delete = reverse("admin:casestudies_casestudy_delete", args=[proposal.case_study_id])
    assert "deleted for good" in curator.get(delete).content.decode()
    assert curator.post(delete, {"post": "yes"}).status_code == 302
    assert not Proposal.objects.exists()


# Personal data ---------------------------------------------------------------------------------------------------

JUST_NOT, JUST = timedelta(minutes=5), timedelta(minutes=-5)


@pytest.mark.parametrize(
    ("days", "decide"),
    [
        (365, lambda proposal, when: Proposal.objects.update(received_at=when)),
        (90, lambda proposal, when: Proposal.objects.update(declined_at=when)),
        (90, lambda proposal, when: CaseStudy.objects.filter(proposal=proposal).update(published_at=when)),
    ],
)
def test_personal_data_are_deleted_on_the_day_that_the_privacy_page_states(proposal, days, decide):
    for language in project.LANGUAGES:
        assert str(days) in Client().get(f"/{language[0]}/privacy/").content.decode()
        assert str(days) in Client().get(f"/{language[0]}/propose/").content.decode()
    for early, forgotten in ((JUST_NOT, False), (JUST, True)):
        decide(proposal, timezone.now() - timedelta(days=days) + early)
        call_command("delete_personal_data", stdout=StringIO())
        proposal.refresh_from_db()
        assert (proposal.personal_data_deleted_at is not None) == forgotten
    assert (proposal.name, proposal.institution, proposal.email, proposal.note) == ("", "", "", "")
    assert proposal.case_study.practice_en == GIVEN["practice"]


def test_personal_data_are_deleted_when_somebody_asks(proposal, curator):
    page = curator.post(LIST, {"action": "forget", "_selected_action": [proposal.pk]}, follow=True)
    assert "The personal data of 1 proposal are deleted." in page.content.decode()
    assert "aigul@example.org" not in curator.get(change_address(proposal.case_study)).content.decode()


def test_privacy_page_names_every_cookie_that_the_site_sets(client, curator):
    content = client.get("/en/privacy/").content.decode()
    slug = CaseStudy.objects.published().first().slug
    login = Client()
    login.get(reverse("account_login"))
    set_by_site = {
        *client.post("/en/shortlist/", {"add": slug}).cookies,
        *login.cookies,
        *curator.cookies,
    }
    assert set_by_site == {"shortlist", "csrftoken", "sessionid"}
    for name in set_by_site:
        assert f"<code>{name}</code>" in content


def test_every_page_leads_to_form_and_privacy(client):
    content = client.get("/en/about/").content.decode()
    for path in ("/en/propose/", "/en/privacy/"):
        assert f'href="{path}"' in content
