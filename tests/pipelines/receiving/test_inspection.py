"""A first look at a file: what it seems to be, which presets come near, what would load."""

from pathlib import Path

import pytest

from pipelines.errors import Misconfigured
from pipelines.receiving.inspection import write_preset
from tests.pipelines.landing import workbook
from tests.pipelines.looks import LOANS, look, printed


def test_a_known_export_is_tried_and_shown_as_it_would_load(tmp_path: Path) -> None:
    bad = "2023010188,B2,a,,,,never,,,0\n2023010177,,b,,,,2025-09-08,,,0\n"
    found = look(tmp_path, LOANS + bad)
    assert (found.likenesses[0].preset, found.likenesses[0].share) == ("libsys_loans", 1)
    assert found.trial is not None
    assert found.trial.received is not None
    assert (found.trial.received.loaded, found.trial.rejects.rows()) == (2, [("missing_value", "item_key", 1, 3)])
    text = printed(found)
    assert "3 records, of which 2 would load" in text
    assert "红楼梦" in text
    assert "2023010199" not in text


def test_sheets_that_would_not_be_read_are_told(tmp_path: Path) -> None:
    book = workbook([["x", "y"], [1, 2]], **{"2024-02": [["x", "y"], [3, 4]]})
    said = "To look at: reads sheet ‘Sheet1’ alone; 1 other holds something: 2024-02 — say sheet: all, or name one"
    assert said in printed(look(tmp_path, book)), "where no preset fits"
    loans = [line.split(",") for line in LOANS.splitlines()]
    text = printed(look(tmp_path, workbook(loans, **{"2024-02": loans}), "a.xlsx"))
    assert text.count("reads sheet") == 1
    assert "reads sheet" not in printed(look(tmp_path, workbook(loans), "a.xlsx")), "the negative control"


def test_a_preset_under_which_nothing_would_load_leaves_its_reader_with_a_beginning(tmp_path: Path) -> None:
    found = look(tmp_path, LOANS.replace("2025-09-08 10:00:00", "昨天").replace(",B1,", ",,"))
    assert "of which 0 would load" in printed(found)
    assert "# A first guess" in printed(found)
    assert "# A first guess" not in printed(look(tmp_path, LOANS)), "the negative control"


def test_what_stays_empty_and_what_is_remarked_upon_is_shown(tmp_path: Path) -> None:
    text = printed(look(tmp_path, LOANS.replace("红楼梦", "").rstrip("\n")))
    assert "Empty in all 1 rows: title、returned_at" in text
    assert "To look at: no final newline" in text
    other = printed(look(tmp_path, LOANS))
    assert "title" not in other.partition("Empty in all")[2].splitlines()[0]
    assert "To look at" not in other


def test_a_preset_that_is_still_being_written_can_be_tried(tmp_path: Path) -> None:
    own = tmp_path / "own.yml"
    write_preset(
        "feed: gate_event\nfiles: x\ncolumns: {patron_key: c, building: {value: A}, direction: {value: in}, passed_at: t}\n",
        own,
    )
    found = look(tmp_path, "c,t\n1,2024-03-05\n", preset=str(own))
    assert found.trial is not None
    assert found.trial.rows["building"].to_list() == ["A"]
    with pytest.raises(Misconfigured, match="is there already"):
        write_preset("", own)
    with pytest.raises(Misconfigured, match="neither a preset's name nor a file"):
        look(tmp_path, "c,t\n", preset="no_such")
    own.write_text(own.read_text(encoding="utf-8").replace("{value: in}", "{from: d, map: {01: in}}"), encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"^own\.yml: columns\.direction\.map: the code 1 stands without quotes"):
        look(tmp_path, "c,t,d\n", preset=str(own))
    own.write_text("feed: [", encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"^own\.yml: line 1: "):
        look(tmp_path, "c,t\n", preset=str(own))


def test_nothing_of_the_file_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "away").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "away"))
    look(tmp_path, LOANS)
    assert list((tmp_path / "away").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir() if path.name != "away"] == ["export.csv"]


def test_a_source_of_the_site_is_tried_by_its_name(tmp_path: Path) -> None:
    text = LOANS.replace(",", ";")
    own = {"main": {"preset": "libsys_loans", "files": "x.csv", "delimiter": ";"}, "libsys_loans": {"delimiter": "|"}}
    trial = look(tmp_path, text, preset="main", own=own).trial
    assert trial is not None
    assert (trial.preset, trial.beside, trial.loaded) == ("main", {}, 1)
    same = look(tmp_path, text, preset="libsys_loans", own=own).trial
    assert same is not None
    assert "set delimiter: ;" in (same.refusal or ""), "the site's own lines count before a preset of that name"
    nearest = look(tmp_path, text, own=own).trial
    assert nearest is not None
    assert nearest.loaded == 1, "what is found to be near is a preset"
    with pytest.raises(Misconfigured, match=r"^campus\.yml: sources\.main: "):
        look(tmp_path, text, preset="main", own={"main": {"preset": "libsys_loan"}})
    with pytest.raises(Misconfigured, match="nor a source of the site file"):
        look(tmp_path, text, preset="mian", own=own)
