"""Load the two demonstration collaborations: all of it in one transaction, once, and never beside anybody else's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from analysis.periods import PeriodKind
from areas.models import Area, AreaScope, GroupArea
from audit.actions import record
from common.errors import NotPossible
from est_platform.demonstration import cast
from est_platform.demonstration.cast import BLACKPOOL, NORRKOPING
from est_platform.demonstration.causes import load_causes
from est_platform.demonstration.circle import go_round
from est_platform.demonstration.clock import at_ten
from est_platform.demonstration.escalations import load_escalations
from est_platform.demonstration.evaluation_plans import load_ward_measure
from est_platform.demonstration.evaluations import load_evaluations
from est_platform.demonstration.geography import load_geography
from est_platform.demonstration.incidents import load_incidents
from est_platform.demonstration.indicators import load_indicators
from est_platform.demonstration.inspections import load_inspections
from est_platform.demonstration.law import load_law
from est_platform.demonstration.meetings import Meetings, council_day
from est_platform.demonstration.news import put_news_on_its_days
from est_platform.demonstration.photos import load_photos
from est_platform.demonstration.pictures import text_for
from est_platform.demonstration.place_files import load_place_files
from est_platform.demonstration.plans import load_plan
from est_platform.demonstration.problems import CENTRE_BEFORE, GARAGE, WARD, load_problems
from est_platform.demonstration.progress import load_progress, propose_plan
from est_platform.demonstration.promises import load_promises
from est_platform.demonstration.reporting import load_reporting
from incidents.categories import create_default_categories
from incidents.changes import announce
from incidents.importing.actions import import_file, profile_named
from incidents.models import Incident
from incidents.reading import note_export, note_reading
from partners import retention
from partners.actions import create_collaboration
from partners.models import Collaboration, Group, GroupMember, Membership, Organisation, Purge, Unit, User
from partners.retention_actions import change_rule, place_hold
from situational_picture.actions import carry_out_rebuild, publish_picture, send_for_review, write_picture
from situational_picture.models import Picture

SEED = 2016
BLACKPOOL_FILE = Path(__file__).parent / "data" / "incidents" / "blackpool_street_2019-12_2022-10.parquet"

# West, south, east, north: beyond it a point in a report or a file is a mistake.
COLLABORATIONS = {
    NORRKOPING: ("Norrköping", (15.55, 58.38, 16.95, 58.90), Collaboration.Notice.INVENTED, "est_area"),
    BLACKPOOL: ("Blackpool", (-3.20, 53.70, -2.85, 53.95), Collaboration.Notice.OPEN_DATA, "ward"),
}
# Any number of our own: two loads at once take turns.
_LOCK = 20_162_026
_FROM = dt.date(2016, 1, 1)

Say = Callable[[str], None]


def is_loaded() -> bool:
    """Whether the demonstration is there; NotPossible where it cannot be loaded beside what is there."""
    notices = dict(Collaboration.objects.values_list("slug", "notice"))
    strangers = [
        slug for slug, notice in notices.items() if slug not in COLLABORATIONS or notice != COLLABORATIONS[slug][2]
    ]
    if strangers:
        raise NotPossible(
            f"The database holds another collaboration ({', '.join(sorted(strangers))}), and the demonstration is "
            "never loaded beside real ones. Use an empty database for it."
        )
    if notices and len(notices) < len(COLLABORATIONS):
        raise NotPossible(
            f"The database holds only a part of the demonstration ({', '.join(notices)}). Use an empty database."
        )
    return bool(notices)


@transaction.atomic
def load(*, seed: int, until: dt.date, say: Say) -> bool:
    """Load everything, or nothing at all; False when it is there already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    if is_loaded():
        return False
    here = {slug: _collaboration(slug) for slug in COLLABORATIONS}
    for collaboration in here.values():
        create_default_categories(collaboration)
        _partners(collaboration)
    load_geography(here[NORRKOPING], here[BLACKPOOL])
    people = _people(here)
    _groups(here, timezone.localdate())
    say(f"collaborations, areas and {len(people)} people")

    norrkoping, blackpool = here[NORRKOPING], here[BLACKPOOL]
    say(f"{load_place_files(norrkoping, until=until)} places with what they are like and who answers for them")
    rows = load_incidents(norrkoping, people, seed=seed, until=until)
    announce(norrkoping.pk, set(Area.objects.filter(collaboration=norrkoping).values_list("pk", flat=True)))
    say(f"{rows:,} invented incidents in {norrkoping} (seed {seed}, until {until})")
    coordinator = people[f"samordnare@{NORRKOPING}.example"]
    say(f"{load_inspections(norrkoping, people, until=until)} safety inspections and walks")
    say(f"{load_photos(norrkoping, people, coordinator)} drawn photos with some of them")
    _batch, outcome = import_file(
        BLACKPOOL_FILE,
        profile=profile_named("police_uk"),
        collaboration=blackpool,
        by=people[f"samordnare@{BLACKPOOL}.example"],
    )
    say(f"{outcome.stored:,} real incidents in {blackpool}, by the same import as any file")
    with connection.cursor() as cursor:
        # The planner knows nothing yet of the rows that have just come in.
        cursor.execute(f"ANALYZE {Incident._meta.db_table}")

    say(f"{load_reporting(norrkoping, people, seed=seed, until=until)} units that report, and what they have answered")
    main_areas = _main_areas(norrkoping) + _main_areas(blackpool)
    pictures = _pictures(main_areas)
    say(f"{pictures} situational pictures; the worker makes the others")
    say(f"{_publish(main_areas, people)} of them published")
    say(f"{go_round(norrkoping, people, until)} reports that came too late for one of these, and a picture to review")
    today = timezone.localdate()
    decided_on = council_day(today)
    meetings = Meetings(norrkoping, people, today=today)
    meetings.hold_until(at_ten(decided_on - dt.timedelta(days=1)))
    problems = load_problems(here, people, until=until)
    say(f"{len(problems)} problems, most of them described")
    causes, predictions = load_causes(here, people, problems, until=until)
    say(f"{causes} causes of those that come first, {predictions} of them tested against the reports")
    if planned := load_plan(norrkoping, people, problems, until=until):
        say(f"{planned} measures of a plan from 2018, and what came of them")
        proposed = propose_plan(norrkoping, people, problems.get(GARAGE), until=until, decided_on=decided_on)
        meetings.hold_until(at_ten(decided_on + dt.timedelta(days=1)), proposed)
        if proposed is not None:
            told = load_progress(people, proposed, until=until, decided_on=decided_on)
            say(f"{told} notes of how the measures of this autumn's plan go")
        promised = load_promises(norrkoping, people, problems.get(CENTRE_BEFORE), until=until)
        say(f"{promised} citizen promises: one in force, one that was kept in part, and a draft")
    followed = load_indicators(norrkoping, people, until=until)
    say(f"{followed} indicators beside the reports, and people counted in a square")
    if load_ward_measure(blackpool, people, problems.get(WARD)):
        say("a pretended measure in Blackpool, to be evaluated on real counts")
    if evaluated := load_evaluations(norrkoping, people, today=today):
        say(f"{evaluated} evaluations, two of them adopted and counted again each half year")
    meetings.hold_until(timezone.now())
    say(f"{meetings.held} meetings of two areas' groups and the council, with their minutes")
    say(f"{load_law(norrkoping, people, today=today)} decisions on what the law asks for")
    asked = load_escalations(norrkoping, people, problems.get(GARAGE), today=today)
    say(f"{asked} questions between the levels: answered, sent back, late and on their way")
    say(f"{_upkeep(norrkoping, people, until)} texts purged whose time is over, and some lines in the log")
    for collaboration in here.values():
        put_news_on_its_days(collaboration)
        record("demonstration_loaded", subject=collaboration, seed=seed, until=until.isoformat())
    return True


