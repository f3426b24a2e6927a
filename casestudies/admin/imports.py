"""Importing in the admin: upload a file, look at its preview, apply it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casestudies import access
from casestudies.importing import files, jobs, marked_workbook, template_file
from casestudies.importing.applying import path_and_value
from casestudies.importing.comparing import empty_record, read_known, with_values
from casestudies.models import CaseStudy, CaseStudyVersion, ImportedStudy, ImportJob
from casestudies.versions.differences import Difference, differences
from casestudies.versions.rebuilt import as_published
from casestudies.vocabulary import Vocabulary

from .evidence import web_link

PERMISSION = "import_casestudy"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STUDIES_ON_A_PAGE = 20
FAULTS_ON_A_PAGE = 50
SECONDS_BETWEEN_LOOKS = 2
# What a curator can look at, by its name in addresses.
PARTS: dict[str, tuple[str, Q]] = {
    "suspected": (_("Perhaps there already"), ~Q(suspects=[])),
    "created": (_("New"), Q(status="", is_faulty=False)),
    "changed": (_("Changed"), ~Q(status="") & Q(is_faulty=False)),
    "faulty": (_("With faults"), Q(is_faulty=True)),
}


class UploadForm(forms.Form):
    """The file to import."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("XLSX, CSV or JSON Lines, in the columns of the exports; up to 20 MB and 20,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.jsonl,.txt"}),
    )

    def clean_file(self) -> object:
        """Refuse a file that is too large."""
        file = self.cleaned_data["file"]
        if file.size > files.LARGEST_FILE:
            raise ValidationError(
                gettext("The file has %(size).1f MB, and at most %(most)d MB are taken. Divide it into several files.")
                % {"size": file.size / 1024 / 1024, "most": files.LARGEST_FILE // 1024 // 1024}
            )
        return file


class ImportMixin:
    """Adds the pages of imports to the admin of studies."""

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of imports."""
        views = [
            ("import/", "imports", require_http_methods(["GET", "POST"])(self.imports_view)),
            ("import/template.<str:extension>", "import_template", require_GET(self.import_template_view)),
            ("import/<int:key>/", "import", require_GET(self.import_view)),
            ("import/<int:key>/apply/", "import_apply", require_POST(self.import_apply_view)),
            ("import/<int:key>/restart/", "import_restart", require_POST(self.import_restart_view)),
            ("import/<int:key>/marked.xlsx", "import_marked", require_GET(self.import_marked_view)),
        ]
        own = [
            path(route, self.admin_site.admin_view(_allowed(view)), name=f"casestudies_{name}")
            for route, name, view in views
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Offer the import to those who may."""
        context = {"may_import": access.may(request.user, PERMISSION), **(extra_context or {})}
        return super().changelist_view(request, context)

    def imports_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file, and list the files taken before."""
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            job = jobs.upload(file.read(), file.name, request.user, get_language())
            return redirect("admin:casestudies_import", job.pk)
        rows = _jobs_of(request).select_related("user").defer("file", "faults")
        context = {"form": form, "jobs": Paginator(rows, STUDIES_ON_A_PAGE).get_page(request.GET.get("page"))}
        return self._import_page(request, "list", gettext("Import case studies"), context)

    def import_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Show how far an import is, what it would do, or what it did."""
        job = get_object_or_404(_jobs_of(request).defer("file"), pk=key)
        context = {"job": job, "seconds": SECONDS_BETWEEN_LOOKS}
        if job.state in (job.State.PREVIEWED, job.State.APPLIED):
            context |= _preview(request, job)
        return self._import_page(request, "job", job.file_name, context)

    def import_apply_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Begin to apply a preview."""
        job = get_object_or_404(_jobs_of(request).defer("file"), pk=key)
        if not jobs.apply(job, request.user, without_faulty=bool(request.POST.get("without_faulty"))):
            messages.error(request, gettext("Nothing was applied: it has faults, or somebody applied it already."))
        return redirect("admin:casestudies_import", key)

    def import_restart_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Take up an import again that was interrupted."""
        jobs.restart(get_object_or_404(_jobs_of(request).defer("file"), pk=key))
        return redirect("admin:casestudies_import", key)

    def import_marked_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Send the workbook with its faulty cells marked."""
        job = get_object_or_404(_jobs_of(request), pk=key, state=ImportJob.State.PREVIEWED)
        stem = slugify(job.file_name.rsplit(".", 1)[0], allow_unicode=True) or "import"
        ending = gettext("marked")
        return _file(marked_workbook.marked(job), XLSX, f"{stem}-{ending}.xlsx")

    def import_template_view(self, request: HttpRequest, extension: str) -> HttpResponse:
        """Send a file to begin with."""
        name = gettext("case-studies-template") + f".{extension}"
        if extension == "csv":
            return _file(template_file.table().encode(), "text/csv; charset=utf-8", name)
        if extension == "xlsx":
            return _file(template_file.workbook(), XLSX, name)
        return redirect("admin:casestudies_imports")

    def _import_page(self, request: HttpRequest, name: str, title: str, context: dict) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, f"admin/casestudies/imports/{name}.html", shared | context)


def _allowed(view: Callable) -> Callable:
    """Return the view for those who may import. Raises PermissionDenied for others."""

    @wraps(view)
    def checked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not access.may(request.user, PERMISSION):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


def _jobs_of(request: HttpRequest) -> QuerySet[ImportJob]:
    """Return the curator's own imports; an administrator sees all."""
    rows = ImportJob.objects.all()
    return rows if request.user.is_superuser else rows.filter(user=request.user)


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(content, content_type=content_type, headers=headers)


# What a page shows of a preview ------------------------------------------------------------------------------------


def _preview(request: HttpRequest, job: ImportJob) -> dict:
    """Return the counts, a page of faults and a page of studies with what would change in each."""
    counts = {name: job.studies.filter(condition).count() for name, (_label, condition) in PARTS.items()}
    part = request.GET.get("part")
    if not counts.get(part):
        part = next((name for name, number in counts.items() if number), "")
    studies = job.studies.filter(PARTS[part][1]) if part else job.studies.none()
    page = Paginator(studies, STUDIES_ON_A_PAGE).get_page(request.GET.get("page"))
    _add_what_is_here(page, with_changes=job.state == job.State.PREVIEWED)
    return {
        "parts": [(name, PARTS[name][0], number) for name, number in counts.items() if number],
        "part": part,
        "studies": page,
        "faults": Paginator(job.faults, FAULTS_ON_A_PAGE).get_page(request.GET.get("faults")),
        "ready": job.counts.get("created", 0) + job.counts.get("changed", 0),
    }


def _add_what_is_here(page: Page, *, with_changes: bool) -> None:
    """Give each study of the page its row here and, before it is applied, the differences."""
    studies = list(page.object_list)
    page.object_list = studies
    slugs = [study.slug for study in studies]
    known = read_known(slugs, Vocabulary(get_language())) if with_changes else {}
    compared = [study for study in studies if with_changes and not study.is_faulty]
    states = []
    for study in compared:
        found = known.get(study.slug)
        base = found.study.record if found else empty_record(study.slug)
        record = with_values(base, path_and_value(study))
        # A study that is not there has no chapter, and a version has one.
        base = base if found else {**base, "chapter": 0}
        states += [CaseStudyVersion(slug=study.slug, record=state, made_at=timezone.now()) for state in (base, record)]
    pairs = as_published(states)
    for study, old, new in zip(compared, pairs[::2], pairs[1::2], strict=True):
        study.differences = list(_differences(study, old, new))
    here = CaseStudy.objects.select_related("revision").in_bulk(slugs, field_name="slug")
    for study in studies:
        study.here = here.get(study.slug)
        study.written_to = study.here and (getattr(study.here, "revision", None) or study.here)
    _add_suspects(studies)


def _add_suspects(studies: list[ImportedStudy]) -> None:
    """Give each suspected study its record here, as it is now: a curator compares more than titles."""
    keys = [suspect["pk"] for study in studies for suspect in study.suspects]
    here = CaseStudy.objects.prefetch_related("country_links__country").in_bulk(filter(None, keys))
    for study in studies:
        for suspect in study.suspects:
            suspect["study"] = here.get(suspect["pk"])
            suspect["cited"] = web_link(suspect["address"])


def _differences(study: ImportedStudy, old: object, new: object) -> Iterator[Difference]:
    for difference in differences(old, new):
        # Of a new study there is nothing to take away.
        yield replace(difference, removed=[]) if study.is_new else difference
