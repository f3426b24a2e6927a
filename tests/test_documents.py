"""Documents for people, opened and read back: the booklet with pypdf, the briefing note with python-docx."""

import io
import re
import zipfile
from itertools import pairwise

import docx
import pypdf
import pytest
from django.utils import translation
from django.utils.translation import gettext
from docx.oxml.ns import qn

from casestudies.exports import FORMATS
from casestudies.models import CaseStudy, Outcome
from tests.test_exports import docx_addresses, file, pdf_addresses, slugs_of

pytestmark = pytest.mark.django_db

KAZAKH_TRANSIT = "q=transit&country=KZ&sort=title"
# Markup of the typesetter, of XML and of Word's fields, none of which may mean anything.
HOSTILE = "#panic() $x$ *b* _i_ @ref <label> \\ `raw` // no [c] {d} &amp; <w:p/> = = - +"


@pytest.fixture
def booklet(client):
    """Return a function that asks for a PDF and opens it."""
    return lambda path: pypdf.PdfReader(io.BytesIO(file(client, path)))


@pytest.fixture
def note(client):
    """Return a function that asks for a Word document and opens it."""
    return lambda path: docx.Document(io.BytesIO(file(client, path)))


def plain(text: str) -> str:
    """Return a text without what lines are broken with."""
    return re.sub(r"\s+", " ", re.sub(r"[-\u00ad\u2010]\n", "", text)).strip()


