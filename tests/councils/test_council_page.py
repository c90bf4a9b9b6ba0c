"""The council page: five answers from what is stored, a row for each area, and a list behind every number."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from action_plans.models import MeasureState
from areas.models import AreaScope
from councils.dashboard import presenters
from councils.dashboard.facts import council_facts
from partners.models import Organisation
from tests import factories as make
from tests.councils.council_cast import CALM, MORE, CouncilWorld
from tests.documents import reading
from tests.factories import councils as led
from tests.factories import indicators as measured
from tests.factories import plans as planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return CouncilWorld()


def page(client, world, who="council", **query):
    client.force_login(world.people[who])
    return client.get(reverse("council_page", args=["ekstad"]), query)


def answer(world, key, who="council"):
    facts = council_facts(world.people[who], world.here)
    return next(one for one in presenters.answers(facts) if one.key == key)


def area(world, name, who="council"):
    facts = council_facts(world.people[who], world.here)
    return next(row for row in presenters.area_rows(facts) if row["name"] == name)


def test_every_number_of_the_page_opens_a_list_of_exactly_so_many_rows(client, world):
    world.publish(world.west, MORE)
    world.publish(world.east, CALM, assessed_state="serious", assessed_motive="Fler oroliga kvällar.")
    world.chosen_problem("Skadade portar", causes=True)
    world.chosen_problem("Buskörning", causes=False)
    for of, states in ((world.police_authority, "not_kept kept late"), (world.municipality, "not_kept kept open")):
        for state in states.split():
            known = {"late": "accepted", "open": "asked"}.get(state, state)
            world.promise(of, known, by=world.housing, days=20 if state == "open" else -30)
    world.promise(world.housing, "declined")
    world.evaluation("Belysning", "worked")
    world.evaluation("Patrullering", "unclear")
    world.measure(title="Aldrig utvärderad", state="carried_out")
    late = world.measure(title="Sen", state="ongoing", due_on=world.today - dt.timedelta(days=40))
    planned.MeasureCauseFactory(measure=late, cause=world.chosen)
    planned.MeasureMoveFactory(measure=late, to_state="decided", overridden=["baseline"], reason="Bråttom")
    world.measure(title="Ny kamera", state="proposed", level="strategic")

    shown = page(client, world).content.decode()
    numbers = re.findall(r'href="([^"]+)" data-rows="(\d+)"', shown)
    # Every list is behind some number: none of them is left out of what is tried.
    tried = {address.split("/lists/")[1].split("/")[0] for address, _number in numbers}
    assert tried >= {
        "deviations", "understood", "not-understood", "kept", "broken", "late", "worked", "not-worked",
        "not-evaluated", "decisions", "measures", "with-cause", "late-measures", "problems", "open", "declined",
        "overrides",
    }  # fmt: skip
    for address, number in set(numbers):
        answered = client.get(address.replace("&amp;", "&"))
        assert answered.status_code == 200, address
        assert answered.content.decode().count("data-row>") == int(number), address


def test_title_says_how_much_waits_for_a_decision(client, world):
    planned.PlanVersionFactory(plan=world.plan, decided_by_group=world.group)
    assert "Inget väntar på ert beslut i dag" in page(client, world).content.decode()
    world.measure(title="Ny kamera", state="proposed", level="strategic")
    assert "En sak behöver ert beslut i dag" in page(client, world).content.decode()
    for number in range(2):
        world.measure(title=f"Åtgärd {number}", state="proposed", level="strategic")
    world.measure(title="Taktisk", state="proposed", level="tactical")
    assert "Tre saker behöver ert beslut i dag" in page(client, world).content.decode()


@pytest.mark.parametrize(
    ("observed", "verdict"),
    [(MORE, "Fler än väntat"), (CALM, "Som väntat"), ((20,) * 11 + (60,), "Som väntat"),
     ((5, 5, 5, *CALM[3:]), "Färre än väntat"), ((None,) * 6 + (20,) * 6, "För få för att säga"),
     ((20,) * 5, "För få för att säga")],
)  # fmt: skip
def test_line_and_words_say_the_same(world, observed, verdict):
    world.publish(world.west, observed)
    trend = area(world, "Väster")["trend"]
    assert trend["text"] == verdict
    outside = [value for value in observed if value is not None and not 10 <= value <= 30]
    assert len(trend["spark"]["outside"]) == len(outside)
    if outside and verdict != "För få för att säga":
        assert str(len(outside)) in trend["note"]


def test_deviation_that_may_be_more_eyes_says_so(world):
    world.publish(world.west, MORE)
    joined = {"changes": [{"period": "2026-06", "joined": 2, "left": 0}]}
    world.publish(world.east, MORE, coverage=joined)
    told = answer(world, "deviates")
    assert told.number == "2 av 2"
    assert "Väster: fler än väntat i 4 av 12 månader; samma som förut rapporterar" in told.sentence
    assert "Öster: fler än väntat i 4 av 12 månader; nya enheter har börjat rapportera" in told.sentence


def test_small_counts_are_protected_from_the_council_and_shown_to_the_circle(world):
    world.publish(world.west, (3, *CALM[1:]))
    told = area(world, "Väster", "council")["trend"], area(world, "Väster", "police")["trend"]
    assert [len(one["spark"]["lines"][0].split()) for one in told] == [11, 12]
    facts = council_facts(world.council, world.here)
    assert next(one for one in facts.areas if one.name == "Väster").trend.observed[0] == "protected"
    table = presenters.month_table(facts)
    assert table[0]["cells"][0]["count"] == {"value": None, "status": "protected"}


def test_council_reads_what_is_published_and_no_draft(world):
    draft = make.PictureFactory(area=world.west, assessed_state="serious", assessed_motive="Utkast.")
    row = area(world, "Väster")
    assert (row["state"], row["trend"], row["coverage"]) == (None, None, None)
    draft.delete()
    world.publish(world.west, assessed_state="worrying", assessed_motive="Fler kvällar med bråk.")
    row = area(world, "Väster")
    assert (row["state"]["word"], row["state"]["motive"]) == ("Oroande", "Fler kvällar med bråk.")
    assert row["coverage"]["value"] == "11 av 12"


def test_state_says_whether_it_is_worse_than_the_period_before(world):
    now = world.publish(world.west, assessed_state="serious", assessed_motive="Värre.")
    before = (now.period_start - dt.timedelta(days=1)).replace(day=1)
    make.PictureFactory(
        area=world.west, period_start=before, period_end=now.period_start, status="published", version=1,
        published_at=timezone.now(), published_by=world.coordinator, figures=now.figures,
        assessed_state="worrying", assessed_motive="Oroligt.",
    )  # fmt: skip
    assert area(world, "Väster")["state"]["change"] == "försämrat"


def test_others_lines_stand_as_two_days_ago_and_the_own_as_now(world):
    """The police break a promise to the municipality today: the municipality's council reads it at once, and the
    housing company's only when two days have passed."""
    asked_at = timezone.now() - dt.timedelta(days=60)
    one = planned.CommitmentFactory(
        area=world.west, asked_by=world.municipality, asked_of=world.police_authority, state="not_kept",
        due_on=world.today - dt.timedelta(days=20), asked_at=asked_at, owner_says_kept=False,
        reported_at=timezone.now(),
    )  # fmt: skip
    line = {
        "state": "accepted", "text": one.text, "due_on": one.due_on.isoformat(), "asked_at": asked_at.isoformat(),
        "answered_at": asked_at.isoformat(), "answer": "", "offered_due_on": None, "owner_says_kept": None,
        "owner_says": "", "reported_at": None, "asker_says_kept": None, "asker_says": "", "confirmed_at": None,
    }  # fmt: skip
    planned.CommitmentMoveFactory(commitment=one, at=asked_at, to_state="accepted", line=line)
    planned.CommitmentMoveFactory(
        commitment=one,
        at=timezone.now(),
        from_state="accepted",
        to_state="not_kept",
        line={**line, "state": "not_kept"},
    )
    elsewhere = make.UserFactory(email="vd@example.org", function="vd")
    make.MembershipFactory(user=elsewhere, organisation=world.housing, role="council")
    theirs = council_facts(elsewhere, world.here)
    ours = council_facts(world.council, world.here)
    assert (ours.promises.not_kept, ours.promises.late) == (1, 0)
    assert (theirs.promises.not_kept, theirs.promises.late) == (0, 1)
    assert theirs.ledger_on == world.today - dt.timedelta(days=2)


