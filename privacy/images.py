"""What is in the file somebody sent, and the picture made anew of it. No database, no saving.

Nothing of the file that came in is kept but its pixels: they are turned upright, brought to sRGB, scaled down, put on
an empty sheet and written as a new JPEG. Position, time, camera, thumbnail, comments, and whatever was hidden behind
or inside the picture, stay behind.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageDraw, ImageFile, ImageOps

from common.errors import NotPossible

LONGEST_SIDE = 1600
SMALLEST_SIDE = 32
QUALITY = 82
# What the readers below are asked for; MPO is what several phones call their JPEG.
READ = ("JPEG", "PNG", "WEBP")
# A JPEG is scaled down while it is read, so a large one costs little; the others are unpacked whole.
MOST_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
# A profile that describes colours is some kilobytes; a larger one is something else.
LARGEST_PROFILE = 600_000
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
MOST_COVERS = 20

# A large picture takes a hundred megabytes while it is unpacked: each process unpacks one at a time.
_ONE_AT_A_TIME = threading.Lock()

# Half a picture must be refused, never filled up with grey.
assert not ImageFile.LOAD_TRUNCATED_IMAGES

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Made:
    """A picture made here: its bytes, its size and their hash."""

    data: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """The hash of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


def too_large(most_bytes: int | None = None) -> NotPossible:
    """The file is larger than what is taken in; `most_bytes` where less is taken in than in a form."""
    return NotPossible(
        _("The photo is larger than %(mb)s MB. Choose a smaller one, or take it again with a lower resolution.")
        % {"mb": (most_bytes or settings.PHOTO_MAX_BYTES) // (1024 * 1024)},
        code="photo_too_large",
    )


def _no(code: str, sentence: str) -> NotPossible:
    return NotPossible(sentence, code=code)


def made_anew(data: bytes) -> Made:
    """The picture in these bytes as a new JPEG, at most 1,600 pixels long; NotPossible says what to do instead."""
    if len(data) > settings.PHOTO_MAX_BYTES:
        raise too_large()
    if not data:
        raise _no("photo_empty", _("The photo is empty. Choose it again."))
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        raise _no(
            "photo_heic",
            _(
                "The photo is in the phone's own format (HEIC), which cannot be read here. Choose “most compatible” "
                "in the settings of the camera, or take a screenshot of the photo and choose that."
            ),
        )
    try:
        image = Image.open(io.BytesIO(data), formats=READ)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception:
        # Whatever a reader stumbles over, the answer is the same.
        raise _no(
            "photo_kind", _("This is no photo in JPEG, PNG or WebP. Choose a photo, or take a screenshot of it.")
        ) from None
    # Only the head has been read so far: what would fill the memory is refused before it is unpacked.
    if image.width * image.height > MOST_PIXELS.get(image.format or "", 0):
        raise _too_many_pixels()
    if min(image.size) < SMALLEST_SIDE or max(image.size) > 100 * min(image.size):
        raise _no("photo_too_small", _("The photo is too small to show anything. Choose another."))
    try:
        with _ONE_AT_A_TIME:
            upright = _read(image)
    except Exception:
        raise _no(
            "photo_broken", _("The photo cannot be read: the file seems to be damaged or cut off. Choose it again.")
        ) from None
    return _written(upright)


def _too_many_pixels() -> NotPossible:
    return _no("photo_pixels", _("The photo has too many pixels. Take it again with a lower resolution."))


def _read(image: Image.Image) -> Image.Image:
    """The pixels, upright, in sRGB and scaled, on a sheet that remembers nothing of the file."""
    profile = image.info.get("icc_profile")
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image = ImageOps.exif_transpose(image)
    image = _in_srgb(image, profile)
    sheet = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        sheet.paste(layer, mask=layer.getchannel("A"))
    else:
        sheet.paste(image.convert("RGB"))
    return sheet


def _in_srgb(image: Image.Image, profile: Any) -> Image.Image:
    """Phones write their own colours; without its profile such a picture would look washed out."""
    if not isinstance(profile, bytes) or len(profile) > LARGEST_PROFILE or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        output = "RGBA" if image.mode == "RGBA" else "RGB"
        changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=output)
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A profile that cannot be used says nothing about the picture: its colours are taken as they are.
        return image
    return changed or image


def _written(image: Image.Image) -> Made:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Made(out.getvalue(), image.width, image.height)


# --- Blacked out ------------------------------------------------------------------------------------------------------


def boxes_of(text: str) -> list[Box]:
    """The rectangles somebody has drawn, as shares of width and height: left, top, right, bottom."""
    sentence = _("Draw a rectangle over what is to be blacked out.")
    try:
        asked = json.loads(text)
        boxes = [tuple(float(value) for value in box) for box in asked]
    except (ValueError, TypeError, RecursionError):
        raise _no("no_boxes", sentence) from None
    found: list[Box] = []
    for box in boxes:
        if len(box) != 4 or not all(math.isfinite(value) for value in box):
            raise _no("no_boxes", sentence)
        left, right = sorted(min(max(value, 0.0), 1.0) for value in (box[0], box[2]))
        top, bottom = sorted(min(max(value, 0.0), 1.0) for value in (box[1], box[3]))
        if left < right and top < bottom:
            found.append((left, top, right, bottom))
    if not found or len(found) > MOST_COVERS:
        raise _no("no_boxes", sentence)
    return found


def covered(data: bytes, boxes: Sequence[Box] | Iterable[Box]) -> Made:
    """The picture with these rectangles blacked out: burned in, nothing lies under them."""
    with Image.open(io.BytesIO(data), formats=READ) as stored:
        image = stored.convert("RGB")
    draw = ImageDraw.Draw(image)
    for left, top, right, bottom in boxes:
        # A pixel more on each side, so that nothing shines through at the edge after it is written anew.
        draw.rectangle(
            (
                math.floor(left * image.width) - 1,
                math.floor(top * image.height) - 1,
                math.ceil(right * image.width) + 1,
                math.ceil(bottom * image.height) + 1,
            ),
            fill="black",
        )
    return _written(image)
