"""What the events would show if a cause were true: nine claims, each tested against how things are elsewhere.

Every test answers the same way (`Tested`): how many of how many events are as claimed, how many were to be expected
without any connection, with a range, and whether the claim holds. The claim is made first and has a direction, so a
test is one-sided at 5 %, and the range leaves 5 % on either side: what lies outside it on the side claimed supports the
claim, on the other side contradicts it. What cannot be placed closely enough in time or space is left out and counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.aoristic import share_of_time
from analysis.clustered import Range, count_range, differing, scatter_of_counts, scatter_of_mix

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]

# Fewer events than this are not tested.
FEWEST_EVENTS = 20
# Nor a claim of which so few were both seen and to be expected.
FEWEST_AS_CLAIMED = 5
# Nor where they lie in so few separate weeks, months or places: one burst must not decide.
FEWEST_BLOCKS = 8
# Nor a claim about places where all came on so few separate days: one night must not decide either.
FEWEST_DAYS = 8
# Nor where so few places have the feature, or lack it.
FEWEST_PLACES = 4
# Below this p-value, in the direction claimed, a claim is supported; the range shown leaves as much on either side.
LEVEL = 0.05
WITHIN = 1 - 2 * LEVEL

# The first and the last day.
Span = tuple[date, date]

_DAY = np.timedelta64(1, "D")
_MONTH_BLOCK_DAYS = 28
# Rounds after which a deal may keep a place twice on a day: nearly all are done in a few.
_MOST_EXCHANGES = 40


class Claim(StrEnum):
    """Which way the count should go if the cause were true."""

    MORE = "more"
    FEWER = "fewer"


class Verdict(StrEnum):
    """What a test says of its claim."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    CONTRADICTED = "contradicted"
    TOO_FEW = "too_few"


class Comparison(StrEnum):
    """What the expected number comes from."""

    OTHERS = "others"  # other events of the same area and time
    TIME = "time"  # as if events came evenly over the hours or days
    PLACES = "places"  # the places without the feature
    SHUFFLED = "shuffled"  # the same events with their times exchanged
    BEFORE = "before"  # what came equally long before the other category


@dataclass(frozen=True)
class Tested:
    """A claim tested. In nine of ten cases without a connection the count lies from `lower` to `upper`.

    `left_out` says why events took no part: "point", "time", "place", "feature" or "dates".
    """

    observed: int
    of: int
    expected: float
    lower: float
    upper: float
    p_value: float
    verdict: Verdict
    comparison: Comparison
    left_out: Mapping[str, int] = field(default_factory=dict)


# --- 1–6: the share of events inside a window of space or time --------------------------------------------------------


