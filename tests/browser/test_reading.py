"""What a reader does: search, narrow, sort, leaf, open, go on, come back; in both languages, without scripts too."""

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

ENGLISH = SimpleNamespace(
    code="en",
    search="Search the case studies",
    button="Search",
    question="transit",
    hit=re.compile("transit", re.IGNORECASE),
    studies="stud(y|ies)$",
    filters="Filters",
    country="Kazakhstan",
    chip="Country: Kazakhstan",
    by_title="Title",
    further="Next",
    back_to_list="Result list",
    other_language="Русский",
    other_code="ru",
    wrong="This address asks for something that does not exist",
    unknown="“XX” is not a known code",
    go_on="Go on without it",
    skip="Skip to content",
)
RUSSIAN = SimpleNamespace(
    code="ru",
    search="Поиск по практическим примерам",
    button="Поиск",
    question="граница",
    hit=re.compile("границ", re.IGNORECASE),
    studies="пример(а|ов)?$",
    filters="Фильтры",
    country="Казахстан",
    chip="Страна: Казахстан",
    by_title="Название",
    further="Вперёд",
    back_to_list="Список результатов",
    other_language="English",
    other_code="en",
    wrong="В этом адресе запрошено то, чего не существует",
    unknown="Код «XX» неизвестен",
    go_on="Продолжить без этого условия",
    skip="Перейти к содержанию",
)
in_both_languages = pytest.mark.parametrize("words", [ENGLISH, RUSSIAN], ids=["en", "ru"])
every_reader = pytest.mark.parametrize(
    ("words", "scripts"), [(ENGLISH, True), (RUSSIAN, True), (RUSSIAN, False)], ids=["en", "ru", "ru-no-scripts"]
)
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@pytest.fixture
def reader(new_page, scripts) -> Page:
    """A reader whose browser runs scripts, or does not."""
    return new_page(java_script_enabled=scripts)


def results(page: Page, words: SimpleNamespace) -> Locator:
    return page.get_by_role("region", name=re.compile(rf"^\d+ {words.studies}"))


def number_of_studies(page: Page, words: SimpleNamespace) -> int:
    return first_number(results(page, words).get_by_role("heading", level=2).inner_text())


def titles(page: Page, words: SimpleNamespace) -> list[str]:
    return results(page, words).get_by_role("heading", level=3).all_inner_texts()


def value(page: Page, words: SimpleNamespace, name: str) -> Locator:
    """Return the link of a filter's value, whether it is in use or not."""
    return page.get_by_role("complementary", name=words.filters).get_by_role("link", name=re.compile(f"^{name}"))


def first_number(text: str) -> int:
    return int(re.search(r"\d+", text).group())


def search(page: Page, words: SimpleNamespace, question: str) -> None:
    page.get_by_role("searchbox", name=words.search).fill(question)
    click_and_expect(page.get_by_role("button", name=words.button, exact=True), page, r"/case-studies/\?.*q=")


def click_and_expect(control: Locator, page: Page, url: str) -> None:
    """Click, and wait until the page of that address, or what of it was asked for, is there."""
    control.click()
    expect(page).to_have_url(re.compile(url))
    page.wait_for_load_state()


# The journey -----------------------------------------------------------------------------------------------------


@every_reader
def test_search_marks_the_hits_and_a_value_gives_what_it_promises(reader, words):
    reader.goto(f"/{words.code}/")
    search(reader, words, words.question)
    found = number_of_studies(reader, words)
    assert found > 20
    expect(results(reader, words).get_by_role("mark").first).to_have_text(words.hit)

    promised = first_number(value(reader, words, words.country).inner_text())
    click_and_expect(value(reader, words, words.country), reader, "country=KZ")
    assert number_of_studies(reader, words) == len(titles(reader, words)) == promised < found

    click_and_expect(reader.get_by_role("link", name=words.chip), reader, r"\?q=[^&]+$")
    assert number_of_studies(reader, words) == found
    expect(reader.get_by_role("link", name=words.chip)).to_have_count(0)


@every_reader
def test_list_is_sorted_by_title_and_leafed_through(reader, words):
    reader.goto(f"/{words.code}/case-studies/")
    click_and_expect(reader.get_by_role("link", name=words.by_title, exact=True), reader, "sort=title")
    first_page = titles(reader, words)
    assert [title[0].casefold() for title in first_page] == sorted(title[0].casefold() for title in first_page)

    click_and_expect(reader.get_by_role("link", name=words.further, exact=True), reader, "page=2")
    second_page = titles(reader, words)
    assert len(first_page) == len(second_page) == 20
    assert not set(first_page) & set(second_page)
    assert first_page[-1][0].casefold() <= second_page[0][0].casefold()


