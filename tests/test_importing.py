"""Importing what was exported and changed, through the admin's own addresses."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casestudies.collection_records import case_record
from casestudies.importing import jobs
from casestudies.models import CaseStudy, ImportJob
from tests.curating import change_address, staff_with

pytestmark = pytest.mark.django_db
IMPORTS = reverse("admin:casestudies_imports")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Take every step in the request: another process would not see what a test wrote."""
    monkeypatch.setattr(jobs, "start", lambda job: jobs.run(job.pk))


def exported(path: str) -> bytes:
    return Client().get(path).getvalue()


def upload(client: Client, content: bytes | str, name: str = "studies.xlsx", language: str = "en") -> ImportJob:
    content = content.encode() if isinstance(content, str) else content
    response = client.post(IMPORTS, {"file": SimpleUploadedFile(name, content)}, headers={"accept-language": language})
    assert response.status_code == 302, response.context["form"].errors
    return ImportJob.objects.get(pk=response["Location"].rstrip("/").rsplit("/", 1)[-1])


def page(client: Client, job: ImportJob, language: str = "en", **query) -> str:
    address = reverse("admin:casestudies_import", args=[job.pk])
    return client.get(address, query, headers={"accept-language": language}).content.decode()


def apply(client: Client, job: ImportJob, **data) -> ImportJob:
    response = client.post(reverse("admin:casestudies_import_apply", args=[job.pk]), data)
    assert response.status_code == 302
    job.refresh_from_db()
    return job


