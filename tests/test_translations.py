"""Translations: what follows which source text, what readers are told, the translator's page, agencies' files."""

import io
import re

import openpyxl
import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from casestudies import loading, translations
from casestudies.models import CaseStudy, HistoryEntry, TranslatedText, TranslationDelivery
from tests.curating import LIST, change_address, save, staff_with
from tests.factories import UserFactory
from tests.translating import FILE, FORMATS, QUEUE, address, confirm, edit, export, filled, page, states, typed, upload

pytestmark = pytest.mark.django_db


# What follows what -----------------------------------------------------------------------------------------------


def test_untouched_study_is_complete_not_reviewed_and_needs_no_rows(make_study):
    study = make_study(status="draft")
    assert set(states(study).values()) == {"complete"}
    assert all(text.needs_review for text in translations.states(study, "ru"))
    assert not TranslatedText.objects.exists()


def test_changed_english_makes_the_russian_outdated_whoever_changed_it(make_study):
    study = make_study(practice_en="Two officers share one office.")
    edit(study, practice_en="Three officers share one office.", summary_ru="")
    found = states(study)
    assert (found.pop("practice"), found.pop("summary")) == ("outdated", "missing")
    assert set(found.values()) == {"complete"}


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


def test_loading_changed_english_over_it_makes_the_russian_outdated(tmp_path):
    study = CaseStudy.objects.get(slug="kyrgyzstan-tulpar-single-window")
    edit(study, practice_en="Written by a curator.")
    assert states(study)["practice"] == "outdated"
    loading.load(settings.BASE_DIR / "fixtures", overwrite=True)
    assert states(study)["practice"] == "complete"


def test_translation_of_a_removed_text_is_outdated_for_everybody_until_somebody_says_that_it_stays(
    translator, make_study
):
    def is_outdated(study) -> set[bool]:
        """Return what each of those who ask finds: one thing, if there is one rule."""
        found = [study.pk in translations.waiting("ru", "outdated").values_list("pk", flat=True)]
        found.append(states(study)["lessons"] == "outdated")
        found.append(bool(translations.totals("ru", CaseStudy.objects.filter(pk=study.pk)).outdated))
        if study.is_published:
            found.append("с тех пор английский текст изменился" in page(study, "ru"))
        return set(found)

    for status in ("published", "draft"):
        study = make_study(status=status, lessons_en="Count the queue.", lessons_ru="Считайте очередь.")
        assert is_outdated(study) == {False}
        edit(study, lessons_en="")
        assert is_outdated(study) == {True}
    shown = translator.get(address(study)).content.decode()
    assert "The source text was removed; it was:" in shown
    assert re.search(r"<del>.*?Count the queue\.", shown, re.DOTALL)
    translator.post(address(study), typed(translator, study, lessons="Считайте очереди."))
    assert is_outdated(study) == {True}
    assert TranslatedText.objects.get(case_study=study, field="lessons").source_text == "Count the queue."
    translator.post(address(study), typed(translator, study, **{"lessons-follows": "on"}))
    assert is_outdated(study) == {False}
    edit(study, lessons_en="Count the queue.")
    assert is_outdated(study) == {True}


def test_rows_go_along_with_a_revision_and_back(make_study):
    study = make_study()
    edit(study, practice_en="Changed.")
    titles = {"title_en": study.title_en, "title_ru": study.title_ru}
    revision = make_study(status="draft", published_at=None, practice_en="Changed.", **titles)
    translations.carry(study, revision)
    assert states(revision)["practice"] == "outdated"
    translations.approve(CaseStudy.objects.get(pk=revision.pk), "ru", UserFactory())
    translations.carry(revision, study)
    texts = translations.states(CaseStudy.objects.get(pk=study.pk), "ru")
    assert [text.field for text in texts if text.is_outdated] == ["practice"]
    assert [text.field for text in texts if text.needs_review] == ["practice"]


# What readers are told -------------------------------------------------------------------------------------------


