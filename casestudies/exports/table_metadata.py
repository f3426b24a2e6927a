"""What a CSV file cannot say of itself: W3C's "Metadata Vocabulary for Tabular Data" (https://www.w3.org/TR/csvw/).

A table with lines of comment before its headings is one that programs misread, so where it comes from and what its
columns hold stand in a file beside it.
"""

from django.urls import reverse
from django.utils.translation import gettext

from .columns import COLUMNS, Column
from .document import LICENCE, Document

CONTENT_TYPE = "application/csvm+json"


def link(document: Document) -> str:
    """Return the HTTP header by which the table with the document's studies leads to its description."""
    address = _with_query(document, reverse("case-table-metadata"))
    return f'<{address}>; rel="describedby"; type="{CONTENT_TYPE}"'


def described(document: Document) -> dict:
    """Return the description of the CSV file with the document's studies, in the active language."""
    provenance = document.provenance
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": document.language}],
        "url": _with_query(document, reverse("case-export", args=["csv"])),
        "dc:title": provenance.collection,
        "dc:description": provenance.question,
        "dc:language": provenance.language,
        "dc:created": {"@value": provenance.made.isoformat(timespec="seconds"), "@type": "xsd:dateTime"},
        "dc:extent": gettext("Number of studies") + f": {provenance.studies}",
        "dc:source": {"@id": provenance.address},
        "dc:license": {"@id": LICENCE},
        "dialect": {"encoding": "utf-8", "delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True},
        "tableSchema": {"columns": [_column(column) for column in COLUMNS], "primaryKey": "slug"},
    }


def _column(column: Column) -> dict:
    description = {"name": column.name, "titles": str(column.heading), "datatype": column.datatype}
    if column.separator:
        description["separator"] = column.separator
    return description


def _with_query(document: Document, path: str) -> str:
    query = document.selection.query_string()
    return document.site + path + (f"?{query}" if query else "")
