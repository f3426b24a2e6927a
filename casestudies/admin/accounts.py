"""Accounts of staff: resetting a colleague's second factor, and keeping secrets out of the admin."""

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .deleting import DeletesInWords

# Imported above so that they are registered by now: they would show the secrets of second factors, and let them be set.
for model in (EmailAddress, Authenticator, UserSession, User):
    admin.site.unregister(model)

FOR_SUPERUSERS = ("is_superuser", "user_permissions")


@admin.register(User)
class AccountAdmin(DeletesInWords, UserAdmin):
    """Accounts, and whether they have a second factor."""

    list_display = (*UserAdmin.list_display, "second_factor", "is_active")
    actions = ("remove_second_factor",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Ask for all accounts at once whether they have a second factor."""
        has_one = Exists(Authenticator.objects.filter(user=OuterRef("pk")))
        return super().get_queryset(request).annotate(has_second_factor=has_one)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> list:
        """Leave to superusers what would make somebody more than the roles allow."""
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [
            (title, options | {"fields": tuple(name for name in options["fields"] if name not in FOR_SUPERUSERS)})
            for title, options in fieldsets
        ]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep the accounts of superusers, and their passwords, from everybody else."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_superuser)

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, user: User) -> bool:
        """Return whether the account has a second factor."""
        return user.has_second_factor

    def has_remove_second_factor_permission(self, request: HttpRequest) -> bool:
        """Leave it to superusers: what it leaves of an account's protection is the password."""
        return request.user.is_superuser

    @admin.action(description=_("Remove the second factor, and end all sessions"), permissions=["remove_second_factor"])
    @transaction.atomic
    def remove_second_factor(self, request: HttpRequest, users: QuerySet) -> None:
        """Let colleagues who lost theirs set up a new one at their next sign-in."""
        bereft = [user for user in users if user.has_second_factor]
        for user in bereft:
            Authenticator.objects.filter(user=user).delete()
            for session in UserSession.objects.filter(user=user):
                session.end()
            self.log_change(request, user, gettext("Second factor removed, all sessions ended."))
        text = ngettext("%(count)d second factor was removed.", "%(count)d second factors were removed.", len(bereft))
        self.message_user(request, text % {"count": len(bereft)}, messages.SUCCESS)
