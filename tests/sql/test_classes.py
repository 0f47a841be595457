"""The class of a call number: as its classification has it, and never guessed."""

import re
from collections.abc import Callable, Iterator

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.models import Model
from tests.conftest import Build
from tests.drawn import drawn, shown

CLC = """
call number          | top | second | third
H315 502             | H   | H3     | H31
K825.38=76 547       | K   | K82    | K825
TP311.13/45          | T   | TP     | TP3
TP312                | T   | TP     | TP3
TB3/12               | T   | TB     | TB3
TU-85/3              | T   | TU     |
T-652                | T   | T      |
T/12                 | T   | T      |
I247.5/6789          | I   | I2     | I24
I247.57/8            | I   | I2     | I24
I561.45/3            | I   | I3/7   | I56
I712.45              | I   | I3/7   | I71
E712.53/1            | E   | E3/7   | E71
E99                  | E   | E9     | E99
D35/2                | D   | D33/37 |
D351.1               | D   | D33/37 | D351
D771.2/9             | D   | D73/77 | D771
D32/1                | D   | D3     | D32
D922.29/8            | D   | D9     | D92
[D9]                 | D   | D9     |
F0-0/2               | F   | F0     |
F276.6:D922.29/8     | F   | F2     | F27
F49/1                | F   | F49    |
F592.7/3             | F   | F59    | F592
B84-49/12            | B   | B84    |
B848.4/5             | B   | B84    | B848
B2/1                 | B   | B2     |
B85/2                | B   | B8     | B85
B9/7                 | B   | B9     |
C93-051              | C   | C93    |
C8/1                 | C   | C8     |
C912.1               | C   | C91    | C912
J292.1/4             | J   | J29    | J292
J59/2                | J   | J59    |
J228                 | J   | J2     | J22
H62/1                | H   | H62    |
N94/2                | N   | N94    |
Q81/4                | Q   | Q81    |
Q949.4               | Q   | Q94    | Q949
Q5/1                 | Q   | Q5     |
R2/3                 | R   | R2     |
R749.2/8             | R   | R74    | R749
R9/15                | R   | R9     |
S-0/1                | S   | S      |
B-49                 | B   | B      |
I                    | I   | I      |
Z89;D9/1             | Z   | Z8     | Z89
G252.7/88            | G   | G2     | G25
O13=2/5              | O   | O1     | O13
A84/3                | A   | A8     | A84
P208/2               | P   | P2     | P20
tp312py/3            | T   | TP     | TP3
ｔｐ３１２ＰＹ／3    | T   | TP     | TP3
【Ｄ９】             | D   | D9     |
2013/I247.5/12       | I   | I2     | I24
REF Z22/1            | Z   | Z2     | Z22
外文 O1/W123         | O   | O1     |
外文书库/TP31        | T   | TP     | TP3
$$hI267$$i12         | I   | I2     | I26
TK5105.5             | T   | TK     | TK5
LB2395 .K5           |     |        |
QA76.73 .P98         |     |        |
HF5415.5             |     |        |
TA1                  |     |        |
M12/3                |     |        |
W3/1                 |     |        |
P OKAP               |     |        |
73.8721/5            |     |        |
005.133 PYT          |     |        |
?                    |     |        |
"""

LCC = """
call number          | top | second | third
QA76.73 .P98 2019    | Q   | QA     | QA76
HF 5415.5            | H   | HF     | HF5415
Z699                 | Z   | Z      | Z699
K3165 .A2            | K   | K      | K3165
KBM1234              | K   | KBM    | KBM1234
DJK4 .E2             | D   | DJK    | DJK4
PN1997               | P   | PN     | PN1997
E169.1 .A5           | E   | E      | E169
TK5105.5             | T   | TK     | TK5105
BF76                 | B   | BF     | BF76
qa76.9/k55           | Q   | QA     | QA76
REF. AE5 .E36        | A   | AE     | AE5
外文 PR6066          | P   | PR     | PR6066
W 18 A1              | W   | W      | W18
WB 115               | W   | WB     | WB115
QS 504               | W   | QS     | QS504
QZ200                | W   | QZ     | QZ200
QR41 .B5             | Q   | QR     | QR41
R2/3                 | R   | R      | R2
B84/3                | B   | B      | B84
XY12                 |     |        |
O13/5                |     |        |
DVD 123              |     |        |
KID 12               |     |        |
CO 846               |     |        |
BIO 9                |     |        |
FC2901               | F   | FC     | FC2901
KFN5225              | K   | KFN    | KFN5225
KF4550               | K   | KF     | KF4550
QA                   |     |        |
QA76543              |     |        |
T-652                |     |        |
005.133 PYT          |     |        |
"""

DDC = """
call number          | top | second | third
005.133 PYT          | 000 | 000    | 005
658.8/12             | 600 | 650    | 658
823                  | 800 | 820    | 823
[641]                | 600 | 640    | 641
REF 030 BRI          | 000 | 030    | 030
2013/994.05          | 900 | 990    | 994
１５２.4             | 100 | 150    | 152
中文 495.1           | 400 | 490    | 495
73.8721              |     |        |
7387                 |     |        |
FIC ROW              |     |        |
200M/H               |     |        |
J 823                |     |        |
QA76                 |     |        |
"""


