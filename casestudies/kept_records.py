"""Studies kept ready for files: each as one text that only needs reading.

To put a study together PostgreSQL reads nine tables, which takes ten times as long as to read what it made of them.
So the record of every published study is kept. Whatever changes a study, by hand, by import or in plain SQL, makes a
trigger (migration 0021) drop its record in the same transaction; `complete` makes those that are missing. A study
without a record is read as if none were kept, so a file never waits for one and never shows an old one.
"""

import hashlib
from functools import cache

from django.db import connection, transaction

from .collection_records import LANGUAGES
from .models.case import TEXT_FIELDS
from .models.translated_text import TRANSLATED_FIELDS

BATCH_SIZE = 1000
# Until the transaction ends nobody else writes, as the triggers of a revision see to (docs/decisions/0009): what is put
# together here cannot be changed by somebody else before it is kept.
_HOLD_WRITERS = "SELECT FROM casestudies_collectionrevision WHERE scope = 'collection' FOR UPDATE"
# Every published study has an entry; to look through those takes a fraction of looking through studies.
_MISSING = """
SELECT entry.case_study_id FROM casestudies_searchentry entry
LEFT JOIN casestudies_keptrecord kept ON kept.case_study_id = entry.case_study_id AND kept.form = %s
WHERE kept.case_study_id IS NULL
"""
_KEEP = """
INSERT INTO casestudies_keptrecord (case_study_id, form, content) SELECT id, %(form)s, content FROM ({statement}) made
ON CONFLICT (case_study_id) DO UPDATE SET form = excluded.form, content = excluded.content
"""


def complete() -> None:
    """Keep the record of every published study that has none, or has one in the form of another release."""
    making = _KEEP.format(statement=statement("%(ids)s", of_any_status=False))
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [form()])
        missing = [pk for (pk,) in cursor.fetchall()]
        for start in range(0, len(missing), BATCH_SIZE):
            with transaction.atomic():
                cursor.execute(_HOLD_WRITERS)
                cursor.execute(making, {"ids": missing[start : start + BATCH_SIZE], "form": form()})


@cache
def form() -> str:
    """Return a digest of how records are made: of one made otherwise no use is made."""
    return hashlib.sha256(statement("", of_any_status=False).encode()).hexdigest()[:16]


# The statement that puts studies together --------------------------------------------------------------------------


def _object(**values: str) -> str:
    """Return SQL for a JSON object with these expressions."""
    return "json_build_object({})".format(", ".join(f"'{key}', {value}" for key, value in values.items()))


def _by_language(field: str) -> str:
    return _object(**{language: f"coalesce({field}_{language}, '')" for language in LANGUAGES})


def _links(model: str, joins: str = "", counted: str = "", **columns: str) -> str:
    """Return SQL that joins lists of what the studies are linked to, in their order, as columns of `model`.

    `counted` is SQL for further columns.
    """
    lists = ", ".join(f"json_agg({value} ORDER BY link.position, link.id) AS {key}" for key, value in columns.items())
    return f"""
    LEFT JOIN (
        SELECT link.case_study_id, {lists}{counted} FROM casestudies_{model} link {joins}
        WHERE link.case_study_id = ANY({{ids}}::bigint[]) GROUP BY link.case_study_id
    ) {model} ON {model}.case_study_id = study.id"""


def _list(column: str) -> str:
    return f"coalesce({column}, '[]')"


_COUNTRY = "casestudies_country country ON country.id = link.country_id"
_LINKS = (
    _links("casechapter", "JOIN casestudies_chapter other ON other.id = link.chapter_id", numbers="other.number"),
    _links("casetheme", "JOIN casestudies_theme theme ON theme.id = link.theme_id", codes="theme.code"),
    _links("casecountry", f"JOIN {_COUNTRY}", codes="country.alpha2"),
    _links(
        "caseprovision",
        "JOIN casestudies_convention convention ON convention.id = link.convention_id"
        " LEFT JOIN casestudies_provision provision ON provision.id = link.provision_id",
        instruments=_object(code="convention.code", provision="provision.ref_en"),
    ),
    _links(
        "place",
        f"LEFT JOIN {_COUNTRY}",
        places=_object(name="link.name", country="country.alpha2", lat="link.latitude", lon="link.longitude"),
    ),
    _links(
        "outcome",
        counted="".join(f", count(nullif(link.indicator_{code}, '')) AS indicators_{code}" for code in LANGUAGES),
        outcomes=_object(
            indicator=_by_language("link.indicator"),
            before="trim_scale(link.before)",
            after="trim_scale(link.after)",
            unit="link.unit",
            before_year="link.before_year",
            after_year="link.after_year",
            better="link.better",
            source="link.source_id",
        ),
    ),
    _links(
        "source",
        sources=_object(
            pk="link.id",
            title="link.title",
            publisher="link.publisher",
            year="link.year",
            url="nullif(link.url, '')",
            checked="link.checked",
        ),
    ),
)


