"""An adopted evaluation keeps its names: those of areas, places, methods, groups and its plan on the day."""

import django.core.serializers.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followup", "0007_headline_tried")]

    operations = [
        migrations.AddField(
            model_name="evaluation",
            name="content",
            field=models.JSONField(
                default=dict,
                editable=False,
                encoder=django.core.serializers.json.DjangoJSONEncoder,
            ),
        ),
    ]
