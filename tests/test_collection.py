"""Loading the starter collection: nothing lost, nothing overwritten, every fault named."""

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from casestudies.models import (
    CaseStudy,
    Chapter,
    Convention,
    Country,
    GlossaryTerm,
    Organization,
    Party,
    Provision,
    Theme,
)

FIXTURES = settings.BASE_DIR / "fixtures"
pytestmark = pytest.mark.django_db


def reference(name: str) -> list[dict]:
    return json.loads((FIXTURES / "reference" / f"{name}.json").read_text(encoding="utf-8"))


def cases() -> list[dict]:
    lines = [line for path in sorted(FIXTURES.glob("cases/*.jsonl")) for line in path.open(encoding="utf-8")]
    return [json.loads(line) for line in lines if line.strip()]


def both(record, field: str) -> dict:
    return {"en": getattr(record, f"{field}_en"), "ru": getattr(record, f"{field}_ru")}


def themes_of(record) -> list[str]:
    return [link.theme.code for link in record.theme_links.all()]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the collection to spoil."""
    shutil.copytree(FIXTURES, tmp_path / "collection")
    return tmp_path / "collection"


def change_line(path: Path, number: int, change) -> None:
    """Apply `change` to the record on a line of a JSON Lines file."""
    lines = path.read_text(encoding="utf-8").split("\n")
    record = json.loads(lines[number - 1])
    change(record)
    lines[number - 1] = json.dumps(record, ensure_ascii=False)
    path.write_text("\n".join(lines), encoding="utf-8")


def load(*args, **options) -> str:
    output = StringIO()
    call_command("load_collection", *map(str, args), stdout=output, **options)
    return output.getvalue()


def counts(report: str, kind: str) -> dict[str, int]:
    heading, *rows = report.splitlines()
    row = next(line for line in rows if line.startswith(kind))
    return dict(zip(heading.split(), map(int, row[len(kind) :].split()), strict=True))


# Nothing lost, field by field ------------------------------------------------------------------------------------


def test_every_case_is_in_the_database():
    expected = cases()
    assert CaseStudy.objects.count() == len(expected) == 158
    scopes = {scope["en"]: scope["ru"] for scope in reference("region-scopes")}
    studies = CaseStudy.objects.in_full().in_bulk(field_name="slug")
    for case in expected:
        study = studies[case["slug"]]
        assert study.status == "published"
        assert study.chapter.number == case["chapter"]
        assert [link.chapter.number for link in study.chapter_links.all()] == case["other_chapters"]
        assert themes_of(study) == case["themes"]
        assert [link.country.alpha2 for link in study.country_links.all()] == case["countries"]
        assert (study.region_scope_en or None) == case["region_scope"]
        assert (study.region_scope_ru or None) == scopes.get(case["region_scope"])
        assert [
            {"code": link.convention.code, "provision": link.provision and link.provision.ref_en}
            for link in study.provision_links.all()
        ] == case["instruments"]
        assert study.transport_modes == case["transport_modes"]
        assert {"start": study.period_start, "end": study.period_end} == case["period"]
        assert [
            {"name": place.name, "country": place.country.alpha2, "lat": place.latitude, "lon": place.longitude}
            for place in study.places.all()
        ] == case["places"]
        assert study.implementers == case["implementers"]
        for language in ("en", "ru"):
            assert {field: getattr(study, f"{field}_{language}") for field in case[language]} == case[language]
        sources = list(study.sources.all())
        assert [
            {"title": s.title, "publisher": s.publisher, "year": s.year, "url": s.url or None, "checked": s.checked}
            for s in sources
        ] == case["sources"]
        assert [
            {
                "indicator": both(outcome, "indicator"),
                "before": outcome.before and float(outcome.before),
                "after": float(outcome.after),
                "unit": outcome.unit,
                "before_year": outcome.before_year,
                "after_year": outcome.after_year,
                "better": outcome.better,
                "source": sources.index(outcome.source),
            }
            for outcome in study.outcomes.all()
        ] == case["outcomes"]
        assert (study.handbook, study.confidence) == (case["handbook"], case["confidence"])


def test_every_theme_is_in_the_database():
    assert [
        {
            "code": theme.code,
            "name": both(theme, "name"),
            "definition": both(theme, "definition"),
            "synonyms": both(theme, "synonyms"),
        }
        for theme in Theme.objects.all()
    ] == reference("themes")


def test_every_chapter_and_annex_is_in_the_database():
    assert [
        {
            "number": chapter.number,
            "kind": chapter.kind,
            "slug": chapter.slug,
            "title": both(chapter, "title"),
            "summary": both(chapter, "summary"),
            "themes": themes_of(chapter),
        }
        for chapter in Chapter.objects.all()
    ] == reference("chapters")


def test_every_country_is_in_the_database():
    expected = {country["alpha2"]: country for country in reference("countries")}
    assert Country.objects.count() == len(expected)
    for country in Country.objects.select_related("region"):
        operation = country.field_operation_en and {
            "name": both(country, "field_operation"),
            "as_of": country.field_operation_as_of,
        }
        assert {
            "alpha2": country.alpha2,
            "alpha3": country.alpha3,
            "m49": country.m49,
            "name": both(country, "name"),
            "region": country.region.name_en,
            "subregion_ru": country.region.name_ru,
            "osce": country.osce or None,
            "unece": country.unece,
            "lldc": country.lldc,
            "osce_field_operation": operation or None,
            "distance_to_sea_km": country.distance_to_sea_km,
            "lat": country.latitude,
            "lon": country.longitude,
        } == expected[country.alpha2]


def test_every_convention_with_its_provisions_is_in_the_database():
    assert [
        {
            "code": convention.code,
            "name": both(convention, "name"),
            "short_name": both(convention, "short_name"),
            "depositary_or_owner": both(convention, "depositary"),
            "kind": convention.kind,
            "adopted": convention.adopted,
            "in_force": convention.in_force,
            "url": convention.url or None,
            "summary": both(convention, "summary"),
            "provisions": [
                {
                    "ref": provision.ref_en,
                    "heading": both(provision, "heading"),
                    "themes": themes_of(provision),
                    "gist": both(provision, "gist"),
                }
                for provision in convention.provisions.all()
            ],
        }
        for convention in Convention.objects.all()
    ] == reference("instruments")


def test_every_party_organization_and_term_is_in_the_database():
    assert {
        (party.convention.code, party.country.alpha2, party.year, party.source)
        for party in Party.objects.select_related("convention", "country")
    } == {(row["instrument"], row["alpha2"], row["year"], row["source"]) for row in reference("parties")}
    assert [
        {"code": o.code, "name": both(o, "name"), "url": o.url, "role": both(o, "role")}
        for o in Organization.objects.all()
    ] == reference("organizations")
    assert [
        {
            "term": both(term, "term"),
            "abbreviation": both(term, "abbreviation") if term.abbreviation_en else None,
            "definition": both(term, "definition"),
            "themes": themes_of(term),
            "source": term.source,
        }
        for term in GlossaryTerm.objects.all()
    ] == reference("glossary")
    refs = {name["en"]: name["ru"] for name in reference("provision-refs")}
    assert {provision.ref_en: provision.ref_ru for provision in Provision.objects.all()} == refs
    for note in reference("parties-notes"):
        convention = Convention.objects.get(code=note["instrument"])
        assert both(convention, "parties_as_of") == note["as_of"]
        assert both(convention, "parties_note") == note["note"]


def test_provision_codes_tell_standard_6_3_from_63():
    assert Provision.objects.get(convention__code="RKC", ref="General Annex, Standard 1.3").code == (
        "rkc-general-annex-standard-1-3"
    )


# Loading again ---------------------------------------------------------------------------------------------------


def test_second_load_changes_nothing():
    before = dict(CaseStudy.objects.values_list("slug", "updated_at"))
    report = load()
    for kind in ("theme", "country", "provision", "case study"):
        assert counts(report, kind)["created"] == counts(report, kind)["updated"] == counts(report, kind)["kept"] == 0
    assert dict(CaseStudy.objects.values_list("slug", "updated_at")) == before


def test_load_updates_what_changed_in_the_files(folder):
    change_line(folder / "cases" / "chapter-1.jsonl", 1, lambda case: case["en"].update(title="A changed title"))
    report = load(folder)
    assert counts(report, "case study") == {"created": 0, "updated": 1, "unchanged": 157, "kept": 0}
    study = CaseStudy.objects.get(slug="cim-smgs-common-rail-consignment-note")
    assert study.title_en == "A changed title"
    assert study.sources.count() == 4


def test_load_keeps_what_a_curator_changed(folder):
    study = CaseStudy.objects.get(slug="cim-smgs-common-rail-consignment-note")
    study.title_en = "A curator's title"
    study.save()
    theme = Theme.objects.get(code="single-window")
    theme.synonyms_en = [*theme.synonyms_en, "one counter"]
    theme.save()
    change_line(folder / "cases" / "chapter-1.jsonl", 1, lambda case: case["en"].update(title="A changed title"))
    report = load(folder)
    assert "kept: case study cim-smgs-common-rail-consignment-note (changed here" in report
    assert "kept: theme single-window (changed here" in report
    study.refresh_from_db()
    theme.refresh_from_db()
    assert study.title_en == "A curator's title"
    assert "one counter" in theme.synonyms_en


def test_load_keeps_what_a_curator_deleted(folder):
    CaseStudy.objects.get(slug="cim-smgs-common-rail-consignment-note").delete()
    assert "kept: case study cim-smgs-common-rail-consignment-note (deleted here" in load()
    assert not CaseStudy.objects.filter(slug="cim-smgs-common-rail-consignment-note").exists()


def test_overwrite_replaces_what_a_curator_changed_or_deleted():
    CaseStudy.objects.get(slug="cim-smgs-common-rail-consignment-note").delete()
    theme = Theme.objects.get(code="single-window")
    theme.name_en = "Other name"
    theme.save()
    report = load(overwrite=True)
    assert counts(report, "case study")["created"] == counts(report, "theme")["updated"] == 1
    theme.refresh_from_db()
    assert theme.name_en == "Single window"


def test_load_leaves_an_archived_study_archived(folder):
    CaseStudy.objects.filter(slug="cim-smgs-common-rail-consignment-note").update(status="archived")
    change_line(folder / "cases" / "chapter-1.jsonl", 1, lambda case: case["en"].update(title="A changed title"))
    load(folder)
    study = CaseStudy.objects.get(slug="cim-smgs-common-rail-consignment-note")
    assert (study.status, study.title_en) == ("archived", "A changed title")


# Faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda case: case.pop("period"), "period: Field required"),
        (lambda case: case.update(colour="red"), "colour: Extra inputs are not permitted"),
        (lambda case: case.update(chapter="1"), "chapter: Input should be a valid integer, not '1'"),
        (lambda case: case["ru"].update(title=""), "ru.title: String should have at least 1 character"),
        (lambda case: case["period"].update(start=1066), "period.start: Input should be greater than or equal to 1800"),
        (lambda case: case["places"][0].update(lat=91), "places.0.lat: Input should be less than or equal to 90"),
        (lambda case: case["places"][0].update(lat=None), "lat and lon: give both or neither"),
        (lambda case: case["outcomes"][0].update(source=9), "outcomes.0.source: 9, but there are 4 sources"),
        (lambda case: case["outcomes"][0].update(unit="miles"), "outcomes.0.unit: Input should be 'hours'"),
        (lambda case: case.update(sources=[]), "sources: List should have at least 1 item"),
        (lambda case: case["sources"][0].update(url=None), "checked is true, but url is null"),
        (lambda case: case.update(themes=["nonsense"]), "themes.0: 'nonsense' is not among the themes"),
        (lambda case: case.update(countries=["XX"]), "countries.0: 'XX' is not among the countries"),
        (
            lambda case: case["instruments"][0].update(provision="Article 99"),
            "instruments.0.provision: 'COTIF – Article",
        ),
        (lambda case: case.update(themes=["single-window"] * 2), "themes: a value stands twice"),
        (lambda case: case["en"].update(title="a\x00b"), "en.title: String should match pattern"),
        (lambda case: case["en"].update(title="  "), "en.title: String should match pattern"),
        (lambda case: case.update(themes=[]), "themes: List should have at least 1 item"),
        (lambda case: case.update(countries=[], places=[]), "countries, region_scope: give a country or a group"),
        (lambda case: case["outcomes"][0].update(before_year=2020), "after_year 2010 lies before before_year 2020"),
        (lambda case: case["outcomes"][0].update(after=1.00001), "outcomes.0.after"),
    ],
)
def test_malformed_case_is_named_with_file_line_and_field(folder, change, message):
    change_line(folder / "cases" / "chapter-1.jsonl", 1, change)
    before = CaseStudy.objects.get(slug="china-tir-accession-phased-gateways").updated_at
    change_line(folder / "cases" / "chapter-1.jsonl", 2, lambda case: case["en"].update(title="Must not arrive"))
    with pytest.raises(CommandError) as error:
        load(folder)
    assert "cases/chapter-1.jsonl:1: " in str(error.value)
    assert message in str(error.value)
    study = CaseStudy.objects.get(slug="china-tir-accession-phased-gateways")
    assert (study.updated_at, study.title_en == "Must not arrive") == (before, False)


def test_broken_json_is_named_with_its_line(folder):
    path = folder / "cases" / "chapter-3.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[4] = lines[4][:100]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CommandError, match=r"cases/chapter-3\.jsonl:5: not JSON"):
        load(folder)


def test_fault_in_a_reference_file_is_named_with_the_line_of_its_record(folder):
    path = folder / "reference" / "countries.json"
    content = path.read_text(encoding="utf-8")
    line = content[: content.index('"alpha2": "AL"')].count("\n")  # the line of the brace that opens the record
    path.write_text(content.replace('"alpha2": "AL"', '"alpha2": "al"', 1), encoding="utf-8")
    with pytest.raises(CommandError, match=rf"reference/countries\.json:{line}: alpha2: String should match"):
        load(folder)


def test_record_that_stands_twice_is_named_with_both_places(folder):
    first, second = folder / "cases" / "chapter-1.jsonl", folder / "cases" / "chapter-2.jsonl"
    record = first.read_text(encoding="utf-8").split("\n")[0]
    second.write_text(record + "\n" + second.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CommandError, match=r"chapter-2\.jsonl:1: .* stands twice, first at cases/chapter-1\.jsonl:1"):
        load(folder)


@pytest.mark.parametrize(
    ("file", "spoil", "message"),
    [
        ("reference/themes.json", lambda text: text.rstrip().removesuffix("]") + ",]", "Expecting a record after"),
        ("reference/themes.json", lambda text: text.replace('"code"', '"code": "x", "code"', 1), "'code' stands twice"),
        ("reference/themes.json", lambda text: "[" * 100_000, "reference/themes.json: not readable as JSON"),
        ("reference/themes.json", lambda text: '{"a": 1}', "reference/themes.json:1: not JSON: Expecting a list"),
        (
            "reference/instruments.json",
            lambda text: text.replace('"adopted": 1999', '"adopted": 2019'),
            "in_force 2006",
        ),
        (
            "reference/parties-notes.json",
            lambda text: text.replace('"TIR"', '"NOPE"'),
            "instrument: no such instrument",
        ),
        (
            "reference/provision-refs.json",
            lambda text: text.replace("Chapter 2", "Chapter 1"),
            "stands twice, first at",
        ),
        ("cases/chapter-1.jsonl", lambda text: "[" * 100_000, "cases/chapter-1.jsonl: not readable as JSON"),
        ("cases/chapter-1.jsonl", lambda text: text.replace('"slug"', '"slug": "x", "slug"', 1), "chapter-1.jsonl:1: "),
    ],
)
def test_malformed_file_is_named(folder, file, spoil, message):
    path = folder / file
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(CommandError) as error:
        load(folder)
    assert message in str(error.value)


def test_file_that_is_not_utf_8_is_named(folder):
    (folder / "reference" / "themes.json").write_bytes("[{}]".encode("utf-16"))
    with pytest.raises(CommandError, match=r"reference/themes\.json: cannot be read as UTF-8"):
        load(folder)


def test_collection_without_the_optional_files_takes_nothing_away(folder):
    for name in ("parties-notes", "region-scopes", "provision-refs"):
        (folder / "reference" / f"{name}.json").unlink()
    report = load(folder)
    for kind in ("convention", "provision", "case study"):
        assert counts(report, kind)["updated"] == counts(report, kind)["kept"] == 0
    assert not Provision.objects.filter(ref_ru="").exists()
    CaseStudy.objects.all().delete()
    load(folder, overwrite=True)
    assert CaseStudy.objects.filter(region_scope_en="European Union", region_scope_ru="").exists()


def test_missing_file_is_named(folder):
    (folder / "reference" / "themes.json").unlink()
    with pytest.raises(CommandError, match=r"reference/themes\.json: no such file"):
        load(folder)


def test_folder_without_cases_is_named(tmp_path):
    with pytest.raises(CommandError, match="no such file"):
        load(tmp_path / "nowhere")
