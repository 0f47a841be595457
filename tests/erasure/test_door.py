"""Who was erased does not come back: not with the same bytes, not with new ones, and nobody else stays outside for it."""

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import Problem
from pipelines.forgetting import erasure
from pipelines.portraying.past import Moment, warehouse_at
from pipelines.receiving import replay, tombstones
from pipelines.receiving.replay import replay_site
from pipelines.receiving.restore import restore
from pipelines.warehouse import Warehouse
from tests.erasure.library import CANARIES, CARD, NUMBER, OTHERS, READERS, erase, events, exports, put, taken_in
from tests.erasure.scan import found_anywhere, vault_of
from tests.line.sites import Line

COUNTS = (
    "select sum(records), sum(loaded), sum(duplicates), sum(rejected), sum(rows) from ledger.file where name like '{}'"
)
ROWS = "select (select count(*) from raw.gate_event), (select count(*) from raw.event_attendance)"


@pytest.fixture
def erased(line: Line) -> Line:
    erase(line)
    return line


def later() -> dict[str, bytes]:
    """The next month's exports, with everybody; the list of people is the same once more, under another name."""
    files = exports()
    return {
        "gate/2025-11.csv": files["gate/2025-09.csv"].replace(b"2025-09-0", b"2025-11-0"),
        "events/2026.xlsx": events(READERS, "2025-11-12"),
        "people/2026.csv": files["people/all.csv"],
    }


def sealed(line: Line) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((line.campus.vault / "received").iterdir())}


def test_the_same_bytes_bring_nobody_back(erased: Line, tmp_path: Path) -> None:
    rows, vault = erased.rows_of(ROWS), sealed(erased)
    put(erased, exports())
    assert taken_in(erased).problems == ()
    assert (erased.rows_of(ROWS), sealed(erased), erased.waiting()) == (rows, vault, [])
    assert found_anywhere(erased, CANARIES, tmp_path / "unsealed") == set()


def test_new_exports_are_taken_in_without_them(erased: Line, everybody: Line, tmp_path: Path) -> None:
    put(erased, later())
    assert taken_in(erased).problems == ()
    assert erased.rows_of(COUNTS.format("gate/2025-11.csv")) == [(25, 22, 0, 3, 22)]
    assert erased.rows_of(COUNTS.format("events/2026.xlsx")) == [(12, 11, 0, 1, 11)]
    assert len(sealed(erased)) == len({*exports().values(), *later().values()})
    assert found_anywhere(erased, CANARIES, tmp_path / "unsealed") == set()
    # The control: where they were not erased, they come in.
    line = everybody.copied(tmp_path / "control")
    put(line, later())
    taken_in(line)
    assert line.rows_of(COUNTS.format("gate/2025-11.csv")) == [(25, 24, 0, 1, 24)]
    assert {word for _, word in found_anywhere(line, CANARIES, tmp_path / "control-unsealed")} == set(CANARIES)


