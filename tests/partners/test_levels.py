"""What a group may decide at its level, and where it takes the rest."""

from __future__ import annotations

import importlib
import itertools

import pytest
from django.apps import apps
from django.urls import reverse

from common.errors import NotPossible
from partners.levels import (
    MAY_DECIDE,
    UPWARDS,
    DecisionKind,
    check_level_decides,
    kinds_for,
    level_decides,
    may_level_decide,
)
from partners.models import GroupKind, Level
from tests import factories as make

pytestmark = pytest.mark.django_db
Kind = DecisionKind


def test_every_level_is_in_the_table_and_decides_all_that_those_below_decide():
    assert set(MAY_DECIDE) == set(Level) == set(UPWARDS)
    for lower, higher in itertools.pairwise(UPWARDS):
        assert set(kinds_for(lower)) < set(kinds_for(higher))
    for level in Level:
        assert {Kind.ESCALATION, Kind.REQUEST, Kind.INFORMATION} <= set(kinds_for(level))
    assert not any(may_level_decide(Level.TACTICAL, kind) for kind in (Kind.RESOURCE, Kind.MEASURE, Kind.DIRECTION))


def test_a_group_that_does_not_decide_is_told_where_the_question_goes():
    here = make.CollaborationFactory()
    local = make.GroupFactory(collaboration=here, level=Level.TACTICAL, name="EST-gruppen")
    preparing = make.GroupFactory(collaboration=here, level=Level.OPERATIVE, name="Beredningsgruppen")
    make.GroupFactory(level=Level.STRATEGIC, name="Ett annat chefsamråd")
    check_level_decides(local, Kind.FOCUS)
    check_level_decides(preparing, Kind.MEASURE)
    with pytest.raises(NotPossible, match=r"ännu inte|no group meets yet"):
        check_level_decides(local, Kind.RESOURCE)
    council = make.GroupFactory(collaboration=here, level=Level.STRATEGIC, name="Chefsamrådet")
    with pytest.raises(NotPossible, match="Chefsamrådet"):
        check_level_decides(local, Kind.RESOURCE)
    with pytest.raises(NotPossible, match="Beredningsgruppen"):
        check_level_decides(local, Kind.MEASURE)
    assert level_decides(council, Kind.RESOURCE)


def test_groups_get_the_kind_their_name_tells():
    migration = importlib.import_module("partners.migrations.0013_kinds_by_name")
    names = {
        "Chefssamrådet": GroupKind.MANAGEMENT_COUNCIL,
        "Styrgruppen": GroupKind.STEERING_GROUP,
        "EST-gruppen Hageby": GroupKind.EST_GROUP,
        "Områdesgruppen": GroupKind.OTHER,
    }
    groups = {name: make.GroupFactory(name=name) for name in names}
    migration.read_names(apps, None)
    for name, kind in names.items():
        groups[name].refresh_from_db()
        assert groups[name].kind == kind


def test_what_a_group_tells_others_names_no_person(client, world):
    coordinator = world.people["coordinator"]
    client.force_login(coordinator)
    page = reverse("group_new", args=[world.here.slug])
    typed = {"name": "Chefsamrådet", "kind": "management_council", "level": "strategic"}
    refused = client.post(page, typed | {"communication_rules": "Anna Andersson ringer 070-123 45 67."})
    assert refused.status_code == 422
    assert "communication_rules" in refused.context["form"].errors
    told = client.post(page, typed | {"communication_rules": "Samordnaren berättar för grupperna."}, follow=True)
    assert "Samordnaren berättar för grupperna." in told.content.decode()
    assert "prioriteringar mellan områden" in told.content.decode()
