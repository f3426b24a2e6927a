"""The table of the cache that all processes share: counts of failed codes, and codes used once."""

from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    call_command("createcachetable", "shared_cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("casestudies", "0012_evidence")]
    operations = [
        migrations.RunPython(
            create, lambda apps, schema_editor: schema_editor.execute('DROP TABLE IF EXISTS "shared_cache"')
        )
    ]
