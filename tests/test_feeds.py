"""A selection followed in a feed reader: opened with feedparser, and held against what RFC 4287 requires."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import feedparser
import pytest

from casestudies.models import CaseStudy, CaseStudyVersion, SearchEntry
from tests.curating import correct

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def feed(client, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "Content-Disposition" not in response
    return b"".join(response.streaming_content)


def parsed(client, path: str) -> feedparser.FeedParserDict:
    document = feedparser.parse(feed(client, path))
    assert not document.bozo, document.get("bozo_exception")
    assert document.version == "atom10"
    return document


@pytest.mark.parametrize(
    "path", ["/en/case-studies.atom", "/ru/case-studies.atom?theme=single-window", "/en/case-studies.atom?q=zzzz"]
)
def test_feed_has_what_the_standard_requires(client, path):
    root = ElementTree.fromstring(feed(client, path))
    assert root.tag == f"{ATOM}feed"
    for element in [root, *root.findall(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert element.findtext(f"{ATOM}id").startswith("http://testserver/")
        assert RFC3339.fullmatch(element.findtext(f"{ATOM}updated"))
        alternates = [link for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == 1
    # One author for the feed stands for all entries that have none.
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    identifiers = [element.text for element in root.iter(f"{ATOM}id")]
    assert len(identifiers) == len(set(identifiers))
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == path[1:3]


def test_feed_says_what_it_is_and_where_it_comes_from(client):
    found = parsed(client, "/en/case-studies.atom?country=KZ&theme=customs-transit").feed
    assert found.title == "Theme: Customs transit; Country: Kazakhstan – Best Practices at Border Crossings"
    assert found.rights.startswith("Texts: CC BY 4.0")
    links = {link.rel: link.href for link in found.links}
    assert links == {
        "alternate": "http://testserver/en/case-studies/?country=KZ&theme=customs-transit",
        "self": "http://testserver/en/case-studies.atom?country=KZ&theme=customs-transit",
    }
    assert found.id == links["self"]


def test_entry_describes_its_study(client, empty_collection, make_study):
    study = make_study(slug="wombat-gate", title_en="Wombat & gate", summary_en="Tax < 5 & rising.", countries=["KZ"])
    CaseStudy.objects.filter(pk=study.pk).update(published_at="2020-01-02T03:04:05Z")
    SearchEntry.objects.filter(pk=study.pk).update(changed_at="2026-03-03T12:00:00Z")
    document = parsed(client, "/en/case-studies.atom")
    (entry,) = document.entries
    assert entry.id == entry.link == "http://testserver/en/case-studies/wombat-gate/"
    assert entry.title == "Wombat & gate"
    assert entry.summary == "Tax &lt; 5 &amp; rising."  # feedparser gives the HTML that a reader shows
    assert (entry.published, entry.updated) == ("2020-01-02T03:04:05+00:00", "2026-03-03T12:00:00+00:00")
    assert [(tag.term, tag.label) for tag in entry.tags] == [
        ("one-stop-border-post", "One-stop border posts"),
        ("KZ", "Kazakhstan"),
    ]
    assert document.feed.updated == "2026-03-03T12:00:00+00:00"
    (russian,) = parsed(client, "/ru/case-studies.atom").entries
    assert russian.title == study.title_ru
    assert russian.tags[1].label == "Казахстан"


def test_change_moves_an_entry_and_its_feed_forward(client, curator):
    path = "/en/case-studies.atom?country=KG"
    SearchEntry.objects.update(changed_at=datetime(2020, 1, 1, tzinfo=UTC))
    etag = client.get(path)["ETag"]
    assert parsed(client, path).feed.updated == "2020-01-01T00:00:00+00:00"
    correct(curator, CaseStudy.objects.get(slug="kyrgyzstan-tulpar-single-window"), lessons_en="Begin with the fence.")
    response = client.get(path, headers={"if-none-match": etag})
    assert response.status_code == 200
    document = feedparser.parse(b"".join(response.streaming_content))
    changed = [entry.id for entry in document.entries if not entry.updated.startswith("2020")]
    assert changed == ["http://testserver/en/case-studies/kyrgyzstan-tulpar-single-window/"]
    assert not document.feed.updated.startswith("2020")


def test_character_that_xml_cannot_hold_spoils_no_feed(client, empty_collection, make_study):
    make_study(title_en="Bell \x07 and escape \x1b", summary_en="Emoji 🚚, ערבית\x00".replace("\x00", "\x0b"))
    (entry,) = parsed(client, "/en/case-studies.atom").entries
    assert entry.title == "Bell  and escape"
    assert entry.summary == "Emoji 🚚, ערבית"
    assert parsed(client, "/en/case-studies.atom?q=a%07b").entries == []


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("case-studies/?country=KZ&page=1", "?country=KZ"),
        ("countries/KZ/", "?country=KZ"),
        ("themes/single-window/", "?theme=single-window"),
        ("conventions/TIR/", "?convention=TIR"),
        ("chapters/processing-of-freight/", "?chapter=4"),
        ("", ""),
    ],
)
def test_page_names_the_feed_of_its_studies(client, page, query):
    head, _body = client.get(f"/en/{page}").content.decode().split("</head>")
    address = re.escape(f"/en/case-studies.atom{query}")
    assert re.search(rf'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="{address}">', head)


def test_list_leads_to_its_feed(client):
    body = client.get("/en/case-studies/?country=KZ&page=1").content.decode()
    address = "/en/case-studies.atom?country=KZ"
    assert re.search(rf'<a href="{re.escape(address)}">Follow this list \(Atom feed\)</a>', body)


def test_entry_without_a_translation_says_its_language(client, empty_collection, make_study):
    make_study(slug="wombat-gate", title_ru="", summary_ru="")
    make_study(slug="emu-gate")
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    entries = ElementTree.fromstring(feed(client, "/ru/case-studies.atom?study=wombat-gate&study=emu-gate"))
    assert [entry.get(language) for entry in entries.iter(f"{ATOM}entry")] == ["en", None]


def test_withdrawn_study_leaves_the_feed(client, make_study):
    study = make_study(slug="wombat-gate")
    assert "wombat-gate" in str(feed(client, "/en/case-studies.atom"))
    study.delete()
    assert "wombat-gate" not in str(feed(client, "/en/case-studies.atom"))


def test_feed_says_what_was_withdrawn_since(client, make_study):
    for slug in ("wombat-gate", "emu-gate"):
        make_study(slug=slug).delete()
    CaseStudyVersion.objects.filter(slug="wombat-gate").update(withdrawn_at="2020-05-05T00:00Z")
    CaseStudyVersion.objects.filter(slug="emu-gate").update(withdrawn_at="2090-05-05T00:00Z")
    path = "/ru/case-studies.atom?country=NO&changed_since=2020-05-05"
    stones = ElementTree.fromstring(feed(client, path)).findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert [(stone.get("ref"), stone.get("when")) for stone in stones] == [
        ("http://testserver/ru/case-studies/emu-gate/", "2090-05-05T00:00:00+00:00"),
        ("http://testserver/ru/case-studies/wombat-gate/", "2020-05-05T00:00:00+00:00"),
    ]
    document = parsed(client, path)
    assert document.feed.updated == "2090-05-05T00:00:00+00:00"
    assert not {"emu-gate", "wombat-gate"} & {entry.id.split("/")[-2] for entry in document.entries}
