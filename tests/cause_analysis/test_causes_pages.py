"""The page of an analysis: what each reader sees, what a writer who meets another is shown, and what it costs."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils.html import escape

from cause_analysis.causes import actions
from cause_analysis.models import Cause, CauseState, Evidence
from common.errors import NotPossible
from tests import factories as make
from tests.cause_analysis.causes_cast import METHOD, AnalysisWorld


@pytest.fixture
def world(db):
    return AnalysisWorld()


@pytest.fixture
def ask(client, world):
    """Ask for a page, or post to it, as somebody of the cast."""

    def do(who, name="analysis", *args, query="", **body):
        client.force_login(world.people[who])
        address = reverse(name, args=[world.here.slug, world.problem.number, *args]) + query
        return client.post(address, body) if body else client.get(address)

    return do


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def cause_body(cause, **values):
    said = {"row_version": cause.row_version, "text": cause.text, "side": "place", "controller": "none",
            "is_direct": "yes", **values}  # fmt: skip
    return {f"cause{cause.pk}-{name}": value for name, value in said.items()}


def test_an_analysis_is_begun_and_filled_in_by_plain_forms(world, ask):
    world.analysis.delete()
    assert "Leta efter orsakerna" in text_of(ask("police"))
    assert ask("police", "analysis_begin", begin="yes").status_code == 302
    # Where there is no cause yet the first one is asked for.
    assert re.search(r'<details[^>]* id="new-cause" open>', text_of(ask("police")))
    new = {"new-text": "Platsen ger skydd", "new-side": "place", "new-controller": "manager", "new-is_direct": "yes"}
    answer = ask("police", "cause_add", **new, **{"new-parent": ""})
    cause = Cause.objects.get()
    assert answer.headers["Location"].endswith(f"?cause={cause.pk}#cause-{cause.pk}")
    under = {**new, "new-text": "Buskage skymmer", "new-parent": str(cause.pk)}
    ask("police", "cause_add", **under)
    assert Cause.objects.get(text="Buskage skymmer").parent == cause
    brought = {"direction": "for", "kind": "dialogue", "text": "Fältarna ser det.", "strength": "2",
               "organisation": str(world.police_authority.pk)}  # fmt: skip
    ask("police", "evidence_add", cause.pk, **{f"evidence-{name}": value for name, value in brought.items()})
    seen = {"state-seen": "hypothesis", "state-to": "supported"}
    assert ask("police", "cause_state", cause.pk, **seen).status_code == 302
    page = text_of(ask("police", query=f"?cause={cause.pk}"))
    assert "Fältarna ser det." in page
    assert "1 för · 0 mot" in page
    cause.refresh_from_db()
    assert (cause.state, cause.controller) == (CauseState.SUPPORTED, "manager")


def opened(answer):
    """Which cause the page has opened, and which new cause's parent is filled in."""
    chosen, form = answer.context["chosen"], answer.context["new_form"]
    return (chosen.text if chosen else None, form["parent"].value() or None)


def test_the_cause_a_group_would_talk_about_opens_when_none_is_asked_for(world, ask):
    assert opened(ask("police")) == (None, None)
    first, second, third = (world.cause(text, position=n) for n, text in enumerate(("Mörkt", "Tomt", "Sent")))
    assert opened(ask("police")) == ("Mörkt", None)
    Cause.objects.filter(pk=third.pk).update(state=CauseState.CONFIRMED)
    answer = ask("police")
    assert opened(answer) == ("Sent", None)
    # It opens beside the list where there is room; a phone, which asks for nothing, shows how to choose one.
    assert " data-unasked" in text_of(answer)
    assert "Tryck på en orsak i listan" in text_of(answer)
    asked = ask("police", query=f"?cause={second.pk}")
    assert opened(asked) == ("Tomt", str(second.pk))
    assert " data-unasked" not in text_of(asked)
    assert "Tryck på en orsak i listan" not in text_of(asked)
    # A cause that is gone is not answered with another one.
    Cause.objects.filter(pk=first.pk).delete()
    assert opened(ask("police", query=f"?cause={first.pk}")) == (None, None)


