"""A model's statement as Spark says it, meaning the same to the last digit.

The house dialect (:mod:`pipelines.modelling.dialect`) leaves out what the two engines answer differently; what is
left differs in a few spellings that sqlglot does not know of, and those are put right here.  Each was
found by asking both engines, and the parity test asks them again.  Running anything belongs in
:mod:`pipelines.engine`.
"""

from typing import ClassVar

from sqlglot import ErrorLevel, exp
from sqlglot.dialects.spark import Spark
from sqlglot.errors import UnsupportedError
from sqlglot.generators.spark import SparkGenerator

from pipelines.errors import Misconfigured
from pipelines.modelling.dialect import line_of
from pipelines.models import Model


def to_spark(model: Model) -> str:
    """The statement of a model for Spark, its tables named as :func:`view_name` names them.

    Raises:
        Misconfigured: a construct has no equal on Spark; one line with file, line and construct.

    """
    statement = model.statement.transform(_with_view_names)
    try:
        return statement.sql(Exact, comments=False, unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        line = line_of(model.statement)
        raise Misconfigured(f"{model.file}:{line}: Spark cannot say this as DuckDB does — {error}") from error


def view_name(table: str) -> str:
    """``clean.loan`` as the name of a temporary view, which has no schema."""
    return table.replace(".", "__")


def _with_view_names(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Table) and node.db:
        alias = node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(node.name))
        return exp.Table(this=exp.to_identifier(view_name(f"{node.db}.{node.name}")), alias=alias)
    return node


class Exact(Spark):
    """Spark's dialect with the spellings that keep DuckDB's meaning."""

    class Generator(SparkGenerator):
        """One override for each function that sqlglot writes with another meaning."""

        TRANSFORMS: ClassVar = {
            **SparkGenerator.TRANSFORMS,
            exp.Avg: lambda self, node: self.mean(node),
            exp.DateDiff: lambda self, node: self.boundaries(node),
            exp.TimestampTrunc: lambda self, node: self.truncated(node),
            exp.DateTrunc: lambda self, node: self.truncated(node),
            exp.DayOfWeekIso: lambda self, node: f"((DAYOFWEEK({self.sql(node, 'this')}) + 5) % 7 + 1)",
            exp.PercentileCont: lambda self, node: self.func("PERCENTILE", node.this, node.expression),
            exp.PercentileDisc: lambda self, node: (
                f"PERCENTILE_DISC({self.sql(node, 'expression')}) WITHIN GROUP (ORDER BY {self.sql(node, 'this')})"
            ),
            exp.TimeToUnix: lambda self, node: f"(UNIX_MICROS(CAST({self.sql(node, 'this')} AS TIMESTAMP_LTZ)) / 1E6D)",
            exp.SHA2: lambda self, node: self.func("SHA2", node.this, exp.Literal.number(256)),
        }

        def boundaries(self, node: exp.Expr) -> str:
            """DuckDB counts the borders between units that lie between two times, Spark the whole units that passed."""
            unit, since, until = _unit(node), self.sql(node, "expression"), self.sql(node, "this")
            return f"TIMESTAMPDIFF({unit}, DATE_TRUNC('{unit}', {since}), DATE_TRUNC('{unit}', {until}))"

        def mean(self, node: exp.Avg) -> str:
            """DuckDB's mean of decimals is a double; Spark's is a decimal that keeps four digits more."""
            if not (isinstance(node.this, exp.Cast) and node.this.args["to"].is_type("decimal")):
                return str(self.function_fallback_sql(node))
            if isinstance(node.parent, exp.Window):
                self.unsupported("avg() of decimals over a window: write sum() and count()")
            of = self.sql(node, "this")
            return f"(CAST(SUM({of}) AS DOUBLE) / NULLIF(COUNT({of}), 0))"

        def truncated(self, node: exp.Expr) -> str:
            """Spark's date_trunc answers in the session's zone; the warehouse knows local time only."""
            return f"CAST(DATE_TRUNC('{_unit(node)}', {self.sql(node, 'this')}) AS TIMESTAMP_NTZ)"


def _unit(node: exp.Expr) -> str:
    return str(node.args.get("unit") or "day").strip("'").upper()
