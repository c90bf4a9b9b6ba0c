"""How the collaboration is led: what one level asks of another, meetings, decisions, and what the law requires."""

from councils.models.comments import Figure, FigureComment
from councils.models.escalations import Answer, Ending, Escalation, EscalationReminder, Subject
from councils.models.law import READ_LAW, LawQuerySet, StatutoryDecision, StatutoryItem, YearEntry

__all__ = [
    "READ_LAW",
    "Answer",
    "Ending",
    "Escalation",
    "EscalationReminder",
    "Figure",
    "FigureComment",
    "LawQuerySet",
    "StatutoryDecision",
    "StatutoryItem",
    "Subject",
    "YearEntry",
]
