"""Finds words that describe a person: sensitive data (GDPR article 9), offences (article 10), home and family.

The stems are written so that both Python's `re` and RE2 read them the same way, because the column scan uses them too.
"""

import re
from collections.abc import Iterator

Found = Iterator[tuple[str, int, int]]

# "same" alone is an everyday word of English, in which residents read promises: a Swedish word has to stand before it.
_A_SAMI = (
    r"(?:en|någon|ingen|är|var|blev|som|och|eller|om|av|mot|från|med|ung|unge|unga|gammal|gamle|äldre|yngre|manlig"
    r"|kvinnlig|kvinnliga|svensk|norsk|misstänkt|berusad)\s+same$"
)
# rule -> stems that begin a word. A stem ending in "$" is a whole word; others take any ending.
STEMS: dict[str, tuple[str, ...]] = {
    "ethnicity": (
        r"etnisk", r"etnicitet", r"folkgrupp", r"invandrar", r"utländsk\s+(?:bakgrund|härkomst|ursprung|utseende)",
        r"nysvensk", r"mörkhy", r"svarthårig", r"mörk\s+hy", r"hudfärg", r"svartskall", r"blatt(?:e|ar)", r"zigenar",
        r"romer(?:na)?$", r"romsk", _A_SAMI, r"samer(?:na)?$", r"samisk", r"somali", r"afrikan",
        r"arab(?:$|en$|er|isk)",
        r"kurd(?:$|en$|er|isk)", r"syrier", r"syrisk", r"syrian(?:$|er|sk)", r"irak(?:ier|isk)", r"iran(?:ier|sk)",
        r"afghan",
        r"eritrean", r"etiopi(?:er|sk)", r"turk(?:$|en$|ar|isk)", r"alban(?:$|en$|er|sk)", r"bosni(?:er|sk)",
        r"serb(?:$|en$|er|isk)", r"rumän", r"bulgar", r"polack", r"litau(?:er|isk)", r"georgier", r"marockan",
        r"palestini",
        r"östeurop", r"balkan", r"asiat",
    ),
    "religion": (
        r"muslim", r"islam", r"jude(?:$|n$)", r"judar", r"judisk", r"kristen$", r"hindu", r"buddhist", r"sikh",
        r"salafi",
        r"hijab", r"niqab", r"burk(?:a|an)$", r"huvudduk", r"jehovas", r"religiös", r"troende",
    ),
    "health": (
        r"psykisk", r"psykot", r"psykos", r"schizofren", r"bipolär", r"adhd", r"autis", r"asperger",
        r"demens(?:$|sjuk)", r"dement",
        r"depressi(?:on|v)", r"deprimerad", r"självmord", r"suicid", r"självskad", r"funktionsned", r"funktionshind",
        r"utvecklingsstör", r"förståndshandikapp", r"rullstol(?:$|en$|ar|sbur|sanvänd)", r"hiv$", r"hepatit",
        r"gravid", r"cancer", r"epilep",
        r"missbrukare", r"narkoman", r"alkoholist", r"alkis", r"pundare", r"diagnos", r"medicinering",
    ),
    "sexual_orientation": (
        r"homosex", r"bisex", r"lesbisk", r"bög", r"hbtq", r"transperson", r"transvestit", r"transsex",
        r"sexuell\s+läggning", r"könsidentitet",
    ),
    "known_offender": (
        r"känd\s+(?:av|för|hos)\s+(?:polis|soc|oss|myndighet)", r"känd\s+(?:sedan\s+)?tidigare", r"polisen\s+känner",
        r"tidigare\s+(?:straffad|dömd)", r"dömd\s+för", r"villkorligt\s+frigiven", r"gängmedlem", r"gängkriminell",
        r"belastningsregist", r"misstänkt\s+gärningsman", r"häktad", r"fotboja",
        r"känd\s+(?:kriminell|langare)",
    ),
    "family": (
        r"(?:son|dotter|bror|syster|mamma|pappa|förälder|kusin|sambo|flickvän|pojkvän|kompis)\s+till$",
        r"(?:hans|hennes|hens)\s+(?:mamma|mor|pappa|far|bror|syster|sambo|fru|man|flickvän|pojkvän|son|dotter|barn|familj|kusin)$",
        r"(?:gift|sambo|släkt|syskon)\s+med$",
    ),
    "home": (
        r"(?:han|hon|hen|mannen|kvinnan|killen|tjejen|pojken|flickan|personen|grannen|ynglingen|eleven|familjen)"
        r"\s+(?:som\s+)?bor\s+(?:på|i|hos)$",
        r"bor\s+hos\s+(?:sin|sina|mamma|pappa)$", r"bor\s+på\s+(?:nr|nummer|samma\s+adress)",
        r"hemadress", r"bostadsadress", r"folkbokförd",
    ),
}  # fmt: skip
CASED_HOME = r"\b[Bb]or\s{1,3}(?:på|i|hos)\s{1,3}(?:[A-ZÅÄÖ][^\W\d_]{2,30}\s{1,3}[0-9]|[0-9]{1,3}\s?[A-Za-z]?\b)"
APARTMENT = r"(?:lgh|lägenhet|lägenheten|lägenhetsnummer|lgnr)\.?\s{0,3}(?:nr|nummer)?\.?:?\s{0,3}[0-9]{3,4}"
DOOR_CODE = r"(?:portkod|dörrkod|entrékod|larmkod|pinkod|kod)(?:en)?\s{0,3}(?:är|till\s{1,3}porten)?:?\s{0,3}[0-9]{4,6}"


