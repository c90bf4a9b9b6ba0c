"""What a decision asks of organisations: it binds those that say yes themselves, and nobody else."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.models import Commitment, CommitmentState
from common.errors import NotAllowed, NotPossible
from councils.escalations.actions import escalate
from councils.meetings import documents, leading, presenters
from councils.meetings.changes import possible
from councils.models import Decision, Meeting
from partners.models import GroupKind, Level
from tests import factories as make
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = MeetingWorld()
    world.group.level, world.group.kind = Level.STRATEGIC, GroupKind.MANAGEMENT_COUNCIL
    world.group.save()
    make.GroupMemberFactory(
        group=world.group, membership=world.people["council"].memberships.get(), collaboration=world.here
    )
    leading.bring_matter(by=world.coordinator, group=world.group, section="measures", title="Garaget")
    world.meeting = world.opened()
    item = world.meeting.items.select_related("meeting__group").get(matter__title="Garaget")
    world.open_item = leading.open_item(by=world.coordinator, item=item)
    world.decision = leading.decide(
        by=world.coordinator, item=world.open_item, outcome="decision", kind="resource", text="Garaget ska lysas upp."
    )
    world.due_on = timezone.localdate() + dt.timedelta(days=30)
    return world


def asked(world, organisation, text="Betala belysningen.", by=None, **changed):
    said = {"decision": world.decision, "text": text, "due_on": world.due_on, "area": world.west, **changed}
    return leading.ask_part(by=by or world.coordinator, organisation=organisation, **said)


def test_each_is_asked_and_only_itself_says_yes_or_no(world):
    # Whoever leads for a council reads no rows of areas; the group's decision is what asks. Also of one's own.
    housing = asked(world, world.housing, by=world.people["council"]).commitment
    police, own = (asked(world, one).commitment for one in (world.police_authority, world.municipality))
    assert {one.state for one in (housing, police, own)} == {CommitmentState.ASKED}
    assert asked(world, world.housing).commitment == housing
    leading.object_to(by=world.coordinator, decision=world.decision, organisation=world.housing, text="För dyrt.")
    with pytest.raises(NotAllowed):
        commitments.accept(by=world.coordinator, commitment=housing)
    commitments.accept(by=world.security_lead, commitment=housing)
    commitments.accept(by=world.officer, commitment=own)
    commitments.decline(by=world.people["police"], commitment=police, reason="Vi har inga medel.")
    (told,) = presenters.parts_of(world.people["council"], [world.decision]).values()
    assert told["said"] == {"yes": 2, "no": 1, "not_yet": 0}
    assert told["words"] == "2 har sagt ja, 1 har sagt nej"
    # An objection binds nobody, and releases nobody: the answer in the ledger does.
    assert Commitment.objects.get(pk=housing.pk).state == CommitmentState.ACCEPTED


def test_a_no_stands_with_its_reason_and_with_what_became_of_it(world):
    refused = asked(world, world.police_authority).commitment
    police = world.people["police"]
    commitments.decline(by=police, commitment=refused, reason="Vi har inga medel.")
    # The two it is between read the answer at once; others read it some days later, as in the ledger.
    readers = ((world.coordinator, "avböjd", "Vi har inga medel."), (world.security_lead, "begärd", ""))
    for person, state, reason in readers:
        ((row,), *_rest) = (one["rows"] for one in presenters.parts_of(person, [world.decision]).values())
        assert (row["who"], row["tag"]["text"], row["reason"]) == (world.police_authority.name, state, reason)
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        ((row,), *_rest) = (one["rows"] for one in presenters.parts_of(world.security_lead, [world.decision]).values())
    assert row["reason"] == "Vi har inga medel."
    local = make.GroupFactory(collaboration=world.here, level=Level.OPERATIVE)
    escalation = escalate(
        by=world.coordinator, from_group=local, to_group=world.group, question="Står nejet?",
        recommended_decision="Låt det stå.", decision_kind="request", answer_by=world.due_on, commitment=refused,
    )  # fmt: skip
    leading.bring_matter(
        by=world.coordinator, group=world.group, section="escalations", title="Nejet", about_kind="escalation",
        about_id=escalation.pk,
    )  # fmt: skip
    item = world.meeting.items.select_related("meeting__group").get(matter__title="Nejet")
    item = leading.open_item(by=world.coordinator, item=item)
    escalation.refresh_from_db()
    assert set(possible("escalation", escalation)) == {"escalation_stands", "escalation_back"}
    instead = commitments.make_request(
        by=world.coordinator, area=world.west, asked_by=world.municipality, asked_of=world.police_authority,
        text="Patrullera garaget.", due_on=world.due_on,
    )  # fmt: skip
    commitments.accept(by=police, commitment=instead)
    decision = leading.decide(by=world.coordinator, item=item, outcome="decision", change="escalation_agreed")
    assert decision.change == "escalation_agreed"
    escalation.refresh_from_db()
    assert (escalation.ends, escalation.agreed_commitment) == ("agreed_otherwise", instead)
    (told,) = presenters.parts_of(world.coordinator, [world.decision]).values()
    (further,) = told["rows"][0]["further"]
    assert further["words"] == f"{world.police_authority.name} har åtagit sig något annat i stället."
    assert refused.pk != instead.pk


def test_the_minutes_keep_the_answers_of_the_day_and_the_list_shows_those_of_now(client, world):
    commitment = asked(world, world.housing).commitment
    leading.close_meeting(by=world.coordinator, meeting=world.meeting)
    commitments.accept(by=world.security_lead, commitment=commitment)
    meeting = Meeting.objects.get(pk=world.meeting.pk)
    (decided,) = presenters.minutes_of(meeting.content)["decided"]
    assert decided["parts"][0].startswith(f"{world.housing.name}: Betala belysningen. (")
    assert decided["parts"][0].endswith("begärd)")
    assert documents.minutes_pdf(meeting).startswith(b"%PDF")
    client.force_login(world.people["council"])
    page = client.get(reverse("decision_list", args=[world.here.slug])).content.decode()
    assert "1 har sagt ja" in page
    assert "begärd" not in page.lower()
    minutes = client.get(presenters.url_of(meeting)).content.decode()
    assert "begärd)" in minutes


def test_what_is_asked_waits_in_their_own_work(client, world):
    asked(world, world.housing)
    client.force_login(world.security_lead)
    assert "Betala belysningen." in client.get(reverse("my_work", args=[world.here.slug])).content.decode()


def test_what_cannot_be_asked(world):
    refused = [
        {"text": " "}, {"text": "Ring 19811218-9876."}, {"due_on": timezone.localdate() - dt.timedelta(days=1)},
        {"area": make.AreaFactory()},
    ]  # fmt: skip
    for changed in refused:
        with pytest.raises(NotPossible):
            asked(world, world.housing, **changed)
    with pytest.raises(NotPossible):
        asked(world, make.OrganisationFactory())
    for name in ("security_lead", "reporter", "coach", "stranger"):
        with pytest.raises(NotAllowed):
            asked(world, world.housing, by=world.people[name])
    for level in (Level.TACTICAL, Level.OPERATIVE):
        world.group.level = level
        world.group.save()
        if level == Level.TACTICAL:
            with pytest.raises(NotPossible):
                asked(world, world.housing)
        else:
            assert asked(world, world.housing).commitment.asked_of == world.housing
    leading.close_meeting(by=world.coordinator, meeting=world.meeting)
    with pytest.raises(NotPossible):
        asked(world, world.police_authority)
    assert Commitment.objects.filter(measure=None).count() == 1


def test_the_form_beside_its_own_decision(client, world):
    other = Decision.objects.create(
        collaboration=world.here, number=99, meeting=world.meeting, item=world.open_item, outcome="decision",
        kind="resource", text="Annat.", form_id="7f9f8e0a-8d0e-4b53-9d58-2f3f4f0a0001",
    )  # fmt: skip
    client.force_login(world.coordinator)
    address = reverse("decision_part", args=[world.here.slug, world.meeting.number, other.pk])
    said = {"organisation": world.housing.pk, "text": "Byta låset.", "due_on": world.due_on, "area": world.west.pk}
    refused = client.post(address, {**said, "due_on": "2020-01-01"})
    assert refused.status_code == 422
    page = refused.content.decode()
    # What was written stands in the form it was sent from, and in no other.
    assert page.count("Byta låset.") == 1
    assert client.post(address, said).status_code == 302
    assert other.parts.get().commitment.text == "Byta låset."
