"""RIS: what EndNote, Zotero, Mendeley, Citavi and library catalogues import."""

from collections.abc import Iterator
from datetime import date

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .base import Group
from .citations import Citation, citations, in_one_line
from .document import Document


class Ris:
    """Each study as a report (RPRT), each source as a web page (ELEC), or of no known kind (GEN) without an address.

    Written here, not by rispy, which lets a line break end a field. The rules: a line is two characters, two spaces, a
    hyphen, a space and the value; a record begins with TY and ends with ER; lines end with CR LF.
    """

    extension = "ris"
    label = _("RIS (EndNote, Zotero, Mendeley)")
    group = Group.CITATIONS
    content_type = "application/x-research-info-systems; charset=utf-8"
    as_attachment = True
    for_study = True
    most = None
    in_turn = False

    def write(self, document: Document) -> Iterator[str]:
        """Yield the records one by one; of a selection, first the list itself, as a web page one may cite."""
        with translation.override(document.language):
            if document.selection:
                yield _record(_of_list(document))
            for citation in citations(document):
                yield _record(_fields(citation, document))


def _record(fields: list[tuple[str, str]]) -> str:
    """Return a record; fields without a value are left out."""
    lines = [f"{tag}  - {value}\r\n" for tag, value in fields if value]
    return "".join(lines) + "ER  - \r\n\r\n"


def _of_list(document: Document) -> list[tuple[str, str]]:
    """Return the list that was asked for, with where the file comes from: RIS has no comments."""
    provenance = document.provenance
    return [
        ("TY", "ELEC"),
        ("TI", in_one_line(provenance.question)),
        ("PB", in_one_line(provenance.collection)),
        ("PY", str(provenance.day.year)),
        ("UR", provenance.address),
        ("Y2", _date(provenance.day)),
        *_origin(document),
    ]


def _origin(document: Document) -> list[tuple[str, str]]:
    return [("N1", in_one_line(f"{label}: {value}")) for label, value in document.provenance.rows()]


def _fields(citation: Citation, document: Document) -> list[tuple[str, str]]:
    kind = "ELEC" if citation.address else "GEN"
    return [
        ("TY", "RPRT" if citation.is_study else kind),
        ("ID", citation.key),
        ("AU", citation.author),
        ("TI", citation.title),
        ("PB", citation.publisher),
        ("ET", citation.version),
        ("PY", str(citation.year or "")),
        ("DA", _date(citation.changed) if citation.changed else ""),
        ("M3", citation.kind),
        ("LA", citation.language),
        ("AB", citation.abstract),
        *(("KW", keyword) for keyword in citation.keywords),
        ("UR", citation.address),
        ("Y2", _date(document.provenance.day) if citation.is_study else ""),
        ("N1", citation.note),
        # The record of a list says it for all of its studies.
        *(_origin(document) if citation.is_study and not document.selection else ()),
    ]


def _date(day: date) -> str:
    """Return a date as RIS writes it: year, month, day, and the slash before what else there is to say."""
    return f"{day:%Y/%m/%d}/"
