"""`mingyuan service …`: what the services are, who needs them, freezing a list, and writing it for librarians."""

import sys
from pathlib import Path
from typing import Any

import click

from pipelines.commands.effect import effect
from pipelines.commands.terminal import OneLine, say


@click.group(cls=OneLine, invoke_without_command=True)
@click.pass_context
def service(ctx: click.Context) -> None:
    """The services there are, who needs them, and the lists made of that; without a command, an overview."""
    if ctx.invoked_subcommand is None:
        from pipelines.serving.service_text import service_lines

        with _warehouse(ctx) as (warehouse, _):
            for line in service_lines(warehouse):
                say(line)


@service.command()
@click.pass_context
def runs(ctx: click.Context) -> None:
    """The lists that were frozen, how many are served and held out, and which lists were written of them."""
    from pipelines.serving.service_text import run_lines

    with _warehouse(ctx) as (warehouse, _):
        for line in run_lines(warehouse):
            say(line)


@service.command()
@click.argument("service")
@click.option("--term", help="The latest one, unless said otherwise.")
@click.option(
    "--holdout", default="auto", show_default=True, help="Share of readers who wait, such as 0.1; 0 shows no effect."
)
@click.option("--yes", is_flag=True, help="Freeze the list; without it, only what could be seen is shown.")
@click.pass_context
def freeze(ctx: click.Context, service: str, term: str | None, holdout: str, yes: bool) -> None:
    """Freeze the list of a SERVICE: first what a comparison could show, then who is served and who waits."""
    from pipelines.serving import service_runs
    from pipelines.serving.service_text import plan_lines

    with _warehouse(ctx) as (warehouse, site):
        moment = service_runs.now(site.campus)
        planned = service_runs.plan(warehouse, site, service, term, _share(holdout), moment.date())
        for line in plan_lines(planned):
            say(line)
        if not (yes or (sys.stdin.isatty() and click.confirm("Freeze it?"))):
            return say("nothing is frozen yet — the same command with --yes freezes it")
        served, held_out = service_runs.freeze(warehouse, site, planned, moment)
    say(f"frozen: {planned.run_key}, {served} served, {held_out} held out, valid until {planned.expires_on}")
    say(f'    mingyuan service list {planned.run_key} --out FOLDER --for "what for"')


@service.command("list")
@click.argument("run")
@click.option("--out", "folder", required=True, type=click.Path(path_type=Path), help="A folder for lists of people.")
@click.option("--for", "purpose", required=True, help="What the list is for; it is noted with who asked for it.")
@click.pass_context
def list_(ctx: click.Context, run: str, folder: Path, purpose: str) -> None:
    """Write the lists of a frozen RUN for librarians, one for each discipline group; from then on they count as contacts."""
    from pipelines.serving import service_lists, service_runs
    from pipelines.serving.service_text import listed_lines

    with _warehouse(ctx) as (warehouse, site):
        moment = service_runs.now(site.campus)
        files, listed, unknown = service_lists.export(warehouse, site, run, folder, purpose, moment)
    for line in listed_lines(files, listed, unknown):
        say(line)


@service.command()
@click.argument("term")
@click.option("--out", "folder", required=True, type=click.Path(path_type=Path), help="A folder for lists of people.")
@click.option("--for", "purpose", required=True, help="What the list is for; it is noted with who asked for it.")
@click.pass_context
def credits(ctx: click.Context, term: str, folder: Path, purpose: str) -> None:
    """Write who attended trainings of a TERM long enough to be reported to the second classroom."""
    from pipelines.serving import second_classroom, service_runs

    with _warehouse(ctx) as (warehouse, site):
        moment = service_runs.now(site.campus)
        files, listed, unknown = second_classroom.export(warehouse, site, term, folder, purpose, moment)
    for file in files:
        say(f"written: {file}")
    say(f"{listed} attendances" + (f"; {unknown} left out, as no number is known of them" if unknown else ""))


service.add_command(effect)


def _share(holdout: str) -> float | None:
    from pipelines.errors import Misconfigured

    if holdout == "auto":
        return None
    try:
        share = float(holdout)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 0.5:
        raise Misconfigured(f"--holdout: {holdout} is no share from 0 to 0.5, nor auto — 0.1 lets one in ten wait")
    return share


def _warehouse(ctx: click.Context) -> Any:
    from contextlib import contextmanager

    from pipelines.errors import Problem
    from pipelines.site import Site
    from pipelines.warehouse import Warehouse

    site = Site.at(ctx.obj)

    @contextmanager
    def opened() -> Any:
        campus = site.campus
        if not campus.warehouse.exists():
            raise Problem("there is no warehouse yet — `mingyuan run` makes it")
        with Warehouse(path=str(campus.warehouse), memory_limit=campus.memory_limit).opened() as warehouse:
            if not warehouse.exists("service.catalogue"):
                raise Problem("the warehouse knows no services yet — `mingyuan run` first")
            yield warehouse, site

    return opened()
