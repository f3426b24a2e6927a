"""Reading studies for tables and machine files: a batch at a time, the next while the last is written.

Models with everything prefetched cost a millisecond a study. Here each comes as the record that
`collection_records.case_record` makes of a model, kept ready or put together by PostgreSQL, and the names of what it is
linked to come from the vocabulary, which the process has in memory.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import orjson
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq
from psycopg.errors import error_from_result

from casestudies import kept_records, translations, versions
from casestudies.collection_records import LANGUAGES, case_record
from casestudies.models import CaseStudy
from casestudies.vocabulary import Vocabulary

BATCH = 500
_KEPT = (
    "SELECT case_study_id, content FROM casestudies_keptrecord"
    f" WHERE form = '{kept_records.form()}' AND case_study_id = ANY($1::bigint[])"
).encode()
_PUBLISHED, _ANY = (kept_records.statement("$1", of_any_status=any_status).encode() for any_status in (False, True))


@dataclass(frozen=True, slots=True)
class Study:
    """A study as tables and machine files show it: its record, with texts and names in the vocabulary's language."""

    record: dict
    updated: datetime
    """When readers last saw a change, as `versions.last_change` has it."""
    saved: datetime
    """When it was last saved, with a change or without."""
    published: datetime | None
    """When it was first published."""
    version: int | None
    """The number of the version that it is; None where none is kept."""
    address: str
    vocabulary: Vocabulary
    original_language: str
    translations: dict[str, dict | None]
    """By language, None for no translation: whether a person `reviewed` it all, and the moment of the source text that
    it `follows`, None where that is today's."""

    @property
    def version_address(self) -> str:
        """The page of the version that it is; that of the study where no version is kept."""
        return f"{self.address}@{self.version}/" if self.version else self.address

    def text(self, field: str) -> str:
        """Return one of the texts, in English where it is missing."""
        return self.record[self.vocabulary.language][field] or self.record["en"][field]

    def in_its_language(self, texts: dict[str, str] | None) -> str:
        """Return what a record gives by language: in English where it is missing, "" for None."""
        return (texts[self.vocabulary.language] or texts["en"]) if texts else ""

    def name(self, key: str, code: str) -> str:
        """Return the name of a value of the filter `key`; its code, where it was added since the reading began."""
        return self.vocabulary.names(key).get(code, code)

    def provision(self, instrument: dict) -> tuple[str | None, str | None]:
        """Return code and reference of the provision that an instrument of the record names, None for none."""
        reference = instrument["provision"]
        return self.vocabulary.provision_references.get((instrument["code"], reference), (None, reference))


def of_model(study: CaseStudy, vocabulary: Vocabulary, site: str) -> Study:
    """Return a study that was read with `in_full()`, for a page or file of few."""
    version = versions.latest(study)
    return Study(
        case_record(study),
        versions.last_change(study),
        study.updated_at,
        study.published_at,
        version and version.number,
        site + study.get_absolute_url(),
        vocabulary,
        study.original_language,
        {
            language: (standing := translations.standing(study, language))
            and {"reviewed": standing.reviewed, "follows": standing.follows}
            for language in LANGUAGES
        },
    )


def read(
    identifiers: Iterable[int], vocabulary: Vocabulary, address: str, *, of_any_status: bool = False
) -> Iterator[Study]:
    """Yield the published studies with these primary keys, in this order; those for staff of any status.

    `address` is that of a study's page with `{}` for the slug: to reverse each takes longer than to read it.
    """
    for batch, contents in _batches(iter(identifiers), _ANY if of_any_status else _PUBLISHED):
        for pk in batch:
            if pk in contents:
                yield _study(orjson.loads(contents[pk]), vocabulary, address)


def _batches(identifiers: Iterator[int], otherwise: bytes) -> Iterator[tuple[list[int], dict[int, bytes]]]:
    """Yield primary keys and what the studies hold, batch by batch. While one is worked on, the next is read.

    The other thread uses the same connection, one statement at a time, and so sees what this transaction sees.
    """
    connection = connections[DEFAULT_DB_ALIAS]  # not the proxy, which is another connection in another thread
    connection.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(1) as ahead:
            batch = list(islice(identifiers, BATCH))
            coming = ahead.submit(_contents, connection, batch, otherwise)
            while batch:
                here, contents = batch, coming.result()
                batch = list(islice(identifiers, BATCH))
                coming = ahead.submit(_contents, connection, batch, otherwise)
                yield here, contents
    finally:
        connection.dec_thread_sharing()


def _contents(connection: BaseDatabaseWrapper, identifiers: list[int], otherwise: bytes) -> dict[int, bytes]:
    """Return what is kept of the studies; what is not, `otherwise` puts together."""
    contents = _fetched(connection, identifiers, _KEPT)
    if missing := [pk for pk in identifiers if pk not in contents]:
        contents |= _fetched(connection, missing, otherwise)
    return contents


def _fetched(connection: BaseDatabaseWrapper, identifiers: list[int], statement: bytes) -> dict[int, bytes]:
    """Return the second column by the first, as PostgreSQL writes it.

    libpq itself waits for the answer. A cursor takes it in small parts, and before each it waits for the interpreter's
    lock: while this process writes, which is always, PostgreSQL would stand still for most of the time.
    """
    if not identifiers:
        return {}
    connection.ensure_connection()
    parameters = ["{{{}}}".format(",".join(map(str, identifiers))).encode()]
    with connection.connection.lock:  # as a cursor does: the other thread may ask for names meanwhile
        result = connection.connection.pgconn.exec_params(statement, parameters)
    if result.status != pq.ExecStatus.TUPLES_OK:
        raise error_from_result(result)
    return {int(result.get_value(row, 0)): result.get_value(row, 1) for row in range(result.ntuples)}


def _study(content: dict, vocabulary: Vocabulary, address: str) -> Study:
    record = content["record"]
    # Outcomes name the place of their source in the list; the database names its primary key.
    place_of = {source.pop("pk"): place for place, source in enumerate(record["sources"])}
    for outcome in record["outcomes"]:
        outcome["source"] = place_of[outcome["source"]]
    for standing in content["translations"].values():
        if standing and standing["follows"]:
            standing["follows"] = datetime.fromisoformat(standing["follows"])
    return Study(
        record,
        datetime.fromisoformat(content["updated"]),
        datetime.fromisoformat(content["saved"]),
        content["published"] and datetime.fromisoformat(content["published"]),
        content["version"],
        address.format(record["slug"]),
        vocabulary,
        content["original_language"],
        content["translations"],
    )
