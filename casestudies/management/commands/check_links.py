"""`manage.py check_links`: ask whether the addresses of sources still lead somewhere."""

from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from casestudies import link_checks
from casestudies.link_asking import Asker


class Command(BaseCommand):
    """Check links with a progress bar."""

    help = "Asks for the addresses of sources, those unchecked longest first, and records what they answer."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which addresses, how many, and the name under which to ask."""
        parser.add_argument(
            "--older-than", type=int, default=7, metavar="DAYS", help="leave alone what was checked since (default: 7)"
        )
        parser.add_argument("--limit", type=int, metavar="N", help="ask for no more addresses than this")
        parser.add_argument("--site", default=settings.SITE_URL, help="the site's address (default: SITE_URL)")

    def handle(self, *, older_than: int, limit: int | None, site: str, **options) -> None:
        """Check and report. Raises CommandError without an address of the site, and where another check is running."""
        if not site:
            raise CommandError("Those who are asked can see who asks: set SITE_URL, or give --site.")
        if older_than < 0 or (limit is not None and limit < 0):
            raise CommandError("DAYS and N are numbers from 0.")
        forgotten = link_checks.forget_uncited()
        due = link_checks.addresses(older_than=timedelta(days=older_than), limit=limit)
        asker = Asker(site.rstrip("/"))
        try:
            bar = tqdm(
                link_checks.check(due, asker),
                total=len(due),
                unit=" addresses",
                disable=options["verbosity"] < 1,
                file=self.stderr,
            )
            checked = list(bar)
        except link_checks.Busy as error:
            raise CommandError("Another check of links is running.") from error
        if options["verbosity"] < 1:
            return
        for outcome, number in link_checks.counted(checked):
            self.stdout.write(f"{outcome}: {number}")
        for link in checked:
            if link.outcome == link.Outcome.DEAD:
                self.stdout.write(f"dead since {link.failing_since:%Y-%m-%d}: {link.address} ({link.explanation})")
        if forgotten:
            self.stdout.write(f"forgotten, because no source cites them: {forgotten}")
