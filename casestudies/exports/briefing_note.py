"""DOCX for people who edit: a briefing note of a selection, or of one study, in Word's own styles."""

import io
import re
from collections.abc import Callable, Iterator

import docx
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from docx.document import Document as WordDocument
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from . import note_parts
from .base import Group
from .briefing import Briefing, Fact, MeasuredResult, Section, StudyBriefing, Words, briefing_of
from .document import Document
from .note_styles import OUTCOME_WIDTHS, SPELLING, set_styles

_WEB_ADDRESS = re.compile(r"(https?://\S+)")


class BriefingNote:
    """A document to edit, to shorten and to put under another letterhead."""

    extension = "docx"
    label = _("Word (to edit)")
    group = Group.READING
    content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    as_attachment = True
    for_study = True
    most = 300
    in_turn = True

    def write(self, document: Document) -> Iterator[bytes]:
        """Yield the whole file at once: it is a ZIP whose parts refer to each other."""
        with translation.override(document.language):
            briefing = briefing_of(document)
        note = docx.Document()
        set_styles(note, document.language, with_title_page=document.selection is not None)
        writer = _Writer(note, briefing, document.go_on)
        if document.selection:
            writer.write_selection()
        else:
            writer.write_study()
        _describe(note, briefing, document)
        file = io.BytesIO()
        note.save(file)
        yield file.getvalue()


def _describe(note: WordDocument, briefing: Briefing, document: Document) -> None:
    """Fill in the properties of the file, which the default template leaves in its own name."""
    properties = note.core_properties
    properties.title = f"{briefing.question} – {briefing.collection}"[:255]
    properties.author = (briefing.institution or briefing.collection)[:255]
    properties.last_modified_by = properties.author
    properties.language = SPELLING.get(briefing.language, briefing.language)
    properties.comments = briefing.address[:255]
    properties.created = properties.modified = document.provenance.made
    properties.revision = 1


