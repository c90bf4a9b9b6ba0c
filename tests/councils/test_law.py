"""What the law asks for: how each duty stands, its decisions, and the year."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from audit.models import Event
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from councils.law import actions, my_work, queries, year
from councils.law.duties import DUTIES
from councils.law.rules import Standing, due_after, standing_of
from councils.models import StatutoryDecision, StatutoryItem, YearEntry
from partners.roles import Role
from situational_picture.models import Picture
from tests import factories as make
from tests.world import PEOPLE, World

READ = {"security_lead", "other_housing", "coordinator", "council"}


@pytest.fixture
def world(db):
    return World()


@pytest.fixture
def ask(client, world):
    def do(who, name, *args, body=None):
        client.force_login(world.people[who])
        address = reverse(name, args=[world.here.slug, *args])
        return client.get(address) if body is None else client.post(address, body)

    return do


def said(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def today():
    return timezone.localdate()


def months_ago(number, *, days=0):
    now = today()
    month = now.year * 12 + now.month - 1 - number
    return year.day_in(month // 12, month % 12 + 1, min(now.day, 28)) - dt.timedelta(days=days)


def decide(world, *, by="coordinator", paragraph=4, **values):
    given = {
        "decided_on": today(), "decided_by_body": "executive_board", "registry_number": "KS 2026/4", **values
    }  # fmt: skip
    return actions.decide_duty(by=world.people[by], collaboration=world.here, paragraph=paragraph, **given)


def line(world, paragraph=4, who="coordinator"):
    lines = queries.lines_for(world.people[who], world.here, today=today())
    return next(one for one in lines if one.paragraph == paragraph)


def tagged(answer):
    """The standing of each paragraph as the register tells it: its colour, and its words."""
    rows = re.findall(
        r'<th scope="row">.*?§ (\d+) .*?<span class="ds-tag tag" data-color="(\w+)">.*?<span>([^<]+)</span>',
        said(answer),
    )
    return {int(paragraph): (colour, words) for paragraph, colour, words in rows}


# --- How a duty stands ------------------------------------------------------------------------------------------------

DAY = dt.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("is_decided", "next_due", "begun", "expected"),
    [
        (False, None, None, Standing.MISSING),
        (False, None, DAY, Standing.IN_PROGRESS),
        (True, None, None, Standing.DECIDED),
        (True, DAY + dt.timedelta(days=91), None, Standing.DECIDED),
        (True, DAY + dt.timedelta(days=90), None, Standing.DUE),
        (True, DAY, None, Standing.DUE),
        (True, DAY - dt.timedelta(days=1), None, Standing.OVERDUE),
        # That a new one has begun does not make the old one less late.
        (True, DAY - dt.timedelta(days=1), DAY, Standing.OVERDUE),
    ],
)
def test_how_a_duty_stands_on_a_day(is_decided, next_due, begun, expected):
    assert standing_of(is_decided=is_decided, next_due_on=next_due, begun_on=begun, today=DAY) == expected


def test_a_decision_is_due_again_after_24_months():
    assert due_after(dt.date(2024, 2, 29)) == dt.date(2026, 2, 28)
    assert due_after(dt.date(2025, 5, 12)) == dt.date(2027, 5, 12)


def test_a_picture_older_than_24_months_shows_red_with_its_paragraph_and_a_new_one_turns_it_green(ask, world):
    decide(world, decided_on=months_ago(24, days=5))
    with translation.override("sv"):
        assert tagged(ask("council", "law"))[4] == ("danger", "försenad")
    body = {
        "decided_on": today().isoformat(), "decided_by_body": "municipal_assembly", "registry_number": "KF 2026/9"
    }  # fmt: skip
    assert ask("coordinator", "duty_decide", 4, body=body).status_code == 302
    assert tagged(ask("council", "law"))[4] == ("success", "beslutad")
    # The former decision has not gone away.
    page = said(ask("council", "duty", 4))
    assert "KF 2026/9" in page
    assert "KS 2026/4" in page.partition('id="history"')[2]


def test_an_empty_register_says_that_everything_is_missing_and_what_is_not_checked(ask, world):
    page = ask("council", "law")
    assert {paragraph for paragraph, (_colour, words) in tagged(page).items() if words == "saknas"} == set(DUTIES)
    assert said(page).count("Kontrollera mot lagtexten.") == len(DUTIES) - 1
    assert not StatutoryItem.objects.exists()


def test_work_that_has_begun_shows_until_it_is_decided(ask, world):
    ask("coordinator", "duty_begin", 5, body={"begun": "yes"})
    assert line(world, 5).standing == Standing.IN_PROGRESS
    ask("coordinator", "duty_begin", 5, body={"begun": "no"})
    assert line(world, 5).standing == Standing.MISSING
    ask("coordinator", "duty_begin", 5, body={"begun": "yes"})
    decide(world, paragraph=5)
    assert (line(world, 5).standing, line(world, 5).item.begun_on) == (Standing.DECIDED, None)


# --- Who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", PEOPLE)
def test_who_reads_it(ask, world, who):
    decide(world)
    expected = 200 if who in READ else 404 if who == "stranger" else 403
    assert {ask(who, name, *args).status_code for name, args in (("law", []), ("duty", [4]), ("year_wheel", []))} == {
        expected
    }
    assert StatutoryDecision.objects.visible_to(world.people[who]).exists() == (who in READ)


@pytest.mark.parametrize("who", sorted(READ - {"coordinator"}))
def test_only_a_coordinator_writes_in_it(world, who):
    with pytest.raises(NotAllowed):
        decide(world, by=who)
    assert not StatutoryDecision.objects.exists()
    decide(world)


def test_a_system_decides_nothing(world):
    token = make.UserFactory(is_service=True)
    make.MembershipFactory(user=token, organisation=world.municipality, role=Role.COORDINATOR)
    with pytest.raises(NotAllowed):
        actions.decide_duty(
            by=token, collaboration=world.here, paragraph=4, decided_on=today(), decided_by_body="executive_board",
            registry_number="1",
        )  # fmt: skip
    assert [one.paragraph for one in queries.lines_for(token, world.here, today=today())] == list(DUTIES)


# --- Deciding ---------------------------------------------------------------------------------------------------------


def published(world, **values):
    return make.PictureFactory(
        area=world.west,
        status=Picture.Status.PUBLISHED,
        version=1,
        figures={"total": {"count": 3}},
        published_at=timezone.now(),
        published_by=world.people["coordinator"],
        **values,
    )


def test_a_decision_rests_on_something_that_can_be_found(world):
    with pytest.raises(NotPossible, match=r"document|dokument"):
        decide(world, registry_number="")
    picture = published(world, period_kind="tertial", period_start="2026-01-01", period_end="2026-05-01")
    decide(world, registry_number="", rests_on=picture)
    assert line(world).decision.picture == picture


def test_a_decision_does_not_rest_on_a_draft_nor_on_a_week_nor_on_what_is_elsewhere(world):
    tertial = {"period_kind": "tertial", "period_start": "2026-01-01", "period_end": "2026-05-01"}
    draft = make.PictureFactory(area=world.east, **tertial)
    week = published(world, period_kind="week", period_start="2026-01-05", period_end="2026-01-12")
    elsewhere = make.AgreementFactory(collaboration=world.elsewhere)
    for document in (draft, week, elsewhere):
        with pytest.raises(NotPossible):
            decide(world, rests_on=document)
    decide(world, rests_on=published(world, **tertial))


def test_the_document_is_a_link_on_the_page(ask, world):
    version = make.PlanVersionFactory(plan__area=world.west, plan__collaboration=world.here)
    body = {
        "decided_on": today().isoformat(), "decided_by_body": "executive_board", "rests_on": f"plan-{version.pk}"
    }  # fmt: skip
    assert ask("coordinator", "duty_decide", 5, body=body).status_code == 302
    address = reverse("plan_version", args=[world.here.slug, version.plan.number, version.number])
    assert f'href="{address}"' in said(ask("council", "duty", 5))


def test_a_decision_of_tomorrow_is_not_made_yet(world):
    with pytest.raises(NotPossible):
        decide(world, decided_on=today() + dt.timedelta(days=1))
    decide(world, decided_on=today())


def test_the_same_form_sent_twice_is_one_decision(ask, world):
    body = {
        "client_uuid": "5b2b1c1e-1f66-4c2a-9d2f-5c2e6c2f0a11", "decided_on": today().isoformat(),
        "decided_by_body": "executive_board", "registry_number": "KS 1",
    }  # fmt: skip
    for _time in range(2):
        assert ask("coordinator", "duty_decide", 4, body=body).status_code == 302
    assert StatutoryDecision.objects.count() == 1


def test_no_text_points_at_a_person(world):
    with pytest.raises(NotPossible):
        decide(world, document="Beslut om 811218-9876")
    decide(world, document="Beslut om lägesbild")


def test_another_day_takes_a_reason_and_is_not_overwritten(world):
    decision, by = decide(world), world.people["coordinator"]
    later = today() + dt.timedelta(days=30)
    with pytest.raises(NotPossible):
        actions.change_due(by=by, decision=decision, row_version=0, next_due_on=later, due_reason=" ")
    actions.change_due(by=by, decision=decision, row_version=0, next_due_on=later, due_reason="Valår.")
    assert line(world).standing == Standing.DUE
    with pytest.raises(Conflict):
        actions.change_due(by=by, decision=decision, row_version=0, next_due_on=None, due_reason="Tills vidare.")
    actions.change_due(by=by, decision=decision, row_version=1, next_due_on=None, due_reason="Tills vidare.")
    assert (line(world).standing, line(world).due_on) == (Standing.DECIDED, None)


def test_what_was_written_by_mistake_is_struck_out_and_the_former_holds_again(ask, world):
    first = decide(world, decided_on=months_ago(6), registry_number="KS 1")
    wrong = decide(world, registry_number="KS 2")
    body = {"reason": "Det gällde en annan kommun."}
    assert ask("coordinator", "duty_strike", 4, wrong.pk, body=body).status_code == 302
    assert line(world).decision == first
    assert "Det gällde en annan kommun." in said(ask("council", "duty", 4))
    with pytest.raises(NotPossible):
        actions.strike_decision(by=world.people["coordinator"], decision=wrong, reason="Igen.")


@pytest.mark.parametrize(
    "change", [{"decided_on": dt.date(2020, 1, 1)}, {"registry_number": "KS 99"}, {"decided_by_body": "official"}]
)
def test_the_database_lets_nobody_rewrite_a_decision(world, change):
    decision = decide(world)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        StatutoryDecision.objects.filter(pk=decision.pk).update(**change)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        StatutoryDecision.objects.filter(pk=decision.pk).delete()
    StatutoryDecision.objects.filter(pk=decision.pk).update(due_reason="Valår.")


def test_the_words_are_marked_until_somebody_has_compared_them_with_the_law(ask, world):
    assert not line(world, 7).is_checked
    body = {"row_version": "0", "requires": "Vi ska verka för avtal.", "is_checked": "on", "checked_against": ""}
    assert ask("coordinator", "duty_change", 7, body=body).status_code == 422
    assert ask("coordinator", "duty_change", 7, body={**body, "checked_against": "SFS 2023:196"}).status_code == 302
    assert (line(world, 7).is_checked, line(world, 7).requires) == (True, "Vi ska verka för avtal.")
    # Other words are not those that were compared.
    body = {"row_version": "1", "requires": "Vi ska ha avtal."}
    assert ask("coordinator", "duty_change", 7, body=body).status_code == 302
    assert not line(world, 7).is_checked
    assert ask("coordinator", "duty_change", 7, body=body).status_code == 409


def test_every_change_is_in_the_log_without_its_words(world):
    decide(world, document="Lägesbild för hela kommunen")
    event = Event.objects.get(action="duty_decided")
    assert event.collaboration_id == world.here.pk
    assert "hela kommunen" not in str(vars(event))


def test_the_register_takes_the_same_questions_however_many_decisions_there_are(ask, world):
    decide(world)
    ask("coordinator", "law")

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as found:
            ask("coordinator", "law")
        return len(found)

    few = asked()
    for paragraph in DUTIES:
        for month in range(4):
            decide(world, paragraph=paragraph, decided_on=months_ago(month), rests_on=None)
    assert asked() == few


# --- My work ----------------------------------------------------------------------------------------------------------


def test_what_is_due_waits_for_the_coordinator_alone(world):
    decide(world, decided_on=months_ago(25))
    decide(world, paragraph=5, decided_on=months_ago(22))
    decide(world, paragraph=6)
    found = {who: my_work.items(world.people[who], [world.here]) for who in PEOPLE}
    rows = found.pop("coordinator")[world.here.pk]
    assert [row["key"].split()[1] for row in rows] == ["4", "5"]
    assert not any(found.values())


# --- The year ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "day", "now", "expected"),
    [
        (6, 15, dt.date(2026, 6, 15), dt.date(2026, 6, 15)),
        (6, 15, dt.date(2026, 6, 16), dt.date(2027, 6, 15)),
        (2, 29, dt.date(2026, 1, 1), dt.date(2026, 2, 28)),
        (2, 29, dt.date(2027, 12, 1), dt.date(2028, 2, 29)),
        (11, None, dt.date(2026, 11, 23), dt.date(2026, 11, 30)),
    ],
)
def test_when_something_comes_next(month, day, now, expected):
    assert year.next_time(month, day, today=now) == expected


def test_the_twelve_months_begin_with_this_one():
    months = year.months_from(dt.date(2026, 11, 23))
    assert (months[0], months[2], months[-1]) == (dt.date(2026, 11, 1), dt.date(2027, 1, 1), dt.date(2027, 10, 1))


def test_the_wheel_holds_what_comes_back_and_what_is_due_once_each(ask, world):
    decide(world, decided_on=months_ago(14))
    decide(world, paragraph=5, decided_on=months_ago(30))
    page = said(ask("council", "year_wheel"))
    assert page.count("§ 4 Lägesbild över brottsligheten: ett nytt beslut") == 1
    assert "§ 5" in page.partition('id="late"')[2].partition('id="months"')[0]
    months = page.partition('id="months"')[2].partition('id="undated"')[0]
    for default in year.DEFAULTS.values():
        with translation.override("sv"):
            assert page.count(str(default.title)) == 1
            assert (str(default.title) in months) == (default.month is not None)
    assert "Ändra" not in page


def test_an_entry_the_platform_begins_with_becomes_the_municipalitys_own(ask, world):
    body = {"row_version": "0", "title": "Brås enkät", "month": "3", "day": "", "is_checked": "on"}
    assert ask("coordinator", "year_entry", "bra-survey", body=body).status_code == 302
    entry = YearEntry.objects.get(key="bra-survey")
    assert (entry.title, entry.month, entry.row_version) == ("Brås enkät", 3, 1)
    assert ask("coordinator", "year_entry", "bra-survey", body=body).status_code == 409
    assert ask("coordinator", "year_entry_remove", "bra-survey", body={}).status_code == 302
    assert "Brås enkät" not in said(ask("coordinator", "year_wheel"))
    assert ask("coordinator", "year_entry", "bra-survey").status_code == 404


def test_own_entries_come_and_go(ask, world):
    body = {"row_version": "0", "title": "Trygghetsvecka", "month": "2", "day": "30"}
    assert ask("coordinator", "year_entry_new", body=body).status_code == 422
    for _time in range(2):
        assert ask("coordinator", "year_entry_new", body={**body, "day": "10"}).status_code == 302
    entry = YearEntry.objects.get()
    assert "Trygghetsvecka" in said(ask("council", "year_wheel"))
    ask("coordinator", "year_entry_remove", f"own-{entry.pk}", body={})
    assert not YearEntry.objects.exists()


# --- The API ----------------------------------------------------------------------------------------------------------


def test_other_systems_read_what_the_pages_show_and_a_coordinator_decides(client, world):
    client.force_login(world.people["coordinator"])
    body = {
        "collaboration": world.here.slug, "paragraph": 4, "decided_on": today().isoformat(),
        "decided_by": "executive_board", "address": "https://example.org/lagesbild.pdf",
    }  # fmt: skip
    answer = client.post(reverse("api-statutory-decisions"), body, content_type="application/json")
    assert (answer.status_code, answer.json()["standing"]) == (201, "decided")
    client.force_login(world.people["council"])
    rows = client.get(reverse("api-statutory-item-list")).json()["results"]
    assert [row["paragraph"] for row in rows] == list(DUTIES)
    assert rows[0]["decisions"][0]["address"] == "https://example.org/lagesbild.pdf"
    decided = client.get(reverse("api-statutory-item-list") + "?standing=decided").json()["results"]
    assert [row["paragraph"] for row in decided] == [4]
    client.force_login(world.people["police"])
    assert client.get(reverse("api-statutory-item-list")).json()["results"] == []


# --- Agreements -------------------------------------------------------------------------------------------------------


def agreement(world, *, ends, **values):
    return make.AgreementFactory(
        collaboration=world.here,
        first_day=today() - dt.timedelta(days=700),
        last_day=today() + dt.timedelta(days=ends),
        **values,
    )


def agreements_waiting(world, who="coordinator"):
    rows = my_work.items(world.people[who], [world.here]).get(world.here.pk, [])
    return {row["key"].split()[1] for row in rows if row["key"].startswith("agreement ")}


def test_an_agreement_waits_for_the_coordinator_when_it_ends_or_is_to_be_looked_over(ask, world):
    far = agreement(world, ends=400, kind="owners")
    assert agreements_waiting(world) == set()
    reviewed = agreement(world, ends=500, kind="other", next_review_on=today() + dt.timedelta(days=90))
    ended = agreement(world, ends=-1, title="Överenskommelse med polisen")
    assert agreements_waiting(world) == {str(reviewed.pk), str(ended.pk)}
    assert agreements_waiting(world, "council") == set()
    page = said(ask("council", "law")).partition('id="agreements"')[2]
    for title in (far.title, reviewed.title, ended.title):
        assert page.count(f">{title}<") == 1
    assert "Överenskommelse med polisen" in said(ask("council", "year_wheel")).partition('id="late"')[2]
    # Another of the same kind holds after it.
    agreement(world, ends=900)
    assert agreements_waiting(world) == {str(reviewed.pk)}


def test_what_an_agreement_lacks_stands_on_its_page(ask, world):
    body = {
        "title": "Överenskommelse", "kind": "police", "first_day": "2026-01-01", "last_day": "2029-12-31",
        "probable_causes": "Mörkt torg.", "outside_parties": "Företagarna\nFöreningen Vi på torget",
    }  # fmt: skip
    assert ask("coordinator", "agreement_new", body=body).status_code == 302
    made = world.here.agreements.get()
    assert made.outside_names == ["Företagarna", "Föreningen Vi på torget"]
    page = said(ask("coordinator", "agreement", made.pk))
    with translation.override("sv"):
        assert page.partition('id="contents"')[2].count("<b>saknas</b>") == 4
    assert "Föreningen Vi på torget" in said(ask("council", "law"))
    refused = ask("coordinator", "agreement_new", body={**body, "outside_parties": "811218-9876"})
    assert refused.status_code == 422


def test_other_systems_read_the_agreements_and_a_coordinator_writes_one(client, world):
    client.force_login(world.people["coordinator"])
    body = {
        "collaboration": world.here.slug, "title": "Överenskommelse", "first_day": "2026-01-01",
        "last_day": "2029-12-31", "outside_parties": "Företagarna",
    }  # fmt: skip
    assert client.post(reverse("api-agreement-list"), body, content_type="application/json").status_code == 201
    make.AgreementFactory(collaboration=world.elsewhere)
    (row,) = client.get(reverse("api-agreement-list")).json()["results"]
    assert (row["title"], row["kind"], row["outside_parties"]) == ("Överenskommelse", "police", ["Företagarna"])
    client.force_login(world.people["administrator"])
    assert client.get(reverse("api-agreement-list")).json()["results"] == []
