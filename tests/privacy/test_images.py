"""What comes in as a photo, and what is stored of it: only pixels, whatever was sent."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import zlib

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from common.errors import NotPossible
from privacy import images
from tests.factories import drawn_photo

SECRET = b"Kalle Anka, Paradisappelvagen 111"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def with_exif(orientation: int = 1, **size: int) -> bytes:
    """A phone's photo: where and when it was taken, by which phone, and which way up."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Phone AB"
    exif[0x9286] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (58.0, 35.0, 11.5), 3: "E", 4: (16.0, 11.0, 2.25)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return drawn_photo(
        **{"width": 400, "height": 300, **size},
        exif=exif.tobytes(),
        icc_profile=profile,
        comment=SECRET,
        xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>",
    )


def refused(data: bytes) -> NotPossible:
    with pytest.raises(NotPossible) as caught:
        images.made_anew(data)
    return caught.value


def test_position_time_phone_and_words_are_left_behind():
    sent = with_exif()
    before = opened(sent)
    assert before.getexif().get_ifd(0x8825)
    assert SECRET in sent
    made = images.made_anew(sent)
    after = opened(made.data)
    assert SECRET not in made.data
    assert not after.getexif()
    assert set(after.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    # Read without Pillow as well: none of the segments that carry more than pixels is there.
    assert not {name for name in segments(made.data) if name in ("APP1", "APP2", "APP13", "APP14", "COM")}
    assert (made.width, made.height) == after.size == (400, 300)


def segments(data: bytes) -> list[str]:
    """The segments before the pixels of a JPEG, by their names."""
    names, at = [], 2
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        marker, (length,) = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])
        names.append("COM" if marker == 0xFE else f"APP{marker - 0xE0}" if 0xE0 <= marker <= 0xEF else hex(marker))
        at += 2 + length
    return names


def test_the_segments_are_found_where_they_are():
    assert {"APP1", "APP2", "COM"} <= set(segments(with_exif()))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_upright_before_that_is_forgotten(orientation):
    # Red above left of the upright picture, whichever way the phone was held.
    upright = Image.new("RGB", (300, 200), "white")
    upright.paste("red", (0, 0, 150, 100))
    turned = {
        1: [], 2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM], 5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE], 8: [Image.Transpose.ROTATE_270],
    }  # fmt: skip
    stored = upright
    for step in turned[orientation]:
        stored = stored.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    stored.save(out, "JPEG", exif=exif.tobytes(), quality=95)
    made = opened(images.made_anew(out.getvalue()).data)
    assert made.size == (300, 200)
    red, green, blue = made.getpixel((40, 30))
    assert red > 200
    assert max(green, blue) < 80
    assert min(made.getpixel((260, 170))) > 200


@pytest.mark.parametrize(("size", "expected"), [((4000, 3000), (1600, 1200)), ((900, 4000), (360, 1600))])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_scaled_down_and_written_as_a_jpeg(kind, size, expected):
    made = images.made_anew(drawn_photo(*size, kind))
    assert opened(made.data).format == "JPEG"
    assert (made.width, made.height) == expected
    assert len(made.sha256) == 64


def test_a_small_one_is_not_blown_up():
    assert images.made_anew(drawn_photo(200, 100)).width == 200


def test_what_can_be_seen_through_becomes_white():
    image = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    assert min(opened(images.made_anew(out.getvalue()).data).getpixel((50, 50))) > 250


@pytest.mark.parametrize("mode", ["L", "P", "LA", "CMYK", "I;16", "1"])
def test_every_kind_of_pixels_is_understood(mode):
    image = Image.new("RGB", (80, 60), "teal").convert("L" if mode == "I;16" else mode).convert(mode)
    out = io.BytesIO()
    image.save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(images.made_anew(out.getvalue()).data).mode == "RGB"


