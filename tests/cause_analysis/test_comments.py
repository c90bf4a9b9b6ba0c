"""Process support comments on an analysis it is invited to read, and the partners answer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from cause_analysis.comments.actions import settle_comment, write_comment
from cause_analysis.models import CoachComment, Evidence
from cause_analysis.texts import TextsRefused
from common.errors import NotAllowed, NotPossible
from partners.models import Collaboration
from tests import factories as make
from tests.cause_analysis.causes_cast import AnalysisWorld
from tests.promises.test_free_texts import STRONG

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    world = AnalysisWorld()
    world.coach = world.people["coach"]
    world.invitation = make.CoachInvitationFactory(problem=world.problem, membership=world.coach.memberships.get())
    world.root = world.cause("Platsen ger skydd")
    return world


def get(client, world, who, route="analysis_comments", **query):
    client.force_login(world.people[who])
    return client.get(reverse(route, args=["ekstad", world.problem.number]), query)


def post(client, world, who, route, *args, **data):
    client.force_login(world.people[who])
    return client.post(reverse(route, args=["ekstad", world.problem.number, *args]), data)


def test_a_coach_comments_on_the_analysis_and_on_a_cause_and_everybody_who_reads_it_sees_that(client, world):
    assert post(client, world, "coach", "comment_write", text="Har ni frågat boende?", cause="").status_code == 302
    answer = post(client, world, "coach", "comment_write", text="Vad talar emot?", cause=world.root.pk)
    assert answer.status_code == 302
    whole, about = CoachComment.objects.order_by("pk")
    assert (whole.cause, about.cause, about.written_by) == (None, world.root, world.coach)
    for who in ("police", "council", "coach", "coordinator"):
        page = get(client, world, who).content.decode()
        assert "Har ni frågat boende?" in page
        assert "Vad talar emot?" in page
        assert world.root.text in page
    assert Event.objects.filter(action="analysis_commented", actor_id=world.coach.pk).count() == 2
    assert all("boende" not in str(event.details) for event in Event.objects.all())


def test_the_group_answers_or_marks_it_as_taken_care_of_and_the_coach_reads_that(client, world):
    first, second = (make.CoachCommentFactory(analysis=world.analysis, text=text) for text in ("Ett", "Två"))
    done = {f"comment{first.pk}-answer": "Ja, i oktober.", "outcome": "answered"}
    assert post(client, world, "police", "comment_settle", first.pk, **done).status_code == 302
    assert post(client, world, "police", "comment_settle", second.pk, outcome="taken_care_of").status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.outcome, first.answer, first.settled_by) == ("answered", "Ja, i oktober.", world.police)
    assert (second.outcome, second.answer) == ("taken_care_of", "")
    page = get(client, world, "coach")
    assert "Ja, i oktober." in page.content.decode()
    assert page.context["waiting"] == []
    assert Event.objects.filter(action="analysis_comment_settled").count() == 2


def test_an_answer_needs_words_and_what_was_written_stays_in_the_field(client, world):
    comment = make.CoachCommentFactory(analysis=world.analysis)
    assert post(client, world, "police", "comment_settle", comment.pk, outcome="answered").status_code == 422
    assert post(client, world, "police", "comment_settle", comment.pk, outcome="x").status_code == 422
    answer = post(client, world, "coach", "comment_write", text=" ", cause="")
    assert answer.status_code == 422
    answer = post(client, world, "coach", "comment_write", text="Fråga dem", cause="999999")
    assert answer.status_code == 422
    assert "Fråga dem" in answer.content.decode()
    comment.refresh_from_db()
    assert comment.settled_at is None
    assert CoachComment.objects.count() == 1


def test_of_two_who_answer_at_once_the_second_is_told_and_loses_nothing(client, world):
    comment = make.CoachCommentFactory(analysis=world.analysis)
    settle_comment(by=world.police, comment=comment, outcome="answered", answer="Ja.")
    said = {f"comment{comment.pk}-answer": "Vi har frågat skolan.", "outcome": "answered"}
    answer = post(client, world, "security_lead", "comment_settle", comment.pk, **said)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Vi har frågat skolan." in page
    assert "Ja." in page
    comment.refresh_from_db()
    assert comment.answer == "Ja."


@pytest.mark.parametrize("text", STRONG[:4])
def test_neither_comment_nor_answer_points_at_a_person(client, world, text):
    said = f"Fråga {text}"
    with pytest.raises(TextsRefused):
        write_comment(by=world.coach, analysis=world.analysis, text=said, is_confirmed=True)
    comment = make.CoachCommentFactory(analysis=world.analysis)
    with pytest.raises(TextsRefused):
        settle_comment(by=world.police, comment=comment, outcome="answered", answer=said, is_confirmed=True)
    answer = post(client, world, "coach", "comment_write", text=said, cause="")
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_only_who_is_invited_comments_and_only_who_works_there_answers(client, world):
    comment = make.CoachCommentFactory(analysis=world.analysis)
    for who in ("police", "council", "coordinator"):
        with pytest.raises(NotAllowed):
            write_comment(by=world.people[who], analysis=world.analysis, text="Fråga")
        assert post(client, world, who, "comment_write", text="Fråga").status_code == 403
        assert 'name="text"' not in get(client, world, who).content.decode()
    for who in ("coach", "council"):
        with pytest.raises(NotAllowed):
            settle_comment(by=world.people[who], comment=comment, outcome="taken_care_of")
        assert 'name="outcome"' not in get(client, world, who).content.decode()
    world.invitation.delete()
    assert get(client, world, "coach").status_code == 404
    assert not CoachComment.objects.visible_to(world.coach).exists()
    with pytest.raises(NotAllowed):
        write_comment(by=world.coach, analysis=world.analysis, text="Fråga")


def test_an_adopted_analysis_can_be_commented_on_and_stays_as_it_was(client, world):
    world.analysis.adopted_at, world.analysis.adopted_by_group = timezone.now(), world.group
    world.analysis.save()
    comment = write_comment(by=world.coach, analysis=world.analysis, cause=world.root, text="Vad talar emot?")
    settle_comment(by=world.police, comment=comment, outcome="answered", answer="Det tar vi i nästa version.")
    # The next version shows it too, and says which version it is of.
    make.CauseAnalysisFactory(problem=world.problem, version=2)
    page = get(client, world, "coach").content.decode()
    assert "Vad talar emot?" in page
    assert "version=1" in page


def test_a_cause_of_another_version_or_one_taken_away_is_not_commented_on(world):
    other = make.CauseFactory()
    with pytest.raises(NotPossible):
        write_comment(by=world.coach, analysis=world.analysis, cause=other, text="Fråga")
    world.root.removed_at = timezone.now()
    world.root.save()
    with pytest.raises(NotPossible):
        write_comment(by=world.coach, analysis=world.analysis, cause=world.root, text="Fråga")


def test_a_comment_on_a_cause_that_was_taken_away_stays_readable(client, world):
    make.CoachCommentFactory(analysis=world.analysis, cause=world.root)
    world.root.removed_at = timezone.now()
    world.root.save()
    page = get(client, world, "police").content.decode()
    assert world.root.text in page
    assert f"cause={world.root.pk}" not in page


def test_the_coach_reads_the_analysis_with_protected_numbers_and_finds_the_way_to_comment(client, world):
    Collaboration.objects.filter(pk=world.here.pk).update(protect_counts_up_to=9999)
    world.evidence(
        world.root, kind=Evidence.Kind.SELECTION, text="Urval", selection="category=SKA",
        figures={"incidents": 4322, "without_point": 0, "sensitive": 0}, counted_at=timezone.now(),
    )  # fmt: skip
    seen = get(client, world, "police", "analysis", cause=world.root.pk).content.decode()
    assert "322" in seen
    assert reverse("analysis_comments", args=["ekstad", world.problem.number]) not in seen
    page = get(client, world, "coach", "analysis", cause=world.root.pk)
    read = page.content.decode()
    assert page.status_code == 200
    assert "322" not in read
    assert "Urval" in read
    assert f"{reverse('analysis_comments', args=['ekstad', world.problem.number])}?cause={world.root.pk}" in read
    for form in ("cause_add", "analysis_method", "analysis_adopt"):
        assert reverse(form, args=["ekstad", world.problem.number]) not in read
    make.CoachCommentFactory(analysis=world.analysis)
    assert "1 kommentar" in get(client, world, "police", "analysis").content.decode()


def test_the_questions_to_the_database_do_not_grow_with_the_comments(client, world):
    def asked(upto):
        for number in range(CoachComment.objects.count(), upto):
            make.CoachCommentFactory(
                analysis=world.analysis, cause=world.root, text=f"Fråga {number}", written_by=world.coach
            )
        with CaptureQueriesContext(connection) as questions:
            assert get(client, world, "police").status_code == 200
        return len(questions)

    # The first of a session asks for more.
    asked(1)
    few = asked(2)
    assert asked(30) == few


def waiting(client, world, who):
    """What stands on somebody's page of what waits."""
    client.force_login(world.people[who])
    return client.get(reverse("my_work", args=["ekstad"])).context["tasks"]


