"""What a page says before something is deleted: what goes with it, and what stands in the way."""

from collections.abc import Callable, Iterable

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import NestedObjects
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import router
from django.db.models import Field, Model
from django.forms import Field as FormField
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst

from casestudies.desk import change_address
from casestudies.models import (
    CaseChapter,
    CaseCountry,
    CaseProvision,
    CaseTheme,
    ChapterTheme,
    GlossaryTermTheme,
    KeptRecord,
    ProvisionTheme,
    SearchEntry,
    TranslatedIndicator,
    TranslatedText,
)
from casestudies.models.links import OrderedLink

# Rows that stand for nothing by themselves. A link reads like the theme or country to which it leads, and that stays.
NOT_TOLD = (
    CaseChapter,
    CaseCountry,
    CaseProvision,
    CaseTheme,
    ChapterTheme,
    GlossaryTermTheme,
    ProvisionTheme,
    KeptRecord,
    SearchEntry,
    TranslatedIndicator,
    TranslatedText,
)


class DeletesInWords:
    """An admin that asks before deleting in the words of its users: not every row of the database is a thing.

    From the form of something else nothing is deleted.
    """

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs) -> FormField | None:
        """Offer no deleting beside a choice."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
        return field

    def get_deleted_objects(self, objs: Iterable[Model], request: HttpRequest) -> tuple[list, dict, set, list]:
        """Return what would be deleted, as a nested list, by numbers, what may not be, and what stands in the way."""
        objs = list(objs)
        if not objs:
            return [], {}, set(), []
        found = _Told(using=router.db_for_write(type(objs[0])), origin=objs)
        found.collect(objs)
        forbidden: set[str] = set()
        deleted = found.nested(_telling(self.admin_site, request, forbidden))
        numbers = {
            model._meta.verbose_name_plural: len(records)
            for model, records in found.model_objs.items()
            if _is_told(model)
        }
        protecting = {_owner(record) for record in found.protected}
        tell = _telling(self.admin_site, request, set())
        return deleted, numbers, forbidden, sorted(tell(record) for record in protecting)


class _Told(NestedObjects):
    def add_edge(self, source: Model | None, target: Model) -> None:
        """Leave out what is no thing in itself."""
        if _is_told(type(target)):
            super().add_edge(source, target)


def _is_told(model: type[Model]) -> bool:
    return not (issubclass(model, NOT_TOLD) or model._meta.auto_created)


def _owner(record: Model) -> Model:
    """Return the study or other record that a row is a part of, which is its first foreign key; else the record."""
    if not isinstance(record, OrderedLink):
        return record
    return getattr(record, next(field.name for field in record._meta.fields if field.many_to_one))


def _telling(site: AdminSite, request: HttpRequest, forbidden: set[str]) -> Callable[[Model], str]:
    """Return what names a record, with a link to its page, and notes kinds that the person may not delete."""

    def tell(record: Model) -> str:
        name, model = capfirst(record._meta.verbose_name), type(record)
        if not site.is_registered(model):
            return f"{name}: {record}"
        if not site.get_model_admin(model).has_delete_permission(request, record):
            forbidden.add(record._meta.verbose_name)
        return format_html('{}: <a href="{}">{}</a>', name, change_address(record), record)

    return tell
