"""Who gets what at every address: `ACCESS[route][persona]`, with a method and a valid body for each route.

A new route needs a row here, or `test_access.py` fails. A route that takes both GET and POST has two rows, the second
one called "<route> POST". `anonymous` and `deactivated` stand in no row: they get the sign-in page, in the API 401,
everywhere but on the routes in PUBLIC.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from typing import Any

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from areas.models import SafetyInspection
from cause_analysis.models import Criterion, Problem, State
from incidents.coverage import deadlines
from incidents.coverage.forms import RhythmForm
from incidents.models import ImportBatch, Photo, Status
from incidents.reviewing.marks import row_mark
from incidents.rules import state_of
from partners import log_samples, looks
from partners.models import Organisation
from partners.roles import Role
from situational_picture import building
from situational_picture.actions import publish_picture
from situational_picture.models import Picture
from tests import factories as make
from tests.promises.access_commitments import COMMITMENTS
from tests.promises.access_council import COUNCIL
from tests.promises.access_escalations import ESCALATIONS
from tests.promises.access_evaluations import EVALUATIONS
from tests.promises.access_goals import GOALS
from tests.promises.access_indicators import INDICATORS
from tests.promises.access_law import LAW
from tests.promises.access_library import LIBRARY
from tests.promises.access_measures import MEASURES
from tests.promises.access_meetings import MEETINGS
from tests.promises.access_packs import PACKS
from tests.promises.access_papers import PAPERS
from tests.promises.access_plans import PLANS
from tests.promises.access_progress import PROGRESS
from tests.promises.access_promises import OPEN_TO_ALL, PROMISES
from tests.promises.access_rows import Row, everybody, here, only, seen_by
from tests.promises.access_work import WORK
from tests.world import World


def _membership(world: World, who: str) -> Any:
    return world.people[who].memberships.get()


def _look(world: World) -> None:
    make.LookFactory(collaboration=world.here, file=looks.store(make.drawn_photo(300, 100)))


def _group(world: World) -> None:
    world.group = make.GroupFactory(collaboration=world.here, name="Beredningsgruppen")
    world.seat = make.GroupMemberFactory(group=world.group, membership=_membership(world, "police"))


def _token(world: World) -> None:
    membership = make.MembershipFactory(
        organisation=world.housing, role=Role.SECURITY_LEAD, user=make.UserFactory(is_service=True)
    )
    world.token = make.ApiTokenFactory(membership=membership)


def _closed_account(world: World) -> None:
    world.closed = make.UserFactory(is_active=False)
    make.MembershipFactory(user=world.closed, organisation=world.housing, role=Role.REPORTER)


def _month_of_log(world: World) -> None:
    """A month that has ended, with lines and the seal of its last day."""
    world.log_month = log_samples.month_of(timezone.localdate().replace(day=1) - dt.timedelta(days=1))
    last_day = log_samples.next_month(world.log_month) - dt.timedelta(days=1)
    with time_machine.travel(dt.datetime.combine(last_day, dt.time(12), tzinfo=dt.UTC), tick=False):
        make.EventFactory(collaboration_id=world.here.pk)
    make.DaySealFactory(day=last_day)


def _hold(world: World) -> None:
    world.hold = make.LegalHoldFactory(collaboration=world.here)


# What every file asks for.
PURPOSE = {"purpose": "meeting", "words": ""}
ROLE = {"role": Role.ANALYST, "unit": "", "valid_to": ""}

PARTNERS: dict[str, Row] = {
    "people": Row(here()),
    "person_new": Row(only("administrator")),
    "person_new POST": Row(
        only("administrator", code=302),
        method="post",
        body=lambda world: {
            "email": "ny@example.org",
            "function": "väktare",
            "name": "",
            "organisation": world.housing.pk,
            **ROLE,
            "unit": world.unit.pk,
        },
    ),
    "person_detail": Row(
        seen_by("reporter", "security_lead", "administrator"), args=lambda world: [world.people["reporter"].pk]
    ),
    "person_change": Row(
        {**seen_by("administrator"), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.people["reporter"].pk],
    ),
    "person_change POST": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.people["reporter"].pk],
        method="post",
        body=lambda world: {"function": "fastighetsskötare", "name": "Kim"},
    ),
    "person_deactivate": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.people["reporter"].pk],
        method="post",
    ),
    "person_reactivate": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        before=_closed_account,
        args=lambda world: [world.closed.pk],
        method="post",
    ),
    "role_new": Row(
        {**seen_by("administrator"), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.people["reporter"].pk],
    ),
    "role_new POST": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.people["reporter"].pk],
        method="post",
        body=lambda world: {"organisation": world.housing.pk, **ROLE},
    ),
    "role_change": Row(
        {**seen_by("administrator"), "reporter": 403, "security_lead": 403},
        args=lambda world: [_membership(world, "reporter").pk],
    ),
    "role_change POST": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [_membership(world, "reporter").pk],
        method="post",
        body=lambda world: ROLE,
    ),
    "role_end": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [_membership(world, "reporter").pk],
        method="post",
    ),
    "invitation_send": Row(
        {**seen_by("administrator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [_membership(world, "reporter").pk],
        method="post",
    ),
    "role_areas": Row(
        {**seen_by("administrator"), "security_lead": 403, "reporter": 403},
        args=lambda world: [_membership(world, "security_lead").pk],
    ),
    "role_areas POST": Row(
        {**seen_by("administrator", code=302), "security_lead": 403, "reporter": 403},
        args=lambda world: [_membership(world, "security_lead").pk],
        method="post",
        body=lambda world: {"areas": [world.west.pk, world.east.pk]},
    ),
    "group_areas": Row(only("coordinator", "administrator"), before=_group, args=lambda world: [world.group.pk]),
    "group_areas POST": Row(
        only("coordinator", "administrator", code=302),
        before=_group,
        args=lambda world: [world.group.pk],
        method="post",
        body=lambda world: {"areas": [world.west.pk]},
    ),
    "organisation_list": Row(here()),
    "organisation_new": Row(only("administrator")),
    "organisation_new POST": Row(
        only("administrator", code=302),
        method="post",
        body=lambda world: {"name": "Räddningstjänsten", "kind": Organisation.Kind.RESCUE},
    ),
    "organisation_change": Row(only("administrator"), args=lambda world: [world.housing.pk]),
    "organisation_change POST": Row(
        only("administrator", code=302),
        args=lambda world: [world.housing.pk],
        method="post",
        body=lambda world: {"name": "Bostadsbolaget", "kind": Organisation.Kind.HOUSING, "is_active": "on"},
    ),
    "organisation_sharing": Row(only("security_lead"), args=lambda world: [world.housing.pk]),
    "organisation_sharing POST": Row(
        only("security_lead", code=302),
        args=lambda world: [world.housing.pk],
        method="post",
        body=lambda world: {"sharing": Organisation.Sharing.COUNTS},
    ),
    "organisation_trust": Row(only("coordinator", "administrator"), args=lambda world: [world.housing.pk]),
    "organisation_trust POST": Row(
        only("coordinator", "administrator", code=302),
        args=lambda world: [world.housing.pk],
        method="post",
        body=lambda world: {"is_trusted": "on"},
    ),
    "unit_new": Row(only("administrator"), args=lambda world: [world.housing.pk]),
    "unit_new POST": Row(
        only("administrator", code=302),
        args=lambda world: [world.housing.pk],
        method="post",
        body=lambda world: {"name": "Distrikt Öst"},
    ),
    "unit_change": Row(only("administrator"), args=lambda world: [world.unit.pk]),
    "unit_change POST": Row(
        only("administrator", code=302),
        args=lambda world: [world.unit.pk],
        method="post",
        body=lambda world: {"name": "Distrikt Norr", "is_active": "on"},
    ),
    "group_list": Row(here()),
    "look": Row(only("coordinator", "administrator")),
    "look POST": Row(
        only("coordinator", "administrator", code=302),
        method="post",
        body=lambda world: {"accent": "#8f1f38", "header": "Ekstads kommun"},
    ),
    "look_remove": Row(
        only("coordinator", "administrator", code=302), method="post", before=_look, body=lambda world: {}
    ),
    "look_logotype": Row(only("coordinator", "administrator"), before=_look),
    "look_preview": Row(only("coordinator", "administrator"), before=_look),
    "group_new": Row(only("coordinator", "administrator")),
    "group_new POST": Row(
        only("coordinator", "administrator", code=302),
        method="post",
        body=lambda world: {"name": "Chefsamrådet", "kind": "management_council", "level": "strategic"},
    ),
    "group_detail": Row(here(), before=_group, args=lambda world: [world.group.pk]),
    "group_change": Row(only("coordinator", "administrator"), before=_group, args=lambda world: [world.group.pk]),
    "group_change POST": Row(
        only("coordinator", "administrator", code=302),
        before=_group,
        args=lambda world: [world.group.pk],
        method="post",
        body=lambda world: {
            "name": "Beredningen",
            "kind": "preparatory_group",
            "level": "operative",
            "is_active": "on",
        },
    ),
    "seat_new": Row(only("coordinator", "administrator"), before=_group, args=lambda world: [world.group.pk]),
    "seat_new POST": Row(
        only("coordinator", "administrator", code=302),
        before=_group,
        args=lambda world: [world.group.pk],
        method="post",
        body=lambda world: {
            "membership": _membership(world, "security_lead").pk,
            "deputy": "",
            "valid_from": "2026-01-01",
            "valid_to": "",
        },
    ),
    "seat_end": Row(
        only("coordinator", "administrator", code=302),
        before=_group,
        args=lambda world: [world.seat.pk],
        method="post",
    ),
    "token_list": Row(only("administrator"), before=_token),
    "token_new": Row(only("administrator")),
    # The key is shown at once on the page that answers, so success is 200.
    "token_new POST": Row(
        only("administrator"),
        method="post",
        body=lambda world: {
            "name": "ärendesystemet",
            "organisation": world.housing.pk,
            "role": Role.REPORTER,
            "expires_on": "2027-06-01",
        },
    ),
    "token_revoke": Row(
        only("administrator", code=302), before=_token, args=lambda world: [world.token.pk], method="post"
    ),
    "log": Row(only("data_protection", "administrator")),
    "log_export": Row(only("data_protection", "administrator")),
    "log_export POST": Row(only("data_protection", "administrator"), method="post", body=lambda world: PURPOSE),
    "log_months": Row(only("data_protection", "administrator")),
    "log_sample": Row(
        only("data_protection", "administrator"),
        before=_month_of_log,
        args=lambda world: [f"{world.log_month:%Y-%m}"],
    ),
    "log_sample POST": Row(
        only("data_protection", code=302),
        before=_month_of_log,
        args=lambda world: [f"{world.log_month:%Y-%m}"],
        method="post",
        body=lambda world: {"finding": "nothing", "note": "", "seen": ""},
    ),
    "retention": Row(only("data_protection", "administrator")),
    "retention_rule": Row(only("data_protection", "administrator"), args=lambda world: ["texts"]),
    "retention_rule POST": Row(
        only("data_protection", "administrator", code=302),
        args=lambda world: ["texts"],
        method="post",
        body=lambda world: {"days": 300, "reason": "Arkivmyndighetens beslut 2026-11"},
    ),
    "retention_run": Row(only("data_protection", "administrator", code=302), method="post"),
    "hold_new": Row(only("data_protection", "administrator")),
    "hold_new POST": Row(
        only("data_protection", "administrator", code=302),
        method="post",
        body=lambda world: {
            "about": f"area:{world.west.pk}",
            "reason": "Begäran 47/2026",
            "ends_on": f"{timezone.localdate():%Y-%m-%d}",
        },
    ),
    "hold_lift": Row(
        {**seen_by("data_protection", "administrator", code=302)},
        before=_hold,
        args=lambda world: [world.hold.pk],
        method="post",
    ),
    "my_access": Row(here()),
}

PLATFORM: dict[str, Row] = {
    "start": Row(everybody(302), is_outside=True),
    "health": Row(everybody(), is_outside=True),
    "ready": Row(everybody(), is_outside=True),
    "manifest": Row(everybody(), is_outside=True),
    "service_worker": Row(everybody(), is_outside=True),
    "offline": Row(everybody(), is_outside=True),
    "account": Row(everybody(), is_outside=True),
    "account_email": Row(everybody(403), is_outside=True),
    "set_language": Row(everybody(302), is_outside=True, method="post", body=lambda world: {"language": "en"}),
    "gallery": Row(everybody(), is_outside=True),
    "gallery_figure": Row(everybody(), is_outside=True),
    "gallery_map": Row(everybody(), is_outside=True, args=lambda world: ["areas"]),
    "gallery_progress": Row(everybody(), is_outside=True),
    "choose_language": Row(everybody(302), is_outside=True, method="post", body=lambda world: {"language": "en"}),
    "choose_color_scheme": Row(everybody(302), is_outside=True, method="post", body=lambda world: {"scheme": "dark"}),
}

# Roles that read reports, and roles that read pictures.
REPORTERS = ("reporter", "security_lead", "police", "other_housing", "coordinator")
READERS = (*REPORTERS, "council")


def _returned(world: World) -> None:
    world.returned = make.IncidentFactory(
        organisation=world.housing,
        reporter=world.people["reporter"],
        status=Status.RETURNED,
        area=world.west,
        category=world.vandalism,
    )


def _closed_category(world: World) -> None:
    world.closed_category = make.CategoryFactory(collaboration=world.here, valid_to=timezone.localdate())


def _unused_category(world: World) -> None:
    world.unused = make.CategoryFactory(collaboration=world.here)


def _report(world: World) -> dict[str, Any]:
    return {
        "category": world.vandalism.pk,
        "place": world.square.pk,
        "occurred_from": f"{timezone.localtime():%Y-%m-%dT00:00}",
        "source_kind": "own",
    }


def _category(world: World) -> dict[str, Any]:
    return {"code": "BRA", "name_sv": "Brand", "kind": "event", "severity": 3, "valid_from": "2020-01-01"}


INCIDENTS: dict[str, Row] = {
    "incident_list": Row(only(*REPORTERS)),
    "incident_export": Row(only(*REPORTERS)),
    "incident_export POST": Row(only(*REPORTERS), method="post", body=lambda world: PURPOSE),
    "incident_map": Row(only(*REPORTERS)),
    "incident_new": Row(only(*REPORTERS)),
    "incident_new POST": Row(only(*REPORTERS, code=302), method="post", body=_report),
    "incident_where": Row(only(*REPORTERS), query="?lon=16.12&lat=58.585"),
    "incident_send": Row(only(*REPORTERS)),
    # Whose report it is stands in a body of JSON, so a form is told that it cannot be read.
    "incident_send POST": Row(only(*REPORTERS, code=400), method="post", body=_report),
    "own_places": Row(only("security_lead", "other_housing")),
    "guard_check": Row(only(*REPORTERS), method="post", body=lambda world: {"text": "Krossad ruta."}),
    "incident_detail": Row(
        seen_by("reporter", "security_lead", "police", "coordinator"), args=lambda world: [world.by_reporter.pk]
    ),
    "incident_point": Row(
        seen_by("reporter", "security_lead", "police", "coordinator"), args=lambda world: [world.by_reporter.pk]
    ),
    "incident_change": Row(
        {**seen_by("reporter", "security_lead"), "coordinator": 403},
        before=_returned,
        args=lambda world: [world.returned.pk],
    ),
    "incident_change POST": Row(
        {**seen_by("reporter", "security_lead", code=302), "coordinator": 403},
        before=_returned,
        args=lambda world: [world.returned.pk],
        method="post",
        body=_report,
    ),
    "incident_receipt": Row(seen_by("reporter", "security_lead"), args=lambda world: [world.by_reporter.pk]),
    "incident_review": Row(
        {**seen_by("coordinator", code=302), "reporter": 403, "security_lead": 403},
        args=lambda world: [world.waiting.pk],
        method="post",
        body=lambda world: {"decision": "approve"},
    ),
    "category_list": Row(here()),
    "category_new": Row(only("coordinator", "administrator")),
    "category_new POST": Row(only("coordinator", "administrator", code=302), method="post", body=_category),
    "category_edit": Row(only("coordinator", "administrator"), args=lambda world: [world.vandalism.pk]),
    "category_edit POST": Row(
        only("coordinator", "administrator", code=302),
        args=lambda world: [world.vandalism.pk],
        method="post",
        body=lambda world: {**_category(world), "code": "SKA"},
    ),
    "category_close": Row(
        only("coordinator", "administrator", code=302),
        args=lambda world: [world.vandalism.pk],
        method="post",
        body=lambda world: {"close-on": f"{timezone.localdate():%Y-%m-%d}"},
    ),
    "category_reopen": Row(
        only("coordinator", "administrator", code=302),
        before=_closed_category,
        args=lambda world: [world.closed_category.pk],
        method="post",
    ),
    "category_delete": Row(
        only("coordinator", "administrator", code=302),
        before=_unused_category,
        args=lambda world: [world.unused.pk],
        method="post",
    ),
}


def _batch(world: World) -> None:
    world.batch = make.ImportBatchFactory(organisation=world.housing, status=ImportBatch.Status.DONE, stored=1)


def _photo(status: Photo.Status) -> Callable[[World], None]:
    def make_photo(world: World) -> None:
        world.photo = make.PhotoFactory(incident=world.by_reporter, status=status)

    return make_photo


def _file_to_import(world: World) -> dict[str, Any]:
    file = SimpleUploadedFile("ärenden.csv", b"Datum;Kategori\n2026-11-03;SKA\n", content_type="text/csv")
    return {"file": file, "profile": "generic", "organisation": world.housing.pk}


IMPORTERS = ("security_lead", "police", "other_housing", "coordinator")

IMPORTS: dict[str, Row] = {
    "import_list": Row(only(*IMPORTERS)),
    "import_new": Row(only(*IMPORTERS)),
    # For the housing company only its own people and the coordinator; from others the form comes back.
    "import_new POST": Row(
        {**only("security_lead", "coordinator", code=302), "police": 422, "other_housing": 422},
        method="post",
        body=_file_to_import,
    ),
    "import_detail": Row(seen_by("security_lead", "coordinator"), before=_batch, args=lambda world: [world.batch.pk]),
    # The batch has been stored, so it is too late to throw it away: the page comes back and says so.
    "import_detail POST": Row(
        seen_by("security_lead", "coordinator", code=302),
        before=_batch,
        args=lambda world: [world.batch.pk],
        method="post",
        body=lambda world: {"action": "discard"},
    ),
    "import_undo": Row(seen_by("security_lead", "coordinator"), before=_batch, args=lambda world: [world.batch.pk]),
    "import_undo POST": Row(
        seen_by("security_lead", "coordinator", code=302),
        before=_batch,
        args=lambda world: [world.batch.pk],
        method="post",
    ),
    "import_report": Row(seen_by("security_lead", "coordinator"), before=_batch, args=lambda world: [world.batch.pk]),
    # Photos of the reporter's own report: until one is approved only the reporter and whoever reviews see it.
    "photo_add": Row(
        # The number of its own is missing, so the reporter's photo is not taken in.
        {**seen_by("reporter", code=400), "security_lead": 403, "police": 403, "coordinator": 403},
        args=lambda world: [world.by_reporter.pk],
        method="post",
    ),
    "photo": Row(
        seen_by("reporter", "security_lead", "coordinator"),
        before=_photo(Photo.Status.APPROVED),
        args=lambda world: [world.by_reporter.pk, world.photo.pk],
    ),
    "photo_decide": Row(
        seen_by("reporter", "coordinator", code=302),
        before=_photo(Photo.Status.WAITING),
        args=lambda world: [world.by_reporter.pk, world.photo.pk],
        method="post",
        body=lambda world: {"decision": "remove"},
    ),
    "photo_queue": Row(only("coordinator"), before=_photo(Photo.Status.WAITING)),
    # The review queue, where an import may wait as well.
    "review_queue": Row(only("coordinator")),
    "review_decide": Row(
        only("coordinator", code=302),
        args=lambda world: [world.waiting.pk],
        method="post",
        body=lambda world: {"decision": "approve", "seen": state_of(world.waiting)},
    ),
    "review_marked": Row(
        only("coordinator", code=302),
        method="post",
        body=lambda world: {"marked": [f"{world.waiting.pk} {state_of(world.waiting)}"]},
    ),
    "review_import": Row(
        only("coordinator", code=302),
        before=_batch,
        args=lambda world: [world.batch.pk],
        method="post",
    ),
    "incident_merge": Row(
        only("coordinator", code=302),
        args=lambda world: [world.by_reporter.pk],
        method="post",
        body=lambda world: {
            "seen": state_of(world.by_reporter),
            "merge-number": world.by_colleague.ref,
            "merge-seen": row_mark(world.by_colleague),
        },
    ),
    "incident_unmerge": Row(
        only("coordinator", code=302),
        args=lambda world: [world.by_reporter.pk],
        method="post",
    ),
}


SHAPE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"NAMN": "Norr"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[16.2, 58.6], [16.24, 58.6], [16.24, 58.63], [16.2, 58.63], [16.2, 58.6]]],
            },
        }
    ],
}


def _area_file(world: World) -> dict[str, Any]:
    file = SimpleUploadedFile("norr.geojson", json.dumps(SHAPE).encode(), content_type="application/geo+json")
    return {"file": file, "source": "prov", "kind": "est_area", "name_property": "NAMN"}


def _place(world: World) -> dict[str, Any]:
    return {"name": "Norra garaget", "kind": "garage", "lon": "16.12", "lat": "58.585", "owner": world.housing.pk}


KEEPS_AREAS = ("coordinator", "administrator")
# The square lies in the area of these; the security lead's own organisation neither owns nor manages it.
KEEPS_PLACE_FILE = ("coordinator", "security_lead", "police")


def _place_file(world: World) -> None:
    world.light = make.PlaceFeatureFactory(place=world.square, organisation=world.housing)
    world.nobody = make.PlaceManagerFactory(place=world.square)


def _seen(world: World) -> dict[str, Any]:
    return {
        "kind": "light", "detail": "", "state": "defect", "note": "Två lampor är släckta.",
        "observed_on": timezone.localdate().isoformat(), "organisation": world.municipality.pk,
    }  # fmt: skip


INSPECT_SOMEWHERE = ("reporter", "security_lead", "police", "other_housing", "coordinator")
# The square lies in the area of these; nobody owns or manages it.
INSPECT_SQUARE = ("security_lead", "police", "coordinator")


def _inspection(world: World) -> None:
    """One that is being filled in by the housing company, a finished one with a photo, and a walk."""
    how = {"place": world.square, "organisation": world.housing}
    world.inspection = make.SafetyInspectionFactory(**how)
    make.InspectionItemFactory(inspection=world.inspection)
    world.inspected = make.SafetyInspectionFactory(**how)
    make.InspectionItemFactory(inspection=world.inspected)
    world.inspection_photo = make.InspectionPhotoFactory(inspection=world.inspected)
    SafetyInspection.objects.filter(pk=world.inspected.pk).update(finished_at=timezone.now())
    world.walk = make.SafetyWalkFactory(area=world.west, organisation=world.housing)


def _looked_at(world: World) -> dict[str, Any]:
    day = timezone.localdate().isoformat()
    return {
        "place": world.square.pk, "inspected_on": day, "row_version": 0, "client_uuid": str(uuid.uuid4()),
        "state-ljus": "defect", "later": "on",
    }  # fmt: skip


INSPECTIONS: dict[str, Row] = {
    "inspection_list": Row(only(*INSPECT_SOMEWHERE), before=_inspection),
    "defect_list": Row(only(*INSPECT_SOMEWHERE), before=_inspection),
    "inspection_new": Row(only(*INSPECT_SOMEWHERE)),
    # A place that somebody may not inspect is not among the choices: the form comes back.
    "inspection_new POST": Row(
        {**only(*INSPECT_SQUARE, code=302), "reporter": 422, "other_housing": 422}, method="post", body=_looked_at
    ),
    "inspection_send": Row(only(*INSPECT_SOMEWHERE)),
    # A form is not what an outbox sends.
    "inspection_send POST": Row(only(*INSPECT_SOMEWHERE, code=400), method="post"),
    "inspection_detail": Row(seen_by(*INSPECT_SQUARE), before=_inspection, args=lambda world: [world.inspected.pk]),
    # Until it is finished it is the organisation's own, and the coordinator's.
    "inspection_fill": Row(
        seen_by("security_lead", "coordinator"), before=_inspection, args=lambda world: [world.inspection.pk]
    ),
    "inspection_fill POST": Row(
        seen_by("security_lead", "coordinator", code=302),
        before=_inspection,
        args=lambda world: [world.inspection.pk],
        method="post",
        body=_looked_at,
    ),
    "inspection_correct": Row(seen_by(*INSPECT_SQUARE), before=_inspection, args=lambda world: [world.inspected.pk]),
    "inspection_correct POST": Row(
        seen_by(*INSPECT_SQUARE, code=302),
        before=_inspection,
        args=lambda world: [world.inspected.pk],
        method="post",
        body=lambda world: {"text": "Lampan satt på grannhuset."},
    ),
    "inspection_drop": Row(
        seen_by("security_lead", "coordinator", code=302),
        before=_inspection,
        args=lambda world: [world.inspection.pk],
        method="post",
    ),
    # The number of its own is missing, so the photo is not taken in.
    "inspection_photo_add": Row(
        seen_by("security_lead", "coordinator", code=400),
        before=_inspection,
        args=lambda world: [world.inspection.pk],
        method="post",
    ),
    "inspection_photo": Row(
        seen_by(*INSPECT_SQUARE),
        before=_inspection,
        args=lambda world: [world.inspected.pk, world.inspection_photo.pk],
    ),
    "inspection_marks": Row(
        seen_by(*INSPECT_SQUARE),
        before=_inspection,
        args=lambda world: [world.inspected.pk, world.inspection_photo.pk],
    ),
    "inspection_marks POST": Row(
        seen_by(*INSPECT_SQUARE, code=302),
        before=_inspection,
        args=lambda world: [world.inspected.pk, world.inspection_photo.pk],
        method="post",
        body=lambda world: {"x": "25", "y": "50", "text": "Trasig lampa"},
    ),
    "inspection_photo_remove": Row(
        {**seen_by("security_lead", "coordinator", code=302), "police": 403},
        before=_inspection,
        args=lambda world: [world.inspected.pk, world.inspection_photo.pk],
        method="post",
    ),
    "walk_new": Row(only("security_lead", "police", "other_housing", "coordinator")),
    # An area that is not one's own is not among the choices.
    "walk_new POST": Row(
        {**only(*INSPECT_SQUARE, code=302), "other_housing": 422},
        method="post",
        body=lambda world: {
            "client_uuid": str(uuid.uuid4()),
            "area": world.west.slug,
            "walked_on": timezone.localdate().isoformat(),
            f"stop-{world.square.pk}": "1",
        },
    ),
    "walk_detail": Row(seen_by(*INSPECT_SQUARE), before=_inspection, args=lambda world: [world.walk.pk]),
    # Nothing is filled in yet: the page comes back and says so.
    "walk_finish": Row(
        seen_by(*INSPECT_SQUARE, code=302), before=_inspection, args=lambda world: [world.walk.pk], method="post"
    ),
    "checklist_detail": Row(only(*INSPECT_SOMEWHERE), args=lambda world: ["inspection"]),
    "checklist_change": Row(only("coordinator"), args=lambda world: ["inspection"]),
    # Nothing was sent: the form comes back.
    "checklist_change POST": Row(
        only("coordinator", code=422), args=lambda world: ["inspection"], method="post", body=lambda world: {}
    ),
}

AREAS: dict[str, Row] = {
    "area_list": Row(here()),
    "area_detail": Row(here(), args=lambda world: [world.west.slug]),
    "area_shapes": Row(here()),
    "area_moves": Row(here()),
    "area_import": Row(only(*KEEPS_AREAS)),
    # The answer to a file is what would happen; nothing has been done yet.
    "area_import POST": Row(only(*KEEPS_AREAS), method="post", body=_area_file),
    "police_list_status": Row(only(*KEEPS_AREAS), args=lambda world: [world.west.slug]),
    "police_list_status POST": Row(
        only(*KEEPS_AREAS, code=302),
        args=lambda world: [world.west.slug],
        method="post",
        body=lambda world: {"list_year": 2025, "category": "", "trend": "", "source": "prov"},
    ),
    "place_list": Row(here()),
    "place_detail": Row(here(), args=lambda world: [world.square.pk]),
    "place_search": Row(here(), query="?q=centrum"),
    "place_points": Row(here()),
    "place_new": Row(only(*KEEPS_AREAS, "security_lead", "other_housing")),
    # A security lead adds the own organisation's places; with another owner the form comes back.
    "place_new POST": Row(
        {**only(*KEEPS_AREAS, "security_lead", code=302), "other_housing": 422}, method="post", body=_place
    ),
    "place_change": Row(only(*KEEPS_AREAS), args=lambda world: [world.square.pk]),
    "place_change POST": Row(
        only(*KEEPS_AREAS, code=302),
        args=lambda world: [world.square.pk],
        method="post",
        body=lambda world: {**_place(world), "is_active": "on"},
    ),
    "place_history": Row(only(*READERS), before=_place_file, args=lambda world: [world.square.pk]),
    "place_feature_new": Row(only(*KEEPS_PLACE_FILE), args=lambda world: [world.square.pk]),
    # Only a coordinator writes in another organisation's name; for the others the form comes back.
    "place_feature_new POST": Row(
        {**only("coordinator", code=302), "security_lead": 422, "police": 422},
        args=lambda world: [world.square.pk],
        method="post",
        body=_seen,
    ),
    "place_feature_take_back": Row(
        only(*KEEPS_PLACE_FILE, code=302),
        before=_place_file,
        args=lambda world: [world.square.pk, world.light.pk],
        method="post",
    ),
    "place_manager_new": Row(only(*KEEPS_PLACE_FILE), args=lambda world: [world.square.pk]),
    "place_manager_new POST": Row(
        only(*KEEPS_PLACE_FILE, code=302),
        args=lambda world: [world.square.pk],
        method="post",
        body=lambda world: {
            "party": "nobody",
            "weekdays": ["4", "5"],
            "from_hour": "22",
            "to_hour": "6",
            "valid_from": timezone.localdate().isoformat(),
        },
    ),
    "place_manager_end": Row(
        only(*KEEPS_PLACE_FILE), before=_place_file, args=lambda world: [world.square.pk, world.nobody.pk]
    ),
    "place_manager_end POST": Row(
        only(*KEEPS_PLACE_FILE, code=302),
        before=_place_file,
        args=lambda world: [world.square.pk, world.nobody.pk],
        method="post",
        body=lambda world: {"day": timezone.localdate().isoformat()},
    ),
}


def _pictures(world: World) -> None:
    building.rebuild_area(world.west, today=timezone.localdate())
    drafts = Picture.objects.filter(area=world.west, version=0, period_kind="month")
    world.month = drafts.filter(figures__total__count__gt=0).latest("period_end")
    world.published = publish_picture(by=world.people["coordinator"], picture=world.month)


def _uncertain_letter(world: World) -> None:
    _pictures(world)
    begun = timezone.now() - dt.timedelta(hours=1)
    make.DeliveryFactory(picture=world.published, person=world.people["council"], claimed_at=begun)


def _month(world: World) -> dict[str, str]:
    return {"period": world.month.period.code}


def _text(world: World) -> dict[str, str]:
    rows = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}
    lists = {f"{prefix}-{name}": value for prefix in ("coming", "priority") for name, value in rows.items()}
    return {**_month(world), **lists, "text_version": "0", "assessment": "Lugnare än förra månaden."}


PICTURES: dict[str, Row] = {
    "picture_list": Row(only(*READERS), before=_pictures),
    "priority_places": Row(only(*READERS)),
    "picture": Row(only(*READERS), before=_pictures, args=lambda world: [world.west.slug]),
    "picture_hexagons": Row(only(*READERS), before=_pictures, args=lambda world: [world.west.slug]),
    "picture_export": Row(only(*READERS), before=_pictures, args=lambda world: [world.west.slug]),
    "picture_export POST": Row(
        only(*READERS),
        before=_pictures,
        args=lambda world: [world.west.slug],
        method="post",
        body=lambda world: PURPOSE,
    ),
    "picture_pdf": Row(only(*READERS), before=_pictures, args=lambda world: [world.west.slug]),
    "picture_word": Row(only(*READERS), before=_pictures, args=lambda world: [world.west.slug]),
    "picture_progress": Row(
        {
            **only("security_lead", "police", "coordinator"),
            **dict.fromkeys(["reporter", "other_housing", "council"], 404),
        },
        args=lambda world: [world.west.slug],
    ),
    "picture_request": Row(
        only("security_lead", "police", "coordinator", code=302),
        args=lambda world: [world.west.slug],
        method="post",
        body=lambda world: {"period": "2026-01-05--2026-02-01"},
    ),
    # Whoever does not see the draft is told nothing of it.
    "picture_publish": Row(
        {**only("coordinator", code=302), **dict.fromkeys(["reporter", "other_housing", "council"], 404)},
        before=_pictures,
        args=lambda world: [world.west.slug],
        method="post",
        body=_month,
    ),
    "picture_write": Row(
        {**only("coordinator"), **dict.fromkeys(["reporter", "other_housing", "council"], 404)},
        before=_pictures,
        args=lambda world: [world.west.slug],
    ),
    "picture_write POST": Row(
        {**only("coordinator", code=302), **dict.fromkeys(["reporter", "other_housing", "council"], 404)},
        before=_pictures,
        args=lambda world: [world.west.slug],
        method="post",
        body=_text,
    ),
    "picture_review": Row(
        {**only("coordinator", code=302), **dict.fromkeys(["reporter", "other_housing", "council"], 404)},
        before=_pictures,
        args=lambda world: [world.west.slug],
        method="post",
        body=_month,
    ),
    "picture_send_again": Row(
        only("coordinator", code=302),
        before=_uncertain_letter,
        args=lambda world: [world.west.slug],
        method="post",
        body=lambda world: {"period": world.month.period.code, "version": "1"},
    ),
}

# --- Problems ---------------------------------------------------------------------------------------------------------


def _problem(world: World) -> None:
    """A problem in the west, to which the coach is invited, and one in the east."""
    world.problem = make.ProblemFactory(area=world.west, number=1)
    world.invitation = make.CoachInvitationFactory(problem=world.problem, membership=_membership(world, "coach"))


# The circle of the west writes in its problem; the council and the invited coach read it, the east does not see it.
WORK_IN_WEST = ("security_lead", "police", "coordinator")
READ_WEST = (*WORK_IN_WEST, "council", "coach")
READ_PROBLEMS = (*READ_WEST, "other_housing")


def _round(world: World) -> None:
    """The preparatory group's round of the problem in the west; the police sit in it."""
    _problem(world)
    _group(world)
    Problem.objects.filter(pk=world.problem.pk).update(state=State.DESCRIBED)
    world.round = make.PrioritisationRoundFactory(group=world.group)
    world.row = make.RoundProblemFactory(round=world.round, problem=world.problem)


