"""What the pages of the weekly circle need to be measured: who reports, who leads, what waits, and a log with lines.

Made after the import has been measured and before the rebuild is, so that the pictures carry their coverage.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

SECURITY_LEAD = "sakerhetsansvarig@bench.example"
DATA_PROTECTION = "dataskyddsombud@bench.example"
ROUNDS = 3
# Of the reports, every so many is of a unit; the others came in files that name none.
OF_A_UNIT = 10
# So many of the latest half-year's reports wait for review, or a fortieth of all where that is fewer.
WAITING, WAITING_DAYS = 5_000, 182
LINES = 50_000


def make(slug: str, *, today: dt.date) -> dict[str, Any]:
    """A unit for each area and some for all, people, reports that wait, and lines in the log."""
    from django.db.models import TextField
    from django.db.models.functions import MD5, Cast

    from areas.models import Area
    from incidents.models import Incident, ReportingUnit, Status
    from partners.models import Collaboration, Organisation, Unit

    collaboration = Collaboration.objects.get(slug=slug)
    reports = Incident.objects.filter(collaboration=collaboration)
    number = reports.count()
    first_day = reports.order_by("occurred_on").values_list("occurred_on", flat=True)[0]
    municipality = Organisation.objects.get(collaboration=collaboration, name="Kommunen")
    guards = Organisation.objects.create(
        collaboration=collaboration, name="Väktarbolaget", kind=Organisation.Kind.GUARD
    )
    areas = list(Area.objects.filter(collaboration=collaboration, children=None).order_by("pk"))
    names = [(municipality, f"Distrikt {area}", area) for area in areas]
    names += [(guards, f"Rond {n}", None) for n in range(1, ROUNDS + 1)]
    units = []
    for organisation, name, area in names:
        unit = Unit.objects.create(collaboration=collaboration, organisation=organisation, name=name)
        reporting = ReportingUnit.objects.create(collaboration=collaboration, unit=unit, valid_from=first_day)
        if area is not None:
            reporting.areas.add(area)
        units.append(unit)
    _sql(
        """
        UPDATE incidents_incident AS i SET unit_id = u.unit_id, organisation_id = u.organisation_id
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS u (unit_id, organisation_id, number)
        WHERE i.collaboration_id = %s AND i.id %% %s = 0 AND i.id / %s %% %s = u.number
        """,
        [u.pk for u in units], [u.organisation_id for u in units], list(range(len(units))),
        collaboration.pk, OF_A_UNIT, OF_A_UNIT, len(units),
    )  # fmt: skip
    waiting = min(WAITING, number // 40)
    # Spread over the days: were they the latest, the running periods would have nothing to show.
    recent = reports.filter(occurred_on__gte=today - dt.timedelta(days=WAITING_DAYS))
    some = recent.order_by(MD5(Cast("pk", TextField()))).values("pk")[:waiting]
    Incident.objects.filter(pk__in=some).update(status=Status.SUBMITTED, reviewed_at=None)
    _people(collaboration, municipality, today)
    _lines(collaboration, municipality)
    _sql("VACUUM ANALYZE incidents_incident, audit_event")
    return {"reporting_units": len(units), "waiting": waiting, "lines": LINES}


def _people(collaboration: Any, organisation: Any, today: dt.date) -> None:
    from partners.models import Membership, User
    from partners.roles import Role

    for email, function, role in (
        (SECURITY_LEAD, "säkerhetsansvarig", Role.SECURITY_LEAD),
        (DATA_PROTECTION, "dataskyddsombud", Role.DATA_PROTECTION),
    ):
        person = User.objects.create(email=email, function=function)
        Membership.objects.create(
            user=person,
            organisation=organisation,
            collaboration=collaboration,
            role=role,
            valid_from=today - dt.timedelta(days=1),
        )


def _lines(collaboration: Any, organisation: Any) -> None:
    """A year of somebody reading and approving."""
    _sql(
        """
        INSERT INTO audit_event (at, collaboration_id, actor_label, organisation_id, organisation_label, role, action,
                                 subject_type, subject_id, subject_label, details)
        SELECT now() - interval '365 days' * (1 - n / %s::float), %s, 'samordnare', %s, 'Kommunen', 'coordinator',
               CASE n %% 3 WHEN 0 THEN 'incident_approved' ELSE 'incident_read' END, 'incidents.incident', n::text,
               'H-' || n, '{}'::jsonb
        FROM generate_series(1, %s) AS n
        """,
        LINES, collaboration.pk, organisation.pk, LINES,
    )  # fmt: skip


def _sql(statement: str, *params: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
