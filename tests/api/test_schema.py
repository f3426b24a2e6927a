"""The description of the interface is valid, says what is true, and can be read by people."""

import html
import json
import re

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode

from casestudies.filters import KEYS
from casestudies.models import CaseStudy

pytestmark = pytest.mark.django_db


def document(client, **query: str) -> dict:
    return client.get("/api/v1/openapi.json", query).json()


def test_document_is_valid_openapi(client):
    described = document(client)
    assert described["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []
    assert described["servers"] == [{"url": "http://testserver"}]


def test_document_has_every_filter_with_its_codes(client):
    operation = document(client)["paths"]["/api/v1/case-studies/"]["get"]
    parameters = {each["name"]: each for each in operation["parameters"]}
    assert list(parameters) == [*KEYS, "page_size", "lang"]
    assert "KZ" in parameters["country"]["schema"]["items"]["enum"]
    assert parameters["year_from"]["schema"] == {"type": "integer", "minimum": 1900, "maximum": 2100}
    assert all(each["description"] for each in parameters.values())


def test_document_speaks_the_language_asked(client):
    english, russian = (document(client, lang=language) for language in ("en", "ru"))
    assert english["paths"].keys() == russian["paths"].keys()
    assert english["info"]["title"] != russian["info"]["title"]
    assert client.get("/api/v1/openapi.json", {"lang": "ru"})["Content-Language"] == "ru"


def test_page_for_people_shows_every_address_and_key(client):
    content = client.get("/en/api/").content.decode()
    described = document(client)
    for path, methods in described["paths"].items():
        assert f"GET {path}</code>" in content
        for parameter in methods["get"]["parameters"]:
            assert f"<code>{parameter['name']}</code>" in content
    for name in described["components"]["schemas"]:
        assert name.startswith("Listing") or f">{name}</h3>" in content
    assert client.get("/api/v1/", headers={"accept-language": "ru"})["Location"] == "/ru/api/"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_example_on_the_page_is_what_is_answered(client, language):
    request, answer = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", client.get(f"/{language}/api/").text, re.DOTALL)
    address = html.unescape(request).removeprefix("curl 'http://testserver").removesuffix("'")
    whole = client.get(address).json()
    assert json.loads(html.unescape(answer)) == whole | {"results": whole["results"][:1]}


def test_description_names_the_headers_and_the_refusal_of_methods(client):
    responses = document(client)["paths"]["/api/v1/case-studies/"]["get"]["responses"]
    assert "Allow" in responses["405"]["headers"]
    assert "Retry-After" in responses["429"]["headers"]
    assert {"ETag", "Link"} <= set(responses["200"]["headers"])
    answered = client.get("/api/v1/case-studies/")
    assert all(name in answered for name in responses["200"]["headers"])
    assert all("Content-Language" in response["headers"] for response in responses.values())


@pytest.fixture
def described(db, settings):
    """The interface as schemathesis reads it, with real studies where a study's slug is asked."""
    settings.API_RATE_LIMIT = "1000000/minute"
    # As Django's test client does: a request must not close the connection that holds the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    slugs = list(CaseStudy.objects.published().values_list("slug", flat=True)[:20])
    schemathesis.openapi.format("study-slug", st.sampled_from(slugs))
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def years_in_order(case) -> bool:
    """Whether the first year is not after the last: the one rule that a schema cannot hold."""
    years = [case.query.get(key) for key in ("year_from", "year_to")]
    return not all(isinstance(year, int) for year in years) or years[0] <= years[1]


@pytest.mark.hypothesis
@pytest.mark.parametrize("mode", GenerationMode)
def test_answers_are_as_described_whatever_is_asked(described, mode):
    examples = hypothesis.settings.default.max_examples // 8  # for each of many addresses
    for found in described.get_all_operations():

        @given(case=found.ok().as_strategy(generation_mode=mode).filter(years_in_order))
        @hypothesis.settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        def ask(case):
            # The client asks for compressed answers and does not unpack them.
            case.call_and_validate(headers={"Accept-Encoding": "identity"})

        ask()
