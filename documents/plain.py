"""A document as plain data: what is frozen can be stored, hashed and read back as the same document.

Every part says which it is in `is`, and every field stands there by name. A part that gains a field with a default is
still read from what was stored before.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from dataclasses import fields, is_dataclass
from typing import Any

from django.utils.functional import Promise

from documents import model

Plain = dict[str, Any]
_PARTS = {name: part for name, part in vars(model).items() if isinstance(part, type) and is_dataclass(part)}
# From here on PostgreSQL writes a number without a decimal point, and it would come back as another kind of number.
_WHOLE_FROM = 1e15


def as_data(document: model.Document) -> Plain:
    """The document as dictionaries, lists, words and numbers, which JSON can hold."""
    data: Plain = _told(document)
    return data


def part_as_data(part: Any) -> Any:
    """One block of a document, or another part of it, in the same way."""
    return _told(part)


def from_data(data: Plain) -> model.Document:
    """The document that was made into this; it equals the one it was made of."""
    found = _read(data)
    if not isinstance(found, model.Document):
        raise ValueError("This is no document.")
    return found


def digest(data: Any) -> str:
    """The SHA-256 of plain data, the same however it was stored and in whichever order its names stand."""
    whole = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(whole.encode()).hexdigest()


def _told(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("A document holds no number without end.")
        # Minus nothing is nothing.
        return int(value) if abs(value) >= _WHOLE_FROM else value + 0.0
    if isinstance(value, str | Promise):
        # PostgreSQL has no place for the sign NUL, and no file shows it.
        return str(value).replace("\x00", "")
    if isinstance(value, dt.datetime):
        return {"is": "moment", "at": value.isoformat()}
    if isinstance(value, dt.date):
        return {"is": "day", "on": value.isoformat()}
    if isinstance(value, tuple | list):
        return [_told(one) for one in value]
    if type(value).__name__ in _PARTS:
        named = {field.name: _told(getattr(value, field.name)) for field in fields(value)}
        return {"is": type(value).__name__, **named}
    raise TypeError(f"A document has no place for {type(value).__name__}.")


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_read(one) for one in value)
    if not isinstance(value, dict):
        return value
    kind = value.get("is")
    if kind == "moment":
        return dt.datetime.fromisoformat(value["at"])
    if kind == "day":
        return dt.date.fromisoformat(value["on"])
    if kind not in _PARTS:
        raise ValueError(f"There is no part of a document called {kind}.")
    return _PARTS[kind](**{name: _read(one) for name, one in value.items() if name != "is"})