@pytest.mark.parametrize(("scheme", "cases"), [("clc", CLC), ("lcc", LCC), ("ddc", DDC)])
def test_a_call_number_is_read_as_its_classification_has_it(build: Build, scheme: str, cases: str) -> None:
    wanted = drawn(cases)
    table = classes(build, scheme, wanted["call number"].to_list())
    said = {number: said for number, *said in table.drop("class_scheme").iter_rows()}
    assert said == {number: said for number, *said in wanted.iter_rows()}


def test_the_same_string_is_another_class_in_another_classification(build: Build) -> None:
    table = build(
        "clean.call_class",
        ref__site="class_scheme\nclc",
        ref__class_scheme="position | source | location | item_type | class_scheme\n1 | % | 外文% | % | lcc\n2 | % | 旧% | % | none",
        raw__loan="loan_key | call_number\none | B84/3\ntwo | B84/3\nthree |",
        clean__paired_loan="loan_key | call_number\nfour | QA76",
    )
    assert shown(table, "class_scheme", "call_number", "class_second", "class_third") == {
        ("clc", "B84/3", "B84", None),
        ("lcc", "B84/3", "B", "B84"),
        ("clc", "QA76", None, None),
        ("lcc", "QA76", "QA", "QA76"),
    }


def test_a_site_without_a_classification_reads_no_number(build: Build) -> None:
    assert classes(build, "none", ["I247.5/1"]).is_empty()


SCHEMES = """
position | source | location | item_type | class_scheme
1        | old    | %        | %         | none
2        | %      | 外文%    | %         | lcc
3        | %      | %        | 外文图书  | ddc
"""
LOANS = """
loan_key | call_number | location | item_type | source_file | loaned_at
plain    | B84/3       | 社科     | 中文图书  | f1          | 2026-03-01 10:00:00
nothing  | B84/3       |          |           |             | 2026-03-01 10:00:00
abroad   | B84/3       | 外文一库 | 外文图书  | f1          | 2026-03-01 10:00:00
typed    | B84/3       | 社科     | 外文图书  | f1          | 2026-03-01 10:00:00
old      | B84/3       | 外文一库 | 外文图书  | f2          | 2026-03-01 10:00:00
unread   | QA76        | 社科     | 中文图书  | f1          | 2026-03-01 10:00:00
unsaid   |             | 社科     | 中文图书  | f1          | 2026-03-01 10:00:00
"""
READ = """
class_scheme | call_number | class_top | class_second | class_third
clc          | B84/3       | B         | B84          |
lcc          | B84/3       | B         | B            | B84
ddc          | B84/3       |           |              |
clc          | QA76        |           |              |
"""


def test_the_first_rule_that_fits_the_stock_decides_its_classification(build: Build) -> None:
    table = loans(build, ref__class_scheme=SCHEMES, ledger__file="source | source_file\nnew | f1\nold | f2")
    assert shown(table, "loan_key", "class_scheme", "class_status", "class_second", "class_third") == {
        ("plain", "clc", "classed", "B84", None),
        ("nothing", "clc", "classed", "B84", None),
        ("abroad", "lcc", "classed", "B", "B84"),
        ("typed", "ddc", "unknown", None, None),
        ("old", "none", "no_scheme", None, None),
        ("unread", "clc", "unknown", None, None),
        ("unsaid", "clc", "none_given", None, None),
        ("paired", "lcc", "classed", "B", "B84"),
    }


def test_without_rules_the_whole_stock_is_in_the_site_s_classification(build: Build) -> None:
    assert shown(loans(build), "class_scheme") == {("clc",)}


Tops = Callable[[str], list[tuple[str, str | None]]]
TOPS = {"clc": "[A-KN-VXZ]", "lcc": "[A-HJ-NP-WZ]", "ddc": "[0-9]00"}


@pytest.fixture(scope="module")
def tops_of(models: dict[str, Model]) -> Iterator[Tops]:
    """The main class of a call number in each of the three classifications."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema raw; create schema ref; create schema clean")
        connection.execute("create table ref.site as select 'clc' as class_scheme")
        connection.execute("create table ref.class_scheme as select unnest(['lcc', 'ddc']) as class_scheme")
        connection.execute("create table clean.paired_loan (call_number varchar)")
        query = f"select class_scheme, class_top from ({models['clean.call_class'].text})"

        def tops(number: str) -> list[tuple[str, str | None]]:
            connection.execute(
                "create or replace table raw.loan as select cast($1 as varchar) as call_number", [number]
            )
            return connection.execute(query).fetchall()

        yield tops


@given(st.text(max_size=12), st.text("ABDEIKQRTWtp0123456789 ./-$[中２", max_size=9))
def test_whatever_the_text_a_class_is_one_of_its_classification_or_none(tops_of: Tops, wild: str, tame: str) -> None:
    text = (wild + "|" + tame).replace("\0", "")
    for number in (wild.replace("\0", ""), tame, text):
        found = tops_of(number)
        assert len(found) == 3
        for scheme, top in found:
            assert top is None or re.fullmatch(TOPS[scheme], top), (scheme, number, top)


def classes(build: Build, scheme: str, numbers: list[str]) -> pl.DataFrame:
    lines = "\n".join(f"{place} | {number}" for place, number in enumerate(numbers))
    return build("clean.call_class", ref__site=f"class_scheme\n{scheme}", raw__loan=f"loan_key | call_number\n{lines}")


def loans(build: Build, **given: str) -> pl.DataFrame:
    return build(
        "clean.loan",
        ref__site="class_scheme\nclc",
        raw__loan=LOANS,
        clean__call_class=READ,
        clean__paired_loan="loan_key | call_number | location | status\npaired | B84/3 | 外文二库 | open",
        **given,
    )
