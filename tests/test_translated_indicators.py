"""Indicators are translated like the texts of their study, though outcomes are often deleted and written anew."""

import io
import json

import openpyxl
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from casestudies import editorial, history, loading, search_index, translations, vocabulary
from casestudies.exports import reading
from casestudies.importing import jobs
from casestudies.models import CaseStudy, Outcome, TranslatedIndicator
from tests import test_importing
from tests.curating import DRAFT, approve, change_address, save, staff_with
from tests.factories import UserFactory
from tests.test_collection_export import empty_the_database
from tests.translating import FORMATS, QUEUE, address, confirm, edit, export, filled, page, typed, upload

pytestmark = pytest.mark.django_db

WAIT, COST = ("Waiting time", "Время ожидания"), ("Cost of a crossing", "Стоимость пересечения")


@pytest.fixture
def measured(make_study):
    """Return a function that makes a study with an outcome for each pair of an English and a Russian indicator."""

    def make(*pairs: tuple[str, str | None], **fields) -> CaseStudy:
        study = make_study(**fields)
        source = study.sources.first()
        for position, (english, russian) in enumerate(pairs):
            Outcome.objects.create(
                case_study=study,
                indicator_en=english,
                indicator_ru=russian,
                after=6,
                unit="hours",
                better="lower",
                source=source,
                position=position,
            )
        search_index.refresh([study.pk])
        return study

    return make


@pytest.fixture
def translator(db):
    return staff_with("translate_ru")


def rename(study: CaseStudy, number: int, **texts) -> None:
    """Change an indicator as a program does that knows nothing of translations."""
    outcome = study.outcomes.all()[number - 1]
    Outcome.objects.filter(pk=outcome.pk).update(**texts)


def write_anew(study: CaseStudy) -> None:
    """Delete the outcomes and insert them again, as every import and restoring does."""
    rows = list(study.outcomes.all())
    study.outcomes.all().delete()
    for row in rows:
        row.pk = None
    Outcome.objects.bulk_create(rows)


def indicators(study: CaseStudy, language: str = "ru") -> list[translations.TextState]:
    study = CaseStudy.objects.get(pk=study.pk)
    return [text for text in translations.states(study, language) if text.field.startswith("indicator-")]


def stand(study: CaseStudy, language: str = "ru") -> list[str]:
    return [text.state.value for text in indicators(study, language)]


# What follows what -----------------------------------------------------------------------------------------------


def test_untouched_indicators_are_complete_not_reviewed_and_need_no_rows(measured):
    study = measured(WAIT, COST, ("Lorries", ""), ("Trains", None))
    assert stand(study) == ["complete", "complete", "missing", "missing"]
    assert [text.needs_review for text in indicators(study)] == [True, True, False, False]
    assert [text.label for text in indicators(study)] == [f"Indicator {number}" for number in (1, 2, 3, 4)]
    assert Outcome.objects.count() > 100  # the collection was loaded
    assert not TranslatedIndicator.objects.exists()


def test_changed_english_makes_the_russian_outdated_until_it_is_taken_back(measured):
    study = measured(WAIT, COST)
    rename(study, 1, indicator_en="Waiting time at night")
    assert stand(study) == ["outdated", "complete"]
    (text, _cost) = indicators(study)
    assert [run.text.strip() for run in text.differences if run.kind == "inserted"] == ["at night"]
    rename(study, 1, indicator_en=WAIT[0])
    assert stand(study) == ["complete", "complete"]
    rename(study, 1, indicator_en="Waiting time at night", indicator_ru="Время ожидания ночью")
    assert stand(study) == ["complete", "complete"]


def test_translation_of_a_removed_indicator_is_outdated(measured):
    study = measured(WAIT)
    rename(study, 1, indicator_en="")
    assert stand(study) == ["outdated"]
    assert study in translations.waiting("ru", "outdated")


def test_other_numbers_of_an_outcome_are_no_change_of_its_texts(measured):
    study = measured(WAIT)
    Outcome.objects.filter(case_study=study).update(after=7)
    assert not TranslatedIndicator.objects.exists()


def test_it_is_not_forgotten_when_outcomes_are_written_anew(measured):
    study = measured(WAIT, COST)
    rename(study, 1, indicator_en="Waiting time at night")
    for _time in range(2):
        write_anew(study)
        assert stand(study) == ["outdated", "complete"]
    rename(study, 1, indicator_en=WAIT[0])
    write_anew(study)
    assert stand(study) == ["complete", "complete"]