def _collaboration(slug: str) -> Collaboration:
    name, extent, notice, reporting_kind = COLLABORATIONS[slug]
    collaboration = create_collaboration(slug=slug, name=name, extent=extent, notice=notice)
    collaboration.reporting_kind = reporting_kind
    collaboration.save(update_fields=["reporting_kind"])
    return collaboration


# Whose imports have been looked at long enough. Others' rows wait for the coordinator.
_TRUSTED = {
    Organisation.Kind.MUNICIPALITY,
    Organisation.Kind.POLICE,
    Organisation.Kind.RESCUE,
    Organisation.Kind.OPEN_DATA,
}


def _partners(collaboration: Collaboration) -> None:
    for partner in cast.PARTNERS[collaboration.slug]:
        organisation = Organisation.objects.create(
            collaboration=collaboration,
            name=partner.name,
            kind=partner.kind,
            sharing=partner.sharing,
            is_trusted_for_import=partner.kind in _TRUSTED,
        )
        Unit.objects.bulk_create(
            Unit(collaboration=collaboration, organisation=organisation, name=name) for name in partner.units
        )


def _people(here: dict[str, Collaboration]) -> dict[str, User]:
    """Everybody who can sign in, with role and areas, by e-mail address."""
    # Hashing is slow on purpose, and everybody has the same published password.
    password = make_password(cast.PASSWORD)
    people = {}
    for sign_in in cast.SIGN_INS:
        collaboration = here[sign_in.collaboration]
        organisation = Organisation.objects.get(collaboration=collaboration, name=sign_in.organisation)
        unit = Unit.objects.get(organisation=organisation, name=sign_in.unit) if sign_in.unit else None
        person = User.objects.create(email=sign_in.email, function=sign_in.function, password=password)
        membership = Membership.objects.create(
            user=person, collaboration=collaboration, organisation=organisation, unit=unit, role=sign_in.role,
            valid_from=_FROM,
        )  # fmt: skip
        AreaScope.objects.bulk_create(
            AreaScope(collaboration=collaboration, membership=membership, area=area)
            for area in areas_called(collaboration, sign_in.areas)
        )
        people[sign_in.email] = person
    return people


