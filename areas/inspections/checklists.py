"""The checklists: what is looked at, the lists to begin with, and how a change of them becomes a new version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from areas.inspections.permissions import check_may_keep_checklists
from areas.models import Checklist, ChecklistKind, ChecklistVersion, PlaceFeature
from audit.actions import record
from common.errors import NotPossible
from partners.models import Collaboration, User
from privacy.validators import names_no_person

MOST_ITEMS = 60
_KEY = re.compile(r"[a-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at: what should be in order, which feature of the place it speaks of, and how to look."""

    key: str
    text: str
    # A kind of `PlaceFeature`, and which part of the place: two entrances are two features. "" where it is none.
    feature: str = ""
    part: str = ""
    help: str = ""


def items_of(version: ChecklistVersion) -> list[Item]:
    """What a version of a checklist asks, in order."""
    return [Item(**one) for one in version.items]


# The lists to begin with, in the words people use on the spot. They are data, so they are written in Swedish.
_K = PlaceFeature.Kind
DEFAULTS: dict[ChecklistKind, tuple[Item, ...]] = {
    ChecklistKind.INSPECTION: (
        Item("ljus-entre", "Belysningen vid entréer och portar är hel och räcker", _K.LIGHT, "entréer och portar",
             "Se efter när det är mörkt, eller prova ljusrelä och rörelsevakt."),
        Item("ljus-vagar", "Gångvägar, gård och parkering är upplysta utan mörka luckor", _K.LIGHT, "gångvägar, gård",
             "Lampor som är släckta, smutsiga eller skymda av grenar räknas som brist."),
        Item("sikt-vaxter", "Buskar och träd skymmer varken vägar, portar eller fönster", _K.GREENERY, "",
             "Tumregel: buskar under knähöjd intill gångvägar, träd uppkvistade över huvudhöjd."),
        Item("sikt-vrar", "Det finns inga undanskymda vrår eller nischer där någon kan stå utan att synas",
             _K.SIGHT_LINES, "vrår och nischer"),
        Item("sikt-overblick", "Platsen syns från bostäder, butiker eller en väg där folk rör sig", _K.SIGHT_LINES,
             "överblick"),
        Item("dorrar-stanger", "Portar och dörrar stänger och låser av sig själva", _K.LOCKS, "portar",
             "Öppna och släpp: dörren ska gå i lås utan hjälp."),
        Item("dorrar-kod", "Bara de som hör hemma här tar sig in: koder, taggar och nycklar är i ordning", _K.LOCKS,
             "koder och nycklar", "Fråga när portkoden byttes senast."),
        Item("kallare", "Källare, vind och förråd är låsta, hela och upplysta", _K.LOCKS, "källare och förråd"),
        Item("tvattstuga", "Tvättstuga, cykelrum och soprum är låsta och används som det är tänkt", _K.LOCKS,
             "tvättstuga, cykelrum och soprum"),
        Item("genvag", "Det är tydligt vart vägarna leder; platsen är ingen dold genväg eller flyktväg",
             _K.ESCAPE_ROUTES),
        Item("tomma-lokaler", "Tomma lokaler är låsta, skötta och ser inte övergivna ut", _K.VACANT_PREMISES),
        Item("skrap", "Det är rent: inget skräp, inga dumpade möbler, inga skrotbilar", _K.UPKEEP, "skräp"),
        Item("klotter", "Klotter och skadegörelse är åtgärdat", _K.UPKEEP, "klotter och skador"),
        Item("brand", "Inget brännbart ligger framme vid fasad, i trapphus, garage eller soprum", _K.FIRE),
        Item("sittplatser", "Bänkar och sittplatser används som det är tänkt", _K.SEATING),
        Item("natt-el", "Öppet trådlöst nät och eluttag lockar inte folk att hänga här på nätterna", _K.WIFI),
        Item("trafik", "Parkering, infart och moped- och cykeltrafik fungerar utan fara", _K.TRAFFIC),
        Item("ansvar", "Det framgår vem som sköter platsen och vart man felanmäler, dag som kväll", "", "",
             "Skylt med namn på förvaltaren och nummer för felanmälan."),
    ),
    ChecklistKind.WALK: (
        Item("ljus", "Det är ljust nog att känna igen ett ansikte på avstånd", _K.LIGHT, "",
             "Stå still en stund. Se åt alla håll."),
        Item("sikt", "Man ser vem som är på väg hit, och syns själv", _K.SIGHT_LINES),
        Item("vaxter", "Buskar och träd skymmer inte", _K.GREENERY),
        Item("vagar", "Det finns mer än en väg härifrån, och man hittar den", _K.ESCAPE_ROUTES),
        Item("folk", "Här rör sig folk även på kvällen", _K.THROUGH_FLOW),
        Item("skotsel", "Det är helt och rent: inget skräp, inget klotter", _K.UPKEEP),
        Item("lokaler", "Lokaler och skyltfönster är upplysta och i bruk", _K.VACANT_PREMISES),
        Item("sitta", "Det går bra att sitta ner och stanna till", _K.SEATING),
        Item("trafik", "Bilar, mopeder och cyklar är ingen fara för den som går", _K.TRAFFIC),
        Item("hjalp", "Man vet vart man vänder sig om något händer här", ""),
    ),
}  # fmt: skip


