"""What people write in a picture: kept, guarded, locked, frozen; and who may do which part of it."""

import datetime as dt
from urllib.parse import parse_qsl

import pytest
from django.db import transaction
from django.db.utils import DatabaseError, IntegrityError
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents.models import Category
from partners.roles import Role
from situational_picture import actions, building, rules
from situational_picture.models import Picture
from situational_picture.writing import MOST_ROWS, ComingEvent, PriorityPlace, Section, Written, selection_query
from tests import factories as make
from tests.at_once import at_once

TEXT = Written(
    assessed_state="worrying",
    assessed_motive="Skadegörelsen har ökat tre veckor i rad.",
    assessment="Mest händer vid centrum på kvällarna.",
    sections={"places": Section("Västers centrum sticker ut.", "Skadegörelse", "area=vaster&category=SKA")},
    coming_events=(ComingEvent(dt.date(2026, 12, 13), "Luciatåg", "Västers centrum"),),
    priority_places=(PriorityPlace("Västers centrum", "Flest händelser på kvällen."),),
)


@pytest.fixture
def draft(world):
    building.rebuild_area(world.west, today=timezone.localdate())
    return Picture.objects.filter(area=world.west, period_kind="month").latest("period_end")


@pytest.fixture
def author(world):
    return world.people["coordinator"]


@pytest.fixture
def analyst(world):
    return make.MembershipFactory(organisation=world.municipality, role=Role.ANALYST).user


def write(by, picture, written=TEXT, **more):
    picture.refresh_from_db()
    return actions.write_picture(
        by=by, picture=picture, written=written, **{"text_version": picture.text_version, **more}
    )


class TestKeeping:
    def test_everything_written_is_kept_as_it_was(self, author, draft):
        write(author, draft)
        assert Written.of(Picture.objects.get(pk=draft.pk)) == TEXT

    def test_a_rebuild_changes_the_figures_and_not_the_text(self, world, author, draft):
        write(author, draft)
        make.IncidentFactory(organisation=world.housing, area=world.west, category=world.vandalism, at=timezone.now())
        building.rebuild_area(world.west, today=timezone.localdate())
        after = Picture.objects.get(pk=draft.pk)
        assert after.figures != draft.figures
        assert Written.of(after) == TEXT

    def test_a_draft_somebody_has_written_in_is_never_forgotten(self, world, author):
        start = dt.date(2020, 1, 1)
        old = [
            make.PictureFactory(
                area=world.west,
                period_start=start + dt.timedelta(days=40 * n),
                period_end=start + dt.timedelta(days=40 * n + 30),
                period_kind="free",
                computed_at=timezone.localtime() - dt.timedelta(days=400 - n),
            )
            for n in range(building.KEPT_ON_REQUEST + 3)
        ]
        write(author, old[0])
        building.rebuild_area(world.west, today=timezone.localdate())
        left = set(Picture.objects.filter(pk__in=[p.pk for p in old]).values_list("pk", flat=True))
        assert old[0].pk in left
        assert old[1].pk not in left

    def test_who_writes_from_an_older_text_is_told_and_nothing_is_lost(self, author, analyst, draft):
        write(author, draft)
        with pytest.raises(NotPossible) as told:
            write(analyst, draft, Written(assessment="Något annat."), text_version=0)
        assert told.value.code == "conflict"
        assert Written.of(Picture.objects.get(pk=draft.pk)) == TEXT

    def test_saving_the_same_text_again_is_not_a_change(self, author, draft):
        assert write(author, draft).text_version == 1
        assert write(author, draft).text_version == 1

    def test_a_state_has_a_motive(self, author, draft):
        with pytest.raises(NotPossible) as told:
            write(author, draft, Written(assessed_state="serious"))
        assert set(told.value.message_dict) == {"assessed_motive"}
        with pytest.raises(IntegrityError, match="picture_state_has_motive"), transaction.atomic():
            Picture.objects.filter(pk=draft.pk).update(assessed_state="serious")

    @pytest.mark.parametrize(
        ("written", "field"),
        [
            (Written(assessment="Bilen ABC 123 stod där."), "assessment"),
            (Written(sections={"places": Section("Ring 070-174 06 05.")}), "section_places"),
            (Written(coming_events=(ComingEvent(dt.date(2026, 12, 1), "Mejla a@b.se"),)), "coming-0-what"),
            (Written(priority_places=(PriorityPlace("Torget", "Se 19811218-9876"),)), "priority-0-why"),
            (Written(sections={"times": Section("x", "070-174 06 05", "area=vaster")}), "selection_name_times"),
        ],
    )
    def test_no_text_may_point_at_a_person_even_when_confirmed(self, author, draft, written, field):
        for is_confirmed in (False, True):
            with pytest.raises(NotPossible) as told:
                write(author, draft, written, is_confirmed=is_confirmed)
            assert set(told.value.message_dict) == {field}
        assert not Picture.objects.get(pk=draft.pk).has_text

    def test_what_may_point_at_a_person_is_confirmed(self, author, draft):
        written = Written(assessment="Det var Anna Andersson som såg det.")
        with pytest.raises(NotPossible):
            write(author, draft, written)
        assert write(author, draft, written, is_confirmed=True).assessment == written.assessment

    @pytest.mark.parametrize("who", ["security_lead", "police", "council", "stranger", "reporter", "administrator"])
    def test_nobody_else_writes(self, world, draft, who):
        with pytest.raises(NotAllowed):
            write(world.people[who], draft)
        for change in (actions.send_for_review, actions.take_back):
            with pytest.raises(NotAllowed):
                change(by=world.people[who], picture=draft)


