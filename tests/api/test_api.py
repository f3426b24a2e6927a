"""The interface for programs, asked from the outside."""

import json
import re

import pytest
from django.test import Client

from casestudies.models import CaseStudy

pytestmark = pytest.mark.django_db
STUDY = "kyrgyzstan-tulpar-single-window"
QUESTIONS = ["", "q=transit", "q=transit&country=KZ&country=MN", "theme=customs-transit&sort=title", "measured=1"]
VOCABULARIES = {
    "chapters": 11,
    "themes": 39,
    "countries": 196,
    "regions": 22,
    "conventions": 28,
    "organizations": 40,
    "glossary": 83,
}


def answer(client, path: str, status: int = 200, **headers: str) -> dict:
    response = client.get(f"/api/v1/{path}", headers=headers)
    assert response.status_code == status, response.content
    assert response["Content-Type"].startswith("application/json")
    return response.json()


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_list_is_the_export_in_pages(client, question, language):
    exported = json.loads(b"".join(client.get(f"/{language}/case-studies.json?{question}").streaming_content))
    pages, path = [], f"case-studies/?{question}&lang={language}&page_size=70"
    while path:
        pages.append(answer(client, path))
        path = (pages[-1]["next"] or "").removeprefix("http://testserver/api/v1/")
    # The file also holds what makes the same collection again.
    of_files = {"record", "saved"}
    expected = [{key: value for key, value in study.items() if key not in of_files} for study in exported["results"]]
    assert [study for page in pages for study in page["results"]] == expected
    for page in pages:
        for key in ("count", "question", "language", "licence", "facets"):
            assert page[key] == exported[key], key
    assert [page["page"] for page in pages] == list(range(1, pages[0]["pages"] + 1))
    assert pages[0]["previous"] is None


def test_link_header_leads_to_the_pages_beside(client):
    response = client.get("/api/v1/case-studies/?country=KZ&page_size=3&page=2&lang=ru")
    start = "<http://testserver/api/v1/case-studies/?country=KZ&page_size=3&page="
    assert response["Link"] == ", ".join(
        f'{start}{page}&lang=ru>; rel="{relation}"'
        for relation, page in (("first", 1), ("prev", 1), ("next", 3), ("last", response.json()["pages"]))
    )


def test_long_question_makes_no_long_header(client, make_study):
    slugs = [f"{'wombat-' * 12}{number}" for number in range(50)]
    for slug in slugs:
        make_study(slug=slug)
    for number, relations in ((3, ["first", "prev", "next", "last"]), (8, ["prev", "next"]), (50, [])):
        response = client.get("/api/v1/case-studies/", {"study": slugs[:number], "page_size": 1, "page": 2})
        assert re.findall(r'rel="(\w+)"', response.get("Link", "")) == relations
        assert len(response.get("Link", "")) <= 2000
        assert response.json()["next"] == response.json()["previous"].replace("&page=1", "&page=3")


def test_study_is_the_same_alone_and_in_a_list(client):
    study = answer(client, f"case-studies/{STUDY}/")
    (listed,) = answer(client, f"case-studies/?study={STUDY}")["results"]
    assert study == listed
    assert study["url"] == f"http://testserver/en/case-studies/{STUDY}/"
    assert CaseStudy.objects.get(slug=STUDY).title_en == study["title"]


def test_unpublished_study_is_nowhere(client, make_study):
    make_study(slug="kept-back", status="draft", title_en="Wombat")
    assert answer(client, "case-studies/?q=wombat&as_typed=1")["count"] == 0
    assert answer(client, "case-studies/kept-back/", 404)["errors"][0]["key"] == "slug"


def test_withdrawn_study_is_gone_and_noted(client):
    CaseStudy.objects.filter(slug=STUDY).update(status="archived")
    assert answer(client, f"case-studies/{STUDY}/", 410)["errors"][0]["value"] == STUDY
    (withdrawn,) = answer(client, "case-studies/?changed_since=2026-01-01")["withdrawn"]
    assert withdrawn["slug"] == STUDY
    assert withdrawn["address"] == f"http://testserver/en/case-studies/{STUDY}/"
    assert answer(client, "case-studies/")["withdrawn"] is None


