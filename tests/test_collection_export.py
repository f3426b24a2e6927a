"""The whole collection as one JSON file: what it holds makes the same collection in an empty database."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from casestudies import collection_kinds, search_index, translations, versions
from casestudies.models import CaseStudy, CaseStudyVersion, Country, Theme
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
KINDS = [kind for kind in vars(collection_kinds).values() if isinstance(kind, collection_kinds.Kind)]


def records() -> dict[str, list[dict]]:
    """Everything the database holds, as the collection's own records."""
    return {kind.name: [kind.content_of(record) for record in kind.current()] for kind in KINDS}


def empty_the_database() -> None:
    tables = [name for name in connection.introspection.table_names() if name.startswith("casestudies_")]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table whose checks wait for the end cannot be emptied
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def exported(client, tmp_path):
    """Return a function that saves what an address of the site answers."""

    def save(address: str) -> Path:
        path = tmp_path / "case-studies.json"
        path.write_bytes(client.get(address).getvalue())
        return path

    return save


@pytest.fixture
def few_studies(db):
    """Three studies of the collection: one test loads all, the others need not wait for them."""
    slugs = list(CaseStudy.objects.order_by("slug").values_list("slug", flat=True)[:3])
    CaseStudy.objects.exclude(slug__in=slugs).delete()
    CaseStudyVersion.objects.exclude(slug__in=slugs).delete()


def test_export_loaded_into_an_empty_database_gives_the_same_collection(exported, make_study, client):
    # What curators may do and the collection's own files do not.
    make_study(
        slug="unfinished_Study",
        title_ru="",
        summary_en="",
        summary_ru=None,
        sources=["With outcome", "Other"],
        outcomes=2,
        themes=[],
        countries=[],
        region_scope_ru="Союз",
        provisions=[("TIR", None), ("TIR", "Article 4")],
    )
    Country.objects.filter(alpha2="NO").update(alternative_names_en=["Norge"], latitude=None, longitude=None)
    Theme.objects.filter(code="seaports").update(name_en="Ports at sea", name_ru="")
    before = records()
    assert len(before) == 11
    path = exported("/ru/case-studies.json")
    empty_the_database()
    assert not any(records().values())
    call_command("load_collection", path, verbosity=0)
    after = records()
    # Studies have no order of their own in the file: it is that of the list.
    for kind in before:
        key = json.dumps if kind == "case study" else str
        if kind in ("case study", "region", "country", "concept"):
            assert sorted(after[kind], key=key) == sorted(before[kind], key=key)
        else:
            assert after[kind] == before[kind]
    # And it is found at once.
    assert json.loads(client.get("/en/case-studies.json?q=transit&country=KZ").getvalue())["count"] == 8


def lasting(path: Path) -> dict:
    """What a file says of its studies, without when it was made.

    Counts are left out: they come from sets that the process keeps, which no test of its own can take back.
    """
    document = json.loads(path.read_text())
    del document["generated"], document["facets"]
    return document


def test_moments_and_versions_survive(few_studies, exported, make_study, client):
    changed = make_study(slug="changed", title_en="First title")
    changed.title_en = "Second title"
    changed.save()
    versions.keep([changed.pk])
    withdrawn = make_study(slug="withdrawn")
    withdrawn.status = "archived"
    withdrawn.save()
    CaseStudy.objects.filter(slug="changed").update(published_at="2019-01-01T00:00Z", updated_at="2020-02-02T00:00Z")
    search_index.refresh([changed.pk, withdrawn.pk])
    before = lasting(exported("/en/case-studies.json?sort=title"))
    assert [(version["slug"], version["number"]) for version in before["versions"]] == [
        ("changed", 1),
        ("withdrawn", 1),
    ]
    feed = client.get("/en/case-studies.atom?sort=title").getvalue()
    path = exported("/en/case-studies.json?sort=title")
    empty_the_database()
    call_command("load_collection", path, verbosity=0)
    assert lasting(exported("/en/case-studies.json?sort=title")) == before
    assert client.get("/en/case-studies.atom?sort=title").getvalue() == feed
    assert "First title" in client.get("/en/case-studies/changed/@1/").content.decode()
    assert "Second title" in client.get("/en/case-studies/changed/@2/").content.decode()
    assert client.get("/en/case-studies/withdrawn/").status_code == 410


