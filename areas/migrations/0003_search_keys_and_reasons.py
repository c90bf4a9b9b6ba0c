import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):
    """The search vector follows the folded key by itself, å ä ö sort last, and a move says why in one of four words."""

    dependencies = [
        ("areas", "0002_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="membershipmove", name="about", field=models.CharField(blank=True, max_length=200)
        ),
        migrations.AlterField(
            model_name="membershipmove",
            name="reason",
            field=models.CharField(
                choices=[
                    ("boundary", "boundaries were imported"),
                    ("pin", "a place was moved"),
                    ("kind", "incidents are counted by another kind of area"),
                    ("day", "a boundary came into force or ended"),
                ],
                max_length=20,
                verbose_name="why",
            ),
        ),
        migrations.RemoveIndex(model_name="place", name="place_search"),
        migrations.RemoveField(model_name="place", name="search_vector"),
        migrations.AddField(
            model_name="place",
            name="search_vector",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.contrib.postgres.search.SearchVector("search_key", config="simple"),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="place",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search_vector"], name="place_search"),
        ),
        migrations.AlterField(
            model_name="place",
            name="sort_key",
            field=models.CharField(db_collation="C", default="", editable=False, max_length=200),
        ),
    ]
