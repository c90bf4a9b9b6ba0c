"""An area, and what points at one, belongs to the same collaboration as everything it points at."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("areas", "0005_area_code_once"), ("partners", "0010_within_one_collaboration")]

    operations = [
        held("areas_area", parent_id="areas_area"),
        held("areas_boundary", area_id="areas_area"),
        held("areas_areascope", membership_id="partners_membership", area_id="areas_area"),
        held("areas_grouparea", group_id="partners_group", area_id="areas_area"),
        held(
            "areas_place",
            area_id="areas_area",
            owner_id="partners_organisation",
            manager_id="partners_organisation",
        ),
        held("areas_policeliststatus", area_id="areas_area"),
        held("areas_membershipmove", from_area_id="areas_area", to_area_id="areas_area"),
    ]
