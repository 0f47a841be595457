"""A portrait of another day: as of then, and as it was known then."""

import datetime as dt
import json
import math
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import KeyRefused, Misconfigured, Problem
from pipelines.models import Model
from pipelines.portraying import bundles, past
from pipelines.portraying.past import Moment
from pipelines.portraying.portrait_text import headline, told
from pipelines.portraying.portraits import Portrait, draw
from tests.line.sites import Line, Whole, mingyuan

TERM, DAY = "2025-2026-2", dt.date(2026, 5, 10)
MAY = "gate/main_2026-05.csv"


@pytest.fixture
def line(whole: Whole, tmp_path: Path, read_here: None) -> Line:
    return whole.line.copied(tmp_path / "site")


def reader(line: Line) -> str:
    """Who came most often in the month of the day, before and after it.

    Whoever comes most often in the term need not come then: some pass the gate a hundred times in its first weeks.
    """
    query = f"""
        select patron_key from clean.visit where month(service_date) = {DAY.month} and year(service_date) = {DAY.year}
        group by patron_key having min(service_date) < date '{DAY}' and max(service_date) > date '{DAY}'
        order by count(*) desc, patron_key limit 1"""
    return str(line.rows_of(query)[0][0])


def figure(portrait: Portrait, name: str) -> object:
    return next(figure.value for figure in portrait.figures if figure.name == name)


