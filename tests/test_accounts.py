"""Signing in to the desk: second factor, lock-out, sessions, and what was typed when one ended."""

import re
from html import unescape
from time import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from casestudies.models import Theme
from handbook import sessions
from tests.factories import UserFactory
from tests.test_security import PRODUCTION, manage

pytestmark = pytest.mark.django_db
PASSWORD = "right-password-1"
ADMIN, LOGIN, CODE = reverse("admin:index"), reverse("account_login"), reverse("mfa_authenticate")
THEMES = reverse("admin:casestudies_theme_changelist")


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def user() -> User:
    user = UserFactory(username="anna", email="anna@example.org", is_staff=True, is_superuser=True)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def secret(user: User) -> str:
    """The user has an authenticator app with this secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code(secret: str, periods_on: int = 0) -> str:
    """Return what an authenticator app shows."""
    return format_hotp_value(hotp_value(secret, int(time()) // 30 + periods_on))


def sign_in(user: User, code: str | None = None, client: Client | None = None, **start) -> Client:
    client = client or Client()
    client.post(LOGIN, {"login": user.username, "password": PASSWORD, **start})
    if code:
        client.post(CODE, {"code": code})
    return client


def opens(client: Client, address: str = THEMES) -> bool:
    return client.get(address).status_code == 200


def password_only(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def test_desk_asks_for_sign_in_and_leads_back(user):
    client = Client()
    page = client.get(THEMES, follow=True)
    assert (page.request["PATH_INFO"], page.context["redirect_field_value"]) == (LOGIN, THEMES)
    response = client.post(LOGIN, {"login": "anna", "password": PASSWORD, "next": THEMES})
    assert response["Location"] == THEMES
    assert opens(client)


def test_account_without_a_second_factor_can_only_set_one_up(user, required, monkeypatch):
    # The transaction around this test is never committed, while that around the activation would be.
    monkeypatch.setattr(transaction, "on_commit", lambda callback, **options: callback())
    client = sign_in(user)
    response = client.get(THEMES, follow=True)
    assert response.request["PATH_INFO"] == reverse("mfa_index")
    assert "needs a second factor" in response.content.decode()
    theme = Theme.objects.get(code="seaports")
    address = reverse("admin:casestudies_theme_change", args=[theme.pk])
    assert client.post(address, {"name_en": "Changed"}).status_code == 403

    activate = reverse("mfa_activate_totp")
    page = client.get(activate, follow=True)
    assert page.request["PATH_INFO"] == reverse("account_reauthenticate")
    page = client.post(page.request["PATH_INFO"], {"password": PASSWORD, "next": activate}, follow=True)
    assert "data:image/svg+xml" in page.content.decode()
    page = client.post(activate, {"code": code(page.context["form"].secret)}, follow=True)
    assert len(page.context["unused_codes"]) == 10
    assert opens(client)


def test_wrong_code_activates_nothing(user, required):
    client = sign_in(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    response = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "Incorrect code" in response.content.decode()
    assert not opens(client)


def test_sign_in_takes_password_and_code(user, secret, required):
    client = sign_in(user)
    assert not opens(client)
    assert "Incorrect code" in client.post(CODE, {"code": "12345"}).content.decode()
    assert not opens(client)
    assert client.post(CODE, {"code": code(secret)})["Location"] == ADMIN
    assert opens(client)


def test_second_factor_is_asked_of_who_has_one_even_where_none_is_required(user, secret):
    assert not opens(sign_in(user))
    assert opens(sign_in(user, code(secret)))


def test_secrets_are_stored_encrypted_and_stay_readable_when_the_key_changes(user, secret, settings):
    kept = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in kept
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    assert opens(sign_in(user, code(secret)))


def test_secret_of_an_unknown_key_lets_nobody_in(user, secret, settings):
    settings.SECRET_KEY = "another" * 10
    empty = code("")
    for shown in (code(secret, periods_on=1), empty):
        assert not opens(sign_in(user, shown))


def test_code_is_taken_once(user, secret):
    shown = code(secret)
    assert opens(sign_in(user, shown))
    assert not opens(sign_in(user, shown))
    assert opens(sign_in(user, code(secret, periods_on=1)))


def test_recovery_code_is_taken_once(user, secret, required):
    client = sign_in(user, code(secret))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_generate_recovery_codes"))
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert opens(sign_in(user, codes[0]))
    assert not opens(sign_in(user, codes[0]))
    assert opens(sign_in(user, codes[1]))


def test_session_older_than_the_second_factor_has_to_show_it(user, required):
    client = password_only(user)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    show = reverse("mfa_reauthenticate")
    for address in (THEMES, reverse("mfa_add_webauthn"), reverse("account_reauthenticate"), reverse("mfa_index")):
        response = client.get(address)
        assert (response.status_code, response["Location"].split("?")[0]) == (302, show)
    response = client.post(show, {"code": code(secret), "next": THEMES})
    assert response["Location"] == THEMES
    assert opens(client)


def make_key(user: User) -> Authenticator:
    """Give the user a key, as a browser would have registered it; tests/browser/ uses one."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    made = AttestedCredentialData.create(Aaguid.NONE, b"key", public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    told = AuthenticatorData.create(sha256(b"testserver"), flags, 0, made)
    client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, b"challenge", "https://testserver")
    credential = {
        "id": websafe_encode(b"key"),
        "rawId": websafe_encode(b"key"),
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", told, {})),
        },
    }
    data = {"name": "Key", "credential": credential}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