def test_organisations_stand_by_name_with_the_municipality_among_them(client, world):
    for of, number in ((world.police_authority, 1), (world.municipality, 3), (world.housing, 2)):
        for _one in range(number):
            world.promise(of, "not_kept", by=world.other_housing)
    told = council_facts(world.council, world.here)
    assert [one.name for one in told.organisations] == ["Bostadsbolaget", "Kommunen", "Polisen"]
    assert [one.is_own for one in told.organisations] == [False, True, False]


def test_promise_that_fell_due_long_ago_is_counted_no_more_and_a_late_one_always(world):
    world.promise(world.police_authority, "not_kept", days=-400)
    world.promise(world.police_authority, "accepted", days=-400)
    told = council_facts(world.council, world.here).promises
    assert (told.not_kept, told.late) == (0, 1)


def test_two_broken_promises_are_named_on_the_page(client, world):
    world.promise(world.police_authority, "not_kept", text="Patrullera torget på fredagar.")
    world.promise(world.municipality, "not_kept", by=world.housing, text="Laga belysningen i tunneln.")
    for _one in range(3):
        world.promise(world.housing, "kept")
    shown = page(client, world).content.decode()
    broken = shown.split('id="broken"')[1].split("</ul>")[0]
    for words in ("Polisen", "Patrullera torget på fredagar.", "Kommunen", "Laga belysningen i tunneln."):
        assert words in broken
    assert answer(world, "promises").number == "3 av 5"


