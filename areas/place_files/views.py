"""The pages of the place file: what was seen, what has changed, and who answers for the place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from areas.models import Place, PlaceFeature, PlaceManager
from areas.place_files import actions, presenters, queries
from areas.place_files.forms import EndManagerForm, PlaceFeatureForm, PlaceManagerForm
from areas.place_files.permissions import (
    check_may_keep_place_file,
    check_may_see_place_file,
    may_keep_place_file,
    organisations_that_saw,
    writes_strictly,
)
from common.errors import NotAllowed
from partners.models import Collaboration
from partners.requests import form_page, get_or_post, person, tried


def _place(request: HttpRequest, collaboration: Collaboration, pk: int) -> Place:
    places = Place.objects.visible_to(request.user).select_related("area", "owner", "manager", "collaboration")
    return get_object_or_404(places, collaboration=collaboration, pk=pk)


def _back(place: Place) -> dict[str, Any]:
    return {
        "place": place,
        "back_url": reverse("place_detail", args=[place.collaboration.slug, place.pk]),
        "back_text": place.name,
    }


def _add_errors(form: Any, problem: ValidationError) -> None:
    if hasattr(problem, "error_dict"):
        for name, errors in problem.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error(None, problem.messages)


@require_GET
def place_history(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Everything that was ever written in the place's file: each feature through the years, and who has answered."""
    check_may_see_place_file(request.user, collaboration)
    place, today = _place(request, collaboration, pk), timezone.localdate()
    observations = queries.observations_of(request.user, place)
    managers = queries.every_manager(request.user, place)
    in_force = {row.pk for row in managers if row.valid_from <= today and (not row.valid_to or row.valid_to > today)}
    context = {
        **_back(place),
        "features": presenters.history_rows(queries.histories(observations)),
        "taken_back": [presenters.feature_row(row) for row in observations if row.taken_back_at is not None],
        "managers": [presenters.manager_row(row, is_now=row.pk in in_force) for row in managers],
        "may_keep": may_keep_place_file(request.user, place),
    }
    return render(request, "areas/place_files/place_history.html", context)


@get_or_post
def place_feature_new(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Write down what was seen of the place. `?kind=` and `?detail=` begin with a feature to look at again."""
    place = _place(request, collaboration, pk)
    check_may_keep_place_file(request.user, place)
    organisations = organisations_that_saw(request.user, place)
    own = {m.organisation_id for m in person(request).memberships_in(collaboration)}
    kind = request.GET.get("kind", "")
    initial = {
        "kind": kind if kind in PlaceFeature.Kind.values else "",
        "detail": request.GET.get("detail", "")[:80].replace("\x00", ""),
        "observed_on": timezone.localdate(),
        "organisation": next((one.pk for one in organisations if one.pk in own), None),
    }
    form = PlaceFeatureForm(
        request.POST if request.method == "POST" else None,
        place=place, organisations=organisations, initial=initial,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.observe_feature(
                place=place, source=PlaceFeature.Source.ENTERED, by=person(request), **form.observation()
            )
        except NotAllowed as problem:
            form.add_error("organisation", str(problem))
        except ValidationError as problem:
            _add_errors(form, problem)
        else:
            messages.success(request, _("What you saw is written in the place file."))
            if "again" in request.POST:
                return redirect("place_feature_new", collaboration.slug, place.pk)
            return redirect("place_detail", collaboration.slug, place.pk)
    heading = _("What did you see at %(place)s?") % {"place": place.name}
    return form_page(request, form, "areas/place_files/feature_form.html", heading=heading, **_back(place))


@require_POST
def place_feature_take_back(request: HttpRequest, collaboration: Collaboration, pk: int, feature: int) -> HttpResponse:
    """Say that an observation was a mistake."""
    place = _place(request, collaboration, pk)
    check_may_keep_place_file(request.user, place)
    row = get_object_or_404(PlaceFeature.objects.visible_to(request.user), place=place, pk=feature)
    tried(
        request,
        lambda: actions.take_back_feature(feature=row, by=person(request)),
        _("Taken back. What was seen before holds again."),
    )
    return redirect("place_history", collaboration.slug, place.pk)


@get_or_post
def place_manager_new(request: HttpRequest, collaboration: Collaboration, pk: int) -> HttpResponse:
    """Write down who answers for the place on some weekdays between two hours."""
    place = _place(request, collaboration, pk)
    check_may_keep_place_file(request.user, place)
    today = timezone.localdate()
    sent, is_strict = request.POST if request.method == "POST" else None, writes_strictly(request.user, place)
    form = PlaceManagerForm(sent, place=place, today=today, is_strict=is_strict)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_place_manager(place=place, by=person(request), **form.row())
        except ValidationError as problem:
            _add_errors(form, problem)
        else:
            messages.success(request, _("It is written down who answers for the place then."))
            return redirect("place_detail", collaboration.slug, place.pk)
    heading = _("Who answers for %(place)s, and when?") % {"place": place.name}
    return form_page(request, form, "areas/place_files/manager_form.html", heading=heading, **_back(place))


@get_or_post
def place_manager_end(request: HttpRequest, collaboration: Collaboration, pk: int, manager: int) -> HttpResponse:
    """Say from which day a row no longer holds."""
    place = _place(request, collaboration, pk)
    check_may_keep_place_file(request.user, place)
    rows = PlaceManager.objects.visible_to(request.user).select_related("organisation")
    row = get_object_or_404(rows, place=place, pk=manager)
    sent = request.POST if request.method == "POST" else None
    form = EndManagerForm(sent, initial={"day": max(timezone.localdate(), row.valid_from)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_place_manager(manager=row, day=form.cleaned_data["day"], by=person(request))
        except ValidationError as problem:
            _add_errors(form, problem)
        else:
            messages.success(request, _("It is written down from which day it no longer holds."))
            return redirect("place_history", collaboration.slug, place.pk)
    words = presenters.manager_row(row, is_now=True)
    return form_page(
        request, form,
        heading=_("When does %(who)s no longer answer for %(place)s?") % {"who": row.party_name, "place": place.name},
        lead=words["when"], back_url=reverse("place_history", args=[collaboration.slug, place.pk]),
        back_text=_("The place file through the years"),
    )  # fmt: skip
