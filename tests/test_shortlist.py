"""What a reader collects: kept in a cookie, in order, shown, compared, shared, downloaded; nobody else's affair."""

import html
import json
import re

import pytest
from django.core.cache import caches
from django.test import Client

from casestudies import editorial
from casestudies.exports import FORMATS, limits, menu
from casestudies.filters import MOST_CHOSEN
from casestudies.models import CaseStudy, Source
from casestudies.selection import Selection
from casestudies.shortlist.cookie import Shortlist
from tests.factories import UserFactory
from tests.test_exports import READERS, file

pytestmark = pytest.mark.django_db
ONE, TWO, THREE = (
    "kyrgyzstan-tulpar-single-window",
    "cim-smgs-common-rail-consignment-note",
    "norway-sweden-finland-customs-border-cooperation",
)
PAGE = "/en/shortlist/"


def press(client, action: str, slug: str, **options):
    """Press a button of the form, as a browser without scripts does."""
    return client.post(PAGE, {action: slug, "next": "/en/case-studies/?page=2"}, **options)


def kept(client) -> list[str]:
    return [slug for slug in client.cookies["shortlist"].value.split(".") if slug]


def shown(client, path: str = PAGE) -> list[str]:
    """Return the slugs of the studies that a page lists, in its order."""
    content = client.get(path).content.decode()
    return re.findall(r'card-title"><a href="/en/case-studies/([\w-]+)/', content)


@pytest.fixture
def reader(client):
    """A reader with three studies in the shortlist."""
    for slug in (ONE, TWO, THREE):
        press(client, "add", slug)
    return client


# Collecting ------------------------------------------------------------------------------------------------------


def test_added_studies_stand_in_the_order_in_which_they_were_added(reader):
    press(reader, "add", ONE)
    assert shown(reader) == kept(reader) == [ONE, TWO, THREE]
    assert "3 studies, in your order" in reader.get(PAGE).content.decode()


def test_adding_leads_back_to_the_place_on_the_page(client):
    response = press(client, "add", ONE)
    assert response.status_code == 303
    assert response["Location"] == f"/en/case-studies/?page=2#added-{ONE}"
    assert f'id="added-{ONE}"' in client.get(f"/en/case-studies/{ONE}/").content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_form_leads_to_no_other_site(client, elsewhere):
    response = client.post(PAGE, {"add": ONE, "next": elsewhere})
    assert response["Location"] == f"{PAGE}#added-{ONE}"


@pytest.mark.parametrize(
    ("action", "slug", "order", "place"),
    [
        ("up", TWO, [TWO, ONE, THREE], f"up-{TWO}"),
        ("down", ONE, [TWO, ONE, THREE], f"down-{ONE}"),
        ("up", ONE, [ONE, TWO, THREE], f"up-{ONE}"),
        ("down", THREE, [ONE, TWO, THREE], f"down-{THREE}"),
        ("down", "unknown", [ONE, TWO, THREE], "down-unknown"),
        ("remove", TWO, [ONE, THREE], "shortlist-heading"),
        ("clear", "all", [], "shortlist-heading"),
    ],
)
def test_reader_puts_the_shortlist_in_order(reader, action, slug, order, place):
    response = reader.post(PAGE, {action: slug})
    assert response["Location"] == f"{PAGE}#{place}"
    assert shown(reader) == kept(reader) == order
    if action != "clear" and slug != "unknown":
        assert f'id="{place}"' in reader.get(PAGE).content.decode()


def test_script_is_told_how_many_there_are(client):
    response = client.post(PAGE, {"add": ONE}, headers={"hx-request": "true"})
    assert (response.status_code, response.content.decode()) == (200, "Added. The shortlist holds 1 study.")
    assert kept(client) == [ONE]
    response = client.post(PAGE, {"remove": ONE}, headers={"hx-request": "true"})
    assert response.content.decode() == "Removed. The shortlist holds 0 studies."


def test_one_study_too_many_is_refused_in_words(client, make_study):
    client.cookies["shortlist"] = ".".join(make_study().slug for _number in range(MOST_CHOSEN))
    response = press(client, "add", ONE)
    assert response.status_code == 400
    assert f"it holds up to {MOST_CHOSEN} studies" in response.content.decode()
    response = press(client, "add", ONE, headers={"hx-request": "true"})
    assert (response.status_code, ONE in kept(client)) == (200, False)
    assert f"it holds up to {MOST_CHOSEN} studies" in response.content.decode()


def test_no_browser_drops_the_cookie_for_its_length(client, make_study):
    client.cookies["shortlist"] = ".".join(make_study(slug=f"{number:0120}").slug for number in range(31))
    response = press(client, "add", make_study(slug="x" * 120).slug)
    assert response.status_code == 400
    assert press(client, "add", make_study(slug="x").slug).status_code == 303


@pytest.mark.parametrize("slug", ["no-such-study", "hidden", "", "\x00", "a b", "x" * 5000])
def test_only_published_studies_can_be_added(client, make_study, slug):
    make_study(slug="hidden", status="draft")
    response = press(client, "add", slug)
    assert response.status_code == 400
    assert "is not published" in response.content.decode()
    assert "shortlist" not in client.cookies