def test_what_has_worked_leaves_out_what_a_later_count_turned(world):
    from tests.factories import followup as evaluated

    world.evaluation("Belysning", "worked")
    turned = world.evaluation("Röjning", "worked")
    evaluated.EvaluationCheckFactory(evaluation=turned, standing="turns")
    told = answer(world, "worked")
    assert told.number == "1 av 2"
    assert "håller inte längre 1" in told.sentence.lower()


def test_survey_stands_with_its_interval_and_answers(world):
    indicator = measured.IndicatorFactory(
        collaboration=world.here, area=world.west, level="area", kind="survey", name="Otrygg sent ute"
    )
    measured.IndicatorValueFactory(indicator=indicator, value=0.38, n=184, successes=70, ci_low=0.31, ci_high=0.45)
    told = area(world, "Väster")["safety"]
    assert told["value"] == "38 % (31–45 %)"
    assert "184 svar" in told["note"]
    assert area(world, "Öster")["safety"] is None


def test_partner_reads_the_own_areas_and_no_other(client, world):
    facts = council_facts(world.people["security_lead"], world.here)
    assert [one.name for one in facts.areas] == ["Väster"]
    assert page(client, world, "security_lead").status_code == 200
    assert (
        client.get(reverse("council_list", args=["ekstad", "problems"]), {"area": world.east.slug}).status_code == 404
    )
    for who in ("reporter", "coach", "administrator", "data_protection"):
        assert page(client, world, who).status_code == 403


def test_empty_collaboration_says_so_in_words(client, world):
    from areas.models import Area

    AreaScope.objects.all().delete()
    for who in ("council", "security_lead"):
        if who == "council":
            Area.objects.filter(collaboration=world.here).update(valid_to=world.today)
        shown = page(client, world, who).content.decode()
        assert "Det finns inget område här för dig än" in shown
        assert "Inget område att följa än" in shown


def test_area_without_anything_says_so_in_every_cell(client, world):
    shown = page(client, world).content.decode()
    row = shown.split(">Öster</a>")[1].split("</tr>")[0]
    for words in (
        "Inte bedömt", "Ingen publicerad lägesbild", "Inte noterat", "Inget öppet problem", "Ingen beslutad åtgärd",
        "Inget öppet", "Ingen enkät", "Ingen väntas rapportera", "Inga inom 90 dagar",
    ):  # fmt: skip
        assert words in row


