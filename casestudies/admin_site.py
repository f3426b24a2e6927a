"""The admin as the staff's workplace: its first page says what waits for whom."""

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from . import access, desk, guide


class DeskSite(admin.AdminSite):
    """Django's admin, with the desk as its first page, and the curators' guide."""

    index_title = _("What waits for you")
    enable_nav_sidebar = False  # the lists need the width

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> TemplateResponse:
        """Show what waits for the user and where the collection is thin, above everything that can be edited."""
        may_see = access.may(request.user, "view_casestudy")
        context = {"sections": desk.sections(request.user), "thin_parts": desk.thin_parts() if may_see else []}
        return super().index(request, {**context, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Add the guide; Django's own list ends with an address that takes all that is left."""
        return [path("guide/<slug:language>/", self.admin_view(self.guide), name="guide"), *super().get_urls()]

    def guide(self, request: HttpRequest, language: str) -> TemplateResponse:
        """Show the curators' guide in a language."""
        if language not in guide.FILES:
            raise Http404
        text = guide.read(language)
        context = {**self.each_context(request), "title": text.title, "guide": text, "language": language}
        return TemplateResponse(request, "admin/guide.html", context)