def test_one_translation_of_two_indicators_is_outdated_only_where_its_source_changed(measured):
    study = measured(("Lorries a day", "Грузовиков в сутки"), ("Trucks a day", "Грузовиков в сутки"))
    rename(study, 1, indicator_en="Lorries an hour")
    assert stand(study) == ["outdated", "complete"]
    write_anew(study)
    assert stand(study) == ["outdated", "complete"]


def test_russian_original_has_english_indicators_that_follow_it(measured):
    study = measured(WAIT, original_language="ru")
    rename(study, 1, indicator_ru="Время в очереди")
    assert stand(study, "en") == ["outdated"]
    assert [found.pk for found in translations.waiting("en", "outdated")] == [study.pk]


def test_restoring_and_loading_write_outcomes_anew_and_keep_what_follows_what(measured):
    study = measured(WAIT, **DRAFT)
    user = UserFactory()
    earlier = history.note(study, by=user, action="changed")
    rename(study, 1, indicator_en="Waiting time at night")
    later = history.note(study, by=user, action="changed")
    history.restore(earlier, by=user)
    assert stand(study) == ["complete"]
    history.restore(later, by=user)
    assert stand(study) == ["outdated"]
    loaded = Outcome.objects.filter(case_study__status="published").exclude(indicator_ru="").first().case_study
    rename(loaded, 1, indicator_en="Written by a curator")
    assert stand(loaded)[0] == "outdated"
    loading.load(settings.BASE_DIR / "fixtures", overwrite=True)
    assert set(stand(CaseStudy.objects.get(slug=loaded.slug))) == {"complete"}


def test_study_is_deleted_with_what_is_noted_of_it(measured):
    study = measured(WAIT, COST, **DRAFT)
    rename(study, 1, indicator_en="Waiting time at night")
    study.delete()
    connection.check_constraints()
    assert not TranslatedIndicator.objects.exists()


# Revisions and imports -------------------------------------------------------------------------------------------


def test_revision_takes_it_along_and_back(measured):
    study = measured(WAIT, COST)
    translations.approve(study, "ru", UserFactory())
    rename(study, 2, indicator_en="Cost of a transit")
    revision = editorial.revise(study, UserFactory())
    assert stand(revision) == ["complete", "outdated"]
    assert [text.is_reviewed for text in indicators(revision)] == [True, True]
    rename(revision, 1, indicator_en="Waiting time at night")
    rename(revision, 2, indicator_ru="Стоимость транзита")
    assert stand(study) == ["complete", "outdated"]
    study = approve(revision)
    assert stand(study) == ["outdated", "complete"]
    assert [text.needs_review for text in indicators(study)] == [False, True]
    # Nothing is kept of the translation that is gone, once the next revision begins.
    revision = editorial.revise(study, UserFactory())
    assert not revision.translated_indicators.filter(target_text=COST[1]).exists()


def test_import_that_changes_the_english_begins_a_revision_whose_russian_is_outdated(curator, measured, monkeypatch):
    monkeypatch.setattr(jobs, "start", lambda job: jobs.run(job.pk))
    study = measured(WAIT, COST, slug="one")
    (line,) = test_importing.exported("/en/case-studies.jsonl?study=one").splitlines()
    content = json.loads(line)
    content["record"]["outcomes"][0]["indicator"]["en"] = content["outcomes"][0]["indicator"] = "Waiting time at night"
    job = test_importing.upload(curator, json.dumps(content), "one.jsonl")
    assert test_importing.apply(curator, job).state == "applied"
    assert stand(CaseStudy.objects.get(revises=study)) == ["outdated", "complete"]
    assert stand(study) == ["complete", "complete"]


# What readers are told -------------------------------------------------------------------------------------------


def test_reader_is_told_of_an_outdated_indicator(measured):
    study = measured(WAIT)
    translations.approve(study, "ru", UserFactory())
    assert "translation-notice" not in page(study, "ru")
    edit(study, updated_at="2026-03-03T12:00:00Z")
    TranslatedIndicator.objects.update(made_at="2026-03-03T12:00:00Z")
    rename(study, 1, indicator_en="Waiting time at night")
    assert "translation-notice" in page(study, "ru")
    with override("en"):
        told = translations.standing(CaseStudy.objects.get(pk=study.pk), "ru")
        assert (
            told.notice == "The Russian text follows the English text of 3 March 2026; the English has changed since."
        )


def test_reader_is_told_of_an_indicator_that_nobody_reviewed(measured):
    study = measured(WAIT)
    translations.approve(study, "ru", UserFactory())
    rename(study, 1, indicator_ru="Время в очереди")
    assert translations.standing(CaseStudy.objects.get(pk=study.pk), "ru").notice == (
        "This translation has not been reviewed by a person yet."
    )


