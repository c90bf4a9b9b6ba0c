"""Goals: counted by the system, worded by the template, told with care, agreed on by a group."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from action_plans.goals import actions, presenters, queries, telling
from action_plans.goals.counting import count_baseline, is_same_season, showable, suggested_period
from action_plans.goals.rules import EMPTY_WORDS, empty_words_in, gaps_of, tells_count
from action_plans.models import Goal, Plan
from audit.models import Event
from cause_analysis.models import State
from cause_analysis.texts import TextsRefused
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from incidents.selections import Selection
from situational_picture.protecting import COUNTS, NO_SENSITIVE
from situational_picture.selecting import CIRCLE
from tests import factories as make
from tests.action_plans.cast import PlanWorld
from tests.world import PEOPLE

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2025, 1, 1), dt.date(2025, 12, 31)


@pytest.fixture
def world(db):
    with translation.override("sv"):
        world = PlanWorld()
        # Somebody has reported in every month of the year, so that the sources cover it.
        happened(world, 12, area=world.east)
        yield world


def happened(world, number, *, category=None, area=None, place=None):
    """So many events, spread over the months of 2025."""
    for at in range(number):
        make.IncidentFactory(
            organisation=world.housing,
            area=area or world.west,
            category=category or world.vandalism,
            place=place,
            at=dt.datetime(2025, at % 12 + 1, 3 + at % 25, 12, tzinfo=dt.UTC),
        )


def said(world, **more):
    """What a whole goal says, as its form gives it."""
    return {
        "kind": "effect",
        "direction": "reduce",
        "measured": "reports",
        "selection": "category=SKA",
        "indicator": "rapporter om skadegörelse",
        "baseline_from": FIRST,
        "baseline_to": LAST,
        "target": 15.0,
        "target_on": dt.date(2026, 12, 31),
        "organisation": world.municipality,
        "owner": world.officer.memberships.get(),
        **more,
    }


def add(world, **more):
    problem = more.pop("problem", world.problem)
    return actions.add_goal(by=more.pop("by", world.officer), plan=world.plan, problem=problem, **said(world, **more))


@pytest.fixture
def ask(client, world):
    """Ask for a page, or post to it, as somebody of the cast."""

    def do(who, name, *args, query="", **body):
        client.force_login(world.officer if who == "officer" else world.people[who])
        address = reverse(name, args=[world.here.slug, *args]) + query
        return client.post(address, body) if body else client.get(address)

    return do


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("\xa0", " ")


# --- The baseline -----------------------------------------------------------------------------------------------------


def test_the_baseline_is_counted_by_the_system_with_its_exact_interval(world):
    happened(world, 40)
    happened(world, 5, category=world.drugs)
    happened(world, 7, area=world.east)
    goal = add(world)
    assert (goal.baseline, goal.is_sensitive) == (40, False)
    assert goal.baseline_lower == pytest.approx(28.58, abs=0.01)
    assert goal.baseline_upper == pytest.approx(54.47, abs=0.01)
    assert goal.counted_at is not None
    assert Event.objects.get(action="goal_added").subject_id == str(goal.pk)


def test_what_a_form_says_of_the_baseline_is_not_what_is_counted(world):
    happened(world, 40)
    assert add(world, baseline=7.0).baseline == 40


def test_without_days_the_same_season_before_the_plan_is_counted(world):
    happened(world, 40)
    goal = add(world, baseline_from=None, baseline_to=None)
    assert (goal.baseline_from, goal.baseline_to, goal.baseline) == (FIRST, LAST, 40)


def test_a_selection_that_is_empty_counts_all_events_of_the_area(world):
    happened(world, 12)
    happened(world, 3, category=world.drugs)
    goal = add(world, selection="")
    assert (goal.baseline, goal.is_sensitive) == (15, True)


def test_a_count_is_made_anew_when_what_it_rests_on_changes_and_not_otherwise(world):
    happened(world, 40)
    goal = add(world)
    happened(world, 2)
    goal = actions.change_goal(by=world.officer, goal=goal, row_version=0, target=10.0)
    assert goal.baseline == 40
    goal = actions.change_goal(by=world.officer, goal=goal, row_version=1, baseline_from=dt.date(2025, 2, 1))
    assert goal.baseline == 42 - sum(at % 12 == 0 for at in [*range(40), *range(2)])


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (dt.date(2025, 5, 1), dt.date(2025, 4, 1), "baseline_to"),
        (dt.date(2025, 5, 1), dt.date(2999, 4, 1), "baseline_to"),
        (dt.date(1990, 5, 1), dt.date(2025, 4, 1), "baseline_from"),
        (dt.date(2019, 1, 1), dt.date(2019, 12, 31), "baseline_from"),
        (dt.date(2019, 1, 1), LAST, "baseline_from"),
        (dt.date(2024, 12, 31), LAST, "baseline_from"),
    ],
)
def test_days_that_cannot_be_counted_are_refused_in_words(world, first, last, field):
    happened(world, 40)
    with pytest.raises(NotPossible) as refused:
        count_baseline(world.plan, Selection(), first, last, today=timezone.localdate())
    assert list(refused.value.message_dict) == [field]


def test_an_entered_baseline_has_no_count_left_from_before(world):
    happened(world, 40)
    goal = add(world)
    goal = actions.change_goal(
        by=world.officer, goal=goal, row_version=0, measured="entered", baseline=62.0, source="trygghetsmätningen"
    )
    assert (goal.baseline, goal.baseline_lower, goal.selection, goal.counted_at) == (62, None, "", None)


DAYS = st.dates(dt.date(2001, 1, 1), dt.date(2090, 12, 31))


@given(first=DAYS, length=st.integers(0, 1200), ahead=st.integers(0, 1500), today=DAYS)
def test_the_days_suggested_lie_before_the_plan_and_in_its_season(first, length, ahead, today):
    plan = Plan(first_day=first, last_day=first + dt.timedelta(days=length))
    target_on = first + dt.timedelta(days=ahead)
    begins, ends = suggested_period(plan, target_on, today=today)
    assert begins <= ends < min(first, today)
    assert (ends - begins).days <= 366
    goal = Goal(baseline_from=begins, baseline_to=ends, target_on=target_on)
    assert is_same_season(goal)


def test_baseline_and_target_of_different_seasons_are_told_of(world):
    goal = Goal(baseline_from=dt.date(2025, 6, 1), baseline_to=dt.date(2025, 8, 31), target_on=dt.date(2026, 12, 31))
    assert not is_same_season(goal)
    assert presenters.help_of(_unsaved(world, goal), CIRCLE)["season"].startswith("Utgångsvärde och målvärde")


def _unsaved(world, goal):
    goal.plan, goal.collaboration = world.plan, world.here
    return goal


# --- The sentence -----------------------------------------------------------------------------------------------------


def test_the_sentence_is_written_from_the_template(world):
    happened(world, 42)
    goal = add(world)
    written = (
        "Minska rapporter om skadegörelse i Väster från {} (1 januari–31 december 2025) till högst 15"
        " (1 januari–31 december 2026), mätt med de godkända rapporterna. Ägare: Kommunen."
    )
    assert telling.sentence_for(goal, CIRCLE) == written.format("42")
    assert telling.sentence_for(goal, COUNTS) == goal.text == written.format("minst 40")
    # The page says it once: what is to change as its heading, and the rest below it.
    assert written.startswith(telling.headline(goal))
    rest = telling.sentence_after_headline(goal, CIRCLE)
    assert rest == written.format("42").removeprefix(telling.headline(goal)).replace(" i Väster från", "I Väster, från")


def test_an_unworded_sentence_follows_the_fields_and_the_readers_language(world):
    happened(world, 42)
    goal = actions.change_goal(by=world.officer, goal=add(world), row_version=0, target=10.0)
    assert "högst 10" in goal.text
    assert not goal.is_own_words
    with translation.override("en"):
        assert telling.sentence_for(goal, COUNTS).startswith("Reduce rapporter om skadegörelse in Väster from at least")


def test_own_words_stay_until_they_are_taken_away(world):
    happened(world, 42)
    goal = add(world, text="Skadegörelsen ska mer än halveras till 2026.")
    assert goal.is_own_words
    goal = actions.change_goal(by=world.officer, goal=goal, row_version=0, target=10.0)
    assert goal.text == "Skadegörelsen ska mer än halveras till 2026."
    goal = actions.change_goal(by=world.officer, goal=goal, row_version=1, text="")
    assert goal.text.startswith("Minska rapporter")


def test_holes_stand_as_dots(world):
    goal = actions.add_goal(by=world.officer, plan=world.plan, measured="entered", indicator="otrygga")
    assert goal.text == "Minska otrygga i Väster från … (…) till … (…), mätt med … Ägare: …"


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Från 42 till 15.", True),
        ("Från fyrtio till 15.", False),
        ("Senast 31 december 2042, från dagens nivå.", False),
        ("Den 2026-05-42 och 4 2 och 142 och 420.", False),
        ("Alla 42.", True),
    ],
)
def test_a_whole_count_in_own_words_is_seen(text, is_told):
    assert tells_count(text, 42.0, target=15.0) is is_told
    assert not tells_count(text, 42.0, target=42.0)


def test_large_counts_are_seen_however_they_are_written():
    for written in ("1204", "1 204", "1\xa0204", "1.204"):
        assert tells_count(f"Från {written} till 900", 1204, target=900)


def test_own_words_with_the_count_are_refused_since_others_read_them(world):
    happened(world, 42)
    with pytest.raises(NotPossible) as refused:
        add(world, text="Från 42 till 15 under 2026.")
    assert "”minst 40”" in refused.value.message_dict["text"][0]
    goal = add(world, text="Från minst 40 till 15 under 2026.")
    # The days are changed, and the number that stands there becomes the count.
    Goal.objects.filter(pk=goal.pk).update(text="Från 38 till 15.")
    with pytest.raises(NotPossible):
        actions.change_goal(by=world.officer, goal=goal, row_version=0, baseline_from=dt.date(2025, 2, 1))


@pytest.mark.parametrize("word", ["verka för", "arbeta med", "främja"])
def test_empty_verbs_are_warned_of_and_not_refused(world, word):
    happened(world, 42)
    goal = add(world, text=f"Kommunen ska {word} trygghet.")
    assert presenters.help_of(goal, CIRCLE)["empty_words"] == [word]
    assert not presenters.help_of(add(world), CIRCLE)["empty_words"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Vi verkar för ordning", "verka för"), ("arbetar  med", "arbeta med"), ("ARBETAT MED", "arbeta med"),
        ("främjar", "främja"), ("ett främjande", "främja"), ("jobba med", "jobba med"), ("promote", "promote"),
    ],
)  # fmt: skip
def test_empty_verbs_are_known_in_their_forms(text, word):
    assert empty_words_in(text) == [word]


@given(st.lists(st.sampled_from(["minska", "antalet", "öververkan", "arbetsmedel", "befrämjas", "skador", "till"])))
def test_other_words_are_let_be(words):
    assert empty_words_in(" ".join(words)) == []
    assert len(EMPTY_WORDS) >= 3


# --- Told with care ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "drugs", "viewer", "words"),
    [
        (42, 0, CIRCLE, "42"),
        (42, 0, COUNTS, "minst 40"),
        (42, 0, NO_SENSITIVE, "minst 40"),
        (42, 3, COUNTS, "minst 40"),
        (42, 3, NO_SENSITIVE, "ett skyddat antal"),
        (9, 0, COUNTS, "ett skyddat antal"),
        (3, 0, COUNTS, "ett skyddat antal"),
        (3, 0, CIRCLE, "3"),
    ],
)
def test_a_counted_baseline_is_whole_in_the_circle_alone(world, number, drugs, viewer, words):
    happened(world, number)
    happened(world, drugs, category=world.drugs)
    goal = add(world, selection="category=SKA&category=NAR" if drugs else "category=SKA", target=1.0)
    total = number + drugs
    expected = words.replace("42", str(total)) if viewer == CIRCLE else words
    assert telling.baseline_words(goal, viewer) == expected
    if viewer != CIRCLE:
        told = telling.baseline_told(goal, viewer)
        assert (told.value, told.lower, told.upper) == ("protected", None, None)
        assert presenters.help_of(goal, viewer)["showable"] == []


@pytest.mark.parametrize("who", ["council", "coach", "police"])
def test_no_page_and_no_api_outside_the_circle_says_the_count(world, ask, client, who):
    happened(world, 43)
    if who == "coach":
        make.CoachInvitationFactory(problem=world.problem, membership=world.people["coach"].memberships.get())
    goal = add(world)
    shown = [
        ask(who, "goal_list", world.plan.number),
        ask(who, "goal", world.plan.number, goal.number),
        ask(who, "problem", world.problem.number),
    ]
    interval = [f"{goal.baseline_lower:.1f}".replace(".", ","), f"{goal.baseline_upper:.1f}".replace(".", ",")]
    for page in shown:
        text = text_of(page)
        assert ("från 43" in text) is (who == "police")
        assert ("från minst 40" in text) is (who != "police")
        if who != "police":
            assert not any(number in text for number in [*interval, "56 %", "57 %"])
    assert all(number in text_of(shown[1]) for number in interval) is (who == "police")
    (row,) = client.get(reverse("api-goal-list")).json()["results"]
    if who == "police":
        assert (row["baseline"], row["baseline_at_least"]) == ({"value": 43, "status": "shown"}, None)
        assert "från 43" in row["text"]
    else:
        assert (row["baseline"], row["baseline_at_least"]) == ({"value": None, "status": "protected"}, 40)
        assert (row["baseline_lower"], row["baseline_upper"]) == (None, None)
        assert "43" not in row["text"]


def test_the_log_says_which_fields_and_no_numbers(world):
    happened(world, 43)
    goal = add(world)
    actions.change_goal(by=world.officer, goal=goal, row_version=0, target=10.0)
    assert Event.objects.get(action="goal_changed").details == {"fields": ["target", "text"]}


# --- Whether it could be shown ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("baseline", "target", "sentences"),
    [
        (40, 20, ["En minskning på 58 % skulle synas i ungefär hälften av fallen, 79 % i åtta av tio.",
                  "Målet är 50 % färre, och det går knappast att skilja från slumpen med de här antalen."]),
        (40, 14, ["En minskning på 58 %", "Målet är 65 % färre, och det kan lika gärna synas som inte."]),
        (40, 5, ["En minskning på 58 %", "Målet är 88 % färre, och det skulle synas."]),
        (20, 10, ["En minskning på 79 % skulle synas i ungefär hälften av fallen, ingen i åtta av tio."]),
        (10, 5, ["Med så få händelser går ingen minskning att visa, inte ens om det inte blir några kvar."]),
    ],
)  # fmt: skip
def test_it_says_in_words_whether_the_change_could_be_shown(world, baseline, target, sentences):
    happened(world, baseline)
    goal = add(world, target=float(target))
    words = presenters.help_of(goal, CIRCLE)["showable"]
    for sentence, found in zip(sentences, words, strict=False):
        assert found.replace("\xa0", " ").startswith(sentence)


def test_nothing_is_said_of_what_it_cannot_reckon(world):
    happened(world, 40)
    increase = add(world, direction="increase", target=60.0)
    assert showable(increase) is None
    entered = add(world, measured="entered", baseline=40.0, source="enkät")
    assert showable(entered) is None
    # Each says why instead.
    words = [presenters.help_of(goal, CIRCLE)["not_reckoned"] for goal in (increase, entered, add(world))]
    assert [bool(said) for said in words] == [True, True, False]
    assert words[0] != words[1]
    assert showable(add(world, target=None)).wanted is None


# --- What is missing --------------------------------------------------------------------------------------------------


def test_everything_missing_is_said_at_once(world):
    goal = actions.add_goal(by=world.officer, plan=world.plan, measured="entered")
    fields = ["indicator", "baseline_from", "baseline", "source", "target", "target_on", "organisation", "owner"]
    assert [gap.field for gap in gaps_of(goal)] == fields
    with pytest.raises(NotPossible) as refused:
        actions.agree_on_goal(by=world.police, goal=goal, group=world.group, row_version=0)
    assert len(refused.value.messages) == len(fields)
    goal.refresh_from_db()
    assert goal.agreed_at is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"indicator": " "}, "indicator"),
        ({"target": None}, "target"),
        ({"target": 40.0}, "target"),
        ({"target": 55.0}, "target"),
        ({"direction": "increase"}, "target"),
        ({"target_on": None}, "target_on"),
        ({"target_on": LAST}, "target_on"),
        ({"owner": None}, "owner"),
    ],
)
def test_each_gap_alone_keeps_a_group_from_agreeing(world, change, field):
    happened(world, 40)
    whole = add(world)
    assert gaps_of(whole) == []
    goal = add(world, **change)
    assert [gap.field for gap in gaps_of(goal)] == [field]
    with pytest.raises(NotPossible):
        actions.agree_on_goal(by=world.police, goal=goal, group=world.group, row_version=0)
    actions.agree_on_goal(by=world.police, goal=whole, group=world.group, row_version=0)


# --- Its life ---------------------------------------------------------------------------------------------------------


def test_a_group_agrees_and_the_problem_goes_on(world):
    happened(world, 40)
    goal = actions.agree_on_goal(by=world.police, goal=add(world), group=world.group, row_version=0)
    world.problem.refresh_from_db()
    assert (goal.agreed_by_group, world.problem.state) == (world.group, State.GOALS_SET)
    assert Event.objects.filter(action="goal_agreed").count() == 1
    again = actions.agree_on_goal(by=world.police, goal=goal, group=world.group, row_version=0)
    assert again.agreed_at == goal.agreed_at
    assert Event.objects.filter(action="goal_agreed").count() == 1


def test_a_goal_of_the_plan_as_a_whole_moves_no_problem(world):
    happened(world, 40)
    actions.agree_on_goal(by=world.police, goal=add(world, problem=None), group=world.group, row_version=0)
    world.problem.refresh_from_db()
    assert world.problem.state == State.ANALYSED


def test_a_changed_goal_is_agreed_on_anew_and_one_saved_unchanged_is_not(world):
    happened(world, 40)
    goal = actions.agree_on_goal(by=world.police, goal=add(world), group=world.group, row_version=0)
    goal = actions.change_goal(by=world.officer, goal=goal, row_version=0, **said(world))
    assert (goal.agreed_at is None, goal.row_version) == (False, 0)
    goal = actions.change_goal(by=world.officer, goal=goal, row_version=0, target=3.0)
    assert (goal.agreed_at, goal.agreed_by_group, goal.row_version) == (None, None, 1)


def test_nobody_agrees_on_what_was_changed_meanwhile(world):
    happened(world, 40)
    goal = add(world)
    actions.change_goal(by=world.officer, goal=goal, row_version=0, target=3.0)
    with pytest.raises(Conflict):
        actions.agree_on_goal(by=world.police, goal=goal, group=world.group, row_version=0)
    with pytest.raises(Conflict):
        actions.change_goal(by=world.police, goal=goal, row_version=0, target=4.0)


def test_who_may_write_and_agree(world):
    happened(world, 40)
    goal = add(world)
    for who in ("other_housing", "council", "coach", "reporter", "stranger", "administrator", "data_protection"):
        with pytest.raises(NotAllowed):
            add(world, by=world.people[who])
        with pytest.raises(NotAllowed):
            actions.change_goal(by=world.people[who], goal=goal, row_version=0, target=1.0)
        with pytest.raises(NotAllowed):
            actions.remove_goal(by=world.people[who], goal=goal)
        with pytest.raises(NotAllowed):
            actions.agree_on_goal(by=world.people[who], goal=goal, group=world.group, row_version=0)
    # In the circle, but without a seat in the group.
    with pytest.raises(NotAllowed):
        actions.agree_on_goal(by=world.officer, goal=goal, group=world.group, row_version=0)
    foreign = make.GroupFactory(collaboration=world.elsewhere)
    with pytest.raises(NotPossible):
        actions.agree_on_goal(by=world.coordinator, goal=goal, group=foreign, row_version=0)


def test_an_owner_works_in_the_organisation_and_nothing_comes_from_elsewhere(world):
    with pytest.raises(NotPossible) as refused:
        add(world, measured="entered", organisation=world.police_authority)
    assert "owner" in refused.value.message_dict
    with pytest.raises(NotPossible) as refused:
        add(world, measured="entered", organisation=world.foreign, owner=None)
    assert "organisation" in refused.value.message_dict
    elsewhere = make.ProblemFactory(collaboration=world.here, area=world.east)
    with pytest.raises(NotPossible) as refused:
        add(world, measured="entered", problem=elsewhere)
    assert "problem" in refused.value.message_dict


def test_free_texts_pass_the_guard_all_at_once(world):
    with pytest.raises(TextsRefused) as refused:
        add(world, measured="entered", text="Ring 070-123 45 67", indicator="811218-9876", source="sven@example.org")
    assert set(refused.value.message_dict) == {"text", "indicator", "source"}


def test_a_goal_taken_away_is_gone_from_pages_and_numbers_are_not_used_again(world):
    happened(world, 40)
    goal = add(world)
    actions.remove_goal(by=world.officer, goal=goal)
    actions.remove_goal(by=world.officer, goal=goal)
    assert Event.objects.filter(action="goal_removed").count() == 1
    assert queries.goals_of_plan(world.officer, world.plan) == []
    with pytest.raises(NotPossible):
        actions.change_goal(by=world.officer, goal=goal, row_version=0, target=1.0)
    assert add(world).number == goal.number + 1


def test_a_form_sent_twice_is_one_goal(world):
    happened(world, 40)
    assert add(world).pk == add(world).pk
    assert add(world, target=1.0).pk != add(world).pk


# --- Pages ------------------------------------------------------------------------------------------------------------


def body(world, **more):
    return {
        "row_version": "0",
        "kind": "effect",
        "direction": "reduce",
        "measured": "reports",
        "counts": "problem",
        "category": ["SKA"],
        "indicator": "rapporter om skadegörelse",
        "baseline_from": "2025-01-01",
        "baseline_to": "2025-12-31",
        "target": "15",
        "target_on": "2026-12-31",
        "organisation": world.municipality.pk,
        "owner": world.officer.memberships.get().pk,
        "text": "",
        **more,
    }


def test_from_a_problem_to_its_goal_without_javascript(world, ask):
    happened(world, 40)
    page = ask("police", "problem", world.problem.number)
    assert reverse("problem_goal_new", args=["ekstad", world.problem.number]) in page.content.decode()
    led = ask("police", "problem_goal_new", world.problem.number)
    assert led.status_code == 302
    form = ask("police", "goal_new", world.plan.number, query=f"?problem={world.problem.number}")
    assert form.context["help"]["sentence"].startswith("Minska")
    query = f"?problem={world.problem.number}"
    tried = ask("police", "goal_new", world.plan.number, query=query, **body(world, counts="chosen"), **{"try": "yes"})
    assert (tried.status_code, Goal.objects.count()) == (200, 0)
    assert "Minska rapporter om skadegörelse i Väster från 40" in text_of(tried)
    assert "En minskning på 58 % skulle synas i ungefär hälften av fallen, 79 % i åtta av tio." in text_of(tried)
    made = ask("police", "goal_new", world.plan.number, query=query, **body(world, counts="chosen"))
    goal = Goal.objects.get()
    assert made.url == reverse("goal", args=["ekstad", world.plan.number, goal.number])
    assert (goal.problem, goal.baseline, goal.selection) == (world.problem, 40, "category=SKA")
    shown = ask("police", "goal", world.plan.number, goal.number)
    assert gaps_of(goal) == []
    agreed = ask("police", "goal_agree", world.plan.number, goal.number, row_version="0", group=world.group.pk)
    assert agreed.status_code == 302
    goal.refresh_from_db()
    assert goal.agreed_at is not None
    assert "Har en grupp enats?" in text_of(shown)
    listed = text_of(ask("police", "problem", world.problem.number))
    assert "Minska rapporter om skadegörelse överenskommet I Väster, från 40" in listed


def test_which_plan_is_asked_where_several_run_and_one_is_asked_for_where_none_does(world, ask):
    make.PlanFactory(collaboration=world.here, area=world.west, last_day=dt.date(2990, 1, 1), title="Nästa plan")
    Plan.objects.filter(pk=world.plan.pk).update(last_day=dt.date(2990, 1, 1))
    page = ask("police", "problem_goal_new", world.problem.number)
    assert "Nästa plan" in text_of(page)
    Plan.objects.update(last_day=dt.date(2026, 1, 2))
    assert "Ingen plan för Väster pågår" in text_of(ask("police", "problem_goal_new", world.problem.number))


def test_a_refused_form_keeps_what_was_typed_and_says_why(world, ask):
    happened(world, 40)
    page = ask("police", "goal_new", world.plan.number, **body(world, baseline_from="2019-01-01", target="tolv"))
    assert page.status_code == 422
    page = ask("police", "goal_new", world.plan.number, **body(world, baseline_from="2019-01-01", indicator="Skador X"))
    assert page.status_code == 422
    assert "Källorna saknar dagar" in text_of(page)
    assert "Skador X" in page.content.decode()
    page = ask("police", "goal_new", world.plan.number, **body(world, text="Ring 070-123 45 67"))
    assert page.status_code == 422
    assert page.context["form"].asks_to_confirm
    assert Goal.objects.count() == 0


def test_a_goal_leads_back_to_its_plan(world, ask):
    goal = add(world, problem=None)
    for name in ("goal", "goal_change"):
        page = ask("police", name, world.plan.number, goal.number).content.decode()
        crumbs = page[page.index('class="ds-breadcrumbs') :].partition("</nav>")[0]
        assert f'href="{reverse("plan", args=["ekstad", world.plan.number])}"' in crumbs
        assert world.plan.title in crumbs


def test_two_who_change_a_goal_lose_nothing(world, ask):
    happened(world, 40)
    goal = add(world, problem=None)
    actions.change_goal(by=world.officer, goal=goal, row_version=0, target=9.0)
    args = [world.plan.number, goal.number]
    page = ask("police", "goal_change", *args, **body(world, target="12"))
    assert page.status_code == 409
    assert {"label": "Målvärde", "text": "9"} in page.context["theirs"]
    assert "Någon annan har skrivit här under tiden" in text_of(page)
    assert 'name="row_version" value="1"' in page.content.decode()
    assert ask("police", "goal_change", *args, **body(world, target="12", row_version="1")).status_code == 302
    goal.refresh_from_db()
    assert goal.target == 12
    page = ask("police", "goal_agree", *args, row_version="0", group=world.group.pk)
    assert page.status_code == 409
    assert 'name="row_version" value="2"' in page.content.decode()


def test_reading_changes_nothing(world, ask):
    happened(world, 40)
    goal = add(world)
    before, events = Goal.objects.values().get(), Event.objects.filter(action__startswith="goal").count()
    ask("police", "goal_new", world.plan.number)
    ask("police", "goal_change", world.plan.number, goal.number)
    ask("police", "goal_change", world.plan.number, goal.number, **body(world, target="1"), **{"try": "yes"})
    assert Goal.objects.values().get() == before
    assert Event.objects.filter(action__startswith="goal").count() == events


@pytest.mark.parametrize("who", PEOPLE)
def test_page_and_api_show_the_same_goals(world, ask, client, who):
    here = [make.GoalFactory(plan=world.plan), make.GoalFactory(plan=world.plan, problem=world.problem)]
    make.GoalFactory(plan=world.plan, removed_at=timezone.now())
    east = make.GoalFactory(plan=make.PlanFactory(collaboration=world.here, area=world.east))
    user = world.people[who]
    visible = set(Goal.objects.visible_to(user).kept().values_list("pk", flat=True))
    assert visible == {
        "security_lead": {goal.pk for goal in here},
        "police": {goal.pk for goal in here},
        "other_housing": {east.pk},
        "coordinator": {east.pk, *(goal.pk for goal in here)},
        "council": {east.pk, *(goal.pk for goal in here)},
    }.get(who, set())
    shown = set()
    for plan in (world.plan, east.plan):
        page = ask(who, "goal_list", plan.number)
        if page.status_code == 200:
            shown |= {row["goal"].pk for row in page.context["goals"]["rows"]}
    assert shown == visible
    answer = client.get(reverse("api-goal-list"))
    assert {row["id"] for row in answer.json()["results"]} == visible


def test_a_list_of_many_goals_asks_no_more_than_one_of_few(world, ask, django_assert_max_num_queries):
    happened(world, 12)
    there = f"category=SKA&place={world.square.pk}"
    for target in range(1, 10):
        add(world, target=float(target), selection=there)
    few = make.PlanFactory(collaboration=world.here, area=world.west)
    actions.add_goal(by=world.officer, plan=few, **said(world, selection=there))
    with django_assert_max_num_queries(60) as captured:
        ask("police", "goal_list", few.number)
    of_few = len(captured)
    with django_assert_max_num_queries(of_few):
        ask("police", "goal_list", world.plan.number)
