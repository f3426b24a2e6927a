"""What stands before everything else that handles a request, and who sent it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from casestudies.views import healthz


class HealthCheckMiddleware:
    """Answers `/healthz` whatever host name was asked, without HTTPS: who asks stands next to the process."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the health check, or hand the request on."""
        if request.path_info == "/healthz":
            return healthz(request)
        return self.get_response(request)


def client_address(request: HttpRequest) -> str:
    """Return the address that a request came from; behind the proxy, the one that the proxy saw.

    The proxy appends it to X-Forwarded-For; whatever stands before it, the client may have written itself.
    """
    if settings.BEHIND_PROXY and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")
