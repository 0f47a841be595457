"""The people of the invented university and their way through it: entry, transfer, leave, graduation.

Belongs here: who a person is and what state they are in at a given half-year.  What they do in the
library does not, apart from the planted kind of reader they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import Term
from profiles.demo.colleges import STAFF, majors
from profiles.demo.draw import Flags, Floats, Ints, Random, choose, picked, stream, varied
from profiles.demo.intake import Intake, draw_intake
from profiles.demo.names import contacts, names, padded

NEVER = 10**6
CLASS_SIZE = 30

LEAVE_SHARE, DROPOUT_SHARE, ABROAD_SHARE, TRANSFER_SHARE = 0.02, 0.012, 0.015, 0.015
READING, ON_LEAVE, LEFT, RESUMED, GRADUATED, ABROAD = "01", "02", "03", "05", "07", "13"

AGE_AT_ENTRY = (18, 22, 25, 30)
VIGOUR_VARIES = 0.18


@dataclass(frozen=True)
class People:
    """Everyone who is on the roll in any of the terms, one position each in every array.

    Times are half-years (``Term.half``); ``until`` is the first half-year a person is no longer on the roll.
    """

    level: Ints
    college: Ints
    major: Ints
    moved_college: Ints
    moved_major: Ints
    moves_in: Ints
    enters_in: Ints
    until: Ints
    years: Floats
    leaves_in: Ints
    abroad_in: Ints
    drops_out: Flags
    archetype: Ints
    vigour: Floats
    text: pl.DataFrame  # number, name, sex, id_card, phone, email, class_group, moved_class_group
    noise: float = 1.0
    """How unlike people of one kind are, from person to person and from term to term, against the usual."""

    def __len__(self) -> int:
        return len(self.level)

    def status(self, half: int) -> npt.NDArray[np.str_]:
        """The hub's status code of each person, empty for those it does not list; leavers are listed once."""
        on_leave, gone = half - self.leaves_in, half - self.until
        listed = (half >= self.enters_in) & (gone <= 0)
        states = [
            (~listed, ""),
            ((gone == 0) & self.drops_out, LEFT),
            (gone == 0, GRADUATED),
            ((on_leave >= 0) & (on_leave < 2), ON_LEAVE),
            (on_leave == 2, RESUMED),
            (half == self.abroad_in, ABROAD),
        ]
        return np.select([when for when, _ in states], [code for _, code in states], READING)

    def present(self, half: int) -> Ints:
        """Positions of those who are in scope: reading, or back from leave."""
        return np.flatnonzero(np.isin(self.status(half), (READING, RESUMED)))

    def college_in(self, half: int) -> Ints:
        return np.where(half >= self.moves_in, self.moved_college, self.college)

    def major_in(self, half: int) -> Ints:
        return np.where(half >= self.moves_in, self.moved_major, self.major)

    def column(self, name: str, who: Ints) -> pl.Series:
        """One of the text columns for the given persons."""
        return self.text[name].gather(pl.Series(who))


def draw_people(seed: int, patrons: int, terms: Sequence[Term], noise: float = 1.0) -> People:
    """About ``patrons`` persons in scope in every term, with the intakes and graduations that keep it so."""
    random = stream(seed, "people")
    return _named(random, _with_lives(random, draw_intake(random, patrons, terms), terms, noise))


