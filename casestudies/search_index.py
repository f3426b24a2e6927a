"""Keeping the search entries true: one statement, run in the transaction that changed what they are made of.

Everything that writes a study, or a vocabulary record whose name studies are found by, calls `refresh` before its
transaction ends: the admin, the editorial functions and `load_collection`.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db import connection

from . import search

# Between two texts that are indexed together.
_FULL_STOP = "' . '"
# Names of linked records are indexed in every language beside the summary, so a study is found through any of them.
_WEIGHTED_TEXTS = {
    "A": ["study.title_{language}"],
    "B": [
        "study.summary_{language}",
        "study.region_scope_{language}",
        "chapter.names_{language}",
        "theme.names_{language}",
        "country.names_{language}",
        "convention.names_{language}",
    ],
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
    cleaned = f"translate(normalize(concat_ws({_FULL_STOP}, {joined})), '{search.MISREAD}', '{blanks}')"
    return f"setweight(to_tsvector('handbook_{language}', {cleaned}), '{weight}')"


_ORDER_KEY = "trim(regexp_replace(lower(unaccent({text})), '[^[:alnum:]]+', ' ', 'g'))"
_TITLE_ORDER = _ORDER_KEY.format(text="coalesce(nullif(study.title_{language}, ''), study.title_en, '')")
_COUNTRY_ORDER = _ORDER_KEY.format(
    text="coalesce(country.first_{language}, nullif(study.region_scope_{language}, ''), study.region_scope_en, '~')"
)
_REFRESH = """
INSERT INTO casestudies_searchentry (
    case_study_id, document, chapters, themes, countries, regions, conventions, provisions,
    transport_modes, osce, unece, lldc, field_operation, measured, period_start, period_end,
    {order_columns}
)
SELECT
    study.id,
    {document},
    chapter.ids, coalesce(theme.ids, '{{}}'), coalesce(country.ids, '{{}}'), coalesce(country.regions, '{{}}'),
    coalesce(convention.ids, '{{}}'), coalesce(convention.provisions, '{{}}'),
    study.transport_modes, coalesce(country.osce, '{{}}'), coalesce(country.unece, false),
    coalesce(country.lldc, false), coalesce(country.field_operation, false), outcome.ids IS NOT NULL,
    study.period_start, study.period_end,
    {orders}
FROM casestudies_casestudy study
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT c.id) AS ids, {chapter_names}
    FROM casestudies_chapter c
    WHERE c.id = study.chapter_id
       OR c.id IN (SELECT chapter_id FROM casestudies_casechapter WHERE case_study_id = study.id)
) chapter
CROSS JOIN LATERAL (
    SELECT array_agg(t.id) AS ids, {theme_names}
    FROM casestudies_casetheme link JOIN casestudies_theme t ON t.id = link.theme_id
    WHERE link.case_study_id = study.id
) theme
CROSS JOIN LATERAL (
    SELECT array_agg(c.id) AS ids, array_agg(DISTINCT c.region_id) AS regions,
        array_agg(DISTINCT c.osce::text) FILTER (WHERE c.osce <> '') AS osce,
        bool_or(c.unece) AS unece, bool_or(c.lldc) AS lldc,
        bool_or(coalesce(c.field_operation_en, '') <> '') AS field_operation, {country_names}
    FROM casestudies_casecountry link
    JOIN casestudies_country c ON c.id = link.country_id
    JOIN casestudies_region r ON r.id = c.region_id
    WHERE link.case_study_id = study.id
) country
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT c.id) AS ids,
        array_agg(DISTINCT p.id) FILTER (WHERE p.id IS NOT NULL) AS provisions, {convention_names}
    FROM casestudies_caseprovision link
    JOIN casestudies_convention c ON c.id = link.convention_id
    LEFT JOIN casestudies_provision p ON p.id = link.provision_id
    WHERE link.case_study_id = study.id
) convention
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
WHERE study.status = 'published' AND (%(ids)s::bigint[] IS NULL OR study.id = ANY(%(ids)s))
ON CONFLICT (case_study_id) DO UPDATE SET {updates}
"""
_REMOVE = """
DELETE FROM casestudies_searchentry entry USING casestudies_casestudy study
WHERE study.id = entry.case_study_id AND study.status <> 'published'
  AND (%(ids)s::bigint[] IS NULL OR study.id = ANY(%(ids)s))
"""
_COLUMNS = [
    "document",
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
]


def refresh(case_study_ids: Iterable[int] | None = None) -> None:
    """Write the search entries of these studies anew, or of all, and drop those of studies no longer published."""
    parameters = {"ids": None if case_study_ids is None else list(case_study_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, parameters)
        cursor.execute(_refresh_statement(), parameters)


def _refresh_statement() -> str:
    languages = [code for code, _name in settings.LANGUAGES]

    def each(template: str) -> str:
        return ", ".join(template.format(language=language) for language in languages)

    def names(*parts: str) -> str:
        """Return columns names_en, names_ru …: the `parts` of all rows as one text a language."""
        return each(f"string_agg(concat_ws({_FULL_STOP}, {', '.join(parts)}), {_FULL_STOP}) AS names_{{language}}")

    order_columns = [f"{key}_order_{language}" for key in ("title", "country") for language in languages]
    return _REFRESH.format(
        order_columns=", ".join(order_columns),
        document=" || ".join(
            [
                *(_vector(language, *texts) for language in languages for texts in _WEIGHTED_TEXTS.items()),
                *(_vector("en", *texts) for texts in _WEIGHTED_NAMES.items()),
            ]
        ),
        orders=each(_TITLE_ORDER) + ", " + each(_COUNTRY_ORDER),
        chapter_names=names("c.title_{language}"),
        theme_names=names("t.name_{language}", f"array_to_string(t.synonyms_{{language}}, {_FULL_STOP})"),
        country_names=names("c.name_{language}", "r.name_{language}")
        + ", "
        + each("(array_agg(c.name_{language} ORDER BY link.position, link.id))[1] AS first_{language}"),
        convention_names=names(
            "c.short_name_{language}", "c.name_{language}", "c.code", "p.ref_{language}", "p.heading_{language}"
        ),
        outcome_names=names("o.indicator_{language}"),
        updates=", ".join(f"{column} = excluded.{column}" for column in [*_COLUMNS, *order_columns]),
    )