# "Syrianska föreningen", "en kristen skola": the word names a place or an association and nobody in particular.
_OF_A_PLACE = (
    r"(?:-[^\W\d_]{1,20})?\s{1,2}(?:förening|församling|restaurang|pizzeria|grill|butik|affär|livs|kafé|café|kiosk|kyrk"
    r"|moské|synagog|skol|förskol|friskol|kultur|centr|center|förbund|idrott|marknad|matvaru|bageri|kök|högtid|fest)"
)


def _whole_words(stem: str) -> str:
    return stem.replace("$", r"(?![^\W_])").replace(r"\s+", r"\s{1,3}")


def _one_word(stems: tuple[str, ...]) -> str:
    return "|".join(_whole_words(stem) for stem in stems)


def _description(rule: str, stems: tuple[str, ...]) -> re.Pattern[str]:
    ending = rf"(?![^\W\d_]|{_OF_A_PLACE})" if rule in ("ethnicity", "religion") else ""
    return re.compile(rf"\b(?:{_one_word(stems)})[^\W\d_]{{0,30}}{ending}", re.IGNORECASE)


DESCRIPTIONS = {rule: _description(rule, stems) for rule, stems in STEMS.items()}
HOMES = re.compile(CASED_HOME)
CODES = {
    "apartment": re.compile(rf"\b{APARTMENT}(?![0-9])", re.IGNORECASE),
    "door_code": re.compile(rf"\b{DOOR_CODE}(?![0-9])", re.IGNORECASE),
}


def descriptions(text: str) -> Found:
    """Words for ethnicity, religion, health, sexual orientation, offences, family and home."""
    for rule, pattern in DESCRIPTIONS.items():
        for found in pattern.finditer(text):
            yield rule, *found.span()
    for found in HOMES.finditer(text):
        yield "home", *found.span()


def apartments(text: str) -> Found:
    """Apartment numbers and door codes."""
    for rule, pattern in CODES.items():
        for found in pattern.finditer(text):
            yield rule, *found.span()


def patterns_for_the_browser() -> dict[str, re.Pattern[str]]:
    """What static/js/guard.js needs of this module: rule → pattern, the homes with a capital apart."""
    return {
        **{f"rule:{rule}": pattern for rule, pattern in {**DESCRIPTIONS, **CODES}.items()},
        "rule:home:cased": HOMES,
    }
