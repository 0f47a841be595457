"""The demo campus: an invented university's exports, written as its systems would write them.

Belongs here: the order of the terms, and each system's file names, encodings and line ends.  What people do is drawn in
``profiles.demo``.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.demo_calendar import finished_terms, reference_rows, special_days
from pipelines.errors import Misconfigured
from profiles.demo import truth as planted
from profiles.demo.bookings import draw_bookings, export_bookings
from profiles.demo.calendar import DayType, Term, month_name, month_of
from profiles.demo.campaigns import Trials, assignments, campaign_list, draw_contacts, draw_trials
from profiles.demo.cards import Cards, card_list, draw_cards
from profiles.demo.catalogue import Catalogue, make_catalogue
from profiles.demo.consents import draw_consents
from profiles.demo.farmers import Farmers, choose_farmers, farmed_loans, farmed_swipes
from profiles.demo.feedback import Campaign, campaign_of, draw_tickets
from profiles.demo.gates import main_swipes, science_entries
from profiles.demo.hub import staff_snapshot, student_snapshot
from profiles.demo.loans import draw_loans, export_loans
from profiles.demo.people import People, draw_people
from profiles.demo.survey import HEADINGS, TITLE, Survey, hold_survey
from profiles.demo.trainings import Topic, draw_trainings
from profiles.demo.visits import Visits, draw_visits
from profiles.demo.volunteers import draw_shifts

FEWEST_PATRONS = 100
NOVEMBER = 11

Progress = Callable[[str, float], None]
File = tuple[str, bytes]


@dataclass(frozen=True)
class CampusMade:
    """What was written; ``patrons`` are the persons in scope in the last term."""

    files: int
    bytes: int
    patrons: int
    terms: int
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Campus:
    """What stays the same from term to term."""

    seed: int
    special: Mapping[date, DayType]
    people: People
    cards: Cards
    catalogue: Catalogue
    outage: str
    last: Term
    farmers: Farmers
    curriculum: Sequence[Topic]
    campaign: Campaign


@dataclass
class _Unfinished:
    """What a term leaves to the next one's files: rows on their way, books out, places reserved."""

    swipes: pl.DataFrame | None = None
    entries: pl.DataFrame | None = None
    loans: pl.DataFrame | None = None
    bookings: pl.DataFrame | None = None


@dataclass
class _Planted:
    """What was done to people, and what they would all have said, to be held against an analysis."""

    surveys: dict[str, Survey]
    trials: Trials | None = None


def make_campus(
    patrons: int, terms: int, seed: int, out: Path, truth: Path | None, progress: Progress, noise: float = 1.0
) -> CampusMade:
    """Write the exports of the last ``terms`` finished terms to ``out`` and what was planted to ``truth``.

    ``noise`` says how unlike people of one kind are: 2 makes them vary twice as much as in the usual campus.
    """
    if patrons < FEWEST_PATRONS:
        raise Misconfigured(f"--patrons {patrons}: a campus has at least {FEWEST_PATRONS} patrons — ask for more")
    span = finished_terms(terms)
    progress("people and books", 0.0)
    campus = draw_campus(patrons, span, seed, noise)
    files = size = 0
    known = _Planted({})
    for name, content in _exports(campus, span, known, progress):
        write_file(out / name, content)
        files, size = files + 1, size + len(content)
    if truth is not None:
        _write_truth(truth, campus, span, known)
    progress("done", 1.0)
    patrons = len(campus.people.present(span[-1].half))
    return CampusMade(files, size, patrons, terms, span[0].starts_on, span[-1].ends_on)


def draw_campus(patrons: int, span: Sequence[Term], seed: int, noise: float = 1.0) -> Campus:
    """The people, cards and books of so many terms."""
    people = draw_people(seed, patrons, span, noise)
    cards = draw_cards(seed, people, span)
    catalogue, farmers = make_catalogue(seed, patrons), choose_farmers(seed, people, span[-1])
    curriculum = [Topic(row["stage"], row["series"]) for row in reference_rows("training.csv")]
    about = (_outage(span), span[-1], farmers, curriculum, campaign_of(span[-1]))
    return Campus(seed, special_days(), people, cards, catalogue, *about)


def _outage(span: Sequence[Term]) -> str:
    """The month whose main gate file was lost: November of the first autumn, empty where there is none."""
    autumn = next((term for term in span if term.season == "autumn"), None)
    return f"{autumn.first_year}-{NOVEMBER}" if autumn else ""


def _exports(campus: Campus, span: Sequence[Term], known: _Planted, progress: Progress) -> Iterator[File]:
    """Every file in the order of the terms."""
    unfinished = _Unfinished()
    for position, term in enumerate(span):
        progress(term.code, position / len(span))
        visits = draw_visits(campus.seed, campus.people, term, campus.special)
        yield from hub(campus, term)
        yield _circulation(campus, term, visits, unfinished, known)
        yield from _gates(campus, term, visits, unfinished)
        yield _seats(campus, term, visits, unfinished)
        yield from taking_part(campus, term, visits, known.surveys)
    if known.trials is not None:
        yield from at_last(campus, span, known.trials)


def at_last(campus: Campus, span: Sequence[Term], trials: Trials) -> Iterator[File]:
    """What is exported once for all terms: consents, campaigns and trials."""
    last = span[-1].code
    yield f"consents/consents_{last}.csv", _csv(draw_consents(campus.seed, campus.people, span))
    yield f"campaigns/campaigns_{last}.csv", _csv(campaign_list(span))
    yield f"campaigns/contacts_{last}.csv", _csv(draw_contacts(campus.seed, campus.people, span, trials))
    yield f"campaigns/assignments_{last}.csv", _csv(assignments(campus.people, trials))


