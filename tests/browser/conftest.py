"""What every browser test stands on: Debian's Chromium, a signed-in page, axe-core, and a page that must stay quiet.

A test asks for `page` and `live_server` and is marked `browser`. Any error in the console, such as a blocked style or a
script that failed, fails the test when it ends; a test that expects one ends with `console_errors.clear()`.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

# Playwright keeps an event loop in this thread, and Django would refuse the database beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None)
AXE = Path(django_settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What another colour scheme can change on a page that else stands as it stood.
AXE_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# Only what is wrong is put together and sent over: what is right is most of a page.
AXE_RUN = """async (rules) => {
  const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"], selectors: false });
  return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html.slice(0, 160)) }));
}"""
# After two pictures the page has been told what has come into view. A browser that has stopped drawing, as one on a
# busy machine may without a word, draws no picture and ends no fading: after two seconds of waiting the test goes on
# and judges the page as it stands, since a script that waits in the page is waited for without end.
DRAWN = """
  const sooner = (what) => Promise.race([what, new Promise((done) => setTimeout(done, 2000))]);
  const drawn = () => sooner(new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
"""
# By page: the requests that have got no answer yet.
ON_THE_WAY: WeakKeyDictionary[Page, set[Any]] = WeakKeyDictionary()
WIDTHS = (390, 1440)
SCHEMES = ("light", "dark")


def looks(*widths: int) -> pytest.MarkDecorator:
    """Every width with the schemes a page is seen in: one, turn and turn about, in every run; both where CI is set."""
    wanted = len(SCHEMES) if os.environ.get("CI") else 1
    every = [
        pytest.param(width, schemes[:wanted], id=f"{width}-{'-'.join(schemes[:wanted])}")
        for width, schemes in zip(widths, itertools.cycle([SCHEMES, SCHEMES[::-1]]))
    ]
    return pytest.mark.parametrize(("width", "schemes"), every)


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


@contextlib.contextmanager
def listening(page: Page, console_errors: list[str]) -> Iterator[None]:
    """Write down what the page complains of meanwhile, and what it has asked for and not got yet (see `settle`)."""
    asked: set[Any] = set()
    ON_THE_WAY[page] = asked

    def note(message: Any) -> None:
        if message.type == "error":
            console_errors.append(f"{message.text} ({message.location.get('url', '')})")

    def note_problem(problem: Any) -> None:
        console_errors.append(str(problem))

    def note_asked(request: Any) -> None:
        asked.add(request)

    def note_answered(request: Any) -> None:
        asked.discard(request)

    heard = {
        "console": note, "pageerror": note_problem,
        "request": note_asked, "requestfinished": note_answered, "requestfailed": note_answered,
    }  # fmt: skip
    for event, hear in heard.items():
        page.on(event, hear)
    yield
    for event, hear in heard.items():
        page.remove_listener(event, hear)


@pytest.fixture
def page(context: BrowserContext, console_errors: list[str]) -> Iterator[Page]:
    """A page that must not have complained when the test ends."""
    page = context.new_page()
    with listening(page, console_errors):
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
def open_as(browser: Browser, browser_context_args: dict[str, Any], live_server: Any) -> Iterator[Callable[..., Page]]:
    """A page in a browser of somebody's own; None is a visitor. What it complains of stands in `page.complaints`.

    A test that expects a complaint ends with `page.complaints.clear()`.
    """
    pages: list[Any] = []

    def do(user: Any, address: str, **looks: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, **looks})
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
            )
        page: Any = context.new_page()
        pages.append(page)
        page.set_default_timeout(10_000)
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda problem: page.complaints.append(str(problem)))
        page.goto(live_server.url + address)
        return page

    yield do
    for page in pages:
        page.context.close()
    assert [page.complaints for page in pages if page.complaints] == []


@pytest.fixture
def assert_accessible() -> Callable[..., None]:
    """Ask axe-core about the page as it stands: WCAG 2.2 AA and its best practices, or only what concerns colours."""

    def check(page: Page, *, without: tuple[str, ...] = (), colours_only: bool = False) -> None:
        page.wait_for_load_state()
        if page.evaluate("!('axe' in window)"):
            # Evaluated rather than added as a script: the page's own policy would refuse it, and should.
            page.evaluate(axe_source())
        found = [
            f"{violation['id']}: {violation['help']} → {html}"
            for violation in page.evaluate(AXE_RUN, AXE_COLOURS if colours_only else AXE_RULES)
            if violation["id"] not in without
            for html in violation["nodes"]
        ]
        assert not found, "\n".join(found)

    return check


@functools.cache
def axe_source() -> str:
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def assert_fits() -> Callable[[Page], None]:
    """Nothing makes the page itself scroll sideways."""

    def check(page: Page) -> None:
        page.wait_for_load_state()
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"The page is {over} pixels wider than the window."

    return check


@pytest.fixture
def assert_seen(assert_accessible: Callable[..., None], assert_fits: Callable[[Page], None]) -> Callable[..., None]:
    """The page fits and is accessible in the first of the schemes, in which it was opened, and turned to the others."""

    def check(page: Page, schemes: tuple[str, ...]) -> None:
        assert_fits(page)
        assert_accessible(page)
        for scheme in schemes[1:]:
            turn_to(page, scheme)
            assert_fits(page)
            assert_accessible(page, colours_only=True)

    return check


def turn_to(page: Page, scheme: str) -> None:
    """The device turns light or dark while the page is open, and all that fades over has done so."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.evaluate(
        f"""async () => {{
          {DRAWN}
          await drawn();
          const fading = document.getAnimations().filter((one) => one instanceof CSSTransition);
          await sooner(Promise.allSettled(fading.map((one) => one.finished)));
          await drawn();
        }}"""
    )


def settle(page: Page, quiet_s: float = 0.12) -> None:
    """Wait until the page has loaded, and for `quiet_s` seconds has not waited for anything it has asked for.

    As Playwright's "networkidle", which lets half a second pass in vain on every page.
    """
    page.wait_for_load_state()
    ends, quiet_since = time.monotonic() + 20, time.monotonic()
    while time.monotonic() - quiet_since < quiet_s:
        page.wait_for_timeout(20)
        if asked := ON_THE_WAY[page]:
            quiet_since = time.monotonic()
            assert quiet_since < ends, f"Still on the way: {sorted(request.url for request in asked)}"


def scroll_through(page: Page) -> None:
    """Scroll to the end and back, so that everything that waits to be seen has been drawn."""
    page.evaluate(
        f"""async () => {{
          {DRAWN}
          const height = document.documentElement.scrollHeight;
          for (let position = 0; position < height; position += window.innerHeight - 50) {{
            window.scrollTo(0, position);
            await drawn();
            await new Promise((done) => setTimeout(done, 20));
          }}
          window.scrollTo(0, 0);
        }}"""
    )
