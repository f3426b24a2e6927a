"""The pictures of the curators' guide: each brings a page into its state and returns the last element that it shows.

They go through the admin as its users do, on a site that `docs.scene` has prepared. The tests of accessibility look
at the same pages.
"""

from io import BytesIO

from openpyxl import load_workbook
from playwright.sync_api import Locator, Page

from tests.browser.conftest import sign_in

LIST = "/admin/casestudies/casestudy/"
DRAFT = "norway-sweden-finland-customs-border-cooperation"
IN_REVIEW = "palanca-joint-border-crossing-moldova-ukraine"
SENT_BACK = "presevo-tabanovce-joint-control-serbia-north-macedonia"
OUTDATED = "china-mongolia-joint-customs-control"
EXPORTED = {"en": "MD", "ru": "KZ"}
"""The country of whose studies a file is imported: another in each language, for both on one site."""
PROPOSED, PROPOSAL = "azerbaijan-customs-single-window-at-border", "proposal-k7m2xq4d"


def open_study(page: Page, slug: str, status: str) -> None:
    """Open the form of the one study with this status whose address holds `slug`."""
    page.goto(f"{LIST}?q={slug}&status__exact={status}")
    page.locator("#result_list .field-study a").click()
    page.locator("[role=tablist]").wait_for()


def account(page: Page, language: str) -> Locator:
    """One's own account, with what the second factor can be."""
    page.goto("/admin/account/")
    return page.locator("#content")


def desk(page: Page, language: str) -> Locator:
    """The first page of an editor."""
    page.goto("/admin/")
    return page.locator(".desk")


def draft(page: Page, language: str) -> Locator:
    """The form of an unfinished draft, with what it lacks."""
    open_study(page, DRAFT, "draft")
    return page.locator("fieldset", has=page.locator("#id_title_en"))


def submit(page: Page, language: str) -> Locator:
    """The page on which what was sent back is submitted again."""
    open_study(page, SENT_BACK, "draft")
    page.locator("[name=_submit]").click()
    return page.locator(".submit-row")


def review(page: Page, language: str) -> Locator:
    """The page on which a revision is approved, with what it changes."""
    open_study(page, IN_REVIEW, "in-review")
    page.locator(".steps a").first.click()
    return page.locator(".submit-row")


def queue(page: Page, language: str) -> Locator:
    """What awaits translation."""
    page.goto(f"{LIST}translations/?language=ru&state=waiting")
    return page.locator(".desk-box").last


def translate(page: Page, language: str) -> Locator:
    """Both texts side by side, with what changed in the source; texts that did not change are left out."""
    open_study(page, OUTDATED, "published")
    page.locator(".translation-boxes a").first.click()
    changed = page.locator("details", has=page.locator("del"))
    page.locator("fieldset").filter(has_not=changed).evaluate_all("some => some.forEach(one => { one.hidden = true })")
    changed.locator("summary").click()
    return page.locator(".submit-row")


def history(page: Page, language: str) -> Locator:
    """What happened to a study."""
    open_study(page, OUTDATED, "published")
    page.locator(".historylink").click()
    page.locator(".history summary").first.click()
    return page.locator(".history button")


def conflict(page: Page, language: str) -> Locator:
    """Two people at one draft."""
    colleague = page.context.browser.new_context(base_url=page.evaluate("location.origin")).new_page()
    sign_in(colleague)
    for person in (page, colleague):
        open_study(person, DRAFT, "draft")
    before = page.locator("#id_title_en").input_value()
    theirs = before.replace("controls", "control") if "controls" in before else before.replace("control", "controls")
    for person, title in ((colleague, theirs), (page, before.replace("One-stop", "Shared"))):
        person.locator("#id_title_en").fill(title)
        person.locator("[name=_continue]").first.click()
        person.locator(".messagelist, .conflict").wait_for()
    colleague.context.close()
    return page.locator(".conflict")


def import_preview(page: Page, language: str) -> Locator:
    """What a file would do, and its faults."""
    exported = page.request.get(f"/{language}/case-studies.xlsx?country={EXPORTED[language]}").body()
    page.goto(f"{LIST}import/")
    file = {"name": "case-studies.xlsx", "mimeType": "application/octet-stream", "buffer": faulty_workbook(exported)}
    page.locator("input[type=file]").set_input_files(file)
    page.locator(".upload [type=submit]").click()
    page.locator(".counts").wait_for()
    return page.locator(".wide").first


def faulty_workbook(exported: bytes) -> bytes:
    """Return an exported workbook as somebody gave it back: one text changed, three cells at fault."""
    book = load_workbook(BytesIO(exported))
    studies = book.worksheets[0]
    columns = {"lessons": 7, "chapter": 8, "country codes": 13, "first year": 18}
    lessons = studies.cell(2, columns["lessons"])
    lessons.value = lessons.value.replace(".", ";", 1)
    studies.cell(3, columns["chapter"]).value = "12"
    studies.cell(4, columns["country codes"]).value = "XX"
    studies.cell(5, columns["first year"]).value = "20015"
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def links(page: Page, language: str) -> Locator:
    """What the addresses of sources answered last."""
    page.goto("/admin/casestudies/linkcheck/")
    return page.locator("#changelist-filter")


def proposal(page: Page, language: str) -> Locator:
    """The draft of a proposal, with who sent it."""
    open_study(page, PROPOSAL, "draft")
    return page.locator("fieldset", has=page.locator("#id_title_en"))


PICTURES = {
    "editor": [account, desk, draft, submit, history, import_preview, links, conflict],
    "reviewer": [review],
    "translator": [queue, translate],
    "curator": [proposal],
}
"""The pictures by the account that is signed in."""
