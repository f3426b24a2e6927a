"""BibTeX, also for biblatex and Biber: UTF-8, so that Cyrillic stays readable."""

from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from .base import Group
from .citations import Citation, citations, in_one_line, language_name
from .document import Document

# What LaTeX would take for a command. Everything else stands as it is: Unicode is what today's LaTeX reads.
SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "#": r"\#",
        "$": r"\$",
        "%": r"\%",
        "&": r"\&",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
# BibTeX counts braces inside a comment too, and takes an at sign there for the next entry.
IN_COMMENT = str.maketrans("{}@", "()＠")
IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


class BibTex:
    """Each study as `@techreport`, the type for what an institution publishes itself; each source as `@misc`.

    Written here: the libraries for BibTeX put text into a file as it is, and escaping it is the whole work.
    """

    extension = "bib"
    label = _("BibTeX (LaTeX)")
    group = Group.CITATIONS
    content_type = "application/x-bibtex; charset=utf-8"
    as_attachment = True
    for_study = True
    most = None
    in_turn = False

    def write(self, document: Document) -> Iterator[str]:
        """Yield where the file comes from as a comment, then the entries one by one."""
        with translation.override(document.language):
            rows = document.provenance.rows()
            lines = (f"  {label}: {in_one_line(value)}\n".translate(IN_COMMENT) for label, value in rows)
            yield "@comment{\n" + "".join(lines) + "}\n"
            for citation in citations(document):
                yield _entry(citation, f"{document.provenance.day:%Y-%m-%d}")


def _entry(citation: Citation, seen: str) -> str:
    """Return an entry; fields without a value are left out."""
    kind = "techreport" if citation.is_study else "misc"
    fields = {
        **(_fields_of_study(citation, seen) if citation.is_study else _fields_of_source(citation)),
        "year": str(citation.year or ""),
        # An address is taken as it stands; only a brace would end the field.
        "url": citation.address.translate(IN_ADDRESS),
        # Neither the entry of a report nor its styles know an edition; the note is printed by all.
        "note": _escaped(". ".join(filter(None, (citation.version, citation.note)))),
    }
    written = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"\n@{kind}{{{citation.key},\n{written}}}\n"


def _fields_of_study(citation: Citation, seen: str) -> dict[str, str]:
    return {
        "author": _whole(citation.author),
        "title": _whole(citation.title),
        "institution": _escaped(citation.publisher),
        "type": _escaped(citation.kind),
        "month": str(citation.changed.month),
        "language": language_name(citation.language),
        "abstract": _escaped(citation.abstract),
        "keywords": ", ".join(_escaped(keyword) for keyword in citation.keywords),
        "urldate": seen,
    }


def _fields_of_source(citation: Citation) -> dict[str, str]:
    publisher = _escaped(citation.publisher)
    # Styles of BibTeX print `howpublished`, reference managers read `publisher`.
    return {"title": _whole(citation.title), "howpublished": publisher, "publisher": publisher}


def _escaped(text: str) -> str:
    return text.translate(SPECIAL)


def _whole(text: str) -> str:
    """Return a text in braces of its own.

    A style would write "norway" for "Norway" in a title and take "and" in the name of an institution for two authors.
    Titles here are written as sentences already, so nothing is lost.
    """
    return f"{{{_escaped(text)}}}"
