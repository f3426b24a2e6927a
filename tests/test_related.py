"""Studies like another: the closest first, each with its reason."""

import pytest

from casestudies import related
from casestudies.models import CaseStudy

pytestmark = pytest.mark.django_db


def like(study: CaseStudy) -> list[related.Related]:
    return related.studies_like(CaseStudy.objects.in_full().get(pk=study.pk))


def test_provision_before_theme_before_country(empty_collection, make_study):
    annex = ("HARMONIZATION", "Annex 8, Article 5")
    study = make_study(themes=["seaports"], countries=["NO"], provisions=[annex])
    make_study(slug="country", themes=["training"], countries=["NO"])
    make_study(slug="theme", themes=["seaports"], countries=["SE"])
    make_study(slug="provision", themes=["training"], countries=["SE"], provisions=[annex])
    found = like(study)
    assert [one.study.slug for one in found] == ["provision", "theme", "country"]
    assert found[0].provisions == ["Harmonization Convention: Annex 8, Article 5"]
    assert found[1].themes == ["Seaports"]
    assert found[2].countries == ["Norway"]


def test_rare_words_alone_make_studies_alike(empty_collection, make_study):
    study = make_study(title_en="Quokka wombat crossing", summary_en="Alpha.", themes=["seaports"], countries=["NO"])
    make_study(slug="alike", title_en="Wombat quokka ferry", summary_en="Beta.", themes=["training"], countries=["SE"])
    make_study(slug="other", title_en="Nothing of the kind", themes=["training"], countries=["FI"])
    from casestudies.models import SearchWord

    SearchWord.objects.filter(word__in=["quokka", "wombat"]).update(studies=2)
    (first, *_others) = like(study)
    assert first.study.slug == "alike"
    assert set(first.words) == {"quokka", "wombat"}


def test_page_gives_the_reason(client):
    content = client.get("/en/case-studies/kyrgyzstan-tulpar-single-window/").content.decode()
    assert "More like this" in content
    assert "same provision: WTO Trade Facilitation Agreement: Article 10.4" in content
    assert content.count('class="reason"') == 5


def test_unpublished_study_is_not_like_any(empty_collection, make_study):
    study = make_study()
    make_study(slug="draft", status="draft")
    assert like(study) == []
