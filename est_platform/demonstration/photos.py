"""Photos with some of the reports: drawn here, of walls, windows and bins that are nobody's."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from incidents.models import Category, Incident, Status
from incidents.photos.actions import add_photo, approve_photo
from partners.models import Collaboration, User

WIDTH, HEIGHT = 1200, 900
# Pillow's own font has no å, ä and ö.
FONT = ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", 34)
# What a photo of the place or the damage says more about than words, and where people seldom end up in it.
TAKE_PHOTOS = ("SKA", "KLO", "NED", "FYS", "OTR")
# How many reports of each status get photos, the latest first, and whether somebody has looked at them already.
WAITING_WITH_PHOTOS = 2
WITH_PHOTOS = ((Status.SUBMITTED, WAITING_WITH_PHOTOS, False), (Status.APPROVED, 1, False), (Status.APPROVED, 4, True))


def load_photos(collaboration: Collaboration, people: dict[str, User], coordinator: User) -> int:
    """Let some categories take photos and give some reports one or two; return how many photos there are."""
    Category.objects.filter(collaboration=collaboration, code__in=TAKE_PHOTOS).update(takes_photos=True)
    rows = (
        Incident.objects.filter(collaboration=collaboration, reporter__in=people.values(), category__code__in=DRAWINGS)
        .exclude(place_type=Incident.PlaceType.PRIVATE)
        .select_related("category", "reporter")
        .order_by("-occurred_on", "-pk")
    )
    number, used = 0, set[int]()
    for status, reports, is_looked_at in WITH_PHOTOS:
        found = rows.filter(status=status, import_batch=None).exclude(pk__in=used)[:reports]
        for nth, incident in enumerate(found):
            used.add(incident.pk)
            for which in range(1 + (nth == 0)):
                number += 1
                data = drawn(incident.category.code, seed=number + which)
                reporter = incident.reporter
                assert reporter is not None  # asked for above
                sent = add_photo(incident=incident, by=reporter, data=data, client_uuid=uuid.UUID(int=number))
                if is_looked_at:
                    approve_photo(photo=sent.photo, by=coordinator)
    return number


def drawn(code: str, *, seed: int) -> bytes:
    """A drawing of what such a report is about, with the word for it in a corner."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (WIDTH, HEIGHT), (196, 190, 178))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 640, WIDTH, HEIGHT), fill=(122, 122, 118))
    DRAWINGS[code](draw, rng)
    draw.text((24, 20), "Exempelbild: inget här har hänt", fill=(40, 40, 40), font=FONT)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _between(rng: np.random.Generator, low: int, high: int) -> int:
    return int(rng.integers(low, high))


def _bricks(draw: ImageDraw.ImageDraw) -> None:
    for row, top in enumerate(range(80, 640, 40)):
        for left in range(-60 + 60 * (row % 2), WIDTH, 120):
            draw.rectangle((left, top, left + 116, top + 36), fill=(168, 98, 74), outline=(140, 80, 60))


def _scribble(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    _bricks(draw)
    for colour in ("#3a2fa0", "#0d7d6c"):
        x, y = 200 + rng.random() * 120, 250 + rng.random() * 200
        points = [(x, y)]
        for _step in range(26):
            x, y = x + 28, min(600.0, max(160.0, y + rng.uniform(-120, 120)))
            points.append((x, y))
        draw.line(points, fill=colour, width=16, joint="curve")


def _window(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    _bricks(draw)
    draw.rectangle((360, 160, 860, 600), fill=(70, 90, 104), outline=(235, 232, 224), width=22)
    hole = (560 + _between(rng, -60, 100), 360 + _between(rng, -60, 60))
    for _crack in range(18):
        end = (_between(rng, 382, 838), _between(rng, 182, 578))
        draw.line((hole, end), fill=(214, 226, 232), width=4)
    edge = [(hole[0] + _between(rng, -70, 70), hole[1] + _between(rng, -70, 70)) for _ in range(9)]
    draw.polygon(sorted(edge, key=lambda at: at[0]), fill=(22, 26, 30))


def _bags(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.rectangle((80, 300, 420, 700), fill=(54, 92, 70), outline=(34, 60, 46), width=8)
    for _bag in range(9):
        left, top = _between(rng, 440, 960), _between(rng, 560, 760)
        shade = _between(rng, 24, 70)
        draw.ellipse((left, top, left + 190, top + 130), fill=(shade, shade, shade + 4))
        draw.polygon([(left + 80, top), (left + 110, top), (left + 95, top + 30)], fill=(shade, shade, shade))


def _lamp(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    draw.rectangle((0, 80, WIDTH, 640), fill=(38, 44, 60))
    draw.line((600, 760, 600, 220), fill=(90, 92, 96), width=26)
    draw.ellipse((530, 150, 670, 250), fill=(60, 62, 66), outline=(120, 122, 126), width=8)
    for _star in range(40):
        x, y = _between(rng, 0, WIDTH), _between(rng, 90, 420)
        draw.ellipse((x, y, x + 4, y + 4), fill=(210, 214, 224))


DRAWINGS: dict[str, Callable[[ImageDraw.ImageDraw, np.random.Generator], None]] = {
    "KLO": _scribble,
    "SKA": _window,
    "NED": _bags,
    "FYS": _lamp,
    "OTR": _lamp,
}
