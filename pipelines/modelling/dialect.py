"""The house dialect: the part of DuckDB's SQL that lineage reads rightly and that means the same on Spark.

A construct is refused when another engine would answer it differently, when its answer depends on
row order, ties, threads or a division by zero, or when column lineage cannot follow it.  A function
that is not listed is refused too: it joins the list once it has been seen to agree on both engines.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp

DIALECT = "duckdb"

_AGREEING = """
    abs and avg bitwiseoragg case cast ceil coalesce concat concatws contains count countif cumedist date datediff dayofweekiso day denserank
    endswith exp floor greatest groupconcat hour if lag lastday lead least left length ln log max md5 median min minute month
    not ntile nullif or pad percentilecont percentiledisc percentrank pow quarter rank regexpextract regexplike
    regexpreplace replace right round rownumber second sha2 sign splitpart sqrt startswith stddev stddevpop stddevsamp
    strposition substring sum timestamptrunc timetostr timetounix tsordstodate variance variancepop weekofyear year
    datetrunc exists any all in translate
"""
FUNCTIONS = frozenset(_AGREEING.split())
"""sqlglot's names of the functions that agree on both engines."""

REFUSED: dict[str, str] = {
    "anyvalue": "its answer depends on row order — use min() or max()",
    "argmax": "ties and nulls differ — use `qualify row_number() over (… a total order …) = 1`",
    "argmin": "ties and nulls differ — use `qualify row_number() over (… a total order …) = 1`",
    "arrayagg": "lists lose their order elsewhere — use string_agg(x, '|' order by …)",
    "bracket": "no lists — use split_part()",
    "columns": "lineage cannot follow columns(…) — name them",
    "currentdate": "the answer changes with the clock — read a date from a table",
    "currenttimestamp": "the answer changes with the clock — read a time from a table",
    "dayofweek": "numbered differently elsewhere — use isodow()",
    "explode": "no unnest — the calendar and every list are tables",
    "extract": "use year(), month(), day(), hour() or isodow()",
    "first": "its answer depends on row order — use min() or row_number()",
    "firstvalue": "nulls and frames differ — use `qualify row_number()`",
    "fetch": "no limit in a model — rank and filter",
    "generateseries": "use ref.calendar_day",
    "ilike": "fold case where text comes in",
    "intdiv": "use floor(a / nullif(b, 0))",
    "jsonextract": "JSON is flattened where it comes in",
    "lambda": "no lambdas — write the expression",
    "last": "its answer depends on row order — use max() or row_number()",
    "lastvalue": "nulls and frames differ — use `qualify row_number()`",
    "lateral": "lineage cannot follow lateral — use a join",
    "limit": "no limit in a model — rank and filter",
    "lower": "fold case where text comes in",
    "mod": "differs for zero and negative numbers — use x - n * floor(x / n)",
    "mode": "ties differ — count, then row_number()",
    "pivot": "lineage cannot follow pivot — use count(*) filter (where …)",
    "quantile": "use quantile_cont() or quantile_disc()",
    "rand": "not repeatable — use md5() of a key",
    "strtodate": "text becomes a date once, where it comes in",
    "strtotime": "text becomes a time once, where it comes in",
    "struct": "no structs — use columns",
    "tablesample": "not repeatable — use md5() of a key",
    "trim": "text is trimmed where it comes in",
    "trycast": "text becomes typed once, where it comes in",
    "unnest": "no unnest — the calendar and every list are tables",
    "upper": "fold case where text comes in",
    "withingroup": "becomes approximate elsewhere — use quantile_cont(x, q)",
}
"""Constructs by sqlglot's name, and what to write instead."""

_STATEMENT = (exp.Select, exp.SetOperation, exp.Create)
_PLAIN = (exp.Connector, exp.Binary, exp.Anonymous)
_UNITS = {"second", "minute", "hour", "day", "month", "quarter", "year"}
_STRFTIME = {"%Y", "%m", "%d", "%H", "%M", "%S"}
_UNLIKE_REGEX = re.compile(r"\\[pwbdsWBDS]|\(\?[=!<]|\[\[:")


@dataclass(frozen=True)
class Slip:
    """A construct outside the house dialect, and what to write instead."""

    line: int
    words: str


def lint(statement: exp.Expr) -> list[Slip]:
    """Everything in a model's statement that the house dialect refuses."""
    if not isinstance(statement, _STATEMENT):
        return [Slip(1, f"a model is one select or one create table, not {statement.key}")]
    return sorted(set(_slips(statement)), key=lambda slip: (slip.line, slip.words))


def line_of(node: exp.Expr) -> int:
    """The line on which a construct begins, as far as its parts, or what holds it, know it."""
    holder: exp.Expr | None = node
    while holder is not None:
        lines = [int(part.meta["line"]) for part in holder.walk() if "line" in part.meta]
        if lines:
            return min(lines)
        holder = holder.parent
    return 1


def _slips(statement: exp.Expr) -> Iterator[Slip]:
    for node in statement.walk():
        if node.key in REFUSED:
            yield Slip(line_of(node), f"{_shown(node)}: {REFUSED[node.key]}")
        elif isinstance(node, exp.Func) and not isinstance(node, _PLAIN) and node.key not in FUNCTIONS:
            yield Slip(
                line_of(node),
                f"{_shown(node)}: {node.key}() is not in the house dialect — see FUNCTIONS in pipelines/modelling/dialect.py",
            )
        elif isinstance(node, exp.Anonymous):
            yield Slip(
                line_of(node),
                f"{_shown(node)}: {node.name}() is not in the house dialect — see FUNCTIONS in pipelines/modelling/dialect.py",
            )
        for refuses, remedy in _RULES.get(type(node), ()):
            if refuses(node):
                yield Slip(line_of(node), f"{_shown(node)}: {remedy}")


