"""Files of areas: every coordinate system, every axis order, and files that mean harm."""

from __future__ import annotations

import gzip
import json
import sqlite3
import struct
import zipfile

import numpy as np
import pyproj
import pytest
import shapely

from areas import geofiles
from areas.geofiles import read_areas, size_m2
from common.errors import NotPossible
from tests.areas.files import DISTRICTS, POLICE, WARDS, feature, ward_polygons, write_geojson, write_gpkg

NORRKOPING = (15.8, 58.4, 16.9, 58.8)
BOX = shapely.box(16.10, 58.57, 16.14, 58.60)
IN_SWEREF = pyproj.Transformer.from_crs(4326, 3006, always_xy=True)


def in_sweref(polygon):
    return shapely.transform(polygon, IN_SWEREF.transform, interleaved=False)


def swap(polygon):
    return shapely.transform(polygon, lambda c: c[:, ::-1])


def only(file):
    assert len(file.shapes) == 1, file.refusals
    return file.shapes[0]


def same(polygon, other, metres=2.0):
    return shapely.hausdorff_distance(polygon, other) < metres / 60_000


def refusal(path, **options):
    with pytest.raises(NotPossible) as error:
        read_areas(path, **options)
    return " ".join(error.value.messages)


# Coordinate systems


def test_the_polices_file_is_read_in_the_system_it_names():
    file = read_areas(POLICE)
    assert [shape.name for shape in file.shapes] == ["Klockaretorpet", "Navestad", "Hageby"]
    assert file.crs == "SWEREF99 TM"
    middle = file.shapes[0].polygon.centroid
    assert (middle.y, middle.x) == (pytest.approx(58.576, abs=0.01), pytest.approx(16.13, abs=0.015))
    # The north-eastern corner of the area, known beforehand.
    assert file.shapes[0].polygon.distance(shapely.Point(16.140083, 58.582657)) < 1e-6
    assert file.notes == []


@pytest.mark.parametrize(
    "name",
    ["urn:ogc:def:crs:EPSG::3006", "EPSG:3006", "urn:ogc:def:crs:EPSG:8.9:3006",
     "http://www.opengis.net/def/crs/EPSG/0/3006", "SWEREF 99 TM"],
)  # fmt: skip
def test_every_usual_way_to_name_a_system(tmp_path, name):
    path = write_geojson(tmp_path / "a.geojson", [feature(in_sweref(BOX), namn="A")], crs=name)
    assert same(only(read_areas(path)).polygon, BOX)


def test_a_bare_epsg_code_is_read_too(tmp_path):
    crs = {"type": "EPSG", "properties": {"code": 3006}}
    path = write_geojson(tmp_path / "a.geojson", [feature(in_sweref(BOX), namn="A")], crs=crs)
    assert same(only(read_areas(path)).polygon, BOX)


def test_a_local_zone_by_its_number(tmp_path):
    local = pyproj.Transformer.from_crs(4326, 3010, always_xy=True)
    polygon = shapely.transform(BOX, local.transform, interleaved=False)
    path = write_geojson(tmp_path / "a.geojson", [feature(polygon, namn="A")], crs="EPSG:3010")
    assert same(only(read_areas(path)).polygon, BOX)
    nameless = write_geojson(tmp_path / "b.geojson", [feature(polygon, namn="A")])
    assert "EPSG:3010" in refusal(nameless)
    assert same(only(read_areas(nameless, crs="3010")).polygon, BOX)


def test_without_a_named_system_degrees_are_wgs_84(tmp_path):
    file = read_areas(write_geojson(tmp_path / "a.geojson", [feature(BOX, namn="A")]))
    assert same(only(file).polygon, BOX)
    assert file.notes == []


def test_without_a_named_system_large_numbers_are_recognised_and_told(tmp_path):
    file = read_areas(write_geojson(tmp_path / "a.geojson", [feature(in_sweref(BOX), namn="A")]))
    assert same(only(file).polygon, BOX)
    assert len(file.notes) == 1
    assert "SWEREF 99 TM" in file.notes[0]


def test_a_file_that_says_degrees_and_has_metres_is_believed_by_its_numbers(tmp_path):
    crs = "urn:ogc:def:crs:OGC:1.3:CRS84"
    file = read_areas(write_geojson(tmp_path / "a.geojson", [feature(in_sweref(BOX), namn="A")], crs=crs))
    assert same(only(file).polygon, BOX)
    assert len(file.notes) == 1


def test_a_file_that_says_metres_and_has_degrees_is_believed_by_its_numbers(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [feature(BOX, namn="A")], crs="urn:ogc:def:crs:EPSG::3006")
    file = read_areas(path)
    assert same(only(file).polygon, BOX)
    assert len(file.notes) == 1


