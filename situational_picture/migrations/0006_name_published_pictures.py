from django.db import migrations

# A published picture refuses every change. This one gives those from before what the later ones are published with.
FORWARD = """
ALTER TABLE situational_picture_picture DISABLE TRIGGER picture_frozen;
UPDATE situational_picture_picture AS picture SET frozen_area_name = area.name
FROM areas_area AS area WHERE area.id = picture.area_id AND picture.status = 'published';
ALTER TABLE situational_picture_picture ENABLE TRIGGER picture_frozen;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("situational_picture", "0005_names_of_the_day"),
        ("areas", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
