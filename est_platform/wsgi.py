"""The web server's way in."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "est_platform.settings")

application = get_wsgi_application()

# Read every address and view now, once for all workers, and not while the first visitor waits.
get_resolver().url_patterns  # noqa: B018

# Figures are drawn with Plotly, which a first visitor would otherwise wait for.
import plotly.io  # noqa: E402, F401

# What is loaded by now stays. The collector need not walk it again and again, which took a tenth of a second in the
# middle of pages that make many objects; and the workers go on sharing its memory.
gc.collect()
gc.freeze()
