"""Downloads: a selection, or one study, in any format."""

import logging
import tempfile
from collections.abc import Iterator
from http import HTTPStatus
from typing import IO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from casestudies.context_processors import site_address
from casestudies.models import CaseStudy, CaseStudyVersion
from casestudies.selection import Fault, Selection
from casestudies.versions.rebuilt import as_published

from . import FORMATS, Document, Format, json_lines, limits, table_metadata, turns
from .base import Group
from .client import Client, ClientGone
from .file_names import file_name
from .refusals import Refusal, bad_request, in_words_for_people

logger = logging.getLogger(__name__)

# What a file cannot say of itself: its header `Link` leads there.
DESCRIPTIONS = {"csv": table_metadata.link, "jsonl": json_lines.link}


@require_safe
@in_words_for_people
def case_export(request: HttpRequest, extension: str) -> HttpResponse:
    """Write the whole selection in a format. A wrong query string is answered 400, naming what is wrong."""
    selection = Selection(request.GET)
    format_ = FORMATS[extension]
    if selection.faults:
        return bad_request(selection.faults)
    if not limits.holds(format_, selection.counts.total):
        return bad_request([_too_many(selection, format_)])
    document = Document.of_selection(selection, site_address(request), Client.of(request))
    response = _file(request, format_, document, file_name(document))
    if link := DESCRIPTIONS.get(extension):
        response["Link"] = link(document)
    return response


@require_safe
@in_words_for_people
def csv_metadata(request: HttpRequest) -> HttpResponse:
    """Describe the CSV file of a selection: where it comes from, and what its columns hold."""
    selection = Selection(request.GET)
    if selection.faults:
        return bad_request(selection.faults)
    document = Document.of_selection(selection, site_address(request))
    # Saved beside the table, it has the name by which programs look for it.
    disposition = f'attachment; filename="{file_name(document)}.csv-metadata.json"'
    return JsonResponse(
        table_metadata.described(document),
        content_type=table_metadata.CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Content-Disposition": disposition},
    )


@require_safe
@in_words_for_people
def case_study_export(request: HttpRequest, slug: str, extension: str) -> HttpResponse:
    """Write one study in a format that takes a single study.

    A wrong query string is answered 400, as for a list; a study that was withdrawn 410.
    """
    format_ = FORMATS[extension]
    if not format_.for_study:
        raise Http404(gettext("There is no such page."))
    if faults := Selection(request.GET).faults:
        return bad_request(faults)
    study = CaseStudy.objects.published().in_full().filter(slug=slug).first()
    if study is None:
        if gone := withdrawal(slug):
            return Refusal([gone], 410)
        raise Http404(gettext("There is no such page."))
    document = Document.of_study(study, site_address(request), Client.of(request))
    return _file(request, format_, document, f"{slug}-{document.language}")


@require_safe
@in_words_for_people
def case_version_export(request: HttpRequest, slug: str, number: int, extension: str) -> HttpResponse:
    """Write the citation of a version of a study, whether the study is public or not: its page stays."""
    format_ = FORMATS[extension]
    if format_.group is not Group.CITATIONS:
        raise Http404(gettext("There is no such page."))
    if faults := Selection(request.GET).faults:
        return bad_request(faults)
    (study,) = as_published([get_object_or_404(CaseStudyVersion, slug=slug, number=number)])
    document = Document.of_study(study, site_address(request), Client.of(request))
    return _file(request, format_, document, f"{slug}-{number}-{document.language}")


def _file(request: HttpRequest, format_: Format, document: Document, name: str) -> HttpResponse:
    """Return the file: written while it is sent or, where it has to take its turn, before. HEAD has nothing written."""
    if request.method == "HEAD":
        response = StreamingHttpResponse((), content_type=format_.content_type)
    elif format_.in_turn:
        queue = turns.LISTS if document.selection else turns.STUDIES
        try:
            with queue.taken(document.go_on):
                file = _written(format_, document)
        except turns.Busy:
            return _busy(format_, document)
        except ClientGone:
            # As other servers note it, in the log alone: nobody receives it.
            return HttpResponse(status=499, reason="Client Closed Request")
        response = FileResponse(file, content_type=format_.content_type)
    else:
        pieces = _while_heard(format_.write(document), request.path)
        response = StreamingHttpResponse(pieces, content_type=format_.content_type)
    if format_.as_attachment:
        response["Content-Disposition"] = f'attachment; filename="{name}.{format_.extension}"'
    return response


def _written(format_: Format, document: Document) -> IO[bytes]:
    """Return the whole file, on disk: however slowly a reader takes it, its turn is over and no memory is held."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 – the response closes it
    for piece in format_.write(document):
        file.write(piece if isinstance(piece, bytes) else piece.encode())
    file.seek(0)
    return file


def _while_heard(pieces: Iterator[str | bytes], path: str) -> Iterator[str | bytes]:
    """Yield the pieces until nobody takes them."""
    try:
        yield from pieces
    except ClientGone:
        logger.warning("Client Closed Request: %s", path)


def _busy(format_: Format, document: Document) -> Refusal:
    """Return the answer to a document too many, with when to ask again."""
    seconds = {"seconds": turns.RETRY_AFTER}
    message = gettext("Other documents are being made. Ask for this one again in %(seconds)d seconds.") % seconds
    query = document.selection.query_string() if document.selection else ""
    fault = Fault("format", format_.extension, message, gettext("the same in %(seconds)d seconds") % seconds, query)
    response = Refusal([fault], HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = str(turns.RETRY_AFTER)
    return response


def _too_many(selection: Selection, format_: Format) -> Fault:
    """Return what is wrong with asking for more studies than a format takes, and what to do."""
    message = limits.refusal(format_, selection.counts.total)
    allowed = gettext("a list of up to %(most)d studies") % {"most": format_.most}
    return Fault("format", format_.extension, message, allowed, selection.query_string())


def withdrawal(slug: str) -> Fault | None:
    """Return what to tell who asks for a study that readers had and have no more, None for one they never had."""
    if not CaseStudyVersion.objects.filter(slug=slug).exists():
        return None
    message = gettext("This study was withdrawn.")
    return Fault("slug", slug, message, gettext("its earlier versions, on its page"), remedy="")
