"""Every change of who takes part: lock, check, change, remember, tell.

Roles and names of one collaboration change one at a time: their actions lock the collaboration's row first, so that
two administrators who leave at once cannot both believe that the other one stays, and a name pressed twice is one row.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from common.errors import NotPossible
from partners import changes, tasks
from partners.models import (
    ApiToken,
    Collaboration,
    Group,
    GroupKind,
    GroupMember,
    Membership,
    Organisation,
    Unit,
    User,
)
from partners.permissions import (
    check_may_administer,
    check_may_change_person,
    check_may_keep_groups,
    check_may_set_sharing,
    check_may_set_trust,
)
from partners.roles import Role
from partners.rules import Extent, check_an_administrator_remains, check_extent, check_slug
from privacy.validators import points_at_nobody


def _lock(collaboration_id: int) -> Collaboration:
    # The weaker lock on a row: an import holds the boundaries still (`areas.locating.index_of`) for as long as it runs,
    # and nobody should have to wait for that to invite somebody.
    return Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration_id)


def _lock_all_of(person: User) -> list[Collaboration]:
    ids = Membership.objects.filter(user=person).values("collaboration_id")
    return list(Collaboration.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


# Collaborations


@transaction.atomic
def create_collaboration(
    *, slug: str, name: str, extent: Extent | None = None, notice: str = Collaboration.Notice.NONE
) -> Collaboration:
    """Start an empty collaboration. Only the platform's own commands can: there is nobody in it who could be asked."""
    check_slug(slug)
    if not name.strip():
        raise NotPossible(_("Give the collaboration a name, for example --name “Ekstad”."))
    if len(name) > 100:
        raise NotPossible(_("The name is too long. Use at most 100 characters."))
    sides: dict[str, float] = {}
    if extent is not None:
        check_extent(extent)
        sides = dict(zip(("west", "south", "east", "north"), extent, strict=True))
    collaboration = Collaboration.objects.create(slug=slug, name=name.strip(), notice=notice, **sides)
    record("collaboration_created", subject=collaboration)
    return collaboration


@transaction.atomic
def add_first_administrator(
    *, collaboration: Collaboration, email: str, organisation_name: str, function: str
) -> Membership:
    """Give a person the administrator's role from the command line, where whoever runs the machine answers for it."""
    collaboration = _lock(collaboration.pk)
    organisation, is_new = Organisation.objects.get_or_create(
        collaboration=collaboration,
        name=organisation_name,
        defaults={"kind": Organisation.Kind.MUNICIPALITY},
    )
    if is_new:
        record("organisation_created", subject=organisation, kind=organisation.kind)
    person = _person_with(email, function=function, name="")
    return _give_role(person, organisation, Role.ADMINISTRATOR, unit=None, valid_to=None, by=None)


# Organisations and units


@transaction.atomic
def create_organisation(*, collaboration: Collaboration, by: User, name: str, kind: str) -> Organisation:
    """Enter a partner. It shares with the areas' circles until it says otherwise itself."""
    collaboration = _lock(collaboration.pk)
    check_may_administer(by, collaboration)
    _refuse_name_taken(Organisation.objects.filter(collaboration=collaboration), name)
    organisation = Organisation.objects.create(collaboration=collaboration, name=name, kind=kind)
    record("organisation_created", by=by, subject=organisation, kind=kind)
    return organisation


@transaction.atomic
def change_organisation(*, organisation: Organisation, by: User, name: str, kind: str, is_active: bool) -> Organisation:
    """Change a partner's name or kind, or close it: then its people's roles no longer open anything."""
    collaboration = _lock(organisation.collaboration_id)
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    check_may_administer(by, organisation.collaboration_id)
    _refuse_name_taken(Organisation.objects.filter(collaboration=collaboration).exclude(pk=organisation.pk), name)
    organisation.name, organisation.kind, organisation.is_active = name, kind, is_active
    organisation.save(update_fields=["name", "kind", "is_active"])
    check_an_administrator_remains(collaboration)
    record("organisation_changed", by=by, subject=organisation, kind=kind, is_active=is_active)
    return organisation


