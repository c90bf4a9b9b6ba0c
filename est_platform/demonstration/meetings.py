"""The demonstration's meetings: a year of two areas' groups and four of the council, held as people hold them.

Each is opened on its day with the agenda that the platform writes, led through item by item and closed with its
minutes. What the groups took up of their own stands in `meeting_texts.py`; the council's last meeting decides the
garage's plan, and each of its decisions is the change in the plan.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from action_plans.commitments import actions as commitments
from areas.models import Area
from councils.meetings import leading
from councils.meetings.dates import moved, planned_days
from councils.meetings.planning import make_series
from councils.models import AgendaItem, Attendance, Cadence, Decision, Meeting, MeetingSeries, MeetingState, Outcome
from est_platform.demonstration.cast import NORRKOPING
from est_platform.demonstration.clock import Clock, at_ten, turned_to
from est_platform.demonstration.meeting_texts import COUNCIL, ESCALATED, HAGEBY, KLOCKARETORPET, NOTICED, Raised
from est_platform.demonstration.progress import Proposed
from partners.models import Collaboration, Group, Membership, Organisation, User

# The council met so long ago, and at the same rhythm three times before.
COUNCIL_AGO = dt.timedelta(days=78)
YEAR = dt.timedelta(days=364)
WEDNESDAY = 2


@dataclass(frozen=True)
class Rhythm:
    """How often a group meets: on which weekday (0 is Monday), when and where; and what it took up."""

    group: str
    name: str
    cadence: str
    weekday: int
    starts_at: dt.time
    length_min: int
    where: str
    is_held: bool = True
    raised: tuple[Raised, ...] = ()


RHYTHMS = (
    Rhythm(
        "EST-gruppen Klockaretorpet", "EST-möte Klockaretorpet", Cadence.FORTNIGHTLY, 1, dt.time(9), 45,
        "Lokalen, centrum", raised=KLOCKARETORPET,
    ),
    Rhythm(
        "EST-gruppen Hageby", "EST-möte Hageby", Cadence.FORTNIGHTLY, 1, dt.time(13), 45, "Mötesrummet i centrum",
        raised=HAGEBY,
    ),
    Rhythm("Chefsamrådet", "Chefsamråd", Cadence.TERTIAL, WEDNESDAY, dt.time(10), 90, "Rådhuset, stora salen",
           raised=COUNCIL),
    Rhythm(
        "Beredningsgruppen", "Beredningsmöte", Cadence.FORTNIGHTLY, 3, dt.time(9), 90, "Rådhuset, rum 3", is_held=False
    ),
)  # fmt: skip


def council_day(today: dt.date) -> dt.date:
    """The day of the council's last meeting, which decides the plan."""
    days = planned_days(Cadence.TERTIAL, _council_began(today))
    return moved(next(itertools.islice(days, 3, None)))


def _council_began(today: dt.date) -> dt.date:
    """Four meetings ago: the same weekday of the same month a year before."""
    last = today - COUNCIL_AGO
    return _weekday_from(last - YEAR, WEDNESDAY)


def _weekday_from(day: dt.date, weekday: int) -> dt.date:
    return day + dt.timedelta(days=(weekday - day.weekday()) % 7)


