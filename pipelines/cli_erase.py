"""`mingyuan erase …`: a reader who asks to be forgotten, and what was erased of them."""

import sys
from typing import Any

import click

from pipelines.terminal import out, progress, say


@click.command()
@click.argument("number")
@click.option("--yes", is_flag=True, help="Erase them; without it, only what there is of them is shown.")
@click.pass_context
def erase(ctx: click.Context, number: str, yes: bool) -> None:
    """Forget the reader with that NUMBER, their own or a card's: everywhere here, and for good.

    Their rows, their numbers, and their records in the sealed originals go; then everything is made and published anew
    without them, and what was published before is taken away.  What comes of them later is not taken in.  Backups, and
    what was already handed to people, have to be seen to by hand.
    """
    from pipelines.answers import table
    from pipelines.erasure import erase as forget
    from pipelines.erasure import find
    from pipelines.site import Site, site_path

    site: Any = Site(file=str((ctx.obj or site_path()).absolute()))
    found = find(site, number)
    if found.finished_at:
        return say(f"they were erased on {found.finished_at:%Y-%m-%d}: nothing is left of them here")
    out.print(table("What there is of them", ["table", "rows"], [list(row) for row in sorted(found.rows.items())]))
    if found.shared:
        say(f"{found.shared} cards of theirs stay, since somebody else has held them too")
    if not (yes or (sys.stdin.isatty() and click.confirm("Erase it all, for good?"))):
        return say("nothing is erased yet — the same command with --yes erases it")
    with progress("erase") as advance:
        went = forget(site, number, advance)
    out.print(table("Erased", ["what", "how many"], [list(row) for row in went.items()]))
    say("published without them; what was published before is gone")
