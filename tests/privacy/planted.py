"""Reports with personal data planted in them, a kind at a time: what the guard has to refuse.

All made for this project. Nobody has any of it: identity numbers carry serials of the series kept for tests (980-999),
phone numbers are those the Swedish telecom authority keeps for books and films, addresses stand under example.se, and
case numbers are made up. A plate points at a vehicle, so letters are taken that are never issued, as far as they are
not words as well.
"""

from __future__ import annotations

import random

from privacy.folding import word_set
from tests.privacy import texts

SEED = 2023196

# {d}: six figures, {D}: eight, {n}: the last four.
PERSONAL_IDENTITY_NUMBERS = [
    "Vakten skrev upp {d}-{n} och lät killen gå.",
    "Mannen legitimerade sig: {D}-{n}",
    "Körkort upphittat vid port 4, {d}{n}",
    "pnr {D}{n} satt i trapphuset när vi kom",
    "Stulen plånbok, ägaren {d} {n}, lämnad på Hagebygatan 34.",
    "Hyresgäst {d}-{n} klagar på musik varje fredag kl 23",
    "Samma person ({d}-{n}) som i v. 34",
    "Avvisad från Mirum: {D} {n}.",
    "Vi fick numret {d} – {n} av väktaren",
    "Enligt leg {D}–{n}, ca 25 år",
    "Personen ({D}-{n}) har spärrats i porttelefonen",
    "Anmälare:{d}-{n}",
    "Id visat, {d}.{n}",
    "Två ungdomar, {d}-{n} och en okänd, klottrade på garaget",
    "skadegörelse 3 st rutor, gärningsman {d}{n}",
    "Pass på namn med nr {D}-{n} hittades i soprummet",
]
COORDINATION_NUMBERS = [
    "Samordningsnummer {d}-{n} enligt kortet.",
    "Personen hade bara samordningsnr {d}{n}",
    "Kontrollerad vid entrén, {D}-{n}",
    "Sov i källaren, visade {d} {n}",
    "LMA-kort med {d}-{n} låg i tvättstugan",
    "{D}{n} stod på handlingen",
    "Ordningsvakt antecknade {d} - {n}",
    "Två i trapphuset, den ene {d}–{n}",
    "samordn.nr:{d}-{n}",
    "Åkte utan biljett, {D} {n}, avvisad kl 21.40",
]
# {P}: the plate in one piece, {P_}: with a space, {p}, {p_}: in small letters.
REGISTRATION_PLATES = [
    "Svart Audi {P} körde två varv runt skolgården.",
    "Bilen ({P_}) stod på brandvägen hela natten",
    "regnr {P}",
    "En vit skåpbil med skylt {P_} lastade ur möbler i skogen.",
    "moped {p} på gångvägen vid Ljura",
    "Epa-traktor {P_} körde i 60",
    "Dumpning av däck, {P}, kl 03.15.",
    "Langning ur silverfärgad Volvo V70, {P_}",
    "Såg {P} lämna garaget strax efter larmet",
    "{P_} har stått avställd i tre veckor på p-plats 14",
    "a-traktor reg {p_} burnouts på torget",
    "Taxi med nummer {P} backade in i bommen",
    "Bil tutar varje natt: {P_}",
    "Vittne uppger {P} eller liknande",
    "Motorcykel {P_} på Drottninggatan, utan lampor",
    "fordonet {P} bärgades på måndagen",
]
PHONE_NUMBERS = [
    "Ring vittnet på {mobile}.",
    "Boende nås på {mobile} efter klockan 17",
    "tel {mobile}, helst sms",
    "Vaktmästaren fick numret {mobile} av en ungdom",
    "Anmälaren ({mobile}) vill bli uppringd",
    "mobil {international}",
    "Kontakt {international} dygnet runt",
    "Fastighetsjouren: {landline}",
    "Ring {landline} vid frågor om filmen.",
    "tfn {landline_spaced}",
    "Butikschefen, {landline_spaced}, såg allt",
    "Lappen i hissen hade numret {mobile}",
    "störande i port 3, {mobile}, svarar ej",
    "Nummer till ägaren av bilen: {international}",
]
EMAIL_ADDRESSES = [
    "Mejla {email} för bilder.",
    "Kontakt: {email}",
    "Vittnet har adressen {email} och vill vara anonymt",
    "Skickat till {email} i går",
    "Se tråd med {email}, v. 34",
    "bilderna finns hos {email}.",
    "{email} har filmen från kameran",
    "Skriv till {spelled}",
    "adressen är {spelled}",
    "Anmälan från {email} kl 08.12",
]
CASE_NUMBERS = [
    "Polisanmält, {case}.",
    "K-nummer {case}",
    "Anmälan {case} upprättad samma kväll",
    "Inbrott i källare, se {case}",
    "diarienr {case_spaced}",
    "Klottret är anmält ({case})",
    "Fått ärendenummer {case} av polisen",
    "Brand i container, polisens {case_short}",
    "Anm nr {case_short} lagd",
    "se tidigare {case}, samma källare",
]

