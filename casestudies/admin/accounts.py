"""Accounts of staff: resetting a colleague's second factor, and keeping secrets out of the admin."""

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Exists, Field, OuterRef, QuerySet
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from .deleting import DeletesInWords
from .log_words import ShowsLogInWords, said

# Imported above so that they are registered by now. Some would show the secrets of second factors, and let them be set.
for model in (EmailAddress, Authenticator, UserSession, User, Group):
    admin.site.unregister(model)

FOR_SUPERUSERS = ("is_superuser", "user_permissions")
# The groups of migration 0020, whose names are shown in the reader's language; groups made since have only their own.
ROLES = [
    pgettext_lazy("role", "Administrator"),
    pgettext_lazy("role", "Editor"),
    pgettext_lazy("role", "Field office"),
    pgettext_lazy("role", "Reviewer"),
    pgettext_lazy("role", "Translator into English"),
    pgettext_lazy("role", "Translator into Russian"),
]


def role_name(group: Group) -> str:
    """Return the name of a group in the reader's language."""
    return pgettext("role", group.name)


class RoleFilter(admin.RelatedFieldListFilter):
    """Accounts by group."""

    def field_choices(self, field: Field, request: HttpRequest, model_admin: admin.ModelAdmin) -> list:
        """Name the groups in the reader's language."""
        return [(group.pk, role_name(group)) for group in Group.objects.order_by("name")]


@admin.register(Group)
class RoleAdmin(DeletesInWords, ShowsLogInWords, GroupAdmin):
    """Groups, which are the roles."""

    list_display = ("role",)

    @admin.display(description=pgettext_lazy("of an account", "role"), ordering="name")
    def role(self, group: Group) -> str:
        """Return the name in the reader's language."""
        return role_name(group)


@admin.register(User)
class AccountAdmin(DeletesInWords, ShowsLogInWords, UserAdmin):
    """Accounts, and whether they have a second factor."""

    list_display = (*UserAdmin.list_display, "second_factor", "is_active")
    list_filter = ("is_staff", "is_superuser", "is_active", ("groups", RoleFilter))
    actions = ("remove_second_factor",)

    def formfield_for_manytomany(self, db_field: Field, request: HttpRequest, **kwargs) -> FormField:
        """Name the groups in the reader's language."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.label_from_instance = role_name
        return field

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
        """Let those do it who may set the passwords of others."""
        return self.has_change_permission(request)

    @admin.action(description=_("Remove the second factor, and end all sessions"), permissions=["remove_second_factor"])
    @transaction.atomic
    def remove_second_factor(self, request: HttpRequest, users: QuerySet) -> HttpResponse | None:
        """Let colleagues who lost theirs set up a new one at their next sign-in; ask first."""
        asked = [user for user in users if user.has_second_factor]
        bereft = [user for user in asked if self._may_bereave(request, user)]
        if len(bereft) < len(asked):
            text = _(
                "Left as it is: %(names)s. Your own second factor is removed on the pages of your account; those of"
                " superusers by superusers only."
            )
            left = ", ".join(user.get_username() for user in asked if user not in bereft)
            self.message_user(request, text % {"names": left}, messages.WARNING)
        if bereft and "confirmed" not in request.POST:
            return self._confirmation(request, bereft)
        for user in bereft:
            Authenticator.objects.filter(user=user).delete()
            for session in UserSession.objects.filter(user=user):
                session.end()
            self.log_change(request, user, said(_("Second factor removed, all sessions ended.")))
        text = ngettext("%(count)d second factor was removed.", "%(count)d second factors were removed.", len(bereft))
        level = messages.SUCCESS if bereft else messages.WARNING
        self.message_user(request, text % {"count": len(bereft)}, level)
        return None

    def _may_bereave(self, request: HttpRequest, user: User) -> bool:
        """Say whether somebody may take an account's second factor: not their own, which a lent session could do."""
        return user != request.user and self.has_change_permission(request, user)

    def _confirmation(self, request: HttpRequest, users: list[User]) -> TemplateResponse:
        """Ask whether to go on: what it leaves of an account's protection is the password."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Remove the second factor, and end all sessions"),
            "opts": self.opts,
            "accounts": users,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/auth/user/remove_second_factor.html", context)
