"""The page on which a figure of a picture is commented."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from common.errors import NotPossible
from councils.comments import actions
from councils.comments.forms import FigureCommentForm
from councils.models import Figure
from partners.models import Collaboration
from partners.requests import PartnerRequest, form_page, get_or_post, person
from situational_picture.models import Picture
from situational_picture.period_names import period_name


@never_cache
@get_or_post
def figure_comment(request: PartnerRequest, collaboration: Collaboration, picture: int, figure: str) -> HttpResponse:
    """Say something of a figure; it stays beside it."""
    rows = Picture.objects.visible_to(request.user).filter(collaboration=collaboration, status=Picture.Status.PUBLISHED)
    shown = get_object_or_404(rows.without_figures(), pk=picture)
    if figure not in Figure.values:
        raise Http404
    actions.check_may_comment_figure(request.user, collaboration)
    page = reverse("picture", args=[collaboration.slug, shown.area.slug])
    back = f"{page}?period={shown.period.code}&version={shown.version}#comments-{figure}"
    form = FigureCommentForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            actions.comment_figure(
                by=person(request), picture=shown, figure=figure, text=said["text"], is_confirmed=said["is_confirmed"]
            )
        except NotPossible as no:
            form.add_refusal(no)
        else:
            messages.success(request, _("The comment stands beside the figure."))
            return redirect(back)
    return form_page(
        request,
        form,
        template="councils/comments/form.html",
        heading=_("Comment: %(figure)s") % {"figure": Figure(figure).label},
        lead=f"{shown.area_name}, {period_name(shown.period)}",
        back_url=back,
        back_text=shown.area_name,
        submit=_("Leave the comment"),
    )