class _Writer:
    """Writes the parts of a briefing to a Word document, one after the other."""

    def __init__(self, note: WordDocument, briefing: Briefing, go_on: Callable[[], None]):
        self.note = note
        self.go_on = go_on
        self.briefing = briefing
        self.labels = briefing.labels
        self.style_ids = {style.name: style.style_id for style in note.styles}
        self.end = note.element.body.sectPr
        self.tables = 0

    # The two kinds of note -------------------------------------------------------------------------------------------

    def write_selection(self) -> None:
        """Write a title page, the contents, and the studies, each on a new page."""
        self._head_and_foot()
        self._paragraph("Title", self.briefing.collection)
        self._paragraph("Subtitle", self.briefing.question)
        self._provenance()
        if not self.briefing.studies:
            self._paragraph("Normal", self.labels["none"])
            return
        self._contents()
        for number, study in enumerate(self.briefing.studies):
            title = self._words(self._paragraph("Heading 1"), study.title)
            note_parts.bookmark(title, _bookmark(number), number)
            self._study(study, level=2)
            self._labelled(self.labels["address"], study.address)

    def write_study(self) -> None:
        """Write one study, how to cite it, and where the note comes from."""
        self._head_and_foot()
        (study,) = self.briefing.studies
        self._words(self._paragraph("Title"), study.title)
        self._study(study, level=1)
        self._heading(1, self.labels["cite"])
        self._linked(self._paragraph("Normal"), f"{study.citation} {study.address}")
        self._heading(1, self.labels["about"])
        self._provenance()

    # Their parts -----------------------------------------------------------------------------------------------------

    def _head_and_foot(self) -> None:
        section = self.note.sections[0]
        section.header.paragraphs[0].text = self.briefing.collection
        foot = section.footer.paragraphs[0]
        foot.add_run(f"{self.briefing.institution}\t{self.labels['page']} ")
        note_parts.add_field(foot, "PAGE", "1")

    def _provenance(self) -> None:
        for label, value in self.briefing.provenance:
            self._labelled(label, value)

    def _contents(self) -> None:
        """Write a table of contents that Word renews; its entries stand there from the start.

        Without page numbers: only the program that lays out the pages knows them.
        """
        self._paragraph("TOC Heading", self.labels["contents"])
        for number, study in enumerate(self.briefing.studies):
            entry = self._paragraph("toc 1")
            if number == 0:
                note_parts.begin_field(entry, r'TOC \o "1-1" \n \h \z')
            note_parts.link_to_bookmark(self._words(entry, study.title), _bookmark(number))
        note_parts.end_field(entry)

    def _study(self, study: StudyBriefing, level: int) -> None:
        """Write a study below its title; its parts have headings of `level`."""
        if study.notice:
            self._paragraph("Caption", study.notice)
        self.go_on()
        for summary in study.summary:
            self._words(self._paragraph("Lead"), summary)
        for section in study.account:
            self._section(section, level)
        if study.outcomes:
            self._outcomes(study.outcomes)
        for section in study.lessons:
            self._section(section, level)
        if study.sources:
            self._sources(study, level)
        self._heading(level, self.labels["facts"])
        for fact in study.facts:
            self._fact(fact)

    def _section(self, section: Section, level: int) -> None:
        self._heading(level, section.heading)
        for words in section.paragraphs:
            self._words(self._paragraph("Normal"), words)

    def _outcomes(self, outcomes: list[MeasuredResult]) -> None:
        self.tables += 1
        caption = self._paragraph("Caption", f"{self.labels['table']} ")
        note_parts.add_field(caption, r"SEQ Table \* ARABIC", str(self.tables))
        caption.add_run(f". {self.labels['measured']}")
        ours = self.briefing.language
        head = [Words(self.labels[name], ours) for name in ("indicator", "before", "after", "better", "source")]
        rows = [
            (row.indicator, *(Words(text, ours) for text in (row.before, row.after, row.better, str(row.source))))
            for row in outcomes
        ]
        table = self.note.add_table(rows=len(rows) + 1, cols=len(head), style="Outcomes")
        note_parts.repeat_on_every_page(table.rows[0])
        for column, width in zip(table.columns, OUTCOME_WIDTHS, strict=True):
            column.width = width
        for row, values, style in zip(
            table.rows, [head, *rows], ["Table Head"] + ["Table Text"] * len(rows), strict=True
        ):
            for cell, words, width in zip(row.cells, values, OUTCOME_WIDTHS, strict=True):
                cell.width = width
                cell.paragraphs[0]._p.style = self.style_ids[style]
                self._words(cell.paragraphs[0], words)

    def _sources(self, study: StudyBriefing, level: int) -> None:
        self._heading(level, self.labels["sources"])
        number = note_parts.new_list(self.note, "List Number")
        for source in study.sources:
            item = self._paragraph("List Number", f"{source.title}. {source.details}. ")
            note_parts.put_in_list(item, number)
            self._linked(item, source.address)

    def _fact(self, fact: Fact) -> None:
        paragraph = self._labelled(fact.label)
        for place, words in enumerate(fact.values):
            if place:
                paragraph.add_run("; ")
            self._words(paragraph, words)

    # Their words -----------------------------------------------------------------------------------------------------

    def _paragraph(self, style: str, text: str = "") -> Paragraph:
        paragraph = note_parts.add_paragraph(self.note, self.end, self.style_ids[style])
        if text:
            paragraph.add_run(text)
        return paragraph

    def _heading(self, level: int, text: str) -> None:
        self._paragraph(f"Heading {level}", text)

    def _labelled(self, label: str, value: str = "") -> Paragraph:
        paragraph = self._paragraph("Fact")
        note_parts.add_run(paragraph, f"{label}: ", self.style_ids["Label"])
        self._linked(paragraph, value)
        return paragraph

    def _words(self, paragraph: Paragraph, words: Words) -> Run:
        """Add a text; one in another language than the note's is marked for the spelling checker."""
        foreign = words.language != self.briefing.language
        return note_parts.add_run(paragraph, words.text, self.style_ids["English"] if foreign else None)

    def _linked(self, paragraph: Paragraph, text: str) -> None:
        """Add a text whose web addresses are links."""
        for part in filter(None, _WEB_ADDRESS.split(text)):
            if _WEB_ADDRESS.match(part):
                run = note_parts.add_run(paragraph, part, self.style_ids["Hyperlink"])
                note_parts.link_to_address(paragraph, run, part)
            else:
                paragraph.add_run(part)


def _bookmark(number: int) -> str:
    """Return the name of the place where a study begins; Word hides names that begin so from its lists."""
    return f"_Toc{number + 1:06}"
