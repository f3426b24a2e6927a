"""Questions without a result in the admin: what to write next."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casestudies import access, fruitless_questions
from casestudies.models import FruitlessQuestion

from .audit import RecordOfEvents


@admin.register(FruitlessQuestion)
class FruitlessQuestionAdmin(RecordOfEvents):
    """The questions that found nothing, the most asked first."""

    list_display = ("question", "language", "count", "first_asked", "last_asked")
    list_display_links = None
    list_filter = ("language",)
    search_fields = ("question",)
    actions = ("dismiss",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FruitlessQuestion]:
        """Keep what more than one asked."""
        return super().get_queryset(request) & fruitless_questions.shown()

    def has_dismiss_permission(self, request: HttpRequest) -> bool:
        """Say whether somebody may take questions off the list."""
        return access.may(request.user, "delete_fruitlessquestion")

    @admin.action(description=_("Dismiss"), permissions=["dismiss"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[FruitlessQuestion]) -> None:
        """Take questions off the list; asked twice again, they come back."""
        number = queryset.delete()[0]
        text = ngettext("%(count)d question is dismissed.", "%(count)d questions are dismissed.", number)
        self.message_user(request, text % {"count": number}, messages.SUCCESS)