def within_distance(
    events: pd.DataFrame,
    others: pd.DataFrame,
    *,
    x_m: float,
    y_m: float,
    distance_m: float,
    claim: Claim,
    from_h: int | None = None,
    to_h: int | None = None,
) -> Tested:
    """Whether more (or fewer) of the events lie within a distance of a point than of the area's other events.

    Input columns, in both frames: `x_m` and `y_m` in metres on a plane, NaN where the point is not known exactly, and
    `occurred_from`; with hours also the others of `in_hours`, and then only what lies near and in those hours counts.
    Unit: events.

    Places differ anyway: how much the mix of these and other events differs between squares as wide as the circle is
    measured, and the range is that much wider. One square's habit is then no proof. Assumes other squares are what the
    circle could have been like. A point chosen because much happens there proves itself: state the claim first. See
    docs/methods/predictions.md.
    """
    chosen, rest = _placed(events), _placed(others)
    left_out = {"point": len(events) - len(chosen)}
    away, away_rest = _away_m(chosen, x_m, y_m), _away_m(rest, x_m, y_m)
    inside, inside_rest = away <= distance_m, away_rest <= distance_m
    if from_h is not None and to_h is not None:
        mask = _hours_mask(from_h, to_h, None)
        in_time, known = _in_week(chosen, mask)
        in_time_rest, known_rest = _in_week(rest, mask)
        left_out["time"] = int((~known).sum())
        chosen, rest = chosen[known], rest[known_rest]
        inside, inside_rest = (inside & in_time)[known], (inside_rest & in_time_rest)[known_rest]
    of, of_rest = len(chosen), len(rest)
    observed = int(inside.sum())
    if of < FEWEST_EVENTS or of_rest < FEWEST_EVENTS or _separate_days(chosen) < FEWEST_DAYS:
        return _too_few(observed, of, Comparison.OTHERS, left_out)

    # Squares with the point in the middle of one of them; what is not in the circle is somewhere else.
    side = 2 * distance_m
    east = np.floor((np.concatenate([chosen["x_m"], rest["x_m"]]) - x_m) / side + 0.5)
    north = np.floor((np.concatenate([chosen["y_m"], rest["y_m"]]) - y_m) / side + 0.5)
    elsewhere = ~np.concatenate([inside, inside_rest])
    _, square = np.unique(np.column_stack([east, north])[elsewhere], axis=0, return_inverse=True)
    square = square.ravel()
    is_chosen = (np.arange(of + of_rest) < of)[elsewhere]
    totals = np.bincount(square).astype(np.float64)
    if len(totals) < FEWEST_BLOCKS:
        return _too_few(observed, of, Comparison.OTHERS, left_out)
    # The share of chosen events varies from square to square by `alike`; the circle is one more square, and what it is
    # held against is the average of the others, which the largest of them sway.
    alike = differing(np.bincount(square, is_chosen, len(totals)), totals)
    of_all = of / (of + of_rest)
    odds = alike / (of_all * (1 - of_all)) * (1 + float(((totals / totals.sum()) ** 2).sum()))
    share, variance = _from_others(int(inside_rest.sum()), of_rest, of)
    variance += (of * share * (1 - share)) ** 2 * odds
    return _judged(observed, of, share, variance, claim, Comparison.OTHERS, left_out)


def in_hours(
    events: pd.DataFrame,
    others: pd.DataFrame | None,
    *,
    from_h: int,
    to_h: int,
    claim: Claim,
    weekdays: Iterable[int] | None = None,
) -> Tested:
    """Whether more (or fewer) of the events come between two hours than of other events, or than of all hours.

    Input columns: `occurred_from`, `occurred_to` (local wall clock, no zone) and `time_precision` (exact, interval, day
    or month). `from_h` 19 and `to_h` 2 is from seven in the evening to two at night; with `weekdays` (0 is Monday)
    those that begin on these days only, so that the night to Saturday belongs to Friday. With `others` None the hours
    themselves are the comparison. Unit: events.

    An interval counts where most of it lies; one longer than half the window, and what is known only to the day or
    month, is left out. Weeks are the blocks. Assumes that the others' rhythm is what these events would have without a
    connection. See docs/methods/predictions.md.
    """
    return _in_week_mask(events, others, _hours_mask(from_h, to_h, weekdays), claim)


def on_weekdays(events: pd.DataFrame, others: pd.DataFrame | None, *, weekdays: Iterable[int], claim: Claim) -> Tested:
    """Whether more (or fewer) of the events come on some weekdays (0 is Monday) than of other events, or of all days.

    Input and rules as `in_hours`, but what is known to the day takes part, and intervals up to a day.
    """
    return _in_week_mask(events, others, _hours_mask(0, 24, weekdays), claim)


def in_season(
    events: pd.DataFrame,
    others: pd.DataFrame | None,
    *,
    months: Iterable[int],
    first: date,
    last: date,
    claim: Claim,
) -> Tested:
    """Whether more (or fewer) of the events come in some months (1–12) than of other events, or of the days.

    Input columns as `in_hours`; both frames lie within the days `first` to `last`. What is known only to the month
    takes part. Blocks are four weeks, so that one outbreak is one block. Unit: events. One summer is one summer: a
    season needs years to be told from an outbreak. See docs/methods/predictions.md.
    """
    days = np.arange(np.datetime64(first), np.datetime64(last) + _DAY)
    wanted = np.array(sorted(set(months)))
    return _on_days(events, others, days, np.isin(days.astype("datetime64[M]").astype(int) % 12 + 1, wanted), claim)


