"""The second factor that staff sign in with: a code of an authenticator app, or a key such as a passkey.

django-allauth asks accounts that have one. Here stands that an account must have one where SECOND_FACTOR_REQUIRED is
on, and that a session must have shown it: one that began with a password alone may be older than the second factor.
"""

import logging
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Callable
from secrets import token_bytes

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_reset
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import kept_forms

logger = logging.getLogger(__name__)

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
ENCRYPTED = "gAAAA"
"""How every token of Fernet begins, and no secret does."""
# Where a session shows the second factor of its account, or ends.
SHOWING = ("mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout", "admin:logout", "admin:jsi18n")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the last second factor where one is required, and its secrets unreadable in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "This is your only second factor, and your account must have one. Add another one first."
        )
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether another second factor would be left, or none is required."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
        return not settings.SECOND_FACTOR_REQUIRED or others.exists()

    def encrypt(self, text: str) -> str:
        """Return a secret as it is stored: encrypted with a key that SECRET_KEY gives."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret; with another SECRET_KEY than it was stored with, one that no code fits."""
        if not encrypted_text.startswith(ENCRYPTED):
            return encrypted_text  # stored before secrets were encrypted
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            logger.warning("A second factor was stored with another SECRET_KEY: remove it, or name the old key.")
            return b32encode(token_bytes(20)).decode()


def _cipher() -> MultiFernet:
    """Return what encrypts with SECRET_KEY, and decrypts with the keys before it too."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    keys = (salted_hmac(__name__, "", secret=secret, algorithm="sha256").digest() for secret in secrets)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])


class SecondFactorMiddleware:
    """Leads staff to what is missing, where a second factor is required, and to nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        """Answer with the step that is missing; a form comes back and can be sent afterwards."""
        step = missing_step(request) if settings.SECOND_FACTOR_REQUIRED else None
        if step is None:
            return None
        if kept_forms.is_form_of_admin(request):
            return kept_forms.keep(request)
        if step == "mfa_index":
            messages.warning(request, gettext("Your account needs a second factor. Set one up to go on."))
        return redirect_to_login(request.get_full_path(), reverse(step))


def missing_step(request: HttpRequest) -> str | None:
    """Return the name of the page where a second factor is to be set up or shown before this page; None if not."""
    page = request.resolver_match.view_name
    is_admin = page.startswith("admin:")
    if page in SHOWING or not (is_admin or page.startswith(("account_", "mfa_", "usersessions_"))):
        return None
    if not request.user.is_authenticated:
        return None
    kinds = dict(Authenticator.objects.filter(user=request.user).values_list("pk", "type"))
    if not set(kinds.values()) & set(FACTORS):
        return "mfa_index" if is_admin else None
    shown = {record.get("id") for record in get_authentication_records(request, request.user)}
    return None if shown & set(kinds) else "mfa_reauthenticate"


@receiver([authenticator_added, authenticator_reset])
def remember_shown(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs) -> None:
    """Count a second factor as shown in the session that set it up: it was tried then."""
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


class RemoveKeyView(RemoveWebAuthnView):
    """Removes a key, but not the last second factor where one is required."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Remove the key, or say why not."""
        adapter = get_adapter()
        if adapter.can_delete_authenticator(self.object):
            return super().form_valid(form)
        messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
        return redirect("mfa_list_webauthn")


remove_key = RemoveKeyView.as_view()
