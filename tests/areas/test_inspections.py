"""Safety inspections: filled in once, frozen when finished, read by the circle, and what has to be mended."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from areas.inspections import actions, photos, presenters, queries, retention
from areas.inspections.checklists import DEFAULTS, Item, change_checklist, check_items, current_version, items_of
from areas.inspections.photo_files import sweep
from areas.inspections.rules import Answers
from areas.models import (
    ChecklistKind,
    ChecklistVersion,
    InspectionItem,
    InspectionPhoto,
    ItemState,
    PlaceFeature,
    SafetyInspection,
)
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from partners import retention as keeping
from partners.devices import owner_of
from partners.roles import Role
from tests import factories as make
from tests.at_once import at_once
from tests.factories import drawn_photo
from ui import slots

TODAY = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def answers(**said):
    values = {"inspected_on": TODAY, "states": {"skrap": "defect", "ljus-entre": "ok", "brand": "urgent"}}
    return Answers(**{**values, **said})


def begin(world, who="security_lead", place=None, number=None, **said):
    version = current_version(world.here, ChecklistKind.INSPECTION)
    return actions.begin_inspection(
        place=place or world.square, version=version, answers=answers(**said), client_uuid=number or uuid.uuid4(),
        by=world.people[who],
    )  # fmt: skip


def address(name, *args):
    return reverse(name, args=["ekstad", *args])


def states_of(inspection):
    return dict(inspection.items.values_list("key", "state"))


# --- The checklist ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ChecklistKind)
def test_the_lists_to_begin_with_can_be_used(kind):
    check_items(DEFAULTS[kind])
    assert len(DEFAULTS[kind]) >= 10
    assert sum(bool(item.feature) for item in DEFAULTS[kind]) >= len(DEFAULTS[kind]) - 2


def test_a_changed_list_is_a_new_version_and_old_inspections_keep_theirs(world):
    old = begin(world, is_finished=True).inspection
    before = items_of(old.checklist_version)
    wanted = [Item("", "Cykelställen är hela", PlaceFeature.Kind.OTHER, "cykelställ"), *before[1:]]
    made = change_checklist(
        collaboration=world.here, kind=ChecklistKind.INSPECTION, items=wanted, seen=1, by=world.people["coordinator"]
    )
    assert made.number == 2
    assert items_of(made)[0].key == "cykelstallen-ar-hela"
    assert [item.key for item in items_of(made)[1:]] == [item.key for item in before[1:]]
    old.refresh_from_db()
    assert items_of(old.checklist_version) == before
    assert set(states_of(begin(world).inspection)) == {item.key for item in items_of(made)}


def test_a_list_is_not_changed_from_an_older_page_or_by_others(world, english):
    items = items_of(current_version(world.here, ChecklistKind.WALK))[:-1]
    how = {"collaboration": world.here, "kind": ChecklistKind.WALK, "items": items}
    with pytest.raises(NotAllowed):
        change_checklist(**how, seen=1, by=world.people["security_lead"])
    change_checklist(**how, seen=1, by=world.people["coordinator"])
    with pytest.raises(NotPossible, match="Somebody else has changed the list"):
        change_checklist(**{**how, "items": items[:-1]}, seen=1, by=world.people["coordinator"])
    assert ChecklistVersion.objects.filter(collaboration=world.here).count() == 2


def test_two_items_about_the_same_feature_say_which_part(english):
    same = [Item("a", "Ljuset är helt", "light"), Item("b", "Ljuset räcker", "light")]
    with pytest.raises(NotPossible, match="which part of the place"):
        check_items(same)
    check_items([same[0], Item("b", "Ljuset räcker", "light", "gården")])


def test_the_database_keeps_a_version_as_it_was(world):
    version = current_version(world.here, ChecklistKind.INSPECTION)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        ChecklistVersion.objects.filter(pk=version.pk).update(items=[])


# --- Filling in -------------------------------------------------------------------------------------------------------


def test_an_inspection_holds_every_item_of_its_list(world):
    inspection = begin(world, notes={"skrap": "Två soffor vid soprummet."}).inspection
    found = states_of(inspection)
    assert len(found) == len(DEFAULTS[ChecklistKind.INSPECTION])
    assert (found["skrap"], found["klotter"]) == (ItemState.DEFECT, ItemState.NOT_LOOKED_AT)
    assert inspection.items.get(key="skrap").note == "Två soffor vid soprummet."
    assert inspection.organisation == world.housing
    assert inspection.finished_at is None


def test_the_same_request_again_makes_one_inspection(world, english):
    number = uuid.uuid4()
    first = begin(world, number=number, is_finished=True)
    again = begin(world, number=number, is_finished=True)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.inspection.pk == first.inspection.pk
    with pytest.raises(NotPossible, match="no longer changes"):
        begin(world, number=number, states={"skrap": "ok"})
    with pytest.raises(NotPossible, match="already been sent under this number"):
        begin(world, "coordinator", world.garage, number=number, is_finished=True)
    with pytest.raises(NotPossible, match="already been sent under this number"):
        begin(world, "coordinator", number=number, is_finished=True)
    assert SafetyInspection.objects.count() == 1


def test_more_filled_in_after_an_answer_that_was_lost_is_the_same_inspection(world, english):
    number = uuid.uuid4()
    begun = begin(world, number=number).inspection
    done = begin(world, number=number, states={"skrap": "defect", "klotter": "ok"}, is_finished=True)
    assert (done.inspection.pk, done.is_new) == (begun.pk, False)
    assert states_of(begun)["klotter"] == ItemState.OK
    # Unless somebody else has gone on with it.
    number = uuid.uuid4()
    begun = begin(world, number=number).inspection
    said = answers(states={"brand": "defect"})
    actions.fill_in(inspection=begun, answers=said, seen=0, by=world.people["coordinator"])
    with pytest.raises(NotPossible, match="Nothing of yours is lost"):
        begin(world, number=number, states={"klotter": "ok"}, is_finished=True)


@pytest.mark.django_db(transaction=True)
def test_ten_requests_at_once_make_one_inspection(world):
    number = uuid.uuid4()
    current_version(world.here, ChecklistKind.INSPECTION)
    found = at_once(*[lambda: begin(world, number=number, is_finished=True).inspection.pk] * 10)
    assert len(set(found)) == 1
    assert SafetyInspection.objects.count() == 1
    assert InspectionItem.objects.count() == len(DEFAULTS[ChecklistKind.INSPECTION])


def test_somebody_elses_answers_are_not_written_over(world, english):
    inspection = begin(world).inspection
    by = world.people["coordinator"]
    actions.fill_in(inspection=inspection, answers=answers(states={"klotter": "defect"}), seen=0, by=by)
    mine = answers(states={"klotter": "ok"})
    with pytest.raises(NotPossible, match="Nothing of yours is lost") as no:
        actions.fill_in(inspection=inspection, answers=mine, seen=0, by=world.people["security_lead"])
    assert no.value.code == "conflict"
    assert states_of(inspection)["klotter"] == ItemState.DEFECT
    actions.fill_in(inspection=inspection, answers=mine, seen=1, by=world.people["security_lead"])
    assert states_of(inspection)["klotter"] == ItemState.OK


def test_what_is_stored_already_is_stored_once(world):
    inspection = begin(world).inspection
    by, said = world.people["security_lead"], answers(states={"klotter": "defect"}, is_finished=True)
    done = actions.fill_in(inspection=inspection, answers=said, seen=0, by=by)
    again = actions.fill_in(inspection=inspection, answers=said, seen=0, by=by)
    assert (again.row_version, again.finished_at) == (done.row_version, done.finished_at)
    assert Event.objects.filter(action="inspection_finished").count() == 1


def test_a_finished_one_never_changes(world, english):
    inspection = begin(world, is_finished=True).inspection
    with pytest.raises(NotPossible, match="Write a correction beside it"):
        actions.fill_in(inspection=inspection, answers=answers(states={}), seen=0, by=world.people["security_lead"])
    for change in (
        lambda: InspectionItem.objects.filter(inspection=inspection, key="skrap").update(state="ok"),
        lambda: InspectionItem.objects.filter(inspection=inspection, key="skrap").update(note="annat"),
        lambda: SafetyInspection.objects.filter(pk=inspection.pk).update(place=world.garage),
        lambda: SafetyInspection.objects.filter(pk=inspection.pk).update(finished_at=None),
        lambda: SafetyInspection.objects.filter(pk=inspection.pk).update(participants="annan"),
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            change()
    with pytest.raises(NotPossible, match="Write a correction"):
        actions.drop_inspection(inspection=inspection, by=world.people["security_lead"])


def test_nothing_looked_at_is_no_inspection(world, english):
    with pytest.raises(NotPossible, match="Nothing has been looked at yet"):
        begin(world, states={}, is_finished=True)
    assert begin(world, states={}).inspection.finished_at is None


def test_a_day_that_has_not_come_is_refused(world, english):
    with pytest.raises(NotPossible) as no:
        begin(world, inspected_on=timezone.localdate() + dt.timedelta(days=1))
    assert "not come yet" in no.value.message_dict["inspected_on"][0]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"participants": "Anna Andersson"}, "participants"),
        ({"notes": {"skrap": "Ring 070-123 45 67"}}, "note-skrap"),
        ({"notes": {"skrap": "Bilen ABC 12D står där"}}, "note-skrap"),
    ],
)
def test_no_text_points_at_a_person(world, english, said, field):
    with pytest.raises(NotPossible) as no:
        begin(world, **said)
    assert field in no.value.message_dict
    assert not SafetyInspection.objects.exists()


def test_a_weak_hit_is_confirmed_where_the_organisation_keeps_persons_at_all(world):
    said = {"notes": {"skrap": "Anmält av Anna Andersson."}}
    with pytest.raises(NotPossible):
        begin(world, "police", **said)
    assert begin(world, "police", **said, is_text_confirmed=True).is_new
    # A housing company keeps nothing of the kind, confirmed or not.
    with pytest.raises(NotPossible):
        begin(world, "security_lead", **said, is_text_confirmed=True)


# --- What the place's file is told ------------------------------------------------------------------------------------


def test_finishing_writes_the_features_and_keeps_the_notes_for_the_circle(world):
    begin(world, notes={"skrap": "Två soffor."})
    assert not PlaceFeature.objects.exists()
    begin(world, notes={"skrap": "Två soffor."}, is_finished=True)
    found = {(row.kind, row.detail): (row.state, row.note, row.source) for row in PlaceFeature.objects.all()}
    assert found == {
        ("light", "entréer och portar"): ("good", "", "inspection"),
        ("upkeep", "skräp"): ("defect", "", "inspection"),
        ("fire", ""): ("urgent", "", "inspection"),
    }
    assert set(PlaceFeature.objects.values_list("observed_on", flat=True)) == {TODAY}


# --- Who may --------------------------------------------------------------------------------------------------------


def test_who_may_inspect_which_place(world):
    owned = make.PlaceFactory(collaboration=world.here, name="Bolagets gård", area=world.east, manager=world.housing)
    may = {
        "reporter": {owned},
        "security_lead": {world.square, owned},
        "police": {world.square},
        "other_housing": {world.garage, owned},
        "coordinator": {world.square, world.garage, owned},
    }
    for who, places in may.items():
        for place in (world.square, world.garage, owned):
            if place in places:
                assert begin(world, who, place).is_new, (who, place)
            else:
                with pytest.raises(NotAllowed):
                    begin(world, who, place)
    for who in ("council", "coach", "data_protection", "administrator", "stranger"):
        with pytest.raises(NotAllowed):
            begin(world, who)


def test_the_circle_reads_what_is_finished_and_nobody_else(world):
    draft = begin(world).inspection
    done = begin(world, is_finished=True).inspection
    seen = {
        who: set(SafetyInspection.objects.visible_to(person).values_list("pk", flat=True))
        for who, person in world.people.items()
    }
    assert seen["security_lead"] == seen["coordinator"] == {draft.pk, done.pk}
    assert seen["police"] == {done.pk}
    for who in ("reporter", "other_housing", "stranger", "council", "coach", "data_protection", "administrator"):
        assert seen[who] == set(), who


def test_a_reporter_sees_the_own_one_and_loses_it_with_the_role(world):
    owned = make.PlaceFactory(collaboration=world.here, name="Bolagets gård", area=world.east, owner=world.housing)
    mine = begin(world, "reporter", owned, is_finished=True).inspection
    person = world.people["reporter"]
    assert list(SafetyInspection.objects.visible_to(person)) == [mine]
    person.memberships.update(valid_to=timezone.localdate())
    fresh = type(person).objects.get(pk=person.pk)
    assert not SafetyInspection.objects.visible_to(fresh).exists()


# --- Corrections and defects ------------------------------------------------------------------------------------------


def test_a_correction_stands_beside(world, english):
    inspection = begin(world).inspection
    by = world.people["security_lead"]
    with pytest.raises(NotPossible, match="not finished yet"):
        actions.correct_inspection(inspection=inspection, text="Det var grannhuset.", by=by)
    done = begin(world, is_finished=True).inspection
    correction = actions.correct_inspection(inspection=done, text="Det var grannhuset.", key="skrap", by=by)
    assert correction.item == done.items.get(key="skrap")
    with pytest.raises(NotPossible):
        actions.correct_inspection(inspection=done, text="Ring 070-123 45 67", by=by)
    with pytest.raises(NotAllowed):
        actions.correct_inspection(inspection=done, text="Nej.", by=world.people["reporter"])


def test_the_latest_look_says_what_is_left_to_mend(world):
    by = world.people["coordinator"]

    def left():
        return {(defect.item.key, defect.earlier) for defect in queries.open_defects(by, collaboration=world.here)}

    begin(world, states={"skrap": "defect", "brand": "urgent"})
    assert left() == set(), "an unfinished one says nothing"
    begin(world, inspected_on=dt.date(2026, 9, 1), states={"skrap": "defect", "brand": "urgent"}, is_finished=True)
    assert left() == {("skrap", 0), ("brand", 0)}
    begin(world, inspected_on=dt.date(2026, 10, 1), states={"skrap": "defect", "brand": "ok"}, is_finished=True)
    assert left() == {("skrap", 1)}
    # An older protocol that comes in late changes nothing.
    begin(world, inspected_on=dt.date(2026, 8, 1), states={"skrap": "ok", "brand": "defect"}, is_finished=True)
    assert left() == {("skrap", 1)}
    begin(world, place=world.garage, who="coordinator", states={"skrap": "urgent"}, is_finished=True)
    assert left() == {("skrap", 1), ("skrap", 0)}


def test_what_is_done_about_a_defect_is_said_from_above(client, world, monkeypatch):
    done = begin(world, is_finished=True).inspection
    client.force_login(world.people["police"])
    page = client.get(address("defect_list")).content.decode()
    assert page.count("öppen") == 2
    urgent = done.items.get(key="brand")
    monkeypatch.setitem(slots._fillers, "inspection.defects", [])
    slots.register("inspection.defects", lambda user, items: {urgent.pk: [{"title": "Åtgärd 12"}]})
    page = client.get(address("defect_list")).content.decode()
    assert page.count("öppen") == 1
    assert "Åtgärd 12" in page
    assert "Åtgärd 12" in client.get(address("inspection_detail", done.pk)).content.decode()


# --- Photos -----------------------------------------------------------------------------------------------------------


def test_a_photo_is_made_anew_and_stored_once(world, media):
    inspection = begin(world).inspection
    number, by = uuid.uuid4(), world.people["security_lead"]
    sent = drawn_photo(400, 300) + b"secret position"
    how = {"inspection": inspection, "key": "skrap", "by": by, "client_uuid": number}
    first = photos.add_photo(**how, data=sent)
    assert photos.add_photo(**how, data=sent) == (first.photo, False)
    stored = (media / str(first.photo.file)).read_bytes()
    assert b"secret" not in stored
    assert len(default_storage.listdir("inspections")[1]) == 1
    with pytest.raises(NotPossible):
        photos.add_photo(**how, data=drawn_photo(200, 200))


def test_a_finished_one_takes_the_photos_that_were_announced_and_no_others(world, english):
    announced, other = uuid.uuid4(), uuid.uuid4()
    inspection = begin(world, photos=[str(announced)], is_finished=True).inspection
    how = {"inspection": inspection, "key": "skrap", "by": world.people["security_lead"], "data": drawn_photo()}
    assert photos.add_photo(**how, client_uuid=announced).is_new
    with pytest.raises(NotPossible, match="takes no more photos"):
        photos.add_photo(**how, client_uuid=other)
    assert len(default_storage.listdir("inspections")[1]) == 1


def test_an_item_has_room_for_three(world):
    inspection = begin(world).inspection
    how = {"inspection": inspection, "by": world.people["security_lead"], "data": drawn_photo()}
    for _n in range(3):
        photos.add_photo(**how, key="skrap", client_uuid=uuid.uuid4())
    with pytest.raises(NotPossible):
        photos.add_photo(**how, key="skrap", client_uuid=uuid.uuid4())
    assert photos.add_photo(**how, key="brand", client_uuid=uuid.uuid4()).is_new


def test_who_sees_a_photo(client, world):
    inspection = begin(world, is_finished=True).inspection
    photo = make.InspectionPhotoFactory(inspection=inspection)
    given = {}
    for who, person in world.people.items():
        client.force_login(person)
        given[who] = client.get(address("inspection_photo", inspection.pk, photo.pk)).status_code
    assert {who for who, code in given.items() if code == 200} == {"security_lead", "police", "coordinator"}
    assert set(given.values()) == {200, 404}
    assert Event.objects.filter(action="inspection_photo_read").count() == 2, "the one who took it leaves no line"


def test_a_spot_is_marked_and_stands_once_it_is_finished(world, english):
    inspection = begin(world).inspection
    photo = make.InspectionPhotoFactory(inspection=inspection)
    by = world.people["security_lead"]
    mark = photos.mark_spot(photo=photo, x=0.25, y=0.75, text="Trasig lampa", by=by)
    photos.remove_mark(mark=mark, by=by)
    mark = photos.mark_spot(photo=photo, x=0.25, y=0.75, text="Trasig lampa", by=by)
    for x, y, text in ((1.2, 0.5, "Utanför"), (0.5, 0.5, " "), (0.5, 0.5, "070-123 45 67")):
        with pytest.raises(NotPossible):
            photos.mark_spot(photo=photo, x=x, y=y, text=text, by=by)
    SafetyInspection.objects.filter(pk=inspection.pk).update(finished_at=timezone.now())
    with pytest.raises(NotPossible, match="finished"):
        photos.remove_mark(mark=type(mark).objects.get(pk=mark.pk), by=by)
    assert photos.mark_spot(photo=photo, x=0, y=1, text="Mörk vrå", by=by).pk


def test_a_photo_that_should_not_be_there_can_always_be_taken_away(client, world):
    inspection = begin(world, is_finished=True).inspection
    photo = make.InspectionPhotoFactory(inspection=inspection)
    client.force_login(world.people["police"])
    assert client.post(address("inspection_photo_remove", inspection.pk, photo.pk)).status_code == 403
    client.force_login(world.people["security_lead"])
    assert client.post(address("inspection_photo_remove", inspection.pk, photo.pk)).status_code == 302
    photo.refresh_from_db()
    assert (str(photo.file), photo.removal) == ("", InspectionPhoto.Removal.TAKEN_BACK)


def test_a_file_nobody_names_is_swept_away(world, media):
    import os

    photo = make.InspectionPhotoFactory(inspection=begin(world).inspection)
    from areas.inspections.photo_files import FOLDER

    lost = FOLDER.store(b"x")
    old = (timezone.now() - dt.timedelta(days=1)).timestamp()
    for name in (lost, str(photo.file)):
        os.utime(media / name, (old, old))
    assert sweep(timezone.now()) == 1
    assert (media / str(photo.file)).exists()


# --- How long it is kept ----------------------------------------------------------------------------------------------


def test_what_was_written_and_photographed_goes_and_what_was_found_stays(world, django_capture_on_commit_callbacks):
    old = begin(world, inspected_on=dt.date(2021, 3, 1), participants="fastighetsskötare", is_finished=True,
                notes={"skrap": "Två soffor."}).inspection  # fmt: skip
    photo = make.InspectionPhotoFactory(inspection=old)
    InspectionPhoto.objects.filter(pk=photo.pk).update(created_at=timezone.now() - dt.timedelta(days=2000))
    actions.correct_inspection(inspection=old, text="Tre soffor.", by=world.people["security_lead"])
    with django_capture_on_commit_callbacks(execute=True):
        for kind in retention.KINDS:
            before = keeping.before_for(world.here, kind, timezone.localdate())
            kind.purge(world.here, list(kind.due(world.here, before).values_list("pk", flat=True)))
    old.refresh_from_db()
    photo.refresh_from_db()
    assert (old.participants, old.items.get(key="skrap").note, old.corrections.get().text) == ("", "", "")
    assert (str(photo.file), photo.removal) == ("", "time")
    assert old.items.get(key="skrap").state == ItemState.DEFECT


def test_a_hold_keeps_it(world):
    old = begin(world, inspected_on=dt.date(2021, 3, 1), is_finished=True).inspection
    hold = make.LegalHoldFactory(
        collaboration=world.here, scope="area", subject_id=str(world.west.pk), first_day=None, last_day=None
    )
    assert list(SafetyInspection.objects.filter(retention.held_by(hold))) == [old]
    other = make.LegalHoldFactory(
        collaboration=world.here, scope="area", subject_id=str(world.east.pk), first_day=None, last_day=None
    )
    assert not SafetyInspection.objects.filter(retention.held_by(other)).exists()


# --- Pages ------------------------------------------------------------------------------------------------------------


def filled(world, **more):
    values = {
        "place": world.square.pk, "inspected_on": "2026-11-20", "participants": "fastighetsskötare, områdespolis",
        "client_uuid": str(uuid.uuid4()), "state-skrap": "defect", "note-skrap": "Två soffor.", "state-brand": "urgent",
        "state-ljus-entre": "ok",
    }  # fmt: skip
    return {**values, **more}


def test_a_whole_inspection_without_javascript(client, world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(world.people["security_lead"])
    page = client.get(address("inspection_new"))
    assert page.status_code == 200
    body = filled(world, **{"photo-skrap": SimpleUploadedFile("skräp.jpg", drawn_photo(300, 200), "image/jpeg")})
    answer = client.post(address("inspection_new"), {**body, "finish": "on"})
    inspection = SafetyInspection.objects.get()
    assert answer.headers["Location"] == address("inspection_detail", inspection.pk)
    assert inspection.finished_at is not None
    page = client.get(answer.headers["Location"]).content.decode()
    assert page.index("Två soffor.") < page.index("Belysningen vid entréer")
    assert inspection.photos.get().item.key == "skrap"
    # The same form again, as when somebody goes back: one inspection.
    again = {**body, "photo-skrap": "", "finish": "on"}
    client.post(address("inspection_new"), again)
    assert SafetyInspection.objects.count() == 1


def test_saved_halfway_and_gone_on_with(client, world):
    client.force_login(world.people["security_lead"])
    answer = client.post(address("inspection_new"), {**filled(world), "later": "on"})
    inspection = SafetyInspection.objects.get()
    assert answer.headers["Location"] == address("inspection_fill", inspection.pk)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Två soffor." in page
    client.post(answer.headers["Location"], {**filled(world), "row_version": 0, "state-klotter": "ok", "finish": "on"})
    inspection.refresh_from_db()
    assert inspection.finished_at is not None
    assert states_of(inspection)["klotter"] == "ok"


def test_a_refused_form_keeps_what_was_typed(client, world):
    client.force_login(world.people["security_lead"])
    answer = client.post(
        address("inspection_new"), {**filled(world, **{"note-skrap": "Ring 070-123 45 67"}), "finish": "on"}
    )
    assert answer.status_code == 422
    assert "Ring 070-123 45 67" in answer.content.decode()
    assert not SafetyInspection.objects.exists()


def test_a_conflict_shows_both(client, world):
    inspection = begin(world, states={"skrap": "ok"}, notes={"skrap": "Bortkört."}).inspection
    client.force_login(world.people["security_lead"])
    mine = {**filled(world), "row_version": 0, "later": "on"}
    actions.fill_in(
        inspection=inspection, answers=answers(states={"skrap": "urgent"}, notes={"skrap": "Deras ord."}), seen=0,
        by=world.people["coordinator"],
    )  # fmt: skip
    answer = client.post(address("inspection_fill", inspection.pk), mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Deras ord." in page
    assert "Två soffor." in page
    assert 'name="row_version" value="1"' in page
    assert inspection.items.get(key="skrap").note == "Deras ord."


def test_the_outbox_sends_once_and_to_nobody_else(client, world):
    person = world.people["security_lead"]
    client.force_login(person)
    asked = client.get(address("inspection_send")).json()
    assert asked["owner"] == owner_of(person, world.here, of="areas.inspection_outbox")
    fields = {name: str(value) for name, value in filled(world).items() if name != "client_uuid"}
    body = {"owner": asked["owner"], "client_uuid": str(uuid.uuid4()), "fields": {**fields, "finish": "on"}}

    def send(**more):
        return client.post(address("inspection_send"), json.dumps({**body, **more}), content_type="application/json")

    first, again = send(), send()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert send(owner="somebody").status_code == 409
    other = {**fields, "state-skrap": "ok", "finish": "on"}
    changed = send(fields=other)
    assert changed.status_code == 409
    refused = send(client_uuid=str(uuid.uuid4()), fields={**fields, "note-skrap": "Ring 070-123 45 67"})
    assert refused.status_code == 422
    assert "note-skrap" in refused.json()["errors"]
    assert SafetyInspection.objects.count() == 1
    photo = client.post(
        first.json()["photos"], drawn_photo(), content_type="image/jpeg", headers={
            "X-Photo-Number": str(uuid.uuid4()), "X-Outbox-Owner": asked["owner"], "X-Photo-About": "skrap",
        },
    )  # fmt: skip
    assert photo.status_code == 422, "it was not announced"


def test_the_place_says_what_is_left_to_mend(client, world):
    client.force_login(world.people["police"])
    page = client.get(address("place_detail", world.square.pk)).content.decode()
    assert "Ingen har besiktigat platsen ännu" in page
    begin(world, is_finished=True)
    page = client.get(address("place_detail", world.square.pk)).content.decode()
    assert "Inget brännbart ligger framme" in page
    client.force_login(world.people["council"])
    assert "Inget brännbart" not in client.get(address("place_detail", world.square.pk)).content.decode()


@pytest.mark.parametrize(("number", "in_sight"), [(5, 5), (6, 6), (7, 5)])
def test_a_place_with_many_defects_has_five_in_sight(world, number, in_sight):
    defects = [
        queries.Defect(make.InspectionItemFactory(inspection__place=world.square, key=f"sak-{n}"), 0)
        for n in range(number)
    ]
    section = presenters.section_of(world.square, [], defects, world.people["police"], True)
    texts = [row["text"] for row in section["first_defects"] + section["more_defects"]]
    assert texts == [f"sak-{n}" for n in range(number)]
    assert len(section["first_defects"]) == in_sight


def test_the_list_asks_few_questions(client, world, django_assert_max_num_queries):
    for day in range(1, 13):
        begin(world, inspected_on=dt.date(2026, 10, day), is_finished=True)
    client.force_login(world.people["coordinator"])
    client.get(address("inspection_list"))
    with django_assert_max_num_queries(40):
        assert client.get(address("inspection_list")).status_code == 200


def test_other_systems_read_what_the_page_shows(client, world):
    done = begin(world, is_finished=True).inspection
    begin(world)
    for who, number in (("police", 1), ("other_housing", 0), ("council", 0), ("stranger", 0)):
        client.force_login(world.people[who])
        results = client.get(reverse("api-inspection-list")).json()["results"]
        assert len(results) == number, who
        if results:
            assert results[0]["id"] == done.pk
            assert {item["state"] for item in results[0]["items"]} == {"ok", "defect", "urgent", "not_looked_at"}
    client.force_login(world.people["police"])
    assert client.get(reverse("api-inspection-list"), {"area": world.east.slug}).json()["results"] == []
    assert client.get(reverse("api-inspection-list"), {"kind": "x"}).status_code == 400


def test_nothing_of_it_is_lost_in_the_database(world):
    """The triggers hold for rows that come another way as well."""
    inspection = begin(world, is_finished=True).inspection
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="never changes"):
        cursor.execute("UPDATE areas_inspectionitem SET state = 'ok' WHERE inspection_id = %s", [inspection.pk])


def test_roles_that_may_inspect_are_those_of_the_circle():
    from partners.roles import MAY_INSPECT, SEE_EVERYTHING, SEE_OWN_AREAS

    assert MAY_INSPECT <= SEE_OWN_AREAS | SEE_EVERYTHING
    assert Role.ANALYST not in MAY_INSPECT
