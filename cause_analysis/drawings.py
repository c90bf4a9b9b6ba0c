"""The causes of an analysis drawn: as a tree and as a fishbone, from the same rows as the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cause_analysis.causes.presenters import hue_of
from cause_analysis.causes.queries import Node
from cause_analysis.models import CauseAnalysis, CauseState, Controller, Side
from documents.model import ListItem, NestedList, TreeDrawing, TreeGroup, TreeNode
from ui.numbers import number_words

Shape = Literal["tree", "fishbone"]
# The bones, in the order in which the drawing has colours for them.
CONTROL = "control"


def groups() -> tuple[TreeGroup, ...]:
    """The sides of a problem, and whoever could have kept it from happening."""
    return (
        TreeGroup(Side.OFFENDER.value, capfirst(str(Side.OFFENDER.label))),
        TreeGroup(Side.TARGET.value, capfirst(str(Side.TARGET.label))),
        TreeGroup(Side.PLACE.value, capfirst(str(Side.PLACE.label))),
        TreeGroup(CONTROL, _("Control and responsibility")),
    )


def numbers_of(nodes: Sequence[Node]) -> dict[int, str]:
    """Each cause's number by its place in the tree, such as 2.1.3: said in list, drawing and table alike."""
    numbers: dict[int, str] = {}
    for node in nodes:
        above = numbers.get(node.cause.parent_id or 0)
        numbers[node.cause.pk] = f"{above}.{node.number}" if above else str(node.number)
    return numbers


def weight_words(node: Node) -> str:
    """How many pieces of evidence speak for and against."""
    return _("%(speak_for)s for, %(speak_against)s against") % {
        "speak_for": getattr(node.cause, "speak_for", 0),
        "speak_against": getattr(node.cause, "speak_against", 0),
    }


def _is_bare(node: Node) -> bool:
    return node.cause.is_chosen and not getattr(node.cause, "weigh_for", 0)


def _standing(node: Node) -> str:
    """Evidence and what is missing of it, under a cause."""
    parts = [weight_words(node)]
    if _is_bare(node):
        parts.append(_("evidence is missing"))
    return " · ".join(parts)


def tree_of_causes(analysis: CauseAnalysis, nodes: Sequence[Node], *, shape: Shape, root_note: str = "") -> TreeDrawing:
    """The drawing; `nodes` come with their evidence counted."""
    numbers = numbers_of(nodes)
    return TreeDrawing(
        alt=_words(nodes, shape),
        root=analysis.problem.title,
        root_note=root_note,
        nodes=tuple(
            TreeNode(
                key=str(node.cause.pk),
                text=f"{numbers[node.cause.pk]} {node.cause.text}",
                parent=str(node.cause.parent_id) if node.cause.parent_id in numbers else "",
                group=hue_of(node.cause),
                state=capfirst(node.cause.get_state_display()),
                note=_standing(node),
                is_chosen=node.cause.is_chosen,
            )
            for node in nodes
        ),
        groups=groups(),
        chosen=_("Chosen to act on"),
        shape=shape,
    )


def _words(nodes: Sequence[Node], shape: Shape) -> str:
    """What the drawing shows, for whoever cannot see it."""
    many = len(nodes)
    if shape == "fishbone":
        drawn = ngettext("Fishbone with %(count)s cause.", "Fishbone with %(count)s causes.", many)
    else:
        drawn = ngettext("Tree with %(count)s cause.", "Tree with %(count)s causes.", many)
    said = [drawn % {"count": number_words(many)}]
    states = {state: sum(node.cause.state == state for node in nodes) for state in CauseState}
    told = [f"{state.label} {number_words(count)}" for state, count in states.items() if count]
    if told:
        said.append(_("What is known: %(states)s.") % {"states": ", ".join(told)})
    chosen = sum(node.cause.is_chosen for node in nodes)
    if chosen:
        said.append(_("Chosen to act on: %(count)s.") % {"count": number_words(chosen)})
    said.append(_("The same causes stand in words in a list beside it."))
    return " ".join(said)


def list_of_causes(nodes: Sequence[Node]) -> NestedList:
    """The tree in words, each cause with those under it."""
    numbers, below = numbers_of(nodes), dict[int, list[Node]]()
    for node in nodes:
        below.setdefault(node.cause.parent_id if node.cause.parent_id in numbers else 0, []).append(node)
    items: dict[int, ListItem] = {}
    # From the end, so that what hangs on a cause is there before the cause itself.
    for node in reversed(nodes):
        inner = tuple(items[one.cause.pk] for one in below.get(node.cause.pk, []))
        items[node.cause.pk] = ListItem(f"{numbers[node.cause.pk]} {node.cause.text}", _note(node), inner)
    return NestedList(tuple(items[node.cause.pk] for node in below.get(0, [])))


def _note(node: Node) -> str:
    cause = node.cause
    parts = [capfirst(cause.get_side_display())]
    if cause.controller != Controller.NONE:
        parts.append(cause.get_controller_display())
    parts += [_("direct") if cause.is_direct else _("indirect"), cause.get_state_display(), _standing(node)]
    if cause.is_chosen and cause.chosen_by_group is not None:
        parts.append(
            _("chosen to act on by %(group)s: %(reason)s")
            % {"group": cause.chosen_by_group.name, "reason": cause.chosen_reason}
        )
    return " · ".join(parts)


def nested_rows(words: NestedList) -> list[dict[str, Any]]:
    """The list for a page: each item with those under it, no deeper than any file's lists go."""
    rows: list[dict[str, Any]] = []
    at = [rows]
    for level, text, note in words.lines():
        del at[level + 1 :]
        row: dict[str, Any] = {"text": text, "note": note, "items": []}
        at[level].append(row)
        at.append(row["items"])
    return rows
