"""What some places of the demonstration are like, and who answers for them by the hour: invented, like all of it.

Blackpool has none: the open data say nothing about how its places are.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from areas.models import Place, PlaceFeature, PlaceManager
from areas.place_files.actions import add_place_manager, observe_feature
from partners.models import Collaboration, Organisation

_WORKDAYS, _SATURDAY, _EVERY_DAY = range(5), (5,), range(7)
_K, _S, _P = PlaceFeature.Kind, PlaceFeature.State, PlaceManager.Party


@dataclass(frozen=True)
class Seen:
    """A feature as an organisation saw it so many days ago."""

    days_ago: int
    kind: str
    state: str
    who: str
    note: str
    detail: str = ""


@dataclass(frozen=True)
class Answers:
    """Who answers on some weekdays between two hours: a partner or somebody else by name, or nobody (no name)."""

    who: str
    weekdays: tuple[int, ...] | range
    from_hour: int
    to_hour: int
    task: str = ""


FEATURES: dict[str, tuple[Seen, ...]] = {
    "Klockaretorpets centrum": (
        Seen(840, _K.LIGHT, _S.DEFECT, "Bostadsbolaget", "Tre av åtta lampor under taket är släckta.", "passagen"),
        Seen(590, _K.LIGHT, _S.GOOD, "Bostadsbolaget", "Alla lampor är bytta till starkare.", "passagen"),
        Seen(75, _K.LIGHT, _S.DEFECT, "Väktarbolaget", "Två lampor närmast trappan är släckta igen.", "passagen"),
        Seen(75, _K.SIGHT_LINES, _S.DEFECT, "Väktarbolaget", "Skyltar och affischer täcker rutorna mot torget."),
        Seen(410, _K.SIGHT_LINES, _S.DEFECT, "Kommunen", "Från gatan ser man inte in i passagen."),
        Seen(75, _K.ESCAPE_ROUTES, _S.NEUTRAL, "Polisen", "Fyra vägar ut, varav två är gångvägar utan insyn."),
        Seen(75, _K.THROUGH_FLOW, _S.NEUTRAL, "Bostadsbolaget", "Många går igenom till bussen före 18, få sedan."),
        Seen(130, _K.OPENING_HOURS, _S.NEUTRAL, "Bostadsbolaget", "Livsbutiken har öppet 8–21, kiosken till 23."),
        Seen(700, _K.VACANT_PREMISES, _S.DEFECT, "Bostadsbolaget", "En lokal av nio står tom."),
        Seen(130, _K.VACANT_PREMISES, _S.URGENT, "Bostadsbolaget", "Tre lokaler av nio står tomma, alla vid passagen."),
        Seen(130, _K.WIFI, _S.NEUTRAL, "Bostadsbolaget", "Öppet nät från två av lokalerna, dygnet runt."),
        Seen(75, _K.SEATING, _S.NEUTRAL, "Kommunen", "Bänkar under tak vid entrén, de enda på torget i lä."),
        Seen(75, _K.SURVEILLANCE, _S.DEFECT, "Väktarbolaget", "Ingen kamera ser passagen."),
    ),
    "P-huset Norra": (
        Seen(520, _K.LOCKS, _S.DEFECT, "Bostadsbolaget", "Grinden stänger inte av sig själv.", "infarten"),
        Seen(48, _K.LOCKS, _S.URGENT, "Bostadsbolaget", "Grinden står öppen sedan motorn gick sönder.", "infarten"),
        Seen(48, _K.LOCKS, _S.DEFECT, "Bostadsbolaget", "Koden är densamma sedan flera år.", "gångdörren"),
        Seen(48, _K.LIGHT, _S.DEFECT, "Bostadsbolaget", "Rörelsevakten tänder för sent på plan två.", "plan två"),
        Seen(48, _K.SIGHT_LINES, _S.DEFECT, "Räddningstjänsten", "Inre raden syns varken från gatan eller från husen."),
        Seen(48, _K.FIRE, _S.DEFECT, "Räddningstjänsten", "Rökluckan går inte att öppna utifrån."),
        Seen(48, _K.UPKEEP, _S.DEFECT, "Bostadsbolaget", "Möbler och däck är ställda längs väggen.", "plan ett"),
        Seen(300, _K.SURVEILLANCE, _S.NEUTRAL, "Väktarbolaget", "Rond till fots, en gång per natt."),
    ),
    "Gångtunneln vid centrum": (
        Seen(460, _K.LIGHT, _S.URGENT, "Kommunen", "Mörkt i hela tunneln."),
        Seen(430, _K.LIGHT, _S.GOOD, "Kommunen", "Ny belysning, ljust från båda håll."),
        Seen(75, _K.UPKEEP, _S.DEFECT, "Väktarbolaget", "Klotter på båda väggarna."),
        Seen(75, _K.SIGHT_LINES, _S.DEFECT, "Polisen", "Buskar skymmer den norra mynningen."),
    ),
    "Källargången i södra längan": (
        Seen(160, _K.LOCKS, _S.DEFECT, "Bostadsbolaget", "Låskolven går inte i hela vägen.", "dörren mot gården"),
        Seen(160, _K.POWER, _S.NEUTRAL, "Bostadsbolaget", "Eluttag i gången är i bruk."),
        Seen(160, _K.LIGHT, _S.GOOD, "Bostadsbolaget", "Ljuset tänds i hela gången."),
    ),
    "Lekplatsen i skogsbrynet": (
        Seen(200, _K.GREENERY, _S.DEFECT, "Kommunen", "Slyet har vuxit upp mellan lekplatsen och husen."),
        Seen(200, _K.SEATING, _S.GOOD, "Kommunen", "Tre hela bänkar."),
    ),
}

MANAGERS: dict[str, tuple[Answers, ...]] = {
    "Klockaretorpets centrum": (
        Answers("Bostadsbolaget", _WORKDAYS, 7, 16, "Områdesvärden är på plats."),
        Answers("Livsbutiken", _EVERY_DAY, 8, 21, "Har öppet och ser torget."),
        Answers("Väktarbolaget", _EVERY_DAY, 21, 23, "Passerar två gånger."),
        Answers("", (4, 5), 23, 6),
    ),
    "P-huset Norra": (
        Answers("Bostadsbolaget", _WORKDAYS, 7, 16, "Områdesvärden går igenom huset en gång i veckan."),
        Answers("", _EVERY_DAY, 16, 24),
        Answers("Väktarbolaget", _EVERY_DAY, 1, 2, "Rond till fots."),
    ),
    "Gångtunneln vid centrum": (Answers("", _EVERY_DAY, 0, 24),),
}


def load_place_files(collaboration: Collaboration, *, until: dt.date) -> int:
    """Write the place files through the same actions as everybody; return how many places have one."""
    places = {place.name: place for place in Place.objects.filter(collaboration=collaboration)}
    partners = {partner.name: partner for partner in Organisation.objects.filter(collaboration=collaboration)}
    for name, seen in FEATURES.items():
        for one in sorted(seen, key=lambda one: -one.days_ago):
            observe_feature(
                place=places[name], kind=one.kind, detail=one.detail, state=one.state, note=one.note,
                observed_on=until - dt.timedelta(days=one.days_ago), source=PlaceFeature.Source.ENTERED,
                organisation=partners[one.who], by=None,
            )  # fmt: skip
    for name, answers in MANAGERS.items():
        for row in answers:
            partner = partners.get(row.who)
            add_place_manager(
                place=places[name],
                party=_P.ORGANISATION if partner else _P.OUTSIDE if row.who else _P.NOBODY,
                organisation=partner, outside_party="" if partner else row.who, task=row.task,
                weekdays=row.weekdays, from_hour=row.from_hour, to_hour=row.to_hour,
                valid_from=until - dt.timedelta(days=300), by=None,
            )  # fmt: skip
    return len({*FEATURES, *MANAGERS})