def test_what_translations_follow_survives(few_studies, exported, make_study, client):
    studies = [make_study(slug=slug, summary_en="Lorries wait two hours.") for slug in ("reviewed", "outdated", "calm")]
    for study in studies[:2]:
        translations.approve(study, "ru", UserFactory())
    studies[1].summary_en = "Lorries wait four hours."
    studies[1].save()
    versions.keep([studies[1].pk])
    search_index.refresh([study.pk for study in studies])
    before = lasting(exported("/en/case-studies.json?sort=title"))
    standing = {study["slug"]: study["translations"]["ru"] for study in before["results"]}
    assert standing["reviewed"] == {"reviewed": True, "follows": None}
    assert standing["outdated"]["follows"]
    assert standing["calm"] == {"reviewed": False, "follows": None}
    path = exported("/en/case-studies.json?sort=title")
    empty_the_database()
    call_command("load_collection", path, verbosity=0)
    assert lasting(exported("/en/case-studies.json?sort=title")) == before
    assert "Русский текст" in client.get("/ru/case-studies/outdated/").content.decode()
    texts = translations.states(CaseStudy.objects.get(slug="outdated"), "ru")
    changed = {text.field: [run.text.strip() for run in text.differences if run.kind == "deleted"] for text in texts}
    assert changed.pop("summary") == ["two"]
    assert not any(changed.values())


def test_loading_an_export_into_its_own_database_changes_nothing(exported, capsys):
    path = exported("/en/case-studies.json")
    before = dict(CaseStudy.objects.values_list("slug", "updated_at"))
    call_command("load_collection", path)
    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading.split() == ["created", "updated", "unchanged", "kept"]
    assert len(rows) == 11
    assert all(row.split()[-4] == row.split()[-3] == row.split()[-1] == "0" for row in rows)
    assert dict(CaseStudy.objects.values_list("slug", "updated_at")) == before


def test_a_selection_has_its_studies_and_no_vocabulary(exported):
    path = exported("/en/case-studies.json?country=NO")
    assert "vocabularies" not in json.loads(path.read_text())
    CaseStudy.objects.filter(countries__alpha2="NO").delete()
    call_command("load_collection", path, verbosity=0, overwrite=True)
    assert CaseStudy.objects.filter(countries__alpha2="NO").count() == len(json.loads(path.read_text())["results"]) > 2
    empty_the_database()
    with pytest.raises(CommandError, match="is not among the chapters of the collection"):
        call_command("load_collection", path, verbosity=0)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda document: document.pop("results"), "no list of results"),
        (lambda document: document["results"][0].pop("record"), "case-studies.json:2: Input should be a valid dict"),
        (lambda document: document["results"][1]["record"].pop("period"), "case-studies.json:3: period: Field req"),
        (lambda document: document["results"][0]["record"]["en"].update(title="\0"), "en.title: String should match"),
        (lambda document: document["results"][0]["record"]["en"].update(title="x" * 201), "the database refuses it"),
        (lambda document: document["results"][0]["record"]["period"].update(start=1066), "period.start"),
        (lambda document: document["vocabularies"]["themes"][0].update(code=5), "case-studies.json:1: code: Input"),
        (lambda document: document["vocabularies"].update(themes="all"), "not an exported collection"),
        (lambda document: document["results"][0].update(published="once"), "case-studies.json:2: published: Input"),
        (lambda document: document.update(versions=[{}]), ": slug: Field required"),
        (lambda document: document.update(versions={}), "not an exported collection"),
        (lambda document: document.update(translated_texts=[{}]), "case-studies.json:6: slug: Field required"),
        (lambda document: document.update(translated_texts="all"), "not an exported collection"),
    ],
)
def test_spoilt_file_is_named_with_line_and_field_and_changes_nothing(few_studies, exported, spoil, message):
    path = exported("/en/case-studies.json")
    document = json.loads(path.read_text())
    spoil(document)
    path.write_text(json.dumps(document))
    before = records()
    with pytest.raises(CommandError) as error:
        call_command("load_collection", path, verbosity=0)
    assert message in str(error.value)
    assert records() == before


def test_a_file_that_is_not_json_is_named(tmp_path):
    path = tmp_path / "case-studies.json"
    path.write_text('{"results": [\n')
    with pytest.raises(CommandError, match=r"case-studies.json:2: not JSON"):
        call_command("load_collection", path, verbosity=0)
