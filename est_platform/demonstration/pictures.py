"""What is written in two of the demonstration's pictures: believable, and about nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from situational_picture.models import Picture
from situational_picture.selections import suggested_selections
from situational_picture.writing import ComingEvent, PriorityPlace, Section, Written


def _week_in_hageby(picture: Picture) -> Written:
    return Written(
        assessed_state="worrying",
        assessed_motive=(
            "Oron runt centrum håller i sig på kvällarna. Det som händer är sällan allvarligt, men samma platser "
            "kommer tillbaka vecka efter vecka och boende väljer andra vägar."
        ),
        assessment=(
            "Veckan liknar de föregående. Det mesta händer efter skoltid och fram till sen kväll, i och omkring "
            "centrum. Polisen och bostadsbolaget beskriver samma platser, vilket talar för att bilden stämmer.\n\n"
            "Två saker är värda att pröva redan nu: att belysningen vid gångvägen lagas, och att fältgruppen och "
            "väktarna lägger sina rundor så att de inte går samtidigt."
        ),
        sections={
            "places": Section("Centrum och gångvägen därifrån står för det mesta. På gårdarna är det lugnt."),
            "times": Section("Fler rapporter på eftermiddagar och kvällar än på dagen. Helgen var lugnare än väntat."),
            "events": Section("Mest klotter, nedskräpning och skadegörelse. Inget har blivit allvarligare."),
            "police": Section("Bygger på vad områdespolisen har sett och vad som har anmälts. Mörkertalet är okänt."),
            "partners": Section(
                "Fastighetsskötarna går alla gårdar varje vecka. Skolan rapporterar antal, inte texter. Väktarnas "
                "nattrond rapporterar sedan september: fler händelser på natten betyder inte att det har blivit "
                "oroligare."
            ),
        },
        coming_events=_coming(picture, (6, "Öppen verksamhet på fritidsgården"), (13, "Torgdag vid centrum")),
        priority_places=_first_places(
            picture,
            "Flest händelser på kvällen, och trasig belysning.",
            "Samma plats tre veckor i rad. Ingen har ansvar för platsen efter stängning.",
        ),
    )


def _month_in_klockaretorpet(picture: Picture) -> Written:
    return Written(
        assessed_state="worrying",
        assessed_motive=(
            "Centrum och P-huset Norra har kommit tillbaka i rapporterna det senaste året. I övrigt är det lugnt."
        ),
        assessment=(
            "Det mesta är som vanligt. Det som oroar är kvällarna runt centrum och nätterna i P-huset Norra.\n\n"
            "Gruppen föreslår inga nya åtgärder innan orsakerna är utredda: båda platserna har blivit problem med en "
            "egen analys."
        ),
        sections={
            "places": Section("Centrum med torget och tunneln, och P-huset Norra. På gårdarna är det lugnt."),
            "events": Section("Mest nedskräpning och störningar, i samma omfattning som tidigare."),
            "partners": Section(
                "De flesta enheter har svarat varje vecka. Skolorna hade inget att rapportera på lovet."
            ),
        },
        coming_events=_coming(picture, (10, "Trygghetsvandring med boende")),
        priority_places=_first_places(picture, "Här händer mest just nu."),
    )


def text_under_review(picture: Picture) -> Written:
    """What is written about the running week in Navestad, and waits for somebody to read it."""
    return Written(
        assessed_state="worrying",
        assessed_motive=(
            "Veckan är inte slut, men mer än vanligt händer på samma gårdar på kvällarna och boende har hört av sig."
        ),
        assessment=(
            "Utkast inför måndagens möte. Det mesta är nedskräpning och störningar, och fastighetsskötarna ser samma "
            "sak som väktarna. Siffrorna ändras tills veckan är slut."
        ),
        sections={
            "events": Section("Störningar och nedskräpning. Enstaka skadegörelse på dörrar och belysning."),
            "partners": Section("Alla har inte svarat för veckan än. Läs antalet tillsammans med raden om täckning."),
        },
        coming_events=_coming(picture, (4, "Städdag med boende på gården")),
        priority_places=_first_places(picture, "Flest händelser hittills i veckan."),
    )


# Area and kind of period → what is written about its last whole period.
TEXTS: dict[tuple[str, str], Callable[[Picture], Written]] = {
    ("hageby", "week"): _week_in_hageby,
    ("klockaretorpet", "month"): _month_in_klockaretorpet,
}


def text_for(picture: Picture) -> Written | None:
    """What the demonstration has to say about a picture; nothing about most of them."""
    tell = TEXTS.get((picture.area.slug, picture.period_kind))
    return (
        None if tell is None or picture.collaboration.slug != "norrkoping" else _with_selections(tell(picture), picture)
    )


def _with_selections(written: Written, picture: Picture) -> Written:
    """Each of the first sections points at the reports behind it."""
    selections = suggested_selections(picture)
    query, name = selections[0]
    sections = {
        key: Section(section.text, name, query) if key in {"places", "times", "events"} else section
        for key, section in written.sections.items()
    }
    return Written(**{**vars(written), "sections": sections})


def _coming(picture: Picture, *events: tuple[int, str]) -> tuple[ComingEvent, ...]:
    return tuple(ComingEvent(picture.period_end + dt.timedelta(days=days), what) for days, what in events)


def _first_places(picture: Picture, *reasons: str) -> tuple[PriorityPlace, ...]:
    rows = (picture.figures or {}).get("places", [])
    return tuple(
        PriorityPlace(name=row["name"], why=why, place=row["place"]) for row, why in zip(rows, reasons, strict=False)
    )