@transaction.atomic
def current_version(collaboration: Collaboration, kind: ChecklistKind | str) -> ChecklistVersion:
    """The list in use; the first one is made when it is first asked for."""
    checklist, _is_new = Checklist.objects.get_or_create(collaboration=collaboration, kind=ChecklistKind(kind))
    latest = checklist.versions.select_related("checklist").order_by("-number").first()
    if latest is None:
        latest, _is_new = ChecklistVersion.objects.get_or_create(
            checklist=checklist,
            number=1,
            defaults={
                "collaboration": collaboration,
                "items": [asdict(item) for item in DEFAULTS[ChecklistKind(kind)]],
            },
        )
    return latest


@transaction.atomic
def change_checklist(
    *, collaboration: Collaboration, kind: ChecklistKind, items: Sequence[Item], seen: int, by: User
) -> ChecklistVersion:
    """Make a new version of a list; what was filled in by an older one keeps it. `seen` is the page's number."""
    check_may_keep_checklists(by, collaboration)
    version = current_version(collaboration, kind)
    Checklist.objects.select_for_update().get(pk=version.checklist_id)
    version = current_version(collaboration, kind)
    if version.number != seen:
        raise NotPossible(
            _("Somebody else has changed the list since you opened the page. Yours stands here: compare and save."),
            code="conflict",
        )
    wanted = with_keys(items, known={item.key for item in items_of(version)})
    check_items(wanted)
    if wanted == items_of(version):
        raise NotPossible(_("Nothing has been changed."), code="unchanged")
    made = ChecklistVersion.objects.create(
        collaboration=collaboration,
        checklist_id=version.checklist_id,
        number=version.number + 1,
        items=[asdict(item) for item in wanted],
        created_by=by,
    )
    record("checklist_changed", by=by, subject=made, kind=str(kind), number=made.number, items=len(wanted))
    return made


def with_keys(items: Iterable[Item], *, known: set[str]) -> list[Item]:
    """Give new items a key of their own, made of their words; an item that was there keeps its key."""
    kept: list[Item] = []
    taken = {item.key for item in items if item.key in known}
    for item in items:
        key = item.key
        if key not in known:
            base = slugify(item.text)[:32].strip("-") or "punkt"
            key, number = base, 2
            while key in taken or key in known:
                key, number = f"{base}-{number}", number + 1
            taken.add(key)
        kept.append(Item(key, item.text, item.feature, item.part, item.help))
    return kept


def check_items(items: Sequence[Item]) -> None:
    """A list has something to look at, each thing once, and speaks of no person."""
    if not items:
        raise NotPossible(_("A checklist needs at least one item."))
    if len(items) > MOST_ITEMS:
        raise NotPossible(_("A checklist has at most %(number)s items.") % {"number": MOST_ITEMS})
    keys = [item.key for item in items]
    if len(set(keys)) != len(keys) or not all(_KEY.fullmatch(key) for key in keys):
        raise NotPossible(_("The checklist is another one. Open the page again."))
    parts: set[tuple[str, str]] = set()
    for item in items:
        if not item.text:
            raise NotPossible(_("Write what is to be looked at."))
        if item.feature and item.feature not in PlaceFeature.Kind.values:
            raise NotPossible(_("Choose a feature from the list."))
        for text in (item.text, item.part, item.help):
            names_no_person(text)
        if item.feature:
            if (item.feature, item.part.casefold()) in parts:
                raise NotPossible(
                    _("“%(text)s”: another item speaks of the same feature. Say which part of the place each is about.")
                    % {"text": item.text}
                )
            parts.add((item.feature, item.part.casefold()))
        if item.feature == PlaceFeature.Kind.OTHER and not item.part:
            raise NotPossible(_("“%(text)s”: say what it is about.") % {"text": item.text})


def item_named(items: Iterable[Item], key: str) -> Item | None:
    """The item with this key."""
    return next((item for item in items if item.key == key), None)
