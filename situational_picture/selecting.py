"""Which picture an address means, and the figures its reader may see."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.periods import Period, PeriodKind, containing, parse
from areas.access import is_in_circle
from areas.models import Area
from common.errors import NotAllowed, NotPossible
from partners.models import Collaboration
from partners.roles import SEE_PUBLISHED_PICTURES, SEE_SENSITIVE, Role
from situational_picture import protecting
from situational_picture.models import Picture, PictureQuerySet

# Whoever sees every number; the others' kinds are the protection's own.
CIRCLE = "circle"


def check_may_see_pictures(user: Any, collaboration: Collaboration) -> None:
    """Pictures are for those who report, act and lead; others follow the process, the log or the settings."""
    if not user.has_role(collaboration, SEE_PUBLISHED_PICTURES):
        raise NotAllowed(_("Your role does not include the situational picture. Ask your administrator if it should."))


def asked_period(code: str, kind: str) -> Period | None:
    """The period an address asks for: a code, perhaps turned into another kind; None when it asks for none."""
    # A kind that does not exist is as good as none.
    kind = kind if kind in {PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.TERTIAL} else ""
    if not code:
        return containing(timezone.localdate(), kind) if kind else None
    try:
        period = parse(code)
    except ValueError:
        raise NotPossible(
            _("“%(code)s” is not a period. Write 2026-W47, 2026-11, 2026-T3 or 2026-01-05--2026-02-01.")
            % {"code": code[:40]}
        ) from None
    if kind and kind != period.kind:
        return containing(period.last_day, kind)
    return period


def pictures_of(user: Any, area: Area) -> PictureQuerySet:
    """The area's computed pictures that the user may see."""
    pictures = Picture.objects.visible_to(user).filter(area=area, figures__isnull=False)
    return pictures.select_related("area", "collaboration")


def latest_with_data(user: Any, area: Area) -> Picture | None:
    """What an area's page opens on: the latest period with data, the shortest kind first."""
    order = {PeriodKind.WEEK: 0, PeriodKind.MONTH: 1, PeriodKind.TERTIAL: 2, PeriodKind.FREE: 3}
    pictures = pictures_of(user, area)
    found = list(
        pictures.exclude(period_kind=Picture.PeriodKind.FREE)
        .filter(figures__total__count__gt=0)
        .order_by("-period_end", "-version")
        .values_list("period_kind", "version", "pk")[:30]
    )
    if not found:
        return pictures.order_by("-period_end", "-version").first()
    shortest = min((kind for kind, _version, _pk in found), key=lambda kind: order[PeriodKind(kind)])
    of_kind = [(version, pk) for kind, version, pk in found if kind == shortest]
    # The circle works with the draft; the others have only what is published.
    drafts = [pk for version, pk in of_kind if version == 0]
    return pictures.get(pk=drafts[0] if drafts and is_in_circle(user, area) else of_kind[0][1])


def picture_for(user: Any, area: Area, period: Period, version: int | None) -> Picture | None:
    """The version asked for; without one the draft for the circle, and for others the latest published."""
    pictures = pictures_of(user, area).for_period(period)
    if version is not None:
        return pictures.filter(version=version).first()
    if is_in_circle(user, area):
        return pictures.filter(version=0).first() or pictures.order_by("-version").first()
    return pictures.order_by("-version").first()


def viewer_of(user: Any, picture: Picture) -> str:
    """Who looks, as far as the numbers go: the area's circle, those who see counts of sensitive categories, others."""
    if is_in_circle(user, picture.area):
        return CIRCLE
    sees_counts = sees_sensitive_counts(user, picture.collaboration_id)
    return protecting.COUNTS if sees_counts else protecting.NO_SENSITIVE


def sees_sensitive_counts(user: Any, collaboration: Collaboration | int) -> bool:
    """Whether any of the user's roles gives the counts of sensitive categories, small ones protected."""
    roles = {m.role for m in user.memberships_in(collaboration)}
    return bool(roles & (SEE_SENSITIVE | {Role.SECURITY_LEAD, Role.MEASURE_OWNER, Role.COUNCIL}))


def figures_for(user: Any, picture: Picture) -> dict[str, Any]:
    """The picture's figures as this user may see them: whole in the circle, else with small counts protected."""
    if picture.figures is None:
        raise NotPossible(_("The picture has not been computed yet."))
    viewer = viewer_of(user, picture)
    if viewer == CIRCLE:
        return {**picture.figures, "is_protected": False}
    largest = picture.collaboration.protect_counts_up_to
    computed = picture.computed_at.isoformat() if picture.computed_at else ""
    key = f"protected:{picture.pk}:{computed}:{largest}:{viewer}"
    figures = cache.get(key)
    if figures is None:
        figures = protecting.protected_figures(picture.figures, largest=largest, viewer=viewer)
        cache.set(key, figures, 3600)
    return figures


def overview_pictures(user: Any, areas: list[Area]) -> dict[int, Picture]:
    """Each area's latest whole week, or month where there are no weeks: what the overview shows, by area id."""
    order = {PeriodKind.WEEK: 0, PeriodKind.MONTH: 1, PeriodKind.TERTIAL: 2}
    candidates = (
        Picture.objects.visible_to(user)
        .filter(area__in=areas, figures__isnull=False, period_kind__in=order, period_end__lte=timezone.localdate())
        .values_list("area_id", "period_kind", "period_end", "version", "pk")
    )
    circle = {area.pk for area in areas if is_in_circle(user, area)}
    best: dict[int, tuple[Any, int]] = {}
    for area_id, kind, end, version, pk in candidates:
        # The circle works with the draft; the others have the latest version.
        rank = (order[PeriodKind(kind)], -end.toordinal(), version if area_id in circle else -version)
        if area_id not in best or rank < best[area_id][0]:
            best[area_id] = (rank, pk)
    chosen = Picture.objects.select_related("area", "collaboration").in_bulk([pk for _rank, pk in best.values()])
    return {picture.area_id: picture for picture in chosen.values()}
