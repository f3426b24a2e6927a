"""`manage.py rebuild_search_index`: make what search and filters read anew, while readers go on."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from casestudies import rebuilding


class Command(BaseCommand):
    """Rebuild with a progress bar."""

    help = "Makes the search index of all published studies anew, with a progress bar. Readers are served meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many connections write at once."""
        parser.add_argument("--workers", type=int, default=2, help="connections that write at once (default: 2)")

    def handle(self, *, workers: int, **options) -> None:
        """Rebuild. Raises CommandError where another rebuild is running."""
        try:
            with tqdm(unit=" studies", disable=options["verbosity"] < 1, file=self.stdout) as bar:
                for done, total in rebuilding.rebuild(workers):
                    bar.total = total
                    bar.update(done - bar.n)
        except RuntimeError as error:
            raise CommandError(str(error)) from error
