"""What the search box suggests while somebody types."""

import pytest

pytestmark = pytest.mark.django_db


def suggested(client, typed: str, language: str = "en") -> list[tuple[str, str]]:
    response = client.get(f"/{language}/suggestions/", {"q": typed})
    assert response.status_code == 200
    return [(one["kind"], one["label"]) for one in response.json()["suggestions"]]


@pytest.mark.parametrize(
    ("typed", "language", "expected"),
    [
        ("kazakh", "en", ("country", "Kazakhstan")),
        ("казах", "ru", ("country", "Казахстан")),
        ("казах", "en", ("country", "Kazakhstan")),
        ("kazakh", "ru", ("country", "Казахстан")),
        ("KAZAKH", "en", ("country", "Kazakhstan")),
        ("turkiye", "en", ("country", "Türkiye")),
        ("kirgiz", "en", ("country", "Kyrgyzstan")),
        ("central as", "en", ("region", "Central Asia")),
        ("aeo", "en", ("theme", "Authorized economic operators")),
        ("единое ок", "en", ("theme", "Single window")),
        ("tir conv", "en", ("convention", "TIR Convention")),
        ("annex 8", "en", ("provision", "Harmonization Convention: Annex 8")),
        ("приложение 8", "ru", ("provision", "Конвенция о согласовании: Приложение 8")),
        ("narva", "en", ("place", "Narva")),
        ("нарва", "ru", ("place", "Narva")),
        ("tulpar", "en", ("study", "Tulpar single window in Kyrgyzstan and the limits of automating old paper")),
    ],
)
def test_beginning_suggests(client, typed, language, expected):
    assert expected in suggested(client, typed, language)


def test_suggestion_leads_to_as_many_studies_as_it_says(client):
    for one in client.get("/en/suggestions/?q=tra").json()["suggestions"]:
        content = client.get(one["url"]).content.decode()
        assert one["count"] is None or f">{one['count']} stud" in content


def test_name_that_is_not_the_one_shown_is_said(client):
    (one,) = [s for s in client.get("/en/suggestions/?q=казах").json()["suggestions"] if s["kind"] == "country"]
    assert one["note"] == "found through “Казахстан”"


@pytest.mark.parametrize("typed", ["", "a", " ", "\0", "%", "'", "\\", "()&|!", "\U0001f600\U0001f600", "x" * 5000])
def test_odd_beginning_suggests_nothing(client, typed):
    assert suggested(client, typed) == []


def test_unpublished_study_is_not_suggested(client, make_study):
    study = make_study(title_en="Wombatland crossing")
    assert suggested(client, "wombat") == [("study", "Wombatland crossing")]
    type(study).objects.filter(pk=study.pk).update(status="archived")
    from casestudies import search_index

    search_index.refresh([study.pk])
    assert suggested(client, "wombat") == []
