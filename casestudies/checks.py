"""System checks: configuration faults that would show only as missing search results, or not at all."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connections


@register(Tags.database)
def database_knows_unicode(app_configs, databases=None, **kwargs) -> list[Error]:
    """Report a database that cannot lower-case Cyrillic, and one older than PostgreSQL 15."""
    faults = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT lower('Я') = 'я', current_setting('server_version_num')::int")
            knows_unicode, version = cursor.fetchone()
        if not knows_unicode:
            faults.append(
                Error(
                    "The database's locale knows no Unicode: Russian words in capitals would not be found.",
                    hint="Create it anew: createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8",
                    id="casestudies.E001",
                )
            )
        if version < 150000:
            faults.append(Error("PostgreSQL 15 or newer is required.", id="casestudies.E002"))
    return faults


@register(Tags.security, deploy=True)
def second_factor_is_required(app_configs, **kwargs) -> list[Warning]:
    """Report a server on which a password alone opens the desk."""
    if settings.SECOND_FACTOR_REQUIRED:
        return []
    return [Warning("SECOND_FACTOR_REQUIRED is off: a password alone opens the desk.", id="casestudies.W001")]
