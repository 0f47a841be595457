"""`mingyuan page …`: readers' own pages, on request or for everybody."""

from pathlib import Path
from typing import Any

import click

from pipelines.commands.terminal import progress, say
from pipelines.errors import Misconfigured

_FOR_THE_READER = "a page for the reader"


@click.command()
@click.argument("reader", required=False)
@click.option("--all", "everybody", is_flag=True, help="A page for every reader who has not refused one.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="A folder of your own; data/readers unless said otherwise."
)
@click.pass_context
def page(ctx: click.Context, reader: str | None, everybody: bool, out: Path | None) -> None:
    """A reader's own page, in Chinese and English, for that reader's eyes.

    READER is a pseudonym or a reader's own number, and that a page was made of one is noted in data/looks.jsonl.  Each page
    has a name that nobody can guess; hand it to the reader and to nobody else.  Whoever wants no portrait of their own has no page, and loses one made before with the next run.
    """
    from pipelines.keeping.keyring import Keyring
    from pipelines.portraying import looks
    from pipelines.portraying.portraits import key_of
    from pipelines.reporting.reader_pages import folder_of, write_pages
    from pipelines.site import Site

    if (reader is None) != everybody:
        raise Misconfigured("say whose page: mingyuan page READER, or mingyuan page --all")
    site: Any = Site.at(ctx.obj)
    keyring = Keyring.load_or_create(site.campus.key_file, None, may_create=False)
    keys = None if reader is None else [key_of(site, reader)]
    for key in keys or ():
        looks.note(site.campus, "page", key, _FOR_THE_READER)
    with progress("pages") as advance:
        written = write_pages(
            site.campus, keyring, out or folder_of(site.campus), keys, lambda share: advance("readers", share)
        )
    for path in written if reader else []:
        say(str(path))
    if everybody:
        say(f"{len(written)} pages in {out or folder_of(site.campus)}, listed nowhere")
