"""Accounts closed before the day was kept count from today: nobody loses a name sooner than the rule says."""

from django.db import migrations

FORWARD = "UPDATE partners_user SET deactivated_at = now() WHERE NOT is_active AND deactivated_at IS NULL"


class Migration(migrations.Migration):
    dependencies = [("partners", "0007_proofs_never_change")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
