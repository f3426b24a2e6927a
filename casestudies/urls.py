"""The readers' addresses, each under its language prefix."""

from django.urls import path, register_converter

from . import views
from .api.views import documentation
from .caching import for_programs, for_readers
from .exports import FORMATS
from .exports.views import case_export, case_study_export, case_version_export, csv_metadata
from .fruitless_questions import counting
from .privacy import privacy
from .proposals.views import propose, received
from .shortlist.views import compare, shortlist
from .versions.views import case_version


class ExtensionConverter:
    """The extension of a registered format."""

    regex = "|".join(FORMATS)

    def to_python(self, value: str) -> str:
        """Return the extension as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Return the extension as it stands."""
        return value


register_converter(ExtensionConverter, "extension")

urlpatterns = [
    path("", for_readers(views.home), name="home"),
    path("case-studies/", counting(for_readers(views.case_list)), name="case-list"),
    path("case-studies.<extension:extension>", for_programs(case_export), name="case-export"),
    path("case-studies.csv-metadata.json", for_programs(csv_metadata), name="case-table-metadata"),
    path(
        "case-studies/<slug:slug>.<extension:extension>",
        for_programs(case_study_export),
        name="case-study-export",
    ),
    path("case-studies/<slug:slug>/", for_readers(views.case_detail), name="case-detail"),
    path("shortlist/", shortlist, name="shortlist"),  # each reader's own: never kept
    path("compare/", for_readers(compare), name="compare"),
    path("case-studies/<slug:slug>/@<int:number>/", for_readers(case_version), name="case-version"),
    path(
        "case-studies/<slug:slug>/@<int:number>.<extension:extension>",
        for_programs(case_version_export),
        name="case-version-export",
    ),
    path("suggestions/", for_programs(views.suggestions), name="suggestions"),
    path("chapters/", for_readers(views.chapter_list), name="chapter-list"),
    path("chapters/<int:number>/", for_readers(views.chapter_by_number), name="chapter-by-number"),
    path("chapters/<slug:slug>/", for_readers(views.chapter_detail), name="chapter-detail"),
    path("themes/", for_readers(views.theme_list), name="theme-list"),
    path("themes/<slug:code>/", for_readers(views.theme_detail), name="theme-detail"),
    path("countries/", for_readers(views.country_list), name="country-list"),
    path("countries/<slug:alpha2>/", for_readers(views.country_detail), name="country-detail"),
    path("conventions/", for_readers(views.convention_list), name="convention-list"),
    path("conventions/<slug:code>/", for_readers(views.convention_detail), name="convention-detail"),
    path("about/", for_readers(views.about), name="about"),
    path("propose/", propose, name="propose"),
    path("propose/received/", received, name="proposal-received"),
    path("privacy/", privacy, name="privacy"),  # says what settings say, which no revision follows
    path("api/", for_readers(documentation), name="api-documentation"),
]
