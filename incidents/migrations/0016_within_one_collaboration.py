"""A report, and what goes with reporting, belongs to the same collaboration as everything it points at."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("incidents", "0015_answers_kept_when_purged"), ("areas", "0006_within_one_collaboration")]

    operations = [
        held("incidents_category", parent_id="incidents_category"),
        held("incidents_importbatch", organisation_id="partners_organisation"),
        held("incidents_importmapping", organisation_id="partners_organisation"),
        # Which report it is merged into is held since 0007.
        held(
            "incidents_incident",
            by_statement=True,
            organisation_id="partners_organisation",
            unit_id="partners_unit",
            import_batch_id="incidents_importbatch",
            category_id="incidents_category",
            place_id="areas_place",
            area_id="areas_area",
        ),
        held("incidents_photo", incident_id="incidents_incident"),
        held("incidents_reportingunit", unit_id="partners_unit"),
        held("incidents_nothingtoreport", reporting_unit_id="incidents_reportingunit"),
        held("incidents_reportreminder", reporting_unit_id="incidents_reportingunit"),
        held(
            "incidents_reportedweek",
            organisation_id="partners_organisation",
            unit_id="partners_unit",
            area_id="areas_area",
        ),
    ]
