"""What happened to studies and vocabularies: written, shown, compared, and undone."""

import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from casestudies import editorial, history, translations
from casestudies.models import CaseStudy, Convention, Country, GlossaryTerm, HistoryEntry, Party, Source, Theme
from tests.curating import (
    DRAFT,
    approve,
    change_address,
    confirm_step,
    form_data,
    found,
    save,
    staff_with,
    step,
    with_role,
)
from tests.factories import CaseStudyFactory, UserFactory

pytestmark = pytest.mark.django_db
DELETED = reverse("admin:casestudies_deletedrecord_changelist")


@pytest.fixture
def draft(make_study):
    """A draft with a measured result."""
    return make_study(slug="drafted", status="draft", published_at=None, practice_en="Old practice here.", outcomes=1)


def address(record, *way) -> str:
    name = "restore" if way else "history"
    return reverse(f"admin:casestudies_{record._meta.model_name}_{name}", args=[record.pk, *way])


def page(client: Client, where: str) -> str:
    """Return the words of a page, without what only looks."""
    content = client.get(where).content.decode().partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content))


def restore(client: Client, where: str, why: str = ""):
    """Confirm what a page shows that restoring changes."""
    form = client.get(where).context["form"]
    return client.post(where, {"why": why, "present": form["present"].value()})


def happened(record) -> list[str]:
    return list(history.entries(record).values_list("action", flat=True))


# Writing -----------------------------------------------------------------------------------------------------------


def test_first_change_keeps_the_state_before_it_with_who_and_why(curator, draft):
    save(curator, draft, practice_en="New practice here.", why="The ministry wrote to us.")
    after, before = history.entries(draft)
    assert (before.action, before.record["en"]["practice"]) == ("before", "Old practice here.")
    assert (after.action, after.record["en"]["practice"]) == ("changed", "New practice here.")
    assert (after.reason, after.by_name) == ("The ministry wrote to us.", after.by.username)
    assert after.record["sources"][0]["title"] == "Annual report"


def test_saving_without_a_change_writes_nothing(curator, draft):
    save(curator, draft, practice_en="One line.\r\nAnother.")
    save(curator, draft, practice_en="One line.\r\nAnother.")
    assert happened(draft) == ["changed", "before"]


def test_every_step_of_the_status_is_kept(curator, make_study):
    study = make_study(status="draft", published_at=None)
    save(curator, study, title_en="Stepped")
    step(curator, "submit", study, comment="Please look.")
    assert happened(study) == ["submitted", "changed", "before"]
    assert "Status" in page(curator, address(study))


def test_new_record_begins_its_history(curator):
    data = {"code": "quokkas", "name_en": "Quokkas", "position": 3, "why": "Asked for"}
    assert curator.post(reverse("admin:casestudies_theme_add"), data).status_code == 302
    entry = history.entries(Theme.objects.get(code="quokkas")).get()
    assert (entry.action, entry.reason, entry.standing) == ("created", "Asked for", {"position": 3})


def test_rows_that_are_records_of_their_own_have_their_own_history(curator):
    country = Country.objects.filter(memberships__isnull=False).first()
    party = country.memberships.order_by("convention__position").first()
    response = save(curator, country, **{"memberships-0-year": "1999", "why": "Checked"})
    assert response.redirect_chain, response.context["errors"]
    party = Party.objects.get(pk=party.pk)
    assert [entry.reason for entry in HistoryEntry.objects.filter(kind="party", action="changed")] == ["Checked"]
    assert happened(country) == ["changed", "before"]


def test_loading_over_a_record_keeps_both_states(curator, settings):
    theme = Theme.objects.get(code="single-window")
    name = theme.name_en
    save(curator, theme, name_en="Renamed by a curator")
    call_command("load_collection", "--overwrite", verbosity=0)
    assert happened(theme) == ["loaded", "changed", "before"]
    assert history.entries(theme).first().record["name"]["en"] == name
    assert HistoryEntry.objects.exclude(object_id=theme.pk).count() == 0


# Reading -----------------------------------------------------------------------------------------------------------


