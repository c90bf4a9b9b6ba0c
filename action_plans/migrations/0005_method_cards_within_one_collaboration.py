"""A card of the measures library stays in its collaboration."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("action_plans", "0004_method_cards")]

    operations = [held("action_plans_methodcard")]
