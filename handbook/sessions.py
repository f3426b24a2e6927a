"""Sessions of staff: how long they last, and that nothing behind them stays in a browser's cache."""

from collections.abc import Callable
from time import time

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

BEGAN, RENEWED = "session_began", "session_renewed"
# A session is written no more often than this, in seconds: each page would write it otherwise.
RENEWAL_INTERVAL = 60


class SessionLifetimeMiddleware:
    """Prolongs the session with the pages of staff; readers' pages never touch it, so that they can be shared."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; what is behind the sign-in is stored nowhere."""
        response = self.get_response(request)
        if request.path.startswith(reverse("admin:index")):
            add_never_cache_headers(response)
            if request.user.is_authenticated:
                renew(request.session)
        return response


def renew(session) -> None:
    """Let the session end when it was idle for SESSION_COOKIE_AGE, but SESSION_LIFETIME after it began at the latest.

    Django itself ends it then, on whatever page.
    """
    now = time()
    if now - session.get(RENEWED, 0) < RENEWAL_INTERVAL:
        return
    left = session.setdefault(BEGAN, now) + settings.SESSION_LIFETIME - now
    session[RENEWED] = now
    session.set_expiry(max(1, int(min(settings.SESSION_COOKIE_AGE, left))))
