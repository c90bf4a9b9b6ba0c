"""A picture belongs to the same collaboration as its area."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("situational_picture", "0007_letters_wait"), ("areas", "0006_within_one_collaboration")]

    operations = [
        held("situational_picture_picture", area_id="areas_area"),
        held("situational_picture_rebuild", area_id="areas_area"),
    ]
