"""Files as they come: hostile, broken, badly encoded. Each gets a clear answer, and no row is lost or read twice."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from contextlib import closing

import openpyxl
import pandas as pd
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.importing import reading
from incidents.importing.reading import UnreadableFile, open_table

ALL = ("csv", "xlsx", "parquet")


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def write(tmp_path, content, name="fil"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path, kinds=ALL):
    """Columns, rows with their lines, and refused lines."""
    with closing(open_table(path, kinds=kinds)) as table:
        rows, refused = {}, {}
        for chunk in table.chunks:
            for line, row in zip(chunk.lines.tolist(), chunk.frame.itertuples(index=False), strict=True):
                rows[line] = tuple(row)
            refused.update(dict(chunk.refused))
        return table.columns, rows, refused


def zipped(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\r\n \r\n\t\r\n", "empty"),
        (b"%PDF-1.7\n1 0 obj", "document or a picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "document or a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "old or password-protected"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "packed"),
        (b'{"type": "FeatureCollection"}', "JSON"),
        (b"[1, 2]", "JSON"),
        (b"<?xml version='1.0'?><a/>", "web page or XML"),
        (b"<!DOCTYPE html><html></html>", "web page or XML"),
        (b"PK\x03\x04 not really", "damaged"),
        (zipped("mimetype", "content.xml"), "another spreadsheet program"),
        (zipped("xl/workbook.bin"), "another spreadsheet program"),
        (zipped("word/document.xml"), "document or a picture"),
        (b"PAR1 not really PAR1", "damaged"),
        (b"SQLite format 3\x00", "database"),
        (b"\x7fELF" + b"\x00" * 100, "program"),
        (b"MZ\x90\x00\x03" + b"\x00" * 100, "program"),
        (bytes(range(256)) * 20, "letters"),
        (b"\x00\x00\x01" * 3000, "not text"),
    ],
)
def test_what_is_no_table_is_named_for_what_it_is(tmp_path, content, words):
    with pytest.raises(UnreadableFile, match=words):
        read(write(tmp_path, content))


def test_a_kind_the_profile_does_not_read_is_refused_with_those_it_does(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(UnreadableFile, match=r"CSV or Excel"):
        read(tmp_path / "a.parquet", kinds=("csv", "xlsx"))


def test_a_file_above_the_limit_is_not_opened(tmp_path, settings):
    settings.IMPORT_MAX_BYTES = 10
    with pytest.raises(UnreadableFile, match="limit"):
        read(write(tmp_path, "a,b\n" + "1,2\n" * 10))


def test_two_hundred_megabytes_of_one_line_are_refused_without_being_held(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_LINE", 10_000)
    with pytest.raises(UnreadableFile, match="Line 2 is so long"):
        read(write(tmp_path, "a,b\n" + "x" * 20_000))


def test_a_million_columns_are_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="more than 500 columns"):
        read(write(tmp_path, ",".join(f"c{n}" for n in range(1_000_000)) + "\n"))
    with pytest.raises(UnreadableFile, match="more than 500 columns"):
        read(write(tmp_path, ",".join(f"c{n}" for n in range(501)) + "\n"))
    with pytest.raises(UnreadableFile, match="more than 500 columns"):
        read(workbook(tmp_path, Blad=[[f"c{n}" for n in range(16_384)]]))


def workbook(tmp_path, **sheets):
    """A workbook with these sheets of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


@pytest.mark.parametrize(
    "content",
    [
        "Ärenden vecka 45\na;b\n1;2\n3;4\n",
        "Ärenden vecka 45;\n;\na;b\n1;2\n3;4\n",
        "Ärenden vecka 45\nBostadsbolaget\n\na\tb\n1\t2\n3\t4\n",
    ],
)
def test_a_title_above_the_headings_is_not_taken_for_them(tmp_path, content):
    columns, rows, refused = read(write(tmp_path, content))
    assert columns == ["a", "b"]
    assert list(rows.values()) == [("1", "2"), ("3", "4")]
    lines = content.split("\n")
    assert [lines[number - 1][0] for number in rows] == ["1", "3"]
    assert refused == {}


@pytest.mark.parametrize("content", ["a\n1,5\n2,5\n", 'a\n"x\ny;z"\n', "a\nb\nc\n"])
def test_a_file_of_one_column_keeps_its_first_line_as_heading(tmp_path, content):
    assert read(write(tmp_path, content))[0] == ["a"]


