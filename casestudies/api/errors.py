"""Why a request is not answered, in the same words and the same shape for every error."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext

from casestudies.exports.refusals import Refusal
from casestudies.selection import Fault

METHODS = ["GET", "HEAD", "OPTIONS"]


class Refused(Exception):
    """A request that is not answered: with the status of the answer, and what is wrong."""

    def __init__(self, status: int, faults: list[Fault]):
        super().__init__(status, faults)
        self.status = status
        self.faults = faults


def fault(key: str, value: str, message: str, allowed: list[str] | str) -> Fault:
    """Return one thing wrong with a request."""
    return Fault(key, value, message, allowed, remedy="")


def for_status(status: int, request: HttpRequest) -> JsonResponse:
    """Return the answer for an error that arose outside the endpoints: no such address, a method, a failure."""
    if status == 405:
        message, key, value, allowed = gettext("This interface is for reading."), "method", request.method, METHODS
    elif status == 404:
        message, key, value = gettext("There is no such address."), "path", request.path
        allowed = gettext("the addresses in /api/v1/openapi.json")
    elif status == 503:
        message, key, value = gettext("Answering takes too long at the moment."), "path", request.path
        allowed = gettext("the same request later, or a narrower question")
    else:
        message, key, value = gettext("Something went wrong on our side."), "path", request.path
        allowed = gettext("the same request later")
    return Refusal([fault(key, value, message, allowed)], status)
