"""An analysis drawn, and as PDF and Word: what stands in it, for whom, and that both files say the same."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from audit.models import Event
from cause_analysis import documents, drawings
from cause_analysis.causes import queries
from cause_analysis.models import CauseAnalysis, CauseState, Controller, Evidence, Side
from cause_analysis.problems.counting import figures_of
from cause_analysis.problems.queries import selection_of
from documents import model, pdf, trees, word
from partners.models import Collaboration
from tests import factories as make
from tests.cause_analysis.causes_cast import METHOD, AnalysisWorld
from tests.documents import reading, reading_word
from tests.steady import said

HOSTILE = "</text><script>alert(1)</script> #set page(width: 1cm) \x00 \U0001f525"


@pytest.fixture
def world(db):
    """An analysis with a tree of three levels, evidence of both directions and every answer given."""
    world = AnalysisWorld()
    world.root = world.cause("Platsen ger skydd och kunder samtidigt", side=Side.PLACE, state=CauseState.CONFIRMED)
    world.wifi = world.cause("Gratis wifi dygnet runt", side=Side.PLACE, parent=world.root)
    world.open_door = world.cause("Porten står öppen", side=Side.TARGET, parent=world.wifi)
    world.nobody = world.cause(
        "Ingen ansvarar för torget efter sju", side=Side.PLACE, controller=Controller.MANAGER,
        chosen_at=timezone.now(), chosen_by_group=world.group, chosen_reason="Den kan vi påverka.",
    )  # fmt: skip
    world.evidence(world.root, text="Väktarna ser köp vid kiosken", strength=3)
    world.evidence(world.root, text="Samma mönster syns inte vid andra kiosken", direction="against", strength=2)
    world.evidence(world.wifi, text="Borttaget", removed_at=timezone.now(), removed_by=world.police)
    world.answer_method()
    world.problem.harmed = "Boende som går över torget"
    world.problem.figures = figures_of(world.here, selection_of(world.problem), today=timezone.localdate())
    world.problem.save()
    return world


def adopt(world):
    world.analysis.adopted_at = dt.datetime(2026, 11, 12, 14, tzinfo=dt.UTC)
    world.analysis.adopted_by_group = world.group
    world.analysis.save()


def get(client, world, who, route, **query):
    client.force_login(world.people[who])
    return client.get(reverse(route, args=["ekstad", world.problem.number]), query)


def said_in(file):
    """All words of a file, whichever of the two it is, without white space."""
    if file.startswith(b"%PDF"):
        return reading.bare(reading.words(file) + "".join(reading.alternatives(file)))
    alternatives = "".join(reading_word.alternatives(file))
    return reading.bare(reading_word.words(file) + reading_word.on_every_page(file) + alternatives)


FILES = ["analysis_pdf", "analysis_word"]


@pytest.mark.parametrize("route", FILES)
def test_the_file_says_problem_tree_evidence_method_and_who_adopted_it(client, world, route):
    adopt(world)
    answer = get(client, world, "police", route)
    assert answer.status_code == 200
    ending = "pdf" if route == "analysis_pdf" else "docx"
    assert f'filename="orsaksanalys-p-{world.problem.number}-v1.{ending}"' in answer["Content-Disposition"]
    text = said_in(answer.content)
    for words in (
        world.problem.title, "Boende som går över torget", "1 Platsen ger skydd och kunder samtidigt",
        "1.1.1 Porten står öppen", "2 Ingen ansvarar för torget efter sju", "Väktarna ser köp vid kiosken",
        "Samma mönster syns inte vid andra kiosken", "Polisen", "Beredningsgruppen", "12 november 2026",
        "Den kan vi påverka.", *METHOD.values(),
    ):  # fmt: skip
        assert reading.bare(words) in text, words
    assert "Borttaget" not in text
    assert "Utkast" not in text
    assert "utkast" not in text


@pytest.mark.parametrize("route", FILES)
def test_until_a_group_adopts_it_every_page_says_draft(client, world, route):
    file = get(client, world, "police", route).content
    if route == "analysis_pdf":
        pages = [page.extract_text() for page in reading.reader(file).pages]
        assert all("Utkast" in page for page in pages)
    else:
        assert "Utkast" in reading_word.on_every_page(file)
    assert reading.bare("version 1, utkast") in said_in(file)


def test_pdf_and_word_say_the_same(client, world):
    printed, worded = (get(client, world, "police", route).content for route in FILES)
    pages = {"•"} | {f"({number})" for number in range(1, 9)} | {str(number) for number in range(1, 9)}
    in_word = said_in(worded)
    assert [one for one in reading.words(printed).split() if one not in pages and one not in in_word] == []
    assert reading.alternatives(printed) != []
    assert sorted(reading_word.alternatives(worded)) == sorted(reading.alternatives(printed))


def test_headings_are_one_level_at_a_time_and_tables_have_headers(client, world):
    file = get(client, world, "police", "analysis_word").content
    levels = [int(name[-1]) for name, _text in reading_word.styled(file) if name.startswith("Heading")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    tags = reading.tags(get(client, world, "police", "analysis_pdf").content)
    assert tags.count("/H1") == 1
    assert tags.count("/Figure") == 2


@pytest.mark.parametrize("route", FILES)
def test_gaps_and_the_chain_of_events_stand_in_the_file(client, world, route):
    make.KnowledgeGapFactory(analysis=world.analysis, text="Vilka köper?", due_on=dt.date(2026, 12, 1))
    make.KnowledgeGapFactory(
        analysis=world.analysis, text="När stängde butiken?", answer="I juli.", closed_at=timezone.now()
    )
    make.EventChainLinkFactory(
        analysis=world.analysis, text="Någon väntar i passagen", is_intervention_point=True, cause=world.wifi
    )
    text = said_in(get(client, world, "police", route).content)
    for words in ("Vilka köper?", "1 december 2026", "När stängde butiken?", "I juli.", "Någon väntar i passagen"):
        assert reading.bare(words) in text, words


def prediction(world):
    return make.PredictionFactory(
        cause=world.wifi, organisation=world.police_authority, template="hours", claim="more",
        parameters={"from_h": 20, "to_h": 24}, text="Då är det nätet.", tested_at=timezone.now(), tested=1, wanted=1,
        result={
            "verdict": "not_supported", "observed": 4321, "of": 9876, "expected": 4444.0, "lower": 4000, "upper": 5000,
            "p_value": 0.4, "left_out": {}, "comparison": "others", "first": "2026-01-01", "last": "2026-06-30",
        },
    )  # fmt: skip


@pytest.mark.parametrize("route", FILES)
def test_what_the_reports_were_asked_stands_there_also_where_they_said_nothing(client, world, route):
    prediction(world)
    text = said_in(get(client, world, "police", route).content)
    assert "Dåärdetnätet." in text
    assert "4321" in text
    outside = said_in(get(client, world, "council", route).content)
    assert "Dåärdetnätet." in outside
    assert "4321" not in outside
    assert "9876" not in outside


def test_the_api_tells_the_numbers_of_a_test_to_the_circle_alone(client, world):
    prediction(world)
    for who, observed in (("police", 4321), ("council", None)):
        client.force_login(world.people[who])
        (one,) = client.get(f"/api/v1/analyses/{world.analysis.pk}/").json()["predictions"]
        assert (one["verdict"], one["observed"]) == ("not_supported", observed), who


@pytest.mark.parametrize("route", FILES)
def test_an_adopted_file_keeps_how_the_problem_was_described(client, world, route):
    world.analysis.definition = {"answers": {"harmed": "Boende som går över torget"}, "views": [], "places": ["Torget"]}
    adopt(world)
    world.problem.harmed = "Någon helt annan"
    world.problem.save()
    text = said_in(get(client, world, "police", route).content)
    assert reading.bare("Boende som går över torget") in text
    assert reading.bare("Någon helt annan") not in text


# Whom it is for


def numbers(world):
    """Unmistakable numbers: few enough to be protected by the collaboration's limit."""
    Collaboration.objects.filter(pk=world.here.pk).update(protect_counts_up_to=9999)
    world.problem.figures = {**world.problem.figures, "total": 4321}
    world.problem.save()
    evidence = world.evidence(
        world.wifi, kind=Evidence.Kind.SELECTION, text="Urval", selection="category=SKA",
        figures={"incidents": 4322, "without_point": 0, "sensitive": 0}, counted_at=timezone.now(),
    )  # fmt: skip
    assert evidence.figures["incidents"] == 4322


