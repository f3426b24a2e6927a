"""Keeping the search entries true: one statement, run in the transaction that changed what they are made of.

Everything that writes a study calls `refresh` before its transaction ends: the admin, the editorial functions and
`load_collection`. Names of what a study is linked to stand in no entry: the lexicon looks them up when a question is
asked, so that a changed synonym works at once. Only a country's standing, region and place in the order are copied.
"""

import hashlib
from collections.abc import Iterable

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext

from . import kept_records, search
from .models import Outcome

BATCH_SIZE = 2000
# Between two texts that are indexed together.
_FULL_STOP = "' . '"
_WEIGHTED_TEXTS = {
    "A": ["study.title_{language}"],
    "B": ["study.summary_{language}", "study.region_scope_{language}"],
    "C": [
        "study.challenge_{language}",
        "study.practice_{language}",
        "study.results_{language}",
        "study.lessons_{language}",
        "outcome.names_{language}",
    ],
}
# What is kept in one language only, its own; foreign names are stemmed as English, as a question for them is.
_WEIGHTED_NAMES = {"C": [f"array_to_string(study.implementers, {_FULL_STOP})", "place.names"], "D": ["source.names"]}


def _vector(language: str, weight: str, texts: list[str]) -> str:
    """Return the SQL for the weighted lexemes of some texts."""
    joined = ", ".join(text.format(language=language) for text in texts)
    blanks = " " * len(search.MISREAD)
    # Nearly all texts are composed already, and to see that takes a third of composing them.
    composed = "CASE WHEN text IS NFC NORMALIZED THEN text ELSE normalize(text) END"
    cleaned = f"translate({composed}, '{search.MISREAD}', '{blanks}')"
    return (
        f"(SELECT setweight(to_tsvector('handbook_{language}', {cleaned}), '{weight}')"
        f" FROM concat_ws({_FULL_STOP}, {joined}) AS text)"
    )


