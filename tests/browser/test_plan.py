"""From a chosen cause to a plan that is decided, signed and changed, by coordinator and partners in their browsers."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from action_plans.measures import actions as measures
from action_plans.models import Commitment, Goal, Measure, Plan, PlanVersion
from incidents.models import Incident
from tests import factories as make
from tests.action_plans.cast import PlanWorld
from tests.documents import reading_word, templates

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
WITHOUT_JAVASCRIPT = {"java_script_enabled": False}


def day(after):
    return timezone.localdate() + dt.timedelta(days=after)


@pytest.fixture
def world(transactional_db):
    """A plan that runs now, and reports to count: forty of them on the days the tests count."""
    world = PlanWorld()
    Plan.objects.filter(pk=world.plan.pk).update(title="Plan för Väster", first_day=day(-30), last_day=day(300))
    world.plan.refresh_from_db()
    Incident.objects.bulk_create(
        make.IncidentFactory.build(
            organisation=world.housing,
            area=world.west,
            category=world.vandalism,
            at=timezone.now() - dt.timedelta(days=days),
        )
        for days in range(45, 366, 8)
    )
    return world


def at(name, *args, query=""):
    return reverse(name, args=["ekstad", *args]) + query


def press(page, name):
    """Press what sends a form, and wait for what comes of it."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def choose(page, label, option):
    page.get_by_label(label).select_option(label=option)


def test_a_chosen_cause_becomes_a_measure_with_a_goal_and_is_asked_of_partners(
    world, open_as, assert_accessible, assert_fits
):
    page = open_as(world.coordinator, at("analysis", world.problem.number, query=f"?cause={world.chosen.pk}"), **PHONE)
    suggested = page.locator("#methods li")
    assert suggested.count() >= 3
    suggested.filter(has_text="Bättre belysning").get_by_role("link", name="Börja på en åtgärd").click()
    page.get_by_label("Vad ska göras?").fill("Byt lamporna på torget")
    press(page, "Spara utkastet")
    missing = page.locator("#missing")
    expect(missing).to_contain_text("Ange vad som visar om åtgärden fungerar.")
    expect(page.locator("#how")).to_contain_text(world.chosen.text)
    measure = Measure.objects.get()
    page.get_by_role("link", name="Ange när åtgärden ska vara klar.").click()
    page.get_by_label("Klart senast").fill(str(day(90)))
    page.get_by_label("Följs upp den").fill(str(day(120)))
    press(page, "Spara")
    expect(missing.locator("li")).to_have_count(3)

    # There is no goal yet: the page leads to one, and the helper counts and words it while it is written.
    page.get_by_role("link", name="Välj mål").click()
    page.get_by_role("link", name="Skriv ett mål").click()
    told = page.locator("#goal-help")
    page.get_by_label("Vad ska förändras?").fill("rapporter om skadegörelse")
    page.locator("[data-measured=reports]").get_by_text("Välj kategorier och platser").click()
    page.get_by_label("De som väljs här").check()
    page.get_by_label("Skadegörelse").check()
    page.get_by_label("Utgångsvärde från").fill(str(day(-360)))
    page.get_by_label("Utgångsvärde till och med").fill(str(day(-36)))
    page.get_by_label("Målvärde").press_sequentially("20")
    expect(told).to_contain_text(re.compile("Minska rapporter om skadegörelse .* från 40 .* till högst 20 "))
    expect(told).to_contain_text("En minskning på 58 % skulle synas i ungefär hälften av fallen, 79 % i åtta av tio.")
    own = page.get_by_label("Målet med egna ord")
    own.fill("Vi ska verka för ett tryggare torg.")
    expect(told).to_contain_text("inget att mäta")
    assert_accessible(page)
    assert_fits(page)
    own.fill("")
    expect(told).not_to_contain_text("inget att mäta")
    page.get_by_label("Skrivs in för hand").check()
    expect(page.locator("[data-measured=reports]")).to_be_hidden()
    page.get_by_label("Räknas i rapporterna").check()
    choose(page, "Organisation som äger målet", "Kommunen")
    page.locator("#id_owner").select_option(label="coordinator, Kommunen")
    press(page, "Spara")
    goal = Goal.objects.get()
    assert (goal.baseline, goal.target, goal.organisation) == (40, 20, world.municipality)
    choose(page, "Vilken grupp har enats?", "Beredningsgruppen")
    press(page, "Gruppen har enats")
    expect(page.locator("main")).to_contain_text("Målet är överenskommet.")

    page.goto(page.url.split("/ekstad/")[0] + at("measure_choose", measure.pk, "goals"))
    page.get_by_label("Minska rapporter om skadegörelse").check()
    press(page, "Spara")
    expect(missing.locator("li")).to_have_text(
        ["Ange vilken organisation som leder åtgärden och vem som ansvarar där."]
    )
    for organisation, text in (
        ("Bostadsbolaget", "Byta armaturerna på torget."),
        ("Polisen", "Vara på torget på kvällarna."),
    ):
        page.get_by_role("link", name="Lägg till en organisation").click()
        choose(page, "Vilken organisation?", organisation)
        page.get_by_label("Vad ska den göra?").fill(text)
        assert_fits(page)
        press(page, "Lägg till")
    press(page, "Föreslå den för samverkansparterna")
    expect(page.locator("#parts")).to_contain_text("leder")
    assert [(one.asked_of, one.is_lead, one.state) for one in Commitment.objects.order_by("pk")] == [
        (world.housing, True, "asked"),
        (world.police_authority, False, "asked"),
    ]
    assert_accessible(page)
    assert_fits(page)


