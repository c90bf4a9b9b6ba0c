"""The edges of meetings: what is done twice, too late, beside another matter, or by somebody it does not belong to."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from action_plans.commitments import actions as commitments
from action_plans.models import CommitmentState
from common.errors import NotAllowed, NotPossible
from councils.escalations.actions import escalate
from councils.meetings import leading, my_work, planning, queries
from councils.meetings.changes import possible
from councils.models import CalledIn, Decision, DecisionPart, Escalation, Matter, Meeting, MeetingState
from partners.roles import Role
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


def test_a_group_that_has_ended_meets_no_more_and_what_is_kept_is_in_the_platforms_language(world, time_machine):
    series = weekly(world, time_machine)
    meeting = leading.open_meeting(by=world.coordinator, meeting=series.meetings.get())
    type(world.group).objects.filter(pk=world.group.pk).update(is_active=False)
    leading.close_meeting(by=world.coordinator, meeting=meeting)
    assert not series.meetings.filter(state=MeetingState.PLANNED).exists()
    type(world.group).objects.filter(pk=world.group.pk).update(is_active=True)
    planned = planning.plan_next(type(series).objects.get(pk=series.pk), today=timezone.localdate())
    with translation.override("en"):
        planning.end_series(by=world.coordinator, series=series)
    planned.refresh_from_db()
    assert planned.cancelled_reason == "Serien är avslutad."


def test_a_meeting_that_was_never_held_waits_for_nobody_and_is_not_the_next(client, world, time_machine):
    series = weekly(world, time_machine)
    passed = series.meetings.get()

    def waits():
        rows = my_work.items(world.officer, [world.here]).get(world.here.pk, [])
        return [row["key"] for row in rows if row["key"].startswith("meeting")]

    assert waits() == [f"meeting {passed.pk}"]
    client.force_login(world.officer)
    address = reverse("meeting_list", args=[world.here.slug])
    assert "Närmast: EST-möte" in client.get(address).content.decode()
    time_machine.move_to(dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC), tick=False)
    assert waits() == []
    client.force_login(world.officer)
    page = client.get(address).content.decode()
    assert "Närmast" not in page
    assert "hölls inte" in page
    coming = world.planned(number=78)
    assert queries.ahead(world.officer, world.here) == [coming, passed]
    assert waits() == [f"meeting {coming.pk}"]


def test_what_waits_is_what_one_may_read(world):
    coach = world.people["coach"]
    make.GroupMemberFactory(group=world.group, membership=coach.memberships.get())
    world.planned()
    assert not Meeting.objects.visible_to(coach).exists()
    assert my_work.items(coach, [world.here]) == {}


# --- Whom it concerns -------------------------------------------------------------------------------------------------


def test_a_no_is_taken_further_as_a_no_which_nobody_overrules(world):
    council = make.GroupFactory(collaboration=world.here, name="Chefsamrådet", level="strategic")
    refused = asked_of_police(world)
    item = brought(world, "Nejet", about_kind="commitment", about_id=refused.pk)
    said = {"question": "Står nejet?", "recommended_decision": "Låt det stå.", "decision_kind": "request"}
    day = timezone.localdate() + dt.timedelta(days=10)
    leading.escalate_item(by=world.coordinator, item=item, to_group=council, answer_by=day, **said)
    asked = Escalation.objects.get()
    assert asked.commitment == refused
    assert "escalation_yes" not in possible("escalation", asked)
    # What was not declined is asked about, and is nobody's no.
    other = brought(world, "Insatsen", about_kind="measure", about_id=world.decidable().pk)
    leading.escalate_item(by=world.coordinator, item=other, to_group=council, answer_by=day, **said)
    assert Escalation.objects.latest("pk").commitment is None
    assert Escalation.objects.latest("pk").subject_kind == "measure"


def locks(asked):
    """The tables whose rows were locked, in their order."""
    told = [one["sql"] for one in asked.captured_queries if "FOR NO KEY UPDATE" in one["sql"]]
    return [sql.split(' FROM "')[1].split('"')[0].split("_")[-1] for sql in told]


def test_rows_are_locked_in_the_same_order_by_every_step(world):
    council = make.GroupFactory(collaboration=world.here, name="Chefsamrådet", level="strategic")
    refused = asked_of_police(world)
    with CaptureQueriesContext(connection) as asked:
        escalate(
            by=world.coordinator, from_group=world.group, to_group=council, question="Står nejet?",
            recommended_decision="Låt det stå.", answer_by=timezone.localdate(), commitment=refused,
        )  # fmt: skip
    order = locks(asked)
    assert order.index("commitment") < order.index("collaboration")
    meeting = world.planned()
    with CaptureQueriesContext(connection) as asked:
        leading.open_meeting(by=world.coordinator, meeting=meeting)
    order = locks(asked)
    assert order.index("group") < order.index("meeting")


@pytest.mark.parametrize("role", [Role.COACH, Role.DATA_PROTECTION, Role.ARCHIVIST, Role.ADMINISTRATOR])
def test_whose_role_takes_part_in_no_meetings_is_neither_called_in_nor_reads_by_it(world, role):
    membership = world.people["other_housing"].memberships.get()
    item = brought(world)
    called = leading.call_in(by=world.coordinator, item=item, membership=membership)
    person = type(membership.user).objects.get(pk=membership.user_id)
    assert list(Matter.objects.visible_to(person)) == [item.matter]
    type(membership).objects.filter(pk=membership.pk).update(role=role)
    person = type(membership.user).objects.get(pk=membership.user_id)
    assert not Meeting.objects.visible_to(person).exists()
    assert not Matter.objects.visible_to(person).exists()
    assert not queries.people_of(world.here.pk).filter(pk=membership.pk).exists()
    CalledIn.objects.filter(pk=called.pk).delete()
    with pytest.raises(NotPossible):
        leading.call_in(by=world.coordinator, item=item, membership=membership)


def test_a_reporter_who_was_given_something_reads_it_and_says_that_it_is_done(client, world):
    reporter = world.people["reporter"]
    item = brought(world)
    given = leading.decide(
        by=world.coordinator, item=item, outcome="assignment", text="Byt låset.", organisation=world.housing,
        responsible=reporter.memberships.get(), due_on=timezone.localdate(),
    )  # fmt: skip
    address = reverse("decision_list", args=[world.here.slug])
    client.force_login(reporter)
    page = client.get(address)
    assert page.status_code == 200
    assert "Byt låset." in page.content.decode()
    # No way to pages that are not theirs.
    assert f'href="{reverse("meeting_list", args=[world.here.slug])}"' not in page.content.decode()
    assert client.post(reverse("decision_done", args=[world.here.slug, given.pk])).status_code == 302
    given.refresh_from_db()
    assert given.done_at is not None
    other = make.UserFactory(email="annan@example.org", function="rapportör")
    make.MembershipFactory(user=other, organisation=world.housing, role=Role.REPORTER)
    client.force_login(other)
    assert client.get(address).status_code == 403
    with pytest.raises(NotAllowed):
        leading.report_done(by=other, decision=given)