def _shown_round(world: World) -> None:
    _round(world)
    world.round.status, world.round.shown_at = "shown", timezone.now()
    world.round.save()


SCORES = {f"value_{criterion}": "2" for criterion in Criterion} | {f"reason_{one}": "Ofta." for one in Criterion}


def works_on_problem(code: int = 200) -> dict[str, int]:
    return {**seen_by(*WORK_IN_WEST, code=code), "council": 403, "coach": 403}


def leads_problem(code: int = 302) -> dict[str, int]:
    return {**works_on_problem(403), "coordinator": code}


PROBLEMS: dict[str, Row] = {
    "problem_list": Row(only(*READ_PROBLEMS), before=_problem),
    "problem_new": Row(only(*WORK_IN_WEST, "other_housing")),
    "problem_new POST": Row(
        only(*WORK_IN_WEST, code=302, others=403) | {"other_housing": 422},
        method="post",
        query="?category=SKA",
        body=lambda world: {
            "title": "Skadegörelse i centrum",
            "area": world.west.pk,
            "since": f"{timezone.localdate() - dt.timedelta(days=60):%Y-%m-%d}",
            "until": f"{timezone.localdate():%Y-%m-%d}",
        },
    ),
    "problem": Row(seen_by(*READ_WEST), before=_problem, args=lambda world: [world.problem.number]),
    "problem_define": Row(works_on_problem(), before=_problem, args=lambda world: [world.problem.number]),
    "problem_define POST": Row(
        works_on_problem(302),
        before=_problem,
        args=lambda world: [world.problem.number],
        method="post",
        body=lambda world: {"answer": "behaviour", "text": "Rutor krossas.", "row_version": "0"},
    ),
    "problem_places": Row(
        works_on_problem(302),
        before=_problem,
        args=lambda world: [world.problem.number],
        method="post",
        body=lambda world: {"places": [world.square.pk]},
    ),
    # Not yet described: the page says what is missing.
    "problem_step": Row(
        works_on_problem(422),
        before=_problem,
        args=lambda world: [world.problem.number],
        method="post",
        body=lambda world: {"to": "described", "reason": ""},
    ),
    "prioritisation_list": Row(only(*WORK_IN_WEST, "council", "other_housing"), before=_round),
    "prioritisation_new": Row(only("coordinator")),
    "prioritisation_new POST": Row(
        only("coordinator", code=422), method="post", body=lambda world: {"group": "", "problems": []}
    ),
    "prioritisation": Row(
        seen_by("police", "coordinator", "council"), before=_round, args=lambda world: [world.round.pk]
    ),
    "prioritisation_score": Row(
        {**seen_by("police"), "coordinator": 403, "council": 403},
        before=_round,
        args=lambda world: [world.round.pk, world.problem.number],
    ),
    "prioritisation_score POST": Row(
        {**seen_by("police", code=302), "coordinator": 403, "council": 403},
        before=_round,
        args=lambda world: [world.round.pk, world.problem.number],
        method="post",
        body=lambda world: SCORES,
    ),
    # Nobody has scored yet: said on the next page.
    "prioritisation_show": Row(
        {**seen_by("coordinator", code=302), "police": 403, "council": 403},
        before=_round,
        args=lambda world: [world.round.pk],
        method="post",
    ),
    "prioritisation_decide": Row(
        {**seen_by("police", "coordinator", code=302), "council": 403},
        before=_shown_round,
        args=lambda world: [world.round.pk, world.problem.number],
        method="post",
        body=lambda world: {"decision": "first", "reason": "Skadar flest."},
    ),
    "coach_invite": Row(
        leads_problem(),
        before=_problem,
        args=lambda world: [world.problem.number],
        method="post",
        body=lambda world: {"membership": make.MembershipFactory(organisation=world.university, role=Role.COACH).pk},
    ),
    "coach_end": Row(
        leads_problem(),
        before=_problem,
        args=lambda world: [world.problem.number, world.invitation.pk],
        method="post",
    ),
}

