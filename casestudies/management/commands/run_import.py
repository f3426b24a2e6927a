"""`manage.py run_import`: do the step that an import waits for. The admin starts it."""

import contextlib
import os
import sys

from django.core.management.base import BaseCommand, CommandParser

from casestudies.importing import jobs

MOST_MEMORY = 3 * 1024**3


class Command(BaseCommand):
    """Preview or apply one import."""

    help = "Reads the file of an import and makes its preview, or applies it: whichever the import waits for."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which import."""
        parser.add_argument("key", type=int, help="the number of the import, as in its address in the admin")

    def handle(self, *, key: int, **options) -> None:
        """Do the step, behind the pages that the same machine serves."""
        if sys.platform == "linux":
            import resource

            with contextlib.suppress(OSError, ValueError):
                os.nice(10)
                # A file that unpacks to more than it says ends this process, not the machine.
                resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        jobs.run(key)
