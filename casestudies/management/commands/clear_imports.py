"""`manage.py clear_imports`: delete what is kept of old imports."""

from django.core.management.base import BaseCommand

from casestudies.importing import jobs


class Command(BaseCommand):
    """Delete uploaded files and their previews after thirty days."""

    help = "Deletes the files and previews of imports that are older than thirty days."

    def handle(self, **options) -> None:
        """Delete them and say how many there were."""
        self.stdout.write(f"{jobs.clear()} imports deleted.")