def correct_may(line: Line, whole: Whole) -> None:
    """The gate's May comes once more, with a fifth of its passages."""
    heading, *passages = (whole.exports / MAY).read_bytes().splitlines(keepends=True)
    line.put(MAY, heading + b"".join(passages[: len(passages) // 5]))
    assert line.take_in("gate_event", is_judged=False).refusals == []


def test_as_of_a_day_only_what_had_happened_by_then_is_told(line: Line):
    key = reader(line)
    drawn, whole_term = draw(line.site, key, TERM, Moment(as_of=DAY)), draw(line.site, key, TERM, Moment())
    ((by_then,),) = line.rows_of(
        f"select count(distinct service_date) from clean.visit join ref.calendar_day on service_date = day "
        f"where patron_key = '{key}' and term = '{TERM}' and service_date <= date '{DAY}'"
    )
    assert figure(drawn, "visit_days") == by_then
    assert drawn.as_of == str(DAY)
    assert int(str(figure(whole_term, "visit_days"))) > by_then, "the control: without the day, all of the term is told"


def test_a_book_that_came_back_later_is_still_out(line: Line):
    returned = f"select count(*) from raw.loan where returned_at >= date '{DAY}' + 1 and loaned_at < date '{DAY}' + 1"
    assert line.rows_of(returned) != [(0,)]
    with past.warehouse_at(line.site, Moment(as_of=DAY), ["clean.loan"]) as then:
        late = f"select count(*) from clean.loan where returned_at >= date '{DAY}' + 1 or loaned_at >= date '{DAY}' + 1"
        assert then.connection.sql(late).fetchall() == [(0,)]
        assert then.connection.sql("select count(*) > 0 from clean.loan where status = 'open'").fetchall() == [(True,)]


def test_a_correction_changes_what_is_known_now_and_not_what_was_known(
    line: Line, whole: Whole, monkeypatch: pytest.MonkeyPatch
):
    key, before = reader(line), dt.datetime.now()
    first = draw(line.site, key, TERM, Moment(known_at=before)).as_json()
    correct_may(line, whole)
    assert draw(line.site, key, TERM, Moment(known_at=before)).as_json() == first
    now = draw(line.site, key, TERM, Moment(known_at=dt.datetime.now()))
    assert int(str(figure(now, "visits"))) < figure_of(first, "visits")
    monkeypatch.setattr(past, "_read_anew", lambda *given: None)
    without = draw(line.site, key, TERM, Moment(known_at=before)).as_json()
    assert without != first, "the control: the replaced file must be read from its sealed original"


def figure_of(text: str, name: str) -> int:
    return next(int(figure["value"]) for figure in json.loads(text)["figures"] if figure["name"] == name)


def test_reading_an_original_again_leaves_the_vault_as_it_was(line: Line, whole: Whole):
    before = dt.datetime.now()
    correct_may(line, whole)
    held = {path: path.read_bytes() for path in line.campus.vault.rglob("*") if path.is_file()}
    draw(line.site, "undergraduate", TERM, Moment(known_at=before))
    assert {path: path.read_bytes() for path in line.campus.vault.rglob("*") if path.is_file()} == held
    assert not list(line.campus.warehouse.parent.glob("past-*")), "the other day's warehouse is gone"


def test_a_bundle_is_made_again_byte_for_byte_until_what_it_is_made_from_changes(
    line: Line, whole: Whole, tmp_path: Path
):
    file = tmp_path / "bundle.json"
    file.write_text(bundles.bundle(line.site, "postgraduate", TERM, Moment(as_of=DAY)), encoding="utf-8")
    correct_may(line, whole)
    assert bundles.made_again(line.site, file) == [], "what came later does not count"
    text = file.read_text(encoding="utf-8")
    site = line.folder / "campus.yml"
    site.write_text(
        site.read_text(encoding="utf-8").replace("coverage_floor: 0.8", "coverage_floor: 0.99"), encoding="utf-8"
    )
    other = Line(line.folder.rename(tmp_path / "other"))
    assert "the site file" in bundles.made_again(other.site, file)
    file.write_text(text.replace('"sha256": "', '"sha256": "0', 1), encoding="utf-8")
    assert "the portrait itself" in bundles.made_again(other.site, file)
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(Misconfigured, match="is no bundle"):
        bundles.made_again(other.site, file)


def test_nothing_can_be_told_of_a_time_before_the_first_export(line: Line):
    with pytest.raises(Problem, match="nothing had been received by then"):
        draw(line.site, "undergraduate", TERM, Moment(known_at=dt.datetime(2000, 1, 1)))


def test_a_group_is_found_by_code_and_name_and_passes_the_gate(line: Line):
    named = draw(line.site, "新生", None, Moment())
    assert (named.who, named.kind, named.is_withheld) == ("new", "cohort", False)
    site = line.folder / "campus.yml"
    site.write_text(site.read_text(encoding="utf-8").replace("small_cell: 10", "small_cell: 400"), encoding="utf-8")
    wide = Line(line.folder.rename(line.folder.with_name("wide")))
    kept = draw(wide.site, "undergraduate", TERM, Moment(as_of=DAY))
    assert (kept.is_withheld, kept.figures) == (True, ())
    assert "too few people" in headline(kept)


def test_a_group_is_told_with_its_spread_what_it_reads_and_what_became_of_it(line: Line):
    now = {sheet.table: sheet for sheet in draw(line.site, "undergraduate", TERM, Moment()).sheets}
    assert {"portrait.distribution", "portrait.subject"} <= set(now)
    (loans,) = [values for words, values in now["portrait.distribution"].rows if "loans" in words]
    told = dict(zip((name for name, *_ in now["portrait.distribution"].headings), loans, strict=True))
    of_each = (
        f"select loans from portrait.individual where level_group = 'undergraduate' and is_exposed and term = '{TERM}'"
    )
    taken = sorted(int(loans) for (loans,) in line.rows_of(of_each))
    assert told["zero_share"] == round(taken.count(0) / len(taken), 2), "shares leave in whole percents"
    assert told["p90"] == taken[math.ceil(0.9 * len(taken)) - 1]
    quotients = [values[-1] for _, values in now["portrait.subject"].rows]
    assert quotients == sorted(quotients, reverse=True)
    assert all(quotient > 1 for quotient in quotients)
    # As of another day the same tables are there; of a reader there are none.
    then = draw(line.site, "undergraduate", TERM, Moment(as_of=DAY))
    assert "portrait.distribution" in {sheet.table for sheet in then.sheets}
    assert draw(line.site, reader(line), TERM, Moment()).sheets == ()


def test_a_reader_is_found_by_their_own_number_where_the_key_can_be_read(line: Line, whole: Whole):
    people = pl.read_parquet(whole.truth / "patrons.parquet").filter(level="bachelor")
    number = str(people["number"].max())
    by_number = draw(line.site, number, None, Moment())
    assert by_number == draw(line.site, by_number.who, None, Moment())
    line.campus.key_file.chmod(0o644)
    with pytest.raises(KeyRefused, match="others can read it"):
        draw(line.site, number, None, Moment())


def test_what_is_not_measured_is_said_and_not_shown_as_zero(line: Line):
    portrait = draw(line.site, reader(line), TERM, Moment())
    assert figure(portrait, "resource_days") is None
    cells = [cell for table in told(portrait) for column in table.columns for cell in column.cells]
    assert "未测 not measured" in {str(cell) for cell in cells}


def test_the_command_prints_a_portrait_and_one_line_for_nobody(line: Line):
    printed = mingyuan(line, "portrait", "undergraduate", "--json")
    assert json.loads(printed.stdout)["who"] == "undergraduate"
    nobody = mingyuan(line, "portrait", "undergradaute")
    assert (nobody.returncode, nobody.stderr.count("\n")) == (1, 1)
    assert "did you mean" in nobody.stderr


def test_every_feed_that_has_a_time_says_which_column_is_when(models: dict[str, Model]):
    silent = {
        model.table
        for model in models.values()
        if model.is_feed and not model.happened and {"DATE", "TIMESTAMP"} & {column.type for column in model.columns}
    }
    assert silent == set()
