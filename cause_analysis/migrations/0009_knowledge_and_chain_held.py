"""Answers and chains of an adopted analysis never change, and all of it is of one collaboration."""

from django.db import migrations

from common.same_collaboration import held

FROZEN = """
CREATE TRIGGER guided_answer_frozen BEFORE INSERT OR UPDATE ON cause_analysis_guidedanswer
    FOR EACH ROW EXECUTE FUNCTION cause_refuse_change();
CREATE TRIGGER chain_link_frozen BEFORE INSERT OR UPDATE ON cause_analysis_eventchainlink
    FOR EACH ROW EXECUTE FUNCTION cause_refuse_change();
"""
NOT_FROZEN = """
DROP TRIGGER chain_link_frozen ON cause_analysis_eventchainlink;
DROP TRIGGER guided_answer_frozen ON cause_analysis_guidedanswer;
"""
EVIDENCE = {"cause_id": "cause_analysis_cause", "organisation_id": "partners_organisation", "place_id": "areas_place"}
AS_BEFORE = held("cause_analysis_evidence", **EVIDENCE)


class Migration(migrations.Migration):
    dependencies = [("cause_analysis", "0008_knowledge_and_chain")]

    operations = [
        migrations.RunSQL(FROZEN, NOT_FROZEN),
        held(
            "cause_analysis_guidedanswer",
            analysis_id="cause_analysis_causeanalysis",
            place_id="areas_place",
        ),
        held(
            "cause_analysis_knowledgegap",
            analysis_id="cause_analysis_causeanalysis",
            place_id="areas_place",
            membership_id="partners_membership",
        ),
        held(
            "cause_analysis_eventchainlink",
            analysis_id="cause_analysis_causeanalysis",
            cause_id="cause_analysis_cause",
        ),
        # Evidence has two more columns to hold.
        migrations.RunSQL(AS_BEFORE.reverse_sql, AS_BEFORE.sql),
        held(
            "cause_analysis_evidence",
            **EVIDENCE,
            place_feature_id="areas_placefeature",
            photo_id="areas_inspectionphoto",
        ),
    ]
