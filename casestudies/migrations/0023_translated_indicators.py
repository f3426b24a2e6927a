"""Tie the translations of indicators to the source texts they were made from, as 0011 does for the texts of studies.

A migration that changes the columns of the indicator drops the view before and makes it anew after.
"""

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

triggers = importlib.import_module("casestudies.migrations.0004_collection_revision").triggers
drops = importlib.import_module("casestudies.migrations.0022_kept_records").drops

LANGUAGES = ("en", "ru")


def indicator_in(language: str, outcome: str = "outcome") -> str:
    """Return SQL for the indicator of an outcome in the language that SQL names; "" where there is none."""
    texts = " ".join(f"WHEN '{code}' THEN {outcome}.indicator_{code}" for code in LANGUAGES)
    return f"coalesce(CASE {language} {texts} END, '')"


class Migration(migrations.Migration):
    dependencies = [
        ("casestudies", "0022_kept_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TranslatedIndicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=7, verbose_name="language")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("reviewed_at", models.DateTimeField(null=True, verbose_name="reviewed")),
                ("source_text", models.CharField(max_length=300, verbose_name="source text")),
                ("target_text", models.CharField(max_length=300)),
                (
                    "case_study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="translated_indicators",
                        to="casestudies.casestudy",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "translated indicator",
                "verbose_name_plural": "translated indicators",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case_study", "language", "target_text", "source_text"),
                        name="translated_indicator_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IndicatorTranslation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outcome_id", "language", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("language", models.CharField(max_length=7)),
                ("number", models.IntegerField()),
                ("is_outdated", models.BooleanField()),
            ],
            options={
                "db_table": "casestudies_indicatortranslation",
                "managed": False,
                "default_permissions": (),
            },
        ),
        # Of the notes about its translation an outcome goes by the one on the source text that it has, or else the
        # latest: then the source text is another one by now.
        migrations.RunSQL(
            f"""
            CREATE VIEW casestudies_indicatortranslation AS
            SELECT DISTINCT ON (outcome.case_study_id, outcome.id, note.language)
                outcome.case_study_id,
                outcome.id AS outcome_id,
                note.language,
                (
                    SELECT count(*) FROM casestudies_outcome other WHERE other.case_study_id = outcome.case_study_id
                    AND (other.position, other.id) <= (outcome.position, outcome.id)
                ) AS number,
                note.id AS note_id,
                {indicator_in("study.original_language")} NOT IN ('', note.source_text) AS is_outdated
            FROM casestudies_translatedindicator note
            JOIN casestudies_casestudy study
                ON study.id = note.case_study_id AND study.original_language <> note.language
            JOIN casestudies_outcome outcome
                ON outcome.case_study_id = study.id AND {indicator_in("note.language")} = note.target_text
            ORDER BY outcome.case_study_id, outcome.id, note.language,
                note.source_text = {indicator_in("study.original_language")} DESC, note.made_at DESC, note.id DESC
            """,
            "DROP VIEW casestudies_indicatortranslation",
        ),
        # What outcomes said before a statement changed or deleted them: each translation was made from the text that stood
        # beside it, unless something is known of it already. The same of other outcomes of the study that have
        # the same translation, for what is known of one source text alone would make that of another outdated.
        migrations.RunSQL(
            [
                f"""
                CREATE FUNCTION casestudies_note_indicators() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF NOT EXISTS (SELECT FROM gone) THEN
                        RETURN NULL;
                    END IF;
                    IF TG_OP = 'UPDATE' THEN
                        IF NOT EXISTS (
                            SELECT FROM gone JOIN come USING (id)
                            WHERE ({", ".join(f"gone.indicator_{code}" for code in LANGUAGES)})
                                IS DISTINCT FROM ({", ".join(f"come.indicator_{code}" for code in LANGUAGES)})
                        ) THEN
                            RETURN NULL;
                        END IF;
                    END IF;
                    INSERT INTO casestudies_translatedindicator (
                        case_study_id, language, source_text, target_text, made_at
                    )
                    SELECT DISTINCT study.id, code, pair.source, pair.target, study.updated_at
                    FROM (
                        SELECT * FROM gone
                        UNION ALL
                        SELECT * FROM casestudies_outcome
                        WHERE case_study_id IN (SELECT case_study_id FROM gone) AND id NOT IN (SELECT id FROM gone)
                    ) outcome
                    JOIN casestudies_casestudy study ON study.id = outcome.case_study_id
                    JOIN unnest('{{{",".join(LANGUAGES)}}}'::text[]) code ON code <> study.original_language
                    CROSS JOIN LATERAL (
                        SELECT {indicator_in("study.original_language")} AS source, {indicator_in("code")} AS target
                    ) pair
                    WHERE pair.source <> '' AND pair.target <> ''
                    AND (study.id, pair.target) IN (SELECT case_study_id, {indicator_in("code", "gone")} FROM gone)
                    AND NOT EXISTS (
                        SELECT FROM casestudies_translatedindicator note
                        WHERE note.case_study_id = study.id AND note.language = code AND note.target_text = pair.target
                    )
                    ON CONFLICT DO NOTHING;
                    RETURN NULL;
                END $$
                """,
                """
                CREATE TRIGGER note_indicators_changed AFTER UPDATE ON casestudies_outcome
                REFERENCING OLD TABLE AS gone NEW TABLE AS come
                FOR EACH STATEMENT EXECUTE FUNCTION casestudies_note_indicators()
                """,
                """
                CREATE TRIGGER note_indicators_gone AFTER DELETE ON casestudies_outcome REFERENCING OLD TABLE AS gone
                FOR EACH STATEMENT EXECUTE FUNCTION casestudies_note_indicators()
                """,
            ],
            [
                "DROP TRIGGER note_indicators_gone ON casestudies_outcome",
                "DROP TRIGGER note_indicators_changed ON casestudies_outcome",
                "DROP FUNCTION casestudies_note_indicators()",
            ],
        ),
        # The outcomes of a study that is deleted go before it, and leave notes.
        migrations.RunSQL(
            [
                """
                CREATE FUNCTION casestudies_forget_indicators() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    DELETE FROM casestudies_translatedindicator WHERE case_study_id = OLD.id;
                    RETURN NULL;
                END $$
                """,
                """
                CREATE TRIGGER forget_indicators AFTER DELETE ON casestudies_casestudy
                FOR EACH ROW EXECUTE FUNCTION casestudies_forget_indicators()
                """,
            ],
            [
                "DROP TRIGGER forget_indicators ON casestudies_casestudy",
                "DROP FUNCTION casestudies_forget_indicators()",
            ],
        ),
        # Pages and files say whether their translation is outdated or reviewed.
        *triggers(("translatedindicator",), "collection"),
        drops("translatedindicator", "INSERT OR UPDATE OR DELETE", "SELECT OLD.case_study_id", "SELECT NEW.case_study_id"),
    ]
