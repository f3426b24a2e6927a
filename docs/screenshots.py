"""`python -m docs.screenshots`: takes the pictures of the curators' guide anew, in both languages.

Each language has a database of its own with the starter collection, brought into the state of `docs.scene`, behind the
server that the browser tests start. Needs Chromium, like them.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import tests.database  # noqa: F401 (sets the environment, and starts an embedded server where DATABASE_URL is unset)

os.environ["DJANGO_SETTINGS_MODULE"] = "handbook.settings"

from PIL import Image
from playwright.sync_api import Page

from docs.pictures import PICTURES
from tests.browser.conftest import chromium, serving, sign_in
from tests.database import new_database

DOCS = Path(__file__).parent
WIDTH, TALLEST = 1280, 900
COLOURS = 256  # what a palette of one byte a pixel holds; half the size, and no difference one sees in a page of text
LOCALES = {"en": "en-GB", "ru": "ru-RU"}


def take_all(language: str) -> None:
    """Prepare the scene and take every picture in one language."""
    with new_database(f"screenshots_{language}") as url, serving(url) as address, chromium() as browser:
        prepare(url, language)
        for account, pictures in PICTURES.items():
            context = browser.new_context(
                base_url=address, locale=LOCALES[language], viewport={"width": WIDTH, "height": TALLEST}
            )
            page = context.new_page()
            sign_in(page, account)
            for picture in pictures:
                take(page, picture, language)
            context.close()


def prepare(database_url: str, language: str) -> None:
    """Bring a new database into the state that the pictures show."""
    command = f"from docs.scene import prepare; prepare({language!r})"
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", command],
        cwd=DOCS.parent,
        env={**os.environ, "DATABASE_URL": database_url},
        check=True,
    )


def take(page: Page, picture: Callable, language: str) -> None:
    """Bring a page into the state of a picture, and write its upper part, as far as the picture says."""
    last = picture(page, language)
    page.evaluate("document.activeElement.blur()")
    page.evaluate("window.scrollTo(0, 0)")
    box = last.bounding_box()
    height = min(TALLEST, round(box["y"] + box["height"]) + 16)
    path = DOCS / "images" / language / f"{picture.__name__.replace('_', '-')}.png"
    taken = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height})
    save_small(Image.open(BytesIO(taken)), path)
    print(f"{path.relative_to(DOCS)}: {path.stat().st_size // 1024} KB")


def save_small(picture: Image.Image, path: Path) -> None:
    """Write a picture as a PNG of few colours."""
    few = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    for language in sys.argv[1:] or LOCALES:
        take_all(language)
