"""Reading studies for tables and machine files: a batch in one statement, the next while the last is written.

Models with everything prefetched cost a millisecond a study. Here PostgreSQL puts each study together as the record
that `collection_records.case_record` makes of a model (a test compares the two, study by study), and the names of what
it is linked to come from the vocabulary, which the process has in memory.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice

import orjson
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq
from psycopg.errors import error_from_result

from casestudies.collection_records import LANGUAGES, case_record
from casestudies.models import CaseStudy
from casestudies.models.case import TEXT_FIELDS
from casestudies.vocabulary import Vocabulary

BATCH = 500


@dataclass(frozen=True, slots=True)
class Study:
    """A study as tables and machine files show it: its record, with texts and names in the vocabulary's language."""

    record: dict
    updated: datetime
    address: str
    vocabulary: Vocabulary
    published: datetime | None = None
    """When it was first published; read for files alone, as is the version."""
    version: dict | None = None
    """`number` and `made` of the version that it is now."""

    def text(self, field: str) -> str:
        """Return one of the texts, in English where it is missing."""
        return self.record[self.vocabulary.language][field] or self.record["en"][field]

    def in_its_language(self, texts: dict[str, str] | None) -> str:
        """Return what a record gives by language: in English where it is missing, "" for None."""
        return (texts[self.vocabulary.language] or texts["en"]) if texts else ""

    def name(self, key: str, code: str) -> str:
        """Return the name of a value of the filter `key`; its code, where it was added since the reading began."""
        entry = self.vocabulary[key].get(code)
        return str(entry.label) if entry else code

    def provision(self, instrument: dict) -> tuple[str | None, str | None]:
        """Return code and reference of the provision that an instrument of the record names, None for none."""
        reference = instrument["provision"]
        return self.vocabulary.provision_references.get((instrument["code"], reference), (None, reference))


def of_model(study: CaseStudy, vocabulary: Vocabulary, site: str) -> Study:
    """Return a study that was read with `in_full()`, for a page or file of few."""
    return Study(case_record(study), study.updated_at, site + study.get_absolute_url(), vocabulary)


def read(
    identifiers: Iterable[int],
    vocabulary: Vocabulary,
    address: str,
    *,
    in_every_language: bool = True,
    of_any_status: bool = False,
) -> Iterator[Study]:
    """Yield the published studies with these primary keys, in this order; those for staff of any status.

    `address` is that of a study's page with `{}` for the slug: to reverse each takes longer than to read it. Unless
    `in_every_language`, the records lack the texts that `Study.text` does not need: they are half of what is read.
    """
    languages = LANGUAGES if in_every_language else tuple(dict.fromkeys(("en", vocabulary.language)))
    for batch, rows in _batches(iter(identifiers), _statement(languages, of_any_status)):
        by_pk = {int(pk): row for pk, *row in rows}
        for pk in batch:
            if pk in by_pk:
                record, updated, published, version = _record(languages, *by_pk[pk])
                yield Study(record, updated, address.format(record["slug"]), vocabulary, published, version)


def _batches(identifiers: Iterator[int], statement: bytes) -> Iterator[tuple[list[int], list[list[bytes | None]]]]:
    """Yield primary keys and rows, batch by batch. While one is worked on, PostgreSQL puts the next together.

    The other thread uses the same connection, one statement at a time, and so sees what this transaction sees.
    """
    connection = connections[DEFAULT_DB_ALIAS]  # not the proxy, which is another connection in another thread
    connection.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(1) as ahead:
            batch = list(islice(identifiers, BATCH))
            coming = ahead.submit(_fetched, connection, batch, statement)
            while batch:
                here, rows = batch, coming.result()
                batch = list(islice(identifiers, BATCH))
                coming = ahead.submit(_fetched, connection, batch, statement)
                yield here, rows
    finally:
        connection.dec_thread_sharing()


