"""A question goes to another level, is answered there and comes back to whoever asked; nobody's no is overruled."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.models import Commitment
from common.errors import NotAllowed, NotPossible
from councils.escalations import actions
from councils.models import Escalation
from partners.levels import DecisionKind
from partners.models import Level
from tests import factories as make
from tests.councils.cast import LeadingWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return LeadingWorld()


def asks(world, *, by=None, **values):
    """The local group asks the council."""
    said = {
        "from_group": world.local,
        "to_group": world.council_group,
        "question": "Vem betalar belysningen?",
        "recommended_decision": "Kommunen betalar.",
        "decision_kind": DecisionKind.RESOURCE,
        "answer_by": timezone.localdate() + dt.timedelta(days=7),
        **values,
    }
    return actions.escalate(by=by or world.people["police"], **said)


def test_a_question_goes_up_is_answered_and_comes_back(world):
    made = asks(world, area=world.west, subject_kind="place", subject_id=world.square.pk)
    assert (made.number, made.is_upwards, made.is_open) == (1, True, True)
    actions.answer(by=world.people["council"], escalation=made, answer="yes", text="Kommunen betalar i år.")
    assert set(Escalation.objects.answered_not_seen()) == {made}
    with pytest.raises(NotPossible):
        actions.answer(by=world.people["council"], escalation=made, answer="no", text="Nej.")
    with pytest.raises(NotAllowed):
        actions.note_answer(by=world.people["council"], escalation=made)
    actions.note_answer(by=world.people["police"], escalation=made)
    assert not Escalation.objects.answered_not_seen().exists()
    made.refresh_from_db()
    assert (made.answer, made.answered_by, made.returned_seen_by) == (
        "yes", world.people["council"], world.people["police"],
    )  # fmt: skip


def test_only_those_of_the_group_ask_and_answer_and_never_a_system(world):
    for who in ("other_housing", "reporter", "council", "coach", "administrator"):
        with pytest.raises(NotAllowed):
            asks(world, by=world.people[who])
    made = asks(world)
    asks(world, by=world.people["coordinator"])
    for who in ("police", "other_housing", "coach", "data_protection"):
        with pytest.raises(NotAllowed):
            actions.answer(by=world.people[who], escalation=made, answer="yes")
    system = make.UserFactory(is_service=True)
    make.MembershipFactory(user=system, organisation=world.municipality, role="coordinator")
    with pytest.raises(NotAllowed):
        asks(world, by=system)
    with pytest.raises(NotAllowed):
        actions.answer(by=system, escalation=made, answer="yes")
    # The deputy sits in the function's place.
    actions.answer(by=world.deputy, escalation=made, answer="sent_back", text="Vad kostar det?")


def test_up_or_down_to_a_group_that_meets_and_decides_such_things(world):
    beside = make.GroupFactory(collaboration=world.here, level=Level.TACTICAL)
    closed = make.GroupFactory(collaboration=world.here, level=Level.STRATEGIC, is_active=False)
    elsewhere = make.GroupFactory(collaboration=world.elsewhere, level=Level.STRATEGIC)
    for to_group in (beside, closed, elsewhere):
        with pytest.raises(NotPossible):
            asks(world, to_group=to_group, decision_kind=DecisionKind.REQUEST)
    with pytest.raises(NotPossible, match=world.council_group.name):
        asks(world, to_group=world.preparing, decision_kind=DecisionKind.RESOURCE)
    with pytest.raises(NotPossible):
        asks(world, recommended_decision=" ")
    with pytest.raises(NotPossible):
        asks(world, answer_by=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(NotPossible):
        asks(world, recipient=world.people["police"].memberships.get())
    with pytest.raises(NotPossible):
        asks(world, subject_kind="place", subject_id=10**9)
    with pytest.raises(NotPossible):
        asks(world, question="Ring Anna Andersson på 070-123 45 67.")
    assert not Escalation.objects.exists()
    down = asks(
        world, by=world.people["council"], from_group=world.council_group, to_group=world.local,
        recommended_decision="", decision_kind=DecisionKind.REQUEST, question="Varför ökar klottret?",
    )  # fmt: skip
    assert not down.is_upwards
    with pytest.raises(NotPossible):
        actions.answer(by=world.people["police"], escalation=down, answer="yes")
    actions.answer(by=world.people["police"], escalation=down, answer="yes", text="Belysningen är släckt.")


def test_the_same_form_twice_is_one_question_and_another_under_its_number_is_refused(world):
    number = uuid.uuid4()
    first = asks(world, client_uuid=number)
    assert asks(world, client_uuid=number).pk == first.pk
    with pytest.raises(NotPossible):
        asks(world, client_uuid=number, question="Något annat?")


def test_a_question_taken_back_says_why_and_is_not_answered(world):
    made = asks(world)
    with pytest.raises(NotPossible):
        actions.take_back(by=world.people["police"], escalation=made, reason=" ")
    with pytest.raises(NotAllowed):
        actions.take_back(by=world.people["council"], escalation=made, reason="Onödig.")
    actions.take_back(by=world.people["police"], escalation=made, reason="Löst på annat sätt.")
    with pytest.raises(NotPossible):
        actions.answer(by=world.people["council"], escalation=made, answer="yes")
    assert not Escalation.objects.open().exists()


def test_late_is_after_the_last_working_day(world):
    friday = dt.date(2026, 11, 20)
    made = make.EscalationFactory(
        from_group=world.local, to_group=world.council_group, answer_by=friday + dt.timedelta(days=1)
    )
    assert not Escalation.objects.late(dt.date(2026, 11, 23)).exists()
    assert not made.is_late(dt.date(2026, 11, 23))
    assert set(Escalation.objects.late(dt.date(2026, 11, 24))) == {made}
    assert made.is_late(dt.date(2026, 11, 24))


def test_who_reads_it(world):
    made = asks(world, area=world.west)
    without = asks(world)
    of_all = {"coordinator", "council", "police"}
    for who, person in world.people.items():
        seen = set(Escalation.objects.visible_to(person))
        expected = {made, without} if who in of_all else {made} if who == "security_lead" else set()
        assert seen == expected, who
    assert set(Escalation.objects.visible_to(world.deputy)) == {made, without}
    # A seat opens nothing to process support.
    make.GroupMemberFactory(group=world.local, membership=world.people["coach"].memberships.get())
    assert not Escalation.objects.visible_to(world.people["coach"]).exists()


# --- A no that is taken further ---------------------------------------------------------------------------------------


def declined(world):
    asked = commitments.make_request(
        by=world.people["police"], area=world.west, asked_by=world.police_authority, asked_of=world.housing,
        text="Lås cykelrummet.", due_on=timezone.localdate() + dt.timedelta(days=30),
    )  # fmt: skip
    return commitments.decline(by=world.people["security_lead"], commitment=asked, reason="Vi har inte råd.")


def test_a_no_that_is_escalated_stands_or_is_agreed_otherwise_or_is_taken_back_by_its_owner(world):
    council, owner = world.people["council"], world.people["security_lead"]
    no = declined(world)
    made = asks(world, commitment=no)
    with pytest.raises(NotPossible):
        asks(world, commitment=no)
    for ends in ("", "agreed_otherwise"):
        with pytest.raises(NotPossible):
            actions.answer(by=council, escalation=made, answer="yes", ends=ends)
    # Nobody takes back another's no.
    with pytest.raises(NotAllowed):
        actions.answer(by=council, escalation=made, answer="yes", ends="taken_back")
    with pytest.raises(NotAllowed):
        actions.take_back_no(by=council, escalation=made)
    actions.answer(by=council, escalation=made, answer="no", text="Skälet håller.", ends="stands")
    no.refresh_from_db()
    assert (no.state, no.answer) == ("declined", "Vi har inte råd.")

    again = asks(world, commitment=no)
    actions.take_back_no(by=owner, escalation=again)
    no.refresh_from_db()
    again.refresh_from_db()
    assert (no.state, again.ends, again.answer) == ("accepted", "taken_back", "yes")
    assert [move.to_state for move in no.moves.all()][-2:] == ["asked", "accepted"]


def test_a_no_is_not_taken_back_after_its_day(world):
    no = declined(world)
    made = asks(world, commitment=no)
    Commitment.objects.filter(pk=no.pk).update(due_on=dt.date(2026, 1, 2))
    with pytest.raises(NotPossible):
        actions.take_back_no(by=world.people["security_lead"], escalation=made)
    no.refresh_from_db()
    made.refresh_from_db()
    assert (no.state, made.is_open) == ("declined", True)


def test_agreed_otherwise_is_what_the_organisation_itself_has_promised_since(world):
    council, owner = world.people["council"], world.people["security_lead"]
    no = declined(world)
    before = commitments.make_request(
        by=world.people["police"], area=world.west, asked_by=world.police_authority, asked_of=world.housing,
        text="Klipp häcken.", due_on=timezone.localdate() + dt.timedelta(days=30),
    )  # fmt: skip
    commitments.accept(by=owner, commitment=before)
    made = asks(world, commitment=no)
    instead = commitments.make_request(
        by=world.people["police"], area=world.west, asked_by=world.police_authority, asked_of=world.housing,
        text="Sätt upp en lampa.", due_on=timezone.localdate() + dt.timedelta(days=30),
    )  # fmt: skip
    for unpromised in (before, instead):
        with pytest.raises(NotPossible):
            actions.answer(
                by=council, escalation=made, answer="yes", ends="agreed_otherwise", agreed_commitment=unpromised
            )
    commitments.accept(by=owner, commitment=Commitment.objects.get(pk=instead.pk))
    done = actions.answer(by=council, escalation=made, answer="yes", ends="agreed_otherwise", agreed_commitment=instead)
    assert done.agreed_commitment_id == instead.pk
    no.refresh_from_db()
    assert no.state == "declined"


def test_what_was_not_declined_is_not_taken_further(world):
    one = make.CommitmentFactory(area=world.west, asked_by=world.police_authority, asked_of=world.housing)
    with pytest.raises(NotPossible):
        asks(world, commitment=one)
