"""Who gets what at the addresses of indicators: read by those who act and lead, kept by those who compile."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests import factories as make
from tests.promises.access_rows import Row, everybody, here, only, seen_by
from tests.world import World

# Whoever reads indicators; the others who take part are told why not.
READERS = ("security_lead", "police", "other_housing", "coordinator", "council")


def _indicator(world: World) -> None:
    world.indicator = make.IndicatorFactory(collaboration=world.here, area=world.west)
    world.value = make.IndicatorValueFactory(indicator=world.indicator)


def _one(world: World) -> list[Any]:
    return [world.indicator.number]


def _value(world: World) -> list[Any]:
    return [world.indicator.number, world.value.pk]


# Whoever may look at some place; a place outside the own areas is not among those to choose.
COUNTERS = ("reporter", "security_lead", "police", "other_housing", "coordinator")
_UNCOVERED = {"reporter": 422, "other_housing": 422}


def _count(world: World) -> dict[str, Any]:
    return {
        "client_uuid": "4a1f1c1e-6f0a-4d5e-9b61-0c6d8d1f2a3b", "place": world.square.pk, "people": "12",
        "counted_on": str(timezone.localdate() - dt.timedelta(days=1)), "hour": "17", "minutes": "15",
    }  # fmt: skip


def _counted(world: World) -> None:
    world.count = make.PlaceCountFactory(place=world.square, organisation=world.housing)


def _batch(world: World) -> None:
    world.batch = make.IndicatorBatchFactory(collaboration=world.here)


def _file(world: World) -> dict[str, Any]:
    table = "Indikator;Slag;Källa;Nivå;Var;Period;Värde\nKlottersanering;kostnad;Kommunen;kommun;Ekstad;2025;120000\n"
    return {
        "file": SimpleUploadedFile("kostnader.csv", table.encode()), "layout": "table", "dated_on": "2026-01-10",
    }  # fmt: skip


def _said(world: World) -> dict[str, Any]:
    return {
        "name": "Trygga på kvällen", "kind": "survey", "source": "Kommunens enkät", "level": "area",
        "area": world.west.pk, "better": "higher", "row_version": "0",
    }  # fmt: skip


PURPOSE = {"purpose": "meeting", "words": ""}

INDICATORS = {
    "indicator_list": Row(only(*READERS), before=_indicator),
    "indicator_new": Row(only("coordinator")),
    "indicator_new POST": Row(only("coordinator", code=302), method="post", body=_said),
    "place_count_new": Row({**here(403), **dict.fromkeys(COUNTERS, 200)}),
    "place_count_new POST": Row(
        {**here(403), **dict.fromkeys(("security_lead", "police", "coordinator"), 302), **_UNCOVERED},
        method="post",
        body=_count,
    ),
    "place_counts": Row(only("reporter", *READERS), lambda world: [world.square.pk]),
    "place_count_take_back": Row(
        only("security_lead", "reporter", "coordinator", code=302),
        lambda world: [world.square.pk, world.count.pk],
        method="post",
        before=_counted,
    ),
    "indicator_import": Row(only("coordinator")),
    "indicator_import POST": Row(only("coordinator"), method="post", body=_file),
    "indicator_batch_undo": Row(
        only("coordinator", code=302), lambda world: [world.batch.pk], method="post", before=_batch
    ),
    "indicator_compare": Row(only(*READERS), before=_indicator),
    "indicator": Row(only(*READERS), _one, before=_indicator),
    "indicator_change": Row(only("coordinator"), _one, before=_indicator),
    "indicator_change POST": Row(only("coordinator", code=302), _one, method="post", body=_said, before=_indicator),
    "indicator_remove": Row(only("coordinator", code=302), _one, method="post", before=_indicator),
    "indicator_value_new": Row(only("coordinator"), _one, before=_indicator),
    "indicator_value_new POST": Row(
        only("coordinator", code=302),
        _one,
        method="post",
        body=lambda world: {
            "period_from": "2024-01-01", "period_to": "2024-12-31", "successes": "80", "n": "200",
            "design_effect": "1.4",
        },
        before=_indicator,
    ),
    "indicator_value_withdraw": Row(only("coordinator", code=302), _value, method="post", before=_indicator),
    "indicator_export": Row(only(*READERS), _one, before=_indicator),
    "api-indicator-list": Row(everybody(), is_outside=True, is_api=True),
    "api-indicator": Row(
        seen_by(*READERS), before=_indicator, is_outside=True, is_api=True, args=lambda world: [world.indicator.pk]
    ),
    "api-place-count-list": Row(everybody(), is_outside=True, is_api=True),
    # At a place of the own organisation or in an area it covers.
    "api-place-count-list POST": Row(
        {**here(403), **dict.fromkeys(COUNTERS, 201), "reporter": 403, "other_housing": 403},
        is_outside=True, is_api=True, method="post", body=_count,
    ),
    "indicator_export POST": Row(
        only(*READERS), _one, method="post", body=lambda world: PURPOSE, before=_indicator
    ),
}  # fmt: skip