def areas_called(collaboration: Collaboration, slugs: tuple[str, ...]) -> list[Area]:
    """The reporting areas with these slugs; a name of the cast that no area has is a mistake of ours."""
    areas = {
        area.slug: area for area in Area.objects.filter(collaboration=collaboration, kind=collaboration.reporting_kind)
    }
    return [areas[slug] for slug in slugs]


def _groups(here: dict[str, Collaboration], today: dt.date) -> None:
    """Groups by function, with a term of four years. They sit today, and met the year before."""
    begins, ends = dt.date(today.year - 2, 1, 1), dt.date(today.year + 2, 1, 1)
    members = {m.user.email: m for m in Membership.objects.select_related("user")}
    for seats in cast.GROUPS:
        collaboration = here[seats.collaboration]
        group = Group.objects.create(
            collaboration=collaboration, name=seats.name, level=seats.level, kind=seats.kind,
            communication_rules=seats.communication_rules,
        )  # fmt: skip
        GroupMember.objects.bulk_create(
            GroupMember(
                collaboration=collaboration, group=group, membership=members[email],
                deputy=members[deputy] if deputy else None, valid_from=begins, valid_to=ends,
            )
            for email, deputy in seats.members
        )  # fmt: skip
        GroupArea.objects.bulk_create(
            GroupArea(collaboration=collaboration, group=group, area=area)
            for area in areas_called(collaboration, seats.areas)
        )


def _main_areas(collaboration: Collaboration) -> list[Area]:
    """The whole and the areas somebody in the cast works in: what people open first."""
    theirs = {slug for s in cast.SIGN_INS if s.collaboration == collaboration.slug for slug in s.areas}
    return list(Area.objects.filter(Q(parent=None) | Q(slug__in=theirs), collaboration=collaboration))


def _pictures(areas: list[Area]) -> int:
    """Compute these areas' drafts now. The worker makes the others: their rebuilds are wanted and sent at the end."""
    for area in areas:
        carry_out_rebuild(area.pk)
    return Picture.objects.filter(area__in=areas).count()


def _publish(areas: list[Area], people: dict[str, User]) -> int:
    """Publish each area's last whole period of each kind, so that everybody has something to read."""
    published = 0
    for area in areas:
        coordinator = people[f"samordnare@{area.collaboration.slug}.example"]
        for kind in (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.TERTIAL):
            drafts = Picture.objects.filter(area=area, period_kind=kind, version=0, figures__isnull=False)
            whole = drafts.filter(period_end__lte=timezone.localdate()).order_by("-period_end").first()
            if whole is not None:
                text = text_for(whole)
                if text is None:
                    publish_picture(by=coordinator, picture=whole, is_sent_out=False)
                else:
                    # Written by one and approved by another, and told of by mail: as in real life.
                    analyst = people[f"analytiker@{area.collaboration.slug}.example"]
                    whole = write_picture(by=analyst, picture=whole, written=text, text_version=0)
                    publish_picture(by=coordinator, picture=send_for_review(by=analyst, picture=whole))
                published += 1
    return published


def _upkeep(collaboration: Collaboration, people: dict[str, User], until: dt.date) -> int:
    """Rules, a hold, a run and some readings, so that log and retention have something to show; how much was purged."""
    officer, coordinator = people[f"dataskyddsombud@{NORRKOPING}.example"], people[f"samordnare@{NORRKOPING}.example"]
    today = timezone.localdate()
    # Ten years of places are shown here, which a real collaboration would have purged to statistics.
    for code, days in (("points", 4018), ("texts", 730), ("import_files", 365)):
        kind = retention.kind_named(code)
        assert kind is not None
        change_rule(
            collaboration=collaboration, kind=kind, days=days, reason="Exempelbeslut 2026:1, exempeldata", by=officer
        )
    area = next(area for area in _main_areas(collaboration) if area.parent_id is not None)
    scope = next(one for one in retention.scopes() if one.code == "area")
    place_hold(
        collaboration=collaboration,
        scope=scope,
        subject=str(area.pk),
        first_day=today - dt.timedelta(days=1000),
        last_day=today - dt.timedelta(days=700),
        reason="Exempel: begäran om allmän handling 2026:14",
        ends_on=today + dt.timedelta(days=90),
        by=officer,
    )
    # As of the demonstration's last day: what it shows as waiting is not too old yet.
    run = retention.purge_collaboration(collaboration, today=until)
    rows = Incident.objects.filter(collaboration=collaboration).exclude(description="").order_by("-occurred_on", "-pk")
    for incident in rows.select_related("organisation")[:6]:
        note_reading(coordinator, incident, where="page")
    week = rows.filter(occurred_on__gt=until - dt.timedelta(days=7))
    note_export(coordinator, collaboration, week, purpose="meeting", purpose_words="EST-möte, exempeldata")
    return int(Purge.objects.filter(run=run, kind="texts").aggregate(total=Sum("number"))["total"] or 0)
