"""The shapes of the answers. Every answer is made through its shape, so that the description cannot differ from it.

Descriptions are marked for translation here and translated where the OpenAPI document is made.
"""

from datetime import datetime
from typing import Generic, TypeVar

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, Field

Record = TypeVar("Record", bound=BaseModel)


class Named(BaseModel):
    """A record of a vocabulary, by its code, with its name in the language of the answer."""

    code: str
    name: str


class ConventionOfStudy(Named):
    """A convention that a study implements or illustrates, with the exact provision where one is known."""

    provision: str | None = Field(description=_("Code of the provision."))
    ref: str | None = Field(description=_("The provision as it is cited."))


class Period(BaseModel):
    """The years in which the practice ran."""

    start: int | None
    end: int | None = Field(description=_("Nothing while it runs."))


class Place(BaseModel):
    """Where it happened; coordinates are degrees in WGS 84."""

    name: str
    country: str | None
    lat: float | None
    lon: float | None


class Outcome(BaseModel):
    """One measured result."""

    indicator: str
    before: float | None
    after: float
    unit: str
    before_year: int | None
    after_year: int | None
    better: str = Field(description=_("Which direction is an improvement: lower or higher."))
    source: int = Field(description=_("Place in the list of sources, counted from 0."))


class Source(BaseModel):
    """What a study rests on."""

    title: str
    publisher: str
    year: int | None
    url: str | None
    checked: bool = Field(description=_("Whether the page was seen and supports the facts."))


class Translation(BaseModel):
    """How a translation stands to the text that it was made from."""

    reviewed: bool = Field(description=_("Whether a person reviewed all of it."))
    follows: datetime | None = Field(
        description=_("Where the original changed since: the moment whose text it follows.")
    )


class Version(BaseModel):
    """A published state of a study, which stays as it was."""

    number: int
    made: datetime
    address: str = Field(description=_("Its page for readers."))


class Study(BaseModel):
    """A case study, as the JSON export gives it."""

    slug: str = Field(description=_("The name of the study in addresses; the same in every language."))
    url: str = Field(description=_("The page of the study for readers."))
    title: str
    summary: str
    challenge: str
    practice: str
    results: str
    lessons: str
    chapter: int = Field(description=_("Number of its chapter."))
    other_chapters: list[int] = Field(description=_("Numbers of the chapters that it illustrates too."))
    themes: list[Named]
    countries: list[Named]
    region_scope: str | None = Field(description=_("A group of countries that acted as such."))
    conventions: list[ConventionOfStudy]
    modes: list[str] = Field(description=_("Transport modes."))
    period: Period
    places: list[Place]
    implementers: list[str]
    outcomes: list[Outcome]
    sources: list[Source]
    handbook: str = Field(description=_("How it relates to the Handbook of 2012: named in it, or of a theme of it."))
    confidence: str = Field(description=_("How far the facts were checked: high or medium."))
    original_language: str = Field(description=_("The language in which it was written."))
    translations: dict[str, Translation | None] = Field(
        description=_("How the texts in each language stand that are translations; null for others.")
    )
    published: datetime = Field(description=_("When it was first published."))
    updated: datetime = Field(description=_("When readers last saw a change."))
    version: Version | None = Field(description=_("The version that it is, to be cited."))


class Tombstone(BaseModel):
    """A study that was public and is no more: whoever holds a copy lets go of it."""

    slug: str
    title: str
    withdrawn: datetime
    address: str


class StudyPage(BaseModel):
    """One page of the studies that answer a question."""

    count: int = Field(description=_("The number of all studies that answer the question."))
    question: str = Field(description=_("The question in words."))
    language: str
    licence: str
    page: int
    pages: int
    previous: str | None = Field(description=_("Address of the page before, as in the header Link."))
    next: str | None = Field(description=_("Address of the page after, as in the header Link."))
    facets: dict[str, dict[str, int]] = Field(
        description=_("For each key and value: how many studies there are when the value is added to the question.")
    )
    withdrawn: list[Tombstone] | None = Field(
        description=_("With changed_since: the studies of the whole collection withdrawn since that day.")
    )
    results: list[Study]


class Chapter(BaseModel):
    """A chapter or an annex of the Handbook."""

    kind: str
    number: int
    slug: str
    title: str
    summary: str
    themes: list[str] = Field(description=_("Codes of its themes."))
    url: str
    studies: int | None = Field(description=_("Number of studies; annexes have none."))


class Theme(Named):
    """A theme of the controlled vocabulary."""

    definition: str
    synonyms: list[str]
    url: str
    studies: int


class Country(BaseModel):
    """A country of ISO 3166-1."""

    alpha2: str
    alpha3: str
    m49: str
    name: str
    region: str = Field(description=_("Code of its region."))
    osce: str | None
    unece: bool
    lldc: bool = Field(description=_("Whether it is a landlocked developing country."))
    field_operation: str | None
    distance_to_sea_km: int | None
    lat: float | None
    lon: float | None
    url: str
    studies: int


class Region(Named):
    """A sub-region of the M49 standard of the United Nations."""

    countries: list[str] = Field(description=_("Two-letter codes of its countries."))
    studies: int


class Provision(BaseModel):
    """An article, standard or annex of a convention."""

    code: str
    ref: str
    heading: str
    gist: str
    themes: list[str] = Field(description=_("Codes of its themes."))
    url: str
    studies: int


class Party(BaseModel):
    """A country that a source names as party to a convention."""

    country: str
    year: int | None
    source: str


class Convention(BaseModel):
    """An instrument, with its provisions and its known parties."""

    code: str
    name: str
    short_name: str
    kind: str
    depositary: str
    adopted: int | None
    in_force: int | None
    source: str | None = Field(description=_("Address of the text."))
    summary: str
    parties_as_of: str
    parties_note: str
    provisions: list[Provision]
    parties: list[Party]
    url: str
    studies: int


class Organization(Named):
    """An organization that works on border crossing."""

    role: str
    source: str | None = Field(description=_("Address of its site."))


class GlossaryTerm(BaseModel):
    """A term of the field."""

    term: str
    abbreviation: str
    definition: str
    themes: list[str] = Field(description=_("Codes of its themes."))
    source: str


class Suggestion(BaseModel):
    """What the beginning of a question may mean."""

    kind: str
    kind_label: str
    label: str
    note: str = Field(description=_("The name that matched, where it is not the one shown."))
    url: str
    count: int | None = Field(description=_("The number of studies; nothing for one study."))


class Listing(BaseModel, Generic[Record]):
    """A whole vocabulary."""

    language: str
    count: int
    results: list[Record]


class Fault(BaseModel):
    """One thing wrong with a request."""

    key: str
    value: str
    message: str
    allowed: list[str] | str = Field(description=_("A list of what is allowed, or the same in words."))


class Refusal(BaseModel):
    """Why a request was not answered; the same for every error."""

    status: int
    errors: list[Fault]
