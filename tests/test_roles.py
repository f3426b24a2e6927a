"""The roles as a matrix: every role tries every action through HTTP, and is let or refused."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from casestudies import editorial
from casestudies.models import CaseStudy, Country, FieldOffice, HistoryEntry, Theme
from tests.curating import DRAFT, LIST, change_address, form_data, save, signed_in, step, with_role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ROLES = ["Editor", "Translator into Russian", "Reviewer", "Field office", "Administrator"]
ADD = reverse("admin:casestudies_casestudy_add")


@pytest.fixture
def member(db):
    """Return a function that makes a client with a role; a field office's is the Norwegian one."""

    def make(role: str):
        client = with_role(role)
        if role == "Field office":
            office, _created = FieldOffice.objects.get_or_create(name="Office in Oslo")
            office.countries.set(Country.objects.filter(alpha2="NO"))
            office.members.add(client.user)
        return client

    return make


def _status(study: CaseStudy) -> str:
    return CaseStudy.objects.get(pk=study.pk).status


def _begin(client, study) -> bool:
    return client.get(ADD).status_code == 200


def _see_draft(client, study) -> bool:
    listed = str(study) in client.get(LIST, {"status__exact": "draft"}).content.decode()
    opened = client.get(change_address(study)).status_code == 200
    assert listed == opened
    return opened


def _edit_draft(client, study) -> bool:
    address = change_address(study)
    data = form_data(signed_in(UserFactory(is_staff=True, is_superuser=True)), address) | {"title_en": "Edited"}
    client.post(address, data)
    return CaseStudy.objects.filter(pk=study.pk, title_en="Edited").exists()


def _submit(client, study) -> bool:
    step(client, "submit", study)
    return _status(study) == "in-review"


def _in_review(study: CaseStudy) -> None:
    editorial.submit(study, UserFactory())


def _send_back(client, study) -> bool:
    _in_review(study)
    step(client, "send_back", study, comment="Not yet.")
    return _status(study) == "draft"


def _publish(client, study) -> bool:
    _in_review(study)
    step(client, "publish", study)
    return _status(study) == "published"


def _published(study: CaseStudy) -> None:
    _in_review(study)
    editorial.publish(study, UserFactory())


def _archive(client, study) -> bool:
    _published(study)
    step(client, "archive", study)
    return _status(study) == "archived"


def _reopen(client, study) -> bool:
    _published(study)
    editorial.archive(study, UserFactory())
    step(client, "reopen", study)
    return _status(study) == "draft"


def _revise(client, study) -> bool:
    _published(study)
    step(client, "revise", study)
    return CaseStudy.objects.filter(revises=study).exists()


def _see_published(client, study) -> bool:
    _published(study)
    return client.get(change_address(study)).status_code == 200


def _delete_draft(client, study) -> bool:
    client.post(reverse("admin:casestudies_casestudy_delete", args=[study.pk]), {"post": "yes"})
    return not CaseStudy.objects.filter(pk=study.pk).exists()


def _edit_vocabulary(client, study) -> bool:
    theme = Theme.objects.get(code="seaports")
    address = change_address(theme)
    data = form_data(signed_in(UserFactory(is_staff=True, is_superuser=True)), address) | {"name_en": "Edited"}
    client.post(address, data)
    return Theme.objects.filter(pk=theme.pk, name_en="Edited").exists()


def _see_accounts(client, study) -> bool:
    return client.get(reverse("admin:auth_user_changelist")).status_code == 200


ACTIONS = {
    _begin: {"Editor", "Field office", "Administrator"},
    _see_draft: {"Editor", "Translator into Russian", "Reviewer", "Administrator"},
    _edit_draft: {"Editor", "Administrator"},
    _submit: {"Editor", "Administrator"},
    _send_back: {"Reviewer", "Administrator"},
    _publish: {"Reviewer", "Administrator"},
    _archive: {"Reviewer", "Administrator"},
    _reopen: {"Reviewer", "Administrator"},
    _revise: {"Editor", "Administrator"},
    _see_published: set(ROLES),
    _delete_draft: {"Administrator"},
    _edit_vocabulary: {"Administrator"},
    _see_accounts: {"Administrator"},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__.strip("_"))
def test_role(member, make_study, role, action):
    study = make_study(created_by=UserFactory(), **DRAFT)
    assert action(member(role), study) == (role in ACTIONS[action])


def test_there_is_a_role_for_each_language(db):
    names = set(Group.objects.values_list("name", flat=True))
    assert names == {*ROLES, "Translator into English"}


def test_without_a_role_staff_see_no_study(make_study):
    nobody, study = signed_in(UserFactory(is_staff=True)), make_study(**DRAFT)
    assert nobody.get(LIST).status_code == 403
    assert nobody.get(change_address(study)).status_code == 403


# A field office ----------------------------------------------------------------------------------------------------


def new_study(client, **changes) -> dict:
    from casestudies.models import Chapter

    data = form_data(client, ADD) | {
        "title_en": "Mobile teams in the mountains",
        "slug": "mobile-teams",
        "chapter": Chapter.objects.get(kind="chapter", number=3).pk,
        "country_links-TOTAL_FORMS": 1,
        "country_links-0-country": Country.objects.get(alpha2="NO").pk,
        "country_links-0-position": 0,
    }
    return data | changes


