"""The demonstration's problems, up to what a group has described: through the same actions as everybody's.

Those of Norrköping are invented, like what is reported about them. The one of Blackpool says only what the open data
show, and that they do not say the rest.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from areas.models import Area, Place
from cause_analysis.models import Problem, State
from cause_analysis.problems.actions import (
    choose_places,
    invite_coach,
    make_problem,
    move_by_hand,
    write_answer,
    write_view,
)
from cause_analysis.problems.counting import count_now
from cause_analysis.problems.definition import QUESTIONS, suggestions
from cause_analysis.problems.protecting import protected
from cause_analysis.problems.queries import selection_of
from est_platform.demonstration.cast import BLACKPOOL, NORRKOPING
from incidents.selections import Selection
from partners.models import Collaboration, Membership, User
from partners.roles import Role

CENTRE, GARAGE, CELLARS, SQUARE, WARD = "centre", "garage", "cellars", "square", "ward"
# What the plan of 2018 is about: the centre as it was the year before.
CENTRE_BEFORE = "centre before"
# The open data end here.
OPEN_DATA_YEAR = (dt.date(2021, 11, 1), dt.date(2022, 10, 31))
SUMMER_MONTHS = ("05", "06", "07", "08", "09")


@dataclass(frozen=True)
class Wanted:
    """A problem: of which reports, who makes it, what they write, and what each partner sees."""

    key: str
    collaboration: str
    area: str
    title: str
    who: str
    categories: tuple[str, ...]
    days: int = 365
    # The first and the last day, where they do not end with the reports.
    between: tuple[dt.date, dt.date] | None = None
    # What it counts only; and what it is about, where it counts more.
    only_at: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)


WANTED = (
    Wanted(
        CENTRE,
        NORRKOPING,
        "klockaretorpet",
        "Öppen narkotikahandel och hot vid centrum",
        "kommunpolis",
        ("NAR", "HOT"),
        places=("Klockaretorpets centrum", "Centrumtorget", "Gångtunneln vid centrum"),
        answers={
            "behaviour": (
                "Korta överlämningar i passagen, på torget och i tunneln, oftast till fots. De som går förbi ropas åt "
                "att ta en annan väg, och personalen hotas när den stänger."
            ),
            "harmed": "Boende som går hem genom centrum, personal i butik och kiosk, barn på väg från fritidsgården.",
            "where_it_happens": (
                "Vid tre platser intill varandra: passagen genom centrum, torget och gångtunneln. Sällan på gårdarna."
            ),
            "when_it_happens": (
                "På kvällarna, mest sedan butikerna har stängt, och mot slutet av veckan. Färre under sommarlovet."
            ),
            "since_when": "Lugnt från 2020. Det har kommit tillbaka det senaste året.",
            "already_done": (
                "Väktare passerar två gånger per kväll. Belysningen byttes för två år sedan, två lampor är släckta "
                "igen. Fältgruppen är på torget på fredagar till 21."
            ),
            "unknowns": "Varför just passagen när torget är större, vilka som köper, om tunneln är väg dit eller bort.",
        },
        views={
            "kommunpolis": "Samma mönster som på andra centrum: flera vägar ut och ingen som äger kvällen.",
            "sakerhetsansvarig": "Tre av nio lokaler står tomma, alla vid passagen. Sedan dess stannar folk där.",
            "atgardsansvarig": "Lampor och häck är felanmälda. Ansvaret för tunneln är delat mellan park och gata.",
        },
    ),
    Wanted(
        GARAGE,
        NORRKOPING,
        "klockaretorpet",
        "Bilbränder i P-huset Norra",
        "sakerhetsansvarig",
        ("BRA",),
        only_at=("P-huset Norra",),
        answers={
            "behaviour": "Bilar, däck och skräp antänds på de två nedre planen. Ofta igen inom en vecka.",
            "harmed": "Boende som har plats i huset, de som bor närmast och får röken, och bostadsbolaget.",
            "where_it_happens": "I P-huset Norra, längst in på plan ett och två, där ingen ser in från gatan.",
            "when_it_happens": "På natten, efter midnatt mer än före, och mest i slutet av veckan.",
            "since_when": "Enstaka bränder i många år. Oftare sedan grinden blev stående öppen.",
            "already_done": "Väktare går en rond per natt. Däcken som låg längs väggen är bortkörda.",
            "unknowns": "Om bilarna väljs ut eller bara står där. Om det är samma tillfällen som bränderna på gården.",
        },
        views={
            "sakerhetsansvarig": "Grinden står öppen sedan motorn gick sönder. Koden till gångdörren är gammal.",
            "kommunpolis": "Utan insyn och utan folk på natten är huset lätt att ta sig in i och ut ur.",
        },
    ),
    Wanted(
        CELLARS,
        NORRKOPING,
        "klockaretorpet",
        "Inbrott i källare",
        "sakerhetsansvarig",
        ("INB",),
        days=730,
        answers={
            "behaviour": "Förråd bryts upp i källargångar, flera på en gång.",
            "harmed": "Boende med förråd i husen.",
            "where_it_happens": "I källargångarna, i flera längor.",
            "when_it_happens": "På natten, vilket sällan upptäcks förrän senare.",
            "since_when": "I många år.",
            "already_done": "Låskolvar byts efter hand. Grannar påminns om att stänga.",
            "unknowns": "När på dygnet det sker: det mesta är bara känt inom några dygn.",
        },
        views={"sakerhetsansvarig": "Följer med att dörrarna mot gården inte går i lås."},
    ),
    Wanted(
        CENTRE_BEFORE,
        NORRKOPING,
        "klockaretorpet",
        "Öppen narkotikahandel på torget, 2017",
        "kommunpolis",
        ("NAR", "HOT"),
        only_at=("Klockaretorpets centrum",),
        between=(dt.date(2017, 1, 1), dt.date(2017, 12, 31)),
        answers={
            "behaviour": "Försäljning på öppen plats framför entrén. De som går förbi hotas när de tittar.",
            "harmed": "Boende som handlar eller går hem över torget, och personal i butik och kiosk.",
            "where_it_happens": "Framför entrén och vid gångvägen, där häcken skymmer och lamporna är få.",
            "when_it_happens": "Eftermiddag och kväll.",
            "since_when": "I flera år innan partnerna började rapportera tillsammans.",
            "already_done": "Var och en har gjort sitt: polisen ingriper, bolaget sanerar, kommunen fältar.",
            "unknowns": "Om det flyttar när torget förändras, och vart.",
        },
        views={
            "kommunpolis": "Vi kommer, de går, och samma kväll är de tillbaka.",
            "sakerhetsansvarig": "Två lokaler hyrs ut i andra hand, och där stannar folk hela kvällen.",
            "atgardsansvarig": "Torget är det enda stället som är öppet när skolan har slutat.",
        },
    ),
    # Nobody has described it yet.
    Wanted(SQUARE, NORRKOPING, "hageby", "Störningar vid Hageby centrum", "omradespolis", ("SAM",), days=180),
    Wanted(
        WARD,
        BLACKPOOL,
        "bloomfield",
        "Ordningsstörningar i Bloomfield",
        "omradespolis",
        ("UK-ASB",),
        between=OPEN_DATA_YEAR,
        answers={
            "behaviour": "Det som polisens öppna data kallar anti-social behaviour. Vilket slag säger de inte.",
            "harmed": "Det säger data inte.",
            "where_it_happens": (
                "I stadsdelen Bloomfield. Varje händelse är flyttad till närmaste av ett antal fasta punkter, så "
                "platsen är känd till kvarteret."
            ),
            "since_when": "Under hela den tid som data finns för, från december 2019.",
            "already_done": "Det säger data inte.",
            "unknowns": "Dag och timme, vilken plats, vilka som drabbas, och hur mycket som aldrig anmäls.",
        },
        views={"omradespolis": "Bara det som syns i polisens öppna data. Ingen har varit på plats."},
    ),
)


def load_problems(here: dict[str, Collaboration], people: dict[str, User], *, until: dt.date) -> dict[str, Problem]:
    """Make and describe the problems of which there are reports; return them by their key."""
    made = {}
    for wanted in WANTED:
        collaboration = here[wanted.collaboration]
        selection = _selection(wanted, collaboration, until)
        if count_now(collaboration, selection):
            made[wanted.key] = _make(wanted, collaboration, selection, people, until)
    return made


def _selection(wanted: Wanted, collaboration: Collaboration, until: dt.date) -> Selection:
    first, last = until - dt.timedelta(days=wanted.days - 1), until
    if wanted.between is not None:
        first, last = wanted.between
    return Selection(
        area=wanted.area,
        category=wanted.categories,
        place=tuple(place.pk for place in _places(collaboration, wanted.only_at)),
        since=first,
        until=last,
    )


def _places(collaboration: Collaboration, names: tuple[str, ...]) -> list[Place]:
    return list(Place.objects.filter(collaboration=collaboration, name__in=names))


def _make(
    wanted: Wanted, collaboration: Collaboration, selection: Selection, people: dict[str, User], until: dt.date
) -> Problem:
    by = people[f"{wanted.who}@{wanted.collaboration}.example"]
    area = Area.objects.get(collaboration=collaboration, kind=collaboration.reporting_kind, slug=wanted.area)
    problem = make_problem(by=by, area=area, title=wanted.title, selection=selection, today=until)
    if wanted.places:
        problem = choose_places(by=by, problem=problem, places=_places(collaboration, wanted.places))
    if not wanted.answers:
        return problem
    for name, text in {**_counted_answers(problem), **wanted.answers}.items():
        problem = write_answer(by=by, problem=problem, name=name, text=text, row_version=0, is_confirmed=True)
    for who, text in wanted.views.items():
        partner = people[f"{who}@{wanted.collaboration}.example"]
        (membership,) = partner.active_memberships
        write_view(
            by=partner,
            problem=problem,
            organisation=membership.organisation,
            text=text,
            row_version=0,
            is_confirmed=True,
        )
    # Of few reports the numbers say nothing: the question stays open, and the problem undescribed.
    if all(getattr(problem, name) for name in QUESTIONS):
        problem = move_by_hand(by=by, problem=problem, to=State.DESCRIBED)
    coach = Membership.objects.filter(collaboration=collaboration, role=Role.COACH).first()
    if coach is not None:
        invite_coach(by=people[f"samordnare@{wanted.collaboration}.example"], problem=problem, membership=coach)
    return problem


def _counted_answers(problem: Problem) -> dict[str, str]:
    """What the numbers say themselves, taken over as a user takes over what the page suggests."""
    selection = selection_of(problem)
    figures = protected(problem.figures, largest=problem.collaboration.protect_counts_up_to)
    found = suggestions(figures, since=selection.since, until=selection.until)
    told = {name: " ".join(sentences) for name, sentences in found.items()}
    if problem.collaboration.slug == BLACKPOOL:
        told["when_it_happens"] = _months_of(problem)
    return told


def _months_of(problem: Problem) -> str:
    months: list[list[Any]] = problem.figures["months"]
    summer = sum(count for month, count in months if month[-2:] in SUMMER_MONTHS)
    return (
        f"Bara månaden är känd. Av årets {problem.figures['total']} händelser kom {summer} under de fem månaderna maj "
        "till september."
    )
