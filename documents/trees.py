"""Where the boxes of a tree go: one calculation for the page, the PDF and the Word file, as a tree or as a fishbone.

Pure: a tree and a width in, positions out, in the unit the width was given in. No box touches another, all lie inside,
and they stand in the tree's own order. How wide a text is, is estimated on the safe side: readers have other fonts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from django.utils.translation import gettext as _

from documents import texts
from documents.model import TreeDrawing, TreeNode

Spot = tuple[float, float]

# In documents: the width of the text block, the size of the letters, and the most of a page one drawing takes.
WHOLE_MM, FONT_MM, PAGE_MM = 174.0, 2.65, 225.0
# All of the following in the height of a letter. The text under a box's text is smaller.
SMALL = 0.85
# How much broader bold letters are at most: the root, a bone's name and what is chosen are set in them.
BOLD = 1.18
LINE, SMALL_LINE = 1.3, 1.12
PAD_X, PAD_Y, ROW_GAP, COLUMN_GAP = 0.7, 0.45, 0.6, 2.2
# The coloured edge of a box, inside it.
EDGE = 0.35
# Narrower boxes than this are hard to read: then the tree is set in instead of set in columns.
NARROWEST, WIDEST = 13.0, 30.0
STEP, TRUNK, SLANT, TWIG = 2.0, 0.8, 3.0, 0.8
# A text longer than this is cut with “…”: all of it stands in the list beside the drawing.
MOST_LINES = 12

_WIDTHS: Mapping[str, float] = {
    **dict.fromkeys(" ijl.,:;'|!IJ·’‘", 0.34),
    **dict.fromkeys('ftr()[]{}"/\\-“”°*`', 0.52),
    **dict.fromkeys("mwMW@%&—…æœÆŒ", 1.0),
    **dict.fromkeys("+=<>~^#_→←−×", 0.84),
}


def text_width(text: str) -> float:
    """How wide a text is at most, in the height of its letters, in any of the fonts that readers may have."""
    return sum(_WIDTHS.get(letter) or _width_of(letter) for letter in text)


def _width_of(letter: str) -> float:
    if ord(letter) >= 0x250:
        return 0.64 if letter in "–€" else 1.1
    return 0.79 if letter.isupper() else 0.64


def wrapped(text: str, room: float) -> tuple[str, ...]:
    """The text in lines that are no wider than `room`; a word that is wider is broken."""
    lines: list[str] = []
    line = ""
    # A space that must not be broken at, as in “4 321”, is part of its word.
    for word in filter(None, texts.plain(text).replace("\n", " ").split(" ")):
        longer = f"{line} {word}" if line else word
        if text_width(longer) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, room)
        lines += whole
    return (*lines, line) if line else tuple(lines)


def _pieces(word: str, room: float) -> list[str]:
    pieces, piece, width = [], "", 0.0
    for letter in word:
        more = text_width(letter)
        if piece and width + more > room:
            pieces.append(piece)
            piece, width = "", 0.0
        piece, width = piece + letter, width + more
    return [*pieces, piece]


@dataclass(frozen=True)
class Box:
    """A box with its wrapped lines. The root's key is empty; a bone's name is a box of its own kind."""

    key: str
    kind: Literal["root", "node", "group"]
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    small: tuple[str, ...] = ()
    # Which of the tree's groups it belongs to, from 0; -1 for none.
    group: int = -1
    is_chosen: bool = False

    @property
    def is_strong(self) -> bool:
        """Whether its text is set in bold."""
        return self.kind != "node" or self.is_chosen


@dataclass(frozen=True)
class Layout:
    """Boxes and the lines between them, in the order in which they are read."""

    width: float
    height: float
    # The height of a letter.
    font: float
    boxes: tuple[Box, ...]
    lines: tuple[tuple[Spot, ...], ...]

    def gaps(self) -> list[float]:
        """The heights at which a cut across the whole drawing goes through no box."""
        found, reached = [], 0.0
        for top, bottom in sorted((box.y, box.y + box.height) for box in self.boxes):
            if top > reached and reached:
                found.append((top + reached) / 2)
            reached = max(reached, bottom)
        return found


def lay_out(tree: TreeDrawing, *, width: float, font: float) -> Layout:
    """Where everything goes on a drawing this wide, with letters this high; as tall as it has to be."""
    room = width / font
    laid = _fishbone(tree, room) if tree.shape == "fishbone" else _tree(tree, room)
    return _scaled(laid, font)


def _scaled(laid: Layout, font: float) -> Layout:
    boxes = tuple(
        replace(box, x=box.x * font, y=box.y * font, width=box.width * font, height=box.height * font)
        for box in laid.boxes
    )
    lines = tuple(tuple((x * font, y * font) for x, y in line) for line in laid.lines)
    return Layout(laid.width * font, laid.height * font, font, boxes, lines)


# Boxes


def _fitted(box: Box, text: str, small: str) -> Box:
    """The box with its texts in lines, and as high as they are."""
    room = box.width - 2 * PAD_X - EDGE
    # As wide as letters of the ordinary weight may be for the line to have room.
    broad = room / BOLD if box.is_strong else room
    lines = wrapped(text, broad) or (texts.UNKNOWN,)
    if len(lines) > MOST_LINES:
        # The sign is as wide as a wide letter, and takes the place of one or two.
        last = lines[MOST_LINES - 1]
        while last and text_width(last + "…") > broad:
            last = last[:-1]
        lines = (*lines[: MOST_LINES - 1], last + "…")
    under = wrapped(small, room / SMALL)[:MOST_LINES]
    height = 2 * PAD_Y + LINE * len(lines) + SMALL_LINE * len(under)
    return replace(box, lines=lines, small=under, height=height)


def _empty(kind: Literal["root", "node", "group"], key: str, x: float, width: float, **more: int) -> Box:
    return Box(key, kind, x, 0.0, width, 0.0, (), **more)  # type: ignore[arg-type]


def _small(tree: TreeDrawing, node: TreeNode, group_name: str) -> str:
    return " · ".join(part for part in (group_name, node.state, node.note, tree.chosen * node.is_chosen) if part)


def _node_box(tree: TreeDrawing, node: TreeNode, x: float, width: float, *, says_group: bool) -> Box:
    place = next((at for at, group in enumerate(tree.groups) if group.key == node.group), -1)
    box = replace(_empty("node", node.key, x, width), group=place, is_chosen=node.is_chosen)
    name = tree.groups[place].name if says_group and place >= 0 else ""
    return _fitted(box, node.text, _small(tree, node, name))


def _attach(box: Box) -> float:
    """The height at which a line meets the box: the middle of its first line."""
    return box.y + PAD_Y + LINE / 2


def baselines(box: Box, font: float) -> Iterator[tuple[float, str, bool]]:
    """Each line of a laid-out box: the height it stands on, what it says, and whether it is small."""
    y = box.y + PAD_Y * font
    for line in box.lines:
        yield y + 0.98 * font, line, False
        y += LINE * font
    for line in box.small:
        yield y + 0.85 * font, line, True
        y += SMALL_LINE * font


# A tree


@dataclass(frozen=True)
class _Placed:
    node: TreeNode
    depth: int


def _in_order(nodes: Sequence[TreeNode]) -> list[_Placed]:
    """Each node with its depth, a parent before what hangs on it, and that before the parent's next neighbour."""
    below: dict[str, list[TreeNode]] = {}
    for node in nodes:
        below.setdefault(node.parent, []).append(node)
    found: list[_Placed] = []
    waiting = [_Placed(node, 1) for node in reversed(below.get("", []))]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += [_Placed(node, one.depth + 1) for node in reversed(below.get(one.node.key, []))]
    return found


