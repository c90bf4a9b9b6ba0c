"""The ledger's figures equal a slow count by hand, whatever happened, and others see a line some days late."""

from __future__ import annotations

import csv
import datetime as dt
import io
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from action_plans.commitments import actions, ledger, presenters, queries, views
from action_plans.commitments.lines import lines_for
from action_plans.models import Commitment, CommitmentMove, CommitmentRules
from common.days import is_working_day
from common.errors import NotAllowed, NotPossible
from tests import factories as make
from tests.action_plans.cast import PlanWorld

PARTIES = ("officer", "security_lead", "police")
STEPS = (
    "request", "accept", "counter", "decline", "take", "change", "again", "withdraw", "kept", "not_kept", "agree",
    "differ", "hand over",
)  # fmt: skip


@pytest.fixture
def world(db):
    return PlanWorld()


@contextmanager
def noon(day: dt.date):
    at = dt.datetime.combine(day, dt.time(12), tzinfo=timezone.get_default_timezone())
    with time_machine.travel(at, tick=False):
        yield at


def counted_for(user: Any, collaboration: Any, now: dt.datetime) -> Any:
    return ledger.counted(queries.seen_lines(user, collaboration, queries.Asked(), now=now))


# --- The slow twin: one dictionary for each request, copied each day something happened to it -------------------------


class Twin:
    """What a careful person would write down in a notebook."""

    def __init__(self) -> None:
        self.pages: dict[int, list[tuple[dt.date, dict[str, Any]]]] = {}

    def write(self, pk: int, day: dt.date, **said: Any) -> None:
        before = dict(self.pages[pk][-1][1]) if pk in self.pages else {}
        self.pages.setdefault(pk, []).append((day, {**before, **said}))

    def read(self, organisation: int, today: dt.date, late_days: int) -> list[tuple[dict[str, Any], dt.date]]:
        """Each request as somebody of the organisation may see it, with the day it is seen as of."""
        seen = []
        for page in self.pages.values():
            is_own = organisation in (page[0][1]["asker"], page[0][1]["owner"])
            on = today if is_own else today - dt.timedelta(days=late_days)
            stood = [line for day, line in page if day <= on]
            if stood:
                seen.append((stood[-1], on))
        return seen


def too_late(due: dt.date, on: dt.date) -> bool:
    """Whether a working day on which it was due or could still be done has gone by."""
    return any(is_working_day(due + dt.timedelta(days=n)) for n in range((on - due).days))


def first_day_with(days: list[int], parts: int, of: int) -> int | None:
    return next((n for n in range(1000) if sum(d <= n for d in days) * of >= parts * len(days)), None) if days else None


def count_by_hand(seen: list[tuple[dict[str, Any], dt.date]]) -> dict[str, Any]:
    numbers = dict.fromkeys(
        (
            "asked", "unanswered", "accepted", "counter_offered", "declined", "withdrawn", "kept", "kept_after_day",
            "late", "not_kept", "differ", "answered",
        ),
        0,
    )  # fmt: skip
    days = []
    for line, on in seen:
        numbers["asked"] += 1
        at = line["state"]
        if at == "asked":
            numbers["unanswered"] += 1
        if at in ("counter_offered", "declined", "withdrawn", "kept", "not_kept"):
            numbers[at] += 1
        if at in ("accepted", "kept", "not_kept"):
            numbers["accepted"] += 1
        if at == "accepted" and too_late(line["due"], on):
            numbers["late"] += 1
        if at == "kept" and too_late(line["due"], line["reported"]):
            numbers["kept_after_day"] += 1
        if line.get("owner_says") is not None and line.get("asker_says") is not None:
            numbers["differ"] += line["owner_says"] != line["asker_says"]
        if line["answered"] is not None:
            numbers["answered"] += 1
            days.append((line["answered"] - line["asked"]).days)
    numbers["half_within_days"] = first_day_with(days, 1, 2)
    numbers["most_within_days"] = first_day_with(days, 3, 4)
    return numbers


# --- Histories --------------------------------------------------------------------------------------------------------