def _with_lives(random: Random, intake: Intake, terms: Sequence[Term], noise: float) -> People:
    """What happens to each person after entry, kept for those who are listed in some term."""
    size = len(intake.level)
    student = intake.level != STAFF
    length = intake.until - intake.enters_in
    within = intake.enters_in + 1 + (random.random((3, size)) * (length - 1)).astype(np.int64)
    leaves = student & (random.random(size) < LEAVE_SHARE)
    drops = student & ~leaves & (random.random(size) < DROPOUT_SHARE)
    abroad = student & ~leaves & ~drops & (random.random(size) < ABROAD_SHARE)
    moves = student & (intake.level == 0) & (random.random(size) < TRANSFER_SHARE)
    until = np.where(leaves, intake.until + 2, np.where(drops, within[1], intake.until))
    owners = np.array([owner for owner, _ in majors()])
    moved_major = np.where(moves, _other_major(random, intake.major), intake.major)
    listed = (until >= terms[0].half) & (intake.enters_in <= terms[-1].half)
    people = People(
        level=intake.level,
        college=owners[intake.major],
        major=intake.major,
        moved_college=owners[moved_major],
        moved_major=moved_major,
        moves_in=np.where(moves, intake.enters_in + 2, NEVER),
        enters_in=intake.enters_in,
        until=until,
        years=intake.years,
        leaves_in=np.where(leaves, within[0], NEVER),
        abroad_in=np.where(abroad, within[2], NEVER),
        drops_out=drops,
        archetype=_archetypes(random, student),
        vigour=varied(random, VIGOUR_VARIES * noise, size),
        text=pl.DataFrame(),
        noise=noise,
    )
    return _only(people, listed)


def _only(people: People, kept: Flags) -> People:
    arrays = {name: value[kept] for name, value in vars(people).items() if isinstance(value, np.ndarray)}
    return People(**arrays, text=people.text, noise=people.noise)


def _other_major(random: Random, major: Ints) -> Ints:
    """Another major that takes bachelors of the usual length, so that a transfer changes no end date."""
    open_to_all = np.array([n for n, (_, target) in enumerate(majors()) if target.years == 4.0])
    target = open_to_all[random.integers(0, len(open_to_all), len(major))]
    return np.where(target == major, open_to_all[0], target)


def _archetypes(random: Random, student: Flags) -> Ints:
    as_student = choose(random, [kind.share for kind in ARCHETYPES], len(student))
    as_staff = choose(random, [kind.staff_share for kind in ARCHETYPES], len(student))
    return np.where(student, as_student, as_staff)


def _named(random: Random, people: People) -> People:
    """The same people with numbers, names and classes."""
    year = people.enters_in // 2
    label = picked([major.name for _, major in majors()], people.major)
    moved_label = picked([major.name for _, major in majors()], people.moved_major)
    frame = pl.DataFrame({"level": people.level, "college": people.college, "major": people.major, "year": year})
    serial = pl.int_range(pl.len()).over("year", "level", "college") + 1
    frame = frame.with_columns(serial=serial, college_code=pl.col("college") + 1)
    number = frame.select(_number().alias("number"))["number"]
    seat = frame.select(pl.int_range(pl.len()).over("year", "level", "major") // CLASS_SIZE + 1).to_series()
    born = year - np.array(AGE_AT_ENTRY)[people.level] - random.integers(0, 3, len(people))
    text = pl.DataFrame(
        [
            number,
            names(random, len(people)),
            picked(("1", "2"), random.integers(0, 2, len(people))).alias("sex"),
            *contacts(random, number, born),
            _class_groups(people.level, label, year, seat).alias("class_group"),
            _class_groups(people.level, moved_label, year, seat).alias("moved_class_group"),
        ]
    )
    return People(**{**vars(people), "text": text})


def _number() -> pl.Expr:
    student = pl.format("{}{}{}{}", "year", pl.col("level") + 1, padded("college_code", 2), padded("serial", 5))
    running = (pl.int_range(pl.len()).over("level") + 10_001).cast(pl.String).str.zfill(8)
    return pl.when(pl.col("level") == STAFF).then(running).otherwise(student)


def _class_groups(level: Ints, major: pl.Series, year: Ints, seat: pl.Series) -> pl.Series:
    """The administrative class; doctors and staff have none."""
    mark = picked(("", "硕", "博", ""), level)
    frame = pl.DataFrame({"level": level, "major": major, "mark": mark, "year": year, "seat": seat})
    group = pl.format("{}{}{}-{}班", "major", "mark", "year", "seat")
    return frame.select(pl.when(pl.col("level") < 2).then(group)).to_series()
