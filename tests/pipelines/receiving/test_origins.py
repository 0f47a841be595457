"""Where the text of a column comes from, one word of a preset after the other."""

from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.landing import GATE, Site, column, refusal, rejects, rows, site

COUNT: dict[str, Any] = {
    "feed": "count_reading",
    "files": "*.csv",
    "columns": {
        "place": {"value": "Main"},
        "area": {"heading": "(.+)"},
        "measure": {"value": "occupancy"},
        "method": {"value": "instant"},
        "taken_at": "at",
        "reading": {"cell": True},
    },
    "unpivot": "^Room",
}


def gate(tmp_path: Path, columns: dict[str, Any] | None = None, **lines: Any) -> Site:
    return site(tmp_path, "gate", {**GATE, "columns": {**GATE["columns"], **(columns or {})}, **lines})


def counts(tmp_path: Path, columns: dict[str, Any] | None = None, **lines: Any) -> Site:
    return site(tmp_path, "counts", {**COUNT, "columns": {**COUNT["columns"], **(columns or {})}, **lines})


def test_a_file_without_headings_is_given_them(tmp_path: Path) -> None:
    campus = gate(tmp_path, header="none", headings=["card", "door", "at"])
    received = campus.receive("a.csv", '3684,"5",2013-09-01 08:42:50\n8000,"6",2013-09-01 08:42:51\n')
    assert (received.records, received.loaded) == (2, 2)
    assert "its first line has 2 values, where headings names 3" in refusal(campus, "b.csv", "1,2\n")


def test_records_under_the_headings_that_explain_them_are_none(tmp_path: Path) -> None:
    text = 'card,at\n"the number,\non the card",time\n{"x": 1},{"y": 2}\n1,2013-09-01\n'
    received = gate(tmp_path, below_header=2).receive("a.csv", text)
    assert (received.records, received.loaded, column(received, "source_record")) == (1, 1, [1])


def test_headings_of_two_lines_are_one(tmp_path: Path) -> None:
    text = "Count of heads,,,\nat,Room A,,Room B\n,day,night,day\n2024-03-05,3,1,4\n"
    lines = {"header": 3, "header_lines": 2, "unpivot": "^Room"}
    received = counts(tmp_path, **lines).receive("a.csv", text)
    assert [(row["area"], row["reading"]) for row in rows(received)] == [
        ("Room A day", 3),
        ("Room A night", 1),
        ("Room B day", 4),
    ]


def test_headings_that_come_again_are_no_record(tmp_path: Path) -> None:
    received = gate(tmp_path).receive("a.csv", "card,at\n1,2013-09-01\ncard,at\n2,2013-09-01\ncard,x\n")
    assert rejects(received) == [(2, "", "repeated_heading"), (4, "passed_at", "unreadable_timestamp")]


def test_what_stands_above_the_headings(tmp_path: Path) -> None:
    above = {"building": {"above": "Branch"}, "gate": {"above": "导出人", "optional": True}}
    campus = gate(tmp_path, above, header="detect")
    received = campus.receive("a.csv", "Passages\nBranch,North\n导出人：甲,\n\ncard,at\n1,2013-09-01\n")
    assert (column(received, "building"), column(received, "gate"), received.records) == (["North"], ["甲"], 1)
    assert "does not say Branch above its headings" in refusal(campus, "b.csv", "x\ncard,at\n1,2013-09-01\n")


def test_a_heading_may_be_absent_only_where_that_is_said(tmp_path: Path) -> None:
    text = "card,at\n1,2013-09-01\n"
    assert column(gate(tmp_path, {"gate": {"from": "door", "optional": True}}).receive("a.csv", text), "gate") == [None]
    assert "heading door is missing" in refusal(gate(tmp_path, {"gate": "door"}), "a.csv", text)


def test_parts_that_are_joined_are_rules_of_their_own(tmp_path: Path) -> None:
    join = [{"from": "term", "map": {"12-1": "2012"}}, "day", {"file_name": r"_(\d\d)h"}]
    campus = gate(tmp_path, {"passed_at": {"join": join, "formats": "%Y %m%d %H"}})
    received = campus.receive("a_08h.csv", "card,term,day\n1,12-1,0901\n2,99-9,0901\n3,12-1,\n")
    assert [str(at) for at in column(received, "passed_at")] == ["2012-09-01 08:00:00"]
    assert rejects(received) == [(2, "passed_at", "unmapped_value"), (3, "passed_at", "missing_value")]


def test_records_of_nobody_stay_without_their_person(tmp_path: Path) -> None:
    campus = gate(tmp_path, nobody=[{"heading": "kind", "in": ["GROUP"]}])
    received = campus.receive("a.csv", "card,at,kind\n1,2013-09-01,GROUP\n2,2013-09-01,STUDENT\n")
    assert [key is None for key in column(received, "patron_key")] == [True, False]
    assert column(received, "notes") == ["patron_key:nobody", None]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ({"in": "ok"}, [1]),
        ({"not_in": ["ok", "late"]}, [2, 4]),
        ({"matches": "^(ok|no)"}, [1, 2]),
        ({"not_matches": "^(ok|no)"}, [3, 4]),
    ],
)
def test_filters_say_which_records_count(tmp_path: Path, condition: dict[str, Any], kept: list[int]) -> None:
    campus = gate(tmp_path, where=[{"heading": "result", "reason": "denied", **condition}])
    text = "card,at,result\n1,2013-09-01,ok\n2,2013-09-01,no\n3,2013-09-01,late\n4,2013-09-01,\n"
    received = campus.receive("a.csv", text)
    assert column(received, "source_record") == kept
    assert received.reasons == {"denied": 4 - len(kept)}


