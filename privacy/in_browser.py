"""The rules that need no list of names, as JavaScript: the browser shows at once what the server will refuse.

`static/js/guard-rules.js` is made from here by `manage.py write_guard_rules`, so a pattern is changed in one place.
What is done with the patterns (dates, check digits, overlaps) stands by hand in `static/js/guard.js`; a browser test
feeds the same texts to both and compares.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from django.conf import settings

from privacy import guard, numbers, words
from privacy.folding import lookalikes

FILE = Path("static/js/guard-rules.js")

_WORD = r"\p{L}\p{N}_"
_LETTER = r"\p{L}\p{Nl}\p{No}"
_EDGE = rf"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))"
# What Python writes and JavaScript writes differently (with the flag u), the longest first.
_TOKENS = {
    r"[^\W\d_]": f"[{_LETTER}]",
    r"[^\W_]": r"[\p{L}\p{N}]",
    r"(?P<": "(?<",
    r"\b": _EDGE,
}


def as_javascript(pattern: re.Pattern[str]) -> dict[str, str]:
    """The source and the flags of a pattern as JavaScript reads it: letters and digits of all scripts, as in Python."""
    source, written, in_class, position = pattern.pattern, [], False, 0
    while position < len(source):
        token = next((one for one in _TOKENS if not in_class and source.startswith(one, position)), None)
        if token is not None:
            written.append(_TOKENS[token])
            position += len(token)
        elif source.startswith(r"\w", position):
            written.append(_WORD if in_class else f"[{_WORD}]")
            position += 2
        elif source[position] == "\\":
            written.append(source[position : position + 2])
            position += 2
        else:
            in_class = (in_class or source[position] == "[") and source[position] != "]"
            written.append(source[position])
            position += 1
    flags = "giu" if pattern.flags & re.IGNORECASE else "gu"
    return {"source": "".join(written), "flags": flags}


def rules_file() -> str:
    """The module as it should stand."""
    patterns = {**numbers.patterns_for_the_browser(), **words.patterns_for_the_browser()}
    values = {
        "PATTERNS": {name: as_javascript(pattern) for name, pattern in patterns.items()},
        "WORDS": numbers.words_for_the_browser(),
        "LOOKALIKES": lookalikes(),
        # In the order in which they win where two are as long.
        "RULES": [[rule.id, rule.strength.value, rule.points_at] for rule in guard.rules()],
    }
    lines = ["// Made by `manage.py write_guard_rules` from the rules in privacy: change them there."]
    for name, value in values.items():
        lines.append(f"export const {name} = {json.dumps(value, ensure_ascii=False, indent=1)};")
    return "\n".join(lines) + "\n"


def write_rules_file() -> Path:
    """Write the module, and say where."""
    path = Path(settings.BASE_DIR) / FILE
    path.write_text(rules_file(), encoding="utf-8")
    return path
