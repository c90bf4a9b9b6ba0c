"""No page is forgotten when pictures of all of them are taken."""

import importlib.util
import sys

import pytest
from django.conf import settings
from PIL import Image


@pytest.fixture(scope="module")
def screenshots():
    spec = importlib.util.spec_from_file_location("screenshots", settings.BASE_DIR / "script" / "screenshots.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_every_route_is_taken_or_said_to_be_no_page(screenshots):
    screenshots.check_tables(screenshots.routes())


def test_a_new_route_stops_the_script_with_a_sentence(screenshots):
    with pytest.raises(screenshots.Stop, match="No picture is planned of brand_new"):
        screenshots.check_tables(screenshots.routes() | {"brand_new"})


def test_a_route_that_is_gone_stops_it_too(screenshots):
    with pytest.raises(screenshots.Stop, match="No address is called picture any more"):
        screenshots.check_tables(screenshots.routes() - {"picture"})


def test_what_stands_in_the_documentation_is_small(screenshots, tmp_path):
    # Noise is the hardest to compress; taller and rougher than any page of ours.
    Image.effect_noise((1440, 4000), 12).save(tmp_path / "page.png")
    screenshots.compress(tmp_path / "page.png", tmp_path / "docs" / "page.webp")
    assert (tmp_path / "docs" / "page.webp").stat().st_size <= 150_000
