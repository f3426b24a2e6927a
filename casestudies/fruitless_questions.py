"""What readers searched and did not find: it says what to write next.

Nothing about who asked is kept. What looks like personal data is not counted at all, and a question is shown only once
it was asked twice: what a single reader typed may say more about that reader than about the collection.
"""

import logging
import re
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from . import search
from .models import FruitlessQuestion
from .selection import Selection

logger = logging.getLogger(__name__)

LONGEST = FruitlessQuestion._meta.get_field("question").max_length
SHOWN_FROM = 2
MOST_KEPT = 10_000
# How many the daily deletion leaves where there are more, so that new ones find room.
LEFT_OF_TOO_MANY = 9_000
_TABLE = FruitlessQuestion._meta.db_table
# A header by which the list's view tells `counting` what it found. The page is kept with it, no reader receives it.
_MARK = "X-Fruitless"
# An e-mail address, a number of five digits or more, a telephone number in groups.
_PERSONAL = re.compile(r"@|\d{5}|\d(?:[ ().+/-]{0,2}\d){6}")
_PROGRAM = re.compile(
    r"bot|crawl|spider|slurp|preview|monitor|curl|wget|python|java/|httpclient|headless", re.IGNORECASE
)


def is_fruitless(selection: Selection) -> bool:
    """Return whether a question found nothing, or what was found lacks a word that no study holds.

    The second counts too: such a question is widened, and its page is full of what was not asked for. With filters
    beside the question, it is not the question that is to blame.
    """
    if [choice.key for choice in selection.choices] != ["q"]:
        return False
    return not selection.counts.total or bool(selection.question.unknown)


def mark(response: HttpResponse) -> None:
    """Say of a list's page that its question found nothing."""
    response[_MARK] = "1"


def counting(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return the view of a list, with its marked answers counted, those too that were kept from an earlier reader."""

    @wraps(view)
    def answered(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.headers.pop(_MARK, None) and _is_asked_by_a_person(request):
            count(request.GET.get("q", ""), get_language())
        return response

    return answered


def _is_asked_by_a_person(request: HttpRequest) -> bool:
    """Return whether a page was asked for to be read, as far as a request tells."""
    headers = request.headers
    ahead_of_time = "prefetch" in (headers.get("Sec-Purpose") or headers.get("Purpose") or headers.get("X-Moz") or "")
    agent = headers.get("User-Agent", "")
    return request.method == "GET" and bool(agent) and not ahead_of_time and not _PROGRAM.search(agent)


def count(text: str, language: str) -> None:
    """Count a question in one statement. Whatever goes wrong is logged: the reader's page does not depend on it."""
    question = normalised(text)
    if not question:
        return
    try:
        # A page is never held up by another that counts the same question.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"""
                SET LOCAL lock_timeout = '100ms';
                INSERT INTO {_TABLE} AS kept (question, language, count, first_asked, last_asked)
                SELECT asked.question, asked.language, 1, current_date, current_date
                FROM (VALUES (%(question)s, %(language)s)) AS asked (question, language)
                WHERE (SELECT count(*) FROM {_TABLE}) < %(most)s OR EXISTS (
                    SELECT FROM {_TABLE} AS kept
                    WHERE kept.question = asked.question AND kept.language = asked.language
                )
                ON CONFLICT (question, language)
                DO UPDATE SET count = kept.count + 1, last_asked = excluded.last_asked
                """,
                {"question": question, "language": language, "most": MOST_KEPT},
            )
    except Exception:
        logger.exception("A question without a result could not be counted.")


def normalised(text: str) -> str:
    """Return a question in the form in which equal ones are equal; "" if it is not to be kept."""
    question = " ".join(unicodedata.normalize("NFKC", search.searchable(text)).casefold().split())
    return "" if len(question) > LONGEST or _PERSONAL.search(question) else question


def shown() -> QuerySet[FruitlessQuestion]:
    """Return the questions that staff may see, the most asked first."""
    return FruitlessQuestion.objects.filter(count__gte=SHOWN_FROM)


def most_asked(limit: int) -> list[FruitlessQuestion]:
    """Return the questions asked most often."""
    return list(shown()[:limit])


def delete_old() -> int:
    """Delete what nobody asked for a year, and the least asked where there are too many; return how many."""
    long_ago = timezone.now().date() - timedelta(days=settings.QUESTION_DAYS_KEPT)
    deleted = FruitlessQuestion.objects.filter(last_asked__lte=long_ago).delete()[0]
    surplus = FruitlessQuestion.objects.order_by("-count", "-last_asked", "pk").values("pk")[LEFT_OF_TOO_MANY:]
    return deleted + FruitlessQuestion.objects.filter(pk__in=list(surplus.values_list("pk", flat=True))).delete()[0]