def _tree(tree: TreeDrawing, room: float) -> Layout:
    placed = _in_order(tree.nodes)
    depth = max((one.depth for one in placed), default=0)
    root = _fitted(_empty("root", "", 0.0, room), tree.root, tree.root_note)
    column = min(WIDEST, (room - 2 * TRUNK - COLUMN_GAP * (depth - 1)) / depth) if depth else room
    if column >= NARROWEST:
        boxes = _in_columns(tree, placed, root, column)
    else:
        step = min(STEP, (room - NARROWEST) / max(1, depth))
        boxes = _set_in(tree, placed, root, room, step)
    lines = _lines(boxes, {one.node.key: one.node.parent for one in placed}, is_set_in=column < NARROWEST)
    return Layout(room, max(box.y + box.height for box in boxes), 1.0, tuple(boxes), lines)


def _in_columns(tree: TreeDrawing, placed: Sequence[_Placed], root: Box, column: float) -> list[Box]:
    """Each depth in a column, and what hangs on a box beside it: the first on the same row, the others below."""
    boxes: list[Box] = []
    row, rows = -1, []
    at_depth = 0
    for one in placed:
        if one.depth <= at_depth or row < 0:
            row += 1
        at_depth = one.depth
        x = 2 * TRUNK + (one.depth - 1) * (column + COLUMN_GAP)
        boxes.append(_node_box(tree, one.node, x, column, says_group=True))
        rows.append(row)
    heights = [0.0] * (row + 1)
    for box, at in zip(boxes, rows, strict=True):
        heights[at] = max(heights[at], box.height)
    tops = [root.height + ROW_GAP]
    for height in heights:
        tops.append(tops[-1] + height + ROW_GAP)
    return [root, *(replace(box, y=tops[at]) for box, at in zip(boxes, rows, strict=True))]


