from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CauseAnalysisConfig(AppConfig):
    name = "cause_analysis"

    def ready(self) -> None:
        from cause_analysis.causes import slots as cause_slots
        from cause_analysis.causes.actions import copiers
        from cause_analysis.comments import my_work as comments_work
        from cause_analysis.comments import news as comments_news
        from cause_analysis.knowing.slots import gaps_to_find_out
        from cause_analysis.permissions import READ_PROBLEMS
        from cause_analysis.predictions import slots as prediction_slots
        from cause_analysis.predictions.actions import copy_predictions, want_tests
        from cause_analysis.prioritising import my_work as prioritising_work
        from cause_analysis.prioritising import slots as prioritising_slots
        from cause_analysis.prioritising.permissions import READ_PRIORITIES
        from cause_analysis.problems import slots as problem_slots
        from cause_analysis.retention import register_kinds
        from incidents import changes
        from partners import log
        from partners.presenters import describe_actions
        from ui import menu, slots

        comments_news.register()
        describe_actions(
            {
                "problem_made": _("made a problem"),
                "problem_described": _("wrote in the definition of a problem"),
                "problem_places_chosen": _("chose the places of a problem"),
                "problem_view_written": _("wrote what a partner sees of a problem"),
                "problem_view_removed": _("took away what a partner sees of a problem"),
                "problem_moved": _("took a step with a problem"),
                "analysis_begun": _("began to look for the causes of a problem"),
                "analysis_method_written": _("answered how an analysis was made"),
                "analysis_adopted": _("adopted an analysis for a group"),
                "cause_added": _("wrote a cause"),
                "cause_changed": _("changed a cause"),
                "cause_moved": _("moved a cause"),
                "cause_removed": _("took a cause away"),
                "cause_state_changed": _("said what is known about a cause"),
                "cause_moved_back": _("moved a cause back when its evidence was gone"),
                "cause_chosen": _("noted that a group chose a cause"),
                "cause_left": _("noted that a group no longer chooses a cause"),
                "evidence_added": _("added evidence"),
                "evidence_changed": _("changed evidence"),
                "evidence_removed": _("took evidence away"),
                "prioritisation_started": _("began a round of prioritisation"),
                "priority_scored": _("scored a problem"),
                "priority_scores_shown": _("showed the scores of a prioritisation"),
                "priority_decided": _("wrote down a decision on a problem"),
                "prioritisation_decided": _("a round of prioritisation was decided"),
                "analysis_commented": _("commented on an analysis"),
                "analysis_comment_settled": _("answered a comment or marked it as taken care of"),
                "analysis_document_downloaded": _("downloaded an analysis as PDF"),
                "analysis_word_downloaded": _("downloaded an analysis as Word"),
                "question_answered": _("answered a guided question of an analysis"),
                "gap_noted": _("noted a knowledge gap"),
                "gap_given": _("gave a knowledge gap to somebody, or another day"),
                "gap_closed": _("closed a knowledge gap"),
                "chain_link_added": _("wrote a link in a chain of events"),
                "chain_link_changed": _("changed a link in a chain of events"),
                "chain_link_moved": _("moved a link in a chain of events"),
                "chain_link_removed": _("took away a link in a chain of events"),
                "prediction_stated": _("stated what reports should show if a cause is true"),
                "prediction_tested": _("tested a prediction against the reports"),
                "prediction_removed": _("took a prediction away"),
                "school_dates_added": _("wrote down school terms or holidays"),
                "school_dates_removed": _("took school terms or holidays away"),
                "coach_invited": _("invited process support to a problem"),
                "coach_invitation_ended": _("ended an invitation to a problem"),
            }
        )
        log.sort_actions(log.Kind.EXPORTS, "analysis_document_downloaded", "analysis_word_downloaded")
        menu.register(
            "problem_list",
            _("Problems"),
            group=menu.Group.AREA,
            order=10,
            roles=READ_PROBLEMS,
            also=[
                "problem",
                "problem_new",
                "problem_define",
                "analysis",
                "analysis_tree",
                "analysis_fishbone",
                "analysis_questions",
                "analysis_chain",
                "gap_new",
                "gap_detail",
                "analysis_comments",
                "school_dates",
            ],
        )
        if want_tests not in changes.listeners:
            changes.listeners.append(want_tests)
            copiers.append(copy_predictions)
        slots.register("cause.tests", prediction_slots.predictions_of_causes, order=20)
        slots.register("my_work.items", gaps_to_find_out, order=40)
        slots.register("my_work.items", prioritising_work.items, order=30)
        slots.register("my_work.items", comments_work.items, order=45)
        slots.register("problem.sections", cause_slots.analyses_of_problems, order=20)
        slots.register("problem.actions", cause_slots.way_to_the_causes, order=20)
        menu.register(
            "prioritisation_list",
            _("Prioritisation"),
            group=menu.Group.AREA,
            order=15,
            roles=READ_PRIORITIES,
            also=["prioritisation", "prioritisation_new", "prioritisation_score"],
        )
        slots.register("problem.actions", prioritising_slots.way_to_a_round, order=10)
        slots.register("problem.sections", prioritising_slots.decisions_on_problems, order=10)
        slots.register("place.sections", problem_slots.problems_at_places, order=20)
        slots.register("incident.sections", problem_slots.problems_of_incidents, order=20)
        slots.register("area.sections", problem_slots.problems_in_areas, order=20)
        slots.register("area.process_bar", problem_slots.step_in_areas, order=20)
        slots.register("report.receipt", problem_slots.problems_in_receipts, order=20)
        slots.register("reports.actions", problem_slots.make_from_list, order=10)
        slots.register("picture.actions", problem_slots.make_from_pictures, order=10)
        register_kinds()
