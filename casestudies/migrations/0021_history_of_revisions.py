"""The history of a study finds that of its revisions."""

from django.db import migrations, models
from django.db.models.fields.json import KeyTransform


class Migration(migrations.Migration):

    dependencies = [("casestudies", "0020_roles")]

    operations = [
        migrations.AddIndex(
            model_name="historyentry",
            index=models.Index(KeyTransform("revises_id", "standing"), name="history_of_revisions"),
        ),
    ]
