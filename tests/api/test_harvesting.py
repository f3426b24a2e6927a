"""The collection as libraries harvest it, read by an independent client and held against the protocol's rules."""

from xml.etree import ElementTree

import httpx2
import pytest
from oaipmh_scythe import Scythe, exceptions

from casestudies.models import CaseStudy, SearchEntry

pytestmark = pytest.mark.django_db
STUDY = "kyrgyzstan-tulpar-single-window"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ENTRY = "http://testserver/oai"
LIST = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}


@pytest.fixture
def harvester(client):
    """An independent client of the protocol, whose requests go to the application."""

    def answered(request: httpx2.Request) -> httpx2.Response:
        response = client.get(request.url.raw_path.decode())
        return httpx2.Response(response.status_code, headers=dict(response.headers), content=response.content)

    harvester = Scythe(ENTRY)
    harvester._client = httpx2.Client(transport=httpx2.MockTransport(answered))
    return harvester


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr("casestudies.harvesting.records.RECORDS_AT_ONCE", 30)


def asked(client, **arguments: str) -> ElementTree.Element:
    response = client.get("/oai", arguments)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)
    assert root.tag == f"{OAI}OAI-PMH"
    assert [child.tag for child in root][:2] == [f"{OAI}responseDate", f"{OAI}request"]
    assert root.findtext(f"{OAI}request") == ENTRY
    return root


def error(client, **arguments: str) -> str:
    root = asked(client, **arguments)
    (fault,) = root.findall(f"{OAI}error")
    assert fault.text
    # Only a request that was understood is repeated.
    understood = fault.get("code") not in ("badVerb", "badArgument")
    assert bool(root.find(f"{OAI}request").attrib) == understood
    return fault.get("code")


def slugs(headers) -> list[str]:
    return [header.identifier.removeprefix("oai:testserver:") for header in headers]


def test_repository_says_what_it_is(harvester):
    identify = harvester.identify()
    assert identify.repositoryName == "Best Practices at Border Crossings"
    assert identify.baseURL == ENTRY
    assert (identify.protocolVersion, identify.deletedRecord) == ("2.0", "persistent")
    assert (identify.granularity, identify.adminEmail) == ("YYYY-MM-DDThh:mm:ssZ", "postmaster@testserver")
    earliest = SearchEntry.objects.order_by("changed_at").first().changed_at
    assert identify.earliestDatestamp == f"{earliest:%Y-%m-%dT%H:%M:%SZ}"


def test_whole_collection_is_harvested_in_batches(harvester, small_batches):
    records = list(harvester.list_records())
    published = CaseStudy.objects.published()
    assert sorted(slugs(record.header for record in records)) == sorted(published.values_list("slug", flat=True))
    assert slugs(harvester.list_identifiers()) == slugs(record.header for record in records)
    datestamps = [record.header.datestamp for record in records]
    assert datestamps == sorted(datestamps)


def test_list_in_batches_says_how_far_it_is(client, small_batches):
    total, seen, arguments = CaseStudy.objects.published().count(), 0, LIST
    while True:
        root = asked(client, **arguments)
        token = root.find(f"{OAI}ListRecords/{OAI}resumptionToken")
        assert token.attrib == {"completeListSize": str(total), "cursor": str(seen)}
        seen += len(root.findall(f"{OAI}ListRecords/{OAI}record"))
        if not token.text:
            break
        arguments = {"verb": "ListRecords", "resumptionToken": token.text}
    assert seen == total


def test_study_that_changes_while_harvested_is_not_missed(client, small_batches):
    first = asked(client, **LIST)
    token = first.findtext(f"{OAI}ListRecords/{OAI}resumptionToken")
    given = first.findtext(f"{OAI}ListRecords/{OAI}record/{OAI}header/{OAI}identifier")
    SearchEntry.objects.filter(case_study__slug=given.rpartition(":")[2]).update(changed_at="2099-01-01T00:00:00Z")
    identifiers = []
    while token:
        root = asked(client, verb="ListRecords", resumptionToken=token)
        identifiers += [element.text for element in root.iter(f"{OAI}identifier")]
        token = root.findtext(f"{OAI}ListRecords/{OAI}resumptionToken")
    assert identifiers[-1] == given
    assert len(identifiers) == CaseStudy.objects.published().count() - 30 + 1


