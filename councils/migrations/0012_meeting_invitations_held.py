"""An invitation is of its meeting's collaboration."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("councils", "0011_meeting_invitations")]

    operations = [held("councils_meetinginvitation", meeting_id="councils_meeting")]
