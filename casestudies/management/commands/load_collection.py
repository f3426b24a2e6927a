"""`manage.py load_collection [PATH]`: load the collection's files, or an exported one, into the database."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from casestudies import collection_export, loading
from casestudies.collection_files import MalformedCollection


class Command(BaseCommand):
    """Load the collection, and say what was created, updated and left alone."""

    help = "Loads the collection's files in one transaction. What a curator changed stays, unless --overwrite is given."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder or file and whether a curator's changes give way."""
        parser.add_argument(
            "path",
            nargs="?",
            type=Path,
            default=settings.BASE_DIR / "fixtures",
            help="the folder with cases/ and reference/, or a JSON file that the site exported"
            " (default: the collection that ships)",
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="also replace what was changed or deleted in the admin"
        )

    def handle(self, *, path: Path, overwrite: bool, **options) -> None:
        """Load and report. Raises CommandError with every fault of a malformed collection."""
        try:
            load = collection_export.load if path.is_file() else loading.load
            report = load(path, overwrite=overwrite)
        except MalformedCollection as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from error
        if options["verbosity"] < 1:
            return
        columns = ("created", "updated", "unchanged", "kept")
        self.stdout.write(f"{'':16}" + "".join(f"{column:>11}" for column in columns))
        for kind, counts in report.counts.items():
            self.stdout.write(f"{kind:16}" + "".join(f"{counts[column]:>11}" for column in columns))
        for kind, key, reason in report.kept:
            self.stdout.write(f"kept: {kind} {key} ({reason}; --overwrite replaces it)")
