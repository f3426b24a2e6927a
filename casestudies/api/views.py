"""The description of the interface: for programs in OpenAPI, for people as a page."""

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from casestudies.context_processors import site_address

from .endpoints import themes
from .openapi import described

# Of more values than these a page shows the first; all stand in the OpenAPI document.
VALUES_SHOWN = 12


@require_safe
def openapi_document(request: HttpRequest) -> JsonResponse:
    """Return the OpenAPI document."""
    return JsonResponse(described(site_address(request)), json_dumps_params={"ensure_ascii": False})


@require_safe
def to_documentation(request: HttpRequest) -> HttpResponse:
    """Lead from the root of the interface to the page that describes it."""
    return redirect(reverse("api-documentation"))


@dataclass(frozen=True)
class Field:
    """A parameter or a field of an answer, for people."""

    name: str
    kind: str
    description: str
    values: list[str]
    more: int
    """How many values are not shown."""


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """Show what can be asked and what is answered, made from the OpenAPI document."""
    document = described(site_address(request))
    operations = [
        {**operation, "path": path, "fields": [_field(each["name"], each) for each in operation["parameters"]]}
        for path, methods in document["paths"].items()
        for operation in methods.values()
    ]
    answers = [
        (name, [_field(key, {"schema": schema}) for key, schema in shape["properties"].items()])
        for name, shape in document["components"]["schemas"].items()
        if not name.startswith("Listing")
    ]
    context = {
        "info": document["info"],
        "operations": operations,
        "answers": answers,
        "site": site_address(request),
        "example": _example(request),
    }
    return render(request, "casestudies/api.html", context)


def _example(request: HttpRequest) -> str:
    """Return what the list of themes is answered, with the first of them."""
    answer = themes(request)
    return json.dumps(answer | {"results": answer["results"][:1]}, ensure_ascii=False, indent=2)


def _field(name: str, described: dict) -> Field:
    schema = described["schema"]
    values = schema.get("enum") or schema.get("items", {}).get("enum") or []
    description = described.get("description") or schema.get("description", "")
    return Field(name, _kind(schema), description, values[:VALUES_SHOWN], max(0, len(values) - VALUES_SHOWN))


def _kind(schema: dict) -> str:
    """Return a type as programmers write it: "string", "integer | null", "[Study]"."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(_kind(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_kind(schema['items'])}]"
    if schema.get("type") == "object":
        return f"{{string: {_kind(schema['additionalProperties'])}}}"
    return schema.get("format") or schema.get("type", "")
