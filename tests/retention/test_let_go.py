"""What is past its time is nowhere: not in a table, not in an original, not in a byte; and the rest is as it was."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.errors import Misconfigured
from pipelines.forgetting import retention
from pipelines.forgetting.retention import let_go, outliving
from pipelines.reporting import data_use
from pipelines.site import models
from pipelines.warehouse import Warehouse
from tests.erasure.library import CARD, NUMBER, TITLE, taken_in
from tests.erasure.scan import found_anywhere, vault_of
from tests.line.sites import Line
from tests.retention.conftest import with_limits

OCTOBER_STAYS = dt.date(2026, 4, 29)
"""Seven months after the last two days of September, without which nobody knows who was inside when October began."""
LOANS_GO = dt.date(2027, 10, 15)
"""Two years after the books were lent."""
LATE = "迟到的书目"
LIMITS = {"gate": "7 months", "loan": "24 months"}


def let_all_go(line: Line, day: dt.date = OCTOBER_STAYS) -> dict[str, int]:
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        return let_go(warehouse, line.site, day).rows


@pytest.fixture
def line(untold: Line, read_here: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    """A door without the tables behind it, which would want to be made before anything goes."""
    monkeypatch.setattr(retention, "_behind", lambda warehouse, table: None)
    return with_limits(untold.copied(tmp_path / "site"), **LIMITS)


def test_rows_go_and_younger_ones_stay(line: Line) -> None:
    told = "select cast(passed_at as date) as day, count(*) from raw.gate_event group by day order by day"
    september, october = [dt.date(2025, 9, 8), dt.date(2025, 9, 9)], dt.date(2025, 10, 13)
    assert [day for day, _ in line.rows_of(told)] == [*september, october]
    gone = let_all_go(line)
    assert line.rows_of(told) == [(october, 12)]
    assert (gone["raw.gate_event"], gone["raw.loan"]) == (24, 0)
    assert let_all_go(line, LOANS_GO)["raw.loan"] == 12
    assert line.rows_of("select count(*) from raw.loan") == [(0,)]
    assert line.rows_of("select count(*) from raw.consultation") == [(12,)]


def test_how_much_went_and_from_which_day_records_are_kept_is_noted(line: Line) -> None:
    let_all_go(line)
    noted = "select table_name, kept_from, rows, wiped_at is not null from ledger.retention where rows > 0 order by all"
    assert line.rows_of(noted) == [("raw.gate_event", dt.date(2025, 9, 29), 24, True)]
    assert let_all_go(line) == {}
    assert line.rows_of("select count(*) from ledger.retention") == line.rows_of(
        "select count(distinct table_name) from ledger.retention"
    )


def test_no_byte_of_a_title_is_left(line: Line, tmp_path: Path) -> None:
    assert found_anywhere(line, [TITLE], tmp_path / "before")
    let_all_go(line, LOANS_GO)
    assert not found_anywhere(line, [TITLE], tmp_path / "after")


def test_without_wiping_its_bytes_are_still_there(line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_wipe", lambda warehouse, site: None)
    let_all_go(line, LOANS_GO)
    assert any("mingyuan.duckdb" in place for place, _ in found_anywhere(line, [TITLE], tmp_path / "after"))


def test_without_sealing_anew_the_original_still_tells_it(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_seal_anew", lambda warehouse, site, due: None)
    let_all_go(line, LOANS_GO)
    places = {place for place, _ in found_anywhere(line, [TITLE], tmp_path / "after")}
    assert places
    assert all("original" in place for place in places)


def test_an_original_keeps_its_younger_lines_byte_by_byte(line: Line) -> None:
    originals = "select name, sha256 from ledger.file where feed = 'gate_event' order by name"
    (_, september), (_, october) = line.rows_of(originals)
    kept = b"".join(vault_of(line).original(october))
    let_all_go(line)
    assert b"".join(vault_of(line).original(october)) == kept
    rest = b"".join(vault_of(line).original(september)).decode()
    assert rest.startswith("card,at,door\n")
    assert "2025-09-09" not in rest


def test_whoever_comes_after_a_kill_finishes(line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(retention, "write_anew", lambda warehouse: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            let_all_go(line, LOANS_GO)
    assert line.rows_of("select count(*) from ledger.retention where wiped_at is null") != [(0,)]
    assert found_anywhere(line, [TITLE], tmp_path / "killed")
    let_all_go(line, LOANS_GO)
    assert line.rows_of("select count(*) from ledger.retention where wiped_at is null") == [(0,)]
    assert not found_anywhere(line, [TITLE], tmp_path / "after")


def test_what_comes_too_late_stays_outside_and_nobody_is_known_by_it(line: Line, tmp_path: Path) -> None:
    let_all_go(line)
    line.put(
        "gate/again.csv",
        f"card,at,door\n{CARD},2025-09-28 23:59:59,a\n0099887766,2025-09-28 12:00:00,b\n{CARD},2025-09-29 00:00:00,c\n",
    )
    line.put(
        "loans/again.jsonl",
        json.dumps({"no": "L99", "reader": NUMBER, "item": "B", "title": LATE, "out": "2024-01-01 10:00:00"}) + "\n",
    )
    assert taken_in(line).problems == ()
    counts = "select name, records, loaded, rejected from ledger.file where name like '%again%' order by name"
    assert line.rows_of(counts) == [("gate/again.csv", 3, 1, 2), ("loans/again.jsonl", 1, 0, 1)]
    assert line.rows_of("select distinct reason from ledger.reject where reason = 'past_retention'") == [
        ("past_retention",)
    ]
    assert not found_anywhere(line, [LATE, "0099887766"], tmp_path / "after")


def test_a_workbook_that_holds_what_is_past_is_kept_no_longer(line: Line) -> None:
    let_all_go(line)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for row, cells in enumerate([["card", "at"], [CARD, "2025-09-28 08:00:00"], [CARD, "2025-10-02 08:00:00"]]):
            book.get_worksheet_by_name("Sheet1") or book.add_worksheet("Sheet1")
            book.worksheets()[0].write_row(row, 0, cells)
    site = line.folder / "campus.yml"
    text = site.read_text(encoding="utf-8").replace("files: gate/*.csv", "files: gate/*.xlsx\n    format: xlsx")
    site.write_text(text, encoding="utf-8")
    line.put("gate/book.xlsx", content.getvalue())
    assert Line(line.copied(line.folder.parent / "again").folder).take_in("gate_event", is_judged=False).rows == 1
    sealed = Line(line.folder.parent / "again")
    ((sha256,),) = sealed.rows_of("select sha256 from ledger.file where name = 'gate/book.xlsx'")
    assert b"".join(vault_of(sealed).original(sha256)) == b""


def test_the_check_sees_what_outlives_its_time(line: Line) -> None:
    let_all_go(line)
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        assert outliving(warehouse, line.site, OCTOBER_STAYS) == 0
        warehouse.connection.execute(
            "update raw.gate_event set passed_at = timestamp '2025-09-28 23:00:00' where source_record = 1"
        )
        assert outliving(warehouse, line.site, OCTOBER_STAYS) == 1


def test_a_term_that_is_not_over_keeps_its_records(line: Line) -> None:
    """A site's own terms may be longer than a limit that suits the usual ones."""
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        warehouse.connection.execute("create schema if not exists ref")
        warehouse.connection.execute(
            "create table ref.term as select 'long' as term, date '2025-09-01' as starts_on, date '2026-08-31' as ends_on"
        )
        with pytest.raises(
            Misconfigured, match="from 2025-10-01 on, and term long, which began on 2025-09-01, is not over"
        ):
            let_go(warehouse, line.site, OCTOBER_STAYS)
        assert warehouse.rows_of("select count(*) from raw.gate_event") == [(36,)]
        warehouse.connection.execute("update ref.term set ends_on = date '2026-04-28'")
        assert let_go(warehouse, line.site, OCTOBER_STAYS).rows["raw.gate_event"] == 24


