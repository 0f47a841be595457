"""Logs and lines of fixed width."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.errors import Refused
from pipelines.receiving.line_cells import compiled, cut
from pipelines.receiving.rejects import weighed
from tests.pipelines.landing import column, refusal, rejects, site

LOG: dict[str, Any] = {
    "feed": "resource_access",
    "files": "*.log",
    "format": "log",
    "log": '%h %l %u %t "%r" %s %b',
    "empty": ["-"],
    "columns": {
        "patron_key": "%u",
        "accessed_at": {"from": "%t", "formats": "%d/%b/%Y:%H:%M:%S %z"},
        "host": {"from": "%r", "pattern": r"^\S+ \w+://([^/:]+)"},
        "status": "%s",
        "bytes": "%b",
        "kind": {"value": "page"},
    },
    "duplicates": "keep",
}
LINE = (
    '10.0.0.1 - {user} [05/Mar/2024:08:00:0{second} +0800] "GET https://a.test:443/x?q=\\"y\\" HTTP/1.1" 200 {size}\n'
)


def log(*users: str) -> str:
    return "".join(LINE.format(user=user, second=second, size=second) for second, user in enumerate(users))


def test_lines_of_one_form_become_rows_and_others_are_told(tmp_path: Path) -> None:
    campus = site(tmp_path, "log", LOG)
    text = log("a", "-") + "\n" + "a line that was cut\n" + log("b").rstrip("\n")
    received = campus.receive("a.log", text)
    assert (received.records, received.loaded, received.rejected) == (4, 3, 1)
    assert rejects(received) == [(3, "%t", "unparsed_line")]
    assert column(received, "source_record") == [1, 2, 4]
    assert column(received, "host") == ["a.test"] * 3
    assert [key is None for key in column(received, "patron_key")] == [False, True, False]
    assert received.warnings == ("no final newline",)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('10.0.0.1 - a [now] "GET x" 200 5 extra', "end of line"),
        ('10.0.0.1 - a [now] "GET x" 200', "%b"),
        ("10.0.0.1 - a [now] GET x 200 5", "%r"),
        ("10.0.0.1 - a b [now]", "%t"),
        ("", None),
    ],
)
def test_where_a_line_stops_fitting_is_told(tmp_path: Path, line: str, place: str | None) -> None:
    """An empty line is no record."""
    received = site(tmp_path, "log", LOG).receive("a.log", log("a") + line + "\n")
    assert rejects(received) == ([(2, place, "unparsed_line")] if place else [])


def test_a_log_of_which_too_many_lines_do_not_fit_is_refused_with_the_place(tmp_path: Path) -> None:
    campus = site(tmp_path, "log", LOG)
    with pytest.raises(Refused, match=r"most for unparsed_line at %r, first in record 1 — mend the preset"):
        weighed(campus.receive("a.log", "1.1.1.1 - a [now] GET\n" * 3), campus.source, None)


def test_a_pattern_of_ones_own_says_what_no_directive_can(tmp_path: Path) -> None:
    own = {"log": None, "line": r"^(?P<day>\S+) (?P<who>\S+) (?P<place>\S+)$"}
    columns = {"patron_key": "who", "accessed_at": "day", "host": "place", "kind": {"value": "login"}}
    received = site(tmp_path, "log", {**LOG, **own, "columns": columns}).receive("a.log", "2024-03-05 a h.test\nx y\n")
    assert (column(received, "host"), received.reasons) == (["h.test"], {"unparsed_line": 1})


@pytest.mark.parametrize(
    ("form", "line", "values"),
    [
        ("%h %u %t", "1.1.1.1 a [05/Mar/2024:08:00:00 +0100]", ["1.1.1.1", "a", "05/Mar/2024:08:00:00 +0100"]),
        ("%t %h %h %u", "[x y]  1 2 a ", ["x y", "1", "2", "a"]),
        ('%u "%r" "%{User-Agent}i"', 'a "GET x" "Mozilla \\"5\\""', ["a", "GET x", 'Mozilla \\"5\\"']),
        ("%{%Y/%m/%d:%H:%M:%S}t\\t%u\\t%U", "2024/03/05:08:00:00\ta b\thttp://x", ["2024/03/05:08:00:00", "a b", "http://x"]),
        ("[%t] %s", "[now] 200", ["now", "200"]),
    ],
)  # fmt: skip
def test_a_log_format_takes_a_line_apart(form: str, line: str, values: list[str]) -> None:
    import re

    names, pattern = compiled(form)
    found = re.match(pattern, line)
    assert found is not None
    assert (len(names), list(found.groups())) == (len(values), values)


def test_a_directive_that_stands_twice_has_a_number() -> None:
    assert compiled("%t %h %h")[0] == ["%t", "%h", "%h.2"]


def test_a_directive_that_the_format_lacks_is_missing(tmp_path: Path) -> None:
    assert "heading %s is missing" in refusal(
        site(tmp_path, "log", {**LOG, "log": "%h %l %u %t %r %b"}), "a.log", "x\n"
    )


FIXED: dict[str, Any] = {
    "feed": "gate_event",
    "files": "*.txt",
    "format": "fixed",
    "fixed": {"card": [1, 6], "day": [7, 14], "hour": [15, 18], "door": [20, 25]},
    "empty": ["00000000"],
    "columns": {
        "patron_key": "card",
        "building": {"value": "馆"},
        "gate": "door",
        "direction": {"value": "in"},
        "passed_at": {"join": ["day", "hour"], "formats": "%Y%m%d %H%M"},
    },
}


def test_places_in_a_line_tell_the_columns(tmp_path: Path) -> None:
    text = "000042202403050800 东门  \n000043202403050801\n00004400000000    东门\n000045202403050802 东门   too long\n"
    received = site(tmp_path, "fixed", FIXED).receive("a.txt", text)
    assert column(received, "gate") == ["东门", None]
    assert [str(at) for at in column(received, "passed_at")] == ["2024-03-05 08:00:00", "2024-03-05 08:01:00"]
    assert rejects(received) == [(4, "", "too_many_fields"), (3, "passed_at", "missing_value")]


BYTES: dict[str, Any] = {
    "feed": "gate_event",
    "files": "*.dat",
    "format": "fixed",
    "fixed": {"name": [1, 10], "door": [11, 13], "day": [14, 21]},
    "columns": {
        "building": {"value": "馆"},
        "gate": "door",
        "direction": {"value": "in"},
        "passed_at": {"from": "day", "formats": "%Y%m%d"},
    },
}


@pytest.mark.parametrize(("encoding", "name"), [("gb18030", "欧阳静"), ("big5", "歐陽靜"), ("gb18030", "㐀Ann")])
def test_a_mainframe_counts_the_bytes_of_a_letter(tmp_path: Path, encoding: str, name: str) -> None:
    wide, plain = name.encode(encoding).ljust(10) + b"00120250901\n", b"Ann       00220250902\n"
    campus = site(tmp_path, "fixed", {**BYTES, "encoding": encoding})
    received = campus.receive("a.dat", wide + plain)
    assert column(received, "gate") == ["001", "002"]
    assert [str(at) for at in column(received, "passed_at")] == ["2025-09-01 00:00:00", "2025-09-02 00:00:00"]


def test_the_encoding_that_a_file_turns_out_to_have_says_what_a_position_is(tmp_path: Path) -> None:
    campus = site(tmp_path, "fixed", BYTES)
    assert column(campus.receive("a.dat", "图书馆    00120250901\n".encode("gb18030")), "gate") == ["001"]
    assert column(campus.receive("b.dat", "图书馆       00120250901\n".encode()), "gate") == ["001"]


def test_a_line_that_would_be_cut_within_a_letter_is_told(tmp_path: Path) -> None:
    lines = ["欧阳静    00120250901", "A欧阳静欧静00220250902", "欧阳静    00320250903阳", "欧阳静    0042025090阳"]
    received = site(tmp_path, "fixed", {**BYTES, "encoding": "gb18030"}).receive(
        "a.dat", "\n".join(lines).encode("gb18030")
    )
    assert column(received, "gate") == ["001"]
    assert rejects(received) == [(2, "", "unparsed_line"), (3, "", "too_many_fields"), (4, "", "unparsed_line")]


def test_a_letter_that_the_encoding_lacks_takes_one_place() -> None:
    """Text of an earlier file may be cut as its source is read today, and Big5 has no 门."""
    assert [part.to_list() for part in cut(pl.Series(["门歐1x"]), ((1, 3), (4, 4)), "big5")] == [["门歐"], ["1"]]


def test_without_positions_there_are_no_parts() -> None:
    assert cut(pl.Series(["门1"]), (), "big5") == []
