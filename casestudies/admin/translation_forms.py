"""The forms of the translator's desk."""

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casestudies.models import CaseStudy, Chapter
from casestudies.translations import State, TextState
from casestudies.translations.delivery import FORMATS

from . import form_values

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
        self.initial["opened"] = " ".join(f"{text.field}={_digests(text)}" for text in texts)
        self.changed_by_both: set[str] = set()
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
        """Refuse what would overwrite another's work; what was typed stays in the form.

        A text that only the other changed takes what was saved: this person never touched it.
        """
        cleaned = super().clean()
        if cleaned.get("opened") == self.initial["opened"]:
            return cleaned
        opened_with = dict(part.split("=", 1) for part in cleaned.get("opened", "").split() if "=" in part)
        self.data = self.data.copy()
        self.data["opened"] = self.initial["opened"]
        for text in self.texts:
            source, _separator, target = opened_with.get(text.field, "").partition("-")
            if source != _digest(text.source):
                self.data.pop(f"{text.field}-follows", None)  # the box was ticked beside another text
            mine = _digest(self.data.get(text.field, ""))
            if target == _digest(text.target) or mine == _digest(text.target):
                continue
            if mine == (target or _digest("")):
                self.data[text.field] = text.target
            else:
                self.changed_by_both.add(text.field)
        raise ValidationError(
            gettext(
                "Somebody changed these texts after you opened them. What only they changed stands in the form now."
                " Where both of you changed a text, theirs stands under yours; saving again replaces it with yours."
            )
        )

    @property
    def rows(self) -> list[dict]:
        """What the page shows of each text: its state, its field, its box, and what was saved meanwhile."""
        return [
            {
                "text": text,
                "field": self[text.field],
                "follows": self[f"{text.field}-follows"] if text.is_outdated else None,
                "saved": text.target if text.field in self.changed_by_both else "",
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


def _digest(text: str) -> str:
    """Return a digest of a text as a form sends it back: blanks around it are cut off."""
    return form_values.digest([text.replace("\r\n", "\n").strip()])


def _digests(text: TextState) -> str:
    return f"{_digest(text.source)}-{_digest(text.target)}"


def _rows(source: str) -> int:
    """Return how many lines a translation of this text may take, so that it is seen whole."""
    return min(max(4, len(source) // 60 + 2), 24)