def test_a_file_in_two_bytes_a_letter_is_told_to_be_saved_as_utf_8(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [feature(BOX, namn="A")])
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    assert "UTF-8" in refusal(path)


def test_numbers_of_no_known_system_are_asked_about(tmp_path):
    strange = shapely.box(330_000, 430_000, 331_000, 431_000)
    assert "EPSG:3006" in refusal(write_geojson(tmp_path / "a.geojson", [feature(strange, namn="A")]))


def test_rt_90_is_recognised_and_asked_about(tmp_path):
    rt90 = shapely.box(1_520_000, 6_490_000, 1_521_000, 6_491_000)
    assert "EPSG:3021" in refusal(write_geojson(tmp_path / "a.geojson", [feature(rt90, namn="A")]))


@pytest.mark.parametrize("crs", ["EPSG:999999", "LOCAL:1", "+proj=longlat +nadgrids=/etc/passwd", {"type": "link"}])
def test_unknown_systems_are_refused(tmp_path, crs):
    assert "EPSG:3006" in refusal(write_geojson(tmp_path / "a.geojson", [feature(BOX, namn="A")], crs=crs))


# Axis order


@pytest.mark.parametrize("region", [None, NORRKOPING])
@pytest.mark.parametrize(
    ("polygon", "crs"), [(BOX, None), (BOX, "EPSG:4326"), (in_sweref(BOX), "EPSG:3006"), (in_sweref(BOX), None)]
)
def test_swapped_axes_are_recognised_swapped_back_and_told(tmp_path, polygon, crs, region):
    path = write_geojson(tmp_path / "a.geojson", [feature(swap(polygon), namn="A")], crs=crs)
    file = read_areas(path, region=region)
    assert same(only(file).polygon, BOX)
    assert file.notes


def test_areas_in_england_are_left_as_they_are():
    file = read_areas(DISTRICTS)
    assert len(file.shapes) == 14
    assert (file.name_property, file.code_property) == ("district", "objectid")
    west, south, east, north = shapely.total_bounds([shape.polygon for shape in file.shapes])
    assert -3.2 < west < east < -2.0
    assert 53.4 < south < north < 54.3
    assert file.notes == []


def test_swapped_axes_in_england_are_recognised_by_the_extent(tmp_path):
    box = shapely.box(-3.05, 53.77, -2.98, 53.87)
    path = write_geojson(tmp_path / "a.geojson", [feature(swap(box), namn="A")])
    file = read_areas(path, region=(-3.3, 53.4, -2.0, 54.3))
    assert same(only(file).polygon, box)
    assert file.notes


def test_a_file_wholly_outside_a_given_extent_is_refused(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [feature(BOX, namn="A")])
    assert refusal(path, region=(-3.3, 53.4, -2.0, 54.3), region_is_limit=True)
    assert read_areas(path, region=(-3.3, 53.4, -2.0, 54.3)).shapes


# GeoPackage


def test_the_wards_of_lancashire_are_where_they_should_be():
    file = read_areas(WARDS)
    assert (len(file.shapes), file.name_property, file.code_property) == (271, "ward_name", "ward_code")
    assert file.shapes[0].code == "E05001643"
    for shape, polygon in zip(file.shapes, ward_polygons(), strict=True):
        assert same(shape.polygon, polygon, metres=0.1)


@pytest.mark.parametrize("flavour", ["iso", "extended"])
def test_heights_are_left_out(tmp_path, flavour):
    polygon = shapely.force_3d(in_sweref(BOX), 12.0)
    blob = b"GP\x00\x01" + struct.pack("<i", 3006) + shapely.to_wkb(polygon, output_dimension=3, flavor=flavour)
    shape = only(read_areas(write_gpkg(tmp_path / "a.gpkg", [("A", blob)])))
    assert same(shape.polygon, BOX)
    assert not shape.polygon.has_z


def test_envelopes_and_big_endian_geometries_are_read(tmp_path):
    polygon = shapely.MultiPolygon([in_sweref(BOX)])
    head = b"GP\x00" + bytes([0b0000_0010]) + struct.pack(">i", 3006) + struct.pack(">4d", 0, 0, 0, 0)
    path = write_gpkg(tmp_path / "a.gpkg", [("A", head + shapely.to_wkb(polygon, byte_order=0))])
    assert same(only(read_areas(path)).polygon, BOX)


