"""A curator's day: find, write, submit, review, publish, revise, archive; and what readers see of it, at once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from casestudies.proposals.forms import FASTEST_SECONDS
from tests.browser.conftest import sign_in

SLUG = "quokka-gates-at-svinesund"
PARTS = ("Texts", "Classification", "Evidence")
TEXTS = {
    "Title": ("Quokka gates at Svinesund", "Ворота квокки в Свинесунне"),
    "Summary": ("Two services share one gate.", "Две службы работают у одних ворот."),
    "Challenge": ("Lorries stopped twice.", "Грузовики останавливались дважды."),
    "Practice": ("One stop, two officers.", "Одна остановка, два сотрудника."),
    "Results": ("Waiting fell.", "Ожидание сократилось."),
    "Lessons": ("Begin with the law.", "Начните с закона."),
}


@pytest.fixture
def editor(new_page: Callable[..., Page]) -> Page:
    """An editor, signed in."""
    page = new_page()
    sign_in(page, "editor")
    return page


@pytest.fixture
def reviewer(new_page: Callable[..., Page]) -> Page:
    """A reviewer, signed in."""
    page = new_page()
    sign_in(page, "reviewer")
    return page


@pytest.fixture
def translator(new_page: Callable[..., Page]) -> Page:
    """A translator into Russian, signed in."""
    page = new_page()
    sign_in(page, "translator")
    return page


@pytest.fixture
def reader(new_page: Callable[..., Page]) -> Page:
    """A reader, in a browser of their own."""
    return new_page()


def open_study(page: Page, title: str) -> None:
    """Find a study as a curator does, by words of its title."""
    page.goto("/admin/casestudies/casestudy/")
    page.get_by_role("textbox", name="Search").fill(title)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("row", name=re.compile("Published|Archived")).get_by_role("link", name=title).click()
    expect(page.get_by_role("tablist", name="Parts of the study")).to_be_visible()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").first.click()
    expect(page.get_by_role("listitem").filter(has_text="successfully")).to_be_visible()


def take_step(page: Page, step: str, comment: str = "") -> None:
    """Take a step from a study's form, or from its page where it is not edited."""
    button = page.get_by_role("button", name=f"Save and: {step}")
    button.or_(page.get_by_role("link", name=step, exact=True)).click()
    page.get_by_label(re.compile("Comment|Reason")).fill(comment)
    page.get_by_role("button", name=step, exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text=": 1 study.")).to_be_visible()


def begin_revision(page: Page, title: str) -> None:
    """Open the revision of a published study, which has the study's title; it may have been begun before."""
    open_study(page, title)
    page.get_by_role("link", name="Begin a revision", exact=True).click()
    page.get_by_role("button", name="Begin a revision").click()
    expect(page.get_by_text("A revision of")).to_be_visible()


def open_from_desk(page: Page, section: str, title: str) -> None:
    """Open what waits on the first page of the desk."""
    page.goto("/admin/")
    page.get_by_role("region", name=section).get_by_role("link", name=title).click()


def approve(reviewer: Page, title: str) -> None:
    """Approve what waits for a reviewer."""
    open_from_desk(reviewer, "Awaiting my review", title)
    take_step(reviewer, "Approve and publish")


def titles_found(reader: Page, question: str, language: str = "en") -> list[str]:
    reader.goto(f"/{language}/case-studies/")
    reader.get_by_role("searchbox").fill(question)
    reader.keyboard.press("Enter")
    expect(reader).to_have_url(re.compile(r"\?q="))
    return reader.get_by_role("article").get_by_role("heading").all_inner_texts()


def visible_parts(page: Page) -> list[str]:
    """Return the parts of the form of which something can be seen."""
    samples = (
        page.get_by_role("textbox", name="Summary [en]"),
        page.get_by_label("Chapter:").or_(page.get_by_role("group", name="Themes")).first,
        page.get_by_role("group", name="Sources").or_(page.get_by_role("group", name="Places")).first,
    )
    return [part for part, sample in zip(PARTS, samples, strict=True) if sample.is_visible()]


