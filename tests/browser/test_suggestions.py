"""The search box suggests while somebody types: by keyboard, by pointer, in both languages, and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import DESKTOP, PHONE, surplus_width, violations


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


def test_enter_after_more_was_typed_asks_as_typed_whatever_was_marked(page):
    type_into_box(page, "kaza")
    expect(page.get_by_role("listbox")).to_be_visible()
    search_box(page).press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_count(1)
    search_box(page).press_sequentially("kh")
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


def test_second_escape_empties_the_box(page):
    type_into_box(page, "kazakh")
    expect(page.get_by_role("listbox")).to_be_visible()
    search_box(page).press("Escape")
    search_box(page).press("Escape")
    expect(search_box(page)).to_have_value("")


def test_alt_with_an_arrow_opens_and_closes_the_list_and_marks_nothing(page):
    type_into_box(page, "kazakh")
    expect(page.get_by_role("listbox")).to_be_visible()
    search_box(page).press("Alt+ArrowUp")
    expect(page.get_by_role("listbox")).to_be_hidden()
    search_box(page).press("Alt+ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(page.get_by_role("option", selected=True)).to_have_count(0)


def test_arrows_go_through_every_suggestion_and_back_to_the_box(page):
    page.set_viewport_size({"width": 640, "height": 450})  # 1280 by 900 at 200 per cent
    type_into_box(page, "tran")
    expect(page.get_by_role("listbox")).to_be_visible()
    for option in page.get_by_role("option").all():
        search_box(page).press("ArrowDown")
        expect(option).to_have_attribute("aria-selected", "true")
        expect(option).to_be_in_viewport(ratio=0.9)
    search_box(page).press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    expect(search_box(page)).to_be_focused()


def test_tab_leaves_and_closes_the_list(page):
    type_into_box(page, "kazakh")
    expect(page.get_by_role("listbox")).to_be_visible()
    search_box(page).press("Tab")
    expect(page.get_by_role("button", name="Search")).to_be_focused()
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_only_the_text_after_a_pause_is_asked_for_and_never_one_letter(page):
    asked = []
    page.on("request", lambda request: "/suggestions/" in request.url and asked.append(request.url))
    type_into_box(page, "k")
    page.wait_for_timeout(500)
    assert asked == []
    for_each = "text => { box.value = text; box.dispatchEvent(new InputEvent('input', { bubbles: true })); }"
    search_box(page).evaluate(f"box => ['ka', 'kaza', 'kazakh'].forEach({for_each})")
    expect(page.get_by_role("listbox")).to_be_visible()
    assert [address.rpartition("q=")[2] for address in asked] == ["kazakh"]


def test_text_from_an_input_method_is_asked_for_when_it_is_complete(page):
    page.goto("/en/")
    search_box(page).focus()
    method = page.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"text": "kazakh", "selectionStart": 6, "selectionEnd": 6})
    page.wait_for_timeout(500)
    expect(page.get_by_role("listbox")).to_be_hidden()
    method.send("Input.insertText", {"text": "kazakh"})
    expect(page.get_by_role("listbox")).to_be_visible()


def test_study_is_chosen_by_pointer(page):
    type_into_box(page, "tulpar")
    page.get_by_role("option", name=re.compile("Tulpar single window")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tulpar single window")


def test_country_is_chosen_by_touch(new_page):
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    type_into_box(page, "kazakh")
    page.get_by_role("option", name=re.compile("Kazakhstan")).first.tap()
    expect(page).to_have_url(re.compile(r"/case-studies/\?country=KZ$"))


def test_suggestions_are_grouped_by_kind(page):
    type_into_box(page, "kazakh")
    countries = page.get_by_role("listbox", name="Suggestions").get_by_role("group", name="Country")
    expect(countries.get_by_role("option")).to_have_count(1)


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [("/en/", "single window", r"^Suggestions: \d+$"), ("/ru/", "единое окно", r"^Подсказки: \d+$")],
    ids=["en", "ru"],
)
def test_number_of_suggestions_is_announced_until_the_list_is_closed(page, path, typed, said):
    type_into_box(page, typed, path)
    expect(page.locator("#q-suggestions-status")).to_have_text(re.compile(said))
    search_box(page).press("Escape")
    expect(page.locator("#q-suggestions-status")).to_be_empty()


def test_list_works_after_the_results_were_swapped(page):
    page.goto("/en/case-studies/?q=transit")
    page.get_by_role("link", name="Title", exact=True).click()
    expect(page).to_have_url(re.compile("sort=title"))
    search_box(page).fill("")
    search_box(page).press_sequentially("norw", delay=20)
    expect(page.get_by_role("option", name=re.compile("Norway")).first).to_be_visible()


@pytest.mark.parametrize("path", ["/en/case-studies/", "/ru/case-studies/"])
def test_open_list_violates_no_rule_of_accessibility(page, path):
    type_into_box(page, "tran" if path.startswith("/en") else "транзит", path)
    expect(page.get_by_role("listbox")).to_be_visible()
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        assert violations(page) == []
        assert surplus_width(page) <= 0
        assert page.get_by_role("listbox").evaluate("list => list.scrollWidth - list.clientWidth") == 0


def test_open_list_is_not_printed(page):
    type_into_box(page, "kazakh")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_without_scripts_the_form_works(new_page):
    page = new_page(java_script_enabled=False)
    page.goto("/en/")
    expect(page.get_by_role("combobox")).to_have_count(0)
    search_box(page).fill("singel window")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("These are the studies for")).to_be_visible()
    page.get_by_role("link", name=re.compile("all the same")).click()
    expect(page).to_have_url(re.compile("as_typed=1"))
