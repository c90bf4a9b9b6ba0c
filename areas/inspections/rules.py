"""What an inspection may say, and what can happen to it when. No people, no saving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from areas.inspections.checklists import Item
from areas.models import ItemState, SafetyInspection, SafetyWalk
from areas.models.inspections import LONGEST_NOTE
from common.errors import NotPossible
from privacy import guard

# Protocols on paper are written down afterwards; before this a date is a slip of the hand.
EARLIEST = dt.date(2000, 1, 1)
MOST_PHOTOS, MOST_PHOTOS_OF_ITEM = 40, 3
MOST_STOPS = 25
SEEN = {ItemState.OK, ItemState.DEFECT, ItemState.URGENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What somebody has filled in: states and notes by the items' keys, and around them day, people and feelings."""

    inspected_on: dt.date
    participants: str = ""
    states: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    safety: int | None = None
    felt_safe: str = ""
    felt_unsafe: str = ""
    # The numbers of photos that are on their way.
    photos: Sequence[str] = ()
    is_finished: bool = False
    is_text_confirmed: bool = False

    def state_of(self, key: str) -> ItemState:
        """What was chosen for an item; nothing chosen is not looked at."""
        return ItemState(self.states.get(key) or ItemState.NOT_LOOKED_AT)

    def texts(self) -> dict[str, str]:
        """Every free text by its field's name, but for who took part."""
        notes = {f"note-{key}": text for key, text in self.notes.items()}
        return {**notes, "felt_safe": self.felt_safe, "felt_unsafe": self.felt_unsafe}


def check_not_finished(inspection: SafetyInspection | SafetyWalk) -> None:
    """A finished inspection never changes."""
    if inspection.finished_at is not None:
        raise NotPossible(
            _("It is finished and no longer changes. Write a correction beside it instead."), code="finished"
        )


def check_finished(inspection: SafetyInspection) -> None:
    """A correction stands beside something that no longer changes."""
    if inspection.finished_at is None:
        raise NotPossible(_("It is not finished yet: change what is written instead."), code="not_finished")


def check_day(day: dt.date, *, today: dt.date, field: str) -> None:
    """It was done by today, and not in another age."""
    if day > today:
        raise NotPossible({field: [_("The day has not come yet. Write the day it was done.")]})
    if day < EARLIEST:
        raise NotPossible({field: [_("The day is too long ago. Look at the year.")]})


def check_answers(
    answers: Answers, items: Sequence[Item], *, today: dt.date, allowed: Set[str], keeps_no_persons: bool
) -> None:
    """Refuse what cannot be stored, all of it at once, each fault under the name of its field."""
    faults: dict[str, list[str]] = {}
    try:
        check_day(answers.inspected_on, today=today, field="inspected_on")
    except NotPossible as no:
        faults["inspected_on"] = no.messages
    # Functions, never names: here nobody is asked to confirm.
    found = guard.verdict(answers.participants, allowed=allowed, strict=True).strong if answers.participants else []
    if found:
        faults["participants"] = [
            _("Write functions, not names: “caretaker, community police officer”."),
            str(guard.sentence_for(found[0].rule)),
        ]
    for name, text in answers.texts().items():
        sentences = text_faults(
            text, allowed=allowed, is_confirmed=answers.is_text_confirmed, keeps_no_persons=keeps_no_persons
        )
        if sentences:
            faults[name] = sentences
    if answers.is_finished and not any(answers.state_of(item.key) in SEEN for item in items):
        faults["__all__"] = [_("Nothing has been looked at yet. Choose a state for at least one item, then finish.")]
    if faults:
        raise NotPossible(faults)


def text_faults(text: str, *, allowed: Set[str], is_confirmed: bool, keeps_no_persons: bool) -> list[str]:
    """What is wrong with a note: too long, or the guard's sentences. Weak hits pass when the writer has confirmed."""
    if len(text) > LONGEST_NOTE:
        return [_("The text is longer than %(limit)s characters. Shorten it.") % {"limit": LONGEST_NOTE}]
    if not text:
        return []
    verdict = guard.verdict(text, allowed=allowed, strict=keeps_no_persons)
    hits = verdict.strong or ([] if is_confirmed else verdict.weak)
    return list(dict.fromkeys(str(guard.sentence_for(hit.rule)) for hit in hits))


def asks_to_confirm(answers: Answers, *, allowed: Set[str], keeps_no_persons: bool) -> bool:
    """Whether only weak hits stand in the way, which the writer may confirm."""
    verdicts = [
        guard.verdict(text, allowed=allowed, strict=keeps_no_persons) for text in answers.texts().values() if text
    ]
    return not any(verdict.strong for verdict in verdicts) and any(verdict.weak for verdict in verdicts)


def check_mark(x: float, y: float) -> None:
    """A spot lies in the photo."""
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise NotPossible(_("Press a spot in the photo, or say how far in from the left and the top it is."))
