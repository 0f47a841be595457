"""The beginning of a preset, where none of the known ones reads a file."""

import re
from pathlib import Path

import pytest
import yaml

from pipelines.errors import Misconfigured
from pipelines.receiving.beginning import Proposal, _nearest_first, time_forms
from pipelines.receiving.contracts import Contract, ContractColumn
from tests.pipelines.looks import look


def test_what_presets_know_fills_the_beginning_of_a_new_one(tmp_path: Path) -> None:
    text = "读者条码;条码号;借出日期;Zweck\n1;B1;05/03/2024;x\n2;B2;04/03/2024;y\n"
    lines = yaml.safe_load(look(tmp_path, text).beginning)
    assert (lines["feed"], lines["delimiter"]) == ("loan", ";")
    assert lines["columns"]["patron_key"] == "读者条码"
    assert lines["columns"]["loaned_at"] == {"from": "借出日期", "formats": "%d/%m/%Y"}
    beginning = look(tmp_path, text).beginning
    assert "# required, and not found: loan_key" in beginning
    assert "# loaned_at: which comes first, day or month? %m/%d/%Y reads all of them too\n" in beginning
    assert "# not read: Zweck" in beginning


def test_what_a_heading_says_of_itself_in_brackets_is_passed_over(tmp_path: Path) -> None:
    text = "Primary Identifier (Self),Loan Date (Self),借出日期（年月日）\n1,2/14/2026 9:05:00 PM,2026年2月14日\n"
    columns = yaml.safe_load(look(tmp_path, text, feed="loan").beginning)["columns"]
    assert columns == {
        "patron_key": "Primary Identifier (Self)",
        "loaned_at": {"from": "Loan Date (Self)", "formats": "%m/%d/%Y %I:%M:%S %p"},
    }


def test_a_feed_can_be_named_where_no_heading_is_known(tmp_path: Path) -> None:
    assert "feed: …" in look(tmp_path, "x,y\na,b\n").beginning
    beginning = look(tmp_path, "x,y\na,b\n", feed="gate_event").beginning
    assert "feed: gate_event" in beginning
    assert "# required, and not found: passed_at" in beginning
    assert "# there is room for: patron_key, gate" in beginning
    with pytest.raises(Misconfigured, match="did you mean ‘gate_event’"):
        look(tmp_path, "x,y\n", feed="gate_events")


def test_one_heading_that_many_exports_have_names_no_feed(tmp_path: Path) -> None:
    assert "feed: …" in look(tmp_path, "读者条码,x\na,b\n").beginning
    assert "feed: loan\n" in look(tmp_path, "读者条码,条码号\na,b\n").beginning, "the control"


def test_of_feeds_of_which_as_much_is_there_it_is_always_the_same() -> None:
    def proposed(feed: str, *required: str) -> Proposal:
        return Proposal(
            Contract(feed, tuple(ContractColumn(name, "varchar", True, False) for name in required)), {"a": "x"}
        )

    proposals = [
        proposed("loan", "a", "b"),
        proposed("hold", "a"),
        proposed("gap", "a", "b"),
        proposed("consent", "a", "b", "c"),
    ]
    told = ["hold", "gap", "loan", "consent"]
    assert [one.contract.feed for one in _nearest_first(proposals)] == told
    assert [one.contract.feed for one in _nearest_first(proposals[::-1])] == told
    assert [one.is_half_met for one in _nearest_first(proposals)] == [True, True, True, False]


@pytest.mark.parametrize("begin", ['{"day": "x", "data": [%s, %s]}', "[%s, %s]", "%s\n%s\n"])
def test_the_paths_of_json_are_shown_to_choose_from(tmp_path: Path, begin: str) -> None:
    records = ('{"reader": {"no": "7"}, "tags": ["a"]}', '{"reader": {"no": "8"}, "at": "2025-09-08"}')
    beginning = look(tmp_path, begin % records).beginning
    assert "# not read: reader.no\n" in beginning
    assert "# not read: tags\n" in beginning
    assert "# not read: at (a time: %Y-%m-%d)\n" in beginning
    assert ("# not read: day\n" in beginning) == begin.startswith("{")


@pytest.mark.parametrize(
    ("texts", "forms"),
    [
        (["2024-03-05 08:00:00", " "], ["%Y-%m-%d %H:%M:%S"]),
        (["13/03/2024", "05/03/2024"], ["%d/%m/%Y"]),
        (["05/03/2024"], ["%d/%m/%Y", "%m/%d/%Y"]),
        (["soon"], []),
        (["19/Aug/2012:22:16:52 +0200"], ["%d/%b/%Y:%H:%M:%S %z"]),
        (["45901.3333333333", "45902"], ["excel_days"]),
        (["45901", "45902"], []),
        (["12.5"], []),
        (["1756710000000"], []),
        ([], []),
    ],
)
def test_a_time_is_told_only_by_what_fits_every_cell(texts: list[str], forms: list[str]) -> None:
    assert time_forms(texts) == forms


