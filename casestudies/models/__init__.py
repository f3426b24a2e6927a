"""What the database holds, by subject."""

from .case import CaseChapter, CaseCountry, CaseProvision, CaseStudy, CaseTheme
from .evidence import Outcome, Place, Source
from .field_office import FieldOffice
from .fruitless_question import FruitlessQuestion
from .history import DeletedRecord, HistoryEntry
from .importing import ImportedStudy, ImportJob
from .index import KeptRecord, SearchEntry, SearchWord
from .link_check import LinkCheck
from .loading import LoadedRecord
from .proposal import Proposal
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
from .translated_text import IndicatorTranslation, TranslatedIndicator, TranslatedText, TranslationDelivery
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
    "DeletedRecord",
    "FieldOffice",
    "FruitlessQuestion",
    "GlossaryTerm",
    "GlossaryTermTheme",
    "HistoryEntry",
    "ImportJob",
    "ImportedStudy",
    "IndicatorTranslation",
    "KeptRecord",
    "LinkCheck",
    "LoadedRecord",
    "Organization",
    "Outcome",
    "Party",
    "Place",
    "Proposal",
    "Provision",
    "ProvisionTheme",
    "Region",
    "SearchEntry",
    "SearchWord",
    "Source",
    "Theme",
    "TranslatedIndicator",
    "TranslatedText",
    "TranslationDelivery",
]
