"""Every kind of page can be read by all: axe finds nothing, and nothing is wider than the screen."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from docs.pictures import LIST, OUTDATED, PICTURES, import_preview, open_study
from docs.screenshots import LOCALES, prepare
from tests.browser.conftest import serving, sign_in
from tests.database import collection, new_database

STUDY = "cim-smgs-common-rail-consignment-note"
PAGES = [
    "/",
    "/case-studies/?page=3",
    "/case-studies/?q=transit&country=KZ&theme=customs-transit&measured=1&year_from=1990&sort=title",
    "/case-studies/?q=zzzzzz",
    "/case-studies/?q=singel+window+in+kazakhstan",
    "/case-studies/?q=blockchain&country=NO&theme=seaports",
    "/case-studies/?country=XX&nonsense=1",
    "/case-studies/?page=99",
    f"/case-studies/{STUDY}/?theme=customs-transit",
    f"/case-studies/{STUDY}/@1/",
    "/chapters/",
    "/chapters/processing-of-freight/",
    "/chapters/glossary/",
    "/chapters/overview-of-organizations/",
    "/themes/",
    "/themes/single-window/",
    "/countries/",
    "/countries/KZ/",
    "/conventions/",
    "/conventions/HARMONIZATION/",
    "/about/",
    "/propose/",
    "/propose/received/",
    "/privacy/",
    "/api/",
    "/shortlist/",
    f"/compare/?study={STUDY}&study=kyrgyzstan-tulpar-single-window",
    "/compare/?country=KZ",
    "/no-such-page/",
]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What axe finds in Django's own admin, by rule, and the part of the page that Django's templates write there.
FAULTS_OF_DJANGO = {
    "label": ".tabular",  # fields in rows have their names in the heads of the columns only
    "select-name": ".tabular",
    "aria-input-field-name": ".select2",  # the library's own element for an empty choice
    "link-in-text-block": ".breadcrumbs, #changelist-search",
    "target-size": "#changelist-filter",
}
both_languages = pytest.mark.parametrize("language", ["en", "ru"])
# A screen changes the layout, a language the words: what is wrong with either shows in one of the two.
both_screens = pytest.mark.parametrize(
    ("language", "size"), [("en", DESKTOP), ("ru", PHONE)], ids=["en-desktop", "ru-phone"]
)


def violations(page: Page) -> list[tuple[str, str, str, str]]:
    """Return what axe finds: impact, rule, the selector of the element, and what to do."""
    found = Axe().run(page, options={"runOnly": STANDARD, "resultTypes": ["violations"]}).response["violations"]
    return [
        (node["impact"], rule["id"], str(node["target"][-1]), node["failureSummary"])
        for rule in found
        for node in rule["nodes"]
    ]


def surplus_width(page: Page) -> int:
    """Return how far the page, or a box to write in, reaches beyond the screen."""
    return page.evaluate(
        """() => Math.max(
            document.documentElement.scrollWidth,
            ...[...document.querySelectorAll("textarea")].map(box => Math.floor(box.getBoundingClientRect().right)),
        ) - window.innerWidth"""
    )


def cut_off(page: Page) -> int:
    """Return how far a field or a button of the admin reaches beyond its row, which hides what does not fit."""
    return page.evaluate(
        """() => Math.max(0, ...[...document.querySelectorAll(".form-row, .submit-row")].flatMap(row =>
            [...row.querySelectorAll("input, select, textarea")].map(
                field => Math.floor(field.getBoundingClientRect().right - row.getBoundingClientRect().right)
            )
        ))"""
    )


# Readers' pages --------------------------------------------------------------------------------------------------


@both_screens
def test_no_page_violates_a_rule_of_accessibility(new_page, language, size):
    page, found = new_page(viewport=size), {}
    for path in PAGES:
        page.goto(f"/{language}{path}")
        found[path] = violations(page)
    assert {path: what for path, what in found.items() if what} == {}


@pytest.fixture
def changed_and_withdrawn(server, database_url):
    """A study with a second version, withdrawn; the collection is put back afterwards."""
    slug = "kyrgyzstan-tulpar-single-window"
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute(
            "INSERT INTO casestudies_casestudyversion (slug, number, made_at, digest, record)"
            " SELECT slug, 2, now(), '', record || jsonb_build_object('themes', '[\"training\"]'::jsonb,"
            " 'ru', record -> 'ru' || jsonb_build_object('summary', 'Другие слова.'))"
            " FROM casestudies_casestudyversion WHERE slug = %s",
            [slug],
        )
        database.execute("UPDATE casestudies_casestudy SET status = 'archived' WHERE slug = %s", [slug])
        yield slug
        database.execute("DELETE FROM casestudies_casestudyversion WHERE number = 2 AND slug = %s", [slug])
        database.execute("UPDATE casestudies_casestudy SET status = 'published' WHERE slug = %s", [slug])


@both_screens
def test_withdrawn_study_and_its_versions_violate_no_rule(new_page, changed_and_withdrawn, language, size):
    page = new_page(viewport=size)
    for path in ("", "@1/"):
        page.goto(f"/{language}/case-studies/{changed_and_withdrawn}/{path}")
        assert violations(page) == []
        assert surplus_width(page) <= 0
    expect(page.locator("del")).to_have_count(3 + 1)


@both_languages
def test_opened_filters_violate_no_rule_either(page, language):
    page.goto(f"/{language}/case-studies/?convention=HARMONIZATION")
    for summary in page.locator("summary").all():
        if not summary.evaluate("summary => summary.parentElement.open") and summary.is_visible():
            summary.click()
    assert violations(page) == []


@both_languages
def test_no_page_is_wider_than_the_screen(new_page, language):
    """A phone, a small phone, and a desktop of 1280 pixels zoomed to 200 per cent."""
    page, wider = new_page(device_scale_factor=2), {}
    for path in PAGES:
        page.goto(f"/{language}{path}", wait_until="domcontentloaded")
        for width in (320, 390, 640):
            page.set_viewport_size({"width": width, "height": 640})
            wider[path, width] = surplus_width(page)
    assert {where: surplus for where, surplus in wider.items() if surplus > 0} == {}


@both_languages
def test_wide_table_scrolls_by_keyboard_within_the_page(new_page, language):
    page = new_page(viewport={"width": 320, "height": 640})
    page.goto(f"/{language}/conventions/")
    table = page.get_by_role("main").get_by_role("region")
    table.focus()
    expect(table).to_be_focused()
    last = table.get_by_role("columnheader").last
    expect(last).not_to_be_in_viewport()
    for _time in range(20):
        page.keyboard.press("ArrowRight")
    expect(last).to_be_in_viewport()


def test_text_without_a_translation_says_its_language(page):
    page.goto(f"/ru/case-studies/{STUDY}/")
    places = page.get_by_role("complementary").get_by_text("Małaszewicze")
    expect(places).to_have_attribute("lang", "en")


def test_chosen_filter_is_told_apart_without_colours(page):
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto("/en/case-studies/?theme=customs-transit")
    filters = page.get_by_role("complementary", name="Filters")
    expect(filters.get_by_role("link", name="Customs transit")).to_contain_text("✓")
    assert violations(page) == []


# The admin -------------------------------------------------------------------------------------------------------


def grave_faults_of_ours(page: Page) -> list[tuple[str, str, str, str]]:
    """Return the serious and critical violations that are not Django's own."""
    return [
        fault
        for fault in violations(page)
        if fault[0] in ("serious", "critical")
        and not (
            fault[1] in FAULTS_OF_DJANGO
            and page.locator(fault[2]).first.evaluate("(e, part) => !!e.closest(part)", FAULTS_OF_DJANGO[fault[1]])
        )
    ]


