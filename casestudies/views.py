"""What readers ask for: a view fetches a selection or a record, chooses a template, and returns."""

from dataclasses import asdict

from django.core.paginator import Paginator
from django.db import DatabaseError, connection
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from . import fruitless_questions, guidance, related, search
from .context_processors import site_address
from .exports import menu
from .filters import SORT_ORDERS
from .models import (
    CaseStudy,
    Chapter,
    Convention,
    Country,
    GlossaryTerm,
    Organization,
    Outcome,
    Region,
    SearchEntry,
    Source,
    Theme,
)
from .panels import flags, panels
from .selection import Selection
from .structured_data import citation_tags, linked_data
from .suggestions import suggest
from .translations import standing
from .versions import history, last_change, latest
from .versions.views import withdrawn

STUDIES_ON_A_PAGE = 20
STUDIES_ON_A_VOCABULARY_PAGE = 12


@require_safe
def choose_language(request: HttpRequest) -> HttpResponse:
    """Send the reader to the home page in the language the browser asks for."""
    response = redirect(f"/{get_language_from_request(request)}/")
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while process and database work, 503 while the database does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database unavailable\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines read everything but the admin and the endless combinations of filters."""
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /*/case-studies/?",
        "Disallow: /*/case-studies.",
        "Disallow: /*/compare/",
        "Disallow: /*/propose/received/",
        "Disallow: /*/shortlist/",
        "Disallow: /*/suggestions/",
        "Disallow: /api/",
        f"Sitemap: {site_address(request)}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask at the usual place, as in the admin, to the site's mark."""
    return redirect(static("mark.svg"))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what this is, offer a search, and show the chapters and the collection's size."""
    selection = Selection(QueryDict())
    numbers = {
        "studies": selection.counts.total,
        "countries": len(selection.counts.by_filter["country"]),
        "conventions": Convention.objects.count(),
        "outcomes": Outcome.objects.filter(case_study__status="published").count(),
        "sources": Source.objects.filter(case_study__status="published").count(),
    }
    return render(
        request,
        "casestudies/home.html",
        {
            "numbers": numbers,
            "selection": selection,
            "chapters": _chapters_with_counts(selection),
            "studies": selection.first_studies(4, CaseStudy.objects.for_list()),
        },
    )


@require_safe
@vary_on_headers("HX-Request", "HX-Trigger")  # the focus after a swap is placed by what was pressed
def case_list(request: HttpRequest) -> HttpResponse:
    """Show a page of the selection that the query string describes, or say what is wrong with it."""
    selection = Selection.for_page(request.GET)
    if selection.faults:
        return render(request, "casestudies/case_list_faults.html", {"selection": selection})
    # A range has the length that the facets counted; which studies stand there, the selection knows.
    paginator = Paginator(range(selection.counts.total), STUDIES_ON_A_PAGE)
    number = selection.filterset.form.cleaned_data["page"] or 1
    if number > paginator.num_pages:
        context = {"selection": selection, "number": number, "last": paginator.num_pages}
        return render(request, "casestudies/case_list_no_page.html", context, status=404)
    page = paginator.page(number)
    identifiers = selection.page(page.object_list.start, page.object_list.stop)
    context = {
        "selection": selection,
        "page": page,
        "pages": [
            (number, selection.page_query_string(number) if isinstance(number, int) else None)
            for number in paginator.get_elided_page_range(number, on_each_side=2, on_ends=1)
        ],
        "previous_page": selection.page_query_string(number - 1),
        "next_page": selection.page_query_string(number + 1),
        "studies": _explained(selection, selection.studies(identifiers, CaseStudy.objects.for_list())),
        "as_typed_query": selection.query_string_with("as_typed", "1", replace=True),
        "better_spelling": guidance.better_spelling(selection),
        "instead": guidance.instead(selection),
        "countries_without_studies": guidance.countries_without_studies(selection),
        "offers": guidance.offers(selection),
        "nothing_to_search_for": guidance.nothing_to_search_for(selection),
        "ways_out": [] if selection.counts.total else guidance.ways_out(selection),
        "panels": panels(selection, request.htmx.trigger),
        "flags": flags(selection),
        "sort_links": _sort_links(selection),
        "downloads": menu.of_selection(selection),
    }
    response = render(request, "casestudies/case_list.html", context)
    if fruitless_questions.is_fruitless(selection):
        fruitless_questions.mark(response)
    return response


