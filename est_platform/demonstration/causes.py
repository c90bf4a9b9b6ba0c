"""Why the demonstration's problems happen: rounds of prioritisation, and analyses with evidence and predictions.

Everything goes through the actions people use, so that their gates hold, and no verdict is written down here: what a
test shows depends on the reports. A state that the evidence does not carry is left as it was. Those of Norrköping are
invented; the one of Blackpool says what the open data show, and what they cannot tell.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from areas.models import Place, PlaceFeature
from cause_analysis.causes.actions import (
    add_cause,
    add_evidence,
    adopt_analysis,
    begin_analysis,
    choose_cause,
    set_state,
    write_method,
)
from cause_analysis.causes.seen import features_to_bring, marks_to_bring
from cause_analysis.chain.actions import add_link
from cause_analysis.comments.actions import settle_comment, write_comment
from cause_analysis.knowing.actions import add_gap, answer_question
from cause_analysis.models import Cause, CauseAnalysis, CauseState, Evidence, Problem, State
from cause_analysis.models.prioritising import Criterion, RoundProblem
from cause_analysis.predictions.actions import add_school_dates, state_prediction
from cause_analysis.prioritising.actions import decide, score_problem, show_scores, start_round
from common.errors import NotPossible
from est_platform.demonstration.cast import BLACKPOOL, NORRKOPING
from est_platform.demonstration.problems import CELLARS, CENTRE, CENTRE_BEFORE, GARAGE, WARD
from partners.models import Collaboration, Group, Membership, Organisation, User

FOR, AGAINST = Evidence.Direction.FOR, Evidence.Direction.AGAINST
_EXPERT, _DIALOGUE, _RESEARCH = Evidence.Kind.EXPERT, Evidence.Kind.DIALOGUE, Evidence.Kind.RESEARCH
_FEATURE, _PHOTO, _SELECTION = Evidence.Kind.PLACE_FEATURE, Evidence.Kind.INSPECTION_PHOTO, Evidence.Kind.SELECTION
_STATES = {state.value: state for state in CauseState}


@dataclass(frozen=True)
class Scored:
    """What one seat thinks of a problem: a score by each criterion, in their order."""

    who: str
    scores: str
    # Where they see it differently from the others, in their own words.
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Decided:
    """A problem in a round: who scored it how, what the group decided and why."""

    problem: str
    decision: str
    reason: str
    scored: tuple[Scored, ...]


@dataclass(frozen=True)
class Brought:
    """A piece of evidence: by whom, in which direction, how strong, of what kind, and what it says."""

    who: str
    direction: str
    strength: int
    kind: str
    text: str
    # The place and the kind of its feature, or the place of a photo; the category of a selection.
    place: str = ""
    feature: str = ""
    category: str = ""


@dataclass(frozen=True)
class Predicted:
    """What the reports should show if the cause is true; a place stands in it by its name."""

    who: str
    template: str
    claim: str
    parameters: dict[str, Any]
    text: str = ""


@dataclass(frozen=True)
class Why:
    """A cause, what it stands under by its key, and all that is said about it."""

    key: str
    text: str
    side: str
    under: str = ""
    controller: str = "none"
    is_direct: bool = True
    brought: tuple[Brought, ...] = ()
    predicted: tuple[Predicted, ...] = ()
    # The steps of what is known, in order; a dismissed cause says why.
    known: tuple[str, ...] = ()
    because: str = ""
    chosen: str = ""


@dataclass(frozen=True)
class Analysed:
    """An analysis: its causes, what is known and not, the chain of events, and how it was made."""

    problem: str
    who: str
    group: str
    method: dict[str, str]
    causes: tuple[Why, ...]
    # Place and question → what the group knows; and what nobody knows, who finds out, and in how many days.
    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    gaps: tuple[tuple[str, str, int], ...] = ()
    # What happens, whether somebody can step in, and the cause it points at.
    chain: tuple[tuple[str, bool, str], ...] = ()
    is_adopted: bool = False
    # What the coach says of a cause, and the answer.
    comments: tuple[tuple[str, str, str], ...] = ()


ROUNDS: dict[tuple[str, str], tuple[Decided, ...]] = {
    (NORRKOPING, "EST-gruppen Klockaretorpet"): (
        Decided(
            CENTRE,
            "first",
            "Drabbar flest, har kommit tillbaka, och alla tre organisationer kan göra något själva.",
            (
                Scored("kommunpolis", "3323223", {"cost": "Mycket arbetstid varje vecka, men få skador."}),
                Scored("sakerhetsansvarig", "2223233", {"cost": "Tomma lokaler kostar mest av allt här."}),
                Scored("atgardsansvarig", "2313213", {"cost": "För oss är det lampor och sanering."}),
            ),
        ),
        Decided(
            GARAGE,
            "first",
            "Få platser och en tydlig ägare: går att påverka snabbt, och en brand kan bli mycket värre.",
            (
                Scored("kommunpolis", "1233332", {"long": "Enstaka anmälningar tidigare, fler i år."}),
                Scored("sakerhetsansvarig", "2333332", {"long": "Vi har släckt däck där i flera år."}),
                Scored("atgardsansvarig", "1123221", {"long": "Vi hörde om det först i våras."}),
            ),
        ),
        Decided(
            CELLARS,
            "waits",
            "Sprids på många hus och är inte fler än förut. Tas upp igen när de två andra är analyserade.",
            (
                Scored("kommunpolis", "1310222"),
                Scored("sakerhetsansvarig", "2310222"),
                Scored("atgardsansvarig", "1200111"),
            ),
        ),
    ),
    (NORRKOPING, "Beredningsgruppen"): (
        Decided(
            CENTRE_BEFORE,
            "first",
            "Det är torget som boende undviker mest, och ingen av oss rår på det ensam.",
            (
                Scored("samordnare", "3333233"),
                Scored("kommunpolis", "3333323", {"cost": "Varje ingripande tar två patruller en kväll."}),
                Scored("sakerhetsansvarig", "3323333", {"long": "Vi har följt det längre än vad rapporterna visar."}),
            ),
        ),
    ),
    (BLACKPOOL, "Områdesgruppen"): (
        Decided(
            WARD,
            "first",
            "Vanligast av allt som anmäls i stadsdelen. Öppna data räcker inte långt, men visar vad som måste frågas.",
            (Scored("omradespolis", "3310112"), Scored("sakerhetsansvarig", "3310122")),
        ),
    ),
}
OWN_VIEW = "Så ser vi det i vårt arbete."

CENTRE_PLACE, GARAGE_PLACE = "Klockaretorpets centrum", "P-huset Norra"

ANALYSES = (
    Analysed(
        CENTRE,
        who="kommunpolis",
        group="EST-gruppen Klockaretorpet",
        method={
            "why_chosen": "Gruppen satte det först: det drabbar flest, och alla tre kan göra något själva.",
            "sources": (
                "Rapporter från ett år, trygghetsbesiktning, trygghetsvandring och platsens kort. Ingen har frågat "
                "ungdomar eller dem som köper."
            ),
            "selection_limits": (
                "Det som rapporteras är det som någon sett på sin rond. Nattronden rapporterar sedan september, så "
                "natten är osäker före dess."
            ),
            "significance": "Kvällen kan vara överskattad. Det som talar mot det öppna nätet håller ändå.",
        },
        causes=(
            Why(
                "shelter",
                "Passagen, torget och tunneln ger skydd, kunder som går förbi och flera vägar ut",
                "place",
                brought=(
                    Brought(
                        "kommunpolis",
                        FOR,
                        2,
                        _FEATURE,
                        "Fyra vägar ut, två av dem utan insyn.",
                        CENTRE_PLACE,
                        "escape_routes",
                    ),
                    Brought(
                        "atgardsansvarig",
                        FOR,
                        2,
                        _DIALOGUE,
                        "På trygghetsvandringen pekade boende ut passagen och tunneln, inte torget i stort.",
                    ),
                    Brought(
                        "sakerhetsansvarig",
                        AGAINST,
                        1,
                        _EXPERT,
                        "Det andra centrumet i stan har lika många vägar ut utan att det händer där.",
                    ),
                ),
                predicted=(
                    Predicted(
                        "kommunpolis",
                        "near",
                        "more",
                        {"place": CENTRE_PLACE, "distance_m": 150},
                        "Är det platsen som drar, händer det intill den och inte på gårdarna.",
                    ),
                ),
                known=("supported", "confirmed"),
            ),
            Why(
                "vacant",
                "Tre lokaler vid passagen står tomma, och ingen går in och ut där",
                "place",
                under="shelter",
                brought=(
                    Brought(
                        "sakerhetsansvarig",
                        FOR,
                        3,
                        _FEATURE,
                        "Tre lokaler av nio, alla vid passagen.",
                        CENTRE_PLACE,
                        "vacant_premises",
                    ),
                    Brought("atgardsansvarig", FOR, 1, _PHOTO, "Klottret sitter där ingen går in.", CENTRE_PLACE),
                ),
                known=("supported",),
                chosen="Bostadsbolaget kan hyra ut korttid redan nu, och det påverkar fler orsaker.",
            ),
            Why(
                "rents",
                "Hyran är satt för butiker som inte längre finns",
                "place",
                under="vacant",
                controller="manager",
                is_direct=False,
                brought=(Brought("sakerhetsansvarig", FOR, 1, _EXPERT, "Två av tre som frågat har tackat nej."),),
            ),
            Why(
                "light",
                "Två lampor är släckta, så att den som står i passagen inte syns",
                "place",
                under="shelter",
                controller="manager",
                brought=(
                    Brought("sakerhetsansvarig", FOR, 2, _FEATURE, "Släckta närmast trappan.", CENTRE_PLACE, "light"),
                ),
                known=("supported",),
            ),
            Why(
                "nobody",
                "Ingen ansvarar för torget sedan butikerna har stängt",
                "place",
                controller="manager",
                brought=(
                    Brought(
                        "atgardsansvarig",
                        FOR,
                        2,
                        _EXPERT,
                        "Butiken ser torget till 21. Efter det passerar väktare två gånger, och ingen är kvar.",
                    ),
                ),
                predicted=(
                    Predicted(
                        "kommunpolis",
                        "hours",
                        "more",
                        {"from_h": 20, "to_h": 24},
                        "Är det frånvaron av ansvariga som gör det möjligt, händer det mest då.",
                    ),
                ),
                known=("supported", "confirmed"),
                chosen="Väktarnas tider kan läggas om nästa månad utan att kosta mer.",
            ),
            Why(
                "wifi",
                "Öppet nät dygnet runt gör det bekvämt att vänta där",
                "place",
                under="shelter",
                brought=(
                    Brought("kommunpolis", FOR, 1, _FEATURE, "Öppet nät från två av lokalerna.", CENTRE_PLACE, "wifi"),
                ),
                predicted=(
                    Predicted(
                        "kommunpolis",
                        "hours",
                        "more",
                        {"from_h": 0, "to_h": 6},
                        "Är det nätet som håller kvar dem, stannar de på natten.",
                    ),
                ),
                known=("contradicted",),
            ),
            Why(
                "young",
                "De yngsta kommer från skolan och fritidsgården och blir kvar",
                "offender",
                predicted=(
                    Predicted("kommunpolis", "school", "fewer", {"kind": "holiday"}, "Då är det färre på skolloven."),
                ),
            ),
            Why(
                "nowhere",
                "För den som är 15 till 18 finns ingenstans att vara efter klockan 21",
                "offender",
                under="young",
                controller="handler",
                is_direct=False,
                brought=(Brought("atgardsansvarig", FOR, 1, _DIALOGUE, "Sagt av flera på fritidsgården i våras."),),
            ),
            Why(
                "way_home",
                "Den som går hem från bussen har ingen annan upplyst väg",
                "target",
                brought=(
                    Brought(
                        "atgardsansvarig",
                        FOR,
                        2,
                        _DIALOGUE,
                        "På vandringen: man måste bestämma sig innan man går in i tunneln.",
                    ),
                ),
                known=("supported",),
            ),
            Why(
                "staff",
                "Personalen i kiosken stänger ensam",
                "target",
                controller="guardian",
                brought=(
                    Brought("kommunpolis", FOR, 2, _SELECTION, "Hoten vid centrum.", CENTRE_PLACE, category="HOT"),
                ),
            ),
        ),
        answers={
            (CENTRE_PLACE, "place_changed"): "Tre lokaler har blivit tomma sedan i somras. Lampor har slocknat igen.",
            (
                CENTRE_PLACE,
                "place_calm",
            ): "Förmiddagar och på sommarlovet: butikerna är öppna eller ungdomarna borta.",
            (CENTRE_PLACE, "manager_hours"): "Bostadsbolaget vardagar till 16, butiken till 21, sedan ingen.",
            (CENTRE_PLACE, "guardian_sees"): "Från butiken syns inte passagen: rutorna är täckta av skyltar.",
        },
        gaps=(
            ("Vilka köper, och varifrån kommer de?", "kommunpolis", 21),
            ("Är tunneln väg dit eller väg bort?", "atgardsansvarig", 30),
            ("Vad säger de som slutat: vad hade fått dem att gå därifrån?", "", 0),
        ),
        chain=(
            ("Några samlas på torget när butiken stänger", True, "nobody"),
            ("En av dem väntar i passagen, där ingen ser in", True, "light"),
            ("Köparen kommer genom tunneln och möts halvvägs", False, "shelter"),
            ("Överlämningen tar under en minut", False, ""),
            ("Den som går förbi eller stänger kiosken hotas om den tittar", True, "staff"),
        ),
        comments=(
            ("shelter", "Bekräftad, men det andra centrumet har lika många vägar ut. Vad skiljer dem åt?", ""),
            ("young", "Har ni frågat någon på fritidsgården?", "Ja, i våras. Vi lägger till det som dialog."),
        ),
    ),
    Analysed(
        GARAGE,
        who="sakerhetsansvarig",
        group="EST-gruppen Klockaretorpet",
        method={
            "why_chosen": "Gruppen satte det bland de första: få platser, tydlig ägare, allvarligt om det sprids.",
            "sources": "Rapporter från ett år, besiktningen av huset och platsens kort. Inga intervjuer med boende.",
            "selection_limits": "Bara bränder som någon har rapporterat. Det som självslocknat syns inte.",
            "significance": "Antalet är lågt, så skillnader mellan veckodagar säger lite. Tiden på dygnet är säkrare.",
        },
        causes=(
            Why(
                "gate",
                "Grinden står öppen på natten",
                "place",
                controller="manager",
                brought=(
                    Brought(
                        "sakerhetsansvarig",
                        FOR,
                        3,
                        _FEATURE,
                        "Motorn är sönder och grinden öppen.",
                        GARAGE_PLACE,
                        "locks",
                    ),
                    Brought(
                        "sakerhetsansvarig",
                        AGAINST,
                        1,
                        _EXPERT,
                        "Det brann även innan grinden gick sönder, men mer sällan.",
                    ),
                ),
                predicted=(
                    Predicted(
                        "sakerhetsansvarig",
                        "hours",
                        "more",
                        {"from_h": 22, "to_h": 4},
                        "Är det grinden, brinner det när ingen annan är där.",
                    ),
                ),
                known=("supported", "confirmed"),
                chosen="Motorn går att byta inom en månad, och ägaren bestämmer själv.",
            ),
            Why(
                "code",
                "Koden till gångdörren är densamma sedan flera år",
                "place",
                under="gate",
                controller="manager",
                is_direct=False,
                brought=(Brought("sakerhetsansvarig", FOR, 2, _EXPERT, "Noterat på besiktningen."),),
                known=("supported",),
            ),
            Why(
                "dark",
                "Längst in på nedre planet är det mörkt, och ingen ser dit",
                "place",
                brought=(
                    Brought("sakerhetsansvarig", FOR, 2, _PHOTO, "Fyra armaturer är släckta.", GARAGE_PLACE),
                    Brought(
                        "sakerhetsansvarig",
                        FOR,
                        2,
                        _FEATURE,
                        "Inre raden syns varken från gatan eller husen.",
                        GARAGE_PLACE,
                        "sight_lines",
                    ),
                ),
                known=("supported", "confirmed"),
                chosen="Armaturerna byts i samma vända som grinden.",
            ),
            Why(
                "fuel",
                "Däck och möbler längs väggen gör det lätt att tända eld",
                "target",
                brought=(
                    Brought(
                        "sakerhetsansvarig", FOR, 2, _FEATURE, "Möbler och däck längs väggen.", GARAGE_PLACE, "upkeep"
                    ),
                ),
                predicted=(
                    Predicted(
                        "sakerhetsansvarig",
                        "after",
                        "more",
                        {"category": "NED", "within_days": 7},
                        "Är det skräpet, brinner det efter att något har dumpats.",
                    ),
                ),
            ),
            Why(
                "same",
                "Samma sällskap som setts i trapphusen går vidare till garaget",
                "offender",
                predicted=(
                    Predicted(
                        "kommunpolis",
                        "after",
                        "more",
                        {"category": "OBE", "within_days": 3},
                        "Är det samma, har någon rapporterat obehöriga strax innan.",
                    ),
                ),
            ),
            Why(
                "weekend",
                "På helgen är ingen i huset",
                "place",
                controller="guardian",
                predicted=(Predicted("kommunpolis", "weekdays", "more", {"weekdays": [4, 5, 6]}),),
            ),
            Why(
                "insurance",
                "Bilägare tänder på själva",
                "offender",
                brought=(
                    Brought("kommunpolis", AGAINST, 2, _EXPERT, "Det är olika märken och ägare, och ofta bara däck."),
                ),
                known=("dismissed",),
                because="Inget talar för det, och gruppen kan inte pröva det.",
            ),
        ),
        answers={
            (GARAGE_PLACE, "manager_hours"): "Områdesvärden en gång i veckan, väktare mellan 1 och 2. Annars ingen.",
            (GARAGE_PLACE, "place_changed"): "Grinden blev stående öppen när motorn gick sönder.",
            (GARAGE_PLACE, "target_which"): "Bilar och däck längst in. De närmast infarten är orörda.",
        },
        gaps=(("Hur länge har grinden stått öppen varje natt?", "sakerhetsansvarig", 14),),
        chain=(
            ("Grinden står öppen efter midnatt", True, "gate"),
            ("Någon går längst in, där det är mörkt", True, "dark"),
            ("Det som ligger längs väggen tänds", True, "fuel"),
            ("Röken märks först när den når husen", True, ""),
        ),
        is_adopted=True,
    ),
    Analysed(
        CENTRE_BEFORE,
        who="kommunpolis",
        group="Beredningsgruppen",
        method={
            "why_chosen": "Gruppen satte det först: flest drabbas, och alla parter har något att göra åt det.",
            "sources": "Rapporter från 2017 och vad parterna såg då. Skrivet i efterhand, när planen följdes upp.",
            "selection_limits": "Få organisationer rapporterade 2017. Skolan och Fastighetsbolaget är inte med.",
            "significance": "Antalen är troligen för låga. Var och när det händer är säkrare än hur ofta.",
        },
        causes=(
            Why(
                "unseen",
                "Den som står framför entrén syns inte från gatan",
                "place",
                controller="manager",
                brought=(
                    Brought("sakerhetsansvarig", FOR, 2, _EXPERT, "Lamporna var få och häcken högre än en vuxen."),
                    Brought("atgardsansvarig", FOR, 2, _DIALOGUE, "Boende på trygghetsvandringen pekade ut häcken."),
                ),
                known=("supported", "confirmed"),
                chosen="Ljus och siktlinjer kan kommunen och bolaget ändra på en vår.",
            ),
            Why(
                "evenings",
                "Ingen vuxen ansvarar för torget på kvällarna",
                "place",
                controller="manager",
                brought=(
                    Brought("kommunpolis", FOR, 2, _EXPERT, "När väktare eller fältare är på torget står ingen där."),
                ),
                predicted=(
                    Predicted(
                        "kommunpolis",
                        "hours",
                        "more",
                        {"from_h": 16, "to_h": 24},
                        "Är det frånvaron av vuxna som gör det möjligt, händer det mest sedan arbetsdagen är slut.",
                    ),
                ),
                known=("supported",),
                chosen="Det är här parterna kan göra mest tillsammans.",
            ),
            Why(
                "wifi",
                "Öppet trådlöst nät dygnet runt gör det bekvämt att vänta",
                "place",
                is_direct=False,
                brought=(Brought("sakerhetsansvarig", FOR, 1, _EXPERT, "Nätet räcker ut på torget hela natten."),),
                known=("supported",),
                chosen="Kostar inget att pröva.",
            ),
            Why(
                "lets",
                "Lokaler hyrs ut i andra hand till verksamheter som ingen känner",
                "place",
                controller="manager",
                is_direct=False,
                brought=(
                    Brought("sakerhetsansvarig", FOR, 2, _EXPERT, "Två av nio avtal följdes inte när de gicks igenom."),
                ),
                known=("supported",),
                chosen="Hyresvärden har redan rätten att följa upp avtalen.",
            ),
            Why(
                "nowhere",
                "Unga har ingenstans att vara efter skolan",
                "offender",
                controller="handler",
                is_direct=False,
                brought=(
                    Brought("atgardsansvarig", FOR, 2, _DIALOGUE, "Fritidsgården stängde 18 och var full till dess."),
                ),
                known=("supported",),
                chosen="Kommunen och skolan har lokaler som står tomma på kvällen.",
            ),
        ),
        is_adopted=True,
    ),
    Analysed(
        WARD,
        who="omradespolis",
        group="Områdesgruppen",
        method={
            "why_chosen": "Vanligast av det som anmäls i stadsdelen.",
            "sources": "Bara polisens öppna data. Ingen har varit på plats och ingen har tillfrågats.",
            "selection_limits": "Bara månaden är känd, platsen är flyttad till en fast punkt, och tre månader saknas.",
            "significance": "Det går att pröva årstid. Timme, veckodag och exakt plats går inte att pröva alls.",
        },
        causes=(
            Why(
                "season",
                "Fler är ute i stadsdelen under sommarhalvåret",
                "target",
                predicted=(
                    Predicted(
                        "omradespolis",
                        "season",
                        "more",
                        {"months": [5, 6, 7, 8, 9]},
                        "Är det så, anmäls störningar oftare då än annat gör.",
                    ),
                ),
                known=("supported",),
            ),
            Why(
                "station",
                "Det händer där många stiger av tåget",
                "place",
                predicted=(
                    Predicted(
                        "omradespolis",
                        "near",
                        "more",
                        {"place": "Blackpool South station", "distance_m": 300},
                        "Platsen är bara känd till kvarteret: det går inte att säga.",
                    ),
                ),
            ),
            Why(
                "nights",
                "Det hänger ihop med kvällar och nätter",
                "offender",
                predicted=(
                    Predicted(
                        "omradespolis",
                        "hours",
                        "more",
                        {"from_h": 20, "to_h": 4},
                        "Öppna data har inga klockslag: det går inte att säga.",
                    ),
                ),
            ),
        ),
        gaps=(("När på dygnet sker det? Fråga dem som tar emot anmälningarna.", "omradespolis", 30),),
    ),
)

# The first and the last day of what schools have, by month and day: invented, like the rest.
TERMS = (("term", (1, 8), (6, 12)), ("holiday", (6, 13), (8, 17)), ("term", (8, 18), (12, 19)))


def load_causes(
    here: dict[str, Collaboration], people: dict[str, User], problems: dict[str, Problem], *, until: dt.date
) -> tuple[int, int]:
    """Decide which problems come first and analyse those; how many causes and how many tested predictions there are."""
    _school_dates(here[NORRKOPING], people, until)
    for (slug, group), decided in ROUNDS.items():
        _round(
            here[slug], people, group, [one for one in decided if _is(problems, one.problem, State.DESCRIBED)], problems
        )
    for analysed in ANALYSES:
        if _is(problems, analysed.problem, State.PRIORITISED):
            _analyse(analysed, problems[analysed.problem], people)
    causes = Cause.objects.kept()
    return causes.count(), causes.filter(predictions__isnull=False).count()


def _is(problems: dict[str, Problem], key: str, state: State) -> bool:
    """Of few reports a problem is not made, or not described: then it is not taken further either."""
    if key not in problems:
        return False
    problems[key].refresh_from_db()
    return problems[key].state == state


def _school_dates(collaboration: Collaboration, people: dict[str, User], until: dt.date) -> None:
    by = people[f"samordnare@{NORRKOPING}.example"]
    for year in (until.year - 1, until.year):
        for kind, first, last in TERMS:
            add_school_dates(
                by=by,
                collaboration=collaboration,
                kind=kind,
                first_on=dt.date(year, *first),
                last_on=dt.date(year, *last),
            )


def _round(
    collaboration: Collaboration,
    people: dict[str, User],
    group: str,
    decided: list[Decided],
    problems: dict[str, Problem],
) -> None:
    if not decided:
        return
    leads = people[f"samordnare@{collaboration.slug}.example"]
    round_ = start_round(
        by=leads,
        group=Group.objects.get(collaboration=collaboration, name=group),
        problems=[problems[one.problem] for one in decided],
    )
    rows = {row.problem_id: row for row in RoundProblem.objects.filter(round=round_)}
    for one in decided:
        for seat in one.scored:
            scores = {
                str(criterion): (int(score), seat.reasons.get(criterion, OWN_VIEW))
                for criterion, score in zip(Criterion, seat.scores, strict=True)
            }
            score_problem(
                by=people[f"{seat.who}@{collaboration.slug}.example"],
                round_problem=rows[problems[one.problem].pk],
                scores=scores,
                is_confirmed=True,
            )
    round_ = show_scores(by=leads, round_=round_)
    for one in decided:
        row = RoundProblem.objects.get(pk=rows[problems[one.problem].pk].pk)
        decide(by=leads, round_problem=row, decision=one.decision, reason=one.reason, is_confirmed=True)


def _analyse(analysed: Analysed, problem: Problem, people: dict[str, User]) -> None:
    slug = problem.collaboration.slug
    someone = {name.split("@")[0]: person for name, person in people.items() if name.endswith(f"@{slug}.example")}
    lead = someone[analysed.who]
    group = Group.objects.get(collaboration=problem.collaboration, name=analysed.group)
    analysis = begin_analysis(by=lead, problem=problem)
    causes: dict[str, Cause] = {}
    for why in analysed.causes:
        causes[why.key] = add_cause(
            by=lead, analysis=analysis, text=why.text, side=why.side, controller=why.controller,
            is_direct=why.is_direct, parent=causes.get(why.under), is_confirmed=True,
        )  # fmt: skip
    for why in analysed.causes:
        _tell(why, causes[why.key], problem, someone)
        _know(why, causes[why.key], lead, group)
    _what_is_known(analysed, analysis, causes, someone)
    write_method(by=lead, analysis=analysis, answers=analysed.method, row_version=0, is_confirmed=True)
    for key, text, answer in analysed.comments:
        comment = write_comment(
            by=someone["processtod"], analysis=analysis, cause=causes[key], text=text, is_confirmed=True
        )
        if answer:
            settle_comment(by=lead, comment=comment, outcome="answered", answer=answer, is_confirmed=True)
    if analysed.is_adopted:
        adopt_analysis(by=lead, analysis=analysis, group=group)


def _organisation(person: User) -> Organisation:
    (membership,) = person.active_memberships
    return membership.organisation


def _place(problem: Problem, name: str) -> Place:
    return Place.objects.get(collaboration=problem.collaboration_id, name=name)


def _tell(why: Why, cause: Cause, problem: Problem, someone: dict[str, User]) -> None:
    """Bring the evidence, and state what the reports should show: that is tested at once."""
    for one in why.brought:
        by = someone[one.who]
        more: dict[str, Any] = {}
        if one.kind == _FEATURE:
            more["feature"] = _feature(by, problem, one)
        elif one.kind == _PHOTO:
            marks = [mark for mark in marks_to_bring(by, problem) if mark.photo.inspection.place.name == one.place]
            more["mark"] = marks[0] if marks else None
        elif one.kind == _SELECTION:
            place = f"&place={_place(problem, one.place).pk}" if one.place else ""
            more["address"] = f"?area={problem.area.slug}&category={one.category}{place}"
        if None in more.values():
            # What was seen there has been seen anew since, or the photo is gone.
            continue
        try:
            add_evidence(
                by=by, cause=cause, kind=one.kind, direction=one.direction, strength=one.strength,
                organisation=_organisation(by), text=one.text, is_confirmed=True, **more,
            )  # fmt: skip
        except NotPossible:
            # Where the demonstration has few reports yet, a selection of them may be empty.
            if one.kind != _SELECTION:
                raise
    for said in why.predicted:
        parameters = dict(said.parameters)
        if "place" in parameters:
            parameters["place"] = _place(problem, parameters["place"]).pk
        by = someone[said.who]
        state_prediction(
            by=by, cause=cause, template=said.template, claim=said.claim, parameters=parameters,
            organisation=_organisation(by), text=said.text, is_confirmed=True,
        )  # fmt: skip


def _feature(by: User, problem: Problem, one: Brought) -> PlaceFeature | None:
    found = [
        row
        for row in features_to_bring(by, problem)
        if row.place.name == one.place and row.kind == one.feature and row.state != PlaceFeature.State.GOOD
    ]
    return found[0] if found else None


def _know(why: Why, cause: Cause, by: User, group: Group) -> None:
    """Take the steps in what is known that the evidence carries, and choose the cause if the group has."""
    try:
        for state in why.known:
            cause.refresh_from_db()
            set_state(
                by=by, cause=cause, to=_STATES[state], seen=CauseState(cause.state), reason=why.because,
                is_confirmed=True,
            )  # fmt: skip
        if why.chosen:
            choose_cause(by=by, cause=cause, group=group, reason=why.chosen, is_confirmed=True)
    except NotPossible:
        # The tests have shown something else on these reports: what is known stays at what they carry.
        return


def _what_is_known(
    analysed: Analysed, analysis: CauseAnalysis, causes: dict[str, Cause], someone: dict[str, User]
) -> None:
    by, problem = someone[analysed.who], analysis.problem
    there = set(problem.problem_places.values_list("place__name", flat=True))
    for (place, question), text in analysed.answers.items():
        if place in there:
            answer_question(
                by=by, analysis=analysis, question=question, place=_place(problem, place), text=text, row_version=0,
                is_confirmed=True,
            )  # fmt: skip
    for text, who, days in analysed.gaps:
        membership: Membership | None = someone[who].active_memberships[0] if who else None
        add_gap(
            by=by, analysis=analysis, text=text, membership=membership,
            due_on=timezone.localdate() + dt.timedelta(days=days) if who else None, is_confirmed=True,
        )  # fmt: skip
    for text, is_point, key in analysed.chain:
        add_link(
            by=by, analysis=analysis, text=text, is_intervention_point=is_point, cause=causes.get(key),
            is_confirmed=True,
        )  # fmt: skip
