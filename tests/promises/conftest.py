import pytest
from django.contrib.auth.hashers import make_password

from tests.factories import PASSWORD
from tests.world import World


@pytest.fixture(autouse=True)
def own_cache_and_files(settings, tmp_path):
    """A cache and a folder of the test's own: tries counted by one test do not lock the next one out."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "promises"}}


@pytest.fixture(scope="session")
def password_hash() -> str:
    return make_password(PASSWORD)


@pytest.fixture
def world(db, password_hash, monkeypatch) -> World:
    """The named cast, with one slow hash of the password they share instead of ten: it is built once for each route."""
    with monkeypatch.context() as patch:
        patch.setattr("django.contrib.auth.base_user.make_password", lambda raw: password_hash)
        return World()
