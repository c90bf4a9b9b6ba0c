"""Who takes part in the demonstration: organisations, people as functions, groups. Plain data, without Django.

Everybody here is invented and stands for a function, never for a person; organisations carry common nouns for names.
Roles, levels and kinds are the values of `partners.roles.Role`, `partners.models.Level`, `GroupKind` and
`Organisation.Kind`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

NORRKOPING, BLACKPOOL = "norrkoping", "blackpool"

# Printed by script/server for everybody to read: it opens nothing but invented data on the reader's own machine.
PASSWORD = "bara-ett-exempel"  # noqa: S105


@dataclass(frozen=True)
class Partner:
    """An organisation with its units, and the month in which it began to report."""

    name: str
    kind: str
    reports_from: str
    units: tuple[str, ...] = ()
    # How others see its rows: the areas' circles, or counts only.
    sharing: str = "circle"


@dataclass(frozen=True)
class SignIn:
    """Somebody to sign in as: a function in an organisation with a role, and what it is good for."""

    email: str
    function: str
    collaboration: str
    role: str
    organisation: str
    # Slugs of the areas whose circle the role belongs to; empty where the role needs none.
    areas: tuple[str, ...]
    what: str
    unit: str = ""


@dataclass(frozen=True)
class Seats:
    """A group with its members and their deputies, by e-mail address."""

    name: str
    collaboration: str
    level: str
    areas: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    kind: str = "est_group"
    communication_rules: str = ""


HOUSING_AREAS = ("klockaretorpet", "hageby", "navestad")
OTHER_HOUSING_AREAS = ("marielund", "city")
EVERY_AREA = HOUSING_AREAS + OTHER_HOUSING_AREAS
WARDS = ("bloomfield", "claremont", "talbot")

PARTNERS: dict[str, tuple[Partner, ...]] = {
    NORRKOPING: (
        Partner("Kommunen", "municipality", "2016-01", ("Fältgruppen", "Park och gata", "Fritidsgårdarna")),
        Partner("Polisen", "police", "2016-01", ("Områdespolisen", "Kommunpolisen")),
        Partner(
            "Bostadsbolaget",
            "housing",
            "2016-01",
            ("Distrikt Klockaretorpet", "Distrikt Hageby", "Distrikt Navestad", "Störningsjouren"),
        ),
        Partner("Räddningstjänsten", "rescue", "2017-01", ("Utryckning", "Förebyggande")),
        Partner("Väktarbolaget", "guard", "2017-06", ("Rond kväll", "Rond natt")),
        Partner("Skolan", "school", "2018-09", ("Skolområde norr", "Skolområde söder"), sharing="counts"),
        Partner("Fastighetsbolaget", "housing", "2019-03", ("Distrikt Marielund", "Distrikt city")),
        Partner("Universitetet", "university", "2017-01"),
    ),
    BLACKPOOL: (
        Partner("Kommunen", "municipality", "2019-12"),
        Partner("Polisen", "police", "2019-12"),
        Partner("Bostadsbolaget", "housing", "2019-12"),
    ),
}

# What reports about some of the areas only. The other units report about all of them.
AREAS_OF_UNIT = {
    "Distrikt Klockaretorpet": ("klockaretorpet",),
    "Distrikt Hageby": ("hageby",),
    "Distrikt Navestad": ("navestad",),
    "Störningsjouren": HOUSING_AREAS,
    "Skolområde norr": OTHER_HOUSING_AREAS,
    "Skolområde söder": HOUSING_AREAS,
    "Distrikt Marielund": ("marielund",),
    "Distrikt city": ("city",),
}
# Reports by night came late: before that the evening's round told in the morning what it had heard of the night.
NIGHT_ROUND, NIGHT_ROUND_FROM = "Rond natt", dt.date(2026, 9, 7)

# Has neither reported for the last closed week nor said that there was nothing.
LATE_UNIT = "Fritidsgårdarna"


def reports_from(unit: str, partner: Partner) -> dt.date:
    """The day from which a unit reports: its organisation's, or a later one of its own."""
    begins = dt.date.fromisoformat(f"{partner.reports_from}-01")
    return max(begins, NIGHT_ROUND_FROM) if unit == NIGHT_ROUND else begins