def take(world: PlanWorld, twin: Twin, day: dt.date, step: str, who: str, other: str, which: int, days: int) -> None:
    """Try a step; write it down when it was taken."""
    by, own = getattr(world, who), organisation_of(world, who)
    due = day + dt.timedelta(days=days)
    if step == "request":
        if who == other:
            return
        owner = organisation_of(world, other)
        # Twins of the same request on the same day are one; a text of its own keeps them apart.
        made = actions.make_request(
            by=by, area=world.west, asked_by=own, asked_of=owner, text=f"Nummer {len(twin.pages)}", due_on=due
        )
        twin.write(
            made.pk, day, asker=own.pk, owner=owner.pk, state="asked", due=due, asked=day, answered=None,
        )  # fmt: skip
        return
    if not twin.pages:
        return
    pk = sorted(twin.pages)[which % len(twin.pages)]
    one = Commitment.objects.get(pk=pk)
    now = twin.pages[pk][-1][1]
    said: dict[str, Any] = {}
    try:
        with transaction.atomic():
            if step == "accept":
                actions.accept(by=by, commitment=one)
                said = {"state": "accepted", "answered": day}
            elif step == "counter":
                actions.counter_offer(by=by, commitment=one, offer="Halva i stället.", due_on=due)
                said = {"state": "counter_offered", "answered": day, "offered": due}
            elif step == "decline":
                actions.decline(by=by, commitment=one, reason="Det ryms inte.")
                said = {"state": "declined", "answered": day}
            elif step == "take":
                actions.take_offer(by=by, commitment=one)
                said = {"state": "accepted", "due": now["offered"]}
            elif step == "change":
                actions.change_request(
                    by=by, commitment=one, row_version=one.row_version, text=f"{one.text}, ändrat", due_on=due
                )
                said = {"due": due}
                if now["state"] != "asked":
                    said |= {"state": "asked", "asked": day, "answered": None}
            elif step == "again":
                actions.ask(by=by, commitment=one)
                said = {"state": "asked", "asked": day, "answered": None}
            elif step == "withdraw":
                actions.withdraw(by=by, commitment=one, reason="Behövs inte.")
                said = {"state": "withdrawn"}
            elif step == "hand over":
                # Who answers for it there is nobody else's figure.
                colleague = make.MembershipFactory(organisation=one.asked_of, user=make.UserFactory(), role="reporter")
                actions.hand_over(by=by, commitment=one, responsible=colleague)
                said = {}
            elif step in ("kept", "not_kept"):
                actions.report(by=by, commitment=one, is_kept=step == "kept", text="Så blev det.")
                if now["state"] != step:
                    said = {"state": step, "reported": day, "owner_says": step == "kept"}
                    # Who agreed without a word agreed with the report before this one.
                    said |= {} if now.get("in_words") else {"asker_says": None}
            else:
                view = (now["state"] == "kept") == (step == "agree")
                actions.confirm(by=by, commitment=one, is_kept=view, text="" if step == "agree" else "Vi ser det så.")
                said = {"asker_says": view, "in_words": step != "agree"}
    except (NotAllowed, NotPossible):
        return
    if said:
        twin.write(pk, day, **said)


def organisation_of(world: PlanWorld, who: str) -> Any:
    return {
        "officer": world.municipality, "security_lead": world.housing, "police": world.police_authority,
    }[who]  # fmt: skip