def in_terms(
    events: pd.DataFrame,
    others: pd.DataFrame | None,
    *,
    terms: Iterable[Span],
    first: date,
    last: date,
    claim: Claim,
    written: Iterable[Span] | None = None,
) -> Tested:
    """Whether more (or fewer) of the events come within dated spans, such as school terms or holidays, than of others.

    `terms` are first and last days. `written` are the days of which somebody has said what they were; without it all
    are, and events of other days are left out. Otherwise as `in_season`; what is known only to the month is left out
    unless every span is made of whole months. See docs/methods/predictions.md.
    """
    days = np.arange(np.datetime64(first), np.datetime64(last) + _DAY)
    there = None if written is None else _spanned(days, written)
    return _on_days(events, others, days, _spanned(days, terms), claim, there=there)


def since_date(
    events: pd.DataFrame,
    others: pd.DataFrame | None,
    *,
    day: date,
    first: date,
    last: date,
    claim: Claim,
) -> Tested:
    """Whether more (or fewer) of the events come from a day on than before it, beside other events, or the days.

    Otherwise as `in_season`. What drifts slowly changes over any date: other events of the area share most of the
    drift, so prefer them as comparison. See docs/methods/predictions.md.
    """
    days = np.arange(np.datetime64(first), np.datetime64(last) + _DAY)
    return _on_days(events, others, days, days >= np.datetime64(day), claim)


# --- 7: places with a feature -----------------------------------------------------------------------------------------


def at_feature(
    events: pd.DataFrame,
    places: pd.DataFrame,
    others: pd.DataFrame | None,
    *,
    claim: Claim,
    rng: np.random.Generator,
    shuffles: int = 1999,
) -> Tested:
    """Whether more (or fewer) of the events come at places with a feature than those places' share of other events.

    Input columns: `place` in both frames (0 for none), and `occurred_from` of the events; `places` is indexed by place
    and has `has_feature`: True, False, or missing where nobody has looked. With `others` None every place counts the
    same. Unit: events.

    The feature is dealt out among the places again and again, as many as have it, and the events stay: so places may
    differ as they like, and a place with half of all events proves nothing alone. Exact if the feature were dealt out
    by chance. Where it stands together with something else (all dark places are garages), it stands for that too. See
    docs/methods/predictions.md.
    """
    known = places["has_feature"].dropna().astype(bool)
    here = events["place"].isin(known.index)
    left_out = {
        "place": int((events["place"] == 0).sum()),
        "feature": int((~here & (events["place"] != 0)).sum()),
    }
    has = known.to_numpy(dtype=bool)
    counts = events.loc[here, "place"].value_counts().reindex(known.index, fill_value=0).to_numpy(dtype=np.float64)
    usual: Numbers = np.ones(len(known))
    if others is not None:
        counted = others["place"].value_counts().reindex(known.index, fill_value=0)
        usual = np.asarray(counted, dtype=np.float64)
    of, observed = int(counts.sum()), int(counts[has].sum())
    with_it = int(has.sum())
    if (
        of < FEWEST_EVENTS
        or usual.sum() <= 0
        or min(with_it, len(has) - with_it) < FEWEST_PLACES
        or _separate_days(events[here]) < FEWEST_DAYS
    ):
        return _too_few(observed, of, Comparison.PLACES, left_out)
    expected = of * float(usual[has].sum() / usual.sum())
    # What each place has more than its part of the others foretells.
    excess = counts - of * usual / usual.sum()
    order = np.argsort(rng.random((shuffles, len(has))), axis=1)[:, :with_it]
    dealt = expected + excess[order].sum(axis=1)
    return _ranked(observed, of, expected, dealt, claim, Comparison.PLACES, left_out)


# --- 8 and 9: what follows what ---------------------------------------------------------------------------------------


