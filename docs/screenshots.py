"""`python -m docs.screenshots`: takes the pictures of the curators' guide anew, in both languages.

Each language has a database of its own with the starter collection, brought into the state of `docs.scene`, behind the
server that the browser tests start. Needs Chromium, like them.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import tests.database  # noqa: F401  (sets the environment, and starts the embedded server where there is no other)

os.environ["DJANGO_SETTINGS_MODULE"] = "handbook.settings"

import django
from playwright.sync_api import Locator, Page

from tests.browser.conftest import chromium, serving, sign_in
from tests.database import new_database

IMAGES = Path(__file__).parent / "images"
WIDTH, TALLEST = 1280, 1000
LOCALES = {"en": "en-GB", "ru": "ru-RU"}
LIST = "/admin/casestudies/casestudy/"


def main(languages: list[str]) -> None:
    """Take the pictures in these languages, each in a process of its own: Django knows one database."""
    if len(languages) == 1:
        take_all(languages[0])
    else:
        for language in languages or LOCALES:
            subprocess.run([sys.executable, "-m", "docs.screenshots", language], check=True)


def take_all(language: str) -> None:
    """Prepare the scene and take every picture in one language."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    with new_database(f"screenshots_{language}") as url:
        os.environ["DATABASE_URL"] = url  # before the settings are read
        with serving(url) as address, chromium() as browser:
            django.setup()
            from docs import scene

            scene.prepare(language)
            for account, pictures in PICTURES.items():
                context = browser.new_context(
                    base_url=address, locale=LOCALES[language], viewport={"width": WIDTH, "height": TALLEST}
                )
                page = context.new_page()
                page.set_default_timeout(15_000)
                sign_in(page, account)
                for picture in pictures:
                    take(page, picture, language)
                context.close()


def take(page: Page, picture: Callable, language: str) -> None:
    """Bring a page into the state of a picture, and write its upper part, as far as the picture says."""
    last = picture(page, language)
    page.evaluate("document.activeElement.blur()")
    page.evaluate("window.scrollTo(0, 0)")
    box = last.bounding_box()
    height = min(TALLEST, round(box["y"] + box["height"]) + 16)
    path = IMAGES / language / f"{picture.__name__.replace('_', '-')}.png"
    page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height})
    print(f"{path.relative_to(IMAGES)}: {path.stat().st_size // 1024} KB")


# The pictures: each opens a page and returns the last element that it shows -----------------------------------------


def account(page: Page, language: str) -> Locator:
    """One's own account, with what the second factor can be."""
    page.goto("/admin/account/")
    return page.locator("main, #content").last


def desk(page: Page, language: str) -> Locator:
    """The first page of an editor."""
    page.goto("/admin/")
    return page.locator(".desk")


def _open(page: Page, slug: str) -> None:
    """Open a study, or its revision where it has one."""
    from casestudies.models import CaseStudy

    study = CaseStudy.objects.get(slug=slug)
    study = CaseStudy.objects.filter(revises=study).first() or study
    page.goto(f"{LIST}{study.pk}/change/")
    page.get_by_role("tab").first.wait_for()


def draft(page: Page, language: str) -> Locator:
    """The form of an unfinished draft, with what it lacks."""
    from docs.scene import DRAFT

    _open(page, DRAFT)
    return page.locator("fieldset", has=page.locator("#id_title_en"))


def submit(page: Page, language: str) -> Locator:
    """The page on which a draft is submitted."""
    from docs.scene import SENT_BACK

    _open(page, SENT_BACK)
    page.locator("[name=_submit]").click()
    return page.locator(".submit-row")


def review(page: Page, language: str) -> Locator:
    """The page on which a revision is approved, with what it changes."""
    from docs.scene import IN_REVIEW

    _open(page, IN_REVIEW)
    page.locator(".steps a").first.click()
    return page.locator(".submit-row")


def queue(page: Page, language: str) -> Locator:
    """What awaits translation."""
    page.goto(f"{LIST}translations/?language=ru&state=waiting")
    return page.locator(".desk-box").last


def translate(page: Page, language: str) -> Locator:
    """Both texts side by side, with what changed in the source."""
    from casestudies.models import CaseStudy
    from docs.scene import OUTDATED

    page.goto(f"{LIST}{CaseStudy.objects.get(slug=OUTDATED).pk}/translate/ru/")
    fieldset = page.locator("fieldset", has=page.locator("details"))
    for other in page.locator("fieldset").filter(has_not=page.locator("details")).all()[1:]:
        other.evaluate("fieldset => { fieldset.hidden = true }")
    fieldset.locator("summary").click()
    return page.locator(".submit-row")


def history(page: Page, language: str) -> Locator:
    """What happened to a study."""
    from casestudies.models import CaseStudy
    from docs.scene import OUTDATED

    page.goto(f"{LIST}{CaseStudy.objects.get(slug=OUTDATED).pk}/history/")
    page.locator("summary").first.click()
    return page.locator(".history table")


def conflict(page: Page, language: str) -> Locator:
    """Two people at one draft."""
    from casestudies import translations
    from casestudies.models import CaseStudy
    from django.contrib.auth.models import User
    from docs.scene import DRAFT

    _open(page, DRAFT)
    study, reviewer = CaseStudy.objects.get(slug=DRAFT), User.objects.get(username="reviewer")
    title = study.title_en
    page.locator("#id_title_en").fill(title.replace("One-stop customs controls", "One stop for customs"))
    translations.write(study, "en", {"title": title.replace("controls", "control")}, reviewer)
    page.locator("[name=_continue]").first.click()
    section = page.locator(".conflict")
    section.wait_for()
    return section


def import_preview(page: Page, language: str) -> Locator:
    """What a file would do, and its faults."""
    from docs.scene import faulty_workbook

    exported = page.request.get(f"/{language}/case-studies.xlsx?country=MD").body()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "case-studies.xlsx"
        file.write_bytes(faulty_workbook(exported))
        page.goto(f"{LIST}import/")
        page.locator("input[type=file]").set_input_files(file)
        page.locator(".upload [type=submit]").click()
    page.locator(".counts").wait_for()
    return page.locator(".wide").first


def links(page: Page, language: str) -> Locator:
    """What the addresses of sources answered last."""
    page.goto("/admin/casestudies/linkcheck/")
    return page.locator("#changelist")


def proposal(page: Page, language: str) -> Locator:
    """The draft of a proposal, with who sent it."""
    _open(page, "proposal-k7m2xq4d")
    return page.locator("fieldset", has=page.locator("#id_title_en"))


PICTURES = {
    "editor": [account, desk, draft, submit, history, import_preview, links, proposal, conflict],
    "reviewer": [review],
    "translator": [queue, translate],
}

if __name__ == "__main__":
    main(sys.argv[1:])