def _shown(node: exp.Expr) -> str:
    text = " ".join(node.sql(DIALECT, comments=False).split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def _may_be_zero(node: exp.Expr) -> bool:
    divisor = node.expression.unnest()
    is_number = isinstance(divisor, exp.Literal) and divisor.is_number and float(divisor.this) != 0
    return not (is_number or isinstance(divisor, exp.Nullif))


def _unit(node: exp.Expr) -> str:
    return str(node.args.get("unit") or "").strip("'").lower()


def _is_bare_decimal(node: exp.Expr) -> bool:
    if not node.is_number or "." not in node.this or "e" in node.this.lower():
        return False
    return node.find_ancestor(exp.Cast, exp.PercentileCont, exp.PercentileDisc) is None


def _is_unsorted(node: exp.Expr) -> bool:
    window = node.find_ancestor(exp.Window)
    return window is not None and not window.args.get("order") and not window.args.get("alias")


def _argument_may_be_zero(node: exp.Expr) -> bool:
    return not isinstance(node.this.unnest(), exp.Nullif | exp.Literal)


def _casts_to(*names: str) -> Callable[[exp.Expr], bool]:
    return lambda node: node.args["to"].sql(DIALECT).upper() in names


def _regex_differs(node: exp.Expr) -> bool:
    return not isinstance(node.expression, exp.Literal) or bool(_UNLIKE_REGEX.search(node.expression.name))


def _rounds_a_double(node: exp.Expr) -> bool:
    is_decimal = isinstance(node.this, exp.Cast) and node.this.args["to"].is_type("decimal")
    return node.args.get("decimals") is not None and not is_decimal


_Rule = tuple[Callable[[exp.Expr], bool], str]
_RULES: dict[type[exp.Expr], tuple[_Rule, ...]] = {
    exp.Div: ((_may_be_zero, "a division by zero differs — divide by nullif(x, 0)"),),
    exp.DateDiff: ((lambda n: _unit(n) not in _UNITS, f"the unit must be one of {', '.join(sorted(_UNITS))}"),),
    exp.TimestampTrunc: ((lambda n: _unit(n) not in _UNITS | {"week"}, "unknown unit"),),
    exp.Literal: ((_is_bare_decimal, "a bare decimal loses digits — write 1e0, or cast(… as double)"),),
    exp.RowNumber: ((_is_unsorted, "give the window an order by"),),
    exp.Lag: ((_is_unsorted, "give the window an order by"),),
    exp.Lead: ((_is_unsorted, "give the window an order by"),),
    exp.Log: (
        (lambda n: n.args.get("expression") is None, "base 10 here, natural elsewhere — use ln(), log2() or log10()"),
    ),
    exp.Ln: ((_argument_may_be_zero, "ln(0) differs — write ln(nullif(x, 0))"),),
    exp.GroupConcat: ((lambda n: not isinstance(n.this, exp.Order), "its order is not fixed — add order by inside"),),
    exp.Round: ((_rounds_a_double, "halves round differently — write round(cast(x as decimal(18, 6)), n)"),),
    exp.RegexpReplace: (
        (_regex_differs, "spell the characters out"),
        (lambda n: not n.args.get("modifiers"), "pass 'g'"),
    ),
    exp.RegexpLike: ((_regex_differs, "spell the characters out"),),
    exp.RegexpExtract: ((_regex_differs, "spell the characters out"),),
    exp.Cast: (
        (_casts_to("TIME", "TIMETZ"), "no time of day — use hour(t) * 60 + minute(t)"),
        (_casts_to("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"), "zones are settled where text comes in — use timestamp"),
    ),
    exp.TimeToStr: (
        (lambda n: not set(re.findall(r"%-?.", n.args["format"].name)) <= _STRFTIME, "only %Y %m %d %H %M %S"),
    ),
    exp.Distinct: ((lambda n: bool(n.args.get("on")), "ties differ — use `qualify row_number()`"),),
    exp.CTE: ((lambda n: n.args.get("materialized") is not None, "leave [not] materialized out"),),
    exp.Union: (
        (lambda n: bool(n.args.get("by_name")), "lineage matches a union by position — list the columns in order"),
    ),
    exp.Join: (
        (
            lambda n: str(n.args.get("method") or "").lower() in ("asof", "positional", "natural"),
            "use a left join and `qualify row_number()`",
        ),
    ),
    exp.Star: ((lambda n: bool(n.args.get("replace") or n.args.get("rename")), "name the columns"),),
    exp.Select: (
        (lambda n: bool(n.args.get("qualify")) and n.is_star, "name the columns when qualify is used"),
        (lambda n: bool(n.args.get("order")), "a table has no order — leave order by to whoever reads it"),
    ),
    exp.Window: (
        (lambda n: bool(n.args.get("spec") and n.args["spec"].args.get("exclude")), "exclude is dropped elsewhere"),
        (
            lambda n: isinstance(n.this, exp.Count) and isinstance(n.this.this, exp.Distinct),
            "no count(distinct …) over",
        ),
    ),
}