def test_questions_to_the_database_are_as_many_for_thirteen_areas_as_for_two(client, world):
    def questions():
        page(client, world)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert page(client, world).status_code == 200
        return len(asked)

    def fill(one):
        world.publish(one, MORE, assessed_state="worrying", assessed_motive="Bråk.")
        world.chosen_problem("Portar", causes=True, area=one)
        plan = planned.PlanFactory(area=one, last_day=world.today + dt.timedelta(days=30))
        planned.MeasureFactory(plan=plan, state=MeasureState.ONGOING)
        for state in ("not_kept", "kept", "asked"):
            world.promise(make.OrganisationFactory(collaboration=world.here), state, area=one)
        indicator = measured.IndicatorFactory(collaboration=world.here, area=one, level="area", kind="survey")
        measured.IndicatorValueFactory(indicator=indicator, value=0.4, n=100, successes=40)

    for one in (world.west, world.east):
        fill(one)
    for_two = questions()
    for number in range(11):
        fill(make.AreaFactory(collaboration=world.here, name=f"Område {number}"))
    assert questions() == for_two <= 40
    assert Organisation.objects.filter(collaboration=world.here).count() > 13


def test_what_a_group_has_asked_of_the_council_waits_first_and_says_how_late_it_is(client, world):
    asks = {"from_group": world.group, "collaboration": world.here, "area": world.west}
    world.measure(title="Ny kamera", state="proposed", level="strategic")
    late = led.EscalationFactory(**asks, answer_by=world.today - dt.timedelta(days=9), question="Vem betalar lamporna?")
    led.EscalationFactory(
        **asks, question="Redan besvarad", answer="yes", answered_at=timezone.now(), to_group=late.to_group
    )
    facts = council_facts(world.council, world.here)
    assert facts.decisions[0].thing.title == "Vem betalar lamporna?"
    assert facts.decisions[0].days_late >= 9
    assert "Redan besvarad" not in {one.thing.title for one in facts.decisions}
    assert "skulle ha besvarats" in answer(world, "decide").sentence
    # A question keeps its own mark.
    assert "Vem betalar lamporna? " in answer(world, "decide").sentence
    client.force_login(world.council)
    listed = client.get(reverse("council_list", args=["ekstad", "late-decisions"]))
    assert listed.content.decode().count("data-row>") == 1


def pages(file):
    """The words of each page, without what breaks them over lines."""
    return [reading.bare(one.extract_text()) for one in reading.reader(file).pages]


@pytest.mark.parametrize("header", ["", "Ekstads kommun"])
def test_the_five_answers_and_the_broken_promises_stand_on_page_one_of_the_pdf(client, world, header):
    # A municipality's own line above the page takes some of it.
    if header:
        make.LookFactory(collaboration=world.here, header=header)
    world.publish(world.west, MORE, assessed_state="worrying", assessed_motive="Fler kvällar med bråk.")
    world.promise(world.police_authority, "not_kept", text="Patrullera torget på fredagar.")
    world.promise(world.municipality, "not_kept", by=world.housing, text="Laga belysningen i tunneln.")
    world.measure(title="Ny kamera", state="proposed", level="strategic")
    client.force_login(world.council)
    answered = client.get(reverse("council_pdf", args=["ekstad"]))
    assert (answered.status_code, answered["Content-Type"]) == (200, "application/pdf")
    first, *_rest = pages(answered.content)
    assert reading.bare(header) in first
    facts = council_facts(world.council, world.here)
    for one in presenters.answers(facts):
        assert reading.bare(one.question) in first
        assert reading.bare(one.sentence) in first
    for words in ("Polisen", "Patrullera torget på fredagar.", "Kommunen", "Laga belysningen i tunneln."):
        assert reading.bare(words) in first
    assert reading.bare("Fler kvällar med bråk.") in "".join(pages(answered.content))


def test_paper_of_an_empty_collaboration_says_so(client, world):
    from areas.models import Area

    Area.objects.filter(collaboration=world.here).update(valid_to=world.today)
    client.force_login(world.council)
    answered = client.get(reverse("council_pdf", args=["ekstad"]))
    assert reading.bare("Inget område att följa än") in pages(answered.content)[0]
