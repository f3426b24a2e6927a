"""What curators do, through the admin's own addresses."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from casestudies import editorial
from casestudies.admin import steps
from casestudies.models import CaseStudy, Concept, Country, FieldOffice, Outcome, SearchEntry, Source, Theme
from tests.curating import DRAFT, LIST, change_address, confirm_step, correct, form_data, found, save, step, with_role
from tests.factories import CaseStudyFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_list_shows_status_chapter_countries_completeness_and_last_change(curator, make_study):
    study = make_study(slug="half", title_en="Half translated", title_ru="", lessons_ru=None, countries=["NO", "SE"])
    content = curator.get(LIST, {"q": "Half translated"}).content.decode()
    for text in ("Half translated", "Published", "Norway, Sweden", "6/6", "4/6", f"{study.updated_at:%B %Y}"):
        assert text in content


@pytest.mark.parametrize(
    ("query", "number"),
    [({"status__exact": "draft"}, 1), ({"complete": "ru-missing"}, 2), ({"complete": "en-missing"}, 1)],
)
def test_list_is_filtered(curator, empty_collection, make_study, query, number):
    make_study()
    make_study(status="draft", results_en="", results_ru="")
    make_study(title_ru=None)
    assert curator.get(LIST, query).context["cl"].result_count == number


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("quokka", {"gate", "lane"}),
        ("ворота квокки", {"gate"}),
        ("norway quokka", {"gate"}),
        ("Норвегия lane", set()),
        ("the-lane", set()),
        ("quokka%", set()),
    ],
)
def test_list_is_searched_by_title_address_and_country(curator, make_study, words, found):
    make_study(slug="gate", title_en="Quokka gate", title_ru="Ворота квокки", countries=["NO", "SE"])
    make_study(slug="lane", title_en="Quokka lane", title_ru="", countries=["AU"])
    shown = curator.get(LIST, {"q": words}).context["cl"].result_list
    assert {study.slug for study in shown} == found


def test_queries_of_the_list_do_not_grow(curator, django_assert_max_num_queries):
    curator.get(LIST)  # renews the session, as once a minute
    with django_assert_max_num_queries(14):
        assert curator.get(LIST).context["cl"].result_count == 158


def test_edit_is_findable_at_once(curator, make_study):
    study = make_study(slug="edited")
    correct(curator, study, title_en="Wombats at the gate")
    assert found("wombat") == {"edited"}
    assert study.text_changed_by == curator.user
    assert LogEntry.objects.filter(user=curator.user).exists()


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (lambda: Theme.objects.get(code="seaports"), "name_en"),
        (lambda: Country.objects.get(alpha2="NO"), "name_ru"),
        (lambda: Country.objects.get(alpha2="NO").region, "name_en"),
        (lambda: CaseStudy.objects.get(slug="renamed").chapter, "title_en"),
        (lambda: CaseStudy.objects.get(slug="renamed").provision_links.first().convention, "short_name_en"),
        (lambda: CaseStudy.objects.get(slug="renamed").provision_links.first().provision, "heading_en"),
    ],
)
def test_changed_name_of_what_a_study_is_linked_to_is_findable_at_once(curator, make_study, record, field):
    make_study(slug="renamed", themes=["seaports"], provisions=[("TIR", "Article 4")])
    assert found("wombatland") == set()
    response = save(curator, record(), **{field: "Wombatland"})
    assert response.redirect_chain, response.context["errors"]
    assert "renamed" in found("wombatland")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_draft_needs_a_title_in_one_language(curator, make_study, language):
    study = make_study(**DRAFT)
    other = "ru" if language == "en" else "en"
    assert save(curator, study, **{f"title_{other}": ""}).redirect_chain
    response = save(curator, study, **{f"title_{language}": ""})
    assert not response.redirect_chain
    assert response.context["adminform"].form.errors == {"title_en": ["A study needs a title."]}


def test_theme_synonyms_are_edited_one_a_line(curator):
    theme = Theme.objects.get(code="single-window")
    save(curator, theme, synonyms_en="one counter\r\n\r\n  two, counters \n")
    theme.refresh_from_db()
    assert theme.synonyms_en == ["one counter", "two, counters"]


def test_thesaurus_is_edited_one_a_line_and_works_at_once(curator, make_study):
    make_study(slug="zebra", title_en="Zebra quokkas")
    assert "zebra" not in found("marsupial")
    concept = Concept.objects.create(code="marsupials", expressions_en=["wallaby"])
    save(curator, concept, expressions_en="marsupial\r\n\r\n quokka \n", narrower_ru="квокка")
    concept.refresh_from_db()
    assert (concept.expressions_en, concept.narrower_ru) == (["marsupial", "quokka"], ["квокка"])
    assert "zebra" in found("marsupial")


@pytest.mark.parametrize("record", [lambda norway: norway, lambda norway: norway.region])
def test_other_names_of_a_country_or_region_work_at_once_and_index_nothing(curator, make_study, record):
    study = make_study(slug="oslo", countries=["NO"])
    written = study.search_entry.written_at
    save(curator, record(Country.objects.get(alpha2="NO")), alternative_names_en="Quokkaland")
    assert "oslo" in found("quokkaland")
    study.search_entry.refresh_from_db()
    assert study.search_entry.written_at == written


def test_evidence_is_edited_in_place(curator, make_study):
    study = make_study(outcomes=1, **DRAFT)
    response = save(
        curator,
        study,
        **{
            "sources-TOTAL_FORMS": 2,
            "sources-1-title": "Second",
            "sources-1-publisher": "Ministry",
            "sources-1-position": 0,
            "outcomes-0-after": "5.5",
            "places-TOTAL_FORMS": 1,
            "places-0-name": "Svinesund",
            "places-0-latitude": "59.1",
            "places-0-longitude": "11.27",
            "places-0-position": 0,
        },
    )
    assert response.redirect_chain, response.context["errors"]
    assert [source.title for source in study.sources.all()] == ["Annual report", "Second"]
    assert float(study.outcomes.get().after) == 5.5
    assert study.places.get().name == "Svinesund"


def test_convention_given_twice_is_refused(curator, make_study):
    study = make_study(provisions=[("TIR", None)], **DRAFT)
    tir = study.provision_links.get().convention_id
    rows = {"provision_links-TOTAL_FORMS": 2, "provision_links-1-convention": tir, "provision_links-1-position": 0}
    assert "This row stands twice." in save(curator, study, **rows).content.decode()


def test_own_chapter_is_no_other_chapter(curator, make_study):
    study = make_study(**DRAFT)
    rows = {
        "chapter_links-TOTAL_FORMS": 1,
        "chapter_links-0-chapter": study.chapter_id,
        "chapter_links-0-position": 0,
    }
    assert "own chapter" in save(curator, study, **rows).content.decode()


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (lambda: Theme.objects.first(), "name_en"),
        (lambda: Country.objects.first(), "name_en"),
        (lambda: Country.objects.first().region, "name_en"),
        (lambda: Country.objects.filter(memberships__isnull=False).first().memberships.first().convention, "name_en"),
    ],
)
def test_english_name_is_required(curator, record, field):
    response = save(curator, record(), **{field: ""})
    assert not response.redirect_chain
    assert "This field is required." in response.content.decode()


def test_half_a_position_is_refused(curator, make_study):
    study = make_study(**DRAFT)
    response = save(
        curator,
        study,
        **{"places-TOTAL_FORMS": 1, "places-0-name": "X", "places-0-latitude": "59.1", "places-0-position": 0},
    )
    assert "Give latitude and longitude, or neither." in response.content.decode()


def test_source_that_an_outcome_cites_is_not_deleted(curator, make_study):
    study = make_study(outcomes=1, sources=["One", "Two"], **DRAFT)
    response = save(curator, study, **{"sources-0-DELETE": "on"})
    assert not response.redirect_chain
    assert study.sources.count() == 2


def test_nothing_typed_is_lost_when_a_form_is_refused(curator, make_study):
    study = make_study(**DRAFT)
    response = save(curator, study, practice_en="Typed for an hour.", period_start="2010", period_end="2000")
    content = response.content.decode()
    assert "Typed for an hour." in content
    assert "The last year precedes the first." in content


def test_outcome_offers_the_sources_of_its_own_study(curator, make_study):
    make_study(sources=["Foreign source"])
    study = make_study(outcomes=1, **DRAFT)
    assert "Foreign source" not in curator.get(change_address(study)).content.decode()


# Steps -----------------------------------------------------------------------------------------------------------


def test_life_of_a_study(make_study):
    editor, reviewer = with_role("Editor"), with_role("Reviewer")
    study = make_study(slug="alive", text_changed_by=editor.user, **DRAFT)
    for client, name, status, visible in [
        (editor, "submit", "in-review", False),
        (reviewer, "send_back", "draft", False),
        (editor, "submit", "in-review", False),
        (reviewer, "publish", "published", True),
        (reviewer, "archive", "archived", False),
        (reviewer, "reopen", "draft", False),
    ]:
        step(client, name, study, comment="Because of the figures.")
        study.refresh_from_db()
        assert (study.status, study.updated_by) == (status, client.user)
        assert SearchEntry.objects.filter(pk=study.pk).exists() == visible
        assert (Client().get("/en/case-studies/alive/").status_code == 200) == visible
    log = LogEntry.objects.filter(object_id=study.pk)
    assert log.count() == 6
    assert all("Because of the figures." in entry.change_message for entry in log)


def test_reason_of_sending_back_is_asked_for_and_shown_to_the_author(make_study):
    editor, reviewer = with_role("Editor"), with_role("Reviewer")
    study = make_study(status="in-review", published_at=None)
    assert "Say why you send it back" in step(reviewer, "send_back", study, comment="  ").content.decode()
    study.refresh_from_db()
    assert study.status == "in-review"
    step(reviewer, "send_back", study, comment="Give the year of the figure.")
    save(editor, study, title_en="With the year")  # who sent it back is not who saved it since
    content = editor.get(change_address(study)).content.decode()
    assert f"Sent back by {reviewer.user}:" in content
    assert "Give the year of the figure." in content
    step(editor, "submit", study)
    assert "Give the year of the figure." not in editor.get(change_address(study)).content.decode()


def test_four_eyes(make_study, settings):
    both = with_role("Editor", "Reviewer")
    study = make_study(**DRAFT)
    save(both, study, title_en="Written by one")
    step(both, "submit", study)
    response = step(both, "publish", study, comment="Looks good to me.")
    assert "somebody else must approve it" in response.content.decode()
    assert "Looks good to me." in response.content.decode()
    study.refresh_from_db()
    assert (study.status, study.text_changed_by) == ("in-review", both.user)
    settings.FOUR_EYES = False
    step(both, "publish", study)
    study.refresh_from_db()
    assert study.status == "published"


def test_text_in_review_is_not_changed_and_what_was_typed_comes_back(make_study):
    editor, reviewer = with_role("Editor"), with_role("Reviewer")
    study = make_study(practice_en="Reviewed.", **DRAFT)
    typed = form_data(editor, change_address(study)) | {"practice_en": "Typed for an hour."}
    step(editor, "submit", study)
    answer = editor.post(change_address(study), typed)
    assert answer.status_code == 409
    form = editor.get(change_address(study))
    assert "have a reviewer send it back" in form.content.decode()
    assert 'name="_save"' not in form.content.decode()
    step(reviewer, "send_back", study, comment="As you wish.")
    again = editor.post(change_address(study), dict(answer.context["fields"]))
    assert "As you wish." in editor.get(change_address(study)).content.decode()
    study.refresh_from_db()
    assert again.status_code == 302, again.context["errors"]
    assert study.practice_en == "Typed for an hour."


def test_reviewer_publishes_only_what_the_page_showed(make_study):
    editor, reviewer = with_role("Editor"), with_role("Reviewer")
    study = make_study(practice_en="Reviewed.", text_changed_by=editor.user, **DRAFT)
    step(editor, "submit", study)
    opened = reviewer.get(reverse("admin:casestudies_casestudy_step", args=["publish"]), {"id": study.pk})
    step(reviewer, "send_back", study, comment="Once more.")
    save(editor, study, practice_en="Slipped in.")
    step(editor, "submit", study)
    shown = confirm_step(reviewer, "publish", opened, comment="Fine.")
    content = shown.content.decode()
    for text in ("It was changed after this page was opened.", "Slipped in.", "Fine."):
        assert text in content
    study.refresh_from_db()
    assert study.status == "in-review"
    assert "Approved and published: 1 study." in confirm_step(reviewer, "publish", shown).content.decode()
    study.refresh_from_db()
    assert (study.status, study.practice_en) == ("published", "Slipped in.")


def test_step_that_does_not_say_what_its_page_showed_is_not_taken(make_study):
    study = make_study(status="in-review", published_at=None)
    address = reverse("admin:casestudies_casestudy_step", args=["publish"])
    content = with_role("Reviewer").post(address, {"id": study.pk}, follow=True).content.decode()
    assert "Nothing was done yet" in content
    study.refresh_from_db()
    assert study.status == "in-review"


def test_saving_nothing_new_leaves_the_text_its_author(make_study):
    first, second = with_role("Editor"), with_role("Editor")
    study = make_study(outcomes=1, **DRAFT)
    save(first, study, title_en="Mine")
    save(second, study)
    study.refresh_from_db()
    assert study.text_changed_by == first.user
    save(second, study, **{"outcomes-0-after": "5"})
    study.refresh_from_db()
    assert study.text_changed_by == second.user


def test_button_saves_and_leads_to_the_step(curator, make_study):
    study = make_study(**DRAFT)
    response = save(curator, study, title_en="Saved and submitted", _submit="1")
    assert "The reviewers are asked to approve it." in response.content.decode()
    study.refresh_from_db()
    assert (study.title_en, study.status) == ("Saved and submitted", "draft")
    response = confirm_step(curator, "submit", response)
    assert "Submitted for review: 1 study." in response.content.decode()
    study.refresh_from_db()
    assert study.status == "in-review"


def test_obstacles_are_named_in_plain_words_and_lead_to_the_field(curator, make_study):
    study = make_study(status="in-review", published_at=None, lessons_en="", sources=[], themes=[], countries=[])
    content = step(curator, "publish", study).content.decode()
    for text in ("“lessons” is missing", "It cites no source.", "It has no theme.", "neither a country nor a group"):
        assert content.count(text) == 1
    form = curator.get(change_address(study)).content.decode()
    for element in ("texts-lessons", "sources-group", "theme_links-group", "country_links-group"):
        assert f'href="#{element}"' in form
        assert f'id="{element}"' in form
    study.refresh_from_db()
    assert study.status == "in-review"


@pytest.mark.parametrize(
    ("function", "status"),
    [
        (editorial.submit, "published"),
        (editorial.publish, "published"),
        (editorial.publish, "draft"),
        (editorial.send_back, "draft"),
        (editorial.archive, "draft"),
        (editorial.reopen, "published"),
        (editorial.revise, "draft"),
    ],
)
def test_impossible_step_is_refused(function, status):
    study = CaseStudyFactory(status=status)
    with pytest.raises(ValidationError, match="cannot become"):
        function(study, UserFactory(), "Because.")
    study.refresh_from_db()
    assert study.status == status


def test_too_many_studies_at_once_are_refused(curator, monkeypatch):
    monkeypatch.setattr(steps, "MOST_AT_ONCE", 5)
    chosen = list(CaseStudy.objects.values_list("pk", flat=True)[:6])
    response = curator.post(LIST, {"action": "archive", "_selected_action": chosen}, follow=True)
    assert "Choose at most 5 at once." in response.content.decode()


@pytest.mark.parametrize("query", ["", "?id=x", "?id=99999999999999999999", "?id=0"])
def test_step_of_no_study_is_not_found(curator, query):
    address = reverse("admin:casestudies_casestudy_step", args=["archive"])
    assert curator.get(address + query).status_code == 404
    assert curator.get(reverse("admin:casestudies_casestudy_step", args=["explode"])).status_code == 404


# Revisions -------------------------------------------------------------------------------------------------------


def test_published_study_is_not_edited(curator, make_study):
    study = make_study()
    response = curator.get(change_address(study))
    assert "_save" not in response.content.decode()
    assert curator.post(change_address(study), {"title_en": "Sneaked in"}).status_code == 409
    study.refresh_from_db()
    assert study.title_en != "Sneaked in"


def test_revision_is_swapped_in_when_it_is_approved(make_study):
    editor, reviewer = with_role("Editor"), with_role("Reviewer")
    study = make_study(slug="revised", title_en="As it was", outcomes=1, provisions=[("TIR", None)])
    response = step(editor, "revise", study)
    revision = study.revision
    assert response.redirect_chain[-1][0] == change_address(revision)
    assert "As it was" in response.content.decode()
    save(editor, revision, title_en="As it is now", **{"outcomes-0-after": "5"})
    assert "As it was" in Client().get("/en/case-studies/revised/").content.decode()
    assert Client().get(f"/en/case-studies/{revision.slug}/").status_code == 404
    step(editor, "submit", revision)
    page = reviewer.get(reverse("admin:casestudies_casestudy_step", args=["publish"]), {"id": revision.pk})
    assert "is now<span" in page.content.decode()
    landed = step(reviewer, "publish", revision)
    assert landed.redirect_chain == [(change_address(study), 302)]
    assert "Approved and published: 1 study." in landed.content.decode()
    shown = Client().get("/en/case-studies/revised/").content.decode()
    assert "As it is now" in shown
    assert "As it was" not in shown
    study.refresh_from_db()
    assert (study.outcomes.get().after, study.text_changed_by) == (5, editor.user)
    assert study.provision_links.get().convention.code == "TIR"
    assert not CaseStudy.objects.filter(revises__isnull=False).exists()
    assert Client().get("/en/case-studies/revised/@2/").status_code == 200


def test_revision_is_begun_once(make_study):
    editor, study = with_role("Editor"), make_study()
    step(editor, "revise", study)
    first = study.revision
    step(editor, "revise", CaseStudy.objects.get(pk=study.pk))
    assert CaseStudy.objects.get(revises=study) == first
    assert "A revision" in editor.get(change_address(study)).content.decode()


def test_revision_of_a_withdrawn_study_is_not_published(make_study):
    study = make_study()
    revision = editorial.revise(study, UserFactory())
    editorial.submit(revision, UserFactory())
    editorial.archive(study, UserFactory())
    with pytest.raises(ValidationError, match="Archived"):
        editorial.publish(revision, UserFactory())
    assert CaseStudy.objects.filter(pk=revision.pk).exists()


def test_revision_of_a_study_with_the_longest_address(make_study):
    study = make_study(slug="x" * 120)
    assert editorial.revise(study, UserFactory()).slug == f"revision-of-{study.pk}"


def test_address_of_a_revision_is_not_given_to_another_study(curator, make_study):
    study = make_study(**DRAFT)
    assert "are those of revisions" in save(curator, study, slug="revision-of-oslo").content.decode()


def test_status_cannot_be_typed(curator, make_study):
    study = make_study(status="draft")
    save(curator, study, status="published", published_at="2020-01-01")
    study.refresh_from_db()
    assert study.status == "draft"


def test_what_was_published_is_not_deleted(curator, make_study):
    study, draft = make_study(), make_study(status="draft", published_at=None, outcomes=1)
    delete = "admin:casestudies_casestudy_delete"
    assert curator.post(reverse(delete, args=[study.pk]), {"post": "yes"}).status_code == 403
    curator.post(reverse(delete, args=[draft.pk]), {"post": "yes"})
    assert CaseStudy.objects.filter(pk=study.pk).exists()
    assert not CaseStudy.objects.filter(pk=draft.pk).exists()
    assert not Outcome.objects.filter(case_study_id=draft.pk).exists()


def test_address_of_a_published_study_stays(curator, make_study):
    study = make_study(slug="cited-address")
    save(curator, study, slug="other-address")
    study.refresh_from_db()
    assert study.slug == "cited-address"


def test_theme_in_use_is_not_deleted(curator):
    theme = Theme.objects.get(code="single-window")
    response = curator.post(reverse("admin:casestudies_theme_delete", args=[theme.pk]), {"post": "yes"})
    assert response.status_code == 200
    assert Theme.objects.filter(pk=theme.pk).exists()


def test_russian_speaking_staff_get_a_russian_admin(curator, make_study):
    study = make_study()
    content = curator.get(change_address(study), headers={"accept-language": "ru"}).content.decode()
    for text in ("Тексты", "Проблема", "Опубликован"):
        assert text.casefold() in content.casefold()
    assert "Save and" not in content


def test_every_change_form_opens(curator):
    from django.contrib import admin

    from casestudies.admin.audit import RecordOfEvents

    FieldOffice.objects.create(name="Office in Oslo")
    for model, desk in admin.site._registry.items():
        if model._meta.app_label == "casestudies" and not isinstance(desk, RecordOfEvents):
            address = reverse(f"admin:casestudies_{model._meta.model_name}_changelist")
            assert curator.get(address).status_code == 200
            assert curator.get(change_address(model.objects.first())).status_code == 200
            assert curator.get(reverse(f"admin:casestudies_{model._meta.model_name}_add")).status_code == 200


def test_new_provision_gets_its_code(curator):
    from casestudies.models import Convention, Provision

    tir = Convention.objects.get(code="TIR")
    address = reverse("admin:casestudies_provision_add")
    data = {"convention": tir.pk, "ref_en": "Annex 10, Article 1.2", "position": 99}
    data |= {f"theme_links-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    curator.post(address, data)
    assert Provision.objects.get(convention=tir, ref="Annex 10, Article 1.2").code == "tir-annex-10-article-1-2"


def test_source_is_required_to_have_title_and_publisher():
    with pytest.raises(ValidationError):
        Source(title="", publisher="").clean_fields(exclude=["case_study"])