def repeats(
    events: pd.DataFrame,
    *,
    within_days: int,
    claim: Claim,
    rng: np.random.Generator,
    shuffles: int = 999,
) -> Tested:
    """Whether more (or fewer) of the events come soon after another one at the same place than their times foretell.

    Input columns: `place` (0 for none) and those of `in_hours`. An event is a repeat when one came at the same place 1
    to `within_days` days before. What came at one place on one day counts as one, since two reports of a day may be one
    event. Unit: events.

    The days are exchanged between the events again and again, within blocks of eight times `within_days` (at least
    eight weeks). So each day keeps its events and each place its number in every block, and no place twice the same
    day: seasons, weekly rhythm, outbreaks over the whole area and places that come and go do not count as repeats. See
    docs/methods/predictions.md.
    """
    day, known = _days(events)
    at_place = events["place"].to_numpy() != 0
    left_out = {"time": int((~known).sum()), "place": int((known & ~at_place).sum())}
    _, place = np.unique(events["place"].to_numpy()[known & at_place], return_inverse=True)
    # What was reported of one place on one day may be one event reported twice: it counts once.
    day, place = np.unique(np.column_stack([day[known & at_place], place]), axis=0).T
    of = len(day)
    left_out["same_day"] = int((known & at_place).sum()) - of
    observed = int(_repeated(place[None], day, within_days)[0])
    block = day // max(8 * within_days, 56)
    if of < FEWEST_EVENTS or len(np.unique(block)) < 2:
        return _too_few(observed, of, Comparison.SHUFFLED, left_out)
    shuffled = np.concatenate(
        [_repeated(_exchanged(place, day, block, some, rng), day, within_days) for some in _in_parts(shuffles, of)]
    ).astype(np.float64)
    if (shuffled == observed).all():
        # All at one place: there is nothing to exchange the days with, and nothing to hold the count against.
        return _too_few(observed, of, Comparison.SHUFFLED, left_out)
    return _ranked(observed, of, float(shuffled.mean()), shuffled, claim, Comparison.SHUFFLED, left_out)


def after_category(
    events: pd.DataFrame,
    triggers: pd.DataFrame,
    *,
    within_days: int,
    first: date,
    last: date,
    claim: Claim,
    at_same_place: bool,
) -> Tested:
    """Whether more (or fewer) of the events come soon after one of another category than equally soon before one.

    Input columns, in both frames: those of `in_hours`, and `place` (0 for none) where it must be the same; both lie
    within the days `first` to `last`. After is 1 to `within_days` days after; the same day says nothing of the order.
    Unit: events.

    What is expected is what comes as long before: seasons, common outbreaks and busy places are the same before as
    after. How much after and before differ by chance is seen by moving the other category's days by every number of
    whole weeks round the period, which keeps both rhythms and both kinds of bursts. It cannot tell which causes which
    if each calls forth the other. See docs/methods/predictions.md.
    """
    weeks = ((last - first).days + 1) // 7
    span = 7 * weeks
    day, place, left_out = _within(events, first, span, at_same_place)
    trigger_day, trigger_place, _ = _within(triggers, first, span, at_same_place)
    # A move by so little would hold against itself.
    near = within_days // 7 + 1
    moves = 7 * np.r_[0, np.arange(near + 1, weeks - near)]
    of = len(day)
    if of < FEWEST_EVENTS or len(trigger_day) < FEWEST_AS_CLAIMED or len(moves) < 2 / LEVEL:
        return _too_few(0, of, Comparison.BEFORE, left_out)
    names, code = np.unique(np.concatenate([place, trigger_place]), return_inverse=True)
    place, trigger_place = code[:of], code[of:]
    happened = np.zeros((len(names), span), dtype=bool)
    happened[trigger_place, trigger_day] = True
    after = np.zeros_like(happened)
    before = np.zeros_like(happened)
    for days in range(1, within_days + 1):
        after |= np.roll(happened, days, axis=1)
        before |= np.roll(happened, -days, axis=1)
    when = (day[:, None] - moves[None]) % span
    came_after = after[place[:, None], when].sum(axis=0)
    came_before = before[place[:, None], when].sum(axis=0)
    observed, as_long_before = int(came_after[0]), int(came_before[0])
    if observed + as_long_before < 2 * FEWEST_AS_CLAIMED:
        return _too_few(observed, of, Comparison.BEFORE, left_out)
    moved = as_long_before + (came_after - came_before)[1:].astype(np.float64)
    return _ranked(observed, of, float(moved.mean()), moved, claim, Comparison.BEFORE, left_out)


