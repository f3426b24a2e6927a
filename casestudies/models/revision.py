"""What tells that something changed since a page was made."""

import uuid

from django.db import models


class CollectionRevision(models.Model):
    """The state of the collection, as a random value that triggers replace with every statement that writes.

    `scope` is "collection" for everything that a page may show, "vocabulary" for what questions are understood by.
    The values are random, not counted up, so that a transaction rolled back leaves no value that means two states.
    """

    scope = models.CharField(max_length=10, primary_key=True)
    value = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return f"{self.scope} {self.value}"
