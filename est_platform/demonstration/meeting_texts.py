"""What the demonstration's groups took up at their meetings, in their own words. Plain data, without Django.

Sections, outcomes and kinds are the values of `councils.models` and `partners.levels`. Organisations are common nouns:
nobody here has done anything.
"""

from __future__ import annotations

from dataclasses import dataclass

_INFORMATION, _ASSIGNMENT, _DECISION, _ESCALATION = "information", "assignment", "decision", "escalation"


@dataclass(frozen=True)
class Raised:
    """A matter: at which of the group's meetings it was settled, counted from the first, and what came of it."""

    meeting: int
    section: str
    title: str
    note: str = ""
    outcome: str = _INFORMATION
    # What a decision is about.
    kind: str = ""
    text: str = ""
    # To whom it was given, and until how many days later it was to be done.
    of: str = ""
    days: int = 12
    is_done: bool = True
    # How many meetings it was put off before.
    postponed: int = 0
    # What a decision asks of whom.
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Escalated:
    """The question that was taken further, and what the council answered."""

    question: str
    recommended: str
    answer: str


ESCALATED = Escalated(
    "Åtgärderna i P-huset Norra rör tre organisationer. Kan rådet besluta en plan för huset, och vem som gör vad?",
    "Rådet beslutar planen när den är klar, och varje organisation svarar för sin del.",
    "Planen beslutas i dag. Gruppen i Klockaretorpet följer den och berättar hur det går.",
)

# What is said of what the platform has noticed, by the first word of its key, or of a measure by the last. What is not
# here is put off.
NOTICED = {
    "missing": "Samordnaren ringer enheten.",
    "above": "Gruppen tittade på kartan och på vilka platser det gäller.",
    "coming": "Alla vet om det. Väktarna går förbi under kvällen.",
    "assignment": "Pågår.",
    "proposed": "Rådet beslutar om den.",
    "late": "Den som leder åtgärden berättar vid nästa möte.",
    "silent": "Samordnaren frågar den som leder åtgärden.",
    "gap": "Den som tar reda på det är inte klar.",
    "commitment": "Partnern berättar vid nästa möte.",
    "more": "Samordnaren går igenom resten.",
}

KLOCKARETORPET = (
    Raised(
        1, "focus", "Var vi börjar i vinter", "Tunneln nämns av alla. P-huset räcker det att följa tills vidare.",
        _DECISION, "focus", "Gångtunneln vid centrum först, sedan Centrumtorget. Väktarna håller ögonen på P-huset.",
    ),
    Raised(
        2, "measures", "Släckta lampor i gångtunneln", "", _ASSIGNMENT,
        text="Felanmäl lamporna i tunneln igen, och säg när de lyser.", of="Kommunen",
    ),
    Raised(4, "results", "Lamporna i tunneln", "Alla lampor lyser. De som går där på kvällen har märkt det."),
    Raised(
        5, "coming", "Lördagar på torget",
        "Bostadsbolaget och fritidsgården har bord på torget två lördagar. Polisen går förbi.",
    ),
    Raised(7, "police", "Mopeder på gångvägen", "Mest på eftermiddagarna. Polisen finns på plats två dagar i veckan."),
    Raised(
        8, "measures", "Tomma lokaler vid passagen", "Tre av nio står tomma.", _ASSIGNMENT,
        text="Berätta hur länge de tre lokalerna har stått tomma, och vad som är planerat.", of="Bostadsbolaget",
        days=26,
    ),
    Raised(
        11, "why", "Varför passagen och inte torget?", "Torget är större, men i passagen finns tre vägar ut.",
        _ASSIGNMENT, text="Gå dit två kvällar och skriv upp vilka vägar folk tar.", of="Polisen", days=26, postponed=2,
    ),
    Raised(
        13, "focus", "Ordningen till sommaren", "", _DECISION, "focus",
        "Passagen genom centrum först, sedan P-huset Norra, sist tunneln.",
    ),
    Raised(
        14, "feedback", "Vad de boende får veta", "", _DECISION, "information",
        "Bostadsbolaget sätter upp en lapp i portarna om vad som har gjorts i tunneln.",
    ),
    Raised(
        15, "picture", "Bilbränder i P-huset Norra",
        "Tre tillfällen på en månad, alla efter midnatt. Ronden går före midnatt.", _DECISION, "execution",
        "Väktarna går sin rond i P-huset efter midnatt i stället för före.",
    ),
    Raised(
        17, "measures", "Grinden till P-huset",
        "Grinden, belysningen och ronderna hänger ihop, och ingen av oss äger allt.", _ESCALATION, days=70,
    ),
    Raised(18, "coming", "Skolstart", "Fältgruppen är ute de två första kvällarna. Skolan öppnar gården till nio."),
    Raised(22, "results", "De första veckorna i P-huset", "Färre bränder än i somras, men det är för tidigt att säga."),
    Raised(
        24, "measures", "Ledningen till grinden", "Motorn finns, men den får ingen ström.", _ASSIGNMENT,
        text="Fråga elbolaget när ledningen till grinden dras, och säg det till gruppen.", of="Bostadsbolaget",
        days=10, is_done=False,
    ),
)  # fmt: skip

