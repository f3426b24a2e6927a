"""Keep every published state of a study, note when one is withdrawn, and know when an entry's study changed."""

import importlib

import django.utils.timezone
from django.db import migrations, models

triggers = importlib.import_module("casestudies.migrations.0004_collection_revision").triggers


class Migration(migrations.Migration):

    dependencies = [("casestudies", "0006_entry_written_at")]

    operations = [
        migrations.CreateModel(
            name="CaseStudyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=120, verbose_name="address")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("made_at", models.DateTimeField(db_index=True, verbose_name="made")),
                ("record", models.JSONField(verbose_name="record")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("withdrawn_at", models.DateTimeField(db_index=True, null=True, verbose_name="withdrawn")),
            ],
            options={
                "verbose_name": "version",
                "verbose_name_plural": "versions",
                "ordering": ["slug", "-number"],
                "constraints": [models.UniqueConstraint(fields=("slug", "number"), name="version_number_once")],
            },
        ),
        *triggers(("casestudyversion",), "collection"),
        # Whoever archives, returns or deletes a published study: the moment is noted, and no code can forget it.
        migrations.RunSQL(
            [
                """
                CREATE FUNCTION casestudies_note_withdrawal() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    UPDATE casestudies_casestudyversion SET withdrawn_at = clock_timestamp()
                    WHERE withdrawn_at IS NULL AND (slug, number) = (
                        SELECT slug, max(number) FROM casestudies_casestudyversion WHERE slug = OLD.slug GROUP BY slug
                    );
                    RETURN NULL;
                END $$
                """,
                """
                CREATE TRIGGER note_withdrawal AFTER UPDATE OF status ON casestudies_casestudy FOR EACH ROW
                WHEN (OLD.status = 'published' AND NEW.status <> 'published')
                EXECUTE FUNCTION casestudies_note_withdrawal()
                """,
                """
                CREATE TRIGGER note_deletion AFTER DELETE ON casestudies_casestudy FOR EACH ROW
                WHEN (OLD.status = 'published')
                EXECUTE FUNCTION casestudies_note_withdrawal()
                """,
            ],
            [
                "DROP TRIGGER note_deletion ON casestudies_casestudy",
                "DROP TRIGGER note_withdrawal ON casestudies_casestudy",
                "DROP FUNCTION casestudies_note_withdrawal()",
            ],
        ),
        migrations.AddField(
            model_name="searchentry",
            name="changed_at",
            field=models.DateTimeField(db_index=True, default=django.utils.timezone.now),
            preserve_default=False,
        ),
        # Versions of studies published before are made by load_collection, which every upgrade runs.
        migrations.RunSQL(
            "UPDATE casestudies_searchentry entry SET changed_at = study.updated_at"
            " FROM casestudies_casestudy study WHERE study.id = entry.case_study_id",
            migrations.RunSQL.noop,
        ),
    ]
