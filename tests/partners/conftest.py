import pytest
from django.contrib.auth.hashers import make_password

from tests.factories import PASSWORD
from tests.world import World


@pytest.fixture(autouse=True)
def own_cache(settings):
    """A cache of the test's own, so that tries counted by one test do not lock the next one out."""
    from django.core.cache import cache

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "partners"}}
    cache.clear()


@pytest.fixture(scope="session")
def password_hash() -> str:
    return make_password(PASSWORD)


@pytest.fixture
def world(db, password_hash, monkeypatch) -> World:
    """The named cast, with one slow hash of the password they share instead of ten."""
    with monkeypatch.context() as patch:
        patch.setattr("django.contrib.auth.base_user.make_password", lambda raw: password_hash)
        return World()
