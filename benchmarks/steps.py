"""The measurements, each run in a process of its own: `python -m benchmarks.steps NAME ARGUMENTS-AS-JSON RESULT-FILE`.

The environment says which database and which names in Redis are ours; `benchmarks.__main__` has made both for this run.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measuring import alternating, load, peak_memory_mb, seconds_of, spread

SLUG = "bench"
COORDINATOR = "samordnare@bench.example"

# What stands in the imported file's texts, so that the personal-data guard has something to read. No two are alike.
TEXTS = (
    "Krossad ruta vid porten, anmält kl %s.",
    "Klotter på fasaden mot gården, cirka %s kvadratdecimeter.",
    "Flera mopeder körde fort på gångvägen, tredje gången denna månad (%s).",
    "Nedskräpning och en eldad soptunna. Ärende %s hos entreprenören.",
    "Högljutt gäng utanför entrén till sent. Åtgärd begärd, nummer %s.",
    "Trasig belysning i garaget, plan %s.",
)
TEXT_SHARE = 0.6


def prepare(*, rows: int, years: int, seed: int, file: str) -> dict[str, Any]:
    """Generate the incidents, write them to a CSV file as a partner's system would, and leave the table empty."""
    from django.core.management import call_command
    from django.utils import timezone

    from incidents.models import Incident
    from partners.models import Collaboration, Membership, Organisation, User
    from partners.roles import Role

    call_command("migrate", interactive=False, verbosity=0)
    call_command("create_collaboration", SLUG, name="Mätning", stdout=sys.stderr)
    collaboration = Collaboration.objects.get(slug=SLUG)
    municipality = Organisation.objects.create(
        collaboration=collaboration, name="Kommunen", kind=Organisation.Kind.MUNICIPALITY
    )
    coordinator = User.objects.create(email=COORDINATOR, function="samordnare")
    Membership.objects.create(
        user=coordinator,
        organisation=municipality,
        collaboration=collaboration,
        role=Role.COORDINATOR,
        valid_from=timezone.localdate() - dt.timedelta(days=1),
    )
    took = seconds_of(
        lambda: call_command(
            "generate_incidents", SLUG, rows=rows, years=years, seed=seed, no_rebuild=True, stdout=sys.stderr
        )
    )
    stored = Incident.objects.filter(collaboration=collaboration).count()
    if stored != rows:
        raise SystemExit(f"generate_incidents made {stored} rows instead of {rows}.")
    _write_csv(Path(file))
    _empty_incidents()
    return {"generated_s": round(took, 3), "file_bytes": Path(file).stat().st_size, "rows_with_text_share": TEXT_SHARE}


