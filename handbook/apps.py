"""Which admin the project uses, and what it calls the packages in it."""

from axes.apps import AppConfig as AxesConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AdminConfig):
    """The admin with the desk as its first page."""

    default_site = "casestudies.admin_site.DeskSite"


class SignInsConfig(AxesConfig):
    """The record of signing in, under a name that says so."""

    verbose_name = _("Signing in")
