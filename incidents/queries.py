"""Reports out of the database: one filtered query for page, count, map, file and API; pages of it; what rules need."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import django_filters as filters
import shapely
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet

from areas.locating import extent_of, index_of
from areas.models import Area, Place
from areas.queries import allowed_words
from incidents import rules
from incidents.models import Category, ImportBatch, Incident, IncidentQuerySet, Photo, Status
from incidents.selections import MOST_OF_A_KIND, SEVERAL, Selection
from partners.models import Collaboration, Organisation
from partners.roles import MAY_REVIEW, SEE_EVERYTHING
from partners.rules import keeps_no_persons

PAGE_SIZE = 50
# Counting further costs more than anybody gains from the exact number.
COUNT_UP_TO = 10_000
# More than this many marks on a map help nobody and weigh more than the page.
MAP_LIMIT = 2_000
METRES_PER_DEGREE = 111_320.0

# The filters a page asks for first, in the order people think of them.
ASKED_FIRST = ("area", "place", "category", "since", "until", "weekday", "hour_from", "hour_to", "status")
# What a row shows, fetched with it: no row asks the database again.
# What a mark on the map needs to know of its row.
DRAWN = ("category", "area", "place", "cell", "lon", "lat", "location", "place_type", "occurred_from", "occurred_on",
         "time_precision")  # fmt: skip
WITH_ROW = ("category", "area", "place", "organisation", "unit", "reporter")


# --- What the rules need to know --------------------------------------------------------------------------------------


def surroundings(
    collaboration: Collaboration, *, now: dt.datetime, organisation: Organisation | None = None
) -> rules.Surroundings:
    """The collaboration, and whom the report is for, as `rules.report_faults` wants it."""
    return rules.Surroundings(
        collaboration_id=collaboration.pk,
        now=now,
        extent=extent_of(collaboration),
        allowed_words=allowed_words(collaboration.pk),
        group_ids=group_ids(collaboration.pk),
        keeps_no_persons=organisation is not None and keeps_no_persons(organisation),
    )


def group_ids(collaboration_id: int) -> frozenset[int]:
    """Categories that hold other categories."""
    parents = Category.objects.filter(collaboration_id=collaboration_id, parent__isnull=False)
    return frozenset(parents.values_list("parent_id", flat=True))


# --- Filters ----------------------------------------------------------------------------------------------------------


class _Several:
    """Of what may be asked several times: one value alone is a list of one, and an empty value is none."""

    def clean(self, value: Any) -> Any:
        said = [value] if isinstance(value, str) else [one for one in value or [] if one != ""]
        if len(said) > MOST_OF_A_KIND:
            raise ValidationError(
                gettext("Ask about at most %(most)s at once.") % {"most": MOST_OF_A_KIND}, code="too_many"
            )
        if any("\x00" in str(one) for one in said):
            raise ValidationError(gettext("There is nothing with such a name."), code="invalid_choice")
        return super().clean(said)  # type: ignore[misc]


class _SeveralRowsField(_Several, filters.ModelMultipleChoiceFilter.field_class):
    widget = forms.CheckboxSelectMultiple


class _SeveralChoicesField(_Several, forms.TypedMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class SeveralRows(filters.ModelMultipleChoiceFilter):
    field_class = _SeveralRowsField


class SeveralChoices(filters.MultipleChoiceFilter):
    field_class = _SeveralChoicesField


class IncidentFilter(FilterSet):
    """The filters a list of reports knows. Anything else in an address is refused (API) or left aside (page).

    They read the address; which rows are asked about is the selection's to say (`incidents.selections`), but for what
    is the reader's own matter. Only what everybody sees of a row can be asked about. The organisation is not: those who
    do not review can choose among their own organisations only, or the filter would tell whose row it is.
    """

    category = SeveralRows(
        queryset=Category.objects.none(),
        to_field_name="code",
        label=_("Category"),
        help_text=_("The code of a category, or of a group of categories. Several: any of them."),
    )
    area = filters.ModelChoiceFilter(
        queryset=Area.objects.none(),
        to_field_name="slug",
        label=_("Area"),
        empty_label=_("All areas"),
        help_text=_("The short name of an area; larger areas hold the smaller ones."),
    )
    place = SeveralRows(
        queryset=Place.objects.none(), label=_("Place"), help_text=_("A place's number. Several: any of them.")
    )
    organisation = filters.ModelChoiceFilter(
        queryset=Organisation.objects.none(),
        label=_("Organisation"),
        empty_label=_("All organisations"),
        help_text=_("An organisation's number."),
    )
    status = filters.ChoiceFilter(
        choices=[(s.value, s.label) for s in Status if s != Status.PURGED],
        label=_("Status"),
        empty_label=_("Any status"),
    )
    location = filters.ChoiceFilter(choices=Incident.Location, label=_("On the map"), empty_label=_("With or without"))
    since = filters.DateFilter(
        field_name="occurred_on",
        label=_("From"),
        help_text=_("The first day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = filters.DateFilter(
        field_name="occurred_on",
        label=_("To and including"),
        help_text=_("The last day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    weekday = SeveralChoices(
        choices=[(number, capfirst(day)) for number, day in enumerate(WEEKDAYS.values(), start=1)],
        coerce=int,
        label=_("Weekday"),
        help_text=_("1 is Monday, 7 Sunday. Several: any of them. What is known to the month alone is left out."),
    )
    hour_from = filters.ChoiceFilter(
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        label=_("From, by the clock"),
        empty_label=_("Any time"),
        help_text=_(
            "The hour from which, 0 to 23. What has no known time is left out; what is only known to lie between two"
            " moments is there when both are."
        ),
    )
    hour_to = filters.ChoiceFilter(
        choices=[(hour, f"{hour:02}:00") for hour in range(1, 25)],
        label=_("Until, by the clock"),
        empty_label=_("Any time"),
        help_text=_("The hour up to which, 1 to 24. Smaller than the first: over midnight."),
    )
    batch = filters.ModelChoiceFilter(
        queryset=ImportBatch.objects.none(),
        field_name="import_batch",
        label=_("Import"),
        help_text=_("The number of an import."),
    )
    mine = filters.ChoiceFilter(
        choices=[("true", _("Only my own reports"))],
        label=_("Whose"),
        empty_label=_("Everybody's"),
        help_text=_("“true”: only what you have reported yourself."),
    )

    class Meta:
        model = Incident
        fields: list[str] = []

    def __init__(
        self, data: Any = None, queryset: Any = None, *, request: Any = None, prefix: str | None = None, **known: Any
    ) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)
        user = known.get("user") or getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return
        self.user = user
        self.collaborations = known.get("collaborations") or [m.collaboration_id for m in user.active_memberships]
        here = {"collaboration_id__in": self.collaborations}
        self.filters["category"].queryset = Category.objects.filter(**here).select_related("parent")
        self.filters["area"].queryset = Area.objects.filter(**here)
        self.filters["place"].queryset = Place.objects.filter(**here)
        self.filters["organisation"].queryset = organisations_shown_to(user, self.collaborations)
        self.filters["batch"].queryset = ImportBatch.objects.visible_to(user).filter(**here)

    @property
    def selection(self) -> Selection:
        """What a valid form asks for, but for what is the reader's own matter."""
        asked = self.form.cleaned_data
        hours = {name: int(asked[name]) for name in ("hour_from", "hour_to") if asked.get(name) not in (None, "")}
        return Selection(
            area=asked["area"].slug if asked.get("area") else "",
            place=tuple(place.pk for place in asked.get("place") or ()),
            category=tuple(category.code for category in asked.get("category") or ()),
            organisation=asked["organisation"].pk if asked.get("organisation") else None,
            status=asked.get("status") or "",
            location=asked.get("location") or "",
            since=asked.get("since"),
            until=asked.get("until"),
            weekday=tuple(asked.get("weekday") or ()),
            hour_from=hours.get("hour_from"),
            hour_to=hours.get("hour_to"),
        )

    def filter_queryset(self, rows: IncidentQuerySet) -> IncidentQuerySet:
        asked = self.form.cleaned_data
        if asked.get("mine") == "true":
            rows = rows.filter(reporter=self.user)
        if asked.get("batch"):
            rows = rows.filter(import_batch=asked["batch"])
        return self.selection.within(self.collaborations).rows(rows)


