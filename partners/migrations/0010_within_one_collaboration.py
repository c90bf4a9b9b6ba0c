"""What points at an organisation, a unit, a role or a group belongs to the same collaboration as it."""

from django.db import migrations

from common.same_collaboration import functions, held


class Migration(migrations.Migration):
    dependencies = [("partners", "0009_log_gone_through")]

    operations = [
        functions(),
        held("partners_organisation"),
        held("partners_unit", organisation_id="partners_organisation"),
        held("partners_membership", organisation_id="partners_organisation", unit_id="partners_unit"),
        held("partners_group"),
        held(
            "partners_groupmember",
            group_id="partners_group",
            membership_id="partners_membership",
            deputy_id="partners_membership",
        ),
    ]