def test_sign_in_page_is_accessible(page):
    page.goto("/admin/")
    expect(page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    assert grave_faults_of_ours(page) == []
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_text("not correct")).to_be_visible()
    assert grave_faults_of_ours(page) == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_admin_is_accessible(new_page, size):
    page = new_page(viewport=size, bypass_csp=True)  # axe styles elements of the admin to measure them
    sign_in(page)
    assert grave_faults_of_ours(page) == []
    page.goto(f"/admin/casestudies/casestudy/?q={STUDY}&status__exact=published")
    assert grave_faults_of_ours(page) == []
    page.get_by_role("link", name="Common CIM/SMGS").first.click()
    assert grave_faults_of_ours(page) == []
    page.get_by_role("link", name="Begin a revision", exact=True).click()
    assert grave_faults_of_ours(page) == []
    page.get_by_role("button", name="Begin a revision").click()
    for name in ("Texts", "Classification", "Evidence"):
        page.get_by_role("tab", name=name).click()
        assert (name, grave_faults_of_ours(page)) == (name, [])
        assert (surplus_width(page) <= 0, cut_off(page)) == (True, 0)
    page.goto("/admin/casestudies/casestudy/add/")
    assert grave_faults_of_ours(page) == []
    page.goto("/admin/casestudies/theme/?q=single-window")
    page.get_by_role("link", name="Single window").click()
    expect(page.get_by_role("textbox", name="Name [en]")).to_have_value("Single window")
    assert grave_faults_of_ours(page) == []
    assert surplus_width(page) <= 0


