"""A plan as PDF, Word and Excel: that the three say the same, for whom, what is protected, and the Word template."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from action_plans.models import Commitment, Goal, Measure, MeasureCause, Plan
from action_plans.papers import actions, documents
from action_plans.plans.content import content_of
from action_plans.rules import below_the_line
from audit.models import Event
from documents import model
from partners.models import Collaboration
from tests import factories as make
from tests.action_plans.cast import PlanWorld
from tests.documents import reading, reading_excel, reading_word, templates

FILES = ["plan_pdf", "plan_word", "plan_excel"]
BRA = ["Orsak", "Åtgärd", "Operativa mål", "När", "Vem", "Uppföljning"]
HOSTILE = '=HYPERLINK("http://x") </text><script>alert(1)</script> #set page(width: 1cm)'


class PaperWorld(PlanWorld):
    """A plan with a decided measure, a proposal with a hole, a goal counted from the reports and an agreement."""

    def __init__(self) -> None:
        super().__init__()
        self.agreement = make.AgreementFactory(collaboration=self.here, title="Trygga Väster", registry_number="KS 1/2")
        make.AgreementPartyFactory(agreement=self.agreement, organisation=self.police_authority, function="LPO-chef")
        Plan.objects.filter(pk=self.plan.pk).update(
            title="Handlingsplan Väster", purpose="Färre ska utsättas på torget.", registry_number="KS 2026/77",
            agreement=self.agreement, hours_available=100, money_available=900_000,
        )  # fmt: skip
        self.plan.refresh_from_db()
        self.goal = make.GoalFactory(
            plan=self.plan, problem=self.problem, text="Minska öppen droghandel på torget",
            measured=Goal.Measured.REPORTS,
            baseline=4321, baseline_lower=4100, baseline_upper=4500, target=2500, organisation=self.municipality,
            agreed_at=timezone.now(),
        )  # fmt: skip
        self.first = self.decidable(title="Byt armaturerna på torget", hours=80, cost_sek=640_000, position=1)
        make.MeasureGoalFactory(measure=self.first, goal=self.goal)
        make.MeasurePlaceFactory(measure=self.first, place=self.square)
        evaluation = make.EvaluationPlanFactory(measure=self.first)
        make.EvaluationPlaceFactory(evaluation_plan=evaluation, place=self.square)
        make.EvaluationAreaFactory(evaluation_plan=evaluation, area=self.east)
        type(self.first).objects.filter(pk=self.first.pk).update(state="ongoing")
        self.second = self.measure(title="Kvällsnärvaro på torget", hours=60, position=2, operation="ordinary")
        self.part(self.second, self.police_authority, text="Två pass i veckan.")

    def decide(self, **values):
        number = self.plan.versions.count() + 1
        return make.PlanVersionFactory(
            plan=self.plan, number=number, content=content_of(self.plan), decided_by_group=self.group,
            decided_on=dt.date(2026, 2, 2), **values,
        )  # fmt: skip


@pytest.fixture
def world(db):
    return PaperWorld()


def get(client, world, who, route, **query):
    client.force_login(who if not isinstance(who, str) else world.people[who])
    return client.get(reverse(route, args=["ekstad", world.plan.number]), query)


def said_in(file):
    """All words of a file, whichever of the three it is, without white space."""
    if file.startswith(b"%PDF"):
        return reading.bare(reading.words(file) + "".join(reading.alternatives(file)))
    if "xl/workbook.xml" in reading_excel.parts(file):
        numbers = " ".join(f"{number:g}" for number in reading_excel.numbers(file))
        said = reading_excel.words(file) + reading_excel.on_every_page(file) + numbers
        return reading.bare(said + "".join(reading_excel.alternatives(file)))
    alternatives = "".join(reading_word.alternatives(file))
    return reading.bare(reading_word.words(file) + reading_word.on_every_page(file) + alternatives)


@pytest.mark.parametrize("route", FILES)
def test_a_decided_version_says_what_was_agreed_and_by_whom(client, world, route):
    version = world.decide()
    make.PlanSignatureFactory(version=version, function="kommundirektör", organisation=world.municipality)
    answer = get(client, world, "police", route, version=1)
    assert answer.status_code == 200
    ending = {"plan_pdf": "pdf", "plan_word": "docx", "plan_excel": "xlsx"}[route]
    assert f'filename="handlingsplan-h-{world.plan.number}-v1.{ending}"' in answer["Content-Disposition"]
    text = said_in(answer.content)
    for words in (
        "Handlingsplan Väster", "Färre ska utsättas på torget.", "KS 2026/77", "Trygga Väster", "KS 1/2", "LPO-chef",
        "Beredningsgruppen", "2 februari 2026", "kommundirektör", "Minska öppen droghandel på torget", *BRA,
        "1. Torget är mörkt efter stängning", "Byt armaturerna på torget", "Bostadsbolaget (leder)",
        "När platsen syns är det svårare att sälja där.", "Västers centrum", "Öster", "200 m",
        "Om antalet inte minskat med en tredjedel prövas en annan åtgärd.",
    ):  # fmt: skip
        assert reading.bare(words) in text, words
    # What nobody had decided is no part of it, and that is said.
    assert reading.bare("Kvällsnärvaro") not in text
    assert reading.bare(f"ingår inte: {world.second.number}.") in text
    assert "Utkast" not in text.replace("Utkastochförslag", "")


@pytest.mark.parametrize("route", FILES)
def test_the_draft_holds_proposals_says_its_holes_and_is_marked_on_every_page(client, world, route):
    file = get(client, world, "police", route).content
    text = said_in(file)
    for words in (
        "Kvällsnärvaro på torget", "version 1, utkast", "Det här är ett utkast", "Ingen orsak är angiven än.",
        "1 del är ett hål i planen", "Under strecket", f"räcker det inte till: {world.second.number}. Kvällsnärvaro",
    ):  # fmt: skip
        assert reading.bare(words) in text, words
    if route == "plan_pdf":
        assert all("Utkast" in page.extract_text() for page in reading.reader(file).pages)
    elif route == "plan_word":
        assert "Utkast" in reading_word.on_every_page(file)
    else:
        assert all("Utkast" in sheet.oddHeader.left.text for sheet in reading_excel.opened(file).worksheets)


@pytest.mark.parametrize("version", [None, 1])
def test_the_three_files_have_the_same_tables_with_the_same_rows_and_numbers(client, world, version):
    world.decide()
    asked = {"version": version} if version else {}
    printed, worded, counted = (get(client, world, "police", route, **asked).content for route in FILES)
    in_excel = reading_excel.tables(counted)
    said_in_pdf = said_in(printed)
    plan = in_excel["Handlingsplan"]
    assert plan[0] == BRA
    assert len(plan) == (2 if version else 3)
    captions = [text for style, text in reading_word.styled(worded) if style == "Caption"]
    assert captions == list(in_excel)
    for name, rows in zip(captions, reading_word.tables(worded), strict=True):
        assert len(rows) == len(in_excel[name])
        for one, other in zip(rows, in_excel[name], strict=True):
            assert [_as_words(cell) for cell in other] == [cell.replace("\xa0", "") for cell in one], name
            assert all(reading.bare(cell) in said_in_pdf for cell in one)
    goal = in_excel["Mål"][1]
    assert (goal[3], goal[5], goal[6]) == (4321, 2500, dt.datetime.combine(world.goal.target_on, dt.time()))
    kronor = {row[1]: row[3] for row in in_excel["Timmar och pengar"][1:]}
    assert kronor[f"{world.first.number}. Byt armaturerna på torget"] == 640_000


def _as_words(value):
    """A cell of the workbook as the other two write it."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, int | float):
        return f"{value:g}" if abs(value) < 1e5 else str(value)
    return (value or "").replace("\xa0", "")


