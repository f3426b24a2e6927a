"""What stands before everything else that handles a request, and who sent it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from casestudies.views import healthz


class HeadMiddleware:
    """Leaves HEAD its headers and takes away what they describe: web servers warn of each answer that has a body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the answer, to HEAD without its body; Content-Length stays that of the body."""
        response = self.get_response(request)
        if request.method == "HEAD":
            if response.streaming:
                response.streaming_content = ()
            else:
                response.content = b""
        return response


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
