"""What Django's model options cannot say: text search configurations, and rules that span two tables."""

from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

WORD_TOKENS = "asciiword, asciihword, hword_asciipart, word, hword, hword_part"


def text_search_configuration(language: str, dictionary: str) -> migrations.RunSQL:
    """Return an operation that makes `handbook_<language>`: accents are dropped before words are stemmed."""
    configuration = f"handbook_{language}"
    # An ASCII word in a Russian text is English; the built-in configuration stems it so, and unaccent leaves it alone.
    words = WORD_TOKENS if language == "en" else "word, hword, hword_part"
    return migrations.RunSQL(
        [
            f"CREATE TEXT SEARCH CONFIGURATION {configuration} (COPY = pg_catalog.{dictionary})",
            f"ALTER TEXT SEARCH CONFIGURATION {configuration}"
            f" ALTER MAPPING FOR {words} WITH unaccent, {dictionary}_stem",
        ],
        f"DROP TEXT SEARCH CONFIGURATION {configuration}",
    )


class Migration(migrations.Migration):
    """Make search configurations, and let the database refuse what would mislead a reader."""

    dependencies = [("casestudies", "0001_initial")]

    operations = [
        UnaccentExtension(),
        text_search_configuration("en", "english"),
        text_search_configuration("ru", "russian"),
        # Compressed vectors are slow to rank; outside the row they do not slow down counting.
        migrations.RunSQL(
            "ALTER TABLE casestudies_searchentry ALTER COLUMN document SET STORAGE EXTERNAL",
            "ALTER TABLE casestudies_searchentry ALTER COLUMN document SET STORAGE EXTENDED",
        ),
        migrations.RunSQL(
            """
            ALTER TABLE casestudies_outcome ADD CONSTRAINT outcome_source_is_of_same_study
            FOREIGN KEY (source_id, case_study_id) REFERENCES casestudies_source (id, case_study_id)
            DEFERRABLE INITIALLY DEFERRED
            """,
            "ALTER TABLE casestudies_outcome DROP CONSTRAINT outcome_source_is_of_same_study",
        ),
        migrations.RunSQL(
            """
            ALTER TABLE casestudies_caseprovision ADD CONSTRAINT provision_is_of_same_convention
            FOREIGN KEY (provision_id, convention_id) REFERENCES casestudies_provision (id, convention_id)
            DEFERRABLE INITIALLY DEFERRED
            """,
            "ALTER TABLE casestudies_caseprovision DROP CONSTRAINT provision_is_of_same_convention",
        ),
        # "Every published study cites its sources" spans two tables: checked when the transaction ends.
        migrations.RunSQL(
            [
                """
                CREATE FUNCTION casestudies_published_study_has_source() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    study_id bigint := CASE TG_TABLE_NAME
                        WHEN 'casestudies_source' THEN (to_jsonb(OLD) ->> 'case_study_id')::bigint
                        ELSE (to_jsonb(NEW) ->> 'id')::bigint
                    END;
                BEGIN
                    IF EXISTS (SELECT FROM casestudies_casestudy WHERE id = study_id AND status = 'published')
                        AND NOT EXISTS (SELECT FROM casestudies_source WHERE case_study_id = study_id)
                    THEN
                        RAISE EXCEPTION 'a published study needs at least one source (study %)', study_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'published_study_has_source';
                    END IF;
                    RETURN NULL;
                END $$
                """,
                """
                CREATE CONSTRAINT TRIGGER published_study_has_source AFTER INSERT OR UPDATE OF status
                ON casestudies_casestudy DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION casestudies_published_study_has_source()
                """,
                """
                CREATE CONSTRAINT TRIGGER published_study_keeps_source AFTER DELETE OR UPDATE OF case_study_id
                ON casestudies_source DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION casestudies_published_study_has_source()
                """,
            ],
            [
                "DROP TRIGGER published_study_keeps_source ON casestudies_source",
                "DROP TRIGGER published_study_has_source ON casestudies_casestudy",
                "DROP FUNCTION casestudies_published_study_has_source()",
            ],
        ),
    ]
