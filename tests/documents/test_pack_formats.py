"""One rich document in four formats: the same numbers, headings, table headers and words for what is drawn."""

import io

import pikepdf
import pytest
from django.utils.translation import override

from documents import excel, model, pdf, slides, word
from tests.documents import reading
from tests.documents.examples import BARS, COMPARED, GRID, LINE, MAP, NESTED, TABLE, TIME_PLAN, TREE, document
from ui.numbers import number_words

KINDS = ("pdf", "docx", "pptx", "xlsx")
OTHERS = KINDS[1:]
EVENTS = model.Definition("Händelser", "Granskade rapporter, ett tal per händelse.", "Vecka 47, hämtat 2026-11-23.")
SKYDDAT = model.Definition("Skyddat", "Antal från 1 till 4 visas inte.")


def _percent(value):
    return model.Cell(f"{number_words(value, 1)} %", "number", value)


ROWS = tuple(
    (
        model.Cell(f"{number}. Åtgärd på torget"),
        model.dated(None if number % 5 == 0 else TIME_PLAN.first_day),
        model.counted(1000 * number + 7),
        model.counted(None, "protected" if number % 2 else "missing"),
        _percent(number + 0.5),
    )
    for number in range(1, 41)
)
MANY = model.Table(
    "Alla 40 åtgärder",
    (
        model.Column("Åtgärd"),
        model.Column("Börjar"),
        model.Column("Timmar", True),
        model.Column("Händelser", True, EVENTS),
        model.Column("Andel", True),
    ),
    ROWS,
    note="3 åtgärder till står i planen.",
)
STRIP = (
    model.Shares("Rapporterat", (0.5, 1.0, None) * 4, "full"),
    model.Shares("Tyst", (0.5, 0.0, None) * 4, "hatched"),
)
RICH = document(
    model.Notice("Bränderna: 9 på 14 dagar.", "warning", "Läget bedöms vara 3 av 5"),
    model.Facts(
        (
            model.Fact("Händelser", model.counted(1031), "Fler än väntat", "12–25 var väntat", "danger", EVENTS),
            model.Fact("Rån", model.counted(None, "protected"), definition=SKYDDAT),
            model.Fact("Trygghet", model.counted(3.75, decimals=2), "Som förra året: 3,8"),
        )
    ),
    model.Heading("Vad har hänt?"),
    model.Text("Under 2026 har 1 234 händelser rapporterats.\nDet är 12,5 procent fler.", "lead"),
    model.Points(("Bränder: 9.", "Skadegörelse: 12.")),
    model.LineChart(**{**vars(LINE), "alt": "Händelser vecka för vecka.", "strip": STRIP, "definition": EVENTS}),
    model.Heading("I delar", 3),
    model.Columns((model.Heading("Var?"), MAP), (model.Heading("Platser"), TABLE)),
    GRID,
    model.Heading("Har det hjälpt?"),
    COMPARED,
    BARS,
    model.Heading("Varför?"),
    TREE,
    NESTED,
    model.Heading("Åtgärder"),
    MANY,
    TIME_PLAN,
    model.Text("Ändrat 3 gånger.", "small"),
    title="Underlag till chefsamrådet 2026-12-01",
    eyebrow="Samverkan i Ekstad, 5 områden",
    lead="31 händelser i 4 områden.",
    author="EST Ekstad",
    notice="Exempeldata: inget här har hänt.",
    footer="Underlag 4, fryst 2026-11-23",
)  # fmt: skip


@pytest.fixture(scope="module")
def files():
    with override("sv"):
        return {
            "pdf": pdf.write(RICH), "docx": word.write(RICH), "pptx": slides.write(RICH), "xlsx": excel.write(RICH),
        }  # fmt: skip


@pytest.mark.parametrize("kind", OTHERS)
def test_every_format_has_the_same_numbers(files, kind):
    numbers = reading.numbers_of(files["pdf"], "pdf")
    assert numbers["40007"] == numbers["1031"] == 1
    assert numbers["12.5"] > 0
    assert reading.numbers_of(files[kind], kind) == numbers


@pytest.mark.parametrize("kind", OTHERS)
def test_every_format_has_the_same_numbers_in_the_same_rows(files, kind):
    def rows(of):
        tables = reading.said_in(files[of], of).tables
        return [[[reading.numbers_in(cell) for cell in row] for row in table[1:]] for table in tables]

    assert [len(table) for table in rows("pdf")] == [4, 2, 40, 2]
    assert rows(kind) == rows("pdf")


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_has_the_same_headings(files, kind):
    assert reading.headings_of(files[kind], kind) == [
        "Underlag till chefsamrådet 2026-12-01", "Vad har hänt?", "I delar", "Var?", "Platser", "Har det hjälpt?",
        "Varför?", "Åtgärder", "Definitioner",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_has_the_same_table_headers(files, kind):
    assert reading.table_headers_of(files[kind], kind) == [
        ["Place", "Events"],
        ["Weekday", "00–12", "12–24"],
        ["Åtgärd", "Börjar", "Timmar", "Händelser¹", "Andel"],
        ["Märke", "Vad", "Det här räknas", "Tid"],
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_says_the_same_of_what_is_drawn(files, kind):
    assert reading.alternative_texts_of(files[kind], kind) == [
        "Händelser vecka för vecka.", MAP.alt, COMPARED.alt, BARS.alt, TREE.alt, TIME_PLAN.alt,
    ]  # fmt: skip


def test_a_chart_has_the_same_numbers_in_slides_and_workbook(files):
    slide, sheet = (reading.said_in(files[kind], kind).charts for kind in ("pptx", "xlsx"))
    assert len(slide) == 2
    for drawn, told in zip(slide, sheet, strict=True):
        assert len(drawn) >= 3
        for name, numbers in drawn.items():
            assert told[name] == numbers


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_that_differs_is_found(files, kind):
    other = document(model.Text("1 235"))
    write = {"pdf": pdf.write, "docx": word.write, "pptx": slides.write, "xlsx": excel.write}[kind]
    assert reading.numbers_of(write(other), kind)["1235"] == 1
    assert "1235" not in reading.numbers_of(files[kind], kind)


def test_the_pdf_can_be_read_aloud(files):
    assert reading.faults_of_pdf(files["pdf"]) == []


def _without(file, change):
    with pikepdf.open(io.BytesIO(file)) as opened:
        change(opened)
        out = io.BytesIO()
        opened.save(out)
    return out.getvalue()


def _each(opened, tag, change):
    for one in opened.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/S") == pikepdf.Name(tag):
            change(one)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda opened: opened.Root.__delitem__("/Lang"), "no language"),
        (lambda opened: opened.Root.__delitem__("/MarkInfo"), "not tagged"),
        (lambda opened: opened.Root.__delitem__("/ViewerPreferences"), "title not shown"),
        (lambda opened: opened.Root.__delitem__("/Metadata"), "no PDF/UA mark"),
        (lambda opened: _each(opened, "/Figure", lambda one: one.__delitem__("/Alt")), "a figure without words"),
        (lambda opened: _each(opened, "/TH", lambda one: one.__delitem__("/A")), "header Place without scope"),
    ],
)
def test_a_pdf_that_cannot_be_read_aloud_is_found_out(files, change, fault):
    assert fault in reading.faults_of_pdf(_without(files["pdf"], change))


@pytest.mark.parametrize("kind", KINDS)
def test_made_anew_it_says_the_same(files, kind):
    write = {"pdf": pdf.write, "docx": word.write, "pptx": slides.write, "xlsx": excel.write}[kind]
    with override("sv"):
        assert write(RICH) == files[kind]
