"""A round: scored in silence, shown to all at once, decided with a reason. Nobody reads another's scores before."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from cause_analysis.models import PrioritisationRound, Problem, RoundProblem, Score, State
from cause_analysis.models.prioritising import Criterion
from cause_analysis.prioritising import actions, presenters, queries
from cause_analysis.prioritising.suggesting import in_words, suggestions_for
from cause_analysis.problems.actions import make_problem
from common.errors import NotAllowed, NotPossible
from incidents.selections import Selection
from partners.roles import Role
from tests import factories as make
from tests.at_once import at_once
from tests.world import World

SECRET = "Glasögonormen i röstlådan"


def membership(world, who):
    return world.people[who].memberships.get()


def set_up(world):
    """The preparatory group: police, security lead and council; its deputy is a second police officer."""
    world.group = make.GroupFactory(collaboration=world.here, name="Beredningsgruppen")
    world.deputy = make.MembershipFactory(
        organisation=world.police_authority, role=Role.COMMUNITY_OFFICER, user=make.UserFactory(function="ersättare")
    )
    make.AreaScopeFactory(membership=world.deputy, area=world.west)
    for who in ("police", "security_lead", "council"):
        make.GroupMemberFactory(
            group=world.group,
            membership=membership(world, who),
            deputy=world.deputy if who == "police" else None,
        )
    world.fires = make.ProblemFactory(area=world.west, number=1, title="Bilbränder", state=State.DESCRIBED)
    world.threats = make.ProblemFactory(area=world.west, number=2, title="Hot", state=State.DESCRIBED)
    world.round = actions.start_round(
        by=world.people["coordinator"], group=world.group, problems=[world.fires, world.threats]
    )
    world.rows = {row.problem.title: row for row in world.round.round_problems.select_related("problem", "round")}
    return world


@pytest.fixture
def world(db):
    return set_up(World())


def sheet(value=2, reason="Vi ser det varje vecka.", **more):
    return {**{str(criterion): (value, reason) for criterion in Criterion}, **more}


def score(world, who, title="Bilbränder", scores=None):
    by = who if not isinstance(who, str) else world.people[who]
    actions.score_problem(by=by, round_problem=world.rows[title], scores=scores or sheet())


def url(name, *args):
    return reverse(name, args=["ekstad", *args])


class TestSilence:
    """Until they are shown, a score is read by whoever wrote it: page, file, API, query and log say nothing."""

    @pytest.fixture
    def scored(self, world):
        score(world, "police", scores=sheet(3, SECRET))
        return world

    @pytest.mark.parametrize("who", ["coordinator", "security_lead", "council", "administrator", "data_protection"])
    def test_nobody_else_reads_it(self, client, scored, who):
        user = scored.people[who]
        assert not Score.objects.visible_to(user).exists()
        client.force_login(user)
        pages = [
            url("prioritisation_list"), url("prioritisation", scored.round.pk), url("problem", 1),
            url("prioritisation_score", scored.round.pk, 1), "/api/v1/problems/",
            f"/api/v1/problems/{scored.fires.pk}/", url("log"),
        ]  # fmt: skip
        for page in pages:
            text = client.get(page).content.decode()
            assert SECRET not in text, page

    def test_whoever_wrote_it_reads_and_changes_it(self, client, scored):
        client.force_login(scored.people["police"])
        page = client.get(url("prioritisation_score", scored.round.pk, 1))
        assert page.context["form"]["reason_cost"].value() == SECRET
        score(scored, "police", scores=sheet(1, "Mindre än vi trodde."))
        assert set(Score.objects.values_list("value", flat=True)) == {1}

    def test_the_log_says_that_it_was_done_and_not_what(self, scored):
        event = Event.objects.get(action="priority_scored")
        assert event.details == {}

    def test_how_many_are_done_is_told_and_not_who(self, client, scored):
        score(scored, "police", "Hot")
        assert queries.seats_done(scored.round) == (1, 3)
        client.force_login(scored.people["coordinator"])
        text = client.get(url("prioritisation", scored.round.pk)).content.decode()
        assert "1 av 3" in text
        assert "police" not in text

    def test_shown_it_is_read_by_all_of_the_round_at_once(self, client, scored):
        score(scored, "council", scores=sheet(0, "Det märks inte hos oss."))
        actions.show_scores(by=scored.people["coordinator"], round_=scored.round)
        for who in ("coordinator", "security_lead", "council"):
            client.force_login(scored.people[who])
            page = client.get(url("prioritisation", scored.round.pk))
            row = next(row for row in page.context["matrix"]["rows"] if row["problem"] == scored.fires)
            cell = row["cells"][0]
            assert (cell["mean"], cell["range"], cell["differs"]) == (1.5, "0–3", True)
            assert [(one["who"], one["value"]) for one in cell["said"]] == [
                ("police, Polisen", 3),
                ("council, Kommunen", 0),
            ]
            assert SECRET in page.content.decode()
        client.force_login(scored.people["other_housing"])
        assert client.get(url("prioritisation", scored.round.pk)).status_code == 404

    def test_nothing_changes_once_it_is_shown(self, scored):
        actions.show_scores(by=scored.people["coordinator"], round_=scored.round)
        with pytest.raises(NotPossible):
            score(scored, "police")
        with pytest.raises(NotPossible):
            score(scored, "council")


class TestScoring:
    @pytest.mark.parametrize("who", ["coordinator", "reporter", "other_housing", "coach", "stranger"])
    def test_only_the_seated_score(self, world, who):
        with pytest.raises(NotAllowed):
            score(world, who)

    def test_a_seat_has_one_voice(self, world):
        score(world, world.deputy.user)
        with pytest.raises(NotPossible, match="ersättare"):
            score(world, "police")
        assert Score.objects.count() == len(Criterion)

    def test_the_page_tells_who_shares_the_seat_that_it_is_done_and_not_what(self, client, world):
        score(world, world.deputy.user, scores=sheet(3, SECRET))
        client.force_login(world.people["police"])
        page = client.get(url("prioritisation", world.round.pk))
        assert [(row["is_scored"], row["by_other"]) for row in page.context["rows"]] == [(True, True), (False, False)]
        text = page.content.decode()
        assert SECRET not in text
        assert url("prioritisation_score", world.round.pk, 1) not in text
        assert url("prioritisation_score", world.round.pk, 2) in text
        # The sheet itself refuses, with what was typed kept.
        body = {f"value_{one}": "1" for one in Criterion} | {f"reason_{one}": "Nej." for one in Criterion}
        answer = client.post(url("prioritisation_score", world.round.pk, 1), body)
        assert answer.status_code == 422
        assert "Nej." in answer.content.decode()
        assert SECRET not in answer.content.decode()

    def test_whose_term_is_over_no_longer_scores(self, world):
        world.group.members.filter(membership=membership(world, "police")).update(valid_to=timezone.localdate())
        with pytest.raises(NotAllowed):
            score(world, "police")

    def test_a_problem_one_does_not_read_is_not_scored(self, world):
        make.GroupMemberFactory(group=world.group, membership=membership(world, "other_housing"))
        with pytest.raises(NotAllowed):
            score(world, "other_housing")

    def test_a_score_has_a_reason_unless_the_data_give_it(self, world):
        with pytest.raises(NotPossible) as no:
            score(world, "police", scores=sheet(cost=(2, " ")))
        assert set(no.value.message_dict) == {"reason_cost"}
        world.rows["Bilbränder"].suggestions = {"common": {"score": 3, "why": "30 av 40."}}
        score(world, "police", scores=sheet(common=(3, "")))
        with pytest.raises(NotPossible):
            score(world, "police", scores=sheet(common=(2, "")))

    def test_no_person_in_a_reason(self, world):
        with pytest.raises(NotPossible) as no:
            score(world, "police", scores=sheet(cost=(2, "811218-9876 står för allt.")))
        assert set(no.value.message_dict) == {"reason_cost"}

    def test_the_sheet_keeps_what_was_typed_and_goes_on_to_the_next(self, client, world):
        client.force_login(world.people["police"])
        body = {f"value_{criterion}": "2" for criterion in Criterion}
        answer = client.post(url("prioritisation_score", world.round.pk, 1), body)
        assert answer.status_code == 422
        body |= {f"reason_{criterion}": "Ofta." for criterion in Criterion}
        answer = client.post(url("prioritisation_score", world.round.pk, 1), body)
        assert answer["Location"] == url("prioritisation_score", world.round.pk, 2)
        answer = client.post(url("prioritisation_score", world.round.pk, 2), body)
        assert answer["Location"] == url("prioritisation", world.round.pk)
        assert Score.objects.count() == 2 * len(Criterion)


class TestDeciding:
    @pytest.fixture
    def shown(self, world):
        score(world, "police")
        actions.show_scores(by=world.people["coordinator"], round_=world.round)
        return world

    def test_the_decision_and_its_reason_are_the_record(self, client, shown):
        by = shown.people["police"]
        actions.decide(by=by, round_problem=shown.rows["Bilbränder"], decision="first", reason="Skadar flest.")
        assert PrioritisationRound.objects.get().status == "shown"
        actions.decide(by=by, round_problem=shown.rows["Hot"], decision="rests", reason="Följs av skolan.")
        assert PrioritisationRound.objects.get().status == "decided"
        states = dict(Problem.objects.values_list("title", "state"))
        assert states == {"Bilbränder": State.PRIORITISED, "Hot": State.DORMANT}
        move = shown.fires.moves.get()
        assert (move.reason, move.facts) == ("Skadar flest.", {"decision": shown.rows["Bilbränder"].pk})
        client.force_login(shown.people["council"])
        assert "Skadar flest." in client.get(url("problem", 1)).content.decode()

    def test_what_was_decided_leads_the_table_of_scores(self, client, shown):
        client.force_login(shown.people["police"])

        def heads():
            page = client.get(url("prioritisation", shown.round.pk)).content.decode()
            return re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', page)[:3]

        assert heads()[:2] == ["Problem", "Summa av 21"]
        actions.decide(
            by=shown.people["police"], round_problem=shown.rows["Bilbränder"], decision="first", reason="Skadar flest."
        )
        assert heads() == ["Problem", "Beslut", "Summa av 21"]

    def test_nothing_is_decided_before_it_is_shown_nor_without_a_reason_nor_twice(self, world):
        by, row = world.people["police"], world.rows["Bilbränder"]
        score(world, "police")
        with pytest.raises(NotPossible):
            actions.decide(by=by, round_problem=row, decision="first", reason="Nu.")
        actions.show_scores(by=world.people["coordinator"], round_=world.round)
        with pytest.raises(NotPossible):
            actions.decide(by=by, round_problem=row, decision="first", reason=" ")
        with pytest.raises(NotAllowed):
            actions.decide(by=world.people["other_housing"], round_problem=row, decision="first", reason="Nu.")
        actions.decide(by=by, round_problem=row, decision="waits", reason="Nästa gång.")
        with pytest.raises(NotPossible):
            actions.decide(by=by, round_problem=row, decision="first", reason="Nu.")
        assert Problem.objects.get(number=1).state == State.DESCRIBED

    def test_an_old_decision_does_not_lift_a_problem_that_was_laid_to_rest(self, shown):
        from cause_analysis.problems.actions import move_by_hand, move_problem

        by = shown.people["coordinator"]
        actions.decide(by=by, round_problem=shown.rows["Bilbränder"], decision="first", reason="Skadar flest.")
        move_by_hand(by=by, problem=shown.fires, to="dormant", reason="Det har slutat.")
        move_by_hand(by=by, problem=shown.fires, to="described", reason="Det är tillbaka.")
        with pytest.raises(NotPossible):
            move_problem(problem=shown.fires, to=State.PRIORITISED, by=by)

    def test_a_group_has_one_round_at_a_time_of_described_problems(self, shown):
        by = shown.people["coordinator"]
        with pytest.raises(NotPossible):
            actions.start_round(by=by, group=shown.group, problems=[shown.fires])
        other = make.GroupFactory(collaboration=shown.here)
        with pytest.raises(NotPossible):
            actions.start_round(by=by, group=other, problems=[shown.fires])
        make.GroupMemberFactory(group=other, membership=membership(shown, "police"))
        raw = make.ProblemFactory(area=shown.west, number=9)
        with pytest.raises(NotPossible):
            actions.start_round(by=by, group=other, problems=[raw])
        with pytest.raises(NotAllowed):
            actions.start_round(by=shown.people["police"], group=other, problems=[shown.threats])


class TestAtOnce:
    @pytest.fixture
    def world(self, transactional_db):
        return set_up(World())

    def test_of_two_who_decide_one_is_written_down(self, world):
        score(world, "police")
        actions.show_scores(by=world.people["coordinator"], round_=world.round)
        row = world.rows["Bilbränder"]
        answers = at_once(
            *[
                lambda who=who, decision=decision: actions.decide(
                    by=world.people[who], round_problem=row, decision=decision, reason=f"{who} skrev."
                )
                for who, decision in [("police", "first"), ("security_lead", "rests"), ("coordinator", "waits")] * 2
            ]
        )
        kept = [one for one in answers if isinstance(one, RoundProblem)]
        assert len(kept) == 1
        assert all(isinstance(one, NotPossible) for one in answers if one is not kept[0])
        row.refresh_from_db()
        assert row.reason == kept[0].reason
        assert world.fires.moves.count() == (0 if row.decision == "waits" else 1)

    def test_a_score_is_in_before_it_is_shown_or_refused(self, world):
        score(world, "council")
        answers = at_once(
            lambda: score(world, "police"),
            lambda: actions.show_scores(by=world.people["coordinator"], round_=world.round),
            lambda: score(world, "security_lead"),
        )
        refused = sum(isinstance(one, NotPossible) for one in answers)
        assert Score.objects.count() == (3 - refused) * len(Criterion)
        assert PrioritisationRound.objects.get().status == "shown"

    def test_the_seat_and_its_deputy_do_not_both_get_in(self, world):
        answers = at_once(*[lambda by=by: score(world, by) for by in ("police", world.deputy.user)] * 3)
        assert {row.scored_by for row in Score.objects.all()} in ({world.people["police"]}, {world.deputy.user})
        assert Score.objects.count() == len(Criterion)
        assert any(isinstance(one, NotPossible) for one in answers)

    def test_two_rounds_of_one_group_do_not_begin(self, world):
        other = make.GroupFactory(collaboration=world.here)
        make.GroupMemberFactory(group=other, membership=membership(world, "police"))
        fresh = make.ProblemFactory.create_batch(4, area=world.west, state=State.DESCRIBED)
        answers = at_once(
            *[
                lambda one=one: actions.start_round(by=world.people["coordinator"], group=other, problems=[one])
                for one in fresh
            ]
        )
        assert sum(isinstance(one, PrioritisationRound) for one in answers) == 1
        assert sum(isinstance(one, NotPossible) for one in answers) == 3

    def test_one_problem_does_not_get_into_the_rounds_of_two_groups(self, world):
        fresh = make.ProblemFactory(area=world.west, state=State.DESCRIBED)
        groups = make.GroupFactory.create_batch(3, collaboration=world.here)
        for group in groups:
            make.GroupMemberFactory(group=group, membership=membership(world, "police"))
        answers = at_once(
            *[
                lambda group=group: actions.start_round(by=world.people["coordinator"], group=group, problems=[fresh])
                for group in groups
            ]
        )
        assert sum(isinstance(one, NotPossible) for one in answers) == 2
        assert RoundProblem.objects.filter(problem=fresh).count() == 1

    def test_shown_by_two_at_once_it_is_shown_once(self, world):
        score(world, "police")
        answers = at_once(
            *[lambda: actions.show_scores(by=world.people["coordinator"], round_=world.round) for _ in range(4)]
        )
        assert sum(isinstance(one, NotPossible) for one in answers) == 3
        assert Event.objects.filter(action="priority_scores_shown").count() == 1


class TestPages:
    def test_the_list_says_what_waits_for_ones_own_scores_and_what_comes_first(self, client, world):
        score(world, "police")
        client.force_login(world.people["police"])
        page = client.get(url("prioritisation_list"))
        assert [row["left"] for row in page.context["rows"]] == [1]
        client.force_login(world.people["coordinator"])
        assert [row["left"] for row in client.get(url("prioritisation_list")).context["rows"]] == [0]
        actions.show_scores(by=world.people["coordinator"], round_=world.round)
        actions.decide(
            by=world.people["police"], round_problem=world.rows["Bilbränder"], decision="first", reason="Skadar flest."
        )
        page = client.get(url("prioritisation_list"))
        assert [(one["problem"], one["row"].reason) for one in page.context["first"]] == [
            (world.fires, "Skadar flest.")
        ]
        # Nobody outside the area's circle reads of it there, and process support is told that the page is not theirs.
        client.force_login(world.people["other_housing"])
        text = client.get(url("prioritisation_list")).content.decode()
        assert "Bilbränder" not in text
        assert "Beredningsgruppen" not in text
        client.force_login(world.people["coach"])
        assert client.get(url("prioritisation_list")).status_code == 403

    def test_a_described_problem_leads_to_its_round_or_to_where_one_begins(self, client, world):
        free = make.ProblemFactory(area=world.west, number=3, state=State.DESCRIBED)
        begin, there = url("prioritisation_new"), url("prioritisation", world.round.pk)

        def links(who, number):
            client.force_login(world.people[who])
            text = client.get(url("problem", number)).content.decode()
            return [address for address in (begin, there) if f'href="{address}"' in text]

        assert links("coordinator", free.number) == [begin]
        assert links("police", free.number) == []
        assert links("coordinator", 1) == links("police", 1) == [there]
        make.CoachInvitationFactory(problem=world.fires, membership=membership(world, "coach"))
        assert links("coach", 1) == []
        # And where one begins, only what waits for one can be chosen.
        client.force_login(world.people["coordinator"])
        form = client.get(begin).context["form"]
        assert list(form.fields["problems"].queryset) == [free]

    def test_who_has_left_the_group_is_asked_for_nothing(self, client, world):
        world.group.members.filter(membership=membership(world, "police")).update(valid_to=timezone.localdate())
        assert queries.left_to_score(world.people["police"], world.here) == {}
        score(world, "council", "Bilbränder")
        score(world, "council", "Hot")
        world.group.members.filter(membership=membership(world, "council")).update(valid_to=timezone.localdate())
        assert queries.seats_done(world.round) == (0, 1)

    @pytest.mark.parametrize("name", ["prioritisation_list", "prioritisation", "prioritisation_score"])
    def test_more_problems_and_members_cost_no_more_questions(self, client, world, name, django_assert_max_num_queries):
        def ask():
            if name == "prioritisation_list":
                return client.get(url(name))
            more = [1] if name == "prioritisation_score" else []
            return client.get(url(name, world.round.pk, *more))

        client.force_login(world.people["police"])
        ask()
        with CaptureQueriesContext(connection) as few:
            assert ask().status_code == 200
        for number in range(10, 22):
            row = make.RoundProblemFactory(
                round=world.round, problem=make.ProblemFactory(area=world.west, number=number, state=State.DESCRIBED)
            )
            for seat in world.group.members.all():
                make.ScoreFactory(round_problem=row, seat=seat, scored_by=seat.membership.user)
        with django_assert_max_num_queries(len(few)):
            assert ask().status_code == 200

    def test_all_that_everybody_thought_is_read_in_a_few_questions(self, client, world):
        actions_by = [("police", 3), ("security_lead", 1), ("council", 2)]
        for who, value in actions_by:
            score(world, who, scores=sheet(value))
        actions.show_scores(by=world.people["coordinator"], round_=world.round)
        client.force_login(world.people["police"])
        page = url("prioritisation", world.round.pk)
        client.get(page)
        with CaptureQueriesContext(connection) as few:
            client.get(page)
        for number in range(10, 22):
            row = make.RoundProblemFactory(
                round=world.round, problem=make.ProblemFactory(area=world.west, number=number, state=State.DESCRIBED)
            )
            for seat in world.group.members.all():
                make.ScoreFactory(round_problem=row, seat=seat, scored_by=seat.membership.user)
        with CaptureQueriesContext(connection) as many:
            assert client.get(page).status_code == 200
        assert len(many) <= len(few)


class TestWhatTheDataKnow:
    def test_common_long_deviating_and_limited_are_filled_in_with_what_they_rest_on(self, world):
        today = timezone.localdate()
        world.west.population, world.east.population = 1000, 4000
        world.west.save()
        world.east.save()
        for n in range(24):
            make.IncidentFactory(
                organisation=world.housing, area=world.west, category=world.vandalism, place=world.square,
                at=timezone.now() - dt.timedelta(days=15 * n),
            )  # fmt: skip
        make.IncidentFactory.create_batch(8, organisation=world.housing, area=world.east, category=world.vandalism)
        problem = make_problem(
            by=world.people["coordinator"], area=world.west, title="Krossade rutor",
            selection=Selection(category=("SKA",), since=today - dt.timedelta(days=364), until=today),
        )  # fmt: skip
        known = suggestions_for(problem)
        assert set(known) == {"common", "long", "deviates", "limited"}
        assert (known["common"]["score"], known["long"]["score"], known["limited"]["score"]) == (3, 3, 3)
        assert known["deviates"]["score"] == 3
        # Three stood at no place: their number is protected, and so the square's is, from which it could be worked out.
        assert in_words(known["limited"])["why"] == "Minst 50 % av händelserna vid Västers centrum."
        make.IncidentFactory.create_batch(5, organisation=world.housing, area=world.west, category=world.vandalism)
        problem = make_problem(
            by=world.people["coordinator"], area=world.west, title="Krossade rutor",
            selection=Selection(category=("SKA",), since=today - dt.timedelta(days=364), until=today),
        )  # fmt: skip
        total = problem.figures["total"]
        square = next(row["count"] for row in problem.figures["places"] if row["place"] == world.square.pk)
        assert in_words(suggestions_for(problem)["limited"]) == {
            "score": 3, "why": f"{square} av {total} händelser vid Västers centrum."
        }  # fmt: skip

    def test_too_few_events_suggest_nothing(self, world):
        few = make.ProblemFactory(area=world.west, figures={**make.ProblemFactory.build().figures, "total": 9})
        assert suggestions_for(few) == {}


def test_means_are_those_of_counting_by_hand(world):
    values = {"police": 3, "security_lead": 1, "council": 2}
    for who, value in values.items():
        score(world, who, scores=sheet(value))
    actions.show_scores(by=world.people["coordinator"], round_=world.round)
    matrix = presenters.matrix(
        queries.problems_of(world.people["coordinator"], world.round),
        queries.scores_of(world.people["coordinator"], world.round),
    )
    row = matrix["rows"][0]
    assert row["sum"] == pytest.approx(sum(values.values()) / 3 * len(Criterion))
    assert all(cell["differs"] for cell in row["cells"])
    assert matrix["rows"][1]["sum"] is None
