"""The demonstration's citizen promises: one of 2018 that was kept in part, and one in force that was just followed up.

Both are about the same square as the plan, rest on dialogues, and go the way of every promise: written, decided,
published as it was read in the preview, followed up and published anew. What is told of a measure is written here for
those who live there; nothing else of it goes out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from action_plans.models import Dialogue, Measure, Plan, Promise, PromiseState
from action_plans.promises import actions
from areas.models import Area, Place, SafetyWalk
from cause_analysis.models import Problem
from est_platform.demonstration.cast import NORRKOPING
from est_platform.demonstration.plans import CENTRE_PLACE
from partners.models import Collaboration, Group, Organisation, User

DAY = dt.date
STAFF, CITIZEN, WALK, SURVEY = Dialogue.Kind.STAFF, Dialogue.Kind.CITIZEN, Dialogue.Kind.WALK, Dialogue.Kind.SURVEY
Both = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """A dialogue so many days before the promise begins: with whom, about what, and what was said."""

    kind: str
    days_before: int
    participants: int
    target_group: str
    themes: tuple[str, ...]
    said: str


@dataclass(frozen=True)
class Told:
    """A measure by its title, and what residents are told of it, if anything."""

    measure: str
    done: Both = ("", "")


@dataclass(frozen=True)
class Undertaken:
    """An undertaking: whose, what, how much or by when, and the measures that carry it."""

    organisation: str
    text: Both
    amount: Both = ("", "")
    due: dt.date | None = None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Seen:
    """What a follow-up says."""

    carried_out: str
    good_result: str
    text: Both


@dataclass(frozen=True)
class Promised:
    """A promise in Swedish and English, and what became of it."""

    title: Both
    problem: Both
    registry_number: str
    dialogues: tuple[Asked, ...]
    items: tuple[Undertaken, ...]
    seen: tuple[Seen, ...]
    # Whether residents are told how many events the plan's problem counts.
    shows_count: bool = False
    ended: PromiseState | None = None


SIGNED_BY = (
    ("kommundirektör", "Kommunen"),
    ("lokalpolisområdeschef", "Polisen"),
    ("vd", "Bostadsbolaget"),
    ("rektor", "Skolan"),
)
LIGHT, HEDGE, HOUSE = (
    "Bättre ljus på torget och gångvägen",
    "Beskär häcken vid gångvägen",
    "Öppna ett fritidens hus på kvällarna",
)
ON_FOOT, GUARDS = (
    "Poliser till fots på torget på kvällarna",
    "Väktare lägger ronden när butikerna stänger",
)

EARLIER_FROM, EARLIER_TO = DAY(2018, 3, 1), DAY(2019, 12, 31)
EARLIER_SEEN = (DAY(2018, 6, 14), DAY(2019, 1, 17), DAY(2019, 12, 12))
EARLIER = Promised(
    (
        "Torget ska gå att använda också på kvällen",
        "The square is to be usable in the evening too",
    ),
    (
        "Framför entrén till Klockaretorpets centrum säljs narkotika öppet på eftermiddagar och kvällar. Den som går "
        "förbi och tittar blir ibland hotad. Häcken skymmer, lamporna längs gångvägen är få, och för unga finns inget "
        "annat som är öppet. Många av er har sagt att ni går en annan väg hem.",
        "In front of the entrance to Klockaretorpets centrum, drugs are sold openly in the afternoon and evening. "
        "People who walk past and look are sometimes threatened. The hedge blocks the view, the footpath has few "
        "lamps, and for young people nothing else is open. Many of you have told us that you take another way home.",
    ),
    "EXEMPEL 2018/2",
    (
        Asked(
            STAFF,
            170,
            22,
            "personal i butik, skola, fritidsgård och bostadsbolag",
            ("Öppen försäljning framför entrén", "Hot mot den som stänger butiken", "Ingenstans att vara efter skolan"),
            "Alla beskriver samma plats och samma tider. Personalen stänger i par och går inte hem över torget.",
        ),
        Asked(
            CITIZEN,
            135,
            64,
            "boende, öppet möte i skolans matsal",
            ("Mörkt längs gångvägen", "Barn som inte får gå själva", "Vill ha vuxna som stannar"),
            "Fler lampor och fler vuxna kom först. Flera vill hjälpa till på kvällar om någon håller i det.",
        ),
        Asked(
            WALK,
            112,
            18,
            "boende, skolvärd, områdespolis och driftledare",
            ("Häcken skymmer från gatan", "Sju släckta lampor"),
            "Vi gick från hållplatsen till skolan efter mörkrets inbrott.",
        ),
        Asked(
            SURVEY,
            94,
            212,
            "hushåll i de fyra närmaste kvarteren",
            ("Går en annan väg hem", "Handlar någon annanstans", "Saknar en plats för unga"),
            "Sex av tio undviker torget på kvällen. Svaren är inte ett urval som går att räkna om till alla.",
        ),
    ),
    (
        Undertaken(
            "Kommunen",
            (
                "Vi byter lamporna på torget och längs gångvägen, och klipper häcken så att alla syns från gatan.",
                "We replace the lamps on the square and along the footpath, and cut the hedge so that everybody can "
                "be seen from the street.",
            ),
            ("Släckta lampor lagas inom tre dagar", "Lamps that go out are mended within three days"),
            DAY(2018, 5, 31),
            (
                Told(
                    LIGHT,
                    (
                        "Lamporna längs gångvägen och på fasaden vid entrén är bytta.",
                        "The lamps along the footpath and on the wall by the entrance have been replaced.",
                    ),
                ),
                Told(
                    HEDGE,
                    ("Häcken är nerklippt till en meter.", "The hedge has been cut down to one metre."),
                ),
            ),
        ),
        Undertaken(
            "Polisen",
            ("Vi går till fots på torget på kvällarna.", "We walk the square on foot in the evening."),
            ("Minst två kvällar i veckan", "At least two evenings a week"),
            told=(
                Told(
                    ON_FOOT,
                    (
                        "Vi har gått två till tre kvällar i veckan, mest torsdag till lördag.",
                        "We have been there two or three evenings a week, mostly Thursday to Saturday.",
                    ),
                ),
            ),
        ),
        Undertaken(
            "Kommunen",
            (
                "Vi öppnar ett fritidens hus för unga i skolans lokaler, med vuxna på plats.",
                "We open a leisure house for young people in the school's rooms, with adults present.",
            ),
            ("Fyra kvällar i veckan, till klockan 21", "Four evenings a week, until 9 pm"),
            DAY(2018, 10, 31),
            (
                Told(
                    HOUSE,
                    (
                        "Huset öppnade efter sommaren 2018 och har öppet fyra kvällar i veckan.",
                        "The house opened after the summer of 2018 and is open four evenings a week.",
                    ),
                ),
            ),
        ),
        Undertaken(
            "Skolan",
            (
                "Vi öppnar gymnastiksalen för unga i området på kvällarna.",
                "We open the sports hall to young people in the area in the evening.",
            ),
            ("Två kvällar i veckan", "Two evenings a week"),
            DAY(2018, 10, 31),
            (Told(HOUSE),),
        ),
    ),
    (
        Seen(
            "partly",
            "too_early",
            (
                "Lamporna är bytta och häcken är klippt. Polisen går på torget minst två kvällar i veckan. Fritidens "
                "hus öppnar efter sommaren. Om det har blivit tryggare är för tidigt att säga.",
                "The lamps have been replaced and the hedge is cut. The police walk the square at least two evenings "
                "a week. The leisure house opens after the summer. It is too early to say whether it is safer.",
            ),
        ),
        Seen(
            "partly",
            "partly",
            (
                "Fritidens hus är öppet. Gymnastiksalen öppnade inte under hösten, eftersom det saknas vaktmästare på "
                "kvällstid. Butiken får färre klagomål. Flera av er säger att det är lugnare, men att det fortfarande "
                "är mörkt mot parkeringen.",
                "The leisure house is open. The sports hall did not open during the autumn, as there is no caretaker "
                "in the evening. The shop gets fewer complaints. Several of you say that it is calmer, but still dark "
                "towards the car park.",
            ),
        ),
        Seen(
            "partly",
            "yes",
            (
                "Det säljs mycket mindre på torget än när vi lovade det här, och fler av er är där på kvällen igen. "
                "Tre av fyra åtaganden har vi hållit. Gymnastiksalen öppnade vi aldrig. Den tar vi upp på nytt, "
                "tillsammans med skolan.",
                "Far less is sold on the square than when we made this promise, and more of you are there in the "
                "evening again. We have kept three undertakings out of four. The sports hall we never opened. We take "
                "it up again together with the school.",
            ),
        ),
    ),
    shows_count=True,
    ended=PromiseState.PARTLY_KEPT,
)
NOW = Promised(
    (
        "Ljusa vägar och vuxna på plats i centrum på kvällen",
        "Lit paths and adults around in the centre in the evening",
    ),
    (
        "I några år var det lugnt i centrum. Nu säger många av er att passagen och gångtunneln är obehagliga att gå "
        "igenom sedan butikerna har stängt. Lampor är släckta, lokaler står tomma, och det finns få vuxna att vända "
        "sig till. Vi håller därför fast vid det som hjälpte förra gången och lägger till ronder vid stängning.",
        "For some years the centre was calm. Now many of you tell us that the passage and the tunnel are unpleasant to "
        "walk through once the shops have closed. Lamps are out, premises stand empty, and there are few adults to "
        "turn to. We therefore keep up what helped last time, and add rounds at closing time.",
    ),
    "EXEMPEL 2025/7",
    (
        Asked(
            SURVEY,
            96,
            187,
            "hushåll i Klockaretorpet",
            ("Undviker passagen", "Vet inte vart man felanmäler", "Uppskattar fritidens hus"),
            "Hälften går en omväg efter klockan 20. De flesta vet inte vem som svarar för tunneln.",
        ),
        Asked(
            STAFF,
            74,
            16,
            "personal i butik, kiosk, skola och fritidsgård",
            ("Ropas åt vid stängning", "Tomma lokaler vid passagen"),
            "Personalen vill veta när väktarna kommer, så att de kan stänga då.",
        ),
        Asked(
            CITIZEN,
            53,
            41,
            "boende, öppet hus på fritidsgården",
            ("Häckarna växer igen", "Fler vuxna ute", "Håll fritidens hus öppet på lov"),
            "Det som gjordes 2018 märktes, säger många. Det har slarvats med häckarna sedan dess.",
        ),
    ),
    (
        Undertaken(
            "Kommunen",
            (
                "Vi klipper häckarna vid gångvägen så att alla syns från gatan.",
                "We cut the hedges by the footpath so that everybody can be seen from the street.",
            ),
            ("I april och i september varje år", "In April and in September every year"),
            told=(
                Told(
                    HEDGE,
                    (
                        "Häckarna har klippts i tid varje gång.",
                        "The hedges have been cut in time, every time.",
                    ),
                ),
            ),
        ),
        Undertaken(
            "Kommunen",
            (
                "Vi håller fritidens hus öppet för unga, med vuxna på plats.",
                "We keep the leisure house open to young people, with adults present.",
            ),
            ("Fyra kvällar i veckan, också på loven", "Four evenings a week, school breaks included"),
            told=(
                Told(
                    HOUSE,
                    (
                        "Huset har öppet fyra kvällar i veckan, till klockan 21.",
                        "The house is open four evenings a week, until 9 pm.",
                    ),
                ),
            ),
        ),
        Undertaken(
            "Polisen",
            (
                "Vi går till fots genom passagen, över torget och genom tunneln på kvällarna.",
                "We walk through the passage, across the square and through the tunnel in the evening.",
            ),
            ("Minst två kvällar i veckan", "At least two evenings a week"),
            told=(
                Told(
                    ON_FOOT,
                    (
                        "Vi har varit på plats minst två kvällar de flesta veckor, men inte alla.",
                        "We have been there at least two evenings most weeks, but not every week.",
                    ),
                ),
            ),
        ),
        Undertaken(
            "Bostadsbolaget",
            (
                "Våra väktare går genom centrum när butikerna stänger.",
                "Our guards walk through the centre when the shops close.",
            ),
            ("Två ronder varje kväll, mellan klockan 19 och 22", "Two rounds every evening, between 7 and 10 pm"),
            told=(
                Told(
                    GUARDS,
                    (
                        "Tiderna är ändrade i avtalet, och butikerna vet när ronden kommer.",
                        "The contract has new hours, and the shops know when the round comes.",
                    ),
                ),
            ),
        ),
    ),
    (
        Seen(
            "yes",
            "too_early",
            (
                "Häckarna är klippta, fritidens hus har öppet som vi lovade, och väktarna går sina ronder. Om det är "
                "tryggare i passagen är för tidigt att säga.",
                "The hedges are cut, the leisure house is open as promised, and the guards walk their rounds. It is "
                "too early to say whether the passage is safer.",
            ),
        ),
        Seen(
            "partly",
            "partly",
            (
                "Några veckor var polisen på plats bara en kväll. Det beror på händelser på andra håll, och "
                "vi ser över hur kvällarna kan täckas. Personalen i butikerna säger att stängningen är lugnare. I "
                "tunneln är det fortfarande mörkt, och där vet vi ännu inte vem som lagar belysningen.",
                "Some weeks the police were there on one evening only. The reason is events elsewhere, and "
                "we are looking at how the evenings can be covered. Those who work in the shops say that closing time "
                "is calmer. The tunnel is still dark, and there we do not yet know who mends the lights.",
            ),
        ),
    ),
)
# Held after the promise was made, and what is being written on it.
AFTERWARDS = Asked(
    WALK,
    0,
    14,
    "boende, skolvärd, fältassistent, områdespolis och driftledare",
    ("Tunneln är helt släckt", "Passagen efter klockan 20", "Buskarna vid lekplatsen"),
    "Tunneln kändes sämst. Vid hållplatsen och på fritidsgården kände sig alla trygga.",
)
NEXT = Promised(
    ("En ljus väg genom tunneln", "A lit way through the tunnel"),
    (
        "På trygghetsvandringen var tunneln den plats som kändes sämst. Belysningen är släckt, och det går inte att se "
        "om någon står där innan man har gått in.",
        "",
    ),
    "",
    (),
    (
        Undertaken(
            "Kommunen",
            ("Vi lagar belysningen i tunneln och målar väggarna ljusa.", ""),
            told=(Told(LIGHT),),
        ),
    ),
    (),
)


def load_promises(here: Collaboration, people: dict[str, User], problem: Problem | None, *, until: dt.date) -> int:
    """The promises on the plan's measures; how many there are. Where nothing is planned, nothing is promised."""
    plan = Plan.objects.filter(collaboration=here, measures__problem=problem).select_related("area").first()
    if problem is None or plan is None:
        return 0
    area, officer = plan.area, people[f"kommunpolis@{NORRKOPING}.example"]
    making = _Making(plan, officer, people[f"samordnare@{NORRKOPING}.example"])
    making.make(EARLIER, EARLIER_FROM, EARLIER_TO, EARLIER_SEEN, problem)
    *seen, following = _days_around(until)
    first = DAY(seen[0].year, 1, 1)
    making.make(NOW, first, DAY(first.year + 1, 12, 31), (*seen, following), None)
    walk = SafetyWalk.objects.filter(area=area).order_by("-walked_on").first()
    if walk is not None:
        asked = making.ask(AFTERWARDS, walk.walked_on, walk=walk)
        first = DAY(until.year + 1, 1, 1)
        making.write(NEXT, first, DAY(first.year, 12, 31), [asked])
    return Promise.objects.filter(area=area).count()


