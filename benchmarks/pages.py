"""Server time and weight of pages: requests within this process, through every middleware, as somebody signed in.

What is left out is only the way over the wire and gunicorn's own work. Django's test client calls the same handler as
the web server does; the session, the database, the cache, templates and compression are the real ones.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from benchmarks import causes, circle, council, plans
from benchmarks.measuring import percentile, summed_up

HOW = (
    "Django's test client in the same process: the whole middleware stack, a real session, database and cache; "
    "without network and gunicorn. Signed in as the coordinator, who sees all areas; to own places as a security lead, "
    "to the council's page as the council, to the log as the data protection officer, to a public promise as nobody."
)
# What a browser says it understands.
ACCEPT = {"HTTP_ACCEPT_ENCODING": "gzip, br", "HTTP_HOST": "localhost"}

_IN_PAGE = re.compile(r"""(?:src|href|data-[a-z-]+)=["'](/[^"'#]+)["']""")
_IN_CSS = re.compile(r"""url\(["']?([^"')]+)["']?\)|@import\s+["']([^"']+)["']""")
_IN_MODULE = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")


@dataclass(frozen=True)
class Asked:
    """A page to ask for, and which of DESIGN's budgets it belongs to."""

    name: str
    url: str
    kind: str  # picture, list, panel, plan or council
    has_map_or_chart: bool = False
    is_page: bool = True
    # Who asks for it; the coordinator where nobody is named, and nobody where it is `NOBODY`.
    email: str = ""


NOBODY = "nobody"


def measure(slug: str, email: str, *, area: Any, rounds: int, requests: int) -> dict[str, Any]:
    """Ask for every page in turns: `rounds` times `requests` requests a page."""
    from django.test import Client

    import est_platform.wsgi  # noqa: F401  as a web worker begins
    from partners.models import User

    asked = list(_pages(slug, area, email))
    clients = {who: Client() for who in {page.email or email for page in asked}}
    for who, client in clients.items():
        if who != NOBODY:
            client.force_login(User.objects.get(email=who))
    for page in asked:  # templates, static file names and connections are there from the second request on
        _ask(clients[page.email or email], page.url)
    took: dict[str, list[list[float]]] = {page.name: [] for page in asked}
    cpu: dict[str, list[float]] = {page.name: [] for page in asked}
    for number in range(rounds):
        for page in asked:
            took[page.name].append([])
        for _ in range(requests):
            for page in asked[number % len(asked) :] + asked[: number % len(asked)]:
                client = clients[page.email or email]
                started, cpu_started = time.perf_counter(), time.process_time()
                _ask(client, page.url)
                took[page.name][-1].append(time.perf_counter() - started)
                cpu[page.name].append(1000 * (time.process_time() - cpu_started))
    files: dict[str, dict[str, Any]] = {}
    return {
        "how": HOW,
        "pages": {
            page.name: {
                "url": page.url,
                "kind": page.kind,
                **summed_up(took[page.name]),
                # The part that is Python's and does not depend on what else the machine does.
                "cpu_p50_ms": round(percentile(cpu[page.name], 50), 2),
                "queries": _queries(client, page.url),
                **(_weight(client, page, files) if page.is_page else {"transferred": _one(client, page.url)}),
            }
            for page, client in ((page, clients[page.email or email]) for page in asked)
        },
        "files_not_cacheable": sorted(url for url, file in files.items() if not file["is_cacheable"]),
    }