def test_a_loan_is_as_old_as_its_return(line: Line) -> None:
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        warehouse.connection.execute(
            "update raw.loan set returned_at = timestamp '2026-10-05 10:00:00' where loan_key = (select min(loan_key) from raw.loan)"
        )
    assert let_all_go(line, LOANS_GO)["raw.loan"] == 11


def test_originals_that_cannot_be_read_now_are_not_touched(line: Line) -> None:
    """A slip in a preset on the day on which records are let go costs no export."""
    site = line.folder / "campus.yml"
    site.write_text(site.read_text(encoding="utf-8").replace("format: jsonl", "format: xlsx"), encoding="utf-8")
    slipped = line.copied(line.folder.parent / "slipped")
    ((sha256,),) = slipped.rows_of("select sha256 from ledger.file where feed = 'loan'")
    before = b"".join(vault_of(slipped).original(sha256))
    let_all_go(slipped, LOANS_GO)
    assert b"".join(vault_of(slipped).original(sha256)) == before


def test_of_files_that_came_before_nothing_is_kept(line: Line) -> None:
    """Also not what could not be read as a record, of which nobody knows how old it is."""
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        warehouse.connection.execute(
            "update ledger.file set received_at = timestamp '2025-09-15 00:00:00' where feed = 'gate_event'"
        )
    ((mark,),) = line.rows_of("select source_file from ledger.file where name = 'gate/2025-09.csv'")
    assert mark in vault_of(line).rejecting()
    ((sha256,),) = line.rows_of("select sha256 from ledger.file where name = 'gate/2025-09.csv'")
    let_all_go(line)
    assert mark not in vault_of(line).rejecting()
    assert b"".join(vault_of(line).original(sha256)) == b""


