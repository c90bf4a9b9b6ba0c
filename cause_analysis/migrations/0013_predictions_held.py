"""Predictions are of the same collaboration as what they point at, and frozen with their adopted analysis.

The counters that say a test waits are no part of what is frozen: they are raised while a report is saved.
"""

from django.db import migrations

from common.same_collaboration import held

FORWARD = """
CREATE TRIGGER prediction_frozen BEFORE INSERT OR UPDATE OF
    cause_id, text, template, claim, parameters, organisation_id, result, tested, tested_at, removed_at
    ON cause_analysis_prediction FOR EACH ROW EXECUTE FUNCTION evidence_refuse_change();
"""

BACKWARD = "DROP TRIGGER prediction_frozen ON cause_analysis_prediction;"


class Migration(migrations.Migration):
    dependencies = [("cause_analysis", "0012_predictions")]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        held(
            "cause_analysis_prediction",
            cause_id="cause_analysis_cause",
            organisation_id="partners_organisation",
            evidence_id="cause_analysis_evidence",
            copied_from_id="cause_analysis_prediction",
        ),
        held("cause_analysis_predictiontest", prediction_id="cause_analysis_prediction"),
    ]
