"""Who is told of what happens to a commitment, and in which words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from action_plans.commitments.absences import working_here
from action_plans.commitments.presenters import name_of, url_of
from action_plans.models import Absence, Commitment, CommitmentReminder, CommitmentState
from action_plans.models.commitments import SPEAK_FOR_OWN
from partners import notifications
from partners.models import Organisation

TOPIC = "commitments"
REMINDERS = "commitment_reminders"


def _words(commitment: Commitment, what: str) -> notifications.Words | None:
    if commitment.state == CommitmentState.DRAFT:
        return None
    words = {
        "name": name_of(commitment),
        "asked_by": commitment.asked_by.name,
        "asked_of": commitment.asked_of.name,
    }
    said = {
        "asked": _("%(asked_by)s asks %(asked_of)s for something: %(name)s"),
        "accepted": _("%(asked_of)s has accepted %(name)s"),
        "declined": _("%(asked_of)s has declined %(name)s"),
        "counter_offered": _("%(asked_of)s offers something else in %(name)s"),
        "offer_taken": _("%(asked_by)s has taken the offer in %(name)s"),
        "handed_over": _("You answer for %(name)s from now on"),
        "kept": _("%(asked_of)s says that %(name)s is kept"),
        "not_kept": _("%(asked_of)s says that %(name)s is not kept"),
        "confirmed": _("%(asked_by)s has said how it sees what came of %(name)s"),
        "withdrawn": _("%(asked_by)s has withdrawn %(name)s"),
        "before": _("%(name)s soon has its day"),
        "late": _("The day of %(name)s has passed"),
        "answer": _("%(name)s has waited for an answer for some time"),
    }.get(what)
    if what == "asked" and commitment.asked_by_id == commitment.asked_of_id:
        said = _("A part of a measure is yours to answer: %(name)s")
        if commitment.measure_id is None:
            said = _("A meeting has decided something for you to answer: %(name)s")
    return None if said is None else notifications.Words(said % words, url_of(commitment), commitment.area.name)


def register() -> None:
    """Called once, when the room is ready."""
    notifications.register(
        notifications.Topic(
            key=TOPIC,
            label=gettext_lazy("Requests and commitments"),
            tells=gettext_lazy("Somebody asks something of you, answers you, or says what came of it."),
            mail_titles={
                "asked": gettext_lazy("Something is asked of you"),
                "accepted": gettext_lazy("A request of yours has been accepted"),
                "declined": gettext_lazy("A request of yours has been declined"),
                "counter_offered": gettext_lazy("A request of yours has been answered with an offer"),
                "offer_taken": gettext_lazy("An offer of yours has been taken"),
                "handed_over": gettext_lazy("A commitment is yours from now on"),
                "kept": gettext_lazy("A commitment has been reported"),
                "not_kept": gettext_lazy("A commitment has been reported"),
                "confirmed": gettext_lazy("What you reported on a commitment has been answered"),
                "withdrawn": gettext_lazy("A request to you has been withdrawn"),
            },
            shown=notifications.shown_by(
                Commitment, _words, with_related=("collaboration", "area", "asked_by", "asked_of")
            ),
            order=20,
        )
    )
    notifications.register(
        notifications.Topic(
            key=REMINDERS,
            label=gettext_lazy("Reminders of commitments"),
            tells=gettext_lazy("What you have promised soon has its day or is late, or a request is not answered."),
            mail_titles={
                "before": gettext_lazy("A commitment of yours soon has its day"),
                "late": gettext_lazy("The day of a commitment of yours has passed"),
                "answer": gettext_lazy("A request waits for an answer"),
            },
            shown=notifications.shown_by(
                Commitment, _words, with_related=("collaboration", "area", "asked_by", "asked_of")
            ),
            default=notifications.How.AT_ONCE,
            order=21,
        )
    )
    notifications.register_away(_deputies)


def _deputies(roles: Any, today: Any) -> dict[int, int]:
    rows = Absence.objects.filter(first_day__lte=today, back_on__gt=today, membership__in=list(roles))
    return dict(rows.values_list("membership_id", "deputy_id"))


def _speak_for(organisation: Organisation | int) -> list[int]:
    pk = organisation if isinstance(organisation, int) else organisation.pk
    rows = working_here().filter(organisation=pk, role__in=SPEAK_FOR_OWN)
    return list(rows.order_by("pk").values_list("user_id", flat=True))


def tell_owner(commitment: Commitment, what: str, *, by: Any) -> None:
    """Tell whoever answers for it; where nobody does yet, those who speak for the organisation that is asked."""
    responsible = working_here().filter(pk=commitment.responsible_id or 0).values_list("user_id", flat=True)
    people = list(responsible) or _speak_for(commitment.asked_of_id)
    notifications.tell(TOPIC, people, subject=commitment, what=what, by=by)


def tell_asker(commitment: Commitment, what: str, *, by: Any) -> None:
    """Tell whoever asked; where they have left, those who speak for the organisation that asked."""
    asked = working_here().filter(organisation=commitment.asked_by_id, user=commitment.created_by_id or 0)
    people = list(asked.values_list("user_id", flat=True)) or _speak_for(commitment.asked_by_id)
    notifications.tell(TOPIC, people, subject=commitment, what=what, by=by)


def tell_reminded(reminder: CommitmentReminder, *, is_mailed: bool) -> None:
    """Tell of a reminder where its reader has chosen to be told; once each, however often the task runs."""
    notifications.tell(
        REMINDERS,
        [reminder.person_id],
        subject=reminder.commitment,
        what=reminder.kind,
        key=f"{reminder.due_on:%Y-%m-%d}",
        is_mailed=is_mailed,
    )