_ORDER_KEY = "trim(regexp_replace(lower(unaccent({text})), '[^[:alnum:]]+', ' ', 'g'))"
_TITLE_ORDER = _ORDER_KEY.format(text="coalesce(nullif(study.title_{language}, ''), study.title_en, '')")
_COUNTRY_ORDER = _ORDER_KEY.format(
    text="coalesce(country.first_{language}, nullif(study.region_scope_{language}, ''), study.region_scope_en, '~')"
)
# Each link is a lexeme with a weight: what a study is mainly about weighs as its title, what it touches as its texts.
_LINKS = "(concat_ws(' ', chapter.links, theme.links, country.links, convention.links, mode.links))::tsvector"
_REFRESH = """
INSERT INTO {table} (
    case_study_id, document, headings, chapters, themes, countries, regions, conventions, provisions,
    transport_modes, osce, unece, lldc, field_operation, measured, period_start, period_end, changed_at,
    written_at, {order_columns}
)
SELECT
    study.id,
    {document} || {links},
    {titles} || {links},
    chapter.ids, coalesce(theme.ids, '{{}}'), coalesce(country.ids, '{{}}'), coalesce(country.regions, '{{}}'),
    coalesce(convention.ids, '{{}}'), coalesce(convention.provisions, '{{}}'),
    study.transport_modes, coalesce(country.osce, '{{}}'), coalesce(country.unece, false),
    coalesce(country.lldc, false), coalesce(country.field_operation, false), outcome.ids IS NOT NULL,
    study.period_start, study.period_end, coalesce(version.made_at, study.updated_at),
    clock_timestamp(), {orders}
FROM casestudies_casestudy study
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT c.id) AS ids,
        string_agg(
            format('''chapter=%%s'':1%%s', c.id, CASE WHEN c.id = study.chapter_id THEN 'B' ELSE 'C' END), ' '
        ) AS links
    FROM casestudies_chapter c
    WHERE c.id = study.chapter_id
       OR c.id IN (SELECT chapter_id FROM casestudies_casechapter WHERE case_study_id = study.id)
) chapter
CROSS JOIN LATERAL (
    SELECT array_agg(theme_id) AS ids,
        string_agg(format('''theme=%%s'':1%%s', theme_id, CASE WHEN place = 1 THEN 'A' ELSE 'B' END), ' ') AS links
    FROM (
        SELECT theme_id, row_number() OVER (ORDER BY position, id) AS place
        FROM casestudies_casetheme WHERE case_study_id = study.id
    ) link
) theme
CROSS JOIN LATERAL (
    SELECT array_agg(c.id) AS ids, array_agg(DISTINCT c.region_id) AS regions,
        array_agg(DISTINCT c.osce::text) FILTER (WHERE c.osce <> '') AS osce,
        bool_or(c.unece) AS unece, bool_or(c.lldc) AS lldc,
        bool_or(coalesce(c.field_operation_en, '') <> '') AS field_operation, {country_first},
        concat_ws(' ',
            string_agg(format('''country=%%s'':1%%s', c.id, CASE WHEN number < 4 THEN 'A' ELSE 'B' END), ' '),
            string_agg(DISTINCT format('''region=%%s'':1C', c.region_id), ' '),
            CASE WHEN bool_or(c.lldc) THEN '''lldc=1'':1C' END
        ) AS links
    FROM (
        SELECT country_id, position, id, count(*) OVER () AS number
        FROM casestudies_casecountry WHERE case_study_id = study.id
    ) link
    JOIN casestudies_country c ON c.id = link.country_id
) country
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT convention_id) AS ids,
        array_agg(DISTINCT provision_id) FILTER (WHERE provision_id IS NOT NULL) AS provisions,
        concat_ws(' ',
            string_agg(DISTINCT format('''convention=%%s'':1B', convention_id), ' '),
            string_agg(DISTINCT format('''provision=%%s'':1A', provision_id), ' ')
                FILTER (WHERE provision_id IS NOT NULL)
        ) AS links
    FROM casestudies_caseprovision WHERE case_study_id = study.id
) convention
CROSS JOIN LATERAL (
    SELECT string_agg(format('''mode=%%s'':1C', mode), ' ') AS links FROM unnest(study.transport_modes) AS mode
) mode
CROSS JOIN LATERAL (
    SELECT array_agg(o.id) AS ids, {outcome_names}
    FROM casestudies_outcome o WHERE o.case_study_id = study.id
) outcome
CROSS JOIN LATERAL (
    SELECT string_agg(p.name, ' . ') AS names FROM casestudies_place p WHERE p.case_study_id = study.id
) place
CROSS JOIN LATERAL (
    SELECT string_agg(concat_ws(' . ', s.title, s.publisher), ' . ') AS names
    FROM casestudies_source s WHERE s.case_study_id = study.id
) source
CROSS JOIN LATERAL (
    SELECT max(v.made_at) AS made_at FROM casestudies_casestudyversion v WHERE v.slug = study.slug
) version
WHERE study.status = 'published' AND study.id = ANY(%(ids)s)
{update}
"""
_REMOVE = """
DELETE FROM casestudies_searchentry entry USING casestudies_casestudy study
WHERE study.id = entry.case_study_id AND study.status <> 'published' AND study.id = ANY(%(ids)s)
"""
# The words of titles and summaries, which people search for; those of all texts would take as long as all the rest.
# ts_stat takes the text of a statement, whose parameters are put in as literals before.
_WORDS = """
SELECT word, ndoc FROM ts_stat(format($$
    SELECT to_tsvector('handbook_words', concat_ws(' ', {texts})) FROM casestudies_casestudy study
    WHERE study.status = 'published' AND study.id = ANY(%%L)
$$, %(ids)s::bigint[]))
WHERE length(word) BETWEEN 3 AND 40
"""
_COLUMNS = [
    "document",
    "headings",
    "chapters",
    "themes",
    "countries",
    "regions",
    "conventions",
    "provisions",
    "transport_modes",
    "osce",
    "unece",
    "lldc",
    "field_operation",
    "measured",
    "period_start",
    "period_end",
    "changed_at",
    "written_at",
]
_LANGUAGES = [code for code, _name in settings.LANGUAGES]


def refresh(case_study_ids: Iterable[int]) -> None:
    """Write the search entries of these studies anew, and drop those of studies no longer published.

    What files read of studies, the triggers dropped where it changed; it is made anew too.
    """
    identifiers = list(case_study_ids)
    for start in range(0, len(identifiers), BATCH_SIZE):
        parameters = {"ids": identifiers[start : start + BATCH_SIZE]}
        with connection.cursor() as cursor:
            cursor.execute(_REMOVE, parameters)
            cursor.execute(_refresh_statement(), parameters)
            cursor.execute(
                "INSERT INTO casestudies_searchword (word, studies)"
                f" SELECT word, ndoc FROM ({_words_statement()}) AS found ON CONFLICT DO NOTHING",
                parameters,
            )
    kept_records.complete()