API: dict[str, Row] = {
    "api-schema": Row(everybody(), is_outside=True, is_api=True),
    "api-root": Row(everybody(404), is_outside=True, is_api=True),
    "api-area-list": Row(everybody(), is_outside=True, is_api=True),
    "api-inspection-list": Row(everybody(), is_outside=True, is_api=True),
    "api-place-list": Row(everybody(), is_outside=True, is_api=True),
    "api-place-feature-list": Row(everybody(), is_outside=True, is_api=True),
    "api-place-feature-list POST": Row(
        only(*KEEPS_PLACE_FILE, code=201),
        is_outside=True,
        is_api=True,
        method="post",
        body=lambda world: {
            "place": world.square.pk,
            "kind": "light",
            "state": "good",
            "observed_on": timezone.localdate().isoformat(),
        },
    ),
    "api-place-manager-list": Row(everybody(), is_outside=True, is_api=True),
    "api-problem-list": Row(everybody(), before=_problem, is_outside=True, is_api=True),
    "api-problem": Row(
        seen_by(*READ_WEST), before=_problem, is_outside=True, is_api=True, args=lambda world: [world.problem.pk]
    ),
    "api-analysis-list": Row(everybody(), before=lambda world: _analysis(world), is_outside=True, is_api=True),
    "api-analysis": Row(
        seen_by(*WORK_IN_WEST, "council"),
        before=lambda world: _analysis(world),
        is_outside=True,
        is_api=True,
        args=lambda world: [world.analysis.pk],
    ),
    "api-prioritisation-list": Row(everybody(), before=_round, is_outside=True, is_api=True),
    "api-prioritisation": Row(
        seen_by("police", "coordinator", "council"),
        before=_round,
        is_outside=True,
        is_api=True,
        args=lambda world: [world.round.pk],
    ),
    "api-picture-list": Row(everybody(), is_outside=True, is_api=True),
    "api-picture": Row(
        seen_by(*READERS), before=_pictures, is_outside=True, is_api=True, args=lambda world: [world.published.pk]
    ),
    "api-nothing": Row(everybody(404), is_outside=True, is_api=True, args=lambda world: ["v1/ingenting/"]),
    "api-incident-list": Row({**only(*REPORTERS), "stranger": 200}, is_outside=True, is_api=True),
    "api-incident-list POST": Row(
        only(*REPORTERS, code=201),
        is_outside=True,
        is_api=True,
        method="post",
        body=lambda world: {
            "client_uuid": "8c5b7c4e-4b2c-4b3a-9a56-0d9f1a1f6a11",
            "collaboration": world.here.slug,
            "category": "SKA",
            "occurred_from": f"{timezone.localtime():%Y-%m-%dT00:00:00}",
            "lon": 16.12,
            "lat": 58.585,
        },
    ),
    "api-incident-detail": Row(
        seen_by("reporter", "security_lead", "police", "coordinator"),
        is_outside=True,
        is_api=True,
        args=lambda world: [world.by_reporter.pk],
    ),
}


