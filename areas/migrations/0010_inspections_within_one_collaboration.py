"""Inspections and walks, and what belongs to them, are of the same collaboration as what they point at."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("areas", "0009_inspections_frozen"), ("partners", "0010_within_one_collaboration")]

    operations = [
        held("areas_checklist"),
        held("areas_checklistversion", checklist_id="areas_checklist"),
        held(
            "areas_safetywalk",
            area_id="areas_area",
            organisation_id="partners_organisation",
            checklist_version_id="areas_checklistversion",
        ),
        held(
            "areas_safetyinspection",
            place_id="areas_place",
            organisation_id="partners_organisation",
            checklist_version_id="areas_checklistversion",
            walk_id="areas_safetywalk",
        ),
        held("areas_inspectionitem", inspection_id="areas_safetyinspection"),
        held(
            "areas_inspectioncorrection",
            inspection_id="areas_safetyinspection",
            item_id="areas_inspectionitem",
            organisation_id="partners_organisation",
        ),
        held(
            "areas_inspectionphoto",
            inspection_id="areas_safetyinspection",
            item_id="areas_inspectionitem",
        ),
        held(
            "areas_photomark",
            photo_id="areas_inspectionphoto",
            organisation_id="partners_organisation",
        ),
    ]