@transaction.atomic
def set_sharing(*, organisation: Organisation, by: User, sharing: str) -> Organisation:
    """Say how the own organisation's reports are shared. Nobody decides this for another organisation."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    check_may_set_sharing(by, organisation)
    if sharing not in Organisation.Sharing.values:
        raise NotPossible(_("Choose one of the ways of sharing in the list."))
    if organisation.sharing != sharing:
        before, organisation.sharing = organisation.sharing, sharing
        organisation.save(update_fields=["sharing"])
        record("sharing_changed", by=by, subject=organisation, before=before, after=sharing)
    return organisation


@transaction.atomic
def set_trust(*, organisation: Organisation, by: User, is_trusted: bool) -> Organisation:
    """Say whether the organisation's imported rows are approved at once. What has been stored stays as it is."""
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    check_may_set_trust(by, organisation)
    if organisation.is_trusted_for_import != is_trusted:
        organisation.is_trusted_for_import = is_trusted
        organisation.save(update_fields=["is_trusted_for_import"])
        record("trust_changed", by=by, subject=organisation, is_trusted=is_trusted)
    return organisation


@transaction.atomic
def create_unit(*, organisation: Organisation, by: User, name: str) -> Unit:
    """Enter who reports within an organisation: a district office, a team, a school."""
    _lock(organisation.collaboration_id)
    check_may_administer(by, organisation.collaboration_id)
    _refuse_name_taken(Unit.objects.filter(organisation=organisation), name)
    unit = Unit.objects.create(collaboration_id=organisation.collaboration_id, organisation=organisation, name=name)
    record("unit_created", by=by, subject=unit)
    return unit


@transaction.atomic
def change_unit(*, unit: Unit, by: User, name: str, is_active: bool) -> Unit:
    """Change a unit's name, or close it for new reports."""
    _lock(unit.collaboration_id)
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    check_may_administer(by, unit.collaboration_id)
    _refuse_name_taken(Unit.objects.filter(organisation_id=unit.organisation_id).exclude(pk=unit.pk), name)
    unit.name, unit.is_active = name, is_active
    unit.save(update_fields=["name", "is_active"])
    record("unit_changed", by=by, subject=unit, is_active=is_active)
    return unit


def _refuse_name_taken(others: Iterable, name: str) -> None:
    if others.filter(name__iexact=name).exists():  # type: ignore[attr-defined]
        raise NotPossible(_("The name “%(name)s” is already used. Choose another.") % {"name": name})


# People and roles


def _person_with(email: str, *, function: str, name: str) -> User:
    """The person with this address, made now if need be. An account that exists keeps its own name and function."""
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        try:
            with transaction.atomic():
                return User.objects.create_user(email, None, function=function, name=name)
        except IntegrityError:
            # Another collaboration invited the same person at this moment; the insert waited until that was done.
            person = User.objects.get(email__iexact=email)
    if person.is_service:
        raise NotPossible(_("This address belongs to a system, not a person. Use another."))
    if not person.is_active:
        raise NotPossible(_("The account with this address is closed. Open it again before giving it a role."))
    return person


def _give_role(
    person: User,
    organisation: Organisation,
    role: str,
    *,
    unit: Unit | None,
    valid_to: dt.date | None,
    by: User | None,
) -> Membership:
    today = timezone.localdate()
    if unit is not None and unit.organisation_id != organisation.pk:
        raise NotPossible(_("The unit belongs to another organisation."))
    if valid_to is not None and valid_to <= today:
        raise NotPossible(_("Choose a last day that has not come yet, or none."))
    held = Membership.objects.select_for_update().filter(user=person, organisation=organisation, role=role).first()
    if held is not None and (held.valid_to is None or held.valid_to > today):
        raise NotPossible(_("The person already has this role in the organisation."))
    membership = held or Membership(
        user=person, collaboration_id=organisation.collaboration_id, organisation=organisation, role=role
    )
    # A role that is given again begins anew: its first day is today, and the log tells of the time before.
    membership.valid_from, membership.valid_to, membership.unit = today, valid_to, unit
    membership.save()
    record("role_given", by=by, subject=membership, role=str(role), again=held is not None)
    if held is not None:
        changes.announce_new_beginning(membership, by)
    return membership


