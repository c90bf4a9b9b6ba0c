"""The areas of a role decide what it sees of others' rows, from the next request on."""

import pytest

from areas.models import AreaScope
from areas.scope_actions import choose_areas_of_group, choose_areas_of_role
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents.models import Incident
from partners.actions import end_membership, give_role
from partners.models import User
from tests import factories as make


def seen(user):
    return set(Incident.objects.visible_to(User.objects.get(pk=user.pk)).values_list("pk", flat=True))


def test_another_area_shows_other_rows(world):
    lead, administrator = world.people["security_lead"], world.people["administrator"]
    membership = lead.memberships.get()
    assert world.by_other_housing.pk not in seen(lead)
    choose_areas_of_role(membership=membership, by=administrator, areas=[world.east])
    assert world.by_other_housing.pk in seen(lead)
    assert world.other_housing_in_west.pk not in seen(lead)
    event = Event.objects.get(action="role_areas_chosen")
    assert event.details == {"before": [world.west.pk], "after": [world.east.pk]}


def test_a_larger_area_holds_what_lies_within_it(world):
    lead = world.people["security_lead"]
    choose_areas_of_role(membership=lead.memberships.get(), by=world.people["administrator"], areas=[world.town])
    assert {world.by_other_housing.pk, world.other_housing_in_west.pk} <= seen(lead)


def test_an_area_of_another_collaboration_cannot_be_chosen(world):
    membership = world.people["security_lead"].memberships.get()
    with pytest.raises(NotPossible):
        choose_areas_of_role(membership=membership, by=world.people["administrator"], areas=[world.far])
    with pytest.raises(NotPossible):
        choose_areas_of_group(
            group=make.GroupFactory(collaboration=world.here), by=world.people["coordinator"], areas=[world.far]
        )
    assert AreaScope.objects.get(membership=membership).area == world.west


def test_roles_that_do_not_go_by_areas_have_none(world):
    with pytest.raises(NotPossible):
        choose_areas_of_role(
            membership=world.people["reporter"].memberships.get(), by=world.people["administrator"], areas=[world.west]
        )


def test_nobody_chooses_their_own_areas(world):
    lead = world.people["security_lead"]
    with pytest.raises(NotAllowed):
        choose_areas_of_role(membership=lead.memberships.get(), by=lead, areas=[world.west, world.east])


def test_a_role_given_again_covers_no_area_until_somebody_chooses(world):
    administrator, lead = world.people["administrator"], world.people["security_lead"]
    membership = lead.memberships.get()
    end_membership(membership=membership, by=administrator)
    again = give_role(person=lead, organisation=world.housing, by=administrator, role=membership.role)
    assert again == membership
    assert not AreaScope.objects.filter(membership=membership).exists()
    assert world.other_housing_in_west.pk not in seen(lead)
    assert Event.objects.get(action="role_areas_chosen").details == {"before": [world.west.pk], "after": []}


def test_the_form_cannot_be_made_to_take_a_foreign_area(client, world):
    client.force_login(world.people["administrator"])
    membership = world.people["security_lead"].memberships.get()
    answer = client.post(f"/ekstad/roles/{membership.pk}/areas/", {"areas": [world.far.pk]})
    assert answer.status_code == 422
    assert AreaScope.objects.get(membership=membership).area == world.west
