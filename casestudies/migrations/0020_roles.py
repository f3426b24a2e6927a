"""The roles of the desk, as groups: each holds the permissions that its work needs, and no others."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

VOCABULARIES = (
    "chapter", "concept", "convention", "country", "glossaryterm", "organization", "party", "provision", "region", "theme",
)  # fmt: skip
FINDINGS = ["view_linkcheck", "view_fruitlessquestion"]
SEE = ["view_casestudy", "view_fieldoffice", *(f"view_{name}" for name in VOCABULARIES)]
MODELS = ("casestudy", "fieldoffice", *VOCABULARIES)

ROLES = {
    "Editor": [
        *SEE, "add_casestudy", "change_casestudy", "submit_casestudy", "revise_casestudy", "restore_casestudy",
        "import_casestudy", "check_links", "view_proposal", *FINDINGS, "delete_fruitlessquestion",
    ],
    "Translator into English": [*SEE, "translate_en"],
    "Translator into Russian": [*SEE, "translate_ru"],
    "Reviewer": [
        *SEE, "publish_casestudy", "return_casestudy", "archive_casestudy", "check_links",
        "view_proposal", *FINDINGS,
    ],
    "Field office": [
        *(f"view_{name}" for name in VOCABULARIES), "propose_casestudy", "submit_casestudy",
    ],
    "Administrator": [
        *(f"{verb}_{name}" for verb in ("view", "add", "change", "delete") for name in MODELS),
        "submit_casestudy", "return_casestudy", "publish_casestudy", "archive_casestudy", "revise_casestudy",
        "restore_casestudy", "import_casestudy", "check_links", "translate_en", "translate_ru",
        "view_user", "add_user", "change_user", "view_group", "view_logentry",
        "view_historyentry", "view_deletedrecord", "view_proposal", "delete_proposal", *FINDINGS, "delete_fruitlessquestion",
    ],
}  # fmt: skip


def make_roles(apps, schema_editor):
    """Make the groups. Permissions are made after all migrations otherwise, and are needed now."""
    for label in ("admin", "auth", "casestudies"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, codenames in ROLES.items():
        permissions = Permission.objects.filter(codename__in=codenames)
        missing = set(codenames) - set(permissions.values_list("codename", flat=True))
        assert not missing, missing
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*permissions)


def remove_roles(apps, schema_editor):
    """Remove the groups, and with them who was in them."""
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("casestudies", "0014_import_jobs"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, remove_roles)]
