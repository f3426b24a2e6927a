"""Versions: every published state stays readable, says what changed since, and a withdrawn study says so."""

import pytest

from casestudies.models import CaseStudy, CaseStudyVersion

pytestmark = pytest.mark.django_db


def numbers(slug):
    return [version.number for version in CaseStudyVersion.objects.filter(slug=slug).order_by("number")]


def test_every_study_of_the_loaded_collection_has_its_first_version():
    assert CaseStudyVersion.objects.count() == CaseStudy.objects.published().count() == 158
    assert set(CaseStudyVersion.objects.values_list("number", flat=True)) == {1}