def test_partners_answer_on_their_phones_and_a_decision_despite_a_gap_is_read_by_the_council(
    world, open_as, assert_accessible, assert_fits
):
    measure = world.measure(title="Byt lamporna på torget", follow_up_on=None)
    measures.choose_causes(by=world.officer, measure=measure, causes=[world.chosen])
    world.part(measure, world.housing, is_lead=True)
    world.part(measure, world.housing, text="Hålla torget öppet hela natten.")
    world.part(measure, world.police_authority, text="Vara på torget varje kväll.", due_on=day(30))
    measures.propose(by=world.officer, measure=measure)

    housing = open_as(world.security_lead, at("my_work"), **PHONE)
    expect(housing.get_by_role("heading", level=1)).to_contain_text("2 uppgifter väntar på dig")
    assert_fits(housing)
    housing.get_by_role("button", name=re.compile("Acceptera.*armaturerna")).tap()
    expect(housing.locator("main")).to_contain_text("Det är lovat.")
    housing.get_by_role("link", name=re.compile("öppet hela natten")).tap()
    housing.locator("summary", has_text="Avböj").tap()
    step = housing.locator("details[open]")
    step.get_by_label("Varför?").fill("Fastigheten får inte stå öppen efter stängning.")
    step.get_by_role("button", name="Avböj").tap()
    expect(housing.locator("main")).to_contain_text("Fastigheten får inte stå öppen efter stängning.")
    assert_accessible(housing)
    assert_fits(housing)

    police = open_as(world.police, at("my_work"), **PHONE)
    police.get_by_role("link", name=re.compile("varje kväll")).tap()
    police.locator("summary", has_text="Ge ett motbud").tap()
    step = police.locator("details[open]")
    step.get_by_label("Vad erbjuder ni i stället?").fill("Vara på torget fredag och lördag.")
    step.get_by_role("button", name="Ge ett motbud").tap()
    expect(police.locator("main")).to_contain_text("Ert motbud är skickat.")
    assert_fits(police)

    page = open_as(world.coordinator, at("my_work"))
    page.get_by_role("button", name=re.compile("Anta motbudet.*fredag och lördag")).click()
    # What leaves the page before the answer came would stop the press on its way.
    expect(page.get_by_role("button", name=re.compile("Anta motbudet"))).to_have_count(0)
    page.goto(page.url.split("/ekstad/")[0] + at("measure_detail", measure.pk))
    expect(page.locator("#parts")).to_contain_text("Fastigheten får inte stå öppen efter stängning.")
    expect(page.locator("#missing li")).to_have_text(["Ange vilken dag åtgärden följs upp."])
    page.locator("summary", has_text="Besluta fast något saknas").click()
    choose(page, "Vilken grupp beslutar?", "Beredningsgruppen")
    press(page, "Besluta fast något saknas")
    assert Measure.objects.get().state == "proposed"
    page.get_by_label("Varför beslutas den fast något saknas?").fill(
        "Lamporna är beställda. Uppföljningen sätts i maj."
    )
    press(page, "Besluta fast något saknas")
    expect(page.locator("main")).to_contain_text("Beslutad fast något saknades")
    assert_accessible(page)

    # The reason that was left out is an error to the browser.
    assert [line for line in page.complaints if "422" not in line] == []
    page.complaints.clear()

    council = open_as(world.people["council"], at("measure_list"))
    expect(council.locator("#overrides")).to_contain_text("Lamporna är beställda.")
    expect(council.locator("#overrides")).to_contain_text("Ange vilken dag åtgärden följs upp.")
    states = {one.text: one.state for one in Commitment.objects.all()}
    assert states == {
        "Byta armaturerna på torget.": "accepted",
        "Hålla torget öppet hela natten.": "declined",
        "Vara på torget fredag och lördag.": "accepted",
    }


