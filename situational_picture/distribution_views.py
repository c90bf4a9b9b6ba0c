"""What the coordinator can do about letters that may never have arrived."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from areas.models import Area
from common.errors import NotPossible
from partners.models import Collaboration
from partners.requests import PartnerRequest
from situational_picture import distribution, selecting
from situational_picture.emails import picture_path
from situational_picture.models import Picture
from situational_picture.permissions import check_may_publish_pictures

# As the database keeps it: 1 and up, since a draft is sent to nobody.
_VERSION = re.compile(r"[1-9][0-9]{0,3}")


@require_POST
def picture_send_again(request: PartnerRequest, collaboration: Collaboration, area: str) -> HttpResponse:
    """Send once more what was begun and never finished."""
    selecting.check_may_see_pictures(request.user, collaboration)
    check_may_publish_pictures(request.user, collaboration)
    areas = Area.objects.visible_to(request.user).filter(collaboration=collaboration)
    this_area = get_object_or_404(areas, slug=area)
    picture = _published(request, this_area)
    try:
        people = distribution.let_send_again(by=request.user, picture=picture)
    except NotPossible as no:
        messages.error(request, " ".join(no.messages))
    else:
        said = ngettext(
            "The letter to %(people)s person is sent again.", "The letters to %(people)s people are sent again.", people
        )
        messages.success(request, said % {"people": people})
    return redirect(picture_path(picture) + "#deliveries")


def _published(request: PartnerRequest, area: Area) -> Picture:
    """The published version the form speaks of."""
    version = _VERSION.fullmatch(request.POST.get("version", ""))
    try:
        period = selecting.asked_period(request.POST.get("period", ""), "")
    except NotPossible:
        raise Http404 from None
    if period is None or version is None:
        raise Http404
    picture = selecting.picture_for(request.user, area, period, int(version[0]))
    if picture is None:
        raise Http404
    return picture
