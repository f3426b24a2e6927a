"""The reader's shortlist, and a few studies side by side."""

from urllib.parse import urldefrag, urlencode

from django.core.validators import slug_re
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from casestudies.context_processors import site_address
from casestudies.exports.menu import of_selection
from casestudies.filters import MOST_CHOSEN
from casestudies.models import CaseStudy, CaseStudyVersion
from casestudies.selection import Selection

from .comparison import MOST_COMPARED, rows
from .cookie import Full, Shortlist
from .origin import is_foreign

ACTIONS = ("add", "remove", "up", "down", "clear")


class HttpResponseSeeOther(HttpResponseRedirect):
    """Leads on after a form: the next page is asked for with GET, whatever the browser's age."""

    status_code = 303


@csrf_exempt  # see origin.py
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shortlist(request: HttpRequest) -> HttpResponse:
    """Show the reader's shortlist, or change it."""
    if request.method == "POST":
        return _changed(request)
    return _page(request)


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    """Return the page; with a `problem`, one that answers a request that cannot be met."""
    slugs = Shortlist.of(request).slugs
    published = set(CaseStudy.objects.published().filter(slug__in=slugs).values_list("slug", flat=True))
    kept = [slug for slug in slugs if slug in published]
    selection = Selection(QueryDict(urlencode({"study": kept}, doseq=True)))
    context = {
        "problem": problem,
        "selection": selection,
        "studies": selection.first_studies(MOST_CHOSEN, CaseStudy.objects.for_list()) if kept else [],
        "withdrawn": _withdrawn([slug for slug in slugs if slug not in published]),
        "address": f"{site_address(request)}{reverse('case-list')}?{selection.query_string()}",
        "downloads": of_selection(selection),
        "most": MOST_CHOSEN,
        "most_compared": MOST_COMPARED,
    }
    return render(request, "casestudies/shortlist.html", context, status=400 if problem else 200)


def _withdrawn(slugs: list[str]) -> list[tuple[str, str]]:
    """Return each slug with the title of the study when readers saw it last, "" where they never did."""
    versions = CaseStudyVersion.objects.filter(slug__in=slugs).order_by("number")
    titles = {version.slug: version.title for version in versions}  # the last of each
    return [(slug, titles.get(slug, "")) for slug in slugs]


def _changed(request: HttpRequest) -> HttpResponse:
    """Change the shortlist as the form says, and lead back to where the form was."""
    if is_foreign(request):
        return HttpResponse("another site sent this form\n", status=403, content_type="text/plain")
    action = next((name for name in ACTIONS if name in request.POST), "")
    slug = request.POST.get(action, "")
    try:
        changed = _after(action, slug, Shortlist.of(request))
    except Full:
        problem = gettext("The shortlist is full: it holds up to %(most)d studies. Remove one first.")
        return _refused(request, problem % {"most": MOST_CHOSEN})
    except CaseStudy.DoesNotExist:
        return _refused(request, gettext("This study is not published, so it cannot be added."))
    except KeyError:
        return _refused(request, gettext("This form says nothing that could be done with the shortlist."))
    response = HttpResponse(_in_words(action, changed)) if request.htmx else _back(request, action, slug)
    changed.keep(response)
    return response


def _after(action: str, slug: str, shortlist: Shortlist) -> Shortlist:
    """Return the shortlist after an action.

    Raises KeyError for an unknown action, Full, and DoesNotExist where readers cannot see the study to be added.
    """
    if action == "add":
        if not slug_re.match(slug) or not CaseStudy.objects.published().filter(slug=slug).exists():
            raise CaseStudy.DoesNotExist
        return shortlist.with_study(slug)
    return {
        "remove": lambda: shortlist.without(slug),
        "up": lambda: shortlist.moved(slug, -1),
        "down": lambda: shortlist.moved(slug, 1),
        "clear": Shortlist,
    }[action]()


def _in_words(action: str, changed: Shortlist) -> str:
    """Return what is said to a reader who stays on the page."""
    number = len(changed.slugs)
    done = gettext("Added.") if action == "add" else gettext("Removed.")
    total = ngettext("The shortlist holds %(number)d study.", "The shortlist holds %(number)d studies.", number)
    return f"{done} {total % {'number': number}}"


def _refused(request: HttpRequest, problem: str) -> HttpResponse:
    # htmx shows what is answered 200 where the reader is.
    shown = format_html('<span class="refusal">{}</span>', problem)
    return HttpResponse(shown) if request.htmx else _page(request, problem)


def _back(request: HttpRequest, action: str, slug: str) -> HttpResponse:
    """Lead back to the page that the form was on, and there to what has changed, so that the place is kept."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("shortlist")
    gone = action in ("remove", "clear")
    place = "shortlist-heading" if gone else f"{'added' if action == 'add' else action}-{slug}"
    return HttpResponseSeeOther(f"{urldefrag(back).url}#{place}")


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show up to four studies side by side, in the order of the address; of more, let the reader choose four."""
    selection = Selection(request.GET)
    context = {"selection": selection, "most": MOST_COMPARED}
    if not selection.faults and selection.choices:
        if selection.counts.total <= MOST_COMPARED:
            studies = selection.first_studies(MOST_COMPARED, CaseStudy.objects.in_full())
            context |= {"studies": studies, "rows": rows(studies)}
        elif selection.counts.total <= MOST_CHOSEN:
            context["choosable"] = selection.first_studies(MOST_CHOSEN, CaseStudy.objects.for_list())
    return render(request, "casestudies/compare.html", context)
