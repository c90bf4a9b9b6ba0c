"""Who may change people, organisations, groups and tokens. Each check gives its reason; `may_x` asks the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration, Membership, Organisation, User
from partners.roles import (
    MAY_ADMINISTER,
    MAY_GO_THROUGH_LOG,
    MAY_KEEP_GROUPS,
    MAY_KEEP_LOOK,
    MAY_KEEP_RETENTION,
    MAY_KEEP_WORK_LETTERS,
    MAY_READ_LOG,
    MAY_SET_SHARING,
    MAY_SET_TRUST,
)


def check_may_administer(user: Any, collaboration: Collaboration | int) -> None:
    """People, roles, organisations and tokens are kept by the collaboration's administrators."""
    if not user.has_role(collaboration, MAY_ADMINISTER):
        raise NotAllowed(_("Only an administrator can do this. Ask yours if something should change."))


def check_may_change_person(user: Any, person: User) -> None:
    """A person's account follows them everywhere, so it is changed by whoever administers all their collaborations."""
    today: dt.date = timezone.localdate()
    elsewhere = {m.collaboration_id for m in Membership.objects.active(today).filter(user=person)}
    mine = {m.collaboration_id for m in user.active_memberships if m.role in MAY_ADMINISTER}
    known = Membership.objects.filter(user=person, collaboration_id__in=mine, user__is_service=False).exists()
    if not mine or not known:
        raise NotAllowed(_("Only an administrator can do this. Ask yours if something should change."))
    if elsewhere - mine:
        raise NotAllowed(
            _(
                "This person also takes part in a collaboration that you do not administer, so the account cannot be "
                "changed from here. You can change and end the roles in your own collaboration."
            )
        )


def check_may_set_sharing(user: Any, organisation: Organisation) -> None:
    """How an organisation's reports are shared is for that organisation alone to say."""
    mine = [
        m
        for m in user.active_memberships
        if m.organisation_id == organisation.pk and m.role in MAY_SET_SHARING and not user.is_service
    ]
    if not mine:
        raise NotAllowed(
            _("Only %(organisation)s itself decides how its reports are shared.") % {"organisation": organisation.name}
        )


def check_may_set_trust(user: Any, organisation: Organisation) -> None:
    """Whose imports are approved without waiting is for the collaboration's coordinators and administrators to say."""
    if not user.has_role(organisation.collaboration_id, MAY_SET_TRUST) or user.is_service:
        raise NotAllowed(_("Only a coordinator or an administrator decides which organisations are trusted."))


def check_may_keep_groups(user: Any, collaboration: Collaboration | int) -> None:
    """Groups and who sits in them are kept by coordinators and administrators."""
    if not user.has_role(collaboration, MAY_KEEP_GROUPS):
        raise NotAllowed(_("Only a coordinator or an administrator can change groups."))


def check_may_keep_look(user: Any, collaboration: Collaboration | int) -> None:
    """What documents look like is chosen by coordinators and administrators."""
    if user.is_service or not user.has_role(collaboration, MAY_KEEP_LOOK):
        raise NotAllowed(_("Only a coordinator or an administrator chooses what documents look like."))


def check_may_keep_work_letters(user: Any, collaboration: Collaboration | int) -> None:
    """When the letters of what waits leave is said by coordinators and administrators."""
    if not user.has_role(collaboration, MAY_KEEP_WORK_LETTERS):
        raise NotAllowed(_("Only a coordinator or an administrator decides when the letters leave."))


def check_may_have_calendar(user: Any, collaboration: Collaboration | int) -> None:
    """A calendar is a person's own; a system asks through the API."""
    if user.is_service or not user.memberships_in(collaboration):
        raise NotAllowed(_("Only somebody who takes part can have a calendar of their deadlines."))


def check_may_read_log(user: Any, collaboration: Collaboration | int) -> None:
    """The log is read by those who look after data protection, archives or administration."""
    if not user.has_role(collaboration, MAY_READ_LOG):
        raise NotAllowed(_("The log is read by the data protection officer, the archivist and the administrators."))


def check_may_go_through_log(user: Any, collaboration: Collaboration | int) -> None:
    """A month's sample is gone through by data protection, never by a system."""
    if user.is_service or not user.has_role(collaboration, MAY_GO_THROUGH_LOG):
        raise NotAllowed(_("Only the data protection officer goes through the monthly sample."))


def check_may_read_retention(user: Any, collaboration: Collaboration | int) -> None:
    """How long things are kept, and what was purged, is read by those who read the log."""
    if not user.has_role(collaboration, MAY_READ_LOG):
        raise NotAllowed(
            _("The retention rules are read by the data protection officer, the archivist and the administrators.")
        )


def check_may_keep_retention(user: Any, collaboration: Collaboration | int) -> None:
    """How long things are kept is decided by data protection and the administrators, never by a system."""
    if user.is_service or not user.has_role(collaboration, MAY_KEEP_RETENTION):
        raise NotAllowed(
            _("Only the data protection officer or an administrator decides how long things are kept and what is held.")
        )


may_administer = as_question(check_may_administer)
may_change_person = as_question(check_may_change_person)
may_set_sharing = as_question(check_may_set_sharing)
may_set_trust = as_question(check_may_set_trust)
may_keep_groups = as_question(check_may_keep_groups)
may_keep_work_letters = as_question(check_may_keep_work_letters)
may_go_through_log = as_question(check_may_go_through_log)
may_keep_retention = as_question(check_may_keep_retention)
