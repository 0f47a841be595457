"""What people borrow, and how the circulation system exports it: renewed, late, lost track of, misread.

Belongs here: loans in the columns of that system.  The books come from the catalogue.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from profiles.demo.archetypes import ARCHETYPES
from profiles.demo.calendar import Term
from profiles.demo.catalogue import KINDS, Catalogue, reading_shares
from profiles.demo.colleges import COLLEGES, LEVEL_LOANS
from profiles.demo.draw import DAY_SECONDS, Floats, Ints, Random, choose, midnight, picked, stream, varied
from profiles.demo.names import padded
from profiles.demo.people import People
from profiles.demo.visits import MAIN, Visits

LOAN_DAYS = (40, 60, 60, 90)
MOST_LOANS = 400
APPETITE_VARIES, LOAN_MOOD_VARIES = 0.18, 0.18
BOOKS, ERRANDS = 11, 5  # so many books are fetched on so many errands
AWAY_SHARE = 0.2  # of their usual loans, by those who never came in the term
FOREVER_DAYS = 3650
RENEWED_SHARE, LATE_SHARE, KEPT_SHARE = 0.16, 0.08, 0.004
ROOMS = (("总馆三层中文图书", "总馆四层外文图书", "总馆五层过刊"), ("工学馆中文图书", "工学馆外文图书", "工学馆过刊"))

REPEATED_SHARE, UNREADABLE_SHARE, SHORT_RECORDS = 0.001, 0.003, 2
UNREADABLE = ("0000-00-00 00:00:00", "2025-09-31 10:21:33", "2025-13-05 09:00:00")
NOT_PERSONS = (("ILL001", "馆际互借"), ("ILL002", "馆际互借"), ("TEST01", "测试读者"), ("GROUP03", "班级借书证"))
NOT_PERSONS_SHARE = 0.004

MOMENTS = ("loaned", "due", "returned")
HEADINGS = {
    "读者条码": "reader",
    "姓名": "name",
    "单位": "unit",
    "条码号": "barcode",
    "题名": "title",
    "责任者": "author",
    "索书号": "call_number",
    "馆藏地": "room",
    "文献类型": "kind",
    "借出日期": "loaned",
    "应还日期": "due",
    "归还日期": "returned",
    "续借次数": "renewals",
}


@dataclass(frozen=True)
class LoanExport:
    """A term's export: whole records, records that lost their call number, and what is still out at its end."""

    records: pl.DataFrame
    short_records: pl.DataFrame
    still_out: pl.DataFrame


def export_loans(seed: int, known: pl.DataFrame, begun: pl.DataFrame, term: Term) -> LoanExport:
    """The loans begun in the term, and those ``known`` to be out before it that have ended since."""
    random = stream(seed, "loan export", term.code)
    ended = pl.col("returned") <= term.exported_at
    listed = pl.concat([known.filter(ended), begun]).sort("loaned", "barcode")
    still_out = pl.concat([known, begun]).filter(~ended)
    records = headed(listed.with_columns(returned=pl.when(ended).then("returned")))
    records = _misread(random, records)
    at_end = max(len(records) - SHORT_RECORDS, 0)
    whole_records = records[:at_end]
    repeated = whole_records.filter(pl.Series(random.random(at_end) < REPEATED_SHARE))
    return LoanExport(pl.concat([whole_records, repeated]), records[at_end:].drop("索书号"), still_out)