def hub(campus: Campus, term: Term) -> Iterator[File]:
    """Students and staff as a term begins, cards as it ends."""
    opened, closed = f"{term.starts_on:%Y%m%d}", f"{term.ends_on:%Y%m%d}"
    yield f"hub/students_{opened}.csv", _for_windows(student_snapshot(campus.people, term))
    yield f"hub/staff_{opened}.csv", _for_windows(staff_snapshot(campus.people, term))
    yield f"hub/cards_{closed}.csv", _csv(card_list(campus.cards, campus.people, term))


def _circulation(campus: Campus, term: Term, visits: Visits, unfinished: _Unfinished, known: _Planted) -> File:
    begun = draw_loans(campus.seed, campus.people, campus.catalogue, visits, term)
    export = export_loans(campus.seed, _before(unfinished.loans, begun), begun, term)
    unfinished.loans = export.still_out
    records = export.records
    if term is campus.last:
        people, catalogue = campus.people, campus.catalogue
        records.extend(farmed_loans(campus.seed, campus.farmers, people, catalogue, term))
        known.trials = draw_trials(campus.seed, people, catalogue, begun, term, campus.farmers.who)
        records.extend(known.trials.gained)
    content = _csv(records, include_bom=True) + _csv(export.short_records, include_header=False)
    return f"circulation/loans_{term.code}.csv", content


def _gates(campus: Campus, term: Term, visits: Visits, unfinished: _Unfinished) -> Iterator[File]:
    """A file for each month, in which the rows that came late from the month before stand, too."""
    swipes = main_swipes(campus.seed, visits, campus.cards, term)
    entries = science_entries(campus.seed, visits, campus.people, term)
    if term is campus.last:
        swipes = pl.concat([swipes, farmed_swipes(campus.farmers, campus.cards, term)])
    unfinished.swipes = pl.concat([_before(unfinished.swipes, swipes), swipes])
    unfinished.entries = pl.concat([_before(unfinished.entries, entries), entries])
    until = month_of(term.exported_at) + (term is campus.last)
    for month, rows in _by_month(unfinished.swipes, until):
        if month != campus.outage:
            yield f"gate/main_{month}.csv", _csv(rows, datetime_format="%Y/%m/%d %H:%M:%S")
    for month, rows in _by_month(unfinished.entries, until):
        yield f"gate/science_{month}.tsv", _csv(rows, separator="\t")
    unfinished.swipes = unfinished.swipes.filter(pl.col("month") > until)
    unfinished.entries = unfinished.entries.filter(pl.col("month") > until)


def _by_month(rows: pl.DataFrame, until: int) -> Iterator[tuple[str, pl.DataFrame]]:
    for month in sorted(rows["month"].unique()):
        if month <= until:
            yield month_name(month), rows.filter(pl.col("month") == month).drop("month", "seen")


def _seats(campus: Campus, term: Term, visits: Visits, unfinished: _Unfinished) -> File:
    bookings = draw_bookings(campus.seed, campus.people, visits, term, campus.special)
    export = export_bookings(_before(unfinished.bookings, bookings), bookings, term)
    unfinished.bookings = export.turned_out
    return f"space/seats_{term.code}.csv", _csv(export.records)


def taking_part(campus: Campus, term: Term, visits: Visits, surveys: dict[str, Survey]) -> Iterator[File]:
    """What people say to the library, learn in it and do for it; a survey of the spring is noted in ``surveys``, too."""
    seed, people, special = campus.seed, campus.people, campus.special
    yield f"tickets/tickets_{term.code}.csv", _csv(draw_tickets(seed, people, visits, term, campus.campaign))
    yield f"events/attendance_{term.code}.csv", _csv(draw_trainings(seed, people, term, special, campus.curriculum))
    yield f"volunteers/shifts_{term.code}.csv", _csv(draw_shifts(seed, people, term, special))
    if term.season == "spring":
        wave = str(term.ends_on.year)
        surveys[wave] = hold_survey(seed, people, visits, term)
        yield f"survey/wjx_{wave}.xlsx", _workbook(surveys[wave].answers, term)


def _before(carried: pl.DataFrame | None, new: pl.DataFrame) -> pl.DataFrame:
    """What earlier terms left over, or nothing in the same columns."""
    return new.clear() if carried is None else carried


def _csv(frame: pl.DataFrame, **options: Any) -> bytes:
    buffer = io.BytesIO()
    frame.write_csv(buffer, **{"datetime_format": "%Y-%m-%d %H:%M:%S", **options})
    return buffer.getvalue()


def _for_windows(frame: pl.DataFrame) -> bytes:
    """As the campus hub writes: Chinese national encoding, Windows line ends."""
    return _csv(frame, line_terminator="\r\n").decode("utf-8").encode("gb18030")


def _workbook(answers: pl.DataFrame, term: Term) -> bytes:
    """A sheet with a merged title above the headings; its date of making is the term's end, not today."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": datetime.combine(term.ends_on, datetime.min.time())})
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, TITLE)
        for number, row in enumerate([HEADINGS, *answers.iter_rows()], start=1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    return buffer.getvalue()


def write_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _write_truth(folder: Path, campus: Campus, span: Sequence[Term], known: _Planted) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    planted.patrons(campus.people, campus.cards).write_parquet(folder / "patrons.parquet")
    facts = planted.effects(campus.people, span, known.surveys)
    facts |= {"outage": campus.outage, "farmers": campus.farmers.planted(campus.people)}
    facts |= {"trials": known.trials.planted() if known.trials else {}}
    facts["campaign"] = asdict(campus.campaign)
    text = json.dumps(facts, ensure_ascii=False, indent=2, default=str)
    (folder / "effects.json").write_text(text + "\n", encoding="utf-8")
