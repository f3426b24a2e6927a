"""Answering the same question twice for the price of looking: pages are kept until the collection changes.

A kept page is found by the collection's revision, so one that an edit made wrong is never asked for again. Browsers
may keep a page too, but ask each time whether it still holds: the ETag is made of the same revision.
"""

from collections.abc import Callable
from functools import cache, wraps
from hashlib import blake2b
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.cache import cache_page
from django.views.decorators.http import condition
from psycopg.errors import QueryCanceled

from . import revision
from .compression import compressed

# Pages under an old revision are not asked for; this only bounds how long they take up memory.
SECONDS_KEPT = 24 * 60 * 60
# What a page depends on besides its address; the views say so in Vary.
_HEADERS = ("HX-Request", "HX-Trigger")
View = Callable[..., HttpResponse]


def for_readers(view: View) -> View:
    """Return the view with a validator, and its pages kept while the collection stays as it is."""
    return _validated(view, lambda state: cache_page(SECONDS_KEPT, cache="pages", key_prefix=str(state.collection)))


def for_programs(view: View) -> View:
    """Return the view with a validator; what it answers is written piece by piece and not kept."""
    return _validated(view, lambda state: lambda inner: inner)


def _validated(view: View, keep: Callable[[revision.State], Callable[[View], View]]) -> View:
    @wraps(view)
    def answered(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        # Compressed before it is kept: compressing a list takes as long as everything else of a repeated answer.
        with revision.pinned() as state:
            inner = keep(state)(compressed(_always_asked(view)))
            try:
                response = condition(etag_func=_etag)(inner)(request, *args, **kwargs)
            except OperationalError as error:
                if isinstance(error.__cause__, QueryCanceled):
                    return render(request, "503.html", status=503)
                raise
        # How long this process keeps the page is nobody else's business.
        for header in ("Expires", "Age"):
            response.headers.pop(header, None)
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # Kept under the ETag of what was asked, a refusal would be taken for it as long as the collection stays.
            response.headers.pop("ETag", None)
            response["Cache-Control"] = "no-store"
        return response

    return answered


def _always_asked(view: View) -> View:
    """Return the view with leave to keep its answers, but never to show one unasked."""

    @wraps(view)
    def answered(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, max_age=0, must_revalidate=True)
        return response

    return answered


def _etag(request: HttpRequest, *args, **kwargs) -> str | None:
    state = revision.current()
    if state.collection is None:
        return None
    parts = [code_version(), str(state.collection), request.build_absolute_uri()]
    parts.append(get_language())  # where the address does not say it
    parts += [request.headers.get(header, "") for header in _HEADERS]
    # Weak: the same page is sent compressed and not.
    return 'W/"{}"'.format(blake2b("\n".join(parts).encode(), digest_size=16).hexdigest())


@cache
def code_version() -> str:
    """Return a digest of what makes pages out of data: another release makes other pages of the same collection."""
    digest = blake2b(digest_size=16)
    for folder in ("casestudies", "handbook", "templates", "static", "locale"):
        for path in sorted((Path(settings.BASE_DIR) / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.read_bytes())
    for setting in (settings.SITE_NAME, settings.SITE_URL, settings.INSTITUTION):
        digest.update(str(setting).encode())
    return digest.hexdigest()