def test_a_plan_is_decided_and_signed_and_what_is_changed_later_is_read_as_a_difference(
    world, open_as, assert_accessible, assert_fits
):
    measure = world.decidable(title="Byt lamporna på torget", due_on=day(60))
    measures.decide(by=world.police, measure=measure, group=world.group)
    make.GoalFactory(plan=world.plan, organisation=world.municipality, agreed_at=timezone.now())
    page = open_as(world.coordinator, at("plan", world.plan.number))
    page.get_by_role("link", name="Besluta planen").click()
    choose(page, "Vilken grupp har beslutat?", "Beredningsgruppen")
    press(page, "Besluta och frys")
    for organisation, function in (("Kommunen", "kommundirektör"), ("Polisen", "lokalpolisområdeschef")):
        page.locator("summary", has_text="Anteckna en underskrift").click()
        choose(page, "Organisation", organisation)
        page.get_by_label("Funktion").fill(function)
        press(page, "Anteckna underskriften")
    expect(page.locator("#signatures li")).to_have_count(2)
    frozen = page.url

    page.get_by_role("link", name="Till planen som den ser ut nu").click()
    expect(page.locator("#agreed")).not_to_contain_text("sedan dess")
    page.get_by_role("link", name=re.compile("Byt lamporna på torget")).first.click()
    page.get_by_role("link", name="Ändra åtgärden").click()
    page.get_by_label("Vad ska göras?").fill("Byt lamporna på torget och i passagen")
    press(page, "Spara")
    page.get_by_role("link", name="Plan för Väster").click()
    expect(page.locator("#agreed")).to_contain_text("sedan dess, inte beslutat än.")
    page.get_by_role("link", name="Se vad som skiljer").click()
    expect(page.locator("main ins")).to_contain_text(["och i passagen"])
    page.set_viewport_size({"width": 390, "height": 844})
    assert_accessible(page)
    assert_fits(page)
    page.goto(frozen)
    expect(page.locator("#measures")).not_to_contain_text("passagen")
    assert PlanVersion.objects.get().signatures.count() == 2


def test_one_reports_what_was_promised_as_kept_and_the_other_sees_it_otherwise(world, open_as, assert_fits):
    measure = world.decidable(title="Byt lamporna på torget")
    measures.decide(by=world.police, measure=measure, group=world.group)
    one = Commitment.objects.get()
    housing = open_as(world.security_lead, at("my_work"), **PHONE)
    housing.get_by_role("button", name=re.compile("Det är gjort")).tap()
    expect(housing.locator("main")).not_to_contain_text("Byta armaturerna")
    page = open_as(world.coordinator, at("my_work"))
    page.get_by_role("link", name=re.compile("Bostadsbolaget har rapporterat som gjort")).click()
    page.locator("summary", has_text="Vi ser det annorlunda").click()
    step = page.locator("details[open]")
    step.get_by_label("Hur ser ni på det?").fill("Två lampor är fortfarande trasiga.")
    step.get_by_role("button", name="Vi ser det annorlunda").click()
    expect(page.locator("#outcome")).to_contain_text("Båda står kvar.")
    for reader in (page, housing):
        reader.goto(reader.url.split("/ekstad/")[0] + at("commitment_detail", one.number))
        expect(reader.locator("#outcome")).to_contain_text("De ser olika på det. Båda står kvar.")
        expect(reader.locator("#outcome")).to_contain_text("Två lampor är fortfarande trasiga.")
        assert_fits(reader)
    one.refresh_from_db()
    assert (one.owner_says_kept, one.asker_says_kept) == (True, False)


def test_the_helper_counts_without_javascript(world, open_as):
    page = open_as(world.coordinator, at("goal_new", world.plan.number), **WITHOUT_JAVASCRIPT)
    page.get_by_label("Vad ska förändras?").fill("rapporter")
    page.get_by_label("Utgångsvärde från").fill(str(day(-360)))
    page.get_by_label("Utgångsvärde till och med").fill(str(day(-36)))
    page.get_by_label("Målvärde").fill("20")
    page.get_by_label("Målet med egna ord").fill("Vi ska verka för ett tryggare torg.")
    press(page, "Räkna och kontrollera")
    told = page.locator("#goal-help")
    expect(told).to_contain_text("inget att mäta")
    expect(told).to_contain_text("En minskning på 58 % skulle synas i ungefär hälften av fallen, 79 % i åtta av tio.")
    assert not Goal.objects.exists()
    page.get_by_label("Målet med egna ord").fill("")
    press(page, "Spara")
    assert Goal.objects.get().baseline == 40


