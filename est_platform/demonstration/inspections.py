"""Two safety inspections and one safety walk of the demonstration: invented, by functions, never by names."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from areas.inspections.actions import begin_inspection, begin_walk, correct_inspection, fill_in, finish_walk
from areas.inspections.checklists import current_version
from areas.inspections.photos import add_photo, mark_spot
from areas.inspections.rules import Answers
from areas.models import ChecklistKind, Place
from est_platform.demonstration.cast import NORRKOPING
from est_platform.demonstration.photos import drawn
from partners.models import Collaboration, User

OK, DEFECT, URGENT = "ok", "defect", "urgent"


@dataclass(frozen=True)
class Inspected:
    """An inspection some days ago: who, where, what was found, and a photo with a marked spot."""

    days_ago: int
    who: str
    place: str
    participants: str
    states: dict[str, str]
    notes: dict[str, str]
    # Of which item, drawn how, marked where and with which words.
    photo: tuple[str, str, float, float, str]
    correction: tuple[str, str] | None = None


@dataclass(frozen=True)
class Stop:
    """A stop of the walk and how it felt."""

    place: str
    safety: int
    states: dict[str, str]
    notes: dict[str, str] = field(default_factory=dict)
    felt_safe: str = ""
    felt_unsafe: str = ""


INSPECTIONS = (
    Inspected(
        52,
        "sakerhetsansvarig",
        "P-huset Norra",
        "säkerhetsansvarig, fastighetsskötare, förebyggare från räddningstjänsten",
        {
            "ljus-entre": OK, "ljus-vagar": DEFECT, "sikt-vrar": DEFECT, "sikt-overblick": DEFECT,
            "dorrar-stanger": URGENT, "dorrar-kod": DEFECT, "kallare": DEFECT, "skrap": DEFECT, "klotter": OK,
            "brand": URGENT, "trafik": OK, "ansvar": OK,
        },
        {
            "ljus-vagar": "Nedre planet är mörkt längst in: fyra armaturer är släckta.",
            "dorrar-stanger": "Dörren mot cykelvägen går inte i lås, slutblecket är bortbrutet.",
            "sikt-vrar": "Bakom hisschaktet kan man stå utan att synas.",
            "dorrar-kod": "Samma kod sedan två år.",
            "brand": "Däck och kartonger ligger i hörnet på nedre planet.",
        },
        ("ljus-vagar", "FYS", 0.5, 0.22, "Släckt armatur"),
        ("brand", "Däcken är bortkörda två dagar senare."),
    ),
    Inspected(
        24,
        "atgardsansvarig",
        "Klockaretorpets centrum",
        "driftledare park och gata, centrumvärd, områdespolis",
        {
            "ljus-entre": OK, "ljus-vagar": DEFECT, "sikt-vaxter": DEFECT, "sikt-overblick": DEFECT, "genvag": DEFECT,
            "tomma-lokaler": DEFECT, "skrap": OK, "klotter": DEFECT, "sittplatser": OK, "natt-el": DEFECT,
            "ansvar": DEFECT,
        },
        {
            "ljus-vagar": "Två lampor i passagen är släckta.",
            "sikt-vaxter": "Häcken mot parkeringen är högre än en vuxen.",
            "tomma-lokaler": "Tre lokaler vid passagen står tomma med igensatta rutor.",
            "natt-el": "Öppet nät från två lokaler, även när de är stängda.",
            "ansvar": "Ingen skylt säger vart man felanmäler på kvällen.",
        },
        ("klotter", "KLO", 0.42, 0.45, "Nytt klotter på passagens vägg"),
    ),
)  # fmt: skip

WALK_DAYS_AGO = 17
WALK_PARTICIPANTS = "boende, skolvärd, fältassistent, områdespolis, driftledare park och gata"
WALK = (
    Stop(
        "Hållplats Klockaretorpets centrum",
        4,
        {"ljus": OK, "sikt": OK, "folk": OK, "skotsel": DEFECT, "sitta": OK},
        {"skotsel": "Väderskyddet är nerklottrat och en ruta är sprucken."},
        felt_safe="Många väntar här, och man ser åt alla håll.",
    ),
    Stop(
        "Klockaretorpets centrum",
        2,
        {"ljus": DEFECT, "sikt": DEFECT, "folk": DEFECT, "lokaler": DEFECT, "hjalp": DEFECT},
        {"ljus": "Mörkt i passagen när butikerna har stängt."},
        felt_safe="Dagtid, när butikerna är öppna.",
        felt_unsafe="Passagen efter klockan 20: man ser inte vem som står där.",
    ),
    Stop(
        "Gångtunneln vid centrum",
        1,
        {"ljus": URGENT, "sikt": DEFECT, "vagar": DEFECT, "folk": DEFECT, "skotsel": DEFECT},
        {"ljus": "Belysningen är helt släckt.", "vagar": "Enda andra vägen är över den stora gatan."},
        felt_unsafe="Man måste bestämma sig innan man går in.",
    ),
    Stop(
        "Klockaretorpsparken",
        3,
        {"ljus": OK, "vaxter": DEFECT, "folk": DEFECT, "sitta": OK, "trafik": DEFECT},
        {"vaxter": "Buskarna vid lekplatsen skymmer gångvägen.", "trafik": "Mopeder kör genom parken."},
        felt_safe="Öppet och upplyst längs huvudvägen.",
        felt_unsafe="Sträckan vid buskarna.",
    ),
    Stop(
        "Klockaretorpets fritidsgård",
        5,
        {"ljus": OK, "sikt": OK, "folk": OK, "skotsel": OK, "hjalp": OK},
        felt_safe="Öppet, och det finns vuxna på plats.",
    ),
)


def load_inspections(collaboration: Collaboration, people: dict[str, User], *, until: dt.date) -> int:
    """Carry out the inspections and the walk through the same actions as everybody's; return how many there are."""
    places = {place.name: place for place in Place.objects.filter(collaboration=collaboration).select_related("area")}
    version = current_version(collaboration, ChecklistKind.INSPECTION)
    for number, one in enumerate(INSPECTIONS, start=1):
        by = people[f"{one.who}@{NORRKOPING}.example"]
        begun = begin_inspection(
            place=places[one.place],
            version=version,
            answers=Answers(
                inspected_on=until - dt.timedelta(days=one.days_ago),
                participants=one.participants,
                states=one.states,
                notes=one.notes,
                is_text_confirmed=True,
            ),
            client_uuid=uuid.UUID(int=9000 + number),
            by=by,
        ).inspection
        key, drawing, x, y, words = one.photo
        sent = add_photo(
            inspection=begun, key=key, by=by, data=drawn(drawing, seed=90 + number), client_uuid=uuid.UUID(int=number)
        )
        mark_spot(photo=sent.photo, x=x, y=y, text=words, by=by)
        answers = Answers(
            inspected_on=begun.inspected_on,
            participants=one.participants,
            states=one.states,
            notes=one.notes,
            is_finished=True,
            is_text_confirmed=True,
        )
        fill_in(inspection=begun, answers=answers, seen=begun.row_version, by=by)
        if one.correction:
            correct_inspection(inspection=begun, key=one.correction[0], text=one.correction[1], by=by)
    _walk(collaboration, people, places, until)
    return len(INSPECTIONS) + 1


def _walk(collaboration: Collaboration, people: dict[str, User], places: dict[str, Place], until: dt.date) -> None:
    by = people[f"kommunpolis@{NORRKOPING}.example"]
    area = places[WALK[0].place].area
    assert area is not None  # the demonstration's places lie in its areas
    walk = begin_walk(
        area=area,
        walked_on=until - dt.timedelta(days=WALK_DAYS_AGO),
        participants=WALK_PARTICIPANTS,
        places=[places[stop.place] for stop in WALK],
        client_uuid=uuid.UUID(int=9100),
        by=by,
    )
    for row, stop in zip(walk.stops.order_by("stop_number"), WALK, strict=True):
        answers = Answers(
            inspected_on=walk.walked_on,
            states=stop.states,
            notes=stop.notes,
            safety=stop.safety,
            felt_safe=stop.felt_safe,
            felt_unsafe=stop.felt_unsafe,
            is_text_confirmed=True,
        )
        fill_in(inspection=row, answers=answers, seen=row.row_version, by=by)
    finish_walk(walk=walk, by=by)