def test_the_page_on_data_use_says_how_long(line: Line) -> None:
    told = data_use.limited(line.site)
    assert [(name.en, months) for name, months in told] == [("Records of gates", 7), ("Records of circulation", 24)]
    words = [how.en for _, how in data_use.data_use.kept(3, told)]
    assert words[:2] == ["7 months, in the sealed exports too", "24 months, in the sealed exports too"]
    assert "the others kept to compare terms" in words


def test_each_feed_that_may_be_limited_says_when_a_record_happened() -> None:
    limited = [model for model in models().values() if model.feed and model.feed.retention]
    assert {model.table for model in limited} >= {
        "raw.gate_event",
        "raw.loan",
        "raw.space_booking",
        "raw.resource_access",
    }
    assert all(model.happened for model in limited)


def test_a_row_without_any_time_is_as_old_as_its_file(line: Line) -> None:
    change = "update raw.loan set loaned_at = null where loan_key = (select min(loan_key) from raw.loan)"
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        warehouse.connection.execute(change)
        assert let_go(warehouse, line.site, LOANS_GO).rows["raw.loan"] == 11, "its file came today"
        warehouse.connection.execute("update ledger.file set received_at = timestamp '2025-09-15 00:00:00'")
        assert outliving(warehouse, line.site, LOANS_GO) == 1


def test_a_file_that_another_feed_reads_too_stays_whole_and_is_named(line: Line) -> None:
    """Its lines are all that a replay of the other feed would have."""
    two = "insert into ledger.file by name select * replace ('people' as source, 'enrolment' as feed) from ledger.file where feed = 'loan'"
    ((sha256,),) = line.rows_of("select sha256 from ledger.file where feed = 'loan'")
    before = b"".join(vault_of(line).original(sha256))
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        warehouse.connection.execute(two)
        done = let_go(warehouse, line.site, LOANS_GO)
    assert done.whole == ["loans/2025.jsonl: stays whole, for several feeds read it"]
    assert b"".join(vault_of(line).original(sha256)) == before


def test_a_file_with_more_that_is_past_than_not_deserves_a_look(line: Line) -> None:
    let_all_go(line)
    line.put("gate/late.csv", f"card,at,door\n{CARD},2025-09-01 08:00:00,a\n{CARD},2025-10-02 08:00:00,b\nx,y\n")
    intake = line.take_in("gate_event", is_judged=False)
    assert (intake.rows, intake.refusals) == (1, [])
    line.put(
        "gate/later.csv",
        f"card,at,door\n{CARD},2025-09-01 08:00:00,a\n{CARD},2025-09-02 08:00:00,a\n{CARD},2025-10-03 08:00:00,b\n",
    )
    intake = line.take_in("gate_event", is_judged=False)
    assert any("2 of 3 records are past their time" in remark for remark in intake.remarks)


def test_nothing_is_let_go_before_all_has_been_made_of_it(untold: Line, read_here: None, tmp_path: Path) -> None:
    line = with_limits(untold.copied(tmp_path / "site"), gate="7 months")
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        done = let_go(warehouse, line.site, OCTOBER_STAYS)
        assert done.rows == {}
        assert "raw.gate_event: nothing is let go before ref.received_day has been made of it" in done.postponed
        assert outliving(warehouse, line.site, OCTOBER_STAYS) == 24
    assert line.rows_of("select count(*) from ledger.retention") == [(0,)]