def draw_loans(seed: int, people: People, catalogue: Catalogue, visits: Visits, term: Term) -> pl.DataFrame:
    """The loans begun in a term, with the moments they are due and will be returned (seconds)."""
    random = stream(seed, "loans", term.code)
    loans = _loans_per_person(seed, random, people, visits, term)
    who = np.repeat(np.arange(len(people)), loans)
    college = people.college_in(term.half)[who]
    moment, building = _moments(random, visits, term, who, loans)
    title = _titles(random, catalogue, college)
    renewals = (random.random((2, len(who))) < RENEWED_SHARE).cumprod(axis=0).sum(axis=0)
    due, returned = _ends(random, moment, np.array(LOAN_DAYS)[people.level[who]] * (1 + renewals))
    book = catalogue.titles[pl.Series(title)]
    room = building * len(KINDS) + book["kind"].replace_strict(KINDS, range(len(KINDS))).to_numpy()
    frame = pl.DataFrame(
        [
            people.column("number", who).alias("reader"),
            people.column("name", who),
            picked([unit.name for unit in COLLEGES], college).alias("unit"),
            pl.Series("title_number", title),
            *book.get_columns(),
            picked([name for rooms in ROOMS for name in rooms], room).alias("room"),
            pl.Series("loaned", moment),
            pl.Series("due", due),
            pl.Series("returned", returned),
            pl.Series("renewals", renewals),
        ]
    )
    return _for_others(random, _with_barcodes(frame, term))


def _loans_per_person(seed: int, random: Random, people: People, visits: Visits, term: Term) -> Ints:
    """Loans of each person; the appetite for books stays with a person, the mood changes by term."""
    appetite = varied(stream(seed, "appetite"), APPETITE_VARIES * people.noise, len(people))
    expected: Floats = np.array([kind.loans for kind in ARCHETYPES])[people.archetype] * appetite
    expected = expected * np.array([unit.loans for unit in COLLEGES])[people.college_in(term.half)]
    expected = (
        expected * np.array(LEVEL_LOANS)[people.level] * varied(random, LOAN_MOOD_VARIES * people.noise, len(people))
    )
    came = visits.per_person(len(people)) > 0
    expected = np.where(came, expected, expected * AWAY_SHARE)
    in_scope = np.zeros(len(people))
    in_scope[people.present(term.half)] = 1.0
    return random.poisson(np.minimum(expected, MOST_LOANS) * in_scope).astype(np.int64)


