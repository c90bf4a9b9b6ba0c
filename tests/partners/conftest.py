import pytest


@pytest.fixture(autouse=True)
def own_cache(settings):
    """A cache of the test's own, so that tries counted by one test do not lock the next one out."""
    from django.core.cache import cache

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "partners"}}
    cache.clear()
