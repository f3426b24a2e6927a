"""Writing many rows at once with PostgreSQL's COPY."""

from collections.abc import Iterable

from django.core.management.color import no_style
from django.db import connection, models

Rows = dict[type[models.Model], list[dict]]


def copy_all(rows: Rows, order: Iterable[type[models.Model]]) -> None:
    """Write the rows of every model, tables in the given order. Fields that a row lacks get the model's default."""
    with connection.cursor() as cursor:
        for model in order:
            if rows.get(model):
                _copy(cursor, model, rows[model])


def _copy(cursor, model: type[models.Model], rows: list[dict]) -> None:
    defaults = {field.attname: field.get_default() for field in model._meta.concrete_fields}
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    with cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([row.get(name, default) for name, default in defaults.items()])


def first_free_key(model: type[models.Model]) -> int:
    """Return the primary key after the greatest in use."""
    return (model.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1


def advance_sequences(written: Iterable[type[models.Model]]) -> None:
    """Let the next row that the database numbers itself come after the ones written here."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(written)):
            cursor.execute(statement)
