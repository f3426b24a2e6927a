"""The page of a version, and that of a study which is public no more."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from casestudies.context_processors import site_address
from casestudies.exports import menu
from casestudies.models import CaseStudyVersion

from .differences import differences
from .reading import history
from .rebuilt import as_published


@require_safe
def case_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show a study as it was published in one version, and what changed since."""
    version = get_object_or_404(CaseStudyVersion, slug=slug, number=number)
    latest = CaseStudyVersion.objects.filter(slug=slug).first()
    study, now = as_published([version, latest])
    context = {
        "study": study,
        "version": version,
        "downloads": menu.of_version(version),
        "latest": latest,
        "versions": history(slug),
        "differences": list(differences(study, now)),
        "address": site_address(request) + version.study_address,
        "last_change": version.made_at,
    }
    return render(request, "casestudies/case_version.html", context)


def withdrawn(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer 410 for a study that was public once. Raises Http404 for one that never was."""
    version = CaseStudyVersion.objects.filter(slug=slug).first()
    if version is None:
        raise Http404(gettext("There is no such page."))
    (study,) = as_published([version])
    context = {
        "study": study,
        "version": version,
        "versions": history(slug),
        "similar": " ".join(re.findall(r"\w+", version.title)),
    }
    return render(request, "casestudies/case_withdrawn.html", context, status=410)