def test_history_says_who_when_why_and_what_word_by_word(curator, draft):
    save(curator, draft, practice_en="New practice here.", why="Wrong before.")
    text = page(curator, address(draft))
    for expected in ("Changed", "Wrong before.", "As it was before", "[deleted: Old ] [inserted: New ] practice here."):
        assert expected in text
    assert history.entries(draft).first().by_name in text


def test_vocabulary_is_compared_in_words(curator):
    country = Country.objects.get(alpha2="NO")
    save(curator, country, name_en="Kingdom Norway", lldc="on", osce="partner", alternative_names_en="Norge\nNoreg")
    text = page(curator, address(country))
    for expected in (
        "[inserted: Kingdom ] Norway",
        "Landlocked developing country Removed: No Added: Yes",
        "OSCE status Removed: OSCE participating State Added: OSCE Partner for Co-operation",
        "Added: Noreg",
    ):
        assert expected in text


def test_history_of_a_study_tells_who_wrote_what_in_its_revision(curator, colleague, make_study):
    study = make_study(practice_en="Old words.")
    revision = editorial.revise(study, curator.user)
    save(colleague, revision, practice_en="New words.", why="The law changed.")
    approve(revision)
    shown = page(curator, address(study))
    for told in ("Revision approved", "Submitted for review", "(revision)", "Anna Berg", "The law changed."):
        assert told in shown
    assert "Address" not in shown
    approved = shown.partition("Revision approved")[2].partition("Submitted for review")[0]
    assert "[deleted: Old ] [inserted: New ] words." in approved
    assert shown.count("Restore…") == 1  # to the text before; what the revision was is what the study took


def test_any_two_states_are_compared(curator, draft):
    for title in ("First", "Second", "Third"):
        save(curator, draft, title_en=title)
    third, _second, first, _before = history.entries(draft)
    for old, new in [(first, third), (third, first)]:
        text = page(curator, f"{address(draft)}?old={old.pk}&new={new.pk}")
        assert "[deleted: First ] [inserted: Third ]" in text
        assert "Second" not in text


@pytest.mark.parametrize("query", ["old=1&new=x", "old=99999999999999999999&new=1", "new=1", "old=-1&new=\x00"])
def test_comparing_what_is_not_there_is_not_found(curator, draft, query):
    save(curator, draft, title_en="Another")
    assert curator.get(f"{address(draft)}?{query}").status_code == 404


def test_history_is_read_page_by_page(curator, draft):
    user = UserFactory()
    for number in range(25):
        history.note(draft, by=user, action="changed", reason=f"Reason {number};")
    first, second = page(curator, address(draft)), page(curator, f"{address(draft)}?p=2")
    assert "Reason 24;" in first
    assert "Reason 3;" not in first
    assert "Reason 3;" in second
    assert "25 entries" in first


def test_queries_of_the_history_do_not_grow(curator, draft, django_assert_max_num_queries):
    for number in range(20):
        save(curator, draft, title_en=f"Title {number}") if number < 2 else history.note(
            draft, by=None, action="changed"
        )
    with django_assert_max_num_queries(30):
        curator.get(address(draft))


# Restoring ---------------------------------------------------------------------------------------------------------


def test_restoring_a_draft_is_a_new_entry(curator, draft):
    whole = history.snapshot(draft).record
    save(curator, draft, practice_en="Spoilt.", slug="spoilt", **{"sources-0-title": "Wrong source"})
    before = history.entries(draft).last()
    confirmation = page(curator, address(draft, before.pk))
    assert "[deleted: Spoilt. ] [inserted: Old practice here. ]" in confirmation
    assert CaseStudy.objects.get(pk=draft.pk).practice_en == "Spoilt."
    assert restore(curator, address(draft, before.pk), "It was right.").status_code == 302
    entry = history.entries(draft).first()
    assert (entry.action, entry.reason, entry.record) == ("restored", "It was right.", whole)
    draft.refresh_from_db()
    assert (draft.slug, draft.status, draft.updated_by, draft.text_changed_by) == ("drafted", "draft", *[entry.by] * 2)
    assert happened(draft) == ["restored", "changed", "before"]


