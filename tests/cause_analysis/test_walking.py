"""From a confirmed cause to the incidents behind it, through the pages, within what each may see."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse

from cause_analysis.causes import actions
from cause_analysis.models import Cause, CauseState, Evidence
from cause_analysis.predictions.actions import state_prediction
from incidents.models import Incident, Status
from incidents.selections import Selection
from tests import factories as make
from tests.cause_analysis.causes_cast import AnalysisWorld
from tests.cause_analysis.test_predictions import some_reports

pytestmark = pytest.mark.django_db

READ_REPORTS = ["coordinator", "security_lead", "police"]


@pytest.fixture
def world(db):
    """Vandalism in West, of two partners, with one rejected; the same in East, and something else in West."""
    found = AnalysisWorld()
    Incident.objects.all().update(status=Status.REJECTED)
    found.problem.selection = Selection(area=found.west.slug, category=(found.vandalism.code,)).query
    found.problem.save()
    some_reports(found, 3, category=found.vandalism)
    made = {"collaboration": found.here, "organisation": found.other_housing, "category": found.vandalism}
    make.IncidentFactory(**made, area=found.west)
    make.IncidentFactory(**made, area=found.east, lon=16.16)
    some_reports(found, 1, category=found.vandalism, seed=5, status=Status.REJECTED)
    some_reports(found, 2, category=found.drugs, seed=6)
    return found


def confirmed(world, client, **evidence) -> Cause:
    """A cause somebody has confirmed by the forms, with this evidence."""
    cause = world.cause()
    client.force_login(world.police)
    here = [world.here.slug, world.problem.number, cause.pk]
    said = {"direction": "for", "text": "Det händer här.", "strength": "2",
            "organisation": str(world.police_authority.pk), **evidence}  # fmt: skip
    added = client.post(reverse("evidence_add", args=here), {f"evidence-{name}": one for name, one in said.items()})
    assert added.status_code == 302
    for seen, to in (("hypothesis", "supported"), ("supported", "confirmed")):
        client.post(reverse("cause_state", args=here), {"state-seen": seen, "state-to": to})
    cause.refresh_from_db()
    assert cause.state == CauseState.CONFIRMED
    return cause


def page_of(world, client, who, cause) -> str:
    client.force_login(world.people[who])
    address = reverse("analysis", args=[world.here.slug, world.problem.number])
    answer = client.get(address, {"cause": cause.pk})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def links_to_reports(page) -> list[str]:
    """The addresses of lists of reports in what the page itself says."""
    listed = re.escape(reverse("incident_list", args=["ekstad"]))
    return re.findall(rf'href="({listed}\?[^"]+)"', page)


def reports_behind(client, page) -> list[set[int]]:
    """What each link to the reports leads to."""
    return [{row["incident"].pk for row in client.get(one).context["rows"]} for one in links_to_reports(page)]


def behind(world, who) -> set[int]:
    rows = Incident.objects.visible_to(world.people[who]).filter(
        status=Status.APPROVED, area=world.west, category=world.vandalism
    )
    return set(rows.values_list("pk", flat=True))


def test_from_a_selection_to_its_reports(world, client):
    cause = confirmed(world, client, kind="selection", address="?category=SKA")
    assert len(behind(world, "coordinator")) == 4
    for who in READ_REPORTS:
        page = page_of(world, client, who, cause)
        assert reports_behind(client, page) == [behind(world, who)]
        assert "4 händelser" in page
    assert behind(world, "security_lead")


def test_who_reads_no_reports_sees_the_cause_and_no_small_number(world, client):
    cause = confirmed(world, client, kind="selection", address="?category=SKA")
    page = page_of(world, client, "council", cause)
    assert "Det händer här." in page
    assert links_to_reports(page) == []
    assert "Antalet händelser är skyddat." in page
    assert "4 händelser" not in page
    assert client.get(reverse("incident_list", args=["ekstad"]) + "?category=SKA").status_code == 403


@pytest.mark.parametrize("who", ["other_housing", "stranger"])
def test_outside_the_area_and_the_collaboration_there_is_no_cause_to_walk_from(world, client, who):
    confirmed(world, client, kind="selection", address="?category=SKA")
    client.force_login(world.people[who])
    address = reverse("analysis", args=[world.here.slug, world.problem.number])
    assert client.get(address).status_code == 404


def test_from_what_a_prediction_has_shown_to_the_events_it_was_tested_on(world, client):
    some_reports(world, 60, category=world.vandalism, hours=range(19, 24), seed=7)
    some_reports(world, 120, category=world.drugs, seed=8)
    cause = world.cause()
    found = state_prediction(
        by=world.police, cause=cause, template="hours", claim="more", organisation=world.police_authority,
        parameters={"from_h": 19, "to_h": 24, "compared_with": "others"},
    )  # fmt: skip
    assert found.evidence.kind == Evidence.Kind.PREDICTION_TEST
    for seen, to in ((CauseState.HYPOTHESIS, CauseState.SUPPORTED), (CauseState.SUPPORTED, CauseState.CONFIRMED)):
        actions.set_state(by=world.police, cause=cause, to=to, seen=seen)
    (address,) = links_to_reports(page_of(world, client, "coordinator", cause))
    assert client.get(address).context["count"] == len(behind(world, "coordinator")) == found.result["of"]
    assert links_to_reports(page_of(world, client, "council", cause)) == []


def test_a_cause_that_rests_on_talks_leads_to_the_events_of_its_problem(world, client):
    cause = confirmed(world, client, kind="dialogue")
    for who in READ_REPORTS:
        page = page_of(world, client, who, cause)
        assert "Se problemets rapporter" in page
        assert reports_behind(client, page) == [behind(world, who)]
    assert "Se problemets rapporter" not in page_of(world, client, "council", cause)
