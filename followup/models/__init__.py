"""What comes after a measure is decided: news on the way, whether it worked, and what was learnt."""

from followup.models.progress import Course, ProgressNote

__all__ = ["Course", "ProgressNote"]
