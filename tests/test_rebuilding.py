"""Making the search index anew, while readers and curators go on."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from casestudies import rebuilding
from tests.database import collection, new_database

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
SCHEMA = """
    SELECT 'index', indexname, indexdef FROM pg_indexes WHERE tablename = 'casestudies_searchentry'
    UNION ALL
    SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = 'casestudies_searchentry'::regclass AND contype IN ('p', 'f')
    UNION ALL
    SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE tgrelid = 'casestudies_searchentry'::regclass AND NOT tgisinternal
    UNION ALL
    SELECT 'column', attname, attstorage::text FROM pg_attribute
    WHERE attrelid = 'casestudies_searchentry'::regclass AND attnum > 0
    ORDER BY 1, 2
"""
ENTRIES = "SELECT case_study_id, document, headings, themes, title_order_ru FROM casestudies_searchentry ORDER BY 1"


@pytest.fixture(scope="module")
def database_url():
    """A database with the collection loaded."""
    with new_database("rebuilding", template=collection()) as url:
        yield url


def rebuild(url: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "DATABASE_URL": url}
    return subprocess.run([*MANAGE, "rebuild_search_index"], env=environment, capture_output=True, text=True)


def test_rebuilt_index_is_the_same_and_repairs_what_was_wrong(database_url):
    with psycopg.connect(database_url, autocommit=True) as database:
        schema, entries = database.execute(SCHEMA).fetchall(), database.execute(ENTRIES).fetchall()
        words = database.execute("SELECT count(*) FROM casestudies_searchword").fetchone()
        database.execute("DELETE FROM casestudies_searchentry WHERE case_study_id % 2 = 0")
        database.execute("UPDATE casestudies_searchentry SET document = ''")
        before = database.execute("SELECT value FROM casestudies_collectionrevision ORDER BY scope").fetchall()
        result = rebuild(database_url)
        assert result.returncode == 0, result.stderr
        assert f"{len(entries)}/{len(entries)}" in result.stdout
        assert database.execute(ENTRIES).fetchall() == entries
        assert database.execute(SCHEMA).fetchall() == schema
        assert database.execute("SELECT count(*) FROM casestudies_searchword").fetchone() == words
        assert database.execute("SELECT value FROM casestudies_collectionrevision ORDER BY scope").fetchall() != before


def test_second_rebuild_at_once_is_refused(database_url):
    with psycopg.connect(database_url) as database:
        database.execute("SELECT pg_advisory_lock(%s)", [rebuilding._LOCK])
        result = rebuild(database_url)
    assert result.returncode == 1
    assert "Another rebuild of the search index is running." in result.stderr


@pytest.mark.django_db
def test_rebuild_inside_a_transaction_is_refused():
    assert connection.in_atomic_block
    with pytest.raises(RuntimeError, match="inside a transaction"):
        next(rebuilding.rebuild())