@every_reader
def test_study_leads_on_through_its_list_and_into_the_other_language(reader, words):
    reader.goto(f"/{words.code}/case-studies/?country=KZ&sort=title")
    order = titles(reader, words)
    click_and_expect(
        reader.get_by_role("link", name=order[0], exact=True), reader, r"/case-studies/[\w-]+/\?country=KZ"
    )
    expect(reader.get_by_role("heading", level=1)).to_have_text(order[0])

    way = reader.get_by_role("navigation", name=words.back_to_list)
    way.get_by_role("link", name=words.further).click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(order[1])

    address = reader.url
    click_and_expect(reader.get_by_role("link", name=words.other_language), reader, f"/{words.other_code}/")
    assert reader.url == address.replace(f"/{words.code}/", f"/{words.other_code}/")
    expect(reader.locator("html")).to_have_attribute("lang", words.other_code)

    reader.go_back()
    click_and_expect(way.get_by_role("link", name=words.country), reader, r"/case-studies/\?")
    assert titles(reader, words) == order


@with_and_without_scripts
def test_list_changes_language_with_all_that_was_asked(reader):
    reader.goto("/en/case-studies/")
    search(reader, ENGLISH, "transit")
    click_and_expect(value(reader, ENGLISH, "Kazakhstan"), reader, "country=KZ")
    number = number_of_studies(reader, ENGLISH)
    click_and_expect(reader.get_by_role("link", name="Русский"), reader, r"/ru/case-studies/\?q=transit&country=KZ$")
    assert number_of_studies(reader, RUSSIAN) == number
    expect(reader.get_by_role("link", name=RUSSIAN.chip)).to_be_visible()


# Coming back -----------------------------------------------------------------------------------------------------


@every_reader
def test_back_and_forward_restore_every_list(reader, words):
    reader.goto(f"/{words.code}/case-studies/")
    seen = []
    steps = [
        (value(reader, words, words.country), "country=KZ"),
        (reader.get_by_role("link", name=words.by_title, exact=True), "sort=title"),
        (reader.get_by_role("link", name=words.chip), r"\?sort=title$"),
        (reader.get_by_role("link", name=words.further, exact=True), "page=2"),
    ]
    for link, url in steps:
        seen.append((reader.url, reader.title(), titles(reader, words)))
        click_and_expect(link, reader, url)
    seen.append((reader.url, reader.title(), titles(reader, words)))

    for move, states in ((reader.go_back, seen[-2::-1]), (reader.go_forward, seen[1:])):
        for url, title, order in states:
            move()
            expect(reader).to_have_url(url)
            expect(reader).to_have_title(title)
            expect(results(reader, words).get_by_role("heading", level=3)).to_have_text(order)


@every_reader
def test_back_from_a_study_shows_the_list_it_was_opened_from(reader, words):
    reader.goto(f"/{words.code}/case-studies/")
    click_and_expect(value(reader, words, words.country), reader, "country=KZ")
    address, order = reader.url, titles(reader, words)
    reader.get_by_role("link", name=order[3], exact=True).click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(order[3])
    reader.go_back()
    expect(reader).to_have_url(address)
    assert titles(reader, words) == order
    expect(reader.get_by_role("link", name=words.chip)).to_be_visible()


@in_both_languages
def test_address_is_the_whole_state(new_page, page, words):
    page.goto(f"/{words.code}/case-studies/")
    search(page, words, words.question)
    click_and_expect(page.get_by_role("link", name=words.by_title, exact=True), page, "sort=title")
    click_and_expect(page.get_by_role("link", name=words.further, exact=True), page, "page=2")
    fresh = new_page()
    fresh.goto(page.url)
    assert titles(fresh, words) == titles(page, words)
    assert fresh.title() == page.title()
    assert fresh.locator("main").inner_text() == page.locator("main").inner_text()
    languages = [each.locator("#languages").inner_html() for each in (fresh, page)]
    assert languages[0] == languages[1]


# What is wrong ---------------------------------------------------------------------------------------------------


