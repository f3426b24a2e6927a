"""Safe from the first day: headers, cookies, settings, sign-in."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from handbook.middleware import client_address
from tests.factories import UserFactory

PRODUCTION = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "practices.example.org",
    "SITE_URL": "https://practices.example.org",
    "HTTPS_ONLY": "true",
}
LOCAL_ONLY = ("HTTPS_ONLY", "SECOND_FACTOR_REQUIRED", "EMAIL_URL", "DEBUG", "ALLOWED_HOSTS", "SITE_URL", "SECRET_KEY")
# Set for tests with a browser, which may have run in this process before (tests/browser/conftest.py).
TESTS_ONLY = ("DJANGO_ALLOW_ASYNC_UNSAFE",)


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a management command as on a server: with these variables, and without those for local use and for tests."""
    inherited = {key: value for key, value in os.environ.items() if key not in LOCAL_ONLY + TESTS_ONLY}
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv = {['manage.py', *arguments]!r}\n" + MANAGE],
        cwd=settings.BASE_DIR,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
    )


# Without the `.env` of a developer's checkout, which would fill in what a server has not set.
MANAGE = """
import environ
environ.Env.read_env = classmethod(lambda *args, **kwargs: None)
import manage
manage.main()
"""


def test_deployment_check_is_clean():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (result.returncode, "no issues" in result.stdout) == (0, True), result.stderr


def test_deployment_check_warns_of_sign_in_by_password_alone():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, SECOND_FACTOR_REQUIRED="false")
    assert (result.returncode, "SECOND_FACTOR_REQUIRED is off" in result.stderr) == (1, True)


def test_server_without_a_secret_does_not_start():
    result = manage("check", **{key: value for key, value in PRODUCTION.items() if key != "SECRET_KEY"})
    assert result.returncode != 0
    assert "SECRET_KEY" in result.stderr


def test_defaults_are_those_of_a_public_server():
    names = [
        "DEBUG",
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "SECOND_FACTOR_REQUIRED",
        "PASSWORD_RESET_BY_EMAIL",
    ]
    code = f"from django.conf import settings; print(*[getattr(settings, name) for name in {names}])"
    result = manage("shell", "-v", "0", "-c", code, SECRET_KEY=PRODUCTION["SECRET_KEY"])
    assert result.stdout.strip() == "False True True True False"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/en/", "/ru/case-studies/?q=%3Cscript%3E", "/admin/login/", "/en/nope/"])
def test_headers(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.django_db
def test_readers_get_no_cookie(client):
    for path in ("/en/", "/en/case-studies/?q=x", "/en/case-studies.csv", "/en/nope/"):
        assert not client.get(path).cookies


@pytest.mark.django_db
def test_question_cannot_run_in_the_page(client):
    content = client.get("/en/case-studies/", {"q": '"><script>alert(1)</script>', "country": "<b>"}).content.decode()
    assert "<script>alert" not in content
    assert "<b>" not in content


@pytest.mark.django_db
def test_sign_in_attempts_are_limited():
    user = UserFactory(is_staff=True)
    user.set_password("right-password-1")
    user.save()
    login, client = reverse("account_login"), Client()
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        response = client.post(login, {"login": user.username, "password": "wrong"})
    assert response.status_code == 429
    right = {"login": user.username, "password": "right-password-1"}
    assert client.post(login, right).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(login, right).status_code == 302


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "address"),
    [
        (True, "203.0.113.9, 198.51.100.4", "198.51.100.4"),
        (True, None, "127.0.0.1"),
        (False, "203.0.113.9", "127.0.0.1"),
    ],
)
def test_sign_in_counts_the_address_that_the_proxy_saw(rf, settings, behind_proxy, forwarded, address):
    settings.BEHIND_PROXY = behind_proxy
    request = rf.get("/", headers={"x-forwarded-for": forwarded} if forwarded else {})
    assert client_address(request) == address


@pytest.mark.django_db
def test_sign_in_leads_nowhere_else():
    user = UserFactory(is_staff=True)
    user.set_password("right-password-1")
    user.save()
    data = {"login": user.username, "password": "right-password-1", "next": "https://evil.example"}
    assert Client().post(reverse("account_login"), data)["Location"] == "/admin/"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["casestudy_changelist", "theme_add"])
def test_admin_is_for_staff(client, name):
    assert client.get(reverse(f"admin:casestudies_{name}")).status_code == 302
    reader = Client()
    reader.force_login(UserFactory(), "django.contrib.auth.backends.ModelBackend")
    assert reader.get(reverse(f"admin:casestudies_{name}")).status_code == 302


@pytest.mark.django_db
def test_page_of_a_failed_request_needs_no_database(client, monkeypatch):
    from casestudies import views

    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(views, "Selection", fail)
    client.raise_request_exception = False
    response = client.get("/ru/case-studies/")
    assert response.status_code == 500
    assert "Что-то пошло не так" in response.content.decode() or 'lang="ru"' in response.content.decode()
