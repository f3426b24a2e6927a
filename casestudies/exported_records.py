"""The records in an exported collection: the shape that `collection_records` gives them, checked when read back.

The collection's files ask for complete texts in both languages; a database may hold less, and an export holds what the
database does. So the types are checked here, and lengths, years and codes by the database.
"""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from .models.evidence import Outcome
from .models.translated_text import INDICATOR_NAME, TRANSLATED_FIELDS
from .records import Period, PlaceRecord, Record

# JSON has no moments, only texts that say one.
Moment = Annotated[datetime, Field(strict=False)]
# PostgreSQL stores no NUL character.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


class Texts(Record):
    """A text in every language, "" where one is missing."""

    en: Text
    ru: Text


class Lists(Record):
    """Words by the language they belong to."""

    en: list[Text]
    ru: list[Text]


class Named(Record):
    """What has other names; they are left out where there are none."""

    alternative_names: Lists = None


class Region(Named):
    """A region."""

    slug: Text
    name: Texts


class Theme(Record):
    """A theme."""

    code: Text
    name: Texts
    definition: Texts
    synonyms: Lists


class Chapter(Record):
    """A chapter or an annex."""

    number: int
    kind: Literal["chapter", "annex"]
    slug: Text
    title: Texts
    summary: Texts
    themes: list[Text]


class FieldOperation(Record):
    """An OSCE field operation."""

    name: Texts
    as_of: Text


class Country(Named):
    """A country, its region by slug."""

    alpha2: Text
    alpha3: Text
    m49: Text
    name: Texts
    region: Text
    osce: Text | None
    unece: bool
    lldc: bool
    osce_field_operation: FieldOperation | None
    distance_to_sea_km: int | None
    lat: float | None
    lon: float | None


class Convention(Named):
    """A convention without its provisions."""

    code: Text
    name: Texts
    short_name: Texts
    depositary_or_owner: Texts
    kind: Text
    adopted: int | None
    in_force: int | None
    url: Text | None
    summary: Texts
    parties_as_of: Texts | None
    parties_note: Texts | None


class Provision(Record):
    """A provision, with its convention's code."""

    convention: Text
    ref: Texts
    heading: Texts
    themes: list[Text]
    gist: Texts


class Party(Record):
    """A country that is party to a convention."""

    instrument: Text
    alpha2: Text
    year: int | None
    source: Text


class Organization(Record):
    """An organization."""

    code: Text
    name: Texts
    url: Text
    role: Texts


class GlossaryTerm(Record):
    """A term of the glossary."""

    term: Texts
    abbreviation: Texts | None
    definition: Texts
    themes: list[Text]
    source: Text


class Concept(Record):
    """A concept of the thesaurus."""

    code: Text
    expressions: Lists
    narrower: Lists


class CaseTexts(Record):
    """The texts of a study in one language."""

    title: Text
    summary: Text
    challenge: Text
    practice: Text
    results: Text
    lessons: Text


class Instrument(Record):
    """A convention and the English reference of one of its provisions."""

    code: Text
    provision: Text | None


class MeasuredOutcome(Record):
    """A measured result; `source` is the place of its source in the study's list."""

    indicator: Texts
    before: int | float | None
    after: int | float
    unit: Literal[tuple(Outcome.Unit.values)]
    before_year: int | None
    after_year: int | None
    better: Literal[tuple(Outcome.Better.values)]
    source: Annotated[int, Field(ge=0)]


class Source(Record):
    """A citation."""

    title: Text
    publisher: Text
    year: int | None
    url: Text | None
    checked: bool


class Place(PlaceRecord):
    """A place, however long its name."""

    name: Text


class Case(Record):
    """A study."""

    slug: Text
    chapter: int
    other_chapters: list[int]
    themes: list[Text]
    countries: list[Text]
    region_scope: Texts | None
    instruments: list[Instrument]
    transport_modes: list[Text]
    period: Period
    places: list[Place]
    implementers: list[Text]
    en: CaseTexts
    ru: CaseTexts
    outcomes: list[MeasuredOutcome]
    sources: list[Source]
    handbook: Literal["named", "theme"]
    confidence: Literal["high", "medium"]

    @model_validator(mode="after")
    def outcomes_have_sources(self) -> Self:
        """Refuse an outcome whose source is not in the list."""
        for number, outcome in enumerate(self.outcomes):
            if outcome.source >= len(self.sources):
                raise ValueError(f"outcomes.{number}.source: there are {len(self.sources)} sources")
        return self


class VersionOfStudy(Record):
    """Which version a study is."""

    number: Annotated[int, Field(ge=1)]
    made: Moment


class CurrentVersion(VersionOfStudy):
    """The version that a published study is, with its page."""

    address: Text = ""


class Moments(BaseModel):
    """When a study was published and saved, and what it is; what else stands beside is for readers of the file."""

    published: Moment
    updated: Moment
    saved: Moment = None
    """Files of earlier releases have it under `updated`."""
    version: CurrentVersion | None
    original_language: Literal["en", "ru"] = "en"


class Version(VersionOfStudy):
    """A version that is no longer current."""

    slug: Text
    withdrawn: Moment | None
    record: Case


class TranslationNote(Record):
    """Which text a translation follows, as `translations.Note` has it."""

    slug: Text
    language: Literal["en", "ru"]
    field: Literal[TRANSLATED_FIELDS] | Annotated[str, Field(pattern=f"^{INDICATOR_NAME}$")]
    made_from: Text
    made: Moment
    reviewed: Moment | None
    source_changed: Moment | None
