"""Finds names of people: a given name with a surname, a name after "heter", a given name alone in a sentence.

The lists are Faker's for Sweden: 991 given names and 500 surnames, the commonest only, so a rare name is found only
after a word such as "heter". Many of them are ordinary words or places too ("Björn", "Sten", "Per", "Hans"), so a name
alone counts only where the writing itself says that it is one. Everything found here is weak: somebody who knows the
place decides.
"""

import re
from collections.abc import Iterator, Set
from functools import lru_cache
from typing import NamedTuple

from privacy.folding import word_set

Found = Iterator[tuple[str, int, int]]

_WORD = re.compile(r"[^\W\d_]+(?:[-'’´][^\W\d_]+)*")

# Given names that are also ordinary words: counted alone only with a capital inside a sentence.
_ALSO_WORDS = word_set(
    """
    august ben bill bo britt bror dag dan dick engla frank frid gun hans inga inge iris jan jarl jean juhani kai kaj
    kalle kari kent kim klas knut lage lea leia li lilly liv lo loke lova love lykke mark mary may milan milla mina
    minna mio morgan my måns neo nour ola ole otto ove per pelle regina rosa rose roy rune rut sally sam sami seth
    sigge siv sten stig sture svante tage ted thi tina tom toni tor tora tore tove ture urban vanja vera vide ville
    viola wille alan alba ana asta bella björn else harry ina isa ismail jack jon junior kian lara lovis mika mila
    mimmi mira noa nora rut said siri storm sune tilde tim tova tuva ulf una uno åsa åse
    """
)
# Also months, days, shops, towns, ferries and cinemas with a capital: never counted alone.
_NEVER_ALONE = word_set(
    "juni maj max valborg lucia del viking svea vega nova stella aurora saga mark tim junior nora florence victoria "
    "viktoria urban marina luna milan dag lo milton morgan diana felix aston london paris said"
)
_SURNAMES_ALSO_WORDS = word_set(
    """
    ali alm asp berg björk blom borg brandt brink bäck chen dahl edin ek falk ferm flink fors frank frid frisk green
    gren hall hammar hanna hjelm hjort holm holst hult issa jarl khan kling krantz kvist levin li lilja lind linde
    linder liu ljung lund lönn löf malm modig nord norman palm rask roos roth said skog sköld smith stark steen storm
    strand strid ström ståhl svärd thor tran wall wang wester melin molin bolin
    """
)
_SURNAME_ENDINGS = (
    "sson",
    "qvist",
    "kvist",
    "ström",
    "gren",
    "lund",
    "stedt",
    "dotter",
    "zadeh",
    "vić",
    "ović",
)
_PLACE_WORDS = word_set(
    """
    gata gatan gatans väg vägen vägens torg torget torgets park parken plan planen plats platsen skola skolan
    skolans kyrka kyrkan gård gården gårdens hall hallen centrum centrums gränd gränden backe backen bro bron strand
    stranden allé allén område området hem hemmet hus huset stan staden stadion arena arenan kulle kullen hage hagen
    stig stigen led leden station stationen rondell rondellen garage garaget kiosk kiosken livs grill grillen salong
    salongen restaurang restaurangen pizzeria pizzerian café caféet bageri bageriet förskola förskolan gymnasium
    gymnasiet bibliotek biblioteket badet bad äng ängen kvarn kvarnen brunn brunnen källa trädgård trappa trappor
    minne kapell mack macken butik butiken krog krogen församling förening bygg hållplats hållplatsen parkering
    parkeringen
    """
)
_LONG_PLACE_ENDINGS = tuple(sorted(word for word in _PLACE_WORDS if len(word) > 3))
_TITLES_OF_PLACES = word_set("sankt sankta st st:t drottning kung sanctus santa san")
_NOT_NAMES = word_set(
    """
    polis polisen väktare väktaren väktarna vakt vakten vakterna ordningsvakt ordningsvakten ordningsvakter ambulans
    ambulansen räddningstjänst räddningstjänsten brandkår brandkåren jour jouren störningsjouren sos fältare fältarna
    fältgruppen kommun kommunen bostadsbolaget skolan socialtjänsten soc kl klockan jag vi han hon hen de den det en ett
    ej inte ingen inga ny nya obs est brå
    """
)
_CALLED = (
    "heter|hette|kallas(?: för)?|kallad|kallade|kallades|kallar sig|vid namn|namn|namnet|namnet är|namn är|alias|"
    "smeknamn|smeknamnet|går under namnet|lystrar till|presenterade sig som"
)
_PERSONS = (
    "familjen|herr|fru|fröken|bröderna|syskonen|farbror|tant|grannen|hyresgästen|hyresgäst|eleven|elev|pojken|flickan|"
    "killen|tjejen|mannen|kvinnan|ynglingen|sonen|dottern|brodern|systern|mamman|pappan|vaktmästare|lärare|läraren"
)
_CUE_END = r"(?: {0,3}:)? {0,3}[\"'”“»]?"
_CUE = re.compile(rf"\b(?:(?P<called>{_CALLED})|(?:{_PERSONS})){_CUE_END}(?=[^\W\d_])", re.IGNORECASE)
# What the column scan looks for: the same cue with a capital after it (names in small letters are in the lists).
CUE_BEFORE_CAPITAL = rf"(?i:{_CALLED}|{_PERSONS})(?: {{0,3}}:)? {{0,3}}[\"']?\p{{Lu}}"
_BETWEEN_NAMES = re.compile(r" {1,3}(?:[^\W\d_]\. {0,2}){0,2}")


@lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """The commonest given names in Sweden, casefolded."""
    from faker.providers.person.sv_SE import Provider

    return frozenset(
        name.casefold() for name in (*Provider.first_names, *Provider.first_names_female, *Provider.first_names_male)
    )


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """The commonest surnames in Sweden, casefolded."""
    from faker.providers.person.sv_SE import Provider

    return frozenset(name.casefold() for name in Provider.last_names)


@lru_cache(maxsize=1)
def names_never_words() -> frozenset[str]:
    """Given names, and surnames in -sson, that stand for nothing but a person."""
    given = given_names() - _ALSO_WORDS - _NEVER_ALONE
    return given | {name for name in surnames() if name.endswith("sson")}


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    return given_names() | names_never_words()


@lru_cache(maxsize=1)
def _surnames_never_words() -> frozenset[str]:
    return surnames() - _SURNAMES_ALSO_WORDS


@lru_cache(maxsize=1)
def names_also_words() -> frozenset[str]:
    """Given names that are also ordinary words, and so need a capital to be read as names."""
    return given_names() & (_ALSO_WORDS | _NEVER_ALONE)


class _Word(NamedTuple):
    text: str
    folded: str
    start: int
    end: int

    @property
    def is_capitalised(self) -> bool:
        return self.text[0].isupper()


def names(text: str, allowed: Set[str] = frozenset()) -> Found:
    """People's names. Words and phrases in `allowed` (casefolded streets and places) are never taken for one."""
    words = [_Word(found[0], found[0].casefold(), *found.span()) for found in _WORD.finditer(text)]
    yield from _names_after_cues(text, words, allowed)
    known, done = _first_words(), 0
    for number, word in enumerate(words):
        if number < done or not (_listed(word.folded, known) or "-" in word.folded):
            continue
        rule, last = _name_at(text, words, number, allowed)
        done = last + 1
        if rule:
            yield rule, word.start, words[last].end


def _names_after_cues(text: str, words: list[_Word], allowed: Set[str]) -> Found:
    cues = list(_CUE.finditer(text))
    at = {word.start: number for number, word in enumerate(words)} if cues else {}
    for cue in cues:
        number = at.get(cue.end())
        if number is None or cue.end() == 0 or text[cue.end() - 1].isalpha():
            continue
        word = words[number]
        is_name = word.is_capitalised or (cue["called"] and _listed(word.folded, names_never_words()))
        if not is_name or word.folded in _NOT_NAMES or _belongs_to_place(text, words, number, number, allowed):
            continue
        last = number
        while last - number < 2 and _follows(text, words, last) and words[last + 1].is_capitalised:
            last += 1
        if not _belongs_to_place(text, words, number, last, allowed):
            yield "introduced_name", word.start, words[last].end