def organisations_shown_to(user: Any, collaborations: list[int]) -> QuerySet[Organisation]:
    """The organisations whose rows the user may tell apart: the own ones, and for whoever reviews everybody's."""
    mine = [m for m in user.active_memberships if m.collaboration_id in collaborations]
    return Organisation.objects.filter(
        Q(pk__in=[m.organisation_id for m in mine])
        | Q(collaboration_id__in=[m.collaboration_id for m in mine if m.role in SEE_EVERYTHING])
    )


def filter_for(user: Any, collaboration: Collaboration, parameters: Mapping[str, Any] | None) -> IncidentFilter:
    """The filters of an address bound to the rows the user may see; `.form` shows them, `.qs` is the answer."""
    rows = Incident.objects.visible_to(user).filter(collaboration=collaboration)
    return IncidentFilter(parameters or {}, rows, user=user, collaborations=[collaboration.pk])


def incidents_for(user: Any, collaboration: Collaboration, parameters: Mapping[str, Any] | None) -> IncidentQuerySet:
    """The reports of one collaboration that the user may see and asks for: list, count, map, file and API use this.

    A filter that cannot be understood raises ValidationError: it must never silently widen what is shown.
    """
    chosen = filter_for(user, collaboration, parameters)
    if not chosen.is_valid():
        raise ValidationError(chosen.errors.as_data())
    return chosen.qs