def _sql(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return list(cursor.fetchall()) if cursor.description else []


def _empty_incidents() -> None:
    _sql("TRUNCATE incidents_incident, incidents_importbatch RESTART IDENTITY CASCADE")


def _write_csv(path: Path) -> None:
    """The rows in a partner's own words: local times, names of categories and places, six decimals."""
    from django.db import connection

    zone = "Europe/Stockholm"
    texts = "ARRAY[" + ", ".join(f"'{text}'" for text in TEXTS) + "]"
    query = f"""
        COPY (
          SELECT to_char(occurred_from AT TIME ZONE '{zone}',
                         CASE time_precision WHEN 'day' THEN 'YYYY-MM-DD' ELSE 'YYYY-MM-DD HH24:MI' END) AS "Datum",
                 CASE WHEN time_precision <> 'day' AND occurred_to < now()
                      THEN to_char(occurred_to AT TIME ZONE '{zone}', 'YYYY-MM-DD HH24:MI') END AS "Till datum",
                 c.name_sv AS "Kategori", round(i.lon::numeric, 6) AS "Longitud", round(i.lat::numeric, 6) AS "Latitud",
                 p.name AS "Plats",
                 CASE WHEN i.id % 10 < {round(10 * TEXT_SHARE)}
                      THEN replace(({texts})[1 + i.id % {len(TEXTS)}], '%s', (i.id % 9973)::text) END AS "Beskrivning"
          FROM incidents_incident i JOIN incidents_category c ON c.id = i.category_id
               LEFT JOIN areas_place p ON p.id = i.place_id
          ORDER BY i.id
        ) TO STDOUT (FORMAT csv, HEADER, DELIMITER ';')
    """
    connection.ensure_connection()
    with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(query) as copy:
        for piece in copy:
            file.write(piece)


def import_file(*, rows: int, rounds: int, file: str) -> dict[str, Any]:
    """Import the file through the whole pipeline into an empty collaboration, again and again."""
    from django.conf import settings

    from incidents.importing import actions
    from partners.models import Collaboration

    collaboration = Collaboration.objects.get(slug=SLUG)
    settings.IMPORT_MAX_BYTES = max(settings.IMPORT_MAX_BYTES, Path(file).stat().st_size)
    before_mb = peak_memory_mb()
    took, outcomes = [], []
    for _ in range(rounds):
        _empty_incidents()

        def work() -> None:
            _batch, outcome = actions.import_file(
                Path(file),
                profile=actions.profile_named("generic"),
                collaboration=collaboration,
                organisation_name="Kommunen",
            )
            outcomes.append(outcome)

        took.append(seconds_of(work))
    counts = {name: getattr(outcomes[-1], name) for name in ("rows", "stored", "refused", "unchanged", "texts_removed")}
    if counts["rows"] != rows or counts["stored"] < 0.99 * rows:
        kinds = outcomes[-1].kinds_of_refusal.most_common(3)
        raise SystemExit(f"The import did not take what was generated: {counts}, {kinds}")
    _sql("VACUUM ANALYZE incidents_incident")
    (database_bytes,) = _sql("SELECT pg_total_relation_size('incidents_incident')")[0]
    return {
        "rows_per_s": spread([rows / seconds for seconds in took]),
        "seconds": spread(took),
        **counts,
        "table_bytes": database_bytes,
        "memory_before_mb": before_mb,
    }


def circle() -> dict[str, Any]:
    """Who reports, what waits for review and a log with lines: what the pages of the weekly circle read."""
    from django.utils import timezone

    from benchmarks import circle as made

    return made.make(SLUG, today=timezone.localdate())


def _areas() -> tuple[Any, Any, list[Any]]:
    """The top, the area with most incidents, and all of them (the top last)."""
    from django.db.models import Count

    from areas.models import Area

    parts = list(
        Area.objects.filter(collaboration__slug=SLUG, children=None)
        .annotate(n=Count("incidents"))
        .order_by("-n", "pk")
        .select_related("collaboration", "parent")
    )
    top = Area.objects.select_related("collaboration").get(collaboration__slug=SLUG, parent=None)
    return top, parts[0], [*parts, top]


def rebuild(*, rounds: int) -> dict[str, Any]:
    """Rebuild one area's pictures (the area with most incidents) and those of all, as the worker does."""
    from django.core.cache import cache
    from django.db.models import F
    from django.utils import timezone

    from situational_picture.actions import carry_out_rebuild
    from situational_picture.models import Picture, Rebuild

    top, largest, areas = _areas()
    for area in areas:
        Rebuild.objects.update_or_create(
            area=area, defaults={"collaboration": area.collaboration, "wanted_at": timezone.now()}
        )
    before_mb = peak_memory_mb()

    def of(*chosen: Any) -> Callable[[], None]:
        def work() -> None:
            for area in chosen:
                if carry_out_rebuild(area.pk) != 1:
                    raise SystemExit(f"{area} was not rebuilt.")

        return work

    work = {"one": of(largest), "top": of(top), "all": of(*areas)}
    took: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds):
        for name in [*work][number % 3 :] + [*work][: number % 3]:
            # What areas share in a rebuild is worked out anew each time.
            cache.clear()
            Rebuild.objects.update(wanted=F("wanted") + 1, built=F("wanted"))
            took[name].append(seconds_of(work[name]))
    return {
        "one_area_s": spread(took["one"]),
        "top_s": spread(took["top"]),
        "all_areas_s": spread(took["all"]),
        "areas": len(areas) - 1,
        "rows_in_the_area": largest.n,
        "pictures": Picture.objects.count(),
        "memory_before_mb": before_mb,
    }


