"""The tree of categories a new collaboration starts with.

It follows the lists that Swedish collaborations have published, with what they lacked. "Nothing to report" is not in
it: a nil report says something about the reporter, not about a place, and is kept with the reporting periods.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from incidents.models import Category
from partners.models import Collaboration

EVENT, CONDITION = Category.Kind.EVENT, Category.Kind.CONDITION
FORECAST, POSITIVE = Category.Kind.FORECAST, Category.Kind.POSITIVE


class Leaf(NamedTuple):
    """A category as it stands in the default tree. Its code is also its common code."""

    code: str
    name_sv: str
    name_en: str
    kind: Category.Kind = EVENT
    severity: int = 2
    is_sensitive: bool = False


class Branch(NamedTuple):
    """A heading and what stands under it."""

    code: str
    name_sv: str
    name_en: str
    leaves: tuple[Leaf, ...]


DEFAULT_TREE = (
    Branch(
        "ORDNING",
        "Ordning",
        "Public order",
        (
            Leaf("SAM", "Folksamling som stör eller oroar", "Gathering that disturbs or worries"),
            Leaf("OVR", "Störning för boende", "Disturbance of residents"),
            Leaf("OBE", "Obehöriga i trapphus, källare eller garage", "Unauthorised persons in stairwell or cellar"),
            Leaf("NED", "Nedskräpning eller dumpning", "Littering or dumping", severity=1),
            Leaf(
                "SVA",
                "Misstänkt svartklubb eller otillåten lokal",
                "Suspected illegal club or premises",
                EVENT,
                3,
                True,
            ),
        ),
    ),
    Branch(
        "SKADA",
        "Skada och inbrott",
        "Damage and break-ins",
        (
            Leaf("SKA", "Skadegörelse", "Vandalism"),
            Leaf("KLO", "Klotter", "Graffiti", severity=1),
            Leaf("INB", "Inbrott", "Break-in", severity=3),
        ),
    ),
    Branch(
        "VALD",
        "Våld och hot",
        "Violence and threats",
        (
            Leaf("VAL", "Våld eller bråk", "Violence or fight", severity=4),
            Leaf("HOT", "Hot eller trakasserier", "Threats or harassment", severity=3),
            Leaf("PER", "Incident mot anställd", "Incident against staff", severity=3),
            Leaf("VAP", "Vapen, skott eller sprängning", "Weapons, shots or explosion", EVENT, 4, True),
        ),
    ),
    Branch(
        "DROGER",
        "Droger och alkohol",
        "Drugs and alcohol",
        (
            Leaf("NAR", "Misstänkt narkotikahandel", "Suspected drug dealing", EVENT, 3, True),
            Leaf("ALK", "Berusning eller alkoholförtäring", "Public intoxication"),
        ),
    ),
    Branch(
        "TRAFIK",
        "Trafik",
        "Traffic",
        (Leaf("BUS", "Buskörning med A-traktor, moped eller bil", "Reckless driving"),),
    ),
    Branch(
        "BRAND",
        "Brand",
        "Fire",
        (
            Leaf("BRA", "Brand eller eldning", "Fire or arson", severity=3),
            Leaf("FYR", "Fyrverkerier eller smällare", "Fireworks or bangers"),
        ),
    ),
    Branch(
        "FYSISK",
        "Fysisk miljö",
        "Physical environment",
        (
            Leaf("OTR", "Otrygg plats", "Unsafe place", CONDITION),
            Leaf("FYS", "Fysiskt fel: lås, belysning eller port", "Physical fault: lock, light or door", CONDITION, 1),
        ),
    ),
    Branch(
        "SOCIALT",
        "Socialt",
        "Social life",
        (
            Leaf("RYK", "Rykten eller oro i sociala medier", "Rumours or worry in social media", CONDITION),
            Leaf("POS", "Positiv iakttagelse", "Positive observation", POSITIVE, 1),
        ),
    ),
    Branch(
        "PROGNOS",
        "Prognos",
        "Forecast",
        (Leaf("EVE", "Kommande evenemang eller händelse med risk", "Upcoming event with raised risk", FORECAST),),
    ),
)


@transaction.atomic
def create_default_categories(collaboration: Collaboration) -> int:
    """Give a collaboration the default tree; return how many categories were made.

    Safe to run again: a code that is there already is left as it is, renamed or closed as it may be.
    """
    known = {row.code: row for row in Category.objects.filter(collaboration=collaboration)}
    made = 0
    position = 0
    for branch in DEFAULT_TREE:
        position += 10
        parent = known.get(branch.code)
        if parent is None:
            parent = Category.objects.create(
                collaboration=collaboration,
                code=branch.code,
                name_sv=branch.name_sv,
                name_en=branch.name_en,
                common_code=branch.code,
                # A heading is what most of its categories are.
                kind=branch.leaves[0].kind,
                severity=max(leaf.severity for leaf in branch.leaves),
                position=position,
            )
            made += 1
        for leaf in branch.leaves:
            position += 10
            if leaf.code in known:
                continue
            Category.objects.create(
                collaboration=collaboration,
                parent=parent,
                code=leaf.code,
                name_sv=leaf.name_sv,
                name_en=leaf.name_en,
                kind=leaf.kind,
                severity=leaf.severity,
                is_sensitive=leaf.is_sensitive,
                common_code=leaf.code,
                position=position,
            )
            made += 1
    return made
