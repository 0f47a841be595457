"""The database that analysts open: audited, then put in place as a whole new generation.

Everything up to this point may still be refused; nothing that failed an expectation is published.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from assets.releases import RELEASE
from pipelines.building.expectations import Outcome, expectations_of, judge
from pipelines.keeping import generations
from pipelines.modelling.kinds import unsaid
from pipelines.models import Model
from pipelines.publish import Example, PublishedTable, publish
from pipelines.receiving import ledger
from pipelines.releasing.release import released_tables
from pipelines.releasing.told import is_told, note_told, told_as
from pipelines.site import Site, models
from pipelines.tables import OWNERS, asset_key
from pipelines.warehouse import Warehouse
from profiles.linkage import share_unique

_KNOWN_OF_PEOPLE = "select college, level, study_year from portrait.individual where term = (select max(term) from portrait.individual)"
"""What outsiders know of a reader: this file's rows are pseudonyms, and not more."""

MART = "published.mart"
LAYERS = ("ref", "portrait", "segment", "service", "report")
_NOT_FOR_ANALYSTS = {"sensitive"}
_KEPT_IN = {"service.outcome_event"}
"""Single days of single readers: analysts see what somebody did in a term."""

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
        "how_segments_hold_still",
        "细分群体是否稳定 | whether segments hold still, and what other ways of grouping say",
        "select version, level_group, k, stability, jaccard_min, smallest_share, verdict from segment.model where is_chosen order by version, level_group",
    ),
    Example(
        "who_moved_where",
        "下一学期转入了哪个群体 | which segment people went to by the next term",
        "select term, next_term, segment, next_segment, persons, round(share, 2) as share from segment.migration where segment <> next_segment order by term, persons desc nulls last",
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
        "did_services_help",
        "服务是否有效 | whether services helped, and why that cannot be told of some",
        "select service, term, served, held_out, round(100 * difference, 1) as points, round(100 * ci_low, 1) as points_low, round(100 * ci_high, 1) as points_high, verdict, reason_zh from service.effect order by window_to, run_key",
    ),
    Example(
        "needs_by_service",
        "每项服务适用于多少读者、多少人需要 | for how many readers each service is, and how many seem to need it, in the latest term",
        "select number, label_zh, label_en, sum(persons) as persons, sum(in_need) as in_need, sum(stated) as stated, status, remark_en from service.catalogue left join (select * from service.audience where term = (select max(term) from service.audience)) using (service) group by all order by number",
    ),
    Example(
        "who_may_be_contacted",
        "需要服务的读者今天能否联系，被哪条规则阻止 | whether those in need may be contacted, and which rule stops the others",
        "select service, coalesce(stopped_by, 'may be contacted') as rule, count(*) as persons from service.candidate group by all order by service, persons desc",
    ),
    Example(
        "how_hard_readers_are_pressed",
        "图书馆邀约的频率与雷同程度 | how often readers are invited, and how alike the invitations are",
        "select term, measure, persons, round(value, 2) as value from service.pressure where group_type = 'everyone' order by term, measure",
    ),
    Example(
        "columns_explained",
        "每一列是什么 | what every column means",
        "select schema_name, table_name, column_name, comment from duckdb_columns() where not internal order by all",
    ),
)


@dg.definitions
def published() -> dg.Definitions:
    tables = [model for model in models().values() if _is_for_analysts(model)]
    judged = [model for model in tables if model.layer == "portrait"]
    return dg.Definitions(assets=[_published(tables, judged)])


def _is_for_analysts(model: Model) -> bool:
    return model.layer in LAYERS and model.parts is None and model.table not in _KEPT_IN


def _published(tables: list[Model], judged: list[Model]) -> dg.AssetsDefinition:
    key = asset_key(MART)
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
        campus, failed = site.campus, []
        made_as = told_as(warehouse, site, [model.table for model in tables])
        if generation := _as_published_now(warehouse, site, tables, made_as):
            yield from (_held(model, e.check, key) for model, known in expected.items() for e in known)
            yield _told(generation, is_new=False)
            return
        for model, expectations in expected.items():
            outcomes = judge(warehouse.connection, f"select * from {model.table}", expectations, model.table)
            ledger.judge(warehouse, model.table, outcomes)
            failed += [outcome for outcome in outcomes if not outcome.passed]
            yield from (_result(model, outcome, key) for outcome in outcomes)
        if failed:
            raise dg.Failure(_complaint(failed), allow_retries=False)
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
        note_told(warehouse, MART, made_as)
        yield _told(done.path, done.is_new, share_unique_on_college_level_and_year=alone)

    return mart


def _as_published_now(warehouse: Warehouse, site: Site, tables: list[Model], made_as: str) -> Path | None:
    """The newest generation, if it was published from all that the tables hold now."""
    is_as_now = is_told(warehouse, MART, made_as, [model.table for model in tables])
    return generations.current(site.campus.published) if is_as_now else None


def _held(model: Model, check: str, key: dg.AssetKey) -> dg.AssetCheckResult:
    """An expectation that held when the table, which is still the same, was published."""
    return dg.AssetCheckResult(
        passed=True, check_name=_check(model, check), asset_key=key, metadata={"unchanged": True}
    )


def _told(path: Path, is_new: bool, **figures: float) -> dg.MaterializeResult[Any]:
    told = {"generation": generations.generation(path), "is_new": is_new, **figures}
    return dg.MaterializeResult(metadata={**told, "file": dg.MetadataValue.path(str(path))})


def _as_published(model: Model) -> PublishedTable:
    hidden = unsaid(model)
    columns = [(column.name, column.caption) for column in model.columns if column.name not in hidden]
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
