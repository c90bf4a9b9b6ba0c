"""A plan, and what belongs to it, is of the same collaboration as everything it points at."""

from django.db import migrations

from common.same_collaboration import held


class Migration(migrations.Migration):
    dependencies = [("action_plans", "0001_plans_measures_commitments")]

    operations = [
        held(
            "action_plans_plan",
            area_id="areas_area",
            agreement_id="action_plans_agreement",
        ),
        held(
            "action_plans_planversion",
            plan_id="action_plans_plan",
            decided_by_group_id="partners_group",
        ),
        held(
            "action_plans_plansignature",
            version_id="action_plans_planversion",
            organisation_id="partners_organisation",
        ),
        held("action_plans_agreement"),
        held(
            "action_plans_agreementparty",
            agreement_id="action_plans_agreement",
            organisation_id="partners_organisation",
        ),
        held(
            "action_plans_agreementproblem",
            agreement_id="action_plans_agreement",
            problem_id="cause_analysis_problem",
        ),
        held(
            "action_plans_goal",
            plan_id="action_plans_plan",
            problem_id="cause_analysis_problem",
            organisation_id="partners_organisation",
            owner_id="partners_membership",
        ),
        held(
            "action_plans_measure",
            plan_id="action_plans_plan",
            problem_id="cause_analysis_problem",
            defect_id="areas_inspectionitem",
        ),
        held(
            "action_plans_measurecause",
            measure_id="action_plans_measure",
            cause_id="cause_analysis_cause",
        ),
        held(
            "action_plans_measuregoal",
            measure_id="action_plans_measure",
            goal_id="action_plans_goal",
        ),
        held(
            "action_plans_measureplace",
            measure_id="action_plans_measure",
            place_id="areas_place",
        ),
        held(
            "action_plans_measuremove",
            measure_id="action_plans_measure",
            group_id="partners_group",
        ),
        held(
            "action_plans_followupnote",
            measure_id="action_plans_measure",
            organisation_id="partners_organisation",
        ),
        held(
            "action_plans_evaluationplan",
            measure_id="action_plans_measure",
        ),
        held(
            "action_plans_evaluationplace",
            evaluation_plan_id="action_plans_evaluationplan",
            place_id="areas_place",
        ),
        held(
            "action_plans_evaluationarea",
            evaluation_plan_id="action_plans_evaluationplan",
            area_id="areas_area",
        ),
        held(
            "action_plans_commitment",
            area_id="areas_area",
            measure_id="action_plans_measure",
            asked_by_id="partners_organisation",
            asked_of_id="partners_organisation",
            responsible_id="partners_membership",
        ),
        held(
            "action_plans_commitmentmove",
            commitment_id="action_plans_commitment",
            for_organisation_id="partners_organisation",
        ),
        held("action_plans_commitmentrules"),
        held(
            "action_plans_absence",
            membership_id="partners_membership",
            deputy_id="partners_membership",
        ),
    ]
