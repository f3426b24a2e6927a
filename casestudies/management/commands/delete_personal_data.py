"""`manage.py delete_personal_data`: keep the promises of the privacy page. Run it every day."""

from django.core.management.base import BaseCommand

from casestudies.proposals.records import forget_on_schedule


class Command(BaseCommand):
    """Delete what the privacy page says is deleted by now."""

    help = "Deletes who made proposals, when the time that the privacy page states is over. Run it every day."

    def handle(self, **options) -> None:
        """Delete and report."""
        forgotten = forget_on_schedule()
        if options["verbosity"] >= 1:
            self.stdout.write(f"proposals whose proposer is forgotten: {forgotten}")
