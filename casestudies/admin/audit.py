"""What happened, to be read by those who may, and changed by nobody: not from the admin, not by a superuser."""

from axes.admin import AccessLogAdmin
from axes.models import AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .log_words import in_words


class RecordOfEvents(admin.ModelAdmin):
    """A list to read: nothing is added, changed or deleted by hand, by superusers neither."""

    actions = ()
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: only what happens writes here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: what happened stays as it was written."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: what happened stays written."""
        return False


@admin.register(LogEntry)
class LogEntryAdmin(RecordOfEvents):
    """Everything done in the admin, accounts and settings included."""

    list_display = ("action_time", "user", "content_type", "object_repr", "what")
    list_filter = ("action_flag", ("content_type", admin.RelatedOnlyFieldListFilter))
    search_fields = ("object_repr", "user__username", "change_message")
    date_hierarchy = "action_time"
    list_select_related = ("user", "content_type")
    fields = ("action_time", "user", "content_type", "object_id", "object_repr", "action_flag", "what")
    readonly_fields = ("what",)

    @admin.display(description=_("change"))
    def what(self, entry: LogEntry) -> str:
        """Return what was done, in words."""
        return in_words(entry) or entry.get_action_flag_display()


# django-axes lets superusers delete what it recorded; failures it counts in attempts, deleting one ends a lock-out.
admin.site.unregister([AccessLog, AccessFailureLog])


@admin.register(AccessLog)
class SignInAdmin(RecordOfEvents, AccessLogAdmin):
    """Who signed in and out, when and from where."""
