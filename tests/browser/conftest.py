"""A real browser before the real server: what `make run` starts, with a database of its own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.database import collection, new_database

# The first has no windows: the same engine for half the work, as the others load an interface for every page.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
# A busy machine is not a fault: what should appear has half a minute.
expect.set_options(timeout=30_000)
PASSWORD = "correct-horse-battery-staple"
# Accounts by their role; `None` may do everything.
STAFF = {"curator": None, "editor": "Editor", "reviewer": "Reviewer", "translator": "Translator into Russian"}
MAKE_STAFF = """
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
password = make_password({password!r})
for name, role in {staff!r}.items():
    user = User.objects.create(username=name, password=password, is_staff=True, is_superuser=role is None)
    user.groups.set(Group.objects.filter(name=role))
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, and leave it out where there is no Chromium."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def database_url():
    """The address of a new database with the collection."""
    with new_database("browser", template=collection()) as url:
        yield url


@pytest.fixture(scope="session")
def server(database_url: str):
    """The address of the site as `manage.py serve` starts it, with staff accounts."""
    with serving(database_url) as address:
        yield address


@contextmanager
def serving(database_url: str) -> Iterator[str]:
    """Serve the site on a new database, with staff accounts, and give its address; Ctrl-C must end it cleanly."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": database_url}
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    process = subprocess.Popen([*manage, "serve", "--port", str(port)], env=environment)
    address = f"http://127.0.0.1:{port}"
    for _attempt in range(3000):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5)
            break
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, "the server ended before it answered"
            sleep(0.1)
    command = [*manage, "shell", "--command", MAKE_STAFF.format(staff=STAFF, password=PASSWORD)]
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        ended = process.wait(20)
    assert ended == 0


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium from the system, for all tests."""
    with chromium() as browser:
        yield browser


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start headless Chromium from the system; it asks nobody on the network but the server."""
    # Playwright keeps an event loop going in this thread, so Django would refuse the queries of tests that come after.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, server: str):
    """Return a function that opens a page in a context of its own, 1280 pixels wide; options go to the context.

    Whatever a console complains about, or is asked of others, fails the test. Only a page that is
    missing, withdrawn or refused may be complained of.
    """
    contexts, complaints = [], []

    def open_page(**options) -> Page:
        defaults = {"base_url": server, "viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}
        options = {**defaults, **options}
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request", lambda request: request.url.startswith(options["base_url"]) or complaints.append(request.url)
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    excused = re.compile(r"^data:|\b(403|404|410)\b")
    assert [text for text in complaints if not excused.search(text)] == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A new page."""
    return new_page()


@pytest.fixture
def signed_in(page: Page) -> Page:
    """The page, signed in to the admin."""
    sign_in(page)
    return page


def sign_in(page: Page, account: str = "curator") -> None:
    """Sign in to the admin, whose words depend on the browser's language."""
    page.goto("/admin/")
    page.get_by_label(re.compile("Username|Имя пользователя")).fill(account)
    page.get_by_label(re.compile("Password|Пароль")).fill(PASSWORD)
    page.get_by_role("button", name=re.compile("^(Log in|Войти)$")).click()
    page.get_by_role("button", name=re.compile("Log out|Выйти")).wait_for()
