"""The pages of commitments: one's own next steps only, answered by one press, and nobody commits another."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from action_plans.commitments import actions, away, emails, my_work, queries
from action_plans.commitments.reminding import remind
from action_plans.measures import actions as measures
from action_plans.models import Absence, Commitment, CommitmentReminder, CommitmentRules, CommitmentState
from action_plans.retention import GONE
from common.errors import NotAllowed, NotPossible
from partners import work
from partners.models import User
from partners.roles import Role
from tests import factories as make
from tests.action_plans.cast import PlanWorld

State = CommitmentState


@pytest.fixture
def world(db):
    return PlanWorld()


def request(world, *, asked_of=None, text="Laga staketet.", days=20):
    return actions.make_request(
        by=world.officer, area=world.west, asked_by=world.municipality, asked_of=asked_of or world.housing,
        text=text, due_on=timezone.localdate() + dt.timedelta(days=days),
    )  # fmt: skip


def steps(client, user, one):
    client.force_login(user)
    page = client.get(reverse("commitment_detail", args=["ekstad", one.number]))
    assert page.status_code == 200
    return [step["name"] for step in page.context["steps"]]


def press(client, user, one, step, **said):
    client.force_login(user)
    return client.post(reverse(f"commitment_{step}", args=["ekstad", one.number]), said)


def rows_of(user, world):
    fresh = type(user).objects.get(pk=user.pk)
    return work.slots.fill("my_work.items", fresh, [world.here])[world.here.pk]


# --- Asking and answering ---------------------------------------------------------------------------------------------


def test_a_request_is_asked_answered_and_kept_on_its_page(world, client):
    client.force_login(world.officer)
    body = {
        "area": world.west.pk, "asked_of": world.housing.pk, "text": "Laga staketet.",
        "due_on": (timezone.localdate() + dt.timedelta(days=9)).isoformat(),
    }  # fmt: skip
    sent = [client.post(reverse("commitment_new", args=["ekstad"]), body) for _ in range(2)]
    one = Commitment.objects.get()
    assert {answer.headers["Location"] for answer in sent} == {
        reverse("commitment_detail", args=["ekstad", one.number])
    }

    assert steps(client, world.officer, one) == ["change", "withdraw"]
    assert steps(client, world.security_lead, one) == ["accept", "counter", "decline", "hand_over"]
    press(client, world.security_lead, one, "accept")
    one.refresh_from_db()
    assert (one.state, one.responsible.user) == (State.ACCEPTED, world.security_lead)

    assert steps(client, world.security_lead, one) == ["kept", "not_kept", "hand_over"]
    assert steps(client, world.officer, one) == ["withdraw"]
    press(client, world.security_lead, one, "kept")
    assert steps(client, world.officer, one) == ["agree", "differ"]
    assert press(client, world.officer, one, "differ").status_code == 422
    press(client, world.officer, one, "differ", reason="Halva staketet är kvar.")
    one.refresh_from_db()
    # Both stand, and the state is the owner's word.
    assert (one.state, one.owner_says_kept, one.asker_says_kept) == (State.KEPT, True, False)
    page = client.get(reverse("commitment_detail", args=["ekstad", one.number]))
    assert "Halva staketet är kvar." in page.content.decode()
    assert page.context["heading"] == "Bostadsbolaget och Kommunen ser olika på hur det gick"
    # What stands on top of the page is not said again at each step of its history.
    assert [row["words"] for row in page.context["history"]] == ["", "", "", ""]
    assert steps(client, world.officer, one) == ["agree"]


def test_a_request_says_how_long_it_has_waited_and_misses_nobody_before_it_is_answered(world, client):
    one = request(world)
    Commitment.objects.filter(pk=one.pk).update(asked_at=timezone.now() - dt.timedelta(days=9))
    client.force_login(world.officer)
    facts = client.get(reverse("commitment_detail", args=["ekstad", one.number])).context["facts"]
    assert [fact["text"] for fact in facts if "har väntat 9 dagar" in fact["text"]]
    assert "ingen än" not in [fact["text"] for fact in facts]
    (row,) = client.get(reverse("commitment_list", args=["ekstad"])).context["rows"]
    assert row["waited"] == "har väntat 9 dagar"


def test_a_form_sent_again_after_the_answer_asks_nothing_new(world):
    one = request(world)
    actions.accept(by=world.security_lead, commitment=one)
    assert request(world) == one
    actions.report(by=world.security_lead, commitment=one, is_kept=True)
    assert request(world) != one


def test_nobody_presses_for_another(world, client):
    one = request(world)
    for user in (world.officer, world.coordinator):
        refused = press(client, user, one, "accept")
        assert refused.status_code == 403
        assert "Bostadsbolaget" in refused.content.decode()
    assert press(client, world.security_lead, one, "withdraw", reason="Nej.").status_code == 403
    one.refresh_from_db()
    assert one.state == State.ASKED


def test_nobody_promises_what_was_changed_after_they_read_it(world, client):
    one = request(world)
    client.force_login(world.security_lead)
    page = client.get(reverse("commitment_detail", args=["ekstad", one.number]))
    read = next(step["form"] for step in page.context["steps"] if step["name"] == "accept")["row_version"].value()
    task = next(row for row in rows_of(world.security_lead, world) if row["answers"])
    assert (read, task["answers"][0]["fields"]) == (one.row_version, {"row_version": one.row_version})
    actions.change_request(
        by=world.officer, commitment=one, row_version=read, text="Bygg ett nytt staket.", due_on=one.due_on
    )
    said = {"responsible": "", "reason": "Det ryms inte.", "row_version": read}
    for step in ("accept", "counter", "decline"):
        refused = press(client, world.security_lead, one, step, **said)
        assert (refused.status_code, "Bygg ett nytt staket." in refused.content.decode()) == (409, True)
    one.refresh_from_db()
    assert one.state == State.ASKED
    # What is shown with the refusal has been read: the next press means that.
    again = next(step["form"] for step in refused.context["steps"] if step["name"] == "accept")
    press(client, world.security_lead, one, "accept", responsible="", row_version=again["row_version"].value())
    one.refresh_from_db()
    assert (one.state, one.text) == (State.ACCEPTED, "Bygg ett nytt staket.")


def test_nobody_agrees_with_a_report_that_was_turned_round_after_they_read_it(world, client):
    one = request(world)
    actions.accept(by=world.security_lead, commitment=one)
    read = actions.report(by=world.security_lead, commitment=one, is_kept=True).row_version
    actions.report(by=world.security_lead, commitment=one, is_kept=False, text="Halva är kvar.")
    for step in ("agree", "differ"):
        assert press(client, world.officer, one, step, reason="Nej.", row_version=read).status_code == 409
    one.refresh_from_db()
    assert one.asker_says_kept is None


def test_whoever_says_that_they_do_it_themselves_does_it_whoever_was_meant(world, client):
    meant = make.MembershipFactory(user=make.UserFactory(), organisation=world.housing, role=Role.REPORTER)
    mine, pressed, left = request(world), request(world, text="Två."), request(world, text="Tre.")
    Commitment.objects.update(responsible=meant)
    press(client, world.security_lead, mine, "accept", responsible="")
    press(client, world.security_lead, pressed, "accept")
    type(meant.user).objects.filter(pk=meant.user_id).update(is_active=False)
    press(client, world.security_lead, left, "accept")
    lead = world.security_lead.memberships.get()
    assert [Commitment.objects.get(pk=one.pk).responsible for one in (mine, pressed, left)] == [lead, meant, lead]


@pytest.mark.parametrize("day", ["0001-01-02", "1999-12-31", "2025-01-01", "2100-01-01", "9999-12-31"])
def test_no_request_or_offer_has_a_day_that_has_passed_or_never_comes(world, client, day):
    """Such a day would be counted out, working day for working day, on every page; or end the calendar with it."""
    one = request(world)
    body = {"area": world.west.pk, "asked_of": world.housing.pk, "text": "Ny.", "due_on": day}
    client.force_login(world.officer)
    assert client.post(reverse("commitment_new", args=["ekstad"]), body).status_code == 422
    assert press(client, world.security_lead, one, "counter", reason="Senare.", due_on=day).status_code == 422
    said = {"text": "Ny.", "due_on": day, "row_version": one.row_version}
    assert press(client, world.officer, one, "change", **said).status_code == 422
    if not day.startswith("2025"):
        with pytest.raises(NotPossible):
            world.part(world.measure(), world.housing, due_on=dt.date.fromisoformat(day))
    one.refresh_from_db()
    assert (one.state, one.text) == (State.ASKED, "Laga staketet.")


def test_whoever_is_asked_for_a_part_reads_the_part_and_not_what_the_measure_is_called(world, client):
    measure = world.measure(title="Stäng av wifi")
    for partner in (world.housing, world.other_housing):
        actions.ask(by=world.officer, commitment=world.part(measure, partner, text=f"Del för {partner}."))
    for user, reads in ((world.security_lead, True), (world.people["other_housing"], False)):
        client.force_login(user)
        page = client.get(reverse("commitment_list", args=["ekstad"])).content.decode()
        assert ("Del för" in page, "Stäng av wifi" in page) == (True, reads)


@pytest.mark.parametrize("query", ["?area=%00", "?area=%ED%A0%80", "?area=annanstad-centrum", "?area=1&area=2"])
def test_an_address_that_is_nonsense_opens_the_form_all_the_same(world, client, query):
    client.force_login(world.officer)
    assert client.get(reverse("commitment_new", args=["ekstad"]) + query).status_code == 200


def test_an_offer_is_taken_or_asked_anew_and_a_no_stands_with_its_reason(world, client):
    one = request(world)
    day = timezone.localdate() + dt.timedelta(days=40)
    press(client, world.security_lead, one, "counter", reason="Halva staketet.", due_on=day.isoformat())
    assert steps(client, world.officer, one) == ["take_offer", "change", "withdraw"]
    press(client, world.officer, one, "take_offer")
    one.refresh_from_db()
    assert (one.state, one.text, one.due_on) == (State.ACCEPTED, "Halva staketet.", day)

    other = request(world, text="Flytta grinden.")
    assert press(client, world.security_lead, other, "decline").status_code == 422
    press(client, world.security_lead, other, "decline", reason="Grinden är kommunens.")
    other.refresh_from_db()
    assert (other.state, other.answer) == (State.DECLINED, "Grinden är kommunens.")
    version = other.row_version
    press(client, world.officer, other, "change", text="Öppna grinden.", due_on=day.isoformat(), row_version=version)
    other.refresh_from_db()
    assert (other.state, other.answer, other.text) == (State.ASKED, "", "Öppna grinden.")
    conflict = press(client, world.officer, other, "change", text="x", due_on=day.isoformat(), row_version=version)
    assert conflict.status_code == 409


def test_words_that_point_at_a_person_are_refused_in_the_form(world, client):
    one = request(world)
    refused = press(client, world.security_lead, one, "decline", reason="Det är 811218-9876 som vägrar.")
    assert refused.status_code == 422
    one.refresh_from_db()
    assert one.state == State.ASKED
    weak = press(client, world.security_lead, one, "decline", reason="Anna Andersson är sjuk.")
    assert weak.status_code == 422
    assert 'name="is_confirmed"' in weak.content.decode()


def test_a_request_to_oneself_or_for_a_day_that_has_passed_is_refused(world):
    today = timezone.localdate()
    common = {"by": world.officer, "area": world.west, "asked_by": world.municipality, "text": "Laga."}
    with pytest.raises(NotPossible):
        actions.make_request(asked_of=world.municipality, due_on=today, **common)
    with pytest.raises(NotPossible):
        actions.make_request(asked_of=world.housing, due_on=today - dt.timedelta(days=1), **common)
    assert actions.make_request(asked_of=world.housing, due_on=today, **common).state == State.ASKED


def test_what_waits_for_the_own_organisation_stands_first(world, client):
    theirs = request(world, asked_of=world.police_authority, text="Stå vid torget.")
    ours = request(world)
    for user, first in ((world.officer, None), (world.security_lead, ours), (world.police, theirs)):
        client.force_login(user)
        page = client.get(reverse("commitment_list", args=["ekstad"]))
        assert page.context["waits"] == (0 if first is None else 1)
        if first is not None:
            assert page.context["rows"][0]["url"].endswith(f"/{first.number}/")
    client.force_login(world.officer)
    listed = client.get(reverse("commitment_list", args=["ekstad"]), {"partner": world.police_authority.pk})
    assert [row["text"] for row in listed.context["rows"]] == ["Stå vid torget."]


def test_how_late_it_is_is_said_in_working_days(world, client):
    one = request(world, days=0)
    actions.accept(by=world.security_lead, commitment=one)
    # A Thursday before the weekend: Friday and Monday are the working days since, on the Tuesday after it is three.
    Commitment.objects.filter(pk=one.pk).update(due_on=dt.date(2027, 2, 4))
    with time_machine.travel(dt.datetime(2027, 2, 9, 10, tzinfo=dt.UTC), tick=False):
        client.force_login(world.officer)
        (row,) = client.get(reverse("commitment_list", args=["ekstad"]), {"late": "on"}).context["rows"]
    assert "3" in row["tag"]["text"]


# --- “My work” --------------------------------------------------------------------------------------------------------


def test_each_answers_by_one_press_in_my_work(world, client):
    one = request(world)
    (row,) = [row for row in rows_of(world.security_lead, world) if row.get("answers")]
    (answer,) = row["answers"]
    client.force_login(world.security_lead)
    assert client.get(answer["url"]).status_code == 405
    answered = client.post(answer["url"], {"answered_from_my_work": ""})
    assert answered.headers["Location"].startswith(reverse("my_work", args=["ekstad"]))
    assert "staketet" not in row["mail_title"]
    one.refresh_from_db()
    assert one.state == State.ACCEPTED
    (row,) = [row for row in rows_of(world.security_lead, world) if row.get("answers")]
    assert row["due_on"] >= one.due_on
    client.post(row["answers"][0]["url"])
    assert [row for row in rows_of(world.security_lead, world) if row.get("answers")] == []
    (row,) = [row for row in rows_of(world.officer, world) if row.get("answers")]
    client.force_login(world.officer)
    client.post(row["answers"][0]["url"])
    one.refresh_from_db()
    assert (one.state, one.asker_says_kept) == (State.KEPT, True)
    assert [row for row in rows_of(world.officer, world) if row.get("answers")] == []


def slow_next_step(one, mine, spoken_for):
    """Whose turn it is, row by row."""
    if one.state == State.ASKED and one.asked_of_id in spoken_for:
        return one.responsible_id is None or one.responsible_id in mine
    if one.state == State.ACCEPTED and one.responsible_id in mine:
        return True
    if one.asked_by_id not in spoken_for:
        return False
    left = one.state in {State.KEPT, State.NOT_KEPT} and one.asker_says_kept is None
    return one.state == State.COUNTER_OFFERED or left


def test_my_work_asks_for_nothing_but_what_is_ones_own_and_names_thirty(world, monkeypatch):
    me = world.security_lead.memberships.get()
    other = make.MembershipFactory(organisation=world.housing, user=make.UserFactory())
    parties = (world.housing, world.municipality, world.police_authority)
    now = timezone.now()
    rows = Commitment.objects.bulk_create(
        Commitment(
            collaboration=world.here, area=world.west, number=1000 + number, asked_by=asker, asked_of=owner, text="Se.",
            state=state, due_on=timezone.localdate(), asked_at=now, answer="Nej.", responsible=responsible,
            owner_says_kept=True if state in {State.KEPT, State.NOT_KEPT} else None, asker_says_kept=said,
        )
        for number, (state, asker, owner, responsible, said) in enumerate(
            product([*State][1:], parties, parties, (None, me, other), (None, True))
        )
    )  # fmt: skip
    fresh = User.objects.get(pk=world.security_lead.pk)
    found = queries.steps_left(fresh, world.here, answers_for=[me.pk], spoken_for=[world.housing.pk])
    wanted = {one.pk for one in rows if slow_next_step(one, {me.pk}, {world.housing.pk})}
    assert {one.pk for one in found} == wanted
    assert len(wanted) > my_work.NAMED
    fetched, from_db = [], Commitment.from_db.__func__
    monkeypatch.setattr(Commitment, "from_db", classmethod(lambda cls, *row: fetched.append(1) or from_db(cls, *row)))
    shown = my_work.items(fresh, [world.here])[world.here.pk]
    assert len(fetched) == my_work.NAMED
    assert str(len(wanted) - my_work.NAMED) in shown[my_work.NAMED]["title"]


def test_a_reporter_sees_and_reports_what_is_given_to_them_and_nothing_else(world, client):
    reporter = world.people["reporter"]
    one, other = request(world), request(world, text="Klipp häcken.")
    membership = reporter.memberships.get()
    actions.accept(by=world.security_lead, commitment=one, responsible=membership)
    client.force_login(reporter)
    page = client.get(reverse("commitment_list", args=["ekstad"]))
    assert [row["text"] for row in page.context["rows"]] == [one.text]
    assert client.get(reverse("commitment_detail", args=["ekstad", other.number])).status_code == 404
    (row,) = [row for row in rows_of(reporter, world) if row.get("answers")]
    client.post(row["answers"][0]["url"])
    one.refresh_from_db()
    assert one.state == State.KEPT


# --- Away, left, handed over ------------------------------------------------------------------------------------------


@pytest.fixture
def colleague(world):
    user = make.UserFactory(email="colleague@example.org", function="fastighetsskötare")
    return make.MembershipFactory(user=user, organisation=world.housing, role=Role.REPORTER)


def test_a_deputy_finds_it_in_my_work_and_reports(world, client, colleague):
    one = request(world)
    actions.accept(by=world.security_lead, commitment=one)
    assert client.get(reverse("commitment_detail", args=["ekstad", one.number])).status_code == 302
    today = timezone.localdate()
    client.force_login(world.security_lead)
    body = {
        "membership": world.security_lead.memberships.get().pk, "deputy": colleague.pk,
        "first_day": today.isoformat(), "back_on": (today + dt.timedelta(days=5)).isoformat(),
    }  # fmt: skip
    for _ in range(2):
        assert client.post(reverse("absence_list", args=["ekstad"]), body).status_code == 302
    assert Absence.objects.count() == 1
    (row,) = [row for row in rows_of(colleague.user, world) if row.get("answers")]
    assert "security lead" in row["text"]
    client.force_login(colleague.user)
    assert client.get(row["url"]).status_code == 200
    client.post(row["answers"][0]["url"])
    one.refresh_from_db()
    assert one.state == State.KEPT

    absence = Absence.objects.get()
    assert client.post(reverse("absence_remove", args=["ekstad", absence.pk])).status_code == 403
    client.force_login(world.security_lead)
    client.post(reverse("absence_remove", args=["ekstad", absence.pk]))
    assert not Absence.objects.exists()
    client.force_login(colleague.user)
    assert client.get(row["url"]).status_code == 404


def test_nobody_is_deputy_in_another_organisation_or_for_themselves(world, client, colleague):
    today = timezone.localdate()
    lead = world.security_lead.memberships.get()
    days = {"first_day": today, "back_on": today + dt.timedelta(days=3)}
    with pytest.raises(NotAllowed):
        away.say_away(by=world.security_lead, membership=lead, deputy=world.police.memberships.get(), **days)
    with pytest.raises(NotPossible):
        away.say_away(by=world.security_lead, membership=lead, deputy=lead, **days)
    with pytest.raises(NotAllowed):
        away.say_away(by=world.police, membership=lead, deputy=colleague, **days)
    away.say_away(by=world.security_lead, membership=lead, deputy=colleague, **days)
    third = make.MembershipFactory(user=make.UserFactory(), organisation=world.housing, role=Role.REPORTER)
    with pytest.raises(NotPossible):
        away.say_away(by=world.security_lead, membership=lead, deputy=third, **days)
    client.force_login(world.security_lead)
    body = {"membership": lead.pk, "deputy": third.pk, **{name: day.isoformat() for name, day in days.items()}}
    refused = client.post(reverse("absence_list", args=["ekstad"]), body)
    assert (refused.status_code, Absence.objects.count()) == (422, 1)
    body["back_on"] = "9999-12-31"
    assert client.post(reverse("absence_list", args=["ekstad"]), body).status_code == 422


@pytest.mark.parametrize("how", ["role ended", "account closed"])
def test_what_somebody_who_left_has_promised_waits_to_be_handed_over(world, client, colleague, how):
    one = request(world)
    actions.accept(by=world.security_lead, commitment=one, responsible=colleague)
    assert queries.without_person(world.security_lead, world.here) == []
    if how == "role ended":
        colleague.valid_to = timezone.localdate()
        colleague.valid_from = timezone.localdate() - dt.timedelta(days=9)
        colleague.save()
    else:
        type(colleague.user).objects.filter(pk=colleague.user_id).update(is_active=False)
    for user in (world.security_lead, world.coordinator):
        client.force_login(user)
        page = client.get(reverse("commitment_list", args=["ekstad"]))
        assert [row["text"] for row in page.context["nobody"]] == [one.text]
    client.force_login(world.police)
    assert client.get(reverse("commitment_list", args=["ekstad"])).context["nobody"] == []
    assert any("#nobody" in row["url"] for row in rows_of(world.security_lead, world))
    lead = world.security_lead.memberships.get()
    assert press(client, world.security_lead, one, "hand_over", responsible=colleague.pk).status_code == 422
    press(client, world.security_lead, one, "hand_over", responsible=lead.pk)
    one.refresh_from_db()
    assert one.responsible == lead
    assert queries.without_person(world.coordinator, world.here) == []


def test_what_nobody_answers_for_between_others_is_told_as_others_see_it(world, client, colleague):
    """A coordinator of a third organisation learns of nothing earlier by it: neither an answer nor other words."""
    now = timezone.now()
    with time_machine.travel(now - dt.timedelta(days=20)):
        one = actions.make_request(
            by=world.police, area=world.west, asked_by=world.police_authority, asked_of=world.housing,
            text="Laga staketet.", due_on=timezone.localdate() + dt.timedelta(days=60),
        )  # fmt: skip
        Commitment.objects.filter(pk=one.pk).update(responsible=colleague)
        actions.counter_offer(by=world.security_lead, commitment=one, offer="Halva staketet.")
    type(colleague.user).objects.filter(pk=colleague.user_id).update(is_active=False)

    def told():
        client.force_login(world.coordinator)
        return [row["text"] for row in client.get(reverse("commitment_list", args=["ekstad"])).context["nobody"]]

    assert told() == ["Laga staketet."]
    actions.take_offer(by=world.police, commitment=one)
    assert told() == ["Laga staketet."]
    actions.report(by=world.security_lead, commitment=one, is_kept=True)
    assert told() == ["Laga staketet."]
    with time_machine.travel(now + dt.timedelta(days=3)):
        assert told() == []


def test_a_place_shows_what_partners_have_promised_for_it_as_each_may_see_it(world, client):
    measure = world.measure()
    make.MeasurePlaceFactory(measure=measure, place=world.square)
    old = world.part(measure, world.housing, text="Byta armaturerna.", due_on=dt.date(2090, 1, 1))
    with time_machine.travel(timezone.now() - dt.timedelta(days=9)):
        actions.ask(by=world.officer, commitment=old)
    new = world.part(measure, world.police_authority, text="Gå förbi på kvällen.", due_on=dt.date(2090, 1, 1))
    actions.ask(by=world.officer, commitment=new)
    request(world, text="Laga staketet.")
    seen = {}
    for user in (world.officer, world.security_lead, world.people["other_housing"], world.people["reporter"]):
        client.force_login(user)
        page = client.get(reverse("place_detail", args=["ekstad", world.square.pk])).content.decode()
        seen[user.function] = ["Byta armaturerna." in page, "Gå förbi på kvällen." in page, "Laga staketet." in page]
    assert list(seen.values()) == [[True, True, False], [True, False, False], [False] * 3, [False] * 3]


# --- Reminders --------------------------------------------------------------------------------------------------------


MONDAY = dt.date(2027, 2, 8)


def promised(world, *, due_on, responsible=None):
    one = request(world)
    actions.accept(by=world.security_lead, commitment=one, responsible=responsible)
    Commitment.objects.filter(pk=one.pk).update(due_on=due_on)
    return one


def at(day):
    return time_machine.travel(dt.datetime.combine(day, dt.time(8), tzinfo=dt.UTC), tick=False)


def remind_on(world, day):
    with at(day):
        return remind(world.here, today=day)


def test_somebody_is_reminded_once_before_the_day_and_once_when_it_is_late(world):
    CommitmentRules.objects.create(collaboration=world.here, remind_days=2)
    one = promised(world, due_on=MONDAY + dt.timedelta(days=3))
    mail.outbox.clear()
    assert remind_on(world, MONDAY) == 0
    assert [remind_on(world, MONDAY + dt.timedelta(days=n)) for n in (1, 1, 2, 3)] == [1, 0, 0, 0]
    (letter,) = mail.outbox
    assert letter.to == ["security_lead@example.org"]
    # Nothing of what is promised leaves the house.
    assert "staketet" not in letter.subject + letter.body
    assert f"K-{one.number}" in letter.body
    assert [remind_on(world, MONDAY + dt.timedelta(days=n)) for n in (4, 4, 7)] == [1, 0, 0]
    assert len(mail.outbox) == 2


def test_the_deputy_is_reminded_and_nobody_who_has_left(world, colleague):
    lead = world.security_lead.memberships.get()
    with at(MONDAY):
        away.say_away(
            by=world.security_lead, membership=lead, deputy=colleague, first_day=MONDAY,
            back_on=MONDAY + dt.timedelta(days=4),
        )  # fmt: skip
    promised(world, due_on=MONDAY + dt.timedelta(days=1))
    mail.outbox.clear()
    assert remind_on(world, MONDAY) == 1
    assert [letter.to for letter in mail.outbox] == [["colleague@example.org"]]
    promised(world, due_on=MONDAY, responsible=world.people["reporter"].memberships.get())
    type(lead.user).objects.filter(pk=world.people["reporter"].pk).update(is_active=False)
    assert remind_on(world, MONDAY) == 0


def test_where_the_deputy_has_left_whoever_is_away_is_reminded(world, colleague):
    lead = world.security_lead.memberships.get()
    with at(MONDAY):
        days = {"first_day": MONDAY, "back_on": MONDAY + dt.timedelta(days=4)}
        away.say_away(by=world.security_lead, membership=lead, deputy=colleague, **days)
    promised(world, due_on=MONDAY + dt.timedelta(days=1))
    type(colleague.user).objects.filter(pk=colleague.user_id).update(is_active=False)
    mail.outbox.clear()
    assert remind_on(world, MONDAY) == 1
    assert [letter.to for letter in mail.outbox] == [["security_lead@example.org"]]


def test_nobody_is_written_to_at_an_address_that_leads_nowhere(world, settings):
    promised(world, due_on=MONDAY)
    type(world.security_lead).objects.filter(pk=world.security_lead.pk).update(email="lead@ekstad.example")
    mail.outbox.clear()
    assert remind_on(world, MONDAY) == 0
    assert mail.outbox == []


def test_a_request_nobody_answers_is_brought_up_once_to_whoever_asked_and_whoever_is_asked(world):
    mail.outbox.clear()
    with at(MONDAY):
        one = actions.make_request(
            by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing,
            text="Laga staketet.", due_on=MONDAY + dt.timedelta(days=90),
        )  # fmt: skip
    days = [MONDAY + dt.timedelta(days=n) for n in range(9)]
    # Five working days later, a Monday; the two that come after bring nothing more.
    assert [remind_on(world, day) for day in days] == [0, 0, 0, 0, 0, 0, 0, 2, 0]
    assert {letter.to[0] for letter in mail.outbox} == {"officer@example.org", "security_lead@example.org"}
    for letter in mail.outbox:
        assert f"K-{one.number}" in letter.body
        for word in ("staketet", "Bostadsbolaget", "Kommunen"):
            assert word not in letter.subject + letter.body
    # Asked anew it is brought up anew; what is answered, or has waited for ages, is not.
    with at(MONDAY + dt.timedelta(days=14)):
        actions.decline(by=world.security_lead, commitment=one, reason="Det ryms inte.")
        actions.ask(by=world.officer, commitment=one)
    assert remind_on(world, MONDAY + dt.timedelta(days=21)) == 2
    with at(MONDAY + dt.timedelta(days=22)):
        actions.accept(by=world.security_lead, commitment=one)
    assert remind_on(world, MONDAY + dt.timedelta(days=23)) == 0
    with at(MONDAY):
        actions.make_request(
            by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing,
            text="Flytta grinden.", due_on=MONDAY + dt.timedelta(days=90),
        )  # fmt: skip
    assert remind_on(world, MONDAY + dt.timedelta(days=63)) == 0


def test_who_has_left_is_not_reminded_of_what_they_asked_and_whoever_it_is_meant_for_is_alone(world, colleague):
    with at(MONDAY):
        one = actions.make_request(
            by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing,
            text="Laga staketet.", due_on=MONDAY + dt.timedelta(days=90),
        )  # fmt: skip
    Commitment.objects.filter(pk=one.pk).update(responsible=colleague)
    type(world.officer).objects.filter(pk=world.officer.pk).update(is_active=False)
    mail.outbox.clear()
    assert remind_on(world, MONDAY + dt.timedelta(days=7)) == 3
    # Nobody else of the housing company; of the municipality all who speak for it.
    assert {letter.to[0].split("@")[0] for letter in mail.outbox} == {"colleague", "coordinator", "council"}


def test_a_worker_killed_while_sending_sends_none_twice(world, monkeypatch):
    promised(world, due_on=MONDAY + dt.timedelta(days=1))
    mail.outbox.clear()

    class Killed(BaseException):
        pass

    def die(*_args, **_more):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(emails, "send_text", die)
        with pytest.raises(Killed):
            remind_on(world, MONDAY)
    assert remind_on(world, MONDAY) == 0
    assert mail.outbox == []
    # A mail server that was not there has taken nothing: the next run sends it.
    CommitmentReminder.objects.all().delete()

    def refuse(*_args, **_more):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(emails, "send_text", refuse)
        assert remind_on(world, MONDAY) == 0
    assert remind_on(world, MONDAY) == 1


def test_no_letter_is_sent_on_a_day_when_nobody_works(world):
    promised(world, due_on=MONDAY)
    mail.outbox.clear()
    assert remind_on(world, MONDAY - dt.timedelta(days=1)) == 0
    assert remind_on(world, MONDAY) == 1


# --- The rules, and other collaborations ------------------------------------------------------------------------------


def test_only_a_coordinator_writes_the_rules(world, client):
    address = reverse("commitment_rules", args=["ekstad"])
    client.force_login(world.officer)
    assert client.post(address, {"shown_after_days": 1, "remind_days": 1, "silent_after_days": 21}).status_code == 403
    client.force_login(world.coordinator)
    assert client.post(address, {"shown_after_days": 99, "remind_days": 1, "silent_after_days": 21}).status_code == 422
    assert client.post(address, {"shown_after_days": 5, "remind_days": 1, "silent_after_days": 30}).status_code == 302
    rules = CommitmentRules.objects.get()
    assert (rules.shown_after_days, rules.silent_after_days) == (5, 30)


def test_another_collaboration_sees_nothing(world, client):
    one = request(world)
    client.force_login(world.people["stranger"])
    for name, args in (("commitment_list", []), ("commitment_detail", [one.number]), ("commitment_ledger", [])):
        assert client.get(reverse(name, args=["ekstad", *args])).status_code == 404
    assert client.get("/api/v1/commitments/").json() == {"results": []}
    assert client.get("/api/v1/ledger/").json() == {"organisations": [], "pairs": []}
    foreign = make.OrganisationFactory(collaboration=world.elsewhere)
    with pytest.raises(NotPossible):
        request(world, asked_of=foreign)


# --- What the page says of when it is seen ----------------------------------------------------------------------------


def test_a_part_is_said_to_be_as_in_the_plan_where_it_is_and_as_it_stood_where_it_is_not(db, client):
    start = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False):
        world = PlanWorld()
        CommitmentRules.objects.create(collaboration=world.here, shown_after_days=2)
        measure = world.measure()
        one = world.part(measure, world.housing, is_lead=True)
        measures.propose(by=world.officer, measure=measure)

    def lead(user, *, days):
        with time_machine.travel(start + dt.timedelta(days=days), tick=False):
            client.force_login(user)
            page = client.get(reverse("commitment_detail", args=["ekstad", one.number]))
        assert page.status_code == 200
        return page.content.decode().partition("<h1")[2].partition("columns")[0]

    police = world.people["police"]
    # Others have no line of it in the ledger yet: the plan tells them that it is asked, as of now.
    assert "ser du som det är nu, precis som i planen" in lead(police, days=0)
    assert "Visas som det stod" not in lead(police, days=0)
    assert "Visas som det stod" in lead(police, days=3)
    assert "I planen" not in lead(police, days=3)
    assert "i planen" not in lead(world.officer, days=0)
    assert "Visas som" not in lead(world.officer, days=3)
    # It is accepted: the plan says so at once, the ledger two days later.
    with time_machine.travel(start + dt.timedelta(days=4), tick=False):
        actions.accept(by=world.security_lead, commitment=one)
    told = lead(police, days=5)
    assert "Visas som det stod" in told
    assert "I planen är det redan: accepterad." in told


def test_purged_words_are_said_to_be_purged(world, client):
    one = request(world)
    actions.decline(by=world.security_lead, commitment=one, reason="Vi äger inte staketet.")
    Commitment.objects.filter(pk=one.pk).update(text=GONE, answer=GONE)
    client.force_login(world.officer)
    for page in ("commitment_list", "commitment_ledger"):
        body = client.get(reverse(page, args=["ekstad"])).content.decode()
        assert GONE not in body
        assert "(texten är gallrad)" in body
    body = client.get(reverse("commitment_detail", args=["ekstad", one.number])).content.decode()
    assert body.count("(texten är gallrad)") >= 2
    assert GONE not in body.partition('id="history"')[0]


# --- The filters and the columns --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["commitment_list", "commitment_ledger", "method_list"])
def test_the_filters_are_folded_and_say_how_many_are_chosen(world, client, page):
    request(world)
    client.force_login(world.officer)
    asked = {"method_list": {"side": "place", "q": "ljus"}}.get(page, {"area": "vaster", "partner": world.housing.pk})
    if "area" in asked:
        asked["area"] = world.west.slug
    url = reverse(page, args=["ekstad"])
    fold = client.get(url).content.decode().partition('<details class="filter-fold">')[2].partition("</details>")[0]
    assert "<form" in fold
    assert "valda" not in fold.partition("</summary>")[0]
    fold = client.get(url, asked).content.decode().partition('<details class="filter-fold">')[2]
    assert "2 valda" in fold.partition("</summary>")[0]


def test_the_ledger_has_a_column_of_what_is_rare_only_where_there_is_some(world, client):
    one = request(world)
    client.force_login(world.officer)
    url = reverse("commitment_ledger", args=["ekstad"])

    def told():
        page = client.get(url)
        names = [column["name"] for column in page.context["columns"]]
        assert [row["term"] for row in page.context["definitions"]][:-1] == [
            c["label"] for c in page.context["columns"]
        ]
        assert all(len(row["cells"]) == len(names) for row in page.context["organisations"] + page.context["pairs"])
        return names

    assert told() == ["asked", "unanswered", "accepted", "declined", "kept", "late", "not_kept"]
    actions.withdraw(by=world.officer, commitment=one, reason="Det är redan lagat.")
    assert told() == ["asked", "accepted", "declined", "withdrawn", "kept", "late", "not_kept"]


# --- The first thing the eye meets ------------------------------------------------------------------------------------


def detail(client, user, one):
    client.force_login(user)
    return client.get(reverse("commitment_detail", args=["ekstad", one.number])).context


def test_the_heading_says_that_the_day_has_passed(world, client):
    one = request(world)
    actions.accept(by=world.security_lead, commitment=one)
    assert detail(client, world.officer, one)["heading"] == "Bostadsbolaget har lovat Kommunen"
    Commitment.objects.filter(pk=one.pk).update(due_on=timezone.localdate() - dt.timedelta(days=30))
    late = "Bostadsbolaget har lovat Kommunen, och dagen har passerat"
    assert detail(client, world.officer, one)["heading"] == late


def test_what_has_been_said_is_no_next_step(world, client):
    one = request(world)
    actions.accept(by=world.security_lead, commitment=one)
    assert detail(client, world.security_lead, one)["is_waited_for"]
    actions.report(by=world.security_lead, commitment=one, is_kept=False, text="Staketet är rivet.")
    # It may still be reported as done, but nobody waits for that.
    assert not detail(client, world.security_lead, one)["is_waited_for"]
    assert steps(client, world.security_lead, one)[:1] == ["kept"]
    assert detail(client, world.officer, one)["is_waited_for"]
    actions.confirm(by=world.officer, commitment=one, is_kept=True, text="Vi såg det lagat.")
    assert not detail(client, world.officer, one)["is_waited_for"]
    assert steps(client, world.officer, one) == ["agree"]


def test_an_organisation_does_not_answer_itself_twice(world, client):
    one = make.CommitmentFactory(
        area=world.west, asked_by=world.municipality, asked_of=world.municipality, state=State.ACCEPTED,
        answered_at=timezone.now(), due_on=timezone.localdate() + dt.timedelta(days=9),
    )  # fmt: skip
    actions.report(by=world.officer, commitment=one, is_kept=True)
    actions.confirm(by=world.officer, commitment=one, is_kept=True)
    assert [row["word"] for row in detail(client, world.officer, one)["outcome"]] == ["genomfört"]
    one.refresh_from_db()
    actions.confirm(by=world.officer, commitment=one, is_kept=False, text="En lampa är kvar.")
    assert [row["word"] for row in detail(client, world.officer, one)["outcome"]] == ["genomfört", "inte genomfört"]


def test_an_empty_ledger_says_what_to_do(world, client):
    for who, leads_on in ((world.officer, True), (world.people["council"], False)):
        client.force_login(who)
        body = client.get(reverse("commitment_ledger", args=["ekstad"])).content.decode().partition("<main")[2]
        assert (reverse("commitment_new", args=["ekstad"]) in body) == leads_on


# --- What one press answers is read before it is pressed --------------------------------------------------------------


def test_an_offer_is_told_beside_what_was_asked_and_a_no_with_its_reason(world):
    one = request(world)
    day = timezone.localdate() + dt.timedelta(days=40)
    actions.counter_offer(by=world.security_lead, commitment=one, offer="Vi lagar halva.", due_on=day)
    (row,) = rows_of(world.officer, world)
    assert row["title"] == "Bostadsbolaget ger motbud: Vi lagar halva."
    number, asked, offered = row["text"].split(" · ")
    assert (number, asked) == (f"K-{one.number}", "ni bad om: Laga staketet.")
    assert offered.startswith("motbudet gäller senast ")
    # The letter and the calendar say none of it.
    assert "staketet" not in row["mail_title"]
    actions.take_offer(by=world.officer, commitment=one)
    actions.report(by=world.security_lead, commitment=one, is_kept=False, text="Staketet är rivet.")
    (row,) = rows_of(world.officer, world)
    assert row["text"] == f"K-{one.number} · skälet: Staketet är rivet."
    assert "rivet" not in row["mail_title"]


def test_the_page_says_that_the_asker_has_not_said_yet(world, client):
    one = request(world)
    actions.accept(by=world.security_lead, commitment=one)
    actions.report(by=world.security_lead, commitment=one, is_kept=True)
    client.force_login(world.officer)
    url, unsaid = (
        reverse("commitment_detail", args=["ekstad", one.number]),
        "Kommunen har inte sagt än hur de ser på det.",
    )
    assert unsaid in client.get(url).content.decode()
    actions.confirm(by=world.officer, commitment=one, is_kept=True)
    assert unsaid not in client.get(url).content.decode()
