"""Two who choose a look at the same moment: one look in force, and both choices in the log."""

from __future__ import annotations

import pytest

from audit.models import Event
from partners import looks
from partners.models import Look
from tests.at_once import at_once
from tests.world import World


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_second_replaces_what_the_first_chose(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    world = World()

    def choose(who, accent):
        return lambda: looks.keep_look(
            by=world.people[who], collaboration=world.here, accent=accent, header="", logo=None, keeps_logo=True
        )

    chosen = at_once(choose("coordinator", "#8f1f38"), choose("administrator", "#004d40"))
    assert [type(one) for one in chosen] == [Look, Look]
    assert Look.objects.in_force().count() == 1
    assert Look.objects.count() == Event.objects.filter(action="look_kept").count() == 2
    first, last = Look.objects.order_by("pk")
    assert first.replaced_at == last.made_at