def test_published_study_is_restored_through_a_revision(curator, make_study):
    study = make_study(slug="public", practice_en="Read by all.")
    history.begin(study)
    entry = history.entries(study).get()
    assert "Begin a revision of it first" in page(curator, address(study, entry.pk))
    restore(curator, address(study, entry.pk))
    assert happened(study) == ["before"]
    revision = CaseStudyFactory(slug="public-revision", status="draft", published_at=None, revises=study)
    restore(curator, address(study, entry.pk))
    revision.refresh_from_db()
    study.refresh_from_db()
    assert (revision.practice_en, revision.slug, revision.status) == ("Read by all.", "public-revision", "draft")
    assert happened(study) == ["before"]
    assert happened(revision) == ["restored", "before"]


def test_preview_shows_what_restoring_does(curator, make_study):
    study = make_study(slug="public", practice_en="Read by all.")
    history.begin(study)
    revision = editorial.revise(study, curator.user)
    save(curator, revision, practice_en="Written since.")
    restored_to = address(study, history.entries(study).get().pk)
    shown = page(curator, restored_to)
    assert "[inserted: Read by all. ]" in shown
    assert "Address" not in shown
    assert "Status" not in shown
    restore(curator, restored_to)
    assert "Nothing: the text is the same now." in page(curator, restored_to)


@pytest.mark.parametrize(("status", "why"), [("in-review", "It is in review"), ("archived", "Take it up again first")])
def test_only_drafts_are_restored_into(curator, draft, status, why):
    save(curator, draft, practice_en="Reviewed.")
    CaseStudy.objects.filter(pk=draft.pk).update(status=status)
    where = address(draft, history.entries(draft).last().pk)
    assert why in page(curator, where)
    content = curator.post(where, {"why": "", "present": history.snapshot(draft).digest}).content.decode()
    assert why in content
    draft.refresh_from_db()
    assert draft.practice_en == "Reviewed."


def test_nothing_is_restored_over_what_the_page_did_not_show(curator, colleague, draft):
    save(curator, draft, practice_en="Spoilt.")
    where = address(draft, history.entries(draft).last().pk)
    shown = curator.get(where).context["form"]["present"].value()
    save(colleague, draft, lessons_en="Saved meanwhile.")
    told = curator.post(where, {"why": "It was right.", "present": shown})
    content = told.content.decode()
    for text in ("nothing was restored yet", "Saved meanwhile.", "It was right."):
        assert text in content
    draft.refresh_from_db()
    assert (draft.practice_en, draft.lessons_en) == ("Spoilt.", "Saved meanwhile.")
    again = {"why": "It was right.", "present": told.context["form"]["present"].value()}
    assert curator.post(where, again).status_code == 302


def test_original_language_is_part_of_a_state(curator, colleague, draft):
    opened = form_data(curator, change_address(draft))
    save(colleague, draft, original_language="ru")
    assert happened(draft) == ["changed", "before"]
    assert "Original language Removed: English Added: Русский" in page(curator, address(draft))
    refused = curator.post(change_address(draft), opened | {"lessons_en": "Mine."})
    assert refused.context["conflict"].taken == ["Original language"]
    assert curator.post(change_address(draft), sent_back(refused, draft)).status_code == 302
    draft.refresh_from_db()
    assert (draft.original_language, draft.lessons_en) == ("ru", "Mine.")
    delete(curator, draft)
    undo(curator, "Mine.")
    assert CaseStudy.objects.get(slug="drafted").original_language == "ru"
    restore(curator, address(draft, history.entries(draft).last().pk))
    draft.refresh_from_db()
    assert draft.original_language == "en"