def fingerprint() -> str:
    """Return a digest of how entries are made: entries made under another must be made anew."""
    return hashlib.sha256((_refresh_statement() + _words_statement()).encode()).hexdigest()


def words_in(case_study_ids: list[int]) -> dict[str, int]:
    """Return the words of these studies' titles and summaries with the number of studies that hold each."""
    with connection.cursor() as cursor:
        cursor.execute(_words_statement(), {"ids": case_study_ids})
        return dict(cursor.fetchall())


def write_entries(case_study_ids: list[int], table: str) -> None:
    """Write the search entries of these studies to a table that is made like that of SearchEntry."""
    with connection.cursor() as cursor:
        cursor.execute(_refresh_statement(table), {"ids": case_study_ids})


def outcomes_in_words(case_study_ids: list[int]) -> dict[int, dict[str, str]]:
    """Return by primary key and language what the entries hold of the outcomes of those studies that have some."""
    columns = ", ".join(_outcome_in_words(language) for language in _LANGUAGES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.case_study_id, {columns} FROM casestudies_outcome o"
            " WHERE o.case_study_id = ANY(%(ids)s) GROUP BY o.case_study_id",
            {"ids": case_study_ids},
        )
        return {pk: dict(zip(_LANGUAGES, texts, strict=True)) for pk, *texts in cursor.fetchall()}


def _words_statement() -> str:
    texts = (f"study.{field}_{code}" for code in _LANGUAGES for field in ("title", "summary"))
    return _WORDS.format(texts=", ".join(texts))


def _refresh_statement(table: str = "casestudies_searchentry") -> str:
    def each(template: str) -> str:
        return ", ".join(template.format(language=language) for language in _LANGUAGES)

    order_columns = [f"{key}_order_{language}" for key in ("title", "country") for language in _LANGUAGES]
    updates = ", ".join(f"{column} = excluded.{column}" for column in [*_COLUMNS, *order_columns])
    # A new table has no index yet that could tell of a conflict, and no row either.
    update = f"ON CONFLICT (case_study_id) DO UPDATE SET {updates}" if table == "casestudies_searchentry" else ""
    return _REFRESH.format(
        table=table,
        update=update,
        order_columns=", ".join(order_columns),
        document=" || ".join(
            [
                *(_vector(language, *texts) for language in _LANGUAGES for texts in _WEIGHTED_TEXTS.items()),
                *(_vector("en", *texts) for texts in _WEIGHTED_NAMES.items()),
            ]
        ),
        titles=" || ".join(_vector(language, "A", _WEIGHTED_TEXTS["A"]) for language in _LANGUAGES),
        links=_LINKS,
        orders=each(_TITLE_ORDER) + ", " + each(_COUNTRY_ORDER),
        country_first=each("(array_agg(c.name_{language} ORDER BY link.position, link.id))[1] AS first_{language}"),
        outcome_names=", ".join(_outcome_in_words(language) for language in _LANGUAGES),
    )


def _outcome_in_words(language: str) -> str:
    """Return the SQL for what was measured, in which unit, and what became of it: "halved" finds 72 hours made 6."""
    with translation.override(language):
        units = " ".join(f"WHEN {_quoted(unit)} THEN {_quoted(label)}" for unit, label in Outcome.Unit.choices)
        changes = [
            ("o.after < o.before", gettext("reduced")),
            ("o.after > o.before", gettext("increased")),
            ("o.after <= 0.55 * o.before", gettext("halved")),
            ("o.after >= 1.9 * o.before", gettext("doubled")),
        ]
    cases = ", ".join(f"CASE WHEN {condition} THEN {_quoted(word)} END" for condition, word in changes)
    words = f"concat_ws(' ', o.indicator_{language}, CASE o.unit {units} END, {cases})"
    return f"string_agg({words}, {_FULL_STOP}) AS names_{language}"


def _quoted(text: object) -> str:
    """Return a text as an SQL literal inside a statement that takes parameters."""
    return "'{}'".format(str(text).replace("'", "''").replace("%", "%%"))
