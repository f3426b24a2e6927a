"""What a reader finds on the pages, and how many queries they cost."""

import pytest
from django.core.cache import caches
from django.urls import reverse

from casestudies.models import CaseStudy, SearchEntry, Source

pytestmark = pytest.mark.django_db
STUDY = "cim-smgs-common-rail-consignment-note"


def page(client, path: str, **query) -> str:
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def test_home_shows_true_numbers(client, make_study):
    make_study(slug="kept-from-readers", status="draft", countries=["TV"], outcomes=3)
    content = page(client, "/en/")
    sources = Source.objects.filter(case_study__status="published").count()
    for number in (158, 105, 28, 166, sources):
        assert f">{number}</a></dd>" in content or f"<dd>{number}</dd>" in content, number
    assert content.count('class="chapter-number"') == 9
    assert "67 studies" in content


def test_language_follows_the_browser(client):
    assert client.get("/", headers={"accept-language": "ru,en;q=0.5"})["Location"] == "/ru/"
    assert client.get("/", headers={"accept-language": "de"})["Location"] == "/en/"


@pytest.mark.parametrize("path", ["/en/case-studies/", f"/en/case-studies/{STUDY}/", "/en/themes/single-window/"])
def test_language_switch_keeps_page_and_question(client, path):
    content = page(client, path, theme="customs-transit", q="борьба & co")
    russian = path.replace("/en/", "/ru/")
    assert f'href="{russian}?theme=customs-transit&amp;q=%D0%B1' in content
    assert 'hreflang="ru"' in content


def test_study_shows_everything(client):
    content = page(client, f"/en/case-studies/{STUDY}/")
    study = CaseStudy.objects.in_full().get(slug=STUDY)
    for field in ("title", "summary", "challenge", "practice", "results", "lessons"):
        assert getattr(study, f"{field}_en").replace("'", "&#x27;") in content
    for link in study.country_links.all():
        assert f'href="/en/countries/{link.country.alpha2}/">{link.country.name}' in content
    for link in study.theme_links.all():
        assert f'href="/en/themes/{link.theme.code}/"' in content
    assert 'href="/en/conventions/HARMONIZATION/#harmonization-annex-9-article-9"' in content
    assert "Annex 9, Article 9" in content
    assert "Małaszewicze" in content
    assert "since 2006" in content
    assert "36,226" in content
    for source in study.sources.all():
        assert f'href="{source.url}"' in content
    for name in study.implementers:
        assert name in content
    assert f"http://testserver/en/case-studies/{STUDY}/@1/</p>" in content
    assert f'<link rel="canonical" href="http://testserver/en/case-studies/{STUDY}/">' in content
    assert "same theme" in content


def test_study_leads_through_its_result_list(client):
    from django.http import QueryDict

    from casestudies.selection import Selection

    query = "q=transit&country=KZ"
    order = [entry.case_study.slug for entry in Selection(QueryDict(query)).entries.select_related("case_study")]
    content = page(client, f"/en/case-studies/{order[1]}/?{query}")
    assert f'rel="prev" href="/en/case-studies/{order[0]}/?q=transit&amp;country=KZ"' in content
    assert f'rel="next" href="/en/case-studies/{order[2]}/?q=transit&amp;country=KZ"' in content
    assert f"2 of {len(order)}" in content
    first = page(client, f"/en/case-studies/{order[0]}/?{query}")
    assert 'rel="prev"' not in first
    outside = page(client, f"/en/case-studies/{STUDY}/?country=UG")
    assert 'rel="next"' not in outside


def test_missing_russian_text_stands_in_english_and_says_so(client, make_study):
    study = make_study(lessons_ru="", title_ru=None)
    content = page(client, f"/ru/case-studies/{study.slug}/")
    assert f'<p lang="en">{study.lessons_en}</p>' in content
    assert f'<span lang="en">{study.title_en}</span>' in content
    assert page(client, "/ru/case-studies/", q="Begin with the law")