class TestLife:
    def test_every_status_has_its_next_steps(self):
        assert set(rules.NEXT) == set(Picture.Status)
        assert rules.NEXT[Picture.Status.PUBLISHED] == set()

    def test_written_reviewed_by_another_and_published(self, author, analyst, draft):
        write(author, draft)
        draft = actions.send_for_review(by=author, picture=draft)
        with pytest.raises(NotAllowed):
            actions.publish_picture(by=author, picture=draft)
        published = actions.publish_picture(by=analyst, picture=draft)
        assert Written.of(published) == TEXT
        assert published.published_by == analyst
        assert published.sent_for_review_by == author
        assert {row["code"] for row in published.definitions["categories"]} == {"SKA", "NAR"}
        draft.refresh_from_db()
        assert draft.status == Picture.Status.DRAFT
        assert Event.objects.get(action="picture_published").details["approved_own_text"] is False

    def test_where_there_is_nobody_else_the_author_approves_and_the_log_says_so(self, author, draft):
        write(author, draft)
        draft = actions.send_for_review(by=author, picture=draft)
        actions.publish_picture(by=author, picture=draft)
        assert Event.objects.get(action="picture_published").details["approved_own_text"] is True

    def test_a_text_nobody_has_reviewed_is_not_published(self, author, draft):
        draft = write(author, draft)
        with pytest.raises(NotPossible):
            actions.publish_picture(by=author, picture=draft)

    def test_figures_without_a_text_are_published_as_they_stand(self, author, draft):
        assert actions.publish_picture(by=author, picture=draft).version == 1

    def test_under_review_the_text_is_locked_until_it_is_taken_back(self, author, analyst, draft):
        write(author, draft)
        draft = actions.send_for_review(by=author, picture=draft)
        with pytest.raises(NotPossible) as told:
            write(author, draft, Written(assessment="Nytt."))
        assert told.value.code == "in_review"
        with pytest.raises(NotPossible):
            actions.send_for_review(by=author, picture=draft)
        actions.take_back(by=analyst, picture=draft)
        assert write(author, draft, Written(assessment="Nytt.")).assessment == "Nytt."

    def test_an_empty_text_is_not_sent(self, author, draft):
        with pytest.raises(NotPossible):
            actions.send_for_review(by=author, picture=draft)

    def test_what_is_approved_is_the_text_that_was_read(self, author, analyst, draft):
        write(author, draft)
        seen = actions.send_for_review(by=author, picture=draft)
        actions.take_back(by=author, picture=seen)
        write(author, draft, Written(assessment="Ändrad."))
        actions.send_for_review(by=author, picture=draft)
        with pytest.raises(NotPossible):
            actions.publish_picture(by=analyst, picture=seen)
        assert not Picture.objects.filter(version__gt=0).exists()

    def test_a_corrected_text_is_a_new_version_and_the_old_one_stays(self, author, draft):
        write(author, draft)
        first = actions.publish_picture(by=author, picture=actions.send_for_review(by=author, picture=draft))
        write(author, draft, Written(assessment="Rättad."))
        second = actions.publish_picture(by=author, picture=actions.send_for_review(by=author, picture=draft))
        assert (first.version, second.version) == (1, 2)
        first.refresh_from_db()
        assert Written.of(first) == TEXT

    @pytest.mark.parametrize("change", [{"assessment": "Annat."}, {"sections": {}}, {"priority_places": []}])
    def test_the_database_refuses_to_change_a_published_text(self, author, draft, change):
        write(author, draft)
        published = actions.publish_picture(by=author, picture=actions.send_for_review(by=author, picture=draft))
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            Picture.objects.filter(pk=published.pk).update(**change)
        with pytest.raises(NotPossible):
            write(author, published, Written())

    def test_figures_stored_before_there_were_layers_can_still_be_read(self, client, world, draft):
        old = {key: value for key, value in draft.figures.items() if key != "layers"}
        Picture.objects.filter(pk=draft.pk).update(figures=old, code_version="2026.1")
        published = actions.publish_picture(by=world.people["coordinator"], picture=Picture.objects.get(pk=draft.pk))
        for who in ("coordinator", "council"):
            client.force_login(world.people[who])
            address = reverse("picture", args=["ekstad", "vaster"])
            page = client.get(address, {"period": published.period.code, "version": 1})
            assert page.status_code == 200
            assert page.context["layers"] == []


