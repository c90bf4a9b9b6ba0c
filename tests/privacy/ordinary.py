"""Ordinary report sentences by a small grammar: streets, places, times, prices, vehicles and numbers, and no person.

Written for this project in the words of caretakers, guards and youth workers. The streets and places are in Norrköping,
a town with streets and schools named after people, which is where a guard goes wrong.
"""

from __future__ import annotations

import random
import re

SEED = 46

STREETS = [
    "Hagebygatan", "Drottninggatan", "Sankt Persgatan", "Linköpingsvägen", "Norralundsgatan", "Kungsgatan",
    "Skolgatan", "Trädgårdsgatan", "Ståthögavägen", "Söderleden", "Navestadsgatan", "Klockaretorpsgatan",
    "Vilbergsgatan", "Gustaf Adolfsgatan", "Hörngatan", "Urbergsgatan", "Erik Dahlbergsgatan", "Östra Promenaden",
    "Karl Johans gata", "Fredriksdalsgatan", "Albrektsvägen", "Nelinsgatan", "Plankgatan", "Nya Torget",
    "S:t Olofsgatan", "Dagsbergsvägen", "Ektorpsgatan", "Guldringen", "Silverringen", "Lidaleden", "Axel Brahes väg",
    "Magistersgatan", "Tunnbindaregatan", "Spetsgatan", "Bergslagsgatan", "Gamla Rådstugugatan", "Väster Tull",
]  # fmt: skip
PLACES = [
    "Hageby centrum", "Mirum galleria", "Navestad", "Ringdansen", "Vilbergen", "Vilbergsskolan", "Klockaretorpet",
    "Ektorp", "Ljura centrum", "Marielund", "Oxelbergen", "Himmelstalund", "Karl Johans park", "Olai park",
    "Carl Johans park", "Sankt Olofs skola", "Resecentrum", "Strömparken", "Vasaparken", "Folkparken", "Vrinnevi",
    "Matteusskolan", "Ebersteinska", "Knäppingsborg", "De Geers gymnasium", "Söderporten", "Eneby centrum",
    "Berga torg", "Lindö", "Skarphagen", "Haga", "Smedby", "Åby centrum", "Nordantill", "Gamla Övägen",
    "Anna Lindhs plats", "Hedvigs kyrka", "Ica Maxi", "Coop i Hageby", "Lidl", "Willys", "OKQ8", "Max vid E4",
]  # fmt: skip
VEHICLES = [
    "en Volvo V70", "en BMW 320", "en Saab 9-5", "en VW Golf", "en KTM 125", "en Audi A6", "en Mercedes E220",
    "en Toyota RAV4", "en Volvo XC60", "en Tesla Model 3", "en Volvo 940", "en Passat 1.9", "en Kia Ceed", "en Skoda",
    "en Peugeot 208", "en Yamaha 50", "en Renault Clio", "en A-traktor", "en epatraktor", "en moped klass 1",
    "en vit skåpbil", "en mörk kombi", "en fyrhjuling", "två elsparkcyklar", "en lastbil med släp", "en Audi Q5",
    "en BMW X5", "en Volvo S60", "en husbil", "en Ford Transit 350",
]  # fmt: skip
TIMES = [
    "kl 22.15", "kl. 02:30", "klockan 18", "vid 23-tiden", "22.00-23.30", "mellan 20 och 22", "kl 06:45", "2130",
    "vid midnatt", "på natten", "kl 18 30", "under kvällen", "strax efter 19", "ca kl 01.20", "från 17.30 till 19.45",
]  # fmt: skip
DAYS = [
    "i fredags", "i natt", "v. 34", "v 12", "vecka 7", "den 12/3", "2026-03-12", "den 3 november", "12-14 juni",
    "natten till lördag", "i helgen", "på måndagen", "2025-11-14 kl 21.40", "den 1 maj", "på valborg", "v. 34-36",
    "sön 3/8", "tors 14/5", "nyårsafton", "20260312",
]  # fmt: skip
ROADS = ["E22", "E4", "väg 55", "riksväg 51", "länsväg 209", "E4:an", "väg 23/37"]
DAMAGE = [
    "krossad ruta", "uppbruten dörr", "klotter", "sönderslagen lampa", "bränd papperskorg", "trasig bom", "skräp",
    "avsågad kedja", "sönderbruten brevlåda", "utbränd container", "urinerat i hissen", "uppbrutet förråd",
    "förstörd bänk", "nedriven skylt", "fönster på glänt", "brandsläckare tömd", "glassplitter", "en madrass",
]  # fmt: skip
PARTS = [
    "entré 14B", "port 3", "uppgång C", "garage 2", "källaren", "tvättstugan", "soprummet", "cykelrummet", "trapphuset",
    "plan 4", "3 tr", "bv", "loftgången", "gården", "lekplatsen", "parkeringen", "miljöhuset", "hissen i nr 12",
    "källargång B", "vinden", "gångtunneln", "busskuren", "fritidsgården", "rum 204",
]  # fmt: skip
PEOPLE = [
    "ett gäng ungdomar", "ca 20 personer", "tre killar i 15-årsåldern", "fem-sex ungdomar", "två män", "en äldre man",
    "några barn", "en grupp på 8-10 personer", "boende", "flera hyresgäster", "personal från butiken", "väktare",
    "fältarna", "en kvinna med hund", "3 ungdomar", "okända personer", "en yngre man i svart jacka",
]  # fmt: skip
WHO_CAME = [
    "Polis", "Väktare", "Ordningsvakt", "Räddningstjänsten", "Störningsjouren", "Fastighetsskötaren", "Fältgruppen",
    "Ambulans", "Kommunens jour", "Trygghetsvärdarna",
]  # fmt: skip

