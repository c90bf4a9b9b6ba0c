"""DESIGN's role table, row by row."""

import pytest

from incidents.models import Incident


@pytest.mark.parametrize(
    ("who", "rows"),
    [
        ("reporter", {"by_reporter", "waiting", "draft"}),
        ("security_lead", {"by_reporter", "by_colleague", "waiting", "other_housing_in_west"}),
        ("police", {"by_reporter", "by_colleague", "other_housing_in_west", "sensitive"}),
        ("other_housing", {"by_other_housing", "other_housing_in_west", "counts_only"}),
        ("stranger", {"abroad"}),
        (
            "coordinator",
            {
                "by_reporter",
                "by_colleague",
                "by_other_housing",
                "other_housing_in_west",
                "sensitive",
                "counts_only",
                "waiting",
            },
        ),
        ("council", set()),
        ("coach", set()),
        ("data_protection", set()),
        ("administrator", set()),
    ],
)
def test_each_persona_sees_the_rows_of_the_role_table(world, who, rows):
    names = {world_row.pk: name for name, world_row in vars(world).items() if isinstance(world_row, Incident)}
    assert {names[pk] for pk in Incident.objects.visible_to(world.people[who]).values_list("pk", flat=True)} == rows


def test_a_deactivated_person_sees_nothing(world):
    user = world.people["coordinator"]
    user.is_active = False
    user.save()
    assert not Incident.objects.visible_to(user).exists()
