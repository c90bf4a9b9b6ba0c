"""Groups that say in their name what they are get that kind; the others are set by hand."""

from django.db import migrations

WORDS = (
    ("management_council", ("chefsamråd", "chefssamråd")),
    ("steering_group", ("styrgrupp",)),
    ("preparatory_group", ("beredning",)),
    ("est_group", ("est-grupp", "est grupp")),
    ("prevention_council", ("brottsförebyggande råd",)),
)


def read_names(apps, schema_editor):
    Group = apps.get_model("partners", "Group")
    for group in Group.objects.filter(kind="other"):
        name = group.name.casefold()
        kind = next((kind for kind, words in WORDS if any(word in name for word in words)), None)
        if kind is not None:
            group.kind = kind
            group.save(update_fields=["kind"])


class Migration(migrations.Migration):
    dependencies = [("partners", "0012_groups_have_a_kind")]

    operations = [migrations.RunPython(read_names, migrations.RunPython.noop)]
