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
    MeetingInvitation,
    MeetingSeries,
    MeetingState,
    Objection,
    Outcome,
    Section,
)
from councils.models.packs import READ_PACKS, FileKind, Pack, PackAbout, PackFile, PackQuerySet

__all__ = [
    "READ_LAW",
    "READ_PACKS",
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
    "FileKind",
    "LawQuerySet",
    "Matter",
    "Meeting",
    "MeetingInvitation",
    "MeetingSeries",
    "MeetingState",
    "Objection",
    "Outcome",
    "Pack",
    "PackAbout",
    "PackFile",
    "PackQuerySet",
    "Section",
    "StatutoryDecision",
    "StatutoryItem",
    "Subject",
    "YearEntry",
]
