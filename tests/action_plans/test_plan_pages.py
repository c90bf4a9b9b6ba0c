"""The pages of plans and agreements, as people and hurried hands use them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from action_plans.measures import actions as measures
from action_plans.models import Agreement, AgreementParty, Goal, Measure, Plan, PlanVersion
from action_plans.plans import actions, presenters
from action_plans.plans.agreements import change_agreement
from action_plans.plans.content import now_of, working_content
from action_plans.plans.deciding import decide_plan
from common.errors import NotPossible
from tests import factories as make
from tests.action_plans.test_plan_content import DAY, DecidableWorld

pytestmark = pytest.mark.django_db
VIEWS = ["table", "board", "time", "places", "organisations", "mine", "order"]


@pytest.fixture
def world(db):
    return DecidableWorld()


@pytest.fixture
def ask(client, world):
    """Ask for a page, or post to it, as somebody of the cast."""

    def do(who, name, *args, query="", **body):
        client.force_login(world.people[who])
        address = reverse(name, args=[world.here.slug, *args]) + query
        return client.post(address, body) if body else client.get(address)

    return do


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_page_says_first_what_is_agreed_what_is_not_and_what_is_late(ask, world):
    draft = world.measure(title="Trygghetsvärdar på kvällen")
    Measure.objects.filter(pk=world.decided.pk).update(start_on=dt.date(2025, 1, 1), due_on=dt.date(2025, 3, 3))
    page = ask("security_lead", "plan", world.plan.number)
    words = text_of(page)
    assert "1 åtgärd är beslutad" in words
    assert f"{draft.number}. Trygghetsvärdar på kvällen" in words
    assert "Polisen i åtgärd" in words
    assert "1 åtgärd är inte genomförd i tid:" in words
    assert words.index("Överenskommet") < words.index("Operativa mål")


def test_long_lists_are_folded_and_their_numbers_are_not(ask, world):
    Measure.objects.filter(pk=world.decided.pk).update(due_on=dt.date(2099, 1, 1))
    for number in range(3):
        world.measure(title=f"Utkast {number}")
        world.measure(
            title=f"Sen {number}", state="ongoing", start_on=dt.date(2025, 1, 1), due_on=dt.date(2025, 6 - number, 3)
        )
    page = ask("security_lead", "plan", world.plan.number).content.decode()
    standing = page[page.index('class="plan-standing"') : page.index('id="views"')]
    seen = re.sub(r'<details class="fold">\s*(<summary>.*?</summary>).*?</details>', r"\1", standing, flags=re.S)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", seen))
    assert "3 åtgärder är inte beslutade" in words
    assert "3 åtgärder är inte genomförda i tid" in words
    assert "Utkast 0" in standing
    assert "Utkast 0" not in words
    # The one that has been late longest is named, whatever the plan's order.
    assert "Sen 2" in words
    assert "Sen 0" not in words


def test_of_the_parts_that_are_not_accepted_the_declined_ones_come_first(world):
    asked, declined = ({"code": code} for code in ("asked", "declined"))
    parts = [{"organisation": name, "answer": answer} for name, answer in (("A", asked), ("B", declined))]
    row = {"number": 1, "title": "Byt lamporna", "pk": 1}
    [shown] = presenters._open_rows(world.plan, [], [(row, part) for part in parts], 0, [])
    assert shown["words"] == "2 delar är inte accepterade, varav 1 är avböjd"
    assert [one["text"][0] for one in shown["named"]["rows"]] == ["B", "A"]


def test_of_many_goals_the_first_are_seen_and_one_more_is_not_folded_alone(ask, world):
    for _goal in range(3):
        make.GoalFactory(plan=world.plan, organisation=world.municipality)
    assert "mål till" not in text_of(ask("security_lead", "plan", world.plan.number))
    make.GoalFactory(plan=world.plan, organisation=world.municipality)
    page = ask("security_lead", "plan", world.plan.number)
    assert "2 mål till" in text_of(page)
    for goal in world.plan.goals.all():
        assert f'id="goal-{goal.number}"' in page.content.decode()


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_names_the_measure_to_whoever_has_a_part_in_it(ask, world, view):
    page = ask("security_lead", "plan", world.plan.number, query=f"?view={view}")
    assert page.status_code == 200
    assert "Bättre ljus på torget" in text_of(page)


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_plan_says_so_in_each_view(ask, world, view):
    empty = make.PlanFactory(collaboration=world.here, area=world.west)
    page = ask("coordinator", "plan", empty.number, query=f"?view={view}")
    assert page.status_code == 200
    assert ("Till problemen" in text_of(page)) == (view == "table")


def test_the_rows_have_bras_columns_and_show_holes_and_both_colours(ask, world):
    measures.run(by=world.security_lead, measure=world.decided, to="ongoing")
    make.FollowUpNoteFactory(measure=world.decided, carried_out="yes", good_result="no", organisation=world.housing)
    page = ask("security_lead", "plan", world.plan.number)
    heads = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page.content.decode())
    assert heads[-6:] == ["Orsak", "Åtgärd", "Operativa mål", "När", "Vem", "Uppföljning"]
    (row,) = presenters.table_rows(working_content(world.plan), now_of(world.plan), world.plan)
    assert [part["is_hole"] for part in row["who"]] == [False, True]
    assert row["now"]["carried_out"] == {"text": "ja", "tone": "success", "symbol": "check"}
    assert row["now"]["good_result"] == {"text": "nej", "tone": "danger", "symbol": "close"}
    assert "Genomförd? ja" in text_of(page)


def test_the_whole_words_of_a_goal_stand_once_and_the_rows_say_it_in_short(ask, world):
    goal = Goal.objects.kept().filter(plan=world.plan).first()
    Goal.objects.filter(pk=goal.pk).update(
        text="Minska rapporter om hot på torget från 31 till högst 12. Ägare: Kommunen.",
        indicator="rapporter om hot",
        direction=Goal.Direction.REDUCE,
        target=12,
        target_on=dt.date(2026, 12, 31),
    )
    more = world.measure(title="Klipp häcken")
    for measure in (world.decided, more):
        measures.choose_goals(by=world.security_lead, measure=measure, goals=[goal])
    page = ask("security_lead", "plan", world.plan.number)
    short = "rapporter om hot: högst 12 senast 31 dec 2026"
    assert text_of(page).count(short) == 2
    assert page.content.decode().count(f'href="#goal-{goal.number}"') == page.content.decode().count(short)
    assert f'id="goal-{goal.number}"' in page.content.decode()


def test_a_late_measure_says_so_in_the_timeline_and_not_by_its_frame_alone(ask, world):
    Measure.objects.filter(pk=world.decided.pk).update(start_on=dt.date(2025, 1, 1), due_on=dt.date(2025, 3, 3))
    page = ask("security_lead", "plan", world.plan.number, query="?view=time").content.decode()
    (name,) = re.findall(r"<text[^>]*>([^<]*Bättre ljus på torget[^<]*)</text>", page)
    assert name.endswith(", försenad")
    assert "data-late" in page


def test_a_plan_that_stands_as_it_was_decided_has_nothing_that_differs(ask, world):
    decide_plan(by=world.coordinator, plan=world.plan, group=world.group, decided_on=timezone.localdate())
    assert "sedan version" not in text_of(ask("coordinator", "plan_decide", world.plan.number)).replace(
        "Inget har ändrats sedan version", ""
    )


def test_two_hundred_measures_take_as_many_questions_as_one_and_pages_stay_small(ask, world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked(view):
        with CaptureQueriesContext(
            connection,
        ) as found:
            page = ask("coordinator", "plan", world.plan.number, query=f"?view={view}")
        assert page.status_code == 200
        return len(found), len(page.content)

    for view in VIEWS:
        asked(view)
    few = {view: asked(view)[0] for view in VIEWS}
    rows = Measure.objects.bulk_create(
        make.MeasureFactory.build(
            plan=world.plan,
            collaboration=world.here,
            problem=world.problem,
            number=number,
            position=number,
            state="decided",
            operation="ordinary",
            title=f"Åtgärd nummer {number} med ett namn av vanlig längd",
        )
        for number in range(1000, 1199)
    )
    for row in rows:
        make.MeasureCauseFactory(measure=row, collaboration=world.here, cause=world.chosen)
        make.MeasurePlaceFactory(measure=row, collaboration=world.here, place=world.square)
        make.CommitmentFactory(
            measure=row, number=row.number, area=world.west, asked_by=world.municipality,
            asked_of=world.housing, state="accepted", is_lead=True,
        )  # fmt: skip
    for view in VIEWS:
        questions, size = asked(view)
        assert questions <= few[view] + 2, view
        assert size <= 150_000, f"{view}: {size}"


# --- The order --------------------------------------------------------------------------------------------------------


def test_a_press_moves_a_measure_and_the_same_press_again_moves_nothing(ask, world):
    second, third = world.measure(), world.measure()
    order = [world.decided.number, second.number, third.number]

    def stands():
        return list(Measure.objects.filter(plan=world.plan).order_by("position").values_list("number", flat=True))

    actions.move_before(by=world.officer, plan=world.plan, number=order[0], before=order[1])
    assert stands() == order
    for _press in range(2):
        ask("security_lead", "plan_order", world.plan.number, move=f"{third.number}:{second.number}")
        assert stands() == [order[0], order[2], order[1]]
    with pytest.raises(NotPossible):
        actions.move_before(by=world.officer, plan=world.plan, number=4711, before=order[0])


def test_where_hours_run_out_a_line_is_drawn_and_what_is_below_is_named(world):
    small = world.measure(title="Liten", hours=10)
    Plan.objects.filter(pk=world.plan.pk).update(hours_available=45)
    ordered = presenters.ordered(world.plan, working_content(world.plan))
    assert [row["is_below"] for row in ordered["rows"]] == [False, True]
    assert [row["number"] for row in ordered["below"]] == [small.number]
    assert ordered["rows"][1]["line_before"]
    Plan.objects.filter(pk=world.plan.pk).update(hours_available=50)
    assert presenters.ordered(world.plan, working_content(world.plan))["below"] == []


@pytest.mark.parametrize("body", [{"move": "x"}, {"move": "9" * 40 + ":1"}, {"move": "1:\x00"}, {"measure": "-1"}])
def test_hostile_orders_move_nothing(ask, world, body):
    before = list(Measure.objects.filter(plan=world.plan).values_list("number", "position"))
    assert ask("security_lead", "plan_order", world.plan.number, **body).status_code == 302
    assert list(Measure.objects.filter(plan=world.plan).values_list("number", "position")) == before


@pytest.mark.parametrize("query", ["?view=%00", "?view=../../etc", "?page=99999999999999999999", "?page=-1"])
def test_hostile_addresses_show_the_plan(ask, world, query):
    assert ask("security_lead", "plan", world.plan.number, query=query).status_code == 200


@pytest.mark.parametrize("query", ["?from=x", "?from=99999999999999999999&to=-3", "?to=%00"])
def test_hostile_versions_compare_the_last_one_with_now(ask, world, query):
    decide_plan(by=world.police, plan=world.plan, group=world.group, decided_on=DAY)
    assert "Inget skiljer." in text_of(ask("security_lead", "plan_changes", world.plan.number, query=query))


def test_numbers_without_end_are_no_address(ask, world):
    assert ask("security_lead", "plan", 10**30).status_code == 404
    assert ask("security_lead", "plan_version", world.plan.number, 10**30).status_code == 404


# --- The board --------------------------------------------------------------------------------------------------------


def test_the_board_takes_a_step_and_refuses_one_that_is_gone(ask, world):
    number = world.decided.number
    ask("security_lead", "plan_step", world.plan.number, step=f"{number}:ongoing")
    world.decided.refresh_from_db()
    assert world.decided.state == "ongoing"
    ask("security_lead", "plan_step", world.plan.number, step=f"{number}:ongoing")
    assert world.decided.moves.filter(to_state="ongoing").count() == 1
    assert ask("security_lead", "plan_step", world.plan.number, step=f"{number}:cancelled").status_code == 404
    assert ask("security_lead", "plan_step", world.plan.number, step="x").status_code == 404


def test_a_card_dropped_where_it_cannot_go_is_told_so_and_one_that_needs_words_leads_there(ask, world):
    number, board = world.decided.number, f"{reverse('plan', args=['ekstad', world.plan.number])}?view=board"
    said = ask("security_lead", "plan_step", world.plan.number, step=f"{number}:evaluated", at="decided")
    assert said.url == f"{board}#main"
    words = text_of(ask("security_lead", "plan", world.plan.number, query="?view=board"))
    assert f"En åtgärd går inte från ”beslutad” direkt till ”utvärderad”. Åtgärd {number} står kvar" in words
    said = ask("security_lead", "plan_step", world.plan.number, step=f"{number}:aborted", at="decided")
    assert said.url == reverse("measure_detail", args=["ekstad", world.decided.pk])
    world.decided.refresh_from_db()
    assert world.decided.state == "decided"


def test_buttons_are_shown_to_whoever_may_press_them(ask, world):
    step = f'value="{world.decided.number}:ongoing"'
    assert step in ask("security_lead", "plan", world.plan.number, query="?view=board").content.decode()
    assert step not in ask("council", "plan", world.plan.number, query="?view=board").content.decode()


# --- Making, changing, deciding ---------------------------------------------------------------------------------------


def test_a_form_sent_twice_makes_one_plan(ask, world):
    body = {
        "title": "Tryggare centrum", "area": world.west.pk, "first_day": "2026-01-01", "last_day": "2026-12-31",
    }  # fmt: skip
    for _press in range(2):
        assert ask("security_lead", "plan_new", **body).status_code == 302
    assert Plan.objects.filter(title="Tryggare centrum").count() == 1


def test_who_writes_meanwhile_is_shown_and_nothing_is_lost(ask, world):
    actions.change_plan(by=world.officer, plan=world.plan, row_version=0, title="Deras namn")
    body = {"title": "Mitt namn", "first_day": "2026-01-01", "last_day": "2026-12-31", "row_version": "0"}
    page = ask("security_lead", "plan_change", world.plan.number, **body)
    assert page.status_code == 409
    assert "Deras namn" in text_of(page)
    assert 'value="Mitt namn"' in page.content.decode()
    assert 'name="row_version" value="1"' in page.content.decode()
    assert "Row version" not in page.content.decode()


def test_each_field_another_wrote_is_shown_in_the_words_of_the_form(ask, client, world):
    agreement = make.AgreementFactory(collaboration=world.here, title="Samverkan i väst")
    actions.change_plan(
        by=world.officer, plan=world.plan, row_version=0, title="deras namn", first_day=dt.date(2026, 3, 5),
        agreement=agreement, purpose="", hours_available=1200,
    )  # fmt: skip
    body = {"title": "Mitt namn", "first_day": "2026-01-01", "last_day": str(world.plan.last_day), "row_version": "0"}
    page = ask("security_lead", "plan_change", world.plan.number, **body, purpose="Mitt syfte")
    assert {row["label"]: row["text"] for row in page.context["theirs"]} == {
        "Vad heter planen?": "deras namn",
        "Från": "5 mars 2026",
        "Vad ska den leda till?": "–",
        "Samverkansöverenskommelse": "Samverkan i väst",
        "Arbetstimmar som finns": "1\xa0200",
    }
    assert "deras namn" in page.content.decode()
    body = {"title": "Samverkan i väst", "first_day": str(agreement.first_day), "last_day": str(agreement.last_day)}
    change_agreement(by=world.coordinator, agreement=agreement, row_version=0, problems=[world.problem])
    page = ask("coordinator", "agreement_change", agreement.pk, **body, row_version="0")
    assert [row["text"] for row in page.context["theirs"]] == [str(world.problem) + " " + world.problem.title]


def test_all_that_was_chosen_is_still_chosen_once_another_has_written_meanwhile(client, world):
    agreement = make.AgreementFactory(collaboration=world.here)
    problems = [world.problem, make.ProblemFactory(collaboration=world.here, area=world.west)]
    change_agreement(by=world.coordinator, agreement=agreement, row_version=0, problems=[], title="Deras namn")
    client.force_login(world.coordinator)
    body = {"title": "Mitt namn", "first_day": "2026-01-01", "last_day": "2026-12-31", "row_version": "0"}
    address = reverse("agreement_change", args=[world.here.slug, agreement.pk])
    page = client.post(address, {**body, "problems": [problem.pk for problem in problems]})
    assert page.status_code == 409
    assert page.content.decode().count(" checked") == 2


def test_a_plan_that_ends_before_it_begins_says_so(ask, world):
    body = {"title": "Baklänges", "area": world.west.pk, "first_day": "2026-12-31", "last_day": "2026-01-01"}
    page = ask("security_lead", "plan_new", **body)
    assert page.status_code == 422
    assert "Den sista dagen ligger före den första." in text_of(page)


def test_a_name_of_a_person_does_not_pass(ask, world):
    page = ask(
        "security_lead", "plan_new",
        title="Planen för 811218-9876", area=world.west.pk, first_day="2026-01-01", last_day="2026-12-31",
    )  # fmt: skip
    assert page.status_code == 422
    assert not Plan.objects.filter(title__contains="811218").exists()


def test_deciding_shows_what_is_left_out_and_then_the_version(ask, world):
    draft = world.measure(title="Ett utkast")
    assert f"{draft.number}. Ett utkast" in text_of(ask("police", "plan_decide", world.plan.number))
    answer = ask("police", "plan_decide", world.plan.number, group=world.group.pk, decided_on=str(DAY))
    version = PlanVersion.objects.get()
    assert answer.url.startswith(presenters.version_url(version))
    assert "Ett utkast" not in text_of(ask("reporter", "plan_version", world.plan.number, 1))
    again = ask("police", "plan_decide", world.plan.number, group=world.group.pk, decided_on=str(DAY), reason="Igen")
    assert again.status_code == 422
    assert "Inget har ändrats sedan version 1." in text_of(again)
    assert PlanVersion.objects.count() == 1


def test_a_plan_that_lacks_something_is_not_offered_to_be_decided(ask, world):
    empty = make.PlanFactory(collaboration=world.here, area=world.west)
    page = ask("police", "plan_decide", empty.number)
    assert page.context["lacks"]
    assert "Besluta och frys" not in text_of(page)
    assert f'href="{presenters.url_of(empty)}">Tillbaka till planen' in page.content.decode()
    page = ask("police", "plan_decide", world.plan.number)
    assert "Besluta och frys" in text_of(page)
    assert f'href="{presenters.url_of(world.plan)}">Avbryt' in page.content.decode()


def test_what_changed_after_the_page_was_opened_is_read_before_it_is_frozen(ask, world):
    args = ["police", "plan_decide", world.plan.number]
    body = {"group": str(world.group.pk), "decided_on": "2025-03-03"}
    seen = ask(*args).context["form"]["seen"].value()
    measure = Measure.objects.get(pk=world.decided.pk)
    measures.change_measure(
        by=world.officer, measure=measure, row_version=measure.row_version, title="Ljusare stråk till torget"
    )
    page = ask(*args, **body, seen=seen)
    assert page.status_code == 422
    assert "Planen har ändrats sedan du öppnade sidan." in text_of(page)
    assert not PlanVersion.objects.exists()
    assert ask(*args, **body, seen=page.context["form"]["seen"].value()).status_code == 302
    assert "Ljusare stråk till torget" in str(PlanVersion.objects.get().content)


def test_a_change_is_read_with_its_words_marked(ask, world):
    decide_plan(by=world.police, plan=world.plan, group=world.group, decided_on=DAY)
    world.decided.refresh_from_db()
    measures.change_measure(
        by=world.officer, measure=world.decided, row_version=world.decided.row_version,
        mechanism="När platsen syns är det svårare att gömma sig där.", hours=80,
    )  # fmt: skip
    page = ask("security_lead", "plan_changes", world.plan.number)
    assert "2 ändringar" in text_of(page)
    body = page.content.decode()
    assert '<del class="plan-gone">40</del>' in body
    assert '<ins class="plan-new">80</ins>' in body
    assert '<ins class="plan-new">gömma sig</ins>' in body
    assert "2 ändringar sedan dess" in text_of(ask("security_lead", "plan", world.plan.number))


def test_reporters_read_decided_versions_and_no_more(ask, world):
    decide_plan(by=world.police, plan=world.plan, group=world.group, decided_on=DAY)
    Goal.objects.filter(pk=world.goal.pk).update(text="Ett nytt mål")
    assert ask("reporter", "plan", world.plan.number).status_code == 404
    assert ask("reporter", "plan_changes", world.plan.number).status_code == 404
    words = text_of(ask("reporter", "plan_version", world.plan.number, 1))
    assert "Bättre ljus på torget" in words
    assert "Ett nytt mål" not in words
    assert "Anteckna en underskrift" not in words
    # What the draft is called is read where the draft is.
    Plan.objects.filter(pk=world.plan.pk).update(title="Ett namn på väg")
    for listed in (ask("reporter", "plan_list"), ask("reporter", "area_detail", world.west.slug)):
        assert world.plan.title in text_of(listed)
        assert "Ett namn på väg" not in text_of(listed)


def test_a_coach_reads_the_plan_as_long_as_it_has_something_for_the_problem(ask, world):
    make.CoachInvitationFactory(problem=world.problem, membership=world.people["coach"].memberships.get())
    assert ask("coach", "plan", world.plan.number).status_code == 200
    Measure.objects.filter(plan=world.plan).update(state="draft", removed_at=timezone.now())
    Goal.objects.filter(plan=world.plan).update(removed_at=timezone.now())
    assert ask("coach", "plan", world.plan.number).status_code == 404


def test_a_version_page_stands_when_things_are_renamed(ask, world):
    decide_plan(by=world.police, plan=world.plan, group=world.group, decided_on=DAY)
    type(world.square).objects.filter(pk=world.square.pk).update(name="Annat torg")
    type(world.housing).objects.filter(pk=world.housing.pk).update(name="Nya bolaget")
    Measure.objects.filter(pk=world.decided.pk).update(title="Annat")
    Plan.objects.filter(pk=world.plan.pk).update(title="En annan plan")
    words = text_of(ask("council", "plan_version", world.plan.number, 1))
    assert "Bättre ljus på torget" in words
    assert "Bostadsbolaget, " in words
    assert world.plan.title in words
    assert "Nya bolaget" not in words.replace("Välj en organisation", "")


# --- Agreements -------------------------------------------------------------------------------------------------------


def test_an_agreement_names_parties_problems_and_who_has_signed(ask, world):
    body = {
        "title": "Samverkan i väst", "first_day": "2026-01-01", "last_day": "2027-12-31",
        "registry_number": "KS 2026/1", "problems": [world.problem.pk],
    }  # fmt: skip
    for _press in range(2):
        assert ask("coordinator", "agreement_new", **body).status_code == 302
    agreement = Agreement.objects.get()
    ask("coordinator", "agreement_party", agreement.pk, organisation=world.housing.pk)
    for _press in range(2):
        ask(
            "coordinator", "agreement_party", agreement.pk,
            organisation=world.housing.pk, function="förbundschef", signed_on=str(timezone.localdate()),
        )  # fmt: skip
    assert AgreementParty.objects.count() == 1
    words = text_of(ask("council", "agreement", agreement.pk))
    assert "förbundschef, undertecknat" in words
    assert world.problem.title in words
    # Whoever does not read the problem reads the agreement without it.
    assert world.problem.title not in text_of(ask("reporter", "agreement", agreement.pk))
    actions.change_plan(by=world.officer, plan=world.plan, row_version=0, agreement=agreement)
    assert "Samverkan i väst" in text_of(ask("security_lead", "plan", world.plan.number))


def test_the_area_and_the_problem_lead_to_the_plan(ask, world):
    for name, key in (("area_detail", world.west.slug), ("problem", world.problem.number)):
        page = ask("security_lead", name, key)
        headings = re.findall(r'<h2 class="card__title">(.*?)</h2>', page.content.decode(), re.S)
        assert headings
        assert len(set(headings)) == len(headings)
        assert presenters.url_of(world.plan) in page.content.decode()
    assert "1 beslutad åtgärd" in text_of(ask("security_lead", "area_detail", world.west.slug))
