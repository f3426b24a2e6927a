"""Studies kept ready for files: never what was before an edit, whoever made it; read where they are there."""

import json

import pytest
from django.utils import timezone

from casestudies import kept_records, search_index, translations
from casestudies.models import (
    CaseChapter,
    CaseCountry,
    CaseProvision,
    CaseStudy,
    CaseStudyVersion,
    CaseTheme,
    Chapter,
    Convention,
    Country,
    KeptRecord,
    Outcome,
    Place,
    Provision,
    Source,
    Theme,
    TranslatedIndicator,
)

from .factories import UserFactory

pytestmark = pytest.mark.django_db

SLUG = "kept"
STUDY = {"case_study__slug": SLUG}
EDITS = {
    "text": lambda: CaseStudy.objects.filter(slug=SLUG).update(lessons_ru="Новый урок"),
    "address": lambda: CaseStudy.objects.filter(slug=SLUG).update(slug="moved"),
    "chapter": lambda: CaseStudy.objects.filter(slug=SLUG).update(chapter=Chapter.objects.get(number=9)),
    "other chapter": lambda: CaseChapter.objects.create(
        case_study=CaseStudy.objects.get(slug=SLUG), chapter=Chapter.objects.get(number=8)
    ),
    "theme taken away": lambda: CaseTheme.objects.filter(**STUDY).delete(),
    "country": lambda: CaseCountry.objects.filter(**STUDY).update(country=Country.objects.get(alpha2="KZ")),
    "provision": lambda: CaseProvision.objects.filter(**STUDY).update(provision=None),
    "place": lambda: Place.objects.filter(**STUDY).update(name="Elsewhere"),
    "outcome": lambda: Outcome.objects.filter(**STUDY).update(after=1),
    "outcome taken away": lambda: Outcome.objects.filter(**STUDY).first().delete(),
    "source": lambda: Source.objects.filter(**STUDY).update(title="Another title"),
    "review of the translation": lambda: translations.approve(CaseStudy.objects.get(slug=SLUG), "ru", UserFactory()),
    "source of an indicator": lambda: TranslatedIndicator.objects.create(
        case_study=CaseStudy.objects.get(slug=SLUG),
        language="ru",
        source_text="What was measured once",
        target_text="Время ожидания",
        made_at=timezone.now(),
    ),
    "version": lambda: CaseStudyVersion.objects.filter(slug=SLUG).update(number=7),
    "name of a theme": lambda: Theme.objects.filter(code="single-window").update(name_en="One window"),
    "code of a theme": lambda: Theme.objects.filter(code="single-window").update(code="one-window"),
    "number of a chapter": lambda: Chapter.objects.filter(case_studies__slug=SLUG).update(number=99),
    "name of a country": lambda: Country.objects.filter(alpha2="NO").update(name_en="Norge"),
    "code of a country": lambda: Country.objects.filter(alpha2="NO").update(alpha2="XN"),
    "name of a convention": lambda: Convention.objects.filter(code="TIR").update(short_name_en="TIR 1975"),
    "code of a convention": lambda: Convention.objects.filter(code="TIR").update(code="TIRC"),
    "reference of a provision": lambda: Provision.objects.filter(convention__code="TIR", ref_en="Article 4").update(
        ref_en="Art. 4"
    ),
}


@pytest.fixture
def kept(make_study) -> CaseStudy:
    """A study with everything that a study can have, kept ready."""
    study = make_study(slug=SLUG, outcomes=2, provisions=[("TIR", "Article 4")], themes=["single-window"])
    Place.objects.create(case_study=study, name="Here", country=Country.objects.get(alpha2="NO"))
    CaseStudy.objects.filter(pk=study.pk).update(practice_ru="Иначе")
    search_index.refresh([study.pk])
    assert KeptRecord.objects.filter(pk=study.pk).exists()
    return study


def found(client, slug: str = SLUG) -> list[dict]:
    """What a file says of the study."""
    lines = [json.loads(line) for line in client.get("/en/case-studies.jsonl").getvalue().splitlines()]
    return [line | {"provenance": None} for line in lines if line["slug"] in (slug, "moved")]


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_file_shows_every_edit_at_once(client, kept, edit):
    before = found(client)
    edit()
    after = found(client)
    assert after != before
    KeptRecord.objects.all().delete()
    assert after == found(client)


def test_file_reads_what_is_kept(client, kept):
    (before,) = found(client)
    record = KeptRecord.objects.get(pk=kept.pk)
    record.content = record.content.replace(before["title"], "Kept ready")
    record.save()
    assert found(client)[0]["title"] == "Kept ready"
    # One made in the way of another release may have another shape.
    KeptRecord.objects.filter(pk=kept.pk).update(form="older")
    assert found(client) == [before]
    kept_records.complete()
    assert KeptRecord.objects.get(pk=kept.pk).form == kept_records.form()
    assert found(client) == [before]


def test_withdrawn_study_is_kept_no_more(client, kept):
    CaseStudy.objects.filter(pk=kept.pk).update(status="archived")
    assert found(client) == []
    kept_records.complete()
    assert not KeptRecord.objects.filter(pk=kept.pk).exists()


def test_what_is_dropped_is_made_anew_with_the_next_study(make_study, kept):
    Theme.objects.filter(code="single-window").update(code="one-window")
    assert not KeptRecord.objects.filter(pk=kept.pk).exists()
    search_index.refresh([make_study().pk])
    assert KeptRecord.objects.filter(pk=kept.pk).exists()