def _moments(random: Random, visits: Visits, term: Term, who: Ints, loans: Ints) -> tuple[Ints, Ints]:
    """When and in which building each loan began: a few books at a time, during a visit where there was one."""
    first = np.repeat(np.cumsum(loans) - loans, loans)
    errand = (np.arange(len(who)) - first) * ERRANDS // BOOKS
    leader = first - (-errand * BOOKS // ERRANDS)  # the first book of each errand
    visited = visits.per_person(len(loans))
    begins = np.cumsum(visited) - visited
    luck = random.random((2, len(who)))[:, leader]
    chosen = np.minimum(begins[who] + (luck[0] * visited[who]).astype(np.int64), max(len(visits) - 1, 0))
    at_desk = _within_hours(term, luck)
    if len(visits) == 0:
        return at_desk, np.full(len(who), MAIN)
    inside = visits.entered[chosen] + (luck[1] * (visits.left[chosen] - visits.entered[chosen])).astype(np.int64)
    came = visited[who] > 0
    moment = np.where(came, inside, at_desk) + 11 * (np.arange(len(who)) - leader)
    return moment, np.where(came, visits.building[chosen], MAIN)


def _within_hours(term: Term, luck: Floats) -> Ints:
    """Moments between nine and nine on any day of the term."""
    day = (luck[0] * len(term.days)).astype(np.int64)
    seconds: Ints = ((9 + 12 * luck[1]) * 3600).astype(np.int64)
    at_desk: Ints = midnight(term.starts_on) + day * DAY_SECONDS + seconds
    return at_desk


def _titles(random: Random, catalogue: Catalogue, college: Ints) -> Ints:
    """A title for each loan: the subject by college, then the popular titles of a subject more often."""
    subject = np.zeros(len(college), dtype=np.int64)
    for position, shares in enumerate(reading_shares()):
        mine = np.flatnonzero(college == position)
        subject[mine] = choose(random, shares, len(mine))
    held = np.diff(catalogue.begins)[subject]
    return catalogue.begins[subject] + (held * random.random(len(college)) ** 1.5).astype(np.int64)


def _ends(random: Random, moment: Ints, days: Ints) -> tuple[Ints, Ints]:
    """The last second of the day a loan is due, and when the book comes back: in opening hours, mostly in time."""
    first_day = moment // DAY_SECONDS
    kept = (random.beta(1.6, 1.1, len(moment)) * (days + 1)).astype(np.int64)
    late = days + 1 + random.exponential(9.0, len(moment)).astype(np.int64)
    kept = np.where(random.random(len(moment)) < LATE_SHARE, late, kept)
    kept = np.where(random.random(len(moment)) < KEPT_SHARE, kept + FOREVER_DAYS, kept)
    returned = (first_day + kept) * DAY_SECONDS + random.integers(8 * 3600, 22 * 3600, len(moment))
    due = (first_day + days + 1) * DAY_SECONDS - 1
    return due, np.where(returned > moment, returned, moment + 1800)


def _with_barcodes(frame: pl.DataFrame, term: Term) -> pl.DataFrame:
    """A copy of its own for each loan of a title in a term, so that no copy is out twice."""
    copy = pl.int_range(pl.len()).over("title_number", order_by="loaned") + 1 + 500 * (term.half % 2)
    return frame.with_columns(
        barcode=pl.format("{}{}", padded("title_number", 7), copy.cast(pl.String).str.zfill(3))
    ).drop("title_number")


def _for_others(random: Random, frame: pl.DataFrame) -> pl.DataFrame:
    """Some loans go to accounts that are not persons."""
    account = picked([number for number, _ in NOT_PERSONS], choice := random.integers(0, len(NOT_PERSONS), len(frame)))
    label = picked([name for _, name in NOT_PERSONS], choice)
    other = pl.Series(random.random(len(frame)) < NOT_PERSONS_SHARE)
    return frame.with_columns(
        reader=account.zip_with(other, frame["reader"]),
        name=label.zip_with(other, frame["name"]),
        unit=pl.when(other).then(pl.lit("图书馆")).otherwise("unit"),
    )


def further_loans(
    people: People,
    catalogue: Catalogue,
    term: Term,
    who: Ints,
    title: Ints,
    loaned: Ints,
    returned: Ints,
    copy: int,
) -> pl.DataFrame:
    """Loans beyond those drawn, in the columns of the circulation system; ``copy`` is one that nobody else is given."""
    due = (loaned // DAY_SECONDS + np.array(LOAN_DAYS)[people.level[who]] + 1) * DAY_SECONDS - 1
    frame = pl.DataFrame(
        [
            people.column("number", who).alias("reader"),
            people.column("name", who),
            picked([unit.name for unit in COLLEGES], people.college_in(term.half)[who]).alias("unit"),
            pl.Series("title_number", title),
            *catalogue.titles[pl.Series(title)].get_columns(),
            pl.Series("loaned", loaned),
            pl.Series("due", due),
            pl.Series("returned", returned),
        ]
    )
    barcode = pl.format("{}{}", padded("title_number", 7), pl.lit(copy))
    return headed(frame.with_columns(barcode=barcode, room=pl.lit(ROOMS[0][0]), renewals=pl.lit(0, pl.Int64)))


def headed(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns as the circulation system names and writes them."""
    written = {name: pl.from_epoch(pl.col(name)).dt.strftime("%Y-%m-%d %H:%M:%S") for name in MOMENTS}
    return frame.with_columns(**written).select(pl.col(column).alias(heading) for heading, column in HEADINGS.items())


def _misread(random: Random, records: pl.DataFrame) -> pl.DataFrame:
    """A few loan dates are not dates."""
    wrong = picked(UNREADABLE, random.integers(0, len(UNREADABLE), len(records)))
    broken = pl.Series(random.random(len(records)) < UNREADABLE_SHARE)
    return records.with_columns(wrong.zip_with(broken, records["借出日期"]).alias("借出日期"))
