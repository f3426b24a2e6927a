"""What curators do, through the admin's own addresses."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from casestudies import editorial
from casestudies.models import CaseStudy, Concept, Country, Outcome, SearchEntry, Source, Theme
from tests.factories import CaseStudyFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:casestudies_casestudy_changelist")


def change_address(record) -> str:
    meta = record._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])


def form_data(client: Client, address: str) -> dict:
    """Return what a browser would send if nothing were changed on the form at `address`."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    data = {}
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is None or value is False:
                continue
            data[field.html_name] = field.field.prepare_value(value) if not isinstance(value, list) else value
    return data


def save(client: Client, record, **changes):
    """Send the form of `record` with some fields changed; None leaves a field out."""
    address = change_address(record)
    data = {**form_data(client, address), **changes}
    return client.post(address, {key: value for key, value in data.items() if value is not None}, follow=True)


def staff_with(*permissions: str) -> Client:
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def found(word: str) -> set[str]:
    response = Client().get("/en/case-studies.json", {"q": word})
    return {study["slug"] for study in json.loads(b"".join(response.streaming_content))["results"]}


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


def test_queries_of_the_list_do_not_grow(curator, django_assert_max_num_queries):
    curator.get(LIST)  # renews the session, as once a minute
    with django_assert_max_num_queries(14):
        assert curator.get(LIST).context["cl"].result_count == 158


def test_edit_is_findable_at_once(curator, make_study):
    study = make_study(slug="edited")
    response = save(curator, study, title_en="Wombats at the gate")
    assert response.redirect_chain
    assert found("wombat") == {"edited"}
    study.refresh_from_db()
    assert study.updated_by.username.startswith("curator")
    assert LogEntry.objects.filter(object_id=study.pk, user=study.updated_by).exists()


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


def test_other_names_of_a_country_work_at_once_and_index_nothing(curator, make_study):
    study = make_study(slug="oslo", countries=["NO"])
    written = study.search_entry.written_at
    country = Country.objects.get(alpha2="NO")
    save(curator, country, alternative_names_en="Quokkaland")
    assert "oslo" in found("quokkaland")
    study.search_entry.refresh_from_db()
    assert study.search_entry.written_at == written


def test_evidence_is_edited_in_place(curator, make_study):
    study = make_study(outcomes=1)
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
    study = make_study(provisions=[("TIR", None)])
    tir = study.provision_links.get().convention_id
    rows = {"provision_links-TOTAL_FORMS": 2, "provision_links-1-convention": tir, "provision_links-1-position": 0}
    assert "This row stands twice." in save(curator, study, **rows).content.decode()


def test_own_chapter_is_no_other_chapter(curator, make_study):
    study = make_study()
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
    study = make_study()
    response = save(
        curator,
        study,
        **{"places-TOTAL_FORMS": 1, "places-0-name": "X", "places-0-latitude": "59.1", "places-0-position": 0},
    )
    assert "Give latitude and longitude, or neither." in response.content.decode()


def test_source_that_an_outcome_cites_is_not_deleted(curator, make_study):
    study = make_study(outcomes=1, sources=["One", "Two"])
    response = save(curator, study, **{"sources-0-DELETE": "on"})
    assert not response.redirect_chain
    assert study.sources.count() == 2


def test_published_study_keeps_texts_and_sources(curator, make_study):
    study = make_study()
    response = save(curator, study, title_en="", practice_en="", **{"sources-0-DELETE": "on"})
    content = response.content.decode()
    assert "it needs this text" in content
    assert "A published study cites at least one source." in content
    assert study.sources.count() == 1


def test_nothing_typed_is_lost_when_a_form_is_refused(curator, make_study):
    study = make_study()
    response = save(curator, study, practice_en="Typed for an hour.", period_start="2010", period_end="2000")
    content = response.content.decode()
    assert "Typed for an hour." in content
    assert "The last year precedes the first." in content


def test_second_of_two_curators_is_told_and_loses_nothing(curator, make_study):
    study, colleague = make_study(), staff_with("change_casestudy", "view_casestudy", "view_source", "change_source")
    mine = form_data(curator, change_address(study)) | {"practice_en": "My text."}
    assert save(colleague, study, practice_en="Their text.").redirect_chain
    refused = curator.post(change_address(study), mine)
    content = refused.content.decode()
    assert "changed this study after you opened it" in content
    assert "My text." in content
    study.refresh_from_db()
    assert study.practice_en == "Their text."
    again = mine | {"opened_at": refused.context["adminform"].form["opened_at"].value()}
    assert curator.post(change_address(study), again).status_code == 302
    study.refresh_from_db()
    assert study.practice_en == "My text."


def test_outcome_offers_the_sources_of_its_own_study(curator, make_study):
    make_study(sources=["Foreign source"])
    study = make_study(outcomes=1)
    assert "Foreign source" not in curator.get(change_address(study)).content.decode()


# Steps -----------------------------------------------------------------------------------------------------------


def step(client: Client, name: str, *studies: CaseStudy):
    return client.post(LIST, {"action": name, "_selected_action": [study.pk for study in studies]}, follow=True)


def test_life_of_a_study(curator, make_study):
    study = make_study(slug="alive", status="draft", published_at=None)
    for name, status, visible in [
        ("submit_for_review", "in-review", False),
        ("publish", "published", True),
        ("archive", "archived", False),
        ("publish", "published", True),
        ("return_to_draft", "draft", False),
    ]:
        step(curator, name, study)
        study.refresh_from_db()
        assert study.status == status
        assert SearchEntry.objects.filter(pk=study.pk).exists() == visible
        assert (Client().get("/en/case-studies/alive/").status_code == 200) == visible
    assert LogEntry.objects.filter(object_id=study.pk).count() == 5


def test_button_saves_and_takes_the_step(curator, make_study):
    study = make_study(status="draft")
    response = save(curator, study, title_en="Saved and published", _publish="1")
    study.refresh_from_db()
    assert (study.title_en, study.status) == ("Saved and published", "published")
    assert "Publish: 1 study." in response.content.decode()


def test_obstacles_are_named_in_plain_words(curator, make_study):
    study = make_study(status="draft", lessons_en="", sources=[], themes=[], countries=[])
    response = step(curator, "publish", study)
    content = response.content.decode()
    for text in ("“lessons” is missing", "It cites no source.", "It has no theme.", "neither a country nor a group"):
        assert text in content
    assert "It cites no source." in curator.get(change_address(study)).content.decode()
    study.refresh_from_db()
    assert study.status == "draft"


@pytest.mark.parametrize(
    ("function", "status"),
    [
        (editorial.submit_for_review, "published"),
        (editorial.publish, "published"),
        (editorial.archive, "draft"),
        (editorial.return_to_draft, "draft"),
    ],
)
def test_impossible_step_is_refused(function, status):
    study = CaseStudyFactory(status=status)
    with pytest.raises(ValidationError):
        function(study, UserFactory())
    study.refresh_from_db()
    assert study.status == status


def test_editor_without_the_permission_cannot_publish(make_study):
    study = make_study(status="draft")
    editor = staff_with("change_casestudy", "view_casestudy")
    step(editor, "publish", study)
    save(editor, study, _publish="1")
    study.refresh_from_db()
    assert study.status == "draft"
    assert "_publish" not in editor.get(change_address(study)).content.decode()
    step(editor, "submit_for_review", study)
    study.refresh_from_db()
    assert study.status == "in-review"


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

    for model in admin.site._registry:
        if model._meta.app_label == "casestudies":
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
