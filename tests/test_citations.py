"""RIS and BibTeX, read back by rispy and by pybtex, which is BibTeX in Python."""

import pybtex
import pybtex.database
import pytest
import rispy

from casestudies.models import CaseStudy, Source
from tests.test_exports import body

pytestmark = pytest.mark.django_db
STUDY = "cim-smgs-common-rail-consignment-note"
NASTY = r"100% of {R&D} in #1_A $5~ ^x \cmd"


def ris(client, path: str) -> list[dict]:
    return rispy.loads(body(client, path))


def bibtex(client, path: str) -> dict[str, pybtex.database.Entry]:
    return dict(pybtex.database.parse_string(body(client, path), "bibtex").entries)


def test_ris_record_of_a_study_says_all_that_a_citation_needs(client):
    study = CaseStudy.objects.in_full().get(slug=STUDY)
    record = ris(client, f"/en/case-studies/{STUDY}.ris")[0]
    assert record["type_of_reference"] == "RPRT"
    assert (record["id"], record["title"], record["abstract"]) == (STUDY, study.title_en, study.summary_en)
    assert record["authors"] == ["Best Practices at Border Crossings"]
    assert record["urls"] == [f"http://testserver/en/case-studies/{STUDY}/@1/"]
    assert record["edition"] == "Version 1"
    assert record["year"] == str(study.updated_at.year)
    assert record["access_date"].count("/") == 3
    assert record["language"] == "en"
    assert "Ukraine" in record["keywords"]
    assert "Customs transit" in record["keywords"]
    assert "CC BY 4.0" in record["notes"][0]


def test_sources_are_records_that_say_where_they_are_cited(client):
    sources = list(Source.objects.filter(case_study__slug=STUDY))
    records = ris(client, f"/en/case-studies/{STUDY}.ris")[1:]
    entries = list(bibtex(client, f"/en/case-studies/{STUDY}.bib").items())[1:]
    assert [record["title"] for record in records] == [source.title for source in sources]
    assert (
        [key for key, _entry in entries]
        == [record["id"] for record in records]
        == [f"{STUDY}:{n}" for n in range(1, 5)]
    )
    for record, (_key, entry), source in zip(records, entries, sources, strict=True):
        assert record["urls"] == [entry.fields["url"]] == [source.url]
        assert record["publisher"] == source.publisher
        assert f"/en/case-studies/{STUDY}/@1/" in record["notes"][0]
        assert record["notes"][0].startswith("Cited in: ")
        assert "authors" not in record


@pytest.mark.parametrize(("url", "kind"), [("https://example.org/a", "ELEC"), ("", "GEN")])
def test_source_without_an_address_is_no_web_page(client, make_study, url, kind):
    study = make_study(sources=[])
    Source.objects.create(case_study=study, title="Report", publisher="Customs", url=url)
    assert ris(client, f"/en/case-studies/{study.slug}.ris")[1]["type_of_reference"] == kind


def test_citations_speak_the_language_of_their_address(client):
    study = CaseStudy.objects.get(slug=STUDY)
    record = ris(client, f"/ru/case-studies/{STUDY}.ris")[0]
    assert (record["title"], record["language"]) == (study.title_ru, "ru")
    assert "Украина" in record["keywords"]
    fields = bibtex(client, f"/ru/case-studies/{STUDY}.bib")[STUDY].fields
    assert (fields["title"], fields["language"]) == (f"{{{study.title_ru}}}", "russian")


def test_title_without_a_translation_says_its_language(client, make_study):
    study = make_study(title_ru="")
    assert ris(client, f"/ru/case-studies/{study.slug}.ris")[0]["language"] == "en"
    assert bibtex(client, f"/ru/case-studies/{study.slug}.bib")[study.slug].fields["language"] == "english"


def test_ris_lines_are_tag_and_value_and_end_as_the_format_wants(client):
    content = body(client, "/ru/case-studies.ris?country=KZ")
    lines = content.split("\r\n")
    assert "\n" not in "".join(lines)
    assert all(not line or line[2:6] == "  - " for line in lines)
    assert content.count("\r\nER  - \r\n") == content.count("TY  - ")


def test_line_break_in_a_text_begins_no_field_and_no_record(client, make_study):
    study = make_study(summary_en="One.\r\nER  - \r\n\r\nTY  - BOOK\u2028TI  - Two\x07")
    record, _source = ris(client, f"/en/case-studies/{study.slug}.ris")
    assert record["abstract"] == "One. ER - TY - BOOK TI - Two"


def test_bibtex_escapes_what_latex_takes_for_a_command(client, make_study):
    study = make_study(title_en=NASTY, summary_en=NASTY, sources=[NASTY])
    entries = bibtex(client, f"/en/case-studies/{study.slug}.bib")
    escaped = r"100\% of \{R\&D\} in \#1\_A \$5\textasciitilde{} \textasciicircum{}x \textbackslash{}cmd"
    assert entries[study.slug].fields["abstract"] == escaped
    assert entries[study.slug].fields["title"] == f"{{{escaped}}}"
    assert entries[f"{study.slug}:1"].fields["title"] == f"{{{escaped}}}"


def test_address_of_a_source_is_left_as_it_is_but_for_braces(client, make_study):
    study = make_study(sources=[])
    Source.objects.create(case_study=study, title="x", publisher="y", url="https://example.org/a_b%20c?x=1&y={2")
    entry = bibtex(client, f"/en/case-studies/{study.slug}.bib")[f"{study.slug}:1"]
    assert entry.fields["url"] == "https://example.org/a_b%20c?x=1&y=%7B2"


def test_institution_is_one_author(client, settings, make_study):
    settings.INSTITUTION = "Ministry of Transport and Communications, Norway"
    study = make_study()
    (author,) = bibtex(client, f"/en/case-studies/{study.slug}.bib")[study.slug].persons["author"]
    assert author.last_names == ["{Ministry of Transport and Communications, Norway}"]


def test_styles_of_bibtex_print_studies_with_their_names_intact(client):
    content = body(client, f"/en/case-studies.bib?study={STUDY}")
    printed = pybtex.format_from_string(content, style="plain", output_backend="plaintext")
    assert CaseStudy.objects.get(slug=STUDY).title_en in printed
    assert "Case study" in printed
    assert "Version 1. Best Practices at Border Crossings" in printed


def test_list_itself_stands_first_with_where_the_file_comes_from(client):
    records = ris(client, "/en/case-studies.ris?q=transit&country=KZ")
    assert records[0]["title"] == "Search: “transit”; Country: Kazakhstan"
    assert records[0]["urls"] == ["http://testserver/en/case-studies/?q=transit&country=KZ"]
    assert "Number of studies: 8" in records[0]["notes"]
    assert len(ris(client, "/en/case-studies.ris?q=zzzz")) == 1


def test_question_cannot_break_out_of_the_comment(client):
    content = body(client, "/en/case-studies.bib?q=zzzz%7D%7D%20%40article%7Bx,%20title=%7B1%7D%7D")
    assert content.startswith("@comment{\n  Collection: ")
    assert "Question: Search: " in content
    assert "x" not in pybtex.database.parse_string(content, "bibtex").entries


@pytest.mark.parametrize(
    ("extension", "content_type"),
    [("ris", "application/x-research-info-systems; charset=utf-8"), ("bib", "application/x-bibtex; charset=utf-8")],
)
def test_citations_are_downloads(client, extension, content_type):
    response = client.get(f"/en/case-studies/{STUDY}.{extension}")
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'attachment; filename="{STUDY}-en.{extension}"'
