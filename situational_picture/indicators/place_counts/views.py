"""Counting people at a place with a phone, and the counts of a place."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from areas.models import Place
from common.errors import NotPossible
from incidents.reviewing.marks import number_in
from partners.models import Collaboration
from partners.requests import PartnerRequest, form_page, get_or_post, tried
from situational_picture.indicators.place_counts import actions, presenters, queries
from situational_picture.indicators.place_counts.forms import PlaceCountForm
from situational_picture.indicators.place_counts.permissions import (
    check_may_count_in,
    check_may_see_counts,
    countable_places,
    may_count,
    may_take_back,
)
from situational_picture.models import PlaceCount


def _place(request: PartnerRequest, pk: int) -> Place:
    places = Place.objects.visible_to(request.user).select_related("area", "owner", "manager", "collaboration")
    return get_object_or_404(places, collaboration=request.collaboration, pk=pk)


@never_cache
@get_or_post
def place_count_new(request: PartnerRequest, collaboration: Collaboration) -> HttpResponse:
    """Count people with a thumb. `?place=` begins with a place."""
    check_may_count_in(request.user, collaboration)
    asked = number_in(request.GET.get("place"))
    chosen = countable_places(request.user, collaboration).filter(pk=asked).first() if asked else None
    form = PlaceCountForm(
        request.POST if request.method == "POST" else None,
        user=request.user, collaboration=collaboration, place=chosen,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.count_people(by=request.user, **form.count())
        except NotPossible as no:
            faults = no.message_dict if hasattr(no, "error_dict") else {"": no.messages}
            for name, sentences in faults.items():
                form.add_error(name if name in form.fields else None, sentences)
        else:
            messages.success(request, _("Counted: %(people)s people.") % {"people": made.people})
            return redirect("place_counts", collaboration.slug, made.place_id)
    return form_page(
        request, form, "situational_picture/indicators/place_count_form.html",
        heading=_("How many people are here?"),
        back_url=reverse("place_detail", args=[collaboration.slug, chosen.pk]) if chosen
        else reverse("place_list", args=[collaboration.slug]),
        back_text=chosen.name if chosen else _("Places"),
    )  # fmt: skip


@never_cache
@require_GET
def place_counts(request: PartnerRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """What has been counted at a place: people an hour, hour by hour, and each count."""
    check_may_see_counts(request.user, collaboration)
    place = _place(request, pk)
    frame = queries.counts_at(request.user, [place])[place.pk]
    counts = queries.latest_counts(request.user, place)
    context = {
        "place": place,
        "finding": presenters.finding(frame),
        "by_hour": presenters.by_hour(frame),
        "rows": presenters.count_rows(counts, may_take_back=lambda one: may_take_back(request.user, one)),
        "may_count": may_count(request.user, place),
    }
    return render(request, "situational_picture/indicators/place_counts.html", context)


@require_POST
def place_count_take_back(request: PartnerRequest, collaboration: Collaboration, pk: int, count: int) -> HttpResponse:
    """Say that a count was wrong."""
    check_may_see_counts(request.user, collaboration)
    place = _place(request, pk)
    row = get_object_or_404(PlaceCount.objects.visible_to(request.user), place=place, pk=count)
    tried(
        request,
        lambda: actions.take_back_count(by=request.user, count=row),
        _("The count is taken back, and is in no mean any more."),
    )
    return redirect("place_counts", collaboration.slug, place.pk)
