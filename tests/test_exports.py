"""What leaves the application: opened and read back."""

import csv
import io
import json
import re
import zipfile

import docx
import feedparser
import openpyxl
import pybtex.database
import pypdf
import pytest
import rispy
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.formats import date_format

from casestudies.exports import FORMATS
from casestudies.exports.comma_separated import neutralized
from casestudies.models import CaseStudy, Source
from casestudies.selection import Selection

pytestmark = pytest.mark.django_db

QUERIES = ["", "q=transit&country=KZ", "theme=single-window&sort=title", "sort=country&measured=1&page=2", "q=zzzz"]


def file(client, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200
    assert response.streaming
    return b"".join(response.streaming_content)


def body(client, path: str) -> str:
    return file(client, path).decode("utf-8")


def rows(content: str) -> list[dict]:
    assert content.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(content[1:], newline="")))


def studies_in_ris(content: str) -> list[str]:
    return [record["id"] for record in rispy.loads(content) if record["type_of_reference"] == "RPRT"]


def studies_in_bibtex(content: str) -> list[str]:
    entries = pybtex.database.parse_string(content, "bibtex").entries
    return [key for key, entry in entries.items() if entry.type == "techreport"]


def slugs_of(addresses: list[str]) -> list[str]:
    """Return the slugs of the studies that the addresses lead to, each once."""
    found = (re.search(r"/case-studies/([\w-]+)/(?:@1/)?$", address) for address in addresses)
    return list(dict.fromkeys(match[1] for match in found if match))


def pdf_addresses(content: bytes) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    links = (annotation.get_object() for page in pages for annotation in page.get("/Annots", []))
    return [link["/A"]["/URI"] for link in links if "/URI" in link.get("/A", {})]


def docx_addresses(content: bytes) -> list[str]:
    paragraphs = docx.Document(io.BytesIO(content)).paragraphs
    return [link.url for paragraph in paragraphs for link in paragraph.hyperlinks]


def articles(content: str) -> list[str]:
    return re.findall(r'<section class="entry" id="/study/([^"]+)">', content)


def articles_in_archive(content: bytes) -> list[str]:
    files = zipfile.ZipFile(io.BytesIO(content))
    pages = [name for name in files.namelist() if name.startswith("pages/")]
    return [slug for name in pages for slug in articles(files.read(name).decode())]