def test_files_say_of_indicators_what_pages_say(measured):
    user = UserFactory()
    approved, missing = measured(WAIT, WAIT, slug="approved"), measured(WAIT, ("Lorries", None), slug="missing")
    outdated, unreviewed = measured(WAIT, COST, slug="outdated"), measured(WAIT, COST, slug="unreviewed")
    both = measured(("Lorries", "Грузовики"), ("Trucks", "Грузовики"), slug="both")
    for study in (approved, missing, outdated, unreviewed, both):
        translations.approve(study, "ru", user)
    rename(outdated, 2, indicator_en="Cost of a transit")
    rename(unreviewed, 2, indicator_ru="Стоимость транзита")
    rename(both, 2, indicator_en="Trailers")
    models = CaseStudy.objects.in_full().filter(slug__in=["approved", "missing", "outdated", "unreviewed", "both"])
    names = vocabulary.current()
    by_model = {model.slug: reading.of_model(model, names, "").translations["ru"] for model in models}
    read = reading.read([model.pk for model in models], names, "{}")
    assert {study.record["slug"]: study.translations["ru"] for study in read} == by_model
    assert {slug for slug, standing in by_model.items() if standing["follows"]} == {"outdated", "both"}
    assert {slug for slug, standing in by_model.items() if not standing["reviewed"]} == {"unreviewed"}


# The study's form and the translator's page ----------------------------------------------------------------------


def test_form_shows_states_and_its_boxes_count_for_indicators(curator, measured):
    study = measured(WAIT, COST, ("Lorries", ""), **DRAFT)
    rename(study, 1, indicator_en="Waiting time at night")
    content = curator.get(change_address(study)).content.decode()
    assert (content.count("translation-outdated"), content.count("translation-missing")) == (1, 1)
    assert save(curator, study, **{"outcomes-0-indicator_ru": "Время ожиданья"}).redirect_chain
    assert stand(study) == ["outdated", "complete", "missing"]
    save(curator, study, **{"translation-follows-ru": "on", "translation-approved-ru": "on"})
    assert stand(study) == ["complete", "complete", "missing"]
    assert not any(text.needs_review for text in indicators(study))
    assert indicators(study)[0].row.reviewed_by == curator.user
    # A change of both in the form: they follow each other, and nobody has reviewed that.
    save(curator, study, **{"outcomes-1-indicator_en": "Cost", "outcomes-1-indicator_ru": "Стоимость"})
    assert stand(study) == ["complete", "complete", "missing"]
    assert [text.needs_review for text in indicators(study)] == [False, True, False]


def test_form_asks_no_more_of_more_indicators(curator, measured):
    asked = []
    for study in (measured(WAIT, **DRAFT), measured(*[WAIT, COST] * 4, **DRAFT)):
        with CaptureQueriesContext(connection) as queries:
            curator.get(change_address(study))
        asked.append(sum("casestudies_indicatortranslation" in query["sql"] for query in queries))
    assert asked[0] == asked[1] <= 3


def test_translator_translates_corrects_and_approves_indicators(translator, measured):
    study = measured(WAIT, COST, ("Lorries", ""), **DRAFT)
    rename(study, 1, indicator_en="Waiting time at night")
    rename(study, 2, indicator_en="Cost of a transit")
    shown = translator.get(address(study)).content.decode()
    assert "Indicator 3" in shown
    assert "<ins>" in shown
    data = typed(
        translator,
        study,
        **{
            "indicator-1": "Время ожиданья",
            "indicator-2": "Стоимость транзита",
            "indicator-2-follows": "on",
            "indicator-3": "Грузовики",
            "_approve": "1",
        },
    )
    assert "Still outdated: Indicator 1" in translator.post(address(study), data, follow=True).content.decode()
    assert [outcome.indicator_ru for outcome in study.outcomes.all()] == [
        "Время ожиданья",
        "Стоимость транзита",
        "Грузовики",
    ]
    assert stand(study) == ["outdated", "complete", "complete"]
    assert [text.is_reviewed for text in indicators(study)] == [False, True, True]
    assert indicators(study)[2].row.made_by == translator.user
    entries = [(entry.action, entry.record["outcomes"][2]["indicator"]["ru"]) for entry in history.entries(study)]
    assert entries[:2] == [("approved", "Грузовики"), ("translated", "Грузовики")]