def shown_form(chosen: IncidentFilter) -> forms.Form:
    """The filters as a page shows them: categories under their groups, and no field where there is no choice."""
    form = chosen.form
    category = form.fields["category"]
    choices: list[tuple[str, Any]] = []
    for group, rows in _grouped(list(category.queryset)):
        if group is None:
            choices += [(row.code, str(row)) for row in rows]
        else:
            whole = gettext("All of %(group)s") % {"group": group}
            choices.append((str(group), [(group.code, whole), *[(row.code, str(row)) for row in rows]]))
    # The widget alone: the field goes on checking against the categories themselves.
    category.widget.choices = choices
    if form.fields["organisation"].queryset.count() < 2:
        del form.fields["organisation"]
    if not form["batch"].value():
        del form.fields["batch"]
    for name in SEVERAL:
        said = form[name].value() or []
        form.fields[name].number_chosen = 1 if isinstance(said, str) else len([one for one in said if one])
    form.order_fields(ASKED_FIRST)
    for bound in form:
        # The help is for those who write programs, and every filter may be left out without saying so. The bound field
        # keeps a help of its own from when the form was checked.
        bound.help_text = bound.field.help_text = ""
        bound.field.required = True
    form.use_required_attribute = False
    return form


def _grouped(categories: list[Category]) -> list[tuple[Category | None, list[Category]]]:
    """Categories under their headings, in the tree's order; those without a heading come last, under None."""
    below: dict[int, list[Category]] = {}
    for row in categories:
        if row.parent_id is not None:
            below.setdefault(row.parent_id, []).append(row)
    alone = [row for row in categories if row.parent_id is None and row.pk not in below]
    groups: list[tuple[Category | None, list[Category]]] = [
        (row, below[row.pk]) for row in categories if row.pk in below
    ]
    return [*groups, (None, alone)] if alone else groups


def waiting_for(user: Any, collaboration: Collaboration) -> dict[str, Any]:
    """What waits for this person among the reports: to review (None for who does not), to answer, and any of their own.

    Counted in the database and no further than a list is.
    """
    visible = Incident.objects.visible_to(user).filter(collaboration=collaboration)
    own = visible.filter(reporter=user)
    reviews = user.has_role(collaboration, MAY_REVIEW)
    return {
        "to_review": count_up_to(visible.filter(status=Status.SUBMITTED))[0] if reviews else None,
        "to_answer": count_up_to(own.filter(status=Status.RETURNED))[0],
        "has_own": own.exists(),
    }


def next_to_review(user: Any, incident: Incident) -> int | None:
    """The report that has waited longest for a review, apart from this one."""
    visible = Incident.objects.visible_to(user).filter(collaboration_id=incident.collaboration_id)
    waiting = visible.filter(status=Status.SUBMITTED).exclude(pk=incident.pk)
    return waiting.order_by("occurred_on", "pk").values_list("pk", flat=True).first()