EVENTS = st.tuples(
    st.integers(0, 4),
    st.sampled_from(STEPS),
    st.sampled_from(PARTIES),
    st.sampled_from(PARTIES),
    st.integers(0, 3),
    st.integers(0, 9),
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(events=st.lists(EVENTS, min_size=4, max_size=30), late_days=st.integers(0, 6), after=st.integers(0, 12))
def test_the_ledger_equals_a_count_by_hand(world, events, late_days, after):
    with transaction.atomic():
        make.CommitmentRulesFactory(collaboration=world.here, shown_after_days=late_days)
        twin, day = Twin(), timezone.localdate()
        for later, step, who, other, which, days in events:
            day += dt.timedelta(days=later)
            with noon(day):
                take(world, twin, day, step, who, other, which, days)
        day += dt.timedelta(days=after)
        with noon(day) as now:
            for reader in PARTIES:
                own = organisation_of(world, reader).pk
                seen = twin.read(own, day, late_days)
                found = counted_for(getattr(world, reader), world.here, now)
                for row in found.organisations:
                    by_hand = [(line, on) for line, on in seen if line["owner"] == row.asked_of.pk]
                    assert asdict(row.figures) == count_by_hand(by_hand)
                for row in found.pairs:
                    pair = (row.asked_by.pk, row.asked_of.pk)
                    by_hand = [(line, on) for line, on in seen if (line["asker"], line["owner"]) == pair]
                    assert asdict(row.figures) == count_by_hand(by_hand)
                owners = {line["owner"] for line, _on in seen}
                assert {row.asked_of.pk for row in found.organisations} == owners
                assert len(found.pairs) == len({(line["asker"], line["owner"]) for line, _on in seen})
                whole = found.whole
                assert asdict(whole) == count_by_hand(seen)
                # Page by page each is told as it was counted.
                one_by_one = lines_for(getattr(world, reader), world.here, now=now)
                assert sum(line.is_late for line in one_by_one) == whole.late
                assert sum(line.is_after_its_day for line in one_by_one) == whole.kept_after_day
                assert len(one_by_one) == whole.asked
                shared = whole.unanswered + whole.accepted + whole.counter_offered + whole.declined + whole.withdrawn
                assert shared == whole.asked == len(seen)
        transaction.set_rollback(True)


def test_a_history_with_everything_in_it_is_counted_by_hand_too(world):
    """The generated histories are long enough to reach every column; this one is written out."""
    day, twin = dt.date(2027, 3, 1), Twin()
    history = [
        (0, "request", "officer", "security_lead", 0, 5),
        (0, "request", "officer", "police", 0, 3),
        (1, "counter", "security_lead", "", 0, 6),
        (1, "decline", "police", "", 1, 0),
        (1, "take", "officer", "", 0, 0),
        (0, "again", "officer", "", 1, 0),
        (2, "accept", "police", "", 1, 0),
        (9, "kept", "security_lead", "", 0, 0),
        (0, "differ", "officer", "", 0, 0),
        (0, "not_kept", "police", "", 1, 0),
        (0, "request", "police", "officer", 0, 4),
        (1, "withdraw", "police", "", 2, 0),
    ]
    for later, *event in history:
        day += dt.timedelta(days=later)
        with noon(day):
            take(world, twin, day, *event)
    with noon(day) as now:
        rows = {row.asked_of.name: row.figures for row in counted_for(world.officer, world.here, now).organisations}
    assert list(rows) == sorted(rows, key=str.casefold)
    housing = rows["Bostadsbolaget"]
    assert (housing.asked, housing.accepted, housing.kept, housing.kept_after_day, housing.differ) == (1, 1, 1, 1, 1)
    assert (rows["Polisen"].not_kept, rows["Polisen"].half_within_days) == (1, 2)
    # The municipality is counted like everybody else.
    assert (rows["Kommunen"].asked, rows["Kommunen"].withdrawn) == (1, 1)


# --- What others see --------------------------------------------------------------------------------------------------


def test_others_see_a_line_as_it_stood_two_days_ago(world, client):
    start = timezone.localdate()
    with noon(start):
        made = actions.make_request(
            by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing,
            text="Laga staketet.", due_on=start + dt.timedelta(days=20),
        )  # fmt: skip
    page = reverse("commitment_detail", args=["ekstad", made.number])
    with noon(start + dt.timedelta(days=1)):
        client.force_login(world.police)
        actions.accept(by=world.security_lead, commitment=made)
        assert client.get(page).status_code == 404
        assert lines_for(world.police, world.here, now=timezone.now()) == []
        assert [one.state for one in lines_for(world.officer, world.here, now=timezone.now())] == ["accepted"]
    with noon(start + dt.timedelta(days=2)):
        client.force_login(world.police)
        assert [one.state for one in lines_for(world.police, world.here, now=timezone.now())] == ["asked"]
        shown = client.get(page)
        assert shown.status_code == 200
        assert shown.context["line"].state == "asked"
        assert [row["what"] for row in shown.context["history"]] == ["ställde frågan"]
    with noon(start + dt.timedelta(days=3)):
        assert [one.state for one in lines_for(world.police, world.here, now=timezone.now())] == ["accepted"]
    CommitmentRules.objects.create(collaboration=world.here, shown_after_days=0)
    with noon(start + dt.timedelta(days=1)):
        assert [one.state for one in lines_for(world.police, world.here, now=timezone.now())] == ["accepted"]


def test_a_part_of_a_measure_shows_others_at_once_what_the_plan_shows_and_no_outcome(world, client):
    part = actions.ask(by=world.officer, commitment=world.part(world.measure(), world.housing))
    actions.accept(by=world.security_lead, commitment=part)
    actions.report(by=world.security_lead, commitment=part, is_kept=False, text="Leverantören gick i konkurs.")
    client.force_login(world.police)
    shown = client.get(reverse("commitment_detail", args=["ekstad", part.number]))
    assert shown.context["line"].state == "accepted"
    assert "konkurs" not in shown.content.decode()
    client.force_login(world.officer)
    assert "konkurs" in client.get(reverse("commitment_detail", args=["ekstad", part.number])).content.decode()


def test_of_many_reasons_the_latest_are_read_and_the_number_of_all_is_said(world, client, monkeypatch):
    monkeypatch.setattr(views, "REASONS_SHOWN", 2)
    for number in range(3):
        one = actions.make_request(
            by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing,
            text=f"Sak {number}.", due_on=timezone.localdate(),
        )  # fmt: skip
        actions.decline(by=world.security_lead, commitment=one, reason=f"Skäl {number}.")
    client.force_login(world.officer)
    shown = client.get(reverse("commitment_ledger", args=["ekstad"])).content.decode()
    assert [f"Skäl {number}." in shown for number in range(3)] == [False, True, True]
    assert "De senaste 2 av 3." in shown
    chosen = client.get(reverse("commitment_ledger", args=["ekstad"]), {"partner": world.police_authority.pk})
    assert "Skäl" not in chosen.content.decode()


def test_the_ledgers_first_words_tell_of_every_request():
    told = {"accepted": 4, "counter_offered": 1, "declined": 2, "withdrawn": 1, "unanswered": 2}
    rest = {"kept": 2, "not_kept": 1, "late": 1, "kept_after_day": 1, "differ": 0, "answered": 7}
    total = ledger.Figures(asked=sum(told.values()), **told, **rest, half_within_days=2, most_within_days=6)
    assert presenters.summary_words(total) == (
        "10 krav: accepterade 4, motbud 1, avböjda 2, återtagna 1, obesvarade 2."
        " Av löftena: genomförda 2, inte genomförda 1, inte i tid 1."
    )


def test_page_file_and_api_say_the_same_numbers(world, client):
    for number in range(3):
        one = actions.make_request(
            by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing,
            text=f"=HYPERLINK({number})", due_on=timezone.localdate(),
        )  # fmt: skip
        if number:
            actions.decline(by=world.security_lead, commitment=one, reason="Det är kommunens mark.")
    client.force_login(world.officer)
    page = client.get(reverse("commitment_ledger", args=["ekstad"]))
    (row,) = page.context["organisations"]
    on_page = {
        column["name"]: cell["value"] for column, cell in zip(page.context["columns"], row["cells"], strict=True)
    }
    assert "Det är kommunens mark." in page.content.decode()
    file = client.get(reverse("commitment_ledger_export", args=["ekstad"])).content.decode("utf-8-sig")
    heads, organisation, pair = csv.reader(io.StringIO(file), delimiter=";")
    assert organisation[:2] == ["(alla)", "Bostadsbolaget"]
    assert pair[:2] == ["Kommunen", "Bostadsbolaget"]
    assert len(heads) == len(pair)
    answer = client.get("/api/v1/ledger/?collaboration=ekstad").json()
    assert (answer["organisations"][0]["asked_by"], answer["pairs"][0]["asked_by"]) == (None, "Kommunen")
    assert {name: answer["pairs"][0][name] for name in on_page} == on_page
    assert (on_page["asked"], on_page["declined"], on_page["unanswered"]) == (3, 2, 1)
    assert [int(cell) for cell in pair[2:6]] == [3, 1, 0, 0]
    listed = client.get("/api/v1/commitments/?state=declined").json()["results"]
    assert [one["answer"] for one in listed] == ["Det är kommunens mark."] * 2
    assert page.context["summary"] == "3 krav: avböjda 2, obesvarade 1."
    # A colour or a rank on an organisation would be a class or a tag in its row.
    assert 'data-color="danger"' not in page.content.decode()


def test_two_thousand_lines_take_no_more_questions_than_twenty(world, client):
    def fill(number: int) -> None:
        first = (Commitment.objects.filter(collaboration=world.here).count() or 0) + 1
        made = Commitment.objects.bulk_create(
            make.CommitmentFactory.build(
                collaboration=world.here, area=world.west, number=first + n, asked_by=world.municipality,
                asked_of=world.housing if n % 2 else world.police_authority, state="asked",
            )
            for n in range(number)
        )  # fmt: skip
        actions_line = dict.fromkeys(actions.LINE) | {
            "state": "asked", "text": "Beskära.", "due_on": "2026-09-30", "answer": "", "owner_says": "",
            "asker_says": "", "asked_at": "2026-09-01T10:00:00Z",
        }  # fmt: skip
        CommitmentMove.objects.bulk_create(
            CommitmentMove(
                collaboration=world.here, commitment=one, kind="state", from_state="draft", to_state="asked",
                line=actions_line, at=timezone.now() - dt.timedelta(days=9),
            )
            for one in made
        )  # fmt: skip

    def questions(name: str) -> int:
        client.force_login(world.people["council"])
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(name, args=["ekstad"])).status_code == 200
        return len(captured)

    fill(20)
    few = {name: questions(name) for name in ("commitment_list", "commitment_ledger", "my_work")}
    fill(1980)
    assert Commitment.objects.filter(collaboration=world.here).count() == 2000
    many = {name: questions(name) for name in few}
    assert all(many[name] <= few[name] for name in few), (few, many)
    assert max(few.values()) <= 45