def test_restored_translations_follow_what_they_followed(curator, draft):
    save(curator, draft, practice_en="Changed since.")
    translations.approve(CaseStudy.objects.get(pk=draft.pk), "ru", curator.user)
    save(curator, draft, lessons_en="Changed too.", summary_ru="Иначе.")
    outdated = history.entries(draft).first()
    save(curator, draft, practice_ru="Изменено.", lessons_ru="Изменено.", **{"translation-follows-ru": "on"})
    assert not any(text.is_outdated for text in translations.states(CaseStudy.objects.get(pk=draft.pk), "ru"))
    for _again in range(2):
        assert restore(curator, address(draft, outdated.pk)).status_code == 302
        texts = {text.field: text for text in translations.states(CaseStudy.objects.get(pk=draft.pk), "ru")}
        assert [name for name, text in texts.items() if text.is_outdated] == ["practice", "lessons"]
        assert texts["practice"].row.source_text == "Old practice here."
        assert [name for name, text in texts.items() if not text.is_reviewed] == ["summary", "practice"]
        delete(curator, draft)
        undo(curator, "Changed too.")
        save(curator, draft, practice_ru="Изменено.", **{"translation-follows-ru": "on"})


def test_review_given_after_the_last_change_survives_deletion_and_restoring(curator, draft):
    save(curator, draft, lessons_en="Changed.", lessons_ru="Изменено.")
    before_review = history.entries(draft).first()
    save(curator, draft, **{"translation-approved-ru": "on"})
    assert happened(draft) == ["approved", "changed", "before"]
    assert "Translation approved" in page(curator, address(draft))
    delete(curator, draft)
    undo(curator, "Changed.")
    save(curator, draft, lessons_ru="Иначе.", practice_en="Changed too.")
    restore(curator, address(draft, before_review.pk))
    texts = {text.field: text for text in translations.states(CaseStudy.objects.get(pk=draft.pk), "ru")}
    assert texts["lessons"].target == "Изменено."
    assert not any(text.is_outdated for text in texts.values())
    assert [name for name, text in texts.items() if not text.is_reviewed] == []


def test_what_is_said_of_a_translation_without_changing_it_is_history_too(curator, draft):
    save(curator, draft, practice_en="Changed since.")
    save(curator, draft, **{"translation-follows-ru": "on"})
    assert happened(draft)[0] == "noted"
    delete(curator, draft)
    undo(curator, "Changed since.")
    assert not any(text.is_outdated for text in translations.states(CaseStudy.objects.get(pk=draft.pk), "ru"))


def test_restored_country_is_findable_as_it_was(curator, make_study):
    make_study(slug="oslo", countries=["NO"])
    country = Country.objects.get(alpha2="NO")
    save(curator, country, name_en="Wombatland")
    assert "oslo" in found("wombatland")
    restore(curator, address(country, history.entries(country).last().pk))
    country.refresh_from_db()
    assert country.name_en == "Norway"
    assert "oslo" not in found("wombatland")


def test_what_names_a_lost_record_is_refused_in_plain_words(curator, draft):
    theme = Theme.objects.create(code="short-lived", name_en="Short-lived")
    draft.theme_links.create(theme=theme, position=1)
    history.begin(draft)
    draft.theme_links.filter(theme=theme).delete()
    theme.delete()
    entry = history.entries(draft).get()
    response = restore(curator, address(draft, entry.pk), "Kept in the form")
    content = response.content.decode()
    assert "It names the theme “short-lived”, which is no longer there." in content
    assert "Kept in the form" in content
    assert draft.theme_links.count() == 1


def test_address_taken_meanwhile_is_refused(curator, draft):
    save(curator, draft, slug="elsewhere")
    CaseStudyFactory(slug="drafted")
    content = restore(curator, address(draft, history.entries(draft).last().pk)).content.decode()
    assert "Another case study has its code, address or name now." in content


@pytest.mark.parametrize(
    ("record", "permission"),
    [("draft", "restore_casestudy"), ("theme", "change_theme")],
)
def test_restoring_needs_its_permission(curator, draft, record, permission):
    record = draft if record == "draft" else Theme.objects.get(code="seaports")
    field = "title_en" if record == draft else "name_en"
    old = getattr(record, field)
    save(curator, record, **{field: "Changed"})
    entry = history.entries(record).last()
    view = f"view_{record._meta.model_name}"
    reader, restorer = staff_with(view), staff_with(view, permission)
    assert "Restore" not in page(reader, address(record))
    assert reader.post(address(record, entry.pk), {"why": ""}).status_code == 403
    assert "Restore" in page(restorer, address(record))
    assert restore(restorer, address(record, entry.pk)).status_code == 302
    record.refresh_from_db()
    assert getattr(record, field) == old