def sheet_rows(content: bytes, sheet: int) -> list[dict]:
    """Return the rows of a sheet of a workbook by their headings."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    headings, *rows = book.worksheets[sheet].iter_rows(values_only=True)
    return [dict(zip(headings, row, strict=False)) for row in rows]


READERS = {
    "pdf": lambda content: slugs_of(pdf_addresses(content)),
    "docx": lambda content: slugs_of(docx_addresses(content)),
    "csv": lambda content: [row["slug"] for row in rows(content.decode())],
    "ris": lambda content: studies_in_ris(content.decode()),
    "bib": lambda content: studies_in_bibtex(content.decode()),
    "json": lambda content: [study["slug"] for study in json.loads(content)["results"]],
    "jsonl": lambda content: [json.loads(line)["slug"] for line in content.splitlines()],
    "xlsx": lambda content: [row["slug"] for row in sheet_rows(content, 0)],
    "atom": lambda content: [entry.link.split("/")[-2] for entry in feedparser.parse(content).entries],
    "html": lambda content: articles(content.decode()),
    "zip": articles_in_archive,
}
# Formats that readers wait for take seconds for the whole collection: they are asked for parts of it.
ASKED = [(format_, query) for format_ in FORMATS for query in QUERIES if query or FORMATS[format_].most is None]


def test_every_format_has_a_reader_here():
    assert READERS.keys() == FORMATS.keys()


@pytest.mark.parametrize(("extension", "query"), ASKED)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_file_has_the_studies_of_the_list_in_its_order(client, extension, language, query):
    with translation.override(language):
        expected = [e.case_study.slug for e in Selection(QueryDict(query)).entries.select_related("case_study")]
    assert READERS[extension](file(client, f"/{language}/case-studies.{extension}?{query}")) == expected


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("status", ["draft", "in-review", "archived"])
def test_unpublished_study_is_in_no_file(client, make_study, extension, status):
    make_study(slug="hidden", status=status)
    assert "hidden" not in READERS[extension](file(client, f"/en/case-studies.{extension}?country=NO"))


@pytest.mark.parametrize("extension", FORMATS)
def test_wrong_parameters_are_answered_alike_in_every_format(client, extension):
    answers = [
        client.get(f"/en/case-studies.{each}?contry=NO&theme=nonsense&year_from=x") for each in (extension, "json")
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()
    assert [error["key"] for error in answers[0].json()["errors"]] == ["contry", "theme", "year_from"]


@pytest.mark.parametrize("extension", [name for name, format_ in FORMATS.items() if format_.for_study])
def test_file_of_a_study_refuses_what_a_list_refuses(client, make_study, extension):
    make_study(slug="one")
    path = f"/ru/case-studies/one.{extension}"
    assert client.get(f"{path}?country=NO").status_code == 200
    answer = client.get(f"{path}?oops=1&year_from=x")
    assert answer.status_code == 400
    assert answer.json() == client.get("/ru/case-studies.json?oops=1&year_from=x").json()
    assert [error["key"] for error in answer.json()["errors"]] == ["oops", "year_from"]
    assert answer.json()["errors"][1]["allowed"] == "год от 1900 до 2100"


@pytest.mark.parametrize("extension", [name for name, format_ in FORMATS.items() if format_.for_study])
def test_file_of_a_withdrawn_study_is_gone(client, make_study, extension):
    study = make_study(slug="one")
    study.status = "archived"
    study.save()
    answer = client.get(f"/en/case-studies/one.{extension}")
    assert answer.status_code == 410
    assert answer.json()["errors"] == client.get("/api/v1/case-studies/one/?lang=en").json()["errors"]
    assert client.get(f"/en/case-studies/never-was.{extension}").status_code == 404


ORIGIN = {
    "xlsx": lambda content: "\n".join(str(row) for row in sheet_rows(content, 3)),
    "pdf": lambda content: "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages),
    "docx": lambda content: "\n".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs),
    "atom": lambda content: feedparser.parse(content).feed.subtitle,
}


@pytest.mark.parametrize("extension", sorted(FORMATS.keys() - {"csv", "zip"}))
def test_every_format_says_what_was_asked_when_and_where_to_get_it_anew(client, extension):
    content = file(client, f"/en/case-studies.{extension}?country=NO&sort=title")
    text = ORIGIN.get(extension, bytes.decode)(content)
    said = " ".join(text.replace("&amp;", "&").split())
    for part in ("Country: Norway", "/en/case-studies/?country=NO", "creativecommons.org/licenses/by/4.0"):
        assert part in said
    today = timezone.localdate()
    assert any(day in said for day in (f"{today:%Y-%m-%d}", date_format(today, "DATE_FORMAT")))


@pytest.mark.parametrize("extension", FORMATS)
def test_too_long_a_list_is_answered_with_the_limit(client, monkeypatch, extension):
    monkeypatch.setattr(FORMATS[extension], "most", 5, raising=False)
    answer = client.get(f"/en/case-studies.{extension}?theme=customs-transit")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["key"], error["value"]) == ("format", extension)
    assert "up to 5 studies" in error["message"]


BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_who_asks_in_a_browser_is_told_on_a_page_what_to_do(client, make_study, monkeypatch):
    monkeypatch.setattr(FORMATS["pdf"], "most", 5)
    make_study(slug="one")
    CaseStudy.objects.filter(slug="one").update(status="archived")
    for path, status, words, way_on in [
        ("/en/case-studies.pdf?theme=customs-transit", 400, "up to 5 studies", "?theme=customs-transit"),
        ("/ru/case-studies.csv?theme=customs-transit&oops=1", 400, "oops=1", "?theme=customs-transit"),
        ("/en/case-studies/one.ris", 410, "This study was withdrawn.", "one/"),
    ]:
        shown, sent = client.get(path, headers=BROWSER), client.get(path)
        assert (shown.status_code, sent.status_code) == (status, status)
        assert shown["Content-Type"].startswith("text/html")
        content = shown.content.decode()
        assert words in content
        assert f'<a href="{path[:3]}/case-studies/{way_on}">' in content
        # A cache between them must not give one the answer of the other.
        assert all("accept" in answer["Vary"].lower().split(", ") for answer in (shown, sent))
        assert sent.json()["status"] == status
    assert client.get("/en/case-studies.csv?country=NO", headers=BROWSER)["Content-Type"].startswith("text/csv")


def test_csv_speaks_the_language_of_its_address(client):
    english, russian = (
        rows(body(client, f"/{language}/case-studies.csv?country=NO&sort=title")) for language in ("en", "ru")
    )
    slug = "norway-sweden-finland-customs-border-cooperation"
    row = next(row for row in english if row["slug"] == slug)
    study = CaseStudy.objects.get(slug=slug)
    assert row["Title"] == study.title_en
    assert row["Country codes"] == "NO; SE; FI"
    assert row["Address"] == f"http://testserver/en/case-studies/{slug}/"
    assert row["Sources"].count("http") == study.sources.exclude(url="").count()
    row = next(row for row in russian if row["slug"] == slug)
    assert study.title_ru in row.values()
    assert study.practice_ru in row.values()
    assert "Title" not in row


def test_csv_writes_outcomes_in_words(client, empty_collection, make_study):
    make_study(outcomes=1)
    (row,) = rows(body(client, "/en/case-studies.csv"))
    assert row["Measured results"] == "Waiting time: 72\u00a0hours → 6\u00a0hours"
    (row,) = rows(body(client, "/ru/case-studies.csv"))
    assert "Время ожидания: 72\u00a0часа → 6\u00a0часов" in row.values()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " ="])
def test_cell_that_looks_like_a_formula_is_neutralized(start):
    assert neutralized(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("start", ["\x01=", "\x0b+", " \x1b@"])
def test_control_character_hides_no_formula(start):
    assert neutralized(f"{start}1+1") == f"'{start}1+1"


def test_csv_has_no_control_characters(client, empty_collection, make_study):
    make_study(title_en="A\x01B\x0b\x1b", practice_en="One\nTwo\tThree")
    (row,) = rows(body(client, "/en/case-studies.csv"))
    assert (row["Title"], row["Practice"]) == ("AB", "One\nTwo\tThree")


@pytest.mark.parametrize("value", ["a=b", "1997–2005", "", None, 5, -5])
def test_other_cells_stay_as_they_are(value):
    assert neutralized(value) == value


def test_csv_neutralizes_every_text_column(client, empty_collection, make_study):
    study = make_study(title_en="=1+1", summary_en="+1", practice_en='@SUM(A1) "quoted", with\nlines', sources=[])
    Source.objects.create(case_study=study, title="=HYPERLINK()", publisher="x")
    (row,) = rows(body(client, "/en/case-studies.csv"))
    assert (row["Title"], row["Summary"]) == ("'=1+1", "'+1")
    assert row["Practice"] == '\'@SUM(A1) "quoted", with\nlines'
    assert row["Sources"].startswith("'=HYPERLINK()")
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_csv_is_a_download_with_a_telling_name(client):
    response = client.get("/ru/case-studies.csv?country=NO")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="case-studies-norway-ru-')


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", ""),
        ("country=KZ&q=transit", "transit-kazakhstan-"),
        ("q=Таможенный щит&year_from=2010&measured=1", "tamozhennyi-shchit-with-measured-results-year-from-2010-"),
        ("q=%22../\r\nX: 1\u202e%22;", "x-1-"),
        ("q=" + "wombat+" * 20, "wombat-wombat-wombat-wombat-wombat-wombat-wombat-wombat-"),
        ("q=" + "w" * 80, "w" * 60 + "-"),
    ],
)
def test_name_of_a_file_tells_what_was_asked_in_ascii(client, query, words):
    disposition = client.get(f"/ru/case-studies.csv?{query}")["Content-Disposition"]
    assert re.fullmatch(rf'attachment; filename="case-studies-{words}ru-\d{{4}}-\d\d-\d\d\.csv"', disposition)


def test_json_says_what_it_holds(client):
    document = json.loads(body(client, "/en/case-studies.json?q=transit&country=KZ"))
    assert document["count"] == len(document["results"]) == 8
    assert document["question"] == "Search: “transit”; Country: Kazakhstan"
    assert document["facets"]["country"]["KZ"] == 8
    assert document["facets"]["lldc"] == {"1": 8}
    for study in document["results"]:
        assert next(iter(study)) == "slug"


def test_json_study_holds_every_field(client):
    document = json.loads(body(client, "/ru/case-studies.json?q=ЦИМ"))
    study = next(s for s in document["results"] if s["slug"] == "cim-smgs-common-rail-consignment-note")
    record = CaseStudy.objects.get(slug=study["slug"])
    assert study["title"] == record.title_ru
    assert study["period"] == {"start": 2006, "end": None}
    assert study["countries"][0] == {"code": "UA", "name": "Украина"}
    assert {key: value for key, value in study["conventions"][2].items() if key != "name"} == {
        "code": "HARMONIZATION",
        "provision": "harmonization-annex-9-article-9",
        "ref": "Приложение 9, статья 9",
    }
    assert study["outcomes"][0]["after"] == 36226
    assert study["outcomes"][0]["indicator"] == record.outcomes.first().indicator_ru
    assert len(study["sources"]) == 4
    assert study["places"][0]["name"] == "Małaszewicze"


def test_unknown_format_is_not_found(client):
    assert client.get("/en/case-studies.exe").status_code == 404


@pytest.mark.parametrize("path", [f"/en/case-studies.{extension}" for extension in FORMATS])
def test_queries_do_not_grow_with_the_studies(
    client, empty_collection, make_study, django_assert_max_num_queries, path
):
    for _number in range(50):
        make_study(outcomes=2, provisions=[("TIR", "Article 4")], countries=["KZ", "UZ"])
    # An edition, and the whole collection as JSON, have the vocabularies; one query a study would make it 60.
    most = 44 if path.endswith((".html", ".zip", ".json")) else 25
    with django_assert_max_num_queries(most):
        file(client, path)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_about_page_names_every_format_with_its_limit(client, language):
    content = client.get(f"/{language}/about/").content.decode()
    for extension, format_ in FORMATS.items():
        (rest,) = re.findall(rf"<code>\.{extension}</code>([^;<]*)", content)
        assert (str(format_.most) in rest) == (format_.most is not None)