SENTENCES = [
    "{People} på {place} {time}.",
    "{damage} i {part}, {street} {no}.",
    "{street} {no}, {damage}",
    "Klotter på väggen vid {part}, ca {n} kvm, {street} {no}.",
    "{People} höll till vid {place} {day}, lugnt när vi gick.",
    "{vehicle} körde på gångvägen vid {place} {time}",
    "{Vehicle} utan skyltar stod på {street} {no}.",
    "{Vehicle} brann på parkeringen vid {place}, {who} på plats {time}.",
    "Skadegörelse för ca {price} kr i {part}",
    "Kostnad {price} kr, {damage}, {street} {no}",
    "Sanering beställd, {price} kr exkl moms.",
    "Störning lgh {lgh}, {street} {no}, hög musik {time}",
    "Lgh {lgh}: vattenskada efter {damage}.",
    "Fest i lägenhet {lgh}, {who} på plats {time}",
    "{who} kallades till {place} {time}.",
    "{who} rondade {place} {time}, inget att anmärka",
    "Rond 1: {place} {time}. Rond 2: {street} {time}. Allt lugnt.",
    "Felanmälan nr {ref} gjord, {damage} i {part}.",
    "Ärende {year}-00{ref} hos bostadsbolaget, {damage}",
    "Arbetsorder {ref} skickad till entreprenören.",
    "Belysningen trasig, stolpe {ref}, {street} vid {place}",
    "Lampor ur funktion i {part}, {n} st, på {street} {no}",
    "Mörkt på gångvägen mellan {place} och {street} {no}.",
    "Buskörning på {road} vid avfarten mot {place} {day}",
    "Dumpade däck vid {road}, ca {n} st.",
    "Kö på {road} {time}, folk gick över vägen",
    "{day}: {damage} vid {place}.",
    "{day} {damage} på {street} {no}, {time}",
    "Samling av {people} utanför {place} {day}",
    "{People} rökte i {part} på {street} {no}",
    "{People} eldade i en grill på {place} trots eldningsförbud",
    "Fyrverkerier sköts mot fasaden på {street} {no} {time}.",
    "Inbrott i {n} källarförråd, {street} {no}, någon gång {day}",
    "Försök till inbrott i {part}, brytmärken på dörren.",
    "Cykelstölder vid {place}, {n} st sedan {day}",
    "{n} cyklar utan lås vid {place}, märkta för bortforsling {day}",
    "Öppen droghandel vid {place} {time}, {people}",
    "Spår av droganvändning i {part}, {street} {no}: folie och kanyler.",
    "Sprutor hittade på {place}, plockade {time}.",
    "Någon sover i {part} på {street} {no}, filtar och mat.",
    "{People} sov i {part} {day}",
    "Obehörig i {part}, avvisad {time}.",
    "Porttelefonen på {street} {no} är sönder sedan {day}.",
    "Dörren till {part} går inte i lås, {street} {no}",
    "Nyckel till {part} saknas, cylinder bytt, {price} kr",
    "Bommen vid {street} {no} står öppen, bilar kör in på gården",
    "Buss {bus} fick stanna vid {place}, stenkastning {time}",
    "Stenkastning mot linje {bus} vid {place}.",
    "Spårvagn 2 stod stilla {time} vid {place}",
    "Hållplatsen {place} läge B, {damage}",
    "Nedskräpning vid återvinningen på {street}, {n} säckar.",
    "Grovsopor i {part}, {n} kbm, {street} {no}",
    "Måsar och skräp vid {place} varje morgon {time}",
    "Ungdomar 15-17 år åker moped vid {place} {time}",
    "{People} klättrade på taket till {place}, {time}.",
    "Takåkning på {place}? Två spår i snön {day}.",
    "Snöbollar mot fönster på {street} {no}, {people}",
    "Bråk mellan två grupper utanför {place}, {who} skingrade",
    "Slagsmål på {place} {time}, ingen skadad",
    "Högljudda {people} på {street} {time}",
    "Skrik och glassplitter hördes vid {place} {time}.",
    "Hundar lösa på {place}, {n} gånger {day}",
    "Hotfull stämning vid {place}, personalen stängde {time}",
    "Butiken vid {place} stängde tidigare {day} på grund av oro.",
    "Snatteri i butiken på {street}, ca {price} kr",
    "{People} vägrade lämna {place}, {who} tillkallades.",
    "Trygghetsvandring på {street} {day}, {n} deltagare",
    "Vi pratade med {people} vid {place}, bra stämning",
    "Boende på {street} vågar inte gå till {place} efter {time}",
    "Flera boende i {part} känner sig otrygga {time}",
    "Buskaget vid {place} skymmer sikten, ca {n} m",
    "Klipp ner häcken vid {street} {no}, dålig sikt mot {place}",
    "Kameran i {part} var nedriven {day}.",
    "Larm {time} i {part}, felaktigt. {who} åkte ut.",
    "Brandlarm på {street} {no} {time}, {who} på plats efter {n} min",
    "Brand i container vid {place}, släckt {time}.",
    "Papperskorg brann på {street} {time}, {price} kr",
    "Hiss nr {n} på {street} {no} saboterad, tekniker {price} kr",
    "Hissen stod mellan plan {n} och plan {n} {time}",
    "{n} rutor krossade på {place} {day}",
    "Fönster krossat på {place}, glasmästare {price} kr.",
    "Graffiti med tagg på {place}, {n} x {n} m",
    "Klottersanering på {street} {no} {day}, tredje gången sedan mars",
    "Ljusgården på {place}, {damage} igen",
    "{damage} vid {place}, samma som {day}",
    "Temperatur {n} grader i {part}, dörren uppställd",
    "Vatten läcker i {part}, {street} {no}, {n} liter",
    "Mätare nr {ref} i {part} är manipulerad",
    "Lås {ref} bytt i {part}, {day}",
    "Koordinat 58.58{n}, 16.19{n}, {damage}",
    "N 649{ref} E 568{bus}, {damage}",
    "Garageplats {bus} på {street} {no}: {damage}",
    "P-plats {bus}-{n} oupplysta, {street}",
    "Parkering på brandväg, {street} {no}, {n} bilar {time}",
    "Felparkerade bilar utanför {place} {time}, {n} st",
    "{Vehicle} övergiven på {street} {no} sedan {day}",
    "Olaglig avlastning från {vehicle} {time}",
    "{vehicle} tutade utanför {part} {time}",
    "{Vehicle} och {vehicle} körde ikapp på {road} {day}",
    "Tomgångskörning på {street} {time}, {n} min",
    "Burnouts på parkeringen vid {place} {day}, {n} bilar",
    "Skolgården på {place}: {damage}, upptäckt {time}",
    "{place} stängde {time}, {people} kvar utanför",
    "Lov {day}, många ungdomar på {place} {time}",
    "Fritidsgården öppen till {time}, ca {bus} besökare",
    "Positivt: {people} hjälpte till att städa {place} {day}",
    "Lugnt {day}. Inget att rapportera från {place}.",
    "Inga händelser på {street} {day}.",
    "Väntar på svar från kommunen om {part}, dnr KS {year}/{bus}",
    "Ringde 112 {time}, sedan 114 14. Polis kom efter {n} min.",
    "SOS larmades {time}, {who} till {street} {no}",
    "Anmält till polisen, {damage}, {price} kr",
    "Besiktning {day}: {damage} i {part}",
    "Skyddsrum i {part}, {street} {no}, {damage}",
    "Faktura {year}-{ref}, {price} kr, {damage}",
    "Org.nr 556012-5790 har skyltarna på {place}",
    "Kod till {part} fungerar inte {time}",
    "Byte av kod i {part} {day}",
    "Ca {n} %, eller {bus} av 600 hushåll på {street}, har klagat",
    "Antal: {n}, {n} och {n} per vecka, {place}",
    "{place}: {n} händelser {day}, {n} veckan innan",
    "Möte om {place} {day} {time}, {n} personer kom",
    "Nattvandrarna gick {street}–{place} {time}.",
    "Per vecka ringer {n} boende om {part}",
    "Hans och Gretas förskola vid {street}, {damage}",
    "Stig in via {part} på {street}, dörren är sönder",
    "Björn syntes vid {road}, länsstyrelsen kontaktad {day}",
    "Mark och utemiljö klipper vid {place} {day}",
    "Sten från {place} kastades mot {street} {no}",
    "Siv-huset på {street}: {damage}",
    "Linje {bus} mot {place}, {people} spottade på förare",
    "Ronderat {street} {no}-{bus}, {damage}",
    "Hus {bus} och hus {ref}, {damage}",
    "{price} kr i vite för {street} {no}, dnr {ref}-{year}",
    "Skylt {ref} vid {road} nedkörd {day}",
    "Vid {place} står {n} vagnar från {place}",
    "Handikapplats vid {place} blockerad av {vehicle}",
    "Rullstolsrampen vid {place} är trasig sedan {day}",
    "Demensboendet på {street} {no}: {damage}",
    "Syrianska föreningen på {street} {no}, {damage}",
    "Kyrkan och moskén vid {place} ordnar mat {day}",
    "Turkisk restaurang på {street} {no}: {damage}",
]  # fmt: skip


