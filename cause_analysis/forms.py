"""What the room's forms with free text share."""

from privacy.forms import GuardedForm

__all__ = ["GuardedForm"]
