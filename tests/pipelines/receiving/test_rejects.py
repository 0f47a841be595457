"""What could not be read is told, and why, though no record may be rejected for it."""

import re
from pathlib import Path

import pytest

from pipelines.paths import ROOT
from pipelines.receiving.rejects import meaning, weighed
from tests.pipelines.landing import HEAD, loans

LINES = "".join(f"{number},2,b,,05/03/2024,,\n" for number in range(10))


@pytest.mark.parametrize(
    ("formats", "told"),
    [
        ("%d/%m/%Y", ()),
        ("%Y-%m-%d", ("loaned_at could not be read in 10 of 10 rows — mend its formats or marks in the preset",)),
    ],
)
def test_a_column_that_stays_empty_throughout_is_remarked_upon(
    tmp_path: Path, formats: str, told: tuple[str, ...]
) -> None:
    columns = {"loan_key": "no", "patron_key": "reader", "item_key": "item"}
    campus = loans(tmp_path, columns={**columns, "loaned_at": {"from": "out", "formats": formats}})
    received = weighed(campus.receive("a.csv", HEAD + LINES), campus.source)
    assert (received.loaded, received.rejected) == (10, 0)
    assert received.warnings == told


def test_a_few_that_could_not_be_read_are_nothing_unusual(tmp_path: Path) -> None:
    columns = {"loan_key": "no", "item_key": "item", "loaned_at": {"from": "out", "formats": "%d/%m/%Y"}}
    campus = loans(tmp_path, columns=columns, rejects={"warn": 0.1})
    received = campus.receive("a.csv", HEAD + LINES.replace("9,2,b,,05/03/2024", "9,2,b,,soon"))
    assert weighed(received, campus.source).warnings == ()


def test_every_reason_that_is_not_a_filters_says_what_to_do() -> None:
    text = "".join(
        (ROOT / "pipelines" / "receiving" / name).read_text(encoding="utf-8") for name in ("canonical.py", "harvest.py")
    )
    marked = set(re.findall(r'_marked\(.*"(\w+)"\)', text)) | set(re.findall(r'return "(\w+)"', text))
    assert {"footer", "implausible", "too_many_fields"} <= marked
    of_filters = meaning("denied")
    assert [code for code in marked - {"unreadable"} if meaning(code) == of_filters] == []