@pytest.mark.parametrize("name", VOCABULARIES)
def test_vocabulary_is_whole_and_in_the_language_asked(client, name):
    english, russian = answer(client, f"{name}/"), answer(client, f"{name}/?lang=ru")
    assert english["count"] == russian["count"] == len(english["results"]) == VOCABULARIES[name]
    assert (english["language"], russian["language"]) == ("en", "ru")
    assert english["results"] != russian["results"]


@pytest.mark.parametrize(
    ("name", "key", "code"),
    [
        ("themes", "theme", "code"),
        ("countries", "country", "alpha2"),
        ("regions", "region", "code"),
        ("conventions", "convention", "code"),
    ],
)
def test_number_of_studies_is_what_the_filter_gives(client, name, key, code):
    records = answer(client, f"{name}/")["results"]
    busiest = max(records, key=lambda record: record["studies"])
    assert busiest["studies"] > 0
    assert answer(client, f"case-studies/?{key}={busiest[code]}&page_size=1")["count"] == busiest["studies"]


def test_convention_has_its_provisions_and_parties(client):
    conventions = {each["code"]: each for each in answer(client, "conventions/")["results"]}
    harmonization = conventions["HARMONIZATION"]
    provisions = {each["code"]: each for each in harmonization["provisions"]}
    article = provisions["harmonization-annex-8-article-5"]
    assert article["url"] == "http://testserver/en/conventions/HARMONIZATION/#harmonization-annex-8-article-5"
    found = answer(client, "case-studies/?provision=harmonization-annex-8-article-5")
    assert article["studies"] == found["count"] > 0
    assert harmonization["parties"]


def test_reading_vocabularies_costs_few_queries(client, django_assert_max_num_queries):
    for name in VOCABULARIES:
        answer(client, f"{name}/")
        with django_assert_max_num_queries(8):
            answer(client, f"{name}/?lang=ru")


def test_suggestions_are_those_of_the_search_box(client):
    suggested = client.get("/ru/suggestions/?q=каз").json()["suggestions"]
    results = answer(client, "suggestions/?q=каз&lang=ru")["results"]
    assert [each["label"] for each in results] == [each["label"] for each in suggested] != []
    assert results[0]["url"] == "http://testserver" + suggested[0]["url"]


def test_language_is_that_of_the_header_unless_the_address_says(client):
    russian = client.get("/api/v1/themes/", headers={"accept-language": "ru, en;q=0.5"})
    assert (russian["Content-Language"], russian.json()["language"]) == ("ru", "ru")
    assert "Accept-Language" in russian["Vary"]
    english = client.get("/api/v1/themes/?lang=en", headers={"accept-language": "ru"})
    assert (english["Content-Language"], english.json()["language"]) == ("en", "en")
    assert client.get("/api/v1/themes/", headers={"accept-language": "de"}).json()["language"] == "en"


