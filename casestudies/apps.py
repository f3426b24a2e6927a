"""The application's name and start-up."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseStudiesConfig(AppConfig):
    """Case studies and their reference data."""

    name = "casestudies"
    verbose_name = _("Collection")

    def ready(self) -> None:
        """Register the system checks."""
        from . import checks  # noqa: F401