def test_field_office_drafts_edits_and_submits_its_own(member):
    client = member("Field office")
    client.post(ADD, new_study(client))
    study = CaseStudy.objects.get(slug="mobile-teams")
    assert (study.status, study.created_by) == ("draft", client.user)
    save(client, study, title_en="Mobile teams of Oslo")
    colleague = member("Field office")
    assert "Mobile teams of Oslo" in colleague.get(change_address(study)).content.decode()
    step(client, "submit", study)
    assert _status(study) == "in-review"
    assert client.get(change_address(study)).status_code == 200
    assert client.post(change_address(study), {"title_en": "Too late"}).status_code == 409
    study.refresh_from_db()
    assert study.title_en == "Mobile teams of Oslo"


def test_field_office_writes_of_its_own_countries(member):
    client = member("Field office")
    response = client.post(ADD, new_study(client, **{"country_links-0-country": Country.objects.get(alpha2="KZ").pk}))
    assert "Name a country of your office: Norway." in response.content.decode()
    assert not CaseStudy.objects.filter(slug="mobile-teams").exists()


def test_field_office_without_countries_drafts_nothing():
    assert with_role("Field office").get(ADD).status_code == 403


def test_field_office_moves_no_study_of_others(member, make_study):
    study = make_study(**DRAFT)
    client = member("Field office")
    assert client.get(reverse("admin:casestudies_casestudy_step", args=["submit"]), {"id": study.pk}).status_code == 404
    step(client, "submit", study)
    assert _status(study) == "draft"


def _published_with_a_revision_in_work(make_study):
    """Return a study that readers see, the remark it was submitted with, and a revision with text and remark."""
    author, study = UserFactory(), make_study(practice_en="Draft of ours.", **DRAFT)
    editorial.submit(study, author, "Remark before publication.")
    editorial.publish(study, UserFactory(), "Remark of the reviewer.")
    revision = editorial.revise(study, author, "Remark on the revision.")
    save(
        signed_in(UserFactory(is_staff=True, is_superuser=True)), revision, practice_en="Secret.", why="Remark inside."
    )
    return study, revision


def test_field_office_sees_no_revision_in_work(member, make_study):
    study, revision = _published_with_a_revision_in_work(make_study)
    form = member("Field office").get(change_address(study)).content.decode()
    assert "in work" not in form
    assert change_address(revision) not in form
    assert "in work" in member("Editor").get(change_address(study)).content.decode()


def test_field_office_reads_in_the_history_of_others_what_readers_saw(member, make_study):
    study, revision = _published_with_a_revision_in_work(make_study)
    where = reverse("admin:casestudies_casestudy_history", args=[study.pk])
    office, editor = member("Field office"), member("Editor")
    shown, to_editors = office.get(where).content.decode(), editor.get(where).content.decode()
    assert "Published" in shown
    for hidden in ("Secret.", "Remark inside.", "Remark on the revision.", "Remark before", "Remark of the reviewer."):
        assert hidden in to_editors
        assert hidden not in shown
    published = HistoryEntry.objects.get(object_id=study.pk, action="published")
    inside = HistoryEntry.objects.filter(object_id=revision.pk).first()
    compared = {"old": published.pk, "new": inside.pk}
    assert editor.get(where, compared).status_code == 200
    assert office.get(where, compared).status_code == 404


def test_field_office_reads_the_whole_history_of_its_own(member):
    client = member("Field office")
    client.post(ADD, new_study(client))
    study = CaseStudy.objects.get(slug="mobile-teams")
    save(client, study, title_en="Mobile teams of Oslo", why="Our remark.")
    editorial.submit(study, client.user)
    editorial.send_back(study, UserFactory(), "Say since when.")
    shown = client.get(reverse("admin:casestudies_casestudy_history", args=[study.pk])).content.decode()
    for told in ("Mobile teams of", "Our remark.", "Say since when."):
        assert told in shown


# Accounts ----------------------------------------------------------------------------------------------------------


def test_administrator_gives_roles_and_makes_nobody_a_superuser(member):
    administrator, colleague = member("Administrator"), UserFactory(is_staff=True)
    address = reverse("admin:auth_user_change", args=[colleague.pk])
    role = Group.objects.get(name="Editor")
    data = {"username": colleague.username, "is_active": "on", "is_staff": "on", "groups": [role.pk]}
    data |= {"is_superuser": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    assert administrator.post(address, data).status_code == 302
    colleague.refresh_from_db()
    assert (list(colleague.groups.all()), colleague.is_superuser) == ([role], False)


def test_administrator_does_not_touch_a_superuser(member):
    superuser = UserFactory(is_staff=True, is_superuser=True)
    administrator = member("Administrator")
    for name, data in (("user_change", {}), ("user_password_change", {"password1": "x", "password2": "x"})):
        address = reverse(f"admin:auth_{name}", args=[superuser.pk])
        assert administrator.post(address, data).status_code == 403