# Kind -> (texts, the rules that count as found).
KINDS: dict[str, tuple[list[str], set[str]]] = {
    "personal identity numbers": (PERSONAL_IDENTITY_NUMBERS, {"personal_identity_number"}),
    "coordination numbers": (COORDINATION_NUMBERS, {"coordination_number"}),
    "registration plates": (REGISTRATION_PLATES, {"registration_plate"}),
    "phone numbers": (PHONE_NUMBERS, {"phone"}),
    "e-mail addresses": (EMAIL_ADDRESSES, {"email"}),
    "police case numbers": (CASE_NUMBERS, {"police_case_number"}),
}
# Letters that are not issued, and no words that stand before a number in a report.
_NEVER_ISSUED = word_set("BSS CUC CUK GHB GYN HBT HKH KGB KUF LSD MLB NAZ NRP NSF NYP PKK RPS WAR XTC XTZ XXL ZPY ZUG")


def planted_reports(*, seed: int = SEED) -> list[tuple[str, str]]:
    """(kind, text): every text with data of its own, the same every time for the same seed."""
    rng = random.Random(seed)
    reports = []
    for kind, (templates, _rules) in KINDS.items():
        for template in templates:
            values = _values(rng, is_coordination=kind == "coordination numbers")
            reports.append((kind, template.format(**values)))
    return reports


def _values(rng: random.Random, *, is_coordination: bool) -> dict[str, str]:
    date, number = texts.identity_number(rng, coordination=is_coordination, century=True)
    letters = rng.choice(sorted(_NEVER_ISSUED))
    digits = f"{rng.randrange(100):02}{rng.choice('0123456789ABCDEFGHJKLMNPRSTUWXYZ')}"
    mobile, landline = f"17406{rng.randrange(5, 100):02}", f"39006{rng.randrange(100):02}"
    name = rng.choice(["info", "namn.namnsson", "jour_12", "styrelsen", "brf.granen", "vittne-1"])
    serial, year = rng.randrange(10**5, 10**7), rng.randrange(18, 27)
    return {
        "D": date,
        "d": date[2:],
        "n": number,
        "P": letters + digits,
        "P_": f"{letters} {digits}",
        "p": (letters + digits).lower(),
        "p_": f"{letters} {digits}".lower(),
        "mobile": rng.choice(
            [f"070-{mobile}", f"070{mobile}", f"070-{mobile[:3]} {mobile[3:5]} {mobile[5:]}", f"070 {mobile}"]
        ),
        "international": rng.choice([f"+46 70 {mobile}", f"+4670{mobile}", f"0046 70-{mobile}", f"+46(0)70{mobile}"]),
        "landline": f"031-{landline}",
        "landline_spaced": f"031-{landline[:3]} {landline[3:5]} {landline[5:]}",
        "email": f"{name}@{rng.choice(['example.se', 'bolaget.example.se', 'forening.example.com'])}",
        "spelled": f"{name} {rng.choice(['(at)', '[at]', 'snabel-a'])} example {rng.choice(['(punkt)', 'punkt'])} se",
        "case": f"5000-K{serial}-{year}",
        "case_spaced": f"5000 K{serial} {year}",
        "case_short": f"K{serial}-{year}",
    }
