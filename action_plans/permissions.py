"""Who may do what with plans, measures and commitments. Each check gives its reason; `may_x` asks the same."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from action_plans.commitments.absences import deputies_today
from action_plans.models import Commitment, Measure, Plan
from action_plans.models.commitments import SPEAK_FOR_OWN
from action_plans.rules import ANSWERED_YES
from areas.access import circle_area_ids, is_in_circle
from areas.models import Area
from cause_analysis.causes.permissions import groups_to_decide_for
from cause_analysis.permissions import READ_PROBLEMS
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration, Membership, Organisation
from partners.roles import MAY_COMPILE, Role

# Who may ever read plans; which ones, `visible_to` says. Reporters read what was decided, and what is asked of them.
READ_PLANS = READ_PROBLEMS
READ_DECIDED_PLANS = READ_PLANS | {Role.REPORTER}
# Who lets a measure be decided although something is missing.
MAY_OVERRIDE = {Role.COORDINATOR}


def check_may_read_plans(user: Any, collaboration: Collaboration | int) -> None:
    """Whose role reads no plans is told so, instead of being shown an empty list."""
    if not user.has_role(collaboration, READ_DECIDED_PLANS):
        raise NotAllowed(_("Your role does not include the partners' plans. Ask your administrator if it should."))


def check_may_read_measures(user: Any, collaboration: Collaboration | int) -> None:
    """Whose role reads no measures is told so, instead of being shown an empty list."""
    if not user.has_role(collaboration, READ_PLANS):
        raise NotAllowed(_("Your role does not include the partners' measures. Ask your administrator if it should."))


def check_may_make_plans(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever works in an area of the collaboration can begin a plan there."""
    area_ids = circle_area_ids(user, collaboration)
    if area_ids is not None and not area_ids:
        raise NotAllowed(_("Only the partners who work in an area can write its plan."))


def check_may_plan_in(user: Any, area: Area) -> None:
    """The area's circle writes its plans: goals, measures and their parts."""
    if not is_in_circle(user, area):
        raise NotAllowed(_("Only the partners who work in %(area)s write its plan.") % {"area": area.name})


def check_may_work_on_plan(user: Any, plan: Plan) -> None:
    """The circle of the plan's area writes in it."""
    check_may_plan_in(user, plan.area)


def check_may_keep_agreements(user: Any, collaboration: Collaboration | int) -> None:
    """The agreement is written down by whoever keeps the plans in order."""
    if user.is_service or not user.has_role(collaboration, MAY_COMPILE):
        raise NotAllowed(_("Only a coordinator or an analyst writes down what the partners have agreed on."))


def check_may_override(user: Any, measure: Measure) -> None:
    """A coordinator lets a measure be decided with gaps, and says why."""
    if user.is_service or not user.has_role(measure.collaboration_id, MAY_OVERRIDE):
        raise NotAllowed(_("Only a coordinator can let a measure be decided although something is missing."))


def check_may_change_fixed(user: Any, measure: Measure) -> None:
    """A coordinator changes an evaluation plan after the measure is decided, and says why."""
    if user.is_service or not user.has_role(measure.collaboration_id, MAY_OVERRIDE):
        raise NotAllowed(
            _("The evaluation plan was fixed when the measure was decided. A coordinator can change it, with a reason.")
        )


