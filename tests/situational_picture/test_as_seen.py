"""What is published is what somebody has seen, what has come since is counted as the figures were, and who may know."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from analysis.periods import containing, periods_between
from common.errors import NotPossible
from incidents.models import Incident
from situational_picture import actions, building, queries
from situational_picture.models import Picture
from situational_picture.writing import Section, Written
from tests import factories as make
from tests.situational_picture.test_coverage import doubled, page  # noqa: F401  the fixture is asked for by name


@pytest.fixture
def draft(world):
    building.rebuild_area(world.west, today=timezone.localdate())
    return Picture.objects.get(
        area=world.west,
        version=0,
        period_kind="week",
        period_start=containing(timezone.localdate() - dt.timedelta(days=3), "week").start,
    )


def new_report(world, draft):
    at = timezone.make_aware(dt.datetime.combine(draft.period_start, dt.time(12)))
    return make.IncidentFactory(organisation=world.housing, area=world.west, category=world.vandalism, at=at)


def publish(client, world, draft, **fields):
    client.force_login(world.people["coordinator"])
    return client.post(reverse("picture_publish", args=["ekstad", "vaster"]), {"period": draft.period.code, **fields})


def test_figures_computed_anew_while_somebody_read_are_not_published_unseen(client, world, draft):
    client.force_login(world.people["coordinator"])
    shown = client.get(reverse("picture", args=["ekstad", "vaster"]), {"period": draft.period.code})
    seen = f'name="figures" value="{draft.data_fingerprint}"'
    assert seen in shown.content.decode()
    new_report(world, draft)
    building.rebuild_area(world.west, today=timezone.localdate())
    publish(client, world, draft, figures=draft.data_fingerprint)
    assert not Picture.objects.filter(version__gt=0).exists()
    draft.refresh_from_db()
    publish(client, world, draft, figures=draft.data_fingerprint)
    assert Picture.objects.get(version=1).data_fingerprint == draft.data_fingerprint


def test_figures_computed_anew_with_the_same_reports_are_what_was_seen(client, world, draft):
    building.rebuild_area(world.west, today=timezone.localdate())
    publish(client, world, draft, figures=draft.data_fingerprint)
    assert Picture.objects.filter(version=1).exists()


def test_what_is_known_to_the_month_is_no_change_of_the_week_it_begins_in(client, world):
    """A figure of the police for the month stands on its first day, and in no week's figures."""
    Incident.objects.all().delete()
    first = (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    at = timezone.make_aware(dt.datetime.combine(first, dt.time()))
    given = {"organisation": world.housing, "area": world.west, "category": world.vandalism, "at": at}
    for _number in range(3):
        make.IncidentFactory(**given, time_precision="month")
    make.IncidentFactory(**given)
    data = building.AreaData(world.west, timezone.localdate())
    published = actions.publish_picture(
        by=world.people["coordinator"], picture=building.build_picture(data, containing(first, "week"))
    )
    assert published.figures["total"]["count"] == 1
    make.IncidentFactory(**given)
    client.force_login(world.people["coordinator"])
    shown = client.get(reverse("picture", args=["ekstad", "vaster"]), {"period": published.period.code, "version": 1})
    assert [row["difference"] for row in shown.context["changed_since"]] == ["+1"]


@pytest.mark.parametrize("kind", ["week", "month", "tertial"])
def test_the_difference_is_nothing_for_the_reports_that_were_counted(world, kind):
    period = containing(timezone.localdate() - dt.timedelta(days=3), kind)
    for precision in ("exact", "day", "month"):
        at = timezone.make_aware(dt.datetime.combine(period.start, dt.time()))
        make.IncidentFactory(
            organisation=world.housing, area=world.west, category=world.vandalism, at=at, time_precision=precision
        )
    for month in periods_between(period.start, timezone.localdate(), "month"):
        # A month without any report would be one that is missing.
        at = timezone.make_aware(dt.datetime.combine(month.start, dt.time()))
        make.IncidentFactory(organisation=world.housing, area=world.west, category=world.drugs, at=at)
    figures = building.AreaData(world.west, timezone.localdate()).figures_for(period)
    counted = {row["category"]: row["count"] for row in figures["categories"] if row["count"]}
    assert queries.counts_by_category(world.west, period) == counted


def test_where_nothing_was_known_there_is_no_number_to_differ_from(client, world):
    Incident.objects.all().delete()
    month = containing(timezone.localdate(), "month").previous().previous()
    given = {"organisation": world.housing, "area": world.west, "category": world.vandalism}

    def new(period):
        at = timezone.make_aware(dt.datetime.combine(period.start, dt.time(12)))
        return make.IncidentFactory(**given, at=at)

    new(month.previous())
    new(month.next())
    data = building.AreaData(world.west, timezone.localdate())
    published = actions.publish_picture(by=world.people["coordinator"], picture=building.build_picture(data, month))
    assert published.figures["total"]["count"] is None
    new(month)
    client.force_login(world.people["coordinator"])
    shown = client.get(reverse("picture", args=["ekstad", "vaster"]), {"period": published.period.code, "version": 1})
    assert shown.context["changed_since"] == []


# --- Who has reported -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "reads"), [("coordinator", True), ("police", False), ("security_lead", False)])
def test_which_units_have_answered_is_for_those_who_compile(client, doubled, who, reads):  # noqa: F811
    answer = page(client, doubled, who, panel="constant")
    assert answer.context["is_panel"]
    assert ("Bostadsbolaget: Distrikt Väst" in answer.content.decode()) == reads


# --- Selections -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["category=Anna%20Andersson%20850101", "place=999999999", "organisation=Sven", "status=approved&since=igår"],
)
def test_a_selection_the_list_does_not_understand_is_not_kept(world, draft, query):
    written = Written(sections={"places": Section("Centrum.", "Namn", query)})
    with pytest.raises(NotPossible) as refusal:
        actions.write_picture(
            by=world.people["coordinator"], picture=draft, written=written, text_version=draft.text_version
        )
    assert list(refusal.value.error_dict) == ["selection_address_places"]
    draft.refresh_from_db()
    assert not draft.has_text


