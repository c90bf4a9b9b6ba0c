"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "est_platform.settings")

application = get_wsgi_application()

# Read every address and view now, once for all workers, and not while the first visitor waits.
get_resolver().url_patterns  # noqa: B018
