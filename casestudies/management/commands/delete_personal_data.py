"""`manage.py delete_personal_data`: keep the promises of the privacy page. Run it every day."""

from django.core.management.base import BaseCommand

from casestudies import fruitless_questions
from casestudies.proposals.records import forget_on_schedule


class Command(BaseCommand):
    """Delete what the privacy page says is deleted by now."""

    help = "Deletes who made proposals, and questions without a result, when their time is over. Run it every day."

    def handle(self, **options) -> None:
        """Delete and report."""
        forgotten = forget_on_schedule()
        deleted = fruitless_questions.delete_old()
        if options["verbosity"] >= 1:
            self.stdout.write(f"proposals whose proposer is forgotten: {forgotten}")
            self.stdout.write(f"questions without a result that are deleted: {deleted}")
