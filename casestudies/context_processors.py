"""What every page shows around its content."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url


def site(request: HttpRequest) -> dict:
    """Return the site's name, its institution, and this page's address in every language."""
    return {
        "site_name": settings.SITE_NAME,
        "institution": settings.INSTITUTION,
        "site_url": site_address(request),
        "in_languages": [
            {"code": code, "name": name, "path": path_in(request, code)} for code, name in settings.LANGUAGES
        ],
    }


def site_address(request: HttpRequest) -> str:
    """Return the address readers use, without a slash at the end: the setting, else what the request came to."""
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def path_in(request: HttpRequest, language: str) -> str:
    """Return the path and query string of this page in another language; of the home page where there is none."""
    path = translate_url(request.get_full_path(), language)
    return path if path.startswith(f"/{language}/") else f"/{language}/"
