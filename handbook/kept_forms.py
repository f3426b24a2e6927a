"""Forms that arrive too late, because nobody is signed in any more or the record is gone: what was typed comes back.

The page that brings it back holds it, to be sent again; the server stores nothing. Signing in happens in another tab
and renews the token of all forms; so a form with an outdated token comes back too, with a new one, if it is this
site's own.
"""

import re
from collections.abc import Callable, Sequence

from django.contrib.admin import ModelAdmin
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.views.csrf import csrf_failure as refuse

NOT_TYPED = ("csrfmiddlewaretoken",)
# What forms carry that nobody types: the state they were opened with, how many rows they have, in which order.
CARRIED = re.compile(
    r"_.*|keep-.*|opened_(at|with)|.+-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS|.+-(__prefix__-.+|position)"
)
ROW = re.compile(r"(?P<block>.+)-(?P<index>\d+)-(?P<name>\w+)")


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


def keep(
    request: HttpRequest, because: str = "", link: tuple[str, str] | None = None, changes: Sequence = ()
) -> HttpResponse:
    """Show what was typed, in a form that sends it to the same address again, but for passwords and files.

    `because` says why it was not taken, unless the session has ended; `link` is the address and the name of the page
    where that is mended; `changes` are what the form would change, where that is known, as `concurrent.Choice`.
    """
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in NOT_TYPED and "password" not in name
    ]
    desk = getattr(request.resolver_match.func, "model_admin", None)
    said = [_in_words(desk, name, value) for name, value in fields if value.strip() and not CARRIED.fullmatch(name)]
    typed = [pair for pair in said if pair]
    context = {
        "fields": fields,
        "typed": typed,
        "changes": changes,
        "has_files": any(request.FILES.values()),
        "because": because,
        "link": link,
    }
    return render(request, "admin/kept_form.html", context, status=409 if because else 403)


def _in_words(desk: ModelAdmin | None, name: str, value: str) -> tuple[str, str] | None:
    """Return the label of a field and its value as a person reads them; None where it says nothing to one.

    The name stays where the page is not the form of a record.
    """
    model, before = desk and desk.model, ""
    if model and (row := ROW.fullmatch(name)):
        links = {link.get_accessor_name(): link for link in model._meta.related_objects}
        if link := links.get(row["block"]):
            model, name = link.related_model, row["name"]
            before = f"{capfirst(model._meta.verbose_name)} {int(row['index']) + 1}: "
            if name in (model._meta.pk.name, link.field.name):
                return None
            if name == "DELETE":
                return before.removesuffix(": "), gettext("Delete")
    field = _field(model, name)
    if field is None:
        typed = desk and desk.form.base_fields.get(name)
        return str(typed.label if typed else name), value
    words = _value(field, value)
    return (f"{before}{capfirst(str(field.verbose_name))}", words) if words else None


def _field(model: type[Model] | None, name: str) -> Field | None:
    try:
        field = model and model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) else None


def _value(field: Field, value: str) -> str:
    """Return a value by its name where it was chosen; "" where what was chosen is gone."""
    if field.is_relation:
        try:
            return str(field.related_model.objects.filter(pk=value).first() or "")
        except (ValueError, ValidationError):
            return value
    if field.get_internal_type() == "BooleanField" and value == "on":
        return gettext("Yes")
    return str(dict(field.flatchoices).get(value, value))
