"""The readers' addresses, each under its language prefix."""

from django.urls import path, register_converter

from . import views
from .exports import FORMATS


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
    path("", views.home, name="home"),
    path("case-studies/", views.case_list, name="case-list"),
    path("case-studies.<extension:extension>", views.case_export, name="case-export"),
    path("case-studies/<slug:slug>/", views.case_detail, name="case-detail"),
    path("chapters/", views.chapter_list, name="chapter-list"),
    path("chapters/<int:number>/", views.chapter_by_number, name="chapter-by-number"),
    path("chapters/<slug:slug>/", views.chapter_detail, name="chapter-detail"),
    path("themes/", views.theme_list, name="theme-list"),
    path("themes/<slug:code>/", views.theme_detail, name="theme-detail"),
    path("countries/", views.country_list, name="country-list"),
    path("countries/<slug:alpha2>/", views.country_detail, name="country-detail"),
    path("conventions/", views.convention_list, name="convention-list"),
    path("conventions/<slug:code>/", views.convention_detail, name="convention-detail"),
    path("about/", views.about, name="about"),
]