def test_whoever_meets_another_is_shown_both_texts_and_may_then_save(world, ask):
    cause = world.cause()
    actions.change_cause(by=world.security_lead, cause=cause, row_version=0, text="Ingen städar", side="place")
    answer = ask("police", "cause_change", cause.pk, **cause_body(cause, text="Mörkt i passagen"))
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Ingen städar" in page
    assert "Mörkt i passagen" in page
    assert Cause.objects.get().text == "Ingen städar"
    # The page that came back has read the other's text: the next press decides.
    version = re.search(rf'name="cause{cause.pk}-row_version" value="(\d+)"', page).group(1)
    again = cause_body(cause, text="Mörkt och ostädat", row_version=version)
    assert ask("police", "cause_change", cause.pk, **again).status_code == 302
    assert Cause.objects.get().text == "Mörkt och ostädat"


def test_two_who_judge_the_same_evidence_are_shown_both(world, ask):
    evidence = world.evidence(world.cause())
    said = {"direction": "for", "strength": 3, "row_version": 0, "evidence": evidence}
    actions.change_evidence(by=world.security_lead, text="Sett två gånger.", **said)
    body = {"row_version": "0", "direction": "for", "strength": "1", "text": "Sett en gång."}
    answer = ask("police", "evidence_change", evidence.pk, **{f"evidence{evidence.pk}-{n}": v for n, v in body.items()})
    assert answer.status_code == 409
    assert "Sett två gånger." in text_of(answer)
    assert "Sett en gång." in text_of(answer)


def test_two_who_answer_on_the_method_are_shown_both(world, ask):
    actions.write_method(by=world.security_lead, analysis=world.analysis, answers=METHOD, row_version=0)
    body = {"method-row_version": "0", **{f"method-{name}": "Mitt svar" for name in METHOD}}
    answer = ask("police", "analysis_method", **body)
    assert answer.status_code == 409
    assert METHOD["sources"] in text_of(answer)
    assert "Mitt svar" in text_of(answer)


def test_two_who_say_what_is_known_are_told_and_may_go_on(world, ask):
    cause = world.cause()
    world.evidence(cause)
    world.evidence(cause, direction="against")
    actions.set_state(by=world.security_lead, cause=cause, to=CauseState.SUPPORTED, seen=CauseState.HYPOTHESIS)
    body = {"state-seen": "hypothesis", "state-to": "contradicted", "state-reason": "Syns inte"}
    answer = ask("police", "cause_state", cause.pk, **body)
    assert answer.status_code == 409
    assert 'name="state-seen" value="supported"' in text_of(answer)
    assert "Syns inte" in text_of(answer)
    assert ask("police", "cause_state", cause.pk, **{**body, "state-seen": "supported"}).status_code == 302


@pytest.mark.parametrize("meanwhile", ["removed", "adopted"])
def test_what_can_no_longer_be_saved_is_still_there_to_copy(world, ask, meanwhile):
    cause, _other = world.cause("Mörkt"), world.cause("Annat")
    if meanwhile == "removed":
        actions.remove_cause(by=world.security_lead, cause=cause)
    else:
        world.answer_method()
        actions.adopt_analysis(by=world.people["coordinator"], analysis=world.analysis, group=world.group)
    answer = ask("police", "cause_change", cause.pk, **cause_body(cause, text="Lång och genomtänkt text"))
    assert answer.status_code == 422
    assert "Det här sparades inte" in text_of(answer)
    assert "Lång och genomtänkt text" in text_of(answer)


def test_a_text_about_a_person_comes_back_with_what_was_typed(world, ask):
    cause = world.cause()
    answer = ask("police", "cause_change", cause.pk, **cause_body(cause, text="Anna Andersson bor vid torget"))
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Anna Andersson bor vid torget" in page
    assert f'name="cause{cause.pk}-is_confirmed"' in page
    confirmed = cause_body(cause, text="Anna Andersson bor vid torget", is_confirmed="on")
    assert ask("police", "cause_change", cause.pk, **confirmed).status_code == 302