def table(rows: list[dict], delimiter: str = ",") -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def changed_workbook(content: bytes, **cells) -> bytes:
    """Return the workbook with some cells of its sheets changed: Studies_B2="…"."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        sheet, cell = place.split("_")
        book[sheet][cell] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def counts(job: ImportJob) -> tuple:
    assert job.state == "previewed", job.message
    return tuple(job.counts[name] for name in ("created", "changed", "unchanged", "faulty"))


NEW = {"slug": "new-one", "Title": "Wombats at the gate", "Chapter": "3"}


# There and back ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("extension", ["xlsx", "csv", "jsonl"])
def test_exported_file_has_nothing_to_do(curator, make_study, language, extension):
    awkward = "=1+1; «x» – y,\r\nsecond line _x0041_"
    make_study(slug="awkward", summary_en=awkward, title_ru="", lessons_ru=None, outcomes=3, implementers=["A; B", "C"])
    make_study(slug="bare", themes=[], countries=[], region_scope_en="A group", period_start=None)
    content = exported(f"/{language}/case-studies.{extension}")
    job = upload(curator, content, f"studies.{extension}")
    assert (counts(job), job.notes, job.faults) == ((0, 0, 160, 0), [], [])
    assert "Nothing to do." in page(curator, job)


def test_csv_of_russian_excel_is_read(curator, make_study):
    make_study(slug="one")
    rows = list(csv.DictReader(io.StringIO(exported("/ru/case-studies.csv?study=one").decode("utf-8-sig"), newline="")))
    text = table([{**rows[0], "Первый год практики": "2003", "Темы": "Морские порты"}], delimiter=";")
    job = upload(curator, text.encode("cp1251", "replace"), "one.csv", "ru")
    values = {tuple(path): value for path, value in job.studies.get().values}
    assert values == {("period", "start"): 2003, ("themes",): ["seaports"]}


# What a change becomes -----------------------------------------------------------------------------------------------


def test_change_of_a_published_study_becomes_a_revision(curator, make_study):
    study = make_study(slug="one", outcomes=2)
    before = case_record(CaseStudy.objects.in_full().get(slug="one"))
    content = changed_workbook(
        exported("/en/case-studies.xlsx?study=one"), Studies_C2="Officers share a roof.", Outcomes_F2="5,5"
    )
    job = upload(curator, content)
    shown = page(curator, job)
    assert counts(job) == (0, 1, 0, 0)
    for text in ("<del>", "one office.", "a roof.", "→ 5.5\u00a0hours"):
        assert text in shown
    assert apply(curator, job).state == "applied"
    assert case_record(CaseStudy.objects.in_full().get(slug="one")) == before
    revision = CaseStudy.objects.in_full().get(revises=study)
    assert (revision.slug, revision.status) == ("revision-of-one", "draft")
    assert revision.summary_en == "Officers share a roof."
    assert [float(outcome.after) for outcome in revision.outcomes.all()] == [5.5, 6.0]
    # What the file says nothing of is as it was, in every language.
    after = case_record(revision)
    assert after | {key: before[key] for key in ("slug", "en", "outcomes")} == before
    assert after["outcomes"][0]["indicator"] == before["outcomes"][0]["indicator"]
    assert revision.created_by == revision.updated_by == revision.text_changed_by == job.user
    entry = LogEntry.objects.get(object_id=revision.pk)
    assert entry.user == job.user
    # The same file once more: the revision says it already.
    assert counts(upload(curator, content)) == (0, 0, 1, 0)


@pytest.mark.parametrize(("status", "reason"), [("in-review", "in review"), ("archived", "archived")])
def test_what_nobody_may_change_now_is_left_alone(curator, make_study, status, reason):
    make_study(slug="mine", status=status)
    job = upload(curator, table([{**NEW, "slug": "mine"}]), "a.csv")
    assert counts(job) == (0, 0, 0, 1)
    assert reason in job.faults[0]["message"]


def test_draft_is_changed_in_place_and_new_study_is_a_draft(curator, make_study):
    make_study(slug="mine", status="draft", published_at=None)
    job = upload(
        curator, table([{**NEW, "slug": "mine"}, NEW, {**NEW, "slug": "", "Title": "Quokka, at sea"}]), "a.csv"
    )
    assert counts(job) == (2, 1, 0, 0)
    assert "<ins>3. " in page(curator, job, part="created").replace(' lang="en"', "")
    apply(curator, job)
    studies = CaseStudy.objects.in_bulk(["mine", "new-one", "quokka-at-sea"], field_name="slug")
    assert {study.status for study in studies.values()} == {"draft"}
    assert studies["mine"].title_en == "Wombats at the gate"
    assert studies["mine"].summary_en == "Officers share one office."
    assert studies["new-one"].created_by == studies["new-one"].text_changed_by == job.user
    assert LogEntry.objects.filter(object_id=studies["new-one"].pk, user=job.user).exists()


def test_new_study_arrives_whole_from_a_russian_workbook(curator, make_study):
    make_study(slug="one", outcomes=2, provisions=[("TIR", "Article 4")], countries=["NO", "SE"])
    content = exported("/ru/case-studies.xlsx?study=one")
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets[:3]:
        for row in sheet.iter_rows(min_row=2):
            row[0].value = "two"
    book.worksheets[0]["B2"] = "Совсем другой заголовок"
    file = io.BytesIO()
    book.save(file)
    job = upload(curator, file.getvalue())
    assert (counts(job), job.faults) == ((1, 0, 0, 0), [])
    apply(curator, job)
    old, new = (case_record(CaseStudy.objects.in_full().get(slug=slug)) for slug in ("one", "two"))
    assert new["ru"] == {**old["ru"], "title": "Совсем другой заголовок"}
    assert new["outcomes"][0]["indicator"] == {"en": "", "ru": "Время ожидания"}
    for name in ("themes", "countries", "instruments", "sources", "period", "transport_modes", "chapter"):
        assert new[name] == old[name]


def test_new_study_in_russian_alone_is_a_russian_original(curator):
    rows = [
        {"slug": "new-ru", "title_en": "", "title_ru": "Вомбаты на границе", "Chapter": "3"},
        {"slug": "new-en", "title_en": "Quokkas at sea", "title_ru": "Квокки в море", "Chapter": "3"},
    ]
    apply(curator, upload(curator, table(rows), "a.csv"))
    studies = CaseStudy.objects.in_bulk(["new-ru", "new-en"], field_name="slug")
    assert {slug: study.original_language for slug, study in studies.items()} == {"new-ru": "ru", "new-en": "en"}


def test_json_lines_change_what_either_half_says(curator, make_study):
    make_study(slug="one", outcomes=1)
    make_study(slug="two")
    lines = [json.loads(line) for line in exported("/ru/case-studies.jsonl?study=one&study=two").splitlines()]
    lines[0]["summary"] = "Под одной крышей."
    lines[1]["record"]["en"]["lessons"] = "Begin with people."
    job = upload(curator, "\n".join(map(json.dumps, lines)), "a.jsonl")
    found = {study.slug: study.values for study in job.studies.all()}
    assert found == {
        lines[0]["slug"]: [[["ru", "summary"], "Под одной крышей."]],
        lines[1]["slug"]: [[["en", "lessons"], "Begin with people."]],
    }


# Faults --------------------------------------------------------------------------------------------------------------


def test_faults_name_place_value_and_what_is_allowed_in_russian(curator):
    rows = [
        {
            "slug": "a",
            "Название": "Первый",
            "Глава": "12",
            "Страны": "Норвегия; Казахстн",
            "Виды транспорта": "верблюд",
        },
        {"slug": "Б", "Название": "Второй пример", "Глава": "2", "Страны": "", "Виды транспорта": ""},
    ]
    job = upload(curator, table(rows), "a.csv", "ru")
    faults = {(fault["row"], fault["column"]): fault for fault in job.faults}
    assert list(faults) == [(2, "C · Глава"), (2, "D · Страны"), (2, "E · Виды транспорта"), (3, "A · slug")]
    assert len(faults[2, "C · Глава"]["allowed"]) == 9
    country = faults[2, "D · Страны"]
    assert country["value"] == "Норвегия; Казахстн"
    assert "KZ – Казахстан" in country["allowed"]
    assert country["link"] == reverse("admin:casestudies_country_changelist")
    assert any(
        "Автомобильный" in value or "автомобил" in value for value in faults[2, "E · Виды транспорта"]["allowed"]
    )
    shown = page(curator, job, "ru")
    assert "KZ – Казахстан" in shown
    assert counts(job) == (0, 0, 0, 2)
    assert apply(curator, job).state == "previewed"


def test_rows_without_faults_are_applied_when_that_is_chosen(curator):
    job = upload(curator, table([NEW, {**NEW, "slug": "bad", "Title": "Other", "Chapter": "x"}]), "a.csv")
    assert apply(curator, job).state == "previewed"
    assert apply(curator, job, without_faulty="1").state == "applied"
    assert CaseStudy.objects.filter(slug__in=["new-one", "bad"]).values_list("slug", flat=True).get() == "new-one"


def test_marked_workbook_is_corrected_and_goes_back_in(curator, make_study):
    make_study(slug="one", outcomes=1, summary_en="=1+1")
    content = changed_workbook(
        exported("/en/case-studies.xlsx?study=one"), Studies_R2="long ago", Outcomes_H2="weeks", Studies_AH9="a note"
    )
    job = upload(curator, content)
    marked = curator.get(reverse("admin:casestudies_import_marked", args=[job.pk])).content
    book = openpyxl.load_workbook(io.BytesIO(marked))
    year, unit = book["Studies"]["R2"], book["Outcomes"]["H2"]
    assert "1800" in year.comment.text
    assert "hours" in unit.comment.text
    assert unit.fill.start_color.rgb.endswith("FFC7CE")
    assert book["Studies"]["C2"].data_type == "s"
    assert book["Studies"]["AH9"].value == "a note"
    book["Studies"]["R2"], book["Outcomes"]["H2"] = 2004, "days"
    file = io.BytesIO()
    book.save(file)
    again = upload(curator, file.getvalue())
    assert (counts(again), again.faults) == ((0, 1, 0, 0), [])
    assert [path for path, _value in again.studies.get().values] == [["period", "start"], ["outcomes"]]


@pytest.mark.parametrize("extension", ["csv", "jsonl"])
def test_another_file_becomes_a_marked_workbook(curator, make_study, extension):
    make_study(slug="one", outcomes=1, lessons_en="=HYPERLINK(1)", provisions=[("TIR", "Article 4")])
    content = exported(f"/en/case-studies.{extension}?study=one").decode()
    content = content.replace('"road"', '"camel"') if extension == "jsonl" else content.replace('"Road"', '"Camel"')
    job = upload(curator, content, f"a.{extension}")
    assert job.counts["faulty"] == 1
    marked = curator.get(reverse("admin:casestudies_import_marked", args=[job.pk])).content
    book = openpyxl.load_workbook(io.BytesIO(marked))
    cells = [cell for row in book["Studies"].iter_rows() for cell in row]
    (faulty,) = [cell for cell in cells if cell.comment]
    assert "Road; Rail" in faulty.comment.text
    assert not [cell for cell in cells if cell.data_type == "f"]
    faulty.value = "rail"
    file = io.BytesIO()
    book.save(file)
    again = upload(curator, file.getvalue())
    assert (again.faults, again.studies.get().values) == ([], [[["transport_modes"], ["rail"]]])


def test_duplicates_are_shown_beside_the_study(curator, make_study):
    study = make_study(slug="old", title_en="Wombats at the gates")
    study.sources.update(url="https://www.example.org/report/")
    lines = [
        {"slug": "new-one", "title": "Wombats at the gate", "chapter": 3},
        {"slug": "new-two", "title": "Wombats at a gate", "chapter": 3},
        {
            "slug": "new-three",
            "title": "Something else altogether",
            "chapter": 3,
            "sources": [
                {"title": "T", "publisher": "P", "year": 2001, "url": "http://example.org/report", "checked": False}
            ],
        },
    ]
    job = upload(curator, "\n".join(map(json.dumps, lines)), "a.jsonl")
    suspects = {study.slug: {s["slug"] for s in study.suspects} for study in job.studies.all()}
    assert suspects == {"new-one": {"old"}, "new-two": {"new-one"}, "new-three": {"old"}}
    shown = page(curator, job)
    assert "It may be there already:" in shown
    beside = re.findall(r"<li>(.*?)</li>", shown, re.DOTALL)
    (same_source,) = [item for item in beside if "the same source:" in item]
    for text in (
        change_address(study),
        study.title_en,
        "Published",
        "Norway",
        "2001",
        'href="http://example.org/report"',
    ):
        assert text in same_source
    assert study.title_ru in page(curator, job, "ru")


def test_row_without_a_place_of_its_own_is_read_to_its_end(curator, make_study):
    make_study(slug="old")
    rows = [
        {"slug": "", "Title": "", "Chapter": "3", "Countries": "XX", "First year of the practice": ""},
        {"slug": "old", "Title": "Wombats", "Chapter": "4", "Countries": "", "First year of the practice": "2004"},
        {"slug": "old", "Title": "Quokkas", "Chapter": "x", "Countries": "YY", "First year of the practice": "soon"},
    ]
    job = upload(curator, table(rows), "a.csv")
    found = [(fault["row"], fault["column"][0]) for fault in job.faults]
    assert found == [(2, "A"), (2, "D"), (2, "B"), (4, "A"), (4, "C"), (4, "D"), (4, "E")]
    assert counts(job) == (0, 1, 0, 2)
    assert apply(curator, job, without_faulty="1").state == "applied"
    revision = CaseStudy.objects.get(revises__slug="old")
    assert (revision.title_en, revision.period_start) == ("Wombats", 2004)
    # What was left out is still told, with its faults.
    shown = page(curator, job, part="faulty")
    assert "listed above" in shown
    assert shown.index("What is wrong") < shown.index("listed above")


# Safety --------------------------------------------------------------------------------------------------------------


def test_preview_that_no_longer_holds_is_made_anew(curator, make_study):
    study = make_study(slug="one")
    job = upload(curator, changed_workbook(exported("/en/case-studies.xlsx?study=one"), Studies_C2="Mine."))
    CaseStudy.objects.filter(pk=study.pk).update(lessons_en="A colleague's.")
    assert apply(curator, job).state == "previewed"
    assert not CaseStudy.objects.filter(revises=study).exists()
    assert "Nothing was applied" in page(curator, job)
    assert apply(curator, job).state == "applied"


def test_every_step_asks_for_the_permission(curator):
    job = upload(curator, table([NEW]), "a.csv")
    names = ("import", "import_apply", "import_restart", "import_marked")
    own = [reverse(f"admin:casestudies_{name}", args=[job.pk]) for name in names]
    others = [IMPORTS, reverse("admin:casestudies_import_template", args=["xlsx"])]
    refused = staff_with("change_casestudy", "view_casestudy", "add_casestudy")
    for address in own + others:
        method = "post" if "apply" in address or "restart" in address else "get"
        assert getattr(refused, method)(address).status_code == 403
    assert refused.post(IMPORTS, {"file": SimpleUploadedFile("a.csv", b"x")}).status_code == 403
    allowed = staff_with("import_casestudy", "view_casestudy")
    assert allowed.get(IMPORTS).status_code == 200
    for address in own:
        method = "post" if "apply" in address or "restart" in address else "get"
        assert getattr(allowed, method)(address).status_code == 404
    assert Client(enforce_csrf_checks=True).post(own[1]).status_code in (302, 403)
    assert not CaseStudy.objects.filter(slug="new-one").exists()


def test_list_of_studies_leads_to_the_import_for_those_who_may():
    listed = reverse("admin:casestudies_casestudy_changelist")
    assert IMPORTS in staff_with("view_casestudy", "import_casestudy").get(listed).content.decode()
    assert IMPORTS not in staff_with("view_casestudy").get(listed).content.decode()


def package(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), text)
    return file.getvalue()


def bomb() -> bytes:
    """Return a small file that becomes a huge one; made only where it is used."""
    return package(xl__workbook_xml="<workbook/>", xl__worksheets__sheet1_xml="<a>" + "0" * 500_000_000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", None),
        (b"%PDF-1.7 \0\0", "neither XLSX nor CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"PK\x03\x04 broken", "damaged"),
        (package(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "no XLSX workbook"),
        (package(xl__workbook_xml="<a/>", xl__vbaProject_bin="x"), "macros"),
        (bomb, "unpacks to more"),
        (package(xl__workbook_xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "XML entities"),
        (b"name,colour\r\na,b\r\n", "no headings"),
        (b"slug,Title\r\n", "no row"),
        (b"slug,Title,Title\r\na,b,c\r\n", "stands twice"),
        (b"slug,Title\r\na,b,c\r\n", "cells, and there are"),
        (b'slug,Title\r\na,"b\r\nc,d\r\n', "not a CSV table"),
        (b"slug,Title\r\n" + b"a,b\r\n" * 20_001, "at most 20000"),
        (b'{"slug": "a", "title": \r\n', "not JSON"),
        (b'{"count": 1, "results": [\n{}]}'.replace(b"\n", b""), "JSON Lines instead"),
    ],
)
def test_file_that_cannot_be_read_says_why(curator, content, message):
    content = content() if callable(content) else content
    if not content:
        response = curator.post(IMPORTS, {"file": SimpleUploadedFile("a.csv", content)})
        assert "The submitted file is empty." in response.content.decode()
        return
    job = upload(curator, content, "a.xlsx")
    assert job.state == "refused"
    assert message in job.message
    assert "cannot be imported" in page(curator, job)


def test_too_large_a_file_is_refused(curator):
    response = curator.post(IMPORTS, {"file": SimpleUploadedFile("a.csv", b"x" * (20 * 1024 * 1024 + 1))})
    assert "at most 20 MB" in response.content.decode()


def test_workbooks_of_people_are_read_or_refused_with_a_reason(curator):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Our list of practices"])
    sheet.append(["slug", "Title", "Chapter", "First year of the practice", "Sumary"])
    sheet.append(["x-one", "Wombats", "3", timezone.now().date(), "lost?"])
    sheet.append(["x-two", "=CONCATENATE(1,2)", "=1+1", "2004", None])
    hidden = book.create_sheet("Hidden")
    hidden.append(["slug", "Title"])
    hidden.append(["y", "z"])
    hidden.sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    job = upload(curator, file.getvalue())
    assert any("hidden" in note for note in job.notes)
    assert any("“Sumary”" in note and "“Summary”" in note for note in job.notes)
    # A date is no year; formulas that no spreadsheet has worked out are empty.
    found = {(fault["row"], fault["column"]): fault["message"] for fault in job.faults}
    assert "This is a date" in found[3, "D · First year of the practice"]
    assert found[4, "C · Chapter"] == "A study belongs to a chapter."
    sheet.merge_cells("A3:A4")
    file = io.BytesIO()
    book.save(file)
    assert "A3:A4 are merged" in upload(curator, file.getvalue()).message


def test_interrupted_import_is_taken_up_again(curator):
    job = upload(curator, table([NEW]), "a.csv")
    long_ago = timezone.now() - timedelta(hours=1)
    ImportJob.objects.filter(pk=job.pk).update(state="applying", applied_by=job.user, heartbeat=long_ago)
    assert "Begin again" in page(curator, job)
    curator.post(reverse("admin:casestudies_import_restart", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == "applied"
    assert CaseStudy.objects.filter(slug="new-one").exists()


def test_running_import_shows_its_progress_and_looks_again(curator):
    job = upload(curator, table([NEW]), "a.csv")
    ImportJob.objects.filter(pk=job.pk).update(state="reading", heartbeat=timezone.now(), done=1200, total=5000)
    shown = page(curator, job)
    assert '<progress id="progress" value="1200" max="5000">' in shown
    assert '<meta http-equiv="refresh"' in shown
    # Another process leaves it alone meanwhile.
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "reading"


def test_old_imports_are_deleted(curator):
    job = upload(curator, table([NEW]), "a.csv")
    ImportJob.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=31))
    call_command("clear_imports")
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_template_offers_codes_and_is_read_when_filled(curator, language):
    address = reverse("admin:casestudies_import_template", args=["xlsx"])
    content = curator.get(address, headers={"accept-language": language}).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    studies, codes = book.worksheets[0], book.worksheets[3]
    offered = {str(rule.sqref).split("2")[0]: rule.formula1 for rule in studies.data_validations.dataValidation}
    headings = [cell.value for cell in studies[1]]
    assert len(offered) >= 9
    for heading in headings:
        assert heading
    names = {cell.value for row in codes.iter_rows() for cell in row}
    assert {"Norway", "Норвегия", "NO", "seaports"} <= names
    for place, value in enumerate(["from-template", "Wombats", *[None] * 5, 4]):
        studies.cell(2, place + 1).value = value
    file = io.BytesIO()
    book.save(file)
    job = upload(curator, file.getvalue(), language=language)
    assert (counts(job), job.faults, job.notes) == ((1, 0, 0, 0), [], [])


def test_csv_template_has_headings_that_are_read(curator):
    content = curator.get(reverse("admin:casestudies_import_template", args=["csv"])).content.decode("utf-8-sig")
    (headings,) = csv.reader(io.StringIO(content))
    job = upload(curator, table([dict.fromkeys(headings, "") | NEW]), "a.csv")
    assert (counts(job), job.faults, job.notes) == ((1, 0, 0, 0), [], [])