def test_several_layers_have_to_be_told_apart(tmp_path):
    path = write_gpkg(tmp_path / "a.gpkg", [("A", in_sweref(BOX))])
    connection = sqlite3.connect(path)
    connection.executescript("""
        CREATE TABLE andra (fid INTEGER PRIMARY KEY, geom BLOB, namn TEXT);
        INSERT INTO gpkg_contents VALUES ('andra', 'features', 'andra', 3006);
        INSERT INTO gpkg_geometry_columns VALUES ('andra', 'geom', 'GEOMETRY', 3006, 0, 0);
    """)
    connection.close()
    assert "andra" in refusal(path)
    assert only(read_areas(path, layer="omraden")).name == "A"
    assert "tredje" in refusal(path, layer="tredje")


def test_a_name_with_a_quote_in_it_is_only_a_name(tmp_path):
    path = write_gpkg(tmp_path / "a.gpkg", [("A", in_sweref(BOX))])
    connection = sqlite3.connect(path)
    connection.executescript("""
        ALTER TABLE omraden RENAME TO "x""; DROP TABLE gpkg_contents; --";
        UPDATE gpkg_contents SET table_name = 'x"; DROP TABLE gpkg_contents; --';
        UPDATE gpkg_geometry_columns SET table_name = 'x"; DROP TABLE gpkg_contents; --';
    """)
    connection.close()
    assert only(read_areas(path)).name == "A"


# Names and codes


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"OBJECTID": 1, "NAMN": "Hageby", "ORT": "Norrköping"}, "NAMN"),
        ({"id": 1, "Name": "Hageby"}, "Name"),
        ({"FID": 1, "WD21CD": "E05001643", "WD21NM": "Hageby"}, "WD21NM"),
        ({"omradesnamn": "Hageby", "kod": "12"}, "omradesnamn"),
        ({"desokod": "0581C1250", "kommunkod": "0581"}, "desokod"),
    ],
)
def test_the_name_is_found(tmp_path, properties, expected):
    file = read_areas(write_geojson(tmp_path / "a.geojson", [feature(BOX, **properties)]))
    assert file.name_property == expected


def test_the_municipalitys_name_on_every_row_names_no_part_of_it(tmp_path):
    rows = [feature(BOX, desokod=f"0581C12{n}0", kommunnamn="Norrköping") for n in range(4)]
    assert read_areas(write_geojson(tmp_path / "a.geojson", rows)).name_property == "desokod"


def test_when_no_name_is_found_the_properties_are_told_and_one_can_be_chosen(tmp_path):
    rows = [feature(BOX, etikett="Hageby", typ="x"), feature(BOX, etikett="Navestad", typ="x")]
    path = write_geojson(tmp_path / "a.geojson", rows)
    assert "etikett, typ" in refusal(path)
    assert [shape.name for shape in read_areas(path, name_property="etikett").shapes] == ["Hageby", "Navestad"]
    assert "finns_inte" in refusal(path, name_property="finns_inte")
    assert "finns_inte" in refusal(path, name_property="etikett", code_property="finns_inte")


def test_a_running_number_is_no_code(tmp_path):
    rows = [feature(BOX, OBJECTID=n, namn=f"Område {n}") for n in (1, 2)]
    assert read_areas(write_geojson(tmp_path / "a.geojson", rows)).code_property == ""


def test_a_nameless_area_is_refused_and_the_others_read(tmp_path):
    rows = [feature(BOX, namn="A"), feature(BOX, namn="  "), feature(BOX, namn="C")]
    file = read_areas(write_geojson(tmp_path / "a.geojson", rows))
    assert [shape.name for shape in file.shapes] == ["A", "C"]
    assert [(no.number, bool(no.sentence)) for no in file.refusals] == [(2, True)]


def test_control_characters_do_not_reach_names(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [feature(BOX, namn="Ha\x00ge\u202eby\n <b>")])
    assert only(read_areas(path)).name == "Ha ge by <b>"


# Mending


def test_a_bow_tie_is_mended_and_told(tmp_path):
    bow_tie = shapely.Polygon([(16.10, 58.57), (16.12, 58.60), (16.10, 58.60), (16.12, 58.57)])
    assert not bow_tie.is_valid
    file = read_areas(write_geojson(tmp_path / "a.geojson", [feature(bow_tie, namn="Fluga")]))
    polygon = only(file).polygon
    assert polygon.is_valid
    assert size_m2(polygon) == pytest.approx(size_m2(shapely.box(16.10, 58.57, 16.12, 58.60)) / 2, rel=0.01)
    assert "Fluga" in file.notes[0]


