"""Organisations that exist are trusted for import, as all were until now; new ones are when somebody says so."""

from django.db import migrations


def trust_all(apps, schema_editor):
    apps.get_model("partners", "Organisation").objects.update(is_trusted_for_import=True)


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0004_trusted_for_import"),
    ]

    operations = [
        migrations.RunPython(trust_all, migrations.RunPython.noop),
    ]
