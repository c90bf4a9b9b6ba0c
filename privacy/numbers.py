"""Finds numbers and addresses that point at one person: identity numbers, plates, case numbers, phones, e-mail.

Each finder takes a folded text and yields `(rule, start, end)`. Every pattern is bounded, so that the time grows with
the length of the text and not with its square.
"""

import calendar
import re
from collections.abc import Iterator
from itertools import pairwise

from privacy.folding import word_set

Found = Iterator[tuple[str, int, int]]

# ---------------------------------------------------------------------------------------------- identity numbers

_DIGIT_GROUPS = re.compile(r"[0-9]+(?:[ \t._/+\-]{1,3}[0-9]+)*")
_DIGITS = re.compile(r"[0-9]+")
# Dates with clock times and spans of either are common in reports and hold ten or twelve digits as well.
_CLOCK = "[0-2][0-9][.:][0-5][0-9](?:[.:][0-5][0-9])?"
_ISO_DATE = "(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]"
_MOMENTS = re.compile(
    f"(?<![0-9./-]){_ISO_DATE}(?:[ T]{{1,2}}{_CLOCK}(?![0-9])| {{0,2}}-{{0,1}} {{0,2}}(?={_ISO_DATE}))"
    r"|(?<![0-9./-])[0-3]?[0-9]([-./])[01]?[0-9]\1(?:19|20)[0-9]{2}(?![0-9])"
    f"|(?<![0-9./-])[0-9]{{6}} {_CLOCK}(?![0-9])"
    r"|(?<![0-9.:/+-])[0-2]?[0-9][.:][0-5][0-9] ?- ?[0-2]?[0-9][.:][0-5][0-9](?![0-9])"
)
# Ten digits that pass as a coordination number of 1907 or 2007 as well: they are refused as a phone number.
_MOBILE = re.compile("07[02369][0-9]{7}")
_BIRTH_DATE = re.compile(
    r"\b(?:född|födda|födelsedatum|födelsedag|födelseår|f\.)\s{0,3}:?\s{0,3}(?:den\s{1,3})?(?:år\s{1,3})?"
    r"(?:[0-9]{2,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}|[0-9]{8}|[0-9]{6}|(?:19|20)[0-9]{2})(?![0-9])"
    r"|(?<![0-9])(?:19|20)?[0-9]{2}[01][0-9][0-3][0-9][ -]?[-+][ -]?[xX*#]{4}",
    re.IGNORECASE,
)


def identity_numbers(text: str) -> Found:
    """Personal identity and coordination numbers with a real date and the right check digit, in any spacing."""
    if _MOMENTS.search(text):
        text = _MOMENTS.sub(lambda found: "\n" * len(found[0]), text)
    for cluster in _DIGIT_GROUPS.finditer(text):
        if cluster.end() - cluster.start() < 10:
            continue
        groups = [found.span() for found in _DIGITS.finditer(text, *cluster.span())]
        for first in range(len(groups)):
            digits = ""
            for last in range(first, len(groups)):
                digits += text[slice(*groups[last])]
                if len(digits) > 12:
                    break
                if len(digits) in (10, 12):
                    rule = _identity_rule(digits)
                    if rule is None or (rule == "coordination_number" and _MOBILE.fullmatch(digits)):
                        continue
                    if not _is_surely_one_number(text, digits, groups[first : last + 1]):
                        if last - first + 1 < len(groups):
                            continue  # a stretch of a longer list of numbers
                        rule = "possible_identity_number"
                    yield rule, groups[first][0], groups[last][1]


def birth_dates(text: str) -> Found:
    """A date that the text says somebody was born, and identity numbers with the last four digits hidden."""
    for found in _BIRTH_DATE.finditer(text):
        yield "birth_date", *found.span()


