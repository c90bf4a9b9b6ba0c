"""Free texts of the room pass the personal-data guard, by the same rules as reports do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotPossible
from incidents.queries import allowed_words
from partners.rules import keeps_no_persons
from privacy import guard


class TextsRefused(NotPossible):
    """What was written may point at a person; which of the texts stands with each sentence."""

    # Django lets go of the code of an error that names fields.
    code = "texts"


def text_faults(
    by: Any, collaboration_id: int, texts: Mapping[str, str], *, is_confirmed: bool, longest: int
) -> dict[str, list[str]]:
    """What is wrong with each text: too long, or the guard's sentences.

    Strong hits never pass, and from a private body nothing that may point at a person does. Other weak hits pass once
    the writer has confirmed that no person is meant.
    """
    said = {name: text for name, text in texts.items() if text.strip()}
    if not said:
        return {}
    allowed = allowed_words(collaboration_id)
    is_strict = any(keeps_no_persons(m.organisation) for m in by.memberships_in(collaboration_id))
    faults: dict[str, list[str]] = {}
    for name, text in said.items():
        if len(text) > longest:
            faults[name] = [_("The text is longer than %(limit)s characters. Shorten it.") % {"limit": longest}]
            continue
        verdict = guard.verdict(text, allowed=allowed, strict=is_strict)
        hits = verdict.strong or ([] if is_confirmed else verdict.weak)
        if hits:
            faults[name] = list(dict.fromkeys(str(guard.sentence_for(hit.rule)) for hit in hits))
    return faults


def check_texts(
    by: Any, collaboration_id: int, texts: Mapping[str, str], *, is_confirmed: bool = False, longest: int = 2000
) -> None:
    """No text points at a person."""
    faults = text_faults(by, collaboration_id, texts, is_confirmed=is_confirmed, longest=longest)
    if faults:
        raise TextsRefused(faults)
