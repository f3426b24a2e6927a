"""The forms of the translator's desk."""

import hashlib

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casestudies.models import CaseStudy, Chapter
from casestudies.translations import State, TextState
from casestudies.translations.delivery import FORMATS

STATES = [
    ("waiting", _("Awaiting translation")),
    ("missing", _("A text is missing")),
    ("outdated", _("A text is outdated")),
    ("unreviewed", _("Not reviewed")),
    ("all", pgettext_lazy("studies in every state", "All")),
]


class QueueForm(forms.Form):
    """Which studies the list of translations shows."""

    language = forms.ChoiceField(label=_("Into"), choices=settings.LANGUAGES)
    state = forms.ChoiceField(label=_("State"), choices=STATES)
    chapter = forms.ModelChoiceField(
        label=_("Chapter"),
        queryset=Chapter.objects.filter(kind=Chapter.Kind.CHAPTER),
        to_field_name="number",
        required=False,
        empty_label=_("All chapters"),
    )


class ExportForm(QueueForm):
    """Which of them go into a file, and in which format."""

    format = forms.ChoiceField(choices=[(name, name) for name in FORMATS])
    study = forms.ModelMultipleChoiceField(queryset=CaseStudy.objects.all(), required=False)


class UploadForm(forms.Form):
    """A file that an agency returned."""

    file = forms.FileField(
        label=_("File with translations"), widget=forms.FileInput(attrs={"accept": ".xlf,.xliff,.xlsx"})
    )


class TranslationForm(forms.Form):
    """The translations of a study's texts, and for each outdated one whether it follows the source after all."""

    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, texts: list[TextState], *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.texts = texts
        # Of what was shown, so that two people do not overwrite each other unawares.
        shown = "\n".join(f"{text.source}\n{text.target}" for text in texts)
        self.initial["opened"] = hashlib.sha256(shown.encode()).hexdigest()
        for text in texts:
            is_line = text.max_length is not None
            widget = AdminTextInputWidget() if is_line else AdminTextareaWidget(attrs={"rows": _rows(text.source)})
            widget.attrs["lang"] = text.language
            self.fields[text.field] = forms.CharField(
                label=text.label, initial=text.target, max_length=text.max_length, required=False, widget=widget
            )
            if text.is_outdated:
                self.fields[f"{text.field}-follows"] = forms.BooleanField(required=False)

    def clean(self) -> dict:
        """Refuse what would overwrite another's work; what was typed stays in the form."""
        cleaned = super().clean()
        if cleaned.get("opened") != self.initial["opened"]:
            self.data = self.data.copy()
            self.data["opened"] = self.initial["opened"]
            raise ValidationError(
                gettext(
                    "Somebody changed these texts after you opened them. The saved text stands under yours where they"
                    " differ; saving again replaces it with yours."
                )
            )
        return cleaned

    @property
    def rows(self) -> list[dict]:
        """What the page shows of each text: its state, its field, its box, and what was saved meanwhile."""
        return [
            {
                "text": text,
                "field": self[text.field],
                "follows": self[f"{text.field}-follows"] if text.is_outdated else None,
                "saved": text.target if self.errors and (self[text.field].value() or "") != text.target else "",
            }
            for text in self.texts
        ]

    @property
    def written(self) -> dict[str, str]:
        """The translations by field."""
        return {text.field: self.cleaned_data[text.field] for text in self.texts}

    @property
    def follows(self) -> list[str]:
        """The fields whose translation is said to follow the source, and those that had none."""
        return [
            text.field
            for text in self.texts
            if text.state == State.MISSING or self.cleaned_data.get(f"{text.field}-follows")
        ]


def _rows(source: str) -> int:
    """Return how many lines a translation of this text may take, so that it is seen whole."""
    return min(max(4, len(source) // 60 + 2), 24)
