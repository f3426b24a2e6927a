"""The WSGI application that a web server such as gunicorn serves."""

import contextlib
import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handbook.settings")
# A page must not keep the database busy for long; migrations and loading, which do not pass here, may.
os.environ.setdefault("STATEMENT_TIMEOUT", "10000")
# Objects, and looks through the younger ones, before the next older ones are looked through for garbage. Python's own
# third number, 10, halts every eightieth page for as long as it takes to make one, and finds next to nothing.
GARBAGE_THRESHOLDS = (700, 10, 100)

application = get_wsgi_application()


def prepare() -> None:
    """Read what every search needs, so that no reader waits for it. Without a database that happens later.

    What is there by then stays, and is not looked through for garbage.
    """
    from django.db import DatabaseError, connection

    from casestudies import facets
    from casestudies.search import lexicon

    with contextlib.suppress(DatabaseError):
        lexicon.current()
        facets.current()
    connection.close()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


prepare()
