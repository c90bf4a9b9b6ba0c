"""Short invented descriptions, put together from sentences that point at nobody."""

from __future__ import annotations

SHARE_WITH_TEXT = 0.3

WHAT: dict[str, tuple[str, ...]] = {
    "SKA": (
        "Krossad ruta vid entrén.",
        "Sönderslagen belysning.",
        "Trasig dörr till soprummet.",
        "Uppbruten brevlåda.",
        "Sparkad papperskorg.",
        "Skadad bänk.",
        "Förstörd lekutrustning.",
        "Krossat glas i busskuren.",
    ),
    "KLO": ("Klotter på fasaden.", "Klotter i gångtunneln.", "Nya tags på garageporten.", "Klotter på elskåpet."),
    "NED": (
        "Dumpade möbler vid återvinningen.",
        "Mycket skräp på gården.",
        "Överfulla papperskorgar.",
        "Kundvagnar i buskaget.",
        "Glassplitter på gångvägen.",
        "Grovsopor i källargången.",
    ),
    "SAM": (
        "En grupp samlades och var högljudd.",
        "Flera grupper vid entrén, boende gick omvägar.",
        "Folksamling som skingrades efter en stund.",
        "Stor grupp på torget, stökigt men ingen skada.",
    ),
    "NAR": (
        "Täta korta möten mellan bil och gående.",
        "Misstänkt överlämning vid cykelstället.",
        "Flera korta besök i porten under kvällen.",
        "Tomma påsar hittade i buskaget.",
    ),
    "ALK": (
        "Berusade personer på bänkarna.",
        "Höga röster och flaskor på marken.",
        "Alkoholförtäring vid hållplatsen.",
    ),
    "VAL": ("Bråk mellan två grupper.", "Knuffar och skrik, lugnt när vi kom.", "Slagsmål som upphörde av sig självt."),
    "HOT": ("Hotfull stämning vid entrén.", "Hot ropades mot personal.", "Förbipasserande trakasserades."),
    "PER": (
        "Personal fick skäll under arbetet.",
        "Personal blev hindrad att stänga.",
        "Föremål kastades mot servicebil.",
    ),
    "INB": (
        "Flera källarförråd uppbrutna.",
        "Uppbrutet hänglås i källaren.",
        "Inbrott i cykelrum.",
        "Brytmärken på dörren till förrådet.",
        "Inbrott i lokal under helgen.",
    ),
    "OBE": (
        "Obehöriga i trapphuset.",
        "Spår av övernattning i källaren.",
        "Obehöriga i garaget, gick på uppmaning.",
        "Porten uppställd och flera okända i trapphuset.",
    ),
    "BUS": (
        "A-traktor i hög fart på gångvägen.",
        "Moped på gården, flera varv.",
        "Bilar som burnade på parkeringen.",
        "Mopedkörning genom gångtunneln.",
    ),
    "BRA": (
        "Brand i papperskorg.",
        "Eldning i buskage, släckt av boende.",
        "Brand i container.",
        "Brandrök i trapphus.",
    ),
    "FYR": ("Smällare bland folk på torget.", "Fyrverkeri riktat mot fasaden.", "Bangers i trapphuset."),
    "OVR": ("Hög musik under natten.", "Störande fest.", "Återkommande dunsar och rop.", "Oväsen i trapphuset."),
    "SVA": ("Många besök i en stängd lokal under natten.", "Ovanligt mycket trafik till en tom lokal."),
    "VAP": ("Skottliknande smällar hördes.", "Misstänkt tomhylsa funnen, överlämnad."),
    "OTR": ("Mörk gångväg, två lampor ur funktion.", "Skymd sikt av buskar.", "Upplevs ödsligt efter stängning."),
    "FYS": ("Låset till porten fungerar inte.", "Belysningen i garaget är trasig.", "Dörrstängaren är ur funktion."),
    "RYK": ("Oro i sociala medier inför helgen.", "Rykten om bråk sprids bland unga."),
    "POS": (
        "Många familjer på torget hela eftermiddagen.",
        "Lugnt och trivsamt, platsen används.",
        "Bra uppslutning på aktiviteten.",
        "Fler som vistas på platsen efter röjningen.",
    ),
    "EVE": (
        "Konsert med väntad stor publik.",
        "Skolavslutning, många väntas samlas.",
        "Match med risk för ordningsproblem.",
    ),
}
AFTERWARDS = (
    "",
    "",
    "",
    "",
    "Åtgärdat samma dag.",
    "Felanmält.",
    "Polisanmält.",
    "Väktare kontaktad.",
    "Inga vittnen.",
    "Har hänt flera gånger den senaste tiden.",
    "Boende har hört av sig.",
    "Lugnt när ronden gick förbi.",
)
# After these nothing of the kind was done.
WITHOUT_AFTERWARDS = {"POS", "EVE", "RYK"}

REVIEW_REASONS = ("Skriv var på gården det var.", "Välj den kategori som passar bäst.", "Fyll i ungefärlig tid.")

# What somebody else writes of the same event.
SECOND_REPORTS = {
    "SKA": "Något har gått sönder här sedan i går. Ser nytt ut.",
    "KLO": "Färskt klotter, samma märke på två ställen.",
    "NED": "Skräp över hela ytan, går inte att komma fram med vagn.",
}
# The guard asks about it: a flat can point at those who live in it. Confirmed when it was sent, and left to review.
WITH_A_WEAK_HIT = "Skadad dörr utanför lgh 1203, felanmäld."


def sentences(code: str) -> list[str]:
    """Every text the category can get."""
    ends = ("",) if code in WITHOUT_AFTERWARDS else AFTERWARDS
    return [f"{what} {end}".strip() for what in WHAT.get(code, ()) for end in ends]