def test_reader_of_the_translation_is_told_that_it_is_outdated_and_not_reviewed(make_study):
    study = make_study()
    CaseStudy.objects.filter(pk=study.pk).update(updated_at="2026-03-03T12:00:00Z")
    assert "has not been reviewed by a person yet" not in page(study, "en")
    edit(study, practice_en="Changed.")
    content = page(study, "ru")
    assert 'class="hint translation-notice"' in content
    assert f'href="/en/case-studies/{study.slug}/" hreflang="en"' in content
    with override("en"):
        told = translations.standing(CaseStudy.objects.get(pk=study.pk), "ru")
        assert told.outdated_notice == (
            "The Russian text follows the English text of 3 March 2026; the English has changed since."
        )
        assert told.review_notice == "This translation has not been reviewed by a person yet."
    assert "translation-notice" not in page(study, "en")


def test_approved_translation_carries_no_mark_and_the_kept_page_is_made_anew(make_study):
    study = make_study()
    assert "translation-notice" in page(study, "ru")
    translations.approve(study, "ru", UserFactory())
    assert "translation-notice" not in page(study, "ru")


def test_english_translation_of_a_russian_original_is_marked(make_study):
    study = make_study(original_language="ru")
    assert "This translation has not been reviewed by a person yet." in page(study, "en")
    assert "translation-notice" not in page(study, "ru")


# The study's form ------------------------------------------------------------------------------------------------


def test_form_shows_states_and_what_changed(curator, make_study):
    study = make_study(practice_en="Two officers share one office.", lessons_ru="")
    edit(study, practice_en="Three officers share one office.")
    content = curator.get(change_address(study)).content.decode()
    assert "<del>" in content
    assert content.count("translation-outdated") == 1
    assert content.count("translation-missing") == 1
    assert "Not reviewed" in content


def test_misprint_corrected_in_an_outdated_text_leaves_it_outdated_until_the_box_is_ticked(curator, make_study):
    study = make_study(status="draft", published_at=None)
    edit(study, practice_en="Changed.")
    assert save(curator, study, practice_ru="Исправлена опечатка.").redirect_chain
    assert states(study)["practice"] == "outdated"
    save(curator, study, **{"translation-follows-ru": "on"})
    assert states(study)["practice"] == "complete"


def test_form_approves(curator, make_study):
    study = make_study(status="draft", published_at=None)
    save(curator, study, **{"translation-approved-ru": "on"})
    assert not any(text.needs_review for text in translations.states(study, "ru"))
    row = TranslatedText.objects.filter(case_study=study).first()
    assert row.reviewed_by.username.startswith("curator")
    save(curator, study, lessons_ru="Иначе.")
    assert [text.field for text in translations.states(study, "ru") if text.needs_review] == ["lessons"]


def test_boxes_of_who_may_not_translate_are_ignored(make_study):
    study = make_study(status="draft")
    editor = staff_with("change_casestudy", "view_casestudy")
    assert "translation-approved-ru" not in editor.get(change_address(study)).content.decode()
    save(editor, study, **{"translation-approved-ru": "on"})
    assert all(text.needs_review for text in translations.states(study, "ru"))


# The translator's page -------------------------------------------------------------------------------------------


@pytest.fixture
def translator(db):
    return staff_with("translate_ru")


def test_translator_changes_the_russian_of_a_draft_and_nothing_else(translator, make_study):
    study = make_study(status="draft", published_at=None)
    assert translator.get(change_address(study)).context["has_change_permission"] is False
    assert translator.post(change_address(study), {"title_en": "Mine"}).status_code == 403
    assert translator.get(address(study, "en")).status_code == 404  # the original is no translation
    data = typed(translator, study, practice_ru="", practice="По-новому.", title_en="Mine", practice_en="Mine")
    assert translator.post(address(study), data).status_code == 302
    study.refresh_from_db()
    assert (study.practice_ru, study.practice_en) == ("По-новому.", "One stop, two services.")
    assert study.updated_by == study.text_changed_by
    assert LogEntry.objects.filter(object_id=study.pk, user=study.updated_by).exists()


def test_without_the_permission_nobody_translates(make_study):
    study = make_study(status="draft")
    editor = staff_with("change_casestudy", "view_casestudy", "translate_en")
    assert editor.get(address(study)).status_code == 403
    assert editor.post(address(study), {"practice": "X"}).status_code == 403


