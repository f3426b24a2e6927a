"""Translations: what follows which source text, what readers are told, the translator's page, agencies' files."""

import pytest
from django.utils import timezone

from casestudies import translations
from casestudies.models import CaseStudy, TranslatedText
from tests.factories import UserFactory
from tests.test_curation import change_address, save, staff_with

pytestmark = pytest.mark.django_db


def states(study: CaseStudy, language: str = "ru") -> dict[str, str]:
    study = CaseStudy.objects.get(pk=study.pk)
    return {text.field: text.state.value for text in translations.states(study, language)}


def edit(study: CaseStudy, **fields) -> None:
    """Change a study as a program does that knows nothing of translations."""
    CaseStudy.objects.filter(pk=study.pk).update(**fields)


# What follows what -----------------------------------------------------------------------------------------------


def test_untouched_study_is_complete_not_reviewed_and_needs_no_rows(make_study):
    study = make_study(status="draft")
    assert set(states(study).values()) == {"complete"}
    assert all(text.needs_review for text in translations.states(study, "ru"))
    assert not TranslatedText.objects.exists()


def test_changed_english_makes_the_russian_outdated_whoever_changed_it(make_study):
    study = make_study(practice_en="Two officers share one office.")
    edit(study, practice_en="Three officers share one office.", summary_ru="")
    assert states(study) | {"practice": "", "summary": ""} == dict.fromkeys(states(study), "complete") | {
        "practice": "",
        "summary": "",
    }
    assert (states(study)["practice"], states(study)["summary"]) == ("outdated", "missing")
    (text,) = [text for text in translations.states(study, "ru") if text.is_outdated] or [None]


def test_russian_is_current_again_when_the_english_is_what_it_was(make_study):
    study = make_study(practice_en="Before.")
    edit(study, practice_en="After.")
    assert states(study)["practice"] == "outdated"
    edit(study, practice_en="Before.")
    assert states(study)["practice"] == "complete"


def test_both_changed_together_follow_each_other(make_study):
    study = make_study()
    edit(study, practice_en="New.", practice_ru="Новое.")
    assert states(study)["practice"] == "complete"


def test_line_ends_are_no_change(make_study):
    study = make_study(practice_en="One.\n\nTwo.")
    edit(study, practice_en="One.\r\n\r\nTwo.")
    assert states(study)["practice"] == "complete"


def test_russian_original_has_an_english_translation(make_study):
    study = make_study(original_language="ru")
    edit(study, practice_ru="Иначе.")
    assert states(study, "en")["practice"] == "outdated"
    assert [found.pk for found in translations.waiting("en")] == [study.pk]
    assert not translations.waiting("ru").exists()


def test_queue_counts_and_begins_with_what_waits_longest(make_study):
    first, second, third = make_study(), make_study(), make_study(status="draft")
    edit(second, practice_en="Changed first.")
    edit(first, practice_en="Changed second.", lessons_en="This too.")
    edit(third, lessons_ru=None, created_at=timezone.now())
    assert list(translations.waiting("ru")) == [second, first, third]
    assert list(translations.waiting("ru", "outdated")) == [second, first]
    assert list(translations.waiting("ru", "missing")) == [third]
    found = translations.totals("ru")
    assert (found.waiting, found.outdated, found.missing) == (3, 2, 1)
    assert found.unreviewed == found.all
