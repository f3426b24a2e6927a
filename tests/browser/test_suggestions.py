"""The search box suggests while somebody types: by keyboard, by pointer, in both languages, and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import DESKTOP, PHONE, violations


def search_box(page: Page):
    return page.locator("#q")


def type_into_box(page: Page, text: str, path: str = "/en/") -> None:
    page.goto(path)
    search_box(page).press_sequentially(text, delay=20)


@pytest.mark.parametrize(
    ("path", "typed", "country"), [("/en/", "kazakh", "Kazakhstan"), ("/ru/", "казах", "Казахстан")], ids=["en", "ru"]
)
def test_country_is_chosen_by_keyboard(page, path, typed, country):
    type_into_box(page, typed, path)
    option = page.get_by_role("option", name=re.compile(country)).first
    expect(option).to_be_visible()
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/case-studies/\?country=KZ$"))


def test_enter_with_nothing_marked_asks_as_typed(page):
    type_into_box(page, "kazakh")
    expect(page.get_by_role("listbox")).to_be_visible()
    search_box(page).press("Enter")
    expect(page).to_have_url(re.compile(r"/en/case-studies/\?q=kazakh"))


def test_escape_closes_the_list_and_keeps_what_was_typed(page):
    type_into_box(page, "kazakh")
    expect(page.get_by_role("listbox")).to_be_visible()
    search_box(page).press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(search_box(page)).to_have_value("kazakh")
    search_box(page).press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()


def test_study_is_chosen_by_pointer(page):
    type_into_box(page, "tulpar")
    page.get_by_role("option", name=re.compile("Tulpar single window")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tulpar single window")


def test_number_of_suggestions_is_announced(page):
    type_into_box(page, "single window")
    expect(page.locator("#q-suggestions-status")).to_have_text(re.compile(r"Suggestions: \d+"))


def test_list_works_after_the_results_were_swapped(page):
    page.goto("/en/case-studies/?q=transit")
    page.get_by_role("link", name="Title", exact=True).click()
    expect(page).to_have_url(re.compile("sort=title"))
    search_box(page).fill("")
    search_box(page).press_sequentially("norw", delay=20)
    expect(page.get_by_role("option", name=re.compile("Norway")).first).to_be_visible()


@pytest.mark.parametrize("path", ["/en/case-studies/", "/ru/case-studies/"])
def test_open_list_violates_no_rule_of_accessibility(page, path):
    type_into_box(page, "single window" if path.startswith("/en") else "единое окно", path)
    expect(page.get_by_role("listbox")).to_be_visible()
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        assert violations(page) == []


def test_without_scripts_the_form_works(new_page):
    page = new_page(java_script_enabled=False)
    page.goto("/en/")
    search_box(page).fill("singel window")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("These are the studies for")).to_be_visible()
    page.get_by_role("link", name=re.compile("all the same")).click()
    expect(page).to_have_url(re.compile("as_typed=1"))