# The admin on an ordinary day, as the curators' guide shows it ------------------------------------------------------


@pytest.fixture(scope="module")
def busy_desk() -> Iterator[str]:
    """The address of a site on which something waits on every page of the desk."""
    with new_database("desk", template=collection()) as url, serving(url) as address:
        prepare(url, "en")
        yield address


def after_import(page: Page, language: str) -> None:
    """Upload a file, and apply what is right in it."""
    import_preview(page, language)
    page.locator("[name=without_faulty]").check()
    page.locator(".apply [type=submit]").click()
    page.locator("[role=status] strong").wait_for()


def comparison(page: Page, language: str) -> None:
    """Compare two states of a study."""
    open_study(page, OUTDATED, "published")
    page.locator(".historylink").click()
    page.locator(".history button").click()


def refused_restoration(page: Page, language: str) -> None:
    """Want an earlier state back of what readers see."""
    open_study(page, OUTDATED, "published")
    page.locator(".historylink").click()
    page.locator(".way-back a").last.click()


def delivery(page: Page, language: str) -> None:
    """Look at what an agency returned."""
    page.goto(f"{LIST}translations/?language=ru&state=outdated")
    with page.expect_download() as download:
        page.locator("button[value=xlf]").click()
    content = download.value.path().read_bytes()
    file = {
        "name": "returned.xlf",
        "mimeType": "application/xml",
        "buffer": content.replace(b"</target>", b" +</target>"),
    }
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form[enctype] [type=submit]").click()
    page.locator("[name=fingerprint]").wait_for(state="attached")


def declining(page: Page, language: str) -> None:
    """Decline a proposal from the list of proposals."""
    page.goto("/admin/casestudies/proposal/")
    page.locator("#result_list a[href*=decline]").click()


def at(address: str) -> Callable[[Page, str], object]:
    return lambda page, language: page.goto(address)


MORE_PAGES = {
    "editor": [
        at(f"{LIST}import/"),
        after_import,
        comparison,
        refused_restoration,
        at("/admin/guide/en/"),
        at("/admin/guide/ru/"),
    ],
    "reviewer": [
        at("/admin/"),
        at("/admin/casestudies/proposal/"),
        declining,
        at("/admin/casestudies/fruitlessquestion/"),
    ],
    "translator": [at("/admin/"), delivery],
    "curator": [at("/admin/"), at("/admin/casestudies/deletedrecord/"), at("/admin/auth/user/")],
}


@both_screens
def test_pages_of_the_desk_are_accessible_with_something_on_them(new_page, busy_desk, language, size):
    found = {}
    for account, more in MORE_PAGES.items():
        page = new_page(base_url=busy_desk, locale=LOCALES[language], viewport=size, bypass_csp=True)
        sign_in(page, account)
        for number, go_to in enumerate([*PICTURES.get(account, []), *more]):
            go_to(page, language)
            found[account, number, page.url] = grave_faults_of_ours(page), max(surplus_width(page), 0), cut_off(page)
    assert {where: what for where, what in found.items() if what != ([], 0, 0)} == {}
