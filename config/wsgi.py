"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

from config import bodies  # noqa: E402  (what it needs of Django is there only now)

application = bodies.paced(_django)
