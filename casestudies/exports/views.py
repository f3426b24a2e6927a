"""Downloads: a selection, or one study, in any format."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from casestudies.context_processors import site_address
from casestudies.models import CaseStudy, CaseStudyVersion
from casestudies.selection import Fault, Selection

from . import FORMATS, Document, Format, table_metadata


@require_safe
def case_export(request: HttpRequest, extension: str) -> HttpResponse:
    """Write the whole selection in a format. A wrong query string is answered 400, naming what is wrong."""
    selection = Selection(request.GET)
    format_ = FORMATS[extension]
    if selection.faults:
        return bad_request(selection.faults)
    if format_.most is not None and selection.counts.total > format_.most:
        return bad_request([_too_many(selection, format_)])
    document = Document.of_selection(selection, site_address(request))
    response = _file(format_, document, f"case-studies-{document.language}-{document.provenance.day:%Y-%m-%d}")
    if extension == "csv":
        response["Link"] = table_metadata.link(document)
    return response


@require_safe
def csv_metadata(request: HttpRequest) -> HttpResponse:
    """Describe the CSV file of a selection: where it comes from, and what its columns hold."""
    selection = Selection(request.GET)
    if selection.faults:
        return bad_request(selection.faults)
    document = Document.of_selection(selection, site_address(request))
    return JsonResponse(
        table_metadata.described(document),
        content_type=table_metadata.CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )


@require_safe
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
            return refusal([gone], 410)
        raise Http404(gettext("There is no such page."))
    document = Document.of_study(study, site_address(request))
    return _file(format_, document, f"{slug}-{document.language}")


def _file(format_: Format, document: Document, name: str) -> StreamingHttpResponse:
    """Return the file, written while it is sent."""
    response = StreamingHttpResponse(format_.write(document), content_type=format_.content_type)
    if format_.as_attachment:
        response["Content-Disposition"] = f'attachment; filename="{name}.{format_.extension}"'
    return response


def _too_many(selection: Selection, format_: Format) -> Fault:
    """Return what is wrong with asking for more studies than a format takes, and what to do."""
    number = selection.counts.total
    others = [str(other.label) for other in FORMATS.values() if other.most is None or number <= other.most]
    message = gettext(
        "%(format)s holds up to %(most)d studies, and the list has %(number)d."
        " Narrow the list with filters, or take another format: %(others)s."
    ) % {"format": format_.label, "most": format_.most, "number": number, "others": ", ".join(others)}
    allowed = gettext("a list of up to %(most)d studies") % {"most": format_.most}
    return Fault("format", format_.extension, message, allowed, selection.query_string())


def withdrawal(slug: str) -> Fault | None:
    """Return what to tell who asks for a study that readers had and have no more, None for one they never had."""
    if not CaseStudyVersion.objects.filter(slug=slug).exists():
        return None
    message = gettext("This study was withdrawn.")
    return Fault("slug", slug, message, gettext("its earlier versions, on its page"), remedy="")


def bad_request(faults: list[Fault]) -> JsonResponse:
    """Return the answer to a wrong query string."""
    return refusal(faults, 400)


def refusal(faults: list[Fault], status: int) -> JsonResponse:
    """Return the answer, the same for every format and program, that names what is wrong and what is allowed."""
    errors = [
        {"key": fault.key, "value": fault.value, "message": fault.message, "allowed": fault.allowed} for fault in faults
    ]
    return JsonResponse(
        {"status": status, "errors": errors}, status=status, json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
