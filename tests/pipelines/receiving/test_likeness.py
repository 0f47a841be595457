"""How near the known presets come to a file, and what has to be said beside them."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from pipelines.receiving.likeness import likenesses
from pipelines.receiving.presets import Rule, Source
from tests.pipelines.landing import workbook
from tests.pipelines.looks import LOANS, look, printed


def test_a_heading_that_is_missing_is_named(tmp_path: Path) -> None:
    found = look(tmp_path, LOANS.replace("条码号,题名", "书号,题名"))
    assert (found.trial, found.likenesses[0].preset) == (None, "libsys_loans")
    assert found.likenesses[0].missing == ("条码号",)


def test_a_table_is_no_log_however_many_values_its_lines_have(tmp_path: Path) -> None:
    text = "读者证号\t馆舍\t方向\t时间\t通道\n" + "2023010199\t总馆\t进\t2025-09-08 08:00:00\tA\n" * 3
    assert "ezproxy_spu" not in {one.preset for one in look(tmp_path, text).likenesses}
    log = "2025/09/08:08:00:00\t2023010199\tlocal\twww.example.org\t/x\n" * 3
    assert look(tmp_path, log).likenesses[0].preset == "ezproxy_spu", "the negative control"


LOG = (
    '125.125.125.125 - uid=cousteau [19/Aug/2012:22:16:52 +0200] "GET http://x/pdn HTTP/1.1" 302 - "-" "Mozilla/5.0"\n'
)
COMBINED = '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"'


def test_a_log_in_another_order_is_taken_in_by_a_preset_that_is_told_the_order(tmp_path: Path) -> None:
    found = look(tmp_path, LOG)
    assert found.trial is not None
    assert (found.trial.preset, found.trial.beside, found.trial.loaded) == ("ncsa_proxy_log", {"log": COMBINED}, 1)
    (row,) = found.trial.rows.to_dicts()
    assert (row["accessed_at"], row["host"], row["kind"]) == (datetime(2012, 8, 20, 4, 16, 52), "x", "page")
    assert yaml.safe_load(found.beginning) == {"preset": "ncsa_proxy_log", "files": "export.csv", "log": COMBINED}
    assert "With ncsa_proxy_log and log: %h" in printed(found)
    assert "To take it in so, a source says" in printed(found)
    assert "cousteau" not in printed(found)
    common = look(tmp_path, LOG.replace(' "-" "Mozilla/5.0"', ""))
    assert common.trial is not None
    assert (common.trial.preset, common.trial.beside) == ("ncsa_proxy_log", {}), "the negative control"


def test_a_log_without_what_a_preset_reads_is_not_taken_in_by_it(tmp_path: Path) -> None:
    near = {one.preset: one for one in look(tmp_path, LOG).likenesses}
    assert near["ezproxy_groups"].missing == ("%{ezproxy-groups}i",)


ALMA = "Item Loan Id,Primary Identifier,Barcode,Loan Date,Loan Time,Due Date,Due Time,Return Date,Return Time,In House Loan Indicator,Loan Status"
LENT = "7,2023010199,B1,2024-03-05,08:00:00,2024-04-05,08:00:00,,,N,Active"


@pytest.mark.parametrize(
    ("content", "name", "beside"),
    [
        (f"{ALMA}\n{LENT}\n", "a.csv", {}),
        (workbook([ALMA.split(","), LENT.split(",")]), "a.xlsx", {"format": "xlsx"}),
        (
            workbook([["说明"]], 借阅=[ALMA.split(","), *[LENT.split(",")] * 2]),
            "a.xlsx",
            {"format": "xlsx", "sheet": "借阅"},
        ),
        (f"{ALMA}\n{LENT}\n".replace(",", ";"), "a.csv", {"delimiter": ";"}),
        (f"Loans of May\n\n{ALMA}\n{LENT}\n", "a.csv", {"header": "detect"}),
        (f"{ALMA},Ort\n{LENT},Köln\n".encode("cp1252"), "a.csv", {"encoding": "cp1252"}),
    ],
)
def test_a_preset_that_reads_the_headings_is_offered_with_what_the_file_is(
    tmp_path: Path, content: str | bytes, name: str, beside: dict[str, str]
) -> None:
    found = look(tmp_path, content, name)
    assert found.trial is not None
    assert (found.trial.preset, found.trial.beside) == ("alma_fulfillment", beside)
    assert found.trial.loaded
    assert "2023010199" not in printed(found)
    if beside:
        own = tmp_path / "own.yml"
        own.write_text(found.beginning, encoding="utf-8")
        again = look(tmp_path, content, name, preset=str(own)).trial
        assert again is not None
        assert again.loaded, "what it proposes loads"


def test_a_preset_of_workbooks_reads_a_table_too(tmp_path: Path) -> None:
    trial = look(tmp_path, "学号;图书条码;操作日期\n1;B1;2024-03-05\n").trial
    assert trial is not None
    assert (trial.preset, trial.beside) == ("two_log_borrows", {"format": "csv", "delimiter": ";"})
    assert trial.loaded == 1


def test_a_heading_that_stands_twice_is_known_by_its_number(tmp_path: Path) -> None:
    shape = look(tmp_path, "时间,卡号,时间\n2024-03-05,1,2024-03-06\n").shape
    source = Source.model_validate(
        {"name": "x", "feed": "gate_event", "files": "x", "columns": {"patron_key": "卡号", "passed_at": "时间.2"}}
    )
    (near,) = likenesses(shape, [source])
    assert (near.share, near.missing) == (1, ())
    other = source.model_copy(update={"columns": {**source.columns, "passed_at": Rule.model_validate("时间.3")}})
    assert likenesses(shape, [other])[0].missing == ("时间.3",), "the negative control"
