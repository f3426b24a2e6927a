"""Invented studies: texts and facets as frequent, and as related to each other, as in the starter collection."""

import datetime
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.text import slugify

from casestudies.models import (
    CaseChapter,
    CaseCountry,
    CaseProvision,
    CaseStudy,
    CaseTheme,
    Country,
    Outcome,
    Place,
    Source,
)

from .names import Name, Names
from .starter import BODY_FIELDS, LANGUAGES, Starter, distinct, text
from .texts import compose_text, title_beginning

WORDS_A_LANGUAGE = 250
# Of ten sentences of a study, seven come from studies that share a theme with it.
OWN_THEME, ANY_THEME = 7, 3
NEW_NAMES = 0.15
KNOWN_NAMES = 300
SHARE_OF_NAMES = 0.3
SLUG_PATTERN = r"-s[0-9]{6,}$"
_BEGINNING = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)

Rows = dict[type[models.Model], list[dict]]


@dataclass(frozen=True)
class Drawn:
    """The starter studies whose traits an invented study takes over."""

    main: CaseStudy  # chapter, themes
    akin: CaseStudy  # conventions, outcomes: a study that shares the leading theme
    abroad: CaseStudy  # countries, period
    any: CaseStudy


class Inventor:
    """Invents studies one after another, so that a larger collection begins with the smaller one of its seed.

    `first_keys` is the first free primary key of each table.
    """

    def __init__(self, starter: Starter, seed: int, first_keys: dict[type[models.Model], int]):
        self._starter = starter
        self._random = random.Random(seed)
        self._names = Names(self._random, NEW_NAMES, KNOWN_NAMES)
        self._keys = dict(first_keys)
        self._countries = {country.pk: country for country in Country.objects.all()}

    def invent(self, number: int) -> Iterator[Rows]:
        """Yield `number` studies, each as its rows by model: column name → value."""
        for _count in range(number):
            yield self._study()

    def _study(self) -> Rows:
        drawn = self._draw()
        rows: Rows = defaultdict(list)
        study = self._key(CaseStudy)
        names = [self._names.draw() for _count in range(self._random.choice((1, 2, 2, 3)))]
        themes = self._link_facets(rows, study, drawn)
        countries = [self._countries[row["country_id"]] for row in rows[CaseCountry]]
        self._add_places(rows, study, names, countries)
        self._add_evidence(rows, study, names, drawn)
        rows[CaseStudy].append(
            {
                "id": study,
                **self._titles(drawn.main, names[0], countries),
                **self._texts(themes, names),
                **_traits(drawn),
                "status": CaseStudy.Status.PUBLISHED,
                **dict.fromkeys(("created_at", "updated_at", "published_at"), _BEGINNING + _minutes(study)),
            }
        )
        row = rows[CaseStudy][0]
        row["slug"] = f"{slugify(row['title_en'])[:100]}-s{study:06}"
        return rows

    def _draw(self) -> Drawn:
        main = self._random.choice(self._starter.studies)
        akin = self._random.choice(self._starter.with_theme[self._starter.themes(main)[0]])
        anyone = self._random.choice(self._starter.studies)
        return Drawn(main, akin, self._random.choice((main, anyone)), anyone)

    def _key(self, model: type[models.Model]) -> int:
        key = self._keys[model]
        self._keys[model] += 1
        return key

    def _add(self, rows: Rows, model: type[models.Model], study: int, position: int, **values) -> int:
        key = self._key(model)
        rows[model].append({"id": key, "case_study_id": study, "position": position, **values})
        return key

    # Facets ------------------------------------------------------------------------------------------------------

    def _link_facets(self, rows: Rows, study: int, drawn: Drawn) -> list[int]:
        """Add the links to vocabularies and return the themes."""
        own = self._starter.themes(drawn.main)
        borrowed = self._starter.themes(drawn.akin)
        themes = distinct([own[0], *(self._random.choice((theme, theme, *borrowed)) for theme in own[1:])])
        countries = distinct([link.country_id for link in drawn.abroad.country_links.all()])
        provisions = distinct([(link.convention_id, link.provision_id) for link in drawn.akin.provision_links.all()])
        chapters = distinct([link.chapter_id for link in drawn.akin.chapter_links.all()])
        for position, theme in enumerate(themes):
            self._add(rows, CaseTheme, study, position, theme_id=theme)
        for position, country in enumerate(countries):
            self._add(rows, CaseCountry, study, position, country_id=country)
        for position, (convention, provision) in enumerate(provisions):
            self._add(rows, CaseProvision, study, position, convention_id=convention, provision_id=provision)
        for position, chapter in enumerate(chapters):
            if chapter != drawn.main.chapter_id:
                self._add(rows, CaseChapter, study, position, chapter_id=chapter)
        return themes

    def _add_places(self, rows: Rows, study: int, names: list[Name], countries: list[Country]) -> None:
        located = [country for country in countries if country.latitude is not None]
        for position, name in enumerate(names):
            where = self._random.choice(located) if located else None
            self._add(
                rows,
                Place,
                study,
                position,
                name=name.en,
                country_id=where and where.pk,
                latitude=where and round(max(-89.0, min(89.0, where.latitude + self._random.uniform(-1, 1))), 2),
                longitude=where and round(max(-179.0, min(179.0, where.longitude + self._random.uniform(-1, 1))), 2),
            )

    def _add_evidence(self, rows: Rows, study: int, names: list[Name], drawn: Drawn) -> None:
        sources = [*drawn.main.sources.all()[:2], *drawn.any.sources.all()[:2]]
        keys = []
        for position, source in enumerate(sources):
            title = f"{source.title[:300]}: {self._random.choice(names).en}"
            address = f"https://example.org/{study}/{position}"
            values = {"title": title, "publisher": source.publisher, "year": source.year, "url": address}
            keys.append(self._add(rows, Source, study, position, **values, checked=source.checked))
        for position, outcome in enumerate(drawn.akin.outcomes.all()):
            factor = Decimal(self._random.randrange(50, 200)) / 100
            self._add(
                rows,
                Outcome,
                study,
                position,
                **{name: getattr(outcome, name) for name in ("unit", "before_year", "after_year", "better")},
                **{f"indicator_{language}": text(outcome, "indicator", language) for language in LANGUAGES},
                indicator=outcome.indicator_en,
                before=outcome.before and round(outcome.before * factor, 4),
                after=round(outcome.after * factor, 4),
                source_id=self._random.choice(keys),
            )

    # Texts -------------------------------------------------------------------------------------------------------

    def _titles(self, main: CaseStudy, name: Name, countries: list[Country]) -> dict[str, str]:
        beginning = {language: title_beginning(text(main, "title", language), language) for language in LANGUAGES}
        end = dict.fromkeys(LANGUAGES, "")
        if countries:
            end = {language: f", {text(countries[0], 'name', language)[:60]}" for language in LANGUAGES}
        english = f"{beginning['en']} at {name.en}{end['en']}"
        return {"title": english, "title_en": english, "title_ru": f"{beginning['ru']} – {name.ru}{end['ru']}"}

    def _texts(self, themes: list[int], names: list[Name]) -> dict[str, str]:
        shape = self._random.choice(self._starter.studies)
        # A study's own places stand in its texts, and now and then one that others are about.
        mentioned = [*names, *names, self._names.draw()]
        texts = {}
        for language in LANGUAGES:
            own = [self._starter.sentences[language, theme] for theme in themes]
            sources = [own[position % len(own)] for position in range(OWN_THEME)]
            sources += [self._starter.all_sentences[language]] * ANY_THEME
            lengths = {field: len(text(shape, field, language).split()) for field in BODY_FIELDS}
            scale = WORDS_A_LANGUAGE / sum(lengths.values())
            for field, length in lengths.items():
                # A text ends with a whole sentence, on average more than half a one later than asked.
                asked = max(1, round(length * scale) - 14)
                spelt = [getattr(name, language) for name in mentioned]
                texts[f"{field}_{language}"] = compose_text(self._random, sources, spelt, asked, SHARE_OF_NAMES)
        return texts | {field: texts[f"{field}_en"] for field in BODY_FIELDS}


def _traits(drawn: Drawn) -> dict:
    """Return what a study takes over as it is: chapter, transport modes, period and the like."""
    main, akin, abroad = drawn.main, drawn.akin, drawn.abroad
    return {
        "chapter_id": main.chapter_id,
        "handbook": main.handbook,
        "confidence": main.confidence,
        "transport_modes": akin.transport_modes,
        "implementers": abroad.implementers,
        "region_scope": abroad.region_scope_en or "",
        "region_scope_en": abroad.region_scope_en,
        "region_scope_ru": abroad.region_scope_ru,
        "period_start": abroad.period_start,
        "period_end": abroad.period_end,
    }


def _minutes(number: int) -> datetime.timedelta:
    return datetime.timedelta(minutes=number)
