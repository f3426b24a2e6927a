"""The public form for a proposal."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from casestudies.context_processors import site_address
from casestudies.rate_limits import may_propose
from casestudies.shortlist.origin import is_foreign
from casestudies.shortlist.views import HttpResponseSeeOther
from handbook.middleware import client_address

from .forms import COUNTRY_FIELDS, ProposalForm, SourceFormSet
from .records import receive

PREFIX = "sources"
# The order of the page; the sources stand before the person.
SECTIONS = (
    ("practice", ("title", *COUNTRY_FIELDS, "region_scope", "chapter")),
    ("texts", ("summary", "challenge", "practice", "results", "lessons")),
    ("person", ("name", "institution", "email", "note")),
)


@csrf_exempt  # nobody is signed in here, and readers get no cookie: see shortlist/origin.py
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Show the form, or keep what was sent as a draft that only the editors see."""
    if request.method != "POST":
        return _page(request, ProposalForm(), SourceFormSet(prefix=PREFIX))
    if is_foreign(request):
        return HttpResponse("another site sent this form\n", status=403, content_type="text/plain")
    form, sources = ProposalForm(request.POST), SourceFormSet(request.POST, prefix=PREFIX)
    if not all([form.is_valid(), sources.is_valid()]):
        return _page(request, form, sources, status=400)
    if not may_propose(client_address(request)):
        text = gettext("Too many proposals came from your network. Nothing is lost: send this again in an hour.")
        form.add_error(None, text)
        return _page(request, form, sources, status=429)
    receive(form, [row for row in sources.cleaned_data if row], get_language(), site_address(request))
    return HttpResponseSeeOther(reverse("proposal-received"))


@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """Thank for a proposal, and say what happens to it."""
    return render(request, "casestudies/proposal_received.html")


def _page(request: HttpRequest, form: ProposalForm, sources: SourceFormSet, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "sections": {name: [form[field] for field in fields] for name, fields in SECTIONS},
        "sources": sources,
        "faults": _faults(form, sources) if form.is_bound else [],
        "days_kept": settings.PROPOSAL_DAYS_KEPT,
        "days_kept_after_decision": settings.PROPOSAL_DAYS_KEPT_AFTER_DECISION,
    }
    return render(request, "casestudies/propose.html", context, status=status)


def _faults(form: ProposalForm, sources: SourceFormSet) -> list[dict]:
    """Return what is wrong, in the order of the page: the message, and the field to go to where there is one."""
    of_all = [*form.non_field_errors(), *([] if any(sources.errors) else sources.non_form_errors())]
    of_all += [message for field in form.hidden_fields() for message in field.errors]
    practice, texts, person = ([(form[name], None) for name in names] for _section, names in SECTIONS)
    rows = [(field, number) for number, row in enumerate(sources, start=1) for field in row.visible_fields()]
    end = [(form["consent"], None), (form["subject"], None)]
    return [{"message": message} for message in of_all] + [
        {"message": message, "label": field.label, "place": field.id_for_label, "source": number}
        for field, number in (*practice, *texts, *rows, *person, *end)
        for message in field.errors
    ]