# Deletions ---------------------------------------------------------------------------------------------------------


def delete(client: Client, record, why: str = "") -> None:
    where = reverse(f"admin:casestudies_{record._meta.model_name}_delete", args=[record.pk])
    assert client.post(where, {"post": "yes", "why": why}).status_code == 302


def undo(client: Client, name: str):
    entry = HistoryEntry.objects.filter(action="deleted", along_with=None).first()
    where = reverse("admin:casestudies_deletedrecord_change", args=[entry.pk])
    assert name in page(client, where)
    assert "<ins" not in client.get(where).content.decode()  # what it held was not just inserted
    return restore(client, where, "Deleted by mistake")


def test_deleted_draft_comes_back_whole(curator, draft):
    whole, key = history.snapshot(draft).record, draft.pk
    delete(curator, draft, "A duplicate")
    assert "A duplicate" in page(curator, DELETED)
    assert undo(curator, "Old practice here.").status_code == 302
    study = CaseStudy.objects.get(slug="drafted")
    assert (study.pk, study.status, history.snapshot(study).record) == (key, "draft", whole)
    assert happened(study) == ["restored", "deleted", "before"]
    assert "A duplicate" not in page(curator, DELETED)


def test_study_that_readers_saw_comes_back_archived(curator, make_study):
    study = make_study(slug="seen", title_en="Seen quokkas")
    history.note_deletion(study, by=None)
    study.delete()
    undo(curator, "Seen quokkas")
    study = CaseStudy.objects.get(slug="seen")
    assert (study.status, study.published_at is not None) == ("archived", True)
    assert found("quokkas") == set()


def test_convention_comes_back_with_its_provisions_and_parties(curator):
    convention = Convention.objects.create(code="WOMBAT", name_en="Wombat Convention", short_name_en="Wombats")
    provision = convention.provisions.create(ref_en="Article 1", code="wombat-1", position=7)
    Party.objects.create(convention=convention, country=Country.objects.get(alpha2="NO"), source="Depositary")
    delete(curator, convention)
    assert "deleted successfully" in page(curator, DELETED)
    assert page(curator, DELETED).count("Wombats") == 3
    undo(curator, "Wombat Convention")
    provision.refresh_from_db()
    assert (provision.code, provision.position, provision.convention.code) == ("wombat-1", 7, "WOMBAT")
    assert Party.objects.get(convention__code="WOMBAT").country.alpha2 == "NO"


def test_records_deleted_together_in_a_list_come_back_one_by_one(curator):
    themes = [Theme.objects.create(code=f"gone-{number}", name_en=f"Gone {number}") for number in (1, 2)]
    chosen = {"action": "delete_selected", "_selected_action": [theme.pk for theme in themes]}
    listing = reverse("admin:casestudies_theme_changelist")
    assert 'name="why"' in curator.post(listing, chosen).content.decode()
    curator.post(listing, chosen | {"post": "yes", "why": "Never used"})
    reasons = HistoryEntry.objects.filter(action="deleted", kind="theme").values_list("reason", flat=True)
    assert list(reasons) == ["Never used", "Never used"]
    assert not Theme.objects.filter(code__startswith="gone").exists()
    undo(curator, "Gone")
    assert Theme.objects.filter(code__startswith="gone").count() == 1


def test_page_that_asks_names_what_goes_and_not_what_stays(curator, make_study):
    study = make_study(
        title_en="Gone quokkas", provisions=[("TIR", "Article 4")], sources=["Report"], outcomes=1, **DRAFT
    )
    translations.approve(study, "ru", UserFactory())
    assert study.translated_texts.exists()
    assert study.translated_indicators.exists()
    shown = page(curator, reverse("admin:casestudies_casestudy_delete", args=[study.pk]))
    for text in ("Gone quokkas", "Source: Report", "Sources: 1"):
        assert text in shown
    for text in ("Norway", "TIR", "earch entr", "Theme", "ranslated text", "ranslated indicator"):
        assert text not in shown
    theme = Theme.objects.create(code="stays", name_en="It stays")
    terms = [GlossaryTerm.objects.create(term_en=f"Term {number}", definition_en="x") for number in (1, 2)]
    for term in terms:
        term.theme_links.create(theme=theme)
    chosen = {"action": "delete_selected", "_selected_action": [term.pk for term in terms]}
    shown = curator.post(reverse("admin:casestudies_glossaryterm_changelist"), chosen).content.decode()
    assert "Term 1" in shown
    assert "Term 2" in shown
    assert "It stays" not in shown


