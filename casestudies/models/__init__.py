"""What the database holds, by subject."""

from .case import CaseChapter, CaseCountry, CaseProvision, CaseStudy, CaseTheme
from .evidence import Outcome, Place, Source
from .field_office import FieldOffice
from .importing import ImportedStudy, ImportJob
from .index import SearchEntry, SearchWord
from .loading import LoadedRecord
from .reference import (
    Chapter,
    ChapterTheme,
    Convention,
    Country,
    GlossaryTerm,
    GlossaryTermTheme,
    Organization,
    Party,
    Provision,
    ProvisionTheme,
    Region,
    Theme,
)
from .revision import CollectionRevision
from .thesaurus import Concept
from .version import CaseStudyVersion

__all__ = [
    "CaseChapter",
    "CaseCountry",
    "CaseProvision",
    "CaseStudy",
    "CaseStudyVersion",
    "CaseTheme",
    "Chapter",
    "ChapterTheme",
    "CollectionRevision",
    "Concept",
    "Convention",
    "Country",
    "FieldOffice",
    "GlossaryTerm",
    "GlossaryTermTheme",
    "ImportJob",
    "ImportedStudy",
    "LoadedRecord",
    "Organization",
    "Outcome",
    "Party",
    "Place",
    "Provision",
    "ProvisionTheme",
    "Region",
    "SearchEntry",
    "SearchWord",
    "Source",
    "Theme",
]