def _set_in(tree: TreeDrawing, placed: Sequence[_Placed], root: Box, room: float, step: float) -> list[Box]:
    """A box a row, set in by its depth."""
    boxes = [root]
    for one in placed:
        box = _node_box(tree, one.node, one.depth * step, room - one.depth * step, says_group=True)
        boxes.append(replace(box, y=boxes[-1].y + boxes[-1].height + ROW_GAP))
    return boxes


def _lines(boxes: Sequence[Box], parents: Mapping[str, str], *, is_set_in: bool) -> tuple[tuple[Spot, ...], ...]:
    """From each box a trunk past those that hang on it, and a twig to each."""
    at = {box.key: box for box in boxes if box.kind != "group"}
    below: dict[str, list[Box]] = {}
    for box in boxes:
        if box.kind == "node":
            below.setdefault(parents[box.key], []).append(box)
    lines: list[tuple[Spot, ...]] = []
    for key, children in below.items():
        parent, last = at[key], children[-1]
        if is_set_in or parent.kind == "root":
            trunk = parent.x + min(TRUNK, (children[0].x - parent.x) / 2)
            lines.append(((trunk, parent.y + parent.height), (trunk, _attach(last))))
        else:
            trunk = children[0].x - COLUMN_GAP / 2
            lines.append(((parent.x + parent.width, _attach(parent)), (trunk, _attach(parent))))
            if last is not children[0]:
                lines.append(((trunk, _attach(parent)), (trunk, _attach(last))))
        lines += [((trunk, _attach(child)), (child.x, _attach(child))) for child in children]
    return tuple(lines)


# A fishbone


def _bones(tree: TreeDrawing) -> list[tuple[str, int, list[_Placed]]]:
    """Each bone's name, its group's place, and its nodes, set in by how many above them are on the same bone."""
    bones = [(group.name, place, group.key) for place, group in enumerate(tree.groups)]
    if any(not node.group for node in tree.nodes):
        bones.append((_("Not sorted"), -1, ""))
    groups = {node.key: node.group for node in tree.nodes}
    depths: dict[str, int] = {}
    for node in tree.nodes:
        is_below = bool(node.parent) and groups[node.parent] == node.group
        depths[node.key] = depths[node.parent] + 1 if is_below else 0
    ordered = [one.node for one in _in_order(tree.nodes)]
    return [
        (name, place, [_Placed(node, depths[node.key]) for node in ordered if node.group == key])
        for name, place, key in bones
    ]


def _fishbone(tree: TreeDrawing, room: float) -> Layout:
    bones = _bones(tree)
    columns = (len(bones) + 1) // 2
    head_width = min(WIDEST * 0.6, max(NARROWEST, room / (columns + 2)))
    column = (room - head_width) / max(1, columns)
    if not bones or column - SLANT - TWIG - COLUMN_GAP < NARROWEST:
        return _upright(tree, bones, room)
    above = [_bone(tree, bone, place * column, column) for place, bone in enumerate(bones[0::2])]
    below = [_bone(tree, bone, place * column, column) for place, bone in enumerate(bones[1::2])]
    above, height_above = _aligned(above)
    below, height_below = _aligned(below)
    head = _fitted(_empty("root", "", room - head_width, head_width), tree.root, tree.root_note)
    spine = max(height_above + 2 * ROW_GAP, head.height / 2)
    head = replace(head, y=spine - head.height / 2)
    lines: list[tuple[Spot, ...]] = [((0.0, spine), (head.x, spine))]
    boxes = [head]
    for bone in above:
        moved = [replace(box, y=box.y + spine - 2 * ROW_GAP - height_above) for box in bone]
        lines += _bone_lines(moved, moved[0].y + moved[0].height, spine)
        boxes += moved
    for bone in below:
        # The name of a lower bone stands at its far end, below what hangs on it.
        name = bone[0]
        moved = [replace(name, y=spine + 2 * ROW_GAP + height_below - name.height)]
        moved += [replace(box, y=box.y - name.height - ROW_GAP + spine + 2 * ROW_GAP) for box in bone[1:]]
        lines += _bone_lines(moved, moved[0].y, spine)
        boxes += moved
    height = max(spine, *(box.y + box.height for box in boxes))
    return Layout(room, height, 1.0, tuple(boxes), tuple(lines))