def test_outdated_text_becomes_current_by_its_box_and_is_approved(translator, make_study):
    study = make_study(status="draft")
    edit(study, practice_en="Changed.", lessons_en="Changed too.")
    data = typed(translator, study, **{"practice": "Изменено.", "practice-follows": "on", "_approve": "1"})
    assert "Still outdated: Lessons" in translator.post(address(study), data, follow=True).content.decode()
    found = {text.field: text for text in translations.states(CaseStudy.objects.get(pk=study.pk), "ru")}
    assert found["practice"].is_reviewed
    assert found["lessons"].is_outdated
    assert not found["lessons"].is_reviewed


def test_second_translator_is_told_and_loses_nothing(translator, make_study):
    study = make_study(status="draft")
    mine = typed(translator, study, practice="Моё.")
    edit(study, practice_ru="Чужое.")
    refused = translator.post(address(study), mine)
    content = refused.content.decode()
    for text in ("Somebody changed these texts", "Моё.", "Чужое."):
        assert text in content
    again = mine | {"opened": refused.context["form"]["opened"].value()}
    assert translator.post(address(study), again).status_code == 302
    study.refresh_from_db()
    assert study.practice_ru == "Моё."


def test_text_that_only_the_other_translator_changed_stays_theirs(translator, make_study):
    study = make_study(status="draft")
    edit(study, lessons_en="Changed before.")
    mine = typed(translator, study, summary="Моё.", **{"lessons-follows": "on"})
    edit(study, challenge_ru="Чужое.", lessons_en="Changed since.")
    refused = translator.post(address(study), mine)
    assert "The saved text" not in refused.content.decode()
    again = {field.html_name: field.value() for field in refused.context["form"]}
    again = {name: value for name, value in again.items() if value not in (None, False)}
    assert "lessons-follows" not in again  # it was ticked beside another text
    assert translator.post(address(study), again).status_code == 302
    study.refresh_from_db()
    assert (study.challenge_ru, study.summary_ru) == ("Чужое.", "Моё.")
    assert states(study)["lessons"] == "outdated"


def test_too_long_a_title_is_refused_and_stays_in_the_form(translator, make_study):
    study = make_study(status="draft")
    content = translator.post(address(study), typed(translator, study, title="Ы" * 201)).content.decode()
    assert "at most 200 characters" in content
    assert "Ы" * 201 in content


def test_translation_of_a_published_study_is_written_into_its_revision(translator, make_study):
    study = make_study()
    revision = make_study(slug="its-revision", status="draft", published_at=None, revises=study)
    data = typed(translator, study, practice="В пересмотре.")
    assert translator.post(address(study), data).status_code == 302
    study.refresh_from_db()
    revision.refresh_from_db()
    assert (revision.practice_ru, study.practice_ru) == ("В пересмотре.", "Одна остановка, две службы.")


def test_text_in_review_is_not_changed(translator, make_study):
    study = make_study(status="in-review")
    content = translator.post(address(study), typed(translator, study, practice="Иначе.")).content.decode()
    assert "It is in review" in content
    study.refresh_from_db()
    assert study.practice_ru == "Одна остановка, две службы."


def test_published_study_is_approved_in_place(translator, make_study):
    study = make_study()
    translator.post(address(study), typed(translator, study, _approve="1"))
    assert translations.standing(CaseStudy.objects.get(pk=study.pk), "ru").reviewed


# The queue -------------------------------------------------------------------------------------------------------


def test_queue_page_lists_filters_and_costs_a_fixed_number_of_queries(
    translator, make_study, django_assert_max_num_queries
):
    for number in range(3):
        edit(make_study(title_en=f"Waiting {number}"), practice_en="Changed.")
    with django_assert_max_num_queries(14):
        response = translator.get(QUEUE)
    assert [str(row["study"]) for row in response.context["rows"]] == ["Waiting 0", "Waiting 1", "Waiting 2"]
    assert translator.get(QUEUE, {"chapter": 3}).context["rows"] == []
    assert len(translator.get(QUEUE, {"state": "unreviewed"}).context["rows"]) == 50
    assert translator.get(QUEUE, {"state": "unreviewed", "page": 4}).context["page"].number == 4


