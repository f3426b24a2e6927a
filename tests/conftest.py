"""What the tests share: the loaded collection, clients, and a study to work with."""

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.utils import translation
from whitenoise import WhiteNoise
from xdist.scheduler import LoadScopeScheduling

from casestudies import search_index, versions
from tests import database
from tests.curating import signed_in
from tests.factories import CaseStudyFactory, UserFactory

# Invented input: enough for every run; `make fuzz` tries long.
hypothesis.settings.register_profile(
    "usual",
    max_examples=100,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("thorough", hypothesis.settings.get_profile("usual"), max_examples=2000)
hypothesis.settings.load_profile("usual")


class Scheduling(LoadScopeScheduling):
    """Tests go one by one to the next free core, but those of a browser file together, and the longest files first.

    Every core that has some of them starts a server and a browser.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::")[0] if nodeid.startswith("tests/browser/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Say how tests are shared out among the cores."""
    return Scheduling(config, log)


def pytest_terminal_summary(terminalreporter) -> None:
    """Say how many browser tests were left out, for want of a browser."""
    left_out = [
        report for report in terminalreporter.getreports("skipped") if "Chromium is not" in str(report.longrepr)
    ]
    if left_out:
        terminalreporter.write_line(f"{len(left_out)} browser tests were left out: Chromium is not installed.")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_keepdb):
    """Let the tests' database begin as a copy of the starter collection, unless the last run's is used again."""
    if not django_db_keepdb:
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = database.collection()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_keepdb, django_db_blocker):
    """Have the starter collection in the database; every test's own changes are rolled back on top of it."""
    if django_db_keepdb:
        with django_db_blocker.unblock():
            call_command("load_collection", verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _static_files():
    """Gather the static files, and let WhiteNoise list them once instead of 50 ms for every client."""
    call_command("collectstatic", verbosity=0, interactive=False)
    lists, list_files = {}, WhiteNoise.update_files_dictionary

    def listed(self, root, prefix):
        if (root, prefix) not in lists:
            list_files(self, root, prefix)
            lists[root, prefix] = self.files.copy()
        self.files.update(lists[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", listed)
        yield


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
