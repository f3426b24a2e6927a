"""The admin as the staff's workplace: its first page says what waits for whom."""

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from . import access, desk


class DeskSite(admin.AdminSite):
    """Django's admin, with the desk as its first page."""

    index_title = _("What waits for you")
    enable_nav_sidebar = False  # the lists need the width

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> TemplateResponse:
        """Show what waits for the user and where the collection is thin, above everything that can be edited."""
        may_see = access.may(request.user, "view_casestudy")
        context = {"sections": desk.sections(request.user), "thin_parts": desk.thin_parts() if may_see else []}
        return super().index(request, {**context, **(extra_context or {})})
