"""Pages are kept and validated, and nothing stale is ever shown."""

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client

from casestudies import editorial, revision
from casestudies.models import CaseStudy, Country, Source, Theme
from tests.curating import approve, save
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGES = [
    "/en/",
    "/en/case-studies/?q=transit",
    "/ru/case-studies/?country=KZ",
    "/en/case-studies/kyrgyzstan-tulpar-single-window/",
    "/en/themes/single-window/",
    "/en/about/",
]


@pytest.mark.parametrize("path", PAGES)
def test_repeated_page_asks_the_database_only_whether_it_holds(client, django_assert_num_queries, path):
    first = client.get(path)
    with django_assert_num_queries(1):
        second = client.get(path)
    assert second.content == first.content
    assert second["ETag"] == first["ETag"]


@pytest.mark.parametrize("path", [*PAGES, "/en/case-studies.csv?country=KZ", "/en/suggestions/?q=kaz"])
def test_page_that_still_holds_is_not_sent_again(client, django_assert_num_queries, path):
    etag = client.get(path)["ETag"]
    with django_assert_num_queries(1):
        response = client.get(path, headers={"if-none-match": etag})
    assert response.status_code == 304
    assert response.content == b""


def test_browser_asks_each_time(client):
    response = client.get("/en/case-studies/")
    assert response["Cache-Control"] == "max-age=0, must-revalidate"
    assert not response.has_header("Expires")


@pytest.mark.parametrize(
    "edit",
    [
        lambda: CaseStudy.objects.filter(slug="kyrgyzstan-tulpar-single-window").update(title_en="Wombat window"),
        lambda: Theme.objects.filter(code="single-window").update(name_en="Wombat window"),
        lambda: Country.objects.filter(alpha2="KG").update(name_en="Wombat window"),
        lambda: Source.objects.filter(case_study__slug="kyrgyzstan-tulpar-single-window").update(title="Wombat window"),
        lambda: connection.cursor().execute("UPDATE casestudies_theme SET name_en = 'Wombat window'"),
    ],
    ids=["study", "theme", "country", "source", "plain SQL"],
)
def test_edit_shows_at_once(client, edit):
    path = "/en/case-studies/kyrgyzstan-tulpar-single-window/"
    before = client.get(path)
    edit()
    after = client.get(path, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert "Wombat window" in after.content.decode()


def test_edit_in_the_admin_shows_at_once(client, curator):
    assert "Wombat window" not in client.get("/en/themes/single-window/").content.decode()
    save(curator, Theme.objects.get(code="single-window"), name_en="Wombat window")
    assert "Wombat window" in client.get("/en/themes/single-window/").content.decode()


def test_counts_follow_every_edit(client, make_study):
    def shown() -> str:
        return client.get("/en/case-studies/?theme=seaports&country=NO").content.decode()

    def number() -> int:
        return int(shown().split('<h2 id="results-heading"')[1].split(">")[1].split()[0])

    before = number()
    study = make_study(themes=["seaports"], countries=["NO"])
    assert number() == before + 1
    editorial.archive(study, UserFactory())
    assert number() == before
    approve(study)
    assert number() == before + 1


def test_what_was_rolled_back_is_not_remembered(client):
    path = "/en/themes/single-window/"
    with transaction.atomic():
        Theme.objects.filter(code="single-window").update(name_en="Wombat window")
        assert "Wombat window" in client.get(path).content.decode()
        transaction.set_rollback(True)
    assert "Wombat window" not in client.get(path).content.decode()


def test_each_language_host_and_kind_of_request_has_its_own_page(client):
    english = client.get("/en/case-studies/").content
    assert client.get("/ru/case-studies/").content != english
    assert b"http://localhost/" in client.get("/en/case-studies/", headers={"host": "localhost"}).content
    swapped = client.get("/en/case-studies/", headers={"hx-request": "true", "hx-trigger": "country-KZ"})
    assert swapped["ETag"] != client.get("/en/case-studies/")["ETag"]
    assert client.get("/en/case-studies/").content == english


def test_compressed_page_is_kept_compressed():
    client = Client(headers={"accept-encoding": "gzip"})
    first = client.get("/en/case-studies/")
    assert first["Content-Encoding"] == "gzip"
    assert client.get("/en/case-studies/").content == first.content


def test_admin_is_never_kept(curator):
    curator.get("/admin/")
    assert not caches["pages"]._cache
    assert "no-cache" in curator.get("/admin/")["Cache-Control"]


def test_revision_is_renewed_by_every_writing_statement():
    seen = {revision.current()}
    for _time in range(3):
        Theme.objects.filter(code="nowhere").update(name_en="x")
        seen.add(revision.current())
    assert len(seen) == 4


def test_pinned_revision_is_read_once(django_assert_num_queries):
    with django_assert_num_queries(1), revision.pinned() as state:
        assert revision.current() == revision.current() == state


@pytest.mark.parametrize(("language", "words"), [("en", "takes too long"), ("ru", "слишком долго")])
def test_statement_that_takes_too_long_is_said_and_is_no_failure(client, monkeypatch, language, words):
    def slow(*args):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 20")
            cursor.execute("SELECT pg_sleep(10)")

    monkeypatch.setattr("casestudies.views.Selection.for_page", slow)
    response = client.get(f"/{language}/case-studies/?q=anything")
    assert response.status_code == 503
    assert words in response.content.decode()
