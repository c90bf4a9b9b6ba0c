"""A whole EST meeting from agenda to minutes, and a council meeting that answers what the group has asked."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from action_plans.models import Commitment, CommitmentState, MeasureState
from councils.escalations.actions import escalate
from councils.meetings import leading
from councils.models import AgendaItem, Decision, Escalation, Matter, Meeting
from tests import factories as make
from tests.councils.meeting_cast import MeetingWorld

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROJECTOR = {"viewport": {"width": 1280, "height": 720}}


def day(after):
    return timezone.localdate() + dt.timedelta(days=after)


@pytest.fixture
def world(transactional_db):
    return MeetingWorld()


def press(page, name):
    """Press what sends a form, and wait for what comes of it."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def take_up(page, words):
    """Take up the matter with these words in its title."""
    with page.expect_navigation():
        page.locator("button.meeting__item", has_text=words).first.click()


def unfold(page, label):
    """The form under a fold with this name."""
    fold = page.locator("details.decide").filter(has=page.locator("summary", has_text=label))
    fold.locator("summary").click()
    return fold


def decide(page, label, **fields):
    """Fill in what a step asks, and take it."""
    fold = unfold(page, label)
    for name, value in fields.items():
        field = fold.locator(f"[name={name}]")
        field.select_option(value) if name in {"organisation", "responsible", "kind"} else field.fill(value)
    with page.expect_navigation():
        fold.get_by_role("button", name=label, exact=True).click()


def test_a_meeting_from_agenda_to_minutes_in_which_six_decisions_change_the_plan(
    world, open_as, assert_accessible, assert_fits
):
    measure = world.decidable(title="Byt lamporna på torget")
    owner = {"organisation": world.municipality, "owner": world.officer.memberships.get()}
    goal = make.GoalFactory(
        plan=world.plan,
        problem=world.problem,
        indicator="Händelser",
        source="Rapporter",
        text="Färre händelser",
        **owner,
    )
    gap = make.KnowledgeGapFactory(analysis=world.analysis, text="När tänds lamporna?")
    asked = make.CommitmentFactory(
        area=world.west, number=901, state="accepted", due_on=day(-30), asked_of=world.housing,
        asked_by=world.coordinator.memberships.get().organisation, text="Låsa grinden",
    )  # fmt: skip
    about = {"by": world.coordinator, "group": world.group, "section": "measures"}
    leading.bring_matter(title="Målet för torget", about_kind="goal", about_id=goal.pk, **about)
    leading.bring_matter(title="Ny skylt vid torget", **about)
    meeting = world.planned()

    page = open_as(world.coordinator, reverse("meeting", args=["ekstad", meeting.number]), **PROJECTOR)
    expect(page.get_by_role("heading", level=1)).to_contain_text("ärenden att ta upp")
    assert_accessible(page)
    press(page, "Öppna mötet")
    press(page, "Anteckna närvaro")

    take_up(page, "Att besluta: Byt lamporna på torget")
    # What it is about lies beside it, as it lives.
    beside = page.frame_locator(".meeting__beside iframe")
    expect(beside.get_by_role("heading", level=1)).to_contain_text("Byt lamporna på torget")
    expect(beside.locator(".sidebar")).to_be_hidden()
    assert_accessible(page)
    assert_fits(page)
    decide(page, "Besluta åtgärden")
    decide(page, "Starta")
    decide(
        page,
        "Begär en insats av en part",
        organisation=str(world.police_authority.pk),
        text="Gå förbi på kvällen.",
        due_on=f"{day(20)}",
    )
    take_up(page, "Målet för torget")
    decide(page, "Enas om målet")
    take_up(page, "När tänds lamporna?")
    finder = world.officer.memberships.get()
    decide(page, "Bestäm vem som tar reda på det, och till när", responsible=str(finder.pk), due_on=f"{day(10)}")
    take_up(page, "Låsa grinden")
    decide(page, "Ta tillbaka begäran", motive="Grinden är borttagen.")
    take_up(page, "Ny skylt vid torget")
    press(page, "Bordlägg")
    page.locator(".meeting-close summary").click()
    press(page, "Avsluta och skapa anteckningarna")

    expect(page.get_by_role("heading", level=1)).to_contain_text("6 beslut")
    assert_accessible(page)
    for row in (measure, goal, gap, asked):
        row.refresh_from_db()
    assert measure.state == MeasureState.ONGOING
    assert goal.agreed_by_group == world.group
    assert (gap.membership, gap.due_on) == (finder, day(10))
    assert asked.state == CommitmentState.WITHDRAWN
    part = Commitment.objects.get(measure=measure, asked_of=world.police_authority)
    assert part.state == CommitmentState.ASKED
    assert Decision.objects.filter(meeting=meeting, outcome="decision").count() == 6
    matter = Matter.objects.get(title="Ny skylt vid torget")
    assert (matter.settled_at, matter.times_postponed) == (None, 1)
    again = world.opened()
    assert AgendaItem.objects.get(meeting=again, matter=matter).times_postponed == 1


def test_the_council_answers_what_a_group_has_asked_and_the_answer_is_on_the_groups_next_agenda(world, open_as):
    council = make.GroupFactory(collaboration=world.here, name="Chefsamrådet", level="strategic")
    make.GroupMemberFactory(
        group=council, membership=world.people["council"].memberships.get(), collaboration=world.here
    )
    asked = escalate(
        by=world.coordinator,
        from_group=world.group,
        to_group=council,
        question="Får vi medel till belysningen?",
        recommended_decision="Ja, för ett år.",
        decision_kind="resource",
        answer_by=day(10),
    )
    meeting = world.planned(group=council)
    page = open_as(world.people["council"], reverse("meeting", args=["ekstad", meeting.number]), **PROJECTOR)
    press(page, "Öppna mötet")
    take_up(page, "Får vi medel till belysningen?")
    decide(page, "Svara ja", text="Ja, för ett år från nyår.")
    page.locator(".meeting-close summary").click()
    press(page, "Avsluta och skapa anteckningarna")
    expect(page.locator("#decided")).to_contain_text("Gruppen svarar ja")
    asked = Escalation.objects.get(pk=asked.pk)
    assert (asked.answer, asked.answer_text) == ("yes", "Ja, för ett år från nyår.")
    assert Meeting.objects.get(pk=meeting.pk).content["items"]
    group_meets = world.opened()
    assert group_meets.items.filter(matter__key=f"answer {asked.pk}").exists()