def test_record_is_the_same_whatever_language_is_preferred(client):
    path = f"/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:testserver:{STUDY}"
    records = {
        client.get(path, headers={"accept-language": language}).content.split(b"<GetRecord>")[1]
        for language in ("en", "ru")
    }
    assert len(records) == 1


def test_record_describes_its_study_in_both_languages(client, make_study):
    make_study(
        slug="wombat-gate",
        title_en="Wombat & gate\x0b",
        countries=["KZ", "MN"],
        provisions=[("RKC", None)],
        implementers=["Customs"],
    )
    root = asked(client, verb="GetRecord", metadataPrefix="oai_dc", identifier="oai:testserver:wombat-gate")
    (record,) = root.iter("{http://www.openarchives.org/OAI/2.0/oai_dc/}dc")
    found = {}
    for element in record:
        assert element.tag.startswith(DC)
        found.setdefault((element.tag.removeprefix(DC), element.get(LANG, "")), []).append(element.text)
    study = CaseStudy.objects.get(slug="wombat-gate")
    assert found["title", "en"] == ["Wombat & gate"]
    assert found["title", "ru"] == [study.title_ru]
    assert found["description", "ru"] == ["Сотрудники делят одно помещение."]
    assert found["identifier", "en"] == ["http://testserver/en/case-studies/wombat-gate/"]
    assert found["identifier", "ru"] == ["http://testserver/ru/case-studies/wombat-gate/"]
    assert found["subject", "en"] == ["One-stop border posts"]
    assert found["coverage", "en"] == ["Kazakhstan", "Mongolia"]
    assert found["relation", "en"] == ["Revised Kyoto Convention"]
    assert found["source", ""] == ["Annual report, Customs, 2010"]
    assert found["language", ""] == ["en", "ru"]
    assert found["date", ""] == [f"{study.published_at:%Y-%m-%d}"]
    assert found["coverage", ""] == ["2001/.."]
    assert found["rights", ""] == ["https://creativecommons.org/licenses/by/4.0/"]
    sets = [element.text for element in root.iter(f"{OAI}setSpec")]
    assert sets == ["chapter-2", "theme-one-stop-border-post"]


@pytest.mark.parametrize("spec", ["chapter-4", "theme-single-window"])
def test_set_holds_what_the_filter_gives(client, harvester, spec):
    in_set = slugs(harvester.list_identifiers(set_=spec))
    question = spec.replace("-", "=", 1)
    results = client.get(f"/api/v1/case-studies/?{question}&page_size=100").json()["results"]
    assert sorted(in_set) == sorted(study["slug"] for study in results) != []
    assert spec in [each.setSpec for each in harvester.list_sets()]


def test_withdrawn_study_is_given_as_deleted(client, harvester):
    CaseStudy.objects.filter(slug=STUDY).update(status="archived")
    record = harvester.get_record(f"oai:testserver:{STUDY}")
    assert record.deleted
    assert record.header.setSpecs
    last = list(harvester.list_identifiers())[-1]
    assert (slugs([last]), last.deleted) == ([STUDY], True)
    root = asked(client, **LIST, set=record.header.setSpecs[0])
    (deleted,) = [each for each in root.iter(f"{OAI}record") if each.find(f"{OAI}header").get("status") == "deleted"]
    assert deleted.find(f"{OAI}metadata") is None
    assert error(client, verb="ListMetadataFormats", identifier=f"oai:testserver:{STUDY}") == "noMetadataFormats"


def test_unpublished_study_is_not_given(client, harvester, make_study):
    make_study(slug="kept-back", status="draft")
    assert "kept-back" not in slugs(harvester.list_identifiers())
    assert error(client, verb="GetRecord", metadataPrefix="oai_dc", identifier="oai:testserver:kept-back") == (
        "idDoesNotExist"
    )


