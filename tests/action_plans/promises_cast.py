"""What tests of citizen promises share: a promise in West that lacks nothing, and its way to those who live there."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from action_plans.models import MeasureState, Promise
from action_plans.promises import actions
from tests import factories as make
from tests.action_plans.cast import PlanWorld


class PromiseWorld(PlanWorld):
    """The cast, and a draft with an undertaking and a measure that is going on."""

    def __init__(self) -> None:
        super().__init__()
        self.promise = self.new_draft(self.west)
        self.item = self.promise.items.get()
        self.ongoing = make.MeasureFactory(plan=self.plan, state=MeasureState.ONGOING)

    def new_draft(self, area: Any, **values: Any) -> Any:
        promise = make.PromiseFactory(area=area, **values)
        organisation = self.housing if area.collaboration_id == self.here.pk else self.foreign
        make.PromiseItemFactory(promise=promise, organisation=organisation)
        return promise

    def decide(self, promise: Any = None) -> Any:
        promise = promise or self.promise
        return actions.decide_promise(
            by=self.coordinator, promise=promise, group=self.group, decided_on=timezone.localdate()
        )

    def publish(self, promise: Any = None) -> Any:
        """Publish what the preview shows."""
        promise = Promise.objects.get(pk=(promise or self.promise).pk)
        seen = actions.mark_of(actions.preview(promise))
        return actions.publish_promise(by=self.coordinator, promise=promise, seen=seen)

    def published(self, promise: Any = None) -> Any:
        self.decide(promise)
        return self.publish(promise)

    def follow_up(self, promise: Any = None, **values: Any) -> Any:
        words = {
            "text_sv": "Hälften av lamporna är bytta.",
            "text_en": "Half of the lamps are changed.",
            "carried_out": "partly",
            "good_result": "too_early",
            "on": timezone.localdate(),
            "next_on": timezone.localdate() + dt.timedelta(days=90),
        }
        promise = promise or self.promise
        return actions.follow_up_promise(by=self.officer, promise=promise, **{**words, **values})
