"""The offline edition: what its file holds, read by independent parsers."""

import base64
import hashlib
import io
import json
import re
import zipfile
from html.parser import HTMLParser

import pytest
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.utils.timezone import localdate

from casestudies.exports.offline_html import OfflineHtml
from casestudies.exports.offline_zip import OfflineZip
from casestudies.models import CaseStudy
from casestudies.offline.data import edition_data
from casestudies.selection import Selection

pytestmark = pytest.mark.django_db
STUDY = "cim-smgs-common-rail-consignment-note"


class Reading(HTMLParser):
    """The elements of a page, and the text of those that hold text only."""

    def __init__(self, content: str):
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.texts: list[list] = []
        self.is_text_only = False
        self.feed(content)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.is_text_only = tag in ("script", "style")
        if self.is_text_only:
            self.texts.append([*self.elements[-1], ""])

    def handle_endtag(self, tag):
        self.is_text_only = False

    def handle_data(self, data):
        if self.is_text_only:
            self.texts[-1][2] += data


def slugs(content: str) -> list[str]:
    sections = [attributes for tag, attributes in Reading(content).elements if tag == "section"]
    return [a["id"].removeprefix("/study/") for a in sections if a.get("class") == "entry"]


def html(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def archive(client, path: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(client.get(path).streaming_content)))


def data_of(content: str) -> dict:
    return next(json.loads(text) for _tag, attributes, text in Reading(content).texts if attributes.get("id") == "data")


def test_it_is_a_download_with_a_telling_name(client):
    response = client.get("/ru/case-studies.html?country=NO")
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="case-studies-norway-ru-[\d-]+\.html"', response["Content-Disposition"])


def test_it_holds_every_study_in_both_languages(client):
    content = html(client, "/en/case-studies.html?country=NO&sort=title")
    found = slugs(content)
    assert len(found) == Selection(QueryDict("country=NO")).counts.total
    for study in CaseStudy.objects.filter(slug__in=found):
        for text in (study.practice_en, study.practice_ru, study.lessons_en, study.lessons_ru):
            assert text.replace("&", "&amp;").replace("'", "&#x27;").replace('"', "&quot;") in content
    assert f'id="/study/{found[0]}"' in content
    assert f'href="#/study/{found[0]}"' in content


def test_no_identifier_stands_twice(client):
    identifiers = [
        a["id"] for _tag, a in Reading(html(client, "/en/case-studies.html?country=KZ")).elements if "id" in a
    ]
    assert len(identifiers) == len(set(identifiers)) > 100


def test_it_asks_for_nothing_and_runs_only_its_own_scripts(client):
    page = Reading(html(client, "/en/case-studies.html?country=KZ"))
    assert [tag for tag, _attributes in page.elements if tag in ("link", "img", "iframe", "object", "base")] == []
    assert [tag for tag, attributes in page.elements if "src" in attributes or "style" in attributes] == []
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    inline = [text for _tag, attributes, text in page.texts if attributes.get("type") != "application/json"]
    assert len(inline) == 4
    for text in inline:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy


def test_it_says_where_it_comes_from(client):
    content = html(client, "/en/case-studies.html?country=NO&measured=1")
    for text in ("Country: Norway; Measured results", "CC BY 4.0", "Offline edition of"):
        assert text in content
    assert 'href="http://testserver/en/case-studies/?country=NO&amp;measured=1"' in content


def test_facets_and_orders_are_those_of_the_site(client):
    data = data_of(html(client, "/en/case-studies.html?mode=rail"))
    selection = Selection(QueryDict("mode=rail&sort=title"))
    by_title = sorted(data["studies"], key=lambda study: study["places"]["title"]["en"])
    studies = list(selection.all_studies(CaseStudy.objects.all()))
    assert [study["slug"] for study in by_title] == [study.slug for study in studies]
    counts = selection.counts.by_filter["theme"]
    for code, _label in next(f["values"] for f in data["filters"] if f["key"] == "theme"):
        assert sum(code in study["values"].get("theme", ()) for study in data["studies"]) == counts[code]


