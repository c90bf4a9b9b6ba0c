"""How the collaboration is led: what one level asks of another, meetings, decisions, and what the law requires."""

from councils.models.comments import Figure, FigureComment
from councils.models.escalations import Answer, Ending, Escalation, EscalationReminder, Subject
from councils.models.law import READ_LAW, LawQuerySet, StatutoryDecision, StatutoryItem, YearEntry
from councils.models.meetings import (
    Adjustment,
    AgendaItem,
    Attendance,
    Cadence,
    CalledIn,
    Decision,
    DecisionPart,
    Matter,
    Meeting,
    MeetingSeries,
    MeetingState,
    Objection,
    Outcome,
    Section,
)

__all__ = [
    "READ_LAW",
    "Adjustment",
    "AgendaItem",
    "Answer",
    "Attendance",
    "Cadence",
    "CalledIn",
    "Decision",
    "DecisionPart",
    "Ending",
    "Escalation",
    "EscalationReminder",
    "Figure",
    "FigureComment",
    "LawQuerySet",
    "Matter",
    "Meeting",
    "MeetingSeries",
    "MeetingState",
    "Objection",
    "Outcome",
    "Section",
    "StatutoryDecision",
    "StatutoryItem",
    "Subject",
    "YearEntry",
]
