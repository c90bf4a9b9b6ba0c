"""What moves when boundaries do: by the night's job, for blocks, and what is forgotten."""

from __future__ import annotations

import datetime as dt
import os
import time

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from areas import uploads
from areas.actions import import_areas, relocate_when_boundaries_change
from areas.geofiles import AreaFile, AreaShape
from areas.models import Area, MembershipMove, Place
from areas.relocating import register, relocate
from incidents.models import Incident
from tests import factories as make

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 22)
WEST, EAST = shapely.box(16.10, 58.57, 16.14, 58.60), shapely.box(16.14, 58.57, 16.18, 58.60)
WIDER_WEST, NARROWER_EAST = shapely.box(16.10, 58.57, 16.15, 58.60), shapely.box(16.15, 58.57, 16.18, 58.60)


@pytest.fixture
def here():
    collaboration = make.CollaborationFactory()
    cut(collaboration, WEST, EAST)
    return collaboration


def cut(collaboration, west, east, **options):
    file = AreaFile(shapes=[AreaShape(1, "Väster", west), AreaShape(2, "Öster", east)])
    return import_areas(collaboration=collaboration, file=file, by=None, today=TODAY, source="prov", **options)


def area(name):
    return Area.objects.get(name=name)


def test_boundaries_of_tomorrow_come_into_force_at_night(here):
    place = make.PlaceFactory(collaboration=here, lon=16.145, area=area("Öster"))
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    cut(here, WIDER_WEST, NARROWER_EAST, valid_from=yesterday)
    Place.objects.filter(pk=place.pk).update(area=area("Öster"))
    MembershipMove.objects.all().delete()

    assert relocate_when_boundaries_change(yesterday + dt.timedelta(days=1)) == 1
    place.refresh_from_db()
    assert place.area == area("Väster")
    assert MembershipMove.objects.get().reason == MembershipMove.Reason.DAY
    # Again, and long after: nothing more to do.
    relocate_when_boundaries_change(yesterday + dt.timedelta(days=1))
    assert MembershipMove.objects.count() == 1
    assert relocate_when_boundaries_change(yesterday + dt.timedelta(days=30)) == 0


def test_a_block_keeps_its_true_area_unless_the_change_concerns_it(here):
    """A dwelling's report stands at the middle of its block, which may lie across the boundary."""
    organisation = make.OrganisationFactory(collaboration=here)
    category = make.CategoryFactory(collaboration=here)
    shared = {"organisation": organisation, "category": category, "lat": 58.585, "precision": Incident.Precision.BLOCK}
    across = make.IncidentFactory(area=area("Väster"), lon=16.1405, **shared)
    inside = make.IncidentFactory(area=area("Öster"), lon=16.145, **shared)
    # A re-cut somewhere else.
    cut(here, WEST, shapely.box(16.14, 58.57, 16.19, 58.60))
    across.refresh_from_db()
    assert across.area == area("Väster")
    # A re-cut that concerns the blocks.
    cut(here, WIDER_WEST, NARROWER_EAST)
    inside.refresh_from_db()
    assert inside.area == area("Väster")


def test_only_counts_that_the_report_has_can_be_registered():
    with pytest.raises(Exception, match="measures"):
        register("measures", lambda collaboration, relocation: {})


def test_nothing_moved_nothing_written(here):
    make.PlaceFactory(collaboration=here, lon=16.12, area=area("Väster"))
    assert relocate(here, by=None, reason=MembershipMove.Reason.BOUNDARY) == []
    assert not MembershipMove.objects.exists()


def test_files_nobody_confirmed_are_forgotten_after_a_day(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    old = uploads.keep(SimpleUploadedFile("a.geojson", b"{}"))
    os.utime(uploads.path_of(old), (time.time() - 90_000,) * 2)
    new = uploads.keep(SimpleUploadedFile("b.geojson", b"{}"))
    assert uploads.path_of(old) is None
    assert uploads.path_of(new).read_bytes() == b"{}"
    uploads.forget(new)
    uploads.forget(new)
    assert uploads.path_of(new) is None
    assert uploads.path_of("../../etc/passwd") is None


def test_a_file_that_somebody_else_has_just_forgotten_stops_nobody(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "area-imports").mkdir()
    gone, old = tmp_path / "area-imports" / "gone", tmp_path / "area-imports" / "old"
    old.write_bytes(b"{}")
    os.utime(old, (time.time() - 90_000,) * 2)
    monkeypatch.setattr(type(tmp_path), "glob", lambda folder, pattern: iter([gone, old]))
    assert uploads.forget_old() == 1
    assert not old.exists()