def _days_around(until: dt.date) -> list[dt.date]:
    """The two follow-ups behind the last day of the reports and the one ahead: in May and in November, on weekdays."""

    def days() -> Iterator[dt.date]:
        for year in range(until.year - 2, until.year + 2):
            for month in (5, 11):
                day = DAY(year, month, 15)
                yield day + dt.timedelta(days=8 - day.isoweekday() if day.isoweekday() > 5 else 0)

    behind = [day for day in days() if day <= until]
    ahead = [day for day in days() if day > until]
    return [*behind[-2:], ahead[0]]


@dataclass(frozen=True)
class _Making:
    """Who writes the promises of an area, who publishes them, and the plan they rest on."""

    plan: Plan
    by: User
    coordinator: User

    @property
    def area(self) -> Area:
        return self.plan.area

    def organisation(self, name: str) -> Organisation:
        return Organisation.objects.get(collaboration=self.plan.collaboration_id, name=name)

    def ask(self, asked: Asked, day: dt.date, walk: SafetyWalk | None = None) -> Dialogue:
        return actions.add_dialogue(
            by=self.by,
            area=self.area,
            kind=asked.kind,
            held_on=day,
            place=Place.objects.get(collaboration=self.plan.collaboration_id, name=CENTRE_PLACE),
            walk=walk,
            participants=asked.participants,
            target_group=asked.target_group,
            themes="\n".join(asked.themes),
            protocol=asked.said,
            is_confirmed=True,
        )

    def make(
        self, promised: Promised, first: dt.date, last: dt.date, days: tuple[dt.date, ...], problem: Problem | None
    ) -> None:
        """Write, decide and publish a promise, and follow it up on these days; the last may lie ahead."""
        asked = [self.ask(one, first - dt.timedelta(days=one.days_before)) for one in promised.dialogues]
        promise = self.write(promised, first, last, asked, problem=problem, follow_up_on=days[0])
        for function, name in SIGNED_BY:
            actions.add_signatory(
                by=self.by, promise=promise, function=function, organisation=self.organisation(name), is_confirmed=True
            )
        group = Group.objects.get(collaboration=self.plan.collaboration_id, name="Chefsamrådet")
        actions.decide_promise(
            by=self.coordinator, promise=promise, group=group, decided_on=first - dt.timedelta(days=14)
        )
        self._publish(promise)
        for number, seen in enumerate(promised.seen):
            actions.follow_up_promise(
                by=self.by,
                promise=promise,
                on=days[number],
                next_on=days[number + 1] if number + 1 < len(days) else None,
                carried_out=seen.carried_out,
                good_result=seen.good_result,
                is_confirmed=True,
                **_both("text", seen.text),
            )
        self._tell(promise, promised)
        if promised.ended is not None:
            actions.end_promise(by=self.by, promise=promise, result=promised.ended)
        self._publish(promise)

    def write(self, promised: Promised, first: dt.date, last: dt.date, asked: list[Dialogue], **more: Any) -> Promise:
        """A draft with its undertakings."""
        promise = actions.make_promise(
            by=self.by,
            area=self.area,
            dialogues=asked,
            first_day=first,
            last_day=last,
            shows_count=promised.shows_count,
            registry_number=promised.registry_number,
            is_confirmed=True,
            **_both("title", promised.title),
            **_both("problem", promised.problem),
            **more,
        )
        for undertaken in promised.items:
            self._undertake(promise, undertaken)
        return promise

    def _undertake(self, promise: Promise, undertaken: Undertaken) -> None:
        item = actions.add_item(
            by=self.by,
            promise=promise,
            organisation=self.organisation(undertaken.organisation),
            due_on=undertaken.due,
            is_confirmed=True,
            **_both("text", undertaken.text),
            **_both("amount", undertaken.amount),
        )
        for told in undertaken.told:
            actions.tie_measure(by=self.by, item=item, measure=Measure.objects.get(plan=self.plan, title=told.measure))

    def _tell(self, promise: Promise, promised: Promised) -> None:
        """Say of the measures what has been done, once something has."""
        for item, undertaken in zip(promise.items.order_by("pk"), promised.items, strict=True):
            for link, told in zip(item.item_measures.order_by("pk"), undertaken.told, strict=True):
                if any(told.done):
                    actions.write_done(
                        by=self.by,
                        link=link,
                        row_version=link.row_version,
                        is_confirmed=True,
                        **_both("done", told.done),
                    )

    def _publish(self, promise: Promise) -> None:
        promise.refresh_from_db()
        seen = actions.mark_of(actions.preview(promise))
        actions.publish_promise(by=self.coordinator, promise=promise, seen=seen)


def _both(name: str, texts: Both) -> dict[str, Any]:
    return {f"{name}_sv": texts[0], f"{name}_en": texts[1]}