def _reporting_unit(world: World) -> None:
    world.reporting_unit = make.ReportingUnitFactory(unit=world.unit)


def _period_due(world: World) -> dict[str, Any]:
    rhythm = deadlines.rhythm_of(world.here)
    return {"period": deadlines.due_period(rhythm, timezone.now()).code}


def _spare_unit(world: World) -> None:
    world.spare = make.UnitFactory(organisation=world.housing, name="Distrikt Öst")


COVERAGE: dict[str, Row] = {
    "coverage": Row(only("coordinator"), before=_reporting_unit),
    "coverage_remind": Row(only("coordinator", code=302), before=_reporting_unit, method="post"),
    "coverage_settings": Row(only("coordinator", "administrator"), before=_reporting_unit),
    "coverage_settings POST": Row(
        only("coordinator", "administrator", code=302),
        method="post",
        body=lambda world: {
            "every": "week",
            "fortnights_from": RhythmForm(rhythm=deadlines.rhythm_of(world.here))["fortnights_from"].value(),
            "deadline_weekday": 0,
            "deadline_time": "12:00",
        },
    ),
    "reporting_unit_new": Row(only("coordinator", "administrator")),
    "reporting_unit_new POST": Row(
        only("coordinator", "administrator", code=302),
        before=_spare_unit,
        method="post",
        body=lambda world: {"unit": world.spare.pk, "valid_from": "2026-01-05", "valid_to": ""},
    ),
    "reporting_unit_change": Row(
        only("coordinator", "administrator"), before=_reporting_unit, args=lambda world: [world.reporting_unit.pk]
    ),
    "reporting_unit_change POST": Row(
        only("coordinator", "administrator", code=302),
        before=_reporting_unit,
        args=lambda world: [world.reporting_unit.pk],
        method="post",
        body=lambda world: {"valid_from": "2026-01-05", "valid_to": "2026-06-01", "areas": [world.west.pk]},
    ),
    "reporting": Row(only(*REPORTERS), before=_reporting_unit),
    # Only who speaks for the unit; that it is expected to report is no secret.
    "reporting_nothing": Row(
        only("reporter", "security_lead", code=302),
        before=_reporting_unit,
        args=lambda world: [world.reporting_unit.pk],
        method="post",
        body=_period_due,
    ),
    "reporting_take_back": Row(
        only("reporter", "security_lead", code=302),
        before=_reporting_unit,
        args=lambda world: [world.reporting_unit.pk],
        method="post",
        body=_period_due,
    ),
}