# The form --------------------------------------------------------------------------------------------------------


def test_one_part_of_the_form_is_open_at_a_time_by_mouse_and_by_arrow_keys(signed_in):
    page = signed_in
    begin_revision(page, "Common CIM/SMGS rail consignment note")
    for name in PARTS:
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tab", selected=True)).to_have_text(name)
        assert visible_parts(page) == [name]
    for key, name in (
        ("ArrowRight", "Texts"),
        ("ArrowRight", "Classification"),
        ("ArrowRight", "Evidence"),
        ("ArrowLeft", "Classification"),
        ("ArrowLeft", "Texts"),
        ("ArrowLeft", "Evidence"),
    ):
        page.keyboard.press(key)
        expect(page.get_by_role("tab", name=name, selected=True)).to_be_focused()
        assert visible_parts(page) == [name]


def test_form_speaks_russian_to_a_russian_browser(new_page):
    page = new_page(locale="ru-RU")
    sign_in(page)
    page.goto("/admin/casestudies/casestudy/?q=cim-smgs&status__exact=published")
    page.get_by_role("link", name="Единая железнодорожная накладная").click()
    expect(page.get_by_role("link", name="Перенести в архив")).to_be_visible()
    page.get_by_role("link", name="Начать редакцию").click()
    page.get_by_role("button", name="Начать редакцию").click()
    for name in ("Тексты", "Классификация", "Доказательная база"):
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tab", selected=True)).to_have_text(name)
    expect(page.get_by_role("button", name="Сохранить, затем: Передать на рассмотрение")).to_be_visible()