def check_may_decide_measures(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever sits in a group, or keeps its minutes, writes down what it has decided."""
    if not groups_to_decide_for(user, collaboration).exists():
        raise NotAllowed(_("Only those who sit in a group, a coordinator or an analyst can say what it has decided."))


def check_may_keep_template(user: Any, collaboration: Collaboration | int) -> None:
    """A coordinator says in which Word template the collaboration's plans are written."""
    if user.is_service or not user.has_role(collaboration, MAY_OVERRIDE):
        raise NotAllowed(_("Only a coordinator can choose the Word template."))


def check_may_run_measure(user: Any, measure: Measure) -> None:
    """Whoever leads a measure says that it has begun, rests or is done; a coordinator keeps the plan in order."""
    if user.has_role(measure.collaboration_id, MAY_COMPILE):
        return
    lead = measure.parts.filter(is_lead=True, state__in=ANSWERED_YES).first()
    if lead is None or not speaks_for(user, lead.asked_of_id, measure.collaboration_id):
        raise NotAllowed(_("Only the organisation that leads the measure, a coordinator or an analyst does this."))


# --- Commitments ------------------------------------------------------------------------------------------------------


def speaks_for(user: Any, organisation: Organisation | int, collaboration: Collaboration | int) -> bool:
    """Whether one of the user's roles answers and asks on behalf of the organisation. A system never does."""
    pk = organisation if isinstance(organisation, int) else organisation.pk
    return not user.is_service and any(
        m.organisation_id == pk and m.role in SPEAK_FOR_OWN for m in user.memberships_in(collaboration)
    )


def organisations_spoken_for(user: Any, collaboration: Collaboration | int) -> list[Organisation]:
    """The organisations on whose behalf the user asks and answers, by name."""
    rows = {m.organisation_id: m.organisation for m in user.memberships_in(collaboration) if m.role in SPEAK_FOR_OWN}
    return sorted(rows.values(), key=lambda organisation: organisation.name)


def check_speaks_for(user: Any, organisation: Organisation, collaboration: Collaboration | int) -> None:
    """Each organisation asks and answers for itself."""
    if not speaks_for(user, organisation, collaboration):
        raise NotAllowed(
            _("Only %(organisation)s itself does this. Nobody commits another.") % {"organisation": organisation.name}
        )


def check_may_sign(user: Any, organisation: Organisation, collaboration: Collaboration | int) -> None:
    """An organisation signs for itself; whoever keeps the plan notes what was signed on paper."""
    if user.is_service or not (
        user.has_role(collaboration, MAY_COMPILE) or speaks_for(user, organisation, collaboration)
    ):
        raise NotAllowed(
            _("Only %(organisation)s, a coordinator or an analyst notes that it has signed.")
            % {"organisation": organisation.name}
        )


def check_may_answer(user: Any, commitment: Commitment) -> None:
    """The organisation that was asked answers, and nobody for it."""
    check_speaks_for(user, commitment.asked_of, commitment.collaboration_id)


def check_may_ask(user: Any, commitment: Commitment) -> None:
    """The organisation that asks changes, confirms and withdraws what it asked."""
    check_speaks_for(user, commitment.asked_by, commitment.collaboration_id)


def check_may_report(user: Any, commitment: Commitment) -> None:
    """Whoever answers for it, or somebody who speaks for the organisation, says how it went."""
    mine = {m.pk for m in user.memberships_in(commitment.collaboration_id)}
    if not user.is_service and (commitment.responsible_id in mine or stands_in(user, commitment)):
        return
    check_may_answer(user, commitment)


def stands_in(user: Any, commitment: Commitment) -> bool:
    """Whether the user is deputy today for whoever answers for it."""
    mine = {m.pk for m in user.memberships_in(commitment.collaboration_id)}
    return commitment.responsible_id is not None and bool(mine & deputies_today([commitment.responsible_id]))


def check_is_of(membership: Membership | None, organisation: Organisation) -> None:
    """Whoever answers for a promise works in the organisation that gave it."""
    if membership is not None and membership.organisation_id != organisation.pk:
        raise NotAllowed(_("Choose somebody in %(organisation)s.") % {"organisation": organisation.name})


def check_may_say_away(user: Any, membership: Membership) -> None:
    """Everybody says it of themselves; whoever speaks for the organisation says it of a colleague who cannot."""
    mine = {m.pk for m in user.memberships_in(membership.collaboration_id)}
    if user.is_service or (
        membership.pk not in mine and not speaks_for(user, membership.organisation_id, membership.collaboration_id)
    ):
        raise NotAllowed(_("You can say who is away in your own organisation."))


def check_may_read_ledger(user: Any, collaboration: Collaboration | int) -> None:
    """The ledger is for those who read the partners' plans."""
    if not user.has_role(collaboration, READ_PLANS):
        raise NotAllowed(_("Your role does not include the partners' ledger. Ask your administrator if it should."))


def check_may_keep_rules(user: Any, collaboration: Collaboration | int) -> None:
    """What the collaboration has decided on its ledger is written down by a coordinator."""
    if user.is_service or not user.has_role(collaboration, MAY_OVERRIDE):
        raise NotAllowed(_("Only a coordinator writes down what has been decided on the ledger."))


may_read_plans = as_question(check_may_read_plans)
may_make_plans = as_question(check_may_make_plans)
may_plan_in = as_question(check_may_plan_in)
may_work_on_plan = as_question(check_may_work_on_plan)
may_keep_agreements = as_question(check_may_keep_agreements)
may_change_fixed = as_question(check_may_change_fixed)
may_override = as_question(check_may_override)
may_decide_measures = as_question(check_may_decide_measures)
may_keep_template = as_question(check_may_keep_template)
may_run_measure = as_question(check_may_run_measure)
may_sign = as_question(check_may_sign)
may_answer = as_question(check_may_answer)
may_ask = as_question(check_may_ask)
may_report = as_question(check_may_report)
may_read_ledger = as_question(check_may_read_ledger)
may_keep_rules = as_question(check_may_keep_rules)
may_say_away = as_question(check_may_say_away)
