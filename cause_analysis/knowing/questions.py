"""The guided questions: what a group asks of each place before it believes it knows why (Brå's three sides, and who
could have kept it from happening). Own wording; the keys are what answers are kept under and never change."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cause_analysis.models import Controller, Side


@dataclass(frozen=True)
class Question:
    """A question under its key, and what it is about."""

    key: str
    about: str
    text: str | Promise


# The sides and the controllers, in the order they are asked about.
ABOUT: dict[str, str | Promise] = {
    Side.PLACE: pgettext_lazy("questions about", "The place"),
    Controller.MANAGER: pgettext_lazy("questions about", "Who manages the place"),
    Side.TARGET: pgettext_lazy("questions about", "Whom or what it happens to"),
    Controller.GUARDIAN: pgettext_lazy("questions about", "Who could protect"),
    Side.OFFENDER: pgettext_lazy("questions about", "Those who do it, as groups"),
    Controller.HANDLER: pgettext_lazy("questions about", "Who is close to those who do it"),
}

_ASKED: tuple[tuple[str, str, str | Promise], ...] = (
    (
        "place_useful",
        Side.PLACE,
        _("What makes the place useful for this: shelter, ways out, passers-by, wifi, seats?"),
    ),
    ("place_changed", Side.PLACE, _("What has changed here lately?")),
    ("place_calm", Side.PLACE, _("When is it calm here, and why then?")),
    ("place_alike", Side.PLACE, _("Which place nearby is much the same but calm, and what differs?")),
    ("place_before", Side.PLACE, _("What happens just before?")),
    ("place_tried", Side.PLACE, _("What has been tried here, and what came of it?")),
    ("place_otherwise", Side.PLACE, _("What would have to be different for it not to happen here?")),
    ("manager_hours", Controller.MANAGER, _("Who answers for the place hour by hour, and when does nobody?")),
    ("manager_rules", Controller.MANAGER, _("Which rules hold here, and who sees to it that they are kept?")),
    ("manager_means", Controller.MANAGER, _("What can whoever manages the place change, and what do they lack?")),
    ("target_which", Side.TARGET, _("Which groups or things does it happen to, and which are spared?")),
    ("target_again", Side.TARGET, _("Does it happen to the same ones again?")),
    ("target_reach", Side.TARGET, _("When and why can they be reached just here?")),
    ("guardian_sees", Controller.GUARDIAN, _("Who could see what happens, and why do they not?")),
    ("guardian_acts", Controller.GUARDIAN, _("What would make those who see it do something?")),
    ("guardian_protection", Controller.GUARDIAN, _("What protects today, and where are the holes?")),
    ("offender_gain", Side.OFFENDER, _("What do those who do it gain, as far as the groups know?")),
    ("offender_meet", Side.OFFENDER, _("Why do they meet just here, and what is the place to them?")),
    ("offender_begin", Side.OFFENDER, _("How do new ones come into it?")),
    ("offender_else", Side.OFFENDER, _("What else could they do, and why do they not?")),
    ("handler_who", Controller.HANDLER, _("Which adults or organisations have their ear?")),
    ("handler_absent", Controller.HANDLER, _("When and where are those not there?")),
)

QUESTIONS: dict[str, Question] = {key: Question(key, str(about), text) for key, about, text in _ASKED}