@pytest.mark.parametrize("route", FILES)
def test_a_protected_number_is_nowhere_in_a_file_for_readers_outside_the_circle(client, world, route):
    numbers(world)
    whole = said_in(get(client, world, "police", route).content)
    assert "4321" in whole
    assert "4322" in whole
    make.CoachInvitationFactory(problem=world.problem, membership=world.people["coach"].memberships.get())
    for who in ("council", "coach"):
        said = said_in(get(client, world, who, route).content)
        assert "skyddat" in said
        assert "4321" not in said
        assert "4322" not in said


def test_no_protected_number_reaches_a_drawing(world):
    """Letters in a drawing are outlines, which no search for text finds: what is drawn is looked at before."""
    numbers(world)
    for who in ("police", "council"):
        made = documents.analysis_document(world.people[who], world.analysis, address="")
        drawn = [block for block in made.blocks if isinstance(block, model.TreeDrawing)]
        assert len(drawn) == 2
        assert "432" not in repr(drawn)


def test_the_drawing_on_the_page_tells_the_number_to_the_circle_alone(client, world):
    numbers(world)
    assert "4\xa0321" in said(get(client, world, "police", "analysis_tree"))
    page = said(get(client, world, "council", "analysis_tree"))
    assert "321" not in page
    assert "skyddat" in page


