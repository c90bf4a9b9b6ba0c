"""What the agenda writes by itself: what is late, stands out, is missing, is not known, or waits for this group.

Each source gives its deviations for the areas of a group, as somebody who may read them. A deviation has a key that
stays the same while it lasts, so that a matter that was postponed is the same one at the next meeting.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.commitments import presenters as commitments
from action_plans.commitments.lines import rules_of, shown_until
from action_plans.models import Commitment, CommitmentState, Measure, MeasureState, Plan, PlanVersion
from action_plans.rules import IN_FORCE, latest_overdue_day
from areas.access import circle_area_ids, descendants
from areas.models import Area, GroupArea
from cause_analysis.knowing.presenters import gap_words
from cause_analysis.models import KnowledgeGap, Problem, State
from councils.models import Decision, Escalation, Outcome, Section
from councils.models.meetings import LONGEST_TITLE
from followup.evaluations.presenters import subject_of
from followup.evaluations.queries import with_row
from followup.models import Evaluation
from followup.progress.queries import silent_measures
from incidents.coverage import answers
from incidents.coverage.deadlines import closed_period, rhythm_of
from partners.models import Group, GroupMember, Level
from situational_picture.models import Picture
from situational_picture.period_names import period_short_name
from situational_picture.presenters import category_name
from situational_picture.priorities import newest_published
from situational_picture.protecting import NO_SENSITIVE
from situational_picture.writing import Written

# Of one source, so many are named one by one; the rest stand in one line that leads to the list.
NAMED = 8
COMING_DAYS = 14
# What is due so soon is taken up before it is late.
SOON_DAYS = 14
# A no that is older is known to all.
NO_NEWS_DAYS = 60


@dataclass(frozen=True)
class Deviation:
    """One thing to take up: where on the agenda, its key, what it is called and what it is about."""

    section: Section
    key: str
    title: str
    about_kind: str = ""
    about_id: int | None = None
    area_id: int | None = None
    # One of many: it lasts, and stands in the line that says how many more there are.
    is_folded: bool = False


@dataclass(frozen=True)
class Asked:
    """For whom the agenda is written: as whom it is read, the group, its areas and the day."""

    user: Any
    group: Group
    area_ids: frozenset[int]
    today: dt.date
    # The areas to whose circle everybody in the group belongs: what protects small counts is kept from the others.
    circle: frozenset[int]


def areas_of(group: Group) -> frozenset[int]:
    """The areas a group works with, and what they consist of; all of the collaboration's where none is chosen."""
    chosen = list(GroupArea.objects.filter(group=group).values_list("area", flat=True))
    if chosen:
        return frozenset(descendants(group.collaboration_id, chosen))
    return frozenset(Area.objects.filter(collaboration=group.collaboration_id).values_list("pk", flat=True))


def circle_of(group: Group, area_ids: frozenset[int], today: dt.date) -> frozenset[int]:
    """The areas to whose circle every seat of the group belongs, and every deputy; none for the highest level."""
    if group.level == Level.STRATEGIC:
        return frozenset()
    common = set(area_ids)
    seats = GroupMember.objects.in_force(today).filter(group=group)
    for seat in seats.select_related("membership__user", "deputy__user"):
        for membership in (seat.membership, seat.deputy):
            own = circle_area_ids(membership.user, group.collaboration_id) if membership else None
            if own is not None:
                common &= own
    return frozenset(common)


def deviations(user: Any, group: Group, today: dt.date) -> list[Deviation]:
    """All that a meeting of the group takes up by itself today, in the order of the agenda."""
    return [one for one in noticed(user, group, today) if not one.is_folded]


def noticed(user: Any, group: Group, today: dt.date) -> list[Deviation]:
    """The same with those that are only counted."""
    area_ids = areas_of(group)
    asked = Asked(user, group, area_ids, today, circle_of(group, area_ids, today))
    found: dict[str, Deviation] = {}
    for source in _SOURCES[Level(group.level)]:
        for one in source(asked):
            # The same event written twice in a picture is one.
            found.setdefault(one.key, one)
    order = {section: number for number, section in enumerate(Section)}
    return sorted(found.values(), key=lambda one: order[one.section])