def test_headings_tables_and_drawings_are_tagged_and_say_the_same_words(client, world):
    world.decide()
    printed, worded, counted = (get(client, world, "police", route, version=1).content for route in FILES)
    tags = reading.tags(printed)
    tables = reading_word.tables(worded)
    assert tags.count("/H1") == 1
    assert tags.count("/Table") == len(tables) == len(reading_excel.tables(counted)) >= 8
    assert tags.count("/TR") == sum(map(len, tables))
    assert tags.count("/TH") == sum(len(rows[0]) for rows in tables)
    assert tags.count("/TD") == sum(len(row) for rows in tables for row in rows[1:])
    assert tags.count("/Figure") == 1
    (alternative,) = reading.alternatives(printed)
    assert "Byt armaturerna på torget: 2 mar 2026 – 30 sep 2026." in alternative
    assert reading_word.alternatives(worded) == reading_excel.alternatives(counted) == [alternative]
    levels = [int(name[-1]) for name, _text in reading_word.styled(worded) if name.startswith("Heading")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    headings = [text for name, text in reading_word.styled(worded) if name.startswith("Heading")]
    assert [line for line in reading_excel.first_sheet(counted) if line in headings] == headings


@pytest.mark.parametrize("route", FILES)
def test_the_next_version_says_what_has_changed_and_the_first_stays_as_it_was(client, world, route):
    world.decide()
    first = get(client, world, "police", route, version=1).content
    type(world.first).objects.filter(pk=world.first.pk).update(title="Byt all belysning", due_on=dt.date(2026, 11, 30))
    world.decide(reason="Leveransen dröjer.")
    text = said_in(get(client, world, "police", route, version=2).content)
    for words in ("ändrats sedan version 1", "Byt armaturerna på torget", "Byt all belysning", "Leveransen dröjer."):
        assert reading.bare(words) in text, words
    for day in ("30sep2026", "30nov2026"):
        assert day in text
    assert get(client, world, "police", route, version=1).content == first


# Whom it is for


@pytest.mark.parametrize("route", FILES)
@pytest.mark.parametrize("version", [None, 1])
def test_a_protected_number_is_nowhere_in_a_file_for_readers_outside_the_circle(client, world, route, version):
    Collaboration.objects.filter(pk=world.here.pk).update(protect_counts_up_to=9999)
    world.decide()
    asked = {"version": version} if version else {}
    whole = said_in(get(client, world, "police", route, **asked).content)
    assert "4321" in whole
    make.CoachInvitationFactory(problem=world.problem, membership=world.people["coach"].memberships.get())
    readers = ["council", "coach"] if version is None else ["council", "coach", "reporter"]
    for who in readers:
        file = get(client, world, who, route, **asked).content
        said = said_in(file)
        assert "skyddat" in said
        assert not any(number in said for number in ("4321", "4100", "4500")), who
        if route == "plan_excel":
            assert not {4321, 4100, 4500} & set(reading_excel.numbers(file))


@pytest.mark.parametrize("route", FILES)
def test_a_large_count_is_told_outside_the_circle_as_the_page_tells_it(client, world, route):
    world.decide()
    said = said_in(get(client, world, "council", route, version=1).content)
    page = client.get(reverse("plan_version", args=["ekstad", world.plan.number, 1])).content.decode()
    for words in (said, reading.bare(page)):
        assert "minst4320" in words.replace("&nbsp;", "")
        assert not any(number in words for number in ("4321", "4100", "4500"))


@pytest.mark.parametrize("route", FILES)
def test_what_was_aborted_is_told_and_asked_of_nobody(client, world, route):
    type(world.second).objects.filter(pk=world.second.pk).update(state="aborted")
    said = said_in(get(client, world, "police", route).content)
    assert "avbruten" in said
    assert reading.bare("hål i planen") not in said
    assert "Understrecket" not in said


@pytest.mark.parametrize("route", FILES)
def test_changes_of_a_protected_number_are_not_told_either(client, world, route):
    Collaboration.objects.filter(pk=world.here.pk).update(protect_counts_up_to=9999)
    world.decide()
    Goal.objects.filter(pk=world.goal.pk).update(baseline=4777, baseline_lower=4600, baseline_upper=4900)
    world.decide(reason="Räknat om.")
    assert "4777" in said_in(get(client, world, "police", route, version=2).content)
    said = said_in(get(client, world, "council", route, version=2).content)
    assert not any(number in said for number in ("4321", "4777", "4600", "4900", "4100"))


@pytest.mark.parametrize("route", FILES)
def test_whoever_does_not_read_the_plan_finds_nothing(client, world, route):
    world.decide()
    for who in ("other_housing", "stranger", "coach", "reporter"):
        assert get(client, world, who, route).status_code == 404, who
    assert get(client, world, "reporter", route, version=1).status_code == 200
    for version in (7, "x", -1):
        assert get(client, world, "police", route, version=version).status_code == 404
    assert get(client, world, "administrator", route, version=1).status_code == 403


@pytest.mark.parametrize(
    ("route", "action"),
    [
        ("plan_pdf", "plan_document_downloaded"),
        ("plan_word", "plan_word_downloaded"),
        ("plan_excel", "plan_excel_downloaded"),
    ],
)
def test_every_download_is_logged_as_an_export(client, world, route, action):
    from partners.log import Kind, kind_of

    world.decide()
    get(client, world, "council", route, version=1)
    line = Event.objects.get(action=action)
    assert line.subject_id == str(world.plan.pk)
    assert line.actor_id == world.people["council"].pk
    assert kind_of(action) == Kind.EXPORTS


@pytest.mark.parametrize("route", FILES)
def test_a_demonstration_says_in_every_file_that_nothing_has_happened(client, world, route):
    Collaboration.objects.filter(pk=world.here.pk).update(notice=Collaboration.Notice.INVENTED)
    assert reading.bare("Exempeldata: inget här har hänt.") in said_in(get(client, world, "police", route).content)


def test_the_plans_page_and_the_page_of_a_version_lead_to_their_files(client, world):
    world.decide()
    client.force_login(world.people["police"])
    of_draft = client.get(reverse("plan", args=["ekstad", world.plan.number])).content.decode()
    of_version = client.get(reverse("plan_version", args=["ekstad", world.plan.number, 1])).content.decode()
    for route in FILES:
        address = reverse(route, args=["ekstad", world.plan.number])
        assert f'href="{address}"' in of_draft
        assert f'href="{address}?version=1"' in of_version


# Nothing and much


@pytest.mark.parametrize("route", FILES)
def test_a_plan_that_has_just_begun_is_a_file_that_says_what_is_missing(client, world, route):
    world.plan = make.PlanFactory(collaboration=world.here, area=world.west)
    text = said_in(get(client, world, "police", route).content)
    for words in ("Inget mål är skrivet ännu.", "Ingen åtgärd är skriven än.", "Ingen har skrivit under"):
        assert reading.bare(words) in text


@pytest.mark.parametrize("route", FILES)
def test_hostile_words_are_words(client, world, route):
    type(world.first).objects.filter(pk=world.first.pk).update(title=HOSTILE, description="@SUM(A1)")
    file = get(client, world, "police", route).content
    assert reading.bare("alert(1)") in said_in(file)
    if route == "plan_excel":
        whole = b"".join(reading_excel.parts(file).values())
        assert b"<f>" not in whole
        assert b'TargetMode="External"' not in whole


def test_three_hundred_measures_and_a_thousand_parts_take_as_many_questions_as_two(world):
    with CaptureQueriesContext(connection) as few:
        documents.plan_document(world.people["police"], world.plan, None, address="")
    Measure.objects.bulk_create(
        Measure(collaboration=world.here, plan=world.plan, problem=world.problem, number=10_000 + n, position=100 + n,
                state="ongoing", title=f"Åtgärd {n}", start_on=dt.date(2026, 3, 1), due_on=dt.date(2026, 9, 30))
        for n in range(300)
    )  # fmt: skip
    measures = list(Measure.objects.filter(number__gte=10_000))
    MeasureCause.objects.bulk_create(
        MeasureCause(collaboration=world.here, measure=measure, cause=world.chosen) for measure in measures
    )
    Commitment.objects.bulk_create(
        Commitment(collaboration=world.here, area=world.west, measure=measures[n % 300], number=10_000 + n, text="Del",
                   asked_by=world.municipality, asked_of=world.housing)
        for n in range(1000)
    )  # fmt: skip
    world.plan.refresh_from_db()
    user = type(world.people["police"]).objects.get(pk=world.people["police"].pk)
    with CaptureQueriesContext(connection) as many:
        document = documents.plan_document(user, world.plan, None, address="")
    assert len(many) <= len(few) + 1
    tables = {block.caption: block.rows for block in document.blocks if isinstance(block, model.Table)}
    assert len(tables["Handlingsplan"]) == 302
    assert len(tables["Delar"]) == 1002


amounts = st.one_of(st.none(), st.integers(0, 50))


@given(
    asked=st.lists(st.tuples(amounts, amounts), max_size=12), hours=st.one_of(st.none(), st.integers(0, 100)),
    money=st.one_of(st.none(), st.integers(0, 100)),
)  # fmt: skip
def test_the_line_is_drawn_where_adding_up_by_hand_draws_it(asked, hours, money):
    measures = [{"number": n, "hours": h, "cost_sek": c} for n, (h, c) in enumerate(asked)]
    below = below_the_line(measures, hours=hours, money=money)
    above = [measure for measure in measures if measure["number"] not in below]
    # All that stands above comes first and has room.
    assert [m["number"] for m in above] == list(range(len(above)))
    assert hours is None or sum(m["hours"] or 0 for m in above) <= hours
    assert money is None or sum(m["cost_sek"] or 0 for m in above) <= money
    if below:
        first = measures[len(above)]
        with_it = [*above, first]
        assert (hours is not None and sum(m["hours"] or 0 for m in with_it) > hours) or (
            money is not None and sum(m["cost_sek"] or 0 for m in with_it) > money
        )


def test_the_plans_word_file_is_written_in_the_municipalitys_template(client, world, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    plain = get(client, world, "police", "plan_word").content
    actions.keep_template(by=world.coordinator, collaboration=world.here, data=templates.municipal())
    own = get(client, world, "police", "plan_word").content
    assert "Stora torget 1, Ekstad" in reading_word.on_every_page(own)
    assert "Utkast" in reading_word.on_every_page(own)
    assert reading_word.opened(own).styles["Heading 1"].font.name == "Georgia"
    assert reading_word.words(own) == reading_word.words(plain)
    assert reading_word.tables(own) == reading_word.tables(plain)
    actions.remove_template(by=world.coordinator, collaboration=world.here)
    assert "Stora torget" not in said_in(get(client, world, "police", "plan_word").content)
