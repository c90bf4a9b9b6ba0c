"""What the council is told, as plain frozen values: the page, its lists and every file of it say the same.

`council_facts` answers in a fixed number of questions to the database, however many areas there are, and never counts
a report: figures come from published pictures, and the rest from the rows of plans, commitments and evaluations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from partners.models import Collaboration

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Deadlines are told this many days ahead.
DAYS_AHEAD = 90
# Promises that fell due within so many days are counted; what is late stays until it is reported.
DAYS_BACK = 365
# The page names so many broken and late promises, and says where the others are.
NAMED = 5


@dataclass(frozen=True)
class Assessment:
    """What people say of an area, in the latest published picture that says anything."""

    state: str
    motive: str
    # What the picture of an earlier period said; empty where none did.
    before: str
    period: str
    published_on: dt.date | None
    url: str


@dataclass(frozen=True)
class Trend:
    """A year of a published picture beside the range that was to be expected, as this reader may see it."""

    # month, week or tertial.
    kind: str
    periods: tuple[str, ...]
    # A count, None where the source has none, or the word “protected”.
    observed: tuple[float | str | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    known: int
    above: int
    below: int
    # more, fewer, both, as_expected or too_few_to_say.
    verdict: str
    # Units that have begun, or stopped, reporting during the compared periods.
    joined: int
    left: int
    published_on: dt.date | None
    url: str

    @property
    def is_deviating(self) -> bool:
        return self.verdict in {"more", "fewer", "both"}

    @property
    def is_certain(self) -> bool:
        """Whether those who report have stayed the same in the direction that would explain it."""
        return not (self.joined if self.verdict == "more" else self.left if self.verdict == "fewer" else 0)


@dataclass(frozen=True)
class Coverage:
    """How many of the units that should have reported had, in the picture's last whole period."""

    answered: int
    expected: int
    period: str


@dataclass(frozen=True)
class PoliceList:
    """What the newest list says. No category: not on it."""

    year: int
    category: str
    trend: str
    is_verified: bool


@dataclass(frozen=True)
class Safety:
    """The latest number of the area's first survey, told as its own page tells it."""

    name: str
    value: str
    interval: str
    answers: str
    period: str
    status: str
    url: str


@dataclass(frozen=True)
class Thing:
    """A row of a list: what it is, where, what is said of it, and its page."""

    kind: str
    number: int
    name: str
    title: str
    area: str
    area_id: int | None
    note: str
    url: str | _StrPromise
    organisation: str = ""
    asked_by: str = ""
    due_on: dt.date | None = None
    # What a question about it is asked about (`escalation_new?about=…`).
    about: str = ""


@dataclass(frozen=True)
class ProblemFact:
    thing: Thing
    state: str
    step: str
    is_chosen: bool
    has_causes: bool


@dataclass(frozen=True)
class MeasureFact:
    thing: Thing
    state: str
    has_cause: bool
    is_late: bool


@dataclass(frozen=True)
class EvaluationFact:
    thing: Thing
    outcome: str
    headline: str
    # It said so, and a later count turned it.
    has_turned: bool

    @property
    def has_worked(self) -> bool:
        return self.outcome == "worked" and not self.has_turned


@dataclass(frozen=True)
class Promises:
    """What partners have promised, counted from the lines as this reader sees them."""

    kept: int = 0
    not_kept: int = 0
    late: int = 0
    declined: int = 0
    # Asked and not answered, offered, or promised for a day that has not come.
    open: int = 0

    @property
    def due(self) -> int:
        """Those whose day has come."""
        return self.kept + self.not_kept + self.late

    def __add__(self, other: Promises) -> Promises:
        return Promises(
            self.kept + other.kept, self.not_kept + other.not_kept, self.late + other.late,
            self.declined + other.declined, self.open + other.open,
        )  # fmt: skip


@dataclass(frozen=True)
class OrganisationPromises:
    """One organisation's; in the order of names and never of numbers."""

    pk: int
    name: str
    # The reader's own: as of now.
    is_own: bool
    promises: Promises


@dataclass(frozen=True)
class DecisionAsked:
    """Something that waits for a decision above the groups of the areas."""

    thing: Thing
    asked_by: str
    recommended: str
    answer_by: dt.date | None
    days_late: int


@dataclass(frozen=True)
class Override:
    """A measure that was decided although something was missing."""

    thing: Thing
    reason: str
    on: dt.date


@dataclass(frozen=True)
class Deadline:
    day: dt.date
    text: str
    url: str
    is_over: bool