def no_longer(title: str) -> str:
    """What a matter is called when what was noticed has ended: the group still says what came of it."""
    words = _("No longer so: %(title)s")
    return title if title.startswith(words % {"title": ""}) else _title(words % {"title": title})


def _title(text: str) -> str:
    return Truncator(text).chars(LONGEST_TITLE)


def _named(found: Sequence[Deviation], what: str, rest: Callable[[int], str]) -> Iterator[Deviation]:
    """The first ones, and a line for how many more there are: `what` is its key, and `rest` words it."""
    yield from found[:NAMED]
    yield from (replace(one, is_folded=True) for one in found[NAMED:])
    if (left := len(found) - NAMED) > 0:
        yield Deviation(found[NAMED].section, f"more {what}", rest(left))


# --- Since last time --------------------------------------------------------------------------------------------------


def _assignments(asked: Asked) -> Iterator[Deviation]:
    """What the group has given somebody to do and nobody has said is done."""
    rows = Decision.objects.filter(meeting__group=asked.group, outcome=Outcome.ASSIGNMENT, done_at=None)
    found = [
        Deviation(
            Section.LAST_DECISIONS,
            f"assignment {one.pk}",
            _title(
                _("%(number)s: %(text)s (%(who)s, by %(day)s)")
                % {
                    "number": one,
                    "text": Truncator(one.text).chars(110),
                    "who": one.organisation,
                    "day": date_format(one.due_on, "j F") if one.due_on else "–",
                }
            ),
            "decision",
            one.pk,
        )
        for one in rows.select_related("organisation").order_by("due_on", "pk")
    ]
    yield from _named(
        found, "assignments", lambda n: ngettext("%(n)s more assignment", "%(n)s more assignments", n) % {"n": n}
    )


# --- The situation ----------------------------------------------------------------------------------------------------


def _missing_reports(asked: Asked) -> Iterator[Deviation]:
    """Units that have not answered for the last period whose deadline has passed, area by area counted once."""
    now = timezone.now()
    period = closed_period(rhythm_of(asked.group.collaboration_id), now)
    units = [
        unit
        for unit in answers.reporting_units(asked.group.collaboration_id)
        if (areas := answers.area_ids_of(unit)) is None or areas & asked.area_ids
    ]
    if not units:
        return
    covered = answers.coverage(asked.group.collaboration_id, first_day=period.start, now=now, units=units)
    number = covered.periods.index(period) if period in covered.periods else -1
    silent = covered.missing(number) if number >= 0 else []
    if silent:
        # Which ones is for whoever keeps the rhythm to say: others see their own units only.
        words = ngettext(
            "%(number)s unit has not answered for %(period)s",
            "%(number)s units have not answered for %(period)s",
            len(silent),
        ) % {"number": len(silent), "period": period_short_name(period)}
        yield Deviation(Section.REPORTING, f"missing {period.code}", _title(words))


def _newest(asked: Asked) -> list[Picture]:
    pictures = newest_published(asked.user, asked.group.collaboration)
    return [one for one in pictures if one.area_id in asked.area_ids and one.period_start <= asked.today]


def _above_expected(asked: Asked) -> Iterator[Deviation]:
    """Areas whose newest published picture has more than was to be expected, and of what. No count is told."""
    pictures = {picture.pk: picture for picture in _newest(asked)}
    figures = Picture.objects.filter(pk__in=pictures, figures__isnull=False).values_list("pk", "figures")
    found = []
    for pk, stored in figures.order_by("area__name", "pk"):
        data = stored or {}
        picture = pictures[pk]
        hidden, is_total_hidden = _hidden(asked, picture.area_id, data)
        rows = [
            row
            for row in data.get("categories", ())
            if row["judgement"] == "more" and not row["is_sensitive"] and row["category"] not in hidden
        ]
        words = {"area": picture.area.name, "period": period_short_name(picture.period)}
        for row in rows:
            found.append(
                Deviation(
                    Section.PICTURE,
                    f"above {picture.area_id} {row['category']}",
                    _title(
                        _("%(area)s: more than expected of %(category)s (%(period)s)")
                        % {**words, "category": category_name(row).lower()}
                    ),
                    "picture",
                    pk,
                    picture.area_id,
                )
            )
        if not rows and not is_total_hidden and data.get("total", {}).get("judgement") == "more":
            title = _title(_("%(area)s: more than expected in all (%(period)s)") % words)
            key = f"above {picture.area_id} all"
            found.append(Deviation(Section.PICTURE, key, title, "picture", pk, picture.area_id))
    yield from _named(found, "above", lambda n: ngettext("%(n)s more stands out", "%(n)s more stand out", n) % {"n": n})


