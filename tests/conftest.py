"""What the tests share: the loaded collection, clients, and a study to work with."""

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.utils import translation

from casestudies import search_index, versions
from tests.curating import signed_in
from tests.factories import CaseStudyFactory, UserFactory


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Load the starter collection once; every test's own changes are rolled back on top of it."""
    with django_db_blocker.unblock():
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("load_collection", verbosity=0)


@pytest.fixture
def empty_collection(db):
    """A database with the vocabularies and no study."""
    from casestudies.models import CaseStudy

    CaseStudy.objects.all().delete()


@pytest.fixture
def make_study(db):
    """Return a function that makes a complete published study, findable at once."""

    def make(**fields):
        study = CaseStudyFactory(**fields)
        versions.keep([study.pk])
        search_index.refresh([study.pk])
        return study

    return make


@pytest.fixture
def curator(db):
    """A client signed in as a superuser."""
    return signed_in(UserFactory(is_staff=True, is_superuser=True))


@pytest.fixture(autouse=True)
def _fresh():
    """Begin every test in English, for a request in Russian leaves its language active, and with nothing remembered."""
    for name in ("memory", "pages"):  # "default" is a table, rolled back like the others
        caches[name].clear()
    with translation.override("en"):
        yield
