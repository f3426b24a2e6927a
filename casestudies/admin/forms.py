"""Forms and form fields of the admin."""

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminURLFieldWidget
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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


class WhyField(forms.CharField):
    """Why something is done, for the history."""

    def __init__(self, **kwargs):
        defaults = {
            "label": _("Why?"),
            "required": False,
            "max_length": 1000,
            "widget": AdminTextareaWidget(attrs={"rows": 2}),
            "help_text": _("Optional. It is kept in the history for your colleagues."),
        }
        super().__init__(**(defaults | kwargs))


class RecordForm(forms.ModelForm):
    """A record with what the desk asks beside: why it is changed, and in which state it was opened.

    The template `admin/casestudies/change_form.html` shows these fields; no fieldset names them.
    """

    why = WhyField()
    # Both are written by `concurrent.TellsOfOtherEdits`.
    opened_at = forms.CharField(widget=forms.HiddenInput, required=False)
    opened_with = forms.CharField(widget=forms.HiddenInput, required=False)

    beside = ("why", "opened_at", "opened_with")
    conflict: object | None = None
    """What another person saved since the form was opened."""

    @property
    def changed_data(self) -> list[str]:
        """Return the fields of the record that were changed."""
        return [name for name in super().changed_data if name not in self.beside]

    def clean(self) -> dict:
        """Refuse to overwrite what another person saved meanwhile."""
        cleaned = super().clean()
        if self.conflict:
            # The form says above what happened.
            raise ValidationError(gettext("Nothing was saved yet: look first at what stands above."))
        return cleaned