def test_former_translation_typed_again_follows_the_source_of_today(translator, measured):
    study = measured(WAIT, COST, **DRAFT)
    rename(study, 1, indicator_en="Waiting time at night", indicator_ru="Время ожидания ночью")
    assert translator.post(address(study), typed(translator, study, **{"indicator-1": WAIT[1]})).status_code == 302
    assert stand(study) == ["complete", "complete"]


def test_too_long_an_indicator_is_refused(translator, measured):
    study = measured(WAIT, **DRAFT)
    content = translator.post(address(study), typed(translator, study, **{"indicator-1": "Ы" * 301})).content.decode()
    assert "at most 300 characters" in content
    assert stand(study) == ["complete"]


def test_indicator_of_a_published_study_is_written_into_its_revision(translator, measured):
    study = measured(WAIT, ("Lorries", ""))
    translator.post(address(study), typed(translator, study, **{"indicator-2": "Грузовики"}))
    assert stand(study) == ["complete", "missing"]
    revision = CaseStudy.objects.get(revises=study)
    assert stand(revision) == ["complete", "complete"]
    assert stand(approve(revision)) == ["complete", "complete"]


# The queue -------------------------------------------------------------------------------------------------------


def test_queue_knows_indicators(translator, measured, django_assert_num_queries):
    outdated, missing = measured(WAIT), measured(WAIT, ("Lorries", None))
    edit(missing, created_at="2026-01-01T12:00:00Z")
    rename(outdated, 1, indicator_en="Waiting time at night")
    assert list(translations.waiting("ru")) == [missing, outdated]  # what waits longest first
    assert list(translations.waiting("ru", "outdated")) == [outdated]
    assert list(translations.waiting("ru", "missing")) == [missing]
    found = translations.totals("ru")
    assert (found.waiting, found.outdated, found.missing) == (2, 1, 1)
    with django_assert_num_queries(1):
        translations.totals("ru")
    rows = translator.get(QUEUE).context["rows"]
    assert [(row["missing"], row["outdated"]) for row in rows] == [(["Indicator 2"], []), ([], ["Indicator 1"])]


def test_study_is_reviewed_once_its_indicators_are(measured):
    study = measured(WAIT, COST)
    translations.approve(study, "ru", UserFactory())
    assert study not in translations.waiting("ru", "unreviewed")
    rename(study, 2, indicator_ru="Стоимость транзита")
    assert study in translations.waiting("ru", "unreviewed")
    assert translations.totals("ru").unreviewed == translations.totals("ru").all


# Files for agencies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", FORMATS)
def test_file_takes_indicators_out_and_brings_them_back(translator, measured, file_format):
    study = measured(WAIT, ("Lorries", ""), **DRAFT)
    rename(study, 1, indicator_en="Waiting time at night")
    content = export(translator, study, file_format=file_format, state="waiting")
    back = filled(content, file_format, {"indicator-1": "Время ожидания ночью", "indicator-2": "Грузовики"})
    preview = upload(translator, back, f"back.{file_format}")
    assert [change.text.label for change in preview.context["preview"].changes] == ["Indicator 1", "Indicator 2"]
    assert stand(study) == ["outdated", "missing"]
    confirm(translator, preview)
    assert stand(study) == ["complete", "complete"]
    assert [text.target for text in indicators(study)] == ["Время ожидания ночью", "Грузовики"]
    assert [text.row.made_by for text in indicators(study) if text.row] == [translator.user] * 2
    again = upload(translator, back, f"back.{file_format}").context["preview"]
    assert (again.changes, again.unchanged) == ([], 2)


@pytest.mark.parametrize("file_format", FORMATS)
def test_indicators_are_found_by_their_source_text_when_their_numbers_changed(translator, measured, file_format):
    study = measured(WAIT, COST, ("Lorries", ""), **DRAFT)
    content = export(translator, study, file_format=file_format)
    first = study.outcomes.first()
    first.position, first.indicator_en = 9, "Waiting time at night"
    first.save()
    sent = {"indicator-1": "Ожидание", "indicator-2": "Стоимость", "indicator-3": "Грузовики"}
    preview = upload(translator, filled(content, file_format, sent), f"back.{file_format}")
    changes = preview.context["preview"].changes
    assert [(change.text.source, change.target) for change in changes] == [
        ("Cost of a crossing", "Стоимость"),
        ("Lorries", "Грузовики"),
    ]
    # The number of the first is another's by now, and its text is nowhere.
    assert [refusal.field for refusal in preview.context["preview"].refusals] == ["indicator-1"]
    confirm(translator, preview)
    assert [text.target for text in indicators(study)] == ["Стоимость", "Грузовики", WAIT[1]]