def test_overlapping_parts_become_one_and_lines_and_crumbs_are_dropped(tmp_path):
    spike = [(16.10, 58.57), (16.12, 58.57), (16.14, 58.57), (16.12, 58.57), (16.12, 58.60), (16.10, 58.60)]
    overlapping = shapely.MultiPolygon(
        [shapely.box(16.10, 58.57, 16.12, 58.60), shapely.box(16.11, 58.57, 16.13, 58.60)]
    )
    rows = [feature(shapely.Polygon(spike), namn="Spets"), feature(overlapping, namn="Dubbel")]
    file = read_areas(write_geojson(tmp_path / "a.geojson", rows))
    assert same(file.shapes[0].polygon, shapely.box(16.10, 58.57, 16.12, 58.60))
    assert same(file.shapes[1].polygon, shapely.box(16.10, 58.57, 16.13, 58.60))


def test_an_open_ring_is_closed(tmp_path):
    ring = [[16.10, 58.57], [16.14, 58.57], [16.14, 58.60], [16.10, 58.60]]
    path = write_geojson(tmp_path / "a.geojson", [feature({"type": "Polygon", "coordinates": [ring]}, namn="A")])
    assert same(only(read_areas(path)).polygon, BOX)


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [[[16.1, 58.5], [16.2, 58.5]]]},
        {"type": "Polygon", "coordinates": [[[16.1, 58.5], [16.2], [16.2, 58.6], [16.1, 58.5]]]},
        {"type": "Polygon", "coordinates": [[[16.1, "norr"], [16.2, 58.5], [16.2, 58.6], [16.1, 58.5]]]},
        {"type": "Polygon", "coordinates": [[[16.1, None], [16.2, 58.5], [16.2, 58.6], [16.1, 58.5]]]},
        {"type": "Polygon", "coordinates": [[[10**400, 58.5], [16.2, 58.5], [16.2, 58.6], [16.1, 58.5]]]},
        {"type": "Polygon", "coordinates": {"a": 1}},
        {"type": "Polygon", "coordinates": 5},
        {"type": "Polygon", "coordinates": [[[16.1, 58.5], [16.1, 58.5], [16.1, 58.5], [16.1, 58.5]]]},
        {"type": "Point", "coordinates": [16.1, 58.5]},
        {"type": "LineString", "coordinates": [[16.1, 58.5], [16.2, 58.6]]},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "Polygon", "coordinates": [[[16.1, 58.5], [196.2, 58.5], [196.2, 58.6], [16.1, 58.5]]]},
        shapely.geometry.mapping(shapely.box(-120, -60, 120, 70)),
        shapely.geometry.mapping(shapely.box(16.1, 58.5, 16.1000001, 58.5000001)),
    ],
)
def test_what_is_no_area_is_refused_in_words_and_the_rest_is_read(tmp_path, geometry):
    rows = [feature(BOX, namn="Bra"), feature(geometry, namn="Dålig"), feature(BOX, namn="Bra 2")]
    file = read_areas(write_geojson(tmp_path / "a.geojson", rows))
    assert [shape.name for shape in file.shapes] == ["Bra", "Bra 2"]
    assert [(no.number, no.name) for no in file.refusals] == [(2, "Dålig")]
    assert file.refusals[0].sentence.endswith(".")


def test_every_kind_of_wkb_but_polygons_is_refused(tmp_path):
    def blob(geometry):
        return b"GP\x00\x01" + struct.pack("<i", 3006) + shapely.to_wkb(geometry)

    bad = [
        None, b"", b"GP", b"XX" + b"\x00" * 40, b"GP\x00\x11" + b"\x00" * 30, b"GP\x00\x21" + b"\x00" * 30,
        blob(shapely.Point(1, 1)), blob(shapely.GeometryCollection([BOX])), blob(in_sweref(BOX))[:-9],
        # Says it holds four thousand million rings.
        b"GP\x00\x01" + struct.pack("<i", 3006) + struct.pack("<BII", 1, 3, 0xFFFFFFFF),
        b"GP\x00\x01" + struct.pack("<i", 3006) + struct.pack("<BIII", 1, 3, 1, 0xFFFFFFFF),
        # Multi-polygons inside multi-polygons, thousands deep.
        b"GP\x00\x01" + struct.pack("<i", 3006) + struct.pack("<BII", 1, 6, 1) * 50_000,
    ]  # fmt: skip
    rows = [("Bra", in_sweref(BOX)), *((f"Dålig {n}", value) for n, value in enumerate(bad))]
    file = read_areas(write_gpkg(tmp_path / "a.gpkg", rows))
    assert [shape.name for shape in file.shapes] == ["Bra"]
    assert len(file.refusals) == len(bad)


# Files that mean harm


