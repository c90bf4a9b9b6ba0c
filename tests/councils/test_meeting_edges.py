"""The edges of meetings: what is done twice, too late, beside another matter, or by somebody it does not belong to."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.models import CommitmentState
from common.errors import NotPossible
from councils.meetings import leading, planning
from councils.models import Decision, DecisionPart, Meeting, MeetingState
from tests import factories as make
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return MeetingWorld()


def brought(world, title="Garaget", **about):
    """A matter of the group, on the agenda of a meeting that goes on, and taken up."""
    meeting = Meeting.objects.filter(state=MeetingState.ONGOING).first() or world.opened()
    matter = leading.bring_matter(by=world.coordinator, group=world.group, section="measures", title=title, **about)
    item = meeting.items.select_related("meeting__group", "meeting__collaboration", "matter").get(matter=matter)
    return leading.open_item(by=world.coordinator, item=item)


def asked_of_police(world, by=None):
    """A request of the municipality, which the police have declined."""
    one = commitments.make_request(
        by=by or world.coordinator, area=world.west, asked_by=world.municipality, asked_of=world.police_authority,
        text="Gå förbi på kvällen.", due_on=timezone.localdate() + dt.timedelta(days=5),
    )  # fmt: skip
    return commitments.decline(by=world.people["police"], commitment=one, reason="Vi har inga medel.")


def url(world, name, item):
    return reverse(name, args=[world.here.slug, item.meeting.number, item.pk])


def test_a_part_is_asked_again_and_in_the_same_words_and_belongs_to_the_decision_that_first_asked_it(world):
    measure = world.decidable()
    item = brought(world, about_kind="measure", about_id=measure.pk)
    day = timezone.localdate() + dt.timedelta(days=5)
    asked = {"organisation": world.police_authority, "text": "Gå förbi.", "due_on": day}
    said = {"by": world.coordinator, "outcome": "decision"}
    first, second = (leading.decide(item=item, change="measure_ask", **asked, **said) for _ in range(2))
    part = DecisionPart.objects.get()
    assert part.decision == first
    assert second.pk != first.pk
    commitments.decline(by=world.people["police"], commitment=part.commitment, reason="Vi har inga medel.")
    again = brought(world, "Nejet", about_kind="commitment", about_id=part.commitment_id)
    new = day + dt.timedelta(days=9)
    third = leading.decide(item=again, change="commitment_again", text="Gå förbi på lördag.", due_on=new, **said)
    part.refresh_from_db()
    assert part.commitment.state == CommitmentState.ASKED
    assert DecisionPart.objects.get() == part
    # The decision names what is asked now, and until when.
    assert "Gå förbi på lördag" in third.text
    assert f"{new.day} " in third.text
    assert "Gå förbi. " not in third.text


def test_a_step_that_belongs_to_another_organisation_is_refused_in_its_form(client, world):
    one = make.CommitmentFactory(
        area=world.west, number=901, state="asked", asked_by=world.housing, asked_of=world.police_authority,
        due_on=timezone.localdate(),
    )  # fmt: skip
    item = brought(world, about_kind="commitment", about_id=one.pk)
    client.force_login(world.coordinator)
    sent = {"outcome": "decision", "change": "commitment_withdraw", "motive": "Det löste sig.", "form_id": uuid.uuid4()}
    answer = client.post(url(world, "item_decide", item), sent)
    assert answer.status_code == 422
    assert "Det löste sig." in answer.content.decode()
    one.refresh_from_db()
    assert one.state == CommitmentState.ASKED
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("item_note", {"text": "Ring 19811218-9876 om porten.", "row_version": 0}),
        ("item_decide", {"outcome": "decision", "text": "Ring 19811218-9876 om porten.", "kind": "measure"}),
        ("item_escalate", {"question": "Ring 19811218-9876 om porten."}),
    ],
)
def test_what_is_refused_stands_with_its_own_matter_and_in_no_form_of_another(client, world, name, sent):
    item = brought(world)
    make.GroupFactory(collaboration=world.here, name="Chefsamrådet", level="strategic")
    client.force_login(world.coordinator)
    sent = {"form_id": uuid.uuid4(), **sent}
    own = client.post(url(world, name, item), sent)
    assert own.status_code == 422
    assert "Inte sparat" not in own.content.decode()
    other = brought(world, "Torget")
    page = client.post(url(world, name, item), sent).content.decode()
    assert page.count("Ring 19811218-9876 om porten.") == 1
    assert "Inte sparat: det du skrev om ”Garaget”" in page
    # Every form on the page leads to the matter that is open.
    assert f'action="{url(world, name, item)}' not in page
    assert f'action="{url(world, name, other)}' in page
    leading.close_meeting(by=world.coordinator, meeting=item.meeting)
    closed = client.post(url(world, name, item), {**sent, "text": "Om porten.", "question": "Om porten."})
    assert closed.status_code == 422
    assert "Om porten." in closed.content.decode()


def test_what_a_decision_asks_for_is_not_lost_when_another_matter_is_taken_up(client, world):
    item = brought(world)
    said = {"outcome": "decision", "kind": "measure", "text": "Lys upp det."}
    decision = leading.decide(by=world.coordinator, item=item, **said)
    brought(world, "Torget")
    client.force_login(world.coordinator)
    address = reverse("decision_object", args=[world.here.slug, item.meeting.number, decision.pk])
    page = client.post(address, {"text": "Vi hinner inte."}).content.decode()
    assert page.count("Vi hinner inte.") == 1
    assert "Garaget”" in page


def test_a_step_that_is_no_longer_there_keeps_what_was_written(client, world):
    measure = world.decidable()
    item = brought(world, about_kind="measure", about_id=measure.pk)
    leading.decide(by=world.coordinator, item=item, outcome="decision", change="measure_decide")
    client.force_login(world.coordinator)
    sent = {"outcome": "decision", "change": "measure_decide", "motive": "Det brådskar.", "form_id": uuid.uuid4()}
    answer = client.post(url(world, "item_decide", item), sent)
    assert answer.status_code == 422
    assert "Det brådskar." in answer.content.decode()


@pytest.mark.parametrize(("name", "sent"), [("item_decide", {"change": "%d"}), ("item_focus", {"area": "%d"})])
def test_a_form_sent_with_anything_is_refused_and_nothing_more(client, world, name, sent):
    client.force_login(world.coordinator)
    assert client.post(url(world, name, brought(world)), sent).status_code == 422


def test_what_is_said_after_a_decision_with_and_without_a_change(client, world):
    item = brought(world, about_kind="measure", about_id=world.decidable().pk)
    client.force_login(world.coordinator)
    sent = {"outcome": "decision", "kind": "measure", "text": "Torget först.", "form_id": uuid.uuid4()}
    page = client.post(url(world, "item_decide", item), sent, follow=True).content.decode()
    assert "Antecknat." in page
    assert "genomfört i planen" not in page
    sent = {"outcome": "decision", "change": "measure_decide", "form_id": uuid.uuid4()}
    assert "genomfört i planen" in client.post(url(world, "item_decide", item), sent, follow=True).content.decode()
    with pytest.raises(NotPossible, match="Mötet har redan börjat"):
        planning.cancel_meeting(by=world.coordinator, meeting=item.meeting, reason="Fel dag.")


# --- Series -----------------------------------------------------------------------------------------------------------


def weekly(world, time_machine, **values):
    """A series that meets on Mondays at nine; it is Monday at half past eight."""
    time_machine.move_to(dt.datetime(2026, 11, 23, 7, 30, tzinfo=dt.UTC), tick=False)
    said = {"name": "EST-möte", "cadence": "weekly", "first_on": dt.date(2026, 11, 23), "starts_at": dt.time(9)}
    return planning.make_series(by=world.coordinator, group=world.group, length_min=45, **said, **values)


def days_of(series, **which):
    return [timezone.localtime(one.starts_at) for one in series.meetings.filter(**which).order_by("starts_at")]


def test_a_series_that_changes_leaves_what_has_been_and_takes_no_slot_of_another(world, time_machine):
    series = weekly(world, time_machine)
    first = series.meetings.get()
    leading.close_meeting(by=world.coordinator, meeting=leading.open_meeting(by=world.coordinator, meeting=first))
    # Today's has been held: the next stays after it, at its new hour.
    planning.change_series(by=world.coordinator, series=series, starts_at=dt.time(14))
    (next_one,) = days_of(series, state=MeetingState.PLANNED)
    assert (next_one.date(), next_one.hour) == (dt.date(2026, 11, 30), 14)
    # The next is called off, and the one after it is planned; back at the hour of the one called off, none collide.
    planning.cancel_meeting(by=world.coordinator, meeting=series.meetings.get(state="planned"), reason="Få kan komma.")
    planning.change_series(by=world.coordinator, series=series, where="Rådhuset")
    (later,) = days_of(series, state=MeetingState.PLANNED)
    assert later.date() == dt.date(2026, 12, 7)


def test_a_series_that_changes_leaves_the_meeting_that_passed_without_being_held(world, time_machine):
    series = weekly(world, time_machine)
    passed = series.meetings.get()
    time_machine.move_to(dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC), tick=False)
    ahead = planning.plan_next(series, today=timezone.localdate())
    planning.change_series(by=world.coordinator, series=series, starts_at=dt.time(10))
    passed.refresh_from_db()
    ahead.refresh_from_db()
    assert timezone.localtime(passed.starts_at).date() == dt.date(2026, 11, 23)
    assert passed.sequence == 0
    ahead_at = timezone.localtime(ahead.starts_at)
    assert (ahead_at.date(), ahead_at.hour) == (dt.date(2026, 11, 30), 10)
    # A meeting that was moved onto a later day of the rhythm keeps it.
    other = make.MeetingFactory(
        group=world.group, series=series, number=77, starts_at=ahead.starts_at + dt.timedelta(days=1)
    )
    planning.change_series(by=world.coordinator, series=series, first_on=dt.date(2026, 12, 1))
    ahead.refresh_from_db()
    assert timezone.localtime(ahead.starts_at).date() == dt.date(2026, 12, 8)
    other.refresh_from_db()
    assert timezone.localtime(other.starts_at).date() == dt.date(2026, 12, 1)
