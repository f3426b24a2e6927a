"""The WSGI application that a web server such as gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "handbook.settings")
# A page must not keep the database busy for long; migrations and loading, which do not pass here, may.
os.environ.setdefault("STATEMENT_TIMEOUT", "10000")

application = get_wsgi_application()
