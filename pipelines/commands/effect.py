"""`mingyuan service effect`: whether a service helped, in words."""

import click

from pipelines.commands.terminal import out, say


@click.command()
@click.argument("run", required=False)
@click.pass_context
def effect(ctx: click.Context, run: str | None) -> None:
    """Whether a service helped: every run, or one RUN with how alike its arms were before."""
    from pipelines.serving.effect_text import balance_table, effect_lines
    from pipelines.site import Site

    site = Site.at(ctx.obj)
    for line in effect_lines(site, run):
        say(line)
    if run:
        out.print(balance_table(site, run))
