"""The one address of the protocol."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from casestudies.context_processors import site_address
from casestudies.models import CaseStudy

from . import records
from .dublin_core import elements
from .requests import Asked, ProtocolError, read
from .responses import Response, datestamp


@csrf_exempt  # nothing is written, and harvesters may POST
@require_http_methods(["GET", "HEAD", "POST"])
def oai(request: HttpRequest) -> HttpResponse:
    """Answer a request of OAI-PMH. What is wrong with it, the answer says with status 200, as the protocol wants."""
    repository = Repository(site_address(request), request.path)
    answer = repository.answer(request.POST if request.method == "POST" else request.GET)
    return HttpResponse(answer.written(), content_type="text/xml; charset=utf-8")


class Repository:
    """The studies, as the protocol sees them. `site` is the address of the site, without a slash at the end."""

    def __init__(self, site: str, path: str):
        self.site = site
        self.address = site + path
        self.host = urlsplit(site).hostname

    def answer(self, query) -> Response:
        """Return the response to a query."""
        try:
            asked = read(query)
        except ProtocolError as error:
            understood = error.code not in ("badVerb", "badArgument")
            response = Response(self.address, dict(query.items()) if understood else {})
            response.error(error.code, error.message)
            return response
        response = Response(self.address, {"verb": asked.verb, **asked.arguments})
        try:
            getattr(self, f"_{asked.verb}")(asked, response)
        except ProtocolError as error:
            response.error(error.code, error.message)
        return response

    def _identifier(self, slug: str) -> str:
        return f"oai:{self.host}:{slug}"

    def _slug(self, identifier: str) -> str:
        slug = identifier.removeprefix(self._identifier(""))
        if self._identifier(slug) != identifier or "\0" in slug:
            raise ProtocolError("idDoesNotExist", "There is no such record.")
        return slug

    def _metadata(self, slugs: list[str]) -> dict[str, object]:
        studies = CaseStudy.objects.published().in_full().filter(slug__in=slugs)
        return {study.slug: elements(study, self.site) for study in studies}

    # One method a verb -----------------------------------------------------------------------------------------------

    def _Identify(self, asked: Asked, response: Response) -> None:
        response.identify(
            [
                ("repositoryName", str(settings.SITE_NAME)),
                ("baseURL", self.address),
                ("protocolVersion", "2.0"),
                # Every host that takes mail has a postmaster (RFC 5321, 4.5.1).
                ("adminEmail", settings.CONTACT_EMAIL or f"postmaster@{self.host}"),
                ("earliestDatestamp", datestamp(records.earliest() or timezone.now())),
                ("deletedRecord", "persistent"),
                ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
            ]
        )

    def _ListMetadataFormats(self, asked: Asked, response: Response) -> None:
        identifier = asked.arguments.get("identifier")
        if identifier is not None and records.header(self._slug(identifier)).deleted:
            raise ProtocolError("noMetadataFormats", "The study was withdrawn; nothing describes it any more.")
        response.formats()

    def _ListSets(self, asked: Asked, response: Response) -> None:
        response.sets(records.sets())

    def _GetRecord(self, asked: Asked, response: Response) -> None:
        slug = self._slug(asked.arguments["identifier"])
        header = records.header(slug)
        response.record(self._identifier(slug), header, None if header.deleted else self._metadata([slug]).get(slug))

    def _ListIdentifiers(self, asked: Asked, response: Response) -> None:
        batch = records.batch(asked.selective)
        response.identifiers([(self._identifier(header.slug), header) for header in batch.headers], batch)

    def _ListRecords(self, asked: Asked, response: Response) -> None:
        batch = records.batch(asked.selective)
        metadata = self._metadata([header.slug for header in batch.headers if not header.deleted])
        entries = [(self._identifier(header.slug), header, metadata.get(header.slug)) for header in batch.headers]
        response.records(entries, batch)
