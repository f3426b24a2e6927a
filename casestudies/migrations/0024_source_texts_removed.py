"""Count a translation as outdated, too, whose source text was removed: it follows a text that is no longer there."""

import importlib

from django.db import migrations


def _sql(migration: str, beginning: str) -> str:
    """Return the statement of an earlier migration that creates something."""
    operations = importlib.import_module(f"casestudies.migrations.{migration}").Migration.operations
    statements = (getattr(operation, "sql", "") for operation in operations)
    texts = (text for sql in statements for text in ([sql] if isinstance(sql, str) else sql) if beginning in text)
    return next(texts).replace("CREATE ", "CREATE OR REPLACE ", 1)


TRIGGER = _sql("0011_translations", "CREATE FUNCTION casestudies_note_translations()")
VIEW = _sql("0023_translated_indicators", "CREATE VIEW casestudies_indicatortranslation")
ANY_OTHER = TRIGGER.replace("ELSIF source_now <> '' AND source_digest_now", "ELSIF source_digest_now")
OR_NONE = VIEW.replace("NOT IN ('', note.source_text)", "<> note.source_text")
assert ANY_OTHER != TRIGGER and OR_NONE != VIEW


class Migration(migrations.Migration):
    dependencies = [("casestudies", "0023_translated_indicators")]

    operations = [
        migrations.RunSQL(ANY_OTHER, TRIGGER),
        migrations.RunSQL(OR_NONE, VIEW),
        migrations.RunSQL(
            """
            UPDATE casestudies_translatedtext note
            SET source_digest_today = casestudies_text_digest(''),
                source_changed_at = coalesce(note.source_changed_at, study.updated_at)
            FROM casestudies_casestudy study
            WHERE study.id = note.case_study_id AND note.source_text <> ''
            AND coalesce(to_jsonb(study) ->> (note.field || '_' || study.original_language), '') = ''
            """,
            migrations.RunSQL.noop,
        ),
    ]
