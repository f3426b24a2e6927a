"""The history of every record, which nobody can rewrite."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("casestudies", "0008_workflow"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoryEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("key", models.CharField(max_length=250, verbose_name="key")),
                ("object_id", models.BigIntegerField(verbose_name="primary key")),
                ("label", models.CharField(max_length=300, verbose_name="name")),
                ("action", models.CharField(max_length=30, verbose_name="action")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                ("by_name", models.CharField(blank=True, max_length=300, verbose_name="by")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("record", models.JSONField(default=dict, verbose_name="record")),
                ("standing", models.JSONField(default=dict, verbose_name="standing")),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="digest")),
                (
                    "along_with",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="companions",
                        to="casestudies.historyentry",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "history entry",
                "verbose_name_plural": "history entries",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["kind", "object_id", "-id"], name="history_of_a_record")],
            },
        ),
        migrations.CreateModel(
            name="DeletedRecord",
            fields=[],
            options={
                "verbose_name": "deleted record",
                "verbose_name_plural": "deleted records",
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("casestudies.historyentry",),
        ),
        # An account that is deleted is forgotten; everything else in an entry stays, whoever asks.
        migrations.RunSQL(
            [
                """
                CREATE FUNCTION casestudies_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP = 'UPDATE' AND NEW.by_id IS NULL AND to_jsonb(NEW) - 'by_id' = to_jsonb(OLD) - 'by_id' THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'The history cannot be rewritten.' USING ERRCODE = 'restrict_violation';
                END $$
                """,
                """
                CREATE TRIGGER refuse_rewriting BEFORE UPDATE OR DELETE ON casestudies_historyentry FOR EACH ROW
                EXECUTE FUNCTION casestudies_refuse_rewriting()
                """,
            ],
            [
                "DROP TRIGGER refuse_rewriting ON casestudies_historyentry",
                "DROP FUNCTION casestudies_refuse_rewriting()",
            ],
        ),
    ]