def ordinary_sentences(count: int = 500, *, seed: int = SEED) -> list[str]:
    """So many different sentences; every form is used about as often, and the same seed gives the same sentences."""
    rng = random.Random(seed)
    sentences: dict[str, None] = {}
    while len(sentences) < count:
        for form in rng.sample(SENTENCES, len(SENTENCES)):
            sentences[_written(form, rng)] = None
            if len(sentences) == count:
                break
    return list(sentences)


def _written(form: str, rng: random.Random) -> str:
    chosen = re.sub(r"\{(\w+)\}", lambda hole: _filled(hole[1], rng), form)
    # Some write without capitals or full stops, in a hurry.
    style = rng.random()
    if style < 0.12:
        return chosen.lower()
    return chosen[0].upper() + chosen[1:] if style < 0.8 else chosen


def _filled(hole: str, rng: random.Random) -> str:
    lists = {
        "street": STREETS, "place": PLACES, "vehicle": VEHICLES, "time": TIMES, "day": DAYS, "road": ROADS,
        "damage": DAMAGE, "part": PARTS, "people": PEOPLE, "who": WHO_CAME,
    }  # fmt: skip
    if hole.lower() in lists:
        value = rng.choice(lists[hole.lower()])
        return value if hole.islower() else value[0].upper() + value[1:]
    match hole:
        case "no":
            return rng.choice(["{}", "{}", "{}A", "{}B", "{} C", "{}-{}"]).format(
                rng.randrange(1, 140), rng.randrange(141, 160)
            )
        case "n":
            return str(rng.randrange(2, 60))
        case "price":
            amount = rng.randrange(3, 4000) * 50
            return rng.choice([f"{amount}", f"{amount:,}".replace(",", " "), f"{amount:,}".replace(",", ".")])
        case "lgh":
            return f"1{rng.randrange(0, 7)}0{rng.randrange(1, 6)}"
        case "ref":
            return str(rng.randrange(10_000, 999_999))
        case "bus":
            return str(rng.randrange(100, 132))
        case "year":
            return str(rng.randrange(2022, 2027))
    raise KeyError(hole)
