"""The papers the law and those who follow it up ask for: the formats say the same, and tell no secret."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from councils.law import actions
from councils.law.papers import FORMATS
from situational_picture import building
from situational_picture.actions import publish_picture
from situational_picture.models import Picture
from tests import factories as make
from tests.action_plans.test_papers import PaperWorld
from tests.documents import reading, reading_word

HEADINGS = [
    "1. Kartläggning av brottsligheten, dess omfattning och konsekvenser",
    "2. Annan information av betydelse",
    "3. Analys av kartläggningen och den andra informationen",
    "Metod och begränsningar",
]


@pytest.fixture
def world(db):
    world = PaperWorld()
    building.rebuild_area(world.west, today=timezone.localdate())
    drafts = Picture.objects.filter(area=world.west, version=0, period_kind="month")
    world.month = drafts.filter(figures__total__count__gt=0).latest("period_end")
    world.picture = publish_picture(by=world.coordinator, picture=world.month)
    world.version = world.decide()
    return world


@pytest.fixture
def take(client, world):
    def do(who, paper, kind, query=""):
        client.force_login(world.people[who])
        return client.get(reverse("law_paper_export", args=[world.here.slug, paper, kind]) + query)

    return do


def words(file, kind):
    said = reading.said_in(file, kind)
    cells = [cell for table in said.tables for row in table for cell in row]
    return reading.bare(" ".join([*said.headings, *said.texts, *cells]))


def test_the_picture_stands_under_the_headings_of_the_law_and_no_others(take):
    for kind in FORMATS:
        file = take("coordinator", "lagesbild", kind).content
        if kind == "pdf":
            assert reading.faults_of_pdf(file) == []
        headings = reading.headings_of(file, kind)
        assert [one for one in headings if one in HEADINGS] == HEADINGS
        numbered = [one for one in headings if one[:2] in {"1.", "2.", "3.", "4."}]
        assert numbered == HEADINGS[:3]
        text = words(file, kind)
        for said in ("Torget är mörkt efter stängning", "Väster", "Skadegörelse"):
            assert reading.bare(said) in text


def test_costs_stand_with_the_mapping_and_surveys_with_the_other_information(take, world):
    for kind, name, area in (
        ("cost", "Klottersanering", None),
        ("survey", "Trygga på kvällen", world.west),
        ("survey", "I öster", world.east),
    ):
        level = "area" if area else "municipality"
        one = make.IndicatorFactory(
            collaboration=world.here, kind=kind, name=name, area=area, level=level, unit="kr" if kind == "cost" else "%"
        )
        make.IndicatorValueFactory(indicator=one, value=0.25 if kind == "survey" else 41000)
    tables = reading.said_in(take("coordinator", "lagesbild", "docx").content, "docx").tables
    rows = {row[0]: row for table in tables for row in table}
    assert any(name.startswith("Klottersanering") for name in rows)
    assert any(name.startswith("Trygga på kvällen") for name in rows)
    assert not any(name.startswith("I öster") for name in rows)


def test_small_counts_are_protected_also_when_somebody_of_the_circle_takes_the_paper_out(take, world):
    by_category = {row["name_sv"]: row["count"] for row in world.picture.figures["categories"]}
    assert 0 < by_category["Skadegörelse"] <= world.here.protect_counts_up_to
    for kind in FORMATS:
        tables = reading.said_in(take("coordinator", "lagesbild", kind).content, kind).tables
        rows = [row for table in tables for row in table]
        counts = [row[1] for row in rows if row[0] == "Skadegörelse"]
        assert counts == ["skyddat"]
        (extent,) = [row for row in rows if row[0] == "Väster" and len(row) == 5]
        # Told whole, it would tell the one report of the other category beside the four.
        assert extent[2] == "skyddat"


def test_the_plan_is_told_in_the_national_columns_without_its_counted_baseline(take):
    for paper, kind in (("atgardsplan", "docx"), ("atgardsplan", "xlsx"), ("statsbidrag", "pdf")):
        file = take("coordinator", paper, kind).content
        headers = reading.table_headers_of(file, kind)
        assert ["Orsak", "Åtgärd", "Operativa mål", "När", "Vem", "Uppföljning"] in headers
        assert "4321" not in reading.numbers_of(file, kind)
        assert reading.bare("Byt armaturerna på torget") in words(file, kind)


def test_the_application_names_the_caps_their_source_and_that_nobody_has_checked_them(take):
    for kind in FORMATS:
        file = take("coordinator", "statsbidrag", kind).content
        if kind == "pdf":
            assert reading.faults_of_pdf(file) == []
        text = words(file, kind)
        for said in ("40,66 procent", "10 procent", "bra.se, statsbidrag 2027", "Ingen har kontrollerat reglerna här"):
            assert reading.bare(said) in text


def test_the_survey_lists_paragraphs_4_to_9_with_days_and_links(take, world):
    today = timezone.localdate()
    actions.decide_duty(
        by=world.coordinator, collaboration=world.here, paragraph=4, decided_on=today,
        decided_by_body="municipal_assembly", registry_number="KF 2026/3", rests_on=world.picture,
    )  # fmt: skip
    seat = make.GroupMemberFactory(
        group=make.GroupFactory(collaboration=world.here, name="Brå Ekstad", kind="prevention_council"),
        membership=world.people["police"].memberships.get(),
    )
    world.agreement.parties.update(signed_on=today)
    for kind in FORMATS:
        file = take("council", "bra-enkat", kind).content
        if kind == "pdf":
            assert reading.faults_of_pdf(file) == []
        tables = reading.said_in(file, kind).tables
        rows = {row[0]: row for table in tables for row in table if row[0].startswith("§ ")}
        assert list(rows) == [f"§ {paragraph}" for paragraph in range(4, 10)]
        assert rows["§ 4"][2] == "Beslutad"
        assert rows["§ 4"][3] == today.isoformat()
        assert rows["§ 5"][2] == "Saknas"
        assert "*" in rows["§ 5"][1]
        assert "*" not in rows["§ 4"][1]
        text = words(file, kind)
        address = reverse("picture", args=[world.here.slug, world.west.slug])
        for said in ("KF 2026/3", address, "Trygga Väster", "LPO-chef", seat.group.name):
            assert reading.bare(said) in text


def test_what_the_reader_does_not_read_is_not_in_the_paper(take, world):
    texts = {who: words(take(who, "lagesbild", "docx").content, "docx") for who in ("security_lead", "other_housing")}
    cause = reading.bare("Torget är mörkt efter stängning")
    assert cause in texts["security_lead"]
    # The other company's area is East.
    assert cause not in texts["other_housing"]
    assert reading.bare("Skadegörelse") in texts["other_housing"]


def test_an_empty_collaboration_gets_papers_that_say_what_is_missing(client, db):
    seat = make.MembershipFactory(role="coordinator")
    client.force_login(seat.user)
    slug = seat.organisation.collaboration.slug
    assert client.get(reverse("law_papers", args=[slug])).status_code == 200
    for paper, said in (
        ("lagesbild", "Ingen publicerad lägesbild är vald."), ("atgardsplan", "Ingen beslutad plan är vald."),
        ("bra-enkat", "Ingen överenskommelse är inskriven."), ("statsbidrag", "Ingen beslutad plan är vald."),
    ):  # fmt: skip
        file = client.get(reverse("law_paper_export", args=[slug, paper, "docx"])).content
        assert reading.bare(said) in words(file, "docx")


def test_only_what_is_chosen_goes_in_and_nonsense_chooses_nothing(take, world):
    with_it = words(take("coordinator", "lagesbild", "docx", f"?picture={world.picture.pk}").content, "docx")
    assert reading.bare("Skadegörelse") in with_it
    for query in ("?chosen=1", "?picture=%00", "?picture=999999", "?plan=x&picture='"):
        answer = take("coordinator", "lagesbild", "docx", query)
        assert answer.status_code == 200
        assert reading.bare("Ingen publicerad lägesbild är vald.") in words(answer.content, "docx")
    assert take("coordinator", "annat", "pdf").status_code == 404
    assert take("coordinator", "lagesbild", "exe").status_code == 404


def test_papers_wear_the_municipality_s_look(take, world):
    def on_every_page():
        return reading_word.on_every_page(take("coordinator", "lagesbild", "docx").content)

    assert "Ekstads kommun" not in on_every_page()
    make.LookFactory(collaboration=world.here, header="Ekstads kommun")
    assert "Ekstads kommun" in on_every_page()


def test_each_paper_taken_out_is_in_the_log(take, world):
    take("council", "bra-enkat", "xlsx")
    event = Event.objects.get(action="law_paper_taken")
    assert event.collaboration_id == world.here.pk
