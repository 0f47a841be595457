"""How the columns of a file are found, and which files are sent back for want of them."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import Refused
from tests.pipelines.landing import HEAD, LOANS, column, loans

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
        (HEAD.replace("title", "title,title"), "heading title stands there twice — say title.1 or title.2 in columns"),
        ("1001,阿明,13900000000,b,c,d,e\n", "heading no is missing and 6 more — export it again, or mend columns"),
        (
            "1001,budi@perpus.no,13900000000,b,c,d,e\n",
            "heading no is missing and 6 more — export it again, or mend columns",
        ),
        (HEAD.upper(), "heading no is missing and 6 more — did you mean ‘NO’? Add it to columns"),
        (HEAD.replace("title", "title #(t)"), "did you mean ‘title #(t)’? Add it to columns in quotes"),
        (HEAD.replace(",", ";"), "heading no is missing and 6 more — set delimiter: ;"),
        (HEAD.replace(",", "|"), 'heading no is missing and 6 more — set delimiter: "|"'),
        ("\n\n" + HEAD, "heading no is missing and 6 more — set header: detect"),
        (
            "sep=\t\n" + HEAD.replace(",", "\t"),
            "heading no is missing and 6 more — set delimiter: tab and header: detect",
        ),
        (
            "sep=;\n" + HEAD.replace(",", ";").replace("no", "nr"),
            "is missing and 6 more — export it again, or mend columns",
        ),
    ],
)
def test_headings_that_do_not_fit_are_refused(tmp_path: Path, head: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        loans(tmp_path).receive("a.csv", head + "1,2,3,4,5,6,7\n")
    assert str(caught.value) == f"a.csv: {words}" or words in str(caught.value)
    assert "阿明" not in str(caught.value)
    assert "139" not in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ({"delimiter": ";"}, HEAD.replace(",", ";") + "1;2;3;4;2024-03-05;;0\n"),
        ({"delimiter": ";", "header": "detect"}, "sep=;\n" + HEAD.replace(",", ";") + "1;2;3;4;2024-03-05;;0\n"),
        ({"header": "detect"}, "\n\n" + HEAD + "1,2,3,4,2024-03-05,,0\n"),
    ],
)
def test_what_is_said_to_do_about_headings_helps(tmp_path: Path, lines: dict[str, Any], text: str) -> None:
    advice = " and ".join(f"{word}: {value}" for word, value in lines.items())
    with pytest.raises(Refused, match=f" — set {advice}$"):
        loans(tmp_path).receive("a.csv", text)
    assert loans(tmp_path, **lines).receive("a.csv", text).loaded == 1


def test_a_heading_twice_that_nothing_asks_for_does_no_harm(tmp_path: Path) -> None:
    received = loans(tmp_path).receive("a.csv", HEAD.replace("\n", ",x,x\n") + "1,2,3,4,,,0,5,6\n")
    assert received.loaded == 1


@pytest.mark.parametrize(("names", "title"), [("title.1", "4"), ("title.2", "5"), (["nope", "title.2"], "5")])
def test_one_of_two_headings_that_are_the_same_is_told_by_its_number(tmp_path: Path, names: Any, title: str) -> None:
    campus = loans(tmp_path, columns={**LOANS["columns"], "title": names})
    received = campus.receive("a.csv", HEAD.replace("title", "title,title") + "1,2,3,4,5,,,0\n")
    assert column(received, "title") == [title]


def test_a_number_behind_a_heading_may_be_its_own(tmp_path: Path) -> None:
    campus = loans(tmp_path, columns={**LOANS["columns"], "title": "title.2"})
    received = campus.receive("a.csv", HEAD.replace("title", "title,title,title.2") + "1,2,3,4,5,6,,,0\n")
    assert column(received, "title") == ["6"]


@pytest.mark.parametrize("header", [1, "detect"])
def test_records_may_all_end_in_a_delimiter_that_the_headings_lack(tmp_path: Path, header: Any) -> None:
    text = HEAD + "1,2,3,4,,,0,,\n2,2,3,4,,,0,,\n3,2,Law, and order,4,,,0,\n"
    received = loans(tmp_path, header=header).receive("a.csv", text)
    assert column(received, "loan_key") == ["1", "2"]
    assert received.reasons == {"too_many_fields": 1}, "a comma within a title has made its record slip"
    assert received.dropped_columns == ()


def test_headings_may_end_in_a_delimiter_that_the_records_lack(tmp_path: Path) -> None:
    received = loans(tmp_path).receive("a.csv", HEAD.replace("\n", ",\n") + "1,2,3,4,,,0\n2,2,3,4,,,0\n")
    assert column(received, "loan_key") == ["1", "2"]


def test_a_first_record_with_more_in_it_widens_nothing(tmp_path: Path) -> None:
    """The negative control."""
    received = loans(tmp_path).receive("a.csv", HEAD + "1,2,Law, and order,4,,,0\n2,2,3,4,,,0\n3,2,3,4,,,0\n")
    assert (column(received, "loan_key"), received.reasons) == (["2", "3"], {"too_many_fields": 1})


@pytest.mark.parametrize("header", [3, {"after": 2}, "detect"])
def test_headings_may_stand_below_a_title(tmp_path: Path, header: Any) -> None:
    received = loans(tmp_path, header=header).receive("a.csv", "Loans 2025\n\n" + HEAD + "1,2,3,4,,,0\n")
    assert (received.records, column(received, "source_record")) == (1, [1])


def test_no_line_with_the_headings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no line among the first 40 holds the headings no、reader"):
        loans(tmp_path, header="detect").receive("a.csv", "x\n" * 60)
    with pytest.raises(Refused, match="ends before line 5"):
        loans(tmp_path, header=5).receive("a.csv", HEAD)
