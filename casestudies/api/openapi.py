"""The description of the interface in OpenAPI 3.1, for programs, and the same as a page for people."""

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from casestudies.exports.document import LICENCE, LICENCE_NAME

from . import shapes
from .endpoints import api
from .parameters import Parameter, of_language, of_studies, of_suggestions

HEADERS = {
    "Content-Language": _("The language of the answer."),
    "RateLimit-Policy": _("How many requests (q) are answered in how many seconds (w)."),
    "RateLimit": _("How many requests are left (r) and in how many seconds the count begins anew (t)."),
}
HEADERS_OF_STATUS = {
    200: {"ETag": _("Stays the same until the collection changes; send it back in If-None-Match.")},
    405: {"Allow": _("The methods that are answered.")},
    429: {"Retry-After": _("In how many seconds the next request is answered.")},
}
LINK = {"Link": _("The pages beside this one; left out where it would be too long.")}
ERRORS = {
    400: _("Something in the query string is wrong; the answer names it and what is allowed."),
    404: _("There is no such study, or no such page of the list."),
    405: _("The interface is for reading: GET, HEAD and OPTIONS."),
    410: _("The study was public and was withdrawn."),
    429: _("Too many requests; the header Retry-After says in how many seconds the next is answered."),
    503: _("Answering takes too long at the moment."),
}


UNCHANGED = _("Nothing changed since the answer whose ETag stands in If-None-Match.")


def described(site: str) -> dict:
    """Return the OpenAPI document in the active language; codes that are allowed stand in it as they are now."""
    document = api.get_openapi_schema()
    components = document["components"]["schemas"]
    refusal = shapes.Refusal.model_json_schema(ref_template="#/components/schemas/{model}")
    components.update(refusal.pop("$defs"))
    components["Refusal"] = refusal
    for path, methods in document["paths"].items():
        for operation in methods.values():
            _complete(path, operation)
    document["servers"] = [{"url": site}]
    document["info"] |= {
        "title": str(settings.SITE_NAME),
        "license": {"name": LICENCE_NAME, "url": LICENCE},
    }
    return _translated(document)


def _complete(path: str, operation: dict) -> None:
    """Add to an operation what all have in common, and the parameters that the filters give."""
    parameters = [of_language()]
    if path.endswith("/case-studies/"):
        parameters = [*of_studies(), *parameters]
    elif path.endswith("/suggestions/"):
        parameters = [of_suggestions(), *parameters]
    operation["parameters"] += [_parameter(parameter) for parameter in parameters]
    operation["tags"] = [_("Studies") if "/case-studies/" in path else _("Vocabularies and search")]
    operation["responses"][200]["description"] = _("The answer.")
    errors = dict(ERRORS)
    if "{slug}" not in path:
        del errors[410]
        if not path.endswith("/case-studies/"):
            del errors[404]
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    for status, description in errors.items():
        operation["responses"][status] = {"description": description, "content": content}
    operation["responses"][304] = {"description": UNCHANGED}
    for status, response in operation["responses"].items():
        headers = HEADERS | HEADERS_OF_STATUS.get(status, {})
        if status == 200 and path.endswith("/case-studies/"):
            headers |= LINK
        response["headers"] = {
            name: {"description": description, "schema": {"type": "string"}} for name, description in headers.items()
        }
    # Keys in JSON are strings.
    operation["responses"] = {str(status): response for status, response in operation["responses"].items()}


def _parameter(parameter: Parameter) -> dict:
    described = {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": parameter.description,
        "schema": parameter.schema,
    }
    return described | ({"style": "form", "explode": True} if parameter.schema["type"] == "array" else {})


def _translated(value):
    """Return a part of the document with its texts for people in the active language."""
    if isinstance(value, dict):
        return {
            key: gettext(part)
            if key in ("description", "summary") and isinstance(part, str) and part
            else [gettext(tag) for tag in part]
            if key == "tags"
            else _translated(part)
            for key, part in value.items()
        }
    return [_translated(part) for part in value] if isinstance(value, list) else value