def _made(language: str) -> str:
    """Return SQL that joins what is noted about the texts of a language that are translations."""
    return f"""
    LEFT JOIN (
        SELECT case_study_id, count(reviewed_at) AS reviewed, min(made_at) FILTER (WHERE is_outdated) AS follows
        FROM (
            SELECT case_study_id, language, reviewed_at, made_at, source_digest <> source_digest_today AS is_outdated
            FROM casestudies_translatedtext
            UNION ALL
            SELECT link.case_study_id, link.language, reviewed_at, made_at, is_outdated
            FROM casestudies_indicatortranslation link JOIN casestudies_translatedindicator note ON note.id = note_id
        ) noted
        WHERE language = '{language}' AND case_study_id = ANY({{ids}}::bigint[]) GROUP BY case_study_id
    ) made_{language} ON made_{language}.case_study_id = study.id"""


def _translation(language: str) -> str:
    """Return SQL for how a translation stands, as `translations.standing` has it of a model; null for an original."""
    lengths = (f"octet_length(study.{field}_{language})" for field in TRANSLATED_FIELDS)
    texts = " + ".join(f"coalesce({length} > 0, false)::int" for length in lengths)
    texts = f"{texts} + coalesce(outcome.indicators_{language}, 0)"
    standing = _object(reviewed=f"coalesce(made_{language}.reviewed, 0) = {texts}", follows=f"made_{language}.follows")
    return f"CASE WHEN study.original_language <> '{language}' AND {texts} > 0 THEN {standing} END"


def statement(ids: str, *, of_any_status: bool) -> str:
    """Return SQL that gives primary key and content of the published studies among `ids`, or of those of any status.

    The content holds the study as `collection_records.case_record` has it of a model (a test compares the two), but
    that outcomes name the primary key of their source; and beside it what files add.
    """
    record = _object(
        slug="study.slug",
        chapter="chapter.number",
        other_chapters=_list("casechapter.numbers"),
        themes=_list("casetheme.codes"),
        countries=_list("casecountry.codes"),
        region_scope=f"CASE WHEN concat(study.region_scope_en, study.region_scope_ru) <> ''"
        f" THEN {_by_language('study.region_scope')} END",
        instruments=_list("caseprovision.instruments"),
        transport_modes="study.transport_modes",
        period=_object(start="study.period_start", end="study.period_end"),
        places=_list("place.places"),
        implementers="study.implementers",
        **{
            language: _object(**{field: f"coalesce(study.{field}_{language}, '')" for field in TEXT_FIELDS})
            for language in LANGUAGES
        },
        outcomes=_list("outcome.outcomes"),
        sources=_list("source.sources"),
        handbook="study.handbook",
        confidence="study.confidence",
    )
    content = _object(
        record=record,
        updated="coalesce(version.made_at, study.updated_at)",
        saved="study.updated_at",
        published="study.published_at",
        version="version.number",
        original_language="study.original_language",
        translations=_object(**{language: _translation(language) for language in LANGUAGES}),
    )
    condition = "true" if of_any_status else "study.status = 'published'"
    return f"""
    SELECT study.id, {content}::text AS content
    FROM casestudies_casestudy study
    JOIN casestudies_chapter chapter ON chapter.id = study.chapter_id{"".join(_LINKS)}{"".join(map(_made, LANGUAGES))}
    LEFT JOIN LATERAL (
        SELECT version.number, version.made_at FROM casestudies_casestudyversion version
        WHERE version.slug = study.slug AND study.status = 'published' ORDER BY version.number DESC LIMIT 1
    ) version ON true
    WHERE {condition} AND study.id = ANY({{ids}}::bigint[])""".format(ids=ids)
