"""What the fields of a form hold, as a browser sends it and as a person reads it."""

import hashlib
from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, BoundField
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext

Row = dict[str, list[str]]
"""The values of one form by the names of its fields."""


def as_sent(field: BoundField) -> list[str]:
    """Return what a browser sends of a field if nobody touches it."""
    value = field.value()
    if isinstance(field.field.widget, forms.CheckboxInput):
        return ["on"] if value else []
    formatted = field.field.widget.format_value(value)
    values = formatted if isinstance(formatted, list) else [formatted]
    return [str(value) for value in values if value not in (None, "")]


def sent(data: QueryDict, name: str) -> list[str]:
    """Return what a browser sent of a field; blanks are left out."""
    return [value for value in data.getlist(name) if value]


def digest(values: Iterable[str]) -> str:
    """Return a short digest that tells whether a field was touched: it guards nothing."""
    return hashlib.sha256("\x1f".join(values).encode()).hexdigest()[:12]


def rows_as_sent(formset: BaseInlineFormSet) -> list[Row]:
    """Return the rows of a formset that nobody touched."""
    return [{name: as_sent(form[name]) for name in form.fields} for form in formset.initial_forms]


def rows_sent(data: QueryDict, formset: BaseInlineFormSet) -> list[Row]:
    """Return the rows that a browser sent of a formset, without those that nobody filled in."""
    prefix, total = formset.prefix, data.get(f"{formset.prefix}-TOTAL_FORMS", "")
    number = min(int(total), formset.absolute_max) if total.isdecimal() else 0
    names = formset.empty_form.fields
    rows = [{name: sent(data, f"{prefix}-{index}-{name}") for name in names} for index in range(number)]
    set_by_itself = {formset.fk.name, "position"}
    return [row for row in rows if any(values for name, values in row.items() if name not in set_by_itself)]


def write_rows(data: QueryDict, formset: BaseInlineFormSet, rows: list[Row], initial: int) -> None:
    """Put rows into what a browser sent, in place of those there; the first `initial` are in the database."""
    prefix = formset.prefix
    for name in [name for name in data if name.startswith(f"{prefix}-") and name[len(prefix) + 1 :][:1].isdecimal()]:
        del data[name]
    data[f"{prefix}-TOTAL_FORMS"], data[f"{prefix}-INITIAL_FORMS"] = str(len(rows)), str(initial)
    for index, row in enumerate(rows):
        for name, values in row.items():
            data.setlist(f"{prefix}-{index}-{name}", values)
        data[f"{prefix}-{index}-{formset.fk.name}"] = str(formset.instance.pk)  # rows may have been another record's


def rows_digest(formset: BaseInlineFormSet, rows: list[Row]) -> str:
    """Return a short digest of what rows say: the primary keys are others when the same rows are written anew."""
    keys = {formset.model._meta.pk.name, formset.fk.name}
    said = ({name: values for name, values in row.items() if name not in keys} for row in rows)
    return digest(f"{name}={value}" for row in said for name, values in row.items() for value in values)


def in_words(field: forms.Field, values: list[str]) -> str:
    """Return the values of a field as a person reads them: what is chosen by its label, several one a line."""
    if isinstance(field, forms.BooleanField):
        return gettext("Yes") if values else gettext("No")
    if isinstance(field, forms.ModelChoiceField):
        return "\n".join(_record_named(field, value) for value in values)
    choices = dict(getattr(field, "choices", ()))
    return "\n".join(str(choices.get(value, value)) for value in values)


def row_in_words(formset: BaseInlineFormSet, row: Row) -> str:
    """Return a row as a person reads it: its values, under their labels where there are many."""
    left_out = {formset.model._meta.pk.name, formset.fk.name, "DELETE", "position"}
    fields = {name: field for name, field in formset.empty_form.fields.items() if name not in left_out}
    texts = {name: in_words(field, row[name]) for name, field in fields.items() if row[name]}
    if len(fields) <= 2:
        return ", ".join(texts.values())
    return "; ".join(f"{capfirst(str(fields[name].label))}: {text}" for name, text in texts.items())


def _record_named(field: forms.ModelChoiceField, value: str) -> str:
    try:
        return field.label_from_instance(field.to_python(value))
    except ValidationError:
        return value
