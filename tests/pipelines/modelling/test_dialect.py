"""The house dialect refuses what another engine would answer differently."""

import pytest
import sqlglot

from pipelines.modelling.dialect import DIALECT, lint


def slips(sql: str) -> list[str]:
    return [f"{slip.line}: {slip.words}" for slip in lint(sqlglot.parse_one(sql, dialect=DIALECT))]


@pytest.mark.parametrize(
    ("construct", "remedy"),
    [
        ("a / b", "nullif"),
        ("1.5 * a", "1e0"),
        ("log(a)", "log10"),
        ("ln(a)", "nullif"),
        ("list(a order by b)", "string_agg"),
        ("first(a)", "row order"),
        ("arg_max(a, b)", "row_number"),
        ("mode(a)", "row_number"),
        ("dayofweek(a)", "isodow"),
        ("extract(year from a)", "year()"),
        ("a % 7", "floor"),
        ("a // 7", "floor"),
        ("try_cast(a as integer)", "where it comes in"),
        ("cast(a as time)", "minute"),
        ("current_date", "clock"),
        ("random()", "repeatable"),
        ("string_agg(a, '|')", "order by inside"),
        ("round(a, 2)", "decimal"),
        ("regexp_matches(a, '\\w+')", "spell"),
        ("regexp_replace(a, 'x', 'y')", "'g'"),
        ("row_number() over (partition by a)", "order by"),
        ("count(distinct a) over (partition by b)", "distinct"),
        ("strftime(a, '%A')", "only"),
        ("soundex_of(a)", "not in the house dialect"),
        ("trim(a)", "where it comes in"),
        ("quantile(a, 0.5)", "quantile_cont"),
    ],
)
def test_a_construct_is_refused_with_a_remedy(construct, remedy):
    found = slips(f"select\n    {construct} as x\nfrom t")
    assert any(remedy in line and line.startswith("2: ") for line in found), found


@pytest.mark.parametrize(
    "tail",
    ["limit 5", "order by a", "pivot (count(*) for a in (1, 2))", "asof join u on t.a >= u.a"],
)
def test_a_clause_is_refused(tail):
    assert slips(f"select a from t {tail}")


def test_a_union_by_name_is_refused():
    assert "by position" in slips("select a from t union by name select b from u")[0]


@pytest.mark.parametrize(
    "construct",
    [
        "a / nullif(b, 0)",
        "a / 60",
        "15e-1 * a",
        "log2(nullif(a, 0))",
        "ln(nullif(a, 0))",
        "string_agg(a, '|' order by a)",
        "isodow(a)",
        "date_diff('day', a, b)",
        "date_trunc('month', a)",
        "round(cast(a as decimal(18, 6)), 2)",
        "count(*) filter (where a > 1)",
        "regexp_matches(a, '^[A-Z]')",
        "quantile_cont(a, 0.9)",
        "row_number() over (partition by a order by b)",
        "lag(a) over w",
        "md5(a)",
    ],
)
def test_what_agrees_everywhere_is_allowed(construct):
    assert slips(f"select {construct} as x from t window w as (order by a)") == []
