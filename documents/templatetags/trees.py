"""A tree or fishbone on a page: placed as in the files, as SVG whose texts are text and whose boxes are links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from documents import trees
from documents.model import TreeDrawing

register = template.Library()

# Wide for a desk, narrow for a phone; the style sheet shows the one there is room for. In CSS pixels, as the letters.
WIDE_PX, NARROW_PX, FONT_PX = 960.0, 360.0, 14.0


@register.inclusion_tag("documents/tree.html")
def tree_drawing(tree: TreeDrawing, links: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The tree drawn twice, for wide and for narrow windows. `links` are addresses by node key.

    It needs `css/trees.css` on the page, and its nodes as a list beside it for whoever does not see it.
    """
    shapes = [
        {"name": name, **_shape(trees.lay_out(tree, width=width, font=FONT_PX), links or {})}
        for name, width in (("wide", WIDE_PX), ("narrow", NARROW_PX))
    ]
    return {"shapes": shapes, "alt": tree.alt}


def _number(value: float) -> str:
    """A number as SVG wants it, whatever the reader's language."""
    return f"{value:.1f}".removesuffix(".0")


def _shape(layout: trees.Layout, links: Mapping[str, str]) -> dict[str, Any]:
    # The outermost edges have half their width outside.
    return {
        "view": f"-1 -1 {_number(layout.width + 2)} {_number(layout.height + 2)}",
        "width": _number(layout.width + 2),
        "height": _number(layout.height + 2),
        "font": _number(FONT_PX),
        "small": _number(FONT_PX * trees.SMALL),
        "lines": [" ".join(f"{_number(x)},{_number(y)}" for x, y in line) for line in layout.lines],
        "boxes": [_box(box, links) for box in layout.boxes],
    }


def _box(box: trees.Box, links: Mapping[str, str]) -> dict[str, Any]:
    left = _number(box.x + (trees.EDGE + trees.PAD_X) * FONT_PX)
    return {
        "kind": box.kind,
        "group": box.group + 1,
        "is_chosen": box.is_chosen,
        "url": links.get(box.key, "") if box.kind == "node" else "",
        "x": _number(box.x),
        "y": _number(box.y),
        "width": _number(box.width),
        "height": _number(box.height),
        "edge": _number(trees.EDGE * FONT_PX),
        "lines": [
            {"x": left, "y": _number(y), "text": text, "is_small": is_small}
            for y, text, is_small in trees.baselines(box, FONT_PX)
        ],
    }