def elements(reader: pypdf.PdfReader):
    """Yield the elements of the structure tree, in reading order."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting.extend(reversed(element))
        elif isinstance(element, dict):
            yield element
            waiting.extend([element["/K"]] if "/K" in element else [])


def bookmarks(reader: pypdf.PdfReader) -> dict[str, int]:
    """Return the titles of the bookmarks with their pages, from 0."""
    return {item.title: reader.get_destination_page_number(item) for item in reader.outline}


def studies(slugs: list[str]) -> list[CaseStudy]:
    found = CaseStudy.objects.in_bulk(slugs, field_name="slug")
    return [found[slug] for slug in slugs]


# The booklet ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru"])
def test_booklet_is_marked_for_screen_readers(booklet, language):
    reader = booklet(f"/{language}/case-studies.pdf?{KAZAKH_TRANSIT}")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    metadata = root["/Metadata"].get_data().decode("utf-8")
    assert re.search(r"<pdfuaid:part>1</pdfuaid:part>", metadata)
    levels = [int(tag[2]) for element in elements(reader) if re.fullmatch(r"/H\d", tag := str(element.get("/S")))]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for page in reader.pages:
        for annotation in page.get("/Annots", []):
            assert page["/Tabs"] == "/S"
            assert annotation.get_object()["/Contents"]
            assert "/StructParent" in annotation.get_object()


@pytest.mark.parametrize(
    ("language", "question", "last"),
    [
        ("en", "Search: “transit”; Country: Kazakhstan", ["Index by country", "Index by convention"]),
        ("ru", "Поиск: «transit»; Страна: Казахстан", None),
    ],
)
def test_booklet_leads_from_the_question_to_the_studies(booklet, client, language, question, last):
    path = f"/{language}/case-studies.pdf?{KAZAKH_TRANSIT}"
    reader = booklet(path)
    assert question in plain(reader.pages[0].extract_text())
    assert question in reader.metadata.title
    titles = [study.title for study in studies(slugs_of(pdf_addresses(file(client, path))))]
    marks = bookmarks(reader)
    assert list(marks)[1:-2] == titles
    assert last in (None, list(marks)[-2:])
    assert len(titles) == 8
    contents = plain(reader.pages[1].extract_text())
    for title in titles:
        assert title in plain(reader.pages[marks[title]].extract_text())
        assert f"{title} {marks[title] + 1}" in contents


def test_indexes_name_the_pages_of_the_studies(booklet, empty_collection, make_study):
    for number, countries in enumerate([["KZ", "UZ"], ["UZ"]], start=1):
        make_study(title_en=f"Study {number}", countries=countries, provisions=[("TIR", None)], period_start=2000)
    reader = booklet("/en/case-studies.pdf?sort=title")
    by_country, by_convention = (plain(page.extract_text()) for page in reader.pages[-2:])
    assert re.search(r"Kazakhstan\W+Study 1 3 Uzbekistan\W+Study 1 3\W+Study 2 4", by_country)
    assert re.search(r"TIR Convention\W+Study 1 3\W+Study 2 4", by_convention)


def test_booklet_says_everything_of_a_study(booklet, empty_collection, make_study):
    study = make_study(outcomes=1, provisions=[("TIR", "Article 4")], implementers=["Norwegian Customs"])
    study.sources.update(url="https://example.org/a")
    study.outcomes.update(after_year=2012)
    reader = booklet("/en/case-studies.pdf")
    page = reader.pages[bookmarks(reader)[study.title_en]]
    text = plain(page.extract_text().replace("\u00a0", " "))
    for part in ("Officers share one office.", "Lorries stopped twice.", "One stop, two services.", "Waiting fell."):
        assert part in text
    assert "Waiting time Better is: lower 72 hours 6 hours (2012) 1" in text
    assert "Begin with the law." in text
    assert "Annual report. Customs, 2010." in text
    for fact in ("Norway", "TIR Convention: Article 4", "since 2001", "Norwegian Customs", "One-stop border post"):
        assert fact.lower() in text.lower()
    addresses = [annotation.get_object()["/A"]["/URI"] for annotation in page["/Annots"]]
    assert "https://example.org/a" in addresses
    assert f"http://testserver/en/case-studies/{study.slug}/@1/" in addresses


@pytest.mark.parametrize("slug", ["cim-smgs-common-rail-consignment-note"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_sheet_of_a_study_takes_at_most_two_pages_and_says_how_to_cite_it(booklet, language, slug):
    reader = booklet(f"/{language}/case-studies/{slug}.pdf")
    study = CaseStudy.objects.get(slug=slug)
    assert reader.metadata.title == study.title
    assert len(reader.pages) <= 2
    assert (reader.pages[0].mediabox.width, reader.pages[0].mediabox.height) == pytest.approx((595.28, 841.89), abs=0.1)
    text = "".join(page.extract_text() for page in reader.pages)
    assert re.sub(r"\s", "", f"{slug}/") in re.sub(r"\s", "", text)
    _study, heading, citation = text.partition({"en": "How to cite", "ru": "Как цитировать"}[language])
    assert heading
    assert re.sub(r"\s", "", f"{slug}/@1/") in re.sub(r"\s", "", citation)


def test_no_text_is_markup_in_a_booklet(booklet, empty_collection, make_study):
    make_study(title_en=HOSTILE, challenge_en=HOSTILE, practice_en="Bell\x07 and bus \U0001f68c and שלום")
    text = plain("".join(page.extract_text() for page in booklet("/en/case-studies.pdf").pages))
    assert text.count(HOSTILE) >= 3  # contents, title, challenge
    assert "Bell and bus □ and" in text
    assert "שלום" in text or "םולש" in text


CANNOT_BE_PRINTED = "Some characters of this text cannot be printed here and stand as □. Read them at"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_study_with_characters_of_no_typeface_says_where_to_read_them(booklet, empty_collection, make_study, language):
    with translation.override(language):
        note = gettext(CANNOT_BE_PRINTED)
    texts = {f"title_{language}": "Bus 中国 \U0001f68c", f"summary_{language}": "\U0001f468\u200d\U0001f469 ไทย"}
    other, study = make_study(period_start=2000), make_study(period_start=1990, **texts)
    reader = booklet(f"/{language}/case-studies.pdf?sort=newest")
    pages = [plain(page.extract_text()) for page in reader.pages]
    marks = bookmarks(reader)
    told = pages[marks["Bus □□ □"]]
    assert note in told
    assert f"http://testserver/{language}/case-studies/{study.slug}/" in told.replace(" ", "")
    assert "□□ □□□" in told
    assert [note in page for page in pages].count(True) == 1
    sheets = {each: booklet(f"/{language}/case-studies/{each.slug}.pdf").pages for each in (other, study)}
    assert [note in plain(pages[0].extract_text()) for pages in sheets.values()] == [False, True]


def test_booklet_of_a_question_of_no_typeface_says_so_on_its_cover(booklet):
    cover = plain(booklet("/en/case-studies.pdf?q=中国").pages[0].extract_text())
    assert "“□□”" in cover
    assert CANNOT_BE_PRINTED in cover


def test_character_that_is_not_seen_leaves_no_mark(booklet, empty_collection, make_study):
    study = make_study(summary_en="zero\u200bwidth")
    text = plain(booklet(f"/en/case-studies/{study.slug}.pdf").pages[0].extract_text())
    assert "zerowidth" in text
    assert CANNOT_BE_PRINTED not in text


def test_text_without_translation_is_marked_as_english(booklet, note, empty_collection, make_study):
    make_study(challenge_ru="", outcomes=1)
    Outcome.objects.update(indicator_ru="")
    reader = booklet("/ru/case-studies.pdf")
    assert "Lorries stopped twice." in plain("".join(page.extract_text() for page in reader.pages))
    assert "en" in {str(element["/Lang"]) for element in elements(reader) if "/Lang" in element}
    document = note("/ru/case-studies.docx")
    (run,) = next(paragraph.runs for paragraph in document.paragraphs if paragraph.text == "Lorries stopped twice.")
    assert run.style.name == "English"
    indicator, before, *_others = document.tables[0].rows[1].cells
    assert [cell.paragraphs[0].runs[0].style.name for cell in (indicator, before)] == [
        "English",
        "Default Paragraph Font",
    ]
    assert run.style.element.rPr.find(qn("w:lang")).get(qn("w:val")) == "en-GB"


# The briefing note ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "spelling"), [("en", "en-GB"), ("ru", "ru-RU")])
def test_note_is_made_of_styles(client, note, language, spelling):
    path = f"/{language}/case-studies.docx?{KAZAKH_TRANSIT}"
    document = note(path)
    paragraphs = document.paragraphs
    assert [p.style.name for p in paragraphs[:3]] == ["Title", "Subtitle", "Fact"]
    titles = [study.title for study in studies(slugs_of(docx_addresses(file(client, path))))]
    assert [p.text for p in paragraphs if p.style.name == "Heading 1"] == titles
    assert [p.text for p in paragraphs if p.style.name == "toc 1"] == titles
    used = {p.style.name for p in paragraphs} | {table.style.name for table in document.tables}
    assert {"Heading 2", "Lead", "Normal", "List Number", "Caption", "Outcomes", "TOC Heading"} <= used
    # Words carry a style or nothing; paragraphs a style, and in lists the list they belong to.
    words = {child.tag for properties in document.element.iter(qn("w:rPr")) for child in properties}
    assert words == {qn("w:rStyle")}
    properties = {child.tag for properties in document.element.body.iter(qn("w:pPr")) for child in properties}
    assert properties == {qn("w:pStyle"), qn("w:numPr")}
    default = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}/{qn('w:lang')}")
    assert default.get(qn("w:val")) == spelling
    assert document.core_properties.language == spelling


def test_note_has_fields_and_names_its_author(client, settings):
    settings.INSTITUTION = "OSCE"
    content = file(client, f"/en/case-studies.docx?{KAZAKH_TRANSIT}")
    properties = docx.Document(io.BytesIO(content)).core_properties
    assert properties.author == "OSCE"
    assert "Kazakhstan" in properties.title
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        body = parts.read("word/document.xml").decode("utf-8")
        foot = parts.read("word/footer1.xml").decode("utf-8")
    assert " PAGE " in foot
    assert ' TOC \\o "1-1"' in body
    assert body.count('w:fldCharType="begin"') == body.count('w:fldCharType="end"')
    anchors = re.findall(r'w:anchor="(\w+)"', body)
    assert len(anchors) == 8
    assert anchors == re.findall(r'w:bookmarkStart [^>]*w:name="(\w+)"', body)


def test_note_has_the_outcomes_as_a_table_and_numbers_sources_anew(note, empty_collection, make_study):
    for _number in range(2):
        make_study(outcomes=1, sources=["Report", "Review"])
    document = note("/en/case-studies.docx")
    head, row = ([cell.text for cell in row.cells] for row in document.tables[0].rows)
    assert head == ["Indicator", "Before", "After", "Better is", "Source"]
    assert row == ["Waiting time", "72\u00a0hours", "6\u00a0hours", "lower", "1"]
    assert document.tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    lists = [p._p.pPr.numPr.numId.val for p in document.paragraphs if p.style.name == "List Number"]
    assert lists[0] == lists[1] != lists[2] == lists[3]


def test_no_text_is_markup_in_a_note(note, empty_collection, make_study):
    study = make_study(title_en=HOSTILE, practice_en="Bell\x07 and bus \U0001f68c and שלום\nSecond line")
    texts = [paragraph.text for paragraph in note(f"/en/case-studies/{study.slug}.docx").paragraphs]
    assert texts[0] == HOSTILE
    assert "Bell and bus \U0001f68c and שלום" in texts
    assert "Second line" in texts


# Both ----------------------------------------------------------------------------------------------------------------


def test_page_of_a_study_offers_it_as_a_document(client, make_study):
    study = make_study()
    page = client.get(study.get_absolute_url()).content.decode("utf-8")
    offered = re.findall(rf'href="(/en/case-studies/{study.slug}\.(\w+))"', page)
    assert [extension for _path, extension in offered] == [e for e, format_ in FORMATS.items() if format_.for_study]
    assert {"pdf", "docx"} <= {extension for _path, extension in offered}


@pytest.mark.parametrize("extension", ["pdf", "docx"])
def test_unpublished_study_is_no_document(client, make_study, extension):
    study = make_study(status="draft")
    assert client.get(f"/en/case-studies/{study.slug}.{extension}").status_code == 404


@pytest.mark.parametrize("extension", ["pdf", "docx"])
def test_more_studies_than_a_reader_waits_for_are_refused_with_the_limit(client, monkeypatch, extension):
    monkeypatch.setattr(FORMATS[extension], "most", 7)
    response = client.get(f"/en/case-studies.{extension}?{KAZAKH_TRANSIT}")
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert "7 studies, and the list has 8" in error["message"]


def test_documents_say_that_nobody_reviewed_the_translation(booklet, note, make_study):
    make_study(slug="translated")
    said = "Этот перевод ещё не проверен человеком."
    for language, is_said in (("ru", True), ("en", False)):
        address = f"/{language}/case-studies/translated"
        printed = plain("".join(page.extract_text() for page in booklet(f"{address}.pdf").pages))
        edited = [paragraph.text for paragraph in note(f"{address}.docx").paragraphs]
        assert (said in printed, said in edited) == (is_said, is_said)