def _identity_rule(digits: str) -> str | None:
    century, number = digits[:-10], digits[-10:]
    if century not in ("", "19", "20"):
        return None
    year, month, day = int(number[:2]), int(number[2:4]), int(number[4:6])
    rule = "coordination_number" if day > 60 else "personal_identity_number"
    day -= 60 if day > 60 else 0
    # Without a century the year can be of either; 2000 was a leap year and 1900 was not.
    full_year = int((century or "20") + f"{year:02}")
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(full_year, month)[1]:
        return None
    return rule if has_valid_check_digit(number) else None


def has_valid_check_digit(number: str) -> bool:
    """Whether ten digits pass the Luhn check of Swedish identity numbers."""
    total = 0
    for position, character in enumerate(number):
        digit = int(character) * (2 if position % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def _is_surely_one_number(text: str, digits: str, groups: list[tuple[int, int]]) -> bool:
    """Whether the digits are grouped as people write an identity number, and not as a moment or a list of numbers."""
    length = len(digits)
    if len(groups) == 1 or len(groups) == length:
        return True
    cuts: dict[int, str] = {}
    written = 0
    for (start, end), (following, _) in pairwise(groups):
        written += end - start
        cuts[written] = text[end:following]
    of_date = {cut: sign for cut, sign in cuts.items() if cut < length - 4}
    of_end = {cut: sign for cut, sign in cuts.items() if cut > length - 4}
    before_end = cuts.get(length - 4, "")
    if any(cut % 2 for cut in cuts) or len({sign for cut, sign in of_date.items() if cut > length - 10}) > 1:
        return False
    could_be_clock = int(digits[-4:-2]) < 24 and int(digits[-2:]) < 60
    marked = "-" in before_end or "+" in before_end
    if not set(of_date) - {2} or (length == 10 and not of_date):  # the date itself stands in one piece
        return marked or not (of_end and could_be_clock)
    if not before_end or (of_end and not marked):
        return False
    if marked and before_end not in of_date.values():
        return True
    return not could_be_clock


# ------------------------------------------------------------------------------------------------- registration plates

_LETTER = "A-HJ-PR-UW-Z"
_LETTER_LAST = "A-HJ-NPR-UW-Z"
_NO_WORD_BEFORE, _NO_WORD_AFTER = "(?<![0-9A-Za-zÀ-ÿ])", "(?![0-9A-Za-zÀ-ÿ])"
_PLATE = re.compile(
    f"{_NO_WORD_BEFORE}([{_LETTER}]{{3}})([ \\t.\\-]{{0,3}})([0-9]{{2}}[0-9{_LETTER_LAST}]){_NO_WORD_AFTER}",
    re.IGNORECASE,
)
_PLATE_SPELLED = re.compile(
    f"{_NO_WORD_BEFORE}([{_LETTER}])([ .\\-])[{_LETTER}]\\2[{_LETTER}][ .\\-]{{1,3}}"
    f"[0-9]\\2[0-9]\\2[0-9{_LETTER_LAST}]{_NO_WORD_AFTER}",
    re.IGNORECASE,
)
_PLATE_SPLIT = re.compile(
    f"{_NO_WORD_BEFORE}(?:[{_LETTER}]([ .\\-])[{_LETTER}]\\1[{_LETTER}][ .\\-]{{0,3}}[0-9]{{2}}[0-9{_LETTER_LAST}]"
    f"|[{_LETTER}]{{3}}[ .\\-]{{0,3}}[0-9][ .\\-][0-9][ .\\-][0-9{_LETTER_LAST}]){_NO_WORD_AFTER}"
)
_SAYS_PLATE = re.compile(
    r"\b(?:reg|regnr|regnummer|registreringsnummer|registreringsskylt\w{0,4}|skylt\w{0,6}|nummerplåt\w{0,4}|plåt\w{0,4})\b",
    re.IGNORECASE,
)
_SAYS_VEHICLE = re.compile(
    r"\b(?:bil|bilen|bilar|bilarna|personbil\w{0,3}|skåpbil\w{0,3}|lastbil\w{0,3}|fordon\w{0,3}|moped\w{0,3}|epa\w{0,8}|"
    r"a-traktor\w{0,2}|traktor\w{0,2}|mc|motorcykel\w{0,2}|släp\w{0,3}|volvo|saab|bmw|audi|skoda|ford|toyota|mercedes|"
    r"volkswagen|vw|golf|passat|kia|tesla|opel|peugeot|renault|mazda|nissan|kör|körde|kört|parkera\w{0,3})\b",
    re.IGNORECASE,
)
# Three-letter words, abbreviations and codes that stand before a number in ordinary reports: "och 112", "rum 101".
_ORDINARY_BEFORE_NUMBER = word_set(
    """
    add akt alk all alt apr ark art ask aug bad bak bar bas bdr ben bet ble bod bok bom bon bor bra brf bro brt bta
    bud bur bus byn byt cyk dag dal dam dan dec del dem den des det dna dnr dok dom dot dra drf dus ega egg eka eko
    eld elm els ena enl ens ent era ers ert est etc ett eur exp fam fan far fas fat fax feb fel fem fen fet fly fog
    fom for fot fre frk fru fsk ful fur fyr fys gam gas gbg gem gen ger get god gos got gps gro grp gud gul gym had
    haj hak hal ham han har hat hed hej hel hem hen het hon hop hos hot hpl hsb hug hur hus hut hyr jag jan jfr jul
    jun kaj kal kam kan kap kar kbt kex kkr klo kls kmh kod kok kol kom kop kor kos kpl kra kso kst kub kul kur kwh
    lag lam lat lax lbs lcd ldr led lek lem len ler let lgh lgr log lok los lpg lpo lss ltr lur lut lyx mac maj mal
    man mat max mbm mdr med mer mes met mkr mkt mms mod mol mom mor mos mot msb mtr mun mur mus myr nar nat nbr ned
    nej ner nog nol nor nos not nrk nrs ntu nya obe obs och ocr ohm okt ond ons ont ord org oro oss ost otr pad pal
    par pas pdf per pet pga pkt pol pop por pos ppm pro pub rad rak ral ram rar ras rea red ref reg ren rep res ret
    rgn rop ros rot rpm rsk rum rus rut ryg ryk sak sal sam san sas sax sds see seg sek sem sen sep ser ses sex sfs
    sju ska ske sko skr sms snr sol som son sop sos sot spa spf ssk ssp sst sth stk str sub sug sum sur sus syd syl
    syn tab tag tak tal tam tap tar tas tax tel tex tfn tog tom ton top tor tot tre tro tsd tst tub tum tun tur tut
    tyg typ ugn und ung upp usa usb utb ute utf utg uth utl utr www yen yta yxa zon zoo
    """
)
# Emergency numbers, and vehicle models whose names have the shape of a plate.
_NEVER_A_PLATE = word_set(
    "bmw sos ktm cbr crf yzf wrf exc drz klx klr gsx zzr xsr xtz cla clk cls gla glb glc gle gls slk amg mgb rav"
)


def plates(text: str) -> Found:
    """Swedish registration plates: three letters, two digits and a digit or letter."""
    for found in _PLATE.finditer(text):
        rule = _plate_rule(text, found)
        if rule:
            yield rule, *found.span()
    for found in _PLATE_SPELLED.finditer(text):
        yield "registration_plate", *found.span()
    for found in _PLATE_SPLIT.finditer(text):
        if "".join(filter(str.isalpha, found[0]))[:3].casefold() not in _NEVER_A_PLATE | _ORDINARY_BEFORE_NUMBER:
            yield "possible_plate", *found.span()


def _plate_rule(text: str, found: re.Match[str]) -> str | None:
    letters, gap, ending = found.groups()
    word = letters.casefold()
    before, after = text[max(0, found.start() - 40) : found.start()], text[found.end() : found.end() + 20]
    if _SAYS_PLATE.search(before[-25:]):
        return "registration_plate"
    if word in _NEVER_A_PLATE:
        return None
    near_vehicle = _SAYS_VEHICLE.search(before) or _SAYS_VEHICLE.search(after)
    if word in _ORDINARY_BEFORE_NUMBER:
        return _plate_rule_of_word(letters, gap, ending, near_vehicle is not None)
    if letters.isupper():
        return "registration_plate"
    if "." in gap and gap != ".":
        return None  # "hem. 120 personer": the dot ends a sentence
    could_be_word = any(letter in "aeouy" for letter in word) and gap
    return "possible_plate" if could_be_word and not near_vehicle else "registration_plate"


def _plate_rule_of_word(letters: str, gap: str, ending: str, near_vehicle: bool) -> str | None:
    """For letters that are a word as well: the way they are written, and a vehicle beside them, decide."""
    if letters.isupper():
        if not gap and near_vehicle:
            return "registration_plate"
        return "possible_plate" if gap in ("", " ") else None  # "BRF 123" may be either, "FEL-123" is a case
    return "possible_plate" if not gap and (near_vehicle or not ending.isdigit()) else None


# ----------------------------------------------------------------------------------------------------- police cases

_POLICE_CASE = re.compile(
    r"(?<![0-9])[0-9]{4}[ \-/]{0,3}K[ \-/]{0,2}[0-9]{4,7}[ \-/]{1,3}[0-9]{2}(?![0-9])"
    r"|(?<![0-9A-Za-zÀ-ÿ])K[0-9]{5,7}-[0-9]{2}(?![0-9])",
    re.IGNORECASE,
)


def police_cases(text: str) -> Found:
    """The police's case numbers (K-nummer)."""
    for found in _POLICE_CASE.finditer(text):
        yield "police_case_number", *found.span()


# ----------------------------------------------------------------------------------------------------------- phones

_GAP = r"[ ./()\-]"
_AREA_3 = "0(?:1[013689]|2[136]|3[1356]|4[0246]|54|6[03]|90)"
_AREA_4 = "0(?:12|14|15|17|22|24|25|27|28|29|30|32|34|37|38|39|41|43|45|47|48|49|5[0-35-9]|6[124-9]|9[1-8])[0-9]"
_PHONES = (
    re.compile(rf"(?<![0-9])(?<![0-9][-./])07[02369](?:{_GAP}{{0,2}}[0-9]){{7}}(?![0-9])"),
    re.compile(r"(?<![0-9])(?<![0-9][-./ ])0([ .-])7\1[02369](?:\1[0-9]){7}(?![0-9])"),
    re.compile(
        rf"(?:\+|(?<![0-9A-Za-z])00) ?4 ?6{_GAP}{{0,3}}(?:0{_GAP}{{0,3}})?[1-9](?:{_GAP}{{0,2}}[0-9]){{6,9}}(?![0-9])"
    ),
    re.compile(rf"\+ ?[1-9][0-9]{{0,2}}(?:{_GAP}{{0,2}}[0-9]){{7,11}}(?![0-9])"),
)
_LANDLINE = re.compile(
    rf"(?<![0-9A-Za-z])(?<![0-9][-./:])\(?(?P<area>08|{_AREA_3}|{_AREA_4})"
    r"(?P<gap>\) ?| ?[-/] ?| |)"
    r"(?P<rest>[1-9][0-9]{4,7}|[1-9][0-9]{1,2}(?:[ -][0-9]{2,3}){1,3})(?![0-9A-Za-z])"
)


def phones(text: str) -> Found:
    """Mobile numbers, Swedish landlines and numbers with a country code, but not 112, 114 14, 020 and 0771 numbers."""
    for pattern in _PHONES:
        for found in pattern.finditer(text):
            yield "phone", *found.span()
    for found in _LANDLINE.finditer(text):
        if _is_landline(found["area"], found["gap"], found["rest"]):
            yield "phone", *found.span()


def _is_landline(area: str, gap: str, rest: str) -> bool:
    subscriber = sum(map(str.isdigit, rest))
    if not 8 <= len(area) + subscriber <= 10 or subscriber < 5:
        return False
    # Without a hyphen, two pairs of digits more are as likely a time or a date: "08 12 20 24".
    return bool(gap.strip()) or (len(area) + subscriber >= 9 and (len(area) > 2 or subscriber >= 7))


# --------------------------------------------------------------------------------------------- e-mail and accounts

_AT = re.compile(r"@|[(\[{<] ?(?:at|a|snabel-?a) ?[)\]}>]|(?<= )snabel-?a(?= )", re.IGNORECASE)
_DOT = r"(?:\.| ?[(\[] ?(?:dot|punkt) ?[)\]] ?| punkt )"
_DOMAIN = re.compile(rf" {{0,2}}(?:[\w-]{{1,63}}{_DOT}){{1,8}}[^\W\d_]{{2,24}}", re.IGNORECASE)
_HANDLE = re.compile(r"@(?=[\w.]{0,30}[^\W\d_])[\w.]{2,30}")
_SERVICE = r"(?:snap|snapchat|insta|instagram|ig|tik ?tok|telegram|facebook|fb|messenger|discord|twitch|kik|whatsapp)"
_ACCOUNT = re.compile(
    rf"\b{_SERVICE}\b(?:\s{{0,3}}[:=]\s{{0,3}}|\s{{1,3}}(?:konto|kontot|namn|namnet|heter|användare)\s{{1,3}}:?\s{{0,3}})"
    r"[\w.@\-]{3,40}"
    rf"|\b{_SERVICE}\s{{1,3}}(?!t\.ex|m\.m|bl\.a|s\.k|d\.v)(?=[\w.\-]{{0,30}}[_0-9.][\w.\-]{{0,30}}[^\W\d_])(?=[\w.\-]{{0,30}}[^\W\d_]{{2}})[\w.\-]{{4,40}}"
    rf"|\b{_SERVICE}\s{{1,3}}[^\W\d_]{{3,30}}[_.]?[0-9]{{1,8}}\b"
    r"|\b(?:instagram|facebook|tiktok|snapchat|twitter|x|t|twitch)\.(?:com|me|tv)/[\w.@/\-]{2,60}",
    re.IGNORECASE,
)


def addresses(text: str) -> Found:
    """E-mail addresses, also written "namn (at) exempel.se", and accounts on social media."""
    for found in _AT.finditer(text):
        start = found.start()
        while start > 0 and text[start - 1] == " " and found.start() - start < 2:
            start -= 1
        name_end = start
        while start > 0 and name_end - start < 64 and (text[start - 1].isalnum() or text[start - 1] in "._%+-"):
            start -= 1
        domain = _DOMAIN.match(text, found.end())
        if domain and start < name_end:
            yield "email", start, domain.end()
    for found in _HANDLE.finditer(text):
        if found.start() == 0 or not (text[found.start() - 1].isalnum() or text[found.start() - 1] in "_."):
            yield "account", *found.span()
    for found in _ACCOUNT.finditer(text):
        yield "account", *found.span()


def patterns_for_the_browser() -> dict[str, re.Pattern[str]]:
    """What static/js/guard.js needs of this module, by the names it uses."""
    return {
        "digitGroups": _DIGIT_GROUPS,
        "moments": _MOMENTS,
        "birthDate": _BIRTH_DATE,
        "plate": _PLATE,
        "plateSpelled": _PLATE_SPELLED,
        "plateSplit": _PLATE_SPLIT,
        "saysPlate": _SAYS_PLATE,
        "saysVehicle": _SAYS_VEHICLE,
        "policeCase": _POLICE_CASE,
        **{f"phone{number}": pattern for number, pattern in enumerate(_PHONES)},
        "landline": _LANDLINE,
        "at": _AT,
        "domain": _DOMAIN,
        "handle": _HANDLE,
        "account": _ACCOUNT,
    }


def words_for_the_browser() -> dict[str, list[str]]:
    """The lists that decide whether three letters and three figures are a plate."""
    return {"ordinaryBeforeNumber": sorted(_ORDINARY_BEFORE_NUMBER), "neverAPlate": sorted(_NEVER_A_PLATE)}