def test_a_choice_whose_evidence_falls_away_stands_with_a_warning(world, ask):
    cause = world.cause()
    evidence = world.evidence(cause)
    actions.choose_cause(by=world.police, cause=cause, group=world.group, reason="Går att påverka")
    assert "Vald utan belägg" not in text_of(ask("council", query=f"?cause={cause.pk}"))
    actions.remove_evidence(by=world.police, evidence=evidence, reason="Gällde en annan plats")
    page = text_of(ask("council", query=f"?cause={cause.pk}"))
    assert "Vald att påverka" in page
    assert "Belägg saknas" in page
    assert "Vald utan belägg" in page
    assert "Gällde en annan plats" in page


def test_moving_without_javascript_and_with(world, ask):
    first, second = world.cause("A", position=0), world.cause("B", position=1)
    assert ask("police", "cause_move", second.pk, direction="up").status_code == 302
    moved = ask("police", "cause_move", second.pk, **{"move-parent": str(first.pk), "live": "yes"})
    assert moved.json()["message"] == "”B” står nu under ”A”, 1 av 1."
    refused = ask("police", "cause_move", first.pk, **{"move-parent": str(second.pk), "live": "yes"})
    assert refused.status_code == 409
    assert "under sig själv" in refused.json()["message"]


def test_a_page_that_has_seen_it_all_is_told_who_is_there_and_no_more(world, ask):
    cause = world.cause()
    ask("security_lead")
    world.analysis.refresh_from_db()
    quiet = text_of(ask("police", "analysis_changes", query=f"?seen={world.analysis.change}&cause={cause.pk}"))
    assert "Bostadsbolaget" in quiet
    assert cause.text not in quiet
    actions.change_cause(by=world.security_lead, cause=cause, row_version=0, text="Ingen städar", side="place")
    new = text_of(ask("police", "analysis_changes", query=f"?seen={world.analysis.change}&cause={cause.pk}"))
    assert "Ingen städar" in new
    assert "Polisen" not in quiet


def test_readers_read_and_find_nothing_to_press(world, ask):
    make.CoachInvitationFactory(problem=world.problem, membership=world.people["coach"].memberships.get())
    cause = world.cause(
        chosen_at=world.problem.counted_at, chosen_by_group=world.group, chosen_reason="Går att påverka"
    )
    evidence = actions.add_evidence(
        by=world.police, cause=cause, kind="selection", direction="for", strength=3,
        organisation=world.police_authority, text="De flesta är skadegörelse.", address="?category=SKA",
    )  # fmt: skip
    inside = text_of(ask("police", query=f"?cause={cause.pk}"))
    assert "4 händelser" in inside
    listed = reverse("incident_list", args=["ekstad"]) + "?area=vaster&category=SKA&status=approved"
    assert escape(listed) in inside
    for who in ("council", "coach"):
        page = text_of(ask(who, query=f"?cause={cause.pk}"))
        assert "De flesta är skadegörelse." in page
        # Four events are few: protected outside the circle, and there is no way to the reports.
        assert "4 händelser" not in page
        assert "Antalet händelser är skyddat" in page
        assert escape(listed) not in page
        assert '<form method="post" action="/ekstad/problems' not in page
        assert "data-edit" not in page
    evidence.refresh_from_db()
    assert evidence.figures["incidents"] == 4


@pytest.mark.parametrize(
    ("sensitive", "told"), [(0, {"council", "coach"}), (6, {"council"})], ids=["ordinary", "sensitive"]
)
def test_many_events_are_told_but_sensitive_ones_not_to_coaches(world, ask, sensitive, told):
    make.CoachInvitationFactory(problem=world.problem, membership=world.people["coach"].memberships.get())
    cause = world.cause()
    figures = {"incidents": 60, "without_point": 7, "sensitive": sensitive}
    world.evidence(
        cause, kind="selection", selection="category=SKA", figures=figures, counted_at=world.problem.counted_at
    )
    for who in ("council", "coach"):
        page = text_of(ask(who, query=f"?cause={cause.pk}"))
        assert ("60 händelser" in page) == (who in told)
        assert "7 av dem" not in page


