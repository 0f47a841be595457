"""`mingyuan report …`: a report on request, and whose pages lie where."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from pipelines.commands.terminal import out, say

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def report() -> None:
    """Reports on request, and the addresses of those that the nightly run writes."""


@report.command("list")
@click.pass_obj
def folders(site: Path | None) -> None:
    """Say whose pages lie in which folder; send each recipient only their own."""
    import json

    from pipelines.reporting.report_files import CONTENTS

    shelves = _shelves(_site(site))
    for path in sorted(shelves.root.glob(f"*/{CONTENTS}")):
        for recipient in sorted({entry["recipient"] for entry in json.loads(path.read_text(encoding="utf-8"))}):
            out.print(f"{recipient}\t{path.parent / 'index.zh.html'}", markup=False)


@report.command("college")
@click.option("--unit", required=True, help="The college, as the roster names it.")
@click.option("--from", "first", type=DAY, required=True, help="First day, such as 2025-09-01.")
@click.option("--to", "last", type=DAY, required=True, help="Last day.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--sections", default="", help="Which to tell, parted by commas; all unless said otherwise.")
@click.option("--k", type=int, help="Tell nothing of fewer people than this; only more than the site's own number.")
@click.option("--pdf", is_flag=True, help="A PDF rather than a page.")
@click.pass_obj
def college(
    site: Path | None,
    unit: str,
    first: dt.datetime,
    last: dt.datetime,
    lang: str,
    sections: str,
    k: int | None,
    pdf: bool,
) -> None:
    """One college over a period of its own, as one file in the library's folder."""
    from pipelines.reporting.report_request import Request, answer

    asked, chosen = _site(site), tuple(name.strip() for name in sections.split(",") if name.strip())
    request = Request("college", unit, first.date(), last.date(), lang, chosen, k, pdf)
    say(str(answer(asked, request, _shelves(asked))))


def _site(path: Path | None) -> Any:
    from pipelines.site import Site

    return Site.at(path)


def _shelves(site: Any) -> Any:
    from pipelines.reporting.recipients import shelves_of

    return shelves_of(site.campus)
