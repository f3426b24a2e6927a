"""The audit log: read by those who may, and changed by nobody."""

import re

import pytest
from axes.models import AccessLog
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from casestudies import history
from casestudies.models import HistoryEntry
from tests.curating import save, staff_with, step, with_role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGS = ["admin_logentry", "casestudies_historyentry", "casestudies_deletedrecord"]


@pytest.fixture
def draft(curator, make_study):
    """A draft that was changed once."""
    study = make_study(status="draft", published_at=None, title_en="Logged study", outcomes=2)
    save(curator, study, title_en="Logged twice")
    return study


@pytest.mark.parametrize("model", [LogEntry, HistoryEntry])
def test_superuser_reads_the_log_and_cannot_change_it(curator, draft, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    entry = model.objects.first()
    change, delete = (reverse(f"{name}_{deed}", args=[entry.pk]) for deed in ("change", "delete"))
    listing = curator.get(reverse(f"{name}_changelist"))
    assert "Logged twice" in listing.content.decode()
    assert "delete_selected" not in listing.content.decode()
    assert "Logged twice" in curator.get(change).content.decode()
    assert curator.post(change, {"label": "Forged", "object_repr": "Forged"}).status_code == 403
    assert curator.post(delete, {"post": "yes"}).status_code == 403
    assert curator.get(reverse(f"{name}_add")).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    curator.post(reverse(f"{name}_changelist"), bulk)
    assert model.objects.filter(pk=entry.pk).exists()


def test_log_speaks_the_language_of_who_reads_it_whoever_wrote_it(curator, draft):
    listing = reverse("admin:admin_logentry_changelist")
    curator.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    save(curator, draft, summary_en="In other words.", lessons_ru="Иначе.")
    step(curator, "submit", draft, comment="Проверьте год.")
    other = with_role("Reviewer")
    step(other, "send_back", draft, comment="Which year?")
    translate = reverse("admin:casestudies_translations_translate", args=[draft.pk, "ru"])
    page = curator.get(translate).context["form"]
    data = {name: page[name].value() or "" for name in page.fields}
    assert curator.post(translate, data | {"practice": "Совсем иначе.", "_approve": "1"}).status_code == 302
    said = {}
    for language in ("en", "ru"):
        rows = curator.get(listing, headers={"accept-language": language}).content.decode()
        said[language] = re.findall(r'<td class="field-what">([^<]*)</td>', rows)[:5]
    approved = [said[language].pop(0).partition(":") for language in said]
    assert [words for words, _colon, _fields in approved] == [
        "Approved the translation into Russian",
        "Утверждён перевод на русский язык",
    ]
    assert approved[0][2].endswith("lessons, indicator")
    assert approved[1][2].endswith("извлечённые уроки, показатель")
    assert said["en"] == [
        "Translation into Russian",
        "Send back: Which year?",
        "Submit for review: Проверьте год.",
        "Changed Summary [en] and Lessons [ru].",
    ]
    assert said["ru"] == [
        "Перевод на русский язык",
        "Вернуть автору: Which year?",
        "Передать на рассмотрение: Проверьте год.",
        "Изменено Краткое описание [en] и Извлечённые уроки [ru].",
    ]
    assert LogEntry.objects.filter(change_message__contains="Проверьте").exists()


def test_entry_of_the_history_leads_to_its_record(curator, draft):
    entry = history.entries(draft).first()
    address = reverse("admin:casestudies_historyentry_change", args=[entry.pk])
    content = curator.get(address).content.decode()
    assert reverse("admin:casestudies_casestudy_history", args=[draft.pk]) in content
    assert "outcomes" not in content  # the record as a machine keeps it
    draft.delete()
    assert "The record was deleted." in curator.get(address).content.decode()


def test_superuser_cannot_delete_who_signed_in(curator):
    entry = AccessLog.objects.create(username="somebody", ip_address="192.0.2.1", path_info="/")
    listing = curator.get(reverse("admin:axes_accesslog_changelist")).content.decode()
    assert "somebody" in listing
    assert "delete_selected" not in listing
    for deed in ("change", "delete"):
        address = reverse(f"admin:axes_accesslog_{deed}", args=[entry.pk])
        assert curator.post(address, {"post": "yes"}).status_code == 403
    assert AccessLog.objects.filter(pk=entry.pk).exists()


@pytest.mark.parametrize("log", LOGS)
def test_log_is_shown_to_those_who_may_see_it(log):
    address = reverse(f"admin:{log}_changelist")
    assert staff_with("change_casestudy").get(address).status_code == 403
    assert staff_with(f"view_{log.partition('_')[2]}").get(address).status_code == 200


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda entry: HistoryEntry.objects.filter(pk=entry.pk).update(reason="Another"),
        lambda entry: HistoryEntry.objects.filter(pk=entry.pk).update(by=UserFactory()),
        lambda entry: HistoryEntry.objects.filter(pk=entry.pk).update(by=None, by_name="Nobody"),
        lambda entry: HistoryEntry.objects.filter(pk=entry.pk).delete(),
    ],
)
def test_database_refuses_to_rewrite_the_history(draft, rewrite):
    with pytest.raises(DatabaseError, match="cannot be rewritten"), transaction.atomic():
        rewrite(history.entries(draft).first())
    assert history.entries(draft).first().reason == ""


def test_history_survives_the_account(make_study):
    author = UserFactory(first_name="Anna", last_name="Berg", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(author, "django.contrib.auth.backends.ModelBackend")
    study = make_study(status="draft", published_at=None)
    save(client, study, title_en="Written by Anna")
    LogEntry.objects.all().delete()
    author.delete()
    entry = history.entries(study).first()
    assert (entry.by, entry.by_name) == (None, "Anna Berg")
