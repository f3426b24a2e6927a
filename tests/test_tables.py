"""Tables and machine files: what stands in them, and what their formats forbid."""

import csv
import io
import json
import re
from datetime import datetime

import openpyxl
import pytest
from django.http import QueryDict
from django.utils import translation
from openpyxl.utils.escape import unescape

from casestudies import search_index, translations, vocabulary
from casestudies.collection_records import case_record
from casestudies.exports import Document, reading, workbook
from casestudies.exports.json_document import content
from casestudies.models import CaseStudy, KeptRecord, Outcome, Source
from casestudies.selection import Selection

from .factories import UserFactory

pytestmark = pytest.mark.django_db


def answer(client, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200
    return response.getvalue()


def opened(client, path: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(answer(client, path)))


def by_heading(sheet) -> list[dict]:
    """Return the rows of a sheet, cells by their headings."""
    headings, *rows = sheet.iter_rows()
    return [{heading.value: cell for heading, cell in zip(headings, row, strict=True)} for row in rows]


# Reading ---------------------------------------------------------------------------------------------------------


def test_studies_are_read_as_the_collections_records(make_study):
    make_study(slug="bare", sources=["Only"], themes=[], countries=[], summary_ru=None, region_scope_en="A group")
    make_study(slug="russian", original_language="ru", region_scope_ru="Группа")
    outdated = make_study(slug="outdated", practice_en="Before", practice_ru="До")
    translations.approve(outdated, "ru", UserFactory())
    CaseStudy.objects.filter(slug="outdated").update(practice_en="After")
    translations.approve(make_study(slug="reviewed"), "ru", UserFactory())
    make_study(slug="numbers", outcomes=3, provisions=[("TIR", None), ("TIR", "Article 4")])
    Outcome.objects.filter(case_study__slug="numbers").update(before="0.1250", after="12345678901234.5")
    expected = {study.slug: study for study in CaseStudy.objects.in_full()}
    identifiers = [study.pk for study in expected.values()][::-1]
    found = list(reading.read(identifiers, vocabulary.current(), "https://a/{}/"))
    assert [study.record["slug"] for study in found] == list(expected)[::-1]
    search_index.refresh(identifiers)
    assert KeptRecord.objects.filter(pk__in=identifiers).count() == len(identifiers)
    assert list(reading.read(identifiers, vocabulary.current(), "https://a/{}/")) == found
    for study in found:
        model = expected[study.record["slug"]]
        assert study.record == case_record(model)
        assert study.translations == reading.of_model(model, study.vocabulary, "").translations
        assert study.original_language == model.original_language
        assert list(study.record) == list(case_record(model))
        assert study.updated == model.updated_at
        assert study.address == f"https://a/{model.slug}/"
    standings = {study.record["slug"]: study.translations["ru"] or {} for study in found}
    assert [slug for slug, standing in standings.items() if standing.get("reviewed")] == ["reviewed", "outdated"]
    assert [slug for slug, standing in standings.items() if standing.get("follows")] == ["outdated"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_names_and_texts_are_those_of_the_models(make_study, language):
    make_study(slug="half-translated", title_ru="", provisions=[("TIR", "Article 4")], outcomes=1)
    with translation.override(language):
        model = CaseStudy.objects.in_full().get(slug="half-translated")
        (study,) = reading.read([model.pk], vocabulary.current(), "{}")
        found = content(study)
        assert found["title"] == model.title == model.title_en
        link = model.provision_links.get()
        assert found["conventions"] == [
            {
                "code": "TIR",
                "name": link.convention.short_name,
                "provision": link.provision.code,
                "ref": link.provision.ref,
            }
        ]
        assert found["countries"] == [{"code": "NO", "name": model.country_links.get().country.name}]
        assert found["outcomes"][0]["indicator"] == model.outcomes.get().indicator


def test_more_studies_than_a_batch_keep_their_order(client, monkeypatch):
    monkeypatch.setattr(reading, "BATCH", 7)
    expected = [entry.case_study.slug for entry in Selection(QueryDict("sort=title")).entries]
    lines = answer(client, "/en/case-studies.jsonl?sort=title").splitlines()
    assert [json.loads(line)["slug"] for line in lines] == expected


# JSON Lines and CSV ----------------------------------------------------------------------------------------------


def test_every_line_of_json_lines_has_one_shape_and_says_where_it_comes_from(client):
    lines = [json.loads(line) for line in answer(client, "/ru/case-studies.jsonl?country=NO").splitlines()]
    assert len({tuple(line) for line in lines}) == 1
    for line in lines:
        assert line["provenance"]["question"] == "Страна: Норвегия"
        assert line["provenance"]["count"] == len(lines)
        assert line["provenance"]["address"] == "http://testserver/ru/case-studies/?country=NO"
        assert line["provenance"]["licence"].startswith("https://creativecommons.org/")
        assert line["record"] == case_record(CaseStudy.objects.in_full().get(slug=line["slug"]))


def test_json_lines_without_a_study_lead_to_what_was_asked(client):
    response = client.get("/ru/case-studies.jsonl?country=NO&year_to=1900")
    assert response.getvalue() == b""
    address, *rest = response["Link"].split("; ")
    assert rest == ['rel="describedby"', 'type="text/html"']
    assert address == "<http://testserver/ru/case-studies/?country=NO&year_to=1900>"
    assert "Норвегия" in client.get(address[1:-1]).content.decode()


@pytest.mark.parametrize("text", ['He said "stop", and\r\nwent', "\u2028separator", "a;b\tc", "😀 שלום", "=1+1"])
def test_csv_gives_every_text_back(client, empty_collection, make_study, text):
    make_study(summary_en=text)
    (row,) = csv.DictReader(io.StringIO(answer(client, "/en/case-studies.csv").decode("utf-8-sig"), newline=""))
    assert row["Summary"].removeprefix("'") == text


def test_csv_is_described_by_a_file_beside_it(client):
    response = client.get("/ru/case-studies.csv?country=NO&page=2")
    link = response["Link"]
    assert link.endswith('; rel="describedby"; type="application/csvm+json"')
    metadata = client.get(link[1 : link.index(">")])
    assert metadata["Content-Type"] == "application/csvm+json"
    # Saved beside the table, programs find it by its name.
    assert metadata["Content-Disposition"] == response["Content-Disposition"].replace(".csv", ".csv-metadata.json")
    offered = re.search(
        r'href="(/ru/case-studies.csv-metadata.json[^"]*)"',
        client.get("/ru/case-studies/?country=NO&page=1").content.decode(),
    )
    assert link[1 : link.index(">")].endswith(offered[1])
    described = metadata.json()
    assert described["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "ru"}]
    assert described["url"] == "http://testserver/ru/case-studies.csv?country=NO"
    assert described["dc:description"] == "Страна: Норвегия"
    assert described["dc:source"] == {"@id": "http://testserver/ru/case-studies/?country=NO"}
    headings, *rows = csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"), newline=""))
    columns = described["tableSchema"]["columns"]
    assert [column["titles"] for column in columns] == headings
    assert described["dc:extent"].endswith(f": {len(rows)}")
    read_as = {"integer": int, "gYear": int, "date": datetime.fromisoformat, "string": str, "anyURI": str}
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            for value in cell.split(column["separator"]) if "separator" in column else [cell]:
                assert not value or read_as[column["datatype"]](value) is not None


def test_description_of_a_wrong_question_is_refused(client):
    wrong = client.get("/en/case-studies.csv-metadata.json?colour=red")
    assert (wrong.status_code, wrong.json()) == (400, client.get("/en/case-studies.csv?colour=red").json())


# XLSX ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "names", "heading"),
    [
        ("en", ["Studies", "Outcomes", "Sources", "About"], "First year of the practice"),
        ("ru", ["Примеры", "Результаты", "Источники", "О файле"], "Первый год практики"),
    ],
)
def test_workbook_has_its_sheets_in_the_language_of_its_address(client, language, names, heading):
    book = opened(client, f"/{language}/case-studies.xlsx?country=NO")
    assert [sheet.title for sheet in book] == names
    studies = CaseStudy.objects.published().filter(countries__alpha2="NO")
    assert book.worksheets[0].max_row == 1 + studies.count()
    assert book.worksheets[1].max_row == 1 + Outcome.objects.filter(case_study__in=studies).count()
    assert book.worksheets[2].max_row == 1 + Source.objects.filter(case_study__in=studies).count()
    about = {label.value: value.value for label, value in book.worksheets[3].iter_rows()}
    with translation.override(language):
        document = Document.of_selection(Selection(QueryDict("country=NO")), "http://testserver")
        assert about == dict(document.provenance.rows())
    assert heading in [cell.value for cell in book.worksheets[0][1]]
    for sheet in book.worksheets[:3]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)


def test_workbook_has_numbers_dates_and_links(client, empty_collection, make_study):
    study = make_study(outcomes=1, sources=["Report"])
    Source.objects.update(url="https://example.org/a?b=1#c", checked=True)
    Outcome.objects.update(before="72.5", after_year=2010)
    studies, outcomes, sources, about = opened(client, "/en/case-studies.xlsx")
    (row,) = by_heading(studies)
    assert (row["Chapter"].value, row["First year of the practice"].value) == (2, 2001)
    assert row["Last change"].value.date() == study.updated_at.date()
    assert row["Last change"].number_format == "yyyy-mm-dd"
    assert row["Address"].hyperlink.target == f"http://testserver/en/case-studies/{study.slug}/"
    (row,) = by_heading(outcomes)
    assert (row["Before"].value, row["After"].value, row["Year of the value after"].value) == (72.5, 6, 2010)
    assert row["Year of the value before"].value is None
    assert row["Source"].value == "Report"
    (row,) = by_heading(sources)
    assert (row["slug"].value, row["Year"].value, row["Checked"].value) == (study.slug, 2010, True)
    assert (row["Address"].hyperlink.target, row["Address"].hyperlink.location) == ("https://example.org/a?b=1", "c")
    assert about["B6"].hyperlink.target == "http://testserver/en/case-studies/"


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "@SUM(A1)", "+1", "-1", "{=1}", '=HYPERLINK("https://a")'),
        *("😀 emoji 🇰🇿", "שלום עולם", "مرحبا بالعالم", "00123", "1e5", " spaces ", "_x0041_", "_x0041_x0042_", "a\rb"),
        *("<b>&amp;</b>", "<r>a</r>"),
    ],
)
def test_text_stays_text_in_a_workbook(client, empty_collection, make_study, text):
    make_study(title_en=text, summary_en=text)
    (row,) = by_heading(opened(client, "/en/case-studies.xlsx").worksheets[0])
    for heading in ("Title", "Summary"):
        assert (unescape(row[heading].value), row[heading].data_type) == (text, "s")