def test_synonyms_are_limited_to_what_the_studies_hold():
    few, all_of_them = (edition_data(Selection(QueryDict(q)), "", "")["thesaurus"] for q in ("country=UG", ""))
    texts = [text for text, *_stems in all_of_them["expressions"]]
    same = [row["same"] for row in all_of_them["rows"] if texts.index("УЭО") in row.get("same", ())]
    assert "authorized economic operator" in [texts[place] for places in same for place in places]
    assert {text for text, *_stems in few["expressions"]} < set(texts)


def test_expressions_keep_the_places_of_words_that_are_not_looked_for():
    thesaurus = edition_data(Selection(QueryDict("")), "", "")["thesaurus"]
    assert ["bill of lading", "bill _ lade"] in [one[:2] for one in thesaurus["expressions"]]


def test_markup_in_a_text_stays_text(client, empty_collection, make_study):
    make_study(title_en="<script>alert(1)</script>", practice_en="</script><!-- studies --> & more")
    content = html(client, "/en/case-studies.html")
    assert len(slugs(content)) == 1
    assert "<script>alert" not in content
    assert "&lt;/script&gt;&lt;!-- studies --&gt; &amp; more" in content


@pytest.mark.parametrize("extension", ["html", "zip"])
def test_characters_that_html_forbids_are_left_out(client, empty_collection, make_study, extension):
    make_study(
        title_en="Bell\x07 title",
        practice_en="one\x01two\x0bthree\x1bfour\ufffefive",
        summary_ru="Да\x02та",
    )
    path = f"/en/case-studies.{extension}"
    if extension == "zip":
        files = archive(client, path)
        contents = [files.read(name).decode() for name in files.namelist()]
    else:
        contents = [html(client, path)]
    for content in contents:
        assert re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\\\\u00[01]", content) is None
    assert any("onetwothreefourfive" in content for content in contents)
    assert any("Bell title" in content for content in contents)


def test_it_names_what_was_withdrawn(client, make_study):
    study = make_study(slug="gone-study", title_en="Gone", title_ru="Нет")
    make_study(title_en="Stays")
    study.delete()
    (gone,) = data_of(html(client, "/en/case-studies.html?country=NO"))["withdrawn"]
    assert gone == {"slug": "gone-study", "day": str(localdate()), "titles": {"en": "Gone", "ru": "Нет"}}


def test_starter_collection_stays_under_five_megabytes(client):
    assert 3_000_000 < len(html(client, "/ru/case-studies.html").encode()) < 5_000_000


