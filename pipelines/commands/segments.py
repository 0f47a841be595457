"""`mingyuan why …` and `mingyuan segments …`: why a reader is in a segment, and which model says so."""

from typing import Any

import click

from pipelines.commands.terminal import out, say


@click.command()
@click.argument("who")
@click.argument("segment")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="As the line would have told it on that day; now unless said.",
)
@click.option("--reason", help="What a single reader is looked at for; noted with your name in data/looks.jsonl.")
@click.pass_context
def why(ctx: click.Context, who: str, segment: str, day: Any, reason: str | None) -> None:
    r"""Whether a reader is in a segment, and if not, what would have to be otherwise.

    WHO is a pseudonym or a reader's own number (which asks for the site's key), SEGMENT a code or a name of
    ref.segment_name.

    \b
    mingyuan why 2023104051 seat_anchored --reason "asked at the desk"
    mingyuan why 2023104051 纸本阅读型 --date 2026-01-18 --reason "asked at the desk"
    """
    from pipelines.portraying import looks
    from pipelines.portraying.portraits import key_of
    from pipelines.portraying.segment_answers import answer

    site = _site(ctx)
    told = answer(site, who, segment, day.date() if day else None)
    looks.note(site.campus, "why", key_of(site, who), reason)
    for zh, en in told:
        say(zh)
        say(en)


@click.group(invoke_without_command=True)
@click.pass_context
def segments(ctx: click.Context) -> None:
    """Every version of the segments: when and why it was decided, how stable it is, and whether readers have drifted."""
    if ctx.invoked_subcommand is None:
        from pipelines.portraying.segment_answers import version_tables

        for table in version_tables(_site(ctx)):
            out.print(table)


@segments.command()
@click.option("--reason", required=True, help="Why the readers should be grouped anew; kept with the version.")
@click.pass_context
def refit(ctx: click.Context, reason: str) -> None:
    """Decide a new version of the segments, fitted on the latest term that is over.

    Terms before that one keep their segments; groups that continue keep their names.
    """
    from pipelines.portraying.segment_answers import decided

    for line in decided(_site(ctx), reason):
        say(line)


def _site(ctx: click.Context) -> Any:
    from pipelines.site import Site

    return Site.at(ctx.obj)
