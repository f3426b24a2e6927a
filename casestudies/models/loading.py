"""What `load_collection` remembers between two runs."""

from django.db import models


class LoadedRecord(models.Model):
    """The content a record had when it was last loaded from the collection's files.

    A record whose content is no longer this one was changed by a curator, and a loaded record that is gone was
    deleted by one: loading leaves both alone.
    """

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="loaded_record_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
