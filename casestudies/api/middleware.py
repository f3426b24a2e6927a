"""What all addresses of the interface have in common: how often they may be asked, and how errors look."""

from collections.abc import Callable
from time import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext, ngettext
from limits import RateLimitItem, parse
from limits.strategies import RateLimiter

from casestudies.exports.refusals import Refusal
from casestudies.rate_limits import limiter as limiter_in
from handbook.middleware import client_address

from . import errors
from .parameters import language_asked

ALLOW = ", ".join(errors.METHODS)


class ApiMiddleware:
    """Counts the requests of each client, says in headers how many are left, and gives every error the same shape."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request for the interface, or hand any other on."""
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        language = language_asked(request)
        with translation.override(language):
            rate, limiter = parse(settings.API_RATE_LIMIT), limiter_in(settings.API_RATE_LIMIT_STORAGE)
            client = client_address(request)
            response = self._answered(request) if limiter.hit(rate, client) else _too_many(rate)
            _state_limit(response, rate, limiter, client)
        # Here and not in the endpoints: errors arise outside them too.
        response["Content-Language"] = language
        patch_vary_headers(response, ["Accept-Language"])
        return response

    def _answered(self, request: HttpRequest) -> HttpResponse:
        method = request.method
        if method == "HEAD":
            # The endpoints know GET; the server leaves the body out.
            request.method = "GET"
        response = self.get_response(request)
        request.method = method
        if method == "OPTIONS" and response.status_code == 405:
            return HttpResponse(status=204, headers={"Allow": ALLOW})
        if response.status_code >= 400 and not response.get("Content-Type", "").startswith("application/json"):
            response = errors.for_status(response.status_code, request)
        if response.status_code == 405:
            response["Allow"] = ALLOW
        return response


def _too_many(rate: RateLimitItem) -> HttpResponse:
    message = gettext("Too many requests. The header Retry-After says in how many seconds the next is answered.")
    allowed = ngettext(
        "%(requests)d request in %(seconds)d s", "%(requests)d requests in %(seconds)d s", rate.amount
    ) % {"requests": rate.amount, "seconds": rate.get_expiry()}
    return Refusal([errors.fault("rate", "", message, allowed)], 429)


def _state_limit(response: HttpResponse, rate: RateLimitItem, limiter: RateLimiter, client: str) -> None:
    """Set the headers of the IETF's draft-ietf-httpapi-ratelimit-headers, and Retry-After where it is over."""
    window = limiter.get_window_stats(rate, client)
    seconds = max(1, round(window.reset_time - time()))
    response["RateLimit-Policy"] = f'"default";q={rate.amount};w={rate.get_expiry()}'
    response["RateLimit"] = f'"default";r={window.remaining};t={seconds}'
    if response.status_code == 429:
        response["Retry-After"] = str(seconds)