@transaction.atomic
def invite_person(
    *,
    organisation: Organisation,
    by: User,
    email: str,
    function: str,
    name: str,
    role: str,
    unit: Unit | None = None,
    valid_to: dt.date | None = None,
    site: str,
) -> Membership:
    """Give somebody a role by e-mail address, with a letter that lets a new person choose a password.

    `site` is the platform's own address, which stands first in the letter's link.
    """
    check_may_administer(by, organisation.collaboration_id)
    _lock(organisation.collaboration_id)
    person = _person_with(email, function=function, name=name)
    membership = _give_role(person, organisation, role, unit=unit, valid_to=valid_to, by=by)
    record("person_invited", by=by, subject=membership)
    tasks.send_invitation.delay_on_commit(membership.pk, site)  # type: ignore[attr-defined]
    return membership


@transaction.atomic
def send_invitation_again(*, membership: Membership, by: User, site: str) -> None:
    """Send the letter once more, to somebody who can sign in."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    check_may_administer(by, membership.collaboration_id)
    if not membership.user.is_active or membership.user.is_service:
        raise NotPossible(_("The account is closed. Open it again before you send the letter."))
    record("person_invited", by=by, subject=membership, again=True)
    tasks.send_invitation.delay_on_commit(membership.pk, site)  # type: ignore[attr-defined]


@transaction.atomic
def give_role(
    *,
    person: User,
    organisation: Organisation,
    by: User,
    role: str,
    unit: Unit | None = None,
    valid_to: dt.date | None = None,
) -> Membership:
    """Give a person in the collaboration one more role."""
    check_may_administer(by, organisation.collaboration_id)
    _lock(organisation.collaboration_id)
    if person.is_service or not person.is_active:
        raise NotPossible(_("The account is closed. Open it again before giving it a role."))
    return _give_role(person, organisation, role, unit=unit, valid_to=valid_to, by=by)


@transaction.atomic
def change_role(
    *, membership: Membership, by: User, role: str, unit: Unit | None, valid_to: dt.date | None
) -> Membership:
    """Change what somebody may do, their unit, or their role's last day."""
    collaboration = _lock(membership.collaboration_id)
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    check_may_administer(by, membership.collaboration_id)
    if unit is not None and unit.organisation_id != membership.organisation_id:
        raise NotPossible(_("The unit belongs to another organisation."))
    if valid_to is not None and valid_to < membership.valid_from:
        raise NotPossible(_("The last day comes before the first."))
    same = Membership.objects.filter(user=membership.user, organisation=membership.organisation, role=role)
    if same.exclude(pk=membership.pk).exists():
        raise NotPossible(_("The person already has this role in the organisation."))
    before = _for_log(membership)
    membership.role, membership.unit, membership.valid_to = role, unit, valid_to
    membership.save(update_fields=["role", "unit", "valid_to"])
    check_an_administrator_remains(collaboration)
    after = _for_log(membership)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    record("role_changed", by=by, subject=membership, changed=changed)
    return membership


def _for_log(membership: Membership) -> dict[str, Any]:
    valid_to = membership.valid_to.isoformat() if membership.valid_to else None
    return {"role": str(membership.role), "unit": membership.unit_id, "valid_to": valid_to}


@transaction.atomic
def end_membership(*, membership: Membership, by: User) -> Membership:
    """End a role now: it opens nothing from the next request on."""
    collaboration = _lock(membership.collaboration_id)
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    check_may_administer(by, membership.collaboration_id)
    today = timezone.localdate()
    if membership.valid_to is not None and membership.valid_to <= today:
        raise NotPossible(_("This role has already ended."))
    # A role given for a day to come has not begun: it ends before it could open anything.
    membership.valid_from, membership.valid_to = min(membership.valid_from, today), today
    membership.save(update_fields=["valid_from", "valid_to"])
    check_an_administrator_remains(collaboration)
    record("role_ended", by=by, subject=membership, role=membership.role)
    return membership


