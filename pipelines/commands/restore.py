"""`mingyuan restore`: what a lost or older warehouse does not know is taken in again from the sealed originals."""

from typing import Any

import click

from pipelines.commands.terminal import complain, progress, say


@click.command()
@click.pass_context
def restore(ctx: click.Context) -> None:
    """Take in again, from the sealed originals, what the warehouse has lost; then `mingyuan run` makes everything of it.

    For when a backup of the warehouse, or none, has taken the place of one that is lost: each export that the vault has a
    receipt of comes in again in its turn, with the time at which it came.
    """
    from pipelines.receiving.restore import restore as take_in_again
    from pipelines.site import Site

    site: Any = Site.at(ctx.obj)
    with progress("restore") as advance:
        done = take_in_again(site, advance)
    say(
        f"{done.files} exports taken in again"
        if done.files
        else "nothing is missing: the ledger knows every export that is sealed"
    )
    complain(done.kept_out)
    ctx.exit(1 if done.kept_out else 0)
