"""Forms that arrive too late, because nobody is signed in any more or the record is gone: what was typed comes back.

The page that brings it back holds it, to be sent again; the server stores nothing. Signing in happens in another tab
and renews the token of all forms; so a form with an outdated token comes back too, with a new one, if it is this
site's own.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.csrf import csrf_failure as refuse

NOT_TYPED = ("csrfmiddlewaretoken",)


class KeptFormMiddleware:
    """Answers a form of the admin that arrives after the session has ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        """Bring the form back if nobody is signed in. Its token has been checked before."""
        return keep(request) if is_form_of_admin(request) and not request.user.is_authenticated else None


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Bring back a form whose token is outdated, to be looked at and sent once more; refuse what another site sent.

    Browsers say in Origin which site's page sends a form, and no page can change it.
    """
    is_own = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    return keep(request) if is_own and is_form_of_admin(request) else refuse(request, reason)


def is_form_of_admin(request: HttpRequest) -> bool:
    """Return whether somebody typed something into the admin."""
    match = request.resolver_match
    return (
        request.method == "POST"
        and match is not None
        and match.namespace == "admin"
        and match.url_name not in ("login", "logout")
    )


def keep(request: HttpRequest, because: str = "", link: tuple[str, str] | None = None) -> HttpResponse:
    """Show what was typed, in a form that sends it to the same address again, but for passwords and files.

    `because` says why it was not taken, unless the session has ended; `link` is the address and the name of the page
    where that is mended.
    """
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in NOT_TYPED and "password" not in name
    ]
    typed = [(name, value) for name, value in fields if value.strip() and not name.startswith("_")]
    context = {
        "fields": fields,
        "typed": typed,
        "has_files": any(request.FILES.values()),
        "because": because,
        "link": link,
    }
    return render(request, "admin/kept_form.html", context, status=409 if because else 403)