def test_of_several_sheets_the_first_with_headings_is_read_and_the_others_named(tmp_path):
    rows = [["Datum", "Kategori"], ["2026-11-03", "SKA"]]
    path = workbook(
        tmp_path, Omslag=[["Rapport för vecka 45"]], Nov=[["Ärenden i november"], [], *rows], Okt=rows, Tomt=[]
    )
    with closing(open_table(path, kinds=ALL)) as table:
        assert table.columns == ["Datum", "Kategori"]
        assert "“Nov”" in table.notes[0]
        assert "“Omslag”, “Okt”." in table.notes[0]
        (chunk,) = table.chunks
        assert chunk.lines.tolist() == [4]
        assert chunk.frame["Kategori"].tolist() == ["SKA"]
    with closing(open_table(workbook(tmp_path, Nov=rows), kinds=ALL)) as table:
        assert table.notes == []


def test_a_cell_that_is_too_long_is_told_from_a_stray_quote(tmp_path):
    long = "x" * (csv.field_size_limit() + 1)
    _columns, rows, refused = read(write(tmp_path, f'a;b\n1;{long}\n2;"y"z\n3;4\n'))
    assert list(rows) == [4]
    assert "more than" in refused[2]
    assert "quotation mark" in refused[3]


def zip_of(tmp_path, **parts):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return path


def test_a_zip_bomb_is_refused_before_anything_is_unpacked(tmp_path):
    nothing = b" " * (60 * 1024 * 1024)
    bomb = zip_of(tmp_path, xl__workbook_xml=b"<workbook/>", xl__worksheets__sheet1_xml=nothing)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(UnreadableFile, match="unpacks to"):
        read(bomb)


def test_a_packed_file_that_is_no_workbook_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="packed"):
        read(zip_of(tmp_path, data_xml=b"<a/>"))


def test_an_entity_bomb_in_a_workbook_does_not_grow(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append(["1", "2"])
    book.save(tmp_path / "ok.xlsx")
    entities = "".join(
        f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "lol"}' + (f"&l{n - 1};" * 9 if n else "") + '">'
        for n in range(9)
    )
    with zipfile.ZipFile(tmp_path / "ok.xlsx") as source, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as target:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = (
                    (f"<!DOCTYPE x [{entities}]>" + content.decode().split("?>")[-1])
                    .replace("<v>1</v>", "<v>&l8;</v>")
                    .encode()
                )
            target.writestr(part, content)
    with pytest.raises(UnreadableFile, match="damaged"):
        read(tmp_path / "bad.xlsx")