@pytest.mark.parametrize("query", [{"language": "xx"}, {"state": "xx"}, {"chapter": "99"}, {"chapter": "x"}])
def test_unknown_filter_of_the_queue_is_said(translator, query):
    response = translator.get(QUEUE, query)
    assert response.status_code == 400
    assert "errorlist" in response.content.decode()


def test_list_of_studies_leads_to_the_queue_those_who_translate(translator):
    queue = f'href="{QUEUE}"'
    assert queue in translator.get(LIST).content.decode()
    assert queue not in staff_with("view_casestudy", "add_casestudy").get(LIST).content.decode()


def test_queue_is_for_staff(client):
    assert client.get(QUEUE).status_code == 302
    assert staff_with().get(QUEUE).status_code == 403


# Files for agencies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", FORMATS)
def test_file_returned_unchanged_says_nothing_to_do(translator, make_study, file_format):
    study = make_study(status="draft", practice_en="One & <two>.\n\nThree.", practice_ru="=1+1\n\nТри «и».")
    preview = upload(translator, export(translator, study, file_format=file_format), f"back.{file_format}")
    assert "Nothing to do" in preview.content.decode()
    assert preview.context["preview"].unchanged == 6


@pytest.mark.parametrize("file_format", FORMATS)
def test_file_holds_what_waits_and_what_it_brings_back_is_written_after_a_preview(translator, make_study, file_format):
    study = make_study(status="draft", lessons_ru="")
    edit(study, practice_en="Changed.")
    content = export(translator, study, file_format=file_format, state="waiting")
    back = filled(content, file_format, {"practice": "Изменено.", "lessons": "Уроки.", "title": "Не отправляли"})
    preview = upload(translator, back, f"back.{file_format}")
    assert [change.text.field for change in preview.context["preview"].changes] == ["practice", "lessons"]
    study.refresh_from_db()
    assert study.lessons_ru == ""
    confirm(translator, preview)
    study.refresh_from_db()
    assert (study.practice_ru, study.lessons_ru) == ("Изменено.", "Уроки.")
    assert states(study)["practice"] == "complete"
    row = TranslatedText.objects.get(case_study=study, field="lessons")
    assert row.reviewed_at is None
    assert row.made_by == study.updated_by
    assert TranslationDelivery.objects.get().applied_at


@pytest.mark.parametrize("file_format", FORMATS)
def test_translation_of_a_source_that_changed_meanwhile_is_outdated_at_once(translator, make_study, file_format):
    study = make_study(status="draft", practice_en="Sent out.")
    content = export(translator, study, file_format=file_format)
    edit(study, practice_en="Rewritten meanwhile.")
    preview = upload(translator, filled(content, file_format, {"practice": "Отправлено."}), f"back.{file_format}")
    assert "The source text has changed since the file was made" in preview.content.decode()
    confirm(translator, preview)
    study.refresh_from_db()
    assert study.practice_ru == "Отправлено."
    assert states(study)["practice"] == "outdated"
    assert TranslatedText.objects.get(case_study=study, field="practice").source_text == "Sent out."


@pytest.mark.parametrize("known_by", ["the translation before", "history"])
def test_late_delivery_follows_the_text_of_the_day_it_was_sent(translator, curator, make_study, known_by):
    study = make_study(
        status="draft", practice_en="Sent out.", **({"practice_ru": ""} if known_by == "history" else {})
    )
    CaseStudy.objects.filter(pk=study.pk).update(updated_at="2026-03-03T12:00:00Z")
    content = export(translator, study, file_format="xlf")
    save(curator, study, practice_en="Changed since.")
    changed_at = HistoryEntry.objects.filter(object_id=study.pk).first().at
    confirm(translator, upload(translator, filled(content, "xlf", {"practice": "Из бюро."}), "back.xlf"))
    row = TranslatedText.objects.get(case_study=study, field="practice")
    assert (row.source_text, f"{row.made_at:%d %B}") == ("Sent out.", "03 March")
    assert abs(row.source_changed_at - changed_at).total_seconds() < 60
    assert row.source_changed_at < row.case_study.updated_at
    with override("en"):
        assert "of 3 March 2026" in translations.standing(CaseStudy.objects.get(pk=study.pk), "ru").outdated_notice


