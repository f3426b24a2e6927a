"""Complete, published, bilingual records; a test states only what matters to it."""

import factory
from django.contrib.auth import get_user_model
from django.utils import timezone
from factory.django import DjangoModelFactory

from casestudies.models import (
    CaseCountry,
    CaseProvision,
    CaseStudy,
    CaseTheme,
    Chapter,
    Country,
    Outcome,
    Provision,
    Source,
    Theme,
)
from casestudies.models import Convention as ConventionModel


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence("curator{}".format)


class CaseStudyFactory(DjangoModelFactory):
    """A published study of chapter 2 in Norway, with a theme and a source.

    `countries`, `themes` take codes; `provisions` takes pairs of a convention's code and a reference or None;
    `outcomes` takes a number of measured results.
    """

    class Meta:
        model = CaseStudy
        skip_postgeneration_save = True

    slug = factory.Sequence("study-number-{}".format)
    status = CaseStudy.Status.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)
    chapter = factory.LazyFunction(lambda: Chapter.objects.get(kind="chapter", number=2))
    period_start = 2001
    transport_modes = ["road"]

    title_en = factory.Sequence("Zebra crossing number {}".format)
    title_ru = factory.Sequence("Переход номер {}".format)
    summary_en, summary_ru = "Officers share one office.", "Сотрудники делят одно помещение."
    challenge_en, challenge_ru = "Lorries stopped twice.", "Грузовики останавливались дважды."
    practice_en, practice_ru = "One stop, two services.", "Одна остановка, две службы."
    results_en, results_ru = "Waiting fell.", "Ожидание сократилось."
    lessons_en, lessons_ru = "Begin with the law.", "Начните с закона."

    @factory.post_generation
    def countries(self, create, codes, **kwargs):
        for position, code in enumerate(["NO"] if codes is None else codes):
            CaseCountry.objects.create(case_study=self, country=Country.objects.get(alpha2=code), position=position)

    @factory.post_generation
    def themes(self, create, codes, **kwargs):
        for position, code in enumerate(["one-stop-border-post"] if codes is None else codes):
            CaseTheme.objects.create(case_study=self, theme=Theme.objects.get(code=code), position=position)

    @factory.post_generation
    def provisions(self, create, links, **kwargs):
        for position, (code, ref) in enumerate(links or []):
            CaseProvision.objects.create(
                case_study=self,
                convention=ConventionModel.objects.get(code=code),
                provision=ref and Provision.objects.get(convention__code=code, ref=ref),
                position=position,
            )

    @factory.post_generation
    def sources(self, create, titles, **kwargs):
        for position, title in enumerate(["Annual report"] if titles is None else titles):
            Source.objects.create(case_study=self, title=title, publisher="Customs", year=2010, position=position)

    @factory.post_generation
    def outcomes(self, create, number, **kwargs):
        for position in range(number or 0):
            Outcome.objects.create(
                case_study=self,
                indicator_en="Waiting time",
                indicator_ru="Время ожидания",
                before=72,
                after=6,
                unit="hours",
                better="lower",
                source=self.sources.first(),
                position=position,
            )