def _analysis(world: World) -> None:
    world.analysed = make.ProblemFactory(collaboration=world.here, area=world.west, state="prioritised")
    world.analysis = make.CauseAnalysisFactory(
        problem=world.analysed, why_chosen="a", sources="b", selection_limits="c", significance="d"
    )
    world.cause = make.CauseFactory(analysis=world.analysis)
    world.second_cause = make.CauseFactory(analysis=world.analysis)
    world.evidence = make.EvidenceFactory(cause=world.cause, organisation=world.housing)
    world.gap = make.KnowledgeGapFactory(analysis=world.analysis)
    world.link = make.EventChainLinkFactory(analysis=world.analysis, cause=world.cause)
    world.prediction = make.PredictionFactory(cause=world.cause, organisation=world.housing)
    group = make.GroupFactory(collaboration=world.here)
    for who in ("security_lead", "police"):
        make.GroupMemberFactory(group=group, membership=_membership(world, who))
    world.analysis_group = group


def _school_dates(world: World) -> None:
    world.school_dates = make.SchoolDatesFactory(collaboration=world.here)


WORK_IN_WEST = ("security_lead", "police", "coordinator")
# Whoever reads the analysis is told why they cannot write in it; for all others it does not exist.
WRITES_ANALYSIS = {**seen_by(*WORK_IN_WEST, code=302), "council": 403}