class Meetings:
    """The series and what the groups take up, held up to one moment after the other as the rest is loaded."""

    def __init__(self, here: Collaboration, people: Mapping[str, User], *, today: dt.date) -> None:
        self.here = here
        self.people = people
        self.coordinator = people[f"samordnare@{NORRKOPING}.example"]
        self.organisations = {one.name: one for one in Organisation.objects.filter(collaboration=here)}
        self.rhythms: dict[int, Rhythm] = {}
        self.told: dict[int, list[Raised]] = {}
        self.held = 0
        for rhythm in RHYTHMS:
            self._plan(rhythm, today)

    def _plan(self, rhythm: Rhythm, today: dt.date) -> None:
        first = _weekday_from(today - YEAR, rhythm.weekday)
        if rhythm.cadence == Cadence.TERTIAL:
            first = _council_began(today)
        elif not rhythm.is_held:
            first = _weekday_from(today, rhythm.weekday)
        group = Group.objects.get(collaboration=self.here, name=rhythm.group)
        with turned_to(at_ten(min(first, today) - dt.timedelta(days=7))):
            series = make_series(
                by=self.coordinator, group=group, name=rhythm.name, cadence=rhythm.cadence, first_on=first,
                starts_at=rhythm.starts_at, length_min=rhythm.length_min, where=rhythm.where,
            )  # fmt: skip
        if rhythm.is_held:
            self.rhythms[series.pk] = rhythm
            self.told[series.pk] = []

    def hold_until(self, until: dt.datetime, proposed: Proposed | None = None) -> None:
        """Hold each group's meetings in the order of their days. `proposed` is what the council decides on."""
        while (meeting := self._next(until)) is not None:
            self._hold(meeting, proposed)
            self.held += 1

    def _next(self, until: dt.datetime) -> Meeting | None:
        rows = Meeting.objects.filter(series__in=list(self.rhythms), state=MeetingState.PLANNED)
        rows = rows.select_related("series", "group").order_by("starts_at", "pk")
        return rows.filter(starts_at__lt=until - dt.timedelta(hours=3)).first()

    def _hold(self, meeting: Meeting, proposed: Proposed | None) -> None:
        series = meeting.series
        assert series is not None
        self._report_done(meeting)
        number = Meeting.objects.filter(series=series, state=MeetingState.CLOSED).count() + 1
        with turned_to(meeting.starts_at) as clock:
            for raised in self.rhythms[series.pk].raised:
                if raised.meeting - raised.postponed == number:
                    leading.bring_matter(
                        by=self.coordinator, group=meeting.group, section=raised.section, title=raised.title,
                        is_confirmed=True,
                    )  # fmt: skip
            if proposed is not None and meeting.group.name == "Chefsamrådet":
                self._lay_before(meeting.group, proposed)
            meeting = leading.open_meeting(by=self.coordinator, meeting=meeting)
            self._call_roll(meeting, number)
            for item in meeting.items.select_related("matter").order_by("position"):
                clock.forward(1)
                self._take_up(series, item, number, clock)
            clock.forward(2)
            leading.close_meeting(by=self.coordinator, meeting=meeting)

    def _lay_before(self, group: Group, proposed: Proposed) -> None:
        """The goal and the measures of the daily work; that a plan is undecided the agenda says itself."""
        plan = proposed.plan
        rows = [("measure", measure.title, measure.pk) for _current, measure in proposed.measures]
        rows += [("goal", str(proposed.goal.text or proposed.goal.indicator), proposed.goal.pk)]
        for kind, title, pk in rows:
            leading.bring_matter(
                by=self.coordinator, group=group, section="measures", title=title[:200], area=plan.area,
                about_kind=kind, about_id=pk, is_confirmed=True,
            )  # fmt: skip

    def _call_roll(self, meeting: Meeting, number: int) -> None:
        """Everybody, but for one seat at some of the meetings."""
        expected = list(leading.expected_at(meeting))
        presences = {one.pk: Attendance.Presence.PRESENT for one in expected}
        if expected and number % 4 == 0:
            presences[expected[number // 4 % len(expected)].pk] = Attendance.Presence.ABSENT
        leading.call_roll(by=self.coordinator, meeting=meeting, presences=presences)

    def _take_up(self, series: MeetingSeries, item: AgendaItem, number: int, clock: Clock) -> None:
        if item.matter is None:
            return
        item = leading.open_item(by=self.coordinator, item=item)
        matter = item.matter
        assert matter is not None
        clock.forward(3)
        change = {"measure": "measure_decide", "goal": "goal_agree", "plan": "plan_decide"}.get(matter.about_kind)
        if matter.about_kind == "escalation":
            self._question(item)
        elif series.cadence == Cadence.TERTIAL and change and (matter.about_kind == "plan" or not matter.key):
            leading.decide(by=self.coordinator, item=item, outcome=Outcome.DECISION, change=change, is_confirmed=True)
        elif matter.key:
            self._noticed(item)
        else:
            self._raised(series, item, number)

    def _question(self, item: AgendaItem) -> None:
        """A question from below gets its answer; an answer from above is taken note of."""
        matter = item.matter
        assert matter is not None
        is_asked = matter.key.startswith("escalation ")
        leading.decide(
            by=self.coordinator,
            item=item,
            outcome=Outcome.DECISION,
            change="escalation_yes" if is_asked else "escalation_note",
            text=ESCALATED.answer if is_asked else "",
            is_confirmed=True,
        )

    def _noticed(self, item: AgendaItem) -> None:
        """What the platform has noticed is spoken of for a moment: put off, or for information with a few words."""
        matter = item.matter
        assert matter is not None
        first, *_ids, last = matter.key.split()
        words = NOTICED.get(last if first == "measure" else first, "")
        if words and not item.note:
            item = leading.write_note(
                by=self.coordinator, item=item, text=words, row_version=item.row_version, is_confirmed=True
            )
        outcome = Outcome.INFORMATION if words else Outcome.POSTPONED
        leading.settle(by=self.coordinator, item=item, outcome=outcome)

    def _raised(self, series: MeetingSeries, item: AgendaItem, number: int) -> None:
        (raised,) = (one for one in self.rhythms[series.pk].raised if one.title == item.title)
        if number < raised.meeting:
            leading.settle(by=self.coordinator, item=item, outcome=Outcome.POSTPONED)
            return
        if raised.note:
            item = leading.write_note(
                by=self.coordinator, item=item, text=raised.note, row_version=item.row_version, is_confirmed=True
            )
        today = timezone.localdate()
        if raised.outcome == Outcome.INFORMATION:
            leading.settle(by=self.coordinator, item=item, outcome=Outcome.INFORMATION)
        elif raised.outcome == Outcome.ESCALATION:
            leading.escalate_item(
                by=self.coordinator,
                item=item,
                to_group=Group.objects.get(collaboration=self.here, name="Chefsamrådet"),
                question=ESCALATED.question,
                recommended_decision=ESCALATED.recommended,
                decision_kind="action_plan",
                answer_by=today + dt.timedelta(days=raised.days),
                is_confirmed=True,
            )
        else:
            decision = leading.decide(
                by=self.coordinator,
                item=item,
                outcome=raised.outcome,
                kind=raised.kind,
                text=raised.text,
                organisation=self.organisations[raised.of] if raised.of else None,
                due_on=today + dt.timedelta(days=raised.days) if raised.of else None,
                is_confirmed=True,
            )
            for who, words in raised.parts:
                self._ask(decision, who, words, today)

    def _ask(self, decision: Decision, who: str, words: str, today: dt.date) -> None:
        """Ask the organisation of a function for its part; it promises it some days later."""
        membership = Membership.objects.get(user=self.people[f"{who}@{NORRKOPING}.example"])
        part = leading.ask_part(
            by=self.coordinator,
            decision=decision,
            organisation=membership.organisation,
            text=words,
            due_on=today + dt.timedelta(days=340),
            area=Area.objects.get(collaboration=self.here, slug="klockaretorpet"),
            is_confirmed=True,
        )
        with turned_to(timezone.now() + dt.timedelta(days=6)):
            commitments.accept(by=membership.user, commitment=part.commitment)

    def _report_done(self, meeting: Meeting) -> None:
        """What was to be done before this meeting is said to be done on its day, but for what the texts leave."""
        left = {raised.text for rhythm in self.rhythms.values() for raised in rhythm.raised if not raised.is_done}
        rows = Decision.objects.filter(
            meeting__group=meeting.group, outcome=Outcome.ASSIGNMENT, done_at=None,
            due_on__lt=timezone.localdate(meeting.starts_at),
        )  # fmt: skip
        for decision in rows:
            assert decision.due_on is not None
            if decision.text not in left:
                with turned_to(at_ten(decision.due_on)):
                    leading.report_done(by=self.coordinator, decision=decision)