def test_page_that_refuses_names_the_studies_that_stand_in_the_way(empty_collection, curator, make_study):
    studies = [make_study(title_en=f"Uses the harbour {number}", themes=["seaports"]) for number in (1, 2)]
    where = reverse("admin:casestudies_theme_delete", args=[Theme.objects.get(code="seaports").pk])
    for study in studies:
        assert f'Case study: <a href="{change_address(study)}">{study}</a>' in curator.get(where).content.decode()
    assert "Theme: Seaports" not in page(curator, where).partition("Cannot delete")[2]


def test_deletion_is_undone_by_those_who_may(draft):
    history.note_deletion(draft, by=None)
    draft.delete()
    entry = HistoryEntry.objects.get(action="deleted")
    where = reverse("admin:casestudies_deletedrecord_change", args=[entry.pk])
    reader = staff_with("view_deletedrecord")
    assert "Bring it back" not in page(reader, where)
    assert reader.post(where, {"why": ""}).status_code == 403
    assert restore(staff_with("view_deletedrecord", "restore_casestudy"), where).status_code == 302


def test_revision_brought_back_before_its_study_stays_as_it_is(make_study):
    study = make_study(slug="revised")
    revision = CaseStudyFactory(slug="revising", status="draft", published_at=None, revises=study)
    history.note_deletion(study, by=None)
    study.delete()
    of_revision, of_study = HistoryEntry.objects.filter(action="deleted")
    revision = history.restore(of_revision, by=UserFactory())
    CaseStudy.objects.filter(pk=revision.pk).update(title_en="Worked on since")
    history.restore(of_study, by=UserFactory())
    revision.refresh_from_db()
    assert (revision.title_en, revision.revises) == ("Worked on since", None)
    assert CaseStudy.objects.get(slug="revised").status == "archived"


def test_deletion_is_undone_once(curator, draft):
    delete(curator, draft)
    undo(curator, "Old practice here.")
    entry = HistoryEntry.objects.get(action="deleted")
    where = reverse("admin:casestudies_deletedrecord_change", args=[entry.pk])
    curator.post(where, {"why": "Again"})
    assert happened(draft) == ["restored", "deleted", "before"]


# Two people at once ------------------------------------------------------------------------------------------------