def test_control_characters_are_left_out_of_a_workbook(client, empty_collection, make_study):
    make_study(summary_en="a\x01b\x0bc\x1fd\ufffee\nf\tg", challenge_en="\x01")
    (row,) = by_heading(opened(client, "/en/case-studies.xlsx").worksheets[0])
    assert (row["Summary"].value, row["Challenge"].value or "") == ("abcde\nf\tg", "")


def test_text_longer_than_a_cell_is_cut_and_says_so(client, empty_collection, make_study):
    make_study(summary_en="a" * 32_767, challenge_en="😀" * 20_000, practice_en="b" * 32_768)
    book = opened(client, "/en/case-studies.xlsx")
    (row,) = by_heading(book.worksheets[0])
    assert row["Summary"].value == "a" * 32_767
    for heading, character in (("Challenge", "😀"), ("Practice", "b")):
        value = row[heading].value
        assert 32_700 < len(value.encode("utf-16-le")) // 2 <= 32_767
        assert value.startswith(character * 16_000)
        assert value.endswith("the whole text is on the study’s page]")
    assert "2 texts are cut" in book["About"]["B8"].value


def test_rows_beyond_a_sheet_continue_on_the_next(client, monkeypatch):
    monkeypatch.setattr(workbook, "ROWS_ON_A_SHEET", 51)
    book = opened(client, "/en/case-studies.xlsx")
    names = ["Studies", *(f"Studies {number}" for number in (2, 3, 4))]
    assert [book[name].max_row for name in names] == [51, 51, 51, 9]
    slugs = [row["slug"].value for name in names for row in by_heading(book[name])]
    assert slugs == [entry.case_study.slug for entry in Selection(QueryDict("")).entries]
    assert {book[name].freeze_panes for name in names} == {"B2"}
    about = {label.value: value.value for label, value in book["About"].iter_rows()}
    assert "“Studies 4”" in about["Studies"]


def test_links_beyond_those_of_a_sheet_are_text(client, monkeypatch):
    monkeypatch.setattr(workbook, "LINKS_ON_A_SHEET", 100)
    book = opened(client, "/en/case-studies.xlsx")
    rows = by_heading(book["Studies"])
    assert [bool(row["Address"].hyperlink) for row in rows] == [True] * 100 + [False] * 58
    assert all(row["Address"].value.startswith("http://testserver/en/case-studies/") for row in rows)
    about = {label.value: value.value for label, value in book["About"].iter_rows()}
    assert about["Studies"].startswith("58 addresses")
