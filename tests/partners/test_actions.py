"""Changes of people, roles, organisations, groups and keys: what they do, and whom they refuse."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import override

from areas.locating import index_of
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from partners import actions
from partners.models import ApiToken, GroupMember, Membership, Organisation, User
from partners.roles import Role
from tests import factories as make
from tests.at_once import at_once
from tests.world import World

SITE = "https://est.example.org/"


@pytest.fixture
def administrator(world):
    return world.people["administrator"]


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def invite(world, by, **changes):
    wanted = {
        "organisation": world.housing,
        "email": "ny@example.org",
        "function": "fastighetsskötare",
        "name": "Kim",
        "role": Role.REPORTER,
        "unit": world.unit,
        "site": SITE,
    }
    return actions.invite_person(by=by, **{**wanted, **changes})


def test_a_new_collaboration_protects_what_the_setting_says(db, settings):
    assert actions.create_collaboration(slug="ekstad", name="Ekstad").protect_counts_up_to == 4
    settings.PROTECT_COUNTS_UP_TO = 9
    assert actions.create_collaboration(slug="annanstad", name="Annanstad").protect_counts_up_to == 9


# Invitations


def test_an_invited_person_has_the_role_and_gets_a_letter_with_a_link(
    world, administrator, mailoutbox, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr("partners.tasks.send_invitation.delay", actions.tasks.send_invitation)
    with django_capture_on_commit_callbacks(execute=True):
        membership = invite(world, administrator)
    person = membership.user
    assert (person.email, person.function, person.name) == ("ny@example.org", "fastighetsskötare", "Kim")
    assert not person.has_usable_password()
    assert (membership.organisation, membership.unit, membership.role) == (world.housing, world.unit, Role.REPORTER)
    letter = mailoutbox[0]
    assert letter.to == ["ny@example.org"]
    assert f"{SITE}accounts/password/reset/key/" in letter.body
    assert set(Event.objects.values_list("action", flat=True)) == {"role_given", "person_invited"}


def test_somebody_who_has_an_account_keeps_it_and_gets_no_link_to_choose_a_password(
    world, administrator, mailoutbox, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr("partners.tasks.send_invitation.delay", actions.tasks.send_invitation)
    stranger = world.people["stranger"]
    with django_capture_on_commit_callbacks(execute=True):
        membership = invite(world, administrator, email="STRANGER@example.org", function="påhittad", name="Påhittad")
    assert membership.user == stranger
    assert fresh(stranger).function == "stranger"
    assert "password/reset/key" not in mailoutbox[0].body


def test_the_letter_says_when_the_collaboration_is_invented(world, administrator, mailoutbox):
    world.here.notice = "invented"
    world.here.save()
    membership = invite(world, administrator)
    actions.tasks.send_invitation(membership.pk, SITE)
    text = mailoutbox[0].body
    assert "exempeldata" in text.lower() or "example data" in text.lower()


@pytest.mark.parametrize("who", ["coordinator", "security_lead", "stranger", "data_protection"])
def test_only_an_administrator_invites(world, who):
    with pytest.raises(NotAllowed):
        invite(world, world.people[who])
    assert not User.objects.filter(email="ny@example.org").exists()


def test_the_same_role_is_not_given_twice_but_again_when_it_has_ended(world, administrator):
    first = invite(world, administrator)
    with pytest.raises(NotPossible):
        invite(world, administrator)
    actions.end_membership(membership=first, by=administrator)
    again = invite(world, administrator)
    assert again.pk == first.pk
    assert again.valid_to is None
    assert again.valid_from == timezone.localdate()


def test_a_unit_of_another_organisation_is_refused(world, administrator):
    with pytest.raises(NotPossible):
        invite(world, administrator, organisation=world.other_housing)


def test_a_closed_account_gets_no_role(world, administrator):
    User.objects.filter(email="reporter@example.org").update(is_active=False)
    with pytest.raises(NotPossible):
        invite(world, administrator, email="reporter@example.org", role=Role.ANALYST)


@pytest.mark.django_db(transaction=True)
def test_two_collaborations_that_invite_the_same_person_at_once_share_one_account():
    world = World()
    there = make.MembershipFactory(organisation=world.foreign, role=Role.ADMINISTRATOR).user

    def invites(by, organisation):
        return lambda: invite(world, fresh(by), organisation=organisation, unit=None)

    memberships = at_once(invites(world.people["administrator"], world.housing), invites(there, world.foreign))
    assert [membership.organisation for membership in memberships] == [world.housing, world.foreign]
    assert {membership.user for membership in memberships} == {User.objects.get(email="ny@example.org")}


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_an_import_to_give_or_end_a_role():
    """An import holds the boundaries still for as long as it runs."""
    world = World()
    by, membership = world.people["administrator"], world.people["police"].memberships.get()
    holds, may_end = threading.Event(), threading.Event()

    def import_a_file():
        try:
            with transaction.atomic():
                index_of(world.here)
                holds.set()
                may_end.wait(timeout=60)
        finally:
            connection.close()

    importing = threading.Thread(target=import_a_file)
    importing.start()
    try:
        assert holds.wait(timeout=20)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
            actions.end_membership(membership=membership, by=by)
            invite(world, by)
    finally:
        may_end.set()
        importing.join(timeout=60)
    assert fresh(membership).valid_to == timezone.localdate()


def test_the_log_says_what_changed_in_a_role_also_its_last_day(world, administrator):
    membership = world.people["reporter"].memberships.get()
    ends = timezone.localdate() + dt.timedelta(days=30)
    actions.change_role(membership=membership, by=administrator, role=Role.REPORTER, unit=world.unit, valid_to=ends)
    assert Event.objects.get(action="role_changed").details == {
        "changed": {"unit": [None, world.unit.pk], "valid_to": [None, ends.isoformat()]}
    }


# The last administrator


def test_the_last_administrator_cannot_leave_in_any_way(world, administrator):
    membership = administrator.memberships.get()
    tries = [
        lambda: actions.end_membership(membership=membership, by=administrator),
        lambda: actions.change_role(
            membership=membership, by=administrator, role=Role.ANALYST, unit=None, valid_to=None
        ),
        lambda: actions.change_role(
            membership=membership,
            by=administrator,
            role=Role.ADMINISTRATOR,
            unit=None,
            valid_to=timezone.localdate() + dt.timedelta(days=30),
        ),
        lambda: actions.deactivate_person(person=administrator, by=administrator),
        lambda: actions.change_organisation(
            organisation=world.municipality, by=administrator, name="Kommunen", kind="municipality", is_active=False
        ),
    ]
    for attempt in tries:
        with override("en"), pytest.raises(NotPossible, match="left without an administrator"):
            attempt()
    assert fresh(administrator).has_role(world.here, {Role.ADMINISTRATOR})


def test_with_another_administrator_the_first_may_leave(world, administrator):
    actions.give_role(
        person=world.people["coordinator"], organisation=world.municipality, by=administrator, role=Role.ADMINISTRATOR
    )
    actions.end_membership(membership=administrator.memberships.get(), by=administrator)
    assert not fresh(administrator).has_role(world.here, {Role.ADMINISTRATOR})


def test_a_system_or_a_closed_account_does_not_count_as_an_administrator(world, administrator):
    for user in (make.UserFactory(is_service=True), make.UserFactory(is_active=False)):
        make.MembershipFactory(user=user, organisation=world.municipality, role=Role.ADMINISTRATOR)
    with pytest.raises(NotPossible):
        actions.end_membership(membership=administrator.memberships.get(), by=administrator)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_leave_at_once_cannot_both_leave():
    organisation = make.OrganisationFactory()
    people = [make.UserFactory(), make.UserFactory()]
    memberships = [
        make.MembershipFactory(user=person, organisation=organisation, role=Role.ADMINISTRATOR) for person in people
    ]
    both_ready = threading.Barrier(2)
    refusals = []

    def leave(membership):
        try:
            by = User.objects.get(pk=membership.user_id)
            assert by.active_memberships
            both_ready.wait(timeout=20)
            actions.end_membership(membership=membership, by=by)
        except NotPossible as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[membership]) for membership in memberships]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(refusals) == 1
    assert Membership.objects.active(timezone.localdate()).filter(role=Role.ADMINISTRATOR).count() == 1


# People


def test_an_administrator_changes_and_closes_accounts_of_their_own_collaboration_only(world, administrator):
    reporter, stranger = world.people["reporter"], world.people["stranger"]
    actions.change_person(person=reporter, by=administrator, name="Kim", function="vaktmästare")
    assert fresh(reporter).function == "vaktmästare"
    actions.deactivate_person(person=reporter, by=administrator)
    assert not fresh(reporter).is_active
    actions.reactivate_person(person=reporter, by=administrator)
    assert fresh(reporter).is_active
    for change in (
        lambda: actions.change_person(person=stranger, by=administrator, name="x", function="x"),
        lambda: actions.deactivate_person(person=stranger, by=administrator),
    ):
        with pytest.raises(NotAllowed):
            change()
    assert fresh(stranger).is_active


def test_an_account_that_also_belongs_elsewhere_is_not_closed_from_here(world, administrator):
    reporter = world.people["reporter"]
    make.MembershipFactory(user=reporter, organisation=world.foreign, role=Role.REPORTER)
    with override("en"), pytest.raises(NotAllowed, match="that you do not administer"):
        actions.deactivate_person(person=reporter, by=administrator)
    actions.end_membership(membership=reporter.memberships.get(organisation=world.housing), by=administrator)
    assert fresh(reporter).is_active
    assert not fresh(reporter).memberships_in(world.here)


def test_a_role_that_was_to_begin_later_can_be_ended_before(world, administrator):
    later = timezone.localdate() + dt.timedelta(days=10)
    membership = make.MembershipFactory(organisation=world.housing, role=Role.ANALYST, valid_from=later)
    actions.end_membership(membership=membership, by=administrator)
    assert fresh(membership).valid_to == timezone.localdate()
    with pytest.raises(NotPossible):
        actions.end_membership(membership=membership, by=administrator)


# Sharing


def test_an_organisation_decides_itself_how_its_reports_are_shared(world, administrator):
    lead = world.people["security_lead"]
    actions.set_sharing(organisation=world.housing, by=lead, sharing=Organisation.Sharing.COUNTS)
    assert fresh(world.housing).sharing == "counts"
    event = Event.objects.get(action="sharing_changed")
    assert event.details == {"before": "circle", "after": "counts"}
    for who in ("administrator", "other_housing", "coordinator", "stranger", "reporter"):
        with pytest.raises(NotAllowed):
            actions.set_sharing(organisation=world.housing, by=world.people[who], sharing="circle")
    assert fresh(world.housing).sharing == "counts"


def test_changing_an_organisation_never_touches_its_sharing(world, administrator):
    world.housing.sharing = "counts"
    world.housing.save()
    actions.change_organisation(
        organisation=world.housing, by=administrator, name="Bolaget", kind="housing", is_active=True
    )
    assert fresh(world.housing).sharing == "counts"


def test_the_people_of_a_closed_organisation_see_nothing(world, administrator):
    actions.change_organisation(
        organisation=world.housing, by=administrator, name="Bostadsbolaget", kind="housing", is_active=False
    )
    assert fresh(world.people["security_lead"]).active_memberships == []


def test_names_are_used_once(world, administrator):
    with pytest.raises(NotPossible):
        actions.create_organisation(collaboration=world.here, by=administrator, name="POLISEN", kind="police")
    with pytest.raises(NotPossible):
        actions.create_unit(organisation=world.housing, by=administrator, name="distrikt väst")
    elsewhere = actions.create_unit(organisation=world.other_housing, by=administrator, name="Distrikt Väst")
    assert elsewhere.collaboration == world.here


@pytest.mark.django_db(transaction=True)
def test_a_name_sent_twice_at_once_is_entered_once():
    world = World()
    by = world.people["administrator"]

    def enters(change, **values):
        return lambda: change(by=fresh(by), **values)

    for changes in (
        [
            enters(actions.create_organisation, collaboration=world.here, name=name, kind=Organisation.Kind.RESCUE)
            for name in ("Räddningstjänsten", "räddningstjänsten", "Räddningstjänsten")
        ],
        [enters(actions.create_unit, organisation=world.housing, name=name) for name in ("Öst", "öst", "Öst")],
        [
            enters(actions.create_group, collaboration=world.here, name=name, level="operative")
            for name in ("Beredningen", "beredningen", "Beredningen")
        ],
    ):
        answers = at_once(*changes)
        assert [type(answer) for answer in answers].count(NotPossible) == 2, answers
        assert not any(isinstance(answer, IntegrityError) for answer in answers)


# Groups


def test_a_seat_has_a_term_and_a_deputy_and_terms_do_not_overlap(world):
    coordinator = world.people["coordinator"]
    group = actions.create_group(collaboration=world.here, by=coordinator, name="Chefsamrådet", level="strategic")
    police, lead = (world.people[who].memberships.get() for who in ("police", "security_lead"))

    def seat(valid_from, valid_to, deputy=lead, membership=police):
        return actions.add_to_group(
            group=group,
            by=coordinator,
            membership=membership,
            deputy=deputy,
            valid_from=valid_from,
            valid_to=valid_to,
        )

    first = seat(dt.date(2025, 1, 1), dt.date(2026, 1, 1))
    assert first.deputy == lead
    seat(dt.date(2026, 1, 1), None)
    for refused in (
        lambda: seat(dt.date(2025, 6, 1), dt.date(2025, 7, 1)),
        lambda: seat(dt.date(2026, 6, 1), None),
        lambda: seat(dt.date(2024, 6, 1), dt.date(2024, 1, 1)),
        lambda: seat(dt.date(2020, 1, 1), dt.date(2020, 2, 1), deputy=police),
        lambda: seat(dt.date(2020, 1, 1), None, membership=world.people["stranger"].memberships.get()),
    ):
        with pytest.raises(NotPossible):
            refused()
    with pytest.raises(NotAllowed):
        actions.end_seat(seat=first, by=world.people["police"])


def test_a_seat_that_ended_today_can_be_given_again_today(world):
    coordinator, police = world.people["coordinator"], world.people["police"].memberships.get()
    group, today = make.GroupFactory(collaboration=world.here), timezone.localdate()
    seat = {"group": group, "by": coordinator, "membership": police, "deputy": None, "valid_to": None}
    actions.end_seat(seat=actions.add_to_group(**seat, valid_from=today), by=coordinator)
    again = actions.add_to_group(**seat, valid_from=today)
    actions.end_seat(seat=again, by=coordinator)
    actions.add_to_group(**seat, valid_from=today - dt.timedelta(days=7))
    assert [str(term.valid_to) for term in group.members.order_by("pk")] == [str(today), str(today), "None"]


def test_the_database_itself_keeps_terms_apart(world):
    seat = make.GroupMemberFactory(membership=world.people["police"].memberships.get())
    with pytest.raises(IntegrityError, match="group_member_no_overlap"), transaction.atomic():
        GroupMember.objects.create(
            collaboration=seat.collaboration,
            group=seat.group,
            membership=seat.membership,
            valid_from=seat.valid_from + dt.timedelta(days=1),
        )


# Keys for systems


def in_a_year():
    return timezone.localdate() + dt.timedelta(days=365)


def test_a_key_acts_as_a_member_with_the_role_and_only_its_hash_is_kept(world, administrator):
    token, key = actions.create_token(
        by=administrator,
        organisation=world.housing,
        role=Role.SECURITY_LEAD,
        name="ärendesystemet",
        expires_on=in_a_year(),
    )
    system = token.membership.user
    assert system.is_service
    assert not system.has_usable_password()
    assert system.has_role(world.here, {Role.SECURITY_LEAD})
    assert token.hash == ApiToken.hash_of(key)
    kept = list(ApiToken.objects.values_list()) + list(Event.objects.values_list("details", "subject_label"))
    assert key not in str(kept)


def test_a_revoked_key_and_its_system_are_closed(world, administrator):
    token, _key = actions.create_token(
        by=administrator, organisation=world.housing, role=Role.REPORTER, name="system", expires_on=in_a_year()
    )
    actions.revoke_token(token=token, by=administrator)
    token = fresh(token)
    assert token.revoked_at is not None
    assert not token.membership.user.is_active
    with pytest.raises(NotPossible):
        actions.revoke_token(token=token, by=administrator)


@pytest.mark.parametrize(
    ("role", "days"), [(Role.ADMINISTRATOR, 30), (Role.REPORTER, 0), (Role.REPORTER, -1), (Role.REPORTER, 2000)]
)
def test_a_key_is_never_an_administrator_nor_without_a_near_end(world, administrator, role, days):
    with pytest.raises(NotPossible):
        actions.create_token(
            by=administrator,
            organisation=world.housing,
            role=role,
            name="system",
            expires_on=timezone.localdate() + dt.timedelta(days=days),
        )
    assert not User.objects.filter(is_service=True).exists()


def test_only_an_administrator_of_the_collaboration_makes_keys(world, administrator):
    for by, organisation in ((administrator, world.foreign), (world.people["security_lead"], world.housing)):
        with pytest.raises(NotAllowed):
            actions.create_token(by=by, organisation=organisation, role=Role.REPORTER, name="x", expires_on=in_a_year())


# Nothing is done without being remembered


def test_every_action_here_writes_in_the_log(world, administrator):
    coordinator = world.people["coordinator"]
    police = world.people["police"].memberships.get()
    organisation = actions.create_organisation(collaboration=world.here, by=administrator, name="Skolan", kind="school")
    unit = actions.create_unit(organisation=organisation, by=administrator, name="Klinga skola")
    actions.change_unit(unit=unit, by=administrator, name="Klinga", is_active=True)
    membership = invite(world, administrator, organisation=organisation, unit=unit)
    actions.send_invitation_again(membership=membership, by=administrator, site=SITE)
    actions.change_role(membership=membership, by=administrator, role=Role.ANALYST, unit=None, valid_to=None)
    group = actions.create_group(collaboration=world.here, by=coordinator, name="Beredningen", level="operative")
    actions.change_group(group=group, by=coordinator, name="Beredningen", level="tactical", is_active=True)
    seat = actions.add_to_group(
        group=group, by=coordinator, membership=police, deputy=None, valid_from=timezone.localdate(), valid_to=None
    )
    actions.end_seat(seat=seat, by=coordinator)
    written = list(Event.objects.order_by("id").values_list("action", "collaboration_id", "actor_id"))
    assert written == [
        ("organisation_created", world.here.pk, administrator.pk),
        ("unit_created", world.here.pk, administrator.pk),
        ("unit_changed", world.here.pk, administrator.pk),
        ("role_given", world.here.pk, administrator.pk),
        ("person_invited", world.here.pk, administrator.pk),
        ("person_invited", world.here.pk, administrator.pk),
        ("role_changed", world.here.pk, administrator.pk),
        ("group_created", world.here.pk, coordinator.pk),
        ("group_changed", world.here.pk, coordinator.pk),
        ("group_seat_given", world.here.pk, coordinator.pk),
        ("group_seat_ended", world.here.pk, coordinator.pk),
    ]
