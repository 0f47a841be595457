"""`mingyuan erase …`: a reader who asks to be forgotten, and what was erased of them."""

import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

import click

from pipelines.commands.terminal import out, progress, say


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
    from pipelines.commands.answers import table
    from pipelines.forgetting.erasure import erase as forget
    from pipelines.forgetting.erasure import find
    from pipelines.receiving.landing import waiting
    from pipelines.site import Site

    site: Any = Site.at(ctx.obj)
    found = find(site, number)
    if found.finished_at:
        return say(f"they were erased on {found.finished_at:%Y-%m-%d}: nothing is left of them here")
    if found.rows:
        out.print(table("What there is of them", ["what", "rows"], [list(row) for row in _summed(found.rows).items()]))
    else:
        say("they are being erased, and are not to the end")
    if found.shared:
        say(f"{found.shared} cards of theirs stay, since somebody else has held them too")
    if not (yes or (sys.stdin.isatty() and click.confirm("Erase it all, for good?"))):
        return say("nothing is erased yet — the same command with --yes erases it")
    with progress("erase") as advance:
        went = forget(site, number, advance)
    out.print(table("Erased", ["what", "how many"], [list(row) for row in _summed(went).items()]))
    say("everything is made and published anew without them, and what was published before is gone")
    if left := len(waiting(site)):
        say(f"{left} files in the landing folder are not ours to change: see whether they hold them")


def _summed(counts: Mapping[str, int]) -> dict[str, int]:
    """What there was of somebody, for a reader: of the tables that are made here, one line for each layer."""
    told: Counter[str] = Counter()
    for what, number in counts.items():
        layer, _, name = what.partition(".")
        told[f"{layer}.* (made of them)" if name and layer not in ("raw", "ledger") else what] += number
    return dict(told)
