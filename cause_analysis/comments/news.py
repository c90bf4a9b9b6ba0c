"""Who is told of comments on an analysis, and of the answers."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cause_analysis.models import CoachComment
from partners import notifications
from partners.models import Membership
from partners.roles import MAY_COMPILE

TOPIC = "analysis_comments"


def _words(comment: CoachComment, what: str) -> notifications.Words | None:
    said = {
        "written": _("Process support has commented on the analysis of “%(problem)s”"),
        "settled": _("Your comment on the analysis of “%(problem)s” has been answered"),
    }.get(what)
    if said is None:
        return None
    problem = comment.analysis.problem
    url = reverse("analysis_comments", args=[comment.collaboration.slug, problem.number])
    return notifications.Words(said % {"problem": problem.title}, url)


def register() -> None:
    """Called once, when the room is ready."""
    notifications.register(
        notifications.Topic(
            key=TOPIC,
            label=gettext_lazy("Comments on analyses"),
            tells=gettext_lazy("Process support comments on an analysis, or a comment of yours is answered."),
            mail_titles={
                "written": gettext_lazy("An analysis has been commented on"),
                "settled": gettext_lazy("A comment of yours has been answered"),
            },
            shown=notifications.shown_by(CoachComment, _words, with_related=("collaboration", "analysis__problem")),
            order=50,
        )
    )


def tell_written(comment: CoachComment) -> None:
    """Tell those who lead the work with problems."""
    leads = Membership.objects.active(timezone.localdate()).filter(
        collaboration=comment.collaboration_id, role__in=MAY_COMPILE
    )
    people = leads.values_list("user_id", flat=True)
    notifications.tell(TOPIC, people, subject=comment, what="written", by=comment.written_by)


def tell_settled(comment: CoachComment) -> None:
    """Tell whoever commented that it is answered or taken care of."""
    if comment.written_by is not None:
        notifications.tell(TOPIC, [comment.written_by], subject=comment, what="settled", by=comment.settled_by)
