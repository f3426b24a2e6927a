"""Questions that found nothing: counted without the reader, shown to curators, deleted in time."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casestudies import fruitless_questions, revision
from casestudies.models import FruitlessQuestion
from tests.curating import staff_with

pytestmark = pytest.mark.django_db
LIST = reverse("admin:casestudies_fruitlessquestion_changelist")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NOTHING = "qzxwv wombats"


def ask(question: str, language: str = "en", form: str = "/", agent: str = BROWSER, method: str = "get", **more):
    headers = {"user-agent": agent, **more.pop("headers", {})}
    return getattr(Client(), method)(f"/{language}/case-studies{form}", {"q": question, **more}, headers=headers)


def counted() -> dict[tuple[str, str], int]:
    return {(each.question, each.language): each.count for each in FruitlessQuestion.objects.all()}


def test_question_without_a_result_is_counted_each_time_it_is_asked():
    for question in (NOTHING, "  QZXWV\u00a0 Wombats ", NOTHING):
        response = ask(question)
        assert response.status_code == 200
        assert "X-Fruitless" not in response.headers  # nor in the third, which was kept from the first
    ask(NOTHING, "ru")
    assert counted() == {(NOTHING, "en"): 3, (NOTHING, "ru"): 1}
    assert FruitlessQuestion.objects.first().last_asked == timezone.now().date()


def test_question_with_a_word_that_no_study_holds_is_counted():
    assert "No study holds" in ask("qzxwv transit").content.decode()
    ask("trnsit")  # corrected, and found
    ask("how long do trucks wait at borders")  # widened, though every word is known
    assert counted() == {("qzxwv transit", "en"): 1}


def test_counting_leaves_the_kept_pages_as_they_are():
    before = revision.current()
    ask(NOTHING)
    assert FruitlessQuestion.objects.exists()
    assert revision.current() == before


@pytest.mark.parametrize(
    "asked",
    [
        {"question": "transit"},
        {"question": ""},
        {"question": NOTHING, "country": "NO"},
        {"question": NOTHING, "nonsense": "1"},
        {"question": NOTHING, "form": ".json"},
        {"question": NOTHING, "form": ".atom"},
        {"question": NOTHING, "method": "head"},
        {"question": NOTHING, "agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"question": NOTHING, "agent": "python-requests/2.32"},
        {"question": NOTHING, "agent": ""},
        {"question": NOTHING, "headers": {"sec-purpose": "prefetch;prerender"}},
    ],
)
def test_what_is_not_a_reader_without_a_result_is_not_counted(asked):
    response = ask(**asked)
    if response.streaming:
        list(response.streaming_content)
    assert counted() == {}


def test_programs_of_the_interface_are_not_counted(client):
    assert client.get("/api/v1/case-studies/", {"q": NOTHING}, headers={"user-agent": BROWSER}).status_code == 200
    assert counted() == {}


@pytest.mark.parametrize(
    "question",
    [
        "qzxwv aigul@example.org",
        "qzxwv passport 712345678",
        "qzxwv １２３４５",
        "qzxwv +47 22 33 44 55",
        "qzxwv (495) 123-45-67",
        "qzxwv " * 40,
    ],
)
def test_what_may_be_personal_is_not_counted(question):
    assert ask(question).status_code == 200
    assert counted() == {}


@pytest.mark.parametrize("question", ["qzxwv 2019", "qzxwv 8703", "qzxwv 12 wombats 34"])
def test_short_numbers_are_no_personal_data(question):
    ask(question)
    assert counted() == {(question, "en"): 1}


def test_reader_gets_the_page_when_counting_fails(caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casestudies_fruitlessquestion RENAME TO gone")
    assert ask(NOTHING).status_code == 200
    assert "could not be counted" in caplog.text


def test_most_rows_are_kept_and_known_questions_counted_on(monkeypatch):
    monkeypatch.setattr(fruitless_questions, "MOST_KEPT", 2)
    for question in ("qzxwv one", "qzxwv two", "qzxwv three", "qzxwv two"):
        ask(question)
    assert counted() == {("qzxwv one", "en"): 1, ("qzxwv two", "en"): 2}


def put(question: str, count: int, days_ago: int = 0, language: str = "en") -> FruitlessQuestion:
    day = timezone.now().date() - timedelta(days=days_ago)
    return FruitlessQuestion.objects.create(
        question=question, count=count, language=language, first_asked=day, last_asked=day
    )


def test_questions_are_deleted_after_the_days_that_the_privacy_page_states(client):
    put("old", 9, days_ago=365)
    put("recent", 1, days_ago=364)
    call_command("delete_personal_data", stdout=StringIO())
    assert counted() == {("recent", "en"): 1}
    assert "365 days after it was asked last" in client.get("/en/privacy/").content.decode()


def test_least_asked_are_deleted_where_there_are_too_many(monkeypatch):
    monkeypatch.setattr(fruitless_questions, "LEFT_OF_TOO_MANY", 2)
    for question, times, days_ago in (("rare", 1, 0), ("common", 5, 9), ("older", 3, 2), ("newer", 3, 1)):
        put(question, times, days_ago)
    call_command("delete_personal_data", verbosity=0)
    assert set(counted()) == {("common", "en"), ("newer", "en")}


def test_staff_see_what_was_asked_twice_the_most_asked_first(curator):
    put("once", 1)
    put("twice", 2)
    put("часто", 7, language="ru")
    assert [str(each) for each in curator.get(LIST).context["cl"].result_list] == ["часто", "twice"]
    russian = curator.get(LIST, {"language__exact": "ru"})
    assert [str(each) for each in russian.context["cl"].result_list] == ["часто"]
    assert [str(each) for each in fruitless_questions.most_asked(1)] == ["часто"]


def test_dismissing_needs_its_permission(curator):
    question = put("dismissed", 2)
    action = {"action": "dismiss", "_selected_action": [question.pk]}
    staff_with("view_fruitlessquestion").post(LIST, action)
    assert FruitlessQuestion.objects.exists()
    assert "1 question is dismissed." in curator.post(LIST, action, follow=True).content.decode()
    assert not FruitlessQuestion.objects.exists()


def test_questions_are_never_edited(curator):
    question = put("as asked", 2)
    for name, arguments in (("add", []), ("change", [question.pk]), ("delete", [question.pk])):
        address = reverse(f"admin:casestudies_fruitlessquestion_{name}", args=arguments)
        assert curator.post(address, {"question": "x", "post": "yes"}).status_code == 403
    assert staff_with("view_casestudy").get(LIST).status_code == 403