def test_without_a_tombstone_no_number_is_held_against_any(
    everybody: Line, erased: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    once = tombstones.tombstone
    monkeypatch.setattr(tombstones, "tombstone", lambda key, secret: (asked.append(key), once(key, secret))[1])
    line = everybody.copied(tmp_path / "other")
    put(line, later())
    taken_in(line)
    assert asked == []
    put(erased, {"gate/2025-11.csv": later()["gate/2025-11.csv"]})
    taken_in(erased)
    assert len(set(asked)) >= len(READERS), "the control: where there is one, every number is"


def test_a_full_list_that_comes_too_late_is_sealed_without_them(erased: Line, tmp_path: Path) -> None:
    lines = "replaces: everything\n    period: '(\\d{4})'"
    site = erased.folder / "campus.yml"
    site.write_text(
        site.read_text(encoding="utf-8").replace("files: people/*.csv", f"files: people/*.csv\n    {lines}"),
        encoding="utf-8",
    )
    line = Line(erased.folder.rename(tmp_path / "listed"))
    for name, content in {
        "2027": exports(is_with_them=False)["people/all.csv"],
        "2026": exports()["people/all.csv"] + b"\n",
    }.items():
        put(line, {f"people/{name}.csv": content})
        assert taken_in(line).problems == ()
    assert line.rows_of("select status, records from ledger.file where name = 'people/2026.csv'") == [("replaced", 0)]
    assert found_anywhere(line, CANARIES, tmp_path / "unsealed") == set()


def test_by_a_card_its_holder_is_found(everybody: Line) -> None:
    by_card, by_number = erasure.find(everybody.site, CARD), erasure.find(everybody.site, f" {NUMBER} ")
    assert by_card.rows == by_number.rows
    assert by_card.rows["raw.gate_event"] == 3
    assert by_card.rows["raw.patron_identifier"] == 1


def test_a_card_that_somebody_else_has_held_too_stays_theirs(line: Line) -> None:
    other = OTHERS[0][0]
    line.put("cards/handed_on.csv", f"card,number,since\n{CARD},{other},2026-01-05\n")
    taken_in(line)
    with pytest.raises(Problem, match="2 people have held the card"):
        erasure.find(line.site, CARD)
    assert erasure.find(line.site, NUMBER).shared == 1
    erase(line)
    assert vault_of(line).pseudonyms_of(NUMBER) == []
    assert len(vault_of(line).pseudonyms_of(CARD)) == 1
    assert line.rows_of("select count(*) from raw.patron_identifier") == [(12,)]
    assert line.rows_of(ROWS) == [(36, 11)]


def test_rows_that_a_run_would_not_make_anew_go_too(line: Line) -> None:
    keys = [vault_of(line).pseudonyms_of(number)[0] for number in (NUMBER, OTHERS[0][0])]
    with Warehouse(path=str(line.campus.warehouse)).opened() as warehouse:
        for key in keys:
            warehouse.connection.execute("insert into ledger.service_contact values ('r', ?, date '2026-01-05')", [key])
            warehouse.connection.execute(
                "insert into ledger.service_member values ('r', ?, 'served', 'patron', 1, 'x')", [key]
            )
    erase(line)
    for table in ("service_contact", "service_member"):
        assert line.rows_of(f"select patron_key from ledger.{table}") == [(keys[1],)]


def test_an_original_that_nobody_can_read_any_more_goes_if_it_may_name_them(line: Line, tmp_path: Path) -> None:
    vault = vault_of(line)
    contents = {"a": f"x,{NUMBER}\n".encode(), "b": f"x,{NUMBER}9\n".encode(), "c": b"PK\x03\x04 something packed"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        vault.seal_original(tmp_path / name, name)
    assert erase(line)["originals destroyed"] == 2 + 2
    assert [b"".join(vault.original(name)) for name in contents] == [b"", contents["b"], b""]


def test_what_was_known_then_is_told_without_them(line: Line, tmp_path: Path) -> None:
    put(line, {"people/all.csv": exports()["people/all.csv"] + b"2023141460021,x,2025-09-01,x\n"})
    taken_in(line)
    ((before,),) = line.rows_of("select max(received_at) - interval 1 millisecond from ledger.file")
    first, count = Moment(known_at=before), "select count(*) from raw.enrolment"
    with warehouse_at(line.site, first, ["ref.site"]) as then:
        assert then.connection.sql(count).fetchall() == [(12,)], "the control"
    erase(line)
    with warehouse_at(line.site, first, ["ref.site"]) as then:
        assert then.connection.sql(count).fetchall() == [(11,)]
    put(line, {"events/2025.xlsx": events(OTHERS, "2025-09-12")})
    taken_in(line)
    with (
        pytest.raises(Problem, match=r"^events/2025.xlsx: its original was destroyed"),
        warehouse_at(line.site, first, ["ref.site"]),
    ):
        pass


@pytest.mark.parametrize(
    ("beside", "kept"), [(NUMBER, False), (CARD.lstrip("0"), False), (OTHERS[0][0], True), ("", True)]
)
def test_whoever_stands_in_a_sheet_that_nobody_reads_is_found_as_well(
    line: Line, tmp_path: Path, beside: str, kept: bool
) -> None:
    """By any of their numbers, whether the workbook came before or comes later; the controls name somebody else, or nobody."""
    put(line, {"events/2026.xlsx": events(OTHERS, "2026-03-12", beside)})
    taken_in(line)
    erase(line)
    put(line, {"events/2027.xlsx": events(OTHERS, "2027-03-12", beside)})
    taken_in(line)
    marks = dict(line.rows_of("select name, sha256 from ledger.file where name like 'events/202%'"))
    assert {"events/2026.xlsx", "events/2027.xlsx"} <= marks.keys()
    held = {name: b"".join(vault_of(line).original(sha256)) for name, sha256 in marks.items()}
    assert [bool(held[f"events/{year}.xlsx"]) for year in (2026, 2027)] == [kept, kept]


def test_a_warehouse_that_is_lost_takes_no_tombstone_with_it(erased: Line, tmp_path: Path) -> None:
    erased.campus.warehouse.unlink()
    put(erased, exports())
    assert taken_in(erased).problems == ()
    assert erased.rows_of("select (select count(*) from raw.enrolment), (select count(*) from raw.loan)") == [(11, 11)]
    assert found_anywhere(erased, CANARIES, tmp_path / "unsealed") == set()


def test_a_warehouse_that_is_put_back_can_be_rid_of_them_again(line: Line, everybody: Line, tmp_path: Path) -> None:
    erase(line)
    shutil.copy(everybody.campus.warehouse, line.campus.warehouse)
    assert erasure.find(line.site, NUMBER).rows["raw.enrolment"] == 1
    erase(line)
    assert line.rows_of("select count(*) from raw.enrolment") == [(11,)]


def test_a_table_that_nothing_makes_any_more_goes_if_it_tells_of_them(line: Line) -> None:
    key, other = (vault_of(line).pseudonyms_of(number)[0] for number in (NUMBER, OTHERS[0][0]))
    with duckdb.connect(str(line.campus.warehouse)) as connection:
        connection.execute(
            f"create table raw.old as select '{key}' as who; create table raw.older as select '{other}' as who"
        )
    erase(line)
    assert line.rows_of("select table_name from duckdb_tables() where table_name in ('old', 'older')") == [("older",)]


def test_a_mended_preset_that_knows_them_at_last_takes_them_out(
    erased: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "expectations_of", lambda model: [])
    site = erased.folder / "campus.yml"
    text = site.read_text(encoding="utf-8")
    line = Line(erased.folder.rename(tmp_path / "unknowing"))
    anonymous = text.replace(
        "      patron_key:\n        from: card\n        identifier: card_no\n        pad: 10\n      building",
        "      building",
    )
    (line.folder / "campus.yml").write_text(anonymous, encoding="utf-8")
    put(line, {"gate/2025-11.csv": later()["gate/2025-11.csv"]})
    assert taken_in(line).problems == ()
    assert line.rows_of(COUNTS.format("gate/2025-11.csv")) == [(25, 24, 0, 1, 24)]
    knowing = Line(line.folder.rename(tmp_path / "knowing"))
    (knowing.folder / "campus.yml").write_text(text, encoding="utf-8")
    assert CARD.lstrip("0") in str(list(found_anywhere(knowing, CANARIES, tmp_path / "unsealed")))
    assert replay_site(knowing.site, ["gate"], lambda what, share: None).kept == []
    assert knowing.rows_of(COUNTS.format("gate/2025-11.csv")) == [(25, 22, 0, 3, 22)]
    assert found_anywhere(knowing, CANARIES, tmp_path / "unsealed-again") == set()


def test_a_warehouse_that_has_lost_cards_must_be_restored_first(line: Line, tmp_path: Path) -> None:
    line.campus.warehouse.unlink()
    taken_in(line)
    with pytest.raises(Problem, match=r"^cards/all.csv: not in this warehouse, .* `mingyuan restore` first$"):
        erase(line)
    assert restore(line.site, lambda what, share: None).kept_out == []
    went = erase(line)
    assert (went["originals rewritten"], went["originals destroyed"]) == (6, 2)
    assert line.rows_of("select (select count(*) from raw.enrolment), (select count(*) from raw.gate_event)") == [
        (11, 33)
    ]
    assert found_anywhere(line, CANARIES, tmp_path / "unsealed") == set()


def test_originals_that_no_ledger_knows_are_rid_of_them_by_their_receipts(line: Line, tmp_path: Path) -> None:
    with duckdb.connect(str(line.campus.warehouse)) as connection:
        connection.execute("delete from ledger.file where feed <> 'patron_identifier'")
    went = erase(line)
    assert (went["originals rewritten"], went["originals destroyed"]) == (6, 2)
    assert found_anywhere(line, CANARIES, tmp_path / "unsealed") == set()
