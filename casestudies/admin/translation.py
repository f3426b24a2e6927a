"""The translator's desk: the state of each text, the queue, the page for translating, files for agencies."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from casestudies import access, translations
from casestudies.models import CaseStudy, Outcome, TranslationDelivery
from casestudies.models.translated_text import TRANSLATED_FIELDS
from casestudies.translations import delivery, units
from casestudies.translations.states import name_of

from .log_words import said
from .translation_forms import STATES, ExportForm, QueueForm, TranslationForm, UploadForm

ROWS_ON_A_PAGE = 50
named = lazy(name_of, str)  # for the log, which is read in another language
FOLLOWS, APPROVED = "translation-follows", "translation-approved"


def may_translate(request: HttpRequest, language: str) -> bool:
    """Say whether the curator may write and approve texts in this language."""
    return access.may(request.user, f"translate_{language}")


def _languages_of(request: HttpRequest) -> list[str]:
    return [code for code, _name in settings.LANGUAGES if may_translate(request, code)]


class TranslationDesk(admin.ModelAdmin):
    """What CaseStudyAdmin has for translations; comes before `admin.ModelAdmin` among its bases."""

    # In the study's own form ------------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: CaseStudy | None = None) -> bool:
        """Let translators read what they translate."""
        return super().has_view_permission(request, obj) or bool(_languages_of(request))

    def get_fieldsets(self, request: HttpRequest, obj: CaseStudy | None = None) -> list:
        """Put under each pair of texts how the translation stands to its source."""
        return [
            (name, {**options, "fields": tuple(_with_states(options["fields"] if obj else (), options["fields"]))})
            for name, options in super().get_fieldsets(request, obj)
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: CaseStudy | None = None) -> tuple:
        """Know the lines that say how the translations stand."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, *(_state_of(field) for field in TRANSLATED_FIELDS)) if obj else fields

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None):
        """Offer the translator's page, and the boxes that say that a translation follows its source or is approved."""
        study = self.get_object(request, object_id)
        context = {
            "translations": [
                {
                    "language": language,
                    "name": name_of(language),
                    "source_name": name_of(study.original_language),
                    "texts": translations.states(study, language),
                    "may": may_translate(request, language),
                    "follows_name": f"{FOLLOWS}-{language}",
                    "approved_name": f"{APPROVED}-{language}",
                }
                for language in (translations.target_languages(study) if study else ())
            ]
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def save_model(self, request: HttpRequest, obj: CaseStudy, form: ModelForm, change: bool) -> None:
        """Save the study's own texts, and keep how the translations stood before."""
        form.translations_before = translations.present(obj) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: list, change: bool) -> None:
        """Save the indicators, and note what the boxes say of the translations."""
        super().save_related(request, form, formsets, change)
        study = form.instance
        languages = [code for code in translations.target_languages(study) if may_translate(request, code)]
        follows = {
            code: [text.field for text in translations.states(study, code)]
            for code in languages
            if f"{FOLLOWS}-{code}" in request.POST
        }
        translations.settle(study, form.translations_before, follows, request.user)

    def response_change(self, request: HttpRequest, obj: CaseStudy) -> HttpResponse:
        """Approve the translations whose box is ticked, once the history has what was changed."""
        for code in translations.target_languages(obj):
            if may_translate(request, code) and f"{APPROVED}-{code}" in request.POST:
                study = CaseStudy.objects.get(pk=obj.pk)
                self._say_approved(request, study, code, translations.approve(study, code, request.user))
        return super().response_change(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Lead those who translate to what waits for them."""
        return super().changelist_view(request, {"may_translate": _languages_of(request), **(extra_context or {})})

    # Pages of its own -------------------------------------------------------------------------------------------

    def get_urls(self) -> list:
        """Add the pages of the desk to those of the study's admin."""
        pages = [
            ("translations/", require_safe(self.queue_view), "queue"),
            ("translations/file/", require_safe(self.export_view), "file"),
            ("translations/upload/", require_POST(self.upload_view), "upload"),
            ("translations/deliveries/<int:pk>/", self.delivery_view, "delivery"),
            ("<int:pk>/translate/<slug:language>/", self.translate_view, "translate"),
        ]
        own = [
            path(address, self.admin_site.admin_view(view), name=f"casestudies_translations_{name}")
            for address, view, name in pages
        ]
        return own + super().get_urls()

    def _page(self, request: HttpRequest, template: str, title: str, status: int = 200, **context) -> TemplateResponse:
        common = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        name = f"admin/casestudies/casestudy/{template}.html"
        return TemplateResponse(request, name, {**common, **context}, status=status)

    def _studies(self, request: HttpRequest) -> QuerySet[CaseStudy]:
        """Return the studies that the curator may see, without what only the list of studies shows."""
        return self.get_queryset(request).select_related(None).prefetch_related(None)

    def _asked(self, request: HttpRequest, form_class: type = QueueForm) -> QueueForm:
        """Return the form of what is asked for; what the address does not say is the curator's language, waiting."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        data = request.GET.copy()
        data.setdefault("language", next((code for code in reversed(_languages_of(request))), "ru"))
        data.setdefault("state", "waiting")
        return form_class(data)

    def _queue(self, request: HttpRequest, asked: dict) -> tuple[QuerySet[CaseStudy], translations.Totals]:
        studies = self._studies(request)
        if asked["chapter"]:
            studies = studies.filter(chapter=asked["chapter"])
        language = asked["language"]
        return translations.waiting(language, asked["state"], studies), translations.totals(language, studies)

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        """List what awaits translation, what waits longest first."""
        form = self._asked(request)
        title = gettext("Translations")
        if not form.is_valid():
            return self._page(request, "translations", title, 400, form=form, upload=UploadForm())
        asked = form.cleaned_data
        queue, totals = self._queue(request, asked)
        # Keys and dates are sorted, not whole studies.
        paginator = Paginator(queue.values_list("pk", "waiting_since"), ROWS_ON_A_PAGE)
        paginator.count = getattr(totals, asked["state"])
        page = paginator.get_page(request.GET.get("page"))
        context = {
            "form": form,
            "asked": asked,
            "page": page,
            "pages": [
                (number, _query(request, page=number) if isinstance(number, int) else "")
                for number in paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
            ],
            "rows": [_row(study, asked["language"], since) for study, since in _fetched(page)],
            "states": [(code, label, getattr(totals, code), _query(request, state=code)) for code, label in STATES],
            "may": may_translate(request, asked["language"]),
            "upload": UploadForm(),
            "studies_in_a_file": units.STUDIES_IN_A_FILE,
            "chosen": request.GET.getlist("study"),
        }
        return self._page(request, "translations", title, **context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Send the texts of the chosen studies, or of the whole list, as a file for an agency."""
        form = self._asked(request, ExportForm)
        if not form.is_valid():
            return self._page(request, "translations", gettext("Translations"), 400, form=form, upload=UploadForm())
        asked = form.cleaned_data
        language = asked["language"]
        if not may_translate(request, language):
            raise PermissionDenied
        queue, _totals = self._queue(request, asked)
        if asked["study"]:
            queue = queue.filter(pk__in=asked["study"])
        source = translations.source_language(language)
        studies = queue.filter(original_language=source).select_related("revises").prefetch_related(*translations.READ)
        texts = units.texts_in_state(studies[: units.STUDIES_IN_A_FILE], language, asked["state"])
        file_format = delivery.FORMATS[asked["format"]]
        content = file_format.write(texts, source, language)
        name = f"translations-{source}-{language}-{timezone.localdate():%Y-%m-%d}.{asked['format']}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(content, content_type=file_format.CONTENT_TYPE, headers=headers)

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file that an agency returned, and lead to its preview."""
        if not _languages_of(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                with transaction.atomic():
                    received = delivery.receive(form.cleaned_data["file"], request.user)
            except units.UnreadableFile as error:
                form.add_error("file", str(error))
            else:
                return HttpResponseRedirect(reverse("admin:casestudies_translations_delivery", args=[received.pk]))
        for message in form.errors["file"]:
            self.message_user(request, message, messages.ERROR)
        return HttpResponseRedirect(reverse("admin:casestudies_translations_queue"))

    def delivery_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what a returned file would change; apply it when that is confirmed."""
        received = get_object_or_404(TranslationDelivery, pk=pk)
        if not may_translate(request, received.language):
            raise PermissionDenied
        studies = self._studies(request)
        if request.method == "POST":
            try:
                written = delivery.apply(received, studies, request.POST.get("fingerprint", ""), request.user)
            except delivery.Outrun:
                self.message_user(
                    request, gettext("Nothing was written: the studies changed meanwhile. Look again."), messages.ERROR
                )
                return HttpResponseRedirect(request.path)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
                return HttpResponseRedirect(request.path)
            self._say_written(request, written, received)
            return HttpResponseRedirect(reverse("admin:casestudies_translations_queue"))
        found = None if received.applied_at else delivery.preview(received, studies)
        page = Paginator(found.changes if found else [], ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
        title = gettext("Translations in “%(file)s”") % {"file": received.name}
        return self._page(request, "translation_delivery", title, delivery=received, preview=found, page=page)

    @transaction.atomic
    def translate_view(self, request: HttpRequest, pk: int, language: str) -> HttpResponse:
        """Show a study's texts with the source beside them; save translations, and approve them."""
        study = get_object_or_404(self._studies(request), pk=pk)
        place = translations.workplace(study)
        if not translations.is_target(place, language):
            raise Http404
        if not may_translate(request, language):
            raise PermissionDenied
        if request.method == "POST":
            # Whoever else saves these texts waits here until we are done.
            place = CaseStudy.objects.select_for_update().get(pk=place.pk)
        texts = translations.states(place, language)
        form = TranslationForm(texts, request.POST or None)
        if form.is_valid():
            try:
                place = self._translate(request, place, language, form)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                address = reverse("admin:casestudies_translations_translate", args=[place.pk, language])
                return HttpResponseRedirect(address)
        title = gettext("%(study)s: translation into %(language)s") % {"study": place, "language": name_of(language)}
        context = {
            "form": form,
            "study": place,
            "language": language,
            "source_language": place.original_language,
            "language_name": name_of(language),
            "source_name": name_of(place.original_language),
            "can_write": place.status != CaseStudy.Status.IN_REVIEW,
        }
        return self._page(request, "translate", title, **context)

    @transaction.atomic
    def _translate(self, request: HttpRequest, place: CaseStudy, language: str, form: TranslationForm) -> CaseStudy:
        place = translations.write(place, language, form.written, request.user, follows=form.follows)
        self.log_change(request, place, said(_("Translation into %(language)s"), language=named(language)))
        place = CaseStudy.objects.get(pk=place.pk)
        self.message_user(request, gettext("The translation was saved."), messages.SUCCESS)
        outdated = [text.label for text in translations.states(place, language) if text.is_outdated]
        if outdated:
            text = gettext("Still outdated: %(fields)s. Tick the box of a text that follows its source.")
            self.message_user(request, text % {"fields": ", ".join(outdated)}, messages.WARNING)
        if "_approve" in request.POST:
            self._say_approved(request, place, language, translations.approve(place, language, request.user))
        return place

    def _say_approved(self, request: HttpRequest, study: CaseStudy, language: str, approved: list) -> None:
        if not approved:
            return
        text = ngettext("%(count)d text approved.", "%(count)d texts approved.", len(approved))
        self.message_user(request, text % {"count": len(approved)}, messages.SUCCESS)
        note = _("Approved the translation into %(language)s: %(fields)s")
        fields = dict.fromkeys(text.record._meta.get_field(text.column).verbose_name for text in approved)
        self.log_change(request, study, said(note, language=named(language), fields=list(fields)))

    def _say_written(self, request: HttpRequest, written: Iterable[CaseStudy], received: TranslationDelivery) -> None:
        written = list(written)
        for study in written:
            self.log_change(request, study, said(_("Translations from “%(file)s”"), file=received.name))
        text = ngettext(
            "Translations of %(count)d study were written; nobody has reviewed them yet.",
            "Translations of %(count)d studies were written; nobody has reviewed them yet.",
            len(written),
        )
        self.message_user(request, text % {"count": len(written)}, messages.SUCCESS)


def _state_of(field: str) -> str:
    """Return the name of the line under a pair of texts."""
    return f"{field}_translation"


def _with_states(shown: Iterable, fields: Iterable) -> Iterable:
    """Yield the lines of a form, after each pair of a text that is translated the line of its state."""
    for line in fields:
        yield line
        for field in TRANSLATED_FIELDS if shown else ():
            if line == (f"{field}_en", f"{field}_ru"):
                yield _state_of(field)


def _state_line(field: str):
    @admin.display(description=_("Translation"))
    def line(self: TranslationDesk, study: CaseStudy) -> SafeString:
        """Show how the translations of a text of the study stand; the id is there where texts are only read, too."""
        anchor = '<div id="texts-{}" class="texts-anchor" data-field="id_{}_en">{}</div>'
        return format_html(anchor, field, field, state_lines(study, study, field))

    return line


def state_lines(study: CaseStudy, record: CaseStudy | Outcome, column: str) -> SafeString:
    """Show how the translations of a text stand to their source: of the study's own, or of one of its outcomes."""
    prefetch_related_objects([study], *translations.READ)  # once for all lines of a page
    texts = [
        text
        for language in translations.target_languages(study)
        for text in translations.states(study, language)
        if text.record == record and text.column == column
    ]
    return render_to_string("admin/casestudies/casestudy/_text_states.html", {"texts": texts})


for _field in TRANSLATED_FIELDS:
    setattr(TranslationDesk, _state_of(_field), _state_line(_field))


def _fetched(page: Iterable[tuple[int, datetime]]) -> Iterable[tuple[CaseStudy, datetime]]:
    """Yield the studies of a page of the queue, each with since when it waits."""
    since = dict(page)
    studies = CaseStudy.objects.select_related("chapter").prefetch_related(*translations.READ).in_bulk(since)
    return ((studies[pk], moment) for pk, moment in since.items())


def _row(study: CaseStudy, language: str, since: datetime) -> dict:
    """Return what the queue shows of a study."""
    texts = translations.states(study, language)
    return {
        "study": study,
        "since": since,
        "missing": [text.label for text in texts if text.state == translations.State.MISSING],
        "outdated": [text.label for text in texts if text.is_outdated],
        "unreviewed": sum(text.needs_review for text in texts),
        "of": len(texts),
    }


def _query(request: HttpRequest, **changes) -> str:
    """Return the query string with some values changed; another state begins at its first page."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"
