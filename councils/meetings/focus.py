"""Where to begin next period: the group puts an area's places in order, and the order stands in the area's picture.

The decision is the change: it is written into the draft of the running period, which is what reporters read under
“Where to begin” once it is published.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from analysis.periods import Period
from areas.models import Area, GroupArea, Place
from common.errors import NotPossible
from councils.meetings.deviations import areas_of
from councils.meetings.leading import ongoing_item, sent_before, store_decision
from councils.meetings.rules import check_is_open
from councils.models import AgendaItem, Decision, Outcome, Section
from incidents.coverage.deadlines import period_of, rhythm_of
from partners.levels import DecisionKind, check_level_decides
from partners.models import Group
from situational_picture.actions import request_picture, write_picture
from situational_picture.models import Picture
from situational_picture.period_names import period_short_name
from situational_picture.permissions import may_write_pictures
from situational_picture.writing import PriorityPlace, Written

MOST = 5
LONGEST_NAME = 120
LONGEST_WHY = 200
CHANGE = "focus_order"


@dataclass(frozen=True)
class AreaFocus:
    """An area of the group: what its draft says now, and what its newest figures propose."""

    area: Area
    period: Period
    text_version: int
    places: tuple[PriorityPlace, ...]
    proposed: tuple[PriorityPlace, ...]
    # Of which period the proposal is.
    proposed_of: str = ""


def running_period(group: Group) -> Period:
    """The period that runs, by the rhythm in which the collaboration reports."""
    return period_of(rhythm_of(group.collaboration_id), timezone.localdate())


def areas_to_order(group: Group) -> list[Area]:
    """The areas the group has chosen; where it has chosen none, the smallest ones of those it works with."""
    rows = Area.objects.filter(collaboration=group.collaboration_id).select_related("collaboration")
    chosen = GroupArea.objects.filter(group=group).values("area")
    if chosen.exists():
        return list(rows.filter(pk__in=chosen).order_by("name", "pk"))
    return list(rows.filter(pk__in=areas_of(group), children=None).order_by("name", "pk"))


def text_version_of(group: Group, area: Area) -> int:
    """What is written in an area's running draft, as a number that changes with it."""
    rows = Picture.objects.filter(area=area, version=0).for_period(running_period(group))
    return rows.values_list("text_version", flat=True).first() or 0


def focus_of(user: Any, group: Group) -> list[AreaFocus]:
    """The group's areas with what stands and what is proposed; nothing for whoever cannot write in the pictures."""
    if not may_write_pictures(user, group.collaboration_id):
        return []
    areas, period = areas_to_order(group), running_period(group)
    seen = Picture.objects.visible_to(user).filter(area__in=areas)
    drafts = {one.area_id: one for one in seen.filter(version=0).for_period(period).defer("figures")}
    # The newest period that is over: a week that has just begun proposes nothing.
    over = seen.filter(figures__isnull=False, period_end__lte=period.start, period_kind=period.kind)
    newest: dict[int, Picture] = {}
    for one in over.order_by("area_id", "-period_end", "-version").distinct("area_id"):
        newest[one.area_id] = one
    found = []
    for area in areas:
        draft, last = drafts.get(area.pk), newest.get(area.pk)
        found.append(
            AreaFocus(
                area=area,
                period=period,
                text_version=draft.text_version if draft else 0,
                places=Written.of(draft).priority_places[:MOST] if draft else (),
                proposed=_proposed(last) if last else (),
                proposed_of=period_short_name(last.period) if last else "",
            )
        )
    return found