# --- Windows of time --------------------------------------------------------------------------------------------------


def _hours_mask(from_h: int, to_h: int, weekdays: Iterable[int] | None) -> Flags:
    """Which of the 168 hours of a week, from Monday 0:00, lie in the window."""
    hours = np.arange(24)
    days = np.isin(np.arange(7), list(range(7) if weekdays is None else weekdays))
    if from_h < to_h:
        return (days[:, None] & ((hours >= from_h) & (hours < to_h))[None]).ravel()
    # Over midnight: what comes after it belongs to the day before.
    before, after = days[:, None] & (hours >= from_h)[None], np.roll(days, 1)[:, None] & (hours < to_h)[None]
    return (before | after).ravel()


def _in_week(events: pd.DataFrame, mask: Flags) -> tuple[Flags, Flags]:
    """For each event whether it is inside the window of the week, and whether its time is known closely enough.

    How closely is asked is the same for all, wherever they lie: leaving out only those that lie across the edge would
    leave out more of one side than of the other.
    """
    is_whole_days = bool((mask.reshape(7, 24) == mask.reshape(7, 24)[:, :1]).all())
    precision = events["time_precision"].to_numpy()
    starts = pd.to_datetime(events["occurred_from"])
    ends = pd.to_datetime(events["occurred_to"])
    length_h = (ends - starts).dt.total_seconds().fillna(0).to_numpy() / 3600
    longest_h = 24.0 if is_whole_days else _shortest_run(mask) / 2
    is_day, is_month = precision == "day", precision == "month"
    known = ~is_month & starts.notna().to_numpy() & ((length_h <= longest_h) | is_day) & (is_whole_days | ~is_day)
    # A day is its noon: it has no length that could reach into the next.
    noon = starts.dt.normalize() + pd.Timedelta(hours=12)
    spread = pd.DataFrame({"occurred_from": starts.where(~is_day, noon), "occurred_to": ends.where(~is_day, noon)})
    inside = np.zeros(len(events), dtype=bool)
    inside[known] = share_of_time(spread[known], mask) >= 0.5
    return inside, known


def _shortest_run(mask: Flags) -> int:
    """The shortest unbroken stretch of hours inside or outside, round the week."""
    edges = np.flatnonzero(mask != np.roll(mask, 1))
    return int(np.diff(np.r_[edges, edges[:1] + len(mask)]).min()) if len(edges) else len(mask)


def _in_week_mask(events: pd.DataFrame, others: pd.DataFrame | None, mask: Flags, claim: Claim) -> Tested:
    if mask.all() or not mask.any():
        raise ValueError("A window must be a part of the week, not all or nothing of it.")
    inside, known = _in_week(events, mask)
    week = _weeks(events)
    left_out = {"time": int((~known).sum())}
    if others is None:
        block = week[known] - week[known].min(initial=week.max(initial=0))
        # Every week has the same hours, also one without events.
        time = np.tile([[mask.sum()], [(~mask).sum()]], int(block.max(initial=0)) + 1)
        return _by_time(inside[known], block, time, claim, left_out)
    inside_rest, known_rest = _in_week(others, mask)
    return _by_others(inside[known], week[known], inside_rest[known_rest], _weeks(others)[known_rest], claim, left_out)


def _spanned(days: NDArray[np.datetime64], spans: Iterable[Span]) -> Flags:
    """Which of the days lie in any of the spans."""
    inside = np.zeros(len(days), dtype=bool)
    for begins, ends in spans:
        inside |= (days >= np.datetime64(begins)) & (days <= np.datetime64(ends))
    return inside