def _commented(world: World) -> None:
    """Process support is invited to the problem and has commented on its analysis."""
    _analysis(world)
    make.CoachInvitationFactory(problem=world.analysed, membership=_membership(world, "coach"))
    world.comment = make.CoachCommentFactory(analysis=world.analysis)


def _of_analysis(body: Callable[[World], dict[str, Any]] | None, *rows: str) -> dict[str, Any]:
    return {
        "before": _analysis,
        "args": lambda world: [world.analysed.number, *(getattr(world, row).pk for row in rows)],
        "method": "post",
        "body": body or (lambda world: {"yes": "yes"}),
    }


CAUSES: dict[str, Row] = {
    "analysis": Row(
        seen_by(*WORK_IN_WEST, "council"),
        before=_analysis,
        args=lambda world: [world.analysed.number],
    ),
    **{
        route: Row(seen_by(*WORK_IN_WEST, "council"), before=_analysis, args=lambda world: [world.analysed.number])
        for route in ("analysis_tree", "analysis_fishbone", "analysis_pdf", "analysis_word")
    },
    "analysis_comments": Row(
        seen_by(*WORK_IN_WEST, "council", "coach"), before=_commented, args=lambda world: [world.analysed.number]
    ),
    "comment_write": Row(
        {**seen_by(*WORK_IN_WEST, "council", code=403), "coach": 302},
        before=_commented,
        args=lambda world: [world.analysed.number],
        method="post",
        body=lambda world: {"text": "Vad talar emot?", "cause": world.cause.pk},
    ),
    "comment_settle": Row(
        {**WRITES_ANALYSIS, "coach": 403},
        before=_commented,
        args=lambda world: [world.analysed.number, world.comment.pk],
        method="post",
        body=lambda world: {"outcome": "taken_care_of"},
    ),
    "analysis_changes": Row(
        {**seen_by(*WORK_IN_WEST), "council": 403},
        before=_analysis,
        args=lambda world: [world.analysed.number],
    ),
    "analysis_begin": Row(WRITES_ANALYSIS, **_of_analysis(None)),
    "analysis_method": Row(
        WRITES_ANALYSIS, **_of_analysis(lambda world: {"method-row_version": "0", "method-sources": "Rapporter"})
    ),
    "analysis_adopt": Row(
        WRITES_ANALYSIS,
        **_of_analysis(lambda world: {"adopt-group": world.analysis_group.pk, "adopt-seen": 0, "adopt-answers": 0}),
    ),
    "cause_add": Row(
        WRITES_ANALYSIS,
        **_of_analysis(
            lambda world: {"new-text": "Mörkt", "new-side": "place", "new-controller": "none", "new-is_direct": "yes"}
        ),
    ),
    "cause_change": Row(
        WRITES_ANALYSIS,
        **_of_analysis(
            lambda world: {
                f"cause{world.cause.pk}-{name}": value
                for name, value in {
                    "row_version": "0", "text": "Mörkt", "side": "place", "controller": "none", "is_direct": "yes",
                }.items()
            },
            "cause",
        ),
    ),
    "cause_move": Row(WRITES_ANALYSIS, **_of_analysis(lambda world: {"direction": "down"}, "cause")),
    "cause_remove": Row(WRITES_ANALYSIS, **_of_analysis(None, "second_cause")),
    "cause_state": Row(
        WRITES_ANALYSIS,
        **_of_analysis(lambda world: {"state-seen": "hypothesis", "state-to": "supported"}, "cause"),
    ),
    "cause_choose": Row(
        WRITES_ANALYSIS,
        **_of_analysis(
            lambda world: {"choose-group": world.analysis_group.pk, "choose-reason": "Går att påverka"}, "cause"
        ),
    ),
    "evidence_add": Row(
        # Each brings what its own organisation knows.
        {**WRITES_ANALYSIS, "police": 422},
        **_of_analysis(
            lambda world: {
                "evidence-direction": "for", "evidence-kind": "dialogue", "evidence-text": "Sett.",
                "evidence-strength": "1", "evidence-organisation": world.housing.pk,
            },
            "cause",
        ),
    ),
    "evidence_change": Row(
        WRITES_ANALYSIS,
        **_of_analysis(
            lambda world: {
                f"evidence{world.evidence.pk}-{name}": value
                for name, value in {"row_version": "0", "direction": "for", "text": "Sett.", "strength": "2"}.items()
            },
            "evidence",
        ),
    ),
    "analysis_questions": Row(
        seen_by(*WORK_IN_WEST, "council"),
        before=_analysis,
        args=lambda world: [world.analysed.number],
        query="?question=place_calm",
    ),
    "analysis_answer": Row(
        WRITES_ANALYSIS, **_of_analysis(lambda world: {"question": "place_calm", "answer-text": "På morgonen."})
    ),
    "gap_new": Row(
        {**seen_by(*WORK_IN_WEST), "council": 403}, before=_analysis, args=lambda world: [world.analysed.number]
    ),
    "gap_new POST": Row(WRITES_ANALYSIS, **_of_analysis(lambda world: {"gap-text": "Vem låser passagen?"})),
    "gap_detail": Row(
        {**seen_by(*WORK_IN_WEST), "council": 403},
        before=_analysis,
        args=lambda world: [world.analysed.number, world.gap.pk],
    ),
    "gap_detail POST": Row(
        WRITES_ANALYSIS,
        **_of_analysis(lambda world: {"find": "yes", f"found{world.gap.pk}-answer": "Ingen låser den."}, "gap"),
    ),
    "analysis_chain": Row(
        seen_by(*WORK_IN_WEST, "council"), before=_analysis, args=lambda world: [world.analysed.number]
    ),
    "chain_add": Row(WRITES_ANALYSIS, **_of_analysis(lambda world: {"link-text": "Butiken stänger"})),
    "chain_change": Row(
        WRITES_ANALYSIS,
        **_of_analysis(
            lambda world: {
                f"link{world.link.pk}-{name}": value for name, value in {"row_version": "0", "text": "Mörkt"}.items()
            },
            "link",
        ),
    ),
    "chain_move": Row(WRITES_ANALYSIS, **_of_analysis(lambda world: {"remove": "yes"}, "link")),
    "evidence_remove": Row(
        WRITES_ANALYSIS,
        **_of_analysis(lambda world: {f"remove{world.evidence.pk}-reason": "Fel plats"}, "evidence"),
    ),
    "prediction_choose": Row(
        {**seen_by(*WORK_IN_WEST), "council": 403},
        before=_analysis,
        args=lambda world: [world.analysed.number, world.cause.pk],
    ),
    "prediction_new": Row(
        # Each states for its own organisation.
        {**WRITES_ANALYSIS, "police": 422},
        **{
            **_of_analysis(
                lambda world: {
                    "claim": "more", "from_h": "19", "to_h": "24", "compared_with": "others",
                    "organisation": world.housing.pk,
                }
            ),
            "args": lambda world: [world.analysed.number, world.cause.pk, "hours"],
        },
    ),
    "prediction_remove": Row(WRITES_ANALYSIS, **_of_analysis(None, "prediction")),
    "school_dates": Row(only(*READ_PROBLEMS)),
    "school_dates_remove": Row(
        only("coordinator", code=302),
        before=_school_dates,
        args=lambda world: [world.school_dates.pk],
        method="post",
        body=lambda world: {"yes": "yes"},
    ),
}  # fmt: skip

ACCESS: dict[str, Row] = {
    **MEASURES,
    **MEETINGS,
    **PACKS,
    **GOALS,
    **PROGRESS,
    **COUNCIL,
    **ESCALATIONS,
    **EVALUATIONS,
    **INDICATORS,
    **CAUSES,
    **LIBRARY,
    **LAW,
    **WORK,
    **COMMITMENTS,
    **PROMISES,
    **PAPERS,
    **COVERAGE, **PLATFORM, **PARTNERS, **AREAS, **INSPECTIONS, **INCIDENTS, **IMPORTS, **PICTURES, **PROBLEMS, **API,
    **PLANS,
}  # fmt: skip

# allauth's own pages, the same for everybody who is signed in; `test_sign_in_pages.py` goes through them.
SIGN_IN_PREFIXES = ("account_", "mfa_", "socialaccount_", "openid_connect_", "usersessions_")

# Whoever is not signed in reaches these, and nothing else.
PUBLIC = OPEN_TO_ALL | {
    "health",
    "ready",
    "manifest",
    "service_worker",
    "offline",
    "choose_language",
    "choose_color_scheme",
    "api-schema",
    "calendar_feed",
    "letters_stop",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_email_verification_sent",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "openid_connect_login",
    "openid_connect_callback",
}