def _sort_links(selection: Selection) -> list[dict]:
    return [
        {
            "label": label,
            "query": selection.query_string_with("sort", code, replace=True),
            "in_use": code == selection.sort,
        }
        for code, label in SORT_ORDERS.items()
        if code in selection.orders
    ]


def _explained(selection: Selection, studies: list[CaseStudy]) -> list[CaseStudy]:
    """Return the studies of a search, each with `explanation`: why it was found."""
    if selection.question:
        explanations = search.explain(selection.question, [study.pk for study in studies], selection.language)
        for study in studies:
            study.explanation = explanations[study.pk]
    return studies


@require_safe
def case_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a study, with the way on through the result list it was opened from; a withdrawn one says that it is."""
    study = CaseStudy.objects.published().in_full_at_once().filter(slug=slug).first()
    if study is None:
        return withdrawn(request, slug)
    address = site_address(request) + study.get_absolute_url()
    selection = Selection.for_page(request.GET)
    context = {
        "study": study,
        "selection": selection,
        "neighbours": None if selection.faults else selection.neighbours(study),
        "related": related.studies_like(study),
        "address": address,
        "linked_data": linked_data(study, address, site_address(request)),
        "citation_tags": citation_tags(study, site_address(request)),
        "downloads": menu.of_study(study),
        "versions": history(slug),
        "version": latest(study),
        "last_change": last_change(study),
        "translation": standing(study),
    }
    return render(request, "casestudies/case_detail.html", context)


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """Say what the beginning of a question may mean, for the search box; of too long a text only its beginning."""
    typed = search.searchable(request.GET.get("q", ""))
    found = [asdict(suggestion) for suggestion in suggest(typed, get_language())]
    return JsonResponse({"suggestions": found}, json_dumps_params={"ensure_ascii": False})


@require_safe
def chapter_list(request: HttpRequest) -> HttpResponse:
    """Show the chapters with their numbers of studies, and the annexes."""
    context = {
        "chapters": _chapters_with_counts(Selection(QueryDict())),
        "annexes": Chapter.objects.filter(kind=Chapter.Kind.ANNEX),
    }
    return render(request, "casestudies/chapter_list.html", context)


def _chapters_with_counts(selection: Selection) -> list[Chapter]:
    """Return the chapters; `study_count` is what the filter `chapter` would give."""
    counts = selection.counts.by_filter["chapter"]
    chapters = list(Chapter.objects.filter(kind=Chapter.Kind.CHAPTER))
    for chapter in chapters:
        chapter.study_count = counts.get(str(chapter.number), 0)
    return chapters


@require_safe
def chapter_by_number(request: HttpRequest, number: int) -> HttpResponse:
    """Lead from a chapter's number to its page."""
    return _moved(request, get_object_or_404(Chapter, kind=Chapter.Kind.CHAPTER, number=number))


def _moved(request: HttpRequest, record: Chapter | Country | Convention) -> HttpResponse:
    """Lead for good to the record's own address, with the query string."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(record.get_absolute_url() + (f"?{query}" if query else ""), permanent=True)


@require_safe
def chapter_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a chapter with its studies; Annex I with the glossary, Annex II with the organizations."""
    chapter = get_object_or_404(Chapter.objects.prefetch_related("theme_links__theme"), slug=slug)
    if chapter.kind == Chapter.Kind.CHAPTER:
        context = {"chapter": chapter, **_studies("chapter", str(chapter.number))}
        return render(request, "casestudies/chapter_detail.html", context)
    if chapter.number == 1:
        terms = GlossaryTerm.objects.prefetch_related("theme_links__theme")
        context = {"chapter": chapter, "terms": sorted(terms, key=lambda term: term.term.casefold())}
        return render(request, "casestudies/glossary.html", context)
    context = {"chapter": chapter, "organizations": Organization.objects.all()}
    return render(request, "casestudies/organizations.html", context)


@require_safe
def theme_list(request: HttpRequest) -> HttpResponse:
    """Show all themes with their numbers of studies, under the chapters that treat them."""
    counts = Selection(QueryDict()).counts.by_filter["theme"]
    chapters = Chapter.objects.filter(kind=Chapter.Kind.CHAPTER).prefetch_related("theme_links__theme")
    return render(request, "casestudies/theme_list.html", {"chapters": chapters, "counts": counts})


