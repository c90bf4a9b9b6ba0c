"""Of areas of one kind in use that share a code the oldest keeps it; the others are told apart by their names again."""

from django.db import migrations
from django.db.models import Count, Q


def leave_the_code_with_the_oldest(apps, schema_editor):
    area = apps.get_model("areas", "Area")
    in_use = area.objects.filter(Q(valid_to__isnull=True) & ~Q(code="")).order_by()
    shared = in_use.values("collaboration", "kind", "code").annotate(number=Count("pk")).filter(number__gt=1)
    for row in shared:
        same = in_use.filter(collaboration=row["collaboration"], kind=row["kind"], code=row["code"])
        oldest = same.order_by("pk").values_list("pk", flat=True)[0]
        same.exclude(pk=oldest).update(code="")


class Migration(migrations.Migration):
    dependencies = [("areas", "0003_search_keys_and_reasons")]

    operations = [migrations.RunPython(leave_the_code_with_the_oldest, migrations.RunPython.noop, elidable=True)]
