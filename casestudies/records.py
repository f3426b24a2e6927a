"""The collection's file format: one class a kind of record, checked field by field.

`fixtures/README.md` describes the files. A text for people is a `Bilingual`: the same words in every language.
"""

from functools import cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, create_model, model_validator

from .models.case import TransportMode
from .models.evidence import Outcome

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
Alpha2 = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Year = Annotated[int, Field(ge=1800, le=2100)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00]+$", max_length=1000)]


def four_decimals(value: float) -> float:
    """Refuse a number finer than its column, which would come back changed."""
    if round(value, 4) != value:
        raise ValueError("up to four decimal places")
    return value


Number = Annotated[int | float, Field(gt=-1e14, lt=1e14), AfterValidator(four_decimals)]


def text(maximum: int) -> type[str]:
    """Return the type of a string that holds something, up to `maximum` characters."""
    # A blank is not a text, and PostgreSQL stores no NUL character.
    return Annotated[str, StringConstraints(min_length=1, max_length=maximum, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]


class Record(BaseModel):
    """A record: no field may be missing, none may be unknown, no type is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


@cache
def bilingual(maximum: int) -> type[Record]:
    """Return the type of a text in English and Russian, up to `maximum` characters in each: what its column holds."""
    return create_model(f"Bilingual{maximum}", __base__=Record, en=(text(maximum), ...), ru=(text(maximum), ...))


Bilingual = bilingual(5000)


def once(field: str, values: list) -> None:
    """Raise ValueError, naming the field, where a value stands twice."""
    if len(set(values)) < len(values):
        raise ValueError(f"{field}: a value stands twice")


def in_order(earlier: str, first: int | None, later: str, last: int | None) -> None:
    """Raise ValueError, naming the fields, where the later year lies before the earlier."""
    if first and last and last < first:
        raise ValueError(f"{later} {last} lies before {earlier} {first}")


class PlaceRecord(Record):
    """A place of a case; coordinates both or neither."""

    name: text(160)
    country: Alpha2 | None
    lat: Latitude | None
    lon: Longitude | None

    @model_validator(mode="after")
    def coordinates_both_or_neither(self) -> Self:
        """Refuse half a position."""
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon: give both or neither")
        return self


class ProvisionReference(Record):
    """A convention and, where known, the `ref` of one of its provisions."""

    code: text(20)
    provision: text(120) | None


class Period(Record):
    """The years in which the practice ran; no end while it runs."""

    start: Year | None
    end: Year | None

    @model_validator(mode="after")
    def end_after_start(self) -> Self:
        """Refuse an end before the start."""
        in_order("start", self.start, "end", self.end)
        return self


class CaseTexts(Record):
    """The texts of a case in one language."""

    title: text(200)
    summary: text(5000)
    challenge: text(5000)
    practice: text(5000)
    results: text(5000)
    lessons: text(5000)


class OutcomeRecord(Record):
    """A measured result; `source` indexes the case's sources."""

    indicator: bilingual(300)
    before: Number | None
    after: Number
    unit: Literal[tuple(Outcome.Unit.values)]
    before_year: Year | None
    after_year: Year | None
    better: Literal[tuple(Outcome.Better.values)]
    source: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def after_follows_before(self) -> Self:
        """Refuse a value after that is older than the value before."""
        in_order("before_year", self.before_year, "after_year", self.after_year)
        return self


class SourceRecord(Record):
    """A citation."""

    title: text(400)
    publisher: text(250)
    year: Year | None
    url: WebAddress | None
    checked: bool

    @model_validator(mode="after")
    def checked_means_an_address(self) -> Self:
        """Refuse a checked source that nobody can open."""
        if self.checked and not self.url:
            raise ValueError("checked is true, but url is null")
        return self


class CaseRecord(Record):
    """A case study."""

    slug: Slug
    chapter: Annotated[int, Field(ge=1, le=9)]
    other_chapters: list[Annotated[int, Field(ge=1, le=9)]]
    themes: Annotated[list[Slug], Field(min_length=1, max_length=4)]
    countries: list[Alpha2]
    region_scope: text(160) | None
    instruments: list[ProvisionReference]
    transport_modes: list[Literal[tuple(TransportMode.values)]]
    period: Period
    places: list[PlaceRecord]
    implementers: list[text(250)]
    en: CaseTexts
    ru: CaseTexts
    outcomes: list[OutcomeRecord]
    sources: Annotated[list[SourceRecord], Field(min_length=1)]
    handbook: Literal["named", "theme"]
    confidence: Literal["high", "medium"]

    @model_validator(mode="after")
    def each_once(self) -> Self:
        """Refuse a link given twice, and an outcome whose source is not in the list."""
        links = {
            "other_chapters": [*self.other_chapters, self.chapter],
            "themes": self.themes,
            "countries": self.countries,
            "transport_modes": self.transport_modes,
            "instruments": [(link.code, link.provision) for link in self.instruments],
        }
        for field, values in links.items():
            once(field, values)
        if not self.countries and not self.region_scope:
            raise ValueError("countries, region_scope: give a country or a group of countries")
        for number, outcome in enumerate(self.outcomes):
            if outcome.source >= len(self.sources):
                raise ValueError(
                    f"outcomes.{number}.source: {outcome.source}, but there are {len(self.sources)} sources"
                )
        return self


class Words(Record):
    """Words that people type, by the language they belong to."""

    en: list[text(120)]
    ru: list[text(120)]


class ThemeRecord(Record):
    """A theme of the controlled vocabulary."""

    code: Annotated[Slug, Field(max_length=60)]
    name: bilingual(120)
    definition: Bilingual
    synonyms: Words


class ChapterRecord(Record):
    """A chapter or an annex."""

    number: Annotated[int, Field(ge=1, le=99)]
    kind: Literal["chapter", "annex"]
    slug: Annotated[Slug, Field(max_length=80)]
    title: bilingual(200)
    summary: Bilingual
    themes: list[Slug]

    @model_validator(mode="after")
    def themes_once(self) -> Self:
        """Refuse a theme given twice."""
        once("themes", self.themes)
        return self


class FieldOperation(Record):
    """An OSCE field operation."""

    name: bilingual(120)
    as_of: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d\d){0,2}$")]