def counted_with(user: Any, incident: Incident) -> list[Incident]:
    """The reports that are counted together with this one, or the one it is counted with."""
    rows = Incident.objects.visible_to(user).select_related(*WITH_ROW)
    if incident.merged_into_id is not None:
        return list(rows.filter(pk=incident.merged_into_id))
    return list(rows.filter(merged_into=incident).order_by("pk"))


# --- Pages ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, latest first, and the marks of the pages beside it."""

    rows: list[Incident]
    previous: str
    next: str


class BadCursor(ValueError):
    """A page mark that nobody has given out."""


def page_of(rows: IncidentQuerySet, cursor: str = "", *, size: int = PAGE_SIZE) -> Page:
    """The page at a mark. It costs the same however far down it lies, and new reports do not move it."""
    is_backwards, day, pk = _read_cursor(cursor)
    rows = rows.select_related(*WITH_ROW)
    if is_backwards:
        found = list(rows.filter(_before(day, pk)).order_by("occurred_on", "pk")[: size + 1])
        has_previous, has_next = len(found) > size, True
        shown = found[:size][::-1]
    else:
        if day is not None:
            rows = rows.filter(_after(day, pk))
        found = list(rows.order_by("-occurred_on", "-pk")[: size + 1])
        has_previous, has_next = day is not None, len(found) > size
        shown = found[:size]
    return Page(
        shown,
        previous=_mark("b", shown[0]) if has_previous and shown else "",
        next=_mark("a", shown[-1]) if has_next and shown else "",
    )


def count_up_to(rows: IncidentQuerySet, limit: int = COUNT_UP_TO) -> tuple[int, bool]:
    """How many rows there are, and whether there are more than the limit (then the limit is the number)."""
    found = rows.order_by()[: limit + 1].count()
    return min(found, limit), found > limit


def with_photos(rows: IncidentQuerySet) -> IncidentQuerySet:
    """The same rows, each with the number of its approved photos."""
    approved = Photo.objects.filter(incident=OuterRef("pk"), status=Photo.Status.APPROVED).order_by()
    number = approved.values("incident").annotate(number=Count("pk")).values("number")
    return rows.annotate(approved_photos=Coalesce(Subquery(number), 0))


def _after(day: dt.date | None, pk: int) -> Q:
    # The first condition alone lets the index find the beginning.
    return Q(occurred_on__lte=day) & (Q(occurred_on__lt=day) | Q(pk__lt=pk))


def _before(day: dt.date | None, pk: int) -> Q:
    return Q(occurred_on__gte=day) & (Q(occurred_on__gt=day) | Q(pk__gt=pk))


def _mark(direction: str, row: Incident) -> str:
    return f"{direction}{row.occurred_on:%Y%m%d}-{row.pk}"


def _read_cursor(cursor: str) -> tuple[bool, dt.date | None, int]:
    if not cursor:
        return False, None, 0
    direction, (day, _dash, pk) = cursor[0], cursor[1:].partition("-")
    if direction not in "ab" or len(day) != 8 or not (day + pk).isascii() or not day.isdigit() or not pk.isdigit():
        raise BadCursor(cursor)
    try:
        moment = dt.datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007  a day, not a moment
    except ValueError as error:
        raise BadCursor(cursor) from error
    if len(pk) > 19 or int(pk) > 2**63 - 1:
        raise BadCursor(cursor)
    return direction == "b", moment, int(pk)


# --- The map ----------------------------------------------------------------------------------------------------------


def drawn(rows: IncidentQuerySet, *, limit: int = MAP_LIMIT) -> tuple[list[Incident], bool]:
    """The latest rows that a map can show, and whether there are more. Rows outside the areas are never drawn."""
    # Two thousand rows name the same few categories, areas and places: joined, each would be made two thousand times.
    found = list(
        rows.filter(location=Incident.Location.PLACED)
        .select_related(None)
        .prefetch_related("category", "area", "place")
        .only(*DRAWN)
        .order_by("-occurred_on", "-pk")[: limit + 1]
    )
    return found[:limit], len(found) > limit


