"""What tests of the desk share: staff who are signed in, and forms sent as a browser sends them."""

import json

from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from casestudies import editorial
from casestudies.models import CaseStudy
from tests.factories import UserFactory

LIST = reverse("admin:casestudies_casestudy_changelist")
DRAFT = {"status": "draft", "published_at": None}
"""The fields of a study that was never published, for `make_study`."""


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
    return signed_in(user)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    client.user = user
    return client


def with_role(*names: str) -> Client:
    user = UserFactory(is_staff=True)
    user.groups.set(Group.objects.filter(name__in=names))
    assert user.groups.count() == len(names)
    return signed_in(user)


def step(client: Client, name: str, *studies: CaseStudy, comment: str = ""):
    """Take a step as the list's action and its page do."""
    identifiers = [study.pk for study in studies]
    page = client.post(LIST, {"action": name, "_selected_action": identifiers})
    return confirm_step(client, name, page, id=identifiers, comment=comment)


def confirm_step(client: Client, name: str, page, **typed):
    """Send the page of a step as it was shown."""
    shown = page.context["shown"] if page.context and "shown" in page.context else []
    data = {"id": [study.pk for study, _digest in shown]}
    data |= {f"shown-{study.pk}": digest for study, digest in shown}
    return client.post(reverse("admin:casestudies_casestudy_step", args=[name]), data | typed, follow=True)


def approve(study: CaseStudy) -> CaseStudy:
    """Submit a draft, or what was archived, and have somebody else publish it; return what readers see."""
    if study.status == CaseStudy.Status.ARCHIVED:
        editorial.reopen(study, UserFactory())
    editorial.submit(study, UserFactory())
    return editorial.publish(study, UserFactory())


def correct(client: Client, study: CaseStudy, **changes) -> None:
    """Change a published study as curators do: by a revision that somebody else approves."""
    revision = editorial.revise(study, client.user)
    response = save(client, revision, **changes)
    assert response.redirect_chain, response.context["errors"]
    revision.refresh_from_db()
    approve(revision)
    study.refresh_from_db()


def found(word: str) -> set[str]:
    response = Client().get("/en/case-studies.json", {"q": word})
    return {study["slug"] for study in json.loads(b"".join(response.streaming_content))["results"]}
