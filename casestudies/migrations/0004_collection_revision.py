"""Tell that something changed, whoever wrote it: a value that every writing statement replaces."""

import uuid

from django.db import migrations, models

# What a reader's page may show. Vocabulary decides also how questions are understood.
VOCABULARY = (
    "chapter", "chaptertheme", "concept", "convention", "country", "glossaryterm", "glossarytermtheme", "organization",
    "provision", "provisiontheme", "region", "theme",
)
COLLECTION = (
    "casechapter", "casecountry", "caseprovision", "casestudy", "casetheme", "outcome", "party", "place",
    "searchentry", "searchword", "source",
)


def triggers(tables: tuple[str, ...], *scopes: str) -> list[migrations.RunSQL]:
    """Return operations that renew the revisions `scopes` before each statement that writes to the tables.

    Before, not after: writers then wait for one another before they hold rows that the other waits for.
    """
    arguments = ", ".join(f"'{scope}'" for scope in scopes)
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER renew_revision BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON casestudies_{table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION casestudies_renew_revision({arguments})",
            f"DROP TRIGGER renew_revision ON casestudies_{table}",
        )
        for table in tables
    ]


class Migration(migrations.Migration):
    """Keep a revision of the collection and one of its vocabulary."""

    dependencies = [("casestudies", "0003_questions")]

    operations = [
        migrations.CreateModel(
            name="CollectionRevision",
            fields=[
                ("scope", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("value", models.UUIDField(default=uuid.uuid4)),
            ],
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION casestudies_renew_revision() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO casestudies_collectionrevision (scope, value)
                SELECT scope, gen_random_uuid() FROM unnest(TG_ARGV) AS scope ORDER BY scope
                ON CONFLICT (scope) DO UPDATE SET value = excluded.value;
                RETURN NULL;
            END $$
            """,
            "DROP FUNCTION casestudies_renew_revision()",
        ),
        *triggers(VOCABULARY, "collection", "vocabulary"),
        *triggers(COLLECTION, "collection"),
    ]