class TestLayers:
    @pytest.fixture
    def figures(self, draft):
        return Picture.objects.filter(area=draft.area, period_kind="tertial").latest("period_end").figures

    def test_they_add_up_to_the_total(self, figures):
        assert {row["layer"] for row in figures["layers"]} == {"police", "partners"}
        assert sum(row["count"] for row in figures["layers"]) == figures["total"]["count"]
        for row in figures["categories"]:
            of_layers = [layer["categories"].get(str(row["category"]), 0) for layer in figures["layers"]]
            assert sum(of_layers) == row["count"]

    def test_without_the_police_the_partners_picture_is_the_same(self, world, figures):
        partners = next(row for row in figures["layers"] if row["layer"] == "partners")
        world.sensitive.delete()
        building.rebuild_area(world.west, today=timezone.localdate())
        after = Picture.objects.filter(area=world.west, period_kind="tertial").latest("period_end").figures
        assert after["layers"] == [partners]
        assert after["total"]["count"] == partners["count"]

    def test_outside_the_circle_neither_count_nor_who_has_reported_is_told(self, client, world, draft):
        actions.publish_picture(by=world.people["coordinator"], picture=draft)
        client.force_login(world.people["council"])
        page = client.get(reverse("picture", args=["ekstad", "vaster"]), {"period": draft.period.code})
        assert [row["count"]["status"] for row in page.context["layers"]] == ["protected", "protected"]
        assert not [row for row in page.context["layers"] if row["owners"]]