def _hidden(asked: Asked, area_id: int, figures: Mapping[str, Any]) -> tuple[set[Any], bool]:
    """Which categories' judgements stay within the circle with their small counts, and whether the total's does."""
    if area_id in asked.circle:
        return set(), False
    decided = (figures.get("protection") or {}).get(NO_SENSITIVE)
    if decided is None:
        return {row["category"] for row in figures.get("categories", ())}, True
    return set(decided["categories"]), bool(decided["total"])


def _places_above(asked: Asked) -> Iterator[Deviation]:
    """Places where more happened than was to be expected, by the newest published picture of their area.

    Outside the circle no place is judged: there the counts are small.
    """
    pictures = {picture.pk: picture for picture in _newest(asked)}
    figures = Picture.objects.filter(pk__in=pictures, figures__isnull=False).values_list("pk", "figures__places")
    found = []
    for pk, rows in figures.order_by("area__name", "pk"):
        picture = pictures[pk]
        for row in rows or ():
            if picture.area_id not in asked.circle:
                break
            if row["verdict"] == "more" and row["place"] and row["name"]:
                words = {"place": row["name"], "area": picture.area.name, "period": period_short_name(picture.period)}
                title = _title(_("%(place)s, %(area)s: more than expected (%(period)s)") % words)
                key = f"above place {row['place']}"
                found.append(Deviation(Section.PICTURE, key, title, "place", row["place"], picture.area_id))
    yield from _named(found, "places", lambda n: ngettext("%(n)s more place", "%(n)s more places", n) % {"n": n})


def _coming(asked: Asked) -> Iterator[Deviation]:
    """What the newest pictures say will happen during the next two weeks."""
    until = asked.today + dt.timedelta(days=COMING_DAYS)
    for picture in _newest(asked):
        for event in Written.of(picture).coming_events:
            if asked.today <= event.day <= until:
                mark = hashlib.sha256(f"{event.what} {event.place}".encode()).hexdigest()[:12]
                where = f", {event.place}" if event.place else ""
                yield Deviation(
                    Section.COMING,
                    f"coming {picture.area_id} {event.day} {mark}",
                    _title(f"{date_format(event.day, 'j F')}: {event.what}{where}"),
                    "picture",
                    picture.pk,
                    picture.area_id,
                )


# --- Why --------------------------------------------------------------------------------------------------------------


def _knowledge_gaps(asked: Asked) -> Iterator[Deviation]:
    """What nobody knows and somebody was to find out by now or soon, or nobody has been given."""
    rows = KnowledgeGap.objects.visible_to(asked.user).filter(
        closed_at=None, analysis__problem__area__in=asked.area_ids
    )
    soon = asked.today + dt.timedelta(days=SOON_DAYS)
    found = [
        Deviation(
            Section.WHY,
            f"gap {gap.pk}",
            _title(_("We do not know: %(text)s") % {"text": gap_words(gap)}),
            "gap",
            gap.pk,
            gap.analysis.problem.area_id,
        )
        for gap in rows.select_related("analysis__problem").order_by("due_on", "pk")
        if gap.due_on is None or gap.due_on <= soon
    ]
    yield from _named(
        found, "gaps", lambda n: ngettext("%(n)s more knowledge gap", "%(n)s more knowledge gaps", n) % {"n": n}
    )


