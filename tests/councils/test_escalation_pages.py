"""The pages of questions between the levels: the list, a new one, its answer, and where they wait for somebody."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from action_plans.commitments import actions as commitments
from councils import retention
from councils.escalations import actions, my_work, news
from councils.escalations.reminding import remind
from councils.models import Escalation, EscalationReminder
from partners.models import Collaboration, Notification
from partners.notifications.topics import topic_with
from tests import factories as make
from tests.councils.cast import LeadingWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return LeadingWorld()


def at(world, name, *args):
    return reverse(name, args=[world.here.slug, *args])


def typed(world, client, **values):
    page = client.get(at(world, "escalation_new"))
    return {
        "from_group": world.local.pk,
        "to_group": world.council_group.pk,
        "decision_kind": "resource",
        "question": "Vem betalar lamporna?",
        "recommended_decision": "Kommunen betalar.",
        "answer_by": (timezone.localdate() + dt.timedelta(days=7)).isoformat(),
        "client_uuid": page.context["form"]["client_uuid"].value(),
        **values,
    }


def late(world, **values):
    return make.EscalationFactory(
        from_group=world.local, to_group=world.council_group, answer_by=dt.date(2026, 1, 2), **values
    )


def test_from_a_problem_to_the_council_and_back(client, world):
    problem = make.ProblemFactory(area=world.west, number=1, title="Klotter vid torget")
    client.force_login(world.people["police"])
    about = f"?about=problem-{problem.pk}"
    assert at(world, "escalation_new") + about in client.get(at(world, "problem", 1)).content.decode()
    sent = typed(world, client, area=world.west.pk)
    refused = client.post(at(world, "escalation_new") + about, sent | {"recommended_decision": ""})
    assert refused.status_code == 422
    assert "recommended_decision" in refused.context["form"].errors
    page = client.post(at(world, "escalation_new") + about, sent, follow=True).content.decode()
    assert "Klotter vid torget" in page
    one = Escalation.objects.get()
    assert (one.subject_kind, one.subject_id) == ("problem", problem.pk)
    assert "Vem betalar lamporna?" in client.get(at(world, "problem", 1)).content.decode()

    client.force_login(world.people["council"])
    assert "Vem betalar lamporna?" in client.get(at(world, "my_work")).content.decode()
    assert "Vem betalar lamporna?" in client.get(at(world, "group_detail", world.council_group.pk)).content.decode()
    answer = at(world, "escalation_answer", one.number)
    no = client.post(answer, {"row_version": 0, "answer": "no", "answer_text": ""})
    assert no.status_code == 422
    assert "answer_text" in no.context["answer_form"].errors
    client.post(answer, {"row_version": 0, "answer": "yes", "answer_text": "Ur årets budget."})
    again = client.post(answer, {"row_version": 0, "answer": "no", "answer_text": "Nej."}, follow=True)
    assert "Ur årets budget." in again.content.decode()

    client.force_login(world.people["police"])
    assert "Chefsamrådet svarade ja" in client.get(at(world, "my_work")).content.decode()
    client.post(at(world, "escalation_note", one.number))
    assert "Chefsamrådet svarade ja" not in client.get(at(world, "my_work")).content.decode()
    one.refresh_from_db()
    assert (one.answer, one.returned_seen_by) == ("yes", world.people["police"])


def test_a_no_that_was_given_is_taken_further_from_its_page(client, world):
    asked = commitments.make_request(
        by=world.people["police"], area=world.west, asked_by=world.police_authority, asked_of=world.housing,
        text="Lås cykelrummet.", due_on=timezone.localdate() + dt.timedelta(days=30),
    )  # fmt: skip
    client.force_login(world.people["police"])
    address = at(world, "escalation_new") + f"?about=commitment-{asked.pk}"
    assert address not in client.get(at(world, "commitment_detail", asked.number)).content.decode()
    commitments.decline(by=world.people["security_lead"], commitment=asked, reason="Vi har inte råd.")
    assert address in client.get(at(world, "commitment_detail", asked.number)).content.decode()
    client.post(address, typed(world, client))
    one = Escalation.objects.get()
    assert one.commitment_id == asked.pk
    client.force_login(world.people["council"])
    page = client.get(at(world, "escalation", one.number))
    assert "ends" in page.context["answer_form"].fields
    assert not page.context["may_take_back_no"]
    client.force_login(world.people["security_lead"])
    assert client.get(at(world, "escalation", one.number)).context["may_take_back_no"]
    client.post(at(world, "escalation_yes_after_all", one.number))
    one.refresh_from_db()
    assert one.ends == "taken_back"


def test_the_list_leads_with_what_is_late_and_asks_a_bounded_number_of_questions(client, world):
    for _ in range(3):
        late(world, area=world.west)
    client.force_login(world.people["coordinator"])
    client.get(at(world, "escalation_list"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        page = client.get(at(world, "escalation_list"))
    assert "3 frågor skulle ha besvarats" in page.content.decode()
    for _ in range(12):
        make.EscalationFactory(from_group=world.local, to_group=world.preparing, area=world.east)
    with CaptureQueriesContext(connection) as many:
        page = client.get(at(world, "escalation_list"))
    assert len(many) == len(few)
    assert [row["tag"]["tone"] for row in page.context["rows"]][:4] == ["danger", "danger", "danger", "info"]
    only = client.get(at(world, "escalation_list") + "?state=late")
    assert len(only.context["rows"]) == 3
    assert len(client.get(at(world, "escalation_list") + "?level=operative").context["rows"]) == 12
    assert (
        len(client.get(at(world, "escalation_list") + f"?group={world.preparing.pk}&state=zzz").context["rows"]) == 12
    )


def test_whoever_is_named_has_it_in_their_work_and_the_deputy_once_it_is_late(world):
    def waits(person):
        return [row["title"] for row in my_work.items(person, [world.here]).get(world.here.pk, [])]

    one = make.EscalationFactory(from_group=world.local, to_group=world.council_group)
    assert len(waits(world.people["council"])) == 1
    assert waits(world.deputy) == waits(world.people["coordinator"]) == waits(world.people["police"]) == []
    other = make.MembershipFactory(organisation=world.municipality, role="council")
    make.GroupMemberFactory(group=world.council_group, membership=other)
    one.recipient = other
    one.save()
    assert waits(world.people["council"]) == []
    assert len(waits(other.user)) == 1
    one.recipient = None
    one.answer_by = dt.date(2026, 1, 2)
    one.save()
    assert len(waits(world.deputy)) == 1


@time_machine.travel("2026-11-23T10:00:00+01:00", tick=False)
def test_the_deputy_gets_one_letter_that_tells_nothing(world, mailoutbox):
    one = late(world)
    monday = dt.date(2026, 11, 23)
    assert remind(world.here, today=monday) == 1
    assert remind(world.here, today=monday) == 0
    letter = mail.outbox[-1]
    assert letter.to == [world.deputy.email]
    assert one.question not in letter.body
    assert reverse("escalation", args=[world.here.slug, one.number]) in letter.body
    assert EscalationReminder.objects.filter(sent_at__isnull=False).count() == 1
    assert Notification.objects.get(topic=news.LATE).person == world.deputy
    # Nobody is written to on a Sunday, or about what is answered.
    EscalationReminder.objects.all().delete()
    assert remind(world.here, today=dt.date(2026, 11, 22)) == 0
    actions.answer(by=world.people["council"], escalation=one, answer="yes")
    assert remind(world.here, today=monday) == 0


def test_what_was_sent_back_is_asked_again_with_its_words(client, world):
    one = make.EscalationFactory(
        from_group=world.local, to_group=world.council_group, area=world.west, answer="sent_back",
        answer_text="Vad kostar det?", answered_at=timezone.now(), subject_kind="place", subject_id=world.square.pk,
    )  # fmt: skip
    again = at(world, "escalation_new") + f"?again={one.number}"
    for who, asks in (("police", True), ("security_lead", False)):
        client.force_login(world.people[who])
        assert (again in client.get(at(world, "escalation", one.number)).content.decode()) == asks
    client.force_login(world.people["police"])
    form = client.get(again).context["form"]
    kept = {name: form[name].value() for name in ("from_group", "to_group", "decision_kind", "area", "client_uuid")}
    day = (timezone.localdate() + dt.timedelta(days=7)).isoformat()
    client.post(again, kept | {"question": "Vem betalar?", "recommended_decision": "Vi.", "answer_by": day})
    anew = Escalation.objects.open().get()
    assert (anew.subject_id, anew.area, anew.decision_kind) == (world.square.pk, world.west, "resource")
    for nonsense in ("?again=²", "?again=x", "?about=place-²", "?about=place-" + "9" * 50, "?about=x", "?to=x"):
        assert client.get(at(world, "escalation_new") + nonsense).status_code == 200


def test_those_who_sit_in_the_groups_are_told(world):
    asked = {
        "from_group": world.local, "to_group": world.council_group, "question": "Vem betalar?",
        "recommended_decision": "Kommunen.", "answer_by": timezone.localdate() + dt.timedelta(days=3),
    }  # fmt: skip
    one = actions.escalate(by=world.people["coordinator"], **asked)
    actions.answer(by=world.people["council"], escalation=one, answer="yes")

    def told(who):
        rows = list(Notification.objects.filter(person=world.people[who], topic=news.TOPIC))
        assert len(topic_with(news.TOPIC).shown(world.people[who], rows)) == len(rows)
        return [row.what for row in rows]

    assert told("council") == ["asked"]
    assert told("police") == told("coordinator") == ["answered"]
    assert told("security_lead") == []


def test_what_was_decided_keeps_its_words_and_what_was_not_loses_them(world):
    old = timezone.now() - dt.timedelta(days=3000)
    decided = late(world, answer="yes", answered_at=old, created_at=old)
    back = late(world, answer="sent_back", answer_text="Vad kostar det?", answered_at=old, created_at=old)
    withdrawn = late(world, taken_back_at=old, taken_back_reason="Löst.", created_at=old)
    waiting = late(world, created_at=old)
    (kind,) = retention.KINDS
    here = Collaboration.objects.get(pk=world.here.pk)
    due = kind.due(here, timezone.localdate())
    assert set(due) == {back, withdrawn}
    kind.purge(here, [one.pk for one in due])
    for one in (decided, back, withdrawn, waiting):
        one.refresh_from_db()
    assert (back.question, back.answer_text, withdrawn.taken_back_reason) == ("[…]", "[…]", "[…]")
    assert decided.question == waiting.question == "Vem betalar belysningen i gångtunneln?"
    assert not kind.due(here, timezone.localdate()).exists()


def test_over_the_api_a_question_is_asked_once_and_answered_once(client, world):
    def sent(name, body, *args):
        return client.post(reverse(name, args=args), body, content_type="application/json")

    client.force_login(world.people["police"])
    body = {
        "collaboration": "ekstad", "from_group": world.local.pk, "to_group": world.preparing.pk,
        "decision_kind": "resource", "question": "Vem betalar?", "recommended_decision": "Kommunen.",
        "answer_by": (timezone.localdate() + dt.timedelta(days=3)).isoformat(), "area": world.west.slug,
        "client_uuid": str(uuid.uuid4()),
    }  # fmt: skip
    refused = sent("api-escalation-list", body)
    assert refused.status_code == 409
    assert "Chefsamrådet" in refused.content.decode()
    body["to_group"] = world.council_group.pk
    first, again = sent("api-escalation-list", body), sent("api-escalation-list", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert (first.json()["direction"], first.json()["is_late"], first.json()["area"]) == ("up", False, world.west.slug)
    number = first.json()["id"]
    assert sent("api-escalation-answer", {"row_version": 0, "answer": "yes"}, number).status_code == 403
    client.force_login(world.people["council"])
    assert sent("api-escalation-answer", {"row_version": 7, "answer": "yes"}, number).status_code == 409
    done = sent("api-escalation-answer", {"row_version": 0, "answer": "yes"}, number)
    assert (done.status_code, done.json()["answer"]) == (200, "yes")
    assert sent("api-escalation-answer", {"row_version": 1, "answer": "no", "text": "Nej."}, number).status_code == 409
    listed = client.get(reverse("api-escalation-list"), {"state": "answered"}).json()["results"]
    assert [row["id"] for row in listed] == [number]
    client.force_login(world.people["stranger"])
    assert client.get(reverse("api-escalation-list")).json()["results"] == []
    assert sent("api-escalation-list", body).status_code == 404