@pytest.fixture
def colleague(db):
    client = Client()
    user = UserFactory(first_name="Anna", last_name="Berg", is_staff=True, is_superuser=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def sent_back(response, draft) -> dict:
    """Return what a browser sends of the form that was refused, after checking that nothing was saved."""
    assert response.status_code == 200
    data = {}
    context = response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            if field.value() not in (None, False):
                data[field.html_name] = field.value()
    return data


def test_second_to_save_sees_both_texts_and_decides(curator, colleague, draft):
    where = change_address(draft)
    opened = form_data(curator, where)
    save(
        colleague, draft, practice_en="Their practice here.", lessons_en="Their lessons.", challenge_en="Theirs alone."
    )
    mine = opened | {"practice_en": "My practice here.", "lessons_en": "My lessons.", "results_en": "Mine alone."}
    refused = curator.post(where, mine)
    content = refused.content.decode()
    assert "Anna Berg saved this record on" in content
    for text in ("<mark>Their</mark> practice here.", "<mark>My</mark> practice here.", "Theirs alone.", "Mine alone."):
        assert text in content
    assert [choice.name for choice in refused.context["conflict"].choices] == ["practice_en", "lessons_en"]
    assert refused.context["conflict"].taken == ["Challenge [en]"]
    draft.refresh_from_db()
    assert draft.practice_en == "Their practice here."
    again = sent_back(refused, draft) | {"keep-practice_en": "mine", "keep-lessons_en": "theirs"}
    assert curator.post(where, again).status_code == 302
    draft.refresh_from_db()
    assert [draft.practice_en, draft.lessons_en] == ["My practice here.", "Their lessons."]
    assert [draft.challenge_en, draft.results_en] == ["Theirs alone.", "Mine alone."]


def test_rows_of_both_are_shown_and_kept(curator, colleague, draft):
    where = change_address(draft)
    opened = form_data(curator, where)
    row = {"country_links-TOTAL_FORMS": 2, "country_links-1-position": 1}
    theirs, mine = (row | {"country_links-1-country": Country.objects.get(alpha2=code).pk} for code in ("SE", "FI"))
    save(colleague, draft, **theirs)
    refused = curator.post(where, opened | mine)
    (choice,) = refused.context["conflict"].choices
    assert (choice.theirs, choice.mine) == (["Norway", "Sweden"], ["Norway", "Finland"])
    again = sent_back(refused, draft)
    codes = draft.country_links.values_list("country__alpha2", flat=True)
    assert curator.post(where, again | {"keep-country_links": "mine"}).status_code == 302
    assert sorted(codes.all()) == ["FI", "NO", "SE"]


def test_rows_of_the_other_can_be_taken(curator, colleague, draft):
    where = change_address(draft)
    opened = form_data(curator, where)
    save(colleague, draft, **{"sources-0-title": "Their source"})
    refused = curator.post(where, opened | {"sources-0-title": "My source"})
    assert "My source" in refused.content.decode()
    assert curator.post(where, sent_back(refused, draft) | {"keep-sources": "theirs"}).status_code == 302
    assert Source.objects.get(case_study=draft).title == "Their source"


def test_form_survives_that_all_rows_were_written_anew(curator, colleague, draft):
    where = change_address(draft)
    history.begin(draft)
    opened = form_data(curator, where)
    save(colleague, draft, **{"sources-0-publisher": "Ministry"})
    restore(colleague, address(draft, history.entries(draft).last().pk))
    opened["opened_at"] = "another"
    typed = {"outcomes-0-after": "5", "sources-0-publisher": "Agency"}
    response = curator.post(where, opened | typed)  # nobody else changed anything: there is nothing to tell
    assert response.status_code == 302, response.context["errors"]
    assert (draft.outcomes.get().after, draft.sources.get().publisher) == (5, "Agency")


def test_third_save_in_between_is_told_again(curator, colleague, draft):
    where = change_address(draft)
    opened = form_data(curator, where)
    save(colleague, draft, practice_en="Theirs.")
    refused = curator.post(where, opened | {"practice_en": "Mine."})
    save(colleague, draft, practice_en="Theirs again.")
    again = curator.post(where, sent_back(refused, draft) | {"keep-practice_en": "mine"})
    assert "Theirs again." in "".join(run.text for run in again.context["conflict"].choices[0].theirs)
    draft.refresh_from_db()
    assert draft.practice_en == "Theirs again."


def test_form_that_does_not_say_what_it_was_opened_with_is_refused(curator, draft):
    data = form_data(curator, change_address(draft)) | {"practice_en": "Typed for an hour."}
    del data["opened_at"], data["opened_with"]
    refused = curator.post(change_address(draft), data)
    content = refused.content.decode()
    assert "does not say which state of the record it shows" in content
    assert "Typed for an hour." in content
    assert curator.post(change_address(draft), sent_back(refused, draft)).status_code == 302
    draft.refresh_from_db()
    assert draft.practice_en == "Typed for an hour."


def test_what_was_typed_comes_back_where_the_record_was_deleted_and_is_saved_once_it_is_brought_back(curator, draft):
    where = change_address(draft)
    data = form_data(curator, where) | {"practice_en": "Typed for an hour.", "outcomes-0-after": "5"}
    delete(curator, draft, "A duplicate")
    answer = curator.post(where, data)
    assert answer.status_code == 409
    assert "was deleted meanwhile" in answer.content.decode()
    typed = dict(answer.context["typed"])
    assert typed["Practice [en]"] == "Typed for an hour."
    assert (typed["Outcome 1: After"], typed["Source 1: Publisher"]) == ("5", "Customs")
    assert typed["Chapter"] == str(draft.chapter)
    assert [change.label for change in answer.context["changes"]] == ["Practice [en]", "Outcomes"]
    assert not [label for label in typed if re.search("opened|FORMS|_|case_study", label)]
    assert curator.get(answer.context["link"][0]).status_code == 200
    undo(curator, "Old practice here.")
    saved = curator.post(where, sent_again(answer))  # what was brought back has rows of its own
    assert saved.status_code == 302, saved.context["errors"]
    draft.refresh_from_db()
    assert (draft.practice_en, draft.outcomes.get().after) == ("Typed for an hour.", 5)


def test_who_may_not_bring_it_back_is_told_whom_to_ask(curator, draft):
    editor = with_role("Editor")
    data = form_data(editor, change_address(draft)) | {"practice_en": "Typed for an hour."}
    delete(curator, draft)
    answer = editor.post(change_address(draft), data)
    assert "Ask an administrator to bring it back" in answer.content.decode()
    assert answer.context["link"] is None


@pytest.mark.parametrize(
    ("kind", "why"), [("study", "was published meanwhile"), ("revision", "was approved meanwhile")]
)
def test_what_was_typed_comes_back_where_it_was_published_meanwhile(curator, make_study, kind, why):
    study = make_study(slug="published-meanwhile", outcomes=1, **({} if kind == "revision" else DRAFT))
    edited = editorial.revise(study, UserFactory()) if kind == "revision" else study
    where = change_address(edited)
    data = form_data(curator, where) | {"practice_en": "Typed for an hour.", "outcomes-0-after": "5"}
    approve(edited)
    answer = curator.post(where, data)
    assert answer.status_code == 409
    assert why in answer.content.decode()
    text, rows = answer.context["changes"]
    assert [("".join(run.text for run in side)) for side in (text.theirs, text.mine)] == [
        study.practice_en,
        "Typed for an hour.",
    ]
    assert [re.search(r"After: (\d+)", row)[1] for row in (rows.theirs + rows.mine)] == ["6", "5"]
    assert "Annual report" in rows.mine[0]  # the source of the revision that is gone
    assert curator.post(where, sent_again(answer)).status_code == 409  # no revision is begun yet
    begin = answer.context["link"][0]
    confirm_step(curator, "revise", curator.get(begin))
    saved = curator.post(where, sent_again(answer), follow=True)
    assert "was changed successfully" in saved.content.decode()
    revision = CaseStudy.objects.get(revises=study)
    assert (revision.practice_en, revision.outcomes.get().after) == ("Typed for an hour.", 5)
    study.refresh_from_db()
    assert study.practice_en != "Typed for an hour."


def test_nothing_comes_back_from_a_record_that_never_was_or_that_one_never_could_change(curator, draft):
    assert curator.post(change_address(CaseStudy(pk=draft.pk + 1000)), {"practice_en": "x"}).status_code == 302
    assert staff_with("view_casestudy").post(change_address(draft), {"practice_en": "x"}).status_code == 403


def sent_again(answer) -> dict:
    """Return what the page that kept a form sends."""
    return dict(answer.context["fields"])


def test_vocabulary_is_guarded_too(curator, colleague):
    theme = Theme.objects.get(code="seaports")
    opened = form_data(curator, change_address(theme))
    save(colleague, theme, definition_en="Their definition.")
    refused = curator.post(change_address(theme), opened | {"definition_en": "My definition."})
    assert "Anna Berg saved this record on" in refused.content.decode()
    theme.refresh_from_db()
    assert theme.definition_en == "Their definition."


def test_form_carries_what_it_was_opened_with(curator, draft):
    content = curator.get(change_address(draft)).content.decode()
    assert f'name="opened_at" value="{history.snapshot(draft).digest}"' in content
    assert 'name="opened_with" value="' in content
    assert 'name="why"' in content