@pytest.mark.parametrize(("due", "form"), [("03/13/2024", "%m/%d/%Y"), ("13/03/2024", "%d/%m/%Y"), ("", "%d/%m/%Y")])
def test_one_form_is_proposed_for_times_and_it_goes_with_the_others_of_the_file(
    tmp_path: Path, due: str, form: str
) -> None:
    text = f"读者条码;条码号;借出日期;应还日期\n1;B1;05/03/2024;{due}\n2;B2;04/03/2024;{due}\n"
    columns = yaml.safe_load(look(tmp_path, text).beginning)["columns"]
    assert columns["loaned_at"] == {"from": "借出日期", "formats": form}


def test_a_time_that_can_be_read_in_one_way_only_leaves_no_question(tmp_path: Path) -> None:
    """The negative control."""
    beginning = look(tmp_path, "读者条码;条码号;借出日期\n1;B1;05/13/2024\n").beginning
    assert "%m/%d/%Y" in beginning
    assert "which comes first" not in beginning


def test_who_asks_is_never_taken_for_what_is_asked_for(tmp_path: Path) -> None:
    """The beginning of a log whose times no preset reads, so that none takes it in."""
    log = '1.1.1.1 - uid=cousteau [19.08.2012 22:16:52] "GET http://x.org/a.pdf HTTP/1.1" 302 7\n'
    columns = yaml.safe_load(look(tmp_path, log * 3).beginning)["columns"]
    assert columns["patron_key"] == "%u"
    assert columns["accessed_at"] == "%t"
    assert columns["host"]["from"] == columns["kind"]["from"] == "%r"
    assert re.findall(columns["host"]["pattern"], "GET http://x.org/a.pdf HTTP/1.1") == ["x.org"]
    assert columns["kind"]["map"][".pdf"] == "document"


def test_what_codes_mean_is_kept_where_all_of_them_are_known(tmp_path: Path) -> None:
    text = "卡号,方向,时间\n1,进,2024-03-05 08:00:00\n1,出,2024-03-05 09:00:00\n"
    direction = yaml.safe_load(look(tmp_path, text).beginning)["columns"]["direction"]
    assert (direction["from"], direction["map"]["进"]) == ("方向", "in")
    other = yaml.safe_load(look(tmp_path, text.replace("出", "转")).beginning)["columns"]["direction"]
    assert other == "方向", "the negative control"


@pytest.mark.parametrize("heading", ["PATRON_ID", "PatronId", "patron id", "Patron-ID", "Student ID", "studentId"])
def test_a_heading_is_known_however_its_words_are_parted(tmp_path: Path, heading: str) -> None:
    beginning = look(tmp_path, f"{heading},CallNumber,Kin\n1,I2,x\n", feed="loan").beginning
    assert yaml.safe_load(beginning)["columns"] == {"patron_key": heading, "call_number": "CallNumber"}


def test_a_number_of_a_person_is_one_in_every_feed_and_a_name_is_none(tmp_path: Path) -> None:
    beginning = look(tmp_path, "Student Number,Name\n1,Li\n", feed="loan").beginning
    assert yaml.safe_load(beginning)["columns"] == {"patron_key": "Student Number"}


def test_no_feed_is_proposed_of_which_the_half_is_missing(tmp_path: Path) -> None:
    beginning = look(tmp_path, "PATRON_ID,CallNumber,Title,Start,End\n1,I2,x,y,z\n").beginning
    assert "feed: …" in beginning
    (line,) = (line for line in beginning.splitlines() if line.startswith("# feed: "))
    assert "less than half is here" in line
    assert "loan would need loan_key, item_key; " in line
    assert line.count(" would need ") == 2
    enough = look(tmp_path, "PATRON_ID,CallNumber,Title,Start,End,Item_ID\n1,I2,x,y,z,7\n").beginning
    assert "feed: loan\n" in enough, "the negative control"


def test_headings_that_stand_twice_are_told_as_a_preset_must_say_them(tmp_path: Path) -> None:
    text = "卡号,方向,时间,时间,x,x\n1,进,2024-03-05 08:00:00,2024-03-06 08:00:00,7,8\n"
    beginning = look(tmp_path, text).beginning
    columns = yaml.safe_load(beginning)["columns"]
    assert (columns["patron_key"], columns["passed_at"]["from"]) == ("卡号", "时间.1")
    assert [line for line in beginning.splitlines() if line.startswith("# not read")] == [
        "# not read: 时间.2 (a time: %Y-%m-%d %H:%M:%S)",
        "# not read: x.1",
        "# not read: x.2",
    ]
    own = tmp_path / "own.yml"
    own.write_text(beginning.replace("columns:\n", "columns:\n  building: {value: A}\n"), encoding="utf-8")
    trial = look(tmp_path, text, preset=str(own)).trial
    assert trial is not None
    assert trial.rows.height == 1
