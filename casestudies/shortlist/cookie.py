"""The shortlist: slugs in the order the reader gave them, kept in a cookie of the reader's own."""

from dataclasses import dataclass

from django.conf import settings
from django.core.validators import slug_re
from django.http import HttpRequest, HttpResponse

from casestudies.filters import MOST_CHOSEN

NAME = "shortlist"
SECONDS_KEPT = 90 * 24 * 60 * 60
# Stands in no slug, and a browser takes it in a cookie as it is.
SEPARATOR = "."
# Browsers drop a cookie above 4096 characters, its name and attributes included.
MOST_CHARACTERS = 3800


class Full(Exception):
    """One study more would be too many."""


@dataclass(frozen=True)
class Shortlist:
    """Slugs of studies, each once, in order. Whether they are still published is not known here."""

    slugs: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: HttpRequest) -> "Shortlist":
        """Return the reader's shortlist. A cookie that was meddled with counts for what in it could be slugs."""
        parts = request.COOKIES.get(NAME, "").split(SEPARATOR)
        return cls(tuple(dict.fromkeys(part for part in parts if slug_re.match(part)))[:MOST_CHOSEN])

    def with_study(self, slug: str) -> "Shortlist":
        """Return the shortlist with a study at its end, where it is not in it yet. Raises Full."""
        if slug in self.slugs:
            return self
        longer = Shortlist((*self.slugs, slug))
        if len(longer.slugs) > MOST_CHOSEN or len(longer._written()) > MOST_CHARACTERS:
            raise Full
        return longer

    def without(self, slug: str) -> "Shortlist":
        """Return the shortlist without a study."""
        return Shortlist(tuple(other for other in self.slugs if other != slug))

    def moved(self, slug: str, steps: int) -> "Shortlist":
        """Return the shortlist with a study so many places further, backwards where `steps` is negative."""
        if slug not in self.slugs:
            return self
        others = list(self.without(slug).slugs)
        others.insert(max(self.slugs.index(slug) + steps, 0), slug)
        return Shortlist(tuple(others))

    def keep(self, response: HttpResponse) -> None:
        """Hand the shortlist to the reader's browser; an empty one leaves nothing there.

        Scripts read it, to show on pages that all readers share what is in it. It tells nobody who the reader is.
        """
        if not self.slugs:
            response.delete_cookie(NAME, samesite="Lax")
            return
        response.set_cookie(
            NAME,
            self._written(),
            max_age=SECONDS_KEPT,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=False,
            samesite="Lax",
        )

    def _written(self) -> str:
        return SEPARATOR.join(self.slugs)
