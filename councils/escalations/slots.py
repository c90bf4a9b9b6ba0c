"""What questions between the levels say on other pages: the way to asking, and what has been asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.models import Commitment, Measure
from areas.models import Place
from cause_analysis.models import Problem
from councils.escalations import presenters, queries
from councils.escalations.permissions import groups_to_speak_for, may_begin
from councils.models import Escalation, Subject
from partners.models import Collaboration, Group

NAMED = 5


def _slugs(things: Sequence[Any]) -> dict[int, str]:
    wanted = {thing.collaboration_id for thing in things}
    return dict(Collaboration.objects.filter(pk__in=wanted).values_list("pk", "slug"))


def _way(slug: str, kind: str, pk: int, title: str) -> dict[str, Any]:
    url = reverse("escalation_new", args=[slug]) + f"?about={kind}-{pk}"
    return {"template": "councils/escalations/_way.html", "title": title, "url": url, "is_quiet": True}


def way_from_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """The way from a problem to asking another level, for who asks for a group."""
    return _ways(user, problems, Subject.PROBLEM)


def way_from_measures(user: Any, measures: Sequence[Measure]) -> dict[int, list[dict[str, Any]]]:
    """The way from a measure to asking another level."""
    return _ways(user, measures, Subject.MEASURE)


def _ways(user: Any, things: Sequence[Any], kind: str) -> dict[int, list[dict[str, Any]]]:
    slugs = _slugs(things)
    begins = {pk: may_begin(user, pk) for pk in slugs}
    return {
        thing.pk: [_way(slugs[thing.collaboration_id], kind, thing.pk, _("Ask another level"))]
        for thing in things
        if begins[thing.collaboration_id]
    }


def way_from_a_no(user: Any, commitments: Sequence[Commitment]) -> dict[int, list[dict[str, Any]]]:
    """The way from a request that was declined to taking the no further."""
    slugs = _slugs(commitments)
    begins = {pk: may_begin(user, pk) for pk in slugs}
    waits = set(Escalation.objects.open().filter(commitment__in=commitments).values_list("commitment_id", flat=True))
    return {
        one.pk: [_way(slugs[one.collaboration_id], Subject.COMMITMENT, one.pk, _("Take the no further"))]
        for one in commitments
        if begins[one.collaboration_id] and one.pk not in waits and queries.is_shown_declined(user, one)
    }


def _asked_about(kind: str) -> Callable[[Any, Sequence[Any]], dict[int, list[dict[str, Any]]]]:
    def found(user: Any, things: Sequence[Any]) -> dict[int, list[dict[str, Any]]]:
        today = timezone.localdate()
        rows = Escalation.objects.visible_to(user).filter(subject_kind=kind, subject_id__in=[one.pk for one in things])
        about: dict[int, list[Escalation]] = {}
        for one in queries.in_order(rows.select_related(*queries.RELATED), today):
            about.setdefault(one.subject_id or 0, []).append(one)
        return {pk: [_card(_("Questions to another level"), listed[:NAMED])] for pk, listed in about.items()}

    return found


about_problems: Callable[[Any, Sequence[Problem]], Any] = _asked_about(Subject.PROBLEM)
about_measures: Callable[[Any, Sequence[Measure]], Any] = _asked_about(Subject.MEASURE)
about_commitments: Callable[[Any, Sequence[Commitment]], Any] = _asked_about(Subject.COMMITMENT)
about_places: Callable[[Any, Sequence[Place]], Any] = _asked_about(Subject.PLACE)


def _card(title: str, rows: Sequence[Escalation], **more: Any) -> dict[str, Any]:
    return {
        "template": "councils/escalations/_card.html",
        "title": title,
        "rows": presenters.rows(rows, timezone.localdate()),
        **more,
    }


def of_groups(user: Any, groups: Sequence[Group]) -> dict[int, list[dict[str, Any]]]:
    """What waits in each group, and what it waits for from others; with the way to asking."""
    today = timezone.localdate()
    ids = [group.pk for group in groups]
    rows = Escalation.objects.visible_to(user).filter(Q(from_group__in=ids) | Q(to_group__in=ids))
    unsettled = rows.filter(Q(pk__in=rows.open().values("pk")) | Q(pk__in=rows.answered_not_seen().values("pk")))
    listed = list(queries.in_order(unsettled.select_related(*queries.RELATED), today))
    slugs = _slugs(groups)
    speaks = {
        pk for here in slugs for pk in groups_to_speak_for(user, here).filter(pk__in=ids).values_list("pk", flat=True)
    }
    found: dict[int, list[dict[str, Any]]] = {}
    for group in groups:
        to_it = [one for one in listed if one.to_group_id == group.pk and one.is_open]
        from_it = [one for one in listed if one.from_group_id == group.pk]
        cards = []
        if to_it:
            cards.append(_card(_("Waits for the group's answer"), to_it))
        if from_it or group.pk in speaks:
            way: dict[str, Any] = {"empty": _("The group waits for no answer.")}
            if group.pk in speaks:
                url = reverse("escalation_new", args=[slugs[group.collaboration_id]])
                way |= {"url": f"{url}?from={group.pk}", "action": _("Ask another level")}
            cards.append(_card(_("What the group has asked other levels"), from_it, **way))
        if cards:
            found[group.pk] = cards
    return found