@pytest.mark.parametrize(
    "credential", ["[1]", '{"id": "x"}', '{"id": "eA", "rawId": "eA", "response": {"userHandle": 5}}']
)
def test_malformed_key_is_an_error_and_no_crash(user, secret, credential):
    client = Client()
    client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert "Incorrect code" in client.get(LOGIN).content.decode()
    sign_in(user, client=client)
    assert "Incorrect code" in client.post(CODE, {"credential": credential}).content.decode()
    client.post(CODE, {"code": code(secret)})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    add = reverse("mfa_add_webauthn")
    client.get(add)
    assert "Incorrect code" in client.post(add, {"credential": credential, "name": "x"}).content.decode()


@pytest.mark.parametrize("is_required", [True, False])
def test_last_second_factor_stays_where_one_is_required(user, secret, settings, is_required):
    settings.SECOND_FACTOR_REQUIRED = is_required
    client = sign_in(user, code(secret))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    key = make_key(user)
    client.post(reverse("mfa_deactivate_totp"))
    assert set(user.authenticator_set.values_list("type", flat=True)) == {"webauthn"}
    # The session showed the app, which is gone: the key counts as shown.
    session = client.session
    session["account_authentication_methods"][0]["id"] = key.pk
    session.save()
    response = client.post(reverse("mfa_remove_webauthn", args=[key.pk]), follow=True)
    assert user.authenticator_set.exists() == is_required
    assert ("only second factor" in response.content.decode()) == is_required


def test_only_app_stays_where_one_is_required(user, secret, required):
    client = sign_in(user, code(secret))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.post(reverse("mfa_deactivate_totp"))
    assert "only second factor" in response.content.decode()
    assert user.authenticator_set.filter(type="totp").exists()


@pytest.mark.parametrize(("language", "text"), [("en", "Too many attempts"), ("ru", "Слишком много попыток")])
def test_lock_out_is_explained(user, settings, language, text):
    client = Client(headers={"accept-language": language})
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        response = client.post(LOGIN, {"login": "anna", "password": "wrong"})
    assert (response.status_code, text in response.content.decode()) == (429, True)
    assert not opens(sign_in(user, client=client))


def test_wrong_passwords_of_others_do_not_lock_a_colleague_out(user):
    for number in range(10):
        Client(REMOTE_ADDR=f"192.0.2.{number}").post(LOGIN, {"login": "anna", "password": "wrong"})
    assert opens(sign_in(user))


def test_wrong_codes_are_limited_wherever_they_come_from(user, secret):
    for number in range(5):
        sign_in(user, "000000", Client(REMOTE_ADDR=f"192.0.2.{number}"))
    client = sign_in(user)
    response = client.post(CODE, {"code": code(secret)})
    assert "Too many failed login attempts" in response.content.decode()
    assert not opens(client)


def end_of(client: Client):
    return Session.objects.get(pk=client.session.session_key).expire_date