@transaction.atomic
def change_person(*, person: User, by: User, name: str, function: str) -> User:
    """Change a person's name and function. The e-mail address stays: it is who they are when they sign in."""
    person = User.objects.select_for_update().get(pk=person.pk)
    check_may_change_person(by, person)
    person.name, person.function = name, function
    person.save(update_fields=["name", "function"])
    _record_where_both_are("person_changed", person, by)
    return person


@transaction.atomic
def deactivate_person(*, person: User, by: User) -> User:
    """Close a person's account and end every session: the next request asks them to sign in, which they cannot."""
    collaborations = _lock_all_of(person)
    person = User.objects.select_for_update().get(pk=person.pk)
    check_may_change_person(by, person)
    if not person.is_active:
        raise NotPossible(_("The account is already closed."))
    person.is_active, person.deactivated_at = False, timezone.now()
    person.save(update_fields=["is_active", "deactivated_at"])
    for collaboration in collaborations:
        if Membership.objects.filter(user=person, collaboration=collaboration, role=Role.ADMINISTRATOR).exists():
            check_an_administrator_remains(collaboration)
    end_sessions(person)
    _record_where_both_are("person_deactivated", person, by)
    return person


@transaction.atomic
def reactivate_person(*, person: User, by: User) -> User:
    """Open a closed account again, with the roles that still hold."""
    person = User.objects.select_for_update().get(pk=person.pk)
    check_may_change_person(by, person)
    if person.is_active:
        raise NotPossible(_("The account is already open."))
    if person.pseudonymised_at is not None:
        raise NotPossible(
            _("The account was closed so long ago that nobody knows whose it was. Invite the person anew.")
        )
    person.is_active, person.deactivated_at = True, None
    person.save(update_fields=["is_active", "deactivated_at"])
    _record_where_both_are("person_reactivated", person, by)
    return person


def end_sessions(person: User) -> None:
    """Sign a person out everywhere."""
    for session in UserSession.objects.filter(user=person):
        session.end()


def _record_where_both_are(action: str, person: User, by: User) -> None:
    administered = {m.collaboration_id for m in by.active_memberships if m.role == Role.ADMINISTRATOR}
    theirs = Membership.objects.filter(user=person, collaboration_id__in=administered)
    for collaboration_id in sorted(set(theirs.values_list("collaboration_id", flat=True))):
        record(action, by=by, subject=person, collaboration_id=collaboration_id)


# Groups


@transaction.atomic
def create_group(
    *,
    collaboration: Collaboration,
    by: User,
    name: str,
    level: str,
    kind: str = GroupKind.OTHER,
    communication_rules: str = "",
) -> Group:
    """Enter a group that meets."""
    collaboration = _lock(collaboration.pk)
    check_may_keep_groups(by, collaboration)
    _refuse_name_taken(Group.objects.filter(collaboration=collaboration), name)
    group = Group.objects.create(
        collaboration=collaboration,
        name=name,
        level=level,
        kind=kind,
        communication_rules=_said_of_group(communication_rules),
    )
    record("group_created", by=by, subject=group, level=level, kind=kind)
    return group


@transaction.atomic
def change_group(
    *, group: Group, by: User, name: str, level: str, is_active: bool, kind: str = "", communication_rules: str = ""
) -> Group:
    """Change what a group is called, its level or kind, what it has agreed on telling others; or close it."""
    _lock(group.collaboration_id)
    group = Group.objects.select_for_update().get(pk=group.pk)
    check_may_keep_groups(by, group.collaboration_id)
    _refuse_name_taken(Group.objects.filter(collaboration_id=group.collaboration_id).exclude(pk=group.pk), name)
    group.name, group.level, group.is_active = name, level, is_active
    group.kind = kind or group.kind
    group.communication_rules = _said_of_group(communication_rules)
    group.save(update_fields=["name", "level", "is_active", "kind", "communication_rules"])
    record("group_changed", by=by, subject=group, level=level, kind=group.kind, is_active=is_active)
    return group