def test_zip_holds_the_same_studies_in_parts(client, monkeypatch):
    monkeypatch.setattr("casestudies.exports.offline_zip.STUDIES_IN_A_PART", 5)
    files = archive(client, "/en/case-studies.zip?country=KZ")
    number = Selection(QueryDict("country=KZ")).counts.total
    parts = [f"parts/{place}.js" for place in range(1, -(-number // 5) + 1)]
    index = files.read("index.html").decode()
    assert data_of(index)["parts"] == parts
    assert files.testzip() is None
    read = [json.loads(re.fullmatch(r"addStudies\((.*)\);\n", files.read(name).decode())[1]) for name in parts]
    plain = [files.read(f"pages/{place}.html").decode() for place in range(1, len(parts) + 1)]
    expected = slugs(html(client, "/en/case-studies.html?country=KZ"))
    assert [slug for part in read for slug in slugs(part)] == expected
    assert [slug for part in plain for slug in slugs(part)] == expected
    assert 'href="pages/1.html"' in index


@pytest.mark.parametrize(
    ("most", "offered", "said", "refused"),
    [
        ((500, 2000), "html", "", {}),
        (
            (3, 2000),
            "zip",
            "one file of more than 3 studies is too large to mail and too slow to open",
            {
                "html": "HTML file for offline use holds up to 3 studies, and the list has {number} (one file of more"
                " than 3 studies is too large to mail and too slow to open). Take this instead: ZIP for offline use."
            },
        ),
        (
            (3, 5),
            "",
            "holds up to 5 studies, because a browser takes too long to open more: narrow the list",
            {
                "html": "is too large to mail and too slow to open). Narrow the list with filters, or take another",
                "zip": "ZIP for offline use holds up to 5 studies, and the list has {number} (a browser takes too long"
                " to open more). Narrow the list with filters, or take another format: PDF (to print), Word",
            },
        ),
    ],
)
def test_one_file_is_offered_or_where_it_does_not_serve_the_zip(client, monkeypatch, most, offered, said, refused):
    monkeypatch.setattr(OfflineHtml, "most", most[0])
    monkeypatch.setattr(OfflineZip, "most", most[1])
    page = client.get("/en/case-studies/?country=KZ").content.decode()
    assert re.findall(r'href="/en/case-studies\.(html|zip)\?country=KZ"', page) == ([offered] if offered else [])
    assert said in page
    assert "too long" in said or "takes too long to open" not in page
    number = Selection(QueryDict("country=KZ")).counts.total
    for extension in ("html", "zip"):
        response = client.get(f"/en/case-studies.{extension}?country=KZ")
        assert response.status_code == (400 if extension in refused else 200)
        if extension in refused:
            message = response.json()["errors"][0]["message"]
            assert refused[extension].format(number=number) in message
            assert "offline" not in message.partition("another format")[2]


def test_queries_do_not_grow_with_the_studies(client, empty_collection, make_study, django_assert_max_num_queries):
    for _number in range(10):
        make_study(outcomes=1, provisions=[("TIR", "Article 4")], countries=["KZ", "UZ"])
    html(client, "/en/case-studies.html")
    with django_assert_max_num_queries(60):
        html(client, "/en/case-studies.html")


def test_command_writes_the_same_file(client, tmp_path, settings):
    settings.SITE_URL = "http://testserver"
    output = tmp_path / "edition.html"
    call_command("offline_edition", language="ru", output=output, question="country=NO", verbosity=0)
    assert output.read_text(encoding="utf-8") == html(client, "/ru/case-studies.html?country=NO")
    call_command("offline_edition", language="ru", output=tmp_path / "edition.zip", question="country=NO", verbosity=0)
    assert "index.html" in zipfile.ZipFile(tmp_path / "edition.zip").namelist()


def test_command_writes_volumes_where_one_file_does_not_serve(client, tmp_path, monkeypatch, settings):
    settings.SITE_URL = "http://testserver"
    monkeypatch.setattr(OfflineZip, "most", 5)
    call_command("offline_edition", output=tmp_path / "kz.zip", question="country=KZ&sort=title", verbosity=0)
    expected = [s.slug for s in Selection(QueryDict("country=KZ&sort=title")).all_studies(CaseStudy.objects.all())]
    files = sorted(tmp_path.iterdir())
    of = -(-len(expected) // 5)
    assert [file.name for file in files] == [f"kz-{number}-of-{of}.zip" for number in range(1, of + 1)]
    found = []
    for number, file in enumerate(files, start=1):
        volume = zipfile.ZipFile(file)
        index, plain = (volume.read(name).decode() for name in ("index.html", "pages/1.html"))
        assert f"Country: Kazakhstan – volume {number} of {of}" in index
        assert "Search and filters look through this volume only." in index
        held = slugs(plain)
        assert 0 < len(held) <= 5
        assert f"<dd>{len(held)}</dd>" in index
        data = data_of(index)
        assert {study["slug"] for study in data["studies"]} == set(held)
        assert data["address"] == "http://testserver/en/case-studies/?country=KZ&sort=title"
        found += held
    assert found == expected


@pytest.mark.parametrize(
    "options",
    [
        {"output": "edition.pdf"},
        {"output": "edition.html", "site": ""},
        {"output": "edition.html", "question": "country=XX"},
    ],
)
def test_command_says_what_is_wrong(tmp_path, options):
    options = {"site": "http://testserver", **options, "output": tmp_path / options["output"]}
    with pytest.raises(CommandError):
        call_command("offline_edition", **options)
    assert not options["output"].exists()
