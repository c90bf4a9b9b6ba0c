"""Counts what a finger or a mouse presses, as the page itself sees it: no test says its own number."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, Page


class Presses:
    """Presses what is told, and lets the page count. Begins when it is made.

    The second that each press takes a person is added, not waited for: what a page does meanwhile comes on top of it.
    """

    def __init__(self, page: Page, *, seconds_each: float = 1.0, has_touch: bool = False) -> None:
        self.page, self.seconds_each, self.has_touch = page, seconds_each, has_touch
        self.number = 0
        self.by_hand_s = 0.0
        self.began = time.monotonic()
        page.expose_function("pressedByHand", self._note)
        page.add_init_script("addEventListener('pointerdown', (event) => event.isTrusted && pressedByHand(), true);")

    def _note(self) -> None:
        self.number += 1

    def press(self, what: Locator) -> None:
        """It has to be in sight with nothing above it, or the press does not reach it."""
        self.by_hand_s += self.seconds_each
        if self.has_touch:
            what.tap()
        else:
            what.click()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began + self.by_hand_s
