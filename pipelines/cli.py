"""The command line: `mingyuan …`.

Commands say what they do and end with one clear line when they cannot; the work itself is done by
the modules they call.
"""

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from pipelines.commands.erase import erase
from pipelines.commands.inspect import inspect
from pipelines.commands.page import page
from pipelines.commands.report import report
from pipelines.commands.restore import restore
from pipelines.commands.segments import segments, why
from pipelines.commands.service import service
from pipelines.commands.terminal import OneLine, complain, err, out, progress, say
from pipelines.errors import Misconfigured

EPILOGUE = """Exit codes: 0 done · 1 something did not hold: a file was refused, a check failed, nothing is
published yet · 2 the command, a preset or the site file is not right · 3 another run holds the warehouse ·
4 the key file is missing, open to others, or the wrong one."""


@click.group(cls=OneLine, epilog=EPILOGUE, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--site", type=click.Path(path_type=Path), help="The site file; campus.yml unless said otherwise.")
@click.pass_context
def main(ctx: click.Context, site: Path | None) -> None:
    """Portraits of a library's readers, from the exports of its systems.

    Put exports into data/landing (or where the site file says), then `mingyuan run`.  A first look
    without any data of your own: `mingyuan demo`.
    """
    ctx.obj = site


main.add_command(erase)
main.add_command(inspect)
main.add_command(page)
main.add_command(report)
main.add_command(restore)
main.add_command(service)
main.add_command(why)
main.add_command(segments)


@main.command()
@click.option("--patrons", default=3000, show_default=True, help="How many people the demo campus has.")
@click.option("--terms", default=4, show_default=True, help="How many terms its exports tell of.")
@click.option("--seed", default=20260901, show_default=True)
@click.pass_context
def demo(ctx: click.Context, patrons: int, terms: int, seed: int) -> None:
    """Make a demo campus, run the whole line on it, and say where everything is."""
    from pipelines.demo_campus import make_campus
    from pipelines.paths import ROOT

    if ctx.obj is None and (ROOT / "campus.yml").exists():
        raise Misconfigured(
            "campus.yml: this is a site of its own — run the demo in a fresh clone, or name a site file of its own with --site"
        )
    site = _site(ctx)
    with progress("campus") as advance:
        make_campus(patrons, terms, seed, site.campus.landing, None, lambda what, share: advance(what, share))
    _run(site)
    _tell_where(site)


@main.command()
@click.option("--patrons", default=5000, show_default=True, help="People in scope in the last term.")
@click.option("--terms", default=4, show_default=True, help="Terms, counted back from the last one that is over.")
@click.option("--seed", default=20260901, show_default=True, help="The same seed gives the same bytes.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A folder for the exports.")
@click.option(
    "--truth", type=click.Path(path_type=Path), help="A folder for what was planted; OUT-truth unless said otherwise."
)
def campus(patrons: int, terms: int, seed: int, out: Path, truth: Path | None) -> None:
    """Make the exports of a campus that does not exist, and apart from them what was planted in them."""
    from pipelines.demo_campus import make_campus

    with progress("campus") as advance:
        made = make_campus(
            patrons,
            terms,
            seed,
            out,
            truth or out.with_name(f"{out.name}-truth"),
            lambda what, share: advance(what, share),
        )
    say(
        f"{made.files} exports of {made.patrons:,} people over {made.terms} terms, {made.bytes / 1e6:,.0f} MB, in {out}"
    )


@main.command()
@click.pass_context
def run(ctx: click.Context) -> None:
    """Take in what is new in the landing folder and make everything that depends on it."""
    _run(_site(ctx))


@main.command()
@click.pass_context
def status(ctx: click.Context) -> None:
    """What came, what was refused, what is published, and how the last runs ended."""
    from pipelines.commands.status import status_tables

    site = _site(ctx)
    for table in status_tables(site):
        out.print(table)
    _tell_of_what_waits(site, out)


@main.command()
@click.argument("sql")
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values instead of a table.")
@click.pass_context
def query(ctx: click.Context, sql: str, as_csv: bool) -> None:
    """Ask the published database, read-only.

    \b
    mingyuan query "select * from meta.example_query"
    mingyuan query "select college, visit_days_mean from portrait.department order by all"
    """  # noqa: D301 — \b is a mark for click
    from pipelines.campus import read_campus, site_path
    from pipelines.commands.answers import ask

    ask(read_campus(ctx.obj or site_path()), sql, as_csv, out)


@main.command()
@click.argument("who")
@click.option("--term", help="The last one they have, unless said otherwise.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Only what had happened by the end of that day.")
@click.option(
    "--known-at", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Only what had been received by then."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option(
    "--bundle", "file", type=click.Path(path_type=Path), help="Write the portrait with all that it was made from."
)
@click.option("--reason", help="What a single reader is looked at for; noted with your name in data/looks.jsonl.")
@click.pass_context
def portrait(
    ctx: click.Context,
    who: str,
    term: str | None,
    as_of: Any,
    known_at: Any,
    as_json: bool,
    file: Path | None,
    reason: str | None,
) -> None:
    """The portrait of a reader, a cohort or a unit.

    WHO is a pseudonym or a reader's own number (which asks for the site's key and a reason), a cohort, or a unit by its name.

    \b
    mingyuan portrait undergraduate
    mingyuan portrait 法学院 --term 2025-2026-1 --as-of 2025-11-30
    mingyuan portrait 2023104051 --reason "asked at the desk what is known of them"
    """  # noqa: D301 — \b is a mark for click
    from pipelines.portraying import bundles, looks, portrait_text, portraits
    from pipelines.portraying.past import Moment

    moment, site = Moment(as_of.date() if as_of else None, known_at), _site(ctx)
    if (reader := portraits.reader_of(site, who)) is not None:
        looks.note(site.campus, "portrait", reader, reason)
    if file is not None:
        file.write_text(bundles.bundle(site, who, term, moment), encoding="utf-8")
        return say(f"written: {file} — make it again, and compare: mingyuan rebuild {file}")
    drawn = portraits.draw(site, who, term, moment)
    if as_json:
        return click.echo(drawn.as_json(), nl=False)
    say(portrait_text.headline(drawn))
    for sentence in portrait_text.in_words(drawn):
        say(f"{sentence.zh} {sentence.en}")
    for table in portrait_text.told(drawn):
        out.print(table)


@main.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.pass_context
def rebuild(ctx: click.Context, bundle: Path) -> None:
    """Make the portrait of a bundle again, and say whether it is the same byte for byte."""
    from pipelines.portraying.bundles import made_again

    different = made_again(_site(ctx), bundle)
    complain([f"{bundle.name}: {what} changed since" for what in different])
    if different:
        ctx.exit(1)
    say(f"{bundle.name}: the same, byte for byte")


@main.command()
@click.pass_context
def rejects(ctx: click.Context) -> None:
    """How many records were rejected, of which file and for which reason; and files that were refused."""
    from pipelines.commands.status import reject_tables

    for table in reject_tables(_site(ctx)):
        out.print(table)


@main.command()
@click.argument("sources", nargs=-1)
@click.pass_context
def replay(ctx: click.Context, sources: tuple[str, ...]) -> None:
    """Read again, from the sealed originals, what was read before a preset was mended; then run the line.

    SOURCES are names from the site file; all of them unless said otherwise.
    """
    from pipelines.receiving.replay import replay_site

    site = _site(ctx)
    with progress("replay") as advance:
        done = replay_site(site, sources, lambda what, share: advance(what, share))
    say(f"{done.files} files read anew")
    complain(done.kept)
    _run(site)
    ctx.exit(1 if done.kept else 0)


@main.command()
@click.pass_context
def feeds(ctx: click.Context) -> None:
    """Every feed there is, the presets for it, the sources that fill it here, and what has come when."""
    from pipelines.commands.feeds import feed_list

    for told in feed_list(_site(ctx)):
        out.print(told)


@main.command()
@click.option(
    "--reap", is_flag=True, help="End runs that a crash or power loss left behind; only while no service runs."
)
@click.pass_context
def doctor(ctx: click.Context, reap: bool) -> None:
    """Look at everything a run needs, and say what to do about each thing that is not right."""
    from pipelines.commands.doctor import examine

    findings = examine(_site(ctx), reap)
    for finding in findings:
        out.print(
            f"{'ok ' if finding.is_well else 'NO '} {finding.what}",
            style="" if finding.is_well else "bold red",
            markup=False,
        )
    ctx.exit(0 if all(finding.is_well for finding in findings) else 1)


def _site(ctx: click.Context) -> Any:
    from pipelines.site import Site

    site = Site.at(ctx.obj)
    _ = site.campus
    return site


def _run(site: Any) -> None:
    from pipelines.run import run as run_line

    with progress("run") as advance:
        outcome = run_line(site, lambda made, number, total: advance(made, number / total))
    complain(outcome.problems)
    for line in outcome.remarks:
        err.print(line, style="yellow", markup=False)
    _tell_of_what_waits(site, err)
    for line in outcome.told:
        say(line)
    if not outcome.success:
        raise SystemExit(outcome.exit_code)


def _tell_of_what_waits(site: Any, console: Console) -> None:
    from pipelines.receiving.landing import unread
    from pipelines.receiving.replay import older
    from pipelines.reporting.roster import without_portraits

    for line in [*older(site), *unread(site), *without_portraits(site)]:
        console.print(line, style="yellow", markup=False)


def _tell_where(site: Any) -> None:
    from pipelines.reporting.recipients import LIBRARY, shelves_of

    campus = site.campus
    index = shelves_of(campus).of(LIBRARY) / "index.zh.html"
    say(f"""
Published database   {campus.published / "current"}
    mingyuan query "select college, persons, visit_days_mean from portrait.department limit 12"
All reports          {index}
    open it in a browser; English beside it: index.en.html; whose folder is whose: mingyuan report list
Data dictionary      {campus.reports / "dictionary.html"}
Data quality         {campus.reports / "quality.html"}
Everything in Dagster: make dev""")
