"""The collection's file format: one class a kind of record, checked field by field.

`fixtures/README.md` describes the files. A text for people is a `Bilingual`: the same words in every language.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from .models.case import TransportMode
from .models.evidence import Outcome

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
Alpha2 = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Year = Annotated[int, Field(ge=1800, le=2100)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Number = Annotated[int | float, Field(gt=-1e14, lt=1e14)]


def text(maximum: int):
    """Return the type of a string that holds something, up to `maximum` characters."""
    # PostgreSQL stores no NUL character.
    return Annotated[str, StringConstraints(min_length=1, max_length=maximum, pattern=r"^[^\x00]*$")]


class Record(BaseModel):
    """A record: no field may be missing, none may be unknown, no type is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Bilingual(Record):
    """A text in English and Russian."""

    en: text(5000)
    ru: text(5000)


class Label(Record):
    """A short text in English and Russian."""

    en: text(300)
    ru: text(300)


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
    def in_order(self) -> Self:
        """Refuse an end before the start."""
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
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

    indicator: Label
    before: Number | None
    after: Number
    unit: Literal[tuple(Outcome.Unit.values)]
    before_year: Year | None
    after_year: Year | None
    better: Literal[tuple(Outcome.Better.values)]
    source: Annotated[int, Field(ge=0)]


class SourceRecord(Record):
    """A citation."""

    title: text(400)
    publisher: text(250)
    year: Year | None
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00]+$", max_length=1000)] | None
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
    themes: list[Slug]
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
            if len(set(values)) < len(values):
                raise ValueError(f"{field}: a value stands twice")
        for number, outcome in enumerate(self.outcomes):
            if outcome.source >= len(self.sources):
                raise ValueError(
                    f"outcomes.{number}.source: {outcome.source}, but there are {len(self.sources)} sources"
                )
        return self


class Synonyms(Record):
    """The words that people type for a theme."""

    en: list[text(120)]
    ru: list[text(120)]


class ThemeRecord(Record):
    """A theme of the controlled vocabulary."""

    code: Slug
    name: Bilingual
    definition: Bilingual
    synonyms: Synonyms


class ChapterRecord(Record):
    """A chapter or an annex."""

    number: Annotated[int, Field(ge=1, le=99)]
    kind: Literal["chapter", "annex"]
    slug: Slug
    title: Bilingual
    summary: Bilingual
    themes: list[Slug]


class FieldOperation(Record):
    """An OSCE field operation."""

    name: Bilingual
    as_of: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d\d){0,2}$")]


class CountryRecord(Record):
    """A country."""

    alpha2: Alpha2
    alpha3: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    m49: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
    name: Bilingual
    region: text(80)
    subregion_ru: text(80)
    osce: Literal["participating", "partner"] | None
    unece: bool
    lldc: bool
    osce_field_operation: FieldOperation | None
    distance_to_sea_km: Annotated[int, Field(ge=0)] | None
    lat: Latitude
    lon: Longitude


class ProvisionRecord(Record):
    """A provision of an instrument."""

    ref: text(120)
    heading: Bilingual
    themes: list[Slug]
    gist: Bilingual


class InstrumentRecord(Record):
    """A convention or another instrument, with its provisions."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=20)]
    name: Bilingual
    short_name: Bilingual
    depositary_or_owner: Bilingual
    kind: Literal["convention", "agreement", "standard", "recommendation", "declaration"]
    adopted: Year
    in_force: Year | None
    url: text(500) | None
    summary: Bilingual
    provisions: list[ProvisionRecord]


class PartyRecord(Record):
    """A country that a source names as party to an instrument."""

    instrument: text(20)
    alpha2: Alpha2
    year: Year | None
    source: text(500)


class OrganizationRecord(Record):
    """An organization of Annex II."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=30)]
    name: Bilingual
    url: text(500)
    role: Bilingual


class GlossaryTermRecord(Record):
    """A term of Annex I."""

    term: Bilingual
    abbreviation: Bilingual | None
    definition: Bilingual
    themes: list[Slug]
    source: text(300)


class PartiesNoteRecord(Record):
    """How far the list of an instrument's parties goes."""

    instrument: text(20)
    as_of: Bilingual
    note: Bilingual


class NameRecord(Bilingual):
    """The Russian form of a name that the other files give in English."""