def _on_days(
    events: pd.DataFrame,
    others: pd.DataFrame | None,
    days: NDArray[np.datetime64],
    wanted: Flags,
    claim: Claim,
    *,
    there: Flags | None = None,
) -> Tested:
    """Events on the wanted days out of all: `days` is every day of the period, `there` those that take part."""
    there = np.ones(len(days), dtype=bool) if there is None else there
    wanted = wanted & there
    if wanted[there].all() or not wanted.any():
        raise ValueError("A window must be a part of the period, not all or nothing of it.")
    edges = days[1:][(wanted[1:] != wanted[:-1]) | (there[1:] != there[:-1])]
    # A row known to the month lies on one side of every edge that is the first of a month.
    with_months = bool((edges == edges.astype("datetime64[M]").astype("datetime64[D]")).all())
    first = days[0].astype(np.int64)

    def look(frame: pd.DataFrame) -> tuple[Flags, NDArray[np.int64], Flags, Flags]:
        day, known = _days(frame, with_months=with_months)
        at = day - first
        known &= (at >= 0) & (at < len(days))
        at = np.clip(at, 0, len(days) - 1)
        return wanted[at], at // _MONTH_BLOCK_DAYS, known & there[at], known & ~there[at]

    inside, block, known, unwritten = look(events)
    left_out = {"time": int((~known & ~unwritten).sum()), "dates": int(unwritten.sum())}
    if others is None:
        of_block = np.arange(len(days)) // _MONTH_BLOCK_DAYS
        time = np.stack([np.bincount(of_block, wanted), np.bincount(of_block, there & ~wanted)])
        return _by_time(inside[known], block[known], time, claim, left_out)
    inside_rest, block_rest, known_rest, _ = look(others)
    return _by_others(inside[known], block[known], inside_rest[known_rest], block_rest[known_rest], claim, left_out)


def _days(events: pd.DataFrame, *, with_months: bool = False) -> tuple[NDArray[np.int64], Flags]:
    """The day each event began, counted from 1970, and whether it is known: not of months, nor of a week's interval."""
    starts = pd.to_datetime(events["occurred_from"])
    length = pd.to_datetime(events["occurred_to"]) - starts
    is_month = (events["time_precision"] == "month").to_numpy()
    known = starts.notna().to_numpy() & ((length.dt.days.fillna(0).to_numpy() < 7) | is_month)
    if not with_months:
        known &= ~is_month
    day = starts.to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.where(known, day, 0), known


def _separate_days(events: pd.DataFrame) -> int:
    """On how many days something began."""
    return int(pd.to_datetime(events["occurred_from"]).dt.normalize().nunique())