def _proposed(picture: Picture) -> tuple[PriorityPlace, ...]:
    """Places with more than was to be expected, then those where it happens again. No count is told."""
    # What is written here is published, and read outside the circle: nothing is said of what rests on a small count.
    least = picture.collaboration.protect_counts_up_to + 1
    rows = [
        row
        for row in (picture.figures or {}).get("places", ())
        if isinstance(row["count"], int) and row["count"] >= least and row["name"]
    ]
    words = {"period": period_short_name(picture.period)}
    more = [row for row in rows if row["verdict"] == "more"]
    again = [row for row in rows if row["verdict"] != "more" and (row["previous"] or 0) >= least]
    found = [_place(row, _("More happened than was to be expected (%(period)s).") % words) for row in more]
    found += [_place(row, _("It has happened again and again (%(period)s and before).") % words) for row in again]
    return tuple(found[:MOST])


def _place(row: dict[str, Any], why: str) -> PriorityPlace:
    return PriorityPlace(name=row["name"][:LONGEST_NAME], why=why[:LONGEST_WHY], place=row["place"])


@transaction.atomic
def decide_order(
    *,
    by: Any,
    item: AgendaItem,
    area: Area,
    places: Sequence[tuple[str, str]],
    text_version: int,
    form_id: uuid.UUID | None = None,
    is_confirmed: bool = False,
) -> Decision:
    """Write the order of an area's places into its draft picture, as the group's decision. `places`: name and why."""
    meeting, item = ongoing_item(by, item)
    form_id = form_id or uuid.uuid4()
    if (before := sent_before(meeting, form_id)) is not None:
        return before
    check_is_open(item)
    if item.section != Section.FOCUS:
        raise NotPossible(_("The order of the places is decided under “%(part)s”.") % {"part": Section.FOCUS.label})
    check_level_decides(meeting.group, DecisionKind.FOCUS)
    if area.pk not in {one.pk for one in areas_to_order(meeting.group)}:
        raise NotPossible(_("The group does not work with this area."))
    ordered = _checked(area, places)
    period = running_period(meeting.group)
    draft = Picture.objects.filter(area=area, version=0).for_period(period).first()
    if draft is None:
        draft = request_picture(by=by, area=area, period=period)
    written = replace(Written.of(draft), priority_places=ordered)
    write_picture(by=by, picture=draft, written=written, text_version=text_version, is_confirmed=is_confirmed)
    with translation.override(settings.LANGUAGE_CODE):
        words = _("%(area)s, %(period)s, in this order: %(places)s") % {
            "area": area.name,
            "period": period_short_name(period),
            "places": " ".join(f"{number}. {one.name}: {one.why}" for number, one in enumerate(ordered, start=1)),
        }
    return store_decision(
        by,
        meeting,
        item,
        outcome=Outcome.DECISION,
        kind=DecisionKind.FOCUS,
        change=CHANGE,
        text=words,
        form_id=form_id,
        about=("picture", draft.pk),
    )


def _checked(area: Area, places: Sequence[tuple[str, str]]) -> tuple[PriorityPlace, ...]:
    known = Place.objects.filter(collaboration=area.collaboration_id, is_active=True).values_list("name", "pk")
    by_name = {name.casefold(): pk for name, pk in known}
    faults: dict[str, list[str]] = {}
    ordered: list[PriorityPlace] = []
    for number, (name, why) in enumerate(places):
        name, why = " ".join(name.split()), " ".join(why.split())
        if not name:
            faults[f"priority-{number}-name"] = [_("Say which place.")]
        elif len(name) > LONGEST_NAME or name.casefold() in {one.name.casefold() for one in ordered}:
            faults[f"priority-{number}-name"] = [_("Name each place once, in a few words.")]
        if not why:
            faults[f"priority-{number}-why"] = [_("Say why this place comes first.")]
        elif len(why) > LONGEST_WHY:
            faults[f"priority-{number}-why"] = [_("Say it in at most %(limit)s characters.") % {"limit": LONGEST_WHY}]
        ordered.append(PriorityPlace(name=name, why=why, place=by_name.get(name.casefold())))
    if faults:
        raise NotPossible(faults)
    if not 1 <= len(ordered) <= MOST:
        raise NotPossible(_("Name between one and %(most)s places.") % {"most": MOST})
    return tuple(ordered)
