"""What Spark is told: every model can be said, and the spellings that sqlglot alone would get wrong are put right."""

import pytest
import sqlglot

from pipelines.engine import LAYERS_ON_SPARK
from pipelines.errors import Misconfigured
from pipelines.modelling.model_files import read_models
from pipelines.modelling.portable import Exact, to_spark


def said(expression: str) -> str:
    return sqlglot.transpile(expression, read="duckdb", write=Exact)[0]


def test_every_model_up_to_the_portraits_can_be_said(models):
    on_spark = [model for model in models.values() if model.is_select and model.layer in LAYERS_ON_SPARK]
    assert {model.layer for model in on_spark} == set(LAYERS_ON_SPARK)
    for model in on_spark:
        text = to_spark(model)
        assert "clean." not in text.replace("clean__", ""), model.table


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("date_diff('hour', a, b)", "TIMESTAMPDIFF(HOUR, DATE_TRUNC('HOUR', a), DATE_TRUNC('HOUR', b))"),
        ("isodow(d)", "((DAYOFWEEK(d) + 5) % 7 + 1)"),
        ("quantile_cont(x, 0.5)", "PERCENTILE(x, 0.5)"),
        ("quantile_disc(x, 0.5)", "PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY x)"),
        ("date_trunc('month', t)", "CAST(DATE_TRUNC('MONTH', t) AS TIMESTAMP_NTZ)"),
        (
            "avg(cast(x as decimal(18, 9)))",
            "(CAST(SUM(CAST(x AS DECIMAL(18, 9))) AS DOUBLE) / NULLIF(COUNT(CAST(x AS DECIMAL(18, 9))), 0))",
        ),
        ("avg(x)", "AVG(x)"),
    ],
)
def test_a_function_of_the_same_name_and_another_meaning_is_respelt(duckdb: str, spark: str):
    assert said(f"select {duckdb}") == f"SELECT {spark}"


@pytest.mark.parametrize("expression", ["date_diff('hour', a, b)", "isodow(d)", "quantile_cont(x, 0.5)"])
def test_without_the_respelling_sqlglot_says_something_else(expression: str):
    assert sqlglot.transpile(f"select {expression}", read="duckdb", write="spark")[0] != said(f"select {expression}")


def test_what_cannot_be_said_is_told_with_its_file(sql_folder):
    folder = sql_folder(
        raw__loan="-- A loan.\n-- feed: 借阅 | loans\n-- grain: day\n-- purpose: research\ncreate table raw.loan (day date not null, hours decimal(9, 2)  -- 时 | hours\n);",
        clean__loan="-- A day.\n--\n-- grain: day\nselect day, avg(cast(hours as decimal(9, 2))) over (order by day) as mean  -- 均 | mean\nfrom raw.loan",
    )
    text = (folder / "raw" / "loan.sql").read_text(encoding="utf-8")
    (folder / "raw" / "loan.sql").write_text(text.replace("null,", "null,  -- 日 | day\n"), encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"clean/loan.sql.*over a window: write sum\(\) and count\(\)"):
        to_spark(read_models(folder)["clean.loan"])