def test_a_parquet_that_would_grow_without_limit_is_refused(tmp_path, monkeypatch):
    pd.DataFrame({"a": ["x" * 40_000] * 1000}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(UnreadableFile, match="too long"):
        read(tmp_path / "a.parquet")
    monkeypatch.setattr(reading, "MAX_ROWS", 10)
    pd.DataFrame({"a": range(11)}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(UnreadableFile, match="more than 10 rows"):
        read(tmp_path / "b.parquet")


def test_a_damaged_workbook_and_parquet_say_so(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.save(tmp_path / "a.xlsx")
    content = (tmp_path / "a.xlsx").read_bytes()
    with pytest.raises(UnreadableFile, match="damaged"):
        read(write(tmp_path, content[: len(content) // 2]))
    pd.DataFrame({"a": range(1000)}).to_parquet(tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    with pytest.raises(UnreadableFile, match="damaged"):
        read(write(tmp_path, content[: len(content) // 2]))


def test_headings_are_trimmed_named_and_told_apart(tmp_path):
    columns, _rows, _refused = read(write(tmp_path, " a ;;b;a;\x00\n1;2;3;4;5\n"))
    assert columns == ["a", "column 2", "b", "a (2)", "column 5"]


def test_every_line_is_a_row_a_refusal_or_blank(tmp_path):
    content = "a,b\n1,2\n\n3\n4,5,6\n7,8,\n , \n\x00,9\n10,11"
    _columns, rows, refused = read(write(tmp_path, content))
    assert rows == {2: ("1", "2"), 6: ("7", "8"), 9: ("10", "11")}
    assert set(refused) == {4, 5, 8}
    assert "1 cells" in refused[4]
    assert "not text" in refused[8]


def test_a_quote_that_never_closes_costs_one_row(tmp_path):
    content = 'a,b\n1,"två\nrader"\n2,"öppen\n3,x\n4,"stängd"\n5,y\n'
    _columns, rows, refused = read(write(tmp_path, content))
    assert rows == {2: ("1", "två\nrader"), 5: ("3", "x"), 6: ("4", "stängd"), 7: ("5", "y")}
    assert list(refused) == [4]
    _columns, rows, refused = read(write(tmp_path, 'a,b\n1,"öppen\n3,x\n4,y'))
    assert rows == {3: ("3", "x"), 4: ("4", "y")}
    assert list(refused) == [2]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_kind(tmp_path, ends):
    assert read(write(tmp_path, ends.join(["a;b", "1;2", "3;4"])))[1] == {2: ("1", "2"), 3: ("3", "4")}


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("a;b;c\n1,5;2;3\n", ["a", "b", "c"]),
        ("a,b,c\n1;5,2,3\n", ["a", "b", "c"]),
        ("a\tb\n1,5\t2\n", ["a", "b"]),
        ('"a;b",c\n1,2\n', ["a;b", "c"]),
        ("sep=;\na;b,c\n1;2\n", ["a", "b,c"]),
        ("ensam\n1\n2\n", ["ensam"]),
    ],
)
def test_delimiters(tmp_path, content, columns):
    assert read(write(tmp_path, content))[0] == columns


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(tmp_path, encoding):
    content = "Ärende;Händelse\nÅ;fönster – krossat\n" * 3
    columns, rows, _refused = read(write(tmp_path, content.encode(encoding)))
    assert columns == ["Ärende", "Händelse"]
    assert rows[2] == ("Å", "fönster – krossat")


def test_a_letter_that_is_no_utf8_far_down_makes_the_whole_file_cp1252(tmp_path):
    content = b"a;b\n" + b"1;2\n" * 200_000 + "ö;å\n".encode("cp1252")
    _columns, rows, _refused = read(write(tmp_path, content))
    assert rows[200_002] == ("ö", "å")


def test_chunks_hold_every_row_once(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "ROWS_IN_CHUNK", 7)
    _columns, rows, _refused = read(write(tmp_path, "a,b\n" + "".join(f"{n},x\n" for n in range(100))))
    assert [rows[n + 2][0] for n in range(100)] == [str(n) for n in range(100)]
    pd.DataFrame({"a": [str(n) for n in range(100)]}).to_parquet(tmp_path / "a.parquet")
    _columns, rows, _refused = read(tmp_path / "a.parquet")
    assert [rows[n + 1][0] for n in range(100)] == [str(n) for n in range(100)]
    book = openpyxl.Workbook()
    for value in ["a", *range(100)]:
        book.active.append([value])
    book.save(tmp_path / "a.xlsx")
    _columns, rows, _refused = read(tmp_path / "a.xlsx")
    assert [rows[n + 2][0] for n in range(100)] == [str(n) for n in range(100)]


def test_wide_and_long_rows_are_held_a_few_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "CELLS_IN_CHUNK", 40)
    wide = write(tmp_path, ",".join(f"c{n}" for n in range(20)) + "\n" + (",".join("x" * 20) + "\n") * 9)
    with closing(open_table(wide, kinds=ALL)) as table:
        assert [len(chunk.frame) for chunk in table.chunks] == [2, 2, 2, 2, 1]
    monkeypatch.undo()
    monkeypatch.setattr(reading, "CHARACTERS_IN_CHUNK", 3_000)
    long = write(tmp_path, "a,b\n" + ("y" * 1_000 + ",z\n") * 7)
    with closing(open_table(long, kinds=ALL)) as table:
        assert [len(chunk.frame) for chunk in table.chunks] == [3, 3, 1]


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text(alphabet='ab",\n\r;é "', max_size=6), min_size=3, max_size=3), min_size=1, max_size=12
    )
)
def test_what_a_csv_writer_writes_is_read_back(tmp_path_factory, rows):
    import csv

    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["a", "b", "c"])
        writer.writerows(rows)
    _columns, found, refused = read(path)
    assert list(found.values()) == [tuple(row) for row in rows if any(cell.strip() for cell in row)]
    assert refused == {}


def test_noise_never_loses_the_lines_around_it(tmp_path):
    """Whatever stands on the bad lines, the good ones that hold no quotation mark and lie after a closed one load."""
    rng = random.Random(5)
    for _round in range(200):
        lines = ["a,b"]
        good = []
        for number in range(20):
            if rng.random() < 0.3:
                lines.append("".join(rng.choice('ab",;x ') for _sign in range(rng.randint(1, 8))))
            else:
                lines.append(f"n{number},y")
                good.append(f"n{number}")
        _columns, rows, refused = read(write(tmp_path, "\n".join(lines) + "\n"))
        text = "\n".join("|".join(row) for row in rows.values())
        assert all(name in text for name in good)
        assert not set(rows) & set(refused)
