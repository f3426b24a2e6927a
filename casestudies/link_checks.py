"""Whether the addresses of sources still lead somewhere: asking for them, and what was seen when.

A link is dead when its host says so (404, 410), or when it failed on two different days. Refusals (401, 403, 429,
robots.txt …) say nothing about what a person would see.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from queue import SimpleQueue
from threading import Event, Thread

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from .link_asking import Answer, Asker
from .models import CaseStudy, LinkCheck, Source

logger = logging.getLogger(__name__)
Outcome, Reason = LinkCheck.Outcome, LinkCheck.Reason

HOSTS_AT_ONCE = 4
GONE = (404, 410)
NEVER_ASKED = (Reason.SCHEME, Reason.PORT, Reason.CREDENTIALS, Reason.PRIVATE)
# What the unique index of addresses can hold; nobody types more.
MOST_BYTES = 2600
# Any number, the same for everybody: two runs at once would ask one host from two sides.
_LOCK = 20120912


class Busy(Exception):
    """Another check is running."""


def addresses(
    studies: QuerySet[CaseStudy] | None = None, older_than: timedelta = timedelta(0), limit: int | None = None
) -> list[str]:
    """Return what the sources of studies cite and nobody asked for lately, the longest unchecked first.

    Without `studies`, those of all that are not archived.
    """
    studies = CaseStudy.objects.exclude(status=CaseStudy.Status.ARCHIVED) if studies is None else studies
    last = LinkCheck.objects.filter(address=OuterRef("url")).values("checked_at")
    cited = Source.objects.filter(case_study__in=studies.order_by().values("pk")).exclude(url="")
    due = cited.annotate(last=Subquery(last)).filter(Q(last=None) | Q(last__lte=timezone.now() - older_than))
    found = due.order_by(F("last").asc(nulls_first=True), "url").values_list("url", flat=True).distinct()
    return [address for address in found if len(address.encode()) <= MOST_BYTES][:limit]


def check(asked: list[str], asker: Asker) -> Iterator[LinkCheck]:
    """Ask for addresses, a few hosts at a time, and yield each record once it is written. Raises Busy."""
    by_host: defaultdict[str, list[str]] = defaultdict(list)
    for address in asked:
        by_host["".join(address.split("/")[2:3]).lower()].append(address)
    answers: SimpleQueue[tuple[str, Answer]] = SimpleQueue()
    stopped = Event()

    def ask_host(some: list[str]) -> None:
        for address in some:
            if not stopped.is_set():
                answers.put((address, asker.ask(address)))

    with _alone(), ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        try:
            for some in by_host.values():
                pool.submit(ask_host, some)
            for _address in asked:
                yield record(*answers.get())
        finally:
            stopped.set()


def in_background(asked: list[str], asker: Asker) -> None:
    """Check addresses after this request is answered; what is found stands in the list of link checks."""
    Thread(target=_to_the_end, args=(asked, asker), name="link checks", daemon=True).start()


def _to_the_end(asked: list[str], asker: Asker) -> None:
    try:
        for _check in check(asked, asker):
            pass
    except Exception:
        logger.exception("Checking links ended early.")
    finally:
        connection.close()  # this thread's own


def is_running() -> bool:
    """Return whether a check is running, in whichever process."""
    try:
        with _alone():
            return False
    except Busy:
        return True


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise Busy
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@transaction.atomic
def record(address: str, answer: Answer) -> LinkCheck:
    """Keep what an address answered just now in the place of what it answered last."""
    now = timezone.now()
    link = LinkCheck.objects.select_for_update().filter(address=address).first() or LinkCheck(address=address)
    link.outcome = _judged(answer, link.failing_since, now)
    link.checked_at, link.status, link.reason = now, answer.status, answer.reason
    link.final_address = answer.final_address
    if link.outcome in (Outcome.DEAD, Outcome.UNREACHABLE):
        link.failing_since = link.failing_since or now
        link.failures += 1
    else:
        link.failing_since, link.failures = None, 0
    link.save()
    return link


def _judged(answer: Answer, failing_since: datetime | None, now: datetime) -> Outcome:
    if answer.reason in NEVER_ASKED:
        return Outcome.NOT_ALLOWED
    if answer.status in GONE:
        return Outcome.DEAD
    if answer.status and answer.status < 400:
        return Outcome.MOVED if answer.moved else Outcome.WORKS
    if answer.reason == Reason.ROBOTS or (answer.status and not 500 <= answer.status < 600):
        return Outcome.REFUSED
    failed_on_another_day = failing_since is not None and failing_since.date() < now.date()
    return Outcome.DEAD if failed_on_another_day else Outcome.UNREACHABLE


def forget_uncited() -> int:
    """Delete the records of addresses that no source cites any more; return how many."""
    cited = Source.objects.filter(url=OuterRef("address"))
    return LinkCheck.objects.filter(~Exists(cited)).delete()[0]


def dead_links() -> QuerySet[LinkCheck]:
    """Return the dead links that studies lean on, the longest dead first, each with their number as `leaning`."""
    cited = Source.objects.filter(url=OuterRef("address")).exclude(case_study__status=CaseStudy.Status.ARCHIVED)
    number = cited.order_by().values("url").annotate(number=Count("case_study", distinct=True)).values("number")
    dead = LinkCheck.objects.filter(Exists(cited), outcome=Outcome.DEAD)
    return dead.annotate(leaning=Subquery(number)).order_by("failing_since", "pk")


def counted(links: Iterable[LinkCheck]) -> list[tuple[str, int]]:
    """Return how many links came out how, by the name of the outcome, the commonest first."""
    numbers: defaultdict[str, int] = defaultdict(int)
    for link in links:
        numbers[str(link.get_outcome_display())] += 1
    return sorted(numbers.items(), key=lambda entry: -entry[1])