def test_answer_that_still_holds_is_not_sent_again(client):
    path = f"/api/v1/case-studies/{STUDY}/"
    etag = client.get(path)["ETag"]
    unchanged = client.get(path, headers={"if-none-match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert client.get(path, headers={"if-none-match": etag, "accept-language": "ru"}).status_code == 200
    CaseStudy.objects.filter(slug=STUDY).update(title_en="Wombat window")
    assert client.get(path, headers={"if-none-match": etag}).json()["title"] == "Wombat window"


def test_page_of_another_site_may_read(client):
    origin = {"origin": "https://statistics.example"}
    response = client.get("/api/v1/themes/", headers=origin)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert {"ETag", "Link", "RateLimit"} <= set(response["Access-Control-Expose-Headers"].split(", "))
    asked = {**origin, "access-control-request-method": "GET", "access-control-request-headers": "if-none-match"}
    preflight = client.options("/api/v1/themes/", headers=asked)
    assert preflight.status_code == 200
    assert "if-none-match" in preflight["Access-Control-Allow-Headers"]
    assert "POST" not in preflight["Access-Control-Allow-Methods"]
    for path in ("case-studies.json?country=NO", "case-studies.atom", f"case-studies/{STUDY}.ris"):
        assert client.get(f"/en/{path}", headers=origin)["Access-Control-Allow-Origin"] == "*"
    for path in ("", "case-studies/", f"case-studies/{STUDY}/", "shortlist/"):
        assert "Access-Control-Allow-Origin" not in client.get(f"/en/{path}", headers=origin)


@pytest.mark.parametrize(
    ("query", "key", "allowed"),
    [
        ("country=ZZ", "country", "KZ"),
        ("osce=member", "osce", "partner"),
        ("nonsense=1", "nonsense", "page_size"),
        ("page_size=101", "page_size", "100"),
        ("page_size=", "page_size", "value"),
        ("study=", "study", "value"),
        ("country=", "country", "value"),
        ("page_size=5&page_size=6", "page_size", "100"),
        ("lang=de", "lang", "ru"),
        ("lang=en&lang=ru", "lang", "ru"),
        ("year_from=2010&year_to=2000", "year_from", "1900"),
        ("q=%00", "q", "NUL"),
        ("page=0", "page", "1"),
    ],
)
def test_wrong_query_is_refused_and_explained(client, query, key, allowed):
    refusal = answer(client, f"case-studies/?{query}", 400)
    assert refusal["status"] == 400
    (fault,) = refusal["errors"]
    assert fault["key"] == key
    assert allowed in fault["allowed"]
    assert fault["message"]


def test_wrong_filter_is_refused_as_by_the_files(client):
    query = "country=ZZ&theme=nonsense&sort=best"
    assert answer(client, f"case-studies/?{query}", 400) == client.get(f"/en/case-studies.json?{query}").json()


@pytest.mark.parametrize(
    ("path", "status", "key"),
    [
        ("case-studies/?page=99", 404, "page"),
        ("case-studies/no-such-study/", 404, "slug"),
        ("no-such-thing/", 404, "path"),
        ("case-studies/%F0%9F%98%80/", 404, "path"),
        ("themes/?country=KZ", 400, "country"),
    ],
)
def test_every_error_has_the_same_shape(client, path, status, key):
    response = client.get(f"/api/v1/{path}", headers={"accept-language": "ru"})
    assert (response.status_code, response["Content-Language"]) == (status, "ru")
    assert "Accept-Language" in response["Vary"]
    refusal = response.json()
    assert refusal["status"] == status
    assert [set(fault) for fault in refusal["errors"]] == [{"key", "value", "message", "allowed"}]
    assert refusal["errors"][0]["key"] == key


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_interface_is_for_reading(client, method):
    response = getattr(client, method)("/api/v1/case-studies/?lang=ru")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert response["Content-Language"] == "ru"
    assert response.json()["errors"][0]["value"] == method.upper()


@pytest.mark.parametrize("path", ["case-studies/", f"case-studies/{STUDY}/", "openapi.json"])
def test_options_says_what_is_answered(client, path):
    response = client.options(f"/api/v1/{path}")
    assert (response.status_code, response["Allow"], response.content) == (204, "GET, HEAD, OPTIONS", b"")
    assert client.options("/api/v1/nothing/").status_code == 404


def test_head_is_answered_as_get(client):
    assert client.head("/api/v1/themes/")["ETag"] == client.get("/api/v1/themes/")["ETag"]


def test_failure_of_ours_has_the_same_shape(monkeypatch):
    monkeypatch.setattr("casestudies.api.endpoints.Vocabularies", None)
    response = Client(raise_request_exception=False).get("/api/v1/themes/")
    assert (response.status_code, response.json()["status"]) == (500, 500)


def test_limit_is_stated_and_kept_for_each_client(client, settings):
    settings.API_RATE_LIMIT = "2/minute"
    first, second, third = (
        client.get("/api/v1/regions/", {"lang": language}, REMOTE_ADDR="192.0.2.7") for language in ("en", "en", "ru")
    )
    assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
    assert first["RateLimit-Policy"] == '"default";q=2;w=60'
    assert [each["RateLimit"].partition(";t=")[0] for each in (first, second, third)] == [
        '"default";r=1',
        '"default";r=0',
        '"default";r=0',
    ]
    assert 1 <= int(third["Retry-After"]) <= 60
    assert third.json()["errors"][0]["key"] == "rate"
    assert (third["Content-Language"], third.json()["errors"][0]["allowed"]) == ("ru", "не больше 2 запросов за 60 с")
    assert client.get("/api/v1/regions/", REMOTE_ADDR="192.0.2.8").status_code == 200
    assert client.get("/en/about/", REMOTE_ADDR="192.0.2.7").status_code == 200