@require_safe
def theme_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show a theme: its definition, other words for it, its chapters, provisions and studies."""
    theme = get_object_or_404(Theme, code=code)
    context = {
        "theme": theme,
        "chapters": theme.chapters.filter(kind=Chapter.Kind.CHAPTER),
        "provisions": theme.provisions.select_related("convention"),
        "terms": theme.glossary_terms.all(),
        **_studies("theme", code),
    }
    return render(request, "casestudies/theme_detail.html", context)


@require_safe
def country_list(request: HttpRequest) -> HttpResponse:
    """Show the countries that have studies, by region."""
    selection = Selection(QueryDict())
    counts = selection.counts.by_filter["country"]
    regions = []
    countries = list(Country.objects.filter(alpha2__in=counts))
    order = {code: place for place, code in enumerate(counts)}
    for region in sorted(Region.objects.all(), key=lambda region: region.name):
        members = [country for country in countries if country.region_id == region.pk]
        if members:
            regions.append((region, sorted(members, key=lambda country: order[country.alpha2])))
    return render(request, "casestudies/country_list.html", {"regions": regions, "counts": counts})


@require_safe
def country_detail(request: HttpRequest, alpha2: str) -> HttpResponse:
    """Show a country: its standing, the conventions it is party to, its studies and places."""
    country = get_object_or_404(Country.objects.select_related("region"), alpha2=alpha2.upper())
    if alpha2 != country.alpha2:
        return _moved(request, country)
    context = {
        "country": country,
        "memberships": country.memberships.select_related("convention"),
        **_studies("country", alpha2),
    }
    return render(request, "casestudies/country_detail.html", context)


@require_safe
def convention_list(request: HttpRequest) -> HttpResponse:
    """Show all conventions with their numbers of provisions and studies."""
    counts = Selection(QueryDict()).counts.by_filter["convention"]
    conventions = Convention.objects.annotate(provision_count=Count("provisions"))
    return render(request, "casestudies/convention_list.html", {"conventions": conventions, "counts": counts})


@require_safe
def convention_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show a convention: each provision with the studies that illustrate it, and its known parties."""
    convention = get_object_or_404(Convention, code=code.upper())
    if code != convention.code:
        return _moved(request, convention)
    links = convention.case_links.filter(case_study__status="published").select_related("case_study")
    by_provision: dict[int | None, list[CaseStudy]] = {}
    for link in links.order_by(f"case_study__search_entry__title_order_{get_language()}"):
        by_provision.setdefault(link.provision_id, []).append(link.case_study)
    provisions = list(convention.provisions.prefetch_related("theme_links__theme"))
    for provision in provisions:
        provision.studies = by_provision.get(provision.pk, [])
    context = {
        "convention": convention,
        "selection": Selection(QueryDict(f"convention={code}")),
        "provisions": provisions,
        "illustrated": sum(bool(provision.studies) for provision in provisions),
        "whole": by_provision.get(None, []),
        "study_count": len({link.case_study_id for link in links}),
        "parties": sorted(convention.parties.select_related("country"), key=lambda party: str(party.country)),
    }
    return render(request, "casestudies/convention_detail.html", context)


def _studies(key: str, code: str) -> dict:
    """Return a selection of one value, with its first studies and their number."""
    selection = Selection(QueryDict(f"{key}={code}"))
    if selection.faults:
        raise Http404(gettext("There is no such page."))
    return {
        "selection": selection,
        "studies": selection.first_studies(STUDIES_ON_A_VOCABULARY_PAGE, CaseStudy.objects.for_list()),
        "study_count": selection.counts.total,
    }


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what this is, whose words these are, how to search, cite and download."""
    coverage = SearchEntry.objects.aggregate(all=Count("pk"), measured=Count("pk", filter=Q(measured=True)))
    context = {"coverage": coverage, "address": reverse("case-export", args=["csv"]), "downloads": menu.of_any()}
    return render(request, "casestudies/about.html", context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page, and offer the search."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours, without the database, which may be the reason."""
    return render(request, "500.html", status=500)
