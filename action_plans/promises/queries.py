"""Promises for the pages: those the user works with, and what anybody may read."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, OuterRef, Prefetch, QuerySet, Subquery

from action_plans.models import Dialogue, Promise, PromiseItem, PromiseItemMeasure, Publication
from areas.models import Area
from partners.models import Collaboration


def promises_for(user: Any, collaboration: Collaboration) -> QuerySet[Promise]:
    """The promises the user reads, with what a list says of each."""
    shown = Publication.objects.open().filter(promise=OuterRef("pk")).order_by("-number")
    rows = Promise.objects.visible_to(user).filter(collaboration=collaboration).select_related("area", "collaboration")
    return rows.annotate(with_version=Subquery(shown.values("number")[:1]))


def items_of(promise: Promise) -> list[PromiseItem]:
    """The undertakings with their measures."""
    links = PromiseItemMeasure.objects.select_related("measure__plan")
    return list(promise.items.select_related("organisation").prefetch_related(Prefetch("item_measures", links)))


def dialogues_for(user: Any, collaboration: Collaboration) -> QuerySet[Dialogue]:
    """The dialogues the user reads."""
    rows = Dialogue.objects.visible_to(user).filter(collaboration=collaboration)
    return rows.select_related("area", "place", "collaboration")


# --- Open to anybody: nothing below this line reads anything but publications that are open ---------------------------


def open_now() -> QuerySet[Publication]:
    """The newest open version of each promise, as residents read it."""
    newest = Publication.objects.open().filter(promise=OuterRef("promise")).order_by("-number").values("pk")[:1]
    rows = Publication.objects.open().filter(pk=Subquery(newest))
    return rows.select_related("promise__area", "collaboration").order_by("promise__public_number")


def open_in(area: Area) -> list[Publication]:
    """What is promised in an area, as anybody reads it now."""
    return list(open_now().filter(promise__area=area))


def open_versions(publication: Publication) -> list[Publication]:
    """All versions of a promise that are open, the newest first."""
    return list(Publication.objects.open().filter(promise=publication.promise_id).order_by("-number"))


def towns() -> list[Collaboration]:
    """The collaborations that have something published, by name."""
    there = open_now().values("collaboration_id")
    return sorted(Collaboration.objects.filter(pk__in=there), key=lambda one: one.name)


def areas_of(town: Collaboration) -> list[Area]:
    """The areas of a collaboration that have something published, in Swedish order."""
    there = open_now().filter(collaboration=town).values("promise__area_id")
    return sorted(Area.objects.filter(pk__in=there), key=lambda one: one.sort_key)


def changed_at(area: Area) -> Any:
    """When something in the area was last published."""
    return Publication.objects.open().filter(promise__area=area).aggregate(at=Max("published_at"))["at"]