def test_nothing_is_written_where_the_study_changed_after_the_preview(translator, make_study):
    study = make_study(status="draft")
    content = filled(export(translator, study, file_format="xlf"), "xlf", {"practice": "Из бюро."})
    preview = upload(translator, content, "back.xlf")
    edit(study, practice_ru="От коллеги.")
    assert "Nothing was written" in confirm(translator, preview).content.decode()
    study.refresh_from_db()
    assert study.practice_ru == "От коллеги."


def test_what_cannot_be_written_is_refused_with_the_reason(translator, make_study):
    study, reviewed = make_study(slug="mine", status="draft"), make_study(slug="read", status="in-review")
    book = openpyxl.Workbook()
    for row in [
        ("study", "field", "en", "ru"),
        ("nowhere", "title", "A", "Б"),
        ("mine", "colour", "A", "Б"),
        ("mine", "region_scope", "A", "Б"),
        ("mine", "title", study.title_en, "Ы" * 201),
        ("mine", "practice", study.practice_en, "Хорошо."),
        ("mine", "practice", study.practice_en, "Дважды."),
        ("read", "practice", reviewed.practice_en, "Рано."),
    ]:
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)
    preview = upload(translator, saved.getvalue(), "back.xlsx")
    assert [(refusal.place, refusal.reason.split()[0]) for refusal in preview.context["preview"].refusals] == [
        ("row 2", "There"),
        ("row 3", "There"),
        ("row 4", "The"),
        ("row 5", "It"),
        ("row 7", "It"),
        ("row 8", "It"),
    ]
    confirm(translator, preview)
    study.refresh_from_db()
    assert study.practice_ru == "Хорошо."


XLIFF = (
    '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="x" source-language="en"'
    ' target-language="{}" datatype="plaintext"><body>{}</body></file></xliff>'
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("back.doc", b"x"),
        ("back.xlf", b"<xliff"),
        ("back.xlf", b"<html/>"),
        ("back.xlf", XLIFF.format("ru", "").encode()),
        ("back.xlf", XLIFF.format("de", "<trans-unit id='title'><source>A</source></trans-unit>").encode()),
        ("back.xlf", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + XLIFF.format("ru", "&e;").encode()),
        ("back.xlsx", b"PK nonsense"),
        ("back.xlsx", b""),
    ],
)
def test_file_that_cannot_be_read_is_refused_in_words(translator, name, content):
    response = upload(translator, content, name)
    assert response.status_code == 200
    assert "errornote" in response.content.decode() or 'class="error"' in response.content.decode()
    assert not TranslationDelivery.objects.exists()


def test_segments_of_a_tool_are_joined(translator, make_study):
    study = make_study(slug="cut", status="draft")
    target = '<mrk mtype="seg" mid="1">Одна.</mrk> <mrk mtype="seg" mid="2">Две.</mrk>'
    unit = f'<trans-unit id="practice"><source>{study.practice_en}</source><target>{target}</target></trans-unit>'
    confirm(translator, upload(translator, XLIFF.format("ru-RU", unit).replace('"x"', '"cut"').encode(), "back.xliff"))
    study.refresh_from_db()
    assert study.practice_ru == "Одна. Две."


def test_file_for_a_revision_finds_it_by_the_published_address(translator, make_study):
    study = make_study(slug="public")
    revision = make_study(slug="hidden", status="draft", published_at=None, revises=study)
    content = export(translator, revision, file_format="xlf")
    assert b'original="public"' in content
    confirm(translator, upload(translator, filled(content, "xlf", {"practice": "В пересмотре."}), "back.xlf"))
    revision.refresh_from_db()
    assert revision.practice_ru == "В пересмотре."


def test_files_are_for_translators_of_the_language(make_study):
    study = make_study()
    editor = staff_with("view_casestudy", "translate_en")
    assert editor.get(FILE, {"format": "xlf", "language": "ru", "study": study.pk}).status_code == 403
    received = TranslationDelivery.objects.create(name="x", language="ru", units=[])
    assert editor.post(reverse("admin:casestudies_translations_delivery", args=[received.pk])).status_code == 403
