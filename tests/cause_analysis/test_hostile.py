"""What a hurried or hostile hand does to an analysis: forms sent twice, fields that say nothing, places let go of."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import quote

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from cause_analysis.causes.actions import adopt_analysis
from cause_analysis.knowing.actions import answer_question
from cause_analysis.models import (
    Cause,
    CoachComment,
    EventChainLink,
    Evidence,
    KnowledgeGap,
    Prediction,
    Problem,
)
from cause_analysis.prioritising.suggesting import in_words, suggestions_for
from cause_analysis.problems.actions import choose_places
from tests import factories as make
from tests.cause_analysis.causes_cast import AnalysisWorld


@pytest.fixture
def world(db):
    return AnalysisWorld()


@pytest.fixture
def ask(client, world):
    """Ask for a page, or post to it, as somebody of the cast."""

    def do(who, name, *args, query="", **body):
        client.force_login(world.people[who])
        address = reverse(name, args=[world.here.slug, *args]) + query
        return client.post(address, body) if body else client.get(address)

    return do


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def sent_twice(world, cause):
    """Each form, what it makes, and what a double press sends."""
    brought = {"direction": "for", "kind": "dialogue", "text": "Fältarna ser det.", "strength": "2",
               "organisation": str(world.police_authority.pk)}  # fmt: skip
    new = {"text": "Platsen ger skydd", "side": "place", "controller": "manager", "is_direct": "yes", "parent": ""}
    number = world.problem.number
    return {
        "cause": (Cause, "cause_add", [number], {f"new-{name}": value for name, value in new.items()}),
        "evidence": (
            Evidence, "evidence_add", [number, cause.pk], {f"evidence-{name}": said for name, said in brought.items()}
        ),
        "prediction": (
            Prediction, "prediction_new", [number, cause.pk, "weekdays"],
            {"claim": "more", "weekdays": ["4", "5"], "compared_with": "others", "text": "",
             "organisation": str(world.police_authority.pk)},
        ),
        "gap": (KnowledgeGap, "gap_new", [number], {"gap-text": "När töms lokalen?"}),
        "link": (EventChainLink, "chain_add", [number], {"link-text": "De samlas vid kiosken", "link-cause": ""}),
    }  # fmt: skip


@pytest.mark.parametrize("what", ["cause", "evidence", "prediction", "gap", "link"])
def test_a_form_that_is_sent_twice_makes_one(world, ask, what):
    model, route, args, body = sent_twice(world, world.cause())[what]
    before = model.objects.count()
    for _press in range(2):
        assert ask("police", route, *args, **body).status_code == 302
    assert model.objects.count() == before + 1


def test_the_same_question_to_the_reports_weighs_once_however_it_is_explained(world, ask):
    _model, route, args, body = sent_twice(world, world.cause())["prediction"]
    ask("police", route, *args, **body)
    answer = ask("police", route, *args, **{**body, "text": "Då är krogen öppen."})
    assert answer.status_code == 422
    assert "redan tillfrågats" in text_of(answer)
    # What was written is still in its field.
    assert "Då är krogen öppen." in text_of(answer)
    assert Prediction.objects.count() == 1


def test_a_comment_that_is_sent_twice_is_one(world, client):
    coach = world.people["coach"]
    make.CoachInvitationFactory(problem=world.problem, membership=coach.memberships.get())
    client.force_login(coach)
    address = reverse("comment_write", args=[world.here.slug, world.problem.number])
    for _press in range(2):
        assert client.post(address, {"text": "Vad säger butikerna?", "cause": ""}).status_code == 302
    assert CoachComment.objects.count() == 1


def test_a_problem_that_is_sent_twice_is_one(world, ask):
    today = timezone.localdate()
    make.IncidentFactory(collaboration=world.here, organisation=world.police_authority, area=world.west)
    since = today - dt.timedelta(days=30)
    body = {"title": "Bråk vid kiosken", "area": str(world.west.pk), "since": str(since), "until": str(today)}
    made = {ask("police", "problem_new", **body).headers["Location"] for _press in range(2)}
    assert len(made) == 1
    assert Problem.objects.filter(title="Bråk vid kiosken").count() == 1


@pytest.mark.parametrize("said", [{"move-parent": "skräp"}, {"move-parent": "9" * 40}, {"before": "1"}])
def test_a_move_that_does_not_say_where_moves_nothing(world, ask, said):
    above = world.cause("Ingen ansvarar")
    below = world.cause("Buskage skymmer", parent=above)
    answer = ask("police", "cause_move", world.problem.number, below.pk, live="yes", **said)
    assert answer.status_code == 409
    assert "Välj vad orsaken ska stå under" in answer.json()["message"]
    below.refresh_from_db()
    assert below.parent == above


@pytest.mark.parametrize("day", ["0001-01-01", "0001-12-31", "0002-02-28", "9999-12-31"])
def test_a_selection_at_the_edge_of_the_calendar_is_no_error(world, ask, day):
    for name in ("since", "until"):
        address = f"?area={world.west.slug}&{name}={quote(day)}"
        assert ask("police", "problem_new", query=address).status_code == 200


def test_what_was_said_of_a_place_stays_when_the_problem_lets_go_of_it(world, ask):
    kiosk, school = (
        make.PlaceFactory(collaboration=world.here, area=world.west, name=name) for name in ("Kiosken", "Skolgården")
    )
    said = {"by": world.police, "analysis": world.analysis, "question": "place_changed", "row_version": 0}
    answer_question(**said, place=None, text="Mörkt i hela området.")
    choose_places(by=world.police, problem=world.problem, places=[kiosk, school])
    answer_question(**said, place=kiosk, text="Lampan vid luckan är trasig.")
    choose_places(by=world.police, problem=world.problem, places=[school])
    number = world.problem.number
    page = text_of(ask("police", "analysis_questions", number))
    assert "Området i stort" in page
    there = text_of(ask("police", "analysis_questions", number, query=f"?place={kiosk.pk}"))
    assert "Lampan vid luckan är trasig." in there
    assert "handlar inte om den här platsen längre" in there
    assert "question=place_changed" not in there
    assert "Mörkt i hela området." in text_of(ask("police", "analysis_questions", number, query="?place=0"))
    # And it can still be said of the area, from a page of the area.
    body = {
        "question": "place_changed",
        "place": "",
        "answer-text": "Mörkt utom vid torget.",
        "answer-row_version": "1",
    }
    answer = ask("police", "analysis_answer", number, **body)
    assert "Mörkt utom vid torget." in text_of(ask("police", "analysis_questions", number, query="?place=0"))
    assert "place=0" in answer.headers["Location"]


def test_whether_events_come_back_is_not_asked_of_a_problem_with_one_place(world, ask):
    kiosk = make.PlaceFactory(collaboration=world.here, area=world.west, name="Kiosken")
    world.problem.selection = f"area={world.west.slug}&place={kiosk.pk}&since=2026-01-01&until=2026-06-30"
    world.problem.save()
    body = {"claim": "more", "within_days": "7", "text": "", "organisation": str(world.police_authority.pk)}
    answer = ask("police", "prediction_new", world.problem.number, world.cause().pk, "again", **body)
    assert answer.status_code == 422
    assert "inga andra platser att jämföras med" in text_of(answer)
    assert not Prediction.objects.exists()


def test_who_wrote_in_an_adopted_analysis_is_closed_and_not_deleted(world):
    author = make.UserFactory()
    world.cause(created_by=author)
    world.answer_method()
    adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    with pytest.raises(ProgrammingError, match="never changes"), transaction.atomic():
        author.delete()
    author.is_active = False
    author.save()
    assert Cause.objects.get().created_by == author


# --- Small numbers, worked out from large ones ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("incidents", "sensitive", "who", "told"),
    [
        (47, 0, "council", "Minst 40 händelser."),
        (47, 0, "police", "47 händelser"),
        (50, 2, "coach", "Antalet händelser är skyddat."),
        (53, 2, "council", "Minst 50 händelser."),
        (9, 0, "council", "Antalet händelser är skyddat."),
        (4, 0, "council", "Antalet händelser är skyddat."),
    ],
)
def test_two_pieces_of_evidence_do_not_differ_by_a_small_number_outside_the_circle(
    world, ask, incidents, sensitive, who, told
):
    """Fifty events in the problem and forty-seven in a piece of its evidence: three came elsewhere."""
    make.CoachInvitationFactory(problem=world.problem, membership=world.people["coach"].memberships.get())
    cause = world.cause()
    figures = {"incidents": incidents, "without_point": 0, "sensitive": sensitive}
    world.evidence(cause, kind="selection", selection="category=SKA", figures=figures, counted_at=timezone.now())
    page = text_of(ask(who, "analysis", world.problem.number, query=f"?cause={cause.pk}"))
    assert told in page
    assert (str(incidents) + " händelse" in page) is (who == "police")


def suggested(world, months, **figures):
    months = [[f"2026-{number:02}", count] for number, count in enumerate(months, start=1)]
    given = {**make.ProblemFactory.build().figures, "months": months, "total": sum(count for _m, count in months)}
    return suggestions_for(make.ProblemFactory(collaboration=world.here, area=world.west, figures={**given, **figures}))


def test_how_long_it_has_gone_on_gives_no_month_away(world):
    """Twelve events in twelve of twelve months is one in each."""
    with translation.override("sv"):
        assert in_words(suggested(world, [1] * 12)["long"]) == {
            "score": 3, "why": "Händelser i de flesta av månaderna från den första till den sista.",
        }  # fmt: skip
        assert in_words(suggested(world, [9] * 12)["long"])["why"].startswith("Händelser i 12 av de 12 månaderna")
    assert "long" not in suggested(world, [2, 0] * 4 + [1, 0] * 2)


def test_what_the_data_say_is_read_in_the_language_of_the_reader(world):
    with translation.override("sv"):
        kept = suggested(world, [9] * 12)["long"]
    with translation.override("en"):
        assert in_words(kept)["why"] == "Events in 12 of the 12 months from the first to the last."
    with translation.override("sv"):
        assert in_words(kept)["why"].startswith("Händelser i 12 av")
    # A round that was begun before keeps the sentence it was begun with.
    assert in_words({"score": 2, "why": "30 av 40."}) == {"score": 2, "why": "30 av 40."}
    assert in_words(None) is None
