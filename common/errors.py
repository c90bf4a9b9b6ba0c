"""How no is said: two exceptions, each with a sentence in the user's language."""

from django.core.exceptions import PermissionDenied, ValidationError


class NotAllowed(PermissionDenied):
    """This person may not; the sentence says who can."""


class NotPossible(ValidationError):
    """Nobody can, now; the sentence says what to do instead."""
