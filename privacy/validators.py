"""The guard as a form's validator, for the short texts around reports: names of things, reasons, what a file is for.

Nobody is asked to confirm these. Names of things refuse what is sure; a text that goes to the log refuses whatever may
point at a person, since a line of the log cannot be taken away again.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError

from privacy import guard


def names_no_person(text: str) -> None:
    """Refuse what surely points at a person. A name alone passes: schools, streets and firms are called so as well."""
    _refuse(text, strict=False)


def points_at_nobody(text: str) -> None:
    """Refuse what may point at a person as well, for texts that nobody can take back."""
    _refuse(text, strict=True)


def _refuse(text: str, *, strict: bool) -> None:
    found = guard.verdict(text, strict=strict).strong
    if found:
        raise ValidationError(str(guard.sentence_for(found[0].rule)), code="personal_data")
