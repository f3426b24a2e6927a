"""How accounts of staff differ from those that django-allauth is made for: administrators make them."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts without sign-up, whose wrong passwords django-axes counts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Let nobody make an account."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Leave counting to axes, by name and address: a count by name alone would lock out colleagues elsewhere."""
