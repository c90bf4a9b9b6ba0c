import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from privacy.guard import find_personal_data, scan_column
from privacy.names import given_names, surnames
from privacy.prefilter import suspected
from privacy.words import STEMS
from tests.privacy.texts import HARMLESS_TEXTS, OTHER_PERSONAL_TEXTS

PIECES = [
    *(
        "850709",
        "9805",
        "1985",
        "-",
        " ",
        ".",
        ",",
        "\n",
        "\t",
        "+46",
        "070",
        "123 45 67",
        "08-",
        "@",
        "exempel.se",
        "(at)",
    ),
    *(
        "KRT",
        "krt",
        "48F",
        "rum",
        "101",
        "K12345",
        "5000-K",
        "-24",
        "heter",
        "Heter",
        "familjen",
        "Räven",
        "räven",
        '"',
    ),
    *(
        "Anna",
        "anna",
        "ANNA",
        "aNNA",
        "Björn",
        "björn",
        "PeR",
        "Bo-Anna",
        "Andersson",
        "anderssons",
        "Perßon",
        "Storgatan",
    ),
    *(
        "insta",
        "snap:",
        "x_1",
        "ig ",
        "född",
        "f. ",
        "1999",
        "XXXX",
        "lgh",
        "portkod",
        "bor på",
        "bor i",
        "3B",
        "muslim",
    ),
    *(
        "känd  av",
        "polisen",
        "son\ttill",
        "arab",
        "\u00a0",
        "\u200b",
        "–",
        "Å",
        "A\u030a",
        "１",
        "ſ",
        "\ud800",
        "É",
        "s",
        "'",
    ),
    *(
        "instagram.com/",
        "kungen",
        "snabel-a",
        "namn:",
        "Kl",
        "plats",
        "A B C",
        "1 2 3",
        "Mannen",
        "en",
        "var",
        "e\u0301",
    ),
]


def one_by_one(texts: pd.Series, **options) -> list[tuple[object, str, str]]:
    return [
        (label, hit.rule, hit.strength.value)
        for label, text in texts.items()
        if isinstance(text, str)
        for hit in find_personal_data(text, **options)
    ]


def at_once(texts: pd.Series, **options) -> list[tuple[object, str, str]]:
    scanned = scan_column(texts, **options)
    return list(zip(scanned.index, scanned["rule"], scanned["strength"], strict=True))


@settings(max_examples=300)
@given(
    st.lists(
        st.lists(st.sampled_from(PIECES), max_size=8).flatmap(
            lambda p: st.sampled_from(["", " "]).map(lambda s: s.join(p))
        ),
        max_size=8,
    )
)
@example(["\ud800 heter Kevin", "lugnt"])
def test_a_column_is_judged_as_its_texts_are(texts):
    column = pd.Series(texts, dtype=object)
    assert at_once(column) == one_by_one(column)


@settings(max_examples=200)
@given(st.lists(st.text(max_size=40), max_size=6))
def test_a_column_of_any_text_is_judged_as_its_texts_are(texts):
    column = pd.Series(texts, dtype=object)
    assert at_once(column) == one_by_one(column)


def test_the_seeded_reports_are_judged_as_one_by_one(identity_reports, plate_reports):
    texts = [*identity_reports, *plate_reports, *(text for text, _ in OTHER_PERSONAL_TEXTS), *HARMLESS_TEXTS]
    for column in (
        pd.Series(texts),
        pd.Series([text.lower() for text in texts]),
        pd.Series([t.upper() for t in texts]),
    ):
        assert at_once(column) == one_by_one(column)


def test_every_name_and_every_stem_reaches_the_close_reading():
    names = sorted(given_names() | surnames())
    texts = [f"Vi såg {name.title()} {name.title()}" for name in names]
    texts += [f"det var {name} johansson" for name in names]
    texts += [f"Såg {name.upper()}" for name in names]
    texts += [
        stem.replace("$", "").replace(r"\s+", " ") for group in STEMS.values() for stem in group if "(" not in stem
    ]
    column = pd.Series(texts)
    assert at_once(column) == one_by_one(column)
    assert len(at_once(column)) > len(names)


def test_missing_texts_have_no_hits_and_labels_are_kept():
    column = pd.Series([None, "heter Kevin", float("nan"), "lugnt", "KRT 481"], index=[10, 20, 30, 40, 50])
    assert at_once(column) == [(20, "introduced_name", "weak"), (50, "registration_plate", "strong")]
    assert at_once(pd.Series([], dtype=object)) == []
    assert list(scan_column(pd.Series(["lugnt"])).columns) == ["rule", "strength"]


def test_allowed_words_hold_for_the_column_too():
    column = pd.Series(["hos Fatima", "hos Fatima igen"])
    assert len(at_once(column)) == 2
    assert at_once(column, allowed=frozenset({"fatima"})) == []


@pytest.mark.parametrize("dtype", ["str", "string", object])
def test_any_kind_of_text_column_will_do(dtype):
    column = pd.Series(["heter Kevin", None, "lugnt"], dtype=dtype)
    assert [row[1] for row in at_once(column)] == ["introduced_name"]


def test_ordinary_reports_are_sorted_out_without_a_close_reading():
    """The import's speed rests on this: most reports must not reach the slow finders."""
    column = pd.Series(["Ungdomar samlas vid entrén efter kl 22 och stör boende, nedskräpning i trapphus 14B"] * 50)
    assert not suspected(column).any(axis=None)