# --- Places around a point --------------------------------------------------------------------------------------------


def bounds_of(collaboration: Collaboration) -> tuple[float, float, float, float] | None:
    """The box of the reporting areas: where a map for a new report begins."""
    polygons = index_of(collaboration).polygons
    if not len(polygons):
        return collaboration.extent
    west, south, east, north = shapely.total_bounds(polygons).tolist()
    return west, south, east, north


def nearest_place(
    collaboration: Collaboration, lon: float | None, lat: float | None, *, within_m: float = 400
) -> tuple[Place, float] | None:
    """The nearest named place and its distance in metres, to read a point back in words."""
    if lon is None or lat is None:
        return None
    north_south = within_m / METRES_PER_DEGREE
    east_west = north_south / max(math.cos(math.radians(lat)), 0.01)
    close = Place.objects.filter(
        collaboration=collaboration,
        is_active=True,
        lon__range=(lon - east_west, lon + east_west),
        lat__range=(lat - north_south, lat + north_south),
    )
    found = [(place, _distance_m(lon, lat, place.lon, place.lat)) for place in close]
    found = [pair for pair in found if pair[1] <= within_m]
    return min(found, key=lambda pair: pair[1]) if found else None


def _distance_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    # Flat is exact enough for a few hundred metres.
    x = (other_lon - lon) * METRES_PER_DEGREE * math.cos(math.radians(lat))
    y = (other_lat - lat) * METRES_PER_DEGREE
    return math.hypot(x, y)


# --- Categories -------------------------------------------------------------------------------------------------------


def most_used_categories(user: Any, collaboration: Collaboration, *, today: dt.date, limit: int = 6) -> list[int]:
    """What the user's own organisations have reported most in three months: the first tiles of the entry form."""
    organisations = [membership.organisation_id for membership in user.memberships_in(collaboration)]
    used = (
        Incident.objects.filter(
            organisation_id__in=organisations,
            collaboration=collaboration,
            occurred_on__gt=today - dt.timedelta(days=90),
            occurred_on__lte=today,
        )
        .exclude(status=Status.DRAFT)
        .order_by()
        .values_list("category_id")
        .annotate(times=Count("pk"))
        .order_by("-times", "category_id")
    )
    return [category_id for category_id, _times in used[:limit]]


def recent_places(user: Any, collaboration: Collaboration, *, today: dt.date, limit: int = 6) -> list[int]:
    """The named places to offer first: where the user reported last, then where the own organisation did.

    What colleagues report under sensitive categories names no place to the others.
    """
    organisations = [membership.organisation_id for membership in user.memberships_in(collaboration)]
    used = (
        Incident.objects.filter(
            Q(reporter=user) | Q(category__is_sensitive=False),
            organisation_id__in=organisations,
            collaboration=collaboration,
            occurred_on__gt=today - dt.timedelta(days=90),
            occurred_on__lte=today,
            place__is_active=True,
        )
        .exclude(status=Status.DRAFT)
        .order_by()
        .values_list("place_id")
        .annotate(own=Max("occurred_on", filter=Q(reporter=user)), latest=Max("occurred_on"))
        .order_by(F("own").desc(nulls_last=True), "-latest", "place_id")
    )
    return [place_id for place_id, _own, _latest in used[:limit]]


def category_tree(collaboration: Collaboration, *, today: dt.date) -> list[dict[str, Any]]:
    """The categories under their headings, each with whether it is in use today."""
    rows = list(Category.objects.filter(collaboration=collaboration))
    return [
        {
            "group": group,
            "rows": [
                {
                    "category": row,
                    "is_closed": row.valid_to is not None and row.valid_to <= today,
                    "closes": row.valid_to if row.valid_to is not None and row.valid_to > today else None,
                    "begins": row.valid_from if row.valid_from > today else None,
                }
                for row in below
            ],
        }
        for group, below in _grouped(rows)
    ]


def is_used(category: Category) -> bool:
    """Whether the category has reports or stands over others, and so cannot be deleted."""
    return Incident.objects.filter(category=category).exists() or category.children.exists()
