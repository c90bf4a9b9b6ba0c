"""The guard's figures on texts made for the project, as the method page shows them.

`python -m tests.privacy.figures` prints the table again after a change of the rules.
"""

from __future__ import annotations

from collections import Counter

from privacy.guard import verdict
from tests.privacy.ordinary import PLACES, STREETS, ordinary_sentences
from tests.privacy.planted import KINDS, planted_reports

# What a collaboration with these streets and places passes in.
ALLOWED = frozenset(name.casefold() for name in [*STREETS, *PLACES])


def recall() -> dict[str, tuple[int, int]]:
    """For each kind of personal data: how many of the planted texts are refused by a right rule, and of how many."""
    found: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    for kind, text in planted_reports():
        texts[kind] += 1
        found[kind] += bool({hit.rule for hit in verdict(text, allowed=ALLOWED).strong} & KINDS[kind][1])
    return {kind: (found[kind], texts[kind]) for kind in KINDS}


def questioned() -> dict[str, int]:
    """Of 500 ordinary sentences: how many are refused, asked about, and refused in a strict reading."""
    sentences = ordinary_sentences()
    ordinary = [verdict(text, allowed=ALLOWED) for text in sentences]
    return {
        "sentences": len(sentences),
        "refused": sum(bool(one.strong) for one in ordinary),
        "asked about": sum(bool(one.weak) and not one.strong for one in ordinary),
        "refused in a strict reading": sum(
            bool(verdict(text, allowed=ALLOWED, strict=True).strong) for text in sentences
        ),
        "refused without the list of streets and places": sum(bool(verdict(text).strong) for text in sentences),
    }


def table() -> str:
    """Both as the page's table."""
    rows = ["| planted | texts | refused by the right rule |", "|---|---|---|"]
    rows += [f"| {kind} | {texts} | {found} ({found / texts:.0%}) |" for kind, (found, texts) in recall().items()]
    counts = questioned()
    sentences = counts.pop("sentences")
    rows += ["", f"| of {sentences} ordinary sentences | number | share |", "|---|---|---|"]
    rows += [f"| {what} | {number} | {number / sentences:.1%} |" for what, number in counts.items()]
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
