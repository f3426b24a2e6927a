"""Signing in with a passkey, which only a browser can make, and a form that outlives its session."""

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD
from tests.browser.test_accessibility import violations

DESK = re.compile(r"/admin/$")


@pytest.fixture
def account(database_url: str, server: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """An account that no other test signs in with."""
    account = {"username": request.node.name[:60], "password": PASSWORD}
    variables = {f"DJANGO_SUPERUSER_{name.upper()}": value for name, value in account.items()}
    command = [
        sys.executable,
        str(settings.BASE_DIR / "manage.py"),
        "createsuperuser",
        "--noinput",
        "--email",
        "a@b.org",
    ]
    subprocess.run(command, env={**os.environ, **variables, "DATABASE_URL": database_url}, check=True)
    return account


@pytest.fixture
def page(new_page: Callable[..., Page], server: str) -> Page:
    """A page at an address that passkeys may have: a name, not a number."""
    return new_page(base_url=server.replace("127.0.0.1", "localhost"))


def give_password(page: Page, account: dict[str, str]) -> None:
    page.get_by_label("Username").fill(account["username"])
    page.get_by_label("Password").fill(account["password"])
    page.get_by_role("button", name="Log in", exact=True).click()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    page.goto("/admin/")


def test_passkey_signs_in_alone_and_after_the_password(page, account):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    abilities = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True, **abilities}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    page.goto("/admin/")
    assert violations(page) == []
    give_password(page, account)
    page.get_by_role("link", name="Your account").click()
    assert violations(page) == []
    page.get_by_role("link", name="Add").click()
    page.get_by_label("Password").fill(account["password"])
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    assert violations(page) == []
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label("Unused codes")).to_have_value(re.compile(r"^(\d{8}\n){9}\d{8}$"))

    log_out(page)
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page).to_have_url(DESK)

    log_out(page)
    give_password(page, account)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Use a passkey or security key").click()
    expect(page).to_have_url(DESK)


def test_what_was_typed_outlives_the_session(page, account):
    text = 'First line\nSecond "line" of <text>'
    page.goto("/admin/casestudies/organization/add/")
    give_password(page, account)
    for label, value in (("Code", "OUTLIVING"), ("Name [en]", "Outliving"), ("Name [ru]", "Пережившая")):
        page.get_by_label(label).fill(value)
    page.get_by_label("Role at borders [en]").fill(text)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    assert violations(page) == []

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in").click()
    give_password(opened.value, account)
    expect(opened.value).to_have_url(DESK)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send what I typed").click()
    page.get_by_role("link", name="Outliving").first.click()
    expect(page.get_by_label("Role at borders [en]")).to_have_value(text)
