"""Who may do what with citizen promises. Reading what is published needs no permission at all."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from action_plans.models import Promise
from action_plans.permissions import check_may_plan_in
from cause_analysis.permissions import READ_PROBLEMS
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration
from partners.roles import Role

READ_PROMISES = READ_PROBLEMS - {Role.COACH}
# Who shows something to everybody, and takes it away again.
MAY_PUBLISH = {Role.COORDINATOR}


def check_may_read_promises(user: Any, collaboration: Collaboration | int) -> None:
    """Whose role reads no promises in the making is told so; what is published everybody reads."""
    if not user.has_role(collaboration, READ_PROMISES):
        raise NotAllowed(_("Your role does not include promises in the making. What is published is open to all."))


def check_may_work_on_promise(user: Any, promise: Promise) -> None:
    """The circle of the promise's area writes it."""
    check_may_plan_in(user, promise.area)


def check_may_publish(user: Any, promise: Promise) -> None:
    """A coordinator, a person, shows the promise to everybody."""
    if user.is_service or not user.has_role(promise.collaboration_id, MAY_PUBLISH):
        raise NotAllowed(_("Only a coordinator publishes promises and takes them away."))


may_read_promises = as_question(check_may_read_promises)
may_work_on_promise = as_question(check_may_work_on_promise)
may_publish = as_question(check_may_publish)