@pytest.mark.parametrize("file_format", FORMATS)
def test_translation_of_an_indicator_that_changed_meanwhile_is_outdated_at_once(translator, measured, file_format):
    study = measured(WAIT, COST, **DRAFT)
    content = export(translator, study, file_format=file_format)
    rename(study, 1, indicator_en="Rewritten meanwhile")
    preview = upload(translator, filled(content, file_format, {"indicator-1": "Ожидание"}), f"back.{file_format}")
    assert "The source text has changed since the file was made" in preview.content.decode()
    confirm(translator, preview)
    text, _cost = indicators(study)
    assert (text.target, text.state, text.row.source_text) == ("Ожидание", "outdated", WAIT[0])


def test_late_delivery_of_an_indicator_follows_the_text_of_the_day_it_was_sent(translator, curator, measured):
    study = measured((WAIT[0], ""), **DRAFT)
    CaseStudy.objects.filter(pk=study.pk).update(updated_at="2026-03-03T12:00:00Z")
    content = export(translator, study, file_format="xlf")
    save(curator, study, **{"outcomes-0-indicator_en": "Waiting time at night"})
    confirm(translator, upload(translator, filled(content, "xlf", {"indicator-1": "Ожидание"}), "back.xlf"))
    (text,) = indicators(study)
    assert (text.state, text.row.source_text, f"{text.row.made_at:%d %B}") == ("outdated", WAIT[0], "03 March")


def test_what_cannot_be_written_into_an_indicator_is_refused(translator, measured):
    study = measured(WAIT, COST, slug="mine", **DRAFT)
    book = openpyxl.Workbook()
    for row in [
        ("study", "field", "en", "ru"),
        ("mine", "indicator-9", "Nothing like it", "Б"),
        ("mine", "indicator-0", WAIT[0], "Б"),
        ("mine", "indicator-1", WAIT[0], "Ы" * 301),
        ("mine", "indicator-2", "Long ago " * 100, "Цена"),
        ("mine", "indicator-2", COST[0], "Плата"),
        ("mine", "indicator-2", COST[0], "Дважды"),
    ]:
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)
    preview = upload(translator, saved.getvalue(), "back.xlsx")
    assert [(refusal.place, refusal.reason.split()[0]) for refusal in preview.context["preview"].refusals] == [
        ("row 2", "The"),
        ("row 3", "There"),
        ("row 4", "It"),
        ("row 5", "The"),
        ("row 7", "It"),
    ]
    confirm(translator, preview)
    assert [text.target for text in indicators(study)] == [WAIT[1], "Плата"]


def test_source_of_a_file_that_is_longer_than_any_indicator_was_is_cut(translator, measured):
    study = measured(WAIT, slug="mine", **DRAFT)
    book = openpyxl.Workbook()
    for row in [("study", "field", "en", "ru"), ("mine", "indicator-1", "Long ago " * 1000, "Давно")]:
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)
    confirm(translator, upload(translator, saved.getvalue(), "back.xlsx"))
    (text,) = indicators(study)
    assert (text.target, text.state, len(text.row.source_text)) == ("Давно", "outdated", 300)


# The collection's file -------------------------------------------------------------------------------------------


def test_collections_file_brings_it_to_an_empty_database(empty_collection, client, measured, tmp_path):
    studies = [measured(WAIT, COST, COST, slug=slug) for slug in ("calm", "outdated", "reviewed")]
    for study in studies[1:]:
        translations.approve(study, "ru", UserFactory())
    rename(studies[1], 2, indicator_en="Cost of a transit")
    search_index.refresh([study.pk for study in studies])

    def file() -> dict:
        return json.loads(client.get("/en/case-studies.json").getvalue())

    before = file()
    path = tmp_path / "case-studies.json"
    path.write_bytes(client.get("/en/case-studies.json").getvalue())
    empty_the_database()
    call_command("load_collection", path, verbosity=0)
    after = file()
    assert after["translated_texts"] == before["translated_texts"]
    assert {note["field"] for note in after["translated_texts"]} >= {"indicator-1", "indicator-2", "indicator-3"}
    found = {study.slug: study for study in CaseStudy.objects.filter(slug__in=["calm", "outdated", "reviewed"])}
    assert stand(found["outdated"]) == ["complete", "outdated", "complete"]
    assert [text.is_reviewed for text in indicators(found["reviewed"])] == [True] * 3
    assert not found["calm"].translated_indicators.exists()