def _fetched(connection: BaseDatabaseWrapper, identifiers: list[int], statement: bytes) -> list[list[bytes | None]]:
    """Return the rows as PostgreSQL writes them.

    libpq itself waits for the answer. A cursor takes it in small parts, and before each it waits for the interpreter's
    lock: while this process writes, which is always, PostgreSQL would stand still for most of the time.
    """
    if not identifiers:
        return []
    connection.ensure_connection()
    parameters = ["{{{}}}".format(",".join(map(str, identifiers))).encode()]
    with connection.connection.lock:  # as a cursor does: the other thread may ask for names meanwhile
        result = connection.connection.pgconn.exec_params(statement, parameters)
    if result.status != pq.ExecStatus.TUPLES_OK:
        raise error_from_result(result)
    columns = range(result.nfields)
    return [[result.get_value(row, column) for column in columns] for row in range(result.ntuples)]


def _record(
    languages: tuple[str, ...],
    record: bytes,
    updated: bytes,
    published: bytes | None,
    version: bytes | None,
    *texts: bytes,
) -> tuple[dict, datetime, datetime | None, dict | None]:
    """Return a study's record, its last change, its publication, and its version."""
    record = orjson.loads(record)
    in_order = map(bytes.decode, texts)
    for language in languages:
        record[language] = {field: next(in_order) for field in TEXT_FIELDS}
    # Outcomes name the place of their source in the list; the database names its primary key.
    place_of = {source.pop("pk"): place for place, source in enumerate(record["sources"])}
    for outcome in record["outcomes"]:
        outcome["source"] = place_of[outcome["source"]]
    return record, _moment(updated), published and _moment(published), version and orjson.loads(version)


def _moment(written: bytes) -> datetime:
    return datetime.fromisoformat(written.decode())


# The statement ---------------------------------------------------------------------------------------------------


def _object(**values: str) -> str:
    """Return SQL for a JSON object with these expressions."""
    return "json_build_object({})".format(", ".join(f"'{key}', {value}" for key, value in values.items()))


def _by_language(field: str) -> str:
    return _object(**{language: f"coalesce({field}_{language}, '')" for language in LANGUAGES})


def _links(model: str, joins: str = "", **columns: str) -> str:
    """Return SQL that joins lists of what the studies are linked to, in their order, as columns of `model`."""
    lists = ", ".join(f"json_agg({value} ORDER BY link.position, link.id) AS {key}" for key, value in columns.items())
    return f"""
    LEFT JOIN (
        SELECT link.case_study_id, {lists} FROM casestudies_{model} link {joins}
        WHERE link.case_study_id = ANY($1::bigint[]) GROUP BY link.case_study_id
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


@cache
def _statement(languages: tuple[str, ...], of_any_status: bool) -> bytes:
    """Return the statement for records with the texts in these languages.

    Texts are columns beside the record, which has a place for them: it would take PostgreSQL longer to write them as
    JSON, and this process longer to read that, than all the rest of a record.
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
        **dict.fromkeys(languages, "NULL"),
        outcomes=_list("outcome.outcomes"),
        sources=_list("source.sources"),
        handbook="study.handbook",
        confidence="study.confidence",
    )
    texts = ", ".join(f"coalesce(study.{field}_{language}, '')" for language in languages for field in TEXT_FIELDS)
    return f"""
    SELECT study.id, {record}::text, to_json(study.updated_at) #>> '{{}}', to_json(study.published_at) #>> '{{}}',
        version.version::text, {texts}
    FROM casestudies_casestudy study
    JOIN casestudies_chapter chapter ON chapter.id = study.chapter_id{"".join(_LINKS)}
    LEFT JOIN LATERAL (
        SELECT {_object(number="version.number", made="version.made_at")} AS version
        FROM casestudies_casestudyversion version WHERE version.slug = study.slug
        ORDER BY version.number DESC LIMIT 1
    ) version ON true
    WHERE {"true" if of_any_status else "study.status = 'published'"} AND study.id = ANY($1::bigint[])""".encode()
