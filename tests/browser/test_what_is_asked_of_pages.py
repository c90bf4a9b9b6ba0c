"""What every page is asked finds what is wrong: a check that is quick because it looks at nothing shows nothing."""

import pytest

from tests.browser.conftest import turn_to

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="sv"><title>Prov</title>
<style>
  body { color: #000; background: #fff; transition: background 0.3s, color 0.3s; }
  @media (prefers-color-scheme: dark) { body { color: #444; background: #222; } }
</style>
<main><h1>Prov</h1><p>Text som ska kunna läsas.</p>%s</main>"""


def test_what_is_wrong_is_found_in_either_scheme_and_at_any_width(page, assert_accessible, assert_fits):
    page.emulate_media(color_scheme="light")
    page.set_content(PAGE % "")
    assert_accessible(page)
    assert_fits(page)
    turn_to(page, "dark")
    with pytest.raises(AssertionError, match=r"color-contrast: .*<p>Text som ska kunna läsas"):
        assert_accessible(page, colours_only=True)
    turn_to(page, "light")
    assert_accessible(page, colours_only=True)
    page.set_content(PAGE % '<img src="data:," width="2000" height="1">')
    with pytest.raises(AssertionError, match=r"image-alt: .*<img src="):
        assert_accessible(page)
    with pytest.raises(AssertionError, match="pixels wider than the window"):
        assert_fits(page)
