"""Why a file is not made: as JSON, the same for every format and program, and as a page for who asked in a browser."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext

from casestudies.selection import Fault

View = Callable[..., HttpResponse]


class Refusal(JsonResponse):
    """The answer that names what is wrong and what is allowed."""

    def __init__(self, faults: list[Fault], status: int):
        self.faults = faults
        errors = [
            {"key": fault.key, "value": fault.value, "message": fault.message, "allowed": fault.allowed}
            for fault in faults
        ]
        parameters = {"ensure_ascii": False, "indent": 1}
        super().__init__({"status": status, "errors": errors}, status=status, json_dumps_params=parameters)


def bad_request(faults: list[Fault]) -> Refusal:
    """Return the answer to a wrong query string."""
    return Refusal(faults, 400)


def in_words_for_people(view: View) -> View:
    """Return the view with its refusals as pages for browsers, which alone ask for HTML by name."""

    @wraps(view)
    def answered(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if not isinstance(response, Refusal):
            return response
        shown = response
        if "text/html" in request.headers.get("Accept", ""):
            context = {"faults": [(fault, *_way_on(request, response, fault)) for fault in response.faults]}
            shown = render(request, "casestudies/refused.html", context, status=response.status_code)
            if seconds := response.headers.get("Retry-After"):
                shown["Retry-After"] = seconds
        patch_vary_headers(shown, ["Accept"])
        return shown

    return answered


def _way_on(request: HttpRequest, response: Refusal, fault: Fault) -> tuple[str, str]:
    """Return the words and the address of what a reader can do instead."""
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        return gettext("Ask again"), request.get_full_path()
    if response.status_code == HTTPStatus.GONE:
        return gettext("The page of the study"), reverse("case-detail", args=[fault.value])
    remedy = f"?{fault.remedy}" if fault.remedy else ""
    words = gettext("Open the list") if fault.key == "format" else gettext("Go on without it")
    return words, reverse("case-list") + remedy