def test_what_lies_in_another_collaboration_is_no_selection(world, draft):
    foreign = make.PlaceFactory(collaboration=world.elsewhere)
    for query in (f"place={foreign.pk}", f"area={world.far.slug}", f"organisation={world.foreign.pk}"):
        with pytest.raises(NotPossible):
            actions.write_picture(
                by=world.people["coordinator"],
                picture=draft,
                written=Written(sections={"places": Section("Centrum.", "Namn", query)}),
                text_version=draft.text_version,
            )


def test_a_pasted_address_that_is_not_understood_is_said_under_its_field_and_asks_nobody_to_confirm(
    client, world, draft
):
    rows = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "0"}
    lists = {f"{prefix}-{name}": value for prefix in ("coming", "priority") for name, value in rows.items()}
    client.force_login(world.people["coordinator"])
    answer = client.post(
        reverse("picture_write", args=["ekstad", "vaster"]),
        {
            "period": draft.period.code, "text_version": "0", **lists, "section_places": "Centrum.",
            "selection_address_places": "http://x/ekstad/incidents/?category=Anna%20Andersson",
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert answer.context["form"].errors["selection_address_places"]
    assert not answer.context["writing"].asks_to_confirm


def test_a_selection_that_stands_there_stays_though_its_place_is_gone(world, draft):
    place = make.PlaceFactory(collaboration=world.here)
    written = Written(sections={"places": Section("Centrum.", "Namn", f"place={place.pk}")})
    by = world.people["coordinator"]
    saved = actions.write_picture(by=by, picture=draft, written=written, text_version=0)
    place.delete()
    more = Written(assessment="Lugnt.", sections=written.sections)
    assert actions.write_picture(by=by, picture=saved, written=more, text_version=1).text_version == 2
