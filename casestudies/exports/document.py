"""What goes into a file: the studies of a selection, or one study, and where they come from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_info, gettext

from casestudies import versions, vocabulary
from casestudies.models import CaseStudy
from casestudies.selection import Selection

from . import reading
from .client import Client

LICENCE_NAME = "CC BY 4.0"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True)
class Provenance:
    """Where a file comes from, so that a reader who holds only the file can cite it and get it anew."""

    collection: str
    """The name of the site."""
    question: str
    """What was asked, in words, or the title of the one study."""
    made: datetime
    language: str
    studies: int
    address: str
    """The permanent address of the page with the same studies."""
    licence: str

    @property
    def day(self) -> date:
        """The day on which the file was made, in the site's time zone."""
        return timezone.localdate(self.made)

    def rows(self) -> list[tuple[str, str]]:
        """Return labels and values for people, in the active language."""
        return [
            (gettext("Collection"), self.collection),
            (gettext("Question"), self.question),
            (gettext("Made on"), date_format(self.day, "DATE_FORMAT")),
            (gettext("Language"), get_language_info(self.language)["name_translated"].capitalize()),
            (gettext("Number of studies"), str(self.studies)),
            (gettext("Permanent address"), self.address),
            (gettext("Licence"), self.licence),
        ]


class Document:
    """The contents of a file, for every format: studies in order, in the active language, with their provenance.

    `site` is the address of the site, without a slash at the end. `selection` is None for a single study.
    `client` is who waits for the file.
    """

    def __init__(
        self, site: str, selection: Selection | None, study: CaseStudy | None = None, client: Client | None = None
    ):
        self.site = site
        self._client = client or Client()
        self.language = get_language()
        self.selection = selection
        self._study = study
        self.provenance = Provenance(
            collection=str(settings.SITE_NAME),
            question=selection.description if selection else study.title,
            made=timezone.now(),
            language=self.language,
            studies=selection.counts.total if selection else 1,
            address=self._address(),
            licence=gettext("Texts: %(name)s, %(address)s") % {"name": LICENCE_NAME, "address": LICENCE},
        )

    @classmethod
    def of_selection(cls, selection: Selection, site: str, client: Client | None = None) -> "Document":
        """Return the document of a selection without faults."""
        return cls(site, selection, client=client)

    @classmethod
    def of_study(cls, study: CaseStudy, site: str, client: Client | None = None) -> "Document":
        """Return the document of one study, read with `in_full()`."""
        return cls(site, None, study, client)

    def go_on(self) -> None:
        """Return while somebody waits for the file. Raises ClientGone when nobody does.

        Reading calls it for every study; a format calls it in what else takes long.
        """
        self._client.go_on()

    def _address(self) -> str:
        if not self.selection:
            return self.address_of(self._study)
        query = self.selection.query_string()
        return self.site + reverse("case-list") + (f"?{query}" if query else "")

    def address_of(self, study: CaseStudy) -> str:
        """Return the permanent address of a study's page, in the active language."""
        return self.site + study.get_absolute_url()

    def address_cited(self, study: CaseStudy) -> str:
        """Return the address of the version that a study, read with `in_full()`, is: what a citation leads to."""
        version = versions.latest(study)
        return self.site + version.get_absolute_url() if version else self.address_of(study)

    def studies(self, queryset: QuerySet[CaseStudy] | None = None) -> Iterator[CaseStudy]:
        """Yield every study in order, read through `queryset`, by default with everything it is linked to."""
        if not self.selection:
            yield self._study
            return
        for study in self.selection.all_studies(CaseStudy.objects.in_full() if queryset is None else queryset):
            self.go_on()
            yield study

    def rows(self) -> Iterator[reading.Study]:
        """Yield every study in order, as tables and machine files show it: read many times faster than `studies`."""
        if not self.selection:
            yield reading.of_model(self._study, vocabulary.current(), self.site)
            return
        pattern = self.site + reverse("case-detail", args=["slug"]).replace("slug", "{}")
        identifiers, names = self.selection.identifiers(), self.selection.vocabulary
        for study in reading.read(identifiers, names, pattern):
            self.go_on()
            yield study
