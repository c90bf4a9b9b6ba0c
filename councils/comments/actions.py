"""Comment on a figure of a published picture."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import record
from cause_analysis.texts import check_texts
from common.errors import NotAllowed, NotPossible
from common.permissions import as_question
from councils.dashboard.permissions import READ_COUNCIL_PAGE, check_may_read_council_page
from councils.models import Figure, FigureComment
from councils.models.comments import LONGEST_COMMENT
from partners.models import Collaboration
from situational_picture.models import Picture


def check_may_comment_figure(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever reads the council's page comments; a system never does."""
    check_may_read_council_page(user, collaboration)
    if user.is_service:
        raise NotAllowed(_("A comment is written by somebody, not by a system."))


may_comment_figure = as_question(check_may_comment_figure)


@transaction.atomic
def comment_figure(*, by: Any, picture: Picture, figure: str, text: str, is_confirmed: bool = False) -> FigureComment:
    """Say something of a figure. The same said twice is said once."""
    check_may_comment_figure(by, picture.collaboration_id)
    # Whoever sends the same comment twice at once waits here.
    picture = Picture.objects.select_for_update(of=("self",), no_key=True).get(pk=picture.pk)
    if picture.status != Picture.Status.PUBLISHED:
        raise NotPossible(_("The picture is a draft that still changes. Comment once it is published."))
    if figure not in Figure.values:
        raise NotPossible({"figure": _("Choose what the comment is about.")})
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise NotPossible({"text": _("Write the comment.")})
    check_texts(by, picture.collaboration_id, {"text": text}, is_confirmed=is_confirmed, longest=LONGEST_COMMENT)
    known = FigureComment.objects.filter(picture=picture, figure=figure, text=text, written_by=by).first()
    if known is not None:
        return known
    role = next(m for m in by.memberships_in(picture.collaboration_id) if m.role in READ_COUNCIL_PAGE)
    comment = FigureComment.objects.create(
        collaboration_id=picture.collaboration_id,
        picture=picture,
        figure=figure,
        text=text,
        function=by.function or role.get_role_display(),
        organisation=role.organisation,
        written_by=by,
    )
    record("figure_commented", by=by, subject=comment)
    return comment