def test_a_value_out_of_its_set_tells_of_slipped_columns(tmp_path: Path) -> None:
    campus = gate(tmp_path, {"gate": {"from": "door", "allowed": ["E", "W"]}})
    received = campus.receive("a.csv", "card,at,door\n1,2013-09-01,E\n2,2013-09-01,099.2 ALD\n3,2013-09-01,\n")
    assert rejects(received) == [(2, "gate", "unexpected_value")]


def test_damaged_text_is_kept_and_noted(tmp_path: Path) -> None:
    campus = gate(tmp_path, {"gate": {"from": "door", "damaged": "[âã][aeiou]"}})
    received = campus.receive("a.csv", "card,at,door\n1,2013-09-01,fãete\n2,2013-09-01,fête\n")
    assert column(received, "gate") == ["fãete", "fête"]
    assert column(received, "notes") == ["gate:damaged_text", None]


def test_codes_mean_the_same_in_capitals_unless_the_map_tells_them_apart(tmp_path: Path) -> None:
    rule = {"from": "way", "map": {"in": "in", "OUT": "out", "x": "in", "X": "unknown"}}
    received = gate(tmp_path, {"direction": rule}).receive(
        "a.csv", "card,at,way\n1,2013-09-01,IN\n2,2013-09-01,out\n3,2013-09-01,x\n4,2013-09-01,X\n5,2013-09-01,up\n"
    )
    assert column(received, "direction") == ["in", "out", "in", "unknown"]
    assert received.reasons == {"unmapped_value": 1}


def test_cells_under_matching_headings_become_rows(tmp_path: Path) -> None:
    text = "at,Room A,Room B,RoomC total,note\n2024-03-05 08:00,3,,9,x\n2024-03-05 09:00,,,,\n2024-03-05 08:00,3,,9,x\n"
    campus = counts(tmp_path, unpivot={"headings": "^Room", "but_not": "total"}, empty=["-"])
    received = campus.receive("a.csv", text)
    assert (received.records, received.loaded, received.duplicates, received.rows) == (3, 2, 1, 1)
    assert [(row["area"], row["reading"], row["source_record"]) for row in rows(received)] == [("Room A", 3, 1)]


def test_a_column_that_is_read_elsewhere_is_never_unpivoted(tmp_path: Path) -> None:
    received = counts(tmp_path, {"counter": "Room key"}).receive("a.csv", "at,Room key,Room A\n2024-03-05,k,4\n")
    assert [(row["counter"], row["area"], row["reading"]) for row in rows(received)] == [("k", "Room A", 4)]


def test_one_bad_cell_costs_the_record_and_not_a_part_of_it(tmp_path: Path) -> None:
    received = counts(tmp_path).receive("a.csv", "at,Room A,Room B\n2024-03-05,3,many\n2024-03-06,1,2\n")
    assert (received.records, received.loaded, received.rejected, received.rows) == (2, 1, 1, 2)
    assert rejects(received) == [(1, "reading", "unreadable_number")]


def test_no_matching_heading_is_refused(tmp_path: Path) -> None:
    assert "no heading fits the pattern under unpivot" in refusal(counts(tmp_path), "a.csv", "at,Hall\n2024-03-05,1\n")


def test_several_answers_in_one_cell_are_several_rows(tmp_path: Path) -> None:
    lines = {
        "feed": "survey_answer",
        "files": "*.csv",
        "columns": {
            "survey": {"value": "2024"},
            "response_key": "no",
            "item": {"heading": "(.+)"},
            "facet": {"value": "option"},
            "answer_text": {"cell": True},
        },
        "unpivot": {"headings": {"3、用途": "purpose"}, "split": "┋"},
    }
    received = site(tmp_path, "survey", lines).receive("a.csv", "no,3、用途\n1,自习┋借书\n2,自习\n")
    assert [(row["response_key"], row["item"], row["answer_text"]) for row in rows(received)] == [
        ("1", "purpose", "自习"),
        ("1", "purpose", "借书"),
        ("2", "purpose", "自习"),
    ]


@pytest.mark.parametrize(
    ("duplicates", "kept"),
    [
        ("exact", [1, 2, 3, 4]),
        ("keep", [1, 2, 3, 4, 5]),
        ({"key": ["patron_key", "direction"]}, [1, 4]),
        ({"key": ["patron_key"], "within": 60, "at": "passed_at"}, [1, 3, 4]),
    ],
)
def test_what_makes_two_records_one(tmp_path: Path, duplicates: Any, kept: list[int]) -> None:
    lines = ["1,08:00:00,a", "1,08:01:00,a", "1,08:03:00,b", "2,08:00:00,a", "2,08:00:00,a"]
    text = "card,at,door\n" + "".join(line.replace(",", ",2024-03-05 ", 1) + "\n" for line in lines)
    received = gate(tmp_path, {"gate": "door"}, duplicates=duplicates).receive("a.csv", text)
    assert column(received, "source_record") == kept
    assert received.duplicates == 5 - len(kept)
