"""What the site keeps about people: a page made of the very settings that say so."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import fruitless_questions
from .shortlist import cookie

SECONDS_A_DAY = 24 * 60 * 60


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say which cookies there are, what is kept of proposals and searches, for how long, and what is logged."""
    context = {
        "shortlist_cookie": cookie.NAME,
        "shortlist_days": cookie.SECONDS_KEPT // SECONDS_A_DAY,
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "session_hours": settings.SESSION_COOKIE_AGE // (60 * 60),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "csrf_days": settings.CSRF_COOKIE_AGE // SECONDS_A_DAY,
        "days_kept": settings.PROPOSAL_DAYS_KEPT,
        "days_kept_after_decision": settings.PROPOSAL_DAYS_KEPT_AFTER_DECISION,
        "question_days_kept": settings.QUESTION_DAYS_KEPT,
        "shown_from": fruitless_questions.SHOWN_FROM,
        "contact": settings.CONTACT_EMAIL,
    }
    return render(request, "casestudies/privacy.html", context)
