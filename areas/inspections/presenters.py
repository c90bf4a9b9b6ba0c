"""Inspections and walks as pages show them: what has to be mended first, and everything said in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.inspections.checklists import Item, items_of
from areas.inspections.queries import Defect
from areas.models import InspectionPhoto, ItemState, Place, SafetyInspection
from ui import slots

TONES = {
    ItemState.OK: ("success", "check"),
    ItemState.DEFECT: ("warning", "triangle"),
    ItemState.URGENT: ("danger", "square"),
    ItemState.NOT_LOOKED_AT: ("neutral", "dash"),
}
_ORDER = [ItemState.URGENT, ItemState.DEFECT, ItemState.NOT_LOOKED_AT, ItemState.OK]


def faults_in_words(urgent: int, defects: int) -> str:
    """How much has to be mended, the urgent said first; "" where nothing has."""
    parts = []
    if urgent:
        parts.append(ngettext("%(count)s urgent defect", "%(count)s urgent defects", urgent) % {"count": urgent})
    if defects:
        parts.append(ngettext("%(count)s defect", "%(count)s defects", defects) % {"count": defects})
    if len(parts) == 2:
        return _("%(one)s and %(other)s") % {"one": parts[0], "other": parts[1]}
    return "".join(parts)


def finding(inspection: Any) -> str:
    """What an inspection found, in a sentence; `inspection` is counted by `queries.counted`."""
    faults = faults_in_words(inspection.urgent, inspection.defects)
    named = {"place": inspection.place.name, "faults": faults}
    if inspection.finished_at is None:
        return _("The inspection of %(place)s is not finished") % named
    if faults:
        return _("%(faults)s at %(place)s") % named
    if not inspection.looked_at:
        return _("Nothing was looked at when visiting %(place)s") % named
    if inspection.looked_at < inspection.item_count:
        return _("What was looked at is in order at %(place)s") % named
    return _("Everything is in order at %(place)s") % named


def result_words(inspection: Any) -> str:
    """The same for a list in which the place stands already."""
    if inspection.finished_at is None:
        return ngettext(
            "%(count)s item filled in", "%(count)s items filled in", inspection.looked_at
        ) % {"count": inspection.looked_at}  # fmt: skip
    if not inspection.looked_at:
        return _("nothing was looked at")
    return faults_in_words(inspection.urgent, inspection.defects) or _("nothing to mend")


def result_tone(inspection: Any) -> str:
    """The tone of these words."""
    if inspection.finished_at is None or not inspection.looked_at:
        return "neutral"
    return "danger" if inspection.urgent else "warning" if inspection.defects else "success"


def inspection_rows(inspections: Iterable[Any]) -> list[dict[str, Any]]:
    """Inspections as a list shows them."""
    return [
        {
            "inspection": one,
            "result": result_words(one),
            "tone": result_tone(one),
            "is_finished": one.finished_at is not None,
            "url": reverse("inspection_detail", args=[one.collaboration.slug, one.pk])
            if one.finished_at is not None
            else reverse("inspection_fill", args=[one.collaboration.slug, one.pk]),
        }
        for one in inspections
    ]


def photo_rows(photos: Iterable[InspectionPhoto], slug: str) -> list[dict[str, Any]]:
    """Photos with address, text and marks, each mark with a number and where it is in words."""
    rows = []
    for photo in photos:
        text = _text_of(photo)
        rows.append(
            {
                "photo": photo,
                "key": photo.item.key if photo.item else "",
                "url": reverse("inspection_photo", args=[slug, photo.inspection_id, photo.pk]),
                "marks_url": reverse("inspection_marks", args=[slug, photo.inspection_id, photo.pk]),
                "alt": _("Photo: %(what)s") % {"what": text} if text else _("Photo of the place"),
                "marks": [
                    {
                        "mark": mark, "number": number, "left": f"{100 * mark.x:.2f}%", "top": f"{100 * mark.y:.2f}%",
                        "where": spot_in_words(mark.x, mark.y),
                    }
                    for number, mark in enumerate(photo.marks.all(), start=1)
                ],
            }
        )  # fmt: skip
    return rows


def _text_of(photo: InspectionPhoto) -> str:
    if photo.item is None:
        return ""
    items = {item.key: item.text for item in items_of(photo.inspection.checklist_version)}
    return items.get(photo.item.key, photo.item.key)


def spot_in_words(x: float, y: float) -> str:
    """Where in a photo a spot is, for those who do not see it."""
    across = _("left") if x < 1 / 3 else _("right") if x > 2 / 3 else ""
    down = _("at the top") if y < 1 / 3 else _("at the bottom") if y > 2 / 3 else ""
    if across and down:
        return _("%(down)s to the %(across)s") % {"down": down, "across": across}
    if across:
        return _("in the middle to the %(across)s") % {"across": across}
    return down or _("in the middle")


def item_rows(
    inspection: SafetyInspection, photos: Sequence[InspectionPhoto], user: Any, slug: str
) -> list[dict[str, Any]]:
    """The items of an inspection, what has to be mended first, each with note, photos, corrections and what is done."""
    asked = items_of(inspection.checklist_version)
    order = {item.key: number for number, item in enumerate(asked)}
    texts = {item.key: item for item in asked}
    stored = list(inspection.items.prefetch_related("corrections__organisation"))
    wanting = [item for item in stored if item.state in (ItemState.URGENT, ItemState.DEFECT)]
    is_finished = inspection.finished_at is not None
    done = slots.fill("inspection.defects", user, wanting) if is_finished else {}
    ways = slots.fill("inspection.defect_actions", user, wanting) if is_finished else {}
    shown = photo_rows(photos, slug)
    rows = []
    for item in stored:
        state = ItemState(item.state)
        tone, symbol = TONES[state]
        asked_item = texts.get(item.key, Item(item.key, item.key))
        rows.append(
            {
                "item": item, "text": asked_item.text, "help": asked_item.help, "state": state, "label": state.label,
                "tone": tone, "symbol": symbol, "photos": [row for row in shown if row["key"] == item.key],
                "corrections": list(item.corrections.all()), "is_wanting": item in wanting,
                "done": done.get(item.pk, []), "actions": ways.get(item.pk, []),
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: (_ORDER.index(row["state"]), order.get(row["item"].key, 1000)))


def defect_rows(defects: Sequence[Defect], user: Any, slug: str) -> list[dict[str, Any]]:
    """What has to be mended, with what rooms above say is done about it; open where nobody says anything."""
    done = slots.fill("inspection.defects", user, [defect.item for defect in defects])
    ways = slots.fill("inspection.defect_actions", user, [defect.item for defect in defects])
    rows = []
    for defect in defects:
        item, inspection = defect.item, defect.item.inspection
        state = ItemState(item.state)
        tone, symbol = TONES[state]
        asked = {one.key: one.text for one in items_of(inspection.checklist_version)}
        rows.append(
            {
                "item": item,
                "inspection": inspection,
                "place": inspection.place,
                "text": asked.get(item.key, item.key),
                "label": state.label,
                "tone": tone,
                "symbol": symbol,
                "earlier": ngettext(
                    "found once before", "found %(count)s times before", defect.earlier
                ) % {"count": defect.earlier} if defect.earlier else "",
                "url": f"{reverse('inspection_detail', args=[slug, inspection.pk])}#item-{item.pk}",
                "done": done.get(item.pk, []),
                "actions": ways.get(item.pk, []),
            }
        )  # fmt: skip
    return rows


def defects_heading(number: int, urgent: int, where: str) -> str:
    """What the list of defects says on top."""
    if not number:
        return _("Nothing that has been found is left to mend")
    faults = faults_in_words(urgent, number - urgent)
    return _("%(faults)s to mend in %(area)s") % {"faults": faults, "area": where} if where else _(
        "%(faults)s to mend"
    ) % {"faults": faults}  # fmt: skip


def safety_words(safety: int | None) -> str:
    """How safe a stop felt, from 1 to 5."""
    return _("%(number)s of 5") % {"number": safety} if safety is not None else ""


def stop_rows(stops: Iterable[Any], slug: str) -> list[dict[str, Any]]:
    """A walk's stops in order."""
    return [
        {
            "stop": stop,
            "result": result_words(stop),
            "tone": result_tone(stop),
            "safety": safety_words(stop.safety),
            "is_filled_in": bool(stop.looked_at or stop.safety),
            "fill_url": reverse("inspection_fill", args=[slug, stop.pk]),
            "url": reverse("inspection_detail", args=[slug, stop.pk]),
        }
        for stop in stops
    ]