def _weeks(events: pd.DataFrame) -> NDArray[np.int64]:
    # 1 January 1970 was a Thursday: three days later begins a week.
    days = pd.to_datetime(events["occurred_from"]).to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.asarray((days + 3) // 7, dtype=np.int64)


# --- Judging ----------------------------------------------------------------------------------------------------------


def _by_time(inside: Flags, block: NDArray[np.int64], time: NDArray, claim: Claim, left_out: dict[str, int]) -> Tested:
    """Against the hours or days themselves: `time` is how much of it each block has inside, and outside."""
    observed, of = int(inside.sum()), len(inside)
    if of < FEWEST_EVENTS or len(np.unique(block)) < FEWEST_BLOCKS:
        return _too_few(observed, of, Comparison.TIME, left_out)
    blocks = time.shape[1]
    counts = np.stack([np.bincount(block[inside], minlength=blocks), np.bincount(block[~inside], minlength=blocks)])
    is_inside = np.repeat([True, False], blocks)
    there = time.ravel() > 0
    share = float(time[0].sum() / time.sum())
    scatter = scatter_of_counts(counts.ravel()[there], time.ravel()[there], is_inside[there])
    return _judged(observed, of, share, of * share * (1 - share) * scatter, claim, Comparison.TIME, left_out)


def _by_others(
    inside: Flags,
    block: NDArray[np.int64],
    inside_rest: Flags,
    block_rest: NDArray[np.int64],
    claim: Claim,
    left_out: dict[str, int],
) -> Tested:
    """Against the share of other events that are inside."""
    observed, of = int(inside.sum()), len(inside)
    if (
        min(of, len(inside_rest)) < FEWEST_EVENTS
        or min(len(np.unique(block)), len(np.unique(block_rest))) < FEWEST_BLOCKS
    ):
        return _too_few(observed, of, Comparison.OTHERS, left_out)
    share, variance = _from_others(int(inside_rest.sum()), len(inside_rest), of)
    scatter = scatter_of_mix(
        np.arange(of + len(inside_rest)) < of,
        np.concatenate([inside, inside_rest]),
        np.concatenate([block, block_rest]),
    )
    return _judged(observed, of, share, variance * scatter, claim, Comparison.OTHERS, left_out)


def _from_others(inside: int, of_rest: int, of: int) -> tuple[float, float]:
    """The share to expect and the variance of the count: it scatters, and so does the share it is expected from."""
    # Jeffreys' half an event to each side: none out of fifty is not never.
    share = (inside + 0.5) / (of_rest + 1)
    return share, of * share * (1 - share) * (1 + of / (of_rest + 1))


def _judged(
    observed: int,
    of: int,
    share: float,
    variance: float,
    claim: Claim,
    comparison: Comparison,
    left_out: dict[str, int],
) -> Tested:
    expected = of * share
    if max(observed, expected) < FEWEST_AS_CLAIMED:
        return _too_few(observed, of, comparison, left_out)
    found: Range = count_range(observed, of=of, share=share, variance=variance, confidence=WITHIN)
    chances = {Claim.MORE: found.at_least, Claim.FEWER: found.at_most}
    return Tested(
        observed, of, expected, found.lower, found.upper, *_verdict(chances, claim), comparison, _said(left_out)
    )


def _ranked(
    observed: int,
    of: int,
    expected: float,
    dealt: Numbers,
    claim: Claim,
    comparison: Comparison,
    left_out: dict[str, int],
) -> Tested:
    """Where the observed count stands among the counts chance gave; it counts as one of them itself."""
    if max(observed, expected) < FEWEST_AS_CLAIMED:
        return _too_few(observed, of, comparison, left_out)
    # Sums of shares may differ from a whole number in the last digit.
    chances = {
        Claim.MORE: (1 + int((dealt >= observed - 1e-9).sum())) / (1 + len(dealt)),
        Claim.FEWER: (1 + int((dealt <= observed + 1e-9).sum())) / (1 + len(dealt)),
    }
    # The most extreme counts that would still be neither: so many of the dealt ones lie beyond them.
    beyond = min(len(dealt), max(1, int(np.ceil(LEVEL * (1 + len(dealt)) - 1e-9)) - 1))
    in_order = np.sort(dealt)
    return Tested(
        observed,
        of,
        expected,
        float(max(0.0, np.ceil(in_order[beyond - 1] - 1e-9))),
        float(min(of, np.floor(in_order[-beyond] + 1e-9))),
        *_verdict(chances, claim),
        comparison,
        _said(left_out),
    )


def _verdict(chances: Mapping[Claim, float], claim: Claim) -> tuple[float, Verdict]:
    opposite = Claim.FEWER if claim == Claim.MORE else Claim.MORE
    if chances[claim] < LEVEL:
        return chances[claim], Verdict.SUPPORTED
    return chances[claim], Verdict.CONTRADICTED if chances[opposite] < LEVEL else Verdict.NOT_SUPPORTED


def _too_few(observed: int, of: int, comparison: Comparison, left_out: dict[str, int]) -> Tested:
    nan = float("nan")
    return Tested(observed, of, nan, nan, nan, nan, Verdict.TOO_FEW, comparison, _said(left_out))


def _said(left_out: dict[str, int]) -> dict[str, int]:
    return {why: number for why, number in left_out.items() if number}


# --- Points and places ------------------------------------------------------------------------------------------------


def _placed(events: pd.DataFrame) -> pd.DataFrame:
    return events[events["x_m"].notna() & events["y_m"].notna()]


def _away_m(events: pd.DataFrame, x_m: float, y_m: float) -> Numbers:
    return np.hypot(events["x_m"].to_numpy() - x_m, events["y_m"].to_numpy() - y_m)


def _repeated(place: NDArray[np.int64], day: NDArray[np.int64], within_days: int) -> NDArray[np.int64]:
    """How many events had one at their place 1 to `within_days` days before; a row of places for each deal of them.

    `day` is in order of time. Sorted by place, and by day within it, an event's forerunner is the nearest before it
    that is not of the same day.
    """
    apart = int(day.max(initial=0) - day.min(initial=0)) + within_days + 2
    key = np.sort(place * apart + (day - day.min(initial=0))[None], axis=1)
    gap = np.diff(key, axis=1)
    # Of several events in one place on one day each has the forerunner the first of them has.
    is_new = np.ones(key.shape, dtype=bool)
    is_new[:, 1:] = gap > 0
    follows = np.zeros(key.shape, dtype=bool)
    follows[:, 1:] = (gap > 0) & (gap <= within_days)
    first_of_day = np.maximum.accumulate(np.where(is_new, np.arange(key.shape[1]), 0), axis=1)
    return np.asarray(np.take_along_axis(follows, first_of_day, axis=1).sum(axis=1), dtype=np.int64)


def _exchanged(
    place: NDArray[np.int64], day: NDArray[np.int64], block: NDArray[np.int64], times: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The places dealt out anew among the days of their block, a row for each deal, no place twice on a day.

    `day` is in order of time. A place dealt twice to a day is exchanged with another of the block, until none is.
    """
    dealt = place[np.argsort(block + rng.random((times, len(day))), axis=1)]
    _, begins, which, size = np.unique(block, return_index=True, return_inverse=True, return_counts=True)
    apart = int(day.max(initial=0)) + 1
    rows = np.arange(times)
    for _ in range(_MOST_EXCHANGES):
        here = dealt[rows]
        key = here * apart + day[None]
        order = np.argsort(key, axis=1, kind="stable")
        is_twice = np.zeros(key.shape, dtype=bool)
        np.put_along_axis(is_twice, order[:, 1:], np.diff(np.take_along_axis(key, order, axis=1), axis=1) == 0, axis=1)
        row, at = np.nonzero(is_twice)
        if not len(row):
            break
        other = begins[which[at]] + (rng.random(len(at)) * size[which[at]]).astype(np.int64)
        # Each takes part in one exchange at a time.
        _, pairs, taking_part = np.unique(
            np.concatenate([row, row]) * len(day) + np.concatenate([at, other]), return_inverse=True, return_counts=True
        )
        free = (taking_part[pairs].reshape(2, -1) == 1).all(axis=0)
        row, at, other = row[free], at[free], other[free]
        here[row, at], here[row, other] = here[row, other], here[row, at]
        dealt[rows] = here
        rows = rows[is_twice.any(axis=1)]
    return np.asarray(dealt, dtype=np.int64)


def _in_parts(shuffles: int, of: int) -> list[int]:
    """Shuffles in parts that take little memory."""
    part = max(1, min(shuffles, 2_000_000 // max(of, 1)))
    return [part] * (shuffles // part) + ([shuffles % part] if shuffles % part else [])


def _within(
    events: pd.DataFrame, first: date, span: int, at_same_place: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[str, int]]:
    """Days from the first and places of the events whose day (and place, where asked) is known, within the span."""
    day, known = _days(events)
    day = day - np.datetime64(first).astype(np.int64)
    place = events["place"].to_numpy(dtype=np.int64) if at_same_place else np.zeros(len(events), dtype=np.int64)
    placed = place != 0 if at_same_place else np.ones(len(events), dtype=bool)
    left_out = {"time": int((~known).sum()), "place": int((known & ~placed).sum())}
    here = known & placed & (day >= 0) & (day < span)
    return day[here], place[here], left_out
