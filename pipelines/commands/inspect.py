"""`mingyuan inspect …`: an export looked at before anything is configured, and a preset to begin with."""

from pathlib import Path
from typing import Any

import click

from pipelines.commands.terminal import out, say


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--preset", help="Try this source of the site file, this preset, or a file that holds one, rather than the nearest."
)
@click.option("--feed", help="Which feed a preset to begin with is for; guessed from the headings otherwise.")
@click.option("--write", type=click.Path(path_type=Path), help="Write a preset to begin with, into a new file.")
@click.pass_context
def inspect(ctx: click.Context, file: Path, preset: str | None, feed: str | None, write: Path | None) -> None:
    """Look at an export before anything is configured: what it is, which presets come near, what would load."""
    from pipelines.receiving.inspection import inspect as look
    from pipelines.receiving.inspection import told, write_preset
    from pipelines.site import Site, contracts

    site: Any = Site.at(ctx.obj)
    found = look(file, site.campus.timezone, contracts(), preset, feed, site.campus.sources)
    for part in told(found):
        out.print(part)
    if write:
        write_preset(found.beginning, write)
        say(f"written: {write} — mend it, then: mingyuan inspect {file.name} --preset {write}")
