"""Made-up events as messy as real ones: seasons, weekly and daily rhythm, busy and quiet places, bursts."""

import numpy as np
import pandas as pd

FIRST = pd.Timestamp("2024-01-01")  # a Monday
DAYS = 728
LAST = (FIRST + pd.Timedelta(days=DAYS - 1)).date()
PLACES = 60
SIDE_M = 4000

WEEKDAYS = np.array([0.8, 0.8, 0.9, 1.0, 1.5, 1.6, 1.0])
HOURS = 1 + 0.8 * np.cos(2 * np.pi * (np.arange(24) - 21) / 24)


def days_weights(rng, *, season=0.4):
    """How much happens each day: a season that peaks at a random time of the year, and the week."""
    when = np.arange(DAYS)
    return (1 + season * np.cos(2 * np.pi * when / 365.25 + rng.uniform(0, 2 * np.pi))) * WEEKDAYS[when % 7]


def towns_places(rng, *, places=PLACES, clustered=1.5):
    """Where the places lie, half of them round the middle, and how busy each is in general."""
    at = rng.uniform(0, SIDE_M, (places, 2))
    in_centre = rng.random(places) < 0.5
    at[in_centre] = rng.normal(SIDE_M / 2, 350, (in_centre.sum(), 2))
    return at, rng.gamma(clustered, size=places)


def own_weights(rng, busy, *, habit=4.0):
    """How busy each place is for one kind of event: in general, times a habit of its own."""
    return busy * rng.gamma(habit, size=len(busy)) / habit


def events(
    rng,
    number,
    *,
    at,
    weights,
    days,
    hours=HOURS,
    bursts=0.25,
    bursts_at_one_place=True,
    burst_days=1,
    category=1,
):
    """A frame of events; a share of them in bursts of some few, the same night or days, at one place or anywhere."""
    alone = rng.choice(DAYS, number, p=days / days.sum())
    hour = rng.choice(24, number, p=hours / hours.sum())
    place = rng.choice(len(weights), number, p=weights / weights.sum())
    # Each in a burst follows one of the leaders: some few a leader.
    in_burst = np.flatnonzero(rng.random(number) < bursts)
    if len(in_burst):
        leader = in_burst[rng.integers(0, max(1, len(in_burst) // 4), len(in_burst))]
        alone[in_burst] = np.clip(alone[leader] + rng.integers(0, burst_days, len(in_burst)), 0, DAYS - 1)
        hour[in_burst] = np.clip(hour[leader] + rng.integers(-1, 2, len(in_burst)), 0, 23)
        if bursts_at_one_place:
            place[in_burst] = place[leader]
    minute = rng.integers(0, 60, number)
    starts = FIRST + pd.to_timedelta(alone * 24 * 60 + hour * 60 + minute, unit="min")
    return pd.DataFrame(
        {
            "occurred_from": starts,
            "occurred_to": pd.Series(pd.NaT, index=range(number)).astype("datetime64[us]"),
            "time_precision": "exact",
            "x_m": at[place, 0] + rng.normal(0, 15, number),
            "y_m": at[place, 1] + rng.normal(0, 15, number),
            "place": place + 1,
            "spot": place + 1,
            "category": category,
        }
    )


def keep(rng, frame, inside, times, number):
    """`number` of the events, where those inside are `times` as likely to have come as the others."""
    kept = rng.random(len(frame)) < np.where(inside, times, 1.0) / max(times, 1.0)
    found = frame[kept]
    assert len(found) >= number
    return found.iloc[:number].reset_index(drop=True)
