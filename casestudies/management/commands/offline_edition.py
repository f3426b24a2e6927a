"""`manage.py offline_edition`: the whole collection, or a part of it, in a file to carry along."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict
from django.utils import translation

from casestudies.exports import FORMATS, Document
from casestudies.offline.volumes import volumes
from casestudies.selection import Selection

EXTENSIONS = ("html", "zip")


class Command(BaseCommand):
    """Write an offline edition."""

    help = (
        "Writes the offline edition to a file: one HTML file, or a ZIP of many where the name ends in .zip. Of more"
        " studies than it takes it writes volumes, each a file of its own."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the language, the file, and which studies."""
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default="en", help="of its interface (default: en)")
        parser.add_argument("--output", type=Path, required=True, help="the file to write, .html or .zip")
        parser.add_argument("--question", default="", help='a list\'s query string, as "country=KZ" (default: all)')
        parser.add_argument("--site", default=settings.SITE_URL, help="the site's address (default: SITE_URL)")

    def handle(self, *, language: str, output: Path, question: str, site: str, **options) -> None:
        """Write the file or the volumes. Raises CommandError for a wrong question or no address of the site."""
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
            parts = volumes(selection, format_.most)
            for number, part in enumerate(parts, start=1):
                name = output if len(parts) == 1 else output.with_stem(f"{output.stem}-{number}-of-{len(parts)}")
                pieces = format_.write(Document.of_selection(part, site.rstrip("/")))
                with name.open("wb") as file:
                    file.writelines(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)
                self.stdout.write(f"{name}: {part.counts.total} studies, {name.stat().st_size / 1e6:.1f} MB")