@dataclass(frozen=True)
class AreaFacts:
    """One row of the page."""

    pk: int
    name: str
    slug: str
    url: str
    assessment: Assessment | None
    trend: Trend | None
    police_list: PoliceList | None
    coverage: Coverage | None
    safety: Safety | None
    problems: tuple[ProblemFact, ...] = ()
    measures: tuple[MeasureFact, ...] = ()
    # By organisation, in the order of names: only those with something open.
    open_requests: tuple[tuple[str, int], ...] = ()
    decisions: tuple[DecisionAsked, ...] = ()
    deadlines: tuple[Deadline, ...] = ()

    @property
    def measures_with_cause(self) -> int:
        return sum(one.has_cause for one in self.measures)

    @property
    def measures_late(self) -> int:
        return sum(one.is_late for one in self.measures)


@dataclass(frozen=True)
class CouncilFacts:
    """All that the page says."""

    collaboration: str
    slug: str
    today: dt.date
    # The day on which others' lines of the ledger stood so.
    ledger_on: dt.date
    # The latest day a picture that is shown here was published.
    frozen_on: dt.date | None
    areas: tuple[AreaFacts, ...]
    problems: tuple[ProblemFact, ...]
    measures: tuple[MeasureFact, ...]
    evaluations: tuple[EvaluationFact, ...]
    # Carried out, and in no evaluation.
    not_evaluated: int
    promises: Promises
    organisations: tuple[OrganisationPromises, ...]
    broken: tuple[Thing, ...]
    late: tuple[Thing, ...]
    decisions: tuple[DecisionAsked, ...]
    overrides: tuple[Override, ...]
    decided: int
    notice: str = field(default="")

    @property
    def deviating(self) -> tuple[AreaFacts, ...]:
        return tuple(area for area in self.areas if area.trend is not None and area.trend.is_deviating)

    @property
    def judged(self) -> tuple[AreaFacts, ...]:
        """The areas of which anything can be said."""
        return tuple(area for area in self.areas if area.trend is not None and area.trend.verdict != "too_few_to_say")

    @property
    def chosen(self) -> tuple[ProblemFact, ...]:
        return tuple(one for one in self.problems if one.is_chosen)

    @property
    def understood(self) -> tuple[ProblemFact, ...]:
        return tuple(one for one in self.chosen if one.has_causes)

    @property
    def worked(self) -> tuple[EvaluationFact, ...]:
        return tuple(one for one in self.evaluations if one.has_worked)


def council_facts(user: Any, collaboration: Collaboration, today: dt.date | None = None) -> CouncilFacts:
    """What this reader may be told of the collaboration today. Every part starts from `visible_to(user)`."""
    # Only what is asked for needs the rooms that answer.
    from councils.dashboard import areas as area_rows
    from councils.dashboard import deciding, work

    now = timezone.now()
    today = today or timezone.localdate(now)
    areas = area_rows.areas_of(user, collaboration, today)
    pictures = area_rows.pictures_of(user, areas, today)
    problems = work.problems_of(user, collaboration)
    measures = work.measures_of(user, collaboration, today)
    evaluations, not_evaluated = work.evaluations_of(user, collaboration)
    ledger = work.ledger_of(user, collaboration, now)
    decisions = deciding.decisions_of(user, collaboration, today)
    overrides, decided = deciding.overrides_of(user, collaboration, today)
    deadlines = deciding.deadlines_of(user, collaboration, areas, today)
    police, safety = area_rows.police_lists(areas), area_rows.surveys(user, areas)

    def of(area_id: int, rows: Sequence[Any]) -> Iterator[Any]:
        return (row for row in rows if row.thing.area_id == area_id)

    rows = tuple(
        AreaFacts(
            pk=area.pk, name=area.name, slug=area.slug, url=area_rows.url_of(area),
            assessment=pictures.assessments.get(area.pk), trend=pictures.trends.get(area.pk),
            police_list=police.get(area.pk), coverage=pictures.coverages.get(area.pk), safety=safety.get(area.pk),
            problems=tuple(of(area.pk, problems)), measures=tuple(of(area.pk, measures)),
            open_requests=ledger.open_in(area.pk), decisions=tuple(of(area.pk, decisions)),
            deadlines=tuple(deadlines.get(area.pk, ())),
        )
        for area in areas
    )  # fmt: skip
    days = [one.published_on for area in rows for one in (area.assessment, area.trend) if one and one.published_on]
    return CouncilFacts(
        collaboration=collaboration.name, slug=collaboration.slug, today=today, ledger_on=ledger.on,
        frozen_on=max(days, default=None), areas=rows, problems=tuple(problems), measures=tuple(measures),
        evaluations=tuple(evaluations), not_evaluated=not_evaluated, promises=ledger.whole,
        organisations=ledger.organisations, broken=ledger.broken, late=ledger.late, decisions=tuple(decisions),
        overrides=tuple(overrides), decided=decided,
    )  # fmt: skip
