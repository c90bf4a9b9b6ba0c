"""The duties of the Act in our own short words, until the municipality has compared them with the law.

Only what we have read is marked as such (`docs/how-to/check-the-law.md`). The rest is told with the words “check
against the text of the law”.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ACT = "2023:196"
MONTHS_BETWEEN = 24


@dataclass(frozen=True)
class Duty:
    """One paragraph: what it is called here, what it requires, and whether we have read the paragraph itself."""

    paragraph: int
    title: Any
    requires: Any
    is_read: bool = False


DUTIES: dict[int, Duty] = {
    duty.paragraph: duty
    for duty in (
        Duty(
            4,
            _("Situational picture of crime"),
            _(
                "The municipality draws up a situational picture of crime within its boundaries: a mapping of crime,"
                " how much there is and what it leads to; other information that matters; and an analysis of both."
            ),
            is_read=True,
        ),
        Duty(
            5,
            pgettext_lazy("duty of the law", "Action plan"),
            _(
                "With the situational picture as basis the municipality takes a stand on what is needed, and decides on"
                " a plan for the measures it means to take."
            ),
        ),
        Duty(
            6,
            _("Follow-up and renewal"),
            _("Picture and plan are followed up regularly, and renewed at least every second year."),
        ),
        Duty(
            7,
            pgettext_lazy("duty of the law", "Collaboration agreements"),
            _("The municipality works for agreements with the police and with others who matter for preventing crime."),
        ),
        Duty(
            8,
            _("Council for strategic questions"),
            _("There is a council, or another forum, for strategic questions on preventing crime locally."),
        ),
        Duty(
            9,
            pgettext_lazy("duty of the law", "Coordination"),
            _("A function in the municipality coordinates the work and is the one to contact."),
        ),
        Duty(
            10,
            _("Who is responsible"),
            _("The executive board leads the work, unless the municipal assembly has decided otherwise."),
        ),
    )
}