def _pages(slug: str, area: Any, email: str) -> Iterable[Asked]:
    from django.urls import reverse
    from django.utils import timezone

    from incidents.models import Category, Incident

    today = timezone.localdate()
    most = (
        Incident.objects.filter(area=area).values_list("category", flat=True).order_by("category")
    )  # the index gives them grouped
    category = Category.objects.get(pk=most[len(most) // 2])
    picture = reverse("picture", args=[slug, area.slug])
    top = reverse("picture", args=[slug, area.parent.slug])
    month = f"?kind=month&period={today:%Y-%m}"
    listed = reverse("incident_list", args=[slug])
    drawn = reverse("incident_map", args=[slug])
    chosen = f"?category={category.code}&area={area.slug}&since={today - dt.timedelta(days=365)}&until={today}"
    yield Asked("picture of the area with most incidents, as it opens", picture, "picture", has_map_or_chart=True)
    yield Asked("picture of the running month", picture + month, "picture", has_map_or_chart=True)
    yield Asked("picture of the whole", top, "picture", has_map_or_chart=True)
    yield Asked("where the areas stand", reverse("picture_list", args=[slug]), "panel", has_map_or_chart=True)
    yield Asked("hexagons of the picture", reverse("picture_hexagons", args=[slug, area.slug]), "panel", is_page=False)
    yield Asked("reports, unfiltered", listed, "list", has_map_or_chart=True)
    yield Asked("reports of a category, an area and a year", listed + chosen, "list", has_map_or_chart=True)
    yield Asked("map of the reports, unfiltered", drawn, "panel", is_page=False)
    yield Asked("map of the reports of a category, an area and a year", drawn + chosen, "panel", is_page=False)
    yield Asked("areas", reverse("area_list", args=[slug]), "page", has_map_or_chart=True)
    yield Asked("categories", reverse("category_list", args=[slug]), "page")
    queue = reverse("review_queue", args=[slug])
    yield Asked("review, oldest first", queue, "list", has_map_or_chart=True)
    yield Asked("review, what is unusual", queue + "?sort=unusual", "list", has_map_or_chart=True)
    yield Asked("who has reported", reverse("coverage", args=[slug]), "list")
    yield Asked("own places", reverse("own_places", args=[slug]), "list", email=circle.SECURITY_LEAD)
    yield Asked("log", reverse("log", args=[slug]), "list", email=circle.DATA_PROTECTION)
    yield Asked("writing a picture", reverse("picture_write", args=[slug, area.slug]), "page", has_map_or_chart=True)
    pdf = reverse("picture_pdf", args=[slug, area.slug])
    analysis = causes.make(slug, area)
    opened = f"?cause={analysis.causes.order_by('pk')[0].pk}"
    address = reverse("analysis", args=[slug, analysis.problem.number])
    yield Asked("analysis of 300 causes and 1,000 pieces of evidence", address + opened, "panel")
    yield Asked("picture as PDF, made before", pdf, "page", is_page=False)
    plan, promise = plans.make(slug, area, analysis, email)
    public = reverse("public_promise", args=[slug, area.slug, promise.public_number])
    table = reverse("plan", args=[slug, plan.number])
    yield Asked("plan with 300 measures and 1,000 parts, as a table", table, "plan")
    yield Asked("ledger of 10,000 commitments", reverse("commitment_ledger", args=[slug]), "plan")
    yield Asked("list of 10,000 commitments", reverse("commitment_list", args=[slug]), "plan")
    yield Asked("my work, for somebody with 200 tasks", reverse("my_work", args=[slug]), "plan")
    yield Asked("public promise", public, "plan", email=NOBODY)
    page = reverse("council_page", args=[slug])
    yield Asked("the council's page", page, "council", email=council.make(slug))


def _ask(client: Any, url: str) -> Any:
    response = client.get(url, **ACCEPT)
    if response.status_code != 200:
        raise SystemExit(f"{url} answered {response.status_code}.")
    if response.streaming:
        response.body = b"".join(response.streaming_content)
    else:
        response.body = response.content
    return response


def _queries(client: Any, url: str) -> int:
    """How often the page asks the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        _ask(client, url)
    return len(captured)


def _one(client: Any, url: str) -> int:
    """Bytes over the wire without headers, compressed if the platform compresses it."""
    return len(_ask(client, url).body)


def _text_of(response: Any) -> str:
    body = response.body
    match response.get("Content-Encoding"):
        case "gzip":
            body = gzip.decompress(body)
        case "br":
            import brotli

            body = brotli.decompress(body)
    return str(body.decode("utf-8", errors="replace"))


def _weight(client: Any, page: Asked, files: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What a browser fetches for the page: itself, and every file it names, directly or through style and modules."""
    from django.conf import settings

    response = _ask(client, page.url)
    text = _text_of(response)
    static = "/" + settings.STATIC_URL.strip("/") + "/"
    waiting, data = [], 0
    for url in dict.fromkeys(_IN_PAGE.findall(text)):
        url = url.replace("&amp;", "&")
        if url.startswith(static):
            waiting.append(url)
        elif url.split("?")[0].endswith((".geojson", ".json")):
            data += _one(client, url)
    seen: set[str] = set()
    while waiting:
        url = urlsplit(waiting.pop()).path
        if url in seen:
            continue
        seen.add(url)
        if url not in files:
            files[url] = _file(client, url, static)
        waiting += files[url]["names"]
    static_bytes = sum(files[url]["bytes"] for url in seen)
    return {
        "has_map_or_chart": page.has_map_or_chart,
        "document_bytes": len(response.body),
        "document_is_compressed": bool(response.get("Content-Encoding")),
        "document_bytes_if_gzipped": len(gzip.compress(text.encode(), 6)),
        "data_bytes": data,
        "static_bytes": static_bytes,
        "transferred": len(response.body) + data + static_bytes,
    }


def _file(client: Any, url: str, static: str) -> dict[str, Any]:
    response = _ask(client, url)
    names: list[str] = []
    if url.endswith((".css", ".js", ".mjs")) and "plotly" not in url and "maplibre" not in url:
        found = _IN_CSS if url.endswith(".css") else _IN_MODULE
        for match in found.finditer(_text_of(response)):
            name = next(group for group in match.groups() if group)
            if not name.startswith(("data:", "http:", "https:", "#")):
                names.append(urljoin(url, name))
    return {
        "bytes": len(response.body),
        "is_cacheable": "max-age" in response.get("Cache-Control", "") and "max-age=0" not in response["Cache-Control"],
        "names": [name for name in names if name.startswith(static)],
    }
