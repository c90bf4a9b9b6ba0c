"""What every browser test stands on: Debian's Chromium, a signed-in page, axe-core, and a page that must stay quiet.

A test asks for `page` and `live_server` and is marked `browser`. Any error in the console, such as a blocked style or a
script that failed, fails the test when it ends; a test that expects one ends with `console_errors.clear()`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

# Playwright keeps an event loop in this thread, and Django would refuse the database beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
AXE = Path(django_settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (390, 1440)
SCHEMES = ("light", "dark")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium the browser tests are skipped with the reason; where CI is set they are never skipped."""
    if CHROMIUM or os.environ.get("CI"):
        return
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed (apt-get install chromium)."))


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """What is expected of a page is waited for with patience: a busy machine draws and signs in slowly."""
    expect.set_options(timeout=20_000)


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """What is uploaded lies with the test."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(scope="session")
def base_url() -> None:
    """Tests say the whole address; the plugin's own fixture is written in a way pytest warns about."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, with WebGL drawn in software so that maps work on a machine without a graphics card.

    All else is drawn without the detour over such a card, which costs more where there is none.
    """
    drawn = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing"]
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM or "/usr/bin/chromium",
        "args": ["--no-sandbox", *drawn],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A Swede at a desk."""
    return {
        **browser_context_args,
        "locale": "sv-SE",
        "timezone_id": "Europe/Stockholm",
        "viewport": {"width": 1440, "height": 900},
    }


@pytest.fixture
def console_errors() -> list[str]:
    """What the browser has complained about so far."""
    return []


@pytest.fixture
def page(context: BrowserContext, console_errors: list[str]) -> Iterator[Page]:
    """A page that must not have complained when the test ends."""
    page = context.new_page()

    def note(message: Any) -> None:
        if message.type == "error":
            console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    page.on("console", note)
    page.on("pageerror", lambda problem: console_errors.append(str(problem)))
    yield page
    page.close()
    assert console_errors == []


@pytest.fixture
def sign_in(context: BrowserContext, live_server: Any) -> Callable[[Any], None]:
    """Sign a user in by session cookie, without walking through the sign-in page each time."""

    def do(user: Any) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])

    return do


@pytest.fixture
def assert_accessible() -> Callable[..., None]:
    """Ask axe-core about the page as it stands: WCAG 2.2 AA and its best practices."""

    def check(page: Page, *, without: tuple[str, ...] = ()) -> None:
        page.wait_for_load_state()
        # Evaluated rather than added as a script: the page's own policy would refuse it, and should.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        result = page.evaluate("rules => axe.run(document, {runOnly: rules})", AXE_RULES)
        found = [
            f"{violation['id']}: {violation['help']} → {node['html'][:160]}"
            for violation in result["violations"]
            if violation["id"] not in without
            for node in violation["nodes"]
        ]
        assert not found, "\n".join(found)

    return check


@pytest.fixture
def assert_fits() -> Callable[[Page], None]:
    """Nothing makes the page itself scroll sideways."""

    def check(page: Page) -> None:
        page.wait_for_load_state()
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"The page is {over} pixels wider than the window."

    return check


def scroll_through(page: Page) -> None:
    """Scroll to the end and back, so that everything that waits to be seen has been drawn."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for position in range(0, height, 600):
        page.evaluate("y => window.scrollTo(0, y)", position)
        page.wait_for_timeout(60)
    page.evaluate("window.scrollTo(0, 0)")