HAGEBY = (
    Raised(
        1, "focus", "Var vi börjar i vinter", "", _DECISION, "focus",
        "Entrén till centrum först, sedan busshållplatsen. Gårdarna följs av bostadsbolaget.",
    ),
    Raised(
        3, "measures", "Häcken vid busshållplatsen", "Den skymmer dem som väntar.", _ASSIGNMENT,
        text="Beskär häcken vid busshållplatsen ner till en meter.", of="Kommunen", days=40,
    ),
    Raised(5, "police", "Cykelstölder", "Cyklar tas från samma ställ. Bostadsbolaget flyttar det närmare porten."),
    Raised(
        8, "why", "Stölderna under butikernas sista timme", "Bemanningen är lägst då.", _DECISION, "execution",
        "Väktarna står vid entrén den sista timmen, torsdag till lördag.", postponed=1,
    ),
    Raised(10, "results", "Häcken", "Beskuren. Det syns från vägen vem som väntar."),
    Raised(
        12, "coming", "Sommarkvällarna", "Fritidsgården har öppet till tio tre kvällar i veckan.", _DECISION,
        "information", "Tiderna står på lappar i portarna och i skolans veckobrev.",
    ),
    Raised(
        15, "measures", "Källardörren i nian", "Går inte i lås.", _ASSIGNMENT,
        text="Byt låset i källardörren och gå igenom de andra i längan.", of="Bostadsbolaget", days=26,
    ),
    Raised(17, "feedback", "Föräldravandringen", "Tolv kom. De vill veta vad som händer med det de såg."),
    Raised(
        19, "picture", "Hot mot personal i butik", "Samma tider som stölderna.", _DECISION, "execution",
        "Butikerna ringer väktarna direkt, och skriver en rapport samma kväll.",
    ),
    Raised(
        23, "why", "Vilka kvällar behövs fältarna?", "Rådet frågar efter kvällarna och vad de kostar.", _ASSIGNMENT,
        text="Räkna på vilka kvällar det händer mest vid centrum, och vad två fältare kostar.", of="Kommunen",
        days=26, postponed=1,
    ),
)  # fmt: skip

COUNCIL = (
    Raised(
        1, "focus", "Vilka områden som kommer först", "Klockaretorpet och Hageby har flest problem som hänger ihop.",
        _DECISION, "prioritisation", "Klockaretorpet och Hageby kommer först under året. De andra följs som förut.",
    ),
    Raised(
        1, "reporting", "Enheter som inte rapporterar", "", _ASSIGNMENT,
        text="Ta fram vad som hindrar de enheter som sällan rapporterar.", of="Kommunen", days=100,
    ),
    Raised(
        2, "measures", "Trygghetsvärdar under året", "Två värdar räcker till ett område i taget.", _DECISION,
        "resource", "Två trygghetsvärdar finns kvar året ut. De börjar i Klockaretorpet.",
        parts=(
            ("atgardsansvarig", "Anställa två trygghetsvärdar och leda dem."),
            ("sakerhetsansvarig", "Ha en lokal vid centrum för trygghetsvärdarna."),
        ),
    ),
    Raised(
        3, "results", "Vad har planen från 2018 lärt oss?",
        "Ljuset och lokalerna höll. Kvällsöppet föll när det inte fanns någon vaktmästare.", _DECISION, "direction",
        "Nya planer säger från början vem som har nycklarna, och vad som händer när någon är borta.",
    ),
)  # fmt: skip