def test_a_phones_own_colours_become_those_of_the_web():
    # A profile that swaps red and blue: what it describes as red has to come out as red.
    matrix = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = bytearray(matrix)
    (number,) = struct.unpack(">I", swapped[128:132])
    tags = {bytes(swapped[at : at + 4]): at for at in range(132, 132 + 12 * number, 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    data = drawn_photo(100, 80, colour="blue", icc_profile=bytes(swapped), quality=95)
    pixel = opened(images.made_anew(data).data).getpixel((5, 5))
    assert pixel[0] > 180
    assert pixel[2] < 80


def test_a_profile_that_makes_no_sense_is_left_aside():
    made = images.made_anew(drawn_photo(100, 80, colour="blue", icc_profile=b"no profile at all" * 20))
    assert opened(made.data).getpixel((5, 5))[2] > 180


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(5001, 5000), (20_000, 20_000), (60_000, 60_000)])
def test_a_bomb_is_not_unpacked(size, monkeypatch):
    monkeypatch.setattr(images, "_read", lambda image: pytest.fail("it was unpacked"))
    assert refused(png_bomb(*size)).code == "photo_pixels"


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 500


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "photo_empty", "Choose it again"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "photo_kind", "JPEG, PNG or WebP"),
        (b"<!doctype html><script>alert(1)</script>", "photo_kind", "screenshot"),
        (HEIC, "photo_heic", "most compatible"),
        (drawn_photo(kind="GIF"), "photo_kind", "JPEG, PNG or WebP"),
        (drawn_photo(kind="BMP"), "photo_kind", "JPEG, PNG or WebP"),
        (drawn_photo(kind="TIFF"), "photo_kind", "JPEG, PNG or WebP"),
        (b"%PDF-1.7 " + b"\0" * 100, "photo_kind", "JPEG, PNG or WebP"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "photo_kind", "JPEG, PNG or WebP"),
        (drawn_photo(400, 300)[:2000], "photo_broken", "damaged or cut off"),
        (drawn_photo(400, 300, "PNG")[:400], "photo_broken", "damaged or cut off"),
        (drawn_photo(400, 300, "WEBP")[:300], None, ""),
        (b"\xff\xd8\xff\xe0" + b"\0" * 300, None, ""),
        (drawn_photo(10, 10), "photo_too_small", "too small"),
        (drawn_photo(8000, 33), "photo_too_small", "too small"),
    ],
)
def test_what_is_no_photo_is_refused_with_what_to_do(data, code, says):
    no = refused(data)
    assert no.code == code if code else no.code in ("photo_kind", "photo_broken")
    assert says in " ".join(no.messages)


def test_a_file_too_large_is_refused_unread(settings):
    settings.PHOTO_MAX_BYTES = 1024 * 1024
    assert refused(b"\xff" * (1024 * 1024 + 1)).code == "photo_too_large"


def test_what_hides_behind_a_picture_is_not_kept():
    hidden = b"<script>alert(1)</script>PK\x03\x04" + SECRET
    assert hidden not in images.made_anew(drawn_photo(200, 150) + hidden).data


@given(data=st.binary(max_size=400), cut=st.integers(0, 2000), flips=st.lists(st.integers(0, 4000), max_size=20))
def test_whatever_comes_in_is_a_new_picture_or_a_sentence(data, cut, flips):
    broken = bytearray(with_exif(3, width=120, height=90)[: cut + 600])
    for flip in flips:
        broken[flip % len(broken)] ^= 0x5A
    for sent in (data, bytes(broken), b"\xff\xd8\xff" + data, b"\x89PNG\r\n\x1a\n" + data, b"RIFF\0\0\0\0WEBP" + data):
        with contextlib.suppress(NotPossible):
            made = images.made_anew(sent)
            assert SECRET not in made.data
            assert opened(made.data).format == "JPEG"


# --- Blacked out ------------------------------------------------------------------------------------------------------


def test_what_is_covered_is_black_and_the_rest_is_not():
    made = images.covered(drawn_photo(400, 300, colour="yellow"), [(0.25, 0.25, 0.5, 0.5)])
    image = opened(made.data)
    assert max(image.getpixel((150, 110))) < 30
    assert min(image.getpixel((350, 20))[:2]) > 200


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "7", "[[1,2]]", "[[0,0,0,1]]", '["x"]', "[[0,0,NaN,1]]", "[" * 9000]
)
def test_a_rectangle_that_is_none_is_refused(text):
    with pytest.raises(NotPossible):
        images.boxes_of(text)


def test_a_rectangle_may_be_drawn_from_any_corner_and_beyond_the_edge():
    assert images.boxes_of(json.dumps([[0.5, 0.9, -3, 0.2]])) == [(0.0, 0.2, 0.5, 0.9)]
