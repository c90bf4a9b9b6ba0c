"""How the collaboration is led: what one level asks of another, meetings, decisions, and what the law requires."""

from councils.models.escalations import Answer, Ending, Escalation, EscalationReminder, Subject

__all__ = ["Answer", "Ending", "Escalation", "EscalationReminder", "Subject"]
