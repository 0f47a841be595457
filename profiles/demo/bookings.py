"""Seats and rooms people book, and how the booking system's history tells it.

Belongs here: bookings in the columns of that system; kept ones lie within true visits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import DayType, Term, bustle
from profiles.demo.colleges import COLLEGES
from profiles.demo.draw import DAY_SECONDS, Flags, Ints, Random, choose, midnight, stream
from profiles.demo.people import People
from profiles.demo.visits import Visits

BUILDINGS = ("总馆", "工学馆")
CANCELLED_SHARE = 0.12
EXAM_BOOST = 1.5
SLOT = 1800
LONGEST_SEAT, LONGEST_ROOM = 8 * 3600, 4 * 3600
CLOSES = 22 * 3600 + SLOT
AREAS, SEATS_IN_AREA, ROOMS_ON_FLOOR, FLOORS, LOWEST_FLOOR = "ABCD", 150, 60, 5, 2
STRIDE = 7919  # a prime: seats given one after another lie far apart
STATES = ("COMPLETE", "MISS", "CANCEL", "RESERVE")
COMPLETE, MISS, CANCEL, RESERVE = range(4)
EVENING = 18 * 3600


@dataclass(frozen=True)
class BookingExport:
    """A term's history, and the bookings that it shows as still to come, as they turned out."""

    records: pl.DataFrame
    turned_out: pl.DataFrame


def export_bookings(known: pl.DataFrame, bookings: pl.DataFrame, term: Term) -> BookingExport:
    """The history on the afternoon of the term's last day, after what the last export showed as reserved."""
    last_evening = midnight(term.ends_on) + EVENING
    ahead = (pl.col("begins") >= last_evening) & (pl.col("state") == COMPLETE)
    shown = bookings.with_columns(
        state=pl.when(ahead).then(pl.lit(RESERVE, pl.Int64)).otherwise("state"),
        **{name: pl.when(~ahead).then(name) for name in ("came", "went")},
    )
    return BookingExport(_headed(pl.concat([known, shown])), bookings.filter(ahead))


def draw_bookings(
    seed: int, people: People, visits: Visits, term: Term, special: Mapping[date, DayType]
) -> pl.DataFrame:
    """The bookings of a term as they turned out; times in seconds."""
    random = stream(seed, "bookings", term.code)
    kind = people.archetype[visits.who]
    booked = np.flatnonzero(random.random(len(visits)) < np.array([a.booked_share for a in ARCHETYPES])[kind])
    who, building = visits.who[booked], visits.building[booked]
    is_room = random.random(len(booked)) < np.array([a.room_share for a in ARCHETYPES])[kind[booked]]
    state = _states(random, people.college_in(term.half)[who])
    begins, ends = _slots(visits.entered[booked], visits.left[booked], is_room)
    shift = np.where(state == COMPLETE, 0, _to_another_day(random, term, special, begins))
    came = visits.entered[booked] + random.integers(60, 300, len(booked))
    frame = pl.DataFrame(
        {
            "who": people.column("number", who),
            "begins": begins + shift,
            "ends": ends + shift,
            "came": came,
            "went": np.maximum(np.minimum(visits.left[booked], ends), came + 60),
            "place": _places(building, is_room, begins + shift),
            "state": state,
            "created": begins + shift - (random.gamma(1.2, 8.0, len(booked)) * 3600).astype(np.int64) - 3600,
        }
    )
    was_used = pl.col("state") == COMPLETE
    frame = frame.with_columns(came=pl.when(was_used).then("came"), went=pl.when(was_used).then("went"))
    frame = frame.sort("created", "who", "begins", "place")
    return frame.with_columns(number=pl.int_range(pl.len()) + 100_000_000 + term.half % 1000 * 1_000_000)


def _states(random: Random, college: Ints) -> Ints:
    """Kept, missed or given up; how often people miss what they booked is planted by college."""
    missed = np.array([unit.missed_share for unit in COLLEGES])[college]
    luck = random.random(len(college))
    return np.where(luck < missed, MISS, np.where(luck < missed + CANCELLED_SHARE, CANCEL, COMPLETE))


def _to_another_day(random: Random, term: Term, special: Mapping[date, DayType], begins: Ints) -> Ints:
    """Seconds by which to move what was missed or given up: on the day of the visit the person was there."""
    day = choose(random, bustle(term, special, EXAM_BOOST), len(begins))
    return midnight(term.starts_on) + day * DAY_SECONDS - begins // DAY_SECONDS * DAY_SECONDS


def _slots(entered: Ints, left: Ints, is_room: Flags) -> tuple[Ints, Ints]:
    """Half-hour slots around a visit, ended by the longest booking allowed and by closing."""
    begins = -(-entered // SLOT) * SLOT
    longest = np.where(is_room, LONGEST_ROOM, LONGEST_SEAT)
    wanted = np.clip(-(-left // SLOT) * SLOT, begins + SLOT, begins + longest)
    return begins, np.minimum(wanted, begins - begins % DAY_SECONDS + CLOSES)


def _places(building: Ints, is_room: Flags, begins: Ints) -> pl.Series:
    """Where each booking is: on a day the next free place of its kind, so that seats are not given twice."""
    frame = pl.DataFrame({"building": building, "is_room": is_room, "begins": begins, "day": begins // DAY_SECONDS})
    turn = pl.int_range(pl.len()).over("building", "is_room", "day", order_by="begins") * STRIDE
    on_floor = pl.when("is_room").then(ROOMS_ON_FLOOR).otherwise(len(AREAS) * SEATS_IN_AREA)
    place = (turn % (on_floor * FLOORS)).alias("place")
    floor = pl.col("place") // on_floor + LOWEST_FLOOR
    nth = pl.col("place") % on_floor
    area = (nth // SEATS_IN_AREA).replace_strict(dict(enumerate(AREAS)), default="")
    room = pl.format("{}层研讨间{}", floor, floor * 100 + nth + 1)
    seat = pl.format("{}层{}{}区{}号", floor, floor, area, nth % SEATS_IN_AREA + 1)
    house = pl.col("building").replace_strict(dict(enumerate(BUILDINGS)))
    return frame.with_columns(place).select(house + pl.when("is_room").then(room).otherwise(seat)).to_series()


def _headed(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns as the booking system names and writes them."""
    clock = {name: pl.from_epoch(pl.col(name)).dt.strftime("%H:%M") for name in ("begins", "ends", "came", "went")}
    return frame.select(
        pl.col("number").alias("id"),
        pl.col("who").alias("学号"),
        pl.from_epoch(pl.col("begins")).dt.strftime("%Y-%-m-%-d").alias("date"),
        clock["begins"].alias("begin"),
        clock["ends"].alias("end"),
        clock["came"].alias("actualBegin"),
        clock["went"].alias("actualEnd"),
        pl.col("place").alias("loc"),
        pl.col("state").replace_strict(dict(enumerate(STATES))).alias("stat"),
        pl.from_epoch(pl.col("created")).dt.strftime("%Y-%m-%d %H:%M:%S").alias("created"),
    )
