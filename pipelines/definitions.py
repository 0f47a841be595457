"""All that Dagster runs: the assets under assets/, the resources they use, and when they run.

Assets are found, not listed; add one as a file under sql/ or assets/.  Running from a terminal
belongs in :mod:`pipelines.run`.
"""

import datetime as dt
import gc
from typing import Any

import dagster as dg

from pipelines.campus import Campus
from pipelines.engine import Engine, engine_url
from pipelines.errors import Misconfigured
from pipelines.forgetting.limits import limits
from pipelines.modelling.template_slips import refuse_slips
from pipelines.paths import ROOT
from pipelines.receiving.landing import landing_sensor
from pipelines.reports import read_templates
from pipelines.serving.service_state import site_catalogue
from pipelines.site import Site, models
from pipelines.upkeep import note_failure
from pipelines.warehouse import Warehouse

NIGHTLY, TERMLY = "nightly", "termly"

_SELDOM = 50_000, 20, 20
"""How often garbage is looked for: Dagster holds half a million objects for as long as it runs, which Python else goes through again and again."""

READ_BY_PEOPLE = {"published", "page"}
"""Groups of assets that should be there each morning."""


@dg.definitions
def definitions() -> dg.Definitions:
    return build_definitions(Site.at())


def build_definitions(site: Site) -> dg.Definitions:
    """The whole code location for one site.

    Raises:
        Misconfigured: a model, a report, the site file or its services are not right; told before Dagster can wrap it in its
            own words.

    """
    gc.set_threshold(*_SELDOM)
    models()  # before Dagster's loader reads them: what is wrong with one is told in its own words
    refuse_slips(read_templates(), models())
    site_catalogue(site)
    limits(site)
    campus = site.campus
    nightly = dg.define_asset_job(
        NIGHTLY, dg.AssetSelection.all(), description="Take in what is new, and tell it.", hooks={note_failure}
    )
    # The same work, under a name of its own: in the history, a term's first reports are found by it.
    termly = dg.define_asset_job(
        TERMLY, dg.AssetSelection.all(), description="The portraits of a finished term.", hooks={note_failure}
    )
    return dg.Definitions.merge(
        dg.load_from_defs_folder(path_within_project=ROOT).permissive_map_resolved_asset_specs(_each_morning, None),
        dg.Definitions(
            resources=resources(site),
            jobs=[nightly, termly],
            schedules=[_schedule(nightly, campus), _schedule(termly, campus)],
            sensors=[landing_sensor(site, nightly)],
            # DuckDB admits one writer and uses every core for it, so a run is one process.
            executor=dg.in_process_executor,
        ),
    )


def resources(site: Site) -> dict[str, object]:
    """What the assets work with."""
    campus = site.campus
    return {
        "site": site,
        "warehouse": Warehouse(path=str(campus.warehouse), memory_limit=campus.memory_limit),
        "engine": Engine(url=engine_url(), lake=str(campus.lake), memory_limit=campus.memory_limit),
    }


def _each_morning(spec: dg.AssetSpec) -> dg.AssetSpec:
    """A night's run may take two hours, and one night may fail; then analysts and colleges should be told."""
    if spec.group_name not in READ_BY_PEOPLE:
        return spec
    hours = {"warn_window": dt.timedelta(hours=26), "fail_window": dt.timedelta(hours=50)}
    return spec.replace_attributes(freshness_policy=dg.FreshnessPolicy.time_window(**hours))


def _schedule(job: Any, campus: Campus) -> dg.ScheduleDefinition:
    running, cron = dg.DefaultScheduleStatus.RUNNING, getattr(campus.schedules, job.name)
    try:
        return dg.ScheduleDefinition(
            job=job, cron_schedule=cron, execution_timezone=campus.timezone, default_status=running
        )
    except dg.DagsterInvalidDefinitionError:
        raise Misconfigured(
            f"schedules.{job.name}: {cron!r} is not a cron line such as 30 2 * * * — mend it in the site file"
        ) from None
