"""Which admin the project uses."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """The admin with the desk as its first page."""

    default_site = "casestudies.admin_site.DeskSite"
