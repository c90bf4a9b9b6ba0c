"""Whether a colour can be read on white: a municipality's own is taken in only where it can."""

from __future__ import annotations

import re

# What letters of ordinary size need on their ground (WCAG 2.2, success criterion 1.4.3).
LEAST_CONTRAST = 4.5
_CODE = re.compile(r"#[0-9a-f]{6}")


def is_code(code: str) -> bool:
    """Whether it is written as “#0062ba”."""
    return bool(_CODE.fullmatch(code))


def contrast_with_white(code: str) -> float:
    """From 1 (white on white) to 21 (black on white), as WCAG 2.2 defines it."""
    parts = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def is_readable(code: str) -> bool:
    return contrast_with_white(code) >= LEAST_CONTRAST