# --- What goes wrong while one writes ---------------------------------------------------------------------------------


def test_without_network_or_session_what_is_written_stays_and_is_saved_later(world, open_as):
    page = open_as(world.coordinator, at("measure_change", world.measure().pk))
    how, said = page.get_by_label("Hur är det tänkt att påverka orsaken?"), page.locator("form-sending")
    how.fill("Den som säljer syns från fönstren.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Spara").click()
    expect(said).to_contain_text("Det finns inget nät just nu.")
    page.context.set_offline(False)
    own = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Spara").click()
    expect(said).to_contain_text("Du har loggats ut.")
    expect(how).to_have_value("Den som säljer syns från fönstren.")
    # Signing in anew in another tab gives another session, which the old page's token is not made for.
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#id_login").fill(world.coordinator.email)
    other.locator("#id_password").fill(make.PASSWORD)
    other.locator("#id_password").press("Enter")
    expect(other.get_by_label("Vad ska göras?")).to_be_visible()
    assert own != page.context.cookies()
    press(page, "Spara")
    expect(page.locator("#how")).to_contain_text("Den som säljer syns från fönstren.")
    # Away from the network the browser says so of every address; so does a session that is gone.
    assert all("Failed to load resource" in line for line in page.complaints)
    page.complaints.clear()


def test_two_tabs_with_the_same_measure_lose_nothing(world, open_as, assert_accessible):
    measure = world.measure(title="Byt lamporna")
    first = open_as(world.coordinator, at("measure_change", measure.pk))
    second = open_as(world.officer, at("measure_change", measure.pk))
    first.get_by_label("Vad ska göras?").fill("Byt lamporna på torget")
    press(first, "Spara")
    expect(first.get_by_role("heading", level=1)).to_have_text("Byt lamporna på torget")
    second.get_by_label("Vad ska göras?").fill("Byt lamporna i passagen")
    press(second, "Spara")
    expect(second.locator("main")).to_contain_text("Byt lamporna på torget")
    expect(second.get_by_label("Vad ska göras?")).to_have_value("Byt lamporna i passagen")
    assert_accessible(second)
    second.get_by_label("Vad ska göras?").fill("Byt lamporna på torget och i passagen")
    press(second, "Spara")
    expect(second.get_by_role("heading", level=1)).to_have_text("Byt lamporna på torget och i passagen")
    measure.refresh_from_db()
    assert measure.title == "Byt lamporna på torget och i passagen"
    # The save that was refused is an error to the browser.
    assert [line for line in second.complaints if "409" not in line] == []
    second.complaints.clear()


# --- The board and the other views ------------------------------------------------------------------------------------


def column(page, state):
    return page.locator(f".plan-column[data-state={state}]")