def _bone(tree: TreeDrawing, bone: tuple[str, int, list[_Placed]], left: float, column: float) -> list[Box]:
    """A bone's name and its boxes; the bone itself goes down at their right."""
    name, place, nodes = bone
    right = left + column - SLANT - COLUMN_GAP
    header = replace(_empty("group", f"group-{place}", left, right - left), group=place)
    boxes = [_fitted(header, name, "")]
    for one in nodes:
        x = left + 0.8 * min(one.depth, 4)
        boxes.append(_node_box(tree, one.node, x, right - TWIG - x, says_group=False))
    return boxes


def _aligned(bones: Sequence[list[Box]]) -> tuple[list[list[Box]], float]:
    """The bones' boxes on common rows, names first, so that a cut between two rows goes through none."""
    rows = max(map(len, bones), default=0)
    heights = [max(bone[row].height for bone in bones if row < len(bone)) for row in range(rows)]
    tops = [0.0]
    for height in heights:
        tops.append(tops[-1] + height + ROW_GAP)
    moved = [[replace(box, y=top) for box, top in zip(bone, tops, strict=False)] for bone in bones]
    return moved, max(0.0, tops[-1] - ROW_GAP)


def _bone_lines(bone: Sequence[Box], start: float, spine: float) -> list[tuple[Spot, ...]]:
    """The slanting bone from its name to the spine, and a twig to it from each box."""
    left = bone[0].x + bone[0].width
    lines: list[tuple[Spot, ...]] = [((left, start), (left + SLANT, spine))]
    for box in bone[1:]:
        y = _attach(box)
        lines.append(((box.x + box.width, y), (left + SLANT * (y - start) / (spine - start), y)))
    return lines


def _upright(tree: TreeDrawing, bones: Sequence[tuple[str, int, list[_Placed]]], room: float) -> Layout:
    """A fishbone where there is no room to lie: the spine at the left, one bone below the other."""
    root = _fitted(_empty("root", "", 0.0, room), tree.root, tree.root_note)
    boxes, lines, reached = [root], [], root.height
    for name, place, nodes in bones:
        header = replace(_empty("group", f"group-{place}", STEP, room - STEP), group=place)
        header = replace(_fitted(header, name, ""), y=boxes[-1].y + boxes[-1].height + ROW_GAP)
        boxes.append(header)
        reached = _attach(header)
        lines.append(((TRUNK, reached), (header.x, reached)))
        for one in nodes:
            x = 2 * STEP + 0.8 * min(one.depth, 4)
            box = _node_box(tree, one.node, x, room - x, says_group=False)
            box = replace(box, y=boxes[-1].y + boxes[-1].height + ROW_GAP)
            boxes.append(box)
            lines.append(((STEP + TRUNK, _attach(box)), (box.x, _attach(box))))
        if nodes:
            lines.append(((STEP + TRUNK, header.y + header.height), (STEP + TRUNK, _attach(boxes[-1]))))
    if bones:
        lines.append(((TRUNK, root.height), (TRUNK, reached)))
    return Layout(room, boxes[-1].y + boxes[-1].height, 1.0, tuple(boxes), tuple(lines))


# On pages


@dataclass(frozen=True)
class Part:
    """The part of a drawing that stands on one page, between two heights."""

    layout: Layout
    top: float
    bottom: float


def on_pages(
    tree: TreeDrawing, *, width: float = WHOLE_MM, font: float = FONT_MM, page: float = PAGE_MM
) -> Iterator[tuple[Part, str]]:
    """The drawing in parts that each have room on a page, with what each says to whoever cannot see it."""
    layout = lay_out(tree, width=width, font=font)
    cuts = [0.0, *_cuts(layout, page), layout.height]
    many = len(cuts) - 1
    for number, (top, bottom) in enumerate(pairwise(cuts), start=1):
        part = _("Part %(number)s of %(many)s.") % {"number": number, "many": many}
        yield Part(layout, top, bottom), tree.alt if many == 1 else f"{tree.alt} {part}"


def _cuts(layout: Layout, page: float) -> list[float]:
    """Where to cut: as far down as a page reaches, between two rows."""
    gaps, cuts, top = layout.gaps(), [], 0.0
    while layout.height - top > page:
        top = max((gap for gap in gaps if top < gap <= top + page), default=top + page)
        cuts.append(top)
    return cuts