def _norrkoping(
    name: str, function: str, role: str, organisation: str, what: str, areas: tuple[str, ...] = (), unit: str = ""
) -> SignIn:
    return SignIn(f"{name}@norrkoping.example", function, NORRKOPING, role, organisation, areas, what, unit)


def _blackpool(
    name: str, function: str, role: str, organisation: str, what: str, areas: tuple[str, ...] = ()
) -> SignIn:
    return SignIn(f"{name}@blackpool.example", function, BLACKPOOL, role, organisation, areas, what)


SIGN_INS: list[SignIn] = [
    _norrkoping(
        "samordnare", "samordnare EST", "coordinator", "Kommunen",
        "granskar rapporter, sammanställer och publicerar lägesbilden",
    ),
    _norrkoping(
        "rapportor", "fastighetsskötare Hageby", "reporter", "Bostadsbolaget",
        "rapporterar från telefonen, ser egna rapporter och publicerade lägesbilder", unit="Distrikt Hageby",
    ),
    _norrkoping(
        "vaktare", "väktare kvällsrond", "reporter", "Väktarbolaget", "rapporterar efter ronden", unit="Rond kväll",
    ),
    _norrkoping(
        "skola", "skolvärd", "reporter", "Skolan", "rapporterar från skolgården", unit="Skolområde söder",
    ),
    _norrkoping(
        "sakerhetsansvarig", "säkerhetsansvarig", "security_lead", "Bostadsbolaget",
        "importerar veckans ärenden, följer sina områden", HOUSING_AREAS,
    ),
    _norrkoping(
        "sakerhetsansvarig.fastighetsbolaget", "säkerhetsansvarig", "security_lead", "Fastighetsbolaget",
        "det andra bostadsbolaget: ser Marielund och city", OTHER_HOUSING_AREAS,
    ),
    _norrkoping(
        "omradespolis", "områdespolis Hageby och Navestad", "community_officer", "Polisen",
        "ser även känsliga kategorier i sina områden", ("hageby", "navestad"), unit="Områdespolisen",
    ),
    _norrkoping(
        "kommunpolis", "kommunpolis", "municipal_officer", "Polisen", "ser alla fem områdena", EVERY_AREA,
        unit="Kommunpolisen",
    ),
    _norrkoping(
        "atgardsansvarig", "driftledare park och gata", "measure_owner", "Kommunen",
        "ansvarar för åtgärder i Klockaretorpet och Hageby", ("klockaretorpet", "hageby"), unit="Park och gata",
    ),
    _norrkoping(
        "skolledning", "biträdande rektor", "measure_owner", "Skolan", "svarar för vad skolan har lovat",
        ("klockaretorpet",),
    ),
    _norrkoping("analytiker", "analytiker", "analyst", "Kommunen", "ser alla områden, publicerar lägesbilder"),
    _norrkoping(
        "chefsamrad", "ledamot i chefsamrådet, Kommunen", "council", "Kommunen",
        "läser publicerade lägesbilder, ser inga enskilda rapporter",
    ),
    _norrkoping(
        "chefsamrad.polisen", "ledamot i chefsamrådet, Polisen", "council", "Polisen", "som ovan, från polisens sida",
    ),
    _norrkoping(
        "processtod", "processtöd, metodhandledare", "coach", "Universitetet", "följer arbetssättet, aldrig händelser",
    ),
    _norrkoping(
        "dataskyddsombud", "dataskyddsombud", "data_protection", "Kommunen", "ser vem som läst och ändrat vad",
    ),
    _norrkoping("arkivarie", "arkivarie", "archivist", "Kommunen", "ser loggen och vad som gallras"),
    _norrkoping(
        "administrator", "administratör", "administrator", "Kommunen", "sköter personer, roller och nycklar",
    ),
    _blackpool(
        "samordnare", "samordnare", "coordinator", "Kommunen", "verkliga öppna data, 87 862 händelser",
    ),
    _blackpool("analytiker", "analytiker", "analyst", "Kommunen", "ser alla områden, publicerar lägesbilder"),
    _blackpool("omradespolis", "områdespolis", "community_officer", "Polisen", "ser tre av stadsdelarna", WARDS),
    _blackpool(
        "sakerhetsansvarig", "säkerhetsansvarig", "security_lead", "Bostadsbolaget", "ser en av stadsdelarna",
        ("bloomfield",),
    ),
    _blackpool(
        "chefsamrad", "ledamot i chefsamrådet, Kommunen", "council", "Kommunen", "läser publicerade lägesbilder",
    ),
    _blackpool("administrator", "administratör", "administrator", "Kommunen", "sköter personer, roller och nycklar"),
]  # fmt: skip


