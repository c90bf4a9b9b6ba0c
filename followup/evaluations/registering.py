"""What evaluations tell the rooms below about themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from action_plans.permissions import READ_PLANS


def register() -> None:
    """Fill the slots, put the list in the menu and give the log its words. Doing it twice changes nothing."""
    from followup.evaluations import my_work, news, retention
    from followup.lessons import slots as fillers
    from partners import log
    from partners.presenters import describe_actions
    from ui import menu, slots

    retention.register_kind()
    news.register()
    describe_actions(
        {
            "evaluation_begun": _("began an evaluation"),
            "evaluation_judged": _("said what the group makes of an evaluation"),
            "evaluation_adopted": _("wrote down that a group adopted an evaluation"),
            "lesson_added": _("wrote down what was learnt"),
            "lesson_removed": _("took away what was learnt"),
            "problem_watched": _("had a closed problem watched"),
            "headline_tried": _("tried the headline on measures nobody took"),
            "problem_came_back": _("a watched problem was taken up again"),
            "evaluation_document_downloaded": _("took an evaluation out as PDF"),
            "evaluation_word_downloaded": _("took an evaluation out as a Word file"),
            "evaluation_excel_downloaded": _("took an evaluation out as an Excel file"),
        }
    )
    log.sort_actions(
        log.Kind.EXPORTS,
        "evaluation_document_downloaded",
        "evaluation_word_downloaded",
        "evaluation_excel_downloaded",
    )
    slots.register("method.experience", fillers.experience_with_methods, order=10)
    slots.register("measure.standing", fillers.evaluation_of_measures, order=5)
    slots.register("commitment.sections", fillers.evaluation_of_commitments, order=20)
    slots.register("commitment.row", fillers.outcomes_of_commitments, order=20)
    slots.register("problem.sections", fillers.evaluations_of_problems, order=40)
    slots.register("place.sections", fillers.evaluations_at_places, order=40)
    slots.register("report.receipt", fillers.evaluations_in_receipts, order=40)
    slots.register("my_work.items", my_work.items, order=70)
    menu.register(
        "evaluation_list",
        _("Evaluations"),
        group=menu.Group.AREA,
        order=35,
        roles=READ_PLANS,
        also=["evaluation", "evaluation_judge", "evaluation_problem", "headline_tried"],
    )