def test_country_page_shows_its_standing_and_conventions(client):
    content = page(client, "/en/countries/KZ/")
    for text in ("OSCE participating State", "Central Asia", "Landlocked developing country", "3750 km"):
        assert text in content.replace(",", "")
    assert "OSCE Programme Office in Astana" in content
    assert 'href="/en/conventions/HARMONIZATION/#parties"' in content
    assert "<td>2005</td>" in content
    assert "does not mean that the country is outside it" in content


def test_convention_page_says_which_provisions_no_study_illustrates(client):
    content = page(client, "/en/conventions/HARMONIZATION/")
    assert content.count('class="bare"') == content.count("No study illustrates it yet.") > 5
    assert content.count('class="bare"') < 35
    assert 'id="harmonization-annex-9-article-9"' in content
    assert f'href="/en/case-studies/{STUDY}/?provision=harmonization-annex-9-article-9"' in content
    assert "As of:" in content


def test_convention_page_ignores_unpublished_studies(client, make_study):
    make_study(
        slug="kept-from-readers", status="draft", provisions=[("HARMONIZATION", "Article 1"), ("HARMONIZATION", None)]
    )
    assert "kept-from-readers" not in page(client, "/en/conventions/HARMONIZATION/")


@pytest.mark.parametrize("status", ["draft", "in-review", "archived"])
def test_unpublished_study_is_nowhere(client, make_study, status):
    study = make_study(
        slug="kept-from-readers", title_en="Quokka", status=status, themes=["seaports"], countries=["NO"]
    )
    assert client.get("/en/case-studies/kept-from-readers/").status_code == 404
    for path in (
        "/en/",
        "/en/case-studies/",
        "/en/case-studies/?q=quokka",
        "/en/countries/NO/",
        "/en/themes/seaports/",
        "/en/chapters/domestic-and-international-cooperation/",
    ):
        assert "kept-from-readers" not in page(client, path)
    assert not SearchEntry.objects.filter(pk=study.pk).exists()


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/en/chapters/4/", "/en/chapters/processing-of-freight/"),
        ("/ru/countries/kz/", "/ru/countries/KZ/"),
        ("/en/conventions/tir/", "/en/conventions/TIR/"),
    ],
)
def test_other_spellings_of_an_address_lead_to_it(client, path, target):
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (301, target)


@pytest.mark.parametrize(
    "path",
    ["/en/nope/", "/ru/case-studies/nope/", "/en/themes/nope/", "/en/countries/ZZ/", "/nope", "/en/chapters/99/"],
)
def test_unknown_page_offers_the_search(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert 'role="search"' in response.content.decode()


def test_moved_address_keeps_its_question(client):
    assert client.get("/en/countries/kz/?a=b")["Location"] == "/en/countries/KZ/?a=b"
    assert client.get("/en/countries/xx/").status_code == 404


def test_study_says_what_is_wrong_with_the_list_it_came_from(client):
    content = page(client, f"/en/case-studies/{STUDY}/", country="XX", theme="seaports")
    assert "<code>country=XX</code>" in content
    assert f'href="/en/case-studies/{STUDY}/?theme=seaports"' in content
    assert 'rel="next"' not in content


def test_healthz_answers_for_any_host(client):
    assert client.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200
    assert client.get("/en/", headers={"host": "10.0.0.7"}).status_code == 400


def test_healthz(client, monkeypatch):
    assert (client.get("/healthz").status_code, client.get("/healthz").content) == (200, b"ok\n")
    from django.db import OperationalError, connection

    def fail():
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", fail)
    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/en/", 7),
        ("/en/case-studies/", 3),
        ("/en/case-studies/?q=transit&country=KZ&theme=customs-transit", 7),
        (f"/en/case-studies/{STUDY}/?q=transit", 19),
        ("/en/countries/KZ/", 5),
        ("/en/conventions/RKC/", 8),
        ("/en/themes/single-window/", 7),
    ],
)
def test_queries_of_a_page(client, django_assert_num_queries, path, number):
    # What a process holds is there; neither this page nor its question is remembered.
    page(client, path)
    for name in ("memory", "pages"):
        caches[name].clear()
    with django_assert_num_queries(number):
        page(client, path)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_readers_pages_change_nothing(client, method):
    assert getattr(client, method)("/en/case-studies/").status_code == 405
    assert reverse("case-list")