def test_session_is_prolonged_by_work_but_not_for_ever(user, monkeypatch):
    client = sign_in(user)
    begun = time()
    for hours, minutes_left in ((0, 60), (1, 60), (11.5, 30)):
        monkeypatch.setattr(sessions, "time", lambda hours=hours: begun + hours * 3600)
        assert opens(client)
        assert (end_of(client) - timezone.now()).total_seconds() / 60 == pytest.approx(minutes_left, abs=1)
    Session.objects.update(expire_date=timezone.now())
    assert not opens(client)


def test_readers_pages_do_not_touch_a_session(user):
    client = sign_in(user)
    response = client.get("/en/case-studies/")
    assert "sessionid" not in response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


def test_other_sessions_are_seen_and_ended(user):
    here = sign_in(user, client=Client(headers={"user-agent": "Firefox"}))
    there = sign_in(user, client=Client(headers={"user-agent": "Telephone"}))
    address = reverse("usersessions_list")
    assert "Telephone" in here.get(address).content.decode()
    here.post(address)
    assert (opens(here), opens(there)) == (True, False)


def test_new_password_ends_the_other_sessions(user):
    here, there = sign_in(user), sign_in(user)
    new = "another-password-2"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    response = here.post(reverse("account_change_password"), data)
    assert response.status_code == 302
    assert (opens(here), opens(there)) == (True, False)


def test_deactivated_account_is_out_at_once(user):
    client = sign_in(user)
    User.objects.update(is_active=False)
    assert not opens(client)


def test_link_of_the_admin_to_change_the_password_leads_to_the_same_page(user):
    response = sign_in(user).get(reverse("admin:password_change"))
    assert response["Location"] == reverse("account_change_password")


