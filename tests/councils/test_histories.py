"""No matter disappears: every one nobody has settled is on the next agenda, or on the group's list."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from councils.meetings import leading
from councils.models import Matter, Meeting, Outcome
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db

# What happens to the matter with this number (modulo how many there are) while a meeting goes on.
STEPS = st.tuples(
    st.integers(0, 9), st.sampled_from(["leave", "open", "information", "postponed", "decision", "bring"])
)
HISTORIES = st.lists(st.tuples(st.integers(0, 2), st.lists(STEPS, max_size=6)), min_size=1, max_size=4)


@pytest.fixture
def world():
    return MeetingWorld()


def act(world, meeting, number, step):
    """One thing somebody does at the meeting. Returns the title of what was settled by it, or brought."""
    if step == "bring":
        title = f"Under mötet {Matter.objects.count()}"
        leading.bring_matter(by=world.coordinator, group=world.group, section="measures", title=title)
        return "brought", title
    items = list(meeting.items.filter(matter__isnull=False).select_related("meeting__group", "matter"))
    if not items or step == "leave":
        return "", ""
    item = leading.open_item(by=world.coordinator, item=items[number % len(items)])
    has_decided = item.decisions.exists()
    if step == "decision":
        leading.decide(by=world.coordinator, item=item, outcome="decision", kind="focus", text="Så gör vi.")
    elif step in {"information", "postponed"} and not has_decided:
        leading.settle(by=world.coordinator, item=item, outcome=step)
    return "", ""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES)
def test_every_matter_nobody_settled_is_on_the_next_agenda_or_the_list(world, history):
    Meeting.objects.filter(group=world.group, state="ongoing").update(state="cancelled", cancelled_reason="Ny omgång.")
    brought = set()
    for new, steps in history:
        for _number in range(new):
            title = f"Ärende {Matter.objects.count()}"
            leading.bring_matter(by=world.coordinator, group=world.group, section="why", title=title)
            brought.add(title)
        waiting = set(Matter.objects.waiting().filter(group=world.group).values_list("pk", flat=True))
        meeting = world.opened()
        on_agenda = set(meeting.items.filter(matter__isnull=False).values_list("matter", flat=True))
        # All that waited is there, and what the platform notices besides.
        assert waiting <= on_agenda
        for number, step in steps:
            what, title = act(world, meeting, number, step)
            if what == "brought":
                brought.add(title)
        was = {one.matter_id: one.times_postponed for one in meeting.items.filter(matter__isnull=False)}
        leading.close_meeting(by=world.coordinator, meeting=meeting)
        for item in meeting.items.filter(matter__isnull=False).select_related("matter"):
            if item.outcome in {Outcome.DECISION, Outcome.INFORMATION}:
                assert item.matter.settled_at is not None
            else:
                assert item.matter.settled_at is None
                assert item.matter.times_postponed == was[item.matter_id] + 1
    left = set(Matter.objects.waiting().filter(group=world.group).values_list("title", flat=True))
    settled = set(Matter.objects.filter(group=world.group, settled_at__isnull=False).values_list("title", flat=True))
    assert brought <= left | settled
