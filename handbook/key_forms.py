"""django-allauth's forms for passkeys and security keys, with two things mended: names in Russian, and no crash.

The browser's script fills in the credential. What is sent by hand may be anything, and allauth's parser fails on it.
"""

from collections.abc import Callable
from functools import wraps

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as allauth
from django import forms
from django.utils.translation import gettext_lazy as _


def report_malformed(clean: Callable) -> Callable:
    """Let a credential that cannot be read be an error of the form."""

    @wraps(clean)
    def reporting(form: forms.Form) -> object:
        try:
            return clean(form)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("incorrect_code") from error

    return reporting


class LoginForm(allauth.LoginWebAuthnForm):
    """Signing in with a passkey alone."""

    clean_credential = report_malformed(allauth.LoginWebAuthnForm.clean_credential)


class AuthenticateForm(allauth.AuthenticateWebAuthnForm):
    """Signing in with a key after the password."""

    clean_credential = report_malformed(allauth.AuthenticateWebAuthnForm.clean_credential)


class ReauthenticateForm(allauth.ReauthenticateWebAuthnForm):
    """Showing a key once more."""

    clean_credential = report_malformed(allauth.ReauthenticateWebAuthnForm.clean_credential)


class AddForm(allauth.AddWebAuthnForm):
    """A new key."""

    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    clean = report_malformed(allauth.AddWebAuthnForm.clean)


class EditForm(allauth.EditWebAuthnForm):
    """Another name for a key."""

    name = forms.CharField(label=_("Name"), max_length=100)
