"""What an organisation says about sharing holds for its rows, in every exit, from the next request on."""

from django.test import Client
from django.urls import reverse

from incidents.models import Incident
from partners.actions import set_sharing
from partners.models import User


def seen(user):
    return set(Incident.objects.visible_to(User.objects.get(pk=user.pk)).values_list("pk", flat=True))


def test_counts_only_hides_the_rows_that_exist_from_the_circle_at_once(world):
    lead, police = world.people["security_lead"], world.people["police"]
    assert world.by_colleague.pk in seen(police)
    set_sharing(organisation=world.housing, by=lead, sharing="counts")
    assert world.by_colleague.pk not in seen(police)
    assert world.by_colleague.pk in seen(lead)
    assert world.by_colleague.pk in seen(world.people["coordinator"])
    client = Client()
    client.force_login(police)
    assert client.get(reverse("incident_detail", args=["ekstad", world.by_colleague.pk])).status_code == 404
    drawn = client.get(reverse("incident_map", args=["ekstad"])).json()["features"]
    assert world.by_colleague.pk not in {feature["properties"]["id"] for feature in drawn}


def test_opening_up_later_does_not_open_what_was_reported_under_counts(world):
    lead, police = world.people["security_lead"], world.people["police"]
    set_sharing(organisation=world.housing, by=lead, sharing="counts")
    Incident.objects.filter(pk=world.by_reporter.pk).update(sharing="counts")
    set_sharing(organisation=world.housing, by=User.objects.get(pk=lead.pk), sharing="circle")
    assert world.by_colleague.pk in seen(police)
    assert world.by_reporter.pk not in seen(police)
