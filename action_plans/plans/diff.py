"""What differs between two contents of a plan, one change at a time. Applying them to the first gives the second.

A content is taken apart into items: the plan, its agreement, each problem, cause, goal, measure and part. Items are
known by what stays the same from version to version: numbers, and for causes the key. A measure names its causes by
their keys here, since their numbers follow from the rest.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[Any, ...]
Items = dict[Path, dict[str, Any]]


@dataclass(frozen=True)
class Change:
    """One field that differs; without a field a whole item that came (before None) or went (after None)."""

    path: Path
    field: str
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        return str(self.path[0])

    @property
    def is_new(self) -> bool:
        return not self.field and self.before is None

    @property
    def is_gone(self) -> bool:
        return not self.field and self.after is None


def items_of(content: Mapping[str, Any]) -> Items:
    """The content taken apart; two contents agree on the same when their items are equal."""
    key_of = {cause["number"]: cause["key"] for cause in content["causes"]}
    items: Items = {("plan",): dict(content["plan"])}
    if content["agreement"] is not None:
        items["agreement",] = dict(content["agreement"])
    items |= {("problem", one["code"]): {"title": one["title"]} for one in content["problems"]}
    for cause in content["causes"]:
        items["cause", cause["key"]] = {"text": cause["text"], "problem": cause["problem"]}
    for goal in content["goals"]:
        items["goal", goal["number"]] = _flat(goal, leave={"number", "is_agreed"})
    for measure in content["measures"]:
        fields = _flat(measure, leave={"number", "parts", "state", "pk"})
        fields["causes"] = sorted(key_of[number] for number in measure["causes"])
        items["measure", measure["number"]] = fields
        for part in measure["parts"]:
            items["part", measure["number"], part["number"]] = _flat(part, leave={"number"})
    items["order",] = {"measures": [measure["number"] for measure in content["measures"]]}
    return items


def _flat(row: Mapping[str, Any], *, leave: set[str]) -> dict[str, Any]:
    """The fields of a row; a baseline's are fields of their own."""
    fields: dict[str, Any] = {}
    for name, value in row.items():
        if name in leave:
            continue
        if name == "baseline":
            fields |= {f"baseline_{part}": inner for part, inner in value.items()}
        else:
            fields[name] = value
    return fields


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every change from one content to the other, in the order a reader meets them."""
    first, second = items_of(before), items_of(after)
    changes: list[Change] = []
    for path in [*second, *(path for path in first if path not in second)]:
        if path == ("order",):
            continue
        was, now = first.get(path), second.get(path)
        if was is None or now is None:
            changes.append(Change(path, "", was, now))
            continue
        names = [*now, *(name for name in was if name not in now)]
        changes += [
            Change(path, name, was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name)
        ]
    was_order, now_order = first["order",]["measures"], second["order",]["measures"]
    if now_order != _expected(was_order, changes):
        changes.append(Change(("order",), "measures", was_order, now_order))
    return changes


def applied(items: Items, changes: Sequence[Change]) -> Items:
    """The items after the changes."""
    result = {path: dict(fields) for path, fields in items.items()}
    for change in changes:
        if change.field:
            result[change.path][change.field] = change.after
        elif change.is_gone:
            del result[change.path]
        else:
            result[change.path] = dict(change.after)
    if not any(change.kind == "order" for change in changes):
        result["order",] = {"measures": _expected(items["order",]["measures"], changes)}
    return result


def _expected(order: Sequence[int], changes: Sequence[Change]) -> list[int]:
    """The order that follows from which measures came and went; any other is a change of its own."""
    gone = {change.path[1] for change in changes if change.kind == "measure" and change.is_gone}
    new = sorted(change.path[1] for change in changes if change.kind == "measure" and change.is_new)
    return [*(number for number in order if number not in gone), *new]


# Beyond so many pairs of equal words the comparison takes seconds, and what differs would be too scattered to read.
MOST_PAIRS = 5000


def marked(before: str, after: str) -> list[tuple[str, str]]:
    """The words of two texts in reading order, each piece "same", "gone" or "new"."""
    was, now = _words(before), _words(after)
    start = _alike(was, now)
    end = _alike(was[start:][::-1], now[start:][::-1])
    until_was, until_now = len(was) - end, len(now) - end
    pieces = [
        ("same", "".join(was[:start])),
        *_compared(was[start:until_was], now[start:until_now]),
        ("same", "".join(was[until_was:])),
    ]
    return [piece for piece in pieces if piece[1]]


def _alike(first: Sequence[str], second: Sequence[str]) -> int:
    """How many words both begin with."""
    pairs = zip(first, second, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(first), len(second)))


def _compared(was: Sequence[str], now: Sequence[str]) -> list[tuple[str, str]]:
    counted = Counter(now)
    if sum(counted[word] for word in was) > MOST_PAIRS:
        return _replaced("".join(was), "".join(now))
    pieces: list[tuple[str, str]] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(was[i:j])))
        else:
            pieces += _replaced("".join(was[i:j]), "".join(now[k:m]))
    return pieces


def _replaced(gone: str, new: str) -> list[tuple[str, str]]:
    """What went and what came; the space both begin with is neither."""
    space = gone[: len(gone) - len(gone.lstrip())]
    if not new.startswith(space):
        space = ""
    return [("same", space), ("gone", gone[len(space) :]), ("new", new[len(space) :])]


def _words(text: str) -> list[str]:
    """Words, each with the space before it."""
    return re.findall(r"\s*\S+|\s+", text)
