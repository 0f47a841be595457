"""Looking once at each different text makes the same of a file as looking at every cell."""

import random
from pathlib import Path

import polars as pl
import pytest

from pipelines.receiving import repetition
from pipelines.receiving.repetition import Repetition
from tests.pipelines.landing import loans, rejects, rows

DRAW = random.Random(3)
COLUMNS = {
    "loan_key": "no",
    "item_key": "item",
    "location": {"from": "title", "map": {"a": "Main", "b": "Branch", "": "none"}},
    "item_type": {"from": "title", "pattern": "^(a|b)$"},
    "renewals": "renewals",
    "loaned_at": "out",
    "title": {"value": "constant"},
}
LINES = [
    f"{number},{DRAW.choice(['i', 'j', ''])},{DRAW.choice(['a', ' b', '', 'zz'])},2025-03-{DRAW.choice(['01', '31', '99'])},{DRAW.choice(['1', 'x', '-'])}"
    for number in range(3000)
]
TEXT = "no,item,title,out,renewals\n" + "\n".join(LINES) + "\n"


@pytest.mark.usefixtures("same_process")
def test_a_file_of_few_texts_becomes_the_same_rows_either_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = [{"heading": "renewals", "not_in": "-", "reason": "denied"}]
    campus = loans(tmp_path, columns=COLUMNS, where=where)
    received = campus.receive("a.csv", TEXT)
    once = rows(received), rejects(received)
    calls = []
    monkeypatch.setattr(repetition, "_distinct", lambda texts: calls.append(texts.name))
    received = campus.receive("a.csv", TEXT)
    assert (rows(received), rejects(received)) == once
    assert set(calls) == {"c1", "c2", "c3", "c4", "c0"}
    assert {reason for _, _, reason in once[1]} == {"denied", "missing_value", "unmapped_value"}


@pytest.mark.parametrize(
    ("texts", "is_few"),
    [
        ([str(number % 7) for number in range(1000)], True),
        ([str(number % 7) for number in range(999)], False),
        ([str(number) for number in range(1000)], False),
        (["a"] * 1000 + [str(number) for number in range(1000)], False),
        (["a"] * 1000 + [None], False),
    ],
    ids=["few", "too few cells", "all differ", "differ later", "an empty one"],
)
def test_only_few_texts_in_many_cells_are_looked_at_once(texts: list[str | None], is_few: bool) -> None:
    cells = pl.DataFrame({"c0": pl.Series(texts, dtype=pl.String)})
    distinct = Repetition(cells).of("c0")
    assert (distinct is not None) == is_few
    if distinct:
        assert distinct.cells.height == 7
        assert distinct.spread(distinct.cells["c0"]).to_list() == texts
