"""The addresses of the interface. Each fetches a selection or a vocabulary and returns its shape."""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _
from ninja import NinjaAPI
from ninja.decorators import decorate_view
from ninja.renderers import BaseRenderer

from casestudies import search, versions
from casestudies.caching import for_programs
from casestudies.context_processors import site_address
from casestudies.exports.document import LICENCE
from casestudies.exports.json_document import encoded, study_document, tombstone
from casestudies.exports.refusals import Refusal
from casestudies.exports.views import withdrawal
from casestudies.filters import KEYS
from casestudies.models import CaseStudy
from casestudies.selection import Selection
from casestudies.suggestions import suggest

from . import shapes
from .errors import Refused, fault
from .parameters import check, page_size
from .vocabularies import Vocabularies

# Characters of the header Link: proxies give all headers together 4 to 8 KB.
LONGEST_LINK = 2000


class _Renderer(BaseRenderer):
    """Writes answers as the JSON export does: the same text and the same moments."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: object, *, response_status: int) -> bytes:
        """Return the answer in UTF-8."""
        return encoded(data)


api = NinjaAPI(
    title="Border Practices",
    version="1.0",
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    renderer=_Renderer(),
    description=_("Best practices at border crossings, for reading by programs."),
)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Answer a request that an endpoint refuses."""
    return Refusal(error.faults, error.status)


def _endpoint(path: str, shape: type, summary: str, *keys: str) -> Callable:
    """Return a decorator: the function answers at `path`, with these keys in the query string and `lang`."""

    def checked(view: Callable) -> Callable:
        @wraps(view)
        def answered(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            try:
                check(request, list(keys))
                return view(request, *args, **kwargs)
            except Refused as error:
                return refused(request, error)

        return answered

    def registered(function: Callable) -> Callable:
        operation = decorate_view(for_programs, checked)(function)
        return api.get(path, response=shape, summary=summary, operation_id=function.__name__)(operation)

    return registered


@_endpoint("/case-studies/", shapes.StudyPage, _("Studies that answer a question"), *KEYS, "page_size")
def case_studies(request: HttpRequest, response: HttpResponse) -> dict:
    """Answer with a page of the selection, the same as on the pages for readers."""
    query = request.GET.copy()
    size = page_size(query)
    for key in ("lang", "page_size"):
        query.pop(key, None)
    selection = Selection(query)
    if selection.faults:
        raise Refused(400, selection.faults)
    pages = Paginator(range(selection.counts.total), size)
    number = selection.filterset.form.cleaned_data["page"] or 1
    if number > pages.num_pages:
        message = gettext("The list ends before this page.")
        raise Refused(
            404, [fault("page", str(number), message, gettext("a page from 1 to %(last)d") % {"last": pages.num_pages})]
        )
    page, site = pages.page(number), site_address(request)
    links = _links(request, number, pages.num_pages)
    if header := _link_header(links):
        response["Link"] = header
    since = selection.filterset.form.cleaned_data["changed_since"]
    identifiers = selection.page(page.object_list.start, page.object_list.stop)
    return {
        "count": selection.counts.total,
        "question": selection.description,
        "language": get_language(),
        "licence": LICENCE,
        "page": number,
        "pages": pages.num_pages,
        "previous": links.get("prev"),
        "next": links.get("next"),
        "facets": selection.counts.by_filter,
        "withdrawn": [tombstone(version, site) for version in versions.withdrawn_since(since)] if since else None,
        "results": [
            study_document(study, site) for study in selection.studies(identifiers, CaseStudy.objects.in_full())
        ],
    }


def _links(request: HttpRequest, number: int, last: int) -> dict[str, str]:
    """Return the addresses of the first and last page and of those beside this one, by relation."""
    beside = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
    query, start = request.GET.copy(), site_address(request) + request.path
    links = {}
    for relation, page in beside.items():
        if 1 <= page <= last:
            query["page"] = str(page)
            links[relation] = f"{start}?{query.urlencode()}"
    return links


def _link_header(links: dict[str, str]) -> str:
    """Return the header Link: proxies refuse an answer whose headers are long, and the body leads on as well."""
    whole, needed = (
        ", ".join(f'<{links[relation]}>; rel="{relation}"' for relation in relations if relation in links)
        for relations in (links, ("prev", "next"))
    )
    return next((header for header in (whole, needed) if len(header) <= LONGEST_LINK), "")


@_endpoint("/case-studies/{slug:slug}/", shapes.Study, _("One study"))
def case_study(request: HttpRequest, slug: str) -> dict:
    """Answer with one study; 410 says that it was public and is no more."""
    study = CaseStudy.objects.published().in_full().filter(slug=slug).first()
    if study:
        return study_document(study, site_address(request))
    if gone := withdrawal(slug):
        raise Refused(410, [gone])
    message = gettext("There is no study under this name.")
    raise Refused(404, [fault("slug", slug, message, gettext("the slug of a published study"))])


def _listing(records: list[dict]) -> dict:
    return {"language": get_language(), "count": len(records), "results": records}


@_endpoint("/chapters/", shapes.Listing[shapes.Chapter], _("Chapters and annexes of the Handbook"))
def chapters(request: HttpRequest) -> dict:
    """Answer with the chapters, then the annexes."""
    return _listing(Vocabularies(site_address(request)).chapters())


@_endpoint("/themes/", shapes.Listing[shapes.Theme], _("Themes"))
def themes(request: HttpRequest) -> dict:
    """Answer with the controlled vocabulary of themes."""
    return _listing(Vocabularies(site_address(request)).themes())


@_endpoint("/countries/", shapes.Listing[shapes.Country], _("Countries"))
def countries(request: HttpRequest) -> dict:
    """Answer with the countries."""
    return _listing(Vocabularies(site_address(request)).countries())


@_endpoint("/regions/", shapes.Listing[shapes.Region], _("Regions"))
def regions(request: HttpRequest) -> dict:
    """Answer with the regions."""
    return _listing(Vocabularies(site_address(request)).regions())


@_endpoint("/conventions/", shapes.Listing[shapes.Convention], _("Conventions with their provisions"))
def conventions(request: HttpRequest) -> dict:
    """Answer with the conventions."""
    return _listing(Vocabularies(site_address(request)).conventions())


@_endpoint("/organizations/", shapes.Listing[shapes.Organization], _("Organizations"))
def organizations(request: HttpRequest) -> dict:
    """Answer with the organizations of Annex II."""
    return _listing(Vocabularies(site_address(request)).organizations())


@_endpoint("/glossary/", shapes.Listing[shapes.GlossaryTerm], _("Glossary"))
def glossary(request: HttpRequest) -> dict:
    """Answer with the terms of Annex I."""
    return _listing(Vocabularies(site_address(request)).glossary())


@_endpoint("/suggestions/", shapes.Listing[shapes.Suggestion], _("What the beginning of a question may mean"), "q")
def suggestions(request: HttpRequest) -> dict:
    """Answer with at most ten suggestions; of too long a text only the beginning counts."""
    typed, site = request.GET.get("q", "")[: search.MAXIMUM_LENGTH], site_address(request)
    found = [asdict(suggestion) for suggestion in suggest(typed, get_language())]
    return _listing([{**suggestion, "url": site + suggestion["url"]} for suggestion in found])
