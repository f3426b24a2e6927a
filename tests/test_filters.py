"""What each key of an address means, and what happens to a wrong one."""

import json

import pytest
from django.http import QueryDict
from django.utils import translation

from casestudies.filters import KEYS, VALUE_FILTERS
from casestudies.models import SearchEntry
from casestudies.selection import Selection

pytestmark = pytest.mark.django_db


def select(query: str, language: str = "en") -> Selection:
    with translation.override(language):
        return Selection(QueryDict(query))


def slugs(query: str, language: str = "en") -> list[str]:
    with translation.override(language):
        selection = Selection(QueryDict(query))
        assert selection.faults == []
        return [entry.case_study.slug for entry in selection.entries.select_related("case_study")]


@pytest.fixture
def studies(empty_collection, make_study):
    make_study(slug="astana", title_en="C", title_ru="В", countries=["KZ", "DE"], themes=["customs-transit"])
    make_study(
        slug="oslo",
        title_en="B",
        title_ru="Б",
        countries=["NO"],
        themes=["single-window", "seaports"],
        period_start=1990,
        period_end=1999,
        transport_modes=["sea", "inland-waterway"],
        provisions=[("HARMONIZATION", "Annex 8, Article 5"), ("TIR", None)],
        outcomes=2,
    )
    make_study(
        slug="union",
        title_en="A",
        title_ru="Г",
        countries=[],
        region_scope_en="European Union",
        themes=["single-window"],
        period_start=None,
        period_end=2005,
        provisions=[("TIR", None)],
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"astana", "oslo", "union"}),
        ("country=KZ", {"astana"}),
        ("country=KZ&country=NO", {"astana", "oslo"}),
        ("country=DE", {"astana"}),
        ("country=KZ&theme=single-window", set()),
        ("region=central-asia", {"astana"}),
        ("region=western-europe", {"astana"}),
        ("region=northern-europe&region=central-asia", {"astana", "oslo"}),
        ("osce=participating", {"astana", "oslo"}),
        ("osce=partner", set()),
        ("unece=1", {"astana", "oslo"}),
        ("lldc=1", {"astana"}),
        ("field_operation=1", {"astana"}),
        ("chapter=2", {"astana", "oslo", "union"}),
        ("theme=seaports", {"oslo"}),
        ("convention=TIR", {"oslo", "union"}),
        ("convention=HARMONIZATION", {"oslo"}),
        ("provision=harmonization-annex-8-article-5", {"oslo"}),
        ("mode=sea", {"oslo"}),
        ("mode=inland-waterway&mode=road", {"astana", "oslo", "union"}),
        ("measured=1", {"oslo"}),
        ("year_from=2000", {"astana"}),
        ("year_from=1999", {"astana", "oslo"}),
        ("year_to=1990", {"oslo"}),
        ("year_to=1989", set()),
        ("year_from=1995&year_to=2001", {"astana", "oslo"}),
        ("year_from=2000&year_to=2000", set()),
        ("q=&country=&year_from=&page=", {"astana", "oslo", "union"}),
    ],
)
def test_key_keeps(studies, query, expected):
    assert set(slugs(query)) == expected
    assert select(query).counts.total == len(expected)


def test_chapter_counts_other_chapters_too(studies, make_study):
    from casestudies.models import CaseChapter, Chapter

    study = make_study(slug="two-chapters")
    CaseChapter.objects.create(case_study=study, chapter=Chapter.objects.get(kind="chapter", number=7))
    from casestudies import search_index

    search_index.refresh([study.pk])
    assert slugs("chapter=7") == ["two-chapters"]


@pytest.mark.parametrize(
    ("query", "language", "expected"),
    [
        ("", "en", ["astana", "oslo", "union"]),
        ("sort=newest", "en", ["astana", "oslo", "union"]),
        ("sort=title", "en", ["union", "oslo", "astana"]),
        ("sort=title", "ru", ["oslo", "astana", "union"]),
        ("sort=country", "en", ["union", "astana", "oslo"]),
        ("sort=country", "ru", ["union", "astana", "oslo"]),
        ("sort=relevance", "en", ["astana", "oslo", "union"]),
    ],
)
def test_order(studies, query, language, expected):
    assert slugs(query, language) == expected


def test_titles_sort_without_regard_to_accents_quotes_and_case(empty_collection, make_study):
    for slug, title in [("c", "«Ёж»"), ("b", "дом"), ("d", "Жук"), ("a", "Аист")]:
        make_study(slug=slug, title_ru=title)
    assert slugs("sort=title", "ru") == ["a", "b", "c", "d"]


def test_pages_repeat_and_lose_nothing(client):
    seen = []
    for page in range(1, 9):
        content = client.get(f"/en/case-studies/?sort=country&page={page}").content.decode()
        seen += [part.split("/")[0] for part in content.split('card-title"><a href="/en/case-studies/')[1:]]
    assert seen == slugs("sort=country")
    assert len(seen) == 158