def _said_of_group(text: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    points_at_nobody(said)
    return said


@transaction.atomic
def add_to_group(
    *,
    group: Group,
    by: User,
    membership: Membership,
    deputy: Membership | None,
    valid_from: dt.date,
    valid_to: dt.date | None,
) -> GroupMember:
    """Give a function a seat for a term, with a deputy."""
    group = Group.objects.select_for_update().get(pk=group.pk)
    check_may_keep_groups(by, group.collaboration_id)
    if deputy is not None and deputy.user_id == membership.user_id:
        raise NotPossible(_("Choose somebody else as deputy."))
    if valid_to is not None and valid_to < valid_from:
        raise NotPossible(_("The last day comes before the first."))
    for one in filter(None, (membership, deputy)):
        if one.collaboration_id != group.collaboration_id:
            raise NotPossible(_("Choose somebody who takes part in this collaboration."))
    # A seat that ended before it began takes up no days.
    terms = GroupMember.objects.filter(group=group, membership=membership).exclude(valid_to=F("valid_from"))
    for term in terms:
        begins_after = valid_to is not None and term.valid_from >= valid_to
        ends_before = term.valid_to is not None and term.valid_to <= valid_from
        if not (begins_after or ends_before):
            raise NotPossible(_("They already sit in the group during some of these days."))
    seat = GroupMember.objects.create(
        collaboration_id=group.collaboration_id,
        group=group,
        membership=membership,
        deputy=deputy,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    record("group_seat_given", by=by, subject=seat)
    return seat


@transaction.atomic
def end_seat(*, seat: GroupMember, by: User) -> GroupMember:
    """End a seat in a group today."""
    seat = GroupMember.objects.select_for_update().get(pk=seat.pk)
    check_may_keep_groups(by, seat.collaboration_id)
    today = timezone.localdate()
    if seat.valid_to is not None and seat.valid_to <= today:
        raise NotPossible(_("This seat has already ended."))
    seat.valid_from, seat.valid_to = min(seat.valid_from, today), today
    seat.save(update_fields=["valid_from", "valid_to"])
    record("group_seat_ended", by=by, subject=seat)
    return seat


# Tokens


@transaction.atomic
def create_token(
    *, by: User, organisation: Organisation, role: str, name: str, expires_on: dt.date
) -> tuple[ApiToken, str]:
    """Make a key for a system, which acts as a member of the organisation with the role. The key is shown only now."""
    check_may_administer(by, organisation.collaboration_id)
    today = timezone.localdate()
    if expires_on <= today:
        raise NotPossible(_("Choose a last day that has not come yet."))
    if expires_on > today + dt.timedelta(days=366 * 2):
        raise NotPossible(_("A key is valid for at most two years. Choose an earlier day."))
    if role == Role.ADMINISTRATOR:
        raise NotPossible(_("A system cannot be administrator. Choose another role."))
    system = User.objects.create_user(
        f"system-{uuid.uuid4().hex}@system.invalid", None, function=f"{name} (system)"[:100], is_service=True
    )
    membership = Membership.objects.create(
        user=system, collaboration_id=organisation.collaboration_id, organisation=organisation, role=role
    )
    key = ApiToken.new_key()
    token = ApiToken.objects.create(membership=membership, name=name, hash=ApiToken.hash_of(key), expires_on=expires_on)
    record("token_created", by=by, subject=token, role=str(role), expires_on=expires_on.isoformat())
    return token, key


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User) -> ApiToken:
    """Stop a key at once, and close its system's account."""
    token = ApiToken.objects.select_for_update().select_related("membership__user").get(pk=token.pk)
    check_may_administer(by, token.collaboration_id)
    if token.revoked_at is not None:
        raise NotPossible(_("The key has already been revoked."))
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    token.membership.valid_to = timezone.localdate()
    token.membership.save(update_fields=["valid_to"])
    token.membership.user.is_active = False
    token.membership.user.save(update_fields=["is_active"])
    record("token_revoked", by=by, subject=token)
    return token