def _not_analysed(asked: Asked) -> Iterator[Deviation]:
    """Problems that were chosen and of which nobody has said why they happen."""
    rows = Problem.objects.visible_to(asked.user).filter(area__in=asked.area_ids, state=State.PRIORITISED)
    found = [
        Deviation(
            Section.WHY,
            f"unanalysed {problem.pk}",
            _title(_("%(problem)s is chosen, and nobody has said why it happens") % {"problem": problem.title}),
            "problem",
            problem.pk,
            problem.area_id,
        )
        for problem in rows.defer("figures").order_by("pk")
    ]
    yield from _named(found, "problems", lambda n: ngettext("%(n)s more problem", "%(n)s more problems", n) % {"n": n})


# --- Measures and promises --------------------------------------------------------------------------------------------


def _to_decide(asked: Asked) -> Iterator[Deviation]:
    """Measures that somebody has proposed."""
    rows = _measures(asked).filter(state=MeasureState.PROPOSED).order_by("position", "number")
    found = [_about(one, "proposed", _("To decide: %(measure)s")) for one in rows]
    yield from _named(
        found, "proposed", lambda n: ngettext("%(n)s more to decide", "%(n)s more to decide", n) % {"n": n}
    )


def _councils_to_decide(asked: Asked) -> Iterator[Deviation]:
    """What only the highest level decides: plans of which no version is decided, and measures on its own level."""
    decided = PlanVersion.objects.filter(plan=OuterRef("pk"))
    plans = Plan.objects.visible_to(asked.user).filter(
        ~Exists(decided), area__in=asked.area_ids, last_day__gte=asked.today
    )
    found = [
        Deviation(
            Section.MEASURES,
            f"plan {plan.pk} undecided",
            _title(_("To decide: the plan %(plan)s") % {"plan": plan.title}),
            "plan",
            plan.pk,
            plan.area_id,
        )
        for plan in plans.order_by("area__name", "number")
    ]
    rows = _measures(asked).filter(state=MeasureState.PROPOSED, level=Level.STRATEGIC).order_by("position", "number")
    found += [_about(one, "proposed", _("To decide: %(measure)s")) for one in rows]
    yield from _named(
        found, "proposed", lambda n: ngettext("%(n)s more to decide", "%(n)s more to decide", n) % {"n": n}
    )


def _late_measures(asked: Asked) -> Iterator[Deviation]:
    """Measures in force whose day has passed, and those of which nobody has told anything for long."""
    rows = _measures(asked)
    late = list(rows.filter(state__in=IN_FORCE, due_on__lte=latest_overdue_day(asked.today)).order_by("due_on", "pk"))
    found = [_about(one, "late", _("Not done in time: %(measure)s")) for one in late]
    known = {one.pk for one in late}
    silent = silent_measures(asked.group.collaboration, asked.today).filter(pk__in=rows.values("pk"))
    for one in silent.select_related("plan"):
        if one.pk not in known:
            found.append(_about(one, "silent", _("No news for long: %(measure)s")))
    yield from _named(found, "measures", lambda n: ngettext("%(n)s more measure", "%(n)s more measures", n) % {"n": n})


def _measures(asked: Asked) -> Any:
    rows = Measure.objects.visible_to(asked.user).filter(plan__area__in=asked.area_ids, removed_at=None)
    return rows.select_related("plan")


def _about(measure: Measure, what: str, words: str) -> Deviation:
    title = _title(words % {"measure": measure.title})
    return Deviation(
        Section.MEASURES, f"measure {measure.pk} {what}", title, "measure", measure.pk, measure.plan.area_id
    )