@every_reader
def test_wrong_value_is_named_and_can_be_left_out(reader, words):
    reader.goto(f"/{words.code}/case-studies/?country=XX&sort=title")
    expect(reader.get_by_role("heading", level=1)).to_have_text(words.wrong)
    expect(reader.get_by_text(words.unknown)).to_be_visible()
    click_and_expect(reader.get_by_role("link", name=words.go_on), reader, r"\?sort=title$")
    assert number_of_studies(reader, words) > 100


@with_and_without_scripts
def test_year_that_is_none_is_refused(reader):
    reader.goto("/en/case-studies/")
    reader.get_by_role("textbox", name="From", exact=True).fill("soon")
    reader.locator("#years").get_by_role("button", name="Apply").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(ENGLISH.wrong)
    expect(reader.get_by_text("Give a year from 1900 to 2100.")).to_be_visible()


@with_and_without_scripts
def test_question_that_nothing_answers_says_so(reader):
    reader.goto("/en/case-studies/")
    search(reader, ENGLISH, "zzzzzz")
    expect(reader.get_by_text("No study holds")).to_be_visible()
    assert number_of_studies(reader, ENGLISH) == 0


def test_click_on_a_page_that_is_gone_says_so(page, server):
    page.goto("/en/case-studies/")
    page.route(
        "**/?page=2", lambda route: route.fulfill(response=route.fetch(url=f"{server}/en/case-studies/?page=99"))
    )
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no page 99")


# The keyboard alone ----------------------------------------------------------------------------------------------


@in_both_languages
def test_first_tab_reaches_the_skip_link_which_leads_to_the_content(page, words):
    page.goto(f"/{words.code}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=words.skip)).to_be_focused()
    expect(page.get_by_role("link", name=words.skip)).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    # A box to search in that suggests, as soon as somebody is in it.
    expect(page.get_by_role("combobox", name=words.search)).to_be_focused()


@in_both_languages
def test_search_by_enter_moves_the_focus_to_the_results(page, words):
    page.goto(f"/{words.code}/case-studies/")
    page.get_by_role("searchbox", name=words.search).focus()
    page.keyboard.type(words.question)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q="))
    expect(results(page, words).get_by_role("heading", level=2)).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.results') !== null")


@in_both_languages
def test_value_keeps_the_focus_when_it_is_chosen_and_when_it_is_removed(page, words):
    page.goto(f"/{words.code}/case-studies/")
    chosen = value(page, words, words.country)
    for url in ("country=KZ", "/case-studies/$"):
        chosen.focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(url))
        expect(chosen).to_be_focused()
    number = number_of_studies(page, words)
    expect(page.get_by_role("status")).to_have_text(re.compile(rf"^{number} "))


@pytest.mark.parametrize(
    ("summary", "name", "key"),
    [("Convention", "Revised Kyoto Convention", "convention"), ("Theme", "Seaports", "theme")],
)
def test_value_from_a_closed_part_stays_visible_when_it_is_removed(page, summary, name, key):
    page.goto("/en/case-studies/")
    page.get_by_role("complementary", name="Filters").locator("summary", has_text=summary).first.click()
    chosen = value(page, ENGLISH, name)
    for url in (f"{key}=", "/case-studies/$"):
        chosen.focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(url))
        expect(chosen).to_be_focused()
        expect(chosen).to_be_visible()


@pytest.mark.parametrize(
    ("name", "focused"),
    [
        ("Country: Kazakhstan", "heading"),
        ("Remove all", "heading"),
        ("Page 2", "heading"),
        ("Next", "heading"),
        ("Title", "Title"),
    ],
)
def test_focus_is_never_lost_when_the_list_changes(page, name, focused):
    page.goto("/en/case-studies/?country=KZ&country=GB&country=US&country=UG")
    address = page.url
    page.get_by_role("link", name=name).first.focus()
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(address)
    heading = results(page, ENGLISH).get_by_role("heading", level=2)
    expect(heading if focused == "heading" else page.get_by_role("link", name=focused, exact=True)).to_be_focused()
    expect(heading).to_be_in_viewport()


def test_years_keep_the_focus_and_a_wrong_one_gives_it_to_the_message(page):
    page.goto("/en/case-studies/")
    first = page.get_by_role("textbox", name="From", exact=True)
    first.focus()
    page.keyboard.type("2015")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("year_from=2015"))
    expect(first).to_be_focused()
    first.fill("soon")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=ENGLISH.wrong)).to_be_focused()
