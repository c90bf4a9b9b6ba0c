"""What a group may decide at its level, and what it does with a question that belongs to another."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from common.errors import NotPossible
from common.permissions import as_question
from partners.models import Group, Level


class DecisionKind(models.TextChoices):
    """What a decision is about."""

    DIRECTION = "direction", pgettext_lazy("decision", "direction")
    PRIORITISATION = "prioritisation", pgettext_lazy("decision", "priority between areas")
    RESOURCE = "resource", pgettext_lazy("decision", "resources")
    ACTION_PLAN = "action_plan", pgettext_lazy("decision", "action plan")
    MEASURE = "measure", pgettext_lazy("decision", "measure across organisations")
    CAUSE_ANALYSIS = "cause_analysis", pgettext_lazy("decision", "cause analysis")
    FOCUS = "focus", pgettext_lazy("decision", "focus places and their order")
    EXECUTION = "execution", pgettext_lazy("decision", "daily work")
    REQUEST = "request", pgettext_lazy("decision", "request")
    INFORMATION = "information", pgettext_lazy("decision", "sharing of information")
    ESCALATION = "escalation", pgettext_lazy("decision", "escalation")


# From the bottom up: where a question is taken when it is not one's own.
UPWARDS = (Level.TACTICAL, Level.OPERATIVE, Level.STRATEGIC)
# Asking, telling and passing on binds nobody else.
EVERY_LEVEL = frozenset({DecisionKind.REQUEST, DecisionKind.INFORMATION, DecisionKind.ESCALATION})
_TACTICAL = EVERY_LEVEL | {DecisionKind.EXECUTION, DecisionKind.FOCUS}
_OPERATIVE = _TACTICAL | {DecisionKind.MEASURE, DecisionKind.CAUSE_ANALYSIS}
MAY_DECIDE: dict[Level, frozenset[DecisionKind]] = {
    Level.TACTICAL: _TACTICAL,
    Level.OPERATIVE: _OPERATIVE,
    # Whoever answers for the whole may also decide what those below may.
    Level.STRATEGIC: frozenset(DecisionKind),
}


def may_level_decide(level: str, kind: str) -> bool:
    """Whether groups at the level decide such things."""
    return DecisionKind(kind) in MAY_DECIDE[Level(level)]


def kinds_for(level: str) -> list[DecisionKind]:
    """What groups at the level decide, in the order of the choices."""
    return [kind for kind in DecisionKind if kind in MAY_DECIDE[Level(level)]]


def lowest_level_for(kind: str) -> Level:
    """The level nearest to the daily work that decides such things."""
    return next(level for level in UPWARDS if may_level_decide(level, kind))


def rank(level: str) -> int:
    """How high a level stands: 0 is tactical."""
    return UPWARDS.index(Level(level))


def check_level_decides(group: Group, kind: str) -> None:
    """A group decides what its level may decide, and takes the rest to a level that does."""
    if may_level_decide(group.level, kind):
        return
    wanted = lowest_level_for(kind)
    above = Group.objects.filter(collaboration=group.collaboration_id, is_active=True, level__in=_from(wanted))
    words = {"group": group.name, "kind": DecisionKind(kind).label, "level": wanted.label}
    named = sorted(above, key=lambda one: (rank(one.level), one.name))
    if named:
        raise NotPossible(
            _("%(group)s does not decide this (%(kind)s). The question can be escalated to %(to)s.")
            % {**words, "to": named[0].name}
        )
    raise NotPossible(
        _("%(group)s does not decide this (%(kind)s). It belongs to the %(level)s level, where no group meets yet.")
        % words
    )


def _from(level: Level) -> list[Level]:
    return [one for one in UPWARDS if rank(one) >= rank(level)]


def sentence_on_level(level: str) -> str:
    """What a group at the level may decide, in a sentence or two."""
    own = {
        Level.STRATEGIC: _("Direction, priorities between areas, resources and the action plan."),
        Level.OPERATIVE: _("Measures across organisations, cause analyses and the focus of the next period."),
        Level.TACTICAL: _("The daily work, and in which order it takes its own places."),
    }[Level(level)]
    return own + " " + _("It can also ask, tell and escalate. A decision binds only those who commit to it.")


level_decides = as_question(check_level_decides)
