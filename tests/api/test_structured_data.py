"""What pages tell search engines and reference managers: JSON-LD, citation tags, the sitemap."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import rispy

from casestudies.models import CaseStudy, Chapter, Convention, SearchEntry, Theme
from casestudies.models.case import TEXT_FIELDS

pytestmark = pytest.mark.django_db
STUDY = "kyrgyzstan-tulpar-single-window"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


class Head(HTMLParser):
    """Collects the data blocks and the meta elements of a page, as a browser would understand them."""

    def __init__(self, content: str):
        super().__init__()
        self.blocks, self.meta, self._inside = [], [], False
        self.feed(content)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self._inside = tag == "script" and attributes.get("type") == "application/ld+json"
        if tag == "meta" and attributes.get("name", "").startswith(("citation_", "DC.")):
            self.meta.append((attributes["name"], attributes["content"]))

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.blocks.append(json.loads(data))


def head(client, slug: str, language: str = "en") -> Head:
    return Head(client.get(f"/{language}/case-studies/{slug}/").content.decode())


def test_study_describes_itself_to_search_engines(client, make_study):
    study = make_study(
        slug="wombat-gate", countries=["KZ"], provisions=[("RKC", None)], period_start=2001, period_end=2005
    )
    (article,) = head(client, "wombat-gate", "ru").blocks
    assert (article["@context"], article["@type"]) == ("https://schema.org", "Article")
    assert article["url"] == article["@id"] == "http://testserver/ru/case-studies/wombat-gate/"
    assert (article["headline"], article["inLanguage"]) == (study.title_ru, "ru")
    assert article["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert article["temporalCoverage"] == "2001/2005"
    assert [each["@type"] for each in article["about"]] == ["DefinedTerm", "Legislation"]
    (country,) = article["spatialCoverage"]
    assert (country["identifier"], country["url"]) == ("KZ", "http://testserver/ru/countries/KZ/")
    (source,) = article["citation"]
    assert (source["name"], source["datePublished"]) == ("Annual report", "2010")
    assert article["isPartOf"]["url"] == "http://testserver/ru/"


def test_running_practice_has_an_open_end(client, make_study):
    make_study(slug="wombat-gate", period_start=2001)
    assert head(client, "wombat-gate").blocks[0]["temporalCoverage"] == "2001/.."


def test_no_text_leaves_the_data_block(client, make_study):
    title = "</script><script>alert(1)</script><!-- & \u2028"
    make_study(slug="wombat-gate", title_en=title)
    assert head(client, "wombat-gate").blocks[0]["headline"] == title


@pytest.mark.parametrize("language", ["en", "ru"])
def test_page_without_a_translation_says_the_language_that_it_is_in(client, make_study, language):
    texts = dict.fromkeys((f"{field}_ru" for field in TEXT_FIELDS), "")
    study = make_study(slug="wombat-gate", **texts)
    found = head(client, "wombat-gate", language)
    assert (found.blocks[0]["headline"], found.blocks[0]["inLanguage"]) == (study.title_en, "en")
    assert "translationOfWork" not in found.blocks[0]
    assert dict(found.meta)["citation_language"] == "en"


@pytest.mark.parametrize("institution", ["", "Customs, Norway"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_page_gives_a_reference_manager_what_the_file_for_it_gives(client, settings, language, institution):
    settings.INSTITUTION = institution
    tags = dict(head(client, STUDY, language).meta)
    record = rispy.loads(client.get(f"/{language}/case-studies/{STUDY}.ris").getvalue().decode())[0]
    assert record["type_of_reference"] == "RPRT"
    assert tags["citation_technical_report_institution"] == record["publisher"]
    assert [tags["citation_author"]] == record["authors"]
    assert tags["citation_title"] == tags["DC.title"] == record["title"]
    assert tags["citation_publication_date"] + "/" == record["date"]
    assert [tags["citation_public_url"]] == record["urls"]
    assert tags["citation_language"] == record["language"] == language
    assert "citation_journal_title" not in tags


def test_version_is_no_article_of_its_own(client):
    content = client.get(f"/en/case-studies/{STUDY}/@1/").content.decode()
    assert Head(content).blocks == []


def locations(client, path: str) -> dict[str, ElementTree.Element]:
    response = client.get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml")
    return {each.findtext(f"{SITEMAP}loc"): each for each in ElementTree.fromstring(response.content)}


def sitemaps(client) -> dict[str, ElementTree.Element]:
    found = {}
    for index in locations(client, "/sitemap.xml"):
        found |= locations(client, index.removeprefix("http://testserver"))
    return found


def test_sitemap_has_every_page_in_every_language(client, make_study):
    make_study(slug="kept-back", status="draft")
    found = sitemaps(client)
    studies = set(re.findall(r"/en/case-studies/([^/ ]+)/", " ".join(found)))
    assert studies == set(CaseStudy.objects.published().values_list("slug", flat=True))
    for records in (Chapter.objects, Theme.objects, Convention.objects):
        assert all(f"http://testserver{each.get_absolute_url()}" in found for each in records.all())
    assert "http://testserver/en/countries/KZ/" in found
    assert "http://testserver/en/countries/TV/" not in found
    english = {each for each in found if each.startswith("http://testserver/en/")}
    assert set(found) == english | {each.replace("/en/", "/ru/", 1) for each in english}


def test_sitemap_names_translations_and_the_last_change(client):
    SearchEntry.objects.filter(case_study__slug=STUDY).update(changed_at="2031-05-05T10:00:00Z")
    page = locations(client, "/sitemap-studies.xml")[f"http://testserver/ru/case-studies/{STUDY}/"]
    assert page.findtext(f"{SITEMAP}lastmod") == "2031-05-05"
    alternates = {link.get("hreflang"): link.get("href") for link in page.findall(f"{XHTML}link")}
    assert alternates == {
        "en": f"http://testserver/en/case-studies/{STUDY}/",
        "ru": f"http://testserver/ru/case-studies/{STUDY}/",
        "x-default": f"http://testserver/en/case-studies/{STUDY}/",
    }


def test_every_address_of_the_sitemap_is_there(client):
    for location in list(sitemaps(client))[::60]:
        assert client.get(location.removeprefix("http://testserver")).status_code == 200, location


def test_large_sitemap_is_split(client, monkeypatch):
    monkeypatch.setattr("casestudies.sitemaps.StudySitemap.limit", 100)
    parts = [each for each in locations(client, "/sitemap.xml") if "studies" in each]
    assert len(parts) == -(-2 * CaseStudy.objects.published().count() // 100)
    assert parts[1] == "http://testserver/sitemap-studies.xml?p=2"
    assert len(locations(client, "/sitemap-studies.xml?p=2")) == 100


def test_sitemap_is_validated_and_found(client, settings):
    etag = client.get("/sitemap-studies.xml")["ETag"]
    assert client.get("/sitemap-studies.xml", headers={"if-none-match": etag}).status_code == 304
    settings.SITE_URL = "https://practices.example.org"
    assert "Sitemap: https://practices.example.org/sitemap.xml" in client.get("/robots.txt").content.decode()
    assert f"https://practices.example.org/en/case-studies/{STUDY}/" in locations(client, "/sitemap-studies.xml")