def test_other_kinds_of_files_get_an_answer_that_helps(tmp_path):
    answers = {}
    for name, content in {
        "tom.geojson": b"",
        "bild.gpkg": b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
        "shape.shp": b"\x00\x00\x27\x0a" + b"\x00" * 96,
        "karta.kml": b"\xef\xbb\xbf<?xml version='1.0'?><kml/>",
        "lista.geojson": b"[1, 2]",
        "ord.geojson": b'{"type": "Topology", "objects": {}}',
        "halv.geojson": b'{"type": "FeatureCollection", "features": [',
        "latin1.geojson": '{"type": "FeatureCollection", "namn": "ö"}'.encode("latin-1"),
        "nan.geojson": b'{"type": "FeatureCollection", "features": [NaN]}',
        "tal.geojson": b'{"type": "FeatureCollection", "features": [' + b"9" * 5000 + b"]}",
        "inga.geojson": b'{"type": "FeatureCollection", "features": []}',
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        answers[name] = refusal(path)
    assert all(answer.endswith(".") for answer in answers.values())
    assert len(set(answers.values())) >= 8


def test_a_packed_bomb_is_not_unpacked(tmp_path):
    bomb = tmp_path / "karta.gpkg"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.geojson", b"0" * 50_000_000)
    packed = tmp_path / "karta.geojson"
    packed.write_bytes(gzip.compress(b"0" * 10_000_000))
    assert refusal(bomb) == refusal(packed)


def test_a_file_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(geofiles, "MAX_BYTES", 1000)
    path = tmp_path / "stor.geojson"
    path.write_bytes(b" " * 1001)
    assert refusal(path)


def test_deep_nesting_is_refused(tmp_path):
    path = tmp_path / "djup.geojson"
    path.write_text('{"type":"FeatureCollection","features":' + "[" * 200_000 + "]" * 200_000 + "}")
    assert refusal(path)
    rings = "[" * 400 + "]" * 400
    geometry = '{"type":"Polygon","coordinates":' + rings + "}"
    row = '{"properties":{"namn":"A"},"geometry":' + geometry + "}"
    path.write_text('{"type":"FeatureCollection","features":[' + row + "]}")
    assert refusal(path)


def test_a_million_corners_are_refused_quickly(tmp_path):
    ring = "[" + "[16.1,58.5],[16.2,58.5],[16.2,58.6],[16.1,58.6]," * 250_000 + "[16.1,58.5]]"
    row = '{"properties":{"namn":"Cirkel"},"geometry":{"type":"Polygon","coordinates":[' + ring + "]}}"
    path = tmp_path / "a.geojson"
    path.write_text('{"type":"FeatureCollection","features":[' + row + "]}")
    assert str(geofiles.MAX_VERTICES) in refusal(path)


def test_a_tangle_is_refused_before_anybody_tries_to_mend_it(tmp_path):
    points = np.random.default_rng(1).uniform((16.0, 58.5), (16.2, 58.6), (20_000, 2))
    row = feature({"type": "Polygon", "coordinates": [points.tolist()]}, namn="Nystan")
    assert refusal(write_geojson(tmp_path / "a.geojson", [row]))


def test_a_geopackage_cannot_do_anything_but_be_read(tmp_path):
    path = write_gpkg(tmp_path / "a.gpkg", [("A", in_sweref(BOX))])
    connection = sqlite3.connect(path)
    connection.executescript("""
        DROP TABLE omraden;
        CREATE VIEW omraden AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
          SELECT x AS fid, NULL AS geom, 'A' AS namn FROM n WHERE x < 0;
    """)
    connection.close()
    limit, geofiles.READ_SECONDS = geofiles.READ_SECONDS, 0.5
    try:
        assert refusal(path)
    finally:
        geofiles.READ_SECONDS = limit


def test_broken_sqlite_is_refused(tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    assert refusal(path)
    sqlite3.connect(tmp_path / "tom.gpkg").executescript("CREATE TABLE a (b)").close()
    assert refusal(tmp_path / "tom.gpkg")


def test_too_many_areas(tmp_path, monkeypatch):
    monkeypatch.setattr(geofiles, "MAX_FEATURES", 3)
    rows = [feature(BOX, namn=str(n)) for n in range(4)]
    assert "3" in refusal(write_geojson(tmp_path / "a.geojson", rows))
    assert "3" in refusal(write_gpkg(tmp_path / "a.gpkg", [(str(n), in_sweref(BOX)) for n in range(4)]))


def test_reading_does_not_change_the_file(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [feature(BOX, namn="A")])
    before = path.read_bytes()
    read_areas(path)
    assert path.read_bytes() == before
    assert json.loads(before)["features"]