def _late_commitments(asked: Asked) -> Iterator[Deviation]:
    """What was promised and is not in time, and what was asked and has got a no.

    As in the ledger, what others have answered is told some days later, and not the same morning.
    """
    rows = Commitment.objects.visible_to(asked.user).filter(area__in=asked.area_ids)
    shown = shown_until(rules_of(asked.group.collaboration), timezone.now())
    day = min(asked.today, timezone.localdate(shown))
    late = rows.filter(state=CommitmentState.ACCEPTED, due_on__lte=latest_overdue_day(day))
    since = asked.today - dt.timedelta(days=NO_NEWS_DAYS)
    declined = rows.filter(
        state=CommitmentState.DECLINED, measure__isnull=True, answered_at__date__gte=since, answered_at__lte=shown
    )
    found = [
        _commitment(one, "late", _("Not in time: %(who)s, %(text)s"))
        for one in late.select_related("asked_of").order_by("due_on", "pk")
    ]
    found += [
        _commitment(one, "declined", _("Declined: %(who)s, %(text)s"))
        for one in declined.select_related("asked_of").order_by("answered_at", "pk")
    ]
    yield from _named(
        found, "commitments", lambda n: ngettext("%(n)s more commitment", "%(n)s more commitments", n) % {"n": n}
    )


def _commitment(one: Commitment, what: str, words: str) -> Deviation:
    said = words % {"who": one.asked_of.name, "text": one.text}
    title = _title(f"{commitments.name_of(one)} {said}")
    return Deviation(Section.MEASURES, f"commitment {one.pk} {what}", title, "commitment", one.pk, one.area_id)


# --- Results ----------------------------------------------------------------------------------------------------------


def _evaluations(asked: Asked) -> Iterator[Deviation]:
    """Evaluations whose day has come and that no group has adopted."""
    rows = Evaluation.objects.visible_to(asked.user).filter(
        plan__area__in=asked.area_ids, adopted_at=None, due_on__lte=asked.today
    )
    found = [
        Deviation(
            Section.RESULTS,
            f"evaluation {one.pk}",
            _title(_("Did it work? %(measure)s") % {"measure": subject_of(one)}),
            "evaluation",
            one.pk,
            one.plan.area_id,
        )
        for one in with_row(rows).order_by("due_on", "pk")
    ]
    yield from _named(
        found, "evaluations", lambda n: ngettext("%(n)s more evaluation", "%(n)s more evaluations", n) % {"n": n}
    )


# --- Questions between levels -----------------------------------------------------------------------------------------


def _asked_of_us(asked: Asked) -> Iterator[Deviation]:
    """Questions of another level that wait for this group's answer, those due first."""
    rows = Escalation.objects.visible_to(asked.user).open().filter(to_group=asked.group)
    found = [
        _question(Section.ESCALATIONS, f"escalation {one.pk}", _("%(who)s asks: %(text)s"), one, one.from_group)
        for one in rows.select_related("from_group").order_by("answer_by", "pk")
    ]
    yield from _named(
        found, "questions", lambda n: ngettext("%(n)s more question", "%(n)s more questions", n) % {"n": n}
    )


def _answered(asked: Asked) -> Iterator[Deviation]:
    """Answers to what this group asked, that it has not taken note of."""
    rows = Escalation.objects.visible_to(asked.user).answered_not_seen().filter(from_group=asked.group)
    for one in rows.select_related("to_group").order_by("answered_at", "pk"):
        words = _("%(who)s has answered: %(text)s")
        yield _question(Section.LAST_DECISIONS, f"answer {one.pk}", words, one, one.to_group)


def _question(section: Section, key: str, words: str, one: Escalation, group: Group) -> Deviation:
    title = _title(words % {"who": group.name, "text": one.question})
    return Deviation(section, key, title, "escalation", one.pk, one.area_id)


Source = Callable[[Asked], Iterable[Deviation]]
_EVERY: tuple[Source, ...] = (
    _assignments,
    _answered,
    _above_expected,
    _not_analysed,
    _late_measures,
    _late_commitments,
    _evaluations,
    _asked_of_us,
)
_CLOSE: tuple[Source, ...] = (_missing_reports, _places_above, _coming, _knowledge_gaps, _to_decide)
_SOURCES: dict[Level, tuple[Source, ...]] = {
    Level.TACTICAL: _EVERY + _CLOSE,
    Level.OPERATIVE: _EVERY + _CLOSE,
    # The council's time goes to what the areas' groups cannot settle.
    Level.STRATEGIC: (*_EVERY, _knowledge_gaps, _councils_to_decide),
}
