"""How the columns of a file are found, and which files are sent back for want of them."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import Refused
from tests.pipelines.landing import HEAD, column, loans

pytestmark = pytest.mark.usefixtures("same_process")


def test_columns_are_found_by_heading_whatever_their_order(tmp_path: Path) -> None:
    text = "renewals,\ufeff ｔｉｔｌｅ ,out,back,item,phone,reader,no\n3,Faust,,,b1,139,42,7\n"
    received = loans(tmp_path).receive("a.csv", text)
    assert (column(received, "title"), column(received, "renewals"), column(received, "loan_key")) == (
        ["Faust"],
        [3],
        ["7"],
    )
    assert received.dropped_columns == ("phone",)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (HEAD.replace("title", "titel"), "heading title is missing — did you mean ‘titel’? Add it to columns"),
        (HEAD.replace("title", "title,title"), "heading title stands there twice"),
        ("1001,阿明,13900000000,b,c,d,e\n", "heading no is missing and 6 more — export it again, or mend columns"),
    ],
)
def test_headings_that_do_not_fit_are_refused(tmp_path: Path, head: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        loans(tmp_path).receive("a.csv", head + "1,2,3,4,5,6,7\n")
    assert str(caught.value) == f"a.csv: {words}" or words in str(caught.value)
    assert "阿明" not in str(caught.value)
    assert "139" not in str(caught.value)


def test_a_heading_twice_that_nothing_asks_for_does_no_harm(tmp_path: Path) -> None:
    received = loans(tmp_path).receive("a.csv", HEAD.replace("\n", ",x,x\n") + "1,2,3,4,,,0,5,6\n")
    assert received.loaded == 1


@pytest.mark.parametrize("header", [3, {"after": 2}, "detect"])
def test_headings_may_stand_below_a_title(tmp_path: Path, header: Any) -> None:
    received = loans(tmp_path, header=header).receive("a.csv", "Loans 2025\n\n" + HEAD + "1,2,3,4,,,0\n")
    assert (received.records, column(received, "source_record")) == (1, [1])


def test_no_line_with_the_headings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no line among the first 40 holds the headings no、reader"):
        loans(tmp_path, header="detect").receive("a.csv", "x\n" * 60)
    with pytest.raises(Refused, match="ends before line 5"):
        loans(tmp_path, header=5).receive("a.csv", HEAD)
