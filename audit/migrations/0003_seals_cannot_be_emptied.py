"""Emptying the table of seals, and sealing anew, would hide every change: that too is refused."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER audit_dayseal_no_truncate BEFORE TRUNCATE ON audit_dayseal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""

BACKWARD = "DROP TRIGGER audit_dayseal_no_truncate ON audit_dayseal;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