def walk_finding(walk: Any, stops: Sequence[Any]) -> str:
    """What a walk found, in a sentence."""
    named: dict[str, Any] = {"area": walk.area.name}
    if walk.finished_at is None:
        return _("The walk in %(area)s is not finished") % named
    felt = [stop for stop in stops if stop.safety is not None]
    unsafe = [stop.place.name for stop in felt if stop.safety <= 2]
    faults = faults_in_words(sum(stop.urgent for stop in stops), sum(stop.defects for stop in stops))
    if unsafe:
        return _("It felt unsafe at %(places)s") % {"places": ", ".join(unsafe)}
    if faults:
        return _("%(faults)s on the walk in %(area)s") % {**named, "faults": faults}
    return _("Nothing to mend was found on the walk in %(area)s") % named


DEFECTS_IN_SIGHT = 5


def section_of(place: Place, inspections: Sequence[Any], defects: Sequence[Defect], user: Any, begins: bool) -> Any:
    """The part about inspections on a place's own page."""
    slug = place.collaboration.slug
    looked = [one for one in inspections if one.looked_at or one.safety]
    rows = defect_rows(defects, user, slug)
    # A place with many has its worst in sight and the others one press away.
    shown = DEFECTS_IN_SIGHT if len(rows) > DEFECTS_IN_SIGHT + 1 else len(rows)
    return {
        "template": "areas/inspections/_place_section.html",
        "place": place,
        "defects": rows,
        "first_defects": rows[:shown],
        "more_defects": rows[shown:],
        "inspections": inspection_rows(looked[:4]),
        "new_url": f"{reverse('inspection_new', args=[slug])}?place={place.pk}" if begins else "",
        "slug": slug,
    }