def test_a_comment_waits_for_those_who_lead_the_work_and_its_answer_for_the_coach(client, world):
    comments = [write_comment(by=world.coach, analysis=world.analysis, text=text) for text in ("Ett", "Två")]
    (task,) = [task for task in waiting(client, world, "coordinator") if "kommentarer" in task["title"]]
    assert task["title"] == task["mail_title"] == "2 kommentarer från processtödet att svara på"
    assert (task["text"], task["asked_by"]) == (world.problem.title, "processtöd")
    for who in ("police", "security_lead", "council", "coach", "reporter", "other_housing"):
        assert not any("kommentar" in task["title"] for task in waiting(client, world, who)), who
    for comment in comments:
        settle_comment(by=world.people["coordinator"], comment=comment, outcome="answered", answer="Ja.")
    assert not any("kommentar" in task["title"] for task in waiting(client, world, "coordinator"))
    (task,) = waiting(client, world, "coach")
    assert task["mail_title"] == "2 av dina kommentarer har fått svar"
    assert task["url"] == reverse("analysis_comments", args=["ekstad", world.problem.number])
    # Told of for two weeks, and only as long as the coach is invited.
    CoachComment.objects.update(settled_at=timezone.now() - dt.timedelta(days=15))
    assert waiting(client, world, "coach") == []
    CoachComment.objects.update(settled_at=timezone.now())
    assert waiting(client, world, "coach")
    world.invitation.delete()
    assert waiting(client, world, "coach") == []
