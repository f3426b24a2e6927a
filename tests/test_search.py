"""Words find studies: stemming, phrases, exclusion, OR, accents, case, ranking, highlighting."""

import pytest

from casestudies.models import Concept
from casestudies.search.question import parse
from tests.asking import found

pytestmark = pytest.mark.django_db


@pytest.fixture
def studies(empty_collection, make_study, monkeypatch):
    """Three studies, no thesaurus, and only what holds everything: words and syntax by themselves."""
    Concept.objects.all().delete()
    monkeypatch.setattr("casestudies.search.answering.ENOUGH", 0)
    plain = {"themes": ["human-resources"], "practice_en": "Halls were joined.", "practice_ru": "Залы соединили."}
    make_study(slug="ferry", title_en="Ferries at night", summary_en="Borders of sand.", **plain)
    make_study(
        slug="granary",
        title_en="Grain",
        results_en="The border of the ferry line moved.",
        summary_ru="Порядок на границе.",
        **plain,
    )
    make_study(
        slug="turkiye",
        title_en="Türkiye and Côte d’Azur",
        title_ru="Ёлка у границы",
        provisions=[("HARMONIZATION", "Annex 8, Article 5")],
        **{
            **plain,
            "practice_en": "Trucks wait at one-stop posts under CIM/SMGS rules, since COVID-19 by standard 6.3.",
        },
    )


@pytest.mark.parametrize(
    ("question", "slugs"),
    [
        ("border", {"ferry", "granary"}),
        ("borders", {"ferry", "granary"}),
        ("границы", {"granary", "turkiye"}),
        ("границе", {"granary", "turkiye"}),
        ("FERRY", {"ferry", "granary"}),
        ("ГРАНИЦА", {"granary", "turkiye"}),
        ("turkiye", {"turkiye"}),
        ("TÜRKİYE".replace("İ", "I"), {"turkiye"}),
        ("cote", {"turkiye"}),
        ("côte", {"turkiye"}),
        ("елка", {"turkiye"}),
        ("ЁЛКА", {"turkiye"}),
        ("Е\u0308лка", {"turkiye"}),
        ("гра\u0301ница", {"granary", "turkiye"}),
        ("ferry border", {"ferry", "granary"}),
        ('"border of the ferry"', {"granary"}),
        ("«border of the ferry»", {"granary"}),
        ('"ferry border"', set()),
        ("ferry -granary -line", {"ferry"}),
        ("border -грани́ца", {"ferry"}),
        ("grain OR türkiye", {"granary", "turkiye"}),
        ("night ИЛИ grain", {"ferry", "granary"}),
        ("ferry на", {"ferry", "granary"}),
        ("one-stop", {"turkiye"}),
        ('"one stop"', {"turkiye"}),
        ("SMGS", {"turkiye"}),
        ("CIM/SMGS", {"turkiye"}),
        ("COVID-19", {"turkiye"}),
        ("covid 19", {"turkiye"}),
        ("standard 6.3", {"turkiye"}),
        ("приложение 8 статья 5", {"turkiye"}),
        ("border граница", {"granary"}),
        ("annual report", {"ferry", "granary", "turkiye"}),
        ("норвегия", {"ferry", "granary", "turkiye"}),
        ("northern europe", {"ferry", "granary", "turkiye"}),
    ],
)
def test_question_finds(studies, question, slugs):
    assert set(found(question)) == slugs
    assert set(found(question, language="ru")) == slugs


@pytest.mark.parametrize("question", ["the of", "!!!", '"', "-", "()&|:*", "\u202e\U0001f600", "-the"])
def test_question_without_a_word_finds_nothing(studies, question):
    assert found(question) == []


def test_title_comes_first(studies):
    assert found("ferry") == ["ferry", "granary"]


def test_theme_synonym_finds_a_study_that_does_not_hold_it(make_study, empty_collection):
    make_study(slug="operator", themes=["authorized-economic-operator"])
    assert found("УЭО") == found("AEO") == ["operator"]


@pytest.mark.parametrize(
    ("text", "alternatives"),
    [
        ("a b", [["a", "b"]]),
        ("a OR b c", [["a"], ["b", "c"]]),
        ('"a b" -c', [["a b", "-c"]]),
        ('-"a b"', [["-a b"]]),
        ("OR a OR OR b OR", [["a"], ["b"]]),
        ("е-mail – x", [["е mail", "x"]]),
        ('"unbalanced', [["unbalanced"]]),
        ("", []),
    ],
)
def test_parse(text, alternatives):
    parsed = [[("-" if term.excluded else "") + term.words for term in terms] for terms in parse(text).alternatives]
    assert parsed == alternatives


def test_list_marks_what_matched(client, studies):
    content = client.get("/en/case-studies/?q=border+ferry").content.decode()
    assert "<mark>Ferries</mark> at night" in content
    assert "<mark>Borders</mark> of sand" in content
    assert "The <mark>border</mark> of the <mark>ferry</mark> line moved" in content
    content = client.get("/ru/case-studies/", {"q": "граница"}).content.decode()
    assert "Порядок на <mark>границе</mark>" in content


def test_marked_passage_stays_text(client, empty_collection, make_study):
    make_study(summary_en="Weighing <script>alert(1)</script> & more weighing")
    content = client.get("/en/case-studies/?q=weigh").content.decode()
    assert "<mark>Weighing</mark> &lt;script&gt;alert(1)&lt;/script&gt; &amp; more <mark>weighing</mark>" in content
    assert "<script>alert" not in content


def test_entry_exists_only_while_published(make_study):
    from casestudies import search_index
    from casestudies.models import SearchEntry

    study = make_study()
    assert SearchEntry.objects.filter(pk=study.pk).exists()
    type(study).objects.filter(pk=study.pk).update(status="archived")
    search_index.refresh([study.pk])
    assert not SearchEntry.objects.filter(pk=study.pk).exists()