class TestTypedText:
    """A form is sent after its session has ended; CSRF is enforced."""

    TEXT = 'Очень длинный текст с "кавычками" & <знаками>\r\n' * 200
    ORIGIN = {"origin": "http://testserver"}

    @pytest.fixture
    def client(self, user) -> Client:
        """A browser in which somebody was signed in."""
        client = Client(enforce_csrf_checks=True)
        self.sign_in(client)
        return client

    def sign_in(self, client: Client) -> None:
        token = self.fields(client.get(LOGIN))["csrfmiddlewaretoken"]
        data = {"login": "anna", "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert client.post(LOGIN, data)["Location"] == ADMIN

    def fields(self, response) -> dict:
        """Return what the hidden fields of a page would send."""
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', response.content.decode())
        return {name: unescape(value) for name, value in found}

    @pytest.fixture
    def form(self, client) -> dict:
        page = client.get(reverse("admin:casestudies_theme_add"))
        token = self.fields(page)["csrfmiddlewaretoken"]
        return {
            "csrfmiddlewaretoken": token,
            "code": "new-theme",
            "name_en": "New",
            "name_ru": "Новая",
            "definition_ru": self.TEXT,
            "synonyms_en": "",
            "position": "1",
            "_save": "Save",
        }

    def send(self, client, data, **headers):
        return client.post(reverse("admin:casestudies_theme_add"), data, headers=headers)

    def test_comes_back_and_is_saved_after_signing_in_again(self, client, form):
        Session.objects.all().delete()
        page = self.send(client, form, **self.ORIGIN)
        assert page.status_code == 403
        assert "Your session has ended" in page.content.decode()
        kept = self.fields(page)
        assert kept | {"csrfmiddlewaretoken": ""} == form | {"csrfmiddlewaretoken": ""}

        self.sign_in(client)  # in another tab
        page = self.send(client, kept, **self.ORIGIN)
        assert page.status_code == 403
        assert "You signed in again" in page.content.decode()
        assert self.send(client, self.fields(page), **self.ORIGIN).status_code == 302
        assert (
            Theme.objects.get(code="new-theme").definition_ru.replace("\r", "") == self.TEXT.replace("\r", "").strip()
        )

    @pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
    def test_of_another_site_is_refused_and_gets_no_token(self, client, form, headers):
        page = self.send(client, form | {"csrfmiddlewaretoken": "x" * 64}, **headers)
        assert page.status_code == 403
        assert "new-theme" not in page.content.decode()
        assert "csrfmiddlewaretoken" not in self.fields(page)
        assert not Theme.objects.filter(code="new-theme").exists()

    def test_own_form_with_an_outdated_token_changes_nothing(self, client, form):
        page = self.send(client, form | {"csrfmiddlewaretoken": "x" * 64}, **self.ORIGIN)
        assert page.status_code == 403
        assert not Theme.objects.filter(code="new-theme").exists()

    def test_passwords_do_not_come_back(self, client):
        Session.objects.all().delete()
        address = reverse("admin:auth_user_add")
        token = client.cookies["csrftoken"].value
        data = {"csrfmiddlewaretoken": token, "username": "boris", "password1": "secret-one", "password2": "secret-one"}
        content = client.post(address, data, headers=self.ORIGIN).content.decode()
        assert "boris" in content
        assert "secret-one" not in content


def remove_second_factors(client: Client, *users: User, **confirmed):
    data = {"action": "remove_second_factor", "_selected_action": [user.pk for user in users]}
    return client.post(reverse("admin:auth_user_changelist"), data | confirmed, follow=True)


@pytest.mark.parametrize("is_superuser", [True, False])
def test_administrator_removes_the_second_factor_of_a_colleague(user, secret, is_superuser):
    administrator = UserFactory(is_staff=True, is_superuser=is_superuser)
    administrator.groups.set(Group.objects.filter(name="Administrator"))
    client = password_only(administrator)
    User.objects.filter(pk=user.pk).update(is_superuser=is_superuser)
    colleague = sign_in(user, code(secret))
    asked = remove_second_factors(client, user).content.decode()
    assert "Make sure that the colleague asked for it" in asked
    assert user.authenticator_set.exists()
    response = remove_second_factors(client, user, confirmed="Remove")
    assert "1 second factor was removed" in response.content.decode()
    assert not user.authenticator_set.exists()
    assert ADMIN in colleague.get(ADMIN).url  # signed out
    history = reverse("admin:auth_user_history", args=[user.pk])
    for language, words in (("en", "Second factor removed"), ("ru", "Второй фактор удалён")):
        content = client.get(history, headers={"accept-language": language}).content.decode()
        assert words in content
        assert administrator.username in content


def test_second_factors_of_superusers_and_ones_own_stay(user, secret):
    administrator, editor = UserFactory(is_staff=True), UserFactory(is_staff=True)
    administrator.groups.set(Group.objects.filter(name="Administrator"))
    editor.groups.set(Group.objects.filter(name="Editor"))
    TOTP.activate(administrator, generate_totp_secret())
    client = password_only(administrator)
    for confirmed in ({}, {"confirmed": "Remove"}):
        content = remove_second_factors(client, user, administrator, **confirmed).content.decode()
        assert "Left as it is" in content
        assert "Make sure that" not in content
        remove_second_factors(password_only(editor), administrator, **confirmed)
        remove_second_factors(password_only(user), user, **confirmed)  # a superuser, whose own it is
    assert user.authenticator_set.exists()
    assert administrator.authenticator_set.exists()


def test_account_without_a_key_is_not_asked_for_one(user, secret):
    client = Client()
    client.post(LOGIN, {"login": user.username, "password": PASSWORD})
    content = client.get(CODE).content.decode()
    assert "Cancel" in content
    assert "security key" not in content


@pytest.mark.parametrize(("language", "name"), [("en", "Field office"), ("ru", "полевое присутствие")])
def test_roles_are_named_in_the_language_of_the_page(curator, user, language, name):
    pages = [
        reverse("admin:auth_group_changelist"),
        reverse("admin:auth_user_changelist"),
        reverse("admin:auth_user_change", args=[user.pk]),
    ]
    for address in pages:
        content = curator.get(address, headers={"accept-language": language}).content.decode()
        assert name in content
        assert ("Field office<" in content) == (language == "en")
    group = Group.objects.create(name="Interns")
    assert group.name in curator.get(pages[0], headers={"accept-language": language}).content.decode()
    desk = curator.get(ADMIN, headers={"accept-language": language}).content.decode()
    assert "Axes" not in desk


def test_admin_shows_no_secret(curator, secret):
    content = curator.get(ADMIN).content.decode()
    assert "/admin/auth/user/" in content
    assert "/admin/mfa/" not in content
    assert curator.get("/admin/mfa/authenticator/").status_code == 404


def test_password_is_reset_by_mail_and_the_second_factor_still_asked(user, secret):
    client = Client()
    client.post(reverse("account_reset_password"), {"email": user.email})
    (message,) = mail.outbox
    assert message.to == [user.email]
    link = re.search(r"http://testserver(/\S+)", message.body)[1]
    page = client.get(link, follow=True)
    new = "another-password-2"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    response = client.post(LOGIN, {"login": "anna", "password": new})
    assert response["Location"] == CODE


def test_reset_does_not_tell_who_has_an_account(user):
    pages = []
    for address in (user.email, "nobody@example.org"):
        response = Client().post(reverse("account_reset_password"), {"email": address}, follow=True)
        pages.append((response.redirect_chain, re.sub(r'value="\w{64}"', "", response.content.decode())))
    assert pages[0] == pages[1]
    assert "sign up" not in mail.outbox[1].body


@pytest.mark.parametrize(("variables", "exists"), [({}, False), ({"EMAIL_URL": "smtp://localhost:25"}, True)])
def test_password_is_reset_by_mail_only_where_mail_is_sent(variables, exists):
    script = "from django.urls import resolve; print(resolve('/admin/account/password/reset/').url_name)"
    result = manage("shell", "-v", "0", "-c", script, **PRODUCTION, **variables)
    assert ("account_reset_password" in result.stdout) == exists, result.stderr


def test_nobody_signs_up(client):
    response = client.post(reverse("account_signup"), {"username": "eve", "password1": PASSWORD, "password2": PASSWORD})
    assert "Administrators make accounts" in response.content.decode()
    assert not User.objects.filter(username="eve").exists()


def account_pages(user: User, secret: str, **headers: str) -> dict[str, str]:
    """Return every page of one's own account, and those of the way there, by its address."""
    outside, pending, inside = (Client(headers=headers) for _ in range(3))
    sign_in(user, client=pending)
    sign_in(user, code(secret), inside)
    key = make_key(user)
    names = ["account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"]
    responses = [inside.get(reverse(name)) for name in names]
    inside.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    inside.post(reverse("mfa_generate_recovery_codes"))
    names = ["mfa_index", "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_generate_recovery_codes"]
    names += ["mfa_view_recovery_codes", "mfa_list_webauthn", "usersessions_list", "account_change_password"]
    responses += [inside.get(reverse(name)) for name in [*names, "account_logout"]]
    responses += [inside.get(reverse(name, args=[key.pk])) for name in ("mfa_edit_webauthn", "mfa_remove_webauthn")]
    names = ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"]
    responses += [outside.get(reverse(name)) for name in [*names, "account_inactive"]]
    responses += [outside.post(LOGIN, {"login": "x"}), pending.get(CODE)]
    responses += [outside.post(reverse("admin:auth_user_add"), {"username": "x"})]
    user.authenticator_set.filter(type="totp").delete()
    responses.append(inside.get(reverse("mfa_activate_totp")))
    for response in responses:
        assert response.status_code in (200, 403), response.headers
        assert "no-store" in response["Cache-Control"]
    return {f"{number} {r.request['PATH_INFO']}": r.content.decode() for number, r in enumerate(responses)}


def test_pages_run_no_inline_script_and_ask_nobody_else(user, secret):
    for address, content in account_pages(user, secret).items():
        for tag in re.findall(r"<script[^>]*>", content):
            assert 'src="/static/' in tag or 'type="application/json"' in tag, (address, tag)
        assert not re.search(r"<style|\sstyle=|\son\w+=", content), address
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', content), address
        assert len(re.findall(r"<h1", content)) == 1, address


def test_pages_are_russian_for_russian_browsers(user, secret):
    latin = {"anna", "javascript", "key", "pin"}
    for address, content in account_pages(user, secret, **{"accept-language": "ru"}).items():
        shown = re.sub(r"<(script|textarea|code)\b.*?</\1>|<[^>]*>", " ", content, flags=re.S)
        words = {word.lower() for word in re.findall(r"[A-Za-z]{3,}", shown)}
        assert words <= latin, (address, words - latin)
        # Not the Russian of allauth: ours has its ё and its own words.
        assert not re.search("учетн|Аккаунт|ктивир|Генерир|ключ безопасности|клюей|Доступнен", shown), address
