"""The protocol's XML."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

from casestudies.exports.characters import without_control_characters

from .dublin_core import Element
from .records import Batch, Header
from .requests import PREFIX, SECOND, token

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"
for prefix, namespace in (("", OAI), ("oai_dc", OAI_DC), ("dc", DC), ("xsi", XSI)):
    ElementTree.register_namespace(prefix, namespace)


def datestamp(moment: datetime) -> str:
    """Return a moment as the protocol writes it: seconds in UTC."""
    return moment.astimezone(UTC).strftime(SECOND)


class Response:
    """One response, to which the answer is added piece by piece."""

    def __init__(self, address: str, attributes: dict[str, str]):
        """Begin a response; `attributes` are verb and arguments as asked, none where they were not understood."""
        self.root = ElementTree.Element(f"{{{OAI}}}OAI-PMH")
        self.root.set(f"{{{XSI}}}schemaLocation", f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd")
        self._add(self.root, "responseDate", datestamp(datetime.now(UTC)))
        self._add(self.root, "request", address, **attributes)
        self._verb = attributes.get("verb", "")

    def _add(self, parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        attributes = {key: without_control_characters(value) for key, value in attributes.items()}
        element = ElementTree.SubElement(parent, f"{{{OAI}}}{name}", attributes)
        element.text = without_control_characters(text)
        return element

    def _fields(self, parent: ElementTree.Element, fields: Iterable[tuple[str, str]]) -> None:
        for name, text in fields:
            self._add(parent, name, text)

    def written(self) -> bytes:
        """Return the document."""
        return ElementTree.tostring(self.root, encoding="utf-8", xml_declaration=True)

    def error(self, code: str, message: str) -> None:
        """Say that the request is wrong, or that nothing matches it."""
        self._add(self.root, "error", message, code=code)

    def identify(self, fields: Iterable[tuple[str, str]]) -> None:
        """Say what repository this is."""
        self._fields(self._add(self.root, "Identify"), fields)

    def formats(self) -> None:
        """Name the one format."""
        element = self._add(self._add(self.root, "ListMetadataFormats"), "metadataFormat")
        schema = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
        self._fields(element, [("metadataPrefix", PREFIX), ("schema", schema), ("metadataNamespace", OAI_DC)])

    def sets(self, sets: Iterable[tuple[str, str]]) -> None:
        """List the sets: code and name."""
        parent = self._add(self.root, "ListSets")
        for code, name in sets:
            self._fields(self._add(parent, "set"), [("setSpec", code), ("setName", name)])

    def record(self, identifier: str, header: Header, metadata: Iterator[Element] | None) -> None:
        """Give one record; a deleted one has no metadata."""
        self._record(self._add(self.root, "GetRecord"), identifier, header, metadata)

    def records(self, entries: Iterable[tuple[str, Header, Iterator[Element] | None]], batch: Batch) -> None:
        """List records: identifier, header and metadata of each."""
        parent = self._add(self.root, "ListRecords")
        for identifier, header, metadata in entries:
            self._record(parent, identifier, header, metadata)
        self._resumption(parent, batch)

    def identifiers(self, entries: Iterable[tuple[str, Header]], batch: Batch) -> None:
        """List identifiers with their headers."""
        parent = self._add(self.root, "ListIdentifiers")
        for identifier, header in entries:
            self._header(parent, identifier, header)
        self._resumption(parent, batch)

    def _record(self, parent, identifier: str, header: Header, metadata: Iterator[Element] | None) -> None:
        element = self._add(parent, "record")
        self._header(element, identifier, header)
        if metadata is None:
            return
        dc = ElementTree.SubElement(self._add(element, "metadata"), f"{{{OAI_DC}}}dc")
        dc.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
        for name, text, language in metadata:
            child = ElementTree.SubElement(dc, f"{{{DC}}}{name}", {f"{{{XML}}}lang": language} if language else {})
            child.text = without_control_characters(text)

    def _header(self, parent: ElementTree.Element, identifier: str, header: Header) -> None:
        element = self._add(parent, "header", **({"status": "deleted"} if header.deleted else {}))
        fields = [("identifier", identifier), ("datestamp", datestamp(header.datestamp))]
        self._fields(element, [*fields, *(("setSpec", code) for code in header.sets)])

    def _resumption(self, parent: ElementTree.Element, batch: Batch) -> None:
        """Add the token for the rest; an empty one ends a list that was given in parts."""
        if batch.rest or batch.cursor:
            text = token(self._verb, batch.rest) if batch.rest else ""
            self._add(parent, "resumptionToken", text, completeListSize=str(batch.size), cursor=str(batch.cursor))