def aggregate(*, rounds: int, folder: str) -> dict[str, Any]:
    """The same three aggregations by PostgreSQL (the platform's table), DuckDB and pandas (a parquet of its rows)."""
    import duckdb
    import pandas as pd
    from django.db import connection

    from situational_picture import queries

    top, _largest, _all = _areas()
    parquet = Path(folder) / "rows.parquet"
    flat = Path(folder) / "rows.csv"
    connection.ensure_connection()
    copy_out = """
        COPY (SELECT category_id AS category, occurred_on AS day, time_precision = 'month' AS by_month, cell
              FROM incidents_incident WHERE status = 'approved' AND area_id IS NOT NULL) TO STDOUT (FORMAT csv, HEADER)
    """
    with flat.open("wb") as file, connection.cursor() as cursor, cursor.copy(copy_out) as copy:
        for piece in copy:
            file.write(piece)
    duck = duckdb.connect()
    duck.execute(f"COPY (SELECT * FROM read_csv('{flat}')) TO '{parquet}' (FORMAT parquet)")
    flat.unlink()

    def in_frame(sql: str, columns: list[str]) -> Callable[[], pd.DataFrame]:
        return lambda: pd.DataFrame.from_records(_sql(sql), columns=columns)

    def with_duckdb(select: str) -> Callable[[], pd.DataFrame]:
        return lambda: duck.execute(f"{select} FROM '{parquet}' GROUP BY ALL").df()

    def week_in_pandas() -> pd.DataFrame:
        rows = pd.read_parquet(parquet, columns=["category", "day"])
        week = pd.to_datetime(rows["day"]).dt.to_period("W-SUN").dt.start_time
        return rows.groupby(["category", week]).size().rename("count").reset_index()

    def cells_in_pandas() -> pd.DataFrame:
        rows = pd.read_parquet(parquet, columns=["cell"])
        return rows.groupby("cell").size().rename("count").reset_index()

    def days_in_pandas() -> pd.DataFrame:
        rows = pd.read_parquet(parquet, columns=["category", "day", "by_month"])
        return rows.groupby(["category", "day", "by_month"]).size().rename("count").reset_index()

    where = "FROM incidents_incident WHERE status = 'approved' AND area_id IS NOT NULL"
    tasks: dict[str, dict[str, Callable[[], pd.DataFrame]]] = {
        "events by category and week": {
            "platform": in_frame(
                f"SELECT category_id, date_trunc('week', occurred_on)::date, count(*) {where} GROUP BY 1, 2",
                ["category", "day", "count"],
            ),
            "duckdb": with_duckdb("SELECT category, date_trunc('week', day) AS day, count(*) AS count"),
            "pandas": week_in_pandas,
        },
        "events by hexagon": {
            "platform": in_frame(f"SELECT cell, count(*) {where} GROUP BY 1", ["cell", "count"]),
            "duckdb": with_duckdb("SELECT cell, count(*) AS count"),
            "pandas": cells_in_pandas,
        },
        "events by category and day, as a rebuild of the whole reads them": {
            "platform": lambda: queries.daily_counts(top),
            "duckdb": with_duckdb("SELECT category, day, by_month, count(*) AS count"),
            "pandas": days_in_pandas,
        },
    }
    result: dict[str, Any] = {}
    for name, contestants in tasks.items():
        answers = {who: _as_rows(work()) for who, work in contestants.items()}
        if len({frozenset(answer) for answer in answers.values()}) != 1:
            raise SystemExit(f"{name}: the three do not agree.")
        took = alternating(contestants, rounds=max(rounds, 5))
        middle = {who: spread(values) for who, values in took.items()}
        result[name] = {
            "groups": len(answers["platform"]),
            "seconds": middle,
            "platform_to_duckdb": round(middle["platform"]["median"] / middle["duckdb"]["median"], 2),
            "platform_to_pandas": round(middle["platform"]["median"] / middle["pandas"]["median"], 2),
        }
    result["parquet_bytes"] = parquet.stat().st_size
    return result


