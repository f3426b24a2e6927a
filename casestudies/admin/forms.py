"""Form fields of the admin."""

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminURLFieldWidget
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models

# An address typed without its scheme is taken for https.
HTTPS_ADDRESSES = {models.URLField: {"widget": AdminURLFieldWidget, "assume_scheme": "https"}}


class LinesField(SimpleArrayField):
    """A list of short texts, one a line; blank lines mean nothing."""

    def __init__(self, base_field: forms.Field, **kwargs):
        kwargs.setdefault("widget", AdminTextareaWidget(attrs={"rows": 4}))
        super().__init__(base_field, delimiter="\n", **kwargs)

    def to_python(self, value: str | list[str] | None) -> list[str]:
        """Return the lines that hold something."""
        if isinstance(value, str):
            value = [line.strip() for line in value.splitlines() if line.strip()]
        return super().to_python(value)
