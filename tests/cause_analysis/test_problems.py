"""A problem from a selection: frozen whole, protected when shown, described by several, linked both ways."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from cause_analysis.models import PartnerView, Problem
from cause_analysis.problems import actions, definition, protecting, queries
from cause_analysis.problems.counting import figures_of
from cause_analysis.rules import FEWEST_EVENTS, MOST_CATEGORIES, MOST_PLACES, Size, how_many_hold, size_of
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from incidents.models import Incident, Status
from incidents.selections import Selection
from partners.roles import Role
from situational_picture.protecting import PROTECTED
from tests import factories as make
from tests.at_once import at_once
from tests.world import World


def address(name, *args):
    return reverse(name, args=["ekstad", *args])


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def many(world):
    """Thirty on Friday evenings at the square, three elsewhere, one known to the day, one to the month."""
    friday = timezone.localdate() - dt.timedelta(days=(timezone.localdate().weekday() - 4) % 7 + 7)
    common = {"organisation": world.housing, "area": world.west, "category": world.vandalism}

    def at(day, hour):
        return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))

    for week in range(30):
        make.IncidentFactory(**common, place=world.square, at=at(friday - dt.timedelta(weeks=week), 21))
    for _ in range(3):
        make.IncidentFactory(**common, at=at(friday, 10))
    make.IncidentFactory(**common, at=at(friday, 0), time_precision="day", precision="block")
    make.IncidentFactory(**common, at=at(friday.replace(day=1), 0), time_precision="month", lon=None, lat=None)
    return world


@pytest.fixture
def selection(today):
    return Selection(area="vaster", category=("SKA",), since=today - dt.timedelta(days=364), until=today)


def make_one(world, selection, who="security_lead", **more):
    given = {"area": world.west, "title": "Skadegörelse i centrum", "selection": selection, **more}
    return actions.make_problem(by=world.people[who], **given)


class TestMaking:
    def test_the_numbers_are_those_of_counting_by_hand(self, many, selection, today):
        problem = make_one(many, selection)
        figures = problem.figures
        rows = [
            one
            for one in Incident.objects.select_related("category", "place")
            if one.status == Status.APPROVED
            and one.area_id == many.west.pk
            and one.category.code == "SKA"
            and selection.since <= one.occurred_on <= selection.until
        ]
        assert figures["total"] == len(rows) == sum(row["count"] for row in figures["categories"])
        assert figures["total"] == sum(count for _month, count in figures["months"])
        by_place = {row["place"]: row["count"] for row in figures["places"]}
        assert by_place[many.square.pk] == sum(one.place_id == many.square.pk for one in rows)
        assert by_place[None] == sum(one.place_id is None for one in rows)
        assert figures["unknown"] == {"no_hour": 2, "no_day": 1, "block": 1, "area": 0, "nowhere": 1}
        assert figures["clock"]["grid"][4][21] == pytest.approx(30, abs=2)
        assert problem.selection == selection.query
        assert Event.objects.get(action="problem_made").details == {"events": len(rows)}

    def test_what_other_partners_keep_to_counts_is_counted_too(self, many, selection):
        before = make_one(many, selection).figures["total"]
        make.IncidentFactory(organisation=many.other_housing, sharing="counts", area=many.west, category=many.vandalism)
        assert make_one(many, selection).figures["total"] == before + 1

    def test_frozen_is_frozen_and_the_page_says_what_has_come_since(self, client, many, selection):
        problem = make_one(many, selection)
        total = problem.figures["total"]
        make.IncidentFactory(organisation=many.housing, area=many.west, category=many.vandalism)
        client.force_login(many.people["police"])
        page = client.get(address("problem", problem.number))
        assert page.context["figures"]["total"] == total
        assert "+1" in page.context["today"][0]

    def test_each_gets_a_number_of_its_own_also_at_once(self, transactional_db):
        world = World()
        days = Selection(since=dt.date(2020, 1, 1), until=timezone.localdate())
        people = [world.people[who] for who in ("security_lead", "police", "coordinator")] * 2
        made = at_once(
            *[
                lambda by=by, title=title: actions.make_problem(by=by, area=world.west, title=title, selection=days)
                for by, title in zip(people, ("Ett",) * 3 + ("Två",) * 3, strict=True)
            ]
        )
        assert sorted(problem.number for problem in made) == [1, 2, 3, 4, 5, 6]

    def test_only_the_circle_makes_it_and_only_of_something(self, many, selection):
        for who in ("other_housing", "reporter", "council", "coach", "stranger", "administrator"):
            with pytest.raises(NotAllowed):
                make_one(many, selection, who=who)
        with pytest.raises(NotPossible, match=r"händelse"):
            make_one(many, Selection(category=("NAR",), since=dt.date(2001, 1, 1), until=dt.date(2001, 2, 1)))
        with pytest.raises(NotPossible, match=r"dag"):
            make_one(many, Selection(category=("SKA",)))
        with pytest.raises(NotPossible, match=r"person"):
            make_one(many, selection, title="Anna Andersson 811218-9876")

    def test_whose_reports_they_are_is_never_part_of_it(self, many, selection):
        narrow = Selection(**{**vars(selection), "organisation": many.housing.pk, "status": "submitted"})
        problem = make_one(many, narrow)
        assert problem.selection == selection.query

    def test_days_before_are_compared_only_where_the_sources_had_begun(self, many, today):
        month = Selection(area="vaster", category=("SKA",), since=today - dt.timedelta(days=27), until=today)
        before = figures_of(many.here, month, today=today)["before"]
        counted = Incident.objects.counted().filter(
            area=many.west,
            category=many.vandalism,
            occurred_on__gte=dt.date.fromisoformat(before["since"]),
            occurred_on__lte=dt.date.fromisoformat(before["until"]),
        )
        assert before["count"] == counted.count()
        assert before["lower"] <= before["count"] <= before["upper"]
        long = Selection(area="vaster", since=today - dt.timedelta(days=3000), until=today)
        assert figures_of(many.here, long, today=today)["before_missing"] == "not_covered"


class TestSize:
    @pytest.mark.parametrize(
        ("counts", "holds"), [([], 0), ([5], 1), ([8, 1, 1], 1), ([7, 2, 1], 2), ([1] * 10, 8), ([0, 0, 3], 1)]
    )
    def test_how_many_hold_four_fifths(self, counts, holds):
        assert how_many_hold(counts) == holds

    @pytest.mark.parametrize(
        ("total", "categories", "places", "size"),
        [
            (FEWEST_EVENTS - 1, [9], [9], Size.TOO_SMALL),
            (FEWEST_EVENTS, [10], [10], Size.FITS),
            (100, [20] * (MOST_CATEGORIES + 2), [100], Size.TOO_BROAD),
            (100, [50, 50], [10] * (MOST_PLACES + 5), Size.TOO_BROAD),
            # A few strays make no problem broad.
            (100, [90, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [95, 1, 1, 1, 1, 1], Size.FITS),
        ],
    )
    def test_too_broad_and_too_small_are_said_by_the_numbers(self, total, categories, places, size):
        assert size_of(total, categories=categories, places=places) == size

    def test_the_page_says_it_with_the_numbers_and_what_to_narrow_to(self, client, world, today):
        kinds = [
            make.CategoryFactory(collaboration=world.here, code=f"K{n}", name_sv=f"Kategori {n}") for n in range(6)
        ]
        for kind in kinds:
            make.IncidentFactory.create_batch(5, organisation=world.housing, area=world.west, category=kind)
        client.force_login(world.people["coordinator"])
        query = f"?area=vaster&since={today - dt.timedelta(days=60)}&until={today}"
        page = client.get(address("problem_new") + query)
        preview = page.context["preview"]
        assert preview["size"].size == Size.TOO_BROAD
        assert "högst 3" in preview["size"].sentence
        narrower = client.get(preview["narrower"][0]["url"])
        assert narrower.context["preview"]["total"] < preview["total"]
        few = client.get(address("problem_new") + query + "&category=K1")
        assert few.context["preview"]["size"].size == Size.TOO_SMALL
        assert "5 händelser" in few.context["preview"]["size"].sentence


class TestProtected:
    """The council and an invited coach read the problem with small counts protected, in page and API alike."""

    @pytest.fixture
    def problem(self, many, selection):
        make.IncidentFactory.create_batch(2, organisation=many.housing, area=many.west, category=many.drugs)
        problem = make_one(many, Selection(**{**vars(selection), "category": ()}))
        actions.invite_coach(
            by=many.people["coordinator"], problem=problem, membership=many.people["coach"].memberships.get()
        )
        return problem

    @pytest.mark.parametrize("who", ["council", "coach"])
    def test_no_small_count_reaches_those_outside(self, client, many, problem, who):
        client.force_login(many.people[who])
        page = client.get(address("problem", problem.number))
        shown = page.context["figures"]
        api = client.get(f"/api/v1/problems/{problem.pk}/").json()
        assert shown["is_protected"] is api["is_protected"] is True
        for table in ("categories", "places", "years"):
            counts = [row["count"] for row in shown[table]]
            assert PROTECTED in counts or not any(1 <= row["count"] <= 4 for row in problem.figures.get(table, []))
            assert not any(count != PROTECTED and 1 <= count <= 4 for count in counts)
        assert all(count == PROTECTED for _month, count in shown["months"])
        assert page.context["today"] == []
        assert shown["before"] is None
        told = [cell["count"] for table in ("categories", "places", "months") for cell in api[table]]
        assert not any(cell["status"] == "shown" and 1 <= cell["value"] <= 4 for cell in told)
        assert page.context["readable"] is None

    def test_one_hidden_count_is_not_the_total_less_the_others(self, many, problem):
        shown = protecting.protected(problem.figures, largest=4)
        hidden = [row for row in shown["categories"] if row["count"] == PROTECTED]
        assert len(hidden) != 1 or shown["total"] == PROTECTED

    def test_a_suggestion_says_no_more_than_the_council_may_read(self, client, many, problem):
        client.force_login(many.people["police"])
        page = client.get(address("problem_define", problem.number))
        suggested = {row["name"]: row["suggestions"] for row in page.context["rows"]}
        figures = protecting.protected(problem.figures, largest=4)
        again = definition.suggestions(
            figures, since=queries.selection_of(problem).since, until=queries.selection_of(problem).until
        )
        assert {name: rows for name, rows in suggested.items() if rows} == again
        assert "Västers centrum" in " ".join(again["where_it_happens"])
        assert "fredag" in " ".join(again["when_it_happens"])

    def test_the_circle_reads_them_whole_and_the_way_back_to_the_rows(self, client, many, problem):
        client.force_login(many.people["security_lead"])
        page = client.get(address("problem", problem.number))
        assert page.context["figures"]["total"] == problem.figures["total"]
        readable = page.context["readable"]
        listed = client.get(readable["url"])
        visible = queries.readable(many.people["security_lead"], problem)
        assert listed.context["count"] == visible.count() < problem.figures["total"]
        assert readable["text"].startswith(f"Du kan läsa {visible.count()} av {problem.figures['total']} ")


class TestDescribing:
    @pytest.fixture
    def problem(self, world):
        return make.ProblemFactory(area=world.west, number=3)

    def test_two_who_write_different_answers_both_stay(self, world, problem):
        for who, name in (("police", "harmed"), ("security_lead", "behaviour")):
            actions.write_answer(by=world.people[who], problem=problem, name=name, text=who, row_version=0)
        problem.refresh_from_db()
        assert (problem.harmed, problem.behaviour) == ("police", "security_lead")

    def test_of_two_who_write_the_same_one_is_told_and_both_texts_are_shown(self, client, world, problem):
        actions.write_answer(by=world.people["police"], problem=problem, name="harmed", text="Butiker.", row_version=0)
        client.force_login(world.people["security_lead"])
        body = {"answer": "harmed", "text": "De som bor där.", "row_version": "0"}
        answer = client.post(address("problem_define", 3), body)
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "Butiker." in text
        assert "De som bor där." in text
        problem.refresh_from_db()
        assert problem.harmed == "Butiker."
        # What the page now holds is a decision: it is saved.
        row = next(row for row in answer.context["rows"] if row["name"] == "harmed")
        again = client.post(address("problem_define", 3), {**body, "row_version": row["form"].data["row_version"]})
        assert again.status_code == 302
        problem.refresh_from_db()
        assert problem.harmed == "De som bor där."

    def test_of_six_at_once_one_is_kept_and_the_others_are_told(self, transactional_db):
        world = World()
        problem = make.ProblemFactory(area=world.west)
        by = world.people["police"]
        answers = at_once(
            *[
                lambda n=n: actions.write_answer(by=by, problem=problem, name="harmed", text=f"Svar {n}", row_version=0)
                for n in range(6)
            ]
        )
        kept = [one for one in answers if isinstance(one, Problem)]
        told = [one for one in answers if isinstance(one, Conflict)]
        assert (len(kept), len(told)) == (1, 5)
        assert {one.row.text for one in told} == {Problem.objects.get().harmed} == {kept[0].harmed}

    def test_each_partner_writes_its_own_view_and_nobody_anothers(self, client, world, problem):
        police = world.people["police"]
        actions.write_view(
            by=police, problem=problem, organisation=world.police_authority, text="Vi ser det sent.", row_version=0
        )
        for who in ("security_lead", "coordinator", "council"):
            with pytest.raises(NotAllowed):
                actions.write_view(
                    by=world.people[who], problem=problem, organisation=world.police_authority, text="X", row_version=1
                )
        with pytest.raises(Conflict) as conflict:
            actions.write_view(by=police, problem=problem, organisation=world.police_authority, text="Y", row_version=0)
        assert conflict.value.row.text == "Vi ser det sent."
        client.force_login(world.people["security_lead"])
        page = client.get(address("problem_define", 3))
        assert [row["name"] for row in page.context["own_views"]] == [f"view-{world.housing.pk}"]
        assert "Vi ser det sent." in page.content.decode()
        actions.write_view(by=police, problem=problem, organisation=world.police_authority, text="", row_version=1)
        assert not PartnerView.objects.exists()

    def test_a_suggestion_is_taken_over_into_the_field_and_not_saved_unread(self, client, many, selection):
        problem = make_one(many, selection)
        client.force_login(many.people["police"])
        body = {"answer": "where_it_happens", "text": "Vid entrén.", "row_version": "0", "take": "0"}
        page = client.post(address("problem_define", problem.number), body)
        assert page.status_code == 200
        row = next(row for row in page.context["rows"] if row["name"] == "where_it_happens")
        assert row["form"]["text"].value().startswith("Vid entrén.\nAv ")
        problem.refresh_from_db()
        assert problem.where_it_happens == ""

    def test_no_person_in_a_problem(self, client, world, problem):
        client.force_login(world.people["police"])
        body = {"answer": "harmed", "row_version": "0"}
        strong = client.post(address("problem_define", 3), {**body, "text": "811218-9876 hotas."})
        assert strong.status_code == 422
        weak = {**body, "text": "Anna Andersson hotas."}
        asked = client.post(address("problem_define", 3), weak)
        assert asked.status_code == 422
        assert "is_confirmed" in asked.content.decode()
        assert client.post(address("problem_define", 3), {**weak, "is_confirmed": "on"}).status_code == 302
        # A private body keeps no persons, whatever is confirmed.
        client.force_login(world.people["security_lead"])
        refused = {**weak, "answer": "unknowns", "is_confirmed": "on"}
        assert client.post(address("problem_define", 3), refused).status_code == 422


class TestBothWays:
    def test_from_an_event_to_its_problems_within_what_one_may_see(self, client, many, selection):
        problem = make_one(many, selection)
        inside, outside = many.by_reporter, many.by_other_housing
        for who, sees in (("security_lead", True), ("coordinator", True), ("reporter", False)):
            client.force_login(many.people[who])
            text = client.get(address("incident_detail", inside.pk)).content.decode()
            assert (address("problem", problem.number) in text) is sees, who
        client.force_login(many.people["coordinator"])
        assert (
            address("problem", problem.number)
            not in client.get(address("incident_detail", outside.pk)).content.decode()
        )

    @pytest.mark.parametrize("who", ["security_lead", "police", "coordinator"])
    def test_every_event_a_problem_leads_to_leads_back_to_it_and_no_other_does(self, client, many, selection, who):
        problem = make_one(many, selection)
        client.force_login(many.people[who])
        there = client.get(address("problem", problem.number)).context["readable"]["url"]
        shown = client.get(there).context
        assert not shown["page"].next
        listed = {row["incident"].pk if isinstance(row, dict) else row.pk for row in shown["rows"]}
        visible = Incident.objects.visible_to(many.people[who])
        assert listed == set(queries.readable(many.people[who], problem).values_list("pk", flat=True))
        assert 10 < len(listed) < visible.count()
        others = visible.exclude(pk__in=listed).exclude(status=Status.MERGED)
        for incidents, leads_back in ((visible.filter(pk__in=sorted(listed)[:4]), True), (others[:4], False)):
            for incident in incidents:
                text = client.get(address("incident_detail", incident.pk)).content.decode()
                assert (f'href="{address("problem", problem.number)}"' in text) is leads_back, incident

    def test_an_own_event_in_an_area_one_does_not_work_in_tells_of_no_problem_there(self, client, many, selection):
        problem = make_one(many, selection)
        at = timezone.now() - dt.timedelta(days=9)
        own = make.IncidentFactory(organisation=many.other_housing, area=many.west, category=many.vandalism, at=at)
        assert queries.problems_with(many.people["coordinator"], [own]) == {own.pk: [problem]}
        client.force_login(many.people["other_housing"])
        page = client.get(address("incident_detail", own.pk))
        assert page.status_code == 200
        text = page.content.decode()
        assert problem.title not in text
        assert address("problem", problem.number) not in text
        assert client.get(address("problem", problem.number)).status_code == 404

    @pytest.mark.parametrize("who", ["council", "coach"])
    def test_whoever_reads_the_problem_and_no_reports_is_led_to_none(self, client, many, selection, who):
        problem = make_one(many, selection)
        make.CoachInvitationFactory(problem=problem, membership=many.people["coach"].memberships.get())
        client.force_login(many.people[who])
        page = client.get(address("problem", problem.number))
        assert page.status_code == 200
        assert address("incident_list") not in page.content.decode()
        for incident in queries.readable(many.people["coordinator"], problem)[:3]:
            assert client.get(address("incident_detail", incident.pk)).status_code in {403, 404}

    def test_what_is_counted_with_another_is_part_of_what_that_one_is(self, many, selection):
        problem = make_one(many, selection)
        merged = many.by_colleague
        Incident.objects.filter(pk=merged.pk).update(
            status="merged", merged_into=many.by_reporter, merged_was="approved"
        )
        merged.refresh_from_db()
        found = queries.problems_with(many.people["coordinator"], [merged, many.waiting, many.by_other_housing])
        assert found == {merged.pk: [problem], many.waiting.pk: [], many.by_other_housing.pk: []}

    def test_a_whole_list_takes_few_questions(self, many, selection, django_assert_max_num_queries):
        for number in range(5):
            make_one(many, selection, title=f"Problem {number}")
        rows = list(Incident.objects.select_related("category")[:30])
        user = many.people["coordinator"]
        user.active_memberships  # noqa: B018  fetched once for a request
        with django_assert_max_num_queries(5):
            found = queries.problems_with(user, rows)
        assert max(len(problems) for problems in found.values()) == 5

    @pytest.mark.parametrize(("who", "sees"), [("police", True), ("council", True), ("other_housing", False)])
    def test_the_pages_of_place_and_area_tell_of_it(self, client, many, selection, who, sees):
        problem = make_one(many, selection)
        assert [link.place for link in problem.problem_places.all()] == [many.square]
        client.force_login(many.people[who])
        for page in (address("place_detail", many.square.pk), address("area_detail", "vaster")):
            answer = client.get(page)
            if answer.status_code == 200:
                assert (address("problem", problem.number) in answer.content.decode()) is sees, page

    @pytest.mark.parametrize(("who", "may"), [("police", True), ("coordinator", True), ("reporter", False)])
    def test_the_list_of_reports_offers_to_make_what_it_shows_a_problem(self, client, world, who, may):
        client.force_login(world.people[who])
        for view in ("", "&view=map"):
            text = client.get(address("incident_list") + f"?category=SKA{view}").content.decode()
            assert (address("problem_new") + "?category=SKA" in text) is may


class TestWhoReads:
    def test_circle_council_and_invited_coach_and_nobody_else(self, world):
        west, east = make.ProblemFactory(area=world.west), make.ProblemFactory(area=world.east, number=77)
        make.CoachInvitationFactory(problem=west, membership=world.people["coach"].memberships.get())
        seen = {who: {problem.pk for problem in Problem.objects.visible_to(user)} for who, user in world.people.items()}
        both = {west.pk, east.pk}
        assert seen == {
            "reporter": set(), "security_lead": {west.pk}, "police": {west.pk}, "other_housing": {east.pk},
            "stranger": set(), "coordinator": both, "council": both, "coach": {west.pk}, "data_protection": set(),
            "administrator": set(),
        }  # fmt: skip

    def test_an_invitation_ends(self, world):
        problem = make.ProblemFactory(area=world.west)
        by, coach = world.people["coordinator"], world.people["coach"].memberships.get()
        invitation = actions.invite_coach(by=by, problem=problem, membership=coach)
        assert actions.invite_coach(by=by, problem=problem, membership=coach) == invitation
        with pytest.raises(NotPossible):
            actions.invite_coach(by=by, problem=problem, membership=by.memberships.get())
        actions.end_invitation(by=by, invitation=invitation)
        assert not Problem.objects.visible_to(world.people["coach"]).exists()

    def test_whose_role_has_ended_reads_nothing(self, world):
        problem = make.ProblemFactory(area=world.west)
        gone = make.MembershipFactory(
            organisation=world.university, role=Role.COACH, valid_to=timezone.localdate() - dt.timedelta(days=1)
        )
        make.CoachInvitationFactory(problem=problem, membership=gone)
        assert not Problem.objects.visible_to(gone.user).exists()
