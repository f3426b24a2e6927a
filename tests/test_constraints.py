"""What the database itself refuses, whoever writes."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from casestudies.models import (
    CaseProvision,
    CaseStudy,
    CaseTheme,
    Chapter,
    Convention,
    Country,
    Outcome,
    Party,
    Place,
    Provision,
    Source,
    Theme,
)
from tests.factories import CaseStudyFactory

pytestmark = pytest.mark.django_db


def refused(name: str):
    """Expect the constraint `name` to refuse what happens inside; deferred ones speak at the end."""

    class Refusal:
        def __enter__(self):
            self.atomic = transaction.atomic()
            self.raises = pytest.raises(IntegrityError, match=name)
            self.raises.__enter__()
            self.atomic.__enter__()

        def __exit__(self, kind, error, trace):
            if error is None:
                try:
                    connection.check_constraints()
                except IntegrityError as late:
                    kind, error, trace = type(late), late, late.__traceback__
            self.atomic.__exit__(kind, error, trace)
            return self.raises.__exit__(kind, error, trace)

    return Refusal()


def test_published_study_has_an_english_title():
    study = CaseStudyFactory()
    for empty in ("", None):
        with refused("published_study_has_english_title"):
            CaseStudy.objects.filter(pk=study.pk).update(title_en=empty)
    CaseStudy.objects.filter(pk=study.pk).update(status="draft", title_en="")


def test_published_study_has_a_source():
    study = CaseStudyFactory()
    with refused("published_study_has_source"):
        study.sources.all().delete()
    draft = CaseStudyFactory(status="draft", sources=[])
    with refused("published_study_has_source"):
        CaseStudy.objects.filter(pk=draft.pk).update(status="published")


def test_published_study_has_a_publication_date():
    with refused("published_study_has_publication_date"):
        CaseStudyFactory(published_at=None)


def test_status_is_known():
    study = CaseStudyFactory()
    with refused("case_status_is_known"):
        CaseStudy.objects.filter(pk=study.pk).update(status="secret")


def test_outcome_cites_a_source_of_its_own_study():
    study, other = CaseStudyFactory(outcomes=1), CaseStudyFactory()
    with refused("outcome_source_is_of_same_study"):
        Outcome.objects.filter(case_study=study).update(source=other.sources.first())


def test_link_names_a_provision_of_its_own_convention():
    study = CaseStudyFactory(provisions=[("TIR", None)])
    with refused("provision_is_of_same_convention"):
        CaseProvision.objects.filter(case_study=study).update(
            provision=Provision.objects.filter(convention__code="RKC").first()
        )


@pytest.mark.parametrize("year", [1799, 2101])
@pytest.mark.parametrize(
    ("make", "field", "name"),
    [
        (lambda: CaseStudyFactory(), "period_start", "case_period_start_is_sane"),
        (lambda: CaseStudyFactory(period_start=None), "period_end", "case_period_end_is_sane"),
        (lambda: CaseStudyFactory().sources.first(), "year", "source_year_is_sane"),
        (lambda: CaseStudyFactory(outcomes=1).outcomes.first(), "before_year", "outcome_before_year_is_sane"),
        (lambda: CaseStudyFactory(outcomes=1).outcomes.first(), "after_year", "outcome_after_year_is_sane"),
        (lambda: Party.objects.first(), "year", "party_year_is_sane"),
        (lambda: Convention.objects.get(code="SAFE"), "adopted", "convention_adopted_is_sane"),
    ],
)
def test_years_are_sane(make, field, name, year):
    record = make()
    with refused(name):
        type(record).objects.filter(pk=record.pk).update(**{field: year})


def test_years_stand_in_order():
    with refused("case_period_in_order"):
        CaseStudyFactory(period_start=2010, period_end=2009)
    outcome = CaseStudyFactory(outcomes=1).outcomes.first()
    with refused("outcome_years_in_order"):
        Outcome.objects.filter(pk=outcome.pk).update(before_year=2010, after_year=2009)


@pytest.mark.parametrize(
    ("position", "name"),
    [
        ({"latitude": 91, "longitude": 0}, "place_latitude_in_range"),
        ({"latitude": 0, "longitude": -181}, "place_longitude_in_range"),
        ({"latitude": 5, "longitude": None}, "place_coordinates_both_or_neither"),
    ],
)
def test_coordinates_are_in_range(position, name):
    study = CaseStudyFactory()
    with refused(name):
        Place.objects.create(case_study=study, name="Post", **position)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Theme.objects.create(code="single-window", name_en="x"), "casestudies_theme_code"),
        (lambda: Convention.objects.create(code="TIR", kind="agreement"), "casestudies_convention_code"),
        (lambda: Chapter.objects.create(kind="chapter", number=1, slug="x"), "chapter_kind_and_number_are_unique"),
        (
            lambda: Country.objects.create(alpha2="KZ", alpha3="XXX", m49="999", region=Country.objects.first().region),
            "casestudies_country_alpha2",
        ),
        (lambda: CaseStudyFactory(slug="cim-smgs-common-rail-consignment-note"), "casestudies_casestudy_slug"),
        (lambda: CaseStudyFactory(provisions=[("TIR", None), ("TIR", None)]), "case_provision_once"),
        (
            lambda: CaseTheme.objects.create(
                case_study=(study := CaseStudyFactory()), theme=study.theme_links.first().theme
            ),
            "case_theme_once",
        ),
    ],
)
def test_codes_and_links_are_unique(make, name):
    with refused(name):
        make()


def test_checked_source_has_an_address():
    with refused("checked_source_has_address"):
        Source.objects.create(case_study=CaseStudyFactory(), title="x", publisher="y", checked=True)


def test_transport_modes_are_known():
    with refused("case_transport_modes_are_known"):
        CaseStudyFactory(transport_modes=["camel"], published_at=timezone.now())