def _name_at(text: str, words: list[_Word], first: int, allowed: Set[str]) -> tuple[str | None, int]:
    """The rule and the last word of the name that begins at a word, or no rule and the word itself."""
    word = words[first]
    head = word.folded.split("-")[0]
    is_given = _listed(word.folded, given_names()) or (word.folded != head and head in given_names())
    if not is_given:
        alone = word.is_capitalised and _listed(word.folded, names_never_words())
        if alone and not _belongs_to_place(text, words, first, first, allowed):
            return "single_name", first
        return None, first
    if _is_allowed(words, first, first, allowed):
        return None, first
    if not word.is_capitalised:
        if _follows(text, words, first):
            surname = words[first + 1].folded
            certain = _listed(word.folded, names_never_words()) and _listed(surname, _surnames_never_words())
            if certain and not _belongs_to_place(text, words, first, first + 1, allowed):
                return "full_name", first + 1
        return None, first
    last = first
    while last - first < 3 and _follows(text, words, last) and _can_be_name(words, last + 1, allowed):
        last += 1
    if _belongs_to_place(text, words, first, last, allowed):
        return None, last
    is_certain = _listed(word.folded, names_never_words()) or (word.folded != head and head in names_never_words())
    if last > first:
        if is_certain or any(_is_surname(later.folded) for later in words[first + 1 : last + 1]):
            return "full_name", last
        return None, first
    if is_certain:
        return "single_name", first
    inside = not _begins_sentence(text, word.start) and not (word.text.isupper() and len(word.text) > 1)
    return ("single_name", first) if inside and word.folded not in _NEVER_ALONE else (None, first)


def _listed(word: str, listed: Set[str]) -> bool:
    """Whether a word, or the word without its genitive s, is in a list."""
    return word in listed or (word.endswith("s") and word[:-1] in listed)


def _is_surname(word: str) -> bool:
    if any(_listed(part, surnames()) for part in word.split("-")):
        return True
    return len(word) > 6 and (word.endswith(_SURNAME_ENDINGS) or word.removesuffix("s").endswith(_SURNAME_ENDINGS))


def _can_be_name(words: list[_Word], number: int, allowed: Set[str]) -> bool:
    word = words[number]
    if not word.is_capitalised or word.folded in _NOT_NAMES or _is_allowed(words, number, number, allowed):
        return False
    if _is_long_place(word.folded):
        return False  # "Fatima Storgatan 3"
    if word.text.isupper() and not words[number - 1].text.isupper():
        return False  # "Anna BRF": an abbreviation
    return len(word.text) > 1


def _follows(text: str, words: list[_Word], number: int) -> bool:
    """Whether the next word stands right after this one, at most with initials between."""
    if number + 1 >= len(words):
        return False
    between = text[words[number].end : words[number + 1].start]
    return len(between) <= 3 and bool(_BETWEEN_NAMES.fullmatch(between))


def _belongs_to_place(text: str, words: list[_Word], first: int, last: int, allowed: Set[str]) -> bool:
    """Whether the words are, or begin, the name of a place: "Karl Johans park", "Sankt Olofs skola"."""
    if _is_allowed(words, first, last, allowed):
        return True
    if first > 0 and words[first - 1].folded in _TITLES_OF_PLACES and words[first].start - words[first - 1].end <= 2:
        return True
    if words[last].folded in _PLACE_WORDS or _is_long_place(words[last].folded):
        return True
    return _follows(text, words, last) and words[last + 1].folded in _PLACE_WORDS


def _is_long_place(word: str) -> bool:
    """Whether a word is a compound such as "Storgatan". Surnames on -strand and -hage are not, being listed."""
    return len(word) > 6 and word.endswith(_LONG_PLACE_ENDINGS) and not _listed(word, surnames())


def _is_allowed(words: list[_Word], first: int, last: int, allowed: Set[str]) -> bool:
    """Whether the words are allowed, or stand inside an allowed phrase of up to four words."""
    if not allowed:
        return False
    for begin in range(max(0, last - 3), first + 1):
        for end in range(last, min(len(words), begin + 4)):
            if " ".join(word.folded for word in words[begin : end + 1]) in allowed:
                return True
    return False


def _begins_sentence(text: str, start: int) -> bool:
    position = start - 1
    while position >= 0 and start - position < 8 and text[position] in " \t\"'”“»(-":
        position -= 1
    return position < 0 or text[position] in ".!?:\n"
