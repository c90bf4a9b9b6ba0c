"""Many invented incidents for measurements, in a collaboration that holds nothing else."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from areas.models import Area
from incidents.models import Incident
from partners.models import Collaboration
from situational_picture.models import Rebuild
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_fills_an_empty_collaboration_and_makes_its_areas():
    collaboration = make.CollaborationFactory(slug="bench")
    call_command("generate_incidents", "bench", "--rows", "3000", "--years", "2", "--no-rebuild")
    rows = Incident.objects.filter(collaboration=collaboration)
    assert rows.count() == 3000
    assert Area.objects.filter(collaboration=collaboration, kind="est_area").count() == 13
    assert rows.filter(location="placed").values("area").distinct().count() == 13
    assert rows.counted().count() == 3000
    assert rows.filter(place__isnull=False).count() > 100
    assert set(rows.values_list("time_precision", flat=True)) == {"exact", "interval", "day"}
    assert Collaboration.objects.get(slug="bench").notice == "invented"
    assert not Rebuild.objects.exists()


def test_adds_to_what_it_made_before_and_wants_the_pictures_rebuilt():
    make.CollaborationFactory(slug="bench")
    call_command("generate_incidents", "bench", "--rows", "200", "--no-rebuild")
    call_command("generate_incidents", "bench", "--rows", "100", "--seed", "2")
    assert Incident.objects.count() == 300
    assert Rebuild.objects.filter(area__kind="municipality").exists()


def test_never_beside_real_incidents():
    incident = make.IncidentFactory()
    with pytest.raises(CommandError, match="not generated"):
        call_command("generate_incidents", incident.collaboration.slug, "--rows", "10")
    assert Incident.objects.count() == 1
    assert Collaboration.objects.get().notice == "none"


def test_a_collaboration_that_is_not_there():
    with pytest.raises(CommandError, match="no collaboration"):
        call_command("generate_incidents", "ingenstans", "--rows", "10")