def _as_rows(frame: Any) -> list[tuple[str, ...]]:
    """The answer as texts that can be compared, whichever engine gave it."""
    texts = [frame[c].astype(str).str.slice(0, 10) if c == "day" else frame[c].astype(str) for c in sorted(frame)]
    return list(zip(*texts, strict=True))


def approve(*, rounds: int) -> dict[str, Any]:
    """Seconds from the approval of a report until the area's stored picture counts it, with a real worker."""
    from django.db.models import F
    from django.utils import timezone

    from incidents.actions import approve_incident, submit_incident
    from incidents.models import Category
    from incidents.rules import Report
    from partners.models import Organisation, User
    from situational_picture.models import Picture, Rebuild

    _top, area, _all = _areas()
    Rebuild.objects.update(built=F("wanted"))
    by = User.objects.get(email=COORDINATOR)
    organisation = Organisation.objects.get(collaboration__slug=SLUG, name="Kommunen")
    category = Category.objects.filter(
        collaboration__slug=SLUG, kind=Category.Kind.EVENT, children=None, is_sensitive=False
    ).first()
    point = area.boundaries.get(valid_to=None).polygon.representative_point()
    running = Picture.objects.filter(area=area, period_kind="month", version=0, period_end__gt=timezone.localdate())

    def counted() -> int:
        # Generated incidents end before today: until something is reported, the month that has just begun is empty.
        return int(running.values_list("figures__total__count", flat=True).first() or 0)

    def once() -> float:
        report = Report(
            category=category,
            occurred_from=timezone.now() - dt.timedelta(minutes=5),
            lon=round(point.x, 6),
            lat=round(point.y, 6),
            place_type="public",
        )
        incident = submit_incident(by=by, organisation=organisation, report=report).incident
        _wait_until(lambda: not Rebuild.objects.filter(built__lt=F("wanted")).exists(), "nothing waits")
        before = counted()
        started = time.perf_counter()
        approve_incident(incident=incident, by=by)
        _wait_until(lambda: counted() > before, "the picture counts the approved report")
        return time.perf_counter() - started

    command = [sys.executable, "-m", "celery", "-A", "est_platform", "worker", "--loglevel", "WARNING",
               "--without-gossip", "--without-mingle"]  # fmt: skip
    worker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True)
    try:
        once()  # the worker starts meanwhile
        return {"approved_to_picture_s": spread([once() for _ in range(rounds)])}
    finally:
        worker.terminate()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def _wait_until(is_so: Callable[[], bool], what: str, *, at_most: float = 120) -> None:
    deadline = time.monotonic() + at_most
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit(f"Waited {at_most:.0f} s in vain until {what}.")
        time.sleep(0.01)


def pages(*, rounds: int, requests: int) -> dict[str, Any]:
    """Server time and weight of the main pages, each for somebody who uses it."""
    from benchmarks import pages as measured

    _top, largest, _all = _areas()
    return measured.measure(SLUG, COORDINATOR, area=largest, rounds=rounds, requests=requests)


def versions() -> dict[str, Any]:
    """What it was measured with."""
    import importlib.metadata
    import platform

    import redis
    from django.conf import settings

    names = ("Django", "psycopg", "pandas", "numpy", "pyarrow", "duckdb", "celery", "shapely", "h3", "plotly")
    client = redis.Redis.from_url(settings.REDIS_URL.replace("redis+socket://", "unix://"))
    return {
        "python": platform.python_version(),
        "postgresql": _sql("SHOW server_version")[0][0],
        "redis": client.info("server")["redis_version"],
        **{name.lower(): importlib.metadata.version(name) for name in names},
    }


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "versions": versions,
    "prepare": prepare,
    "import": import_file,
    "circle": circle,
    "rebuild": rebuild,
    "aggregate": aggregate,
    "pages": pages,
    "approve": approve,
}


def main() -> None:
    """Run one step inside Django; the result goes to a file, so that anything may be printed meanwhile."""
    name, arguments, result = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "est_platform.settings")
    import django

    django.setup()
    load_before = load()
    answer = STEPS[name](**json.loads(arguments))
    answer |= {"peak_memory_mb": peak_memory_mb(), "load_before": load_before, "load_after": load()}
    Path(result).write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