class CountryRecord(Record):
    """A country."""

    alpha2: Alpha2
    alpha3: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    m49: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
    name: bilingual(120)
    region: text(80)
    subregion_ru: text(80)
    osce: Literal["participating", "partner"] | None
    unece: bool
    lldc: bool
    osce_field_operation: FieldOperation | None
    distance_to_sea_km: Annotated[int, Field(ge=0, le=100_000)] | None
    lat: Latitude
    lon: Longitude


class ProvisionRecord(Record):
    """A provision of an instrument."""

    ref: text(120)
    heading: bilingual(300)
    themes: list[Slug]
    gist: Bilingual

    @model_validator(mode="after")
    def themes_once(self) -> Self:
        """Refuse a theme given twice."""
        once("themes", self.themes)
        return self


class InstrumentRecord(Record):
    """A convention or another instrument, with its provisions."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=20)]
    name: bilingual(300)
    short_name: bilingual(120)
    depositary_or_owner: bilingual(200)
    kind: Literal["convention", "agreement", "standard", "recommendation", "declaration"]
    adopted: Year
    in_force: Year | None
    url: Annotated[WebAddress, Field(max_length=500)] | None
    summary: Bilingual
    provisions: list[ProvisionRecord]

    @model_validator(mode="after")
    def force_follows_adoption(self) -> Self:
        """Refuse an instrument in force before it was adopted."""
        in_order("adopted", self.adopted, "in_force", self.in_force)
        return self


class PartyRecord(Record):
    """A country that a source names as party to an instrument."""

    instrument: text(20)
    alpha2: Alpha2
    year: Year | None
    source: text(500)


class OrganizationRecord(Record):
    """An organization of Annex II."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=30)]
    name: bilingual(200)
    url: Annotated[WebAddress, Field(max_length=500)]
    role: Bilingual


class GlossaryTermRecord(Record):
    """A term of Annex I."""

    term: bilingual(160)
    abbreviation: bilingual(60) | None
    definition: Bilingual
    themes: list[Slug]
    source: text(300)

    @model_validator(mode="after")
    def themes_once(self) -> Self:
        """Refuse a theme given twice."""
        once("themes", self.themes)
        return self


class PartiesNoteRecord(Record):
    """How far the list of an instrument's parties goes."""

    instrument: text(20)
    as_of: bilingual(80)
    note: Bilingual


class NameRecord(bilingual(160)):
    """The Russian form of a name that the other files give in English."""


class AlternativeNamesRecord(Words):
    """Other names by which people search for a country, a region or an instrument."""

    kind: Literal["country", "region", "convention"]
    code: text(60)

    @model_validator(mode="after")
    def names_once(self) -> Self:
        """Refuse a name given twice."""
        once("en", self.en)
        once("ru", self.ru)
        return self


class ConceptRecord(Record):
    """Expressions that mean the same, and narrower ones."""

    code: Annotated[Slug, Field(max_length=60)]
    expressions: Words
    narrower: Words

    @model_validator(mode="after")
    def has_expressions(self) -> Self:
        """Refuse a concept without a word, and a word given twice."""
        if not self.expressions.en and not self.expressions.ru:
            raise ValueError("expressions: give at least one")
        for field in ("expressions", "narrower"):
            words = getattr(self, field)
            once(f"{field}.en", words.en)
            once(f"{field}.ru", words.ru)
        return self