def test_form_that_says_nothing_is_refused(client):
    assert client.post(PAGE, {"delete": ONE}).status_code == 400


def test_withdrawn_study_is_named_and_can_be_removed(reader):
    editorial.archive(CaseStudy.objects.get(slug=TWO), UserFactory())
    assert shown(reader) == [ONE, THREE]
    content = reader.get(PAGE).content.decode()
    title = CaseStudy.objects.get(slug=TWO).title_en
    assert f'<a href="/en/case-studies/{TWO}/">{title}</a>' in html.unescape(content)
    assert re.search(rf'name="remove" value="{TWO}"', content)


def test_shortlist_of_withdrawn_studies_alone_is_not_called_empty(client):
    press(client, "add", TWO)
    assert "Nothing is here yet" in Client().get(PAGE).content.decode()
    editorial.archive(CaseStudy.objects.get(slug=TWO), UserFactory())
    content = client.get(PAGE).content.decode()
    assert "No longer published" in content
    assert "Nothing is here yet" not in content


@pytest.mark.parametrize("cookie", ["", "...", "<script>", "a b.ä", f"nope.{ONE}.{ONE}", "x" * 9000])
def test_cookie_that_was_meddled_with_does_no_harm(client, cookie):
    client.cookies["shortlist"] = cookie
    response = client.get(PAGE)
    assert response.status_code == 200
    assert b"<script>" not in response.content.split(b"</head>")[1]
    assert shown(client) == ([ONE] if ONE in cookie else [])


# Whose it is -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://testserver"}, 303),
        ({}, 303),
    ],
)
def test_no_other_site_changes_a_shortlist(headers, status):
    client = Client(enforce_csrf_checks=True)
    assert press(client, "add", ONE, headers=headers).status_code == status
    assert ("shortlist" in client.cookies) is (status == 303)


