"""The WSGI application that a web server such as gunicorn serves."""

import contextlib
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handbook.settings")
# A page must not keep the database busy for long; migrations and loading, which do not pass here, may.
os.environ.setdefault("STATEMENT_TIMEOUT", "10000")

application = get_wsgi_application()


def prepare() -> None:
    """Read what every search needs, so that no reader waits for it. Without a database that happens later."""
    from django.db import DatabaseError, connection

    from casestudies import facets
    from casestudies.search import lexicon

    with contextlib.suppress(DatabaseError):
        lexicon.current()
        facets.current()
    connection.close()


prepare()
