"""An evaluation as PDF, Word and Excel: that the three say the same, for whom, and that an adopted one stays."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from action_plans.evaluating.words import evaluation_content
from action_plans.models import EvaluationPlan, Measure, Plan
from areas.models import Area, Place
from audit.models import Event
from documents import model
from followup.evaluations import actions, documents, queries
from followup.evaluations.keeping import keep_all
from followup.models import Evaluation
from incidents.models import Incident
from partners.log import Kind, kind_of
from partners.models import Collaboration, Group
from tests import factories as make
from tests.action_plans.test_papers import said_in
from tests.documents import reading, reading_excel, reading_word
from tests.followup.evaluated import AFTER, BEFORE, JUDGED, TODAY, EvaluatedWorld

FILES = {"evaluation_pdf": "pdf", "evaluation_word": "docx", "evaluation_excel": "xlsx"}
CARD = "Bättre belysning"
REASON = "Torget byggdes om i april."

pytestmark = pytest.mark.django_db


class PaperWorld(EvaluatedWorld):
    """An evaluation of a decrease beside the east, whose plan was changed once after it was fixed."""

    def __init__(self, *, is_small: bool = False) -> None:
        super().__init__()
        if is_small:
            self.reports(2024, [1, 0] * 6)
            self.reports(2025, [1, 0, 0] * 4)
            for year in (2024, 2025):
                self.reports(year, [0, 1] * 6, elsewhere=True)
        else:
            self.halved()
        Measure.objects.filter(pk=self.done.pk).update(method="street-lighting")
        # The plan once said another ring and another rule.
        plan = self.done.evaluation_plan
        before = {**evaluation_content([plan])[self.done.pk], "ring_m": 150, "decision_rule": "Vi gör om det."}
        make.EvaluationChangeFactory(evaluation_plan=plan, reason=REASON, before=before)
        self.evaluation = self.begun()
        actions.add_lesson(
            by=self.officer, evaluation=self.evaluation, about="place", text="Lampan tänds för sent", place=self.square
        )

    def adopt(self):
        words = {**JUDGED, "what_else": "Festivalen flyttade."}
        said = actions.judge(by=self.officer, evaluation=self.evaluation, row_version=0, **words)
        return actions.adopt(
            by=self.coordinator, evaluation=said, group=self.group, row_version=said.row_version, seen=said.headline,
            today=TODAY,
        )  # fmt: skip


@pytest.fixture
def world(db):
    return PaperWorld()


def get(client, world, who, route):
    client.force_login(world.people[who])
    return client.get(reverse(route, args=["ekstad", world.evaluation.number]))


def test_it_says_what_was_found_why_how_it_was_planned_and_what_it_cannot_tell(client, world):
    world.adopt()
    said = (
        "Minskat: skadegörelse på torget", "Alla regler för en minskning är uppfyllda.",
        "Så drogs slutsatsen", "48 händelser mot 120 väntade", "Byt lamporna på torget", "Väster", "Öster",
        world.done.evaluation_plan.decision_rule, REASON, "Vi gör om det.", "150", "Lampan tänds för sent",
        "Festivalen flyttade.",
        "Fungerade", "Beredningsgruppen", "Det har inte räknats om än.", "Torget", "1 januari–31 december 2024",
        CARD, "Flyttade problemet?", "ingen ring runt platsen räknades",
    )  # fmt: skip
    for route, ending in FILES.items():
        answer = get(client, world, "police", route)
        assert answer.status_code == 200
        assert f'filename="utvardering-u-{world.evaluation.number}.{ending}"' in answer["Content-Disposition"]
        text = said_in(answer.content)
        for words in said:
            assert reading.bare(words) in text, (route, words)
        assert "Utkast" not in text


def test_the_page_says_when_the_plan_was_changed_and_why_as_it_was_kept(client, world):
    changes = world.done.evaluation_plan.changes
    first = f"{date_format(changes.get().at.astimezone(), 'j F Y')}, efter att den låsts: {REASON}"
    assert first in get(client, world, "police", "evaluation").content.decode()
    world.adopt()
    # Once adopted, what is changed in the plan is nothing of this evaluation's.
    make.EvaluationChangeFactory(evaluation_plan=world.done.evaluation_plan, reason="Vi ångrade oss.")
    page = get(client, world, "police", "evaluation").content.decode()
    assert first in page
    assert "Vi ångrade oss." not in page


def test_a_draft_says_so_on_every_page(client, world):
    answers = [get(client, world, "police", route) for route in FILES]
    for answer in answers:
        assert "-utkast." in answer["Content-Disposition"]
        text = said_in(answer.content)
        for words in ("Det här är ett utkast", "utkast, inte antagen", "Inget är sagt än."):
            assert reading.bare(words) in text, words
    printed, worded, counted = (answer.content for answer in answers)
    assert all("Utkast" in page.extract_text() for page in reading.reader(printed).pages)
    assert "Utkast" in reading_word.on_every_page(worded)
    assert all("Utkast" in sheet.oddHeader.left.text for sheet in reading_excel.opened(counted).worksheets)


@pytest.mark.parametrize("who", ["police", "council"])
def test_the_three_have_the_same_tables_and_the_pdf_is_tagged(client, world, who):
    world.adopt()
    printed, worded, counted = (get(client, world, who, route).content for route in FILES)
    # What stands in large numbers is a table in Word alone.
    tables = reading_word.tables(worded)[1:]
    tags = reading.tags(printed)
    # The workbook tells the large numbers too, and the chart's months beside the drawing.
    more = 2 if who == "police" else 1
    assert tags.count("/H1") == 1
    assert tags.count("/Table") == len(tables) == len(reading_excel.tables(counted)) - more >= 7
    assert tags.count("/TR") == sum(map(len, tables))
    assert tags.count("/Figure") == 1
    in_pdf = said_in(printed)
    for rows in tables:
        for cells in rows:
            assert all(reading.bare(cell) in in_pdf for cell in cells)
    (alternative,) = reading.alternatives(printed)
    assert reading_word.alternatives(worded) == reading_excel.alternatives(counted) == [alternative]
    said = "mot 120 väntade" if who == "police" else "efter 40"
    assert said in alternative


def test_the_picture_has_both_series_the_days_of_the_measure_and_who_reported(world):
    world.adopt()
    shown = queries.evaluations_for(world.officer, world.here).get()
    document = documents.evaluation_document(world.officer, shown, address="")
    (chart,) = [block for block in document.blocks if isinstance(block, model.LineChart)]
    assert sum(chart.observed[-12:]) == 48
    expected, level = chart.lines
    assert sum(expected.values[-12:]) == pytest.approx(120)
    # It goes on from where the comparison ends.
    assert expected.values[-13] == level.values[-13]
    assert expected.values[-14] is None
    assert level.values[-1] is None
    assert sum(level.values[-24:-12]) == pytest.approx(120)
    assert [(span.first, span.last) for span in chart.spans] == [BEFORE, AFTER]
    assert [mark.day for mark in chart.marks] == [dt.date(2024, 12, 1)]


# --- Whom it is for ---------------------------------------------------------------------------------------------------


def test_whole_counts_are_nowhere_in_a_file_for_readers_outside_the_circle(client, world):
    world.adopt()
    for route in FILES:
        whole = said_in(get(client, world, "police", route).content)
        assert "48händelser" in whole
        file = get(client, world, "council", route).content
        said = said_in(file)
        for words in ("minst 40", "minst 120", "60 procent färre", "anges antal i tiotal"):
            assert reading.bare(words) in said, words
        assert "48" not in said
        if route == "evaluation_excel":
            assert 48 not in reading_excel.numbers(file)
    page = client.get(reverse("evaluation", args=["ekstad", world.evaluation.number])).content.decode()
    assert reading.bare("minst 40") in reading.bare(page).replace("&nbsp;", "")


def test_small_counts_are_protected_and_no_picture_is_drawn_of_them(client, db):
    world = PaperWorld(is_small=True)
    for who, route in product(("council", "police"), FILES):
        text = said_in(get(client, world, who, route).content)
        assert ("skyddat" in text) == (who == "council")
        assert reading.bare("För få händelser") in text
        assert reading.bare("Det här skulle behövas") in text
    user = world.people["council"]
    shown = queries.evaluations_for(user, world.here).get()
    document = documents.evaluation_document(user, shown, address="")
    assert not any(isinstance(block, model.LineChart | model.BarChart) for block in document.blocks)


def test_whoever_does_not_read_the_evaluation_finds_no_file_and_each_download_is_logged(client, world):
    for who, route in product(("stranger", "other_housing", "reporter"), FILES):
        assert get(client, world, who, route).status_code == 404, who
    client.force_login(world.people["council"])
    page = client.get(reverse("evaluation", args=["ekstad", world.evaluation.number])).content.decode()
    for route in FILES:
        assert get(client, world, "council", route).status_code == 200
        action = route.replace("_pdf", "_document") + "_downloaded"
        assert Event.objects.get(action=action).actor_id == world.people["council"].pk
        assert kind_of(action) == Kind.EXPORTS
        assert f'href="{reverse(route, args=["ekstad", world.evaluation.number])}"' in page


# --- Frozen -----------------------------------------------------------------------------------------------------------


def test_an_adopted_one_is_the_same_bytes_whatever_is_renamed_added_withdrawn_and_purged(client, world):
    world.adopt()
    before = {who: [get(client, world, who, route).content for route in FILES] for who in ("police", "council")}
    Area.objects.filter(collaboration=world.here).update(name="Omdöpt område")
    Place.objects.filter(collaboration=world.here).update(name=Concat(Value("Omdöpt plats "), Cast("pk", CharField())))
    Group.objects.filter(collaboration=world.here).update(name="Omdöpt grupp")
    Collaboration.objects.filter(pk=world.here.pk).update(name="Omdöpt samverkan")
    Plan.objects.filter(collaboration=world.here).update(title="Omdöpt plan")
    Measure.objects.filter(collaboration=world.here).update(title="Omdöpt åtgärd", mechanism="Annat", method="cctv")
    EvaluationPlan.objects.filter(measure=world.done).update(indicator="Annat", decision_rule="Annat", ring_m=900)
    world.done.evaluation_plan.changes.update(reason="[…]", before={})
    world.reports(2025, [10] * 12)
    Incident.objects.filter(occurred_on__year=2024).update(status="rejected")
    keep_all(today=TODAY)
    Incident.objects.all().delete()
    keep_all(today=TODAY)
    assert {who: [get(client, world, who, route).content for route in FILES] for who in before} == before


def test_the_database_refuses_to_change_what_was_kept_of_an_adopted_one(world):
    evaluation = world.adopt()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Evaluation.objects.filter(pk=evaluation.pk).update(content={})


def test_a_later_count_stands_beside_what_was_adopted_and_changes_nothing_else(client, world):
    world.adopt()
    shown = queries.evaluations_for(world.officer, world.here).get()
    first = documents.evaluation_document(world.officer, shown, address="").blocks
    world.reports(2026, [4] * 6)
    world.reports(2026, [9, 11] * 3, elsewhere=True)
    assert actions.check_again(shown, today=dt.date(2026, 7, 1)) is not None
    shown = queries.evaluations_for(world.officer, world.here).get()
    second = documents.evaluation_document(world.officer, shown, address="").blocks
    (table,) = [
        block for block in second if isinstance(block, model.Table) and block.columns[0].label == "Räknat till och med"
    ]
    assert table.rows[0][0].value == dt.date(2026, 6, 30)
    assert table.rows[0][1].text == "Håller i sig"
    new = [block for block in second if block not in first]
    # The fact on top and the table.
    assert [type(block) for block in new] == [model.Facts, model.Table]


# --- Much and nothing -------------------------------------------------------------------------------------------------


def test_what_was_never_counted_is_a_file_too(client, world):
    given_up = world.measure(title="Kamera på taket", state="aborted")
    world.evaluation = actions.begin_of_process(by=world.officer, measure=given_up, today=TODAY)
    for route in FILES:
        text = said_in(get(client, world, "police", route).content)
        for words in (
            "Kamera på taket",
            "Det var inte planerat att räkna någon effekt.",
            "Ingen lärdom är nedskriven.",
        ):
            assert reading.bare(words) in text, words


def test_ten_lessons_and_changes_take_as_many_questions_as_one(world):
    user = world.officer

    def asked():
        shown = queries.evaluations_for(user, world.here).get()
        with CaptureQueriesContext(connection) as few:
            documents.evaluation_document(user, shown, address="")
        return len(few)

    asked()
    few = asked()
    for number in range(10):
        make.LessonFactory(evaluation=world.evaluation, text=f"Lärdom {number}")
        make.EvaluationChangeFactory(
            evaluation_plan=world.done.evaluation_plan, at=timezone.now(),
            before=evaluation_content([world.done.evaluation_plan])[world.done.pk],
        )  # fmt: skip
    assert asked() == few
    # An adopted one asks for nothing but what it has kept, and whose circle it is.
    world.adopt()
    assert asked() <= 6
