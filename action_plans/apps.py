from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActionPlansConfig(AppConfig):
    name = "action_plans"

    def ready(self) -> None:
        from action_plans.commitments import registering as commitments
        from action_plans.goals import slots as goal_slots
        from action_plans.library.slots import methods_for_causes
        from action_plans.measures import registering as measures
        from action_plans.models.library import READ_METHODS
        from action_plans.papers import slots as paper_slots
        from action_plans.permissions import MAY_OVERRIDE
        from action_plans.plans import registering as plans
        from action_plans.promises import my_work as promise_work
        from action_plans.promises.permissions import READ_PROMISES
        from action_plans.retention import register_kinds
        from partners import log
        from partners.presenters import describe_actions
        from ui import menu, slots

        measures.register()
        plans.register()
        commitments.register()
        register_kinds()

        slots.register("problem.actions", goal_slots.way_to_a_goal, order=30)
        slots.register("problem.sections", goal_slots.goals_on_problems, order=30)
        describe_actions(
            {
                "plan_made": _("made a plan"),
                "plan_changed": _("changed a plan"),
                "goal_added": _("wrote a goal"),
                "goal_changed": _("changed a goal"),
                "goal_agreed": _("wrote down that a group has agreed on a goal"),
                "goal_removed": _("took a goal away"),
                "measure_added": _("wrote a measure"),
                "measure_changed": _("changed a measure"),
                "measure_problem_chosen": _("said which problem a measure is about"),
                "measure_causes_chosen": _("named the causes of a measure"),
                "measure_goals_chosen": _("said which goals a measure serves"),
                "measure_places_chosen": _("said where a measure is carried out"),
                "evaluation_planned": _("planned how a measure will be evaluated"),
                "measures_ordered": _("changed the order of a plan's measures"),
                "measure_moved": _("took a step with a measure"),
                "measure_removed": _("took a measure away"),
                "measure_followed_up": _("followed a measure up"),
                "commitment_drafted": _("wrote down what is asked of a partner"),
                "commitment_asked": _("asked a partner for something"),
                "commitment_changed": _("changed what is asked"),
                "commitment_withdrawn": _("withdrew a request"),
                "commitment_accepted": _("accepted a request"),
                "commitment_declined": _("declined a request"),
                "commitment_countered": _("answered a request with an offer"),
                "commitment_offer_taken": _("took an offer"),
                "commitment_no_taken_back": _("took a no back"),
                "commitment_handed_over": _("handed a commitment over"),
                "commitment_reported": _("reported on a commitment"),
                "commitment_confirmed": _("said how a commitment was kept"),
                "method_card_added": _("wrote a card in the measures library"),
                "method_card_changed": _("changed a card in the measures library"),
                "method_card_removed": _("took a card out of the measures library"),
                "dialogue_added": _("noted a dialogue"),
                "dialogue_changed": _("changed a dialogue"),
                "promise_made": _("began a citizen promise"),
                "promise_changed": _("wrote in a citizen promise"),
                "promise_signatory_added": _("wrote who stands behind a citizen promise"),
                "promise_signatory_removed": _("took away who stands behind a citizen promise"),
                "promise_item_added": _("wrote an undertaking of a citizen promise"),
                "promise_item_changed": _("changed an undertaking of a citizen promise"),
                "promise_item_removed": _("took an undertaking of a citizen promise away"),
                "promise_measure_tied": _("tied an undertaking of a citizen promise to a measure"),
                "promise_done_written": _("wrote what residents are told of a measure"),
                "promise_measure_untied": _("untied an undertaking of a citizen promise from a measure"),
                "promise_decided": _("noted that a group decided a citizen promise"),
                "promise_reopened": _("made a citizen promise a draft again"),
                "promise_published": _("published a citizen promise"),
                "promise_unpublished": _("took a citizen promise away from residents"),
                "promise_followed_up": _("followed a citizen promise up"),
                "promise_ended": _("said how a citizen promise went in the end"),
                "plan_document_downloaded": _("took a plan out as PDF"),
                "plan_word_downloaded": _("took a plan out as a Word file"),
                "plan_excel_downloaded": _("took a plan out as an Excel file"),
                "word_template_kept": _("sent in a Word template"),
                "word_template_removed": _("removed the Word template"),
            }
        )
        slots.register("plan.actions", paper_slots.files_of_plans, order=80)
        slots.register("plan_version.actions", paper_slots.files_of_versions, order=80)
        log.sort_actions(log.Kind.EXPORTS, "plan_document_downloaded", "plan_word_downloaded", "plan_excel_downloaded")
        menu.register(
            "word_template",
            _("Word template"),
            group=menu.Group.ADMINISTRATION,
            order=45,
            roles=MAY_OVERRIDE,
        )
        menu.register(
            "method_list",
            _("Measures library"),
            group=menu.Group.AREA,
            order=30,
            roles=READ_METHODS,
            also=["method", "method_new", "method_change"],
        )
        slots.register("cause.sections", methods_for_causes, order=40)
        slots.register("my_work.items", promise_work.items, order=60)
        menu.register(
            "promise_list",
            _("Citizen promises"),
            group=menu.Group.AREA,
            order=40,
            roles=READ_PROMISES,
            also=[
                "promise",
                "promise_new",
                "promise_edit",
                "promise_item_new",
                "promise_item_edit",
                "promise_measure_new",
                "promise_measure_edit",
                "promise_publish",
                "promise_follow_up",
                "dialogue_list",
                "dialogue_new",
                "dialogue_edit",
            ],
        )