def _at(collaboration: str, *pairs: str | tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Members and deputies as whole addresses."""
    both = [(pair, "") if isinstance(pair, str) else pair for pair in pairs]
    return tuple(
        (f"{member}@{collaboration}.example", f"{deputy}@{collaboration}.example" if deputy else "")
        for member, deputy in both
    )


GROUPS: list[Seats] = [
    Seats(
        "Chefsamrådet", NORRKOPING, "strategic", EVERY_AREA, _at(NORRKOPING, "chefsamrad", "chefsamrad.polisen"),
        kind="management_council",
        communication_rules=(
            "Samordnaren skickar rådets beslut till berörda grupper senast två arbetsdagar efter mötet. "
            "Kommunens och polisens pressfunktioner svarar tillsammans på frågor utifrån."
        ),
    ),
    Seats(
        "Beredningsgruppen", NORRKOPING, "operative", EVERY_AREA,
        _at(NORRKOPING, ("samordnare", "analytiker"), ("kommunpolis", "omradespolis"), "sakerhetsansvarig"),
        kind="preparatory_group",
        communication_rules="Samordnaren berättar för EST-grupperna vad beredningsgruppen har kommit fram till.",
    ),
    Seats(
        "EST-gruppen Klockaretorpet", NORRKOPING, "tactical", ("klockaretorpet",),
        _at(NORRKOPING, ("kommunpolis", "omradespolis"), "sakerhetsansvarig", "atgardsansvarig"),
    ),
    Seats(
        "EST-gruppen Hageby", NORRKOPING, "tactical", ("hageby",),
        _at(NORRKOPING, ("omradespolis", "kommunpolis"), ("sakerhetsansvarig", "rapportor"), "skola"),
    ),
    Seats(
        "EST-gruppen Navestad", NORRKOPING, "tactical", ("navestad",),
        _at(NORRKOPING, ("omradespolis", "kommunpolis"), "sakerhetsansvarig", "vaktare"),
    ),
    Seats(
        "EST-gruppen Marielund", NORRKOPING, "tactical", ("marielund",),
        _at(NORRKOPING, "kommunpolis", "sakerhetsansvarig.fastighetsbolaget"),
    ),
    Seats(
        "EST-gruppen city", NORRKOPING, "tactical", ("city",),
        _at(NORRKOPING, "kommunpolis", "sakerhetsansvarig.fastighetsbolaget", "vaktare"),
    ),
    Seats(
        "Chefsamrådet", BLACKPOOL, "strategic", (), _at(BLACKPOOL, "chefsamrad"), kind="management_council"
    ),
    Seats(
        "Områdesgruppen", BLACKPOOL, "tactical", WARDS,
        _at(BLACKPOOL, ("samordnare", "analytiker"), "omradespolis", "sakerhetsansvarig"),
    ),
]  # fmt: skip
