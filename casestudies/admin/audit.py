"""Records that the site writes itself: they are read in the admin, and never changed there."""

from django.contrib import admin
from django.http import HttpRequest


class RecordOfEvents(admin.ModelAdmin):
    """A list of records that nobody adds, changes or deletes by hand, superusers included."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: what happened is recorded when it happens."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        """Refuse: what happened does not change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        """Refuse: what happened is not undone by forgetting it."""
        return False
