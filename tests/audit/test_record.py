"""A line of the log says who, for whom, in which role, and with what: ids and short labels, never what people wrote."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from audit.actions import record
from audit.models import DaySeal, Event
from incidents import actions as incident_actions
from tests import factories as make


def test_a_line_says_who_did_what_with_what(world):
    lead = world.people["security_lead"]
    event = record("incident_read", by=lead, subject=world.by_reporter, number=3)
    assert (event.actor_id, event.actor_label) == (lead.pk, "security lead")
    assert (event.organisation_label, event.role) == ("Bostadsbolaget", "security_lead")
    assert (event.subject_type, event.subject_id) == ("incidents.incident", str(world.by_reporter.pk))
    assert event.collaboration_id == world.here.pk
    assert event.details == {"number": 3}


def test_the_label_is_the_function_and_never_the_name_or_the_address(world):
    lead = world.people["security_lead"]
    lead.name = "Ett Riktigt Namn"
    lead.save()
    event = record("prov", by=lead, subject=lead.memberships.get())
    assert lead.name not in (event.actor_label + event.subject_label)
    assert lead.email not in (event.actor_label + event.subject_label)


def test_the_machine_and_nobody_leave_the_person_empty(db):
    for by in (None, AnonymousUser()):
        event = record("prov", by=by)
        assert (event.actor_id, event.actor_label, event.role) == (None, "", "")


def test_what_a_report_says_never_stands_in_the_log(world):
    """Approving, returning and rejecting a report with a person in its text leaves nothing of the text behind."""
    secret = "Sven Svensson 850709-9805 med bilen ABC123"
    incident = make.IncidentFactory(
        organisation=world.housing,
        reporter=world.people["reporter"],
        area=world.west,
        category=world.vandalism,
        status="submitted",
        description=secret,
    )
    coordinator = world.people["coordinator"]
    incident_actions.return_incident(incident=incident, by=coordinator, reason="Stryk namnet i texten.")
    written = " ".join(str(row) for row in Event.objects.values())
    assert Event.objects.exists()
    for word in ("Svensson", "850709", "ABC123"):
        assert word not in written


def test_the_log_is_read_by_those_who_look_after_it(world):
    make.EventFactory(collaboration_id=world.here.pk)
    make.EventFactory(collaboration_id=world.elsewhere.pk)
    make.EventFactory(collaboration_id=None)
    make.DaySealFactory()
    for who, person in world.people.items():
        may = who in {"data_protection", "administrator"}
        assert Event.objects.visible_to(person).count() == (1 if may else 0), who
        assert DaySeal.objects.visible_to(person).exists() == may, who


def test_the_log_outlives_what_it_speaks_of(world):
    group = make.GroupFactory(collaboration=world.here, name="Gruppen")
    record("group_created", by=world.people["coordinator"], subject=group)
    group.delete()
    assert Event.objects.get().subject_label == "Gruppen"