def test_from_a_confirmed_cause_to_the_reports_behind_it_as_far_as_one_may_see(world, ask, client):
    cause = world.cause()
    actions.add_evidence(
        by=world.police, cause=cause, kind="selection", direction="for", strength=3,
        organisation=world.police_authority, text="De flesta är skadegörelse.", address="?category=SKA",
    )  # fmt: skip
    for at, to in (("hypothesis", "supported"), ("supported", "confirmed")):
        actions.set_state(by=world.police, cause=cause, to=CauseState(to), seen=CauseState(at))
    found = {}
    for who in ("security_lead", "police", "coordinator"):
        page = ask(who, query=f"?cause={cause.pk}")
        (address,) = [row["incidents_url"] for row in page.context["evidence"]]
        rows = client.get(address).context["page"].rows
        found[who] = {row.pk for row in rows}
    counted = {world.by_reporter.pk, world.by_colleague.pk, world.other_housing_in_west.pk}
    # What a partner shares as counts only is in the number, and in nobody's list but whose it is and who reviews.
    assert found["police"] == found["security_lead"] == counted
    assert found["coordinator"] == counted | {world.counts_only.pk}


def test_a_large_analysis_asks_the_database_no_more_than_a_small_one(world, client, django_assert_max_num_queries):
    client.force_login(world.police)
    address = reverse("analysis", args=["ekstad", world.problem.number])
    causes = [world.cause(f"Orsak {number}", position=number) for number in range(300)]
    for number, cause in enumerate(causes):
        cause.parent = causes[number // 3 - 1] if number >= 3 else None
    Cause.objects.bulk_update(causes, ["parent"])
    Evidence.objects.bulk_create(
        Evidence(
            collaboration=world.here, cause=causes[number % 300], kind="dialogue", text=f"Belägg {number}",
            organisation=world.housing, strength=number % 4, direction="for" if number % 3 else "against",
        )
        for number in range(1000)
    )  # fmt: skip
    # What can be brought as evidence from the area's places: many, too.
    for number in range(40):
        place = make.PlaceFactory(collaboration=world.here, area=world.west, name=f"Plats {number}")
        make.PlaceFeatureFactory(place=place, organisation=world.housing)
    client.get(address)
    with django_assert_max_num_queries(40):
        page = client.get(f"{address}?cause={causes[0].pk}")
    assert len(page.context["rows"]) == 300
    with django_assert_max_num_queries(25):
        client.get(reverse("analysis_changes", args=["ekstad", world.problem.number]) + f"?cause={causes[0].pk}")


def test_what_nobody_has_read_is_not_adopted(world, ask):
    world.answer_method()
    world.cause()

    def read(page):
        return {
            name: re.search(rf'name="{name}" value="(\d+)"', page).group(1) for name in ("adopt-seen", "adopt-answers")
        }

    before = read(text_of(ask("police")))
    actions.add_cause(by=world.security_lead, analysis=world.analysis, text="Ingen städar", side="place")
    body = {"adopt-group": world.group.pk}
    for stale in (before, {}):
        answer = ask("police", "analysis_adopt", **body, **stale)
        assert answer.status_code == 422
        assert "innan du antar den" in text_of(answer)
    world.analysis.refresh_from_db()
    assert not world.analysis.is_adopted
    # The page that came back shows it as it stands now.
    assert ask("police", "analysis_adopt", **body, **read(text_of(answer))).status_code == 302
    world.analysis.refresh_from_db()
    assert world.analysis.is_adopted


def test_the_analysis_of_a_problem_laid_to_rest_is_not_adopted(world):
    world.answer_method()
    world.cause()
    world.problem.state = "dormant"
    world.problem.save()
    with pytest.raises(NotPossible, match="vilande"):
        actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
