import pytest


@pytest.fixture(autouse=True)
def own_cache_and_files(settings, tmp_path):
    """A cache and a folder of the test's own: tries counted by one test do not lock the next one out."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "promises"}}
