"""Tie every translation to the source text it was made from; a trigger notes it, so that no writer can forget."""

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

triggers = importlib.import_module("casestudies.migrations.0004_collection_revision").triggers

FIELDS = ("title", "summary", "challenge", "practice", "results", "lessons", "region_scope")
LANGUAGES = ("en", "ru")
COLUMNS = ", ".join(f"{field}_{language}" for field in FIELDS for language in LANGUAGES)


class Migration(migrations.Migration):

    dependencies = [
        ("casestudies", "0010_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='casestudy',
            name='original_language',
            field=models.CharField(choices=[('en', 'English'), ('ru', 'Русский')], default='en', help_text='The language the texts were written in; those of the other one are translations.', max_length=7, verbose_name='original language'),
        ),
        migrations.CreateModel(
            name='TranslationDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='file')),
                ('language', models.CharField(max_length=7, verbose_name='language')),
                ('units', models.JSONField()),
                ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                ('applied_at', models.DateTimeField(null=True, verbose_name='applied')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
            ],
            options={
                'verbose_name': 'delivery of translations',
                'verbose_name_plural': 'deliveries of translations',
            },
        ),
        migrations.CreateModel(
            name='TranslatedText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(choices=[('title', 'title'), ('summary', 'summary'), ('challenge', 'challenge'), ('practice', 'practice'), ('results', 'results'), ('lessons', 'lessons'), ('region_scope', 'region_scope')], max_length=20, verbose_name='field')),
                ('language', models.CharField(max_length=7, verbose_name='language')),
                ('source_text', models.TextField(verbose_name='source text')),
                ('source_digest', models.CharField(max_length=64)),
                ('source_digest_today', models.CharField(max_length=64)),
                ('source_changed_at', models.DateTimeField(null=True)),
                ('target_digest', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('reviewed_at', models.DateTimeField(null=True, verbose_name='reviewed')),
                ('case_study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='translated_texts', to='casestudies.casestudy')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'translated text',
                'verbose_name_plural': 'translated texts',
                'indexes': [models.Index(condition=models.Q(('source_digest', models.F('source_digest_today')), _negated=True), fields=['language', 'case_study', 'source_changed_at'], name='translated_text_outdated')],
                'constraints': [models.UniqueConstraint(fields=('case_study', 'language', 'field'), name='translated_text_once')],
            },
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION casestudies_text_digest(content text) RETURNS text LANGUAGE sql STABLE AS $$
                SELECT encode(sha256(convert_to(replace(content, E'\\r\\n', E'\\n'), 'UTF8')), 'hex')
            $$
            """,
            "DROP FUNCTION casestudies_text_digest(text)",
        ),
        # A translation that changed is taken to follow the source text as it then is. Where the source text alone
        # changed, the translation goes on following the text that was: without a row yet, the one before this change.
        migrations.RunSQL(
            [
                """
                CREATE FUNCTION casestudies_note_translations() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    before jsonb := to_jsonb(OLD);
                    after jsonb := to_jsonb(NEW);
                    field_name text;
                    language_code text;
                    source_then text;
                    source_now text;
                    target_then text;
                    target_now text;
                    source_digest_now text;
                BEGIN
                    FOREACH field_name IN ARRAY string_to_array(TG_ARGV[0], ',') LOOP
                        source_then := coalesce(before ->> (field_name || '_' || NEW.original_language), '');
                        source_now := coalesce(after ->> (field_name || '_' || NEW.original_language), '');
                        source_digest_now := casestudies_text_digest(source_now);
                        FOREACH language_code IN ARRAY string_to_array(TG_ARGV[1], ',') LOOP
                            CONTINUE WHEN language_code = NEW.original_language;
                            target_then := coalesce(before ->> (field_name || '_' || language_code), '');
                            target_now := coalesce(after ->> (field_name || '_' || language_code), '');
                            IF target_now = '' OR (source_now = '' AND target_now <> target_then) THEN
                                DELETE FROM casestudies_translatedtext
                                WHERE case_study_id = NEW.id AND language = language_code AND field = field_name;
                            ELSIF casestudies_text_digest(target_now) <> casestudies_text_digest(target_then) THEN
                                INSERT INTO casestudies_translatedtext (
                                    case_study_id, language, field, source_text, source_digest, source_digest_today,
                                    source_changed_at, target_digest, made_at, made_by_id, reviewed_at, reviewed_by_id
                                ) VALUES (
                                    NEW.id, language_code, field_name, source_now, source_digest_now, source_digest_now,
                                    NULL, casestudies_text_digest(target_now), clock_timestamp(), NEW.updated_by_id,
                                    NULL, NULL
                                ) ON CONFLICT (case_study_id, language, field) DO UPDATE SET
                                    source_text = excluded.source_text,
                                    source_digest = excluded.source_digest,
                                    source_digest_today = excluded.source_digest_today,
                                    source_changed_at = NULL,
                                    target_digest = excluded.target_digest,
                                    made_at = excluded.made_at,
                                    made_by_id = excluded.made_by_id,
                                    reviewed_at = NULL,
                                    reviewed_by_id = NULL;
                            ELSIF source_now <> '' AND source_digest_now <> casestudies_text_digest(source_then) THEN
                                INSERT INTO casestudies_translatedtext (
                                    case_study_id, language, field, source_text, source_digest, source_digest_today,
                                    target_digest, made_at
                                ) SELECT NEW.id, language_code, field_name, source_then,
                                    casestudies_text_digest(source_then), source_digest_now,
                                    casestudies_text_digest(target_now), OLD.updated_at
                                WHERE source_then <> ''
                                ON CONFLICT (case_study_id, language, field) DO NOTHING;
                                UPDATE casestudies_translatedtext SET
                                    source_digest_today = source_digest_now,
                                    source_changed_at = CASE
                                        WHEN source_digest <> source_digest_now
                                        THEN coalesce(source_changed_at, clock_timestamp())
                                    END
                                WHERE case_study_id = NEW.id AND language = language_code AND field = field_name;
                            END IF;
                        END LOOP;
                    END LOOP;
                    RETURN NULL;
                END $$
                """,
                f"""
                CREATE TRIGGER note_translations AFTER UPDATE OF {COLUMNS} ON casestudies_casestudy FOR EACH ROW
                WHEN (({", ".join(f"OLD.{column}" for column in COLUMNS.split(", "))})
                    IS DISTINCT FROM ({", ".join(f"NEW.{column}" for column in COLUMNS.split(", "))}))
                EXECUTE FUNCTION casestudies_note_translations('{",".join(FIELDS)}', '{",".join(LANGUAGES)}')
                """,
            ],
            [
                "DROP TRIGGER note_translations ON casestudies_casestudy",
                "DROP FUNCTION casestudies_note_translations()",
            ],
        ),
        # Pages say whether their translation is outdated or reviewed.
        *triggers(("translatedtext",), "collection"),
    ]