def test_what_was_typed_stays_when_something_is_wrong(signed_in):
    page = signed_in
    begin_revision(page, "Common CIM/SMGS rail consignment note")
    page.get_by_role("tab", name="Texts").click()
    page.get_by_role("textbox", name="Lessons [ru]").fill("Урок, который нельзя потерять.")
    page.get_by_role("tab", name="Classification").click()
    page.get_by_role("spinbutton", name="First year of the practice").fill("2010")
    page.get_by_role("spinbutton", name="Last year of the practice").fill("2001")
    page.get_by_role("button", name="Save", exact=True).first.click()

    expect(page.get_by_text("The last year precedes the first.")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Last year of the practice")).to_have_value("2001")
    page.get_by_role("tab", name="Texts").click()
    expect(page.get_by_role("textbox", name="Lessons [ru]")).to_have_value("Урок, который нельзя потерять.")


def test_second_of_two_curators_is_told_and_loses_nothing(signed_in, new_page):
    first, second, title = signed_in, new_page(), "Release times at road borders computed"
    sign_in(second)
    for page in (first, second):
        begin_revision(page, title)
        page.get_by_role("tab", name="Texts").click()
    lesson = first.get_by_role("textbox", name="Lessons [en]")
    before = lesson.input_value()
    lesson.fill("What the first curator wrote.")
    save(first)

    second.get_by_role("textbox", name="Lessons [en]").fill("What the second curator wrote.")
    second.get_by_role("button", name="Save and continue editing").first.click()
    conflict = second.get_by_role("region", name="Somebody else saved this record")
    expect(conflict).to_contain_text("What the first curator wrote.")
    expect(conflict.get_by_role("radio", name="Keep mine")).to_be_checked()
    expect(second.get_by_role("textbox", name="Lessons [en]")).to_have_value("What the second curator wrote.")
    save(second)
    first.reload()
    expect(lesson).to_have_value("What the second curator wrote.")
    lesson.fill(before)
    save(first)


# What readers see ------------------------------------------------------------------------------------------------


def test_life_of_a_study(editor, translator, reviewer, reader):
    """Propose, edit, translate, send back, mend, publish, read in both languages, revise, restore, archive."""
    title, revised = TEXTS["Title"][0], "Quokka gates at Svinesund and Orje"
    propose(reader)
    assert titles_found(reader, "quokka") == []
    take_up_proposal(editor)
    translate(translator, title)
    open_from_desk(editor, "My drafts", title)
    take_step(editor, "Submit for review", "The figures are in the annual report.")

    open_from_desk(reviewer, "Awaiting my review", title)
    take_step(reviewer, "Send back", "Say when it began.")
    open_from_desk(editor, "Sent back to me", title)
    expect(editor.get_by_text("Say when it began.")).to_be_visible()
    editor.get_by_role("tab", name="Classification").click()
    editor.get_by_role("spinbutton", name="First year of the practice").fill("2015")
    take_step(editor, "Submit for review")
    approve(reviewer, title)
    assert titles_found(reader, "quokka") == [title]
    reader.goto(f"/ru/case-studies/{SLUG}/")
    expect(reader.get_by_role("heading", level=1)).to_have_text(TEXTS["Title"][1])
    facts = reader.get_by_role("complementary")
    assert facts.get_by_role("listitem").get_by_role("link").all_inner_texts()[:2] == ["Норвегия", "Швеция"]
    expect(reader.get_by_text("Annual report of the quokka gates")).to_be_visible()

    begin_revision(editor, title)
    editor.get_by_role("tab", name="Texts").click()
    editor.get_by_role("textbox", name="Title [en]").fill(revised)
    take_step(editor, "Submit for review")
    assert titles_found(reader, "quokka") == [title]
    open_from_desk(reviewer, "Awaiting my review", revised)
    reviewer.get_by_text("What it changes").click()
    expect(reviewer.locator("ins", has_text="and Orje").first).to_be_visible()
    take_step(reviewer, "Approve and publish")
    assert titles_found(reader, "quokka") == [revised]

    begin_revision(editor, revised)
    open_study(editor, revised)
    editor.get_by_role("link", name="History").click()
    editor.get_by_role("link", name=re.compile("^Restore: Published,")).click()
    expect(editor.get_by_text("Readers go on seeing the published text.")).to_be_visible()
    editor.get_by_label("Why do you restore it?").fill("Orje has no gates.")
    editor.get_by_role("button", name="Restore").click()
    expect(editor.get_by_text("is as it was then")).to_be_visible()
    take_step(editor, "Submit for review")
    approve(reviewer, title)
    assert titles_found(reader, "quokka") == [title]

    open_study(reviewer, title)
    take_step(reviewer, "Archive", "The gates were closed.")
    assert titles_found(reader, "quokka") == []
    assert reader.goto(f"/en/case-studies/{SLUG}/").status == 410
    expect(reader.get_by_text("This case study was withdrawn on")).to_be_visible()


def propose(page: Page) -> None:
    """Propose a study as somebody outside does, in English."""
    page.goto("/en/")
    page.get_by_role("link", name="Propose a case study").click()
    fields = {text: words[0] for text, words in TEXTS.items()} | {
        "Your name": "Kari Holm",
        "Your institution": "Norwegian Customs",
        "Your e-mail address": "kari.holm@customs.example",
    }
    for name, words in fields.items():
        page.get_by_role("textbox", name=re.compile(f"^{name}")).first.fill(words)  # some are optional
    source = page.get_by_role("group", name="Source 1")
    source.get_by_role("textbox", name="Title").fill("Annual report of the quokka gates")
    source.get_by_role("textbox", name="Who published it").fill("Norwegian Customs")
    page.get_by_label("Country", exact=True).select_option(label="Norway")
    page.get_by_role("checkbox", name="I agree").check()
    page.wait_for_timeout(FASTEST_SECONDS * 1000)  # who is faster is taken for a program
    page.get_by_role("button", name="Send the proposal").click()
    expect(page.get_by_text("Your proposal has arrived.")).to_be_visible()


def take_up_proposal(page: Page) -> None:
    """Complete what was proposed, as an editor does."""
    open_from_desk(page, "Proposals", TEXTS["Title"][0])
    expect(page.get_by_text("Kari Holm")).to_be_visible()
    page.get_by_role("tab", name="Classification").click()
    page.get_by_role("textbox", name="Address").fill(SLUG)
    page.get_by_label("Chapter:").select_option(label="Chapter 2. From Domestic to International Co-operation")
    page.get_by_role("checkbox", name="Road").check()
    choose(page, "Countries", "Country", "Swed", "Sweden")
    choose(page, "Themes", "Theme", "one-stop", "One-stop border posts")
    save(page)


def translate(page: Page, title: str) -> None:
    """Write the Russian texts beside the English ones."""
    open_from_desk(page, "Awaiting translation", title)
    for name, (_english, russian) in TEXTS.items():
        page.get_by_role("textbox", name=name).fill(russian)
    page.get_by_role("button", name="Save, and approve").click()
    expect(page.get_by_text("6 texts approved.")).to_be_visible()


def choose(page: Page, group: str, row: str, typed: str, name: str) -> None:
    """Add a row to a group of links, and choose its record by typing the beginning of the name."""
    page.get_by_role("button", name=f"Add another {row}").click()
    page.get_by_role("group", name=group).get_by_role("combobox").last.click()
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    search.press_sequentially(typed)
    page.get_by_role("option", name=name, exact=True).click()
    expect(page.get_by_role("group", name=group).get_by_role("combobox").last).to_contain_text(name)


def test_incomplete_draft_says_what_it_lacks_and_stays_a_draft(signed_in, reader):
    page, lacks = signed_in, ["Summary", "Lessons", "cites no source", "has no theme", "neither a country nor"]
    page.goto("/admin/casestudies/casestudy/add/")
    page.get_by_role("textbox", name="Title [en]").fill("Numbat lanes")
    page.get_by_role("tab", name="Classification").click()
    page.get_by_label("Chapter:").select_option(index=1)
    save(page)
    expect(page.get_by_text("Before it can be published:")).to_be_visible()
    for obstacle in lacks:
        expect(page.get_by_role("listitem").filter(has_text=re.compile(obstacle, re.IGNORECASE))).to_be_visible()
    page.get_by_role("link", name="It cites no source.").click()
    expect(page.get_by_role("tab", name="Evidence", selected=True)).to_be_visible()
    expect(page.get_by_role("group", name="Sources")).to_be_in_viewport()
    take_step(page, "Submit for review")
    page.get_by_role("link", name="“lessons” is missing").click()
    expect(page.get_by_role("tab", name="Texts", selected=True)).to_be_visible()
    expect(page.get_by_text("Lessons [en]")).to_be_in_viewport()
    page.get_by_role("link", name="Approve and publish", exact=True).click()
    page.get_by_role("button", name="Approve and publish", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="Numbat lanes:")).to_contain_text("somebody else must approve")
    assert titles_found(reader, "numbat") == []

    page.goto("/admin/casestudies/casestudy/?q=numbat")
    page.get_by_role("link", name="Numbat lanes").click()
    page.get_by_role("link", name="Delete", exact=True).first.click()
    page.get_by_role("button", name="Yes, I’m sure").click()
    expect(page.get_by_text("was deleted successfully")).to_be_visible()


def test_changed_name_of_a_theme_is_found_at_once(signed_in, reader):
    page, name, edited = signed_in, "Queue management", "Bilby lines"
    reader.goto("/en/themes/queue-management/")
    number = int(re.search(r"\d+", reader.get_by_role("heading", name="Case studies").inner_text()).group())
    page.goto("/admin/casestudies/theme/?q=queue")
    page.get_by_role("link", name=name).click()
    page.get_by_role("textbox", name="Name [en]").fill(edited)
    save(page)
    assert len(titles_found(reader, "bilby")) == number > 5
    expect(reader.get_by_role("complementary").get_by_role("link", name=edited)).to_be_visible()
    page.get_by_role("textbox", name="Name [en]").fill(name)
    save(page)
    assert titles_found(reader, "bilby") == []
