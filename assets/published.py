"""The database that analysts open: audited, then put in place as a whole new generation.

Everything up to this point may still be refused; nothing that failed an expectation is published.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.releases import RELEASE
from pipelines import ledger
from pipelines.expectations import Outcome, expectations_of, judge
from pipelines.models import Model
from pipelines.publish import Example, PublishedTable, publish
from pipelines.release import released_tables
from pipelines.site import Site, models
from pipelines.tables import OWNERS, asset_key
from pipelines.warehouse import Warehouse
from profiles.linkage import share_unique

_KNOWN_OF_PEOPLE = "select college, level, study_year from portrait.individual where term = (select max(term) from portrait.individual)"
"""What outsiders know of a reader: this file's rows are pseudonyms, and not more."""

LAYERS = ("ref", "portrait", "segment", "service", "report")
_NOT_FOR_ANALYSTS = {"sensitive"}

EXAMPLES = (
    Example(
        "colleges_by_visits",
        "每个学院最近学期的人均到馆天数 | days visited per head, by college, in the latest term",
        "select college, term, persons, round(visit_days_mean, 1) as visit_days_mean from portrait.department where term = (select max(term) from portrait.department) order by visit_days_mean desc",
    ),
    Example(
        "zero_is_not_unknown",
        "零与未测的区别 | who did nothing, and where nothing was measured",
        "select term, count(*) filter (where visit_days = 0) as never_came, count(*) filter (where visit_days is null) as not_measured, min(not_measured) as reason from portrait.individual group by term order by term",
    ),
    Example(
        "segments_over_terms",
        "各细分群体逐学期人数 | people in each segment, term by term",
        "select term, label_zh, label_en, count(*) as persons from segment.reader join ref.segment_name using (segment) group by all order by term, persons desc",
    ),
    Example(
        "how_use_is_spread",
        "一个指标在各学院的分布 | how a measure is spread in each college, and how unequally",
        "select group_code as college, persons, p10, p50, p90, round(zero_share, 2) as zero_share, round(gini, 2) as gini from portrait.distribution where group_type = 'college' and measure = 'visit_days' and term = (select max(term) from portrait.distribution) order by college",
    ),
    Example(
        "how_fast_newcomers_arrive",
        "新生多少周内首次到馆 | by which week newcomers have come for the first time",
        "select term, teaching_week, round(1 - survival, 2) as have_come from portrait.activation where event = 'first_visit' order by term, teaching_week",
    ),
    Example(
        "forecasts_and_their_skill",
        "预测是否胜过简单规则 | whether forecasts beat the plain rules",
        "select target, horizon, candidate, round(wape, 2) as wape, round(coverage, 2) as coverage, verdict from service.forecast_skill order by target, horizon, candidate",
    ),
    Example(
        "columns_explained",
        "每一列是什么 | what every column means",
        "select schema_name, table_name, column_name, comment from duckdb_columns() where not internal order by all",
    ),
)


@dg.definitions
def published() -> dg.Definitions:
    tables = [model for model in models().values() if model.layer in LAYERS and model.parts is None]
    judged = [model for model in tables if model.layer == "portrait"]
    return dg.Definitions(assets=[_published(tables, judged)])


def _published(tables: list[Model], judged: list[Model]) -> dg.AssetsDefinition:
    key = asset_key("published.mart")
    expected = {model: expectations_of(model) for model in judged}
    specs = [
        dg.AssetCheckSpec(_check(model, e.check), asset=key, description=e.description, blocking=True)
        for model, expectations in expected.items()
        for e in expectations
    ]

    @dg.asset(
        key=key,
        deps=[asset_key(RELEASE), *(asset_key(model.table) for model in tables)],
        group_name="published",
        owners=OWNERS,
        kinds={"duckdb", "greatexpectations"},
        check_specs=specs,
    )
    def mart(warehouse: Warehouse, site: Site) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[Any]]:
        """The database that analysts open: `mingyuan query "select …"`, or data/published/current in any client."""
        failed = []
        for model, expectations in expected.items():
            outcomes = judge(warehouse.connection, f"select * from {model.table}", expectations, model.table)
            ledger.judge(warehouse, model.table, outcomes)
            failed += [outcome for outcome in outcomes if not outcome.passed]
            yield from (_result(model, outcome, key) for outcome in outcomes)
        if failed:
            raise dg.Failure(_complaint(failed), allow_retries=False)
        campus = site.campus
        alone = share_unique(warehouse.connection.sql(_KNOWN_OF_PEOPLE).pl(), ["college", "level", "study_year"])
        done = publish(
            warehouse.connection,
            [_as_published(model) for model in tables],
            campus.published,
            released_tables(warehouse, site, [model.table for model in tables if model.persons]),
            meta={"name_zh": campus.name.zh, "name_en": campus.name.en, "small_cell": str(campus.small_cell)},
            examples=EXAMPLES,
            forbidden_columns=sorted(
                {c.name for m in models().values() for c in m.columns if c.tags & _NOT_FOR_ANALYSTS}
            ),
        )
        yield dg.MaterializeResult(
            metadata={
                "generation": done.generation,
                "is_new": done.is_new,
                "share_unique_on_college_level_and_year": alone,
                "file": dg.MetadataValue.path(str(done.path)),
            }
        )

    return mart


def _as_published(model: Model) -> PublishedTable:
    columns = [(column.name, column.caption) for column in model.columns]
    return PublishedTable(model.table, model.description, columns, model.persons is not None)


def _check(model: Model, check: str) -> str:
    return f"{model.table.replace('.', '_')}_{check}"


def _result(model: Model, outcome: Outcome, key: dg.AssetKey) -> dg.AssetCheckResult:
    counts = {"rows": outcome.element_count or 0, "rows_that_break_it": outcome.unexpected_count or 0}
    return dg.AssetCheckResult(
        passed=outcome.passed, check_name=_check(model, outcome.check), asset_key=key, metadata=counts
    )


def _complaint(failed: list[Outcome]) -> str:
    told = "; ".join(f"{o.table}: {o.unexpected_count} rows break “{o.description}”" for o in failed)
    return f"nothing new is published, readers keep the generation before: {told}"
