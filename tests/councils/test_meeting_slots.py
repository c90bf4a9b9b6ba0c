"""What meetings say on other pages, to those who may read it; and how long the notes of a meeting are kept."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from councils.meetings import leading, presenters, retention, slots
from councils.models import AgendaItem, Matter, Meeting
from partners.models import Collaboration
from tests import factories as make
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return MeetingWorld()


def decided(world, kind, thing, **said):
    """A decision about a thing, in a meeting that goes on."""
    meeting = Meeting.objects.filter(state="ongoing").first() or world.opened()
    matter = leading.bring_matter(
        by=world.coordinator, group=world.group, section="measures", title=f"Om {kind}", about_kind=kind,
        about_id=thing.pk,
    )  # fmt: skip
    item = leading.open_item(by=world.coordinator, item=meeting.items.get(matter=matter))
    return leading.decide(by=world.coordinator, item=item, outcome="decision", kind="focus", text="Torget först.")


def test_what_was_decided_stands_on_the_page_for_those_who_read_the_meeting(client, world):
    measure = world.decidable()
    decision = decided(world, "measure", measure)
    address = reverse("measure_detail", args=[world.here.slug, measure.pk])
    bring = reverse("matter_new", args=[world.here.slug]) + f"?about=measure&amp;id={measure.pk}"
    for person, reads in ((world.officer, True), (world.coordinator, True), (world.security_lead, False)):
        client.force_login(person)
        page = client.get(address).content.decode()
        assert (f"B-{decision.number}" in page) == reads
        # Whoever sits in no group, and does not compile, has none to take it up in.
        assert (bring in page) == reads
    client.force_login(world.coordinator)
    form = client.get(bring.replace("&amp;", "&")).content.decode()
    assert measure.title in form
    sent = {"group": world.group.pk, "title": "Ta upp den", "section": "measures"}
    assert client.post(bring.replace("&amp;", "&"), sent).status_code == 302
    assert Matter.objects.get(title="Ta upp den").about_id == measure.pk


def test_a_request_tells_of_the_decision_it_came_of_and_all_pages_carry_the_way(client, world):
    measure = world.decidable()
    meeting = world.opened()
    item = world.item(meeting, f"measure {measure.pk} proposed")
    asked = {"organisation": world.police_authority, "text": "Gå förbi.", "due_on": timezone.localdate()}
    said = {"outcome": "decision", "change": "measure_ask", **asked}
    decision = leading.decide(by=world.coordinator, item=item, **said)
    commitment = decision.parts.get().commitment
    ((card,),) = slots.decided_about("commitment")(world.officer, [commitment]).values()
    assert [row["number"] for row in card["rows"]] == [f"B-{decision.number}"]
    assert not slots.decided_about("commitment")(world.people["other_housing"], [commitment])
    client.force_login(world.officer)
    pages = {
        "problem": ("problem", world.problem), "commitment": ("commitment_detail", commitment),
        "plan": ("plan", world.plan),
    }  # fmt: skip
    for kind, (name, thing) in pages.items():
        page = client.get(reverse(name, args=[world.here.slug, thing.number])).content.decode()
        assert f"?about={kind}&amp;id={thing.pk}" in page


def test_each_of_the_requests_that_came_of_one_decision_tells_of_it(world):
    decision = decided(world, "measure", world.decidable())
    same = {"decision": decision, "commitment__area": world.west}
    asked = [make.DecisionPartFactory(**same, commitment__number=number).commitment for number in (101, 102, 103)]
    told = slots.decided_about("commitment")(world.officer, asked)
    numbers = {pk: [row["number"] for row in card["rows"]] for pk, (card,) in told.items()}
    assert numbers == {one.pk: [f"B-{decision.number}"] for one in asked}


def test_as_many_questions_for_ten_things_as_for_one(world):
    measures = [world.decidable() for _ in range(3)]
    for measure in measures:
        decided(world, "measure", measure)
    fill = slots.decided_about("measure")
    counts = []
    for listed in (measures[:1], measures):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert len(fill(world.coordinator, listed)) == len(listed)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_notes_go_after_their_time_and_decisions_stay(world):
    for title in ("Garaget", "Torget"):
        leading.bring_matter(by=world.coordinator, group=world.group, section="why", title=title, area=world.west)
    meeting = world.opened()
    item = leading.open_item(by=world.coordinator, item=meeting.items.get(matter__title="Garaget"))
    leading.write_note(by=world.coordinator, item=item, text="Vi talade om porten.", row_version=item.row_version)
    said = {"outcome": "decision", "kind": "focus", "text": "Torget först.", "motive": "Mest händer."}
    leading.decide(by=world.coordinator, item=item, **said)
    leading.close_meeting(by=world.coordinator, meeting=meeting)
    leading.adjust(by=world.coordinator, meeting=meeting, organisation=world.municipality, text="Skolan var med.")
    here = Collaboration.objects.get(pk=world.here.pk)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    due = retention.KIND.due(here, tomorrow)
    assert list(due) == [meeting]
    assert not retention.KIND.due(here, timezone.localdate()).exists()
    hold = make.LegalHoldFactory(collaboration=here, scope="area", subject_id=str(world.west.pk))
    assert list(due.filter(retention.KIND.held_by(hold))) == [meeting]
    hold.subject_id = str(world.east.pk)
    assert not due.filter(retention.KIND.held_by(hold)).exists()
    for change in (
        lambda: AgendaItem.objects.filter(meeting=meeting).update(note="x"),
        lambda: AgendaItem.objects.filter(meeting=meeting).update(note="[…]", title="x"),
        lambda: Meeting.objects.filter(pk=meeting.pk).update(content={"items": []}),
        lambda: meeting.adjustments.update(text="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    retention.KIND.purge(here, [meeting.pk])
    meeting.refresh_from_db()
    (told,) = [row for row in meeting.content["items"] if row["title"] == "Garaget"]
    assert told["note"] == "[…]"
    assert (told["decisions"][0]["text"], told["decisions"][0]["motive"]) == ("Torget först.", "Mest händer.")
    assert AgendaItem.objects.get(pk=item.pk).note == meeting.adjustments.get().text == "[…]"
    assert not retention.KIND.due(here, tomorrow).exists()
    assert [one.text for one in presenters.adjustments_of(meeting)] == ["(texten är gallrad)"]
    (part,) = [part for part in presenters.minutes_of(meeting.content)["sections"] if part["section"] == "why"]
    assert "(texten är gallrad)" in {row["note"] for row in part["items"]}
