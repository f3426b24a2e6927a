"""The form for a proposal, and the signs by which programs that fill in forms are told from people."""

from django import forms
from django.core import signing
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casestudies import vocabulary
from casestudies.models import CaseStudy

FASTEST_SECONDS = 3
LONGEST_DAYS = 7
MOST_CHARACTERS = 5000
COUNTRY_FIELDS = ("country", "country_2", "country_3")
_signer = signing.TimestampSigner(salt="proposal")


def _opened_now() -> str:
    return _signer.sign("opened")


def _countries() -> list[tuple[str, str]]:
    return [("", "–"), *((entry.code, entry.label) for entry in vocabulary.current().country.values())]


def _chapters() -> list[tuple[str, str]]:
    return [("", _("I do not know")), *((entry.code, entry.label) for entry in vocabulary.current().chapter.values())]


def _text(name: str, label: str, rows: int = 4, required: bool = False) -> forms.CharField:
    """Return the field for one of the six texts, explained as curators see it explained."""
    return forms.CharField(
        label=label,
        help_text=CaseStudy._meta.get_field(name).help_text,
        required=required,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _country(label: str, help_text: str = "") -> forms.ChoiceField:
    # Not the country of the person, which a browser would fill in.
    select = forms.Select(attrs={"autocomplete": "off"})
    return forms.ChoiceField(label=label, help_text=help_text, choices=_countries, required=False, widget=select)


class ProposalForm(forms.Form):
    """Who proposes, and what."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    institution = forms.CharField(
        label=_("Your institution"), max_length=250, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("For questions about your proposal, and nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    title = forms.CharField(
        label=_("Title"),
        help_text=CaseStudy._meta.get_field("title").help_text,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    country = _country(_("Country"), _("Or name a group of countries below."))
    country_2 = _country(_("Second country"))
    country_3 = _country(_("Third country"))
    region_scope = forms.CharField(
        label=_("Group of countries"),
        help_text=CaseStudy._meta.get_field("region_scope").help_text,
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    chapter = forms.ChoiceField(label=_("Chapter of the Handbook"), choices=_chapters, required=False)
    summary = _text("summary", pgettext_lazy("text of a study", "Summary"), rows=3)
    challenge = _text("challenge", _("Challenge"))
    practice = _text("practice", _("Practice"), rows=7, required=True)
    results = _text("results", _("Results"))
    lessons = _text("lessons", _("Lessons"))
    note = forms.CharField(
        label=_("Note to the editors"),
        help_text=_("What does not belong into the study: further sources, whom to ask. Readers do not see it."),
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    consent = forms.BooleanField(
        label=_("I agree that my name, institution and e-mail address are kept for editing this proposal"),
        error_messages={"required": _("Without your consent the proposal cannot be kept.")},
    )
    # People do not see it; programs fill in whatever they find.
    subject = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    opened = forms.CharField(widget=forms.HiddenInput, required=False, initial=_opened_now)

    def clean_subject(self) -> str:
        """Refuse what only a program fills in."""
        if self.cleaned_data["subject"]:
            raise forms.ValidationError(gettext("This field must stay empty: it tells programs from people."))
        return ""

    def clean_opened(self) -> str:
        """Refuse a form sent faster than anybody types, or that was not opened here; sent again, it is taken."""
        opened = self.cleaned_data["opened"]
        try:
            _signer.unsign(opened, max_age=LONGEST_DAYS * 24 * 60 * 60)
        except signing.BadSignature as error:
            self.data = self.data.copy()
            self.data["opened"] = _opened_now()
            raise forms.ValidationError(
                gettext("This form was opened more than %(days)d days ago. Please send it once more.")
                % {"days": LONGEST_DAYS}
            ) from error
        try:
            _signer.unsign(opened, max_age=FASTEST_SECONDS)
        except signing.SignatureExpired:
            return opened
        raise forms.ValidationError(gettext("That was faster than people type. Please send the form once more."))

    def clean(self) -> dict:
        """Ask where the practice is."""
        cleaned = super().clean()
        if not any(cleaned.get(field) for field in (*COUNTRY_FIELDS, "region_scope")):
            self.add_error("country", gettext("Choose a country, or name a group of countries."))
        return cleaned

    @property
    def countries(self) -> list[str]:
        """The codes of the countries chosen, each once, the main one first."""
        return list(dict.fromkeys(filter(None, (self.cleaned_data[field] for field in COUNTRY_FIELDS))))


class SourceForm(forms.Form):
    """A source; a row left empty means nothing."""

    title = forms.CharField(
        label=pgettext_lazy("of a source", "Title"),
        max_length=400,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    publisher = forms.CharField(
        label=_("Who published it"), max_length=250, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    year = forms.IntegerField(
        label=_("Year"),
        required=False,
        validators=[MinValueValidator(1800), MaxValueValidator(2100)],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )
    url = forms.URLField(
        label=_("Web address"),
        required=False,
        max_length=1000,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )


class SourceRows(forms.BaseFormSet):
    """The rows of sources; the first must be filled in."""

    default_error_messages = {**forms.BaseFormSet.default_error_messages, "too_few_forms": _("Name a source.")}


SourceFormSet = forms.formset_factory(
    SourceForm, SourceRows, min_num=1, extra=2, max_num=10, absolute_max=10, validate_min=True
)
