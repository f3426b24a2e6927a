"""Keep published studies ready for files, and drop what is kept of a study with every change of what it says."""

import django.db.models.deletion
from django.db import migrations, models

OWNED = ("casechapter", "casecountry", "caseprovision", "casetheme", "outcome", "place", "source", "translatedtext")
# What records name of a vocabulary, and where studies refer to it. Names are no part of a record.
NAMED = (
    ("chapter", "number", "casestudy.chapter_id", "casechapter.chapter_id"),
    ("theme", "code", "casetheme.theme_id"),
    ("country", "alpha2", "casecountry.country_id", "place.country_id"),
    ("convention", "code", "caseprovision.convention_id"),
    ("provision", "ref_en", "caseprovision.provision_id"),
)


def drops(table: str, event: str, *studies: str, when: str = "") -> migrations.RunSQL:
    """Return the operation that makes every row of `table` drop what is kept of the studies that SQL names."""
    name = f"casestudies_drop_kept_of_{table}"
    return migrations.RunSQL(
        [
            f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                DELETE FROM casestudies_keptrecord WHERE case_study_id IN ({" UNION ALL ".join(studies)});
                RETURN NULL;
            END $$
            """,
            f"CREATE TRIGGER drop_kept AFTER {event} ON casestudies_{table} FOR EACH ROW {when}"
            f" EXECUTE FUNCTION {name}()",
        ],
        [f"DROP TRIGGER drop_kept ON casestudies_{table}", f"DROP FUNCTION {name}()"],
    )


def referring(place: str) -> str:
    """Return SQL for the studies that refer to a record of a vocabulary."""
    table, column = place.split(".")
    study = "id" if table == "casestudy" else "case_study_id"
    return f"SELECT {study} FROM casestudies_{table} WHERE {column} = NEW.id"


class Migration(migrations.Migration):
    dependencies = [("casestudies", "0021_history_of_revisions")]

    operations = [
        migrations.CreateModel(
            name="KeptRecord",
            fields=[
                (
                    "case_study",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="casestudies.casestudy",
                    ),
                ),
                ("form", models.CharField(max_length=16)),
                ("content", models.TextField()),
            ],
        ),
        drops("casestudy", "UPDATE OR DELETE", "SELECT OLD.id"),
        *(
            drops(table, "INSERT OR UPDATE OR DELETE", "SELECT OLD.case_study_id", "SELECT NEW.case_study_id")
            for table in OWNED
        ),
        drops(
            "casestudyversion",
            "INSERT OR UPDATE OR DELETE",
            "SELECT id FROM casestudies_casestudy WHERE slug IN (OLD.slug, NEW.slug)",
        ),
        *(
            drops(
                table,
                "UPDATE",
                *map(referring, places),
                when=f"WHEN (OLD.{column} IS DISTINCT FROM NEW.{column})",
            )
            for table, column, *places in NAMED
        ),
    ]