def test_cookie_goes_to_nobody_else_and_only_over_https(client, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = press(client, "add", ONE).cookies["shortlist"]
    assert (cookie["samesite"], cookie["secure"], cookie["path"]) == ("Lax", True, "/")
    assert cookie["max-age"] == 90 * 24 * 60 * 60


def test_page_of_one_reader_is_kept_for_no_other(reader):
    response = reader.get(PAGE)
    assert "private" in response["Cache-Control"]
    assert "no-store" in response["Cache-Control"]
    assert not caches["pages"]._cache
    assert shown(Client()) == []


@pytest.mark.parametrize("path", ["/en/case-studies/", f"/en/case-studies/{ONE}/", "/ru/"])
def test_shared_pages_are_the_same_for_every_reader(reader, path):
    with_shortlist = reader.get(path).content
    caches["pages"].clear()
    assert Client().get(path).content == with_shortlist


# The list as an address ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extension", FORMATS)
def test_every_format_keeps_the_order_of_the_address(client, extension):
    path = f"/en/case-studies.{extension}?study={THREE}&study={ONE}&study={TWO}&study={ONE}"
    assert READERS[extension](file(client, path)) == [THREE, ONE, TWO]


def test_list_page_has_the_order_too_unless_another_is_asked_for(client):
    query = f"study={THREE}&study={ONE}&study={TWO}"
    assert shown(client, f"/en/case-studies/?{query}") == [THREE, ONE, TWO]
    titles = CaseStudy.objects.filter(slug__in=[ONE, TWO, THREE]).values_list("title_en", "slug")
    by_title = [slug for _title, slug in sorted(titles, key=lambda pair: pair[0].casefold())]
    assert shown(client, f"/en/case-studies/?{query}&sort=title") == by_title
    assert shown(client, f"/en/case-studies/?{query}&sort=given") == [THREE, ONE, TWO]
    assert "As chosen" not in client.get("/en/case-studies/").content.decode()


def test_way_through_a_shared_list_follows_its_order(client):
    content = client.get(f"/en/case-studies/{ONE}/?study={THREE}&study={ONE}&study={TWO}").content.decode()
    assert f'rel="prev" href="/en/case-studies/{THREE}/?' in content
    assert f'rel="next" href="/en/case-studies/{TWO}/?' in content


def test_chosen_studies_can_be_narrowed_and_counted(rf):
    selection = Selection(rf.get("/", {"study": [THREE, ONE], "country": "KG"}).GET)
    assert (selection.counts.total, selection.counts.by_filter["country"]["NO"]) == (1, 2)
    assert [study.slug for study in selection.first_studies(9, CaseStudy.objects.all())] == [ONE]


@pytest.mark.parametrize("slug", ["no-such-study", "hidden", "%00", "x%20y"])
def test_study_that_is_not_published_is_said(client, make_study, slug):
    make_study(slug="hidden", title_en="Quokka", status="archived")
    response = client.get(f"/en/case-studies.json?study={ONE}&study={slug}")
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["key"] == "study"
    assert "No study is published as" in error["message"]
    content = client.get(f"/en/case-studies/?study={ONE}&study={slug}").content.decode()
    assert f'href="/en/case-studies/?study={ONE}"' in content
    assert "Quokka" not in content


def test_too_many_chosen_studies_are_said_and_the_first_are_offered(client):
    slugs = list(CaseStudy.objects.published().values_list("slug", flat=True)[: MOST_CHOSEN + 1])
    query = "&".join(f"study={slug}" for slug in slugs)
    response = client.get(f"/en/case-studies.csv?{query}")
    assert response.status_code == 400
    assert f"Up to {MOST_CHOSEN} studies" in response.json()["errors"][0]["message"]
    content = html.unescape(client.get(f"/en/case-studies/?{query}").content.decode())
    remedy = "&".join(f"study={slug}" for slug in slugs[:MOST_CHOSEN])
    assert f'href="/en/case-studies/?{remedy}"' in content


def test_few_chosen_studies_are_named_and_many_counted(rf):
    title = CaseStudy.objects.get(slug=ONE).title_en
    assert Selection(rf.get("/", {"study": ONE}).GET).description == f"Chosen studies: {title}"
    slugs = list(CaseStudy.objects.published().values_list("slug", flat=True)[:5])
    assert Selection(rf.get("/", {"study": slugs}).GET).description == "Chosen studies: 5"


def test_shortlist_is_shared_and_downloaded_as_it_stands(reader):
    content = html.unescape(reader.get(PAGE).content.decode())
    query = f"study={ONE}&study={TWO}&study={THREE}"
    assert f'href="http://testserver/en/case-studies/?{query}"' in content
    for extension in FORMATS:
        is_offered = extension not in limits.INSTEAD.values()
        assert (f'href="/en/case-studies.{extension}?{query}"' in content) == is_offered


# Side by side ----------------------------------------------------------------------------------------------------


def test_studies_stand_side_by_side_with_headings_for_rows_and_columns(client):
    content = client.get(f"/en/compare/?study={THREE}&study={TWO}").content.decode()
    columns = re.findall(r'<th scope="col"><a href="/en/case-studies/([\w-]+)/">', content)
    assert columns == [THREE, TWO]
    headings = re.findall(r'<th scope="rowgroup" colspan="2"><span>([^<]+)', content)
    assert headings[:4] == ["Summary", "Countries", "Years", "Measured results"]
    for study in CaseStudy.objects.filter(slug__in=[TWO, THREE]):
        for text in (study.summary_en, study.practice_en, study.lessons_en):
            assert text in html.unescape(content)
    assert "36,226" in content
    assert re.search(r'<li><a href="/en/themes/[\w-]+/">', content)
    source = Source.objects.filter(case_study__slug=TWO).first()
    assert f'<a href="{source.url}">{source}</a>' in html.unescape(content)


def test_of_more_than_can_be_compared_the_reader_chooses(client):
    content = client.get("/en/compare/?country=KZ").content.decode()
    boxes = re.findall(r'<input type="checkbox" name="study" value="([\w-]+)"( checked)?>', content)
    studies = json.loads(client.get("/en/case-studies.json?country=KZ").getvalue())["results"]
    assert [slug for slug, _checked in boxes] == [study["slug"] for study in studies]
    assert [bool(checked) for _slug, checked in boxes] == [True] * 4 + [False] * (len(studies) - 4)
    assert "checkbox" not in client.get("/en/compare/?measured=1").content.decode()  # more than a page should list


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Choose up to 4 studies"),
        ("country=KZ", "Up to 4 studies can be compared; this address asks for"),
        ("study=no-such-study", "No study is published as “no-such-study”"),
        ("colour=red", "There is no filter with this name"),
    ],
)
def test_what_cannot_be_compared_is_said(client, query, words):
    response = client.get(f"/en/compare/?{query}")
    assert response.status_code == 200
    assert words in response.content.decode()
    assert "<table" not in response.content.decode()


# The menu of downloads -------------------------------------------------------------------------------------------


def test_menu_offers_what_each_format_takes(client, monkeypatch):
    monkeypatch.setattr(FORMATS["bib"], "most", 3, raising=False)
    content = client.get("/en/case-studies/?country=KZ").content.decode()
    assert 'href="/en/case-studies.bib' not in content
    assert "holds up to 3 studies" in content
    assert 'href="/en/case-studies.csv?country=KZ"' in content
    content = client.get(f"/en/case-studies/{ONE}/").content.decode()
    offered = re.findall(rf'href="/en/case-studies/{ONE}\.(\w+)"', content)
    assert sorted(offered) == sorted(name for name, format_ in FORMATS.items() if format_.for_study)


def test_menu_has_every_format_once(rf):
    offered = [
        entry.format.extension for _group, entries in menu.of_selection(Selection(rf.get("/").GET)) for entry in entries
    ]
    assert sorted([*offered, *limits.INSTEAD.values()]) == sorted(FORMATS)


def test_shortlist_moves_no_study_out_of_its_bounds():
    assert Shortlist(("a", "b")).moved("a", -1) == Shortlist(("a", "b"))
    assert Shortlist(("a", "b")).moved("b", 1) == Shortlist(("a", "b"))
