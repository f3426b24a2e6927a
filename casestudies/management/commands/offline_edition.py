"""`manage.py offline_edition`: the whole collection, or a part of it, in a file to carry along."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict
from django.utils import translation

from casestudies.exports import FORMATS, Document
from casestudies.selection import Selection

EXTENSIONS = ("html", "zip")


class Command(BaseCommand):
    """Write an offline edition."""

    help = "Writes the offline edition to a file: one HTML file, or a ZIP of many where the name ends in .zip."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the language, the file, and which studies."""
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default="en", help="of its interface (default: en)")
        parser.add_argument("--output", type=Path, required=True, help="the file to write, .html or .zip")
        parser.add_argument("--question", default="", help='a list\'s query string, as "country=KZ" (default: all)')
        parser.add_argument("--site", default=settings.SITE_URL, help="the site's address (default: SITE_URL)")

    def handle(self, *, language: str, output: Path, question: str, site: str, **options) -> None:
        """Write the file. Raises CommandError for a wrong question, too many studies or no address of the site."""
        extension = output.suffix.removeprefix(".")
        if extension not in EXTENSIONS:
            raise CommandError(f"The name of the file ends in {' or '.join(f'.{name}' for name in EXTENSIONS)}.")
        if not site:
            raise CommandError("The edition names the site it comes from: set SITE_URL, or give --site.")
        format_ = FORMATS[extension]
        with translation.override(language):
            selection = Selection(QueryDict(question))
            if selection.faults:
                raise CommandError("\n".join(f"{fault.key}: {fault.message}" for fault in selection.faults))
            if format_.most is not None and selection.counts.total > format_.most:
                raise CommandError(
                    f"{extension.upper()} holds up to {format_.most} studies, and there are {selection.counts.total}."
                )
            pieces = format_.write(Document.of_selection(selection, site.rstrip("/")))
            with output.open("wb") as file:
                file.writelines(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)
        self.stdout.write(f"{output}: {selection.counts.total} studies, {output.stat().st_size / 1e6:.1f} MB")