@pytest.mark.parametrize(
    ("start", "until", "found"),
    [
        ("2031-05-05", None, True),
        ("2031-05-06", None, False),
        ("2031-05-05", "2031-05-05", True),
        ("2031-05-04", "2031-05-04", False),
        ("2031-05-05T10:00:00Z", "2031-05-05T10:00:00Z", True),
        ("2031-05-05T10:00:01Z", None, False),
        ("2031-05-04T00:00:00Z", "2031-05-05T09:59:59Z", False),
    ],
)
def test_dates_bound_a_list_inclusively(harvester, make_study, start, until, found):
    study = make_study(slug="wombat-gate")
    SearchEntry.objects.filter(pk=study.pk).update(changed_at="2031-05-05T10:00:00.700Z")
    try:
        harvested = slugs(harvester.list_identifiers(from_=start, until=until))
    except exceptions.NoRecordsMatch:
        harvested = []
    assert harvested == (["wombat-gate"] if found else [])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "badVerb"),
        ({"verb": "Harvest"}, "badVerb"),
        ({"verb": ["Identify", "Identify"]}, "badVerb"),
        ({"verb": "Identify", "set": "chapter-1"}, "badArgument"),
        ({"verb": "Identify", "\x0b": "\x0c"}, "badArgument"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({**LIST, "set": ["chapter-1", "chapter-2"]}, "badArgument"),
        ({**LIST, "from": "yesterday"}, "badArgument"),
        ({**LIST, "from": ""}, "badArgument"),
        ({**LIST, "until": ""}, "badArgument"),
        ({**LIST, "from": "2026-1-2"}, "badArgument"),
        ({**LIST, "from": "2026-02-30"}, "badArgument"),
        ({**LIST, "until": "9999-12-31"}, "badArgument"),
        ({**LIST, "from": "2026-01-01", "until": "2026-01-01T00:00:00Z"}, "badArgument"),
        ({**LIST, "from": "2026-02-01", "until": "2026-01-01"}, "badArgument"),
        ({**LIST, "resumptionToken": "x"}, "badArgument"),
        ({"verb": "GetRecord", "identifier": f"oai:testserver:{STUDY}"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "marc21"}, "cannotDisseminateFormat"),
        (
            {"verb": "GetRecord", "identifier": "oai:testserver:x", "metadataPrefix": "mods"},
            "cannotDisseminateFormat",
        ),
        ({"verb": "GetRecord", "identifier": "oai:testserver:nothing", "metadataPrefix": "oai_dc"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "identifier": f"oai:elsewhere:{STUDY}", "metadataPrefix": "oai_dc"}, "idDoesNotExist"),
        ({"verb": "GetRecord", "identifier": "oai:testserver:\0", "metadataPrefix": "oai_dc"}, "idDoesNotExist"),
        ({"verb": "ListMetadataFormats", "identifier": "nothing"}, "idDoesNotExist"),
        ({"verb": "ListRecords", "resumptionToken": "nonsense"}, "badResumptionToken"),
        ({"verb": "ListRecords", "resumptionToken": ""}, "badResumptionToken"),
        ({"verb": "ListIdentifiers", "resumptionToken": ""}, "badResumptionToken"),
        ({"verb": "ListSets", "resumptionToken": "nonsense"}, "badResumptionToken"),
        ({**LIST, "set": "chapter-99"}, "noRecordsMatch"),
        ({**LIST, "set": "theme-\0"}, "noRecordsMatch"),
        ({**LIST, "set": "chapter-²"}, "noRecordsMatch"),
        ({**LIST, "from": "2090-01-01"}, "noRecordsMatch"),
        ({**LIST, "until": "0001-01-01"}, "noRecordsMatch"),
    ],
)
def test_wrong_request_is_answered_with_the_error_of_the_protocol(client, arguments, code):
    assert error(client, **arguments) == code


def test_token_of_another_list_is_refused(client, small_batches):
    token = asked(client, **LIST).findtext(f"{OAI}ListRecords/{OAI}resumptionToken")
    assert error(client, verb="ListIdentifiers", resumptionToken=token) == "badResumptionToken"
    assert error(client, verb="ListRecords", resumptionToken=token[:-1] + "-") == "badResumptionToken"


def test_harvester_may_post(client):
    posted = client.post("/oai", {"verb": "ListSets"})
    found = {element.text for element in ElementTree.fromstring(posted.content).iter(f"{OAI}setSpec")}
    assert {"chapter-9", "theme-single-window"} <= found
    assert client.put("/oai").status_code == 405


def test_empty_collection_has_an_earliest_date(client, empty_collection):
    assert asked(client, verb="Identify").findtext(f"{OAI}Identify/{OAI}earliestDatestamp")


def test_harvesting_costs_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(26):
        asked(client, **LIST)


def test_address_with_a_slash_leads_to_the_one_without(client):
    assert client.get("/oai/?verb=Identify")["Location"] == "/oai?verb=Identify"