WRONG = [
    ("country=XX", "country", "XX"),
    ("country=kz", "country", "kz"),
    ("region=atlantis", "region", "atlantis"),
    ("osce=member", "osce", "member"),
    ("unece=0", "unece", "0"),
    ("lldc=yes", "lldc", "yes"),
    ("field_operation=2", "field_operation", "2"),
    ("measured=true", "measured", "true"),
    ("chapter=10", "chapter", "10"),
    ("theme=nonsense", "theme", "nonsense"),
    ("convention=tir", "convention", "tir"),
    ("provision=Article 5", "provision", "Article 5"),
    ("mode=horse", "mode", "horse"),
    ("year_from=19x0", "year_from", "19x0"),
    ("year_to=99999", "year_to", "99999"),
    ("year_from=2010&year_to=2000", "year_from", "2010"),
    ("changed_since=31.03.2026", "changed_since", "31.03.2026"),
    ("changed_since=2026-02-30", "changed_since", "2026-02-30"),
    ("changed_since=2026", "changed_since", "2026"),
    ("changed_since=2026-01-01&changed_since=2026-02-01", "changed_since", "2026-01-01, 2026-02-01"),
    ("sort=best", "sort", "best"),
    ("page=0", "page", "0"),
    ("page=two", "page", "two"),
    ("colour=red", "colour", "red"),
    ("sort=title&sort=country", "sort", "title, country"),
    ("country=KZ&country=YY", "country", "YY"),
]
# On a page, a question is searched for as far as it can be; files hold what was asked for, or nothing.
WRONG_IN_FILES = [("q=a%00b", "q", "a"), ("q=" + "a" * 501, "q", "a")]


@pytest.mark.parametrize(("query", "key", "value"), WRONG)
def test_wrong_value_or_key_is_named_on_the_page(client, query, key, value):
    for language in ("en", "ru"):
        response = client.get(f"/{language}/case-studies/?{query}")
        content = response.content.decode()
        assert response.status_code == 200
        assert f"<code>{key}={value}" in content
        assert "card-title" not in content
        assert '<meta name="robots" content="noindex' in content


@pytest.mark.parametrize("extension", ["csv", "json", "atom"])
@pytest.mark.parametrize(("query", "key", "value"), [*WRONG, *WRONG_IN_FILES])
def test_wrong_value_or_key_is_400_in_files(client, query, key, value, extension):
    response = client.get(f"/en/case-studies.{extension}?{query}")
    assert response.status_code == 400
    error = json.loads(response.content)["errors"][0]
    assert error["key"] == key
    assert error["value"].startswith(value)
    assert error["message"]
    assert error["allowed"]


def test_message_speaks_the_readers_language(client):
    assert "Allowed: participating, partner." in client.get("/en/case-studies/?osce=x").content.decode()
    russian = client.get("/ru/case-studies/?osce=x").content.decode()
    assert "Allowed" not in russian
    assert "participating, partner" in russian


def test_wrong_code_is_answered_with_close_ones():
    assert "Close to it: customs-transit" in select("theme=custom-transit").faults[0].message


def test_faults_offer_the_list_without_them():
    selection = select("country=KZ&country=YY&colour=red&sort=title")
    assert {fault.key: fault.remedy for fault in selection.faults} == {
        "country": "country=KZ&colour=red&sort=title",
        "colour": "country=KZ&country=YY&sort=title",
    }


def test_allowed_values_are_those_that_work():
    for key in VALUE_FILTERS:
        for code in select(f"{key}=%00").faults[0].allowed:
            assert select(f"{key}={code}").faults == []


def test_page_beyond_the_last_is_said(client):
    response = client.get("/en/case-studies/?page=99")
    assert response.status_code == 404
    assert "The list has 8 pages" in response.content.decode()


def test_description_says_the_question_in_words():
    query = "q=transit&country=KZ&country=UZ&lldc=1&year_from=2000"
    assert select(query).description == (
        "Search: “transit”; Country: Kazakhstan or Uzbekistan; Landlocked: Landlocked developing countries;"
        " From year: 2000"
    )
    with translation.override("ru"):
        assert "Казахстан или Узбекистан" in Selection(QueryDict(query)).description


def test_changed_since_keeps_what_changed_on_that_day_or_later(studies):
    for slug, moment in [
        ("astana", "2026-03-01T00:00Z"),
        ("oslo", "2026-02-28T23:59Z"),
        ("union", "2025-01-01T00:00Z"),
    ]:
        SearchEntry.objects.filter(case_study__slug=slug).update(changed_at=moment)
    assert slugs("changed_since=2026-03-01") == ["astana"]
    assert set(slugs("changed_since=2026-02-28")) == {"astana", "oslo"}
    assert slugs("changed_since=2026-02-28&country=NO") == ["oslo"]
    assert slugs("changed_since=2026-03-02") == []
    assert len(slugs("changed_since=0001-01-01")) == 3
    assert select("changed_since=2026-02-28").counts.by_filter["country"] == {"DE": 1, "KZ": 1, "NO": 1}


def test_changed_since_is_said_in_words_and_can_be_removed(client):
    selection = select("changed_since=2026-03-01&country=KZ")
    assert selection.description == "Country: Kazakhstan; New or changed since: 1 March 2026"
    assert selection.choices[-1].without == "country=KZ"
    content = client.get("/en/case-studies/?changed_since=2026-03-01").content.decode()
    assert 'value="2026-03-01"' in content
    assert "New or changed since:</span> 1 March 2026" in content


def test_wrong_day_is_answered_with_the_form_of_a_right_one(client):
    assert "2026-03-31" in client.get("/en/case-studies/?changed_since=March").content.decode()
    assert "2026-03-31" in client.get("/ru/case-studies/?changed_since=март").content.decode()


def test_about_page_documents_every_key(client):
    content = client.get("/en/about/").content.decode()
    for key in KEYS:
        assert f"<code>{key}</code>" in content
