"""A reader collects, orders, compares and clears by keyboard, and without scripts; axe finds nothing on the way."""

import re
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import PHONE, surplus_width, violations

LIST = "/case-studies/?country=KZ&sort=title"
ENGLISH = SimpleNamespace(
    code="en",
    add=re.compile("^Add to shortlist"),
    remove=re.compile("^Remove from shortlist"),
    shortlist="Shortlist",
    added="Added. The shortlist holds 1 study.",
    note="In the shortlist.",
    up=re.compile("^Up"),
    compare="Compare side by side",
    side_by_side="Side by side",
    clear="Clear the shortlist",
    empty="Nothing is here yet",
)
RUSSIAN = SimpleNamespace(
    code="ru",
    add=re.compile("^Добавить в подборку"),
    remove=re.compile("^Убрать из подборки"),
    shortlist="Подборка",
    added="Добавлено. В подборке 1 пример.",
    note="В подборке.",
    up=re.compile("^Выше"),
    compare="Сравнить рядом",
    side_by_side="Сравнение примеров",
    clear="Очистить подборку",
    empty="Здесь пока ничего нет",
)
in_both_languages = pytest.mark.parametrize("words", [ENGLISH, RUSSIAN], ids=["en", "ru"])


def titles(page: Page) -> list[str]:
    return page.get_by_role("article").get_by_role("heading").all_inner_texts()


def choose(page: Page, words: SimpleNamespace, number: int) -> None:
    """Add the first studies of the list that are not chosen yet."""
    for _time in range(number):
        left = page.get_by_role("button", name=words.add).count()
        page.get_by_role("button", name=words.add).first.click()
        expect(page.get_by_role("button", name=words.add)).to_have_count(left - 1)


@in_both_languages
def test_study_is_added_and_removed_by_keyboard_and_said(page, words):
    page.goto(f"/{words.code}{LIST}")
    title, button = titles(page)[0], page.get_by_role("button", name=words.add).first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#shortlist-status")).to_have_text(words.added)
    pressed = page.get_by_role("button", name=words.remove)
    expect(pressed).to_be_focused()
    expect(pressed).to_have_accessible_name(re.compile(re.escape(title) + "$"))
    expect(page.get_by_role("link", name=f"{words.shortlist} (1)")).to_be_visible()
    assert violations(page) == []
    page.goto(f"/{words.code}/case-studies/")  # a page that all readers share
    expect(page.get_by_role("link", name=f"{words.shortlist} (1)")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name=words.remove).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name=words.remove)).to_have_count(0)
    expect(page.get_by_role("link", name=words.shortlist, exact=True)).to_be_visible()


def test_buttons_on_a_swapped_list_show_what_is_chosen(page):
    page.goto("/en/case-studies/?country=KZ&sort=title")
    choose(page, ENGLISH, 1)
    page.get_by_role("link", name="Newest period").click()
    expect(page).to_have_url(re.compile("sort=newest"))
    expect(page.get_by_role("button", name=ENGLISH.remove)).to_have_count(1)


def test_reader_sees_why_a_study_is_not_added(page):
    page.goto(f"/en{LIST}")
    full = {
        "name": "shortlist",
        "value": ".".join(f"study-{number}" for number in range(50)),
        "url": urljoin(page.url, "/"),
    }
    page.context.add_cookies([full])
    page.get_by_role("button", name=ENGLISH.add).first.click()
    expect(page.get_by_text("The shortlist is full")).to_be_in_viewport(ratio=1)
    assert page.locator("#shortlist-status").bounding_box()["height"] > 30  # seen, not for screen readers alone
    assert violations(page) == []


@in_both_languages
def test_reader_orders_compares_and_clears_by_keyboard(new_page, words):
    page = new_page(viewport=PHONE)
    page.goto(f"/{words.code}{LIST}")
    choose(page, words, 2)
    page.get_by_role("link", name=f"{words.shortlist} (2)").click()
    first, second = titles(page)
    assert violations(page) == []
    assert surplus_width(page) <= 0

    page.get_by_role("button", name=words.up).nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/shortlist/#up-*")
    expect(page.get_by_role("article").first).to_contain_text(second)
    expect(page.get_by_role("button", name=words.up).first).to_be_focused()

    page.get_by_role("button", name=words.compare).press("Enter")
    expect(page.get_by_role("heading", level=1, name=words.side_by_side)).to_be_visible()
    assert page.get_by_role("columnheader").all_inner_texts()[:2] == [second, first]
    table = page.get_by_role("region", name=words.side_by_side)
    table.focus()
    for _time in range(20):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("link", name=first)).to_be_in_viewport()
    assert surplus_width(page) <= 0

    page.get_by_role("link", name=f"{words.shortlist} (2)").click()
    page.get_by_role("button", name=words.clear).press("Enter")
    expect(page.get_by_text(words.empty)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert violations(page) == []


@in_both_languages
def test_without_scripts_the_place_on_the_page_is_kept(new_page, words):
    page = new_page(java_script_enabled=False)
    page.goto(f"/{words.code}{LIST}")
    title = titles(page)[5]
    page.get_by_role("button", name=words.add).nth(5).click()
    page.wait_for_url(f"**{LIST}#added-*")
    note = page.get_by_text(words.note)
    expect(note.locator("visible=true")).to_be_in_viewport()
    note.locator("visible=true").get_by_role("link").click()
    expect(page.get_by_role("article").get_by_role("heading")).to_have_text([title])
    page.get_by_role("button", name=words.clear).click()
    expect(page.get_by_text(words.empty)).to_be_visible()


def test_comparison_prints_across_the_sheet(page):
    slugs = []
    page.goto(f"/en{LIST}")
    for link in page.get_by_role("article").get_by_role("heading").get_by_role("link").all()[:4]:
        slugs.append(link.get_attribute("href").split("/")[3])
    page.goto("/en/compare/?" + "&".join(f"study={slug}" for slug in slugs))
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert boxes
    assert all(float(width) > float(height) for width, height in boxes)
