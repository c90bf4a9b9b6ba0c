"""From the agenda to the minutes."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from action_plans.models import Commitment, CommitmentState, Goal, MeasureState
from common.errors import NotAllowed, NotPossible
from councils.meetings import leading
from councils.meetings.planning import make_series
from councils.models import AgendaItem, Decision, Matter, Meeting, MeetingState, Outcome, Section
from tests import factories as make
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return MeetingWorld()


def test_the_agenda_writes_itself_and_each_matter_is_about_a_living_thing(world):
    measure = world.decidable()
    promised = {"state": "accepted", "due_on": dt.date(2026, 1, 7), "asked_of": world.housing}
    promised["asked_by"] = world.municipality
    late = make.CommitmentFactory(area=world.west, number=901, **promised)
    far = make.CommitmentFactory(area=world.east, number=902, **promised)
    meeting = world.opened()
    matters = {item.matter.key: item.matter for item in meeting.items.filter(matter__isnull=False)}
    assert matters[f"measure {measure.pk} proposed"].about_id == measure.pk
    assert matters[f"commitment {late.pk} late"].title.endswith(late.text)
    assert f"commitment {far.pk} late" not in matters
    sections = list(meeting.items.values_list("section", flat=True))
    assert sections == sorted(sections, key=[str(one) for one in Section].index)
    assert sections[0] == Section.ROLL_CALL
    assert sections[-1] == Section.NEXT


def test_a_decision_is_the_change(world):
    measure = world.decidable()
    meeting = world.opened()
    item = world.item(meeting, f"measure {measure.pk} proposed")
    said = {"item": item, "outcome": Outcome.DECISION, "change": "measure_decide", "form_id": uuid.uuid4()}
    decision = leading.decide(by=world.coordinator, **said)
    measure.refresh_from_db()
    assert measure.state == MeasureState.DECIDED
    assert measure.moves.get(to_state=MeasureState.DECIDED).group == world.group
    assert (decision.kind, decision.change) == ("measure", "measure_decide")
    assert measure.title in decision.text
    # The same form sent again is the same decision.
    assert leading.decide(by=world.coordinator, **said) == decision
    with pytest.raises(NotPossible, match="Det här går inte att besluta som läget är nu"):
        leading.decide(by=world.coordinator, **{**said, "form_id": uuid.uuid4()})
    assert Decision.objects.count() == 1


def test_what_cannot_be_changed_is_not_decided_either(world):
    measure = world.measure(state=MeasureState.PROPOSED)
    meeting = world.opened()
    item = world.item(meeting, f"measure {measure.pk} proposed")
    with pytest.raises(NotPossible) as refused:
        leading.decide(by=world.coordinator, item=item, outcome="decision", change="measure_decide")
    assert len(refused.value.messages) > 1
    measure.refresh_from_db()
    assert measure.state == MeasureState.PROPOSED
    assert not Decision.objects.exists()
    # A coordinator lets it pass, and the reason stands with the decision.
    decision = leading.decide(
        by=world.coordinator, item=item, outcome="decision", change="measure_decide", motive="Det brådskar."
    )
    measure.refresh_from_db()
    assert measure.state == MeasureState.DECIDED
    assert decision.motive == "Det brådskar."


def test_a_partner_is_asked_in_the_ledger_itself_and_nobody_is_bound(world):
    measure = world.decidable()
    meeting = world.opened()
    item = world.item(meeting, f"measure {measure.pk} proposed")
    asked = {"organisation": world.police_authority, "text": "Gå förbi på kvällen.", "due_on": timezone.localdate()}
    with pytest.raises(NotPossible) as refused:
        leading.decide(by=world.coordinator, item=item, outcome="decision", change="measure_ask")
    assert set(refused.value.message_dict) == {"organisation", "text", "due_on"}
    decision = leading.decide(by=world.coordinator, item=item, outcome="decision", change="measure_ask", **asked)
    commitment = decision.parts.get().commitment
    assert (commitment.measure, commitment.asked_of) == (measure, world.police_authority)
    assert commitment.state == CommitmentState.ASKED


def test_a_level_decides_what_is_its_own_and_says_where_the_rest_belongs(world):
    council = make.GroupFactory(collaboration=world.here, name="Chefsamrådet", level="strategic")
    measure = world.decidable()
    world.group.level = "tactical"
    world.group.save()
    meeting = world.opened()
    item = world.item(meeting, f"measure {measure.pk} proposed")
    for said in ({"change": "measure_decide"}, {"kind": "resource", "text": "Mer pengar."}):
        with pytest.raises(NotPossible, match="Frågan kan eskaleras till Chefsamrådet"):
            leading.decide(by=world.coordinator, item=item, outcome="decision", **said)
    decided = leading.decide(by=world.coordinator, item=item, outcome="decision", kind="focus", text="Torget först.")
    assert decided.kind == "focus"
    assert council.is_active


@pytest.mark.parametrize("outcome", ["", Outcome.POSTPONED])
def test_what_is_not_settled_is_on_the_next_agenda_with_its_count(world, outcome):
    matter = leading.bring_matter(by=world.coordinator, group=world.group, section="why", title="Varför just torget?")
    meeting = world.opened()
    for times in (1, 2):
        item = meeting.items.select_related("meeting__group").get(matter=matter)
        assert item.times_postponed == times - 1
        if outcome:
            leading.settle(
                by=world.coordinator, item=leading.open_item(by=world.coordinator, item=item), outcome=outcome
            )
        meeting = world.next_one(meeting)
    assert meeting.items.get(matter=matter).times_postponed == 2
    told = Meeting.objects.filter(state="closed").latest("closed_at").content["items"]
    assert [one["times_postponed"] for one in told if one["title"] == matter.title] == [2]


def test_what_is_settled_leaves_the_list(world):
    titles = {"information": "Skolan har lov", "decision": "Gångvägen", "assignment": "Låset"}
    for title in titles.values():
        leading.bring_matter(by=world.coordinator, group=world.group, section="coming", title=title)
    meeting = world.opened()
    for outcome, title in titles.items():
        item = leading.open_item(by=world.coordinator, item=meeting.items.get(matter__title=title))
        if outcome == "information":
            leading.settle(by=world.coordinator, item=item, outcome=outcome)
            continue
        who = {"organisation": world.housing, "due_on": timezone.localdate()} if outcome == "assignment" else {}
        leading.decide(by=world.coordinator, item=item, outcome=outcome, text="Så gör vi.", kind="focus", **who)
    meeting = world.next_one(meeting)
    left = meeting.items.filter(matter__isnull=False)
    assert not left.filter(matter__title__in=titles.values()).exists()
    # The assignment itself is followed up until somebody says that it is done.
    given = Decision.objects.get(outcome="assignment")
    assert left.get(matter__about_kind="decision").matter.about_id == given.pk
    with pytest.raises(NotAllowed):
        leading.report_done(by=world.people["other_housing"], decision=given)
    assert leading.report_done(by=world.security_lead, decision=given).done_at


def test_outcomes_are_written_while_the_item_is_open_and_the_meeting_goes_on(world):
    meeting = world.planned()
    leading.bring_matter(by=world.coordinator, group=world.group, section="why", title="Varför just torget?")
    meeting = leading.open_meeting(by=world.coordinator, meeting=meeting)
    item = meeting.items.get(matter__isnull=False)
    said = {"by": world.coordinator, "outcome": "decision", "kind": "focus", "text": "Vi frågar skolan."}
    with pytest.raises(NotPossible, match="Öppna ärendet först"):
        leading.decide(item=item, **said)
    item = leading.open_item(by=world.coordinator, item=item)
    leading.decide(item=item, **said)
    leading.close_meeting(by=world.coordinator, meeting=meeting)
    with pytest.raises(NotPossible, match="är avslutat"):
        leading.decide(item=item, **said)
    with pytest.raises(NotPossible, match="är avslutat"):
        leading.write_note(by=world.coordinator, item=item, text="Sent.", row_version=0)


def test_minutes_never_change_and_corrections_stand_beside(world):
    leading.bring_matter(by=world.coordinator, group=world.group, section="why", title="Varför just torget?")
    meeting = world.opened()
    leading.call_roll(by=world.coordinator, meeting=meeting, presences={world.seat.membership_id: "present"})
    item = leading.open_item(by=world.coordinator, item=meeting.items.get(matter__isnull=False))
    said = {"outcome": "decision", "kind": "focus", "text": "Vi frågar skolan."}
    decision = leading.decide(by=world.coordinator, item=item, **said)
    leading.object_to(by=world.coordinator, decision=decision, organisation=world.housing, text="Vi hinner inte.")
    leading.close_meeting(by=world.coordinator, meeting=meeting)
    meeting.refresh_from_db()
    told = meeting.content
    assert [one["presence"] for one in told["present"]] == ["present"]
    (stored,) = [one for row in told["items"] for one in row["decisions"]]
    assert stored["text"] == "Vi frågar skolan."
    assert stored["objections"][0]["text"] == "Vi hinner inte."
    for change in (
        lambda: Meeting.objects.filter(pk=meeting.pk).update(content={}),
        lambda: AgendaItem.objects.filter(meeting=meeting).update(note="x"),
        lambda: Decision.objects.filter(pk=decision.pk).update(text="x"),
        lambda: Decision.objects.filter(pk=decision.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    leading.adjust(by=world.officer, meeting=meeting, organisation=world.municipality, text="Skolan var inte med.")
    with pytest.raises(NotAllowed):
        leading.adjust(by=world.officer, meeting=meeting, organisation=world.housing, text="Vi sa inte så.")
    assert meeting.adjustments.count() == 1


def test_closing_plans_the_next_meeting_of_the_series_and_the_minutes_name_it(world, time_machine):
    said = {"name": "EST-möte", "cadence": "weekly", "first_on": timezone.localdate(), "starts_at": dt.time(9)}
    series = make_series(by=world.coordinator, group=world.group, length_min=45, **said)
    meeting = series.meetings.get()
    time_machine.move_to(meeting.starts_at)
    leading.open_meeting(by=world.coordinator, meeting=meeting)
    leading.close_meeting(by=world.coordinator, meeting=meeting)
    following = series.meetings.get(state=MeetingState.PLANNED)
    assert following.starts_at > meeting.starts_at
    meeting.refresh_from_db()
    assert dt.datetime.fromisoformat(meeting.content["next"]) == following.starts_at


def test_adjusting_ends_with_its_days(world, time_machine):
    meeting = world.opened()
    leading.close_meeting(by=world.coordinator, meeting=meeting)
    meeting.refresh_from_db()
    said = {"by": world.officer, "meeting": meeting, "organisation": world.municipality}
    time_machine.move_to(dt.datetime.combine(meeting.adjust_until, dt.time(12), tzinfo=dt.UTC))
    leading.adjust(text="På sista dagen.", **said)
    time_machine.move_to(dt.datetime.combine(meeting.adjust_until, dt.time(12), tzinfo=dt.UTC) + dt.timedelta(days=1))
    with pytest.raises(NotPossible, match="Ta upp det på nästa möte"):
        leading.adjust(text="En dag för sent.", **said)


def test_nobody_else_leads_the_meeting(world):
    meeting = world.planned()
    for name in ("reporter", "security_lead", "council", "coach", "stranger"):
        with pytest.raises(NotAllowed):
            leading.open_meeting(by=world.people[name], meeting=meeting)
    assert leading.open_meeting(by=world.officer, meeting=meeting).state == MeetingState.ONGOING


def test_who_is_called_in_reads_that_matter_alone(world):
    for title in ("Garaget", "Torget"):
        leading.bring_matter(by=world.coordinator, group=world.group, section="measures", title=title)
    meeting = world.opened()
    guest = world.people["other_housing"]
    assert not Meeting.objects.visible_to(guest).exists()
    item = meeting.items.select_related("meeting__group").get(matter__title="Garaget")
    leading.call_in(by=world.coordinator, item=item, membership=guest.memberships.get())
    assert list(Meeting.objects.visible_to(guest)) == [meeting]
    assert not Meeting.objects.whole_for(guest).exists()
    assert list(AgendaItem.objects.visible_to(guest)) == [item]
    assert [one.title for one in Matter.objects.visible_to(guest)] == ["Garaget"]


def test_agreeing_on_a_goal_is_a_decision_about_it(world):
    answers = {"organisation": world.municipality, "owner": world.officer.memberships.get()}
    goal = make.GoalFactory(
        plan=world.plan, problem=world.problem, indicator="Anmälda händelser", source="Rapporter", **answers
    )
    matter = leading.bring_matter(
        by=world.coordinator, group=world.group, section="measures", title="Målet", about_kind="goal", about_id=goal.pk
    )
    meeting = world.opened()
    item = leading.open_item(by=world.coordinator, item=meeting.items.get(matter=matter))
    leading.decide(by=world.coordinator, item=item, outcome="decision", change="goal_agree")
    assert Goal.objects.get(pk=goal.pk).agreed_by_group == world.group
    assert not Commitment.objects.filter(measure=None).exists()