def test_a_card_is_dragged_where_it_may_go_and_stays_with_a_word_where_not(world, open_as, assert_accessible):
    measure = world.decidable(title="Byt lamporna på torget")
    measures.decide(by=world.police, measure=measure, group=world.group)
    page = open_as(world.coordinator, at("plan", world.plan.number, query="?view=board"))
    card = page.locator(f"#measure-{measure.number}")
    card.drag_to(column(page, "ongoing"))
    expect(column(page, "ongoing")).to_contain_text("Byt lamporna på torget")
    card.drag_to(column(page, "draft"))
    expect(page.locator(".messages")).to_contain_text("En åtgärd går inte från ”pågår” direkt till ”utkast”.")
    expect(page.locator(".messages")).to_be_in_viewport()
    expect(column(page, "ongoing")).to_contain_text("Byt lamporna på torget")
    assert_accessible(page)
    # By keyboard: the button on the card.
    page.get_by_role("button", name=re.compile("Den är genomförd")).focus()
    page.keyboard.press("Enter")
    expect(column(page, "carried_out")).to_contain_text("Byt lamporna på torget")
    assert list(measure.moves.values_list("to_state", flat=True).order_by("pk"))[-2:] == ["ongoing", "carried_out"]

    proposed = world.decidable(title="Beskär häcken")
    plain = open_as(world.coordinator, at("plan", world.plan.number, query="?view=board"), **WITHOUT_JAVASCRIPT)
    plain.get_by_role("button", name=re.compile(f"Gör den till utkast igen.*{proposed.number}")).click()
    expect(column(plain, "draft")).to_contain_text("Beskär häcken")
    page.reload()
    page.locator(f"#measure-{proposed.number}").drag_to(column(page, "proposed"))
    expect(column(page, "proposed")).to_contain_text("Beskär häcken")
    # A decision is more than a press: the card's own page asks who has decided.
    page.locator(f"#measure-{proposed.number}").drag_to(column(page, "decided"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Beskär häcken")
    expect(page.get_by_label("Vilken grupp beslutar?")).to_be_visible()


def test_on_a_phone_a_press_says_what_came_of_it_where_the_card_stands(world, open_as, assert_fits):
    for number in range(6):
        world.measure(title=f"Beskär häcken {number}", state="proposed")
    last = world.decidable(title="Byt lamporna på torget")
    measures.decide(by=world.police, measure=last, group=world.group)
    page = open_as(world.coordinator, at("plan", world.plan.number, query="?view=board"), **PHONE)
    page.get_by_role("link", name="Beslutad 1").tap()
    expect(page.locator(f"#measure-{last.number}")).to_be_in_viewport()
    page.locator(f"#measure-{last.number}").get_by_role("button", name=re.compile("Starta")).tap()
    expect(column(page, "ongoing")).to_contain_text("Byt lamporna på torget")
    expect(page.locator(".messages")).to_contain_text("Åtgärden är nu ”pågår”.")
    expect(page.locator(".messages")).to_be_in_viewport()
    expect(page.locator(f"#measure-{last.number}")).to_be_in_viewport()
    assert_fits(page)


def test_a_plan_with_much_that_is_late_is_itself_on_the_first_screen_of_a_phone(world, open_as):
    for number in range(8):
        world.measure(title=f"Beskär häcken vid gångvägen {number}")
        world.measure(title=f"Byt lamporna {number}", state="ongoing", start_on=day(-90), due_on=day(-30 - number))
    page = open_as(world.coordinator, at("plan", world.plan.number), **PHONE)
    expect(page.locator("#views")).to_be_in_viewport(ratio=1)
    expect(page.locator("#late")).to_contain_text("Längst försenad")
    expect(page.get_by_text("Beskär häcken vid gångvägen 3").first).not_to_be_in_viewport()
    page.locator("#open > summary").tap()
    page.locator("#open .fold > summary").first.tap()
    expect(page.locator("#open").get_by_text("Beskär häcken vid gångvägen 3")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.reload()
    expect(page.locator("#agreed .plan-stand__body")).to_be_visible()
    expect(page.locator("#open .plan-stand__body")).to_be_visible()


def test_timeline_map_and_order_show_the_measure(world, open_as, assert_accessible, assert_fits):
    first, second = world.measure(title="Byt lamporna", due_on=day(30)), world.measure(title="Beskär häcken")
    measures.choose_places(by=world.officer, measure=first, places=[world.square])
    page = open_as(world.coordinator, at("plan", world.plan.number, query="?view=time"))
    expect(page.locator(".plan-bar")).to_have_count(2)
    assert_accessible(page)
    page.get_by_role("link", name="Platser", exact=True).last.click()
    expect(page.locator("area-map[data-state=drawn]")).to_have_count(1, timeout=60_000)
    assert_accessible(page)
    page.get_by_role("link", name="Ordning").click()
    page.get_by_role("button", name=re.compile(f"Upp.*{second.number}")).click()
    expect(page.locator(".plan-order li a")).to_have_text(
        [f"{second.number}. Beskär häcken", f"{first.number}. Byt lamporna"]
    )
    page.set_viewport_size({"width": 390, "height": 844})
    assert_fits(page)


def test_a_template_is_sent_in_and_the_plan_is_fetched_as_word_excel_and_pdf(world, open_as, live_server, tmp_path):
    own = tmp_path / "mall.docx"
    own.write_bytes(templates.municipal())
    page = open_as(world.coordinator, at("word_template"))
    page.locator("input[type=file]").set_input_files(own)
    press(page, "Använd mallen")
    expect(page.get_by_role("link", name="Öppna ett exempel med mallen")).to_be_visible()
    page.goto(live_server.url + at("plan", world.plan.number))
    page.locator("summary", has_text="Ladda ner").click()
    for name, ending in (("Ladda ner som Word", ".docx"), ("Ladda ner som Excel", ".xlsx")):
        with page.expect_download() as fetched:
            page.get_by_role("link", name=name).click()
        assert fetched.value.suggested_filename.endswith(ending)
        file = Path(fetched.value.path()).read_bytes()
        assert file.startswith(b"PK")
        if ending == ".docx":
            assert "Stora torget 1, Ekstad" in reading_word.on_every_page(file)
    pdf = page.get_by_role("link", name="Öppna som PDF").get_attribute("href")
    answer = page.request.get(live_server.url + pdf)
    assert answer.body().startswith(b"%PDF-")