class TestPage:
    def body(self, draft, **more):
        rows = {"TOTAL_FORMS": "2", "INITIAL_FORMS": "0"}
        lists = {f"{prefix}-{name}": value for prefix in ("coming", "priority") for name, value in rows.items()}
        return {"period": draft.period.code, "text_version": str(draft.text_version), **lists, **more}

    def post(self, client, who, draft, **more):
        client.force_login(who)
        return client.post(reverse("picture_write", args=["ekstad", "vaster"]), self.body(draft, **more))

    def test_the_plain_form_keeps_everything(self, client, world, author, draft):
        answer = self.post(
            client, author, draft,
            assessed_state="worrying", assessed_motive="Ökar.", assessment="Mest på kvällen.",
            section_places="Centrum.", selection_address_places="http://x/ekstad/incidents/?category=SKA&cursor=a2",
            **{"coming-0-day": "2026-12-13", "coming-0-what": "Luciatåg", "priority-0-name": "västers centrum",
               "priority-0-why": "Flest händelser."},
        )  # fmt: skip
        assert answer.status_code == 302
        written = Written.of(Picture.objects.get(pk=draft.pk))
        assert written.assessed_state == "worrying"
        assert written.sections["places"].selection_query == "category=SKA"
        assert written.coming_events == (ComingEvent(dt.date(2026, 12, 13), "Luciatåg"),)
        assert written.priority_places[0].place == world.square.pk

    def test_a_selection_is_a_link_for_who_reads_reports_and_a_name_for_the_council(self, client, world, author, draft):
        write(author, draft)
        published = actions.publish_picture(by=author, picture=actions.send_for_review(by=author, picture=draft))
        shown = {}
        for who in ("security_lead", "council"):
            client.force_login(world.people[who])
            page = client.get(
                reverse("picture", args=["ekstad", "vaster"]), {"period": draft.period.code, "version": 1}
            )
            shown[who] = page.context["written"]["sections"][0]
            assert "Västers centrum sticker ut." in page.content.decode()
        assert shown["council"]["url"] == ""
        assert shown["council"]["selection"] == "Skadegörelse"
        client.force_login(world.people["security_lead"])
        rows = client.get(shown["security_lead"]["url"]).context["rows"]
        assert rows
        assert world.counts_only not in [row["incident"] for row in rows]
        assert published.version == 1

    @pytest.mark.parametrize(
        ("address", "kept"),
        [
            # Asked once, the last one holds; asked several times, each is looked at.
            ("?area=Kalle+Svensson+070-174+06+05&area=vaster", "area=vaster"),
            ("?category=Kalle+Svensson+070-174+06+05&category=SKA", None),
            ("?category=SKA&category=NAR", "category=NAR&category=SKA"),
        ],
    )
    def test_of_a_filter_named_twice_no_words_are_kept_beside_what_was_looked_at(
        self, client, author, draft, address, kept
    ):
        answer = self.post(client, author, draft, section_places="Centrum.", selection_address_places=address)
        sections = Picture.objects.get(pk=draft.pk).sections
        assert answer.status_code == (422 if kept is None else 302)
        assert (sections["places"]["selection_query"] if kept else sections) == (kept or {})

    def test_a_forecast_is_not_taken_over_where_no_row_is_left_for_it(self, client, world, author, draft):
        coming = make.CategoryFactory(collaboration=world.here, code="KOM", kind=Category.Kind.FORECAST)
        report = make.IncidentFactory(
            organisation=world.housing, area=world.west, category=coming, at=timezone.localtime() + dt.timedelta(days=2)
        )
        full = {"coming-TOTAL_FORMS": str(MOST_ROWS)}
        for number in range(MOST_ROWS):
            full |= {f"coming-{number}-day": "2026-12-13", f"coming-{number}-what": f"Luciatåg {number + 1}"}
        answer = self.post(client, author, draft, take=str(report.pk), assessment="Lugnt.", **full)
        assert answer.status_code == 422
        assert "plats för 20" in answer.content.decode()
        draft.refresh_from_db()
        assert len(draft.coming_events) == 0
        assert self.post(client, author, draft, assessment="Lugnt.", **full).status_code == 302
        draft.refresh_from_db()
        assert len(draft.coming_events) == MOST_ROWS

    def test_two_writers_at_once_are_told_and_see_both_texts(self, client, author, analyst, draft):
        self.post(client, author, draft, assessment="Den första texten.")
        answer = self.post(client, analyst, draft, assessment="Den andra texten.")
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "Den första texten." in page
        assert "Den andra texten." in page
        assert Picture.objects.get(pk=draft.pk).assessment == "Den första texten."
        # Whoever has seen both and saves again means it.
        draft.text_version = answer.context["form"]["text_version"].value()
        assert self.post(client, analyst, draft, assessment="Den andra texten.").status_code == 302
        assert Picture.objects.get(pk=draft.pk).assessment == "Den andra texten."

    def test_the_page_saves_by_itself_and_says_why_not(self, client, author, draft):
        saved = self.post(client, author, draft, assessment="Lugnt.", autosave="yes")
        assert saved.json() == {"text_version": 1}
        stale = self.post(client, author, draft, assessment="Oroligt.", autosave="yes")
        assert (stale.status_code, stale.json()["code"]) == (409, "conflict")
        draft.refresh_from_db()
        person = self.post(client, author, draft, assessment="Bilen ABC 123.", autosave="yes")
        assert (person.status_code, list(person.json()["errors"])) == (422, ["assessment"])
        half = self.post(client, author, draft, autosave="yes", **{"coming-0-day": "2026-12-13"})
        assert list(half.json()["errors"]) == ["coming-0-what"]
        assert Picture.objects.get(pk=draft.pk).assessment == "Lugnt."

    def test_a_row_that_was_saved_as_it_was_written_is_there_after_the_next_save(self, client, author, draft):
        rows = {
            "coming-0-day": "2026-12-13", "coming-0-what": "Luciatåg", "coming-0-place": "Torget",
            "priority-0-order": "1", "priority-0-name": "Västers centrum", "priority-0-why": "Flest händelser.",
        }  # fmt: skip
        for text in ("Lugnt.", "Lugnare.", "Lugnast."):
            assert self.post(client, author, draft, assessment=text, autosave="yes", **rows).status_code == 200
            draft.refresh_from_db()
            assert [event["what"] for event in draft.coming_events] == ["Luciatåg"], text
            assert [place["name"] for place in draft.priority_places] == ["Västers centrum"], text

    def test_what_is_refused_stays_in_the_fields_and_a_weak_hit_can_be_confirmed(self, client, author, draft):
        text = "Det var Anna Andersson som såg det."
        answer = self.post(client, author, draft, assessment=text)
        assert answer.status_code == 422
        assert text in answer.content.decode()
        assert 'name="is_confirmed"' in answer.content.decode()
        assert self.post(client, author, draft, assessment=text, is_confirmed="on").status_code == 302

    def test_the_order_of_the_places_is_what_the_numbers_say(self, client, author, draft):
        rows = {"priority-0-name": "Torget", "priority-0-why": "a", "priority-0-order": "2",
                "priority-1-name": "Parken", "priority-1-why": "b", "priority-1-order": "1"}  # fmt: skip
        self.post(client, author, draft, **rows)
        assert [row["name"] for row in Picture.objects.get(pk=draft.pk).priority_places] == ["Parken", "Torget"]

    def test_a_forecast_among_the_reports_is_taken_over(self, client, world, author, draft):
        coming = make.CategoryFactory(collaboration=world.here, name_sv="Evenemang", kind=Category.Kind.FORECAST)
        at = timezone.make_aware(dt.datetime.combine(draft.period_start + dt.timedelta(days=20), dt.time(18)))
        report = make.IncidentFactory(
            organisation=world.housing, area=world.west, category=coming, place=world.square, at=at
        )
        client.force_login(author)
        address = reverse("picture_write", args=["ekstad", "vaster"])
        page = client.get(address, {"period": draft.period.code})
        assert [row["pk"] for row in page.context["forecasts"]] == [report.pk]
        self.post(client, author, draft, take=str(report.pk), assessment="Lugnt.")
        kept = Picture.objects.get(pk=draft.pk)
        assert kept.assessment == "Lugnt."
        assert [(row["what"], row["place"]) for row in kept.coming_events] == [("Evenemang", "Västers centrum")]
        assert client.get(address, {"period": draft.period.code}).context["forecasts"] == []

    def test_sending_by_the_button_and_approving_on_the_page(self, client, author, analyst, draft):
        self.post(client, author, draft, assessment="Lugnt.", send="yes")
        draft.refresh_from_db()
        assert draft.status == Picture.Status.REVIEW
        client.force_login(author)
        own = client.get(reverse("picture", args=["ekstad", "vaster"]), {"period": draft.period.code})
        assert not own.context["may_approve"]
        client.force_login(analyst)
        address = reverse("picture_publish", args=["ekstad", "vaster"])
        old = {"period": draft.period.code, "text_version": str(draft.text_version - 1)}
        client.post(address, old)
        assert not Picture.objects.filter(version__gt=0).exists()
        client.post(address, {**old, "text_version": str(draft.text_version)})
        assert Picture.objects.get(version=1).assessment == "Lugnt."


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("http://localhost:8000/norrkoping/incidents/?category=SKA&since=2026-11-01", "category=SKA&since=2026-11-01"),
        ("?area=vaster&mine=yes&cursor=a1", "area=vaster"),
        ("category=SKA&category=", "category=SKA"),
        ("since=2026-11-01&category=SKA", "category=SKA&since=2026-11-01"),
        # Of what is asked once the last one is what the list asks about, and the only one that is looked at.
        ("area=Ring+070-174+06+05&area=vaster", "area=vaster"),
        ("category=SKA&category=NAR&category=SKA", "category=NAR&category=SKA"),
        ("https://example.org/", ""),
        ("javascript:alert(1)", ""),
        ("?next=https://example.org", ""),
    ],
)
def test_a_selection_is_only_filters_of_the_list(address, kept):
    assert parse_qsl(selection_query(address)) == parse_qsl(kept)


@pytest.mark.django_db(transaction=True)
def test_of_six_who_write_at_once_one_is_kept_and_the_others_are_told(transactional_db):
    from tests.world import World

    world = World()
    building.rebuild_area(world.west, today=timezone.localdate())
    draft = Picture.objects.filter(area=world.west, period_kind="month").latest("period_end")

    def writing(number):
        return lambda: write_from_zero(world.people["coordinator"], draft, Written(assessment=f"Text {number}."))

    answers = at_once(*[writing(number) for number in range(6)])
    kept = [answer for answer in answers if isinstance(answer, Picture)]
    assert len(kept) == 1
    assert [answer.code for answer in answers if isinstance(answer, NotPossible)] == ["conflict"] * 5
    assert Picture.objects.get(pk=draft.pk).assessment == kept[0].assessment


def write_from_zero(by, picture, written):
    return actions.write_picture(by=by, picture=picture, written=written, text_version=0)