@pytest.mark.parametrize("route", [*FILES, "analysis_tree", "analysis_fishbone"])
def test_whoever_does_not_read_the_problem_finds_nothing(client, world, route):
    assert get(client, world, "other_housing", route).status_code == 404
    assert get(client, world, "stranger", route).status_code == 404
    assert get(client, world, "coach", route).status_code == 404
    assert get(client, world, "police", route, version=7).status_code == 404
    assert get(client, world, "police", route, version="x").status_code == 404


@pytest.mark.parametrize(
    ("route", "action"),
    [("analysis_pdf", "analysis_document_downloaded"), ("analysis_word", "analysis_word_downloaded")],
)
def test_every_download_is_logged(client, world, route, action):
    get(client, world, "council", route)
    line = Event.objects.get(action=action)
    assert line.subject_id == str(world.analysis.pk)
    assert line.actor_id == world.people["council"].pk


# Nothing and much


@pytest.mark.parametrize("route", FILES)
def test_an_analysis_that_has_just_begun_is_a_file_that_says_what_is_missing(client, world, route):
    CauseAnalysis.objects.all().delete()
    world.analysis = make.CauseAnalysisFactory(problem=make.ProblemFactory(collaboration=world.here, area=world.west))
    world.problem = world.analysis.problem
    said = said_in(get(client, world, "police", route).content)
    with override("sv"):
        for missing in (gettext("No causes yet."), gettext("Not answered yet.")):
            assert reading.bare(missing) in said


def test_hostile_words_are_words_in_file_and_drawing(client, world):
    world.cause(HOSTILE.replace("\x00", ""), side=Side.OFFENDER)
    for route in FILES:
        assert "alert(1)" in said_in(get(client, world, "police", route).content)
    for route in ("analysis_tree", "analysis_fishbone"):
        page = get(client, world, "police", route).content.decode()
        assert "<script>alert" not in page
        assert "alert(1)" in page


def test_a_tree_of_three_hundred_is_drawn_on_pages_and_a_chain_of_them_too(world):
    CauseAnalysis.objects.all().delete()
    world.analysis = make.CauseAnalysisFactory(problem=world.problem)
    above = None
    for number in range(300):
        above = world.cause(f"Orsak {number}", parent=above if number % 30 else None, position=number)
    nodes = queries.tree_of(world.analysis, with_evidence=True)
    with override("sv"):
        for shape in ("tree", "fishbone"):
            parts = list(trees.on_pages(drawings.tree_of_causes(world.analysis, nodes, shape=shape)))
            assert len(parts) > 3
        assert sum(1 for _line in drawings.list_of_causes(nodes).lines()) == 300
        made = documents.analysis_document(world.police, world.analysis, address="")
        drawn = [len(block.nodes) for block in made.blocks if isinstance(block, model.TreeDrawing)]
        assert drawn == [120, 120]
        assert "120" in next(block.text for block in made.blocks if isinstance(block, model.Text))
        assert pdf.pages_of(pdf.write(made)) > 10
        assert "1.1.1.1.1.1.1.1.1.1" in reading_word.words(word.write(made))


def test_the_questions_to_the_database_do_not_grow_with_the_tree(client, world, django_assert_max_num_queries):
    for number in range(40):
        cause = world.cause(f"Orsak {number}", position=number + 2)
        world.evidence(cause, text=f"Belägg {number}")
    with django_assert_max_num_queries(60):
        assert get(client, world, "police", "analysis_pdf").status_code == 200
    with django_assert_max_num_queries(45):
        assert get(client, world, "police", "analysis_tree").status_code == 200


# On the page


@pytest.mark.parametrize("route", ["analysis_tree", "analysis_fishbone"])
def test_each_box_leads_to_its_cause_and_stands_in_the_list(client, world, route):
    page = get(client, world, "police", route).content.decode()
    here = reverse("analysis", args=["ekstad", world.problem.number])
    for cause in (world.root, world.wifi, world.open_door, world.nobody):
        assert page.count(f'href="{here}?cause={cause.pk}#cause-{cause.pk}"') == 2
    assert "1.1.1 Porten står öppen" in page
    for other in ("analysis", "analysis_tree", "analysis_fishbone", "analysis_pdf", "analysis_word"):
        assert reverse(other, args=["ekstad", world.problem.number]) in page


def test_an_older_version_stays_drawn_as_it_was(client, world):
    adopt(world)
    make.CauseAnalysisFactory(problem=world.problem, version=2)
    page = get(client, world, "police", "analysis_tree", version=1).content.decode()
    assert "Porten står öppen" in page
    assert "version=1" in page
    assert "Porten står öppen" not in get(client, world, "police", "analysis_tree").content.decode()


def test_numbers_follow_the_tree(world):
    numbered = drawings.numbers_of(queries.tree_of(world.analysis, with_evidence=True))
    assert numbered == {world.root.pk: "1", world.wifi.pk: "1.1", world.open_door.pk: "1.1.1", world.nobody.pk: "2"}
