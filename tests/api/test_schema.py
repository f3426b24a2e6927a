"""The description of the interface is valid, says what is true, and can be read by people."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.config import SchemathesisConfig

from casestudies.filters import KEYS
from casestudies.models import CaseStudy

pytestmark = pytest.mark.django_db
EXAMPLES = 15


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


@pytest.fixture
def described(db, settings):
    """The interface as schemathesis reads it, with real studies where a study's slug is asked."""
    settings.API_RATE_LIMIT = "1000000/minute"
    # As Django's test client does: a request must not close the connection that holds the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    slugs = list(CaseStudy.objects.published().values_list("slug", flat=True)[:20])
    schemathesis.openapi.format("study-slug", st.sampled_from(slugs))
    config = SchemathesisConfig.from_dict({"generation": {"deterministic": True, "max-examples": EXAMPLES}})
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), config=config)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


interface = schemathesis.pytest.from_fixture("described")


@interface.parametrize()
@settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_answers_are_as_described_whatever_is_asked(case):
    case.call_and_validate()
